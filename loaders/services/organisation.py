"""People, departments and their 課: what April changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kpi.collection import reorganisation
from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.place import Place
from kpi.plan import Division, Plan
from kpi.snapshot import Snapshot
from loaders.directory.differences import Change, Difference, Standing, compare
from loaders.directory.directory_columns import KIND_WORDS
from loaders.directory.directory_lines import Line, Read, read_table
from loaders.directory.directory_rows import Row, rows_of
from loaders.directory.rule_checks import rule_fault
from loaders.directory.rule_differences import LAST_ADMINISTRATOR, keeps_rules
from loaders.services.authorization import Gate
from loaders.store import Rule, StoreError, commands
from loaders.text.characters import tidied, tidy, writable

Issues = tuple[Issue, ...]

_ANOTHER = Issue(
    "directory.another",
    Severity.FIX,
    "確かめたときから、いまの内容が変わっています。まだ何も変えていません。",
    "変わるところを、もう一度確かめてください。",
)


@dataclass(frozen=True)
class Applied:
    """What became of a table: what was done, in words, and what kept the rest from being done."""

    done: tuple[Change, ...] = ()
    issues: Issues = ()


class Office(Gate):
    """Who is who, and which department answers for what from which day on."""

    def memberships(self) -> tuple[Rule, ...]:
        """The rules that say which claim of a signed-in person gives which role."""
        self._ask(Action.SET_PEOPLE)
        return self.store.memberships()

    def set_membership(self, rule: Rule, reason: str = "") -> Rule | Issues:
        """Make a rule, or set one anew; the rule as kept, or what forbids it."""
        self._ask(Action.SET_PEOPLE)
        if lacking := rule_fault(rule):
            return (Issue("membership.pattern", Severity.FIX, *lacking),)
        if rule.rule_id and not keeps_rules(rule) and self._is_last(rule.rule_id):
            return (LAST_ADMINISTRATOR,)
        return self.store.do(commands.set_membership, self._act(writable(reason)), rule)

    @tidy
    def remove_membership(self, rule_id: str, reason: str = "") -> Issues:
        """Take a rule out of force; what forbids it."""
        self._ask(Action.SET_PEOPLE)
        if self._is_last(rule_id):
            return (LAST_ADMINISTRATOR,)
        self.store.do(commands.remove_membership, self._act(reason), rule_id)
        return ()

    def _is_last(self, rule_id: str) -> bool:
        """Whether nobody could set rules any more without that one."""
        return [r.rule_id for r in self.store.memberships() if keeps_rules(r)] == [rule_id]

    def rename_department(
        self, plan_id: str, department_id: str, name: str, from_day: date, reason: str = ""
    ) -> Issues:
        """A department bears another name from a day on; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS, Place(plan_id))
        return self._change(plan_id, lambda now: reorganisation.rename(now.plan, department_id, name, from_day), reason)

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
        self._ask(Action.SET_DEPARTMENTS, Place(plan_id))

        def merged(now: Snapshot) -> Plan:
            return reorganisation.merge(now.plan, department_ids, into_id, name, from_day, now.closed)

        return self._change(plan_id, merged, reason)

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
        self._ask(Action.SET_DEPARTMENTS, Place(plan_id))

        def parted(now: Snapshot) -> Plan:
            return reorganisation.split(now.plan, department_id, new_id, name, indicator_ids, from_day, now.closed)

        return self._change(plan_id, parted, reason)

    @tidy
    def move_indicators(
        self, plan_id: str, indicator_ids: Sequence[str], department_id: str, from_day: date, reason: str = ""
    ) -> Issues:
        """Another department answers for indicators from a day on; what forbids it."""
        self._ask(Action.SET_DEPARTMENTS, Place(plan_id))

        def moved(now: Snapshot) -> Plan:
            return reorganisation.move_indicators(now.plan, indicator_ids, department_id, from_day, now.closed)

        return self._change(plan_id, moved, reason)

    def set_divisions(
        self,
        plan_id: str,
        department_id: str,
        divisions: Sequence[Division],
        mail: str | None = None,
        reason: str = "",
    ) -> Issues:
        """The 課 of a department, and its 主管課's address; what forbids it."""
        self._ask(Action.SET_DIVISIONS, Place(plan_id, department_id=department_id))
        today = self._now().date()

        def divided(now: Snapshot) -> Plan:
            return reorganisation.set_divisions(now.plan, department_id, divisions, mail, today)

        return self._change(plan_id, divided, reason)

    # --- the same as one table ---------------------------------------------------------------------------------------

    def directory_rows(self, plan_id: str, kinds: Collection[str] = tuple(KIND_WORDS)) -> tuple[Row, ...]:
        """課, 連絡先 and people as rows of one table, as far as the person may change them."""
        now = self._standing(plan_id)
        return rows_of(now.plan, now.rules or (), now.day, kinds, now.departments)

    def read_directory(self, plan_id: str, data: bytes, filename: str) -> Read:
        """The rows of a table that came back as a workbook, and what is wrong with it."""
        self._standing(plan_id)
        return read_table(data, filename)

    def compare_directory(
        self, plan_id: str, lines: Sequence[Line], *, whole: Collection[str] = (), ending: bool = False
    ) -> Difference:
        """What a table would change; nothing is written. ``whole``: see :class:`Standing`."""
        return compare(self._standing(plan_id, whole), lines, ending=ending)

    def apply_directory(
        self,
        plan_id: str,
        lines: Sequence[Line],
        agreed: Sequence[Change],
        *,
        whole: Collection[str] = (),
        ending: bool = False,
        reason: str = "",
    ) -> Applied:
        """Do what was agreed to, where that is still what the table would change.

        All 課 and addresses are one act, done whole or not at all; each rule is one of its own, new ones first and
        those taken out last, so that there is an administrator all the time.
        """
        found = self.compare_directory(plan_id, lines, whole=whole, ending=ending)
        if tuple(agreed) != found.changes:
            return Applied(issues=(_ANOTHER,))
        for office in found.offices:
            self._ask(Action.SET_DIVISIONS, Place(plan_id, department_id=office.department_id))
        if found.made or found.removed:
            self._ask(Action.SET_PEOPLE)
        steps: list[tuple[int, Callable[[], object]]] = []
        if found.offices:
            steps.append((found.of_offices, lambda: self._set_offices(plan_id, found, reason)))
        steps += [(1, partial(self.set_membership, rule, reason)) for rule in found.made]
        steps += [(1, partial(self.remove_membership, one, reason)) for one in found.removed]
        done = 0
        for count, step in steps:
            try:
                refused = step()
            except StoreError as error:
                return Applied(found.changes[:done], (Issue("directory.stopped", Severity.FIX, str(error)),))
            if isinstance(refused, tuple) and refused:
                return Applied(found.changes[:done], refused)
            done += count
        return Applied(found.changes)

    def _set_offices(self, plan_id: str, found: Difference, reason: str) -> Issues:
        """The 課 and addresses of every department that changes, as one act."""
        today = self._now().date()

        def divided(now: Snapshot) -> Plan:
            plan = now.plan
            for one in found.offices:
                plan = reorganisation.set_divisions(plan, one.department_id, one.divisions, one.mail, today)
            return plan

        return self._change(plan_id, divided, reason)

    def _standing(self, plan_id: str, whole: Collection[str] = ()) -> Standing:
        """What a table is held against: the departments whose 課 the person may set, and the rules if these too."""
        if not any(self._reaches(Action.SET_DIVISIONS)):
            self._ask(Action.SET_DIVISIONS, Place(plan_id))
        plan = self.store.plan(plan_id)
        mine = (d.id for d in plan.departments if self.may(Action.SET_DIVISIONS, Place(plan_id, department_id=d.id)))
        rules = self.store.memberships() if self.may(Action.SET_PEOPLE) else None
        return Standing(plan, rules, frozenset(mine), self._now().date(), frozenset(whole))

    def _change(self, plan_id: str, how: Callable[[Snapshot], Plan], reason: str) -> Issues:
        try:
            changed = how(self.store.snapshot(plan_id))
        except reorganisation.Unfit as unfit:
            return (unfit.issue,)
        return self.store.do(commands.change_plan, self._act(writable(reason)), tidied(changed))
