"""The origin of a published figure: source, table, vintage, definition, as far as they are held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kpi.assessment import Assessment
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.published import CONFIDENCE_WORDS
from kpi.period import Period
from kpi.printing.number_words import decimals_of, with_unit
from pages.parts.shared.assumptions import assumed
from pages.parts.shared.layout import empty, lead, show
from pages.parts.shared.markup import Column, Content, join, link, table, tag


def published_view(state: Assessment, series_id: str, area: str, period: str) -> None:
    """One published figure with what else was published for the same area and period."""
    series = state.snapshot.series
    series = series[series["series_id"] == series_id]
    rows = state.snapshot.values
    rows = rows[(rows["series_id"] == series_id) & (rows["area_code"] == area) & (rows["period"] == period)]
    if series.empty or rows.empty:
        empty(join(["この公表値は見つかりません。", link("全国比較", "compare"), "から選んでください。"]))
        return
    told = series.iloc[0].to_dict()
    first = rows.iloc[0].to_dict()
    when = Period.parse(period).label if period else "時点の記載なし"
    value = with_unit(first["value"], told["unit"], decimals_of(first["value"], int(told["decimals"])))
    lead(join([f"{told['name']}、{first['area']}の{when}の公表値は", tag("b", value), "。"]))
    about: list[tuple[Content, Content]] = [
        ("統計", link(told["name"], "compare", series=series_id)),
        ("定義", told["definition"] or "記載なし"),
        ("統計の出典", told["source_title"] or "記載なし"),
        *([("注意", w) for w in (told["small_sample"], told["note"]) if w]),
    ]
    show(table([Column("項目", width="8rem"), Column("内容")], about, caption="公表値の定義"))
    reason = state.snapshot.plan_assumed.get(f"series.{series_id}")
    drawn = [_row(told, r, reason) for r in rows.to_dict("records")]
    columns = [
        Column("値", number=True),
        Column("確定・速報"),
        Column("版"),
        Column("資料"),
        Column("表・頁"),
        Column("確かさ"),
    ]
    show(table(columns, drawn, caption="公表値の出所", kind="stack"))
    broken = state.snapshot.breaks
    broken = broken[(broken["series_id"] == series_id)]
    for one in broken.to_dict("records"):
        show(tag("div", f"{Period.parse(one['period']).label}: {one['reason']}", "meta"))


def _row(series: Mapping[Any, Any], row: Mapping[Any, Any], reason: str | None) -> tuple[Content, ...]:
    """One publication; ``reason`` is why the plan's own figure counts as 確定, where its source does not say."""
    value, mark = row["value"], assumed(reason) if row["confidence"] == "plan" else ""
    shown = "―"
    if isinstance(value, float) and pd.notna(value):
        shown = with_unit(value, str(series["unit"]), decimals_of(value, int(str(series["decimals"]))))
    return (
        shown,
        join([RELEASE_WORDS.get(str(row["release"]), "記載なし"), mark]),
        str(row["vintage"] or "―"),
        str(row["source_title"] or "記載なし"),
        join([str(row["source"] or "記載なし"), tag("small", str(row["note"])) if row["note"] else ""]),
        CONFIDENCE_WORDS.get(str(row["confidence"]), "記載なし"),
    )
