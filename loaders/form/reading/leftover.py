"""The sweep at the end of reading: whatever a person wrote, drew or attached and nobody read is named.

What may be an answer is a question, anything else a note, each with its words and its place. What the form itself wrote
and is unchanged (:mod:`loaders.form.own_text`) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kpi.collection.workflow import Entry
from kpi.issue import Choice, Issue, Severity
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.form_questions import Asked, own_words
from loaders.form.own_text import ABOVE, AROUND, GUIDE, calculated, header_words, mark
from loaders.form.prose_lines import COVERS
from loaders.form.reading.headings import Table, label
from loaders.form.reading.row_matching import TOTALS
from loaders.rules.check_registry import finding
from loaders.text.characters import is_blank, shortened
from loaders.text.choice_words import WHEN
from loaders.workbook.cells import Attached, Book, Cell, Sheet

#: How many places one message names; the rest is counted.
_MOST = 20
#: Last time's words and the column in which this time's belong.
_LAST_WORDS = {"last_comment": "analysis", "last_evidence": "evidence"}
_HARMLESS = re.compile(
    r"(?:内線|電話|tel\.?|ｔｅｌ|fax|直通)[:\s]*[\d()-]+|[\w.+-]+@[\w.-]+|\d{2,4}-\d{2,4}-\d{3,4}|"
    r"(?:p{1,2}\.?|第|no\.?|別紙|別添|様式|資料|図|表|注|※)\s?\d+(?:[表図章節条項号回頁-]\d*)*|\d+\s?(?:頁|ページ|時|分)",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"正し|訂正|修正|差し?替|誤[りっ]|間違|違[いう]|変更|速報|暫定|見込|確定|確報|取り?消|撤回|削除|未公表|未集計|秘匿|該当(?:なし|無し)|不明|保留"
    r"|実績|単位|[千万億割]単位|(?:千|百万|億)[円人件枚]|古い|昨年|前年|去年|前回|(?:の|その)まま|写し|仮の|ダミー|テスト|試算|推計|概算"
    r"|再集計|集計中|精査|確認中|一部|含[むまみめ]|除[くい外]|[一二三四五六七八九十百千万億兆]{2,}"
)


def may_answer(text: str) -> bool:
    """Whether words outside the cells of the form may be an answer: a figure that is no date, or a correction."""
    bare = _HARMLESS.sub(" ", WHEN.sub(" ", label(text)))
    bare = re.sub(r"\d{1,2}月(?:\d{1,2}日|末|上旬|中旬|下旬)?|\d{1,2}/\d{1,2}(?!\d)", " ", bare)
    return bool(re.search(r"\d", bare) or _TELLING.search(bare))


def _corrects(cell: Cell) -> bool:
    """Whether a text under a heading of people's own speaks of what stands in the form; their figures are theirs."""
    return cell.kind == "text" and bool(_TELLING.search(label(cell.written))) and may_answer(cell.written)


@dataclass(frozen=True)
class ReadTable:
    """A table that has been read: ``rows`` are the indicators by row, ``entries`` what each row gave by column key.

    Of a sheet 記述, where one column holds the texts of all columns, ``parts`` says which one stands in a row.
    """

    table: Table
    rows: Mapping[int, Indicator]
    entries: Mapping[int, Mapping[str, Entry]] = field(default_factory=dict)
    parts: Mapping[int, str] = field(default_factory=dict)

    def key(self, row: int, column: int) -> str:
        """What stands at a place: a column's key, one of the sheet's own columns, or nothing of the form's."""
        key = self._keys.get(column, "")
        return self.parts.get(row, key) if key == "text" else key

    @cached_property
    def _keys(self) -> Mapping[int, str]:
        return {column: key for key, column in self.table.columns.items()}


@dataclass(frozen=True)
class Swept:
    """What the sweep looks at, beside the workbook.

    ``own`` are the form's marks, ``asked`` the questions it was sent back with, ``told`` what reading has said.
    """

    book: Book
    read: tuple[ReadTable, ...]
    round: Round
    own: frozenset[str]
    asked: tuple[Asked, ...]
    told: tuple[Issue, ...]
    meta_sheet: Sheet | None = None


def sweep(swept: Swept) -> list[Issue]:
    """Everything that nobody has read, as notes and questions."""
    ours = {one.table.sheet.name: one for one in swept.read}
    issues: list[Issue] = []
    for sheet in swept.book.sheets:
        if sheet is swept.meta_sheet:
            continue
        one = ours.get(sheet.name)
        issues += _form_sheet(swept, one) if one else _other_sheet(swept, sheet)
        issues += _comments(swept, sheet, one)
        issues += _covered(swept, sheet, one)
    return [*issues, *_attached(swept)]


# --- the sheet with the answers ------------------------------------------------------------------------------------


