"""The cells of a sheet as they are seen: a merged cell stands in all its places, a hidden row or column in none."""

from __future__ import annotations

from functools import cached_property

from loaders.text.characters import canonical
from loaders.workbook.cells import Cell, Sheet, column_letters
from loaders.workbook.table_cells import seen_text, under_merged

#: More than any list of indicators has; what lies beyond is not looked at.
MOST_ROWS, MOST_COLUMNS = 2_000, 60

Place = tuple[int, int]


class Grid:
    """One sheet by row and column, both from 1."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        held = [p for p, cell in sheet.cells.items() if seen_text(cell)]
        ends = [(bottom, right) for _, _, bottom, right in sheet.merged]
        rows = {r for r, _ in held} | {bottom for bottom, _ in ends}
        columns = {c for _, c in held} | {right for _, right in ends}
        last_row, last_column = max(rows, default=0), max(columns, default=0)
        self.rows = [r for r in range(1, min(last_row, MOST_ROWS) + 1) if r not in sheet.hidden_rows]
        self.columns = [c for c in range(1, min(last_column, MOST_COLUMNS) + 1) if c not in sheet.hidden_columns]
        self.cut = last_row > MOST_ROWS or last_column > MOST_COLUMNS
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


def ref(place: Place) -> str:
    """``B7``."""
    return f"{column_letters(place[1])}{place[0]}"
