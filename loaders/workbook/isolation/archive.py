"""The zip that returns are packed into, taken apart in the child: what is in it, what is passed over, and why.

Whatever a directory says of its members, names, sizes and ratios are looked at before the first one is unpacked.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from loaders.workbook.isolation.preflight import Limits, Refused, directory

BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".xltx", ".xlt")
_JUNK = ("__macosx", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Member:
    """A file in a zip: its bytes, or the code (``loaders.rules.reading_findings``) of why it is not read."""

    name: str
    code: str = ""
    data: bytes = b""


def members(data: bytes, room: int, limits: Limits) -> Iterator[Member]:
    """Each file of a zip. Refused as a whole where it holds too many, or more than ``room`` bytes of workbooks."""
    with directory(data, limits.entries) as archive:
        infos = [(info, readable(info)) for info in archive.infolist()]
        held = [(info, name, _closed(info, name, limits)) for info, name in infos if not _is_folder(info, name)]
        if len(held) > limits.files:
            raise Refused("zip_too_many")
        if sum(info.file_size for info, _, code in held if not code) > room:
            raise Refused("zip_bomb")
        for info, name, code in held:
            yield Member(name, code) if code else _read(archive, info, name)


def passed_over(name: str, *, sought: bool) -> str:
    """Why a file found in a folder or a zip is not opened; empty where it is."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if any(p.startswith((".", "~$")) or p.lower() in _JUNK for p in parts):
        return "intake.skipped"
    suffix = PurePosixPath(name).suffix.lower()
    return "intake.not_workbook" if sought and suffix not in (*BOOKS, ".zip") else ""


def readable(info: zipfile.ZipInfo) -> str:
    """The member's name, its folders divided by ``/``.

    Windows writes Japanese names in CP932 without saying so, and some of its programs divide folders by ``\\``; only
    once the name is decoded is a ``\\`` no half of ``表``.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("cp932")
    return name.replace("\\", "/")


def _is_folder(info: zipfile.ZipInfo, name: str) -> bool:
    return info.is_dir() or name.endswith("/")


def _closed(info: zipfile.ZipInfo, name: str, limits: Limits) -> str:
    """Why a member is not unpacked, by what the directory says of it."""
    if code := passed_over(name, sought=True):
        return code
    if name.lower().endswith(".zip"):
        return "intake.nested_zip"
    if info.flag_bits & 0x1:
        return "intake.encrypted_zip"
    if info.file_size > limits.small and info.file_size > limits.member_ratio * max(info.compress_size, 1):
        return "intake.zip_bomb"
    return "intake.too_large" if info.file_size > limits.file_bytes else ""


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    try:
        # Never more than the directory says: zipfile stops there, and then finds the sum wrong.
        return Member(name, data=archive.read(info))
    except MemoryError:
        raise
    except Exception:
        # zipfile, zlib, lzma and bz2 raise whatever damaged members lead them to.
        return Member(name, "intake.bad_zip")
