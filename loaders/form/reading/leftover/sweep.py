"""The sweep at the end of reading: whatever a person wrote, drew or attached and nobody read is named.

What may be an answer is a question, anything else a note, each with its words and its place. What the form itself wrote
and is unchanged (:mod:`loaders.form.own_text`) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kpi.issue import NOT_TAKEN, Choice, Issue, Severity
from loaders.form.own_text import ABOVE, calculated, mark
from loaders.form.reading.headings import Table, label
from loaders.form.reading.leftover.outside_words import corrects, may_answer, quoted
from loaders.form.reading.leftover.read_table import BESIDE_TEXT, ReadTable, Swept, told_at
from loaders.form.reading.leftover.unread_sheets import attached, comments, covered, other_sheet
from loaders.form.reading.row_matching import TOTALS
from loaders.text.characters import is_blank, shortened
from loaders.workbook.cells import Cell

#: Last time's words and the column in which this time's belong.
_LAST_WORDS = {"last_comment": "analysis", "last_evidence": "evidence"}


def sweep(swept: Swept) -> list[Issue]:
    """Everything that nobody has read, as notes and questions."""
    ours = {one.table.sheet.name: one for one in swept.read}
    issues: list[Issue] = []
    for sheet in swept.book.sheets:
        if sheet is swept.meta_sheet:
            continue
        one = ours.get(sheet.name)
        issues += _form_sheet(swept, one) if one else other_sheet(swept, sheet)
        issues += comments(swept, sheet, one)
        issues += covered(swept, sheet, one)
    return [*issues, *attached(swept)]


def _form_sheet(swept: Swept, one: ReadTable) -> list[Issue]:
    """A sheet with answers: what stands above, below and beside them, and what was written over in them."""
    told = _told_rows(swept, one)
    outside: list[Cell] = []
    beside: list[Cell] = []  # in rows about which reading has asked already
    columns: dict[int, list[Cell]] = {}
    issues: list[Issue] = []
    for (row, column), cell in sorted(one.table.sheet.cells.items()):
        key = one.key(row, column)
        match _unread(swept, one, row, key, cell):
            case "heading":
                columns.setdefault(column, [])
            case "column":
                columns.setdefault(column, []).append(cell)
            case "last":
                issues.append(_overwritten(one, row, key, cell))
            case "outside":
                outside.append(cell)
            case "row":
                (beside if row in told else outside).append(cell)
    return [*_columns(one, columns), *issues, *_outside(one.table, outside, beside)]


def _unread(swept: Swept, one: ReadTable, row: int, key: str, cell: Cell) -> str:
    """What a cell is that nobody has read: a heading or a cell of a column that the form has not, last time's words
    written over, something outside the rows or in a row of no indicator; empty where it is read or the form's own.
    """
    table = one.table
    if is_blank(cell.written) or (row in one.parts and _calculated(table, row, key, cell)):
        return ""
    if row == table.heading_row:
        return "" if key else "heading"
    if row < table.heading_row or key == "token":
        zone = ABOVE if row < table.heading_row else ""
        return "" if mark(zone, cell.written) in swept.own else "outside"
    if row not in one.rows:
        return "" if _is_own(swept, key, cell) else "row"
    if not key or (key in BESIDE_TEXT and not _is_own(swept, key, cell) and not _says_part(one, key, cell)):
        return "column"
    over = key in _LAST_WORDS and cell.written.strip() and mark(key, cell.written) not in swept.own
    return "last" if over else ""


def _calculated(table: Table, row: int, key: str, cell: Cell) -> bool:
    return calculated(cell) or (key == "count" and _counts(cell, table.at(row, "text")))


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
    choices += (Choice(NOT_TAKEN, {key: None}),)
    return told_at(table.sheet, cell, "last.overwritten", words, indicator.id, key, choices)


def _columns(one: ReadTable, columns: Mapping[int, list[Cell]]) -> Iterator[Issue]:
    """Columns that the form has not: with a heading one note each, without one a finding for each row."""
    sheet, heading_row = one.table.sheet, one.table.heading_row
    for column, cells in columns.items():
        heading = sheet.at(heading_row, column)
        title = heading.written if heading else ""
        if title and not may_answer(title) and not any(corrects(c) for c in cells):
            if cells or heading is not None:
                words = {"found": shortened(title), "cells": quoted(cells)}
                code = "heading.extra" if cells else "heading.alone"
                yield told_at(sheet, heading or cells[0], code, words)
            continue
        for cell in cells:
            words = {"found": shortened(cell.written), "heading": f"(見出し「{shortened(title)}」)" if title else ""}
            asked = bool(title) or cell.kind != "text" or may_answer(cell.written)
            code = "row.beside_asked" if asked else "row.beside"
            yield told_at(sheet, cell, code, words, one.rows[cell.row].id, "row")
        if heading is not None and not cells:
            yield told_at(sheet, heading, "row.outside_asked", {"cells": quoted([heading])})


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
    return [told_at(table.sheet, told[0], code, {"cells": quoted(told)}) for code, told in found if told]