def _form_sheet(swept: Swept, one: ReadTable) -> list[Issue]:
    table, sheet = one.table, one.table.sheet
    told = _told_rows(swept, one)
    outside: list[Cell] = []
    beside: list[Cell] = []  # in rows about which reading has asked already
    columns: dict[int, list[Cell]] = {}
    issues: list[Issue] = []
    for (row, column), cell in sorted(sheet.cells.items()):
        if is_blank(cell.written):
            continue
        key = one.key(row, column)
        if row in one.parts and (calculated(cell) or (key == "count" and _counts(cell, table.at(row, "text")))):
            continue
        if row == table.heading_row:
            if not key:
                columns.setdefault(column, [])
        elif row < table.heading_row:
            if mark(ABOVE, cell.written) not in swept.own:
                outside.append(cell)
        elif key == "token":
            if mark("", cell.written) not in swept.own:
                outside.append(cell)
        elif row in one.rows:
            if not key or (key in _BESIDE_TEXT and not _is_own(swept, key, cell) and not _says_part(one, key, cell)):
                columns.setdefault(column, []).append(cell)
            elif key in _LAST_WORDS and cell.written.strip() and mark(key, cell.written) not in swept.own:
                issues.append(_overwritten(one, row, key, cell))
        elif not _is_own(swept, key, cell):
            (beside if row in told else outside).append(cell)
    return [*_columns(one, columns), *issues, *_outside(table, outside, beside)]


#: Columns of 記述 beside its texts. What stands there has told whose a line is; anything more is somebody's remark.
_BESIDE_TEXT = ("number", "part", "count")


def _says_part(one: ReadTable, key: str, cell: Cell) -> bool:
    """Whether a heading of 記述 that was written over has been told of already, or still says what it said."""
    if key == "number":
        return "text" not in one.table.columns
    return key == "part" and len(cell.written) <= _LONGEST_PART


_LONGEST_PART = 60


def _counts(cell: Cell, text: Cell | None) -> bool:
    """Whether a cell holds the number of letters beside it, as its formula gave it before it was pasted as a value."""
    return cell.kind == "number" and cell.value == float(len(text.written) if text else 0)


def _told_rows(swept: Swept, one: ReadTable) -> set[int]:
    """Rows of no indicator about which reading has asked already."""
    place = re.compile(r"[A-Z]{1,3}(\d+)|(\d+)行")
    asked = (
        place.fullmatch(i.cell)
        for i in swept.told
        if i.severity is not Severity.NOTE and i.sheet == one.table.sheet.name
    )
    return {int(found[1] or found[2]) for found in asked if found} - set(one.rows)


def _is_own(swept: Swept, key: str, cell: Cell) -> bool:
    """Whether the form wrote this text in this column, or above the table (a heading that stands once more)."""
    return mark(key, cell.written) in swept.own or mark(ABOVE, cell.written) in swept.own


def _overwritten(one: ReadTable, row: int, key: str, cell: Cell) -> Issue:
    """Words in a column of last time: this time's, one group of columns too far left, or a change of the old ones."""
    target = _LAST_WORDS[key]
    table, indicator = one.table, one.rows[row]
    entry = one.entries.get(row, {}).get(target)
    words = {
        "expected": table.headings[key],
        "found": shortened(cell.written),
        "target": table.headings.get(target, ""),
    }
    choices: tuple[Choice, ...] = ()
    if entry is not None and entry.value is None and not entry.written:
        choices = (Choice(f"「{words['target']}」として取り込む", {target: cell.written.strip()}),)
    choices += (Choice("取り込まない", {key: None}),)
    return _at(table.sheet, cell, "last.overwritten", words, indicator.id, key, choices)


def _columns(one: ReadTable, columns: Mapping[int, list[Cell]]) -> Iterator[Issue]:
    """Columns that the form has not: with a heading one note each, without one a finding for each row."""
    sheet, heading_row = one.table.sheet, one.table.heading_row
    for column, cells in columns.items():
        heading = sheet.at(heading_row, column)
        title = heading.written if heading else ""
        if title and not may_answer(title) and not any(_corrects(c) for c in cells):
            if cells or heading is not None:
                words = {"found": shortened(title), "cells": _quoted(cells)}
                code = "heading.extra" if cells else "heading.alone"
                yield _at(sheet, heading or cells[0], code, words)
            continue
        for cell in cells:
            words = {"found": shortened(cell.written), "heading": f"(見出し「{shortened(title)}」)" if title else ""}
            asked = bool(title) or cell.kind != "text" or may_answer(cell.written)
            code = "row.beside_asked" if asked else "row.beside"
            yield _at(sheet, cell, code, words, one.rows[cell.row].id, "row")
        if heading is not None and not cells:
            yield _at(sheet, heading, "row.outside_asked", {"cells": _quoted([heading])})


