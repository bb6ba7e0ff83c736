"""What nobody has read beside the answers: other sheets, comments, cells under merged areas, what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.issue import Issue
from loaders.form import definition as d
from loaders.form.form_questions import own_words
from loaders.form.own_text import ABOVE, AROUND, GUIDE, calculated, header_words, mark
from loaders.form.prose_lines import COVERS
from loaders.form.reading.headings import label
from loaders.form.reading.leftover.outside_words import may_answer, quoted
from loaders.form.reading.leftover.read_table import BESIDE_TEXT, ReadTable, Swept, told_at
from loaders.rules.check_registry import finding
from loaders.text.characters import is_blank, shortened
from loaders.workbook.cells import Attached, Cell, Sheet


def other_sheet(swept: Swept, sheet: Sheet) -> list[Issue]:
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
    return [told_at(sheet, cells[0], "sheet.unread", {"sheet": sheet.name, "cells": quoted(cells)})]


def _known(swept: Swept, cell: Cell, known: set[str]) -> bool:
    """Whether a copy of the form says here what the form said, or what is read from the sheet beside it."""
    zones = (ABOVE, "", COVERS, *BESIDE_TEXT, *(c.key for c in d.COLUMNS))
    if calculated(cell):
        return True
    return label(cell.written) in known or any(mark(zone, cell.written) in swept.own for zone in zones)


def comments(swept: Swept, sheet: Sheet, one: ReadTable | None) -> Iterator[Issue]:
    """Comments on cells, but for what a form sent back asks there itself."""
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
        yield told_at(sheet, cell, code, {"comment": shortened(words, 400)}, indicator_id, place if indicator else "")


def covered(swept: Swept, sheet: Sheet, one: ReadTable | None) -> Iterator[Issue]:
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
        yield told_at(sheet, cells[0], "cell.covered", {"cells": quoted(cells)})


_DRAWN = {
    "picture": "図(画像)",
    "object": "埋め込まれたファイル",
    "chart": "グラフ",
    "ink": "手書き",
    "control": "フォームの部品",
    "hint": "リンクのヒント・シナリオ",
}


def attached(swept: Swept) -> Iterator[Issue]:
    """What is drawn or embedded, and what was written into headers, footers and properties."""
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
