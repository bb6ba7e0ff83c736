"""One answer to judge: what was written and understood beside its history, and the two things to do with it.

What was just judged stays where it was until the screen is opened anew, with the way back: nothing else moves under
the pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.trajectory import trajectory
from kpi.collection.review.answer_words import entry_words, main_keys, statements
from kpi.collection.review.review_order import Group, Item, group_word
from kpi.collection.workflow import Question
from kpi.plan import Round, subject_word
from kpi.story import story
from loaders.documents.pictures.chart_files import indicator_file
from pages.parts.app.current_view import services
from pages.parts.review.initiative_lines import said_in_box
from pages.parts.review.review_data import Review, facts_of
from pages.parts.review.review_words import column_name, figure, statement, subject_link, subject_number
from pages.parts.shared import notices
from pages.parts.shared.as_of import ARRIVED
from pages.parts.shared.chart_figure import chart
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Column, Content, Markup, badge, join, link, table, tag

_ASKING, _ACTED, _LIST = "review-asking", "review-acted", "review-list"
_UNTIL, _UNTIL_SET = "決まるまでは今の値で判定します。決定は", "決まるまでは未設定のままです。決定は"
_TAKEN_BACK = (
    "確認済です。取り消すか修正を依頼すると、もう一度確認済にするまで未確認に戻り、"
    "この値は事務局と担当部局のほかには見えなくなります。"
)
_NEXT = "文書と様式は、下の「修正依頼」から受け取れます。"
#: The list of what is to be judged, among the places where an item can stand.
JUDGING = "judging"


def key_of(item: Item) -> str:
    """What an item is called among its widgets."""
    return f"{item.submission_id}-{item.subject_id}"


def begin(*chosen: str) -> None:
    """Let go of what was judged before, where the screen was just opened or shows another round or department."""
    if st.session_state.get(ARRIVED) or st.session_state.get(_LIST) != chosen:
        st.session_state[_ACTED] = {}
        st.session_state[_LIST] = chosen


def acted() -> Mapping[str, str]:
    """The place at which something was done about an indicator's answer since the screen was opened."""
    found: Mapping[str, str] = st.session_state.get(_ACTED, {})
    return found


def judge(
    state: Assessment, review: Review, item: Item, *, first: bool = False, acting: bool = True, at: str = ""
) -> None:
    """A box with everything about one answer, standing ``at`` a place. The first one answers to the keyboard."""
    key = key_of(item)
    with st.container(border=True, key=f"item-{key}"):
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            show(_head(state, item, first=first and acting))
            if acting:
                _actions(state, item, first=first, at=at)
        if acting:
            notices.told(f"item-{item.subject_id}")
        if review.round.kind == "initiatives":  # which has no chart: its sentences want the whole width
            show(_said(state, review, item))
        else:
            beside = st.columns([8, 5], gap="medium")
            with beside[0]:
                show(_said(state, review, item))
            with beside[1]:
                _chart(state, item)
        if acting:
            _asking(state, review.round, item, at)


def _head(state: Assessment, item: Item, *, first: bool) -> Markup:
    indicator = state.snapshot.plan.subject(item.subject_id)
    whose = state.plan.department(item.department_id).name(state.day) + ("(代理登録)" if item.entered else "")
    words = [group_word(g, of_work=indicator.level == "initiative") for g in item.groups if g is not Group.REST]
    why = join([badge(word, "x v-ask") for word in words], " ")
    name = join([f"{subject_number(state, indicator)}　", subject_link(indicator)])
    # The page's script lets the keys act on it only while it is in sight.
    kind = "item to-keys" if first else "item"
    return join([tag("h3", name, kind), tag("div", join([whose, "　", why]), "meta")])


def _said(state: Assessment, review: Review, item: Item) -> Markup:
    """The figures, why they need judgement, and what becomes of a change of the card."""
    asked = review.round
    why = state.once(
        f"statements {asked.id} {item.submission_id} {item.subject_id}",
        lambda: statements(
            state,
            review.before,
            asked,
            item,
            review.earlier,
            review.proposing(item),
            lambda key: column_name(state, asked, key),
        ),
    )
    said = [statement(one) for one in why]
    note: Content = ""
    if Group.CARD in item.groups:
        card = state.card(item.subject_id)
        until = _UNTIL_SET if card.baseline is None and card.target is None else _UNTIL
        note = tag("div", join([until, link("管理の判定条件", "admin", part="cards"), "で記録します。"]), "meta")
    taken = tag("div", _TAKEN_BACK, "meta") if item.confirmed else ""
    return join([_figures(state, review, item), *said, note, taken])


def _figures(state: Assessment, review: Review, item: Item) -> Content:
    """A line for each figure of the round: as it was written, as it was read, what was known, the difference."""
    if review.round.kind == "initiatives":
        return said_in_box(state, review.round, item)
    targets = review.round.kind == "targets"
    headings = (
        "書かれた文字",
        "読み取った値",
        "登録" if targets else "前回",
        "差",
        *(() if targets else ("確認済の値",)),
    )
    rows: list[tuple[Content, ...]] = []
    for key in main_keys(review.round):
        fact = facts_of(state, review, item, key)
        name = column_name(state, review.round, key)
        written = join([tag("span", fact.written, "", data_verbatim="1"), tag("small", fact.address)])
        line: tuple[Content, ...] = (name, written, figure(fact.understood), figure(fact.last), fact.difference)
        rows.append(line if targets else (*line, figure(fact.approved)))
    columns = [Column("項目"), *(Column(h, number=n > 0) for n, h in enumerate(headings))]
    return table(columns, rows, caption="読み取った値", kind="stack facts")


