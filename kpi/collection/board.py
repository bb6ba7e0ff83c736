"""Who has answered a round and who has not: one row for each department asked and for each of its 課.

Pure: from the plan, the round, the store's tables and the moment. Lateness is the calendar's alone: a return that says
未公表 or 調査年でない is an answer, and who has nothing to tell yet is not late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pandas as pd

from kpi.collection.schedule import expected_period
from kpi.collection.scope import asked_of, departments_asked, divisions_asked
from kpi.collection.turnout import Row, State, Timing, due_moment
from kpi.plan import VALUE_KINDS, Card, Department, Division, Indicator, Plan, Round
from kpi.selection import withdrawn
from kpi.tables.table_rows import Row as Record


@dataclass(frozen=True)
class Known:
    """What the store tells about one round, as plain rows in the order they came.

    ``values`` are the (indicator, period code) of values known from other rounds that stand; ``contacts`` tells by
    department and 課 whom to ask, from their newest return.
    """

    submissions: Sequence[Record] = ()
    takes: Sequence[Record] = ()
    questions: Sequence[Record] = ()
    values: Collection[tuple[str, str]] = frozenset()
    contacts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @staticmethod
    def of(
        round_id: str,
        submissions: Iterable[Record],
        takes: Iterable[Record],
        questions: Iterable[Record],
        observations: pd.DataFrame,
    ) -> Known:
        """The rows of one round, and what every other round has told of values."""
        answers, taken, asked = (
            [row for row in rows if row["round_id"] == round_id] for rows in (submissions, takes, questions)
        )
        told = observations[(observations["round_id"] != round_id)].reset_index(drop=True)
        told = told[(told["state"] == "value") & ~withdrawn(told)]
        values = frozenset(zip(told["indicator_id"].astype(str), told["period"].astype(str), strict=True))
        return Known(answers, taken, asked, values)


def board(
    plan: Plan,
    round_: Round,
    known: Known,
    now: datetime,
    *,
    closed: datetime | None = None,
    cards: Mapping[str, Card] | None = None,
    started: bool = True,
) -> tuple[Row, ...]:
    """A row for each department that the round asks, each followed by its 課, in the plan's order.

    A closed round stands as at its closing; in one that nobody has ``started`` nobody is late.
    """
    over = bool(closed and closed <= now)
    moment = min(closed, now) if closed else now
    scene = _Scene(plan, round_, known, moment, cards or {}, over, started, now.date())
    found: list[Row] = []
    for department in departments_asked(plan, round_, scene.day, cards):
        own = [scene.division(department, d) for d in divisions_asked(plan, round_, department.id, scene.day, cards)]
        lead = scene.department(department, own)
        found += [lead, *(_under(lead, row) for row in own)]
    return tuple(found)


@dataclass(frozen=True)
class _Scene:
    """One round at one moment."""

    plan: Plan
    round_: Round
    known: Known
    now: datetime
    cards: Mapping[str, Card]
    closed: bool
    started: bool
    today: date  # whoever looks at an old round knows the departments by the names they have now

    @property
    def day(self) -> date:
        return self.now.date()

    def department(self, department: Department, divisions: Sequence[Row]) -> Row:
        mine, takes = _of(self.known.submissions, department.id), _of(self.known.takes, department.id)
        questions = _of(self.known.questions, department.id)
        waiting = [q for q in questions if not q["answered_by"]]
        asked = asked_of(self.plan, self.round_, department.id, self.day, self.cards)
        draft, sent = _newest(mine, "draft"), _newest(mine, "sent")
        confirmed = int(sent["confirmed"]) if sent else 0
        state = _before(draft, takes)
        if sent:
            state = State.ASKED if waiting else State.CONFIRMED if confirmed >= len(asked) > 0 else State.SENT
        row = self._row(department, "", asked, state, mine, draft, sent, self.round_.due, "sent_at")
        passed = sum(r.state is State.PASSED for r in divisions), len(divisions)
        changed = _changed(mine, takes, questions)
        return replace(row, questions=len(waiting), confirmed=confirmed, passed=passed, changed=changed)

    def division(self, department: Department, division: Division) -> Row:
        """A 課 as far as its own returns tell; what its department has done with them comes after."""
        mine = _of(self.known.submissions, department.id, division.id)
        takes = _of(self.known.takes, department.id, division.id)
        asked = asked_of(self.plan, self.round_, department.id, self.day, self.cards, division.id)
        draft, passed = _newest(mine, "draft"), _newest(mine, "passed")
        state = State.PASSED if passed else _before(draft, takes)
        due = self.round_.division_due or self.round_.due
        row = self._row(department, division.id, asked, state, mine, draft, passed, due, "passed_at")
        return replace(row, name=division.name, mail=division.mail, changed=_changed(mine, takes))

    def _row(
        self,
        department: Department,
        division_id: str,
        asked: Sequence[Indicator],
        state: State,
        mine: Sequence[Record],
        draft: Record | None,
        done: Record | None,
        due: date | None,
        answered: str,
    ) -> Row:
        timing, days = self._timing(due, _first(mine, answered), asked)
        shown = draft or done
        return Row(
            department.id,
            division_id,
            department.name(self.today),
            state,
            timing,
            days,
            len(asked),
            due=due,
            replacing=bool(draft and done),
            open_fix=int(draft["open_fix"]) if draft else 0,
            open_ask=int(draft["open_ask"]) if draft else 0,
            contact=self.known.contacts.get((department.id, division_id), ""),
            mail=department.mail,
            submission_id=str(shown["submission_id"]) if shown else "",
            sent_id=str(done["submission_id"]) if done else "",
            on_behalf=bool(shown and shown["on_behalf"]),
        )

    def _timing(self, due: date | None, answered: datetime | None, asked: Sequence[Indicator]) -> tuple[Timing, int]:
        """How an answer, or its lack, stands to the date; lateness is told in whole days."""
        end = due_moment(due, self.round_)
        if answered is not None:
            if end is None or answered <= end:
                return Timing.IN_TIME, 0
            return Timing.AFTER, (answered.date() - end.date()).days
        if not self.started:
            return Timing.PLANNED, 0
        if not self._owed(asked):
            return Timing.NOTHING_DUE, 0
        if self.closed:
            return Timing.CLOSED, 0
        if end is None:
            return Timing.UNSET, 0
        return Timing.LATE if self.now > end else Timing.WAITING, (end.date() - self.day).days

    def _owed(self, asked: Sequence[Indicator]) -> bool:
        """Whether there is anything the round asks that can be told: surveyed, published by then, not known already."""
        if self.round_.kind not in VALUE_KINDS:
            return bool(asked)
        cards = (self.cards.get(i.id) or self.plan.card(i.id) for i in asked)
        return any(
            can_tell(card, indicator, self.round_, self.known.values)
            for card, indicator in zip(cards, asked, strict=True)
        )


def can_tell(card: Card, indicator: Indicator, round_: Round, known: Collection[tuple[str, str]]) -> bool:
    """Whether a round that asks for values can be told one of an indicator that is not known yet.

    It must be of a year that is surveyed and published by then; ``known`` are (indicator, period code) from elsewhere.
    """
    period, surveyed = expected_period(card, indicator, round_)
    return surveyed and (indicator.id, period.code) not in known and period != card.baseline_period


def _under(lead: Row, row: Row) -> Row:
    """The row of a 課 whose department has answered without a return of its own: nothing more is awaited of it."""
    if not lead.sent_id or row.state is State.PASSED:
        return row
    state = State.SENT if lead.state is State.ASKED else lead.state
    return replace(row, state=state, timing=lead.timing, days=lead.days)


def _before(draft: Record | None, takes: Sequence[Record]) -> State:
    return State.DRAFT if draft else State.TAKEN if takes else State.UNANSWERED


def _of(rows: Iterable[Record], department_id: str, division_id: str = "") -> list[Record]:
    """The rows of a department as a whole, or of one of its 課. A question is always the department's."""
    return [r for r in rows if (r["department_id"], r.get("division_id") or "") == (department_id, division_id)]


def _newest(rows: Sequence[Record], state: str) -> Record | None:
    return next((row for row in reversed(rows) if row["state"] == state), None)


def _first(rows: Sequence[Record], column: str) -> datetime | None:
    """When the first answer came: what is replaced or mended later does not make it late."""
    return min((m for row in rows if (m := _moment(row, column)) is not None), default=None)


def _changed(*tables: Sequence[Record]) -> datetime | None:
    columns = ("saved_at", "sent_at", "passed_at", "taken_at", "asked_at")
    found = (_moment(row, column) for table in tables for row in table for column in columns)
    return max((m for m in found if m is not None), default=None)


def _moment(row: Record, column: str) -> datetime | None:
    value = row.get(column)
    return None if value is None or pd.isna(value) else pd.Timestamp(value).to_pydatetime()
