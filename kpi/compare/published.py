"""Published figures as tables, and the rules for choosing among several figures of one thing.

A series is one definition. A value has a period, a release (速報, 確定) and a vintage (which publication of a figure
that is restated every year); two values are comparable only where all of these agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pandas as pd

from kpi.collection.workflow import RELEASE_WORDS
from kpi.period import Period
from kpi.printing.number_words import MINUS, number
from kpi.selection import RELEASE_RANK
from kpi.tables.made_once import MadeOnce
from kpi.tables.table_rows import Row, records

NATION = "00"

#: Best first: a pair is as sure as the less sure of its two.
CONFIDENCE_WORDS: Mapping[str, str] = {
    "exact": "公的な資料で確認",
    "plan": "計画(原案)の記載",
    "secondary": "二次資料(報道などの引用)",
}
#: A second-hand figure carries this mark wherever it is shown.
SECONDARY_MARK = "※"

#: Which figure stands where several are known: what was read at its origin, then the plan, then a quotation.
_CONFIDENCE_RANK: Mapping[str, int] = {"exact": 0, "plan": 1, "secondary": 2}
#: A figure whose source says nothing of a release is no 速報, and less certain than one that is called 確定.
_RELEASE_RANK: Mapping[str, float] = {**RELEASE_RANK, "": RELEASE_RANK["final"] - 0.5}

#: A value whose note says this carries a date that its source does not give.
ESTIMATED = "時点は推定"
UNDATED = "時点の記載なし"

SERIES_COLUMNS: tuple[str, ...] = (
    "series_id",
    "name",
    "topic",
    "definition",
    "unit",
    "decimals",
    "direction",
    "source_title",
    "small_sample",
    "note",
    "pair",
)
VALUE_COLUMNS: tuple[str, ...] = (
    "series_id",
    "area_code",
    "area",
    "period",
    "position",
    "value",
    "release",
    "vintage",
    "source_title",
    "source",
    "confidence",
    "note",
)
BREAK_COLUMNS: tuple[str, ...] = ("series_id", "period", "reason")


T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """Series, values, breaks. ``position`` is NaN without a period; ``pair`` marks the plan's own pairs.

    The tables are not to be changed: rows are indexed by series when first asked for.
    """

    series: pd.DataFrame
    values: pd.DataFrame
    breaks: pd.DataFrame

    @staticmethod
    def empty() -> Benchmarks:
        """Tables without a row."""
        tables = (pd.DataFrame(columns=list(names)) for names in (SERIES_COLUMNS, VALUE_COLUMNS, BREAK_COLUMNS))
        return Benchmarks(*tables)

    def all_series(self) -> tuple[Row, ...]:
        """Every series in the file's order."""
        return tuple(self._series.values())

    def one(self, series_id: str) -> Row | None:
        """The series of an id, or None."""
        return self._series.get(series_id)

    def rows(self, series_id: str) -> tuple[Row, ...]:
        """The values of a series, in the file's order."""
        return self._rows.get(series_id, ())

    def breaks_of(self, series_id: str) -> tuple[tuple[Period, str], ...]:
        """First periods after a break with the reason, oldest first."""
        return self._breaks.get(series_id, ())

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` makes of these figures, made at the first asking: a plan's figures seldom change."""
        return self._made.get(name, make)

    @cached_property
    def _made(self) -> MadeOnce:
        return MadeOnce()

    @cached_property
    def _series(self) -> dict[str, Row]:
        return {row["series_id"]: row for row in records(self.series)}

    @cached_property
    def _rows(self) -> dict[str, tuple[Row, ...]]:
        return _grouped(records(self.values))

    @cached_property
    def _breaks(self) -> dict[str, tuple[tuple[Period, str], ...]]:
        found = {}
        for series_id, rows in _grouped(records(self.breaks)).items():
            marks = [(Period.parse(row["period"]), str(row["reason"])) for row in rows]
            found[series_id] = tuple(sorted(marks, key=lambda mark: mark[0].position))
        return found


def _grouped(rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["series_id"], []).append(row)
    return {series_id: tuple(own) for series_id, own in found.items()}


def best_first(rows: Iterable[Row]) -> list[Row]:
    """Rows ordered by what counts more: confidence, then release, then the later row (the later publication)."""
    later_first = list(rows)[::-1]
    return sorted(
        later_first, key=lambda row: (_CONFIDENCE_RANK.get(row["confidence"], 9), -_RELEASE_RANK.get(row["release"], 0))
    )


def segments(positions: list[float], vintages: list[str], breaks: list[float]) -> list[int]:
    """Numbers of the pieces of a line: a new one at each break and at each change of vintage. Oldest first."""
    numbers: list[int] = []
    last: tuple[int, str] | None = None
    for position, vintage in zip(positions, vintages, strict=True):
        here = (sum(b <= position + 1e-9 for b in breaks), vintage)
        numbers.append(numbers[-1] + (here != last) if numbers else 0)
        last = here
    return numbers


def digits(decimals: int, *values: float) -> int:
    """Decimals to print, so that a published figure is printed as it was published."""
    needed = decimals
    while needed < 6 and any(abs(round(v, needed) - v) > max(1e-9, 1e-15 * abs(v)) for v in values):
        needed += 1
    return needed


def number_text(value: float, unit: str, decimals: int, *, signed: bool = False) -> str:
    """``77.4%``, ``2,858千円``; signed ``+18.5ポイント``, ``−44.1人``, ``0.0ポイント`` for none."""
    shown = number(value, decimals)
    plus = signed and not shown.startswith(MINUS) and shown.strip("0.,")
    return f"{'+' if plus else ''}{shown}{unit}"


def gap_unit(unit: str) -> str:
    """The unit of a difference: points for rates."""
    return "ポイント" if unit in ("%", "％") else unit


def period_label(code: str, *, inferred: bool = False) -> str:
    """A period in words; 「時点の記載なし」 for none, 「(推定)」 where the date was inferred."""
    if not code:
        return UNDATED
    return Period.parse(code).label + ("(推定)" if inferred else "")


def release_word(release: str) -> str:
    """確定, 速報, 見込; empty where the source does not say."""
    return RELEASE_WORDS.get(release, "")


def estimated(rows: Iterable[Row]) -> bool:
    """Whether a row's note says that its date was inferred."""
    return any(ESTIMATED in row["note"] for row in rows)


def remarks(benchmarks: Benchmarks, series: Row, rows: Iterable[Row], own: Iterable[Row]) -> tuple[str, ...]:
    """What stands beside a number: date, release, vintage, sample, breaks; of ``own`` also notes and other figures."""
    every, few = list(rows), list(own)
    notes = [UNDATED] if any(not row["period"] for row in every) else []
    notes += [f"{release_word(row['release'])}値" for row in every if row["release"] not in ("", "final")]
    notes += [f"公表の版: {row['vintage']}" for row in every if row["vintage"]]
    notes += [series["small_sample"]] if series["small_sample"] else []
    notes += [f"系列の断絶: {reason}" for _, reason in benchmarks.breaks_of(series["series_id"])]
    notes += [text for row in few for text in other_figures(benchmarks, series, row)]
    notes += [row["note"] for row in few if row["note"]]
    if any(row["confidence"] == "secondary" for row in every):
        notes.append(f"{SECONDARY_MARK}{CONFIDENCE_WORDS['secondary']}を含む")
    return tuple(dict.fromkeys(notes))


def other_figures(benchmarks: Benchmarks, series: Row, row: Row) -> list[str]:
    """Other published figures of the same area and period: 速報 beside 確定, an older vintage beside a newer."""
    told = []
    for other in benchmarks.rows(series["series_id"]):
        if not row["period"] or (other["area_code"], other["period"]) != (row["area_code"], row["period"]):
            continue
        if (other["release"], other["vintage"]) == (row["release"], row["vintage"]):
            continue
        text = number_text(other["value"], series["unit"], digits(series["decimals"], other["value"]))
        what = "、".join(word for word in (release_word(other["release"]), other["vintage"]) if word)
        told.append(f"{row['area']}の同じ時点の別の公表値: {text}({what or '区分の記載なし'})")
    return told
