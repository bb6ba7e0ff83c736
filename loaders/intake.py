"""The way in for returned workbooks: one upload, or files, folders and zips in a batch."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
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

FILE_LIMIT = 20_000_000
ZIP_FILES, ZIP_TOTAL = 1_000, 500_000_000
_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xlt")
_JUNK = ("__macosx", "thumbs.db", "desktop.ini")


def read_return(
    data: bytes, filename: str, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """One uploaded file, opened in isolation, read and checked. Whatever is wrong with it is an issue."""
    book = open_book(data, filename)
    return read_book(book, brief, round_id=round_id, department_id=department_id, division_id=division_id)


def read_book(
    book: Book | Issue, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """A workbook that is open already (or the issue that says why not), read and checked."""
    if isinstance(book, Issue):
        return Reading(brief.plan.id, round_id, department_id, (), (book,), division_id=division_id)
    reading = read_form(book, brief, round_id=round_id, department_id=department_id, division_id=division_id)
    return replace(reading, issues=gather(reading.issues + check_answers(reading, brief), reading, brief))


def same_file(at: datetime) -> Issue:
    """The note for a file whose very bytes were received before."""
    return finding("intake.same_file", {"at": f"{at.month}月{at.day}日{at:%H:%M}"})


def expand(paths: Iterable[Path | str]) -> Iterator[tuple[str, bytes] | Issue]:
    """Every workbook in files, folders and zips, with its name; what is passed over or cannot be read is told."""
    for given in paths:
        path = Path(given)
        try:
            if path.is_dir():
                yield from _or_none(_folder(path), "intake.empty_folder", str(path))
            else:
                yield from _file(path, path.name, sought=False)
        except OSError:
            yield finding("intake.unreadable", {"name": path.name}, sheet=path.name)


def unpack(data: bytes, name: str) -> Iterator[tuple[str, bytes] | Issue]:
    """The workbooks in one uploaded file: those of a zip one by one, anything else as it is."""
    if PurePosixPath(name).suffix.lower() == ".zip":
        yield from _unzip(data, name)
    else:
        yield name, data


def _folder(path: Path) -> Iterator[tuple[str, bytes] | Issue]:
    for inner in sorted(p for p in path.rglob("*") if p.is_file()):
        yield from _file(inner, str(inner.relative_to(path)), sought=True)


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
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) > ZIP_FILES or sum(m.file_size for m in members) > ZIP_TOTAL:
                yield _told("intake.too_large", name)
                return
            held = (_member(archive, member, f"{name}/{_readable(member)}") for member in members)
            yield from _or_none(held, "intake.empty_zip", name)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError):
        yield _told("intake.bad_zip", name)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> tuple[str, bytes] | Issue:
    inside = name.split("/", 1)[1]
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
    """The member's name; Windows writes Japanese names in CP932 without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _told(code: str, name: str) -> Issue:
    return finding(code, {"name": name}, sheet=name)
