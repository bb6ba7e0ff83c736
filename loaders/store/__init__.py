"""The store: the one file that remembers. All SQL of the program stands in this package."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import duckdb
import pandas as pd

from kpi.collection.acts import PROGRAM, Act
from kpi.collection.lifecycle import Life
from kpi.issue import Issue
from kpi.people import Audience
from kpi.plan import Plan
from kpi.provenance.passport import Passport
from kpi.snapshot import Snapshot
from loaders.store.audit import log_table, rebuild, verification
from loaders.store.audit.audit_log import Event, Head, append_event
from loaders.store.audit.seals import end_of
from loaders.store.commands import HANDLERS, plan_import
from loaders.store.commands.drafts import NewReturn
from loaders.store.commands.published_batches import BenchmarkTables
from loaders.store.file import backup, retention
from loaders.store.file.database import Connection, Database, StoreDamaged, is_of_the_store, rows, value
from loaders.store.file.lock import StoreBusy, StoreError, StoreUnwritable
from loaders.store.file.retention import Keep
from loaders.store.queries import access, provenance, snapshots
from loaders.store.queries.access import Rule
from loaders.store.queries.kept_lists import KeptList, KeptReading, ListCell, read_list_cells, read_lists, read_readings
from loaders.store.queries.newest import Newest
from loaders.store.queries.plan_states import NOW, Revised, read_revisions
from loaders.store.queries.records import (
    Conflict,
    Joined,
    Option,
    Receipt,
    Saved,
    StoredReturn,
)  # fmt: skip
from loaders.store.queries.stored_returns import read_return, read_returns

__all__ = [
    "Conflict", "Head", "Joined", "Keep", "NewReturn", "Option", "Receipt", "Revised", "Rule", "Saved",
    "Store", "StoreBusy", "StoreDamaged", "StoreError", "StoredReturn", "is_of_the_store",
]  # fmt: skip


_LOG = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class Store:
    """The store behind short-lived connections: each method opens, does one thing whole, and closes.

    Any number of threads and processes may use stores on one file at once. What cannot be had within ``wait``
    seconds raises :class:`StoreBusy`, whose text is for the person at the screen.
    """

    def __init__(self, path: str | Path, wait: float = 10.0, nights: Path | None = None) -> None:
        """``nights`` is the folder of the nightly copies of this very store."""
        self.path = Path(path)
        self._database = Database(self.path, wait, nights)
        self._newest = Newest(self._database, wait)
        self._revoked: tuple[str, frozenset[str]] = "", frozenset()

    # --- the file -----------------------------------------------------------------------------------------------

    def init(
        self,
        plan_list: Iterable[Plan],
        benchmarks: BenchmarkTables | None,
        act: Act,
    ) -> bool:
        """Make the file if need be and take in what the plan and benchmark files say now; whether anything was new.

        ``act.by`` is empty where the program does so by itself, at its start.
        """
        wanted = tuple(plan_list)

        def fill(connection: duckdb.DuckDBPyConnection) -> None:
            plan_import.load_plan(connection, act, wanted, benchmarks)

        made = not self._database.exists()
        if made:
            self._database.create(fill)
        with self._database.read() as connection:
            if plan_import.up_to_date(connection, wanted, benchmarks):
                return made
        try:
            with self._database.write() as connection:
                fill(connection)
        except StoreUnwritable as error:
            if act.by:
                raise
            _LOG.warning("計画と公表統計のファイルの変更を取り込めません。%s", error)
            return False
        return True

    def exists(self) -> bool:
        """Whether the file is there; StoreDamaged where it was and is gone, or is cut."""
        return self._database.exists()

    def check(self) -> None:
        """Raise StoreError where the file is lost, cut or cannot be read; no query while it stays as it was."""
        self._database.check()

    def revision(self) -> str:
        """The file's identity, without a query; it changes with every committed write."""
        return self._database.revision()

    # --- reading ------------------------------------------------------------------------------------------------

    def plan_ids(self) -> tuple[str, ...]:
        """The plans in the store, in the order they came."""
        return self._newest.plan_ids()

    def plans(self) -> tuple[Plan, ...]:
        """All plans as they stand, in the order they came."""
        return self._newest.plans()

    def plan(self, plan_id: str) -> Plan:
        """A plan as it stands; KeyError for an unknown one."""
        return self._newest.everything(plan_id).whole.plan

    def life(self, plan_id: str) -> Life:
        """Which rounds of a plan were started, closed and given up; KeyError for an unknown one."""
        return self._newest.everything(plan_id).whole.life

    def snapshot(
        self,
        plan_id: str,
        as_of: datetime | None = None,
        audience: Audience = Audience.ALL,
        at: datetime | None = None,
    ) -> Snapshot:
        """All that screens need of a plan, as known now or at ``as_of``, as far as an audience may see it.

        ``at`` is what o'clock it is: figures under embargo until then may be seen, without it none. KeyError for an
        unknown plan. The newest one is kept: while the file stays what it is, asking again costs no query, and of many
        threads that ask at once after a write one reads and the others get what it read.
        """
        if as_of is not None:
            return snapshots.seen_by(self._newest.everything_at(plan_id, as_of), audience, at)
        return self._newest.snapshot(plan_id, audience, at)

    def visible_codes(self, plan_id: str, audience: Audience, at: datetime) -> frozenset[str]:
        """The short numbers of all values an audience may see, superseded ones too."""
        everything = self._newest.everything(plan_id)
        return frozenset(snapshots.visible(everything, audience, at)["code"])

    def submission(self, submission_id: str) -> StoredReturn:
        """One return as it stands; KeyError for an unknown one."""
        with self._database.read() as connection:
            return read_return(connection, submission_id)

    def submissions(self, submission_ids: Sequence[str], as_of: datetime | None = None) -> dict[str, StoredReturn]:
        """Several returns at once, by id: opening the file costs more than reading one.

        As they stand, or stood at ``as_of``. KeyError for one that is unknown, or had not come yet.
        """
        with self._database.read() as connection:
            return read_returns(connection, submission_ids, as_of or NOW)

    def revisions(self, plan_id: str) -> tuple[Revised, ...]:
        """The revisions of a plan by its workbook, and its beginning from one, the newest first."""
        with self._database.read() as connection:
            return read_revisions(connection, plan_id)

    def lists(self) -> tuple[KeptList, ...]:
        """The lists of indicators that were taken into any plan, the newest first."""
        with self._database.read() as connection:
            return read_lists(connection)

    def readings(self, plan_id: str) -> tuple[KeptReading, ...]:
        """What was said so far of lists that are not taken in yet, at a plan's screen, the newest first."""
        with self._database.read() as connection:
            return read_readings(connection, plan_id)

    def list_cells(self, plan_id: str, indicator_id: str) -> tuple[ListCell, ...]:
        """Where lists tell baseline, target and 目安値 of an indicator."""
        with self._database.read() as connection:
            return read_list_cells(connection, plan_id, indicator_id)

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
            return provenance.trace(connection, query)

    def plan_of_proposal(self, proposal_id: str) -> str:
        """The plan a proposal is about; KeyError for an unknown one."""
        query = "SELECT plan_id FROM proposals WHERE proposal_id = ?"
        with self._database.read() as connection:
            found = value(connection, query, [proposal_id])
        if found is None:
            raise KeyError(proposal_id)
        return str(found)

    def plans_of_figures(self, codes: Sequence[str]) -> frozenset[str]:
        """The plans in which figures with these short numbers stand."""
        query = "SELECT DISTINCT plan_id FROM observations WHERE code IN (SELECT unnest(?))"
        with self._database.read() as connection:
            return frozenset(r["plan_id"] for r in rows(connection, query, [list(codes)]))

    def holders(self, sha256: str) -> tuple[str, ...]:
        """The returns that brought a file."""
        query = "SELECT submission_id FROM submissions WHERE sha256 = ? ORDER BY seq"
        with self._database.read() as connection:
            return tuple(r["submission_id"] for r in rows(connection, query, [sha256]))

    # --- acts -----------------------------------------------------------------------------------------------------

    def do(
        self, handler: Callable[Concatenate[Connection, Act, P], R], act: Act, *args: P.args, **given: P.kwargs
    ) -> R:
        """Do an act of the register: its handler of :mod:`loaders.store.commands`, whole, in a transaction of its own.

        ValueError for a function that is no act's handler.
        """
        if HANDLERS.get(handler.__name__) is not handler:
            raise ValueError(f"not an act: {handler.__name__}")
        with self._database.write() as connection:
            return handler(connection, act, *args, **given)

    # --- people ---------------------------------------------------------------------------------------------------

    def memberships(self) -> tuple[Rule, ...]:
        """The rules that say which claim of a signed-in person gives which role."""
        with self._database.read() as connection:
            return access.memberships(connection)

    def is_revoked(self, session_id: str) -> bool:
        """Whether a sign-in was ended. Asked on every run: while the file stays what it is, this costs no query."""
        if self._revoked[0] != self.revision():
            with self._database.read() as connection:
                self._revoked = self.revision(), access.revoked(connection)
        return session_id in self._revoked[1]

    # --- keeping ------------------------------------------------------------------------------------------------

    def has_samples(self) -> bool:
        """Whether any sample is in the store."""
        with self._database.read() as connection:
            return bool(value(connection, "SELECT count(*) FROM submissions WHERE sample"))

    def verify(self, written: Iterable[tuple[str, str]] = ()) -> tuple[Issue, ...]:
        """What in the store contradicts itself, or ends of its log that were written down elsewhere (where, mark).

        A file that does not open is a finding like any other; where there is none, StoreDamaged.
        """
        try:
            with self._database.read() as connection:
                return verification.verify(connection, written)
        except (StoreDamaged, duckdb.Error) as error:
            if not self.path.is_file():
                raise
            return (verification.unreadable(error, self.path.name),)

    def log(
        self,
        plan_id: str | None = None,
        *,
        who: str = "",
        kind: str = "",
        subject: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> pd.DataFrame:
        """Who did what when, newest first; see :func:`loaders.store.audit.log_table.read_log`."""
        asked = log_table.Asked(plan_id, who, kind, subject, since, until)
        with self._database.read() as connection:
            return log_table.read_log(connection, asked)

    def log_head(self) -> Head:
        """How many acts the log has, and the hash of the last seal: it stands for all that is in the store."""
        with self._database.read() as connection:
            return end_of(connection)

    def backup(self, dest: str | Path, act: Act) -> Path | tuple[Issue, ...]:
        """Make a checked copy while others work; its path, or what forbids it.

        The end of its log is put behind the wanted name: ``控え.duckdb`` becomes ``控え_123-0f3a5b7c9d1e.duckdb``.
        """
        made = backup.backup(self._database, Path(dest))
        if isinstance(made, Path):
            with suppress(StoreUnwritable):  # what can only be read is worth a copy most of all
                self._note_copy(made, act)
        return made

    def restore(self, source: str | Path, act: Act) -> tuple[Issue, ...]:
        """Put a copy in this store's place, which stays beside it; what forbids it."""
        return backup.restore(self._database, Path(source), act)

    def make_nightly(self, folder: str | Path, keep: Keep, *, at: datetime) -> tuple[Issue, ...]:
        """Make the night's copy and take away those that need not stay; what forbids it."""
        made = retention.make_nightly(self._database, Path(folder), at, keep)
        if not isinstance(made, Path):
            return made
        with suppress(StoreUnwritable):
            self._note_copy(made, Act(PROGRAM, at))
        return ()

    def _note_copy(self, made: Path, act: Act) -> None:
        with self._database.write() as connection:
            append_event(connection, Event("backup", "", made.name, act))

    def rebuild(
        self, dest: str | Path, opens: rebuild.OpenFiles, tick: Callable[[], None] = lambda: None
    ) -> tuple[Issue, ...]:
        """Make a new store at ``dest`` from the originals in this one; the differences. StoreError if it is taken."""
        return rebuild.rebuild(self._database, Path(dest), opens, tick)
