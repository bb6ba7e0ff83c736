"""What xlrd leaves unsaid of an .xls: which cells are formulas, how they are calculated, what is drawn over the sheets.

One walk over the records of the workbook's stream, BIFF8 alone. Older streams hold no drawing in this form.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from loaders.workbook.isolation.grid import UNTOLD, GridSheet, column_letters
from loaders.workbook.isolation.preflight import Limits, Refused

_FORMULA, _EOF, _CALCMODE, _HEADER, _FOOTER, _CONTINUE = 0x0006, 0x000A, 0x000D, 0x0014, 0x0015, 0x003C
_OBJ, _UNCALCED, _BOUNDSHEET, _DRAWING, _TXO, _BOF, _PAGES = 0x005D, 0x005E, 0x0085, 0x00EC, 0x01B6, 0x0809, 0x089C
_FILEPASS, _MANY = 0x002F, 0x00BD
#: FORMULA, NUMBER, LABEL, BOOLERR, RSTRING, LABELSST, RK: a cell that holds something; MULRK is many of them.
_CELLS = frozenset((_FORMULA, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E))
_SERIES_TEXT, _TEXT, _LINK = 0x100D, 0x1025, 0x1027
_ANCHOR = b"\x00\x00\x10\xf0\x12\x00\x00\x00"  # OfficeArtClientAnchorSheet: flags, then column, dx, row, dy, …
_CHART, _PICTURE, _NOTE, _CHECKBOX, _RADIO = 0x05, 0x08, 0x19, 0x0B, 0x0C
_CONTROLS = (0x07, _CHECKBOX, _RADIO, 0x0D, 0x10, 0x11, 0x12, 0x13, 0x14)
_MARKS = {_CHECKBOX: ("☐", "☑"), _RADIO: ("○", "◉")}


@dataclass
class Thing:
    """One thing drawn on a sheet; ``kind`` is empty for the frame of a note or of a list that Excel itself draws."""

    kind: str
    row: int
    column: int
    words: list[str] = field(default_factory=list)


@dataclass
class Said:
    """What the records of one sheet say; places count from 1."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    stale: bool = False  # what formulas have resulted in may be out of date
    headers: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    complete: bool = False


@dataclass
class Stream:
    """A workbook's stream: what its sheets say by their names, and the names of sheets that are no tables."""

    sheets: dict[str, Said] = field(default_factory=dict)
    charts: list[str] = field(default_factory=list)


def walk(stream: bytes, limits: Limits) -> Stream:
    """All sheets of a stream. Damage ends the sheet it stands in, which is then not ``complete``.

    More cells than the limits allow are refused here, before xlrd spends seconds on them. A stream that is encrypted
    says nothing.
    """
    out = Stream()
    if stream[:2] != b"\x09\x08" or stream[4:6] != b"\x00\x06":
        return out
    left, cells = limits.elements, limits.cells
    for code, body in _records(stream, 0):
        if code == _FILEPASS:
            return Stream()
        if code == _EOF:
            break
        if code != _BOUNDSHEET or len(body) < 8 or len(out.sheets) >= limits.sheets:
            continue
        at, _, sort = struct.unpack_from("<IBB", body)
        name = _string(body, 6, wide=False)[0]
        if sort in (1, 2):
            out.charts.append(name)
        elif sort == 0:
            sheet = _Sheet(limits, left)
            sheet.read(stream, at)
            left, cells = sheet.left, cells - sheet.cells
            if cells < 0:
                raise Refused("too_many_cells", name)
            out.sheets.setdefault(name, sheet.said)
    return out


