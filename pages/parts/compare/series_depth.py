"""One published series in depth: its values over time beside the nation's, and the rank of the prefecture."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.comparison import history, ranking
from kpi.charts.theme import VegaLite
from kpi.compare.compared_words import history_caption, history_in_words, history_signs
from kpi.compare.gaps import Trend, gap_trend
from kpi.compare.gaps import history as history_table
from kpi.compare.published import NATION, Benchmarks
from kpi.compare.ranks import Ranking
from kpi.compare.ranks import ranking as ranked
from kpi.period import short_of
from kpi.plan import Plan
from kpi.tables.table_rows import Row
from loaders.documents.pictures.chart_files import ChartFile, compared_file
from loaders.documents.takeaway_tables import figure_column
from pages.parts.shared.chart_figure import chart, figure
from pages.parts.shared.layout import downloads, show
from pages.parts.shared.markup import Content, Markup, join, tag


def in_depth(state: Assessment, benchmarks: Benchmarks, series_id: str) -> list[ChartFile]:
    """Draw one series: what it is, its history and gap, its rank. Its charts as files to take away."""
    series, files = benchmarks.one(series_id) or {}, []
    show(_about(series))
    area = state.plan.area_code
    told = benchmarks.once(f"history {series_id} {area}", lambda: _over_time(benchmarks, series, state.plan))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if told.table.empty:
            show(tag("div", "時点の分かる値がないため、推移は示せません。", "empty"))
        else:
            files.append(_history(state, series, told))
        if told.trend.text:
            rule = tag("small", f"({told.trend.rule})", "none") if told.trend.rule else ""
            show(tag("p", join([told.trend.text, "。", rule])))
        for first, reason in benchmarks.breaks_of(series_id):
            show(tag("div", f"{first.label}から: {reason}", "meta"))
    with right:
        found = benchmarks.once(f"ranks {series_id} {area}", lambda: ranked(benchmarks, series_id, area=area))
        if found is None or found.among < 2:
            show(tag("div", "ほかの都道府県の値がそろわないため、順位は示せません。", "empty"))
        else:
            files.append(_ranks(state, series, found))
    return files


def _history(state: Assessment, series: Row, told: _OverTime) -> ChartFile:
    title = f"{series['name']}の推移"
    file = compared_file(
        told.chart,
        title=title,
        unit=told.unit,
        source=str(series["source_title"]),
        day=state.day,
        period=short_of(str(told.table["period"].iloc[int(told.table["position"].argmax())])),
        said=history_signs(told.table),
    )
    figure(
        told.chart, key=f"推移_{series['name']}", alt_text=told.words, caption=told.caption, file=file, table=told.given
    )
    return file


def _about(series: Row) -> Markup:
    parts: list[Content] = [
        tag("b", "定義　"),
        str(series.get("definition", "")),
        "　",
        tag("b", "出典　"),
        str(series.get("source_title", "")),
    ]
    for key in ("small_sample", "note"):
        if series.get(key):
            parts += ["　", tag("b", "注意　"), str(series[key])]
    return tag("p", join(parts), "meta")


@dataclass(frozen=True)
class _OverTime:
    """A series over the years: its values, chart, words and caption, and how the distance to the nation moved."""

    table: pd.DataFrame
    unit: str
    chart: VegaLite
    words: str
    caption: str
    trend: Trend

    def given(self) -> pd.DataFrame:
        """The values as a table to take away."""
        told = self.table.assign(text=figure_column(self.table["text"], self.unit), unit=self.unit)
        return told[list(_TAKEN)].rename(columns=_TAKEN)


def _over_time(benchmarks: Benchmarks, series: Row, plan: Plan) -> _OverTime:
    series_id, unit = str(series["series_id"]), str(series["unit"])
    told = history_table(benchmarks, series_id, [NATION, plan.area_code])
    chart = history(
        told.assign(
            text=told["text"] + told["mark"],
            note=[f"{n} {m}".strip() for n, m in zip(told["note"], told["mark"], strict=True)],
        ),
        unit=unit,
        area_code=plan.area_code,
        area_name=plan.area_name,
    )
    return _OverTime(
        told,
        unit,
        chart,
        history_in_words(str(series["name"]), told),
        history_caption(series, told),
        gap_trend(benchmarks, series_id, plan.area_code),
    )


#: The columns of that table, as a file names them.
_TAKEN = {
    "area_name": "地域",
    "period_label": "時点",
    "text": "値",
    "unit": "単位",
    "mark": "印",
    "note": "備考",
    "source_title": "出典",
}


def _ranks(state: Assessment, series: Row, found: Ranking) -> ChartFile:
    show(tag("p", join([tag("b", found.text), f"　{found.period_label}"])))
    title, notes = f"{series['name']}の都道府県別の値", "。".join(found.notes)
    drawn = ranking(found.table, unit=str(series["unit"]), area=state.plan.area_code, nation=NATION)
    file = compared_file(
        drawn,
        title=title,
        unit=str(series["unit"]),
        source=str(series["source_title"]),
        day=state.day,
        period=short_of(found.period),
        said="　".join(words for words in (found.period_label, found.text, notes) if words),
        rows=len(found.table),
    )
    chart(drawn, key=f"順位_{series['name']}", alt_text=f"{title}。{found.text}", caption=notes, file=file)
    unit, names = str(series["unit"]), {"rank": "順位", "name": "地域", "text": "値", "unit": "単位", "mark": "印"}

    def given() -> pd.DataFrame:
        told = found.table.assign(text=figure_column(found.table["text"], unit), unit=unit)
        return told[list(names)].rename(columns=names)

    downloads(
        given,
        name=f"順位_{series['name']}",
        title=f"{series['name']}の順位",
    )
    return file
