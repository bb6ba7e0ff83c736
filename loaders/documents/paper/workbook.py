"""The paper as a workbook that the office goes on editing: 概要, 資料1 on A3, a sheet a field with charts, 出所一覧.

Figures are numbers with a format, charts are the program's own and read cells of the sheet グラフのデータ, nothing is a
formula or a macro.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import accumulate
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell as Place
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kpi.report.blocks import Cell, Column, Heading, Line, Note, Part, Report, Sentence, Table
from loaders.documents.packing import repacked
from loaders.documents.paper.native_charts import DATA_SHEET, add_charts, write_data
from loaders.documents.paper.typeface import FACE
from loaders.documents.table_files import sheet_name
from loaders.text.characters import cell_text

#: Width of one column of the sheet in millimetres, in the units a workbook counts widths in (body text 11 pt).
_UNIT = 2.05
_POINT = 72 / 25.4
_THIN = Side(style="thin", color="FF9AA1AD")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="FFE7EBF3")
_BAND = PatternFill("solid", fgColor="FFF3F5F9")
_RED = "FFB3261E"
_PAPER = {"A3横": (8, "landscape"), "A4横": (9, "landscape"), "A4縦": (9, "portrait")}
#: Fields of 概要 are merged cells over a grid of so many columns.
_GRID = 54
#: Of a sheet that is one page these many rows at most are pressed on it.
_ONE_PAGE = 40


def report_xlsx(report: Report) -> bytes:
    """The workbook; the same report gives the same bytes."""
    book = Workbook()
    book.remove(book.active)
    overview = report.parts_of("overview")
    for part in overview:
        _overview(_sheet(book, "概要", part, report), part, report)
    for part in report.parts_of("listing"):
        _listing(_sheet(book, "資料1 一覧", part, report), part, report, body=8, row=11)
    data = write_data(book, report)
    for part in report.parts_of("field"):
        sheet = _sheet(book, _short(part), part, report)
        bottom = _listing(sheet, part, report, body=9, row=13)
        add_charts(sheet, report, part, data, bottom + 2)
    for part in report.parts_of("initiatives"):
        _listing(_sheet(book, "資料1 一覧", part, report), part, report, body=9, row=7)
    for part in report.parts_of("roadmap"):
        sheet = _sheet(book, sheet_name(f"{part.number.removeprefix('資料')} {part.title}"), part, report)
        _listing(sheet, part, report, body=8, row=9)
    for part in report.parts_of("review"):
        _listing(_sheet(book, f"{part.number} 見直し", part, report), part, report, body=9, row=10)
    if data.rows:
        _page(data.sheet, _PAPER["A4横"], DATA_SHEET, report)
        book.move_sheet(data.sheet, len(book.sheetnames))
    else:
        book.remove(data.sheet)
    for part in (*report.parts_of("origins"), *report.parts_of("comparison"), *report.parts_of("errata")):
        sheet = _sheet(book, sheet_name(part.title), part, report)
        _listing(sheet, part, report, body=9, row=9)
        sheet.page_setup.fitToHeight = 0  # rows of long texts are pressed on one page too small to be read
    out = BytesIO()
    _describe(book, report)
    book.save(out)
    return repacked(out.getvalue(), report.as_of)


def _describe(book: Workbook, report: Report) -> None:
    told = book.properties
    title = f"{report.plan_name} {report.round_name} {report.list_name.removesuffix('一覧')}"
    told.title, told.creator = cell_text(title), cell_text(report.plan_name)
    told.language = "ja-JP"


def _short(part: Part) -> str:
    return sheet_name(f"{part.number.removeprefix('資料')} {part.title}")


def _sheet(book: Workbook, name: str, part: Part, report: Report) -> Worksheet:
    sheet: Worksheet = book.create_sheet(name)
    sheet.sheet_view.showGridLines = False
    _page(sheet, _PAPER[part.sheet], part.label, report)
    return sheet


def _page(sheet: Worksheet, paper: tuple[int, str], label: str, report: Report) -> None:
    """Size, head and foot of the pages on which a sheet is printed."""
    setup = sheet.page_setup
    setup.paperSize, setup.orientation = paper
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.bottom = 12 / 25.4
    margins.top, margins.header, margins.footer = 16 / 25.4, 7 / 25.4, 5 / 25.4
    sheet.print_options.horizontalCentered = True
    head, foot = sheet.oddHeader, sheet.oddFooter
    head.left.text = _plain(report.handling)
    head.right.text = _plain(f"{label}　{report.version}")
    foot.left.text = _plain(f"{report.heading}　{report.state_words}")
    foot.right.text = "&P/&N"
    for piece in (head.left, head.right, foot.left, foot.right):
        piece.font, piece.size = f"{FACE},Regular", 9


def _plain(text: str) -> str:
    """A text of a page's head or foot, where & begins an instruction."""
    return cell_text(text).replace("&", "&&").replace("\n", " ")


