"""Tables for people to take away: CSV that Excel opens in Japanese, and .xlsx with headings, notes and widths."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from loaders.text.characters import cell_text, writable

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Below this a float tells every whole number exactly.
_WHOLE = 2**53
#: More than a format of Excel holds.
_MOST_DECIMALS = 30
#: Rows beneath a table that have its drop-downs too: room to write more.
_ROOM = 300
#: The sheet that holds the words of the drop-downs; nobody sees it.
_LISTS = "一覧"


def to_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 with BOM, so that Excel reads Japanese; text that would start a formula gets a leading apostrophe."""
    safe = table.apply(lambda column: column.map(_csv_cell)) if len(table) else table
    return (
        safe.set_axis([_csv_cell(str(heading)) for heading in table.columns], axis=1)
        .to_csv(index=False, lineterminator="\r\n")
        .encode("utf-8-sig")
    )


def to_xlsx(
    table: pd.DataFrame,
    *,
    title: str,
    notes: Sequence[str] = (),
    guide: str = "",
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """One sheet: title, table with a frozen heading and a filter, notes below. Text is text, never a formula.

    A table that is to come back has a ``guide`` above its headings, and drop-downs: ``choices`` by heading.
    """
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = sheet_name(title)
    looks: _Looks = {}
    _put(sheet, 1, 1, title, looks)
    sheet["A1"].font = Font(bold=True, size=14)
    for column, heading in enumerate(table.columns, start=1):
        _put(sheet, 3, column, str(heading), looks)
        cell = sheet.cell(row=3, column=column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EDFF")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for values in zip(*(table.iloc[:, column].to_list() for column in range(len(table.columns))), strict=True):
        sheet.append([_cell(sheet, value, looks) for value in values])
    for offset, note in enumerate(notes, start=5 + len(table)):
        _put(sheet, offset, 1, note, looks)
    _fit(sheet, table)
    if guide:
        _guide(sheet, guide, len(table.columns), looks)
    if choices:
        _offer(book, sheet, table, choices, looks)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _guide(sheet: Worksheet, guide: str, columns: int, looks: _Looks) -> None:
    """A line over the whole width, between title and headings."""
    _put(sheet, 2, 1, guide, looks)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=max(1, columns))
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[2].height = 48


def _offer(
    book: Workbook, sheet: Worksheet, table: pd.DataFrame, choices: Mapping[str, Sequence[str]], looks: _Looks
) -> None:
    """Drop-downs from a hidden sheet: a list written into the rule itself may have 255 letters and no comma."""
    lists: Worksheet = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    headings = [str(heading) for heading in table.columns]
    for place, (heading, words) in enumerate(choices.items(), start=1):
        for row, word in enumerate(words, start=1):
            _put(lists, row, place, word, looks)
        letter = get_column_letter(place)
        rule = DataValidation(
            type="list", formula1=f"{_LISTS}!${letter}$1:${letter}${max(1, len(words))}", allow_blank=True
        )
        rule.errorTitle, rule.error = "一覧にない言葉です", "一覧から選んでください。"
        rule.errorStyle, rule.showErrorMessage = "stop", True
        column = get_column_letter(headings.index(heading) + 1)
        rule.sqref = f"{column}4:{column}{3 + len(table) + _ROOM}"
        sheet.add_data_validation(rule)


def _csv_cell(value: Any) -> Any:
    """120 and not 120.0 for a count; a moment to the second, as the screens tell it; text that starts no formula."""
    if isinstance(value, float | Decimal):
        figure = _figure(value)
        return None if figure is None else f"{figure:f}" if abs(figure) < _WHOLE else f"{float(figure):.15g}"
    if isinstance(value, datetime) and not pd.isna(value):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if not isinstance(value, str):
        return value
    value = writable(value)
    return f"'{value}" if value.startswith(_FORMULA_STARTS) and not _is_number(value) else value


def _figure(value: float | Decimal) -> Decimal | None:
    """A number without the noise of its last binary places; None for what is no number."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if not isfinite(value):
        return None
    plain = Decimal(f"{value:.15g}").normalize() + 0
    return plain.quantize(Decimal(1)) if _decimals(plain) == 0 and abs(plain) < _WHOLE else plain


def _decimals(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _number_format(figure: Decimal) -> str:
    """「#,##0.0」: as many decimals as the figure has, so that nobody sees another number than it is."""
    return "#,##0" + ("." + "0" * min(_decimals(figure), _MOST_DECIMALS) if _decimals(figure) else "")


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


class _Look(NamedTuple):
    """How a cell is dressed: a text that would start a formula or has lines, or anything else by its format."""

    quoted: bool = False
    wrapped: bool = False
    number_format: str = ""


#: The looks of one workbook, each made once: openpyxl compares a style that is set with all that there are.
_Looks = dict[_Look, StyleArray]


def _put(sheet: Worksheet, row: int, column: int, text: str, looks: _Looks) -> None:
    """A text in its place, where it may still be dressed otherwise than others that look like it."""
    cell = sheet.cell(row=row, column=column)
    _write(cell, text, looks)
    cell._style = copy(cell._style)


def _cell(sheet: Worksheet, value: Any, looks: _Looks) -> Cell | None:
    """A cell for a sheet to be given, None for what is no value. Cells that look alike share one style."""
    if isinstance(value, str):
        cell = Cell(sheet)
        _write(cell, value, looks)
        return cell
    if (plain := _plain(value)) is None:
        return None
    cell, look = Cell(sheet, value=plain), _Look(number_format=_format_of(plain))
    cell._style = looks.get(look) or looks.setdefault(look, _made(cell, look))
    return cell


def _write(cell: Cell, text: str, looks: _Looks) -> None:
    # Given as a value, openpyxl would ask each text once more whether it can be written, and if it is a formula.
    cell._value, look = _text(text)
    cell.data_type = "s"
    cell._style = looks.get(look) or looks.setdefault(look, _made(cell, look))


@lru_cache(maxsize=1024)
def _text(value: str) -> tuple[str, _Look]:
    """A text as a cell holds it, and its look. Most columns of a table say the same few words."""
    text = cell_text(value)
    return text, _Look(text.lstrip("\n").startswith(_FORMULA_STARTS), "\n" in text)


def _plain(value: Any) -> Any:
    """What is no text as openpyxl takes it; None for what is nothing, and for infinity, which no workbook knows."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "item") and not isinstance(value, datetime):
        value = value.item()
    return _figure(value) if isinstance(value, float | Decimal) else value


def _made(cell: Cell, look: _Look) -> StyleArray:
    """A look as the cell's workbook knows it."""
    if look.number_format:
        cell.number_format = look.number_format
    else:
        cell.quotePrefix = look.quoted
        cell.alignment = Alignment(wrap_text=look.wrapped, vertical="top")
    return cell._style


def _format_of(value: Any) -> str:
    """The number format of a cell that holds no text."""
    if isinstance(value, Decimal):
        return _number_format(value)
    if isinstance(value, datetime):
        return "yyyy-mm-dd hh:mm:ss"
    return "yyyy-mm-dd" if isinstance(value, date) else "General" if isinstance(value, bool) else "0"


def _fit(sheet: Worksheet, table: pd.DataFrame) -> None:
    for column, heading in enumerate(table.columns, start=1):
        widths = [_width(str(heading)), *(_width(_shown(v)) for v in table.iloc[:200, column - 1])]
        sheet.column_dimensions[get_column_letter(column)].width = min(60, max(8, max(widths) + 2))
    sheet.freeze_panes = "A4"
    if len(table.columns):
        sheet.auto_filter.ref = f"A3:{get_column_letter(len(table.columns))}{3 + len(table)}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"


def _shown(value: Any) -> str:
    """About how a cell is drawn."""
    if isinstance(value, float | Decimal):
        figure = _figure(value)
        return "" if figure is None else f"{figure:,f}" if abs(figure) < _WHOLE else f"{float(figure):.15g}"
    return str(value)


def _width(text: str) -> int:
    """Columns a text takes: a full-width sign counts two."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "FWA" else 1 for c in line) for line in text.split("\n"))


def sheet_name(title: str) -> str:
    """A text as the name of a sheet: 31 signs, none that a workbook refuses there."""
    return "".join("_" if c in r"[]:*?/\'" or c < " " else c for c in writable(title))[:31] or "表"
