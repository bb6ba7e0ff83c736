"""The columns of the published figures: one row a value of a series, as published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.published import CONFIDENCE_WORDS
from kpi.path import EPS
from kpi.period import Period
from kpi.tables.table_rows import Row, records
from loaders.documents.export import DIRECTION_WORDS
from loaders.documents.parquet.parquet_column import (
    TEXT,
    WHOLE,
    Column,
    Table,
    head,
    number_columns,
    period_columns,
    words,
    year_of,
)


@dataclass(frozen=True)
class _Figure:
    """One published value with its series; ``breaks`` are the positions at which the series begins anew."""

    state: Assessment
    series: Row
    row: Row
    breaks: tuple[float, ...]


def _rows(state: Assessment) -> Iterable[_Figure]:
    held = state.snapshot
    series = {one["series_id"]: one for one in records(held.series)}
    breaks: dict[str, list[float]] = {}
    for row in records(held.breaks):
        breaks.setdefault(row["series_id"], []).append(Period.parse(row["period"]).position)
    for row in records(held.values):
        yield _Figure(state, series[row["series_id"]], row, tuple(breaks.get(row["series_id"], ())))


def _segment(one: _Figure) -> int | None:
    position = float(one.row["position"])
    return sum(place <= position + EPS for place in one.breaks) if one.row["period"] else None


PUBLISHED_VALUES: Table[_Figure] = Table("published_values", _rows, (
    *head(_Figure, lambda o: year_of(o.row["period"]), "時点の年(時点の記載がなければ空)",
          "Year of the period, as in observations; null where the source gives no period"),
    Column("series_id", TEXT, "系列のID", "Published series: one definition.", lambda o: o.series["series_id"]),
    Column("series_name", TEXT, "統計", "Name of the series.", lambda o: o.series["name"]),
    Column("topic", TEXT, "分類", "Topic of the series.", lambda o: o.series["topic"]),
    Column("definition", TEXT, "定義", "Definition of the series.", lambda o: o.series["definition"]),
    Column("unit", TEXT, "単位", "Unit of the values.", lambda o: o.series["unit"]),
    Column("decimals", WHOLE, "小数の桁数", "Decimals that are published.", lambda o: o.series["decimals"]),
    Column("direction", TEXT, "望ましい方向", "Which way is better.", lambda o: o.series["direction"],
           words(DIRECTION_WORDS)),
    Column("area_code", TEXT, "地域コード", "Area that the value is of, which need not be the government itself.",
           lambda o: o.row["area_code"], "00=全国、JIS X 0401(都道府県2桁)、JIS X 0402(市区町村5桁)"),
    Column("area_name", TEXT, "地域", "Name of that area.", lambda o: o.row["area"]),
    *period_columns(lambda o: str(o.row["period"])),
    *number_columns("value", "公表値", "Published value", lambda o: o.row["value"]),
    Column("release", TEXT, "確定・速報・見込", "Release; null where the source does not say.",
           lambda o: o.row["release"], words(RELEASE_WORDS)),
    Column("vintage", TEXT, "公表の版", "Which publication of a figure that is restated.", lambda o: o.row["vintage"]),
    Column("segment", WHOLE, "断絶で区切った区間の番号", "How many breaks of the series lie before: values are "
           "comparable over time only within one segment.", _segment, "0から"),
    Column("source_title", TEXT, "出典", "Publication.", lambda o: o.row["source_title"]),
    Column("source", TEXT, "出典の箇所", "Where in the publication.", lambda o: o.row["source"]),
    Column("confidence", TEXT, "確かさ", "How the value was read.", lambda o: o.row["confidence"],
           words(CONFIDENCE_WORDS)),
    Column("note", TEXT, "備考", "Note.", lambda o: o.row["note"]),
))  # fmt: skip
