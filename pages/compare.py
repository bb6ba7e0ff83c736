"""全国比較: where are we ahead or behind the nation and the others, and is the gap closing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.comparison import gaps, history, ranking
from kpi.charts.theme import VegaLite
from kpi.compare.compared_words import distinct, gaps_in_words, history_caption, history_in_words
from kpi.compare.gaps import Trend, gap_trend, not_comparable, pairs, sentence
from kpi.compare.gaps import history as history_table
from kpi.compare.published import NATION, Benchmarks
from kpi.compare.ranks import ranking as ranked
from kpi.plan import Plan
from kpi.tables.table_rows import Row, records
from loaders.documents.takeaway_tables import figure_column, pair_table
from pages.parts.app.current_view import view
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import downloads, empty, figure, folded, header, lead, show
from pages.parts.shared.markup import Column, Content, Markup, join, link, table, tag


def compare_page() -> None:
    """Draw the pairs, then one series in depth: its history, its gap, its rank."""
    state = view()
    header("全国比較", state)
    benchmarks, area = state.benchmarks, state.plan.area_code
    paired = benchmarks.once(f"paired {area}", lambda: _paired(benchmarks, area, state.plan.area_name))
    lead(paired.sentence)
    st.header("計画の「現状と課題」にある比較", anchor=False)
    if paired.rows:
        _pairs(state, paired)
    else:
        empty("計画が挙げる組のうち、同じ定義・時点の県と全国の値がそろうものはありません。")
    st.header("統計ごとに見る", anchor=False)
    options = {str(one["series_id"]): str(one["name"]) for one in benchmarks.all_series()}
    if not options:
        empty("公表されている統計がありません。data/benchmarks に置くと、ここに出ます。")
        return
    series_id = choose("統計", "series", options, everybodys=True)
    _depth(state, benchmarks, series_id)
    st.header("全国と比べられない統計", anchor=False)
    rows = paired.skipped
    show(tag("p", f"{len(rows)}種類は、同じ定義・時点の県と全国の値がそろわないため、差を出していません。"))
    columns = [Column("統計"), Column("理由")]
    folded("理由の一覧", lambda: show(table(columns, rows, caption="全国と比べられない統計")), key="not-comparable")


@dataclass(frozen=True)
class _Paired:
    """The plan's own pairs, their chart with its words, and (name, reason) of what cannot be compared."""

    sentence: str
    table: pd.DataFrame
    rows: Sequence[Row]
    chart: VegaLite
    words: str
    skipped: Sequence[tuple[str, str]]


def _paired(benchmarks: Benchmarks, area: str, area_name: str) -> _Paired:
    paired = pairs(benchmarks, area)
    own = paired[paired["pair"].astype(bool)]  # a table without rows has no types of its own
    rates = own[own["gap_unit"] == "ポイント"]
    skipped = not_comparable(benchmarks, area)[["name", "reason"]].itertuples(index=False, name=None)
    return _Paired(
        sentence(own),
        own,
        records(own),
        gaps(rates, area_name=area_name),
        gaps_in_words(rates, area_name),
        list(skipped),
    )


def _pairs(state: Assessment, paired: _Paired) -> None:
    st.vega_lite_chart(spec=paired.chart, width="stretch", theme=None, alt=paired.words)
    show(tag("div", "●県 ◇全国(%)。人数などの統計は下の表にあります。", "meta"))
    rows = [_pair_row(state, row) for row in paired.rows]
    columns = [
        Column("統計", width="15rem"),
        Column(state.plan.area_name, number=True),
        Column("全国", number=True),
        Column("差", number=True),
        Column("全国との比較"),
        Column("時点と注意"),
    ]
    show(table(columns, rows, caption="計画にある全国との比較", kind="stack"))
    show(tag("div", f"出典 {state.plan.source}。値の確かさは下の各統計に示します。", "meta"))
    downloads(lambda: pair_table(paired.table, state.plan.area_name), name="全国との比較", title="全国との比較")


def _pair_row(state: Assessment, row: Row) -> tuple[Content, ...]:
    series, period = row["series_id"], row["period"]
    notes = tag("small", distinct(row["notes"])) if row["notes"] else ""
    return (
        link(row["name"], "compare", series=series),
        link(row["area_text"], "origin", series=series, area=state.plan.area_code, period=period),
        link(row["nation_text"], "origin", series=series, area=NATION, period=period),
        row["gap_text"],
        row["ahead_word"],
        join([row["period_label"], notes]),
    )


def _depth(state: Assessment, benchmarks: Benchmarks, series_id: str) -> None:
    series = benchmarks.one(series_id) or {}
    show(_about(series))
    area = state.plan.area_code
    told = benchmarks.once(f"history {series_id} {area}", lambda: _over_time(benchmarks, series, state.plan))
    left, right = st.columns([3, 2], gap="large")
    with left:
        if told.table.empty:
            show(tag("div", "時点の分かる値がないため、推移は示せません。", "empty"))
        else:
            figure(
                told.chart, key=f"推移_{series['name']}", alt_text=told.words, caption=told.caption, table=told.given
            )
        if told.trend.text:
            rule = tag("small", f"({told.trend.rule})", "none") if told.trend.rule else ""
            show(tag("p", join([told.trend.text, "。", rule])))
        for first, reason in benchmarks.breaks_of(series_id):
            show(tag("div", f"{first.label}から: {reason}", "meta"))
    with right:
        _ranks(state, benchmarks, series, series_id)


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


def _ranks(state: Assessment, benchmarks: Benchmarks, series: Row, series_id: str) -> None:
    area = state.plan.area_code
    found = benchmarks.once(f"ranks {series_id} {area}", lambda: ranked(benchmarks, series_id, area=area))
    if found is None or found.among < 2:
        show(tag("div", "ほかの都道府県の値がそろわないため、順位は示せません。", "empty"))
        return
    show(tag("p", join([tag("b", found.text), f"　{found.period_label}"])))
    chart = ranking(found.table, unit=str(series["unit"]), area=state.plan.area_code, nation=NATION)
    st.vega_lite_chart(spec=chart, theme=None, alt=f"{series['name']}の都道府県別の値。{found.text}", width="stretch")
    show(tag("div", "。".join(found.notes), "meta"))
    unit, names = str(series["unit"]), {"rank": "順位", "name": "地域", "text": "値", "unit": "単位", "mark": "印"}

    def given() -> pd.DataFrame:
        told = found.table.assign(text=figure_column(found.table["text"], unit), unit=unit)
        return told[list(names)].rename(columns=names)

    downloads(
        given,
        name=f"順位_{series['name']}",
        title=f"{series['name']}の順位",
    )
