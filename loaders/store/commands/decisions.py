"""Decisions about a return (sent, discarded) or about a plan as a whole.

Sending appends what the draft says as observations. A card it never changes: what it says of one is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kpi.collection.workflow import Answer, Brief, Reading, ReturnState
from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.access_rules import Act
from loaders.store.commands.carry_over import Carried, carry_over
from loaders.store.commands.drafts import not_draft, refused_late, refused_now
from loaders.store.commands.plan_versions import plan_ids
from loaders.store.commands.proposals import propose_from_return
from loaders.store.commands.submission_rows import Found, card_facts, observations_of, short_code
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.records import Receipt, StoredReturn
from loaders.store.queries.round_lives import lives, start_by_answer
from loaders.store.queries.snapshots import read_brief
from loaders.store.queries.stored_returns import read_return, states

#: Kinds that are about a return or a value and never about a plan as a whole.
_OF_RETURNS = (
    "save",
    "mend",
    "send",
    "discard",
    "pass_on",
    "join",
    "revise",
    "confirm",
    "unconfirm",
    "ask_back",
    "withdraw",
)


def decide_plan(
    connection: Connection, kind: str, plan_id: str, by: str, at: datetime, reason: str, role: str = ""
) -> int:
    """Append a decision about a plan as a whole: it is about no return, and so its subject is empty."""
    if not kind or kind in _OF_RETURNS:
        raise ValueError(f"not a decision about a plan: {kind!r}")
    if plan_id not in plan_ids(connection):
        raise KeyError(plan_id)
    return append_event(connection, Event(kind, plan_id, "", by, at, reason, role=role))


def discard(
    connection: Connection,
    stored: StoredReturn,
    by: str,
    at: datetime,
    reason: str,
    role: str = "",
    *,
    late: bool = True,
) -> tuple[Issue, ...]:
    """Withdraw a draft. It stays in the store and counts no longer; what was sent cannot be withdrawn."""
    own = stored.reading
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if refused := refused_late(connection, own.plan_id, own.round_id, late):
        return refused
    append_event(connection, Event("discard", own.plan_id, stored.submission_id, by, at, reason, {}, own.sample, role))
    return ()


class Before:
    """How things stand before each return of a batch. What an earlier one of the batch has changed is read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Brief] = {}
        self._touched: set[str] = set()
        self._begun: set[tuple[str, str, bool]] = set()

    def begin(self, stored: StoredReturn, act: Act) -> None:
        """Start the round of a return that is sent, where nobody has."""
        own = stored.reading
        place = own.plan_id, own.round_id, own.sample
        if place not in self._begun and start_by_answer(self._connection, own, stored.submission_id, act):
            self._known = {}
        self._begun.add(place)

    def of(self, reading: Reading, day: date) -> Brief:
        """What is known of the plan, as to the indicators this return is about."""
        own = {answer.indicator_id for answer in reading.answers}
        if reading.plan_id not in self._known or own & self._touched:
            self._known = {reading.plan_id: read_brief(self._connection, reading.plan_id, day)}
            self._touched = set()
        self._touched |= own
        return self._known[reading.plan_id]


@dataclass(frozen=True)
class Sending:
    """How a return is sent: 部局内決裁の日付, why a closed round is corrected, and whether that is allowed.

    ``propose`` is off where a rebuild repeats what version 1 has sent: that set cards by itself and proposed nothing.
    ``carry`` is off where it repeats what was sent without taking over any confirmation or 公表区分, ``begins`` where
    the log tells by itself whether a round began with it. ``person`` is the id of who sends, beside the name.
    """

    settled_on: date | None = None
    reason: str = ""
    late: bool = True
    propose: bool = True
    carry: bool = True
    begins: bool = True
    person: str = ""


def send_all(
    connection: Connection,
    submission_ids: Sequence[str],
    by: str,
    at: datetime,
    role: str = "",
    *,
    how: Sending | None = None,
) -> Iterator[Receipt | tuple[Issue, ...]]:
    """Send drafts one after the other; each succeeds or is refused for itself."""
    before, rows_known = Before(connection), states(connection, submission_ids)
    for submission_id in submission_ids:
        # Each row serves once: sending changes the state of the return itself, and of no other.
        stored = read_return(connection, submission_id, rows_known.pop(submission_id, None))
        yield send(connection, stored, by, at, before, role=role, how=how)


