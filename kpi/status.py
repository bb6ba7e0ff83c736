"""Status schemes: which status a value gets, and for which reason. First match wins.

A scheme is one registered function from a :class:`Situation` to outcome codes; a new one is one more entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kpi.path import EPS, MAINTAIN, UNKNOWN, Bools, Floats, Path, Rules, achievement, meets, progress

#: Statuses in the order in which they are told.
STATUSES = (
    "achieved", "on_track", "mostly_on_track", "behind", "regressed", "not_achieved", "not_assessable", "no_data",
)  # fmt: skip

#: How good a judged status is; the others have no rank. A status never gets worse as the value nears the target.
RANKS: Mapping[str, int] = {
    "achieved": 5, "on_track": 4, "mostly_on_track": 3, "behind": 2, "not_achieved": 1, "regressed": 0,
}  # fmt: skip

#: (status, reason) of every outcome of a card that has a value. ``reason`` says which row of the table matched.
OUTCOMES: tuple[tuple[str, str], ...] = (
    ("not_assessable", "not_computable"),
    ("not_assessable", "target_unset"),
    ("not_assessable", "band_unset"),
    ("not_assessable", "direction_unset"),
    ("achieved", "target_met"),
    ("not_assessable", "baseline_unset"),
    ("regressed", "out_of_band"),
    ("regressed", "target_not_ahead"),
    ("regressed", "moved_away"),
    ("not_achieved", "deadline_passed"),
    ("not_assessable", "target_period_unset"),
    ("not_assessable", "baseline_period_unset"),
    ("on_track", "pace"),
    ("mostly_on_track", "pace"),
    ("behind", "pace"),
    ("on_track", "flat_path"),
    ("behind", "flat_path"),
    ("not_assessable", "milestone_unset"),
    ("on_track", "milestone_met"),
    ("mostly_on_track", "milestone"),
    ("behind", "milestone"),
    ("not_assessable", "not_annual"),
    ("not_assessable", "ratio_undefined"),
    ("mostly_on_track", "ratio"),
    ("behind", "ratio"),
    ("not_achieved", "ratio"),
    ("not_assessable", "figures_only"),
    ("not_assessable", "scheme_unknown"),
)
_CODE = {outcome: number for number, outcome in enumerate(OUTCOMES)}
_STATUS_OF = np.array([STATUSES.index(status) for status, _ in OUTCOMES], dtype=np.int8)

Codes = NDArray[np.int8]
Case = tuple[Bools, str, str]

#: The classes of 達成率 of ``achievement_ratio`` below 100 percent, which is the target met.
RATIO_CLASSES = (0.9, 0.8)


@dataclass(frozen=True)
class Situation:
    """Everything a scheme may look at: the cards, their values, where the plan stands at the values' periods."""

    rules: Rules
    value: Floats
    path: Path
    on_track: float
    mostly: float
    ratio_classes: tuple[float, float] = RATIO_CLASSES

    def moved(self, by: float) -> Situation:
        """The same with every threshold moved."""
        most, some = self.ratio_classes
        return replace(self, on_track=self.on_track + by, mostly=self.mostly + by, ratio_classes=(most + by, some + by))


def pace(done: Floats, planned: Floats) -> Floats:
    """r = p / e; NaN where the planned path has not moved yet."""
    moved = planned > EPS
    return np.where(moved, done / np.where(moved, planned, 1.0), np.nan)


def _before_judging(s: Situation) -> list[Case]:
    """Row 2 of the table, and what the card must say before anything can be judged."""
    unknown = s.rules.sign == UNKNOWN
    unset = ~s.rules.has_target
    return [
        (unset & (s.rules.sign == MAINTAIN), "not_assessable", "band_unset"),
        (unset, "not_assessable", "target_unset"),
        (unknown, "not_assessable", "direction_unset"),
    ]


def _not_towards(s: Situation, done: Floats) -> list[Case]:
    """Rows 4 to 7: no baseline, no way to go, moving away, the target's period reached."""
    rules = s.rules
    return [
        (~np.isfinite(rules.baseline), "not_assessable", "baseline_unset"),
        (rules.sign == MAINTAIN, "regressed", "out_of_band"),
        (~rules.ahead, "regressed", "target_not_ahead"),
        (done < -EPS, "regressed", "moved_away"),
        (s.path.at >= rules.target_at - EPS, "not_achieved", "deadline_passed"),
    ]


def linear_pace(s: Situation) -> Codes:
    """The default: progress against the planned path from baseline to target."""
    rules, done, planned = s.rules, progress(s.rules, s.value), s.path.planned
    rate = pace(done, planned)
    flat = planned <= EPS
    return first_match(
        [
            *_before_judging(s),
            (meets(rules, s.value, rules.target), "achieved", "target_met"),
            *_not_towards(s, done),
            (~np.isfinite(rules.target_at), "not_assessable", "target_period_unset"),
            (~np.isfinite(rules.baseline_at), "not_assessable", "baseline_period_unset"),
            (flat & (done >= planned - EPS), "on_track", "flat_path"),
            (flat, "behind", "flat_path"),
            (rate >= s.on_track - EPS, "on_track", "pace"),
            (rate >= s.mostly - EPS, "mostly_on_track", "pace"),
            (np.isfinite(rate), "behind", "pace"),
        ],
        len(s.value),
    )


