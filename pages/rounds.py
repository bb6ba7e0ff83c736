"""照会: who has answered and who has not; the letters; opening and closing a round."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, labels
from kpi.collection.turnout import Row, departments, summary
from kpi.collection.workflow import Action, may
from kpi.place import Place
from kpi.plan import Department, Round
from loaders.form.writing.writer import form_filename
from loaders.services.operations import forms_name
from pages.parts.app.clock import now
from pages.parts.app.current_view import services, view
from pages.parts.app.identity import person, require
from pages.parts.rounds.board_table import board_table, round_dates, round_rows
from pages.parts.rounds.letter_downloads import letters_box
from pages.parts.rounds.other_rounds import other_rounds
from pages.parts.rounds.round_editor import cancel_box, change_box, close_box, open_box, start_box, told
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import XLSX, empty, header, lead, show
from pages.parts.shared.markup import Content, join, link, tag


def rounds_page() -> None:
    """Draw the board of one round; the secretariat also opens, writes and closes here."""
    require(Action.SEE_RETURNS)
    state = view()
    header("照会", state)
    # Also while the past is shown, where nothing is opened.
    staff = may(person(), Action.OPEN_ROUND, Place(state.plan.id))
    if not state.plan.rounds:
        can = staff and state.is_open and bool(state.plan.departments)
        empty(join([_none(state), "下の「新しい照会を始める」から始められます。" if can else ""]))
        if can:
            told()
            open_box(state)
        return
    asked = _chosen(state)
    rows = round_rows(state, asked)
    if staff:
        _staff(state, asked, rows)
    else:
        _own(state, asked, rows)


def _none(state: Assessment) -> Content:
    if state.plan.departments:
        return "まだ照会がありません。"
    paper = (
        join(["取組の一覧の会議資料は、", link("報告書", "report"), "で作れます。"]) if state.plan.initiatives else ""
    )
    return join(["この計画に部局がないため、照会はありません。", paper])


def _chosen(state: Assessment) -> Round:
    newest = state.current_round
    rounds = labels(reversed(state.plan.rounds), state.snapshot.life)
    return state.plan.round(choose("照会", "round", rounds, default=newest.id if newest else ""))


def _staff(state: Assessment, asked: Round, rows: Sequence[Row]) -> None:
    show(round_dates(state, asked))
    show(other_rounds(state, asked))
    stage = state.stage(asked)
    lead(summary(rows, asked, state.as_of or now(), state.snapshot.closed_at(asked.id), stage=stage))
    if stage is Stage.CANCELLED:
        _given_up(state, asked)
        return
    planned = stage is Stage.PLANNED and state.is_open
    if planned:
        start_box(state, asked)
        cancel_box(state, asked)
    board_table(asked, rows)
    if rows:
        show(tag("div", _how(state, asked), "meta"))
    if not state.is_open:
        return
    st.header("照会を始める・変更する・締め切る", anchor=False)
    told()
    if not planned:
        change_box(state, asked)
        close_box(state, asked, rows)
    open_box(state)
    if state.plan.departments:
        _forms(state, asked, rows)
        st.header("文書", anchor=False)
        letters_box(state, asked, rows)


def _how(state: Assessment, asked: Round) -> Content:
    behalf = "メールで届いた様式は、そこから代理登録できます。" if state.is_open else ""
    note = f"部局名を開くと、その部局の回答の画面です。{behalf}回答の中身は"
    return join([note, link("確認", "review", round=asked.id), "で見られます。"])


def _given_up(state: Assessment, asked: Round) -> None:
    """What is left of a round that was given up: it can be started after all."""
    if state.is_open:
        start_box(state, asked)
        open_box(state)


def _own(state: Assessment, asked: Round, rows: Sequence[Row]) -> None:
    """What a department sees: its own row and its 課, and the letters that its 主管課 passes on."""
    who = person()
    mine = [r for r in rows if who.answers_for(r.department_id, r.division_id)]
    show(round_dates(state, asked))
    if not mine:
        empty("この照会では、担当の部局への照会はありません。")
        return
    if state.stage(asked) is Stage.PLANNED:
        lead("予定の照会で、まだ始まっていません。")
    else:
        own = departments(mine) or mine
        lead(join(join([row.name, "は", tag("b", row.word), f"。{row.timing_words}。"]) for row in own))
    board_table(asked, mine)
    whole = departments(mine)
    if whole and len(mine) > len(whole) and state.is_open:
        st.header("課への文書", anchor=False)
        letters_box(state, asked, rows, of_departments=[r.department_id for r in whole])


def _forms(state: Assessment, asked: Round, rows: Sequence[Row]) -> None:
    """The workbooks: all at once, or one department's or 課's."""
    st.header("回答様式", anchor=False)
    ours, plan_id = services(), state.plan.id
    labels = {
        (r.department_id, r.division_id): f"　{r.name}" if r.division_id else r.name for r in rows
    }  # a 課 is set in under its department
    if not labels:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            f"全部局分をZIPで受け取る({len(departments(rows))}部局)",
            lambda: ours.take_forms(Place(plan_id, asked.id))[1],
            forms_name(state.snapshot, asked.id, day=state.day),
            "application/zip",
            key="take-all",
            on_click="ignore",
        )
        department_id, division_id = st.selectbox(
            "部局・課", list(labels), format_func=labels.__getitem__, key=f"form-of-{asked.id}", width=320
        )
        st.download_button(
            "この部局・課の様式を受け取る",
            lambda: ours.take_form(Place(plan_id, asked.id, department_id, division_id))[1],
            _name(state, asked, state.plan.department(department_id), division_id),
            XLSX,
            key="take-one",
            on_click="ignore",
        )


def _name(state: Assessment, asked: Round, department: Department, division_id: str) -> str:
    return form_filename(state.snapshot.plan, state.day, asked.id, department.id, division_id=division_id)