def send(
    connection: Connection,
    stored: StoredReturn,
    by: str,
    at: datetime,
    known: Before | None = None,
    *,
    role: str = "",
    how: Sending | None = None,
) -> Receipt | tuple[Issue, ...]:
    """Append what a draft says as observations and as proposals about cards, or say what forbids it."""
    how = how or Sending()
    if refused := _not_now(connection, stored, how):
        return refused
    own, before = stored.reading, known or Before(connection)
    if how.begins:
        before.begin(stored, Act(by, at, role, person=how.person))
    brief = before.of(own, at.date())
    asked = brief.plan.round(own.round_id)
    cards = [(a, brief.cards[a.indicator_id]) for a in own.answers if a.indicator_id in brief.cards]
    found = [f for a, card in cards for f in observations_of(a, card, brief, asked)]
    facts = {a.indicator_id: card_facts(a, card) for a, card in cards}
    seq = take(connection, "event_seq", 1)[0]
    numbered = list(zip(take(connection, "observation_seq", len(found)), found, strict=True))
    sources = _sources(connection, stored)
    made = [_observation_row(n, f, stored, seq, at, sources) for n, f in numbered]
    append(connection, "observations", made)
    carried = carry_over(connection, stored, made, seq, at) if how.carry else Carried()
    payload: dict[str, object] = {**carried.told(brief.plan)}
    if how.person:
        payload["person"] = how.person
    if how.settled_on:
        payload["settled_on"] = how.settled_on.isoformat()
    event = Event("send", own.plan_id, stored.submission_id, by, at, how.reason, payload, own.sample, role, seq)
    append_event(connection, event)
    said = {k: v for k, v in facts.items() if v and how.propose}
    proposed = propose_from_return(connection, stored, said, Act(by, at, role, person=how.person))
    codes: dict[str, tuple[str, ...]] = {}
    for number, one in numbered:
        codes[one.indicator_id] = (*codes.get(one.indicator_id, ()), short_code(number))
    return Receipt(stored.submission_id, at, codes, proposed)


def _not_now(connection: Connection, stored: StoredReturn, how: Sending) -> tuple[Issue, ...]:
    """Why a return cannot be sent as things stand."""
    own = stored.reading
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if own.division_id:
        return (_OF_DIVISION,)
    if refused := refused_now(connection, own.plan_id, own.round_id, how.late):
        return refused
    if not how.reason.strip() and not own.sample and own.round_id in lives(connection, own.plan_id).closed:
        return (_NO_REASON,)
    return stored.open


_OF_DIVISION = Issue(
    "return.of_division",
    Severity.FIX,
    "課の回答は、事務局へ直接は送れません。",
    "主管課へ回答してください。主管課が部局の回答にまとめて、事務局へ回答します。",
)
_NO_REASON = Issue(
    "round.closed_reason",
    Severity.FIX,
    "締め切った照会の値を直すには、理由が必要です。",
    "直す理由を入力してください。締切り時点の値は、そのまま残ります。",
)


def _sources(connection: Connection, stored: StoredReturn) -> dict[tuple[str, str], str]:
    """For a joined return the hash of the file that each of its cells stands in."""
    if not stored.joined_from:
        return {}
    query = """SELECT e.indicator_id, e.key, s.sha256 FROM entries e JOIN submissions s ON s.submission_id = e.source_id
        WHERE e.submission_id = ?"""
    return {(r["indicator_id"], r["key"]): r["sha256"] for r in rows(connection, query, [stored.submission_id])}


def _observation_row(
    number: int,
    found: Found,
    stored: StoredReturn,
    seq: int,
    at: datetime,
    sources: Mapping[tuple[str, str], str],
) -> Row:
    answer = next(a for a in stored.reading.answers if a.indicator_id == found.indicator_id)
    # What the answer says of this period's value must not stand beside a corrected value of an earlier one.
    told = Answer(found.indicator_id, {}) if found.entry.key == "correction" else answer
    place = found.entry if found.entry.cell else next((e for e in answer.entries.values() if e.cell), found.entry)
    return {
        "observation_id": number,
        "code": short_code(number),
        "plan_id": stored.reading.plan_id,
        "indicator_id": found.indicator_id,
        "period": found.period.code,
        "position": found.period.position,
        "value": found.value,
        "release": found.release,
        "state": found.state,
        "known_at": at,
        "seq": seq,
        "round_id": stored.reading.round_id,
        "department_id": stored.reading.department_id,
        "submission_id": stored.submission_id,
        # What the 主管課 itself answered on the page of a joined return stands in none of its files.
        "sha256": sources.get((found.indicator_id, place.key), stored.sha256),
        "sheet": place.sheet,
        "cell": place.cell,
        "written": found.entry.written,
        "key": found.entry.key,
        "origin": "mend" if found.entry.mended else "cell",
        "next_release": told.text("next_release"),
        "evidence": told.text("evidence"),
        "analysis": told.text("analysis"),
        "actions": told.text("actions"),
        "section": answer.text("section"),
        "correction_kind": found.correction_kind,
        "sample": stored.reading.sample,
    }