# --- lists -----------------------------------------------------------------------------------------------------------


def _listing(sheet: Worksheet, part: Part, report: Report, *, body: float, row: float) -> int:
    """Title, tables and notes below one another, each column of the table one of the sheet; the last row used."""
    tables = [block for block in part.blocks if isinstance(block, Table)]
    columns = max((t.columns for t in tables), key=len)
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width / _UNIT
    last = len(columns)
    top = _title(sheet, part, report, last)
    for block in part.blocks:
        match block:
            case Heading():
                _merged(sheet, top, 1, last, block.text, size=10)
                top += 1
            case Table():
                top = _table(sheet, top, block, body=body, row=row)
            case Note():
                _note(sheet, top, last, block, sum(c.width for c in columns))
                top += 1
    return top - 1


def _title(sheet: Worksheet, part: Part, report: Report, last: int) -> int:
    title = f"{report.heading}　{part.title}({report.year})" if part.kind != "field" else f"{part.title}({report.year})"
    _merged(sheet, 1, 1, last, title, size=14, bold=True)
    sheet.row_dimensions[1].height = 22
    return 2


def _table(sheet: Worksheet, top: int, table: Table, *, body: float, row: float) -> int:
    for number, column in enumerate(table.columns, start=1):
        place = sheet.cell(top, number)
        _put(place, Cell(column.heading), "center", body)
        place.fill, place.border, place.font = _HEAD, _BOX, Font(name=FACE, size=body, bold=True)
    sheet.row_dimensions[top].height = 9 * _POINT
    sheet.print_title_rows = f"{top}:{top}"
    sheet.freeze_panes = sheet.cell(top + 1, 4 if len(table.columns) > 3 else 1)
    for at, line in enumerate(table.lines, start=top + 1):
        if line.band:
            _merged(sheet, at, 1, len(table.columns), line.band, size=body + 1, bold=True)
            for number in range(1, len(table.columns) + 1):
                sheet.cell(at, number).fill, sheet.cell(at, number).border = _BAND, _BOX
            sheet.row_dimensions[at].height = 6 * _POINT
            continue
        for number, (cell, column) in enumerate(zip(line.cells, table.columns, strict=True), start=1):
            place = sheet.cell(at, number)
            _put(place, cell, column.align, body)
            place.border = _BOX
        sheet.row_dimensions[at].height = max(row, _needed(line, table.columns, body)) * _POINT
    bottom = top + len(table.lines)
    if bottom <= _ONE_PAGE:
        sheet.page_setup.fitToHeight = 1
    return bottom + 1


