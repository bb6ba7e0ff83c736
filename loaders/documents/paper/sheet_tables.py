"""The tables of an indicator's page: rows of exact heights, each cell in the largest type that has room in it."""

from __future__ import annotations

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from kpi.report.blocks import Cell, Table
from loaders.documents.paper.text_room import POINT, fitting_size, lines_of, shortened
from loaders.documents.paper.typeface import FACE
from loaders.documents.word_parts import append, clean, keep_whole, shade, write

_RED, _HEAD, _LINE = RGBColor(0xB3, 0x26, 0x1E), "E7EBF3", "9AA1AD"
_ALIGN = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "right": ALIGN.RIGHT}
_SIZES = (9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6, 5.5)
#: Of a table with one row the figures are what the page is opened for.
_LARGE = (12, 11, 10)
_HEAD_ROW, _ROW, _LARGE_ROW = 7.0, 6.2, 9.0
#: Millimetres between a cell's edge and its words, and a line's height in that of its letters.
_INSIDE, _LEADING = 1.0, 1.2


def height_of_table(table: Table) -> float:
    """The millimetres of its rows together."""
    return _HEAD_ROW + len(table.lines) * _height(table)


def write_table(paper: Paper, table: Table) -> None:
    """The table at the end of the document, with its heading row and its caption for whoever does not see it."""
    grid = framed(paper, [column.width for column in table.columns], table.caption)
    head = grid.rows[0]
    keep_whole(head, repeats=True)
    _fix(head, _HEAD_ROW)
    for place, column in zip(head.cells, table.columns, strict=True):
        shade(place, _HEAD)
        _fill(place, Cell(column.heading), ALIGN.CENTER, column.width, _HEAD_ROW, _SIZES[2:], bold=False)
    large = len(table.lines) == 1
    for line in table.lines:
        row = grid.add_row()  # type: ignore[no-untyped-call]
        _fix(row, _height(table))
        for number, (place, cell, column) in enumerate(zip(row.cells, line.cells, table.columns, strict=True)):
            sizes = (*_LARGE, *_SIZES) if large else _SIZES
            align = ALIGN.LEFT if not large and number == 0 else _ALIGN[column.align]
            _fill(place, cell, align, column.width, _height(table), sizes, bold=large)


def framed(paper: Paper, widths: list[float], caption: str, rows: int = 1) -> Grid:
    """A table with lines around its cells, of columns that keep their widths (millimetres)."""
    grid: Grid = paper.add_table(rows=rows, cols=len(widths))
    grid.style, grid.alignment, grid.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    properties = grid._tbl.tblPr
    lines = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        append(lines, f"w:{side}", val="single", sz="4", space="0", color=_LINE)
    properties.find(qn("w:tblLayout")).addprevious(lines)
    inside = OxmlElement("w:tblCellMar")
    for side, room in (("top", 0.0), ("left", _INSIDE), ("bottom", 0.0), ("right", _INSIDE)):
        append(inside, f"w:{side}", w=str(round(room / POINT * 20)), type="dxa")
    properties.find(qn("w:tblLook")).addprevious(inside)
    append(properties, "w:tblCaption", val=clean(caption))
    return grid


def growing_row(row: _Row, height: float) -> None:
    """A row of so many millimetres, or more where its words need it; on one page."""
    keep_whole(row, repeats=False)
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    row.cells[0].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def exact_lines(place: Paragraph, line: float) -> Paragraph:
    """A paragraph whose lines are exactly so many millimetres high, with nothing above and below."""
    shape = place.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Mm(line)
    shape.widow_control = False
    return place


def boxed(run: Run) -> None:
    """A line around a few words."""
    append(run._r.get_or_add_rPr(), "w:bdr", val="single", sz="6", space="0", color="16181D")


def _height(table: Table) -> float:
    return _LARGE_ROW if len(table.lines) == 1 else _ROW


def _fix(row: _Row, height: float) -> None:
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.EXACTLY


def _fill(
    place: _Cell, cell: Cell, align: ALIGN, width: float, height: float, sizes: tuple[float, ...], *, bold: bool
) -> None:
    inner = width - 2 * _INSIDE - 0.4
    size = _size(cell, inner, height, sizes)
    most = max(1, int((height - 0.4) / (size * POINT * _LEADING)))
    paragraph = exact_lines(place.paragraphs[0], size * POINT * _LEADING)
    paragraph.alignment = align
    run = write(paragraph, shortened(cell.printed, inner, size, most), size=size, face=FACE, bold=bold)
    if cell.changed:
        run.font.color.rgb = _RED
    place.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _size(cell: Cell, width: float, height: float, sizes: tuple[float, ...]) -> float:
    """The largest size in which the words have room in the cell; a figure is kept on one line where it can be."""
    if cell.figure is not None:
        size = fitting_size(cell.printed, width, sizes)
        if lines_of(cell.printed, width, size) == 1:
            return size
    fitting = (s for s in sizes if lines_of(cell.printed, width, s) * s * POINT * _LEADING <= height - 0.4)
    return next(fitting, sizes[-1])
