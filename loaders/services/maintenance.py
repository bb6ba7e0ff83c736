"""What the 管理者 does to the store as a whole: plans read again, samples, copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Plan
from loaders.plan import plan_revision
from loaders.plan.new_plan import is_plan_id
from loaders.plan.next_plan import next_plan
from loaders.plan.plan_revision import Revision, RowChange
from loaders.plan.plan_workbook import mark_of, workbook_name, write_workbook
from loaders.plan.plan_workbook_reading import ReadPlan, read_workbook
from loaders.services import nightly, operations
from loaders.services.authorization import Gate
from loaders.services.intake import Taken
from loaders.services.operations import Data
from loaders.services.samples import sample_rounds
from loaders.services.samples.sample_rounds import Tick
from loaders.store import Revised, commands
from loaders.store.commands.plan_import import Revising
from loaders.store.commands.report_acts import MadeFile
from loaders.text.characters import tidied, tidy

Issues = tuple[Issue, ...]

_LAST_PLAN = Issue(
    "plan.last_offered",
    Severity.FIX,
    "ほかに選べる計画がないため、この計画を選べなくすることはできません。",
    "先に、ほかの計画を選べるようにしてください。",
)


_ANOTHER = Issue(
    "plan.moved",
    Severity.FIX,
    "確かめたときから、いまの計画が変わっています。まだ何も変えていません。",
    "変わるところを、もう一度確かめてください。",
)


@dataclass(frozen=True)
class Decision:
    """When a revision was decided, as what, from which day what it ends is ended, and why."""

    decided_on: date
    from_day: date
    reason: str
    decision: str = "本部決定"


class Keeping(Gate):
    """What touches everything at once."""

    def reload_plans(self) -> Data:
        """Take in what the files of the data folder say now; the log tells what that changed of each plan."""
        self._ask(Action.SET_PLAN)
        loaded = operations.load_data(self.data)
        self.store.init(loaded.plans, loaded.benchmarks, self._act())
        return loaded

    @tidy
    def offer_plan(self, plan_id: str, offered: bool, reason: str = "") -> Issues:
        """Let a plan be chosen on the screens, or no more; what forbids it: one must be left."""
        self._ask(Action.SET_PLAN)
        plans = {plan.id: plan for plan in self.store.plans()}
        if not offered and not any(p.offered for p in plans.values() if p.id != plan_id):
            return (_LAST_PLAN,)
        return self.store.do(commands.change_plan, self._act(reason), replace(plans[plan_id], offered=offered))

    @tidy
    def allow_sole_secretary(self, plan_id: str, allowed: bool, reason: str = "") -> Issues:
        """Let one person of the secretariat record decisions about their own proposals, or no more."""
        self._ask(Action.SET_PLAN)
        plan = next(plan for plan in self.store.plans() if plan.id == plan_id)
        return self.store.do(commands.change_plan, self._act(reason), replace(plan, sole_secretary=allowed))

    # --- the plan as one workbook --------------------------------------------------------------------------------

    def plan_workbook(self, plan_id: str) -> tuple[str, bytes]:
        """The whole plan as it is in force, its judging rules too, as one workbook: file name and bytes."""
        self._ask(Action.SET_PLAN)
        plan, day = self._in_force(plan_id), self._now().date()
        return workbook_name(plan, day), write_workbook(plan, day)

    def read_plan_workbook(self, data: bytes, filename: str) -> ReadPlan:
        """The plan of a workbook that came back, and what is wrong with it; nothing is written."""
        self._ask(Action.SET_PLAN)
        return read_workbook(data, filename)

    def compare_plan(self, plan_id: str, wanted: Plan, from_day: date) -> Revision:
        """What a workbook would change of a plan; nothing is written. What it lacks ends from a day on."""
        self._ask(Action.SET_PLAN)
        life = self.store.snapshot(plan_id).life
        return plan_revision.compare(self._in_force(plan_id), tidied(wanted), {*life.started, *life.closed}, from_day)

    def has_moved_on(self, plan_id: str, read: ReadPlan) -> bool:
        """Whether the plan has changed since a workbook was taken from it, which then brings back what stood before."""
        self._ask(Action.SET_PLAN)
        return bool(read.taken_from) and read.taken_from != mark_of(self._in_force(plan_id))

    @tidy
    def revise_plan(
        self, plan_id: str, wanted: Plan, agreed: Sequence[RowChange], decision: Decision, book: tuple[str, bytes]
    ) -> Issues:
        """Put the plan of a workbook in force, where that still changes what was agreed to; what forbids it.

        The workbook is kept, and that of the plan as it stood before: put in again, it turns the revision back.
        """
        self._ask(Action.SET_PLAN)
        found = self.compare_plan(plan_id, wanted, decision.from_day)
        if found.issues:
            return found.issues
        if found.changes != tuple(agreed):
            return (_ANOTHER,)
        if any(change.decided for change in found.changes):  # which a plan whose term is over changes no more
            self._ask(Action.PROPOSE_CARD, Place(plan_id))
        taken = MadeFile("xlsx", *self.plan_workbook(plan_id))
        how = Revising(decision.decided_on, decision.decision, taken, MadeFile("xlsx", *book))
        return self.store.do(commands.revise_plan, self._act(decision.reason), found.plan, how)

    def plan_revisions(self, plan_id: str) -> tuple[Revised, ...]:
        """The revisions of a plan by its workbook, and its beginning from one, the newest first."""
        self._ask(Action.SET_PLAN)
        return self.store.revisions(plan_id)

    def revision_file(self, plan_id: str, sha256: str) -> tuple[str, bytes]:
        """A workbook of a revision of a plan, by its hash: name and bytes; KeyError for any other file."""
        kept = {one for revised in self.plan_revisions(plan_id) for _, one in revised.files}
        if sha256 not in kept:
            raise KeyError(sha256)
        return self.store.workbook(sha256)

    @tidy
    def begin_plan(self, plan_id: str, new_id: str, name: str, start: Period, end: Period, reason: str = "") -> Issues:
        """Begin the plan of a new term by copying one, without values and targets; what forbids it."""
        self._ask(Action.SET_PLAN)
        made = self.next_plan(plan_id, new_id, name, start, end)
        if isinstance(made, tuple):
            return made
        return self.store.do(commands.begin_plan, self._act(reason), made, self.store.plan(plan_id).name)

    def next_plan(self, plan_id: str, new_id: str, name: str, start: Period, end: Period) -> Plan | Issues:
        """The plan of a new term as a copy would begin it, not kept yet; or what forbids it."""
        self._ask(Action.SET_PLAN)
        if not is_plan_id(new_id):
            advice = "英小文字・数字・ハイフンで書いてください(例: aomori-dx-2029)。"
            return (Issue("plan.identity", Severity.FIX, "計画の記号が、記号として読めません。", advice),)
        if taken := self._taken(new_id):
            return taken
        if not name.strip():
            return (Issue("plan.no_name", Severity.FIX, "計画の名称が空です。", "名称を入力してください。"),)
        if {start.kind, end.kind} != {"FY"} or end < start:
            advice = "始まりと終わりを年度で確かめてください。"
            return (Issue("plan.years", Severity.FIX, "計画の終わりの年度が、始まりより前です。", advice),)
        return next_plan(self._in_force(plan_id), new_id, name.strip(), start, end, self._now().date())

    @tidy
    def begin_plan_from_workbook(self, read: ReadPlan, book: tuple[str, bytes], reason: str = "") -> Issues:
        """Begin the plan that a workbook (name and bytes) says, where no plan has its id; what forbids it.

        The workbook is kept. The plan is the one that its folder would be.
        """
        self._ask(Action.SET_PLAN)
        if read.plan is None or not read.sound:
            return tuple(issue for issue in read.issues if issue.severity is Severity.FIX)
        if taken := self._taken(read.plan.id):
            return taken
        return self.store.do(commands.begin_plan, self._act(reason), read.plan, book[0], MadeFile("xlsx", *book))

    def _taken(self, new_id: str) -> Issues:
        """Why no new plan may bear an id: a plan has it, or a folder that is read in at the next start."""
        message, advice = f"計画の記号「{new_id}」は、ほかの計画が使っています。", "別の記号にしてください。"
        if new_id not in self.store.plan_ids():
            if not (self.data / "plans" / new_id).exists():
                return ()
            message = f"計画の記号「{new_id}」のフォルダーが、サーバーのデータのフォルダーにあります。"
            advice = "そのフォルダーを読み込み直すか、別の記号にしてください。"
        return (Issue("plan.there", Severity.FIX, message, advice),)

    def _in_force(self, plan_id: str) -> Plan:
        """A plan with the judging rules that decisions have made of its own."""
        now = self.store.snapshot(plan_id)
        return replace(now.plan, cards=tuple(now.cards.values()))

    # --- samples, copies ------------------------------------------------------------------------------------------

    def load_samples(self, plan_id: str, tick: Tick = lambda _done, _total, _name: None) -> list[Taken]:
        """Take in the sample returns, confirmed and decided but for the newest round."""
        self._ask(Action.SAMPLES)
        return sample_rounds.load_samples(self.store, self.data, plan_id, self._act(), tick=tick)

    def has_sample_files(self, plan_id: str) -> bool:
        """Whether there are sample returns for a plan."""
        self._ask(Action.SAMPLES)
        return sample_rounds.has_samples(self.data, self.store.plan(plan_id))

    def remove_samples(self) -> dict[str, int]:
        """Take out every sample; how many rows went, by table."""
        self._ask(Action.SAMPLES)
        return self.store.do(commands.remove_samples, self._act())

    @tidy
    def start_empty(self, plan_id: str, reason: str = "") -> Issues:
        """Remember that no samples are wanted; nothing forbids it."""
        self._ask(Action.SAMPLES)
        self.store.do(commands.start_empty, self._act(reason), plan_id)
        return ()

    def backup(self, dest: Path) -> Path | Issues:
        """Make a checked copy while others work; its path, which bears the end of its log, or what forbids it."""
        self._ask(Action.KEEP)
        return self.store.backup(dest, self._act())

    def restore(self, source: Path) -> Issues:
        """Put a copy in the store's place; what forbids it."""
        self._ask(Action.KEEP)
        return self.store.restore(source, self._act())

    def verify(self, written: Sequence[str] = ()) -> Issues:
        """What in the store contradicts itself, the ends of its log in its nightly copies' names, or ``written``."""
        self._ask(Action.KEEP)
        asked = nightly.configured()
        ends = nightly.written_ends(asked) if asked else []
        return self.store.verify([*ends, *(("書き留めた紙", mark) for mark in written)])

    def rebuild(self, dest: Path, tick: Callable[[], None] = lambda: None) -> Issues:
        """Make the store anew elsewhere from its originals; the differences."""
        self._ask(Action.KEEP)
        return operations.rebuild(self.store, dest, tick)
