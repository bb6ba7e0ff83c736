"""Which period a round should ask of an indicator, and when that period's figure is published.

A round asks every indicator for one period, but not every figure is there by then: 県民経済計算 comes out two years
late, and a survey every five years has nothing to say in between.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from kpi.period import Period, PeriodKind
from kpi.plan import Card, Indicator, Round


def expected_period(card: Card, indicator: Indicator, round: Round) -> tuple[Period, bool]:
    """The period a round should ask of an indicator, and whether a value exists for it (False: 調査年でない).

    It is the newest period of the indicator's own kind (fiscal or calendar year, half-year) that ends no later than
    the round's period and is published by the due date. Where it falls between two surveys the period stands, so
    that 調査年でない is told of the right year. A round for targets asks for the period of the baseline where the
    plan gives it. ``indicator`` and ``card`` must belong together.
    """
    if card.indicator_id != indicator.id:
        raise ValueError(f"card of {card.indicator_id!r} given for {indicator.id!r}")
    if round.kind == "targets" and card.baseline_period is not None:
        return card.baseline_period, True
    period = _newest(_kind(card, round), round.period.end)
    by = round.due or round.opens
    while by is not None and publication_day(card, period) > by:
        period = previous(period)
    return period, is_surveyed(card, period)


def publication_day(card: Card, period: Period) -> date:
    """The day by which a period's figure is published: its end and the indicator's lag in months."""
    return add_months(period.end, card.lag_months)


def is_surveyed(card: Card, period: Period) -> bool:
    """Whether the indicator's survey describes this period.

    Listed survey years decide. Without a list a cycle of several years is counted from the baseline, and where that
    is unknown every period counts.
    """
    if card.survey_years:
        return period.year in card.survey_years
    if card.cycle_months > 12 and card.baseline_period is not None:
        return (period.year - card.baseline_period.year) * 12 % card.cycle_months == 0
    return True


def previous(period: Period) -> Period:
    """The period of the same kind just before."""
    match period.kind:
        case "FY" | "CY":
            return Period(period.kind, period.year - 1)
        case "H":
            return Period("H", period.year - (period.part == 1), 2 if period.part == 1 else 1)
        case "M":
            return Period("M", period.year - (period.part == 1), 12 if period.part == 1 else period.part - 1)
        case _:
            return Period.of_date(period.end - timedelta(days=1))


def add_months(day: date, months: int) -> date:
    """The day some months later; the last day of a month stays the last day."""
    years, index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, index + 1
    last = calendar.monthrange(year, month)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if at_end else min(day.day, last))


def _kind(card: Card, round: Round) -> PeriodKind:
    """The kind of the indicator's own data: what its card names, else what the round asks for."""
    if round.period.kind == "H" and card.cycle_months <= 6:
        return "H"
    named = [p.kind for p in (card.target_period, card.baseline_period) if p is not None and p.kind in ("FY", "CY")]
    if named:
        return named[0]
    return round.period.kind if round.period.kind in ("FY", "CY") else "FY"


def _newest(kind: PeriodKind, day: date) -> Period:
    """The newest year or half-year that has ended by a day."""
    period = Period(kind, day.year, 2 if kind == "H" else 0)
    while period.end > day:
        period = previous(period)
    return period
