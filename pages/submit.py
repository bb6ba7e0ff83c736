"""回答: what do I owe, by when; here is my form; is what I sent all right?"""

from __future__ import annotations

from datetime import date

import streamlit as st

from kpi.collection import ReturnState
from kpi.plan import Department, Round
from loaders.form.writer import form_filename
from loaders.service import make_form
from loaders.store import StoredReturn
from pages.parts.clock import now
from pages.parts.filters import choose
from pages.parts.frame import XLSX, empty, header, lead, show
from pages.parts.html import Content, Markup, join, tag
from pages.parts.mending import mend_forms
from pages.parts.returns import earlier_returns, newest_return, result_table, send_box
from pages.parts.snapshot import View, view
from pages.parts.uploads import upload_box


def submit_page() -> None:
    """Draw what one department owes in one round, and take its return."""
    state = view()
    header("回答", state)
    department, asked = _whose(state)
    owed = state.plan.owned_by(department.id, state.day)
    current = newest_return(state, asked.id, department.id)
    show(tag("div", _dates(state, department, asked), "meta"))
    lead(_lead(len(owed), current))
    _take_form(state, department, asked)
    upload_box(state, department, asked)
    if current is None:
        empty(
            "まだ回答様式が入っていません。①で受け取った様式に記入し、②に入れると、ここに1セルずつ確かめた結果が並びます。"
        )
    else:
        st.header("確かめた結果", anchor=False)
        result_table(state, current)
        if current.state is ReturnState.DRAFT:
            mend_forms(state, current)
        send_box(state, current)
    st.header("これまでの回答", anchor=False)
    earlier_returns(state, department)


def _whose(state: View) -> tuple[Department, Round]:
    owning = [d for d in state.plan.departments if state.plan.owned_by(d.id, state.day)]
    open_now = state.current_round
    grid = st.grid(min_column_width=260)
    with grid.cell():
        chosen = choose("部局", "department", {d.id: d.name(state.day) for d in owning})
    with grid.cell():
        rounds = {r.id: r.name for r in state.plan.rounds}
        round_id = choose("照会", "round", rounds, default=open_now.id if open_now else "")
    return state.plan.department(chosen), state.plan.round(round_id)


def _dates(state: View, department: Department, asked: Round) -> Content:
    parts: list[Content] = [department.name(state.day), "　", asked.name, "　"]
    if asked.opens and asked.opens > state.day:
        parts.append(f"{_day(asked.opens)}に始まります")
    elif asked.due:
        parts.append(f"期限 {_day(asked.due)}{asked.due_hour}時({_left(asked.due, state.day)})")
    else:
        parts.append("期限 未設定")
    if asked.assumption:
        parts += ["　", tag("span", "想定の日程です", "assumed")]
    return join(parts)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})"


def _left(due: date, today: date) -> str:
    days = (due - today).days
    return f"あと{days}日" if days > 0 else "今日まで" if days == 0 else f"期限を{-days}日過ぎています"


def _lead(owed: int, current: StoredReturn | None) -> Content:
    said = f"回答いただく指標は{owed}件。"
    if current is None:
        return said
    if current.state is ReturnState.SENT:
        return join([said, tag("b", "回答は受け付けました"), "。期限までは、直した様式を入れ直すと差し替えられます。"])
    fix = sum(i.severity == "fix" for i in current.open)
    ask = len(current.open) - fix
    if not fix and not ask:
        return join([said, tag("b", "すべて取り込めます"), "。③で送ってください。"])
    words = "、".join(w for w in (f"{ask}件は確認" if ask else "", f"{fix}件は修正" if fix else "") if w)
    return join([said, tag("b", words), "してください。確かめ終わった欄は下書きとして保存しています。"])


def _take_form(state: View, department: Department, asked: Round) -> None:
    def make() -> bytes:
        return make_form(state.snapshot, asked.id, department.id, day=now().date())[1]

    name = form_filename(state.snapshot.brief(state.day), asked.id, department.id)
    st.download_button("① 回答様式を受け取る", make, name, XLSX, key="take-form", on_click="ignore")
    show(Markup('<div class="meta">前回の値と説明を入れた、この部局だけの様式です。</div>'))
