"""The file of the store as a file: opened, of which version it is, brought whole into its place."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import duckdb

from loaders.store.file.engine import ENGINE, Connection
from loaders.store.file.lock import StoreBusy, StoreError

SCHEMA_VERSION = "2"
_SCHEMA, _MACROS = (Path(__file__).with_name(name) for name in ("schema.sql", "macros.sql"))


class StoreDamaged(StoreError):
    """The file is not a store this program can open."""


class StoreUnreadable(StoreDamaged):
    """DuckDB cannot open the file, or not read it to its end."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"データファイル {name} を開けません。ファイルが壊れているか、このプログラムのデータではありません。"
            "バックアップから戻してください。"
        )


class StoreFull(StoreError):
    """The disk, or what the account may use of it, has no room left."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"ディスクの空きが足りないため、データファイル {name} を書き込めません。書きかけの内容は残していません。"
            "不要なファイルを移すなどして空きを増やしてから、もう一度お試しください。"
        )


_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large", re.IGNORECASE)


@contextmanager
def full_told(path: Path) -> Iterator[None]:
    """Work that writes: where there is no room for it, that is said, whoever has noticed it."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreFull(path.name) from error
        raise
    except (duckdb.Error, StoreUnreadable) as error:
        if _FULL.search(f"{error} {error.__cause__}"):
            raise StoreFull(path.name) from error
        raise


#: What DuckDB says where another process has the file. A bare "lock" would be found in a damaged "block" too.
_ELSEWHERE = re.compile(r"\block\b|being used by another process", re.IGNORECASE)
#: What it says where this process let go of the file while another of its threads asked DuckDB's catalog, which looks
#: at every open file and keeps them all until it has its answer. That takes milliseconds, and is always waited for.
_STILL_SEEN = re.compile(r"Unique file handle conflict", re.IGNORECASE)
_CATALOG_SECONDS = 10.0


@contextmanager
def opened(path: Path, *, read_only: bool, wait: float) -> Iterator[Connection]:
    """A connection to a file. A program that does not know our lock (another tool on it) is waited for as well."""
    begun = time.monotonic()
    with nullcontext() if read_only else _CLOSED.to_others():
        while True:
            try:
                connection = ENGINE.take(path, read_only=read_only)
                break
            except duckdb.Error as error:
                seen = _STILL_SEEN.search(str(error))
                if not seen and not _ELSEWHERE.search(str(error)):
                    raise StoreUnreadable(path.name) from error
                if time.monotonic() >= begun + (max(wait, _CATALOG_SECONDS) if seen else wait):
                    raise StoreBusy(wait) from error
                time.sleep(0.005 if seen else 0.05)
        try:
            yield connection
        finally:
            ENGINE.give_back(connection, path, read_only=read_only)


class _Closed:
    """While a file may be written, what this process makes is its account's alone.

    DuckDB makes the file, and in the middle of a write the log beside it, with whatever the process allows.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 0

    @contextmanager
    def to_others(self) -> Iterator[None]:
        with self._lock:
            if not self._inside:
                self._before = os.umask(0o077)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    os.umask(self._before)


_CLOSED = _Closed()


def version_of(connection: Connection, name: str) -> str:
    """The version of the schema; what is no store, or is newer than this program, is refused."""
    try:
        found = stored_version(connection)
    except duckdb.Error as error:
        raise StoreUnreadable(name) from error
    if found != SCHEMA_VERSION and not is_older(found):
        raise StoreDamaged(
            f"データファイル {name} の形式(版 {(found or 'なし')[:20]})は、"
            f"このプログラムの形式(版 {SCHEMA_VERSION})と違います。プログラムを新しいものにしてください。"
        )
    return str(found)


def stored_version(connection: Connection) -> str | None:
    """The version a file says it has, None where it says none."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall()
    return str(found[0][0]) if found else None


def is_older(version: str | None) -> bool:
    """Whether there are steps from a version to this program's."""
    return bool(version) and str(version) in {str(n) for n in range(1, int(SCHEMA_VERSION))}


def make_schema(path: Path) -> None:
    """Make a new file with all that a store needs."""
    with opened(path, read_only=False, wait=0) as connection:
        define(connection)
        connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [SCHEMA_VERSION])


def define(connection: Connection) -> None:
    """Make the tables, sequences and questions of an empty store."""
    connection.execute(_SCHEMA.read_text(encoding="utf-8"))
    make_macros(connection)


def make_macros(connection: Connection) -> None:
    """Make the store's own questions, or make them anew."""
    connection.execute(_MACROS.read_text(encoding="utf-8"))


def read_through(connection: Connection) -> None:
    """Read every table to its last block; duckdb.Error where one is not there."""
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal"
    for (table,) in connection.execute(query).fetchall():
        connection.execute(f'SELECT max(hash(t)) FROM "{table}" t').fetchall()


def checkpoint(path: Path, wait: float) -> None:
    """Bring what still stands in the log beside a file into the file, so that it can be copied or replaced alone."""
    with opened(path, read_only=False, wait=wait) as connection:
        connection.execute("CHECKPOINT")
    if Path(f"{path}.wal").exists():
        raise StoreUnreadable(path.name)


def put_in_place(new: Path, path: Path) -> None:
    """Let a finished file take the place of another at one stroke, and see it onto the disk."""
    _to_disk(new)
    os.replace(new, path)
    if sys.platform != "win32":  # a folder cannot be opened there
        _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_with_log(source: Path, dest: Path) -> None:
    """Copy a file, and the log beside it where a kill has left one."""
    for suffix in ("", ".wal"):
        one, target = Path(f"{source}{suffix}"), Path(f"{dest}{suffix}")
        target.unlink(missing_ok=True)
        if one.exists():
            copy_closed(one, target)


def copy_closed(source: Path, dest: Path) -> None:
    """Copy a file so that nobody but our own account may open the copy, from its first byte on."""
    os.close(os.open(dest, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    shutil.copyfile(source, dest)


def close_to_others(paths: Iterable[Path]) -> None:
    """Take from others the right to open files of ours, as far as they are there and ours."""
    for path in paths:
        with suppress(OSError):
            mode = path.stat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                path.chmod(stat.S_IMODE(mode) & 0o700)


def set_aside(path: Path, kept: Path) -> None:
    """Give what stands in a place, whatever it is, another name beside it, and its log that name too.

    A file keeps its first name until another takes it. Nothing is copied where the file system knows second names, so
    a full disk is no hindrance, and :func:`leftovers` knows a name that was given in vain.
    """
    if path.is_file():
        try:
            os.link(path, kept)
        except OSError:
            copy_whole(path, kept)
    elif os.path.lexists(path):
        os.rename(path, kept)
    with suppress(FileNotFoundError):
        os.rename(f"{path}.wal", f"{kept}.wal")


def copy_whole(source: Path, dest: Path) -> None:
    """Copy a file that nobody writes; under its name there is the whole copy or nothing."""
    part = Path(f"{dest}.part")
    try:
        clear(part)
        copy_closed(source, part)
        put_in_place(part, dest)
    finally:
        clear(part)


def clear(path: Path) -> None:
    """Take away a file of ours, and the log beside it."""
    for suffix in ("", ".wal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")
