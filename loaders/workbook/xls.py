"""An .xls (BIFF) through xlrd: with formats, so that dates, per cent and errors are told as what they are.

xlrd gives the values Excel stored, never a formula's text. A workbook that only carries Excel's default key (it opens
in Excel without a question) is opened with it; any other key is a password.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from loaders.workbook.isolation.grid import Grid, GridSheet
from loaders.workbook.isolation.preflight import Limits, Refused, open_zip
from loaders.workbook.number_formats import meaning, moment
from loaders.workbook.ooxml import read as read_ooxml
from loaders.workbook.rich_text import Run, settled

if TYPE_CHECKING:
    from loaders.workbook import biff

_DEFAULT_KEY = "VelvetSweatshop"


def read_ole(data: bytes, limits: Limits) -> Grid:
    """Whatever an OLE container holds: an .xls, an encrypted workbook, or something that is no workbook."""
    streams = _streams(data)
    if "encryptedpackage" in streams:
        inner = _unlocked(data)
        if not inner.startswith(b"PK\x03\x04"):
            raise Refused("damaged")
        return read_ooxml(open_zip(inner, limits), limits)
    if not streams & {"workbook", "book"}:
        raise Refused("word" if streams & {"worddocument", "powerpoint document"} else "not_workbook")
    try:
        return read_biff(data, limits)
    except _Locked as error:
        if "workbook" not in streams:
            # Excel 5 knew no default key.
            raise Refused("encrypted") from error
        return read_biff(_unlocked(data), limits)


def _streams(data: bytes) -> set[str]:
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return {"/".join(path).lower() for path in container.listdir()}
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise Refused("damaged") from error


class _Locked(Exception):
    """xlrd has met an encrypted workbook."""


def _unlocked(data: bytes) -> bytes:
    """What stands in a file under Excel's default key: a package, or a workbook's stream.

    A key of somebody's own is a password, and what is hurt is damage.
    """
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
    from msoffcrypto.format.xls97 import Xls97File

    from loaders.workbook import decryption

    plain = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        if isinstance(office, Xls97File):
            office.load_key(password=_DEFAULT_KEY)
            return decryption.stream(office)
        office.load_key(password=_DEFAULT_KEY, verify_password=True)
        office.decrypt(plain)
    except (InvalidKeyError, DecryptionError) as error:
        # DecryptionError: a way of encrypting that the default key is not used with.
        raise Refused("encrypted") from error
    except MemoryError:
        raise
    except Exception as error:
        # The library raises whatever hurt bytes lead it to.
        raise Refused("damaged") from error
    return plain.getvalue()


def read_biff(data: bytes, limits: Limits) -> Grid:
    """The workbook xlrd finds in the bytes."""
    import xlrd

    from loaders.workbook import biff

    grid = Grid(format="xls")
    records = _walked(data, limits, grid)
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        words = str(error).lower()
        if "encrypted" in words:
            raise _Locked from error
        if "biff" in words and "not supported" in words:
            raise Refused("old_excel") from error
        raise Refused("damaged") from error
    if book.nsheets > limits.sheets:
        raise Refused("too_many_sheets")
    told = 0
    for source in book.sheets():
        sheet = _sheet(book, source, limits)
        if said := records.sheets.get(sheet.name):
            biff.tell(said, sheet, limits)
        told += len(sheet.cells)
        if told > limits.cells:
            raise Refused("too_many_cells", sheet.name)
        sheet.set_covered_apart()
        grid.sheets.append(sheet)
    grid.notes += (("not_a_table", name) for name in records.charts)
    if not grid.sheets:
        raise Refused("no_sheets")
    return grid


def _walked(data: bytes, limits: Limits, grid: Grid) -> biff.Stream:
    """What xlrd leaves unsaid; the cells are read all the same where it cannot be found out."""
    import olefile

    from loaders.workbook import biff

    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return biff.walk(data, limits)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            grid.properties = _properties(container, limits)
            name = "Workbook" if container.exists("Workbook") else "Book"
            return biff.walk(container.openstream(name).read(), limits)
    except (MemoryError, Refused):
        raise
    except Exception:
        # olefile raises whatever hurt bytes lead it to.
        return biff.Stream()


def _properties(container: Any, limits: Limits) -> list[str]:
    """What a person may write about the document as a whole."""
    try:
        known = container.get_metadata()
    except MemoryError:
        raise
    except Exception:
        return []
    encoding = {65001: "utf-8", 932: "cp932"}.get(known.codepage, "cp932")
    found = (known.title, known.subject, known.keywords, known.comments, known.category)
    texts = (value.decode(encoding, "replace") if isinstance(value, bytes) else str(value or "") for value in found)
    return [text[: limits.attached_text] for one in texts if (text := one.strip("\x00").strip())]


def _sheet(book: Any, source: Any, limits: Limits) -> GridSheet:
    sheet = GridSheet(source.name, hidden=source.visibility != 0)
    sheet.hidden_rows = {row + 1 for row, info in source.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {column + 1 for column, info in source.colinfo_map.items() if info.hidden}
    sheet.merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells]
    sheet.comments = {(row + 1, column + 1): note.text.strip() for (row, column), note in source.cell_note_map.items()}
    fonts = ["struck" if f.struck_out else "raised" if f.escapement in (1, 2) else "" for f in book.font_list]
    marked = any(fonts)
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            found = _cell(book, source.cell(row, column))
            if found:
                sheet.cells[row + 1, column + 1] = found
                if marked:
                    _settle_marks(book, source, row, column, fonts, sheet)
        if len(sheet.cells) > limits.cells:
            raise Refused("too_many_cells", sheet.name)
    return sheet


def _settle_marks(book: Any, source: Any, row: int, column: int, fonts: list[str], sheet: GridSheet) -> None:
    """Remember what is struck through or raised in a cell; its value as text is what is left."""
    style, place = source.cell(row, column).xf_index, (row + 1, column + 1)
    own = fonts[book.xf_list[style].font_index] if style is not None else ""
    kind, value, code, formula = sheet.cells[place]
    if kind != "text":
        if own == "struck":
            sheet.runs[place] = (("", own),)
        return
    text = str(value)
    starts = source.rich_text_runlist_map.get((row, column), ())
    ends = [start for start, _ in starts] + [len(text)]
    parts: list[Run] = [(text[: ends[0]], None)]
    parts += [(text[start:end], fonts[font]) for (start, font), end in zip(starts, ends[1:], strict=True)]
    if runs := settled(parts, own):
        sheet.runs[place] = runs
        sheet.cells[place] = kind, "".join(piece for piece, how in runs if not how), code, formula


def _cell(book: Any, cell: Any) -> tuple[str, str | float | None, str, str] | None:
    """Kind, value, format and (always empty) formula; None where the cell holds nothing."""
    import xlrd

    code = _format(book, cell.xf_index)
    sort, value = cell.ctype, cell.value
    if sort in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or value == "":
        return None
    if sort == xlrd.XL_CELL_TEXT:
        return "text", value, code, ""
    if sort == xlrd.XL_CELL_ERROR:
        return "error", xlrd.error_text_from_code.get(value, "#VALUE!"), code, ""
    if sort == xlrd.XL_CELL_BOOLEAN:
        return "bool", float(value), code, ""
    number = float(value)
    if number != number or abs(number) == float("inf"):
        raise Refused("damaged")
    when = moment(number, code, bool(book.datemode)) if meaning(code) in ("date", "time") else None
    return ("number", number, code, "") if when is None else ("date", when, code, "")


def _format(book: Any, index: int | None) -> str:
    if index is None or index >= len(book.xf_list):
        return "General"
    known = book.format_map.get(book.xf_list[index].format_key)
    return str(known.format_str) if known else "General"