def _outside(table: Table, cells: list[Cell], noted: list[Cell]) -> list[Issue]:
    """What stands above the table, below it and in its rows of sums."""
    by_row: dict[int, list[Cell]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    asked: list[Cell] = []
    for row in by_row.values():
        below = row[0].row > table.heading_row
        if below and any(c.kind == "text" and TOTALS.fullmatch(label(c.written)) for c in row):
            noted += row
        else:
            for cell in row:
                (asked if cell.kind not in ("text", "date") or may_answer(cell.written) else noted).append(cell)
    found = (("row.outside_asked", asked), ("row.outside", noted))
    return [_at(table.sheet, told[0], code, {"cells": _quoted(told)}) for code, told in found if told]


# --- other sheets, comments, covered cells, what is drawn --------------------------------------------------------


def _other_sheet(swept: Swept, sheet: Sheet) -> list[Issue]:
    """A sheet that is not the form's: the guide, a copy, a calculation, anything."""
    known = {label(c.written) for one in swept.read for c in one.table.sheet.cells.values()}
    copied = any(i.code.startswith("form.copy") and i.sheet == sheet.name for i in swept.told)
    cells = [
        cell
        for _, cell in sorted(sheet.cells.items())
        if not is_blank(cell.written)
        and mark(GUIDE, cell.written) not in swept.own
        and not (copied and _known(swept, cell, known))
    ]
    if not cells:
        return []
    return [_at(sheet, cells[0], "sheet.unread", {"sheet": sheet.name, "cells": _quoted(cells)})]


def _known(swept: Swept, cell: Cell, known: set[str]) -> bool:
    """Whether a copy of the form says here what the form said, or what is read from the sheet beside it."""
    zones = (ABOVE, "", COVERS, *_BESIDE_TEXT, *(c.key for c in d.COLUMNS))
    if calculated(cell):
        return True
    return label(cell.written) in known or any(mark(zone, cell.written) in swept.own for zone in zones)


def _comments(swept: Swept, sheet: Sheet, one: ReadTable | None) -> Iterator[Issue]:
    for (row, column), text in sorted(sheet.comments.items()):
        indicator = one.rows.get(row) if one else None
        key = one.key(row, column) if one and indicator else ""
        words = own_words(text, swept.asked, indicator.id, key, swept.round) if indicator and key else text
        if is_blank(words):
            continue
        asked = indicator is not None and may_answer(words)
        entry = one.entries.get(row, {}).get(key) if one else None
        # Beside a figure the question is whether that figure stands; beside an empty cell it is about the row.
        place = key if entry is not None and entry.written else "row"
        cell = sheet.at(row, column) or Cell(row, column, "text", "")
        code = "cell.comment_asked" if asked else "cell.comment"
        indicator_id = indicator.id if indicator else ""
        yield _at(sheet, cell, code, {"comment": shortened(words, 400)}, indicator_id, place if indicator else "")


def _covered(swept: Swept, sheet: Sheet, one: ReadTable | None) -> Iterator[Issue]:
    """What lies under a merged area, where nobody sees it."""
    zones = (*one.table.columns, *one.parts.values(), ABOVE) if one else (GUIDE,)
    cells = [
        cell
        for (row, column), cell in sorted(sheet.covered.items())
        if not (one and one.key(row, column) == "token")
        and not is_blank(cell.written)
        and not any(mark(zone, cell.written) in swept.own for zone in zones)
    ]
    if cells:
        yield _at(sheet, cells[0], "cell.covered", {"cells": _quoted(cells)})


_DRAWN = {
    "picture": "図(画像)",
    "object": "埋め込まれたファイル",
    "chart": "グラフ",
    "ink": "手書き",
    "control": "フォームの部品",
    "hint": "リンクのヒント・シナリオ",
}


def _attached(swept: Swept) -> Iterator[Issue]:
    for one in swept.book.attached:
        code, words = _attached_words(one, swept.own)
        if code:
            yield finding(code, words, sheet=one.sheet, cell=one.cell, value=one.text)


def _attached_words(one: Attached, own: frozenset[str]) -> tuple[str, dict[str, str]]:
    if one.kind in ("header", "property"):
        header = one.kind == "header"
        parts = header_words(one.text) if header else (one.text.strip(),)
        said = "　".join(part for part in parts if part and mark(AROUND, part) not in own)
        where = "ヘッダー・フッター" if header else "ファイルのプロパティ"
        return ("around.unread", {"where": where, "found": shortened(said, 200)}) if said else ("", {})
    if one.text.strip():
        code = "drawn.words_asked" if may_answer(one.text) else "drawn.words"
        return code, {"what": _DRAWN.get(one.kind, "図形"), "found": shortened(one.text, 400)}
    return ("drawn.unread", {"what": _DRAWN[one.kind]}) if one.kind in _DRAWN else ("", {})


# --- words ---------------------------------------------------------------------------------------------------------


def _at(
    sheet: Sheet,
    cell: Cell,
    code: str,
    words: Mapping[str, str],
    indicator_id: str = "",
    key: str = "",
    choices: tuple[Choice, ...] = (),
) -> Issue:
    return finding(
        code, words, sheet=sheet.name, cell=cell.ref, value=cell.written,
        indicator_id=indicator_id, key=key, choices=choices,
    )  # fmt: skip


def _quoted(cells: Iterable[Cell]) -> str:
    """Places with what stands there: P4「…」、Q5「…」."""
    all_cells = list(cells)
    told = "、".join(f"{c.ref}「{shortened(c.written, 100)}」" for c in all_cells[:_MOST])
    return told + (f" ほか{len(all_cells) - _MOST}か所" if len(all_cells) > _MOST else "")
