"""全国比較: where are we ahead or behind the nation and the others, and is the gap closing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.comparison import gaps
from kpi.charts.theme import VegaLite
from kpi.compare.compared_words import distinct, gaps_in_words
from kpi.compare.gaps import not_comparable, pairs, sentence
from kpi.compare.published import NATION, Benchmarks
from kpi.tables.table_rows import Row, records
from loaders.documents.pictures.chart_files import ChartFile, compared_file
from loaders.documents.takeaway_tables import pair_table
from pages.parts.app.current_view import view
from pages.parts.compare.series_depth import in_depth
from pages.parts.shared.chart_figure import all_charts, chart
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import downloads, empty, folded, header, lead, show
from pages.parts.shared.markup import Column, Content, join, link, table, tag


def compare_page() -> None:
    """Draw the pairs, then one series in depth: its history, its gap, its rank."""
    state = view()
    header("全国比較", state)
    benchmarks, area = state.benchmarks, state.plan.area_code
    paired = benchmarks.once(f"paired {area}", lambda: _paired(benchmarks, area, state.plan.area_name))
    lead(paired.sentence)
    own = any(state.plan.name in source for source in paired.sources)
    st.header("計画の「現状と課題」にある比較" if own else "県と全国の比較", anchor=False)
    files: list[ChartFile] = []
    if paired.rows:
        files.append(
            _pairs(state, paired, state.plan.source if own and state.plan.source else "、".join(paired.sources))
        )
    else:
        empty("同じ定義・時点の県と全国の値がそろう組はありません。")
    st.header("統計ごとに見る", anchor=False)
    options = {str(one["series_id"]): str(one["name"]) for one in benchmarks.all_series()}
    if not options:
        empty("公表されている統計がありません。data/benchmarks に置くと、ここに出ます。")
        return
    series_id = choose("統計", "series", options, everybodys=True)
    files += in_depth(state, benchmarks, series_id)
    if len(files) > 1:
        all_charts(f"全国比較_{options[series_id]}", state.day, lambda: files)
    st.header("全国と比べられない統計", anchor=False)
    rows = paired.skipped
    show(tag("p", f"{len(rows)}種類は、同じ定義・時点の県と全国の値がそろわないため、差を出していません。"))
    columns = [Column("統計"), Column("理由")]
    folded("理由の一覧", lambda: show(table(columns, rows, caption="全国と比べられない統計")), key="not-comparable")


@dataclass(frozen=True)
class _Paired:
    """The pairs that a plan of the area names, their chart with its words and ``rates``, the documents that give them
    (``sources``), and (name, reason) of what cannot be compared.
    """

    sentence: str
    table: pd.DataFrame
    rows: Sequence[Row]
    chart: VegaLite
    rates: int
    words: str
    skipped: Sequence[tuple[str, str]]
    sources: tuple[str, ...]


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
        len(rates),
        gaps_in_words(rates, area_name),
        list(skipped),
        tuple(dict.fromkeys(source for sources in own["sources"] for source in sources)),
    )


def _pairs(state: Assessment, paired: _Paired, source: str) -> ChartFile:
    name = state.plan.area_name
    file = compared_file(
        paired.chart,
        title=f"{name}と全国の比較",
        unit="%",
        source=source,
        day=state.day,
        said=f"●{name}　◇全国",
        rows=paired.rates,
    )
    signs = "●県 ◇全国(%)。人数などの統計は下の表にあります。"
    chart(paired.chart, key="pairs", alt_text=paired.words, caption=signs, file=file)
    rows = [_pair_row(state, row) for row in paired.rows]
    columns = [
        Column("統計", width="15rem"),
        Column(state.plan.area_name, number=True),
        Column("全国", number=True),
        Column("差", number=True),
        Column("全国との比較"),
        Column("時点と注意"),
    ]
    show(table(columns, rows, caption="全国との比較", kind="stack"))
    show(tag("div", f"出典 {source}。値の確かさは下の各統計に示します。", "meta"))
    downloads(lambda: pair_table(paired.table, state.plan.area_name), name="全国との比較", title="全国との比較")
    return file


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
