"""How often a plan asks about its work, and what it calls that: half-yearly reviews, or a yearly 点検."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.initiatives.half_year_review import half_before
from kpi.period import Period
from kpi.plan import Plan


@dataclass(frozen=True)
class Rhythm:
    """``span`` is what one review is about, ``review`` what it is called behind 「取組の」."""

    span: str
    review: str


HALF_YEARLY, YEARLY = Rhythm("半期", "半期見直し"), Rhythm("年度", "点検")


def rhythm(plan: Plan) -> Rhythm:
    """Yearly where the plan asks more than once and always for the same half of the year."""
    asked = _asked(plan)
    return YEARLY if len(asked) > 1 and len({half.part for half in asked}) == 1 else HALF_YEARLY


def yearly_part(plan: Plan) -> int:
    """At the end of which half of the year (1 or 2) a plan asks that asks once a year; 0 where it asks half-yearly."""
    return next(iter(_asked(plan))).part if rhythm(plan) is YEARLY else 0


def reported_period(plan: Plan, half: Period) -> Period:
    """What a review of a half-year is about: the whole year where the plan asks once a year, at its end."""
    return Period("FY", half.year) if half.kind == "H" and half.part == yearly_part(plan) else half


def asked_before(plan: Plan, half: Period) -> Period:
    """The half-year that was asked about before one; where the plan asks for none, the half-year before it."""
    earlier = [one for one in _asked(plan) if one.position < half.position]
    return max(earlier, key=lambda one: one.position, default=half_before(half))


def _asked(plan: Plan) -> set[Period]:
    return {one.period for one in plan.rounds if one.kind == "initiatives" and one.period.kind == "H"}
