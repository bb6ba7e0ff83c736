"""What people do to a workbook between taking it and sending it back, one function each.

Every hurt takes bytes and gives bytes, so that they can be chained and used by the browser test as well. ``cell`` finds
the place of a column in an indicator's row, wherever earlier hurts have moved it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from kpi.plan import Plan, RoundKind
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.reading.headings import label
from tests.factory import tiny_plan


def edit(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook with a change made through openpyxl."""
    book = load_workbook(BytesIO(data))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def form(book: Workbook) -> Worksheet:
    """The sheet with the table, whatever it is called."""
    for sheet in book.worksheets:
        if any(c.value == "指標名" for row in sheet.iter_rows(max_row=40) for c in row):
            return sheet
    raise AssertionError("no form in the workbook")


def place(sheet: Worksheet, indicator_id: str, key: str, plan: Plan | None = None, kind: RoundKind = "annual") -> str:
    """The address of a column in an indicator's row."""
    plan = plan or tiny_plan()
    heading = d.heading(d.column(key), plan, kind)
    name = plan.indicator(indicator_id).name
    cells = [(c, label(c.value)) for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
    column = next(c.column_letter for c, text in cells if text == label(heading))
    row = next(c.row for c, text in cells if text == label(name))
    return f"{column}{row}"


def prose(book: Workbook) -> Worksheet:
    """The sheet 記述, whatever it is called."""
    for sheet in book.worksheets:
        if any(c.value == ln.COVERS_HEADING for row in sheet.iter_rows(max_row=40) for c in row):
            return sheet
    raise AssertionError("no 記述 in the workbook")


def line(sheet: Worksheet, indicator_id: str, key: str, plan: Plan | None = None, kind: RoundKind = "annual") -> int:
    """The row of an indicator's line in 記述, by what a person sees there: its number and the heading of the line."""
    plan = plan or tiny_plan()
    number, heading = plan.indicator(indicator_id).number, d.heading(d.column(key), plan, kind)
    if key in d.keys_on("contact"):
        covers = [r for r in _rows(sheet) if _at(sheet, r, "part") == ln.COVERS_HEADING]
        mine = [r for r in covers if number in re.split("[、,]", _at(sheet, r, "text"))]
        number = _at(sheet, (mine or [r for r in covers if _at(sheet, r, "text") == ln.ALL])[0], "number")
    return next(
        r for r in _rows(sheet) if _at(sheet, r, "number") == number and _at(sheet, r, "part").split("\n")[0] == heading
    )


def _rows(sheet: Worksheet) -> range:
    return range(1, sheet.max_row + 1)


def _at(sheet: Worksheet, row: int, key: str) -> str:
    """What stands in one of the columns of 記述, wherever they have been moved."""
    heading = next(c for cells in sheet.iter_rows() for c in cells if c.value == ln.HEADINGS[key])
    return str(sheet.cell(row, heading.column).value or "")


def cell(sheet: Worksheet, indicator_id: str, key: str, plan: Plan | None = None, kind: RoundKind = "annual") -> Cell:
    """The cell of a column of an indicator, on whichever sheet of the sheet's workbook it stands."""
    if d.column(key).stands == "figures":
        return sheet[place(sheet, indicator_id, key, plan, kind)]
    other = prose(sheet.parent)
    text = next(c for cells in other.iter_rows() for c in cells if c.value == ln.HEADINGS["text"])
    return other.cell(line(other, indicator_id, key, plan, kind), text.column)


def put(data: bytes, indicator_id: str, number_format: str = "", **values: object) -> bytes:
    """Write into cells of an indicator's row, by column key."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        cells = {key: cell(sheet, indicator_id, key) for key in values}
        for key, value in values.items():
            cells[key].value = value
            if number_format:
                cells[key].number_format = number_format

    return edit(data, change)


def rename_sheet(data: bytes, title: str = "提出用(商工)") -> bytes:
    return edit(data, lambda book: setattr(form(book), "title", title))


def reorder_sheets(data: bytes) -> bytes:
    return edit(data, lambda book: book.move_sheet(d.META_SHEET, -2))


def add_sheets(data: bytes) -> bytes:
    def change(book: Workbook) -> None:
        extra = book.create_sheet("メモ", 0)
        extra["A1"] = "指標名の考え方について"
        extra["B7"] = 12345

    return edit(data, change)


def delete_meta(data: bytes) -> bytes:
    return edit(data, lambda book: book.remove(book[d.META_SHEET]))


def insert_rows(data: bytes) -> bytes:
    """Two rows above the table and one blank row inside it."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.insert_rows(d.FIRST_DATA_ROW + 1)
        sheet.insert_rows(2, 2)

    return edit(data, change)


def insert_columns(data: bytes) -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.insert_cols(20)
        sheet.insert_cols(3, 2)

    return edit(data, change)


def _table(sheet: Worksheet) -> list[list[object]]:
    return [[c.value for c in row] for row in sheet.iter_rows(min_row=d.FIRST_DATA_ROW)]


def sort_rows(data: bytes, *, first_column: int = 1) -> bytes:
    """The rows turned upside down from a column on; from 2 the hidden row mark stays where it was."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        rows = _table(sheet)[::-1]
        for row, values in enumerate(rows, start=d.FIRST_DATA_ROW):
            for column, value in enumerate(values, start=1):
                if column >= first_column:
                    sheet.cell(row, column).value = value

    return edit(data, change)


def move_column(data: bytes, key: str, to: int = 40) -> bytes:
    """Cut a column out and put it elsewhere."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        column = d.positions("annual")[key]
        for row in range(d.HEADING_ROW, sheet.max_row + 1):
            sheet.cell(row, to).value = sheet.cell(row, column).value
            sheet.cell(row, column).value = None

    return edit(data, change)


def delete_column(data: bytes, key: str) -> bytes:
    return edit(data, lambda book: form(book).delete_cols(d.positions("annual")[key]))


def delete_row(data: bytes, indicator_id: str) -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.delete_rows(sheet[place(sheet, indicator_id, "name")].row)

    return edit(data, change)


def copy_row(data: bytes, indicator_id: str, **values: object) -> bytes:
    """The indicator's row once more below the table, with some cells changed."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        source = sheet[place(sheet, indicator_id, "name")].row
        target = sheet.max_row + 1
        for column in range(1, sheet.max_column + 1):
            sheet.cell(target, column).value = sheet.cell(source, column).value
        for key, value in values.items():
            sheet.cell(target, d.positions("annual")[key]).value = value

    return edit(data, change)


def paste_row(data: bytes, other: bytes, indicator_id: str) -> bytes:
    """A row out of another form pasted below the table."""
    foreign = form(load_workbook(BytesIO(other)))
    source = foreign[place(foreign, indicator_id, "name")].row

    def change(book: Workbook) -> None:
        sheet = form(book)
        target = sheet.max_row + 1
        for column in range(1, foreign.max_column + 1):
            sheet.cell(target, column).value = foreign.cell(source, column).value

    return edit(data, change)


def hide_row(data: bytes, indicator_id: str) -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.row_dimensions[sheet[place(sheet, indicator_id, "name")].row].hidden = True

    return edit(data, change)


def hide_column(data: bytes, key: str) -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        letter = sheet.cell(1, d.positions("annual")[key]).column_letter
        sheet.column_dimensions[letter].hidden = True

    return edit(data, change)


def merge(data: bytes, key: str, first: str, last: str) -> bytes:
    """Merge a column over the rows of two indicators."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.merge_cells(f"{place(sheet, first, key)}:{place(sheet, last, key)}")

    return edit(data, change)


def heading(data: bytes, key: str, text: str | None) -> bytes:
    return edit(data, lambda book: setattr(form(book).cell(d.HEADING_ROW, d.positions("annual")[key]), "value", text))


def note(data: bytes, indicator_id: str, key: str, text: str) -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        cell(sheet, indicator_id, key).comment = Comment(text, "担当")

    return edit(data, change)


def below(data: bytes, text: str = "※この値は暫定的な集計によるものです。") -> bytes:
    def change(book: Workbook) -> None:
        sheet = form(book)
        sheet.cell(sheet.max_row + 2, 3).value = text

    return edit(data, change)


def total(data: bytes, text: str) -> bytes:
    """A row below the table with a word where the name stands and figures beside it."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        row, columns = sheet.max_row + 1, d.positions("annual")
        sheet.cell(row, columns["name"]).value = text
        for key in ("value", "numerator"):
            sheet.cell(row, columns[key]).value = 4577.5

    return edit(data, change)


def copy_sheet(data: bytes, indicator_id: str = "", **values: object) -> bytes:
    """The sheet copied inside the workbook; the copy changed where values are given."""

    def change(book: Workbook) -> None:
        sheet = form(book)
        copied = book.copy_worksheet(sheet)
        copied.title = "控え"
        for key, value in values.items():
            copied[place(sheet, indicator_id, key)].value = value

    return edit(data, change)


def all_text(data: bytes) -> bytes:
    """Every number retyped as text."""

    def change(book: Workbook) -> None:
        for row in form(book).iter_rows(min_row=d.FIRST_DATA_ROW):
            for cell in row:
                if isinstance(cell.value, int | float):
                    cell.value, cell.number_format = f"{cell.value:g}", "@"

    return edit(data, change)


def cached(data: bytes, result: str) -> bytes:
    """Give every formula of the form a stored result, which openpyxl itself never writes."""
    return patch(
        data, "sheet2.xml", lambda xml: re.sub(rb"(</f>)<v(?: ?/>|></v>)", rb"\1<v>" + result.encode() + rb"</v>", xml)
    )


def patch(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The zip with one of its parts changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            body = source.read(member)
            target.writestr(member, change(body) if member.filename.endswith(part) else body)
    return out.getvalue()


def phonetic(data: bytes, text: str, reading: str) -> bytes:
    """Phonetic text (ふりがな) on a shared string, as Japanese Excel stores it."""
    old = f"<si><t>{text}</t></si>".encode()
    new = f'<si><t>{text}</t><rPh sb="0" eb="{len(text)}"><t>{reading}</t></rPh><phoneticPr fontId="1"/></si>'.encode()

    def change(xml: bytes) -> bytes:
        assert old in xml
        return xml.replace(old, new)

    return patch(data, "sharedStrings.xml", change)


def as_xlsm(data: bytes) -> bytes:
    """The main part declared macro-enabled, as Excel does for .xlsm."""
    return patch(
        data,
        "[Content_Types].xml",
        lambda xml: xml.replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
    )
