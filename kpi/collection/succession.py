"""Rounds of chosen departments follow their indicators when another department answers for these from a day on.

A round that names departments would otherwise ask nobody for what has left them. Rounds that ask everybody need
nothing, and rounds that are closed keep what they asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from kpi.plan import Plan, Round


def follow(before: Plan, after: Plan, day: date, closed: Collection[str] = ()) -> Plan:
    """The plan after a change of owners, with its open rounds asking the new ones for what they asked the old ones."""
    moved = {i.id: (_owner(before, i.id, day), _owner(after, i.id, day)) for i in after.indicators}
    moved = {i: (old, new) for i, (old, new) in moved.items() if old != new}
    rounds = tuple(r if r.id in closed else _followed(r, before, after, moved) for r in after.rounds)
    return replace(after, rounds=rounds)


def _followed(round_: Round, before: Plan, after: Plan, moved: Mapping[str, tuple[str, str]]) -> Round:
    """Departments that receive what the round asks are asked too, but for nothing that was not asked before."""
    if not round_.departments:
        return round_
    come = {new for i, (old, new) in moved.items() if round_.asks(old) and round_.asks_for(i) and not round_.asks(new)}
    if not come - {""}:
        return round_
    wider = replace(round_, departments=(*round_.departments, *(d.id for d in after.departments if d.id in come)))
    asked = _reach(before, round_)
    if _reach(after, wider) <= asked:
        return wider
    return replace(wider, indicators=tuple(i.id for i in after.indicators if i.id in asked))


def _reach(plan: Plan, round_: Round) -> frozenset[str]:
    """What the round asks of its departments on any day since it opened."""
    return frozenset(
        o.subject_id
        for o in plan.ownerships
        if round_.asks(o.department_id)
        and round_.asks_for(o.subject_id)
        and (o.valid_to is None or round_.opens is None or o.valid_to >= round_.opens)
    )


def _owner(plan: Plan, indicator_id: str, day: date) -> str:
    owner = plan.owner(indicator_id, day)
    return owner.id if owner else ""
