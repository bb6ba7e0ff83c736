"""A workbook as located cells, whatever library read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

CellKind = Literal["text", "number", "bool", "date", "error", "uncached"]


@dataclass(frozen=True)
class Cell:
    """One cell that holds something. ``row``/``column`` count from 1.

    ``value``: str for text and error (``#REF!``), float for number (bool as 0/1), ISO ``YYYY-MM-DD`` or
    ``YYYY-MM-DDTHH:MM:SS`` str for date; None for ``uncached`` (a formula whose result the file does not hold).
    ``formula`` is the formula's text, ``number_format`` Excel's format code, ``comment`` the note on the cell,
    ``merged`` the range (``B2:C3``) whose top-left this cell is.
    """

    row: int
    column: int
    kind: CellKind
    value: str | float | None
    number_format: str = "General"
    formula: str = ""
    comment: str = ""
    merged: str = ""

    @property
    def ref(self) -> str:
        """``B7``."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def written(self) -> str:
        """What a person sees in the cell, letter for letter as far as the file tells."""
        raise NotImplementedError


@dataclass(frozen=True)
class Sheet:
    """One sheet: only cells that hold something are present."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    state: Literal["visible", "hidden"] = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column

    def at(self, row: int, column: int) -> Cell | None:
        """The cell at a place, or None where it is empty."""
        return self.cells.get((row, column))

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Rows that hold something, in order, each with its cells from left to right."""
        raise NotImplementedError


@dataclass(frozen=True)
class Book:
    """One workbook. ``format`` is xlsx, xlsm or xls; ``sha256`` of the bytes; ``notes`` what was ignored."""

    format: str
    sha256: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = field(default=())


def column_letters(column: int) -> str:
    """``1`` → ``A``, ``27`` → ``AA``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
