"""All plans under the five kinds of 官民データ活用推進基本法: which of their initiatives each kind holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpi.initiatives.initiative import LAW_KINDS, Initiative
from kpi.plan import Plan

#: By kind of the law, in its order: each plan that has an initiative of it, with those initiatives.
LawTable = Mapping[str, tuple[tuple[Plan, tuple[Initiative, ...]], ...]]


def by_law_kind(plans: Iterable[Plan]) -> LawTable:
    """The initiatives of every plan by the kinds that its document gives them; a 再掲 stands where it is listed.

    A kind of which no plan has any is there, with nothing under it.
    """
    every = tuple(plans)
    return {kind: tuple((plan, mine) for plan in every if (mine := _of_kind(plan, kind))) for kind in LAW_KINDS}


def _of_kind(plan: Plan, kind: str) -> tuple[Initiative, ...]:
    return tuple(one for one in plan.initiatives if kind in one.law_kinds)


def untold(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """The plans with initiatives whose documents give none of them a kind."""
    return tuple(p for p in plans if p.initiatives and not any(one.law_kinds for one in p.initiatives))