def tell(said: Said, sheet: GridSheet, limits: Limits) -> None:
    """Add to a sheet what its records say."""
    for place in said.formulas & sheet.cells.keys():
        kind, value, code, _ = sheet.cells[place]
        sheet.cells[place] = kind, value, code, UNTOLD
    sheet.stale = said.stale
    sheet.unread = sheet.unread or not said.complete
    sheet.attached += (("header", "", text) for text in said.headers if text.strip())
    for thing in said.things:
        lines = (line.strip() for line in "".join(thing.words).replace("\r", "\n").split("\n"))
        text = "\n".join(line for line in lines if line)
        if thing.kind and (text or thing.kind != "textbox"):
            known = thing.row > 0 and thing.column > 0
            ref = f"{column_letters(thing.column)}{thing.row}" if known else ""
            sheet.attached.append((thing.kind, ref, text[: limits.attached_text]))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Code and body of each record from a place on, to the end of what is whole."""
    while at + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if len(body) < size:
            return
        yield code, body
        at += 4 + size


class _Sheet:
    """The walk over one sheet's records."""

    def __init__(self, limits: Limits, left: int) -> None:
        self.said = Said()
        self.left = left
        self.cells = 0
        self._limits = limits
        self._depth = 0
        self._corner = (0, 0)
        self._thing: Thing | None = None
        self._wanted = 0  # characters of a text that are still to come in CONTINUE records
        self._title = ""

    def read(self, stream: bytes, at: int) -> None:
        """From the sheet's first record to its last."""
        for code, body in _records(stream, at):
            self.left -= 1
            if code in _CELLS:
                self.cells += 1
            elif code == _MANY:
                self.cells += len(body) // 6
            if self.cells > self._limits.cells:
                return
            if self.left < 0 or len(self.said.things) > self._limits.attached:
                return
            if code == _BOF:
                self._depth += 1
            elif code == _EOF:
                self._depth -= 1
                if self._depth <= 0:
                    self.said.complete = True
                    return
            elif self._depth == 1:
                self._record(code, body)
            elif self._thing is not None and self._thing.kind == "chart":
                self._chart_record(code, body)

    def _record(self, code: int, body: bytes) -> None:
        said = self.said
        if code == _CONTINUE and self._wanted:
            self._continue(body)
            return
        self._wanted = 0
        if code == _FORMULA and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            said.formulas.add((row + 1, column + 1))
        elif code == _CALCMODE:
            said.stale = said.stale or body[:2] == b"\x00\x00"
        elif code == _UNCALCED:
            said.stale = True
        elif code in (_HEADER, _FOOTER) and len(body) > 3:
            said.headers.append(_string(body, 0)[0])
        elif code == _PAGES:
            self._pages(body)
        elif code == _DRAWING and (found := body.rfind(_ANCHOR)) >= 0 and len(body) >= found + 18:
            column, _, row = struct.unpack_from("<HHH", body, found + 10)
            self._corner = row + 1, column + 1
        elif code == _OBJ:
            self._object(body)
        elif code == _TXO and self._thing is not None and len(body) >= 12:
            self._wanted = struct.unpack_from("<H", body, 10)[0]

    def _object(self, body: bytes) -> None:
        parts = _subrecords(body)
        common = parts.get(0x15, b"")
        if len(common) < 6:
            return
        sort, _, flags = struct.unpack_from("<HHH", common)
        kind = "textbox"
        if sort == _NOTE or (sort == 0x14 and flags & 0x0100):
            kind = ""
        elif sort == _CHART:
            kind = "chart"
        elif sort == _PICTURE:
            control = struct.unpack("<H", parts.get(0x08, b"")[:2].ljust(2, b"\x00"))[0] & 0x10
            kind = "control" if control else "object" if 0x09 in parts else "picture"
        elif sort in _CONTROLS:
            kind = "control"
        self._thing = Thing(kind, *self._corner)
        if sort in _MARKS:
            self._thing.words.append(_MARKS[sort][parts.get(0x12, b"\x00")[:1] in (b"\x01", b"\x02")])
        self.said.things.append(self._thing)

    def _continue(self, body: bytes) -> None:
        """A piece of a text: a flag, and characters of one byte or two."""
        assert self._thing is not None
        text = _characters(body, 1, self._wanted, wide=body[:1] == b"\x01")
        self._wanted -= len(text)
        self._thing.words.append(text)

    def _pages(self, body: bytes) -> None:
        """Headers and footers of even pages and of the first."""
        if len(body) < 38:
            return
        at = 38
        for count in struct.unpack_from("<4H", body, 30):
            if count:
                text, at = _string(body, at)
                self.said.headers.append(text)

    def _chart_record(self, code: int, body: bytes) -> None:
        """The words of a chart's title and axes: a text that a link gives to one of these."""
        if code == _TEXT:
            self._title = ""
        elif code == _SERIES_TEXT and len(body) > 4:
            self._title = _string(body, 2, wide=False)[0]
        elif code == _LINK and body[:2] in (b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x07\x00") and self._thing:
            self._thing.words.append(self._title + "\n")
            self._title = ""


def _subrecords(body: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(body) and len(found) < 40:
        code, size = struct.unpack_from("<HH", body, at)
        found.setdefault(code, body[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _string(body: bytes, at: int, *, wide: bool = True) -> tuple[str, int]:
    """A string with its length in two bytes, or in one, and the place behind it."""
    size = 2 if wide else 1
    if at + size + 1 > len(body):
        return "", len(body)
    count = int.from_bytes(body[at : at + size], "little")
    double = bool(body[at + size] & 1)
    text = _characters(body, at + size + 1, count, wide=double)
    return text, at + size + 1 + count * (2 if double else 1)


def _characters(body: bytes, at: int, count: int, *, wide: bool) -> str:
    if wide:
        return body[at : at + 2 * count].decode("utf-16-le", "replace")
    return body[at : at + count].decode("latin-1")
