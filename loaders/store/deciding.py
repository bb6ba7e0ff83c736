"""Decisions about a return (sent, discarded) or about a plan as a whole.

Sending appends what the draft says as observations and card versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kpi.collection import Answer, Reading, ReturnState
from kpi.issue import Issue
from loaders.store.database import Connection, Row, append, rows, take
from loaders.store.document import digest, load_keys
from loaders.store.plans import card_change, fold_card, plan_ids
from loaders.store.records import Receipt, Snapshot, StoredReturn
from loaders.store.returns import NOW, not_draft, read_return, states
from loaders.store.sending import Found, card_facts, observations_of, short_code
from loaders.store.view import read_snapshot

#: Kinds that are about a return or a value and never about a plan as a whole.
_OF_RETURNS = ("send", "discard", "confirm")


def decide(connection: Connection, kind: str, stored: StoredReturn, by: str, at: datetime, *, reason: str = "") -> int:
    """Append a decision about a return; its number is its place in the order of all events."""
    own = stored.reading
    return _append(connection, kind, own.plan_id, stored.submission_id, by, at, reason, sample=own.sample)


def decide_plan(connection: Connection, kind: str, plan_id: str, by: str, at: datetime, reason: str) -> int:
    """Append a decision about a plan as a whole: it is about no return, and so its subject is empty."""
    if not kind or kind in _OF_RETURNS:
        raise ValueError(f"not a decision about a plan: {kind!r}")
    if plan_id not in plan_ids(connection):
        raise KeyError(plan_id)
    return _append(connection, kind, plan_id, "", by, at, reason, sample=False)


def _append(
    connection: Connection, kind: str, plan_id: str, subject: str, by: str, at: datetime, reason: str, *, sample: bool
) -> int:
    seq = take(connection, "event_seq", 1)[0]
    row = {
        "seq": seq,
        "kind": kind,
        "plan_id": plan_id,
        "subject": subject,
        "who": by,
        "done_at": at,
        "reason": reason,
        "payload": "{}",
        "sample": sample,
    }
    append(connection, "decisions", [row])
    return seq


def discard(connection: Connection, stored: StoredReturn, by: str, at: datetime, reason: str) -> tuple[Issue, ...]:
    """Withdraw a draft. It stays in the store and counts no longer; what was sent cannot be withdrawn."""
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    decide(connection, "discard", stored, by, at, reason=reason)
    return ()


class Before:
    """How things stand before each return of a batch. What an earlier one of the batch has changed is read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Snapshot] = {}
        self._touched: set[str] = set()

    def of(self, reading: Reading) -> Snapshot:
        """What is known of the plan, as to the indicators this return is about."""
        own = {answer.indicator_id for answer in reading.answers}
        if reading.plan_id not in self._known or own & self._touched:
            self._known = {reading.plan_id: read_snapshot(self._connection, reading.plan_id, NOW, figures=False)}
            self._touched = set()
        self._touched |= own
        return self._known[reading.plan_id]


def send_all(
    connection: Connection, submission_ids: Sequence[str], by: str, at: datetime
) -> Iterator[Receipt | tuple[Issue, ...]]:
    """Send drafts one after the other; each succeeds or is refused for itself."""
    before, rows_known = Before(connection), states(connection, submission_ids)
    for submission_id in submission_ids:
        # Each row serves once: sending changes the state of the return itself, and of no other.
        stored = read_return(connection, submission_id, rows_known.pop(submission_id, None))
        yield send(connection, stored, by, at, before)


def send(
    connection: Connection, stored: StoredReturn, by: str, at: datetime, known: Before | None = None
) -> Receipt | tuple[Issue, ...]:
    """Append what a draft says as observations and card versions, or say what is still open."""
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if stored.open:
        return stored.open
    before = (known or Before(connection)).of(stored.reading)
    brief = before.brief(at.date())
    asked = before.plan.round(stored.reading.round_id)
    settled = _settled_here(connection, stored)
    found: list[Found] = []
    changed: dict[str, Mapping[str, object]] = {}
    for answer in stored.reading.answers:
        card = before.cards.get(answer.indicator_id)
        if card is None:
            continue
        found += observations_of(answer, card, brief, asked)
        facts = card_facts(answer, card, settled.get(answer.indicator_id, frozenset()))
        if facts:
            changed[answer.indicator_id] = facts
    seq = decide(connection, "send", stored, by, at)
    numbered = list(zip(take(connection, "observation_seq", len(found)), found, strict=True))
    append(connection, "observations", [_observation_row(n, f, stored, seq, at) for n, f in numbered])
    append(connection, "cards", [_card_row(connection, stored, k, v, at) for k, v in changed.items()])
    codes: dict[str, tuple[str, ...]] = {}
    for number, one in numbered:
        codes[one.indicator_id] = (*codes.get(one.indicator_id, ()), short_code(number))
    return Receipt(stored.submission_id, at, codes, tuple(changed))


def _settled_here(connection: Connection, stored: StoredReturn) -> dict[str, frozenset[str]]:
    """The card facts that earlier returns of the same round and department have set, by indicator."""
    query = """SELECT c.indicator_id, c.document FROM cards c JOIN submissions s USING (submission_id)
        WHERE c.origin = 'return' AND s.plan_id = ? AND s.round_id = ? AND s.department_id = ?"""
    own = stored.reading
    settled: dict[str, frozenset[str]] = {}
    for r in rows(connection, query, [own.plan_id, own.round_id, own.department_id]):
        keys = frozenset(load_keys(r["document"]))
        settled[r["indicator_id"]] = settled.get(r["indicator_id"], frozenset()) | keys
    return settled


def _observation_row(number: int, found: Found, stored: StoredReturn, seq: int, at: datetime) -> Row:
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
        "sha256": stored.sha256,
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


_FACT_WORDS = {
    "baseline": "現状値",
    "baseline_period": "現状値の時点",
    "target": "目標値",
    "target_period": "目標値の時点",
}


def _card_row(
    connection: Connection, stored: StoredReturn, indicator_id: str, facts: Mapping[str, object], at: datetime
) -> Row:
    query = "SELECT * FROM cards WHERE plan_id = ? AND indicator_id = ? ORDER BY version"
    versions = rows(connection, query, [stored.reading.plan_id, indicator_id])
    document = card_change(facts)
    return {
        "plan_id": stored.reading.plan_id,
        "indicator_id": indicator_id,
        "version": fold_card(versions).version + 1,
        "position": versions[-1]["position"],
        "origin": "return",
        "hash": digest(document),
        "document": document,
        "reason": f"回答による設定({'・'.join(_FACT_WORDS[k] for k in facts)})",
        "submission_id": stored.submission_id,
        "retired": False,
        "sample": stored.reading.sample,
        "recorded_at": at,
    }
