"""The way in for returned workbooks: one upload, or files, folders and zips in a batch."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from kpi.collection.workflow import Brief, Reading
from kpi.issue import Issue, Severity
from loaders.form.reading.reader import read_form
from loaders.rules import check_answers, finding
from loaders.rules.question_merge import gather
from loaders.text.characters import one_line
from loaders.workbook.cells import Book, open_book
from loaders.workbook.isolation.archive import passed_over
from loaders.workbook.isolation.refusals import refusal
from loaders.workbook.isolation.upload_limits import Upload
from loaders.workbook.isolation.worker_pool import Lost

_log = logging.getLogger(__name__)


def read_return(
    data: bytes,
    filename: str,
    brief: Brief,
    *,
    round_id: str = "",
    department_id: str = "",
    division_id: str = "",
    upload: Upload | None = None,
) -> Reading:
    """One uploaded file, opened in isolation, read and checked. Whatever is wrong with it is an issue.

    ``upload`` is what it was put in with: together they may take so much and no more.
    """
    book = open_book(data, filename, pool=upload)
    begun = time.thread_time()
    reading = read_book(book, brief, round_id=round_id, department_id=department_id, division_id=division_id)
    if upload:
        upload.spend(time.thread_time() - begun)
    return reading


def read_book(
    book: Book | Issue, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """A workbook that is open already (or the issue that says why not), read and checked.

    What nobody has foreseen is an issue of this one file, for the others' sake; the log tells the operator more.
    """
    nothing = Reading(brief.plan.id, round_id, department_id, (), (), division_id=division_id)
    if isinstance(book, Issue):
        return replace(nothing, issues=(book,))
    try:
        reading = read_form(book, brief, round_id=round_id, department_id=department_id, division_id=division_id)
        return replace(reading, issues=gather(reading.issues + check_answers(reading, brief), reading, brief))
    except Exception:
        _log.exception("a workbook could not be read")
        return replace(nothing, issues=(unexpected(),))


def unexpected() -> Issue:
    """What is said of a file that led to an error nobody has foreseen."""
    return finding("intake.unexpected")


def same_file(at: datetime) -> Issue:
    """The note for a file whose very bytes were received before."""
    return finding("intake.same_file", {"at": f"{at.month}月{at.day}日{at:%H:%M}"})


def expand(paths: Iterable[Path | str]) -> Iterator[tuple[str, bytes] | Issue]:
    """Every workbook in files, folders and zips, with its name; what is passed over or cannot be read is told."""
    for given in paths:
        path = Path(given)
        try:
            if path.is_dir():
                yield from _or_none(_folder(path), "intake.empty_folder", one_line(str(path)))
            else:
                yield from _file(path, one_line(path.name), sought=False)
        except OSError:
            yield _told("intake.unreadable", one_line(path.name))


def unpack(data: bytes, name: str, upload: Upload | None = None) -> Iterator[tuple[str, bytes] | Issue]:
    """The workbooks in one uploaded file: those of a zip one by one, anything else as it is."""
    name = one_line(name)
    if PurePosixPath(name).suffix.lower() == ".zip":
        yield from _unzip(data, name, upload or Upload())
    else:
        yield name, data


def _folder(path: Path) -> Iterator[tuple[str, bytes] | Issue]:
    for inner in sorted(path.rglob("*")):
        name = one_line(str(inner.relative_to(path)))
        try:
            is_file = inner.is_file()
        except OSError:
            yield _told("intake.unreadable", name)
            continue
        if is_file:
            yield from _file(inner, name, sought=True)


def _or_none(found: Iterable[tuple[str, bytes] | Issue], code: str, name: str) -> Iterator[tuple[str, bytes] | Issue]:
    """What was found, and that it holds no form where nothing but files of other kinds was."""
    any_form = False
    for one in found:
        any_form = any_form or not isinstance(one, Issue) or one.severity is Severity.FIX
        yield one
    if not any_form:
        yield _told(code, name)


def _file(path: Path, name: str, *, sought: bool) -> Iterator[tuple[str, bytes] | Issue]:
    if code := passed_over(name, sought=sought):
        yield _told(code, name)
        return
    upload, packed = Upload(), path.suffix.lower() == ".zip"
    try:
        if path.stat().st_size > (upload.limits.archive_bytes if packed else upload.limits.file_bytes):
            yield _told("intake.too_large", name)
            return
        data = path.read_bytes()
    except OSError:
        yield _told("intake.unreadable", name)
        return
    if packed:
        yield from _unzip(data, name, upload)
    else:
        yield name, data


def _unzip(data: bytes, name: str, upload: Upload) -> Iterator[tuple[str, bytes] | Issue]:
    try:
        found = upload.members(data)
    except Lost as lost:
        yield _told(_WHOLE[lost.code], name) if lost.code in _WHOLE else refusal(lost.code, name)
        return
    named = ((f"{name}/{one_line(member.name)}", member) for member in found)
    held = (_told(member.code, path) if member.code else (path, member.data) for path, member in named)
    yield from _or_none(held, "intake.empty_zip", name)


#: Why a zip as a whole is not taken apart, by what the child says of it.
_WHOLE = {
    "zip_too_large": "intake.too_large",
    "zip_too_many": "intake.too_large",
    "zip_bomb": "intake.too_large",
    "truncated": "intake.bad_zip",
    "damaged": "intake.bad_zip",
}


def _told(code: str, name: str) -> Issue:
    return finding(code, {"name": name}, sheet=name)
