"""The way in for returned workbooks: one upload, or files, folders and zips in a batch."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from kpi.collection import Brief, Reading
from kpi.issue import Issue, Severity
from loaders.cells import Book, open_book
from loaders.form.reader import read_form
from loaders.rules import check_answers, finding
from loaders.rules.gather import gather
from loaders.text import one_line

FILE_LIMIT = 20_000_000
ZIP_FILES, ZIP_TOTAL = 1_000, 500_000_000
_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xlt")
_JUNK = ("__macosx", "thumbs.db", "desktop.ini")
_log = logging.getLogger(__name__)


def read_return(
    data: bytes, filename: str, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """One uploaded file, opened in isolation, read and checked. Whatever is wrong with it is an issue."""
    book = open_book(data, filename)
    return read_book(book, brief, round_id=round_id, department_id=department_id, division_id=division_id)


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


def unpack(data: bytes, name: str) -> Iterator[tuple[str, bytes] | Issue]:
    """The workbooks in one uploaded file: those of a zip one by one, anything else as it is."""
    name = one_line(name)
    if PurePosixPath(name).suffix.lower() == ".zip":
        yield from _unzip(data, name)
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
    if code := _passed_over(name, sought=sought):
        yield _told(code, name)
        return
    try:
        if path.stat().st_size > (ZIP_TOTAL if path.suffix.lower() == ".zip" else FILE_LIMIT):
            yield _told("intake.too_large", name)
            return
        data = path.read_bytes()
    except OSError:
        yield _told("intake.unreadable", name)
        return
    if path.suffix.lower() == ".zip":
        yield from _unzip(data, name)
    else:
        yield name, data


def _passed_over(name: str, *, sought: bool) -> str:
    """Why a file found in a folder or a zip is not opened; empty where it is."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if any(p.startswith((".", "~$")) or p.lower() in _JUNK for p in parts):
        return "intake.skipped"
    suffix = PurePosixPath(name).suffix.lower()
    return "intake.not_workbook" if sought and suffix not in (*_BOOKS, ".zip") else ""


def _unzip(data: bytes, name: str) -> Iterator[tuple[str, bytes] | Issue]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _readable(m).endswith("/")]
            if len(members) > ZIP_FILES or sum(m.file_size for m in members) > ZIP_TOTAL:
                yield _told("intake.too_large", name)
                return
            held = (_member(archive, member, name, _readable(member)) for member in members)
            yield from _or_none(held, "intake.empty_zip", name)
    except Exception:
        # zipfile raises whatever a damaged directory leads it to.
        yield _told("intake.bad_zip", name)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, whole: str, inside: str) -> tuple[str, bytes] | Issue:
    name = f"{whole}/{inside}"
    if code := _passed_over(inside, sought=True):
        return _told(code, name)
    if inside.lower().endswith(".zip"):
        return _told("intake.nested_zip", name)
    if member.flag_bits & 0x1:
        return _told("intake.encrypted_zip", name)
    if member.file_size > FILE_LIMIT:
        return _told("intake.too_large", name)
    try:
        with archive.open(member) as source:
            # The directory may lie about the size; never hold more than the limit.
            data = source.read(FILE_LIMIT + 1)
    except Exception:
        # zipfile, zlib, lzma and bz2 raise whatever damaged members lead them to.
        return _told("intake.bad_zip", name)
    return _told("intake.too_large", name) if len(data) > FILE_LIMIT else (name, data)


def _readable(member: zipfile.ZipInfo) -> str:
    """The member's name, its folders divided by ``/``.

    Windows writes Japanese names in CP932 without saying so, and some of its programs divide folders by ``\\``; only
    once the name is decoded is a ``\\`` no half of ``表``.
    """
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("cp932")
    return one_line(name.replace("\\", "/"))


def _told(code: str, name: str) -> Issue:
    return finding(code, {"name": name}, sheet=name)
