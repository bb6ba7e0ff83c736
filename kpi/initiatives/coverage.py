"""Which initiatives move which indicators, and which of either stand alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpi.initiatives.initiative import Initiative
from kpi.initiatives.track import Track
from kpi.plan import Indicator, Plan


@dataclass(frozen=True)
class Coverage:
    """``alone`` are the initiatives without an indicator, ``unmoved`` the indicators without an initiative.

    ``movers`` tells of each indicator the initiatives that move it, each with 直接 or 間接.
    """

    alone: tuple[Initiative, ...]
    unmoved: tuple[Indicator, ...]
    movers: Mapping[str, Sequence[tuple[Initiative, str]]]


def coverage(plan: Plan, some: Sequence[Track]) -> Coverage:
    """How a plan's work and its indicators hang together. What stands above an initiative names indicators for it."""
    by_id = {one.id: one for one in plan.initiatives}
    movers: dict[str, list[tuple[Initiative, str]]] = {}
    alone = []
    for track in some:
        if track.shown_for is not None:
            continue
        named = moved_by(track.initiative, by_id)
        for indicator, how in named.items():
            movers.setdefault(indicator, []).append((track.initiative, how))
        if not named:
            alone.append(track.initiative)
    unmoved = tuple(indicator for indicator in plan.indicators if indicator.id not in movers)
    return Coverage(tuple(alone), unmoved, movers)


def moved_by(initiative: Initiative, by_id: Mapping[str, Initiative]) -> dict[str, str]:
    """The indicators that an initiative moves, with 直接 or 間接; its own and those of what stands above it."""
    found: dict[str, str] = {}
    for one in (initiative, *above(initiative, by_id)):
        for how, named in (("直接", one.indicators), ("間接", one.related_indicators)):
            for indicator in named:
                found.setdefault(indicator, how)
    return found


def above(initiative: Initiative, by_id: Mapping[str, Initiative]) -> Iterator[Initiative]:
    """The initiatives that one is a part of, the nearest first."""
    seen = {initiative.id}
    while (one := by_id.get(initiative.parent_id)) is not None and one.id not in seen:
        seen.add(one.id)
        yield one
        initiative = one
