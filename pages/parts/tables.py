"""The tables people take away: Japanese headings, every figure with its period and how sure it is."""

from __future__ import annotations

import pandas as pd

from kpi.benchmarks import CONFIDENCE_WORDS
from kpi.collection import RELEASE_WORDS
from kpi.period import Period
from kpi.plan import Indicator
from kpi.words import status_word
from pages.parts.cards import unconfirmed
from pages.parts.snapshot import View


def indicator_table(view: View, field_id: str = "") -> pd.DataFrame:
    """One row an indicator: what it is, where from, where to, where now, how judged."""
    return pd.DataFrame([_row(view, i) for i in view.plan.indicators if not field_id or i.field_id == field_id])


def _row(view: View, indicator: Indicator) -> dict[str, object]:
    card, row = view.snapshot.cards[indicator.id], view.row(indicator.id)
    return {
        "番号": indicator.number,
        "分野": view.plan.field_by_id(indicator.field_id).name if indicator.field_id else "基本目標",
        "指標": indicator.name,
        "単位": indicator.unit,
        "現状値": card.baseline,
        "現状値の時点": card.baseline_period.label if card.baseline_period else "未設定",
        "今回": _number(row["value"]),
        "今回の時点": Period.parse(row["period"]).label if row["period"] else "",
        "確定・速報": RELEASE_WORDS.get(row["release"], ""),
        "確認": "未確認" if unconfirmed(view, indicator.id, row["period"]) else "確認済" if row["period"] else "",
        "目標": card.target,
        "目標の時点": card.target_period.label if card.target_period else "未設定",
        "進捗率(%)": _percent(row["progress"]),
        "計画上の進捗(%)": _percent(row["planned"]),
        "ペース": _number(row["pace"]),
        "判定": status_word(row["status"], row["reason"], view.plan.scheme),
        "担当": view.owner_name(indicator),
        "出典": indicator.source,
        "サンプル": "サンプル" if any(r["sample"] for r in view.told.get(indicator.id, ())) else "",
    }


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _percent(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value) * 100, 6)


def published_table(view: View, series_id: str) -> pd.DataFrame:
    """The published figures of one series with definition, release, vintage, source and how they were read."""
    rows = view.snapshot.values
    rows = rows[rows["series_id"] == series_id].sort_values(["position", "area_code"])
    series = view.snapshot.series.set_index("series_id").loc[series_id]
    return pd.DataFrame(
        {
            "統計": series["name"],
            "地域コード": rows["area_code"].to_numpy(),
            "地域": rows["area"].to_numpy(),
            "時点": [Period.parse(p).label if p else "記載なし" for p in rows["period"]],
            "値": rows["value"].to_numpy(),
            "単位": series["unit"],
            "確定・速報": [RELEASE_WORDS.get(r, r) for r in rows["release"]],
            "版": rows["vintage"].to_numpy(),
            "確かさ": [CONFIDENCE_WORDS.get(c, c) for c in rows["confidence"]],
            "出典": rows["source_title"].to_numpy(),
            "備考": rows["note"].to_numpy(),
        }
    )