def milestone(s: Situation) -> Codes:
    """Against the 目安値 of the value's own period: met, at least 80 % of the way to it, below.

    Met is 順調, 80 % is 概ね順調, below is 進捗に遅れ. "Of the way" is (v − b) / (m − b): v / m would call a rate that
    never moved from 74 towards 80 "92 % done". Rows 1 to 3 of the default come first; a period without 目安値 is not
    assessable and never falls back on the straight line, but at or after the target's period the target is its 目安値.
    What misses its 目安値 goes through rows 4 to 7 before it is asked how much it misses.
    """
    rules, goal, done = s.rules, s.path.milestone, progress(s.rules, s.value)
    way = rules.side * (goal - rules.baseline)
    share = pace(rules.side * (s.value - rules.baseline), way)
    met = np.where(np.isfinite(share), share >= s.on_track - EPS, meets(rules, s.value, goal))
    has, over = np.isfinite(goal), s.path.at >= rules.target_at - EPS
    return first_match(
        [
            *_before_judging(s),
            (meets(rules, s.value, rules.target), "achieved", "target_met"),
            (has & met & ~over & (rules.sign != MAINTAIN), "on_track", "milestone_met"),
            (~has & ~over & (rules.sign != MAINTAIN), "not_assessable", "milestone_unset"),
            *_not_towards(s, done),
            (share >= s.mostly - EPS, "mostly_on_track", "milestone"),
            (has, "behind", "milestone"),
        ],
        len(s.value),
    )


def achievement_ratio(s: Situation) -> Codes:
    """達成率 of annual flows, 100 / 90 / 80: 達成, 概ね達成, 達成不十分, 著しく不十分. The rest is refused."""
    rules, ratio = s.rules, achievement(s.rules, s.value)
    most, some = s.ratio_classes
    return first_match(
        [
            *_before_judging(s),
            (~rules.annual | (rules.sign == MAINTAIN), "not_assessable", "not_annual"),
            (meets(rules, s.value, rules.target), "achieved", "target_met"),
            (~np.isfinite(ratio), "not_assessable", "ratio_undefined"),
            (ratio >= most - EPS, "mostly_on_track", "ratio"),
            (ratio >= some - EPS, "behind", "ratio"),
            (np.isfinite(ratio), "not_achieved", "ratio"),
        ],
        len(s.value),
    )


def figures_only(s: Situation) -> Codes:
    """数値のみ: what is unset is said, nothing is judged."""
    everything = np.ones(len(s.value), dtype=bool)
    unset = ~np.isfinite(s.rules.baseline)
    return first_match(
        [
            *_before_judging(s),
            (unset, "not_assessable", "baseline_unset"),
            (everything, "not_assessable", "figures_only"),
        ],
        len(s.value),
    )


def _unknown(s: Situation) -> Codes:
    return np.full(len(s.value), _CODE["not_assessable", "scheme_unknown"], dtype=np.int8)


SCHEMES: Mapping[str, Callable[[Situation], Codes]] = {
    "linear_pace": linear_pace,
    "milestone": milestone,
    "achievement_ratio": achievement_ratio,
    "figures_only": figures_only,
}


def judge(name: str, situation: Situation) -> Codes:
    """Outcome codes under a scheme; a scheme this program does not know judges nothing and says so."""
    return SCHEMES.get(name, _unknown)(situation)


def first_match(cases: Sequence[Case], count: int) -> Codes:
    """The outcome code of the first case that holds; ``not_computable`` where none does (figures that overflow)."""
    codes = np.zeros(count, dtype=np.int8)
    for holds, status, reason in reversed(cases):
        codes[holds] = _CODE[status, reason]
    return codes


def fragile(name: str, s: Situation, tolerance: float, codes: Codes) -> Bools:
    """Whether another rounding of the value, or thresholds moved by their tolerance, would change the status.

    A value printed with the card's decimals stands for anything half a unit below or above it; both ends are asked,
    one at a time with the thresholds as they are, and then the thresholds lower and higher with the value as it is.
    """
    half = np.where(np.isfinite(s.rules.half_unit), s.rules.half_unit, 0.0)
    by = abs(tolerance) if np.isfinite(tolerance) else 0.0
    others = (replace(s, value=s.value - half), replace(s, value=s.value + half), s.moved(-by), s.moved(by))
    before, changed = _STATUS_OF[codes], np.zeros(len(s.value), dtype=bool)
    for other in others:
        changed |= _STATUS_OF[judge(name, other)] != before
    return changed
