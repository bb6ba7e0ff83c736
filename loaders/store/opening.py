"""The file of the store as a file: opened, of which version it is, brought whole into its place."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from loaders.lock import StoreBusy, StoreError
from loaders.store.engine import ENGINE, Connection

SCHEMA_VERSION = "3"
_SCHEMA, _MACROS = (Path(__file__).with_name(name) for name in ("schema.sql", "macros.sql"))


class StoreDamaged(StoreError):
    """The file is not a store this program can open."""


DAMAGED = (
    "データファイル {} を開けません。ファイルが壊れているか、このプログラムのデータではありません。"
    "バックアップから戻してください。"
)


#: What DuckDB says where another process has the file. A bare "lock" would be found in a damaged "block" too.
_ELSEWHERE = re.compile(r"\block\b|being used by another process", re.IGNORECASE)


@contextmanager
def opened(path: Path, *, read_only: bool, wait: float) -> Iterator[Connection]:
    """A connection to a file. A program that does not know our lock (another tool on it) is waited for as well."""
    deadline = time.monotonic() + wait
    while True:
        try:
            connection = ENGINE.take(path, read_only=read_only)
            break
        except duckdb.Error as error:
            if not _ELSEWHERE.search(str(error)):
                raise StoreDamaged(DAMAGED.format(path.name)) from error
            if time.monotonic() >= deadline:
                raise StoreBusy(wait) from error
            time.sleep(0.05)
    try:
        yield connection
    finally:
        ENGINE.give_back(connection, path, read_only=read_only)


def version_of(connection: Connection, name: str) -> str:
    """The version of the schema; what is no store, or is newer than this program, is refused."""
    try:
        found = stored_version(connection)
    except duckdb.Error as error:
        raise StoreDamaged(DAMAGED.format(name)) from error
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


def checkpoint(path: Path, wait: float) -> None:
    """Bring what still stands in the log beside a file into the file, so that it can be copied or replaced alone."""
    with opened(path, read_only=False, wait=wait) as connection:
        connection.execute("CHECKPOINT")
    if Path(f"{path}.wal").exists():
        raise StoreDamaged(DAMAGED.format(path.name))


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
            shutil.copyfile(one, target)


def copy_whole(source: Path, dest: Path) -> None:
    """Copy a file that nobody writes; under its name there is the whole copy or nothing."""
    part = Path(f"{dest}.part")
    try:
        shutil.copyfile(source, part)
        put_in_place(part, dest)
    finally:
        clear(part)


def clear(path: Path) -> None:
    """Take away a file of ours, and the log beside it."""
    for suffix in ("", ".wal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")
