"""Sending: a draft becomes an answer.

Sending appends what the draft says as observations. A card it never changes: what it says of one is proposed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from kpi.collection.acts import Act
from kpi.collection.lifecycle import Life
from kpi.collection.workflow import Answer, Brief, Reading, ReturnState
from kpi.issue import Issue, Severity
from kpi.plan import STANDING_TEXTS, Round
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.carry_over import (
    Carried,
    Confirmed,
    Published,
    carry_over,
    confirmed_before,
    published_before,
)
from loaders.store.commands.drafts import not_draft, refused_in
from loaders.store.commands.proposals import propose_from_return
from loaders.store.commands.round_acts import start_round
from loaders.store.commands.submission_rows import Found, card_facts, observations_of, reviewed, short_code
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.briefs import Briefs
from loaders.store.queries.records import Receipt, StoredReturn
from loaders.store.queries.round_lives import lives
from loaders.store.queries.stored_returns import read_return, read_returns


class Before:
    """How things stand before each return of a batch."""

    def __init__(self, connection: Connection, submission_ids: Sequence[str], briefs: Briefs) -> None:
        self._connection, self._ids, self._briefs = connection, submission_ids, briefs
        self._published: dict[tuple[str, bool], Published] = {}
        self._lives: dict[str, Life] = {}
        self._begun: set[tuple[str, str, bool]] = set()

    def begin(self, stored: StoredReturn, act: Act) -> None:
        """Start the round of a return that is sent, where nobody has."""
        own = stored.reading
        place = own.plan_id, own.round_id, own.sample
        if place not in self._begun and start_round(self._connection, act, own, stored.submission_id):
            self._briefs.forget()
            self._lives = {}
        self._begun.add(place)

    def life(self, plan_id: str) -> Life:
        """How far the rounds of a plan have come: sending alone closes none and gives none up."""
        if plan_id not in self._lives:
            self._lives[plan_id] = lives(self._connection, plan_id)
        return self._lives[plan_id]

    def of(self, reading: Reading, day: date) -> Brief:
        """What is known of the plan, as to the indicators this return is about. The next one finds it sent."""
        brief = self._briefs.of(reading.plan_id, day, {answer.subject_id for answer in reading.answers})
        self._briefs.sent(reading)
        return brief

    @cached_property
    def confirmed(self) -> Confirmed:
        """What was confirmed in the places of the batch: one return of each can be sent, so none changes another's."""
        return confirmed_before(self._connection, self._ids)

    def published(self, reading: Reading) -> Published:
        """What was decided of the figures of a plan before the batch: a value that is sent takes it over as it is."""
        of = reading.plan_id, reading.sample
        if of not in self._published:
            self._published[of] = published_before(self._connection, reading.plan_id, sample=reading.sample)
        return self._published[of]


@dataclass(frozen=True)
class Sending:
    """How a return is sent: 部局内決裁の日付, and whether a closed round may be corrected.

    A rebuild switches ``carry`` off where it repeats what was sent without taking over any confirmation or 公表区分,
    and ``begins`` because the log tells by itself whether a round began with it.
    """

    settled_on: date | None = None
    late: bool = True
    carry: bool = True
    begins: bool = True


def send(
    connection: Connection,
    act: Act,
    submission_ids: Sequence[str],
    how: Sending | None = None,
    *,
    tick: Callable[[str], None] = lambda _id: None,
    briefs: Briefs | None = None,
) -> tuple[Receipt | tuple[Issue, ...], ...]:
    """Send drafts one after the other; each succeeds or is refused for itself. ``tick`` is called with each one's id.

    ``briefs`` are those that who sends keeps from act to act. KeyError for an unknown one.
    """
    before = Before(connection, submission_ids, briefs or Briefs(connection))
    known = read_returns(connection, submission_ids)
    results = []
    for submission_id in submission_ids:
        # What was read serves once: sending changes the return itself, and no other.
        stored = known.pop(submission_id, None) or read_return(connection, submission_id)
        results.append(_send(connection, act, stored, before, how or Sending()))
        tick(submission_id)
    return tuple(results)


