"""One DuckDB file behind one lock: short-lived connections, one transaction for each write, an identity to key caches.

Nothing but this package opens the store, and nobody keeps a connection.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from loaders.store.file.engine import Connection
from loaders.store.file.lock import FileLock, StoreError
from loaders.store.file.opening import (
    StoreDamaged,
    StoreUnreadable,
    checkpoint,
    clear,
    close_to_others,
    full_told,
    is_older,
    make_schema,
    opened,
    put_in_place,
    read_through,
    version_of,
)
from loaders.store.file.presence import Extent, StoreLost, leftovers, stands, sweep
from loaders.store.file.write_queue import Turns

__all__ = ["Connection", "Database", "Row", "StoreDamaged", "append", "rows", "take", "transaction", "value"]

#: So many rows go in column by column; beyond, a table of pandas is quicker.
_FEW = 200

Row = Mapping[str, object]
_SWAPPED = "データファイル {} が、古い形式のものに入れ替えられました。もう一度開いてください。"


class Database:
    """The file, its lock and its identity. A file of an older version is brought up to date when it is first used."""

    def __init__(self, path: Path, wait: float, nights: Path | None = None) -> None:
        """``nights`` is the folder of the nightly copies of this very file: where there are any, it was there."""
        self.path = path
        self._nights = nights
        self._wait = wait
        self._lock = FileLock(path, wait)
        self._turns = Turns(self._reach, wait)
        self._current = 0  # the file (its inode) that is known to be of this version
        self._extent: Extent | None = None  # of the file when it was last seen whole
        self._sound = ""  # the revision at which it was last checked

    def exists(self) -> bool:
        """Whether a store stands there; False where there never was one. StoreLost where it is gone or cut."""
        return stands(self.path, self._nights, known=bool(self._current))

    def check(self) -> None:
        """Raise StoreError where the file is lost or cannot be read; no query while it stays as it was."""
        revision = self.revision()
        if self.exists() and revision != self._sound:
            with self.read() as connection:
                value(connection, "SELECT count(*) FROM decisions")
            self._sound = revision

    def revision(self) -> str:
        """What the file is now, without opening it: it differs after every committed write.

        The log beside the file counts too: after a kill it holds what is committed and not yet in the file.
        """
        return "/".join(_identity(Path(f"{self.path}{suffix}")) for suffix in ("", ".wal"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection under the shared lock."""
        self._require()
        for _ in range(2):
            with self._lock.shared(), self._readable() as connection:
                if not is_older(version_of(connection, self.path.name)):
                    self._current = self.path.stat().st_ino
                    yield connection
                    return
            self._current = 0
            self.bring_up_to_date()
        raise StoreError(_SWAPPED.format(self.path.name))

    @contextmanager
    def _readable(self) -> Iterator[Connection]:
        """The file opened to be read, whole; where DuckDB cannot read it on, that is said with what to do."""
        try:
            with opened(self.path, read_only=True, wait=self._wait) as connection:
                extent = Extent.of(self.path)
                if extent.doubtful(self._extent):
                    read_through(connection)
                self._extent = extent
                yield connection
        except (StoreUnreadable, *_UNREADABLE) as error:
            raise StoreLost(self.path, _DAMAGED, self._nights) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction under the exclusive lock, sealed: all of it is on disk when this returns, or none of it."""
        self.bring_up_to_date()
        with full_told(self.path), self._turns.turn() as connection, transaction(connection):
            yield connection

    @contextmanager
    def _reach(self) -> Iterator[Connection]:
        with self._lock.exclusive():
            self._stand()  # opened to be written, a file that has gone meanwhile would be made anew
            before = self.revision()
            with opened(self.path, read_only=False, wait=self._wait) as connection:
                if is_older(version_of(connection, self.path.name)):
                    self._current = 0  # an old file was put in the place of ours: the next access migrates it
                    raise StoreError(_SWAPPED.format(self.path.name))
                yield connection
            self._renew(before)

    def create(self, fill: Callable[[Connection], None] = lambda _connection: None) -> None:
        """Make the file with its schema and what ``fill`` brings, whole or not at all.

        Another process may have been quicker. StoreLost where there was one before.
        """
        with full_told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock.exclusive():
                if self.exists():
                    return
                new = Path(f"{self.path}.new")
                try:
                    clear(new)
                    make_schema(new)
                    with opened(new, read_only=False, wait=0) as connection, transaction(connection):
                        fill(connection)
                    checkpoint(new, 0)
                    put_in_place(new, self.path)
                finally:
                    clear(new)
        self.settle()

    def settle(self) -> None:
        """Leave beside the file what belongs there and nothing else, as far as anything can be written there.

        The mark that it was made is set, file and copies are closed to other accounts, and what work that was killed
        has left is taken away, unless somebody is at work.
        """
        self._lock.mark()
        close_to_others((self.path, *self.path.parent.glob(f"{escape(self.path.name)}.*")))
        if leftovers(self.path):
            with suppress(OSError, StoreError), self._lock.work(0), self._lock.exclusive():
                sweep(self.path)

    @contextmanager
    def working(self) -> Iterator[None]:
        """The right to prepare another file for this one's place; what one that was killed has left is gone."""
        with self._lock.work(self._wait):
            with self._lock.exclusive():
                sweep(self.path)
            yield

    @contextmanager
    def held(self) -> Iterator[None]:
        """The shared lock alone: nobody writes meanwhile."""
        self.bring_up_to_date()
        with self._lock.shared():
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The exclusive lock alone, for who puts another file in this one's place."""
        with self._lock.exclusive():
            yield

    def bring_up_to_date(self) -> None:
        """Migrate a file of an older version. It is looked at once: no write of ours makes it older again."""
        self._require()
        inode = self.path.stat().st_ino
        if inode == self._current:
            return
        with self._lock.shared(), self._readable() as connection:
            older = is_older(version_of(connection, self.path.name))
        if older:
            from loaders.store.file.migration import migrate  # the steps write through this module

            with full_told(self.path), self._lock.exclusive():
                migrate(self.path, self._wait)
        self._current = self.path.stat().st_ino

    def _require(self) -> None:
        """See that there is a store; one that is met for the first time is settled."""
        self._stand()
        if self.path.stat().st_ino != self._current:
            self.settle()

    def _stand(self) -> None:
        if not self.exists():
            raise StoreDamaged(f"データファイル {self.path.name} がありません。先に init を実行してください。")

    def _renew(self, before: str) -> None:
        """Two writes within one tick of the file system's clock must not look alike."""
        if self.revision() == before:
            stat = self.path.stat()
            with suppress(OSError):
                os.utime(self.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Work that is sealed and committed at its end, or taken back."""
    from loaders.store.audit.seals import sealing  # the seals are written through this module

    connection.execute("BEGIN")
    try:
        with sealing(connection):
            yield
    except BaseException:
        with suppress(duckdb.Error):  # where the write itself has failed, DuckDB has taken it back
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


#: What DuckDB raises where a file cannot be read on.
_UNREADABLE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
_DAMAGED = "を開けません。途中で切れているか、壊れているか、このプログラムのデータではありません"


def is_of_the_store(error: Exception) -> bool:
    """Whether an error is about the file or the machine (locked, damaged, full), and so about every write alike.

    So is Ctrl-C, which DuckDB passes on as an error without a class of its own.
    """
    interrupted = isinstance(error, RuntimeError) and str(error) == _INTERRUPTED
    return interrupted or isinstance(error, (StoreError, OSError, *_OF_THE_MACHINE))


_INTERRUPTED = "Query interrupted"
_OF_THE_MACHINE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.OutOfMemoryException)


def _identity(path: Path) -> str:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return "-"
    return f"{stat.st_ino}.{stat.st_mtime_ns}.{stat.st_size}"


#: Where each connection's transaction found the end of the tables it appends to.
_ends: dict[int, dict[str, int]] = {}


@contextmanager
def followed(connection: Connection) -> Iterator[dict[str, int]]:
    """The tables that are appended to inside, each with the last place (rowid) that was taken before."""
    ends = _ends[id(connection)] = {}
    try:
        yield ends
    finally:
        del _ends[id(connection)]


def append(connection: Connection, table: str, rows: Sequence[Row] | pd.DataFrame) -> None:
    """Append many rows at once. Table and column names come from this package, never from a person."""
    if not len(rows):
        return
    ends = _ends.get(id(connection))
    if ends is not None and table not in ends:
        ends[table] = int(value(connection, f"SELECT coalesce(max(rowid), -1) FROM {table}"))
    if not isinstance(rows, pd.DataFrame) and len(rows) <= _FEW:
        _append_few(connection, table, rows)
        return
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    names = ", ".join(f'"{c}"' for c in frame.columns)
    connection.register("incoming", frame)
    try:
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming")
    finally:
        connection.unregister("incoming")


def _append_few(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    """The same column by column: a table of pandas would cost ten times as much for a handful of rows."""
    names = list(rows[0])
    quoted, columns = ", ".join(f'"{n}"' for n in names), ", ".join(f"unnest(${n})" for n in names)
    connection.execute(f"INSERT INTO {table} ({quoted}) SELECT {columns}", {n: [r[n] for r in rows] for n in names})


def rows(
    connection: Connection, query: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> list[dict[str, Any]]:
    """The result of a query as dictionaries."""
    given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
    result = connection.execute(query, given)
    names = [d[0] for d in result.description]
    return [dict(zip(names, r, strict=True)) for r in result.fetchall()]


def value(connection: Connection, query: str, parameters: Sequence[object] = ()) -> Any:
    """The first value of a query's first row, None where there is none.

    Everything is fetched: DuckDB refuses other work on a connection with an unfinished result.
    """
    found = connection.execute(query, list(parameters)).fetchall()
    return found[0][0] if found else None


def keep_meta(connection: Connection, kept: Mapping[str, str]) -> None:
    """Set what the store keeps about itself, by its keys."""
    query = """INSERT INTO meta SELECT unnest($keys), unnest($kept)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
    connection.execute(query, {"keys": list(kept), "kept": list(kept.values())})


def take(connection: Connection, sequence: str, count: int) -> list[int]:
    """The next numbers of a sequence."""
    found = connection.execute(f"SELECT nextval('{sequence}') FROM range({int(count)})").fetchall()
    return sorted(int(r[0]) for r in found)


def skip(connection: Connection, sequence: str, wanted: int) -> None:
    """Bring a sequence so far that its next number is the wanted one, or leave it where it is farther."""
    missing = wanted - 1 - given(connection)[sequence]
    if missing > 0:
        query = f"SELECT max(n) FROM (SELECT nextval('{sequence}') AS n FROM range({int(missing)}))"
        connection.execute(query).fetchall()


def given(connection: Connection) -> dict[str, int]:
    """The last number that each sequence gave."""
    query = """SELECT sequence_name, coalesce(last_value, start_value - 1) FROM duckdb_sequences()
        WHERE database_name = current_database()"""
    return {str(name): int(last) for name, last in connection.execute(query).fetchall()}
