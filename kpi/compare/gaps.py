"""The prefecture beside the nation: gaps, their trend, their history. Ranks stand in :mod:`kpi.compare.ranks`.

Only values of one definition, period, release and vintage are subtracted. Nothing is interpolated and no line, trend
or gap crosses a break; whatever makes a number doubtful stands beside it as a note.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi.compare.published import (
    CONFIDENCE_WORDS,
    NATION,
    SECONDARY_MARK,
    Benchmarks,
    best_first,
    digits,
    estimated,
    gap_unit,
    number_text,
    other_figures,
    period_label,
    release_word,
    remarks,
    segments,
)
from kpi.period import Period
from kpi.printing.number_words import printed
from kpi.tables.table_rows import Row

PAIR_COLUMNS: tuple[str, ...] = (
    "series_id",
    "name",
    "topic",
    "pair",
    "definition",
    "unit",
    "gap_unit",
    "decimals",
    "direction",
    "area_code",
    "area_name",
    "period",
    "period_label",
    "release",
    "vintage",
    "area_value",
    "nation_value",
    "gap",
    "ahead",
    "ahead_word",
    "area_text",
    "nation_text",
    "gap_text",
    "notes",
    "confidence",
    "confidence_word",
    "mark",
    "source_title",
    "sources",
)
HISTORY_COLUMNS: tuple[str, ...] = (
    "area",
    "area_name",
    "period",
    "period_label",
    "position",
    "value",
    "text",
    "segment",
    "release",
    "vintage",
    "confidence",
    "mark",
    "note",
    "source_title",
    "source",
)
SKIPPED_COLUMNS: tuple[str, ...] = ("series_id", "name", "topic", "reason")

#: A gap that moved by no more than this is 横ばい: points for rates, else this share of the nation's last value.
FLAT_POINTS = 0.5
FLAT_SHARE = 0.01

#: What the head of the screen says, inside and at the end of its sentence; where for some pairs less is better, who
#: is ahead instead of who is above.
_ABOVE = {
    "area": ("全国を上回り", "全国を上回ります"),
    "nation": ("全国を下回り", "全国を下回ります"),
    "even": ("全国と同じで", "全国と同じです"),
}
_AHEAD = {
    "area": ("全国に先行し", "全国に先行しています"),
    "nation": ("全国に後れ", "全国に後れています"),
    "even": _ABOVE["even"],
}
_KEY = ["period", "release", "vintage"]


@dataclass(frozen=True)
class Trend:
    """How the distance to the nation moved between the first and last comparable period of one unbroken stretch.

    ``word`` is 縮小, 拡大, 横ばい, or empty with the reason in ``text``. ``rule`` states the threshold.
    """

    word: str
    text: str
    rule: str
    periods: tuple[str, ...] = ()
    gaps: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def pairs(benchmarks: Benchmarks, area: str, *, only_plan: bool = False) -> pd.DataFrame:
    """One row per comparable series, in the file's order; the plan's own pairs show the plan's own values.

    ``notes`` is a tuple of sentences. ``ahead`` is area, nation or even, judged by the direction; neither where a value
    is to be maintained, as more is then no better than less.
    """
    wanted = [one["series_id"] for one in benchmarks.all_series() if one["pair"] or not only_plan]
    rows = [latest_pair(benchmarks, series_id, area) for series_id in wanted]
    return pd.DataFrame([row for row in rows if row], columns=list(PAIR_COLUMNS))


def latest_pair(benchmarks: Benchmarks, series_id: str, area: str) -> dict[str, Any] | None:
    """The pair to show for one series: the plan's own, else that of the latest comparable period; None without one."""
    series = benchmarks.one(series_id)
    if series is None:
        return None
    values = benchmarks.rows(series_id)
    if series["pair"]:
        plan = _matches([row for row in values if row["confidence"] == "plan"], area, undated=True)
        if plan:
            return _pair(benchmarks, series, *plan[-1])
    matched = _matches(values, area)
    return _pair(benchmarks, series, *matched[-1]) if matched else None


def not_comparable(benchmarks: Benchmarks, area: str) -> pd.DataFrame:
    """The series that :func:`pairs` leaves out, each with the reason in words."""
    rows = []
    for one in benchmarks.all_series():
        if latest_pair(benchmarks, one["series_id"], area) is not None:
            continue
        held = {row["area_code"] for row in benchmarks.rows(one["series_id"])}
        lacks = [word for code, word in ((area, "県"), (NATION, "全国")) if code not in held]
        reason = f"{'と'.join(lacks)}の値がない" if lacks else "同じ時点・区分・公表の版の値がそろわない"
        rows.append((one["series_id"], one["name"], one["topic"], reason))
    return pd.DataFrame(rows, columns=list(SKIPPED_COLUMNS))


