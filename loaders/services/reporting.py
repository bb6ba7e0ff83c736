"""The paper of a round: made from what was known when it was closed, or from what is known while it is open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.issue import Issue
from kpi.place import Place
from kpi.report.assembly import report
from kpi.report.blocks import Report, Sentence
from kpi.snapshot import Snapshot
from loaders.services.authorization import Gate
from loaders.store import commands
from loaders.text.characters import tidy


class Reporting(Gate):
    """What goes into the room."""

    def report(self, plan_id: str, round_id: str, as_of: datetime | None = None, only: Collection[str] = ()) -> Report:
        """The paper of a round, of what the person may see; ``only`` the indicators that get a page of their own.

        A closed round is told as it stood at its closing, an open one as it stands now, or at ``as_of``.
        """
        self._ask(Action.EXPORT, Place(plan_id))
        seen = self._seen(plan_id, as_of)
        closed = seen.closed_at(round_id)
        then = self._seen(plan_id, closed) if closed else seen
        day = (closed or as_of or self._now()).date()
        return report(Assessment.of(then, day), seen.plan.round(round_id), seen, only=only)

    def _seen(self, plan_id: str, moment: datetime | None) -> Snapshot:
        return self.store.snapshot(plan_id, moment, self.audience(plan_id), self._now())

    @tidy
    def edit_summary(self, plan_id: str, round_id: str, key: str, text: str) -> tuple[Issue, ...]:
        """Write a sentence of a round's 総括; an empty text gives it back to the data. What forbids it.

        KeyError for a sentence that the paper does not have.
        """
        self._ask(Action.EDIT_REPORT, Place(plan_id))
        overview = self.report(plan_id, round_id).part("overview")
        made = {s.key: s.made for s in overview.blocks if isinstance(s, Sentence)}[key]
        words = " ".join(text.split())
        wanted = "" if words == made else words
        return self.store.do(commands.edit_summary, self._act(), plan_id, round_id, key, wanted, made)
