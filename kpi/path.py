"""The formulas of judging, each written once: ahead, met, progress, the planned path, the milestones on it.

All work on arrays with one element per card. NaN is "not known" and stays NaN; nothing is clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Values are binary floats: what lies exactly on a threshold gets the better class.
EPS = 1e-9
_ULPS = 8 * float(np.finfo(np.float64).eps)

INCREASE, DECREASE, MAINTAIN, UNKNOWN = 1, -1, 0, 9
DIRECTION_CODES = {"increase": INCREASE, "decrease": DECREASE, "maintain": MAINTAIN}


@dataclass(frozen=True)
class Rules:
    """The cards as arrays. ``sign`` is a code of DIRECTION_CODES or UNKNOWN; a value that is not finite is NaN."""

    sign: Ints
    annual: Bools
    baseline: Floats
    baseline_at: Floats
    target: Floats
    target_at: Floats
    low: Floats
    high: Floats
    half_unit: Floats
    cycle_and_lag: Floats

    @property
    def has_target(self) -> Bools:
        """Whether there is something to meet: a target, or for maintain a side of the band."""
        band = np.isfinite(self.low) | np.isfinite(self.high)
        return np.where(self.sign == MAINTAIN, band, np.isfinite(self.target))

    @property
    def side(self) -> Floats:
        """+1 where more is better, -1 where less is; 0 else."""
        return np.where(np.abs(self.sign) == 1, self.sign, 0).astype(np.float64)

    @property
    def ahead(self) -> Bools:
        """Whether the target lies ahead of the baseline in the stated direction (equal is not ahead)."""
        return self.side * (self.target - self.baseline) > slack(self.target, self.baseline)


@dataclass(frozen=True)
class Path:
    """Where the plan stands at ``at``: ``planned`` is e, ``milestone`` the 目安値 of that very period (NaN: none)."""

    at: Floats
    planned: Floats
    milestone: Floats


def slack(a: Floats, b: Floats) -> Floats:
    """How far two values may differ and count as equal.

    1e-9, or a few units in the last binary place where the numbers are so large that 1e-9 lies below their
    resolution; a wider, relative tolerance would call 999,999,999,999 of a trillion a target met.
    """
    return np.maximum(EPS, _ULPS * np.maximum(np.abs(a), np.abs(b)))


def meets(rules: Rules, value: Floats, goal: Floats) -> Bools:
    """Whether a value meets a goal in the stated direction; for maintain, whether it lies within the band."""
    short = rules.side * (goal - value) <= slack(goal, value)
    under = np.where(np.isfinite(rules.low), value >= rules.low - slack(value, rules.low), True)
    over = np.where(np.isfinite(rules.high), value <= rules.high + slack(value, rules.high), True)
    within = under & over & rules.has_target & np.isfinite(value)
    return np.where(rules.sign == MAINTAIN, within, short & (np.abs(rules.sign) == 1))


def progress(rules: Rules, value: Floats) -> Floats:
    """p = (v − b) / (T − b); NaN where b or T is missing or T is not ahead of b."""
    return np.where(rules.ahead, (value - rules.baseline) / (rules.target - rules.baseline), np.nan)


def pace(done: Floats, planned: Floats) -> Floats:
    """r = p / e; NaN where the planned path has not moved yet."""
    moved = planned > EPS
    return np.where(moved, done / np.where(moved, planned, 1.0), np.nan)


def straight(rules: Rules, at: Floats) -> Floats:
    """e = (t − y0) / (yT − y0), the straight line; NaN where the two periods are not in order."""
    span = rules.target_at - rules.baseline_at
    return np.where(span > EPS, (at - rules.baseline_at) / span, np.nan)


def path(rules: Rules, at: Floats, code: Ints, position: Floats, value: Floats) -> Path:
    """The planned path at ``at``, through the milestones (card number, position, value) where a card has any.

    A milestone at or before the baseline, or at or after the target's period, does not bend the path. Behind the
    target's period a path with milestones stays at 1.
    """
    planned, exact = straight(rules, at), np.full(len(at), np.nan)
    keep = np.isfinite(position) & np.isfinite(value)
    code, position, value = code[keep], position[keep], value[keep]
    if not len(code):
        return Path(at, planned, exact)
    same = np.abs(position - at[code]) <= EPS
    exact[code[same]] = value[same]
    inner = (position > rules.baseline_at[code] + EPS) & (position < rules.target_at[code] - EPS) & rules.ahead[code]
    bent = np.unique(code[inner])
    if len(bent):
        planned[bent] = _piecewise(rules, at, code[inner], position[inner], value[inner])[bent]
    return Path(at, planned, exact)


def _piecewise(rules: Rules, at: Floats, code: Ints, position: Floats, value: Floats) -> Floats:
    """Linear between (y0, 0), the milestones and (yT, 1)."""
    bent = np.unique(code)
    share = (value - rules.baseline[code]) / (rules.target[code] - rules.baseline[code])
    codes = np.concatenate([code, bent, bent])
    places = np.concatenate([position, rules.baseline_at[bent], rules.target_at[bent]])
    shares = np.concatenate([share, np.zeros(len(bent)), np.ones(len(bent))])
    order = np.lexsort((places, codes))
    codes, places, shares = codes[order], places[order], shares[order]
    left = np.full(len(at), -1)
    passed = np.flatnonzero(places <= at[codes] + EPS)
    np.maximum.at(left, codes[passed], passed)
    right = np.minimum(left + 1, len(codes) - 1)
    within = (left >= 0) & (codes[right] == np.arange(len(at)))
    run = np.where(within, places[right] - places[left], 1.0)
    step = np.where(within, (at - places[left]) / np.where(run > 0, run, 1.0), 0.0)
    bend = shares[left] + step * (shares[right] - shares[left])
    return np.where(left >= 0, np.where(within, bend, shares[left]), np.nan)


def achievement(rules: Rules, value: Floats) -> Floats:
    """達成率 v / T, for decrease T / v: another figure than progress. NaN where a ratio says nothing (zero, minus)."""
    up, down = rules.sign == INCREASE, rules.sign == DECREASE
    sound = (up & (rules.target > 0) & (value >= 0)) | (down & (rules.target >= 0) & (value > 0))
    over = np.where(up, value, rules.target)
    under = np.where(up, rules.target, value)
    return np.where(sound, over / np.where(sound, under, 1.0), np.nan)


def gain(rules: Rules, start: Floats, end: Floats) -> Floats:
    """How far the value moved for the better (minus: for the worse).

    For maintain it is how much nearer it came to the band: movements inside the band are neither.
    """
    towards = _outside(rules, start) - _outside(rules, end)
    return np.where(rules.sign == MAINTAIN, towards, rules.side * (end - start))


def _outside(rules: Rules, value: Floats) -> Floats:
    under = np.where(np.isfinite(rules.low), rules.low - value, -np.inf)
    over = np.where(np.isfinite(rules.high), value - rules.high, -np.inf)
    return np.where(rules.has_target, np.maximum(np.maximum(under, over), 0.0), np.nan)
