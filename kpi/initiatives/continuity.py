"""What of one plan lives on in another: initiatives that say which earlier ones they carry on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kpi.initiatives.initiative import Initiative
from kpi.plan import Plan, distinct_names


@dataclass(frozen=True)
class Carried:
    """An initiative of an earlier plan and the one of a later plan that carries it on."""

    before: Plan
    earlier: Initiative
    after: Plan
    later: Initiative

    @property
    def before_name(self) -> str:
        """The earlier plan's name, told from the later one's."""
        return distinct_names((self.before, self.after))[self.before.id]

    @property
    def after_name(self) -> str:
        """The later plan's name, told from the earlier one's."""
        return distinct_names((self.before, self.after))[self.after.id]

    @property
    def is_reworded(self) -> bool:
        """Whether the later plan says it in other words."""
        return self.earlier.name != self.later.name


class _Continuing(Protocol):
    """An initiative or an indicator."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def continues(self) -> tuple[str, ...]: ...


S = TypeVar("S", bound=_Continuing)


def continued(plans: Iterable[Plan], of: Callable[[Plan], Sequence[S]]) -> Iterator[tuple[Plan, S, Plan, S]]:
    """Every subject that another plan carries on, by the later plan's order: the earlier plan and subject, the later.

    ``of`` gives the subjects of a plan: its initiatives or its indicators. What names nothing is left out.
    """
    known = {plan.id: plan for plan in plans}
    for after in known.values():
        for later in of(after):
            for named in later.continues:
                plan_id, _, one = named.partition("/")
                before = known.get(plan_id)
                earlier = next((e for e in of(before) if e.id == one), None) if before else None
                if before is not None and earlier is not None:
                    yield before, earlier, after, later


def carried_on(plans: Iterable[Plan]) -> tuple[Carried, ...]:
    """Every initiative that another plan carries on, by the later plan's order; what names nothing is left out."""
    return tuple(Carried(*found) for found in continued(plans, lambda plan: plan.initiatives))


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
