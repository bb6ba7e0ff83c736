"""Zips whose bytes depend on their content alone: Office files and bundles made of them carry no moment of saving."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from io import BytesIO
from xml.sax.saxutils import escape, unescape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from loaders.text.characters import writable

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


def with_results(office: bytes, results: Mapping[str, Mapping[str, str | float]], day: date) -> bytes:
    """A workbook with the results of its formulas, by sheet and address.

    The library writes formulas alone; a program that does not calculate (a preview, a protected view) shows results.
    """
    with ZipFile(BytesIO(office)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    names = re.findall(r'<sheet [^>]*?name="([^"]*)"', members["xl/workbook.xml"].decode())
    for number, name in enumerate(names, start=1):
        found, part = results.get(unescape(name), {}), f"xl/worksheets/sheet{number}.xml"
        if found:
            members[part] = _FORMULA.sub(partial(_with_result, results=found), members[part])
    return zipped(members.items(), day)


_FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><f>(.*?)</f><v(?: ?/>|></v>)</c>')


def _with_result(found: re.Match[bytes], results: Mapping[str, str | float]) -> bytes:
    place, attributes, formula = found.groups()
    result = results.get(place.decode())
    if result is None:
        return found[0]
    kind, shown = (b' t="str"', escape(result)) if isinstance(result, str) else (b"", f"{result:.15g}")
    return b'<c r="%s"%s%s><f>%s</f><v>%s</v></c>' % (place, attributes, kind, formula, shown.encode())


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
