"""People, departments and their 課: what April changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from kpi import april
from kpi.collection import Action
from kpi.issue import Issue
from kpi.plan import Division, Plan
from loaders.desk.gate import Gate
from loaders.store import Rule, Snapshot
from loaders.text import tidy

Issues = tuple[Issue, ...]


class Office(Gate):
    """Who is who, and which department answers for what from which day on."""

    def memberships(self) -> tuple[Rule, ...]:
        """The rules that say which claim of a signed-in person gives which role."""
        self._ask(Action.SET_PEOPLE)
        return self.store.memberships()

    @tidy
    def set_membership(self, rule: Rule, reason: str = "") -> Rule:
        """Make a rule, or set one anew; the rule as kept."""
        self._ask(Action.SET_PEOPLE)
        return self.store.set_membership(rule, reason=reason, **self._signed())

    @tidy
    def remove_membership(self, rule_id: str, reason: str = "") -> None:
        """Take a rule out of force."""
        self._ask(Action.SET_PEOPLE)
        self.store.remove_membership(rule_id, reason=reason, **self._signed())

    @tidy
    def rename_department(
        self, plan_id: str, department_id: str, name: str, from_day: date, reason: str = ""
    ) -> Issues:
        """A department bears another name from a day on; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS)
        return self._change(plan_id, lambda now: april.rename(now.plan, department_id, name, from_day), reason)

    @tidy
    def merge_departments(
        self,
        plan_id: str,
        department_ids: Sequence[str],
        into_id: str,
        name: str,
        from_day: date,
        reason: str = "",
    ) -> Issues:
        """Departments become one from a day on; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS)

        def merged(now: Snapshot) -> Plan:
            return april.merge(now.plan, department_ids, into_id, name, from_day, now.closed)

        return self._change(plan_id, merged, reason)

    @tidy
    def split_department(
        self,
        plan_id: str,
        department_id: str,
        new_id: str,
        name: str,
        indicator_ids: Sequence[str],
        from_day: date,
        reason: str = "",
    ) -> Issues:
        """A part of a department becomes one of its own from a day on, or one that had ended again; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS)

        def parted(now: Snapshot) -> Plan:
            return april.split(now.plan, department_id, new_id, name, indicator_ids, from_day, now.closed)

        return self._change(plan_id, parted, reason)

    @tidy
    def move_indicators(
        self, plan_id: str, indicator_ids: Sequence[str], department_id: str, from_day: date, reason: str = ""
    ) -> Issues:
        """Another department answers for indicators from a day on; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS)

        def moved(now: Snapshot) -> Plan:
            return april.move_indicators(now.plan, indicator_ids, department_id, from_day, now.closed)

        return self._change(plan_id, moved, reason)

    @tidy
    def set_divisions(
        self,
        plan_id: str,
        department_id: str,
        divisions: Sequence[Division],
        mail: str | None = None,
        reason: str = "",
    ) -> Issues:
        """The 課 of a department, and its 主管課's address; what forbids it."""
        self._ask(Action.SET_DIVISIONS, department_id)
        today = self._now().date()

        def divided(now: Snapshot) -> Plan:
            return april.set_divisions(now.plan, department_id, divisions, mail, today)

        return self._change(plan_id, divided, reason)

    def _change(self, plan_id: str, how: Callable[[Snapshot], Plan], reason: str) -> Issues:
        try:
            changed = how(self.store.snapshot(plan_id))
        except april.Unfit as unfit:
            return (unfit.issue,)
        return self.store.change_plan(changed, reason=reason, **self._signed())
