"""Which observation counts: of one period the best known release that still stands, and which period is judged.

This is the one place that decides it, for charts, judgement, forms, checks, 確認 and what is taken away. The
observations of all series are treated at once. Words (release, state, period) are numbered once and looked up once per
distinct word, so a large table costs a few passes over numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kpi.collection.workflow import MISSING_WORDS
from kpi.path import EPS, Bools, Floats, Ints
from kpi.period import Period

#: Reasons of a card without a value, in the order of their codes; the first is what is said when nothing else is.
NO_VALUE = ("unanswered", *MISSING_WORDS, "forecast_only", "part_year", "not_ended")
FORECAST_ONLY, PART_YEAR, NOT_ENDED = (NO_VALUE.index(r) for r in ("forecast_only", "part_year", "not_ended"))

#: A later state takes back a value of the same period only if it says that the value cannot stand: it must not be
#: shown, or does not exist. 未公表, 調査年でない and 未集計 of a later round do not unlearn what was known.
WITHDRAWING = ("suppressed", "not_applicable")

#: Of two values of one period, that of the higher release counts.
RELEASE_RANK: Mapping[str, int] = {"forecast": 1, "provisional": 2, "final": 3}
FORECAST = RELEASE_RANK["forecast"]
_STATES = {word: NO_VALUE.index(word) for word in MISSING_WORDS}
_ANY_ROUND, _NO_ROUND = -2, -1
#: Of what counts each year anew a half, a month and a day that end with the year are other periods than the year.
_PARTS = {"H": 1, "M": 2, "D": 3}


class Coded:
    """A table whose columns of words are numbered when they are first asked for, and then kept so."""

    def __init__(self, table: pd.DataFrame) -> None:
        """The table must not change."""
        self.table = table
        self._known: dict[str, tuple[NDArray[np.integer[Any]], NDArray[np.object_]]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def __len__(self) -> int:
        return len(self.table)

    def codes(self, name: str) -> tuple[NDArray[np.integer[Any]], NDArray[np.object_]]:
        """A column as numbers (-1: missing) and the distinct words they stand for."""
        if name not in self._known:
            self._known[name] = _coded(self.table[name])
        return self._known[name]


@dataclass(frozen=True)
class Latest:
    """Row numbers of the observation table by card (-1: none).

    ``newest`` is judged, ``previous`` is the best value of the period before it, ``waiting`` a row of a newer period
    that cannot be judged (a state, a forecast, a part of a year); ``why`` is its index into NO_VALUE.
    """

    newest: Ints
    previous: Ints
    waiting: Ints
    why: Ints


@dataclass(frozen=True)
class _Rows:
    """The observation table as numbers, row by row; ``counts`` where a row is known and lies after the baseline.

    ``part`` says which part of a year a row counts, on a card that counts each year anew; 0 for everything else.
    """

    code: Ints
    position: Floats
    known: Ints
    rank: NDArray[np.int8]
    state: NDArray[np.int8]
    is_value: Bools
    counts: Bools
    part: NDArray[np.int8]


def select(observations: Coded, ids: pd.Index, *, as_of: date, baseline_at: Floats, annual: Bools) -> Latest:
    """The rows that count for each of the cards ``ids`` (distinct), for what was known at the end of ``as_of``.

    A row whose ``known_at`` is missing is not known. Without that column every row is.
    """
    rows = _read(observations, ids, as_of, baseline_at, annual)
    part = rows.part > 0
    ended = rows.position <= Period.of_date(as_of).position + EPS
    judged = rows.is_value & (rows.rank != FORECAST) & ended & ~part
    usable = np.flatnonzero(judged)
    usable = usable[~_withdrawn(observations, rows, usable)]
    newest = _best(rows, usable, len(ids))
    newest_at = np.where(newest >= 0, rows.position[newest] if len(rows.code) else 0.0, -np.inf)
    older = usable[rows.position[usable] < newest_at[rows.code[usable]] - EPS]
    other = np.flatnonzero(rows.counts & ~judged)
    newer = other[~(rows.position[other] <= newest_at[rows.code[other]] + EPS)]
    waiting = _best(rows, newer, len(ids), by_release=False)
    why = np.zeros(len(ids), dtype=np.int64)
    there = waiting >= 0
    row = waiting[there]
    kind = np.select([part[row], ~ended[row]], [PART_YEAR, NOT_ENDED], FORECAST_ONLY)
    why[there] = np.where(rows.is_value[row], kind, rows.state[row])
    return Latest(newest, _best(rows, older, len(ids)), waiting, why)


def _read(observations: Coded, ids: pd.Index, as_of: date, baseline_at: Floats, annual: Bools) -> _Rows:
    code = _codes(observations, ids)
    position, value = (numbers(observations.table, name) for name in ("position", "value"))
    known = _moments(observations.table)
    until = np.datetime64(as_of + timedelta(days=1), "us").astype(np.int64)
    after = np.where(np.isnan(baseline_at), -np.inf, baseline_at + EPS)
    after = np.append(after, np.inf)  # the last one answers for code -1, a card not asked about
    # NaT is the smallest integer, so it must be asked for; a missing baseline period lets every row pass.
    counts = (known < until) & (known > np.iinfo(np.int64).min) & (position > after[code]) & (position < np.inf)
    state = words(observations, "state", _STATES)
    is_value = counts & (state == 0) & np.isfinite(value)
    return _Rows(
        code, position, known, words(observations, "release", RELEASE_RANK), state, is_value,
        is_value | (counts & (state > 0)), _part_year(observations, code, annual),
    )  # fmt: skip


def _best(rows: _Rows, picked: Ints, count: int, *, by_release: bool = True) -> Ints:
    """The row of each card's newest period: 確定 before 速報, then the latest known, then the last in the table."""
    code, position = rows.code[picked], rows.position[picked]
    best_at = np.full(count, -np.inf)
    np.maximum.at(best_at, code, position)
    top = picked[position >= best_at[code] - EPS]
    found = np.full(count, -1, dtype=np.int64)
    rank = rows.rank[top] if by_release else np.zeros(len(top), dtype=np.int8)
    top = top[np.lexsort((top, rows.known[top], rank))]
    # Of several assignments to one place NumPy keeps the last: the best in this order.
    found[rows.code[top]] = top
    return found


