"""People, departments and their 課: what April changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from kpi.collection import reorganisation
from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.people import has_control
from kpi.place import Place
from kpi.plan import Division, Plan
from kpi.snapshot import Snapshot
from loaders.services.authorization import Gate
from loaders.store import Rule, commands
from loaders.text.characters import tidied, tidy, writable

Issues = tuple[Issue, ...]


_MAIL_PATTERN = re.compile(r"[A-Za-z0-9._+*?@-]+")


def rule_fault(rule: Rule) -> tuple[str, str] | None:
    """What is wrong with the value a rule looks for: message and advice."""
    pattern = rule.pattern.strip()
    if has_control(pattern):
        return "見分ける値に、改行や目に見えない制御文字が入っています。", "その文字を消して、入力し直してください。"
    if rule.departments and not rule.plan_id:
        return "部局担当の規則に、計画がありません。", "どの計画の部局かを選んでください。"
    if rule.claim == "mail" and pattern and (pattern.count("@") > 1 or not _MAIL_PATTERN.fullmatch(pattern)):
        return "メールの書き方が違います。", "半角英数字と「*」「?」で、アドレスを1つだけ入力してください。"
    return None


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
        return self.store.do(commands.set_membership, self._act(writable(reason)), rule)

    @tidy
    def remove_membership(self, rule_id: str, reason: str = "") -> None:
        """Take a rule out of force."""
        self._ask(Action.SET_PEOPLE)
        self.store.do(commands.remove_membership, self._act(reason), rule_id)

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

    def _change(self, plan_id: str, how: Callable[[Snapshot], Plan], reason: str) -> Issues:
        try:
            changed = how(self.store.snapshot(plan_id))
        except reorganisation.Unfit as unfit:
            return (unfit.issue,)
        return self.store.do(commands.change_plan, self._act(writable(reason)), tidied(changed))
