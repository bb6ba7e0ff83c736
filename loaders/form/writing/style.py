"""How the survey workbook looks: fonts, colours, borders, and heights that fit Japanese text."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.worksheet import Worksheet

from loaders.text.characters import cell_text

FONT = "BIZ UDPゴシック"
BODY_SIZE = 9
LINE_HEIGHT = 12.6  # points of one line of 9-point Japanese text, in Excel and in LibreOffice
PADDING = 6.0
MAX_HEIGHT = 409.0  # Excel allows no higher row

NAVY, SLATE, INK, QUIET, LINK = "1F3A5F", "5B6673", "1A1A1A", "595959", "0B5394"
WANTED, WELCOME, FIXED, ASKED = "FFF2B3", "E3EEF9", "F1F2F4", "FCE4D6"

_THIN = Side(style="thin", color="A6ADB5")
_STRONG = Side(style="medium", color=NAVY)
_STRIKE = Side(style="thin", color="8A929B")
_FRAME = Side(style="thick", color=NAVY)


def font(size: float = BODY_SIZE, *, bold: bool = False, color: str = INK, underlined: bool = False) -> Font:
    """The house's font."""
    return Font(name=FONT, size=size, bold=bold, color=color, underline="single" if underlined else None)


def fill(color: str) -> PatternFill:
    """A plain colour. Both ends are set, because conditional formats read the second one."""
    return PatternFill("solid", start_color=color, end_color=color)


def border(*, strong_left: bool = False, struck: bool = False, framed: bool = False) -> Border:
    """Thin lines all round; a strong left edge opens a group; a stroke through says that nothing belongs here.

    A frame says that something is asked about the cell, also on paper without colours.
    """
    if framed:
        return Border(left=_FRAME, right=_FRAME, top=_FRAME, bottom=_FRAME)
    return Border(
        left=_STRONG if strong_left else _THIN,
        right=_THIN,
        top=_THIN,
        bottom=_THIN,
        diagonal=_STRIKE if struck else None,
        diagonalUp=struck,
    )


UNLOCKED = Protection(locked=False)


@dataclass(frozen=True)
class Look:
    """All that a cell wears. Cells of one look are dressed from one pattern (openpyxl hashes every part anew)."""

    size: float = BODY_SIZE
    bold: bool = False
    color: str = INK
    fill: str = ""
    bordered: bool = True
    strong_left: bool = False
    struck: bool = False
    framed: bool = False
    horizontal: str = "left"
    wraps: bool = True
    unlocked: bool = False
    underlined: bool = False
    top: bool = False
    number_format: str = "General"


_PATTERNS: WeakKeyDictionary[Workbook, dict[Look, StyleArray]] = WeakKeyDictionary()


def dress(cell: Cell, look: Look) -> None:
    """Give a cell its look, before its value (which may add a prefix)."""
    patterns = _PATTERNS.setdefault(cell.parent.parent, {})
    if look in patterns:
        cell._style = copy(patterns[look])
        return
    cell.font = font(look.size, bold=look.bold, color=look.color, underlined=look.underlined)
    if look.fill:
        cell.fill = fill(look.fill)
    if look.bordered:
        cell.border = border(strong_left=look.strong_left, struck=look.struck, framed=look.framed)
    cell.alignment = Alignment(
        horizontal=look.horizontal, vertical="top" if look.top else "center", wrap_text=look.wraps
    )
    if look.unlocked:
        cell.protection = UNLOCKED
    cell.number_format = look.number_format
    patterns[look] = copy(cell._style)


def put(cell: Cell, value: str | float | None) -> None:
    """Write data into a cell: text stays text whatever it starts with, whole numbers lose their ``.0``.

    A number loses the noise of its last binary places: whoever enters the cell would see 41.199999999999996.
    """
    if isinstance(value, str):
        cell.value = cell_text(value)
        if cell.value[:1] in ("=", "+", "-", "@", "\t"):
            # Without the type openpyxl would write a formula; without the prefix Excel makes one on the next edit.
            cell.data_type = "s"
            cell.quotePrefix = True
        elif cell.data_type == "e":  # a text such as #N/A stays what somebody wrote
            cell.data_type = "s"
    elif value is not None:
        plain = float(f"{value:.15g}")
        cell.value = int(plain) if plain.is_integer() and abs(plain) < 1e15 else plain


def put_heading(cell: Cell, text: str) -> None:
    """Write a heading into a bold cell, with what stands under it plain and quiet."""
    put(cell, text)
    heading, _, below = str(cell.value).partition("\n")
    if below:
        plain = InlineFont(rFont=FONT, sz=BODY_SIZE - 1, color=QUIET)
        bold = InlineFont(rFont=FONT, sz=BODY_SIZE, b=True, color=INK)
        cell.value = CellRichText(TextBlock(bold, heading), TextBlock(plain, f"\n{below}"))


def text_width(text: str) -> int:
    """Width in half-width characters: full-width ones count two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def line_count(text: str, column_width: float, size: float = BODY_SIZE) -> int:
    """How many lines a text takes in a column of Excel's width; a little is kept back for line-breaking rules."""
    room = max(2.0, (column_width * 7 - 6) / (size * 2 / 3) - 1)
    return sum(max(1, math.ceil(text_width(part) / room)) for part in text.split("\n"))


def fitting_width(texts: Iterable[str], least: float, most: float, lines: int) -> float:
    """The narrowest width between two bounds in which every text stays within a number of lines."""
    width = least
    longest = tuple(texts)
    while width < most and any(line_count(t, width) > lines for t in longest):
        width += 1
    return min(width, most)


def row_height(cells: Iterable[tuple[str, float]], least: float = 0.0) -> float:
    """The height that shows every (text, column width) of a row whole, as far as Excel allows."""
    lines = max((line_count(text, width) for text, width in cells), default=1)
    return min(MAX_HEIGHT, max(least, lines * LINE_HEIGHT + PADDING))


class GrowingRow(RowDimension):  # type: ignore[misc]
    """A row whose height Excel still fits to what is typed (openpyxl marks every height as final)."""

    @property
    def customHeight(self) -> bool:
        """Never final."""
        return False


def set_height(sheet: Worksheet, row: int, height: float, *, grows: bool = False) -> None:
    """Give a row its height."""
    kind = GrowingRow if grows else RowDimension
    sheet.row_dimensions[row] = kind(sheet, index=row, ht=round(height, 2))


def set_page(sheet: Worksheet, paper: str, orientation: str, titles: str, area: str, *, side: float) -> None:
    """A sheet to fill in: printed one page wide with its headings on each, protected but for its open cells.

    ``titles`` are the rows that stand on every page, ``side`` the margin left and right in inches.
    """
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, paper
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows, sheet.print_area = titles, area
    margins = sheet.page_margins
    margins.left = margins.right = side
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.25
    protection = sheet.protection
    protection.sheet = True
    protection.formatCells = protection.formatColumns = protection.formatRows = False  # False allows it
