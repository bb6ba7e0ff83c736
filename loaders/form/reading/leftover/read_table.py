"""What the sweep at the end of reading looks at: the tables that have been read, and what has been said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kpi.collection.workflow import Entry
from kpi.issue import Choice, Issue
from kpi.plan import Indicator, Round
from loaders.form.form_questions import Asked
from loaders.form.reading.headings import Table
from loaders.rules.check_registry import finding
from loaders.workbook.cells import Book, Cell, Sheet

#: Columns of 記述 beside its texts. What stands there has told whose a line is; anything more is somebody's remark.
BESIDE_TEXT = ("number", "part", "count")


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


def told_at(
    sheet: Sheet,
    cell: Cell,
    code: str,
    words: Mapping[str, str],
    indicator_id: str = "",
    key: str = "",
    choices: tuple[Choice, ...] = (),
) -> Issue:
    """A registered finding about a cell of some sheet."""
    return finding(
        code, words, sheet=sheet.name, cell=cell.ref, value=cell.written,
        indicator_id=indicator_id, key=key, choices=choices,
    )  # fmt: skip
