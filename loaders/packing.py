"""Zips whose bytes depend on their content alone: Office files and bundles made of them carry no moment of saving."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from loaders.text import writable

#: Dates that Office libraries stamp into the file's own description.
_STAMPED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
#: Marks nobody sees; the ones that turn the writing direction would show another file type than the real one.
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def file_part(text: str) -> str:
    """A text as a piece of a file name: without signs that a file system refuses or that nobody sees.

    Nor may it lead out of a folder or start a formula where a list of names is pasted into a sheet.
    """
    safe = _UNSAFE.sub("-", _UNSEEN.sub("", writable(text))).strip().rstrip(". ")
    return re.sub(r"^[=+\-@.]+", "", safe) or "無題"


def zipped(members: Iterable[tuple[str, bytes]], day: date) -> bytes:
    """A zip of named contents, every member dated by the day."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name, content in members:
            info = ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()


def repacked(office: bytes, day: date) -> bytes:
    """An Office file packed anew, with the day in place of the moment it was saved."""
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    members = []
    with ZipFile(BytesIO(office)) as source:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMPED.sub(rb"\g<1>" + stamp, content)
            members.append((name, content))
    return zipped(members, day)
