"""部局と課: what April brings, with a date; indicators that nobody answers for stand first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.reorganisation import Unfit, ended, left_behind, merge, move_indicators, ownerless, rename, split
from kpi.collection.scope import asked_of
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Department, Plan, Round, subject_words, values_among, work_among
from pages.parts.admin.admin_forms import act, fresh, note, wareki
from pages.parts.admin.directory_table import office_table, workbook_box
from pages.parts.admin.division_editor import divisions_box
from pages.parts.app.current_view import services
from pages.parts.shared.as_of import looking_back
from pages.parts.shared.assumptions import department_assumed
from pages.parts.shared.date_input import day_input
from pages.parts.shared.layout import show, unwritten
from pages.parts.shared.markup import Column, Content, Markup, join, link, table, tag, unmarked

_ACTS = {
    "move": "指標の担当を移す",
    "rename": "部局の名称を変更する",
    "merge": "部局を統合する",
    "split": "部局を分ける",
    "divisions": "課と連絡先を決める",
}

#: How each is turned back on this screen.
_BACK = {
    "move": (
        "同じ日付で元の部局に移すと、担当はもとのとおりになります。"
        "部局を選んで始めた照会には移す先の部局も残るので、「照会」の「この照会を変更する」で外します。"
    ),
    "rename": "同じ日付で元の名称に変更すると、もとのとおりになります。",
    "merge": (
        "「部局を分ける」でなくなった部局を選び、その指標を同じ日付で分けると、もとのIDと名称で戻ります。"
        "統合後の名称は「部局の名称を変更する」で、引き継いだ主管課のメールは「課と連絡先を決める」で直します。"
    ),
    "split": "「部局を統合する」で、分けた部局を同じ日付で元の部局に統合すると、もとのとおりになります。",
}


def departments_part(state: Assessment) -> None:
    """Who answers for what, and the changes that can be made to it."""
    lost = ownerless(state.plan, state.day, state.snapshot.cards)
    if lost:
        show(tag("div", tag("b", f"担当のない指標が{len(lost)}件あります。担当を決めてください。"), "notice"))
        rows = [(link(f"{i.number} {i.name}", "indicator", indicator=i.id), i.source) for i in lost]
        show(table([Column("指標"), Column("出典")], rows, caption="担当のない指標"))
    if not state.plan.departments:
        unwritten("部局", "plan.toml")
        return
    if looking_back():
        show(_list(state))
        return
    if st.toggle("課と連絡先を、表の中で書き換える", key="department-edit"):
        office_table(state)
    else:
        show(_list(state))
    workbook_box(state)
    st.header("変更する", anchor=False)
    ours = services()
    acts = _ACTS if ours.may(Action.SET_DEPARTMENTS, Place(state.plan.id)) else {"divisions": _ACTS["divisions"]}
    chosen = st.selectbox("手続", list(acts), format_func=acts.__getitem__, key=fresh("department-act"), width=420)
    if chosen == "divisions":
        divisions_box(state)
    else:
        _FORMS[chosen](state)


def _list(state: Assessment) -> Markup:
    rows = [_row(state, d) for d in state.plan.departments if alive(d, state.day)]
    columns = [
        Column("部局"),
        Column(f"担当の{subject_words(state.plan.subjects)}"),
        Column("課"),
        Column("主管課のメール"),
    ]
    coming = [tag("div", words, "meta") for d in state.plan.departments for words in _coming(d, state.day)]
    return join([table(columns, rows, caption="部局と課", kind="stack"), *coming])


def _coming(department: Department, day: date) -> list[str]:
    """What is recorded of a department for a later day: its names, and that it is to end."""
    if not alive(department, day):
        return []
    now, last = department.name(day), department.names[-1]
    named = [
        f"{wareki(n.valid_from)}から「{n.name}」(いまは{now})"
        for n in department.names
        if n.valid_from and n.valid_from > day
    ]
    gone = [f"{wareki(last.valid_to + timedelta(days=1))}から「{last.name}」はなくなります"] if last.valid_to else []
    return named + gone


def _row(state: Assessment, department: Department) -> tuple[Content, ...]:
    owned = state.plan.subjects_of(department.id, state.day)
    numbers, work = {i.id: i.number for i in owned}, work_among(owned)
    divisions = [
        f"{v.name}({'、'.join(numbers[i] for i in v.indicators if i in numbers) or 'なし'})"
        for v in department.divisions_on(state.day)
    ]
    former = [n.name for n in department.names if not n.holds(state.day) and n.valid_to and n.valid_to < state.day]
    return (
        join(
            [
                department.name(state.day),
                department_assumed(state, department.id),
                tag("small", f"旧 {'、'.join(former)}") if former else "",
            ]
        ),
        join(
            [
                f"{len(owned) - len(work)}件",
                tag("small", "、".join(i.number for i in values_among(owned))),
                tag("small", f"取組{len(work)}件") if work else "",
            ]
        ),
        "、".join(divisions) or "―",
        department.mail or "―",
    )


def alive(department: Department, day: date) -> bool:
    """Whether there is a department of this id on a day, or one to come."""
    return not ended(department, day)


def _names(state: Assessment) -> dict[str, str]:
    return {d.id: d.name(state.day) for d in state.plan.departments if alive(d, state.day)}


def _department(state: Assessment, label: str, key: str) -> str:
    names = _names(state)
    return str(st.selectbox(label, list(names), format_func=names.__getitem__, key=fresh(key), width=420))


def _from_day(state: Assessment) -> date | None:
    """The first of April that comes, unless another day is chosen."""
    april = date(state.day.year + (state.day >= date(state.day.year, 4, 1)), 4, 1)
    return day_input("いつから(この日を含む)", april, fresh("from-day"))


def _rename(state: Assessment) -> None:
    one = _department(state, "部局", "rename-which")
    name = st.text_input("新しい名称", key=fresh("rename-name"), max_chars=60, width=420)
    day, reason = _from_day(state), _reason()
    _confirm(
        state,
        day,
        lambda plan, on: rename(plan, one, name, on),
        lambda on: services().rename_department(state.plan.id, one, name.strip(), on, reason=reason),
        f"{_names(state)[one]}を「{name.strip()}」に改めます",
        _BACK["rename"],
        ready=bool(name.strip()),
    )


def _merge(state: Assessment) -> None:
    names = _names(state)
    several = st.multiselect("統合する部局", list(names), format_func=names.__getitem__, key=fresh("merge-which"))
    into = st.selectbox(
        "引き継ぐ部局(記録と様式の番号が続きます)",
        several or list(names),
        format_func=names.__getitem__,
        key=fresh("merge-into"),
        width=420,
    )
    name = st.text_input("統合後の名称", names[into], key=fresh(f"merge-name-{into}"), max_chars=60, width=420)
    day, reason = _from_day(state), _reason()
    _confirm(
        state,
        day,
        lambda plan, on: merge(plan, several, into, name, on, state.snapshot.closed),
        lambda on: services().merge_departments(state.plan.id, several, into, name.strip(), on, reason=reason),
        f"{'・'.join(names[d] for d in several)}を「{name.strip()}」に統合します",
        _BACK["merge"],
        ready=len(several) > 1 and bool(name.strip()),
    )


def _split(state: Assessment) -> None:
    one = _department(state, "分ける部局", "split-which")
    day = _from_day(state)
    back = _returning(state, day or state.day)
    last = back.name(day or state.day) if back else ""
    key = back.id if back else ""
    name = st.text_input("新しい部局の名称", last, key=fresh(f"split-name-{key}"), max_chars=60, width=420)
    new_id = back.id if back else _new_id()
    offered = state.plan.owned_by(one, day or state.day)
    words = {i.id: f"{i.number} {i.name}" for i in offered}
    start = [i for i in _last_owned(state.plan, back) if i in words] if back else []
    mine = list(
        st.multiselect(
            "新しい部局が担当する指標",
            list(words),
            start,
            format_func=words.__getitem__,
            key=fresh(f"split-what-{one}-{key}"),
        )
    )
    reason = _reason()
    _confirm(
        state,
        day,
        lambda plan, on: split(plan, one, new_id, name, mine, on, state.snapshot.closed),
        lambda on: services().split_department(state.plan.id, one, new_id, name.strip(), mine, on, reason=reason),
        f"{_names(state)[one]}から「{name.strip()}」を分けます",
        _BACK["split"],
        ready=bool(name.strip() and new_id and (mine or back)),
    )


def _new_id() -> str:
    return st.text_input(
        "新しい部局のID",
        key=fresh("split-id"),
        max_chars=30,
        width=240,
        help="英小文字・数字・「-」。アドレスや様式の中で使い、後から変わりません。例: digital",
    ).strip()


def _returning(state: Assessment, day: date) -> Department | None:
    """A department that has ended by then and is to come back; None for a new one."""
    gone = {d.id: d for d in state.plan.departments if ended(d, day)}
    if not gone:
        return None
    words = {"": "新しくつくる"} | {i: f"「{d.name(day)}」を戻す({_until(d)})" for i, d in gone.items()}
    chosen = st.selectbox(
        "分けてできる部局", list(words), format_func=words.__getitem__, key=fresh("split-back"), width=420
    )
    return gone.get(chosen)


def _until(department: Department) -> str:
    end = department.names[-1].valid_to
    return f"ID {department.id}、{wareki(end)}まで" if end else f"ID {department.id}"


def _last_owned(plan: Plan, department: Department) -> tuple[str, ...]:
    """What a department answered for on its last day."""
    end = department.names[-1].valid_to
    return tuple(i.id for i in plan.owned_by(department.id, end)) if end else ()


def _move(state: Assessment) -> None:
    lost = [i.id for i in ownerless(state.plan, state.day, state.snapshot.cards)]
    mine = _pick_indicators(state, "指標", "move-what", lost)
    one = _department(state, "移す先の部局", "move-to")
    if lost:
        day: date | None = day_input("いつから(この日を含む)", state.day, fresh("from-day"))
    else:
        day = _from_day(state)
    reason = _reason()
    _confirm(
        state,
        day,
        lambda plan, on: move_indicators(plan, mine, one, on, state.snapshot.closed),
        lambda on: services().move_indicators(state.plan.id, mine, one, on, reason=reason),
        f"{len(mine)}指標の担当を{_names(state)[one]}に移します",
        _BACK["move"],
        ready=bool(mine),
    )


_FORMS: Mapping[str, Callable[[Assessment], None]] = {
    "move": _move,
    "rename": _rename,
    "merge": _merge,
    "split": _split,
}


def _pick_indicators(state: Assessment, label: str, key: str, start: list[str]) -> list[str]:
    words = {i.id: f"{i.number} {i.name}({state.owner_name(i)})" for i in state.plan.indicators}
    return list(st.multiselect(label, list(words), start, format_func=words.__getitem__, key=fresh(key)))


def _reason() -> str:
    return st.text_input("理由(任意)", key=fresh("department-reason"), max_chars=200).strip()


def _confirm(
    state: Assessment,
    day: date | None,
    change: Callable[[Plan, date], Plan],
    do: Callable[[date], object],
    words: str,
    back: str,
    *,
    ready: bool,
) -> None:
    """What the change would do, worked out before it is made; the button stands only where it can be."""
    if not ready or day is None:
        note("必要なところを入れると、変わるところを確かめられます。")
        return
    try:
        after = change(state.plan, day)
    except Unfit as unfit:
        st.warning(unmarked(unfit.issue.message + unfit.issue.advice))
        return
    show(tag("p", tag("b", f"{wareki(day)}から、{words}。")))
    for caption, heading, rows in (
        ("変わるところ", "部局", _differences(state.plan, after, day)),
        ("変わる照会", "照会", _rounds_changed(state, after, day)),
    ):
        if rows:
            columns = [Column(heading), Column("その前日まで"), Column("その日から")]
            show(table(columns, rows, caption=caption, kind="stack"))
    rules = _rules_words(left_behind(state.plan, after, day))
    if rules:
        show(tag("div", rules, "notice"))
    note(f"前日までの表示・様式・記録は、いままでの名称と担当のまま残ります。間違えたときは、{back}")
    if st.button("この内容に変更する", type="primary", key="department-save"):
        act(lambda: do(day), f"{wareki(day)}から、{words.removesuffix('ます')}ました。{rules}")


def _rules_words(gone: frozenset[str]) -> str:
    """That rules name departments and 課 which go: the people they are for would no longer reach their own."""
    if not gone or not services().may(Action.SET_PEOPLE):
        return ""
    count = sum(not gone.isdisjoint((*r.departments, *r.divisions)) for r in services().memberships())
    told = f"なくなる部局・課の利用者の規則が{count}件あります。"
    return f"{told}その日に合わせて、「利用者」で引き継ぐ部局・課に変更してください。" if count else ""


def _rounds_changed(state: Assessment, after: Plan, day: date) -> list[tuple[Content, ...]]:
    """Open rounds of chosen departments that ask other departments then, or for other indicators."""
    rows: list[tuple[Content, ...]] = []
    for asked in state.plan.rounds:
        if asked.departments and state.snapshot.closed_at(asked.id) is None:
            was, now = _asked(state, state.plan, asked, day), _asked(state, after, after.round(asked.id), day)
            if was.keys() != now.keys() or list(was.values()) != list(now.values()):
                rows.append((asked.name, *(_asked_words(p, a, day) for p, a in ((state.plan, was), (after, now)))))
    return rows


def _asked(state: Assessment, plan: Plan, asked: Round, day: date) -> dict[str, tuple[str, ...]]:
    """The numbers that a round asks for, by department."""
    found = {d.id: asked_of(plan, asked, d.id, day, state.snapshot.cards) for d in plan.departments}
    return {d: tuple(i.number for i in mine) for d, mine in found.items() if mine}


def _asked_words(plan: Plan, asked: Mapping[str, tuple[str, ...]], day: date) -> Content:
    return join([f"{plan.department(d).name(day)}　{'、'.join(numbers)}" for d, numbers in asked.items()], "<br>")


def _differences(before: Plan, after: Plan, day: date) -> list[tuple[Content, ...]]:
    """Each department with its name, its indicators, its 課 and its mail on either side of a day, where they differ."""
    rows: list[tuple[Content, ...]] = []
    for department in after.departments:
        old = next((d for d in before.departments if d.id == department.id and not ended(d, day)), None)
        was = _told(before, old, day) if old else ("(なし)", "", "")
        now = _told(after, department, day)
        if was != now:
            name = old.name(day) if old else department.name(day)
            rows.append((name, _side(was, now), _side(now, was)))
    return rows


def _side(told: tuple[str, str, str], other: tuple[str, str, str]) -> Content:
    """Name and indicators always; 課 and mail where they are not the same on the other side."""
    (lead, *rest), (_, *others) = told, other
    return join([lead, *(tag("small", one) for one, two in zip(rest, others, strict=True) if one and one != two)])


def _told(plan: Plan, department: Department, day: date) -> tuple[str, str, str]:
    numbers = "、".join(i.number for i in plan.owned_by(department.id, day))
    if not any(n.holds(day) for n in department.names):
        return f"(なくなります) {numbers}".strip(), "", ""
    names = "、".join(v.name for v in department.divisions_on(day))
    mail = f"主管課のメール: {department.mail}" if department.mail else ""
    return f"{department.name(day)}　{numbers or '担当の指標なし'}", f"課: {names}" if names else "", mail
