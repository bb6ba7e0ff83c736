"""What the store knows now, read once and kept while the file stays what it is, for all who ask."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import datetime

from kpi.people import Audience
from kpi.plan import Plan
from kpi.snapshot import Snapshot
from loaders.store.commands import published_batches
from loaders.store.file.database import Connection, Database
from loaders.store.file.lock import StoreBusy
from loaders.store.file.thread_queue import Line
from loaders.store.queries import plan_states, snapshots

#: Snapshots kept at once, one for each audience that looks.
_AUDIENCES = 24


class Newest:
    """The newest reading of each plan. Of many threads that ask at once after a write, one reads for all."""

    def __init__(self, database: Database, wait: float) -> None:
        self._database = database
        self._wait = wait
        self._line = Line()
        self._begun = 0  # readings begun so far
        self._kept: dict[str, tuple[int, snapshots.Everything]] = {}  # with the number of the reading
        self._seen: dict[tuple[str, Audience, bool], tuple[Snapshot, datetime, datetime]] = {}
        self._seeing = threading.Lock()
        self._figures: dict[str, snapshots.Figures] = {}

    def everything(self, plan_id: str) -> snapshots.Everything:
        """All of a plan, no older than this call; KeyError for an unknown plan."""
        asked = self._begun
        _, kept = self._kept.get(plan_id, (0, None))
        if kept is not None and kept.whole.revision == self._database.revision():
            return kept
        if not self._line.enter(time.monotonic() + self._wait):
            raise StoreBusy(self._wait)
        try:
            number, kept = self._kept.get(plan_id, (0, None))
            if kept is not None and (number > asked or kept.whole.revision == self._database.revision()):
                return kept  # begun by another after we asked, it holds all that was saved before; or still the newest
            self._begun += 1
            number = self._begun
            with self._database.read() as connection:
                revision = self._database.revision()
                kept = snapshots.read_everything(connection, plan_id, None, revision, self.figures_of)
            self._kept[plan_id] = number, kept
            return kept
        finally:
            self._line.leave()

    def plan_ids(self) -> tuple[str, ...]:
        """The plans in the store. Who asks for them asks for one of them next: that is read along once it is known."""
        for plan_id in tuple(self._kept):
            with suppress(KeyError):  # another store was put in the place of ours
                return self.everything(plan_id).plan_ids
        with self._database.read() as connection:
            return plan_states.plan_ids(connection)

    def plans(self) -> tuple[Plan, ...]:
        """All plans of the store, in the order they came. The only one is read with all that is known of it."""
        if len(ids := self.plan_ids()) == 1:
            return (self.everything(ids[0]).whole.plan,)
        with self._database.read() as connection:
            return tuple(
                plan_states.read_plan(connection, p, plan_states.NOW) for p in plan_states.plan_ids(connection)
            )

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

    def figures_of(self, connection: Connection, batch: int) -> snapshots.Figures:
        """The published figures of a batch, read once: they are many and seldom change."""
        key = published_batches.batch_key(connection, batch)
        if key not in self._figures:
            self._figures = {key: published_batches.read_benchmarks(connection, batch)}
        return self._figures[key]
