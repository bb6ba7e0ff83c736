"""The log: every act as one row, chained by hash, so that a row changed, added or taken out later shows.

Samples have a chain of their own, because they leave the store together. How many rows each chain has and the hash of
its last one stand in ``meta`` as well: rows missing at the end show too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from kpi.collection.acts import ACTS, Act
from loaders.store.file.database import Connection, Row, append, keep_meta, rows, take, value

_HASHED = ("seq", "kind", "plan_id", "subject", "who", "done_at", "reason", "payload", "sample", "role", "previous")

#: So many letters of a hash are written down: no other store of the same length has them by chance.
SHOWN = 12


@dataclass(frozen=True)
class Event:
    """One act. ``kind`` is its name in the register, ``subject`` what it was done to.

    ``payload`` is what there is to tell of it, ``before``/``after`` too; ``seq`` its place in the order of all events
    where the caller has taken it already, else 0.
    """

    kind: str
    plan_id: str
    subject: str
    act: Act
    payload: Mapping[str, object] = field(default_factory=dict)
    sample: bool = False
    seq: int = 0


@dataclass(frozen=True)
class Head:
    """The end of a chain: how many rows it has and the hash of the last, empty for an empty chain."""

    count: int
    hash: str

    @property
    def mark(self) -> str:
        """As it is written down: how many and the start of the hash, ``123-0f3a5b7c9d1e``; empty for no chain."""
        return f"{self.count}-{self.hash[:SHOWN]}" if self.hash else ""


def append_event(connection: Connection, event: Event) -> int:
    """Append one event; its number."""
    return append_events(connection, [event])[0]


def append_events(connection: Connection, events: Sequence[Event]) -> tuple[int, ...]:
    """Append events in their order; their numbers. KeyError for what is no act of the register."""
    missing = sum(not e.seq for e in events)
    fresh = iter(take(connection, "event_seq", missing) if missing else [])
    heads = {sample: head(connection, sample=sample) for sample in {e.sample for e in events}}
    made: list[Row] = []
    for event in events:
        last = heads[event.sample]
        row = chained(_row(event, event.seq or next(fresh)), last.hash)
        heads[event.sample] = Head(last.count + 1, str(row["hash"]))
        made.append(row)
    append(connection, "decisions", made)
    for sample, last in heads.items():
        _keep(connection, last, sample=sample)
    return tuple(int(str(r["seq"])) for r in made)


def rechain(connection: Connection) -> None:
    """Keep the ends of both chains as the rows have them: after the samples' chain left, and in a migrated store."""
    for sample in (False, True):
        _keep(connection, _found_head(connection, sample=sample), sample=sample)


def head(connection: Connection, *, sample: bool) -> Head:
    """The end of a chain, as kept."""
    count, last = _head_keys(sample)
    kept = dict(connection.execute("SELECT key, value FROM meta WHERE key IN (?, ?)", [count, last]).fetchall())
    return Head(int(kept.get(count, 0)), kept.get(last, ""))


def breaks(connection: Connection) -> Iterator[tuple[int, str]]:
    """The rows of the log whose hash, or whose link to the row before, does not hold: number and kind.

    Number 0 stands for rows missing at the end, or for more than there should be.
    """
    previous = {False: "", True: ""}
    for row in rows(connection, "SELECT * FROM decisions ORDER BY seq"):
        if row["previous"] != previous[row["sample"]] or row["hash"] != row_hash(row):
            yield int(row["seq"]), str(row["kind"])
        previous[row["sample"]] = row["hash"]
    for sample in (False, True):
        if head(connection, sample=sample) != _found_head(connection, sample=sample):
            yield 0, "sample" if sample else ""


def row_hash(row: Row) -> str:
    """SHA-256 of a row's columns as one JSON text, the hash of the row before among them."""
    return sha256(_text([row[c] for c in _HASHED]).encode()).hexdigest()


def chained(row: Row, previous: str) -> Row:
    """A row of the log with its link to the row before and its own hash."""
    linked = {**row, "previous": previous}
    return linked | {"hash": row_hash(linked)}


def _text(values: Sequence[object]) -> str:
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _row(event: Event, seq: int) -> Row:
    return {
        "seq": seq,
        "kind": ACTS[event.kind].name,
        "plan_id": event.plan_id,
        "subject": event.subject,
        "who": event.act.by,
        "done_at": event.act.at,
        "reason": event.act.reason,
        "payload": json.dumps(event.payload, ensure_ascii=False, sort_keys=True, default=str),
        "sample": event.sample,
        "role": event.act.role,
    }


def _head_keys(sample: bool) -> tuple[str, str]:
    chain = "sample_log" if sample else "log"
    return f"{chain}_count", f"{chain}_head"


def _keep(connection: Connection, last: Head, *, sample: bool) -> None:
    keep_meta(connection, dict(zip(_head_keys(sample), (str(last.count), last.hash), strict=True)))


def _found_head(connection: Connection, *, sample: bool) -> Head:
    count = int(value(connection, "SELECT count(*) FROM decisions WHERE sample = ?", [sample]))
    last = value(connection, "SELECT hash FROM decisions WHERE sample = ? ORDER BY seq DESC LIMIT 1", [sample])
    return Head(count, str(last or ""))