def _needed(line: Line, columns: Sequence[Column], body: float) -> float:
    """The height in millimetres that the texts of a row take."""
    sign = body / _POINT
    lines = max(
        -(-_signs(cell.printed) // max(1, int((column.width - 2) / sign)))
        for cell, column in zip(line.cells, columns, strict=True)
    )
    return lines * sign * 1.3 + 1.5


def _signs(text: str) -> int:
    """Its width in full-width signs, rounded up."""
    return -(-sum(2 if east_asian_width(c) in "WFA" else 1 for c in text) // 2)


def _note(sheet: Worksheet, at: int, last: int, note: Note, width: float) -> None:
    _merged(sheet, at, 1, last, note.text, size=8)
    lines = -(-_signs(note.text) * 8 / _POINT // (width - 4))
    sheet.row_dimensions[at].height = max(1, lines) * 4.2 * _POINT


def _merged(
    sheet: Worksheet,
    at: int,
    first: int,
    last: int,
    text: str,
    *,
    size: float,
    bold: bool = False,
    changed: bool = False,
) -> Place:
    if last > first:
        sheet.merge_cells(start_row=at, end_row=at, start_column=first, end_column=last)
    place: Place = sheet.cell(at, first)
    _put(place, Cell(text, changed=changed), "left", size)
    place.font = Font(name=FACE, size=size, bold=bold, color=_RED if changed else None)
    return place


def _put(place: Place, cell: Cell, align: str, size: float) -> None:
    if cell.figure is not None:
        place.value = cell.figure
        place.number_format = number_format(cell)
    elif cell.text:
        place.value = cell_text(cell.text)
        place.data_type = "s"  # a text that starts like a formula is none
    place.font = Font(name=FACE, size=size, color=_RED if cell.changed else None)
    place.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)


def number_format(cell: Cell) -> str:
    """「#,##0.0;"△"#,##0.0」 with the decimals that are printed."""
    exponent = cell.figure.as_tuple().exponent if cell.figure is not None else 0
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    plain = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'{plain};"△"{plain}'


# --- 概要 -------------------------------------------------------------------------------------------------------------


def _overview(sheet: Worksheet, part: Part, report: Report) -> None:
    """Blocks below one another on a grid, so that tables of different columns stand on one page."""
    width = 273 / _GRID
    for number in range(1, _GRID + 1):
        sheet.column_dimensions[get_column_letter(number)].width = width / _UNIT
    top = _title(sheet, part, report, _GRID)
    for block in part.blocks:
        match block:
            case Heading():
                sheet.row_dimensions[top].height = 3
                _merged(sheet, top + 1, 1, _GRID, f"■ {block.text}", size=11, bold=True)
                sheet.row_dimensions[top + 1].height = 17
                top += 2
            case Sentence():
                _merged(sheet, top, 1, _GRID, f"○ {block.text}", size=10.5)
                sheet.row_dimensions[top].height = 16 * -(-_signs(block.text) * 10.5 / _POINT // 262)
                top += 1
            case Table():
                top = _gridded(sheet, top, block)
            case Note():
                _note(sheet, top, _GRID, block, 273)
                top += 1
    sheet.page_setup.fitToHeight = 1


def _gridded(sheet: Worksheet, top: int, table: Table) -> int:
    stops = _stops(table.columns)
    head = Line(tuple(Cell(column.heading) for column in table.columns))
    for at, line in enumerate((head, *table.lines), start=top):
        for (first, last), cell, column in zip(stops, line.cells, table.columns, strict=True):
            if last > first:
                sheet.merge_cells(start_row=at, end_row=at, start_column=first, end_column=last)
            for number in range(first, last + 1):
                sheet.cell(at, number).border = _BOX
                if at == top:
                    sheet.cell(at, number).fill = _HEAD
            _put(sheet.cell(at, first), cell, "center" if at == top else column.align, 10)
        wide = [Column("", (last - first + 1) * 273 / _GRID) for first, last in stops]
        sheet.row_dimensions[at].height = max(5.6, _needed(line, wide, 10)) * _POINT
    return top + len(table.lines) + 1


def _stops(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """Which columns of the grid each column of a table takes, by its width; tables are not stretched to the page."""
    room = max(sum(c.width for c in columns), 273.0)
    ends = [round(x / room * _GRID) for x in accumulate(c.width for c in columns)]
    starts = [1, *(end + 1 for end in ends[:-1])]
    return list(zip(starts, ends, strict=True))
