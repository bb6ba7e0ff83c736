"""The whole plan as one Excel workbook (プラン定義書): a sheet for each table, made to be changed and read back."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kpi.plan import Plan
from loaders.documents.packing import file_part, repacked
from loaders.form.writing.style import (
    FIXED,
    QUIET,
    WANTED,
    WELCOME,
    Look,
    dress,
    put,
    row_height,
    set_height,
    text_width,
)
from loaders.plan.plan_cells import NUMBERS, cell_text, sheet_rows
from loaders.plan.plan_rows import Rows, rows_of
from loaders.plan.plan_sheets import FLAGS, GUIDE_SHEET, LISTS_SHEET, SHEETS, TAKEN_FROM, TITLE, PlanSheet
from loaders.plan.tabular import Column, OneOf, flag

#: Where the rows of a sheet stand: title, guide, keys (hidden), headings, the first row.
KEYS_ROW, HEADINGS_ROW, FIRST_ROW = 3, 4, 5
#: Where the parts of an upright sheet stand: keys (hidden), headings, values.
KEYS_COLUMN, HEADINGS_COLUMN, VALUES_COLUMN = 1, 2, 3
#: Rows beneath a table to write more into: with the words to choose from; and so many of them with lines drawn.
_ROOM, _LINED = 40, 10
#: So many signs beside one another on a page of A3 landscape can still be read.
_PAGE_WIDTH = 255.0
_LEAST, _MOST, _GUIDE_WIDTH = 9.0, 46.0, 110.0
_TITLE = Look(size=14, bold=True, bordered=False, wraps=False)
_NOTE = Look(color=QUIET, bordered=False, wraps=False)
_HEADING, _NEEDED = Look(bold=True, fill=WELCOME), Look(bold=True, fill=WANTED)
_KEY = Look(color=QUIET, fill=FIXED)
_CELL, _NUMBER = Look(top=True, number_format="@"), Look(top=True, horizontal="right")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_GUIDE = (
    "この表は、計画のすべて(分野、項目、指標とその判定条件、取組、部局と課、照会、語)です。書き換えて、管理の「計画とサンプル」で"
    "入れ直すと、まず変わるところが出ます。決定を記録するまで、何も変わりません。",
    "1枚のシートが1つの表、1行が1つのものです。黄色の見出しの欄は、どの行にも必要です。空欄は未設定です。",
    "記号は、ほかのシートから指すための名前です(英小文字・数字・ハイフン)。一度付けた記号は変えません。変えると、別のものになります。",
    "時点は 令和10年度、令和8年(暦年)、令和8年度上期、令和8年3月末 のように書きます。日付は 2026-04-01。"
    "目安値は 令和8年度:50;令和9年度:60。",
    "いくつもの記号は「;」で区切ります。いくつもの文は、セルの中で改行して1行に1つずつ書きます。1つの文の中の改行は、"
    "次の行の頭に全角の空白を1つ置きます。",
    "廃止する指標は「欠番とする日」を書きます。行を消しても欠番になります(取組は終了に、課は廃止になります)が、消した記号を指すほかの"
    "行も直す必要があります。それまでの値と回答は残ります。欠番の番号は、新しい指標に付けません。",
    "目標値などの判定条件と、指標の名称・定義の変更は、別の担当者が決定を記録すると変わります(事務局が1人の計画を除く)。",
    "シートの名前、見出し、隠れている3行目とA列は、そのままにしてください。列の並べ替えと、行の並べ替えはできます。",
)


def workbook_name(plan: Plan, day: date) -> str:
    """The file's name."""
    return f"{TITLE}_{file_part(plan.id)}_{day:%Y%m%d}.xlsx"


def write_workbook(plan: Plan, day: date) -> bytes:
    """The workbook of a plan, its cards as they stand in it; the same plan and day give the same bytes."""
    book, rows = Workbook(), rows_of(plan)
    guide: Worksheet = book.active
    guide.title = GUIDE_SHEET
    _write_guide(guide, plan, day)
    lists = _Lists(book)
    for sheet in SHEETS:
        page: Worksheet = book.create_sheet(sheet.name)
        (_write_upright if sheet.upright else _write_table)(page, sheet, rows, lists, plan)
    lists.mark(mark_of(plan))
    lists.put_last()
    out = BytesIO()
    book.save(out)
    return repacked(out.getvalue(), day)


