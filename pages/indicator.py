"""指標: this one number. Where from, where to, why this status, who says so, what will happen?"""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.trajectory import trajectory
from kpi.plan import Department, Indicator
from kpi.story import story, table_of
from kpi.summary import advice, as_of_words, explanation, facts, steps, summary
from loaders.documents.export import observations_table
from loaders.documents.pictures.chart_files import indicator_file
from pages.parts.app.current_view import view
from pages.parts.indicator.indicator_origin import comparison, origin, remarks
from pages.parts.indicator.lineage_view import lineage
from pages.parts.roadmap.work_cells import covered, movers_list
from pages.parts.shared.assumptions import assumed, department_assumed, scheme_assumed
from pages.parts.shared.chart_figure import figure
from pages.parts.shared.filters import choose
from pages.parts.shared.indicator_cells import doubt, status_badge
from pages.parts.shared.layout import downloads, empty, folded, grid, header, lead, show, source_line, unwritten
from pages.parts.shared.markup import Column, Content, Markup, formula, join, link, table, tag, unmarked


def indicator_page() -> None:
    """Draw one indicator."""
    state = view()
    header("指標", state, meta=as_of_words(state))
    options = {i.id: f"{i.number}　{i.name}" for i in state.plan.indicators}
    if not options:
        unwritten("指標", "indicators.csv", state)
        return
    indicator = state.plan.indicator(choose("指標", "indicator", options, everybodys=True))
    show(tag("div", _crumb(state, indicator), "crumb"))
    st.header(unmarked(indicator.name), anchor=False)
    item = summary(state, indicator)
    lead(join([explanation(state, indicator), status_badge(item), doubt(item)], " "))
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _chart(state, indicator)
    with right:
        st.header("判定の計算", anchor=False)
        show(_calculation(state, indicator))
        origin(state, indicator)
    lower_left, lower_right = st.columns(2, gap="large")
    with lower_left:
        st.header("担当部局の説明", anchor=False)
        remarks(state, indicator)
        if indicator.id in covered(state).movers:
            st.header("この指標を動かす取組", anchor=False)
            show(movers_list(state, indicator.id))
    with lower_right:
        st.header("全国との差", anchor=False)
        show(tag("p", comparison(state, indicator)))
        st.header("この指標について", anchor=False)
        show(_facts(state, indicator))
    lineage(state, indicator)
    _observations(state, indicator)


def _crumb(state: Assessment, indicator: Indicator) -> Content:
    if not indicator.field_id:
        return "基本目標"
    field = state.plan.field_by_id(indicator.field_id)
    item = next((i.name for i in field.items if i.id == indicator.item_id), "")
    return join([link(field.short, "field", field=field.id), *([item] if item else [])], " ＞ ")


def _chart(state: Assessment, indicator: Indicator) -> None:
    told = story(state, indicator, with_outlook=state.plan.scheme.show_outlook)
    if not told.drawable:
        empty(advice(state, indicator))
        return
    figure(
        trajectory(told),
        key=f"推移_{indicator.name}",
        alt_text=told.words,
        caption=source_line(state, indicator),
        file=indicator_file(indicator, told, state.day),
        table=lambda: table_of(told, state.card(indicator.id)),
        sample=state.snapshot.has_samples and bool(told.actual or told.parts),
    )
    if told.extension:
        show(tag("div", told.extension, "meta"))


def _calculation(state: Assessment, indicator: Indicator) -> Markup:
    card = state.snapshot.cards[indicator.id]
    decided = tag("div", f"判定条件の決定　{card.reason}", "meta") if card.reason else ""
    worked = steps(state, indicator)
    if not worked:
        return join([tag("div", advice(state, indicator), "empty"), decided])
    rows = [(join([label, formula(how)]), tag("b", result)) for label, how, result in worked]
    body = table([Column("項目と式"), Column("結果", number=True)], rows, caption="判定の計算")
    more = [link("現状値と目標値の出所", "origin", card=indicator.id), link("算定方法", "method")]
    return join([body, decided, scheme_assumed(state), tag("div", join(more, "　"), "meta")])


def _facts(state: Assessment, indicator: Indicator) -> Markup:
    given, owner = state.snapshot.assumed(indicator.id), state.plan.owner(indicator.id, state.day)
    rows = [
        (label, join([value, assumed(given.get(key)), _named(state, owner, key)]))
        for label, value, key in facts(state, indicator)
    ]
    return table([Column("項目", width="7.5rem"), Column("内容")], rows, caption="この指標について")


def _named(state: Assessment, owner: Department | None, key: str) -> Content:
    return department_assumed(state, owner.id) if owner and key == "department" else ""


def _observations(state: Assessment, indicator: Indicator) -> None:
    count = len(state.told.get(indicator.id, ()))
    if not count:
        return

    def answers() -> None:
        mine = state.snapshot.observations
        mine = mine[mine["indicator_id"] == indicator.id]
        told = observations_table(state.snapshot, mine)
        grid(told, f"{indicator.name}のこれまでの値")
        downloads(
            told,
            name=f"値の履歴_{indicator.name}",
            title=f"{indicator.name}の値の履歴",
            sample=bool(mine["sample"].any()),
        )

    folded(f"これまでの回答({count}件)と出所", answers, key=f"answers-{indicator.id}")
