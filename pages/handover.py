"""引継ぎ: for who takes over a department's indicators and initiatives, everything said before and what is due next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage
from kpi.collection.reorganisation import ownerless
from kpi.collection.workflow import Action
from kpi.handover.history import Said, as_table, everything_said, waiting
from kpi.handover.predecessors import Contact, Due, contacts, due_next
from kpi.period import stamp
from kpi.place import Place
from kpi.plan import Department, Indicator, subject_words, values_among, work_among
from loaders.documents.packing import file_part
from loaders.documents.table_files import to_xlsx
from pages.parts.app.current_view import services, view
from pages.parts.app.identity import reaches, require
from pages.parts.handover.course import course
from pages.parts.handover.sources import sources, whole
from pages.parts.rounds.board_table import day_words
from pages.parts.shared.filters import choose, only, paged
from pages.parts.shared.layout import XLSX, empty, header, lead, show
from pages.parts.shared.markup import Column, Content, badge, join, link, table, tag, unmarked


def handover_page() -> None:
    """Draw all that a new 担当 has to know of a department's indicators and initiatives, and let it be taken away."""
    state = view()
    header("引継ぎ", state)
    department, division_id, indicators = _chosen(state)
    state = whole(state, department.id, division_id, indicators)
    whose = f"of {department.id} {division_id}"
    said = state.once(f"said {whose}", lambda: everything_said(state, indicators, sources(state)))
    due = due_next(state, department, indicators)
    left = state.once(f"waiting {whose}", lambda: waiting(state, indicators, sources(state)))
    _lead(state, department, indicators, due, len(left))
    _take(state, department, indicators, said)
    _next(state, department, due)
    _waiting(left)
    answered = state.once(f"contacts {whose}", lambda: contacts(state, department, indicators, sources(state)))
    _contacts(state, department, indicators, answered)
    shown = paged(indicators, subject_words(indicators), f"handover {department.id} {division_id}")
    for word, part in (("指標", values_among(shown)), ("取組", work_among(shown))):
        if part:
            st.header(unmarked(f"{word}ごとの経過"), anchor=False)
        for one in part:
            course(state, one, [s for s in said if s.indicator_id == one.id])
    _ownerless(state)


def _chosen(state: Assessment) -> tuple[Department, str, tuple[Indicator, ...]]:
    """One's own department, the 課 of it that one answers for or asks about, and what belongs to it."""
    plan, asked_for = state.plan, st.query_params.get("department", "")
    who = require(Action.SEE_HANDOVER, asked_for if asked_for in {d.id for d in plan.departments} else "")
    mine = {
        d.id: d.name(state.day)
        for d in plan.departments
        if plan.answers_on(d.id, state.day) and reaches(who, Action.SEE_HANDOVER, d.id)
    }
    if not plan.departments:
        empty("この計画に部局がないため、引継ぎはありません。")
        st.stop()
    if not mine:
        empty("引き継ぐ指標や取組のある部局が、あなたの担当にありません。事務局に連絡してください。")
        st.stop()
    grid = st.grid(min_column_width=260)
    if len(mine) > 1:
        with grid.cell():
            chosen = choose("部局", "department", mine)
    else:
        chosen = only("部局", "department", mine)
    department = plan.department(chosen)
    indicators = plan.subjects_of(department.id, state.day)
    divisions = {v.id: v for v in department.divisions_on(state.day)}
    own = {
        k: v.name
        for k, v in divisions.items()
        if services().may(Action.SEE_HANDOVER, Place(plan.id, department_id=department.id, division_id=k))
    }
    options = (
        {"": "部局全体"} if services().may(Action.SEE_HANDOVER, Place(plan.id, department_id=department.id)) else {}
    ) | own
    if not own:
        return department, "", indicators
    if len(options) > 1:
        with grid.cell():
            division_id = choose("課", "division", options)
    else:
        division_id = only("課", "division", options)
    if division_id:
        indicators = tuple(i for i in indicators if i.id in divisions[division_id].indicators)
    return department, division_id, indicators


def _lead(
    state: Assessment, department: Department, indicators: Sequence[Indicator], due: Sequence[Due], left: int
) -> None:
    parts = (("指標", values_among(indicators)), ("取組", work_among(indicators)))
    counted = "、".join(f"{word}は{len(part)}件" for word, part in parts if part) or "指標は0件"
    said: list[Content] = [f"{department.name(state.day)}で引き継ぐ{counted}。"]
    if due:
        # What is long past its date stands in the table; what comes next is what has a date to keep.
        ahead = next((d for d in due if d.asked.due is None or d.asked.due >= state.day), due[0])
        first = ahead.asked
        when = f"、期限{_day(state, first.due)}{first.due_hour}時" if first.due else ""
        planned = "予定の" if state.stage(first) is Stage.PLANNED else ""
        said += [f"次は{planned}", tag("b", f"{first.name}({len(ahead.indicators)}件{when})"), "です。"]
    else:
        said.append("いま回答を待たれている照会はありません。")
    if left:
        said += [tag("b", f"片付いていないことが{left}件"), "あります。"]
    lead(join(said))