def history(benchmarks: Benchmarks, series_id: str, areas: Iterable[str]) -> pd.DataFrame:
    """The dated values of some areas, oldest first, one per area and period, with ``segment``: one line each.

    A segment ends at a break and where the vintage changes. Values without a period have no place on a time line.
    """
    series = benchmarks.one(series_id)
    marks = [first.position for first, _ in benchmarks.breaks_of(series_id)]
    rows: list[dict[str, Any]] = []
    for area in areas if series else ():
        own = _one_per_period(row for row in benchmarks.rows(series_id) if row["area_code"] == area)
        numbers = segments([row["position"] for row in own], [row["vintage"] for row in own], marks)
        for record, number in zip(own, numbers, strict=True):
            rows.append(_point(benchmarks, series or {}, record, f"{area}-{number}"))
    return pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))


def gap_trend(benchmarks: Benchmarks, series_id: str, area: str, *, since: str = "") -> Trend:
    """Whether the distance to the nation shrank over the latest unbroken stretch of comparable periods.

    ``since`` is the code of the earliest period to look at.
    """
    series = benchmarks.one(series_id)
    if series is None:
        return Trend("", "系列がありません", "")
    earliest = Period.parse(since).position if since else float("-inf")
    matched = [m for m in _matches(benchmarks.rows(series_id), area) if m[0]["position"] >= earliest]
    marks = [first.position for first, _ in benchmarks.breaks_of(series_id)]
    numbers = segments([m[0]["position"] for m in matched], [m[0]["vintage"] for m in matched], marks)
    stretch = [m for m, number in zip(matched, numbers, strict=True) if number == numbers[-1]]
    gaps = tuple(_gap(series, ours["value"], nation["value"]) for ours, nation in stretch)
    codes = tuple(ours["period"] for ours, _ in stretch)
    flat, rule = _flat(series, stretch[-1][1]["value"] if stretch else 0.0)
    if len(stretch) < 2:
        cut = "断絶や改定をまたがずに" if len(matched) > 1 else ""
        return Trend("", f"{cut}比べられる時点が2つないため、差の推移は示せません", rule, codes, gaps)
    moved = round(abs(gaps[-1]) - abs(gaps[0]), 9)
    word = "横ばい" if abs(moved) <= flat + 1e-9 else "拡大" if moved > 0 else "縮小"
    ends = (stretch[0], stretch[-1])
    told = [row for pair in ends for row in pair]
    notes = remarks(benchmarks, series, told, told)
    return Trend(word, _trend_text(series, codes, gaps, word), rule, codes, gaps, notes)


def _flat(series: Row, nation: float) -> tuple[float, str]:
    """The threshold of 横ばい and its statement."""
    if gap_unit(series["unit"]) == "ポイント":
        return FLAT_POINTS, f"差の動きが{FLAT_POINTS}ポイント以内なら横ばい"
    return FLAT_SHARE * abs(nation), f"差の動きが全国値の{FLAT_SHARE:.0%}以内なら横ばい"


def _trend_text(series: Row, codes: tuple[str, ...], gaps: tuple[float, ...], word: str) -> str:
    unit, places = gap_unit(series["unit"]), digits(series["decimals"], gaps[0], gaps[-1])
    first, last = (number_text(gap, unit, places, signed=True) for gap in (gaps[0], gaps[-1]))
    start, end = (Period.parse(code).label for code in (codes[0], codes[-1]))
    crossed = "(この間に上下が入れ替わった)" if gaps[0] * gaps[-1] < 0 else ""
    joint = "で" if word == "横ばい" else "へ"
    return f"全国との差は{start}の{first}から{end}の{last}{joint}{word}{crossed}"


def sentence(table: pd.DataFrame) -> str:
    """One line for the head of the screen, from the rows of :func:`pairs`, with how many have a known date."""
    count = {side: int((table["ahead"] == side).sum()) for side in ("area", "nation", "even")}
    words = _AHEAD if (table["direction"] == "decrease").any() else _ABOVE
    told = [(number, *words[side]) for side, number in count.items() if number]
    neither = int((table["ahead"] == "neither").sum())
    apart = f"{neither}組は値を保つ指標のため、どちらが先とは言いません。" if neither else ""
    if not told:
        return apart or "全国と比べられる組はまだありません。"
    parts = [f"{number}組で{middle}" for number, middle, _ in told[:-1]]
    parts.append(f"{told[-1][0]}組で{told[-1][2]}")
    # The nation is named once: 「全国を上回り、6組で下回ります」.
    rest = [part.replace("組で全国を", "組で").replace("組で全国に", "組で") for part in parts[1:]]
    dated = int((table["period"] != "").sum())
    known = "時点はどの組も分かっています。" if dated == len(table) else f"時点が分かるのは{dated}組です。"
    return f"{len(table)}組のうち{'、'.join([parts[0], *rest])}。{apart}{known}"


