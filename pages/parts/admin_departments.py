"""部局と課: what April brings, with a date; indicators that nobody answers for stand first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from kpi.april import Unfit, merge, move_indicators, ownerless, rename, split
from kpi.collection import Action
from kpi.plan import Department, Plan
from pages.parts.admin_common import act, fresh, note, wareki
from pages.parts.asof import looking_back
from pages.parts.days import day_input
from pages.parts.divisions import divisions_box
from pages.parts.frame import show
from pages.parts.html import Column, Content, Markup, join, link, table, tag, unmarked
from pages.parts.snapshot import View, desk

_ACTS = {
    "move": "指標の担当を移す",
    "rename": "部局の名称を変える",
    "merge": "部局を統合する",
    "split": "部局を分ける",
    "divisions": "課と連絡先を決める",
}


def departments_part(state: View) -> None:
    """Who answers for what, and the changes that can be made to it."""
    lost = ownerless(state.plan, state.day, state.snapshot.cards)
    if lost:
        show(tag("div", tag("b", f"担当のない指標が{len(lost)}件あります。担当を決めてください。"), "notice"))
        rows = [(link(f"{i.number} {i.name}", "indicator", indicator=i.id), i.source) for i in lost]
        show(table([Column("指標"), Column("出典")], rows, caption="担当のない指標"))
    show(_list(state))
    if looking_back():
        return
    st.header("変える", anchor=False)
    ours = desk()
    acts = _ACTS if ours.may(Action.SET_DEPARTMENTS) else {"divisions": _ACTS["divisions"]}
    chosen = st.selectbox("すること", list(acts), format_func=acts.__getitem__, key=fresh("department-act"), width=420)
    if chosen == "divisions":
        divisions_box(state)
    else:
        _FORMS[chosen](state)


def _list(state: View) -> Markup:
    rows = [_row(state, d) for d in state.plan.departments if alive(d, state.day)]
    columns = [Column("部局"), Column("担当の指標"), Column("課"), Column("主管課のメール")]
    coming = [
        tag("div", f"{wareki(n.valid_from)}から「{n.name}」(いまは{d.name(state.day)})", "meta")
        for d in state.plan.departments
        for n in d.names
        if n.valid_from and n.valid_from > state.day
    ]
    return join([table(columns, rows, caption="部局と課", kind="stack"), *coming])


def _row(state: View, department: Department) -> tuple[Content, ...]:
    numbers = {i.id: i.number for i in state.plan.owned_by(department.id, state.day)}
    divisions = [
        f"{v.name}({'、'.join(numbers[i] for i in v.indicators if i in numbers) or 'なし'})"
        for v in department.divisions_on(state.day)
    ]
    former = [n.name for n in department.names if not n.holds(state.day) and n.valid_to and n.valid_to < state.day]
    return (
        join([department.name(state.day), tag("small", f"旧 {'、'.join(former)}") if former else ""]),
        join([f"{len(numbers)}件", tag("small", "、".join(numbers.values()))]),
        "、".join(divisions) or "―",
        department.mail or "―",
    )


def alive(department: Department, day: date) -> bool:
    """Whether there is a department of this id on a day, or one to come."""
    return any(n.valid_to is None or n.valid_to >= day for n in department.names)


def _names(state: View) -> dict[str, str]:
    return {d.id: d.name(state.day) for d in state.plan.departments if alive(d, state.day)}


def _department(state: View, label: str, key: str) -> str:
    names = _names(state)
    return str(st.selectbox(label, list(names), format_func=names.__getitem__, key=fresh(key), width=420))


def _from_day(state: View) -> date | None:
    """The first of April that comes, unless another day is chosen."""
    april = date(state.day.year + (state.day >= date(state.day.year, 4, 1)), 4, 1)
    return day_input("いつから(この日を含む)", april, fresh("from-day"))


def _rename(state: View) -> None:
    one = _department(state, "部局", "rename-which")
    name = st.text_input("新しい名称", key=fresh("rename-name"), max_chars=60, width=420)
    day, reason = _from_day(state), _reason()
    _confirm(
        state,
        day,
        lambda plan, on: rename(plan, one, name, on),
        lambda on: desk().rename_department(state.plan.id, one, name.strip(), on, reason=reason),
        f"{_names(state)[one]}を「{name.strip()}」に改めます",
        ready=bool(name.strip()),
    )


def _merge(state: View) -> None:
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
        lambda plan, on: merge(plan, several, into, name, on),
        lambda on: desk().merge_departments(state.plan.id, several, into, name.strip(), on, reason=reason),
        f"{'・'.join(names[d] for d in several)}を「{name.strip()}」に統合します",
        ready=len(several) > 1 and bool(name.strip()),
    )


def _split(state: View) -> None:
    one = _department(state, "分ける部局", "split-which")
    name = st.text_input("新しい部局の名称", key=fresh("split-name"), max_chars=60, width=420)
    new_id = st.text_input(
        "新しい部局のID",
        key=fresh("split-id"),
        max_chars=30,
        width=240,
        help="英小文字・数字・「-」。アドレスや様式の中で使い、後から変わりません。例: digital",
    )
    mine = _pick_indicators(state, "新しい部局が担当する指標", "split-what", of=one)
    day, reason = _from_day(state), _reason()
    _confirm(
        state,
        day,
        lambda plan, on: split(plan, one, new_id.strip(), name, mine, on),
        lambda on: desk().split_department(state.plan.id, one, new_id.strip(), name.strip(), mine, on, reason=reason),
        f"{_names(state)[one]}から「{name.strip()}」を分けます",
        ready=bool(name.strip() and new_id.strip() and mine),
    )


def _move(state: View) -> None:
    lost = [i.id for i in ownerless(state.plan, state.day, state.snapshot.cards)]
    mine = _pick_indicators(state, "指標", "move-what", start=lost)
    one = _department(state, "移す先の部局", "move-to")
    if lost:
        day: date | None = day_input("いつから(この日を含む)", state.day, fresh("from-day"))
    else:
        day = _from_day(state)
    reason = _reason()
    _confirm(
        state,
        day,
        lambda plan, on: move_indicators(plan, mine, one, on),
        lambda on: desk().move_indicators(state.plan.id, mine, one, on, reason=reason),
        f"{len(mine)}指標の担当を{_names(state)[one]}に移します",
        ready=bool(mine),
    )


_FORMS: Mapping[str, Callable[[View], None]] = {"move": _move, "rename": _rename, "merge": _merge, "split": _split}


def _pick_indicators(state: View, label: str, key: str, *, of: str = "", start: list[str] | None = None) -> list[str]:
    offered = state.plan.owned_by(of, state.day) if of else state.plan.indicators
    words = {i.id: f"{i.number} {i.name}({state.owner_name(i)})" for i in offered}
    return list(
        st.multiselect(label, list(words), start or [], format_func=words.__getitem__, key=fresh(f"{key}-{of}"))
    )


def _reason() -> str:
    return st.text_input("理由(任意)", key=fresh("department-reason"), max_chars=200).strip()


def _confirm(
    state: View,
    day: date | None,
    change: Callable[[Plan, date], Plan],
    do: Callable[[date], object],
    words: str,
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
    rows = _differences(state.plan, after, day)
    show(tag("p", tag("b", f"{wareki(day)}から、{words}。")))
    if rows:
        columns = [Column("部局"), Column("その前日まで"), Column("その日から")]
        show(table(columns, rows, caption="変わるところ", kind="stack"))
    note(
        "前日までの表示・様式・記録は、いままでの名称と担当のまま残ります。間違えたときは、同じ画面で逆に変えて戻せます。"
    )
    if st.button("この内容に変える", type="primary", key="department-save"):
        act(lambda: do(day), f"{wareki(day)}から、{words.removesuffix('ます')}ました。")


def _differences(before: Plan, after: Plan, day: date) -> list[tuple[Content, ...]]:
    """Each department with its name and its indicators on either side of a day, where anything differs."""
    rows: list[tuple[Content, ...]] = []
    for department in after.departments:
        old = next((d for d in before.departments if d.id == department.id), None)
        was = _told(before, old, day) if old else "(なし)"
        now = _told(after, department, day)
        if was != now:
            rows.append((old.name(day) if old else department.name(day), was, now))
    return rows


def _told(plan: Plan, department: Department, day: date) -> str:
    numbers = "、".join(i.number for i in plan.owned_by(department.id, day))
    if not any(n.holds(day) for n in department.names):
        return "(なくなります)" if not numbers else f"(なくなります) {numbers}"
    return f"{department.name(day)}　{numbers or '担当の指標なし'}"
