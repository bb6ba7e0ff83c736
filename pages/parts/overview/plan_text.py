"""概況 of the plan itself: its fields with their initiatives, its text, and how it ended."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from kpi.assessment import Assessment
from kpi.initiatives.continuity import carried_on
from kpi.initiatives.initiative import asked, count_words, listed
from kpi.initiatives.work_state import work_of
from kpi.plan import Section
from kpi.printing.final_account import final_account
from pages.parts.app.plan_choice import shown_plans
from pages.parts.roadmap.work_cells import review_lines, work_bar, work_line
from pages.parts.shared.layout import empty, folded, lead, show
from pages.parts.shared.markup import Column, Content, Markup, join, link, listing, table, tag


def ended(state: Assessment) -> None:
    """The final account of a plan whose term is over; nothing of one that runs."""
    if not state.is_over:
        return
    st.header("計画の最終結果", anchor=False)
    show(listing(final_account(state, carried_on(shown_plans()))))


def without_indicators(state: Assessment) -> None:
    """The page of a plan that has initiatives and no indicator."""
    lead(f"{count_words(state.plan.initiatives)}の計画です。指標はありません。")
    ended(state)
    if steps := review_lines(state):
        st.header("次にすること", anchor=False)
        show(listing(steps, "steps"))
    st.header("取組の進捗", anchor=False)
    work_line(state)
    work_bar(work_of(state))
    st.header("分野ごとの取組", anchor=False)
    if state.plan.initiatives:
        show(_fields(state))
    else:
        empty("この計画には、取組がありません。")
    plan_text(state)


def _fields(state: Assessment) -> Markup:
    rows: list[tuple[Content, ...]] = []
    for field in state.plan.fields:
        items = {i.id for i in field.items}
        mine = [one for one in state.plan.initiatives if one.item_id in items]
        own, again = len(asked(mine)), sum(bool(one.refers_to) for one in listed(mine))
        names = "、".join(i.name for i in field.items)
        rows.append((link(field.name, "field", field=field.id), names, str(own), str(again)))
    columns = [
        Column("分野"),
        Column("項目"),
        Column("取組", number=True, width="4rem"),
        Column("再掲", number=True, width="4rem"),
    ]
    return table(columns, rows, caption="分野ごとの取組の数", kind="stack")


def plan_text(state: Assessment) -> None:
    """The plan's own text, folded: what it aims at, and all its other chapters."""
    plan = state.plan
    if not (plan.sections or plan.ideals or plan.stances or plan.priorities):
        return
    st.header("計画の本文", anchor=False)
    folded("計画の本文を読む", lambda: show(_text(state)), key="plan-text")


def _text(state: Assessment) -> Markup:
    plan = state.plan
    parts: list[Content] = [tag("p", tag("b", plan.slogan))] if plan.slogan else []
    parts += [tag("p", one) for one in plan.ideals]
    parts += [tag("p", join([tag("b", one.title), tag("div", one.text)])) for one in plan.stances]
    parts += [join([tag("b", one.name), listing(one.points)]) for one in plan.priorities]
    for chapter, sections in groupby(plan.sections, key=lambda s: s.chapter):
        parts += [tag("h3", chapter)] if chapter else []
        parts += [_section(one) for one in sections]
    return join([*parts, tag("div", f"出典: {plan.source}", "meta")] if plan.source else parts)


def _section(one: Section) -> Markup:
    lines: list[Content] = [tag("b", one.title), *(tag("p", t) for t in one.text)]
    lines += [listing(one.points)] if one.points else []
    lines += [tag("div", f"未設定: {one.unset}", "meta")] if one.unset else []
    lines += [tag("div", one.source, "meta")] if one.source else []
    return tag("div", join(lines))
