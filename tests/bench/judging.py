"""Judging 715,200 observations in 35,760 series, against plain NumPy that does the same arithmetic.

1,788 governments × 20 indicators × 20 yearly periods, in random order, with 速報 beside 確定, later corrections,
forecasts, reasons in place of values and periods not yet over. The reference is given bare arrays with the series
already numbered and the words already small integers; it chooses the latest value and the one before it under the
same rules and works out the same figures and statuses, fragile ones included. Ours gets the columns of the types in
which a store hands them over, its words as text: numbering them is its own affair. Both must agree before anything is
timed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from kpi.plan import Scheme
from kpi.progress import assess
from tests.bench.figure import Figure, side_by_side
from tests.bench.wide_store import FULL_PAGE, wide_store

GOVERNMENTS, INDICATORS, PERIODS = 1788, 20, 20
SERIES = GOVERNMENTS * INDICATORS
AS_OF, AS_OF_POSITION = date(2025, 9, 30), 2025.75
STATES = ("value", "unpublished", "suppressed")
RELEASES = ("final", "provisional", "forecast")
EPS = 1e-9
LIMIT = 3.0


class Arrays(NamedTuple):
    """What the reference gets."""

    series: np.ndarray
    position: np.ndarray
    value: np.ndarray
    release: np.ndarray
    state: np.ndarray
    known: np.ndarray
    sign: np.ndarray
    baseline: np.ndarray
    target: np.ndarray


START, END = 2008.25, 2029.25


def inputs() -> tuple[Arrays, pd.DataFrame, pd.DataFrame]:
    """The same data as bare arrays and as the two tables."""
    draw = np.random.default_rng(20240401)
    rows = SERIES * PERIODS
    order = draw.permutation(rows)
    series = np.repeat(np.arange(SERIES), PERIODS)[order]
    year = np.tile(np.arange(2006, 2006 + PERIODS), SERIES)[order]
    known = (np.datetime64("2006-06-01", "D") + (year - 2006) * 365 + draw.integers(300, 700, rows)).astype("M8[us]")
    state = draw.choice(3, rows, p=[0.94, 0.04, 0.02])
    release = draw.choice(3, rows, p=[0.8, 0.15, 0.05])
    sign = draw.choice([1, -1], SERIES)
    baseline = draw.uniform(20, 80, SERIES).round(1)
    target = (baseline + sign * draw.uniform(5, 40, SERIES)).round(1)
    drift = (target - baseline)[series] * (year - 2007) / 21 * draw.uniform(-0.2, 1.4, rows)
    value = np.where(state == 0, (baseline[series] + drift).round(1), np.nan)
    arrays = Arrays(series, year + 1.25, value, release, state, known, sign, baseline, target)
    return arrays, _cards(arrays), _observations(arrays, year)


def _cards(a: Arrays) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator_id": [f"g{k // INDICATORS:04d}-i{k % INDICATORS:02d}" for k in range(SERIES)],
            "direction": np.where(a.sign > 0, "increase", "decrease"),
            "kind": np.where(np.arange(SERIES) % 3 == 0, "annual", "level"),
            "decimals": 1,
            "cycle_months": 12,
            "lag_months": 6,
            "baseline": a.baseline,
            "baseline_position": START,
            "target": a.target,
            "target_position": END,
            "band_low": np.nan,
            "band_high": np.nan,
            "baseline_period": "FY2007",
            "target_period": "FY2028",
            "milestones": [()] * SERIES,
        }
    )


def _observations(a: Arrays, year: np.ndarray) -> pd.DataFrame:
    years = range(2006, 2006 + PERIODS)
    return pd.DataFrame(
        {
            "indicator_id": _words(a.series, _cards(a)["indicator_id"].to_list()),
            "period": _words(year - 2006, [f"FY{y}" for y in years]),
            "position": a.position,
            "value": a.value,
            "release": _words(a.release, RELEASES),
            "state": _words(a.state, STATES),
            "known_at": a.known,
            "round_id": _words(year - 2006, [f"r{y}" for y in years]),
            "correction_kind": _words(np.zeros(len(year), dtype=np.int64), [""]),
        }
    )


def _words(codes: np.ndarray, words: Sequence[str]) -> pd.Series:
    return pd.Series(np.array(words, dtype=object)[codes], dtype="str")


def other_types(observations: pd.DataFrame) -> list[str]:
    """Columns that a store hands over in another type."""
    with tempfile.TemporaryDirectory() as folder:
        store = wide_store(Path(folder), FULL_PAGE)
        table = store.snapshot(store.plan_ids()[0]).observations
    return [name for name in observations if observations[name].dtype != table[name].dtype]


def _newest(a: Arrays, rows: np.ndarray) -> np.ndarray:
    """The best row of each series' newest period among ``rows``; -1 for none."""
    best = np.full(SERIES, -np.inf)
    np.maximum.at(best, a.series[rows], a.position[rows])
    rows = rows[a.position[rows] >= best[a.series[rows]]]
    rows = rows[np.lexsort((a.known[rows], -a.release[rows]))]
    found = np.full(SERIES, -1)
    found[a.series[rows]] = rows
    return found


