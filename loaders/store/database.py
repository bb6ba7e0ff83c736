"""One DuckDB file behind one lock: short-lived connections, one transaction for each write, an identity to key caches.

Nothing but this package opens the store, and nobody keeps a connection.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from loaders.lock import FileLock, StoreBusy, StoreError

SCHEMA_VERSION = "1"
_SCHEMA = Path(__file__).with_name("schema.sql")
#: No extension is ever fetched: the store makes no request to another host.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

#: So many rows go in column by column; beyond, a table of pandas is quicker.
_FEW = 200

Row = Mapping[str, object]
Connection = duckdb.DuckDBPyConnection


class StoreDamaged(StoreError):
    """The file is not a store this program can open."""


class Database:
    """The file, its lock and its identity."""

    def __init__(self, path: Path, wait: float) -> None:
        self.path = path
        self._wait = wait
        self._lock = FileLock(path, wait)

    def exists(self) -> bool:
        """Whether there is a file with something in it."""
        return self.path.exists() and self.path.stat().st_size > 0

    def revision(self) -> str:
        """What the file is now, without opening it: it differs after every committed write.

        The log beside the file counts too: after a kill it holds what is committed and not yet in the file.
        """
        return "/".join(_identity(Path(f"{self.path}{suffix}")) for suffix in ("", ".wal"))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only connection under the shared lock."""
        with self.held(), self.under_lock() as connection:
            yield connection

    @contextmanager
    def under_lock(self) -> Iterator[Connection]:
        """A read-only connection for who holds the shared lock already."""
        with self._connection(read_only=True) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction under the exclusive lock: all of it is on disk when this returns, or none of it."""
        with self._lock.exclusive():
            before = self.revision()
            with self._connection(read_only=False) as connection:
                connection.execute("BEGIN")
                try:
                    yield connection
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            self._renew(before)

    def create(self) -> None:
        """Make the file with its schema, whole or not at all. Another process may have been quicker."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.exclusive():
            if self.exists():
                return
            new = Path(f"{self.path}.new")
            for leftover in (new, Path(f"{new}.wal"), Path(f"{self.path}.wal")):
                leftover.unlink(missing_ok=True)
            with duckdb.connect(str(new), config=_CONFIG) as connection:
                connection.execute(_SCHEMA.read_text(encoding="utf-8"))
                connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [SCHEMA_VERSION])
            os.replace(new, self.path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The shared lock alone: nobody writes meanwhile."""
        self._require()
        with self._lock.shared():
            yield

    @contextmanager
    def _connection(self, *, read_only: bool) -> Iterator[Connection]:
        connection = self._connect(read_only)
        try:
            yield connection
        finally:
            connection.close()

    def _require(self) -> None:
        if not self.exists():
            raise StoreDamaged(f"データファイル {self.path.name} がありません。先に init を実行してください。")

    def _connect(self, read_only: bool) -> Connection:
        """Open the file; a program that does not know our lock (another tool on the file) is waited for as well."""
        self._require()
        deadline = time.monotonic() + self._wait
        while True:
            try:
                connection = duckdb.connect(str(self.path), read_only=read_only, config=_CONFIG)
                break
            except duckdb.Error as error:
                if "lock" not in str(error).lower():
                    raise StoreDamaged(_DAMAGED.format(self.path.name)) from error
                if time.monotonic() >= deadline:
                    raise StoreBusy(self._wait) from error
                time.sleep(0.05)
        try:
            _check_version(connection, self.path.name)
        except BaseException:
            connection.close()
            raise
        return connection

    def _renew(self, before: str) -> None:
        """Two writes within one tick of the file system's clock must not look alike."""
        if self.revision() == before:
            stat = self.path.stat()
            with suppress(OSError):
                os.utime(self.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


_DAMAGED = (
    "データファイル {} を開けません。ファイルが壊れているか、このプログラムのデータではありません。"
    "バックアップから戻してください。"
)


def _check_version(connection: Connection, name: str) -> None:
    try:
        found = value(connection, "SELECT value FROM meta WHERE key = 'schema_version'")
    except duckdb.Error as error:
        raise StoreDamaged(_DAMAGED.format(name)) from error
    if found != SCHEMA_VERSION:
        version = found or "なし"
        raise StoreDamaged(
            f"データファイル {name} の形式(版 {version})は、このプログラムの形式(版 {SCHEMA_VERSION})と違います。"
            "プログラムを新しいものにしてください。"
        )


def _identity(path: Path) -> str:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return "-"
    return f"{stat.st_ino}.{stat.st_mtime_ns}.{stat.st_size}"


def append(connection: Connection, table: str, rows: Sequence[Row] | pd.DataFrame) -> None:
    """Append many rows at once. Table and column names come from this package, never from a person."""
    if not len(rows):
        return
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


def take(connection: Connection, sequence: str, count: int) -> list[int]:
    """The next numbers of a sequence."""
    found = connection.execute(f"SELECT nextval('{sequence}') FROM range({int(count)})").fetchall()
    return sorted(int(r[0]) for r in found)