def _send(
    connection: Connection, act: Act, stored: StoredReturn, before: Before, how: Sending
) -> Receipt | tuple[Issue, ...]:
    """Append what a draft says as observations and as proposals about cards, or say what forbids it."""
    if refused := _not_now(before, act, stored, how):
        return refused
    own = stored.reading
    if how.begins:
        before.begin(stored, replace(act, reason=""))
    brief = before.of(own, act.at.date())
    asked = brief.plan.round(own.round_id)
    brief = brief.asked_in(asked)
    cards = [(a, brief.cards[a.subject_id]) for a in own.answers if a.subject_id in brief.cards]
    found = [f for a, card in cards for f in observations_of(a, card, brief, asked)]
    facts = {a.subject_id: said for a, card in cards if (said := card_facts(a, card))}
    seq = take(connection, "event_seq", 1)[0]
    numbered = list(zip(take(connection, "observation_seq", len(found)), found, strict=True))
    sources = _sources(connection, stored)
    made = [_observation_row(n, f, stored, seq, act.at, sources) for n, f in numbered]
    published = before.published(own) if how.carry else {}
    append(connection, "observations", made)
    reviews = _review_rows(connection, stored, asked, seq, act.at, sources)
    append(connection, "reviews", reviews)
    carried = carry_over(connection, stored, made, act.at, before.confirmed, published) if how.carry else Carried()
    payload: dict[str, object] = {**carried.told(brief.plan)}
    if act.person:
        payload["person"] = act.person
    if how.settled_on:
        payload["settled_on"] = how.settled_on.isoformat()
    append_event(connection, Event("send", own.plan_id, stored.submission_id, act, payload, own.sample, seq))
    proposed = propose_from_return(connection, act, stored, facts)
    codes: dict[str, tuple[str, ...]] = {}
    for review in reviews:
        codes[str(review["initiative_id"])] = (str(review["code"]),)
    for number, one in numbered:
        codes[one.indicator_id] = (*codes.get(one.indicator_id, ()), short_code(number))
    return Receipt(stored.submission_id, act.at, codes, proposed)


def _not_now(before: Before, act: Act, stored: StoredReturn, how: Sending) -> tuple[Issue, ...]:
    """Why a return cannot be sent as things stand."""
    own = stored.reading
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if own.division_id:
        return (_OF_DIVISION,)
    life = before.life(own.plan_id)
    if refused := refused_in(life, own.round_id, how.late):
        return refused
    if not act.reason.strip() and not own.sample and own.round_id in life.closed:
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
    query = """SELECT e.subject_id, e.key, s.sha256 FROM entries e JOIN submissions s ON s.submission_id = e.source_id
        WHERE e.submission_id = ?"""
    return {(r["subject_id"], r["key"]): r["sha256"] for r in rows(connection, query, [stored.submission_id])}


def _review_rows(
    connection: Connection,
    stored: StoredReturn,
    asked: Round,
    seq: int,
    at: datetime,
    sources: Mapping[tuple[str, str], str],
) -> list[Row]:
    """What a return says of initiatives, one row each; none in a round that asks for values."""
    if asked.kind != "initiatives":
        return []
    own = stored.reading
    told = [(answer, said) for answer in own.answers if (said := reviewed(answer))]
    made: list[Row] = []
    for number, (answer, said) in zip(take(connection, "observation_seq", len(told)), told, strict=True):
        place = next((e for k in ("progress", "performance") if (e := answer.entries.get(k)) and e.cell), None)
        made.append({
            "review_id": number,
            "code": short_code(number),
            "plan_id": own.plan_id,
            "initiative_id": answer.subject_id,
            "period": asked.period.code,
            "known_at": at,
            "seq": seq,
            "round_id": own.round_id,
            "department_id": own.department_id,
            "submission_id": stored.submission_id,
            "sha256": sources.get((answer.subject_id, place.key), stored.sha256) if place else stored.sha256,
            "sheet": place.sheet if place else "",
            "cell": place.cell if place else "",
            "said": json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            "sample": own.sample,
        })  # fmt: skip
    return made


def _observation_row(
    number: int,
    found: Found,
    stored: StoredReturn,
    seq: int,
    at: datetime,
    sources: Mapping[tuple[str, str], str],
) -> Row:
    answer = next(a for a in stored.reading.answers if a.subject_id == found.indicator_id)
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
        **{key: told.text(key) for key in STANDING_TEXTS},
    }
