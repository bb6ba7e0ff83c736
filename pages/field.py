"""分野: in this field, which indicators are on their line and which are not?"""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.trajectory import trajectory
from kpi.initiatives.initiative import count_words
from kpi.plan import Field
from kpi.printing.rollup import field_sentence
from kpi.story import story
from kpi.summary import as_of_words, summary
from loaders.documents.pictures.chart_files import indicator_file
from loaders.documents.takeaway_tables import indicator_table
from pages.parts.app.current_view import view
from pages.parts.field.measure_list import measures
from pages.parts.roadmap.work_cells import work_line
from pages.parts.shared.assumptions import scheme_mark
from pages.parts.shared.chart_figure import all_indicator_charts, chart
from pages.parts.shared.filters import choose, paged
from pages.parts.shared.indicator_cells import doubt, figure_link, name_link, status_badge
from pages.parts.shared.layout import (
    empty,
    header,
    lead,
    segments,
    show,
    source_line,
    table_downloads,
    unwritten,
)
from pages.parts.shared.markup import join, listing, tag, unmarked


def field_page() -> None:
    """Draw one field: its sentence, a small chart for each indicator, its items with what is being done."""
    state = view()
    header("分野", state, meta=as_of_words(state))
    fields = {f.id: f.name for f in state.plan.fields}
    if not fields:
        unwritten("分野", "plan.toml")
        return
    field = state.plan.field_by_id(choose("分野", "field", fields, everybodys=True))
    st.header(unmarked(field.name), anchor=False)
    indicators = [i for i in state.plan.indicators if i.field_id == field.id]
    if indicators:
        said = state.once_judged(f"sentence {field.id}", lambda: field_sentence(state.assessed, state.plan, field.id))
        lead(segments(said))
        _charts(state, field)
        show(tag("div", scheme_mark(state), "meta"))
        table_downloads(f"{field.short}の指標", state, lambda s: indicator_table(s, field.id))
        all_indicator_charts(field.short, state, indicators)
    else:
        _unmeasured(state, field)
    work_line(state, field.id)
    _pictures(state, field, folded=bool(indicators))


_CARRIES = "各分野を支える基盤として、めざす姿を掲げています。"


def _unmeasured(state: Assessment, field: Field) -> None:
    """What a field without indicators says first: what it is there for, or how many initiatives it has."""
    items = {i.id for i in field.items}
    if not state.plan.indicators and state.plan.initiatives:
        lead(f"{count_words(one for one in state.plan.initiatives if one.item_id in items)}。指標はありません。")
        return
    empty("この区分には指標がありません。" + (_CARRIES if field.foundation else ""))


def _charts(state: Assessment, field: Field) -> None:
    mine = [i for i in state.plan.indicators if i.field_id == field.id]
    shown = paged(mine, "指標", f"field {field.id}", files=True)
    grid = st.grid(min_column_width=340, gap="medium")
    for indicator in shown:
        with grid.cell(), st.container(border=True):
            item = summary(state, indicator)
            stands = [status_badge(item), "　", tag("b", figure_link(item)), " ", item.period, " ", doubt(item)]
            show(join([tag("div", name_link(item), "name"), tag("div", join(stands))]))
            told, source = story(state, indicator), source_line(state, indicator)
            if told.drawable:
                drawn = trajectory(told, height=190, compact=True)
                file = indicator_file(indicator, told, state.day)
                chart(drawn, key=f"small-{indicator.id}", alt_text=told.words, caption=source, file=file)
            else:
                show(join([tag("div", item.advice, "empty"), tag("div", source, "meta")]))


def _pictures(state: Assessment, field: Field, *, folded: bool) -> None:
    """What the plan says of the field, and its items; these stand open where the field has nothing else to show."""
    words = state.plan.words
    if field.policy:
        st.header(unmarked(words.get("policy", "基本方針")), anchor=False)
        show(tag("p", field.policy))
    if field.pictures:
        st.header(unmarked(words.get("pictures", "めざす姿")), anchor=False)
        show(listing(field.pictures))
    for item in field.items:
        with st.expander(unmarked(item.name), expanded=not folded):
            for vision in item.visions:
                show(tag("p", join([tag("b", f"{words.get('vision', 'めざす姿')}　"), vision])))
            if item.note:
                show(tag("div", item.note, "meta"))
            show(measures(state, item))