def _withdrawn(observations: Coded, rows: _Rows, values: Ints) -> Bools:
    """Which of the rows ``values`` were taken back: a later state of the same period says they cannot stand.

    Any state of the same round does too: there the department replaced its own answer.
    """
    out = np.zeros(len(values), dtype=bool)
    states = np.flatnonzero(rows.counts & (rows.state > 0))
    near = np.flatnonzero(_same_year(rows, values, states)) if len(states) else states
    if not len(near):
        return out
    rounds = _rounds(observations, states, values[near])
    final = np.isin(rows.state[states], [_STATES[word] for word in WITHDRAWING])
    said = _keyed(rows, states, np.where(final, _ANY_ROUND, rounds[states]))
    said = said[said["round"] != _NO_ROUND].groupby(["code", "at", "round"])["known"].max().reset_index()
    held = values[near]
    for asked in (np.full(len(held), _ANY_ROUND), rounds[held]):
        table = _keyed(rows, held, asked).drop(columns="known")
        until = table.merge(said, how="left", on=["code", "at", "round"])["known"].to_numpy(dtype=np.float64)
        out[near] |= rows.known[held] <= until
    return out


def _same_year(rows: _Rows, values: Ints, states: Ints) -> Bools:
    """A quick sieve: values in whose year something is said of the same card (few are, so joining is cheap)."""
    year = np.floor(rows.position[values]).astype(np.int64)
    said = np.floor(rows.position[states]).astype(np.int64)
    first, span = said.min(), said.max() - said.min() + 1
    if span > 1000:
        return np.ones(len(values), dtype=bool)
    marks = np.zeros((rows.code.max() + 1) * span, dtype=bool)
    marks[rows.code[states] * span + said - first] = True
    within = (year >= first) & (year < first + span)
    found: Bools = marks[np.where(within, rows.code[values] * span + year - first, 0)] & within
    return found


def _rounds(observations: Coded, *of: Ints) -> Ints:
    """The round of each of these rows as a number; of all others none, for they are not asked about."""
    rounds = np.full(len(observations), _NO_ROUND, dtype=np.int64)
    if "round_id" in observations:
        rows = np.concatenate(of)
        rounds[rows] = _coded(observations.table["round_id"].iloc[rows])[0]
    return rounds


def _keyed(rows: _Rows, picked: Ints, rounds: Ints) -> pd.DataFrame:
    # Thousandths of a year: one period's positions agree to the last bit, neighbouring days lie further apart.
    at = np.rint(rows.position[picked] * 1000) * (len(_PARTS) + 1) + rows.part[picked]
    return pd.DataFrame({"code": rows.code[picked], "at": at, "round": rounds, "known": rows.known[picked]})


