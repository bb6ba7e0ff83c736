"""The cells of a sheet as they are seen: a merged cell stands in all its places, a hidden row or column in none.

A list whose indicators stand beside one another is looked at with rows and columns exchanged; what a place, a row or a
column is called is what it is in the sheet as it was put in.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from loaders.text.characters import canonical
from loaders.workbook.cells import Cell, Sheet, column_letters
from loaders.workbook.table_cells import seen_text, under_merged

#: More than any list of indicators has; what lies beyond is not looked at.
MOST_ROWS, MOST_COLUMNS = 2_000, 60

Place = tuple[int, int]


class Grid:
    """One sheet by row and column, both from 1; ``turned``: its columns are the rows, its rows the columns."""

    def __init__(self, sheet: Sheet, *, turned: bool = False) -> None:
        self.sheet = sheet = exchanged(sheet) if turned else sheet
        self.turned = turned
        most_rows, most_columns = (MOST_COLUMNS, MOST_ROWS) if turned else (MOST_ROWS, MOST_COLUMNS)
        held = [p for p, cell in sheet.cells.items() if seen_text(cell)]
        ends = [(bottom, right) for _, _, bottom, right in sheet.merged]
        rows = {r for r, _ in held} | {bottom for bottom, _ in ends}
        columns = {c for _, c in held} | {right for _, right in ends}
        last_row, last_column = max(rows, default=0), max(columns, default=0)
        self.rows = [r for r in range(1, min(last_row, most_rows) + 1) if r not in sheet.hidden_rows]
        self.columns = [c for c in range(1, min(last_column, most_columns) + 1) if c not in sheet.hidden_columns]
        self.cut = last_row > most_rows or last_column > most_columns
        self._covered = under_merged(sheet.merged, self.rows, self.columns)

    def place(self, row: int, column: int) -> Place:
        """Where the cell stands that is seen at a place."""
        return self._covered.get((row, column), (row, column))

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell that is seen at a place."""
        return self.sheet.at(*self.place(row, column))

    def text(self, row: int, column: int) -> str:
        """What is seen at a place; empty for nothing."""
        return self._texts.get(self.place(row, column), "")

    @cached_property
    def _texts(self) -> dict[Place, str]:
        return {place: text for place, cell in self.sheet.cells.items() if (text := seen_text(cell))}

    def own(self, row: int, column: int) -> bool:
        """Whether something is seen at a place that does not come from a row above."""
        return bool(self.text(row, column)) and self.place(row, column)[0] == row

    def filled(self, row: int) -> dict[Place, str]:
        """The different texts of a row, by the place of their cells."""
        found: dict[Place, str] = {}
        for column in self.columns:
            if text := self.text(row, column):
                found.setdefault(self.place(row, column), text)
        return found

    def labels(self, row: int) -> dict[int, str]:
        """The texts of a row by column, folded as labels are."""
        return {c: canonical(text) for c in self.columns if (text := self.text(row, c))}

    def in_sheet(self, place: Place) -> Place:
        """Where a place is in the sheet as it was put in."""
        return (place[1], place[0]) if self.turned else place

    def ref(self, place: Place) -> str:
        """``B7``."""
        row, column = self.in_sheet(place)
        return f"{column_letters(column)}{row}"

    def letters(self, column: int) -> str:
        """By what a person points at a column: ``C``; that of an exchanged sheet is a row: ``5``."""
        return str(column) if self.turned else column_letters(column)

    @property
    def line(self) -> str:
        """What a person calls a row: 「行」, of an exchanged sheet 「列」."""
        return "列" if self.turned else "行"

    def row_words(self, row: int) -> str:
        """What a person calls a row: 「5行目」; that of an exchanged sheet is a column: 「列E」."""
        return f"列{column_letters(row)}" if self.turned else f"{row}行目"


def column_words(letters: str) -> str:
    """What a person calls a column by that by which one points at it: 「列C」, 「5行目」."""
    return f"{letters}行目" if letters.isdigit() else f"列{letters}"


def exchanged(sheet: Sheet) -> Sheet:
    """A sheet with rows and columns exchanged; each cell keeps its own address."""
    return replace(
        sheet,
        cells={(c, r): cell for (r, c), cell in sheet.cells.items()},
        hidden_rows=sheet.hidden_columns,
        hidden_columns=sheet.hidden_rows,
        merged=tuple((left, top, right, bottom) for top, left, bottom, right in sheet.merged),
        comments={(c, r): text for (r, c), text in sheet.comments.items()},
        covered={(c, r): cell for (r, c), cell in sheet.covered.items()},
    )
