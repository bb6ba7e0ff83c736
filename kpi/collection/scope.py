"""Which indicators a round asks of a department or of one of its 課: one rule for forms, letters and boards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby

from kpi.plan import Card, Department, Division, Indicator, Plan, Round


def is_dropped(card: Card, day: date) -> bool:
    """Whether an indicator is 欠番 on a day."""
    return card.dropped_on is not None and card.dropped_on <= day


def asked_of(
    plan: Plan,
    round_: Round,
    department_id: str,
    day: date,
    cards: Mapping[str, Card] | None = None,
    division_id: str = "",
) -> tuple[Indicator, ...]:
    """What a round asks of a department on a day, in the plan's order; with ``division_id`` of that 課 only.

    Departments and indicators that the round leaves out are not asked, nor are indicators that are 欠番 by ``cards``
    (the versions in force; the plan's first ones where none is given). An unknown 課 is asked nothing.
    """
    if not round_.asks(department_id):
        return ()
    plan = plan.asked_in(round_.kind)
    owned = plan.owned_by(department_id, day)
    if division_id:
        division = find_division(plan, department_id, division_id)
        names = frozenset(division.indicators) if division else frozenset()
        owned = tuple(i for i in owned if i.id in names)
    in_force = cards or {} if round_.kind != "initiatives" else {}
    return tuple(
        i for i in owned if round_.asks_for(i.id) and not is_dropped(in_force.get(i.id) or plan.card(i.id), day)
    )


def departments_asked(
    plan: Plan, round_: Round, day: date, cards: Mapping[str, Card] | None = None
) -> tuple[Department, ...]:
    """The departments that a round asks for anything on a day."""
    return tuple(d for d in plan.departments if asked_of(plan, round_, d.id, day, cards))


def divisions_asked(
    plan: Plan, round_: Round, department_id: str, day: date, cards: Mapping[str, Card] | None = None
) -> tuple[Division, ...]:
    """The 課 of a department that a round asks for anything on a day."""
    found = plan.department(department_id).divisions_on(day)
    return tuple(v for v in found if asked_of(plan, round_, department_id, day, cards, v.id))


def numbers_words(plan: Plan, subjects: Iterable[Indicator]) -> str:
    """Numbers in a row: 「1、2」, by field where they need one: 「【産業】(1)、(2)　【行政】(1)」."""
    grouped = ((name, "、".join(i.number for i in found)) for name, found in groupby(subjects, plan.numbering_field))
    return "　".join(f"【{name}】{numbers}" if name else numbers for name, numbers in grouped)


def find_division(plan: Plan, department_id: str, division_id: str) -> Division | None:
    """A division by the ids of its department and its own; None where the plan does not know it."""
    found = (v for d in plan.departments if d.id == department_id for v in d.divisions if v.id == division_id)
    return next(found, None)