def _status(a: Arrays, value: np.ndarray, at: np.ndarray, on_track: float, mostly: float) -> np.ndarray:
    progress = (value - a.baseline) / (a.target - a.baseline)
    pace = progress / ((at - START) / (END - START))
    rows = [a.sign * (value - a.target) >= -EPS, progress < -EPS, at >= END - EPS, pace >= on_track - EPS]
    return np.select([*rows, pace >= mostly - EPS], [0, 4, 5, 1, 2], 3)


def reference(a: Arrays) -> dict[str, np.ndarray]:
    """Latest and previous value, figures, status, in plain NumPy."""
    judged = np.isfinite(a.value) & (a.release != 2) & (a.position > START) & (a.position <= AS_OF_POSITION)
    rows = np.flatnonzero(judged & (a.known < np.datetime64("2025-10-01")))
    newest = _newest(a, rows)
    at = np.where(newest >= 0, a.position[newest], -np.inf)
    previous = _newest(a, rows[a.position[rows] < at[a.series[rows]] - EPS])
    value = np.where(newest >= 0, a.value[newest], np.nan)
    progress = (value - a.baseline) / (a.target - a.baseline)
    planned = (at - START) / (END - START)
    status = _status(a, value, at, 1.0, 0.8)
    other = [_status(a, value + step, at, 1.0, 0.8) for step in (-0.05, 0.05)]
    other += [_status(a, value, at, 1.0 + step, 0.8 + step) for step in (-0.05, 0.05)]
    return {
        "status": np.where(newest >= 0, status, 7),
        "fragile": np.logical_or.reduce([s != status for s in other]) & (newest >= 0),
        "value": value,
        "progress": progress,
        "pace": progress / planned,
        "required_per_year": (a.target - value) / (END - at),
        "pace_per_year": (value - a.baseline) / (at - START),
        "planned_value": a.baseline + planned * (a.target - a.baseline),
        "change": value - np.where(previous >= 0, a.value[previous], a.baseline),
        "stale": (AS_OF_POSITION - at) * 12 > 18 + 1e-6,
    }


def disagreements(ours: pd.DataFrame, plain: dict[str, np.ndarray]) -> list[str]:
    """Columns in which the two differ."""
    words = ["achieved", "on_track", "mostly_on_track", "behind", "regressed", "not_achieved", "", "no_data"]
    wrong = [] if (ours["status"].to_numpy() == np.array(words)[plain["status"]]).all() else ["status"]
    wrong += [] if (ours["fragile"].to_numpy() == plain["fragile"]).all() else ["fragile"]
    for name in ("value", "progress", "pace", "change", "pace_per_year"):
        have = np.isfinite(plain["value"])
        if not np.allclose(ours[name].to_numpy()[have], plain[name][have], rtol=0, atol=1e-9):
            wrong.append(name)
    return wrong


def run() -> list[Figure]:
    """Measure, after making sure that both say the same."""
    arrays, cards, observations = inputs()
    if other := other_types(observations):
        raise AssertionError(f"a store hands over other types of {other}")

    def ours() -> pd.DataFrame:
        return assess(cards, observations, as_of=AS_OF, scheme=Scheme())

    with np.errstate(all="ignore"):
        differ = disagreements(ours(), reference(arrays))
        if differ:
            raise AssertionError(f"ours and the reference differ in {differ}")
        seconds, plain = side_by_side(ours, lambda: reference(arrays))
    name = f"judging {len(observations):,} observations in {SERIES:,} series"
    return [Figure(name, seconds, "plain NumPy, the same choice of values and the same arithmetic", plain, LIMIT)]
