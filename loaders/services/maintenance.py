"""What the 管理者 does to the store as a whole: plans read again, samples, copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from loaders.services import nightly, operations
from loaders.services.authorization import Gate
from loaders.services.intake import Taken
from loaders.services.operations import Data
from loaders.services.samples import sample_rounds
from loaders.services.samples.sample_rounds import Tick
from loaders.store import commands
from loaders.text.characters import tidy

Issues = tuple[Issue, ...]

_LAST_PLAN = Issue(
    "plan.last_offered",
    Severity.FIX,
    "ほかに選べる計画がないため、この計画を選べなくすることはできません。",
    "先に、ほかの計画を選べるようにしてください。",
)


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

    def load_samples(self, plan_id: str, tick: Tick = lambda _done, _total, _name: None) -> list[Taken]:
        """Take in the sample returns, confirmed and decided but for the newest round."""
        self._ask(Action.SAMPLES)
        return sample_rounds.load_samples(self.store, self.data, plan_id, self._act(), tick=tick)

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
