"""Copies of the store: made while people work, and put back in its place."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb

from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.audit.seals import end_of, sealing
from loaders.store.audit.verification import verify
from loaders.store.file.database import Database, given, skip
from loaders.store.file.migration import free_name, upgrade
from loaders.store.file.opening import (
    SCHEMA_VERSION,
    StoreDamaged,
    checkpoint,
    clear,
    copy_with_log,
    full_told,
    is_older,
    opened,
    put_in_place,
    set_aside,
    stored_version,
    version_of,
)

_MARKED = re.compile(r"_(\d+-[0-9a-f]+)(?:\.[^.]*)?$")
#: How long a file is waited for that nobody should have open: a copy of our own.
_WAIT = 5.0
#: What gives the numbers that people see: of returns, figures, questions and proposals.
_NUMBERED = ("submission_seq", "observation_seq", "question_seq", "proposal_seq")


def backup(database: Database, dest: Path) -> Path | tuple[Issue, ...]:
    """Copy the store while others read it, check the copy, and only then put it in its place, which must be free.

    The copy's name bears the end of its log: it is written where the store is not.
    """
    if refused := _no_place(database, dest):
        return refused
    part = Path(f"{dest}.part")
    try:
        with full_told(dest):
            with database.held():
                copy_with_log(database.path, part)
            checkpoint(part, _WAIT)  # what still stood in the log goes into the file
            with opened(part, read_only=True, wait=_WAIT) as connection:
                found, end = verify(connection), end_of(connection)
            place = marked(dest, end.mark)
            found = found or _no_place(database, place)
            if not found:
                put_in_place(part, place)
            return found or place
    finally:
        clear(part)


def marked(path: Path, end: str) -> Path:
    """A copy's name with the end of its log: ``控え.duckdb`` becomes ``控え_123-0f3a5b7c9d1e.duckdb``."""
    return path.with_name(f"{path.stem}_{end}{path.suffix}" if end else path.name)


def mark_in(name: str) -> str:
    """The end of the log that a copy's name bears, empty where it bears none."""
    found = _MARKED.search(name)
    return found[1] if found else ""


def restore(database: Database, source: Path, act: Act) -> tuple[Issue, ...]:
    """Put a copy in the place of the store, which stays beside it under another name; what forbids it.

    Killed at any moment, the place holds either the store as it was or the whole copy, and what is left beside it goes
    at the next access.
    """
    if refused := _no_source(database, source):
        return refused
    copy = Path(f"{database.path}.restoring")
    with full_told(database.path), database.working():
        try:
            copy_with_log(source, copy)
            if refused := _unsound(copy, source.name, act.at):
                return refused
            with database.alone():
                _swap(database.path, copy, Event("restore", "", source.name, act))
        finally:
            clear(copy)
    database.settle()
    return ()


def _swap(path: Path, copy: Path, event: Event) -> None:
    """Let a copy take the store's place. What stood there, damaged or whatever it is, gets its other name last."""
    (before, numbers), kept = _end_of(path), free_name(path, "restore", event.act.at)
    if path.is_file() and path.stat().st_size:  # of an empty file DuckDB would make a database
        with suppress(StoreDamaged, duckdb.Error):
            checkpoint(path, _WAIT)
    there = os.path.lexists(path) or os.path.lexists(f"{path}.wal")
    payload = {"source": event.subject, "kept": kept.name if there else "", "before": before}
    with opened(copy, read_only=False, wait=_WAIT) as connection, sealing(connection):
        for sequence, last in numbers.items():
            skip(connection, sequence, last + 1)
        append_event(connection, replace(event, payload=payload))
    checkpoint(copy, _WAIT)
    set_aside(path, kept)
    put_in_place(copy, path)


