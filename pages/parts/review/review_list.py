"""The rest of a round under review: what needs no judgement in one table, and whole departments at once.

What confirms many at once asks first, and can be taken back where it was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import main_keys
from kpi.collection.review.review_order import Group, Item, group_word
from pages.parts.app.current_view import services
from pages.parts.review.initiative_lines import lines_of
from pages.parts.review.review_data import Review, facts_of
from pages.parts.review.review_item import acted, judge
from pages.parts.review.review_words import column_name, figure, subject_link, subject_number
from pages.parts.shared import confirm_button, notices
from pages.parts.shared.filters import PAGE, paged
from pages.parts.shared.layout import each, empty, show
from pages.parts.shared.markup import Column, Content, badge, join, listing, table, tag, unmarked

_REST, _UNDO = "rest", "review-undo"
#: In a summary so many indicators are named; the others are counted.
_NAMED = 12


def quick_table(state: Assessment, review: Review, found: Sequence[Item], caption: str) -> None:
    """One line a figure: enough to see that nothing is odd."""
    if review.round.kind == "initiatives":
        show(lines_of(state, review.round, found, caption, [_state(item) for item in found]))
        return
    known = "登録" if review.round.kind == "targets" else "前回"
    columns = [
        Column(review.word),
        Column("書かれた文字"),
        Column("読み取った値", number=True),
        Column(known, number=True),
        Column("差", number=True),
        Column("場所", narrow=True),
        Column("状態"),
    ]
    rows = [_row(state, review, item, key) for item in found for key in main_keys(review.round)]
    show(table(columns, rows, caption=caption, kind="stack"))


def _row(state: Assessment, review: Review, item: Item, key: str) -> tuple[Content, ...]:
    indicator = state.snapshot.plan.subject(item.subject_id)
    fact = facts_of(state, review, item, key)
    whose = state.plan.department(item.department_id).name(state.day)
    several = len(main_keys(review.round)) > 1
    column = column_name(state, review.round, key)
    name = join([f"{subject_number(state, indicator)}　", subject_link(indicator)])
    return (
        join([name, tag("small", f"{column}　{whose}" if several else whose)]),
        tag("span", fact.written, "", data_verbatim="1"),
        figure(fact.understood),
        figure(fact.last),
        fact.difference,
        fact.address,
        _state(item),
    )


def _state(item: Item) -> Content:
    if item.confirmed:
        return badge("確認済", "x v-done")
    return badge("修正依頼", "x v-ask") if item.waiting else badge("未確認", "x v-note")


def rest_box(state: Assessment, review: Review, found: Sequence[Item], *, acting: bool) -> None:
    """Those without anything odd: all at once, or one of them taken out to look at."""
    if found:
        quick_table(state, review, paged(found, "回答", f"rest {review.round.id}"), "判断の要らない回答")
    else:
        show(tag("div", "確認を待っている回答はありません。", "meta"))
    if not acting:
        return
    _after(review, _REST)
    if found:
        which = "上の" if len(found) <= PAGE else "気になる点のない"
        label = f"{which}{len(found)}{review.word}をすべて確認済にする"
        if confirm_button.button(
            label,
            "confirm-rest",
            _what(found),
            _summary(state, review, found),
            f"{len(found)}{review.word}を確認済にする",
        ):
            _confirm(state, found, _REST, f"{len(found)}{review.word}を確認済にしました。")
    single_box(state, review, found, f"single-{review.round.id}")


def single_box(state: Assessment, review: Review, found: Sequence[Item], key: str) -> None:
    """One of some answers taken out to look at, with what can be done about it."""
    # What was judged here stays, with the way back; what was judged elsewhere stands there.
    done, held = acted(), set(_what(found))
    offered = [
        i
        for i, one in zip(review.items, _what(review.items), strict=True)
        if (done[i.subject_id] == key if i.subject_id in done else one in held)
    ]
    labels = {_key(i): f"{_number(state, i)} {_name(state, i)}" for i in offered}
    if not labels:
        return
    chosen = st.selectbox(
        "1件ずつ見る・修正依頼する",
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=f"{review.word}を選ぶ",
        key=key,
    )
    for item in offered:
        if _key(item) == chosen:
            judge(state, review, item, at=key)


def departments_box(state: Assessment, review: Review, *, acting: bool) -> None:
    """How far each department's return is checked, with 「すべて確認済にする」."""
    by_department: dict[str, list[Item]] = {}
    for item in review.items:
        by_department.setdefault(item.department_id, []).append(item)
    if not by_department:
        empty("まだ回答がありません。")
    done = []
    unread_box(state, review)
    for department in state.plan.departments:
        found, name = by_department.get(department.id, []), department.name(state.day)
        if any(not i.confirmed for i in found):
            _department(state, review, name, found, acting=acting)
        elif found:
            if acting:
                _after(review, department.id)
            done.append(name)
    if done:
        show(tag("div", f"すべて確認済: {'、'.join(done)}"))


def unread_box(state: Assessment, review: Review) -> None:
    """What people wrote beside the cells of their forms: nobody has answered for it, and no value holds it."""
    if not any(review.unread.values()):
        return
    with st.expander(f"様式のうち値として読んでいない記入 {sum(len(notes) for notes in review.unread.values())}件"):
        for department in state.plan.departments:
            if notes := review.unread.get(department.id, ()):
                lines = (join([i.address, "　", i.message]) for i in notes)
                show(join([tag("b", department.name(state.day)), listing(lines)]))


