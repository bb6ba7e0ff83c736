"""The tables people take away: Japanese headings, every figure with its period and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from kpi.assessment import Assessment
from kpi.cards.revision import band_text
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.published import CONFIDENCE_WORDS, digits
from kpi.period import Period
from kpi.plan import Card, Indicator
from kpi.printing.number_words import number
from kpi.printing.printed_figures import exact, figure_of, number_in
from kpi.schemes.scheme import Figures
from kpi.summary import is_sample, unconfirmed
from kpi.tables.table_rows import Row, records


def indicator_table(state: Assessment, field_id: str = "") -> pd.DataFrame:
    """One row an indicator: what it is, where from, where to, where now, how judged; the figures as printed."""
    wanted = (i for i in state.plan.indicators if not field_id or i.field_id == field_id)
    found = [_judged(state, indicator) for indicator in wanted]
    # Column by column: a table without an indicator has them too.
    return pd.DataFrame({heading: [tell(one) for one in found] for heading, tell in _COLUMNS.items()})


@dataclass(frozen=True)
class _Judged:
    """One indicator with all that its row tells. ``band`` is what is to be held, where something is."""

    state: Assessment
    indicator: Indicator
    card: Card
    row: Row
    shown: Figures
    band: str


def _judged(state: Assessment, indicator: Indicator) -> _Judged:
    card = state.card(indicator.id)
    band = band_text(card, indicator.unit) if card.direction == "maintain" else ""
    return _Judged(state, indicator, card, state.row(indicator.id), state.figures(indicator.id), band)


def _field_name(one: _Judged) -> str:
    return one.state.plan.field_by_id(one.indicator.field_id).name if one.indicator.field_id else "基本目標"


def _confirmed(one: _Judged) -> str:
    return "未確認" if unconfirmed(one.state, one.indicator.id) else "確認済" if one.row["period"] else ""


_COLUMNS: Mapping[str, Callable[[_Judged], object]] = {
    "番号": lambda one: one.indicator.number,
    "分野": _field_name,
    "指標": lambda one: one.indicator.name,
    "単位": lambda one: one.indicator.unit,
    "現状値": lambda one: one.shown.baseline,
    "現状値の時点": lambda one: one.card.baseline_period.label if one.card.baseline_period else "未設定",
    "今回": lambda one: one.shown.value,
    "正確な値": lambda one: exact(one.row["value"]),
    "今回の時点": lambda one: Period.parse(one.row["period"]).label if one.row["period"] else "",
    "確定・速報": lambda one: RELEASE_WORDS.get(one.row["release"], ""),
    "確認": _confirmed,
    "目標": lambda one: one.shown.target,
    "維持の範囲": lambda one: one.band,
    "目標の時点": lambda one: one.card.target_period.label if one.card.target_period else "" if one.band else "未設定",
    "進捗率(%)": lambda one: one.shown.progress,
    "計画上の進捗(%)": lambda one: one.shown.planned,
    "ペース": lambda one: one.shown.pace,
    "判定": lambda one: one.state.word(one.indicator.id),
    "担当": lambda one: one.state.owner_name(one.indicator),
    "出典": lambda one: one.indicator.source,
    "サンプル": lambda one: "サンプル" if is_sample(one.state, one.indicator) else "",
}


def published_table(state: Assessment, series_id: str) -> pd.DataFrame:
    """The published figures of one series with definition, release, vintage, source and how they were read."""
    rows = state.snapshot.values
    rows = rows[rows["series_id"] == series_id].sort_values(["position", "area_code"])
    (series,) = records(state.snapshot.series[state.snapshot.series["series_id"] == series_id])
    return pd.DataFrame(
        {
            "統計": series["name"],
            "地域コード": rows["area_code"].to_numpy(),
            "地域": rows["area"].to_numpy(),
            "時点": [Period.parse(p).label if p else "記載なし" for p in rows["period"]],
            "値": [number_in(number(v, digits(int(series["decimals"]), v))) for v in rows["value"]],
            "単位": series["unit"],
            "確定・速報": [RELEASE_WORDS.get(r, r) for r in rows["release"]],
            "版": rows["vintage"].to_numpy(),
            "確かさ": [CONFIDENCE_WORDS.get(c, c) for c in rows["confidence"]],
            "出典": rows["source_title"].to_numpy(),
            "備考": rows["note"].to_numpy(),
        }
    )


def pair_table(paired: pd.DataFrame, area_name: str) -> pd.DataFrame:
    """The pairs of :func:`kpi.compare.gaps.pairs`, a row each: both values, the difference, and how sure they are."""
    names = {
        "name": "統計",
        "definition": "定義",
        "period_label": "時点",
        "area_text": area_name,
        "nation_text": "全国",
        "unit": "単位",
        "gap_text": "差",
        "gap_unit": "差の単位",
        "ahead_word": "全国との比較",
        "confidence_word": "確かさ",
        "source_title": "出典",
    }
    told = paired.copy()
    for key, units in (("area_text", "unit"), ("nation_text", "unit"), ("gap_text", "gap_unit")):
        told[key] = figure_column(paired[key], paired[units])
    return told[list(names)].rename(columns=names).assign(注意=["。".join(n) for n in paired["notes"]])


def figure_column(texts: pd.Series, units: pd.Series | str) -> pd.Series:
    """Printed values as numbers with their fixed decimals; None where there is none."""
    of = [units] * len(texts) if isinstance(units, str) else units
    return pd.Series([figure_of(t, u) for t, u in zip(texts, of, strict=True)], index=texts.index, dtype=object)
