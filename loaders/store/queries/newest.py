"""What the store knows now, read once and kept while the file stays what it is, for all who ask."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime

from kpi.people import Audience
from kpi.plan import Plan
from kpi.snapshot import Snapshot
from loaders.store.commands.published_batches import batch_at, read_benchmarks
from loaders.store.file.database import Connection, Database
from loaders.store.file.lock import StoreBusy
from loaders.store.file.thread_queue import Line
from loaders.store.queries import facts, snapshots
from loaders.store.queries.facts import Batch, Facts
from loaders.store.queries.plan_states import NOW, plan_at, plan_ids

#: Snapshots kept at once, one for each audience that looks.
_AUDIENCES = 24


@dataclass(frozen=True)
class _Reading:
    """What was read of a file that was ``revision`` then, by the ``number`` of the reading."""

    number: int
    revision: str
    facts: Facts


class Newest:
    """The newest reading of the store. Of many threads that ask at once after a write, one reads for all."""

    def __init__(self, database: Database, wait: float) -> None:
        self._database = database
        self._wait = wait
        self._line = Line()
        self._begun = 0  # readings begun so far
        self._read: _Reading | None = None
        self._plans: tuple[_Reading, tuple[Plan, ...]] | None = None
        self._kept: dict[str, snapshots.Everything] = {}
        self._seen: dict[tuple[str, Audience, bool], tuple[Snapshot, datetime, datetime]] = {}
        self._seeing = threading.Lock()
        self._figures: tuple[Batch | None, snapshots.Figures] | None = None

    def _reading(self) -> _Reading:
        """What the store holds, no older than this call."""
        asked, kept = self._begun, self._read
        if kept is not None and kept.revision == self._database.revision():
            return kept
        if not self._line.enter(time.monotonic() + self._wait):
            raise StoreBusy(self._wait)
        try:
            kept = self._read
            if kept is not None and (kept.number > asked or kept.revision == self._database.revision()):
                return kept  # begun by another after we asked, it holds all that was saved before; or still the newest
            self._begun += 1
            number = self._begun
            with self._database.read() as connection:
                revision = self._database.revision()
                found = facts.read_on(connection, kept.facts if kept else Facts())
                self._figures_of(connection, batch_at(found, NOW))
            self._read = _Reading(number, revision, found)
            return self._read
        finally:
            self._line.leave()

    def everything(self, plan_id: str) -> snapshots.Everything:
        """All of a plan, no older than this call; KeyError for an unknown plan."""
        reading = self._reading()
        with self._seeing:
            kept = self._kept.get(plan_id)
            if kept is None or kept.whole.revision != reading.revision:
                kept = self._everything(reading, plan_id, None)
                self._kept[plan_id] = kept
        return kept

    def everything_at(self, plan_id: str, as_of: datetime) -> snapshots.Everything:
        """All of a plan as it was known at a moment; KeyError for an unknown plan."""
        then, now = self._everything(self._reading(), plan_id, as_of), self.everything(plan_id)
        return replace(then, suppressed_since=snapshots.suppressed(now))

    def _everything(self, reading: _Reading, plan_id: str, as_of: datetime | None) -> snapshots.Everything:
        batch = batch_at(reading.facts, as_of or NOW)
        if self._figures and self._figures[0] == batch:
            figures = self._figures[1]
        else:
            with self._database.read() as connection:
                figures = read_benchmarks(connection, batch)
        return snapshots.everything_at(reading.facts, plan_id, as_of, reading.revision, figures)

    def plan_ids(self) -> tuple[str, ...]:
        """The plans in the store, in the order they came."""
        return plan_ids(self._reading().facts)

    def plans(self) -> tuple[Plan, ...]:
        """All plans of the store, in the order they came."""
        reading = self._reading()
        if self._plans is None or self._plans[0] is not reading:
            held = reading.facts
            self._plans = reading, tuple(plan_at(held, one, NOW) for one in plan_ids(held))
        return self._plans[1]

    def snapshot(self, plan_id: str, audience: Audience, at: datetime | None) -> Snapshot:
        """What an audience may see of it: the kept one while the file is what it was, no embargo and no day has ended.

        One is kept for who says what o'clock it is and one for who does not: they would put each other aside.
        """
        everything, key, clock = self.everything(plan_id), (plan_id, audience, at is None), at or datetime.min
        with self._seeing:
            kept, since, until = self._seen.get(key, (None, clock, clock))
            if kept is None or kept.revision != everything.whole.revision or not since <= clock < until:
                kept = snapshots.seen_by(everything, audience, at)
                # Of what a file was before nothing is kept, nor of more audiences than a prefecture has departments.
                held = {k: v for k, v in self._seen.items() if v[0].revision == kept.revision}
                self._seen = dict(list(held.items())[-_AUDIENCES:])
                self._seen[key] = kept, clock, snapshots.next_release(everything, at)
        return kept

    def _figures_of(self, connection: Connection, batch: Batch | None) -> None:
        """Keep the published figures of a batch: they are many and seldom change."""
        if self._figures is None or self._figures[0] != batch:
            self._figures = batch, read_benchmarks(connection, batch)