def _day(state: Assessment, day: date) -> str:
    """A day, with its year where that is not this one."""
    year = "" if day.year == state.day.year else f"令和{day.year - 2018}年"
    return year + day_words(day)


def _take(state: Assessment, department: Department, indicators: Sequence[Indicator], said: Sequence[Said]) -> None:
    name, mark = department.name(state.day), "サンプル_" if state.snapshot.has_samples else ""
    sample = ["サンプルです。県の実績ではありません。"] if state.snapshot.has_samples else []
    notes = (f"{stamp(state.day)}時点。新しい順。", *sample)

    def make() -> bytes:
        return to_xlsx(as_table(state, indicators, said), title=f"引継ぎ {name}", notes=notes)

    file = f"{mark}引継ぎ_{file_part(name)}.xlsx"
    st.download_button("引継ぎ書を受け取る(Excel)", make, file, XLSX, key="take-handover", on_click="ignore")


def _next(state: Assessment, department: Department, due: Sequence[Due]) -> None:
    st.header("次に回答すること", anchor=False)
    if not due:
        empty("予定されている照会はありません。")
        return
    word, rows = subject_words([i for one in due for i, _, _ in one.indicators]), []
    for one in due:
        page = link(one.asked.name, "submit", department=department.id, round=one.asked.id)
        planned = state.stage(one.asked) is Stage.PLANNED
        when = ["予定"] if planned else []
        when += [f"{_day(state, one.asked.opens)}から" if one.asked.opens and one.asked.opens > state.day else ""]
        when.append(f"{_day(state, one.asked.due)}{one.asked.due_hour}時まで" if one.asked.due else "期限は未設定")
        when.append("期限を過ぎて未回答" if not planned and one.asked.due and one.asked.due < state.day else "")
        asked = [f"{i.name}({p.short}{'' if surveyed else '・調査年でない'})" for i, p, surveyed in one.indicators]
        rows.append((page, join(tag("div", w) for w in when if w), join(tag("div", a) for a in asked)))
    columns = [Column("照会"), Column("回答の期間"), Column(f"尋ねられる{word}と時点")]
    show(table(columns, rows, caption="次に回答すること", kind="stack"))


def _waiting(left: Sequence[tuple[str, Indicator, str]]) -> None:
    if not left:
        return
    st.header("片付いていないこと", anchor=False)
    rows = [(badge(kind, "x v-ask"), i.name, tag("span", words, "", data_verbatim="1")) for kind, i, words in left]
    columns = [Column("種類"), Column(subject_words([i for _, i, _ in left])), Column("内容")]
    show(table(columns, rows, caption="片付いていないこと", kind="stack"))


def _contacts(
    state: Assessment, department: Department, indicators: Sequence[Indicator], found: Sequence[Contact]
) -> None:
    st.header("これまで回答した人", anchor=False)
    shared = [f"{v.name} {v.mail}" for v in department.divisions_on(state.day) if v.mail]
    shared += [f"主管課 {department.mail}"] if department.mail else []
    if shared:
        show(tag("div", "共用のアドレス: " + "、".join(shared), "meta"))
    if not found:
        empty("まだ誰も回答していません。")
        return
    numbers = {i.id: i.number for i in indicators}
    rows = [
        (
            join(
                [
                    one.round_name,
                    tag("small", f"{stamp(one.at)}{f'　ほか{one.rounds - 1}回' if one.rounds > 1 else ''}"),
                ]
            ),
            one.section or "―",
            one.person or "―",
            one.contact or "―",
            "、".join(numbers[i] for i in one.indicators) if len(one.indicators) < len(numbers) else "すべて",
        )
        for one in found
    ]
    columns = [
        Column("照会"),
        Column("担当課"),
        Column("担当者"),
        Column("連絡先"),
        Column(f"{subject_words(indicators)}の番号"),
    ]
    show(table(columns, rows, caption="これまで回答した人", kind="stack"))


def _ownerless(state: Assessment) -> None:
    """For the secretariat: what nobody answers for."""
    if not services().may(Action.OPEN_ROUND, Place(state.plan.id)):
        return
    left = ownerless(state.plan, state.day, state.snapshot.cards)
    if not left:
        return
    st.header(f"担当の部局がない指標({len(left)})", anchor=False)
    where = link("管理の部局", "admin", part="departments")
    show(tag("div", join(["どの部局も答えない指標です。", where, "で移せます。"]), "notice"))
    rows = [(f"{i.number}　{i.name}", i.source) for i in left]
    show(table([Column("指標"), Column("出典")], rows, caption="担当の部局がない指標"))
