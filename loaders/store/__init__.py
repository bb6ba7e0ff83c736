"""The store: the one file that remembers. All SQL of the program stands in this package."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from kpi.collection import Mend, Reading
from kpi.issue import Issue
from kpi.plan import Plan
from loaders.lock import StoreBusy, StoreError
from loaders.store import custody, deciding, mending, plans, rebuild, returns, view
from loaders.store.database import Database, StoreDamaged, rows, value
from loaders.store.records import Earlier, Passport, Receipt, Saved, Snapshot, StoredReturn
from loaders.store.returns import NOW, NewReturn, with_mends

__all__ = [
    "Earlier", "NewReturn", "Passport", "Receipt", "Saved", "Snapshot", "Store", "StoreBusy", "StoreDamaged",
    "StoreError", "StoredReturn", "with_mends",
]  # fmt: skip


class Store:
    """The store behind short-lived connections: each method opens, does one thing whole, and closes.

    Any number of threads and processes may use stores on one file at once. What cannot be had within ``wait``
    seconds raises :class:`StoreBusy`, whose text is for the person at the screen.
    """

    def __init__(self, path: str | Path, wait: float = 10.0) -> None:
        self.path = Path(path)
        self._database = Database(self.path, wait)
        self._wait = wait
        self._newest: dict[str, Snapshot] = {}
        self._one_reads = threading.Lock()

    # --- the file -----------------------------------------------------------------------------------------------

    def init(self, plan_list: Iterable[Plan], benchmarks: plans.BenchmarkTables | None, *, at: datetime) -> bool:
        """Make the file if need be and take in what the plan and benchmark files say now; whether anything was new."""
        wanted = tuple(plan_list)
        if not self._database.exists():
            self._database.create()
        with self._database.read() as connection:
            if plans.up_to_date(connection, wanted, benchmarks):
                return False
        with self._database.write() as connection:
            plans.initialise(connection, wanted, benchmarks, at)
        return True

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._database.exists()

    def revision(self) -> str:
        """The file's identity, without a query; it changes with every committed write."""
        return self._database.revision()

    # --- reading ------------------------------------------------------------------------------------------------

    def plan_ids(self) -> tuple[str, ...]:
        """The plans in the store, in the order they came."""
        with self._database.read() as connection:
            return plans.plan_ids(connection)

    def snapshot(self, plan_id: str, as_of: datetime | None = None) -> Snapshot:
        """All that screens need of a plan, as known now or at ``as_of``; KeyError for an unknown plan.

        The newest one is kept: while the file stays what it is, asking again costs no query, and of many threads
        that ask at once after a write one reads and the others get what it read.
        """
        if as_of is not None:
            with self._database.read() as connection:
                revision = self._database.revision()
                return view.read_snapshot(connection, plan_id, as_of, revision=revision, as_of=as_of)
        if not self._one_reads.acquire(timeout=self._wait):
            raise StoreBusy(self._wait)
        try:
            with self._database.held():
                return self._newest_snapshot(plan_id)
        finally:
            self._one_reads.release()

    def _newest_snapshot(self, plan_id: str) -> Snapshot:
        """The kept one if the file is what it was, else a new one. The caller holds the shared lock."""
        revision = self._database.revision()
        kept = self._newest.get(plan_id)
        if kept is None or kept.revision != revision:
            with self._database.under_lock() as connection:
                kept = view.read_snapshot(connection, plan_id, NOW, revision=revision)
            self._newest[plan_id] = kept
        return kept

    def submission(self, submission_id: str) -> StoredReturn:
        """One return as it stands; KeyError for an unknown one."""
        with self._database.read() as connection:
            return returns.read_return(connection, submission_id)

    def workbook(self, sha256: str) -> tuple[str, bytes]:
        """The name and the bytes of a returned file; KeyError for an unknown one."""
        with self._database.read() as connection:
            found = rows(connection, "SELECT filename, data FROM workbooks WHERE sha256 = ?", [sha256])
        if not found:
            raise KeyError(sha256)
        return str(found[0]["filename"]), bytes(found[0]["data"])

    def trace(self, query: str) -> tuple[Passport, ...]:
        """Where a figure comes from: by its short number, or all current values of an indicator."""
        with self._database.read() as connection:
            return custody.trace(connection, query)

    # --- returns ------------------------------------------------------------------------------------------------

    def save_return(self, reading: Reading, data: bytes, filename: str, *, by: str, at: datetime) -> Saved:
        """Keep one file as a draft; an earlier draft of the same round and department is replaced."""
        return self.save_returns([NewReturn(reading, data, filename)], by=by, at=at)[0]

    def save_returns(self, new: Sequence[NewReturn], *, by: str, at: datetime) -> tuple[Saved, ...]:
        """Keep several files in one transaction, in their order."""
        with self._database.write() as connection:
            return returns.save(connection, new, by, at)

    def mend(
        self, submission_id: str, mends: Sequence[Mend], *, by: str, at: datetime, raised: Iterable[Issue] = ()
    ) -> tuple[Issue, ...]:
        """Put in what a person answered, all or nothing; what forbids it. ``raised`` are new questions that follow."""
        with self._database.write() as connection:
            stored = returns.read_return(connection, submission_id)
            refused = mending.refusals(stored, mends, returns.plan_of(connection, stored))
            if not refused:
                mending.mend(connection, stored, mends, by, at, raised)
            return refused

    def send(self, submission_id: str, *, by: str, at: datetime) -> Receipt | tuple[Issue, ...]:
        """Send a draft: append its observations and card versions; or what is still open."""
        return self.send_all([submission_id], by=by, at=at)[0]

    def send_all(
        self, submission_ids: Sequence[str], *, by: str, at: datetime, tick: Callable[[str], None] = lambda _id: None
    ) -> tuple[Receipt | tuple[Issue, ...], ...]:
        """Send several drafts in one transaction, in their order; each succeeds or is refused for itself.

        ``tick`` is called with each one's id; all of them are on the disk when this returns.
        """
        results = []
        with self._database.write() as connection:
            for one, result in zip(submission_ids, deciding.send_all(connection, submission_ids, by, at), strict=True):
                results.append(result)
                tick(one)
        return tuple(results)

    def discard(self, submission_id: str, *, by: str, at: datetime, reason: str = "") -> tuple[Issue, ...]:
        """Withdraw a draft; what forbids it."""
        with self._database.write() as connection:
            return deciding.discard(connection, returns.read_return(connection, submission_id), by, at, reason)

    def decide(self, kind: str, *, plan_id: str, by: str, at: datetime, reason: str = "") -> None:
        """Keep a decision about a plan as a whole, such as ``start_empty``; a snapshot tells it in ``decisions``."""
        with self._database.write() as connection:
            deciding.decide_plan(connection, kind, plan_id, by, at, reason)

    # --- keeping ------------------------------------------------------------------------------------------------

    def has_samples(self) -> bool:
        """Whether any sample is in the store."""
        with self._database.read() as connection:
            return bool(value(connection, "SELECT count(*) FROM submissions WHERE sample"))

    def remove_samples(self) -> dict[str, int]:
        """Take out every sample in one transaction; how many rows went, by table."""
        with self._database.write() as connection:
            return custody.remove_samples(connection)

    def verify(self) -> tuple[Issue, ...]:
        """What in the store contradicts itself."""
        with self._database.read() as connection:
            return custody.verify(connection)

    def backup(self, dest: str | Path) -> tuple[Issue, ...]:
        """Make a checked copy while others work; what forbids it."""
        return custody.backup(self._database, Path(dest))

    def rebuild(
        self, dest: str | Path, read: rebuild.ReadFile, tick: Callable[[], None] = lambda: None
    ) -> tuple[Issue, ...]:
        """Make a new store at ``dest`` from the originals in this one; the differences."""
        return rebuild.rebuild(self._database, Database(Path(dest), 10.0), read, tick)
