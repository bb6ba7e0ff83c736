"""Texts that head rows: the field over a table, notes, and the marks by which the names of parts begin."""

from __future__ import annotations

import re

from loaders.lists.list_doubts import begins_a_field
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_layout import Table, Told

#: How the names of parts begin, those of parts of parts last.
_MARKS = (
    re.compile(r"^(?:[①-⑳]|[(（][\da-z]{1,2}[)）])[\s.．、)）]*"),
    re.compile(r"^(?:[ア-コ](?=[\s.．、)）])|[(（][ア-コ]{1,2}[)）]|[・･])[\s.．、)）]*"),
)
_FOOTNOTE = re.compile(r"^(?:※|[(（]?注\s?\d*[:：)）]|\*)")
_NOTE = re.compile(r"^(?:出典|資料[:：])")
#: Words of a document's own title, which is no heading of a field.
_TITLE = re.compile(r"一覧|進捗|状況|推移|管理表|様式|調書|実績表|別紙|別表|資料\d|令和\d+年度$")

#: How a document's own number begins: 「【資料２】」, 「(別紙)」.
_PAPER = re.compile(r"^[【（(\[〔]?\s*(?:資料|別紙|別表|別添|参考|様式)")


def section_above(grid: Grid, table: Table, first: int, told: Told) -> tuple[Place, str] | None:
    """The heading over a table: the last row above it with one text alone, but for the title of the document."""
    for row in reversed([r for r in grid.rows if first <= r < table.head[0]]):
        found = grid.filled(row)
        if told.rows.get(row) == "skip" or not found:
            continue
        place, text = next(iter(found.items()))
        named = _PAPER.match(text) or (_TITLE.search(text) and not begins_a_field(text))
        title = (named and first == 1) or is_note(text)
        if told.rows.get(row) == "section" or (len(found) == 1 and not title):
            return place, text
        if len(found) > 1:
            return None
    return None


def is_note(text: str) -> bool:
    """Whether a text is a note beneath a table."""
    return is_footnote(text) or bool(_NOTE.match(text))


def is_footnote(text: str) -> bool:
    """Whether a text begins with the mark of a note, so that it heads nothing."""
    return bool(_FOOTNOTE.match(text))


def level_of(text: str) -> int:
    """How deep a name is: 0 for one of its own, 1 for ①, 2 for ア."""
    return next((n for n, mark in enumerate(_MARKS, start=1) if mark.match(text.strip())), 0)


def bare_name(text: str) -> str:
    """A name without the mark of a part before it."""
    level = level_of(text)
    return _MARKS[level - 1].sub("", text.strip()) if level else text


def one_line(text: str) -> str:
    """A text of several lines in one."""
    return "".join(text.split("\n")).strip()