def _part_year(observations: Coded, code: Ints, annual: Bools) -> NDArray[np.int8]:
    """Half-years, months and days on a card that counts each year anew."""
    if not annual.any() or "period" not in observations:
        return np.zeros(len(code), dtype=np.int8)
    codes, codes_of = observations.codes("period")
    part = np.array([*(_part_of(word) for word in codes_of), 0], dtype=np.int8)
    return np.where(np.append(annual, False)[code], part[codes], np.int8(0))


def _part_of(word: object) -> int:
    try:
        return _PARTS.get(Period.parse(word).kind, 0) if isinstance(word, str) else 0
    except ValueError:
        return 0


def _coded(column: pd.Series) -> tuple[NDArray[np.integer[Any]], NDArray[np.object_]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes), column.cat.categories.to_numpy(dtype=object)
    codes, distinct = pd.factorize(column)
    return np.asarray(codes), np.asarray(distinct, dtype=object)


def _codes(observations: Coded, ids: pd.Index) -> Ints:
    """The card number of each row, -1 where the card is not asked about."""
    if "indicator_id" not in observations:
        return np.full(len(observations), -1, dtype=np.int64)
    codes, distinct = observations.codes("indicator_id")
    number = np.append(ids.get_indexer(pd.Index(distinct, dtype=object)), -1)
    return cast(Ints, number[codes])


def words(table: Coded, name: str, numbers_of: Mapping[str, int], other: int = 0) -> NDArray[np.int8]:
    """A column of words as small numbers, ``other`` for any other word."""
    if name not in table:
        return np.full(len(table), other, dtype=np.int8)
    codes, distinct = table.codes(name)
    found = [numbers_of.get(word, other) if isinstance(word, str) else other for word in distinct]
    coded_words: NDArray[np.int8] = np.array([*found, other], dtype=np.int8)[codes]
    return coded_words


def numbers(table: pd.DataFrame, name: str) -> Floats:
    """A column as floats, NaN where it is missing, no number, or not there."""
    if name not in table:
        return np.full(len(table), np.nan)
    column = table[name]
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iuf":
        column = pd.to_numeric(column.astype(object), errors="coerce")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _moments(observations: pd.DataFrame) -> Ints:
    if "known_at" not in observations:
        return np.zeros(len(observations), dtype=np.int64)
    column = observations["known_at"]
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind != "M":
        column = pd.to_datetime(column, errors="coerce")
        column = column.dt.tz_localize(None) if column.dt.tz is not None else column
    return column.to_numpy().astype("datetime64[us]").astype(np.int64)


def best_rows(observations: pd.DataFrame, ids: pd.Index, annual: Bools | None = None) -> Ints:
    """The row of the best value of every period of the cards ``ids``, by card and period; forecasts included.

    ``annual`` tells of each card whether it counts each year anew: then a part of a year is a period of its own.
    """
    return _best_of_periods(*_standing(Coded(observations), ids, annual))


def best_and_withdrawn(observations: pd.DataFrame, annual: Collection[str]) -> tuple[Ints, Bools]:
    """What :func:`best_rows` and :func:`withdrawn` tell of every indicator in the table, from one reading of it."""
    ids = pd.Index(pd.unique(observations["indicator_id"]), dtype=object)
    rows, standing = _standing(Coded(observations), ids, ids.isin(list(annual)))
    gone = rows.is_value.copy()
    gone[standing] = False
    return _best_of_periods(rows, standing), gone


def _best_of_periods(rows: _Rows, values: Ints) -> Ints:
    order = np.lexsort(
        (values, rows.known[values], rows.rank[values], rows.part[values], rows.position[values], rows.code[values])
    )
    values = values[order]
    code, position, part = rows.code[values], rows.position[values], rows.part[values]
    last = np.ones(len(values), dtype=bool)
    last[:-1] = (code[1:] != code[:-1]) | (position[1:] > position[:-1] + EPS) | (part[1:] != part[:-1])
    chosen: Ints = values[last]
    return chosen


def withdrawn(observations: pd.DataFrame, annual: Collection[str] = ()) -> Bools:
    """Which rows are values that were taken back, row by row; ``annual`` are the ids of what counts each year anew."""
    return best_and_withdrawn(observations, annual)[1]


def _standing(observations: Coded, ids: pd.Index, annual: Bools | None) -> tuple[_Rows, Ints]:
    """Everything known, and the rows of values that nobody has taken back."""
    counted = np.zeros(len(ids), dtype=bool) if annual is None else annual
    rows = _read(observations, ids, date.max - timedelta(days=2), np.full(len(ids), np.nan), counted)
    values = np.flatnonzero(rows.is_value)
    return rows, values[~_withdrawn(observations, rows, values)]