def _chart(state: Assessment, item: Item) -> None:
    if item.subject_id not in state.snapshot.cards:
        return  # an initiative has no line to be drawn
    indicator = state.snapshot.plan.subject(item.subject_id)
    told = story(state, indicator)
    if told.drawable:
        # The indicator's own history with this answer as its newest point.
        drawn, key = trajectory(told, height=150, compact=True), f"history-{item.submission_id}-{indicator.id}"
        chart(drawn, key=key, alt_text=told.words, caption="", file=indicator_file(indicator, told, state.day))


# --- acting --------------------------------------------------------------------------------------------------------


def _actions(state: Assessment, item: Item, *, first: bool, at: str) -> None:
    """確認済にする and 修正依頼 or, where that was done, the way back.

    K and S work on the first box, so that a round can be gone through by keyboard.
    """
    key, one = key_of(item), [item.subject_id]
    name = state.snapshot.plan.subject(item.subject_id).name
    sure, back = ("K", "S") if first else (None, None)
    if not item.confirmed and st.button("確認済にする", type="primary", key=f"confirm-{key}", shortcut=sure):
        _do(item, at, lambda: services().confirm(item.submission_id, one), f"「{name}」を確認済にしました。")
    if st.button("修正依頼…", key=f"ask-{key}", shortcut=back):
        st.session_state[_ASKING] = "" if st.session_state.get(_ASKING) == key else key
    if item.confirmed and st.button("確認済を取り消す", key=f"unconfirm-{key}"):
        _do(item, at, lambda: services().unconfirm(item.submission_id, one), f"「{name}」の確認済を取り消しました。")
    if item.waiting and st.button("修正依頼を取り下げる", key=f"take-back-{key}"):
        asked = [q.question_id for q in item.waiting]
        where = item.waiting[0].submission_id
        _do(item, at, lambda: services().withdraw(where, asked), f"「{name}」の修正依頼を取り下げました。")


def _do(item: Item, at: str, act: Callable[[], object], words: str) -> None:
    """Do it; the item stays where it stands, and says what was done."""
    if attempt(act) is not None:
        st.session_state.setdefault(_ACTED, {})[item.subject_id] = at
        if st.session_state.get(_ASKING) == key_of(item):
            del st.session_state[_ASKING]
        notices.tell(f"item-{item.subject_id}", words)


def _asking(state: Assessment, asked: Round, item: Item, at: str) -> None:
    """The form of a question where it is open; its room stays once it was asked, so that nothing moves up."""
    key = key_of(item)
    if st.session_state.get(_ASKING) == key:
        with st.container(key=f"asking-back-{key}"):
            _ask(state, asked, item, key, at)
    elif item.waiting and item.subject_id in acted():
        with st.container(key=f"asking-back-{key}"):
            for question in item.waiting:
                where = column_name(state, asked, question.key)
                said = join([tag("b", f"修正依頼({where})　"), tag("span", question.text, "", data_verbatim="1")])
                show(tag("div", said, "said"))
            show(tag("div", _NEXT, "meta"))


#: How a question may be put, by what the round asks about.
_EXAMPLES: Mapping[str, str] = {
    "指標": "例: 前回と桁が違います。千件単位ではないか確かめてください。",
    "取組": "例: 実績が前回と同じ文です。この半期に進んだことを記入してください。",
}


def _ask(state: Assessment, asked: Round, item: Item, key: str, at: str) -> None:
    """The question: on which cell, in which words."""
    indicator, card = state.snapshot.plan.subject(item.subject_id), state.card(item.subject_id)
    labels = {"": f"この{subject_word(asked.kind)}の行全体"}
    for column, entry in item.answer.entries.items():
        place = f"　{entry.cell}" if entry.cell else ""
        labels[column] = f"{column_name(state, asked, column)}{place}　{entry_words(indicator, card, entry)}"
    start = next((k for k in (*(d.key for d in item.doubts), *main_keys(asked)) if k in labels), "")
    with st.form(f"ask-form-{key}", border=False):
        column = st.selectbox(
            "どの欄について", list(labels), index=list(labels).index(start), format_func=labels.__getitem__
        )
        text = st.text_area("依頼する内容", placeholder=_EXAMPLES[subject_word(asked.kind)], max_chars=500)
        if not st.form_submit_button("修正を依頼する", type="primary"):
            return
    if not text.strip():
        notices.refuse("依頼する内容を入力してください。部局は、この文を見て直します。")
        return
    asked_of = [Question(item.subject_id, column, text.strip())]
    _do(
        item,
        at,
        lambda: services().ask_back(item.submission_id, asked_of),
        f"「{indicator.name}」の修正依頼を記録しました。誤って依頼したときは、ここで取り下げられます。",
    )


def to_judge(found: Sequence[Item]) -> list[Item]:
    """Of some items those that stand in the list to be judged: the open ones, and what was judged there just now."""
    done = acted()
    judged = {subject_id for subject_id, place in done.items() if place == JUDGING}
    return [
        i
        for i in found
        if i.subject_id in judged or (i.open and i.group is not Group.REST and i.subject_id not in done)
    ]