def _department(state: Assessment, review: Review, name: str, found: Sequence[Item], *, acting: bool) -> None:
    department_id = found[0].department_id
    left = [i for i in found if not i.confirmed]
    waiting, judging = sum(bool(i.waiting) for i in left), sum(i.open and i.group is not Group.REST for i in left)
    words = [f"確認済{len(found) - len(left)}/{len(found)}"]
    words += [f"判断が要るもの{judging}"] if judging else []
    words += [f"修正依頼中{waiting}"] if waiting else []
    with st.container(horizontal=True, vertical_alignment="center", key=f"whole-{department_id}"):
        show(tag("div", join([tag("b", name), "　", "　".join(words)])))
        key, whole = f"confirm-all-{department_id}", f"{name}の回答({len(left)}{review.word})をすべて確認済に"
        # The name stands beside it: on a phone a long one would push the verb out of the button.
        offered = acting and not waiting
        if offered and st.button("すべて確認済にする", key=key, help=unmarked(f"{whole}します。")):
            confirm_button.ask(key, _what(left))
    if offered and confirm_button.agreed(
        key, _what(left), _summary(state, review, left), f"{len(left)}{review.word}を確認済にする"
    ):
        _confirm(state, left, department_id, f"{whole}しました。")
    if acting:
        _after(review, department_id)


# --- many at once --------------------------------------------------------------------------------------------------


def _what(found: Sequence[Item]) -> tuple[tuple[str, str], ...]:
    return tuple((i.submission_id, i.subject_id) for i in found)


def _summary(state: Assessment, review: Review, found: Sequence[Item]) -> Content:
    """What would be confirmed, and what of it needs judgement: those that do are named first, each with its reason."""
    judging = [i for i in found if i.group is not Group.REST]
    rest = [i for i in found if i.group is Group.REST]
    head = f"{len(found)}{review.word}を確認済にします。"
    if judging:
        head += f"このうち{len(judging)}{review.word}は、判断が要るものです。"
    lines: list[Content] = [tag("b", head)]
    for named, words in ((judging, True), (rest, False)):
        told = [_named(state, i, why=words) for i in named[:_NAMED]]
        more = [f"ほか{len(named) - _NAMED}{review.word}"] if len(named) > _NAMED else []
        if told:
            lines.append(
                tag("div", join([tag("b", "判断が要るもの: " if words else "そのほか: "), "、".join([*told, *more])]))
            )
    lines.append(tag("div", "確認済の値は、公表区分にしたがって閲覧の画面に出ます。後から取り消せます。", "meta"))
    return join(lines)


def _named(state: Assessment, item: Item, *, why: bool) -> str:
    indicator = state.snapshot.plan.subject(item.subject_id)
    reasons = "・".join(group_word(g, of_work=indicator.level == "initiative") for g in item.groups)
    return f"{subject_number(state, indicator)} {indicator.name}" + (f"({reasons})" if why else "")


def _confirm(state: Assessment, found: Sequence[Item], place: str, words: str) -> None:
    """Confirm all of it, each return by itself: one that is refused keeps no other from it."""
    by_return, whose = _by_return(found), _whose(state, found)
    done, refused = each({whose[one]: partial(services().confirm, one, own) for one, own in by_return.items()})
    if not done:
        notices.refuse(*refused)
        return
    st.session_state[_UNDO] = place, _what(found)
    notices.tell(_place(place), words if not refused else f"{done}件の回答を確認済にしました。", refused=refused)


def _after(review: Review, place: str) -> None:
    """What was confirmed here just now, and the way back as long as it stands."""
    notices.told(_place(place))
    where, what = st.session_state.get(_UNDO, ("", ()))
    if where != place:
        return
    what = set(what)
    kept = [i for i in review.items if i.confirmed and (i.submission_id, i.subject_id) in what]
    if not kept:
        return
    if st.button(unmarked(f"いま確認済にした{len(kept)}{review.word}を未確認に戻す"), key=f"undo-{place}"):
        acts = {one: partial(services().unconfirm, one, own) for one, own in _by_return(kept).items()}
        done, refused = each(acts)
        if done:
            del st.session_state[_UNDO]
        notices.tell(_place(place), f"{len(kept)}{review.word}を未確認に戻しました。" if done else "", refused=refused)


def _place(place: str) -> str:
    return f"confirm-{place}"


def _whose(state: Assessment, found: Sequence[Item]) -> dict[str, str]:
    """Whose each return is, with its number: a department may have sent several."""
    return {
        i.submission_id: f"{state.plan.department(i.department_id).name(state.day)}({i.submission_id})" for i in found
    }


def _by_return(found: Sequence[Item]) -> dict[str, Sequence[str]]:
    wanted: dict[str, list[str]] = {}
    for item in found:
        wanted.setdefault(item.submission_id, []).append(item.subject_id)
    return dict(wanted)


def _key(item: Item) -> str:
    return f"{item.submission_id}/{item.subject_id}"


def _number(state: Assessment, item: Item) -> str:
    return subject_number(state, state.snapshot.plan.subject(item.subject_id))


def _name(state: Assessment, item: Item) -> str:
    whose = state.plan.department(item.department_id).name(state.day)
    return f"{state.snapshot.plan.subject(item.subject_id).name}({whose})"
