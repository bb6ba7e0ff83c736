"""次の計画を始める: the plan of a new term as a copy of the one that is shown; and a plan as its workbook says it."""

from __future__ import annotations

import re
from hashlib import sha256

import streamlit as st

from kpi.assessment import Assessment
from kpi.period import Period
from loaders.plan.new_plan import contents
from loaders.plan.plan_workbook_reading import ReadPlan
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.current_view import services
from pages.parts.shared import confirm_button
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Column, join, table, tag

#: A year at the end of a plan's id.
_YEAR = re.compile(r"\d{4}$")
#: How many years ahead a plan may begin and end.
_AHEAD = 15


def next_plan_form(state: Assessment) -> None:
    """What the next plan is called and which years it holds, and the button that begins it."""
    plan = state.plan
    first = plan.end.year + 1
    st.header("次の計画を始める", anchor=False)
    note(
        "この計画を写して、次の期間の計画を作ります。分野、項目、指標、取組、部局と課、本文と語を引き継ぎ、取組には引き継いだ元を残します。"
        "現状値、目標値、目安値、照会は未設定になり、実績の値と回答は写しません。始めたあと、プラン定義書で書き換えます。"
    )
    new_id = _YEAR.sub("", plan.id).rstrip("-") + f"-{first}"
    with st.container(horizontal=True):
        name = st.text_input("計画の名称", plan.name, key=fresh("next-name"), max_chars=60).strip()
        plan_id = st.text_input(
            "計画の記号", new_id, key=fresh("next-id"), max_chars=60,
            help="英小文字・数字・ハイフン。あとから変えられません。",
        ).strip()  # fmt: skip
    years = [Period("FY", year) for year in range(plan.start.year, first + _AHEAD)]
    length = plan.end.year - plan.start.year
    with st.container(horizontal=True):
        start = st.selectbox(
            "始まりの年度",
            years,
            years.index(Period("FY", first)),
            format_func=_label,
            key=fresh("next-start"),
            width=300,
        )
        end = st.selectbox(
            "終わりの年度", years, years.index(Period("FY", first + length)), format_func=_label, key=fresh("next-end"),
            width=300,
        )  # fmt: skip
    summary = join(
        [
            tag("b", f"「{name}」({start.label}から{end.label}まで)を始めます。"),
            tag(
                "div",
                f"「{plan.name}」を写します。いまの計画は変わりません。始めた計画は、だれもがメニューの上で選べます。"
                "まだ見せないときは、始めたあと「選べる計画」で選べなくしてください。",
            ),
        ]
    )
    if confirm_button.button(
        "次の計画を始める", "next-save", (name, plan_id, start, end), summary, "この内容で始める",
        disabled=not (name and plan_id),
    ):  # fmt: skip
        done = f"「{name}」を始めました。メニューの上で選び、プラン定義書で書き換えてください。"
        act(lambda: services().begin_plan(plan.id, plan_id, name, start, end), done)


def begin_from_book(read: ReadPlan, book: tuple[str, bytes]) -> None:
    """What a workbook says of a plan that is not there yet, and the button that begins it where nothing is wrong."""
    plan = read.plan
    if plan is None:
        return
    show(tag("p", tag("b", f"「{plan.id}」は、まだない計画です。この定義書から、新しい計画を始められます。")))
    show(table([Column("項目", width="9rem"), Column("読み取ったもの")], contents(plan), caption="読み取った計画"))
    if not read.sound:
        note("要修正のところを直して、もう一度入れてください。まだ何も始めていません。")
        return
    note("いま開いている計画を改定するつもりだったときは、定義書の「計画の記号」を元に戻してください。")
    where = (
        "メニューの上で選べます" if plan.offered else "下の「選べる計画」で選べるようにすると、メニューの上で選べます"
    )
    summary = join(
        [
            tag("b", f"「{plan.name}」({plan.start.label}から{plan.end.label}まで)を始めます。"),
            tag("div", f"ほかの計画は変わりません。始めた計画は、{where}。"),
        ]
    )
    mark = sha256(book[1]).hexdigest()
    if confirm_button.button("この計画を始める", "plan-book-begin", mark, summary, "始める", primary=True):
        done = f"「{plan.name}」を始めました。{where}。"
        act(lambda: services().begin_plan_from_workbook(read, book), done)


def _label(year: Period) -> str:
    return year.label
