"""What the life of a round adds to the store: each act one transaction, with its event in the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from kpi.collection.workflow import Question
from kpi.issue import Issue
from kpi.plan import Plan, Round
from loaders.store.commands import consolidation, drafts, proposals, round_review
from loaders.store.commands.access_rules import Act
from loaders.store.file.database import Database, rows
from loaders.store.queries import round_lives
from loaders.store.queries.records import Joined
from loaders.store.queries.stored_returns import read_return


class Acts:
    """The part of the store that :mod:`loaders.services` calls for rounds, 課, confirmations and cards."""

    _database: Database

    def pass_on(
        self, submission_id: str, *, by: str, at: datetime, role: str = "", late: bool = True
    ) -> tuple[Issue, ...]:
        """A 課 answers to its 主管課; what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return drafts.pass_on(connection, stored, by, at, role, late=late)

    def join(
        self,
        plan_id: str,
        round_id: str,
        department_id: str,
        choices: Mapping[str, str] | None = None,
        *,
        by: str,
        at: datetime,
        role: str = "",
        late: bool = True,
        on_behalf: bool = False,
    ) -> Joined:
        """Make a department's draft from the returns of its 課; what is chosen where two differ, by indicator."""
        with self._database.write() as connection:
            act = Act(by, at, role)
            return consolidation.join(
                connection, plan_id, round_id, department_id, choices or {}, act, late=late, on_behalf=on_behalf
            )

    def revise(
        self,
        submission_id: str,
        *,
        by: str,
        at: datetime,
        role: str = "",
        reason: str = "",
        late: bool = True,
        on_behalf: bool = False,
    ) -> str | tuple[Issue, ...]:
        """A new draft of what a sent return said, without a file; its id, or what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return consolidation.revise(connection, stored, Act(by, at, role, reason), late=late, on_behalf=on_behalf)

    def take(
        self,
        plan_id: str,
        round_id: str,
        department_id: str,
        division_id: str = "",
        *,
        by: str,
        at: datetime,
        role: str = "",
        staff: bool = False,
    ) -> None:
        """Note that a form was taken."""
        with self._database.write() as connection:
            act = Act(by, at, role)
            round_review.take_form(connection, plan_id, round_id, department_id, division_id, act, staff=staff)

    def change_plan(self, plan: Plan, *, by: str, at: datetime, role: str = "", reason: str = "") -> tuple[Issue, ...]:
        """Put a plan changed in the program in force (its cards apart); what forbids it."""
        with self._database.write() as connection:
            return round_review.change(connection, plan, Act(by, at, role, reason))

    def open_round(
        self, plan_id: str, wanted: Round, *, by: str, at: datetime, role: str = "", reason: str = ""
    ) -> tuple[Issue, ...]:
        """Open, change or reopen a round; what forbids it."""
        with self._database.write() as connection:
            return round_review.open_round(connection, plan_id, wanted, Act(by, at, role, reason))

    def cancel_round(
        self, plan_id: str, round_id: str, *, by: str, at: datetime, role: str = "", reason: str = ""
    ) -> tuple[Issue, ...]:
        """Give a round up that nobody has started; what forbids it."""
        with self._database.write() as connection:
            return round_lives.cancel_round(connection, plan_id, round_id, Act(by, at, role, reason))

    def close_round(
        self, plan_id: str, round_id: str, *, by: str, at: datetime, role: str = "", reason: str = ""
    ) -> tuple[Issue, ...]:
        """Close a round; what forbids it."""
        with self._database.write() as connection:
            return round_review.close_round(connection, plan_id, round_id, Act(by, at, role, reason))

    def confirm(
        self,
        submission_id: str,
        indicator_ids: Sequence[str] = (),
        *,
        by: str,
        at: datetime,
        role: str = "",
        reason: str = "",
    ) -> tuple[Issue, ...]:
        """Set indicators of a sent return to 確認済; what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return round_review.confirm(connection, stored, indicator_ids, Act(by, at, role, reason))

    def unconfirm(
        self, submission_id: str, indicator_ids: Sequence[str], *, by: str, at: datetime, role: str = ""
    ) -> tuple[Issue, ...]:
        """Take 確認済 of indicators of a return back; what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return round_review.unconfirm(connection, stored, indicator_ids, Act(by, at, role))

    def ask_back(
        self, submission_id: str, questions: Sequence[Question], *, by: str, at: datetime, role: str = ""
    ) -> tuple[Issue, ...]:
        """Ask a department about cells of its sent return; what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return round_review.ask_back(connection, stored, questions, Act(by, at, role))

    def withdraw(
        self, submission_id: str, question_ids: Collection[str], *, by: str, at: datetime, role: str = ""
    ) -> tuple[Issue, ...]:
        """Take questions about a return back while nobody has answered them; what forbids it."""
        with self._database.write() as connection:
            stored = read_return(connection, submission_id)
            return round_review.withdraw(connection, stored, question_ids, Act(by, at, role))

    def propose(
        self,
        plan_id: str,
        indicator_id: str,
        changes: Mapping[str, object],
        reason: str,
        *,
        by: str,
        at: datetime,
        role: str = "",
        person: str = "",
    ) -> str | tuple[Issue, ...]:
        """Propose a change of a judging rule; the proposal's id, or what forbids it."""
        with self._database.write() as connection:
            return proposals.propose(connection, plan_id, indicator_id, changes, Act(by, at, role, reason, person))

    def decide_card(
        self,
        proposal_id: str,
        accept: bool,
        decided_on: date,
        decision: str = "本部決定",
        *,
        by: str,
        at: datetime,
        role: str = "",
        reason: str = "",
        person: str = "",
    ) -> tuple[Issue, ...]:
        """Record what was decided about a proposal; what forbids it, as when ``person`` has proposed it."""
        with self._database.write() as connection:
            act = Act(by, at, role, reason, person)
            return proposals.decide_card(connection, proposal_id, accept, decided_on, decision, act)

    def holders(self, sha256: str) -> tuple[str, ...]:
        """The returns that brought a file."""
        query = "SELECT submission_id FROM submissions WHERE sha256 = ? ORDER BY seq"
        with self._database.read() as connection:
            return tuple(r["submission_id"] for r in rows(connection, query, [sha256]))
