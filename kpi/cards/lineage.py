"""The same indicator across plans: one that carries on another's, and what of its definition has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.cards.revision import Changed, differences, indicator_differences
from kpi.initiatives.continuity import continued
from kpi.plan import Indicator, Plan

#: What of a card says how values are counted: where it differs, values of the two plans do not join.
_COUNTED = ("kind", "cycle_months", "survey_years")


@dataclass(frozen=True)
class SameIndicator:
    """An indicator of an earlier plan and the one of a later plan that carries it on."""

    before: Plan
    earlier: Indicator
    after: Plan
    later: Indicator

    @property
    def changes(self) -> tuple[Changed, ...]:
        """What differs in what it is called, how it is defined and counted; none where both are one series."""
        cards = self.before.card(self.earlier.id), self.after.card(self.later.id)
        counted = (c for c in differences(*cards, self.later) if c.key in _COUNTED)
        return (*indicator_differences(self.earlier, self.later), *counted)

    def other(self, plan_id: str) -> tuple[Plan, Indicator]:
        """The side that is not of a plan."""
        return (self.after, self.later) if self.before.id == plan_id else (self.before, self.earlier)


def same_indicators(plans: Iterable[Plan], plan_id: str, indicator_id: str) -> tuple[SameIndicator, ...]:
    """The indicators of other plans that one carries on or that carry it on; what names nothing is left out."""
    return tuple(
        SameIndicator(before, earlier, after, later)
        for before, earlier, after, later in continued(plans, lambda plan: plan.indicators)
        if (plan_id, indicator_id) in ((after.id, later.id), (before.id, earlier.id))
    )
