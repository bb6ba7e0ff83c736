"""全国比較: where are we ahead or behind the nation and the others, and is the gap closing?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.comparison import gaps, history, ranking
from kpi.compare.compared_words import distinct, gaps_in_words, history_caption, history_in_words
from kpi.compare.gaps import gap_trend, not_comparable, pairs, sentence
from kpi.compare.gaps import history as history_table
from kpi.compare.published import NATION, Benchmarks, Row, records
from kpi.compare.ranks import ranking as ranked
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
    paired = pairs(benchmarks, area)
    plans_own = paired[paired["pair"].astype(bool)]  # a table without rows has no types of its own
    lead(sentence(plans_own))
    st.header("計画の「現状と課題」にある比較", anchor=False)
    if len(plans_own):
        _pairs(state, plans_own)
    else:
        empty("計画が挙げる組のうち、同じ定義・時点の県と全国の値がそろうものはありません。")
    st.header("統計ごとに見る", anchor=False)
    options = dict(zip(benchmarks.series["series_id"], benchmarks.series["name"], strict=True))
    if not options:
        empty("公表されている統計がありません。data/benchmarks に置くと、ここに出ます。")
        return
    series_id = choose("統計", "series", options, everybodys=True)
    _depth(state, benchmarks, series_id)
    st.header("全国と比べられない統計", anchor=False)
    skipped = not_comparable(benchmarks, area)
    show(tag("p", f"{len(skipped)}種類は、同じ定義・時点の県と全国の値がそろわないため、差を出していません。"))
    rows = list(skipped[["name", "reason"]].itertuples(index=False, name=None))
    columns = [Column("統計"), Column("理由")]
    folded("理由の一覧", lambda: show(table(columns, rows, caption="全国と比べられない統計")), key="not-comparable")


def _pairs(state: Assessment, paired: pd.DataFrame) -> None:
    rates = paired[paired["gap_unit"] == "ポイント"]
    told = pair_table(paired, state.plan.area_name)
    _gap_chart(rates, state.plan.area_name)
    show(tag("div", "●県 ◇全国(%)。人数などの統計は下の表にあります。", "meta"))
    rows = [_pair_row(state, row) for row in records(paired)]
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
    downloads(told, name="全国との比較", title="全国との比較")


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


def _gap_chart(table: pd.DataFrame, area_name: str) -> None:
    words = gaps_in_words(table, area_name)
    st.vega_lite_chart(spec=gaps(table, area_name=area_name), width="stretch", theme=None, alt=words)


def _depth(state: Assessment, benchmarks: Benchmarks, series_id: str) -> None:
    series = benchmarks.one(series_id) or {}
    show(_about(series))
    area = state.plan.area_code
    told = history_table(benchmarks, series_id, [NATION, area])
    left, right = st.columns([3, 2], gap="large")
    with left:
        if told.empty:
            show(tag("div", "時点の分かる値がないため、推移は示せません。", "empty"))
        else:
            _history(state, series, told)
        trend = gap_trend(benchmarks, series_id, area)
        if trend.text:
            rule = tag("small", f"({trend.rule})", "none") if trend.rule else ""
            show(tag("p", join([trend.text, "。", rule])))
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


def _history(state: Assessment, series: Row, told: pd.DataFrame) -> None:
    chart = history(
        told.assign(
            text=told["text"] + told["mark"],
            note=[f"{n} {m}".strip() for n, m in zip(told["note"], told["mark"], strict=True)],
        ),
        unit=str(series["unit"]),
        area_code=state.plan.area_code,
        area_name=state.plan.area_name,
    )
    unit = str(series["unit"])
    given = told.assign(text=figure_column(told["text"], unit), unit=unit)
    names = {
        "area_name": "地域",
        "period_label": "時点",
        "text": "値",
        "unit": "単位",
        "mark": "印",
        "note": "備考",
        "source_title": "出典",
    }
    figure(
        chart,
        key=f"推移_{series['name']}",
        alt_text=history_in_words(str(series["name"]), told),
        caption=history_caption(series, told),
        table=lambda: given[list(names)].rename(columns=names),
    )


def _ranks(state: Assessment, benchmarks: Benchmarks, series: Row, series_id: str) -> None:
    found = ranked(benchmarks, series_id, area=state.plan.area_code)
    if found is None or found.among < 2:
        show(tag("div", "ほかの都道府県の値がそろわないため、順位は示せません。", "empty"))
        return
    show(tag("p", join([tag("b", found.text), f"　{found.period_label}"])))
    chart = ranking(found.table, unit=str(series["unit"]), area=state.plan.area_code, nation=NATION)
    st.vega_lite_chart(spec=chart, theme=None, alt=f"{series['name']}の都道府県別の値。{found.text}", width="stretch")
    show(tag("div", "。".join(found.notes), "meta"))
    unit = str(series["unit"])
    given = found.table.assign(text=figure_column(found.table["text"], unit), unit=unit)
    downloads(
        given[["rank", "name", "text", "unit", "mark"]].rename(
            columns={"rank": "順位", "name": "地域", "text": "値", "unit": "単位", "mark": "印"}
        ),
        name=f"順位_{series['name']}",
        title=f"{series['name']}の順位",
    )
