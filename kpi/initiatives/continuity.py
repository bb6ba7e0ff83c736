"""What of one plan lives on in another: initiatives that say which earlier ones they carry on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kpi.initiatives.initiative import Initiative
from kpi.plan import Plan


@dataclass(frozen=True)
class Carried:
    """An initiative of an earlier plan and the one of a later plan that carries it on."""

    before: Plan
    earlier: Initiative
    after: Plan
    later: Initiative

    @property
    def is_reworded(self) -> bool:
        """Whether the later plan says it in other words."""
        return self.earlier.name != self.later.name


def carried_on(plans: Iterable[Plan]) -> tuple[Carried, ...]:
    """Every initiative that another plan carries on, by the later plan's order; what names nothing is left out."""
    known = {plan.id: plan for plan in plans}
    found = []
    for after in known.values():
        for later in after.initiatives:
            for named in later.continues:
                plan_id, _, one = named.partition("/")
                before = known.get(plan_id)
                earlier = next((e for e in before.initiatives if e.id == one), None) if before else None
                if before is not None and earlier is not None:
                    found.append(Carried(before, earlier, after, later))
    return tuple(found)


class _Continuing(Protocol):
    """An initiative or an indicator."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def continues(self) -> tuple[str, ...]: ...


def lost(
    plans: Iterable[Plan], of: Callable[[Plan], Sequence[_Continuing]]
) -> tuple[tuple[Plan, _Continuing, str], ...]:
    """What subjects say they carry on of a plan that is there and does not have it, as plan, subject and name.

    ``of`` gives the subjects of a plan: its initiatives or its indicators.
    """
    every = tuple(plans)
    known = {plan.id: {one.id for one in of(plan)} for plan in every}
    return tuple(
        (plan, one, named)
        for plan in every
        for one in of(plan)
        for named in one.continues
        if (there := known.get(named.partition("/")[0])) is not None and named.partition("/")[2] not in there
    )
