"""The secretariat's side of a round: opened and closed, checked and asked back, cards, 公表区分."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from kpi.cards import impact
from kpi.cards.impact import Effect, Standing
from kpi.collection.workflow import Action, Question
from kpi.issue import Issue
from kpi.place import Place
from kpi.plan import Round
from kpi.snapshot import Snapshot
from loaders.services.authorization import Gate
from loaders.store import commands
from loaders.text.characters import tidy

Issues = tuple[Issue, ...]


class Staff(Gate):
    """What 事務局 does."""

    @tidy
    def open_round(self, plan_id: str, round: Round, reason: str = "") -> Issues:
        """Open a round, change one, or open a closed one again; what forbids it."""
        self._ask(Action.OPEN_ROUND, Place(plan_id))
        return self.store.do(commands.open_round, self._act(reason), plan_id, round)

    @tidy
    def cancel_round(self, plan_id: str, round_id: str, reason: str = "") -> Issues:
        """Give a round up that nobody has started; what forbids it."""
        self._ask(Action.OPEN_ROUND, Place(plan_id))
        return self.store.do(commands.cancel_round, self._act(reason), plan_id, round_id)

    @tidy
    def close_round(self, plan_id: str, round_id: str, reason: str = "") -> Issues:
        """Close a round; what forbids it."""
        self._ask(Action.CLOSE_ROUND, Place(plan_id))
        return self.store.do(commands.close_round, self._act(reason), plan_id, round_id)

    @tidy
    def confirm(self, submission_id: str, indicator_ids: Sequence[str] = (), reason: str = "") -> Issues:
        """Set indicators of a sent return to 確認済, all where none is named; what forbids it."""
        self._return(Action.CONFIRM, submission_id)
        return self.store.do(commands.confirm, self._act(reason), submission_id, indicator_ids)

    @tidy
    def unconfirm(self, submission_id: str, indicator_ids: Sequence[str]) -> Issues:
        """Take 確認済 of indicators of a return back; what forbids it."""
        self._return(Action.CONFIRM, submission_id)
        return self.store.do(commands.unconfirm, self._act(), submission_id, indicator_ids)

    @tidy
    def ask_back(self, submission_id: str, questions: Sequence[Question]) -> Issues:
        """Ask a department about cells of its sent return; what forbids it."""
        self._return(Action.ASK_BACK, submission_id)
        return self.store.do(commands.ask_back, self._act(), submission_id, questions)

    def withdraw(self, submission_id: str, question_ids: Collection[str]) -> Issues:
        """Take questions about a return back while nobody has answered them; what forbids it."""
        self._return(Action.ASK_BACK, submission_id)
        return self.store.do(commands.withdraw, self._act(), submission_id, question_ids)

    @tidy
    def propose_card(self, plan_id: str, indicator_id: str, changes: Mapping[str, object], reason: str) -> str | Issues:
        """Propose a change of a judging rule; the proposal's id, or what forbids it."""
        self._ask(Action.PROPOSE_CARD, Place(plan_id))
        return self.store.do(commands.propose_card, self._act(reason), plan_id, indicator_id, changes)

    @tidy
    def effects(self, plan_id: str, indicator_id: str, changes: Mapping[str, object]) -> tuple[Effect, ...]:
        """The statuses of closed rounds and of today that a change would alter."""
        self._ask(Action.PROPOSE_CARD, Place(plan_id))
        now = self.store.snapshot(plan_id)
        past = [
            _standing(self.store.snapshot(plan_id, moment), moment, r.id, r.name)
            for r in now.plan.rounds
            if (moment := now.closed_at(r.id)) is not None
        ]
        return impact.effects([*past, _standing(now, self._now(), "", "現在")], indicator_id, changes)

    @tidy
    def decide_card(
        self,
        proposal_id: str,
        accept: bool,
        *,
        decided_on: date,
        decision: str = "本部決定",
        reason: str = "",
    ) -> Issues:
        """Record what was decided about a proposal of somebody else; what forbids it."""
        self._ask(Action.DECIDE_CARD, Place(self.store.plan_of_proposal(proposal_id)))
        decide = commands.accept_card if accept else commands.reject_card
        return self.store.do(decide, self._act(reason), proposal_id, decided_on, decision)

    @tidy
    def set_publication(
        self, codes: Sequence[str], publication: str, released_at: datetime | None = None, reason: str = ""
    ) -> Issues:
        """Set the 公表区分 of figures by their short numbers; what forbids it."""
        self._ask(Action.SET_PUBLICATION)
        for plan_id in self.store.plans_of_figures(codes):
            self._ask(Action.SET_PUBLICATION, Place(plan_id))
        return self.store.do(commands.set_publication, self._act(reason), codes, publication, released_at)


def _standing(snapshot: Snapshot, moment: datetime, round_id: str, name: str) -> Standing:
    day = moment.date()
    cards = {i: c for i, c in snapshot.cards.items() if not snapshot.is_dropped(i, day)}
    return Standing(round_id, name, moment, cards, snapshot.observations, snapshot.plan.scheme)
