"""Where a list goes: into the plan that is shown, or into a plan that it begins; what it brings, and the button."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.issue import Issue
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Plan
from kpi.printing.number_words import as_it_is
from loaders.lists.list_intake import Intake, lacking_periods, role_word
from loaders.lists.list_layout import Told
from loaders.lists.list_plan import Beginning
from loaders.lists.list_reading import ListReading
from loaders.services.lists.listing import PutIn
from pages.parts.admin.admin_forms import acted, fresh, note, show_findings
from pages.parts.app.current_view import services
from pages.parts.lists.list_names import UNKNOWN, unknown_names
from pages.parts.lists.list_questions import questions
from pages.parts.lists.list_session import OnScreen
from pages.parts.shared import confirm_button
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Column, Content, Markup, join, table, tag, unmarked

_INTO, _BEGIN = "いまの計画に入れる", "この一覧から新しい計画を始める"
#: How many years back and ahead a plan may begin and end.
_BACK, _AHEAD = 15, 15
_LISTED = 200


def target(state: Assessment, one: OnScreen, reading: ListReading, told: Told) -> None:
    """Into which plan the list goes, and all that is asked for it."""
    st.subheader("取り込む先", anchor=False)
    mine, plan = services(), state.plan
    ways = [
        *([_INTO] if plan.indicators and mine.may(Action.PROPOSE_CARD, Place(plan.id)) else []),
        *([_BEGIN] if mine.may(Action.SET_PLAN) else []),
    ]
    if not ways:
        note(why_not(plan))
        return
    way = st.radio("取り込む先", ways, key=fresh("list-way"), label_visibility="collapsed")
    layout = st.text_input(
        "この読み方の名前(同じ形の一覧を次の年に入れると、この読み方で読みます)",
        key=fresh("list-layout-name"), max_chars=40, placeholder="例: 進捗状況一覧", width=520,
    )  # fmt: skip
    given = PutIn(one.filename, one.data, reading, told, layout)
    if way == _INTO:
        _into(state, given)
    else:
        _begin(state, given)


def why_not(plan: Plan) -> str:
    """Why a list goes nowhere for whoever may not begin a plan."""
    if not plan.indicators:
        words = "この計画には指標がないため、一覧の値を入れる先がありません。"
        return f"{words}一覧から新しい計画を始めるときは、管理者に頼んでください。"
    return "この計画は期間が終わっているため、取り込めません。"


def _into(state: Assessment, given: PutIn) -> None:
    found = attempt(lambda: services().compare_list(state.plan.id, given.reading, given.told))
    if found is None:
        return
    unknown_names(state.plan, given.reading.sheet, [i for i in found.issues if i.code == UNKNOWN])
    questions(given.reading.sheet, [i for i in found.issues if i.code != UNKNOWN], "plan")
    show(_facts(found))
    show(_table(state.plan, found))
    reason = st.text_input("理由(資料の名前など)", key=fresh("list-reason"), max_chars=200).strip()
    ready = bool(reason) and bool(found.figures) and _left_open((*given.reading.open, *found.open), given.reading)
    summary = join(
        [tag("b", f"「{state.plan.name}」に{len(found.figures)}件を取り込みます。"), _waiting(found),
         tag("div", f"理由: {reason}")]
    )  # fmt: skip
    if confirm_button.button(
        "取り込む", "list-take", (found.figures, given.told, given.layout_name, reason), summary,
        f"{len(found.figures)}件を取り込む", primary=True, disabled=not ready,
    ):  # fmt: skip
        done = attempt(partial(services().take_list, state.plan.id, given, found, reason))
        if done is not None:
            acted(f"一覧から{len(found.figures)}件を取り込みました。「取り込んだ一覧」から取り消せます。")


def _facts(found: Intake) -> Markup:
    values = sum(f.role == "actual" for f in found.figures)
    words = [f"新しい実績値: {values}件", f"判定条件の変更の提案: {len(found.changes)}指標"]
    words += [f"すでに同じ値がある: {found.known}件"] if found.known else []
    return tag("p", tag("b", "、".join(words)))


def _waiting(found: Intake) -> Content:
    if not found.changes:
        return ""
    words = f"現状値・目標値が計画と違う{len(found.changes)}指標は、提案として残します。"
    return tag("div", f"{words}別の担当者が決定を記録すると変わります。", "notice")


def _table(plan: Plan, found: Intake) -> Markup:
    if not found.figures:
        return join([])
    names = {i.id: (f"{i.number} {i.name}", i.unit) for i in plan.indicators}
    rows = [
        (
            names[f.indicator_id][0], role_word(f), f.period.label if f.period else "時点未設定",
            f"{as_it_is(f.value)}{names[f.indicator_id][1]}", f.cell, f.written,
        )
        for f in found.figures[:_LISTED]
    ]  # fmt: skip
    columns = [
        Column("指標"),
        Column("種類"),
        Column("時点"),
        Column("値", number=True),
        Column("セル"),
        Column("書かれた文字"),
    ]
    more = f"ほか{len(found.figures) - _LISTED}件" if len(found.figures) > _LISTED else ""
    return join([table(columns, rows, caption="取り込む値", kind="stack"), more])


def _left_open(issues: Sequence[Issue], reading: ListReading) -> bool:
    """Whether nothing is open, or a person says that what is open may be left out."""
    lacking = sum(1 for _ in lacking_periods(reading))
    if not issues and not lacking:
        return True
    said = [f"答えていない{len(issues)}件" if issues else "", f"時点の分からない{lacking}件" if lacking else ""]
    words = f"{'と、'.join(s for s in said if s)}は取り込まず、未設定とします。"
    return st.checkbox(unmarked(words), key=fresh("list-left-open"))


# --- a plan begun ----------------------------------------------------------------------------------------------------


def _begin(state: Assessment, given: PutIn) -> None:
    plan = state.plan
    year = plan.start.year
    years = [Period("FY", y) for y in range(year - _BACK, plan.end.year + _AHEAD)]
    with st.container(horizontal=True):
        name = st.text_input("計画の名称", key=fresh("list-plan-name"), max_chars=60).strip()
        plan_id = st.text_input(
            "計画の記号", key=fresh("list-plan-id"), max_chars=60,
            help="英小文字・数字・ハイフン。あとから変えられません。",
        ).strip()  # fmt: skip
        department = st.text_input(
            "担当が書かれていない指標の担当部局", key=fresh("list-plan-department"), max_chars=40, width=280
        ).strip()
    with st.container(horizontal=True):
        start = _year("始まりの年度", "start", years, _guess(given.reading, years, first=True))
        end = _year("終わりの年度", "end", years, _guess(given.reading, years, first=False))
    if not (name and plan_id):
        note("名称と記号を入れると、始める計画の中身が出ます。")
        return
    how = Beginning(plan_id, name, start, end, plan.area_code, plan.area_name, department)
    found = attempt(lambda: services().plan_of_list(given.reading, how, given.filename))
    if found is None or isinstance(found, tuple):
        return
    show_findings(found.issues)
    show(_plan_facts(found.plan, found.intake))
    show(_table(found.plan, found.intake))
    ready = not found.issues and bool(found.plan.indicators) and _left_open(given.reading.open, given.reading)
    summary = join([
        tag("b", f"「{name}」({start.label}から{end.label}まで)を始めます。"),
        tag("div", "一覧にない事柄(方向、値の種類、判定の方法)は想定として置き、理由を残します。"),
    ])  # fmt: skip
    if confirm_button.button(
        "この計画を始める", "list-begin", (how, given.told, given.layout_name), summary, "この内容で始める",
        primary=True, disabled=not ready,
    ):  # fmt: skip
        done = attempt(partial(services().begin_from_list, given, how))
        if done is not None:
            acted(f"「{name}」を始めました。メニューの上で選び、「照会」で照会を作ってください。")


def _plan_facts(plan: Plan, found: Intake) -> Markup:
    values = sum(f.role == "actual" for f in found.figures)
    targets = sum(c.target is not None for c in plan.cards)
    baselines = sum(c.baseline is not None for c in plan.cards)
    rows: list[tuple[Content, Content]] = [
        ("分野", f"{len(plan.fields)}({'、'.join(f.name for f in plan.fields)})"),
        ("指標", f"{len(plan.indicators)}件(現状値あり{baselines}件、目標値あり{targets}件)"),
        ("実績値", f"{values}件"),
        (
            "部局",
            "、".join(d.names[-1].name for d in plan.departments)
            or "まだありません。照会の前に、プラン定義書で加えます。",
        ),
    ]
    return table([Column("項目", width="8rem"), Column("内容")], rows, caption="始める計画")


def _year(label: str, key: str, years: Sequence[Period], guess: Period) -> Period:
    at = years.index(guess)
    return st.selectbox(label, years, at, format_func=_label, key=fresh(f"list-plan-{key}"), width=300)


def _label(year: Period) -> str:
    return year.label


def _guess(reading: ListReading, years: Sequence[Period], *, first: bool) -> Period:
    """A plan begins the year after its baselines and ends with its targets."""
    role = "baseline" if first else "target"
    found = [f.period.year for one in reading.indicators for f in one.figures if f.role == role and f.period]
    year = (max(found) + 1 if first else max(found)) if found else years[len(years) // 2].year
    return min(years, key=lambda y: abs(y.year - year))