def _no_source(database: Database, source: Path) -> tuple[Issue, ...]:
    if source.is_dir():
        message = f"控えとして指定した {source} はフォルダーです。"
        return (_refusal("restore.folder", message, "フォルダーの中の控えのファイルを指定してください。"),)
    if not source.is_file():
        message = f"控え {source} がありません。"
        return (_refusal("restore.missing", message, "ファイルの名前を確かめてください。"),)
    if source.resolve() == database.path.resolve():
        message = "戻す控えに、使用中のデータファイルそのものが指定されています。"
        return (_refusal("restore.same", message, "控えのファイルを指定してください。"),)
    return ()


def _unsound(copy: Path, name: str, at: datetime) -> tuple[Issue, ...]:
    """Why a copy cannot be used; an older one is brought up to this program's version."""
    other = "別の控えを指定してください。現在のデータは変わっていません。"
    damaged = _refusal("restore.damaged", f"控え {name} は壊れているため、戻せません。", other)
    foreign = _refusal("restore.foreign", f"{name} は、このプログラムのデータファイルではありません。", other)
    try:
        with opened(copy, read_only=False, wait=_WAIT) as connection:
            version = _version_or_none(connection)
            if version is None:
                return (foreign,)
            if version != SCHEMA_VERSION and not is_older(version):
                newer = f"控え {name} は、新しいプログラムの形式(版 {version})です。"
                advice = "プログラムを新しいものにしてから戻してください。現在のデータは変わっていません。"
                return (_refusal("restore.newer", newer, advice),)
        upgrade(copy, _WAIT, at, name)
        # Bringing it up to date seals its rows anew: the end in its name is that of the seals before.
        end = "" if is_older(version) else mark_in(name)
        with opened(copy, read_only=True, wait=_WAIT) as connection:
            written = [(f"控え {name} の名前", end)] if end else []
            return (damaged, *found) if (found := verify(connection, written)) else ()
    except StoreDamaged:
        return (foreign if not _is_database(copy) else damaged,)
    except duckdb.Error:
        return (damaged,)


def _version_or_none(connection: duckdb.DuckDBPyConnection) -> str | None:
    with suppress(duckdb.CatalogException, duckdb.BinderException):
        return stored_version(connection)
    return None


def _is_database(path: Path) -> bool:
    """Whether a file is DuckDB's by its mark, however damaged the rest is."""
    with path.open("rb") as handle:
        return handle.read(12)[8:] == b"DUCK"


def _end_of(path: Path) -> tuple[str, dict[str, int]]:
    """Of the store that leaves the end of its log and the last numbers it gave; nothing where it cannot be read.

    A number that a report has printed must never name another figure, so the copy goes on from there.
    """
    if path.is_file() and path.stat().st_size:
        with suppress(StoreDamaged, duckdb.Error), opened(path, read_only=True, wait=_WAIT) as connection:
            version_of(connection, path.name)
            return end_of(connection).mark, {n: last for n, last in given(connection).items() if n in _NUMBERED}
    return "", {}


def _refusal(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)


def _no_place(database: Database, dest: Path) -> tuple[Issue, ...]:
    """Why no copy can go there. A log left of an earlier file would be taken for the copy's own."""
    code, message, advice = "", "", ""
    if dest.resolve() == database.path.resolve():
        code, message = "backup.same", "控えの保存先が、元のデータファイルと同じです。"
        advice = "別の名前か別のフォルダーを指定してください。"
    elif dest.is_dir():
        code, message = "backup.folder", f"控えの保存先 {dest} はフォルダーです。"
        advice = "フォルダーの中のファイルの名前まで指定してください。"
    elif taken := next((p for p in (dest, Path(f"{dest}.wal")) if os.path.lexists(p)), None):
        code, message = "backup.exists", f"控えの保存先 {taken} はすでにあります。上書きはしません。"
        advice = "日付を付けるなど、ない名前を指定してください。"
    elif not dest.parent.is_dir():
        code, message = "backup.no_folder", f"控えの保存先のフォルダー {dest.parent} がありません。"
        advice = "名前を確かめるか、先にフォルダーを作ってください。"
    return (_refusal(code, message, advice),) if code else ()
