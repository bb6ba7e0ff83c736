"""The same indicator in other plans: its newest value there, and what of its definition has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.cards.lineage import SameIndicator, same_indicators
from kpi.plan import Indicator, distinct_names
from kpi.printing.number_words import as_it_is
from kpi.snapshot import Snapshot
from pages.parts.app.current_view import services
from pages.parts.app.plan_choice import offered, shown_plans
from pages.parts.shared.as_of import as_of
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Column, Content, join, link, table, tag


def lineage(state: Assessment, indicator: Indicator) -> None:
    """A table where there is any such plan; nothing where there is none."""
    plans = shown_plans()
    found = same_indicators(plans, state.plan.id, indicator.id)
    if not found:
        return
    st.header("ほかの計画の同じ指標", anchor=False)
    names = distinct_names(plans)
    columns = [Column("計画"), Column("最新の値", number=True), Column("定義の変更")]
    show(table(columns, [_row(state, one, names) for one in found], caption="ほかの計画の同じ指標", kind="stack"))
    if any(one.changes for one in found):
        show(tag("div", "定義が変わった指標の値は、つなげて比べられません。", "meta"))


def _row(state: Assessment, one: SameIndicator, names: Mapping[str, str]) -> Sequence[Content]:
    plan, other = one.other(state.plan.id)
    chosen = plan.id in offered()
    name: Content = link(other.name, "indicator", plan=plan.id, indicator=other.id) if chosen else other.name
    newest = _newest(services().snapshot(plan.id, as_of()), other)
    return join([name, tag("small", names[plan.id])]), newest, _changes(one)


def _newest(there: Snapshot, other: Indicator) -> Content:
    """The newest value that is known of an indicator; one that rests on samples says so."""
    known = [past for past in there.history.get(other.id, ()) if not past.withdrawn]
    if not known:
        return "値なし"
    told = there.observations
    of_it = (told["indicator_id"] == other.id) & (told["period"] == known[-1].period.code)
    mark = tag("b", "サンプル　") if bool(told["sample"][of_it].any()) else ""
    return join([mark, f"{as_it_is(known[-1].value)}{other.unit}({known[-1].period.short})"])


def _changes(one: SameIndicator) -> Content:
    changes = one.changes
    if not changes:
        return "変わりなし"
    lines = (tag("div", f"{c.word}: {c.before or '―'} → {c.after or '―'}") for c in changes)
    return join([tag("span", "定義の変更あり", "unconfirmed"), *lines])
