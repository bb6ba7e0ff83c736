"""The simple extension of what has been observed to the target's period. Said apart from the status, never in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Literal

from kpi.path import EPS
from kpi.period import Period
from kpi.plan import Card
from kpi.printing.limit_sides import compared, fitted
from kpi.printing.number_words import decimals_of, signed_text, text_of
from kpi.printing.printed_figures import stated, value_text

#: An outlook from fewer points says so.
ENOUGH = 4
#: What every extension says of itself, and is known by.
NO_FORECAST = "県の見通しではありません"


@dataclass(frozen=True)
class Outlook:
    """Where a simple extension leads. ``low`` and ``high`` equal ``value`` for a straight line of two points."""

    period: Period
    value: float
    low: float
    high: float
    n: int
    method: Literal["straight_line", "theil_sen"]
    sentence: str


def outlook(card: Card, points: Iterable[tuple[Period, float]], unit: str = "") -> Outlook | None:
    """The extension of the observations after the baseline, or None for fewer than two of them.

    What counts only a part of a year of an indicator that counts each year anew is no point of it.

    Two: the straight line through both. Three or more: the median of the pairwise slopes (Theil–Sen), with the least
    and the greatest of them as the band. The line starts at the last observation, so that it continues what was
    seen and the band opens from there. Nothing is extended backwards: None where the target's period is reached.
    """
    end = card.target_period
    seen = _after_baseline(card, points)
    if end is None or len(seen) < 2 or seen[-1][0] >= end.position - EPS:
        return None
    slopes = [(w - v) / (t - s) for (s, v, _), (t, w, _) in combinations(seen, 2)]
    last_at, last, _ = seen[-1]
    value, low, high = (last + slope * (end.position - last_at) for slope in (median(slopes), min(slopes), max(slopes)))
    if not all(math.isfinite(x) for x in (value, low, high)):
        return None
    names = [name for _, _, name in seen]
    method: Literal["straight_line", "theil_sen"] = "straight_line" if len(seen) == 2 else "theil_sen"
    return Outlook(end, value, low, high, len(seen), method, _sentence(card, end, value, names, unit))


def _after_baseline(card: Card, points: Iterable[tuple[Period, float]]) -> list[tuple[float, float, str]]:
    start = card.baseline_period.position + EPS if card.baseline_period else -math.inf
    found = {
        p.position: (float(v), p.short)
        for p, v in points
        if math.isfinite(v) and p.position > start and not card.is_part_count(p)
    }
    return [(position, value, name) for position, (value, name) in sorted(found.items())]


def _sentence(card: Card, end: Period, value: float, names: Sequence[str], unit: str) -> str:
    count = len(names)
    how = f"{names[0]}と{names[1]}を結んだ直線の単純延長" if count == 2 else "単純延長"
    few = f"{count}点だけからの計算で、" if count < ENOUGH else ""
    if card.target is None or card.direction == "maintain":
        return f"{how}では {end.short} に {value_text(value, card, unit)}({few}{NO_FORECAST})"
    goal = stated(card.target, card)
    shown = fitted(value, decimals_of(card.target, card.decimals), compared(value, card.target, goal))
    gap = signed_text(shown - goal, unit) if shown is not None and goal is not None else ""
    return f"{how}では {end.short} に {text_of(shown, unit)}(目標の {gap}。{few}{NO_FORECAST})"