def mark_of(plan: Plan) -> str:
    """By what a workbook tells from which state of a plan it was taken: the same for plans with the same sheets."""
    rows, told = rows_of(plan), sha256(plan.id.encode())
    for sheet in SHEETS:
        values = ({**row, "id": row.get("id", "")} for row in sheet_rows(sheet, rows))
        lines = ("\x1f".join(cell_text(sheet, c, row[c.key]) for c in sheet.columns) for row in values)
        told.update("\x1e".join((sheet.name, *lines, "")).encode())
    return told.hexdigest()


class _Lists:
    """The words of the drop-downs on a sheet that nobody sees: a rule's own list may hold 255 letters alone."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._sheet: Worksheet = book.create_sheet(LISTS_SHEET)
        self._sheet.sheet_state = "hidden"
        self._count = 0

    def offer(self, page: Worksheet, sheet: PlanSheet, column: Column, where: str) -> None:
        """A drop-down in some cells of a column that knows its words; any other column gets none."""
        if column.parse is flag:
            words = tuple(FLAGS.values())
        elif isinstance(column.parse, OneOf):
            words = tuple(sheet.words.get(column.key, {}).get(code, code) for code in column.parse.words)
        else:
            return
        self._count += 1
        place = get_column_letter(self._count)
        for row, word in enumerate(words, start=1):
            put(self._sheet[f"{place}{row}"], word)
        rule = DataValidation(type="list", formula1=f"{LISTS_SHEET}!${place}$1:${place}${len(words)}", allow_blank=True)
        rule.errorTitle, rule.error = "一覧にない言葉です", "一覧から選んでください。"
        rule.errorStyle, rule.showErrorMessage = "stop", True
        rule.add(where)
        page.add_data_validation(rule)

    def mark(self, mark: str) -> None:
        """From which state of the plan the workbook was taken, right of all words."""
        put(self._sheet.cell(1, self._count + 1), f"{TAKEN_FROM}{mark}")

    def put_last(self) -> None:
        """Behind the sheets that people see."""
        self._book.move_sheet(self._sheet, len(self._book.sheetnames))


def _write_guide(page: Worksheet, plan: Plan, day: date) -> None:
    page.sheet_view.showGridLines = False
    page.column_dimensions["A"].width = _GUIDE_WIDTH
    _say(page, 1, f"{TITLE} {plan.name}", _TITLE)
    _say(page, 2, f"{plan.start.label}から{plan.end.label}まで / {day.isoformat()} 時点", _NOTE)
    look = Look(bordered=False, top=True)
    for row, line in enumerate(_GUIDE, start=4):
        _say(page, row, line, look)
        set_height(page, row, row_height([(line, _GUIDE_WIDTH)]))
    for row, sheet in enumerate(SHEETS, start=5 + len(_GUIDE)):
        _say(page, row, f"{sheet.name}: {sheet.guide}", look)
        set_height(page, row, row_height([(f"{sheet.name}: {sheet.guide}", _GUIDE_WIDTH)]))
    _set_print(page, "1:2")


def _say(page: Worksheet, row: int, words: str, look: Look) -> None:
    cell = page.cell(row, 1)
    dress(cell, look)
    put(cell, _escaped(words))


def _write_table(page: Worksheet, sheet: PlanSheet, rows: Rows, lists: _Lists, _: Plan) -> None:
    own = sheet_rows(sheet, rows)
    _say(page, 1, sheet.name, _TITLE)
    _say(page, 2, sheet.guide, _NOTE)
    widths = {c.key: _width(sheet, c, [cell_text(sheet, c, row[c.key]) for row in own]) for c in sheet.columns}
    for place, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = widths[column.key]
        if column.parse not in NUMBERS:  # below the lines, too, 2026-03 shall stay what was typed
            page.column_dimensions[letter].number_format = "@"
        _fill(page, KEYS_ROW, place, f"{sheet.shape.table}.{column.key}", _KEY)
        _fill(page, HEADINGS_ROW, place, sheet.headings[column.key], _NEEDED if column.required else _HEADING)
        lists.offer(page, sheet, column, f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + len(own) + _ROOM}")
    page.row_dimensions[KEYS_ROW].hidden = True
    set_height(page, HEADINGS_ROW, row_height((sheet.headings[c.key], widths[c.key]) for c in sheet.columns))
    for row, values in enumerate((*own, *[None] * _LINED), start=FIRST_ROW):
        for place, column in enumerate(sheet.columns, start=1):
            _value(page, row, place, sheet, column, values and values[column.key])
        if values:
            told = [(cell_text(sheet, c, values[c.key]), widths[c.key]) for c in sheet.columns]
            set_height(page, row, row_height(told), grows=True)
    page.freeze_panes = page.cell(FIRST_ROW, 1 + min(2, sheet.leading))
    page.auto_filter.ref = f"A{HEADINGS_ROW}:{get_column_letter(len(sheet.columns))}{FIRST_ROW + len(own)}"
    own_width, leading = sum(widths.values()), sum(widths[c.key] for c in sheet.columns[: sheet.leading])
    _set_print(page, f"1:{HEADINGS_ROW}", pages_wide(own_width, leading))
    if page.page_setup.fitToWidth > 1:  # every page says which rows its columns are of
        page.print_title_cols = f"A:{get_column_letter(sheet.leading)}"
    page.print_area = f"A1:{get_column_letter(len(sheet.columns))}{FIRST_ROW + len(own)}"


def _write_upright(page: Worksheet, sheet: PlanSheet, rows: Rows, lists: _Lists, plan: Plan) -> None:
    values = {**rows[sheet.shape.table][0], "id": plan.id}
    for letter, width in zip(map(get_column_letter, (HEADINGS_COLUMN, VALUES_COLUMN)), (34.0, 80.0), strict=True):
        page.column_dimensions[letter].width = width
    page.column_dimensions[get_column_letter(KEYS_COLUMN)].hidden = True
    for row, (words, look) in enumerate(((sheet.name, _TITLE), (sheet.guide, _NOTE)), start=1):
        _fill(page, row, HEADINGS_COLUMN, words, look)
    for row, column in enumerate(sheet.columns, start=FIRST_ROW):
        _fill(page, row, KEYS_COLUMN, f"{sheet.shape.table}.{column.key}", _KEY)
        _fill(page, row, HEADINGS_COLUMN, sheet.headings[column.key], _NEEDED if column.required else _HEADING)
        value = values[column.key]
        look_left = Look(top=True, number_format="@" if column.parse not in NUMBERS else "General")
        _value(page, row, VALUES_COLUMN, sheet, column, value, look_left)
        set_height(page, row, row_height([(cell_text(sheet, column, value), 80.0)]), grows=True)
        lists.offer(page, sheet, column, f"{get_column_letter(VALUES_COLUMN)}{row}")
    _set_print(page, "1:2")


def _fill(page: Worksheet, row: int, column: int, words: str, look: Look) -> None:
    cell = page.cell(row, column)
    dress(cell, look)
    put(cell, words)


def _value(
    page: Worksheet, row: int, place: int, sheet: PlanSheet, column: Column, value: Any, look: Look | None = None
) -> None:
    """A cell of a table: numbers are numbers, all else is text, so that Excel makes no date of 2026-03."""
    cell = page.cell(row, place)
    dress(cell, look or (_NUMBER if column.parse in NUMBERS else _CELL))
    if value is None:
        return
    text = cell_text(sheet, column, value)
    if column.parse in NUMBERS and abs(value) < 1e15 and (value == 0 or abs(value) >= 1e-4):
        put(cell, float(value))
    elif text:
        put(cell, _escaped(text))


def _escaped(text: str) -> str:
    """``_x0041_`` as it stands: Excel would read the sign that it is the code of."""
    return _ESCAPED.sub("_x005F_", text)


def _width(sheet: PlanSheet, column: Column, texts: list[str]) -> float:
    """Wide enough for what is short; long texts break."""
    longest = max((text_width(line) for text in texts for line in text.split("\n")), default=0)
    return min(_MOST, max(_LEAST, min(text_width(sheet.headings[column.key]), 20) + 2, longest + 2))


def pages_wide(width: float, leading: float) -> int:
    """On how many pages beside one another columns of a width in signs print, each page with the leading ones again."""
    return 1 if width <= _PAGE_WIDTH else 1 + ceil((width - _PAGE_WIDTH) / (_PAGE_WIDTH - leading))


def _set_print(page: Worksheet, titles: str, wide: int = 1) -> None:
    """A3 landscape, the rows ``titles`` on each page; what is ``wide`` prints a row's pages one after another."""
    page.sheet_view.showGridLines = False
    setup, margins = page.page_setup, page.page_margins
    setup.orientation, setup.paperSize, setup.pageOrder = "landscape", page.PAPERSIZE_A3, "overThenDown"
    setup.fitToWidth, setup.fitToHeight = wide, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    margins.header = margins.footer = 0.25
    page.oddFooter.left.text, page.oddFooter.right.text = "&A", "&P／&Nページ"
    page.print_title_rows = titles
