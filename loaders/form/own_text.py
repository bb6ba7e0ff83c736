"""Marks of what a form itself wrote, kept in its hidden sheet: whatever carries none of them was written by a person.

A mark is a short hash of where a text may stand (its zone) and of the folded text. Rows and columns that are moved
keep their marks; a text that stands in another zone than the form put it in has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import sha256

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.plan import RoundKind
from loaders.form import definition as d
from loaders.form.prose_lines import COLUMNS, FIRST_ROW, TO_PROSE, Place, read_token
from loaders.text.characters import canonical
from loaders.workbook import number_formats
from loaders.workbook.cells import Cell
from loaders.workbook.isolation.grid import UNTOLD

#: Zones beside the columns of the table, whose zone is their key: the rows above it, the guide's sheet, and what
#: stands around the sheets (headers, footers, properties of the file).
ABOVE, GUIDE, AROUND = "above", "guide", "around"


def mark(zone: str, text: str) -> str:
    """The mark of a text in a zone: eight hexadecimal digits."""
    return sha256(f"{zone}\x1f{canonical(text)}".encode("utf-8", "replace")).hexdigest()[:8]


def marks_of(book: Workbook, kind: RoundKind, answered: Collection[Place] = ()) -> tuple[str, ...]:
    """The marks of everything that a form's visible sheets say, sorted and each once.

    ``answered`` are the places in which the form brings along what a department has said.
    """
    found: set[str] = set()
    for one in d.SHEETS:
        if not one.hidden:
            sheet, zone = book[one.name], ZONES[one](book[one.name], kind)
            texts = (cell for cell in _texts(sheet) if (one.name, *cell[:2]) not in answered)
            found |= {mark(zone(row, column), text) for row, column, text in texts}
            found |= {mark(AROUND, text) for text in _around(sheet)}
    return tuple(sorted(found | {mark(AROUND, text) for text in _properties(book)}))


#: The zone of a place of a sheet, by row and column.
_Zone = Callable[[int, int], str]


def _zone_of_figures(_: Worksheet, kind: RoundKind) -> _Zone:
    keys = {place: key for key, place in d.positions(kind).items()}
    return lambda row, column: ABOVE if row <= d.HEADING_ROW else keys.get(column, "")


def _zone_of_prose(sheet: Worksheet, _: RoundKind) -> _Zone:
    """A line's text stands in its column's zone, what stands beside it in that of the sheet's own column."""
    own = {place: name for name, place in COLUMNS.items()} | {COLUMNS["token"]: ""}
    parts = {row: told.key for row in range(1, sheet.max_row + 1) if (told := read_token(_token(sheet, row)))}

    def zone(row: int, column: int) -> str:
        if row < FIRST_ROW:
            return ABOVE
        return parts.get(row, "") if column == COLUMNS["text"] else own.get(column, "")

    return zone


def _zone_of_guide(_: Worksheet, __: RoundKind) -> _Zone:
    return lambda _, __: GUIDE


#: What zones the sheets of the form have.
ZONES: Mapping[d.FormSheet, Callable[[Worksheet, RoundKind], _Zone]] = {
    d.GUIDE: _zone_of_guide,
    d.FIGURES: _zone_of_figures,
    d.PROSE: _zone_of_prose,
}


def _token(sheet: Worksheet, row: int) -> str:
    return str(sheet.cell(row, COLUMNS["token"]).value or "")


#: How the form's own formulas begin: the counters of letters, and the way to 記述.
_OWN_FORMULA = re.compile(rf'=?(?:(?:IF\(AND\()?LEN\(|"{TO_PROSE})')
_STATE = re.compile(rf"{TO_PROSE}(?:\s*\d+／\d+)?")


def calculated(cell: Cell) -> bool:
    """Whether a cell where the form has a formula holds that still, or the way to 記述 pasted as a value."""
    own = cell.formula == UNTOLD or _OWN_FORMULA.match(cell.formula)
    return bool(own or _STATE.fullmatch(cell.written.strip()))


def _texts(sheet: Worksheet) -> Iterator[tuple[int, int, str]]:
    """Every filled cell's row, column and text, a number as the reader quotes it."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value is not None and cell.data_type != "f":  # what a formula says changes
                told = cell.value
                yield (
                    cell.row,
                    cell.column,
                    number_formats.plain(float(told)) if isinstance(told, int | float) else str(told),
                )


def _around(sheet: Worksheet) -> Iterable[str]:
    parts = (sheet.oddHeader, sheet.oddFooter)
    sides = (side.text for part in parts for side in (part.left, part.center, part.right) if side.text)
    return [words for text in sides for words in header_words(str(text))]


#: Excel's codes in a header: a font, a size, a colour, a style, or something it fills in itself (page, date, file).
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-F]{6}|K\d\d[+-]\d{3}|[BIUESXYOHPNDTZFAG])', re.IGNORECASE)


def header_words(text: str) -> tuple[str, ...]:
    """What a person reads in the three parts of a header or footer as it is stored, codes left out; no empty part."""
    parts = re.split(r"&[LCR]", text.replace("&&", "\0"))
    words = (_HEADER_CODE.sub("", part).replace("\0", "&").strip() for part in parts)
    return tuple(w for w in words if w)


def _properties(book: Workbook) -> Iterable[str]:
    told = book.properties
    return [t for t in (told.title, told.subject, told.keywords, told.description, told.category) if t]