def _gap(series: Row, ours: float, nation: float) -> float:
    """What a reader gets who subtracts the two as they are printed: 77.4 − 58.9 is 18.5, and never more finely."""
    places = digits(series["decimals"], ours, nation)
    shown, theirs = printed(ours, places), printed(nation, places)
    return float(shown - theirs) if shown is not None and theirs is not None else math.nan


def _matches(rows: Iterable[Row], area: str, *, undated: bool = False) -> list[tuple[Row, Row]]:
    """Prefecture and nation rows of one period, release and vintage, oldest first; one match per period.

    A value without a period is matched only where asked for: inside the plan's own pair.
    """
    sides: dict[str, dict[tuple[str, ...], Row]] = {area: {}, NATION: {}}
    for row in best_first(rows):
        if row["area_code"] in sides and (row["period"] or undated):
            sides[row["area_code"]].setdefault(tuple(row[k] for k in _KEY), row)
    found: dict[str, tuple[Row, Row]] = {}
    for key, ours in sides[area].items() if area != NATION else ():
        if key in sides[NATION]:
            found.setdefault(ours["period"], (ours, sides[NATION][key]))
    return sorted(found.values(), key=lambda pair: pair[0]["position"] if pair[0]["period"] else -1.0)


def _one_per_period(rows: Iterable[Row]) -> list[Row]:
    best: dict[str, Row] = {}
    for row in best_first(row for row in rows if row["period"]):
        best.setdefault(row["period"], row)
    return sorted(best.values(), key=lambda row: row["position"])


def _pair(benchmarks: Benchmarks, series: Row, ours: Row, nation: Row) -> dict[str, Any]:
    unit, direction, both = series["unit"], series["direction"], (ours, nation)
    places = digits(series["decimals"], ours["value"], nation["value"])
    gap = _gap(series, ours["value"], nation["value"])
    confidence = max((row["confidence"] for row in both), key=list(CONFIDENCE_WORDS).index)
    ahead = "even" if gap == 0 else "area" if (gap > 0) != (direction == "decrease") else "nation"
    ahead = "neither" if gap and direction == "maintain" else ahead
    same = {k: series[k] for k in ("series_id", "name", "topic", "pair", "definition", "unit", "decimals", "direction")}
    return same | {
        "gap_unit": gap_unit(unit),
        "area_code": ours["area_code"],
        "area_name": ours["area"],
        "period": ours["period"],
        "period_label": period_label(ours["period"], inferred=estimated(both)),
        "release": ours["release"],
        "vintage": ours["vintage"],
        "area_value": ours["value"],
        "nation_value": nation["value"],
        "gap": gap,
        "ahead": ahead,
        "ahead_word": _ahead_word(gap, direction, ours["area"]),
        "area_text": number_text(ours["value"], unit, places),
        "nation_text": number_text(nation["value"], unit, places),
        "gap_text": number_text(gap, gap_unit(unit), places, signed=True),
        "notes": remarks(benchmarks, series, both, both),
        "confidence": confidence,
        "confidence_word": CONFIDENCE_WORDS.get(confidence, ""),
        "mark": SECONDARY_MARK if confidence == "secondary" else "",
        "source_title": series["source_title"],
        "sources": tuple(dict.fromkeys(row["source_title"] for row in both)),
    }


def _ahead_word(gap: float, direction: str, area: str) -> str:
    who = area[-1:] or "地域"
    if gap == 0:
        return f"{who}と全国が同じ"
    if direction == "maintain":
        return f"{who}が{'大きい' if gap > 0 else '小さい'}(値を保つ指標。大小は良し悪しではない)"
    word = f"{who}が上回る" if gap > 0 else f"{who}が下回る"
    return word + ("(低いほど良い指標)" if direction == "decrease" else "")


def _point(benchmarks: Benchmarks, series: Row, record: Row, segment: str) -> dict[str, Any]:
    places = digits(series["decimals"], record["value"])
    secondary = record["confidence"] == "secondary"
    words = [f"{release_word(record['release'])}値" if record["release"] not in ("", "final") else ""]
    words += [f"公表の版: {record['vintage']}" if record["vintage"] else "", *other_figures(benchmarks, series, record)]
    words += [record["note"], SECONDARY_MARK + CONFIDENCE_WORDS["secondary"] if secondary else ""]
    return {
        "area": record["area_code"],
        "area_name": record["area"],
        "period": record["period"],
        "period_label": period_label(record["period"], inferred=estimated([record])),
        "position": record["position"],
        "value": record["value"],
        "text": number_text(record["value"], series["unit"], places),
        "segment": segment,
        "release": record["release"],
        "vintage": record["vintage"],
        "confidence": record["confidence"],
        "mark": SECONDARY_MARK if secondary else "",
        "note": "。".join(word for word in words if word),
        "source_title": record["source_title"],
        "source": record["source"],
    }
