"""Who answered for some indicators so far, and what is asked of them next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, turns
from kpi.collection.schedule import expected_period
from kpi.collection.scope import asked_of
from kpi.collection.workflow import ReturnState
from kpi.handover.history import Returned, Sources
from kpi.initiatives.rhythm import reported_period
from kpi.period import Period
from kpi.plan import Department, Indicator, Round
from kpi.tables.table_rows import Row


@dataclass(frozen=True)
class Contact:
    """Who answered, last in which round and in how many before: the 課, the person, the shared address."""

    round_name: str
    at: datetime
    rounds: int
    section: str
    person: str
    contact: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Due:
    """One round that is still to be answered, and the period it asks of each indicator or initiative."""

    asked: Round
    indicators: tuple[tuple[Indicator, Period, bool], ...]


def contacts(
    view: Assessment, department: Department, indicators: Sequence[Indicator], sources: Sources
) -> tuple[Contact, ...]:
    """Who answered for which indicators, newest first: 課, person and address as the returns give them."""
    ids = {i.id for i in indicators}
    answering = {o.department_id for o in view.snapshot.plan.ownerships if o.subject_id in ids} | {department.id}
    sent = [r for r in view.snapshot.returns if r["department_id"] in answering and r["state"] == ReturnState.SENT]
    newest: dict[tuple[str, str], Row] = {}
    for row in sorted(sent, key=lambda r: r["sent_at"], reverse=True):
        newest.setdefault((row["round_id"], row["department_id"]), row)
    rounds = {r.id: r.name for r in view.snapshot.plan.rounds}
    found: dict[tuple[str, ...], Contact] = {}
    for row in newest.values():
        at, name = row["sent_at"].to_pydatetime(), rounds.get(str(row["round_id"]), str(row["round_id"]))
        for (section, person, contact), which in _signed(sources.returned(str(row["submission_id"])), ids).items():
            key = (section, person, contact, *which)
            known = found.get(key)
            new = Contact(name, at, 1, section, person, contact, which)
            found[key] = replace(known, rounds=known.rounds + 1) if known else new
    return tuple(found.values())


def _signed(stored: Returned, ids: set[str]) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """The indicators of a return by who signed them."""
    grouped: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for answer in stored.reading.answers:
        signed = (answer.text("section"), answer.text("person"), answer.text("contact"))
        if answer.subject_id in ids and any(signed):
            grouped[signed] = (*grouped.get(signed, ()), answer.subject_id)
    return grouped


def due_next(view: Assessment, department: Department, indicators: Sequence[Indicator]) -> tuple[Due, ...]:
    """The rounds still to be answered, those past their date too, and those planned whose turn it is."""
    answered = {
        row["round_id"]
        for row in view.snapshot.returns
        if row["department_id"] == department.id and row["state"] == ReturnState.SENT
    }
    ids, found = {i.id for i in indicators}, []
    planned = {r.id for r in turns(view.snapshot.plan, view.snapshot.life, view.day)}
    open_now = [r for r in view.rounds if view.stage(r) is Stage.OPEN or r.id in planned]
    # What is asked now comes before what is only planned, and of these what is due first.
    for asked in sorted(open_now, key=lambda r: (view.stage(r) is not Stage.OPEN, r.due or date.max)):
        if asked.id in answered or view.snapshot.closed_at(asked.id):
            continue
        owed = [i for i in asked_of(view.plan, asked, department.id, view.day, view.snapshot.cards) if i.id in ids]
        if owed:
            found.append(Due(asked, tuple((i, *_period(view, i, asked)) for i in owed)))
    return tuple(found)


def _period(view: Assessment, subject: Indicator, asked: Round) -> tuple[Period, bool]:
    """The period that a round asks of an indicator, and whether there is a value for it; of the work its half-year."""
    if asked.kind == "initiatives":
        return reported_period(view.plan, asked.period), True
    return expected_period(view.snapshot.cards[subject.id], subject, asked)
