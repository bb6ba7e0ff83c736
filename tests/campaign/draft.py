"""A form on somebody's desk: pages that can be written on, cut up and moved, and what its cells truly mean.

A place is a :class:`Mark` that moves along with its row and column, so that a truth keeps its cell.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from kpi.collection.workflow import Brief
from kpi.plan import Round
from loaders.form import definition as d
from loaders.form.prose_lines import Line
from loaders.workbook.cells import Book, Cell, CellKind, Sheet

Spot = tuple[str, str]  # indicator id, column key


class Skip(Exception):
    """A hurt that this form offers no place for."""


@dataclass(eq=False)
class Mark:
    """A place on a page that moves with its row and column."""

    page: Page
    row: int
    column: int

    @property
    def ref(self) -> str:
        """``B7``."""
        return Cell(self.row, self.column, "text", "").ref


@dataclass(eq=False)
class Page:
    """A sheet that can be changed. ``runs``: a cell's text in pieces, each plain, ``struck`` or ``raised``."""

    name: str
    cells: dict[tuple[int, int], Cell]
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    runs: dict[tuple[int, int], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    @staticmethod
    def of(sheet: Sheet) -> Page:
        """A page with what a sheet holds."""
        return Page(
            sheet.name, dict(sheet.cells), sheet.state == "hidden", set(sheet.hidden_rows), set(sheet.hidden_columns),
            list(sheet.merged), dict(sheet.comments),
        )  # fmt: skip

    def mark(self, row: int, column: int) -> Mark:
        """A place that from now on moves with the page."""
        made = Mark(self, row, column)
        self.marks.append(made)
        return made

    def put(
        self, row: int, column: int, value: Any, *, fmt: str = "", formula: str = "", kind: CellKind | None = None
    ) -> None:
        """Write into a cell; None empties it."""
        old = self.cells.get((row, column))
        if value is None and not formula:
            self.cells.pop((row, column), None)
            return
        if isinstance(value, bool):
            kind, value = "bool", float(value)
        elif isinstance(value, int | float):
            kind, value = kind or "number", float(value)
        made_of = fmt or (old.number_format if old and not fmt else "General")
        self.cells[row, column] = Cell(row, column, kind or "text", value, made_of, formula)

    def last_row(self) -> int:
        """The last row that holds anything."""
        return max(row for row, _ in self.cells)

    def last_column(self) -> int:
        """The last column that holds anything."""
        return max(column for _, column in self.cells)

    def move(self, place: Callable[[int, int], tuple[int, int] | None]) -> None:
        """Every cell to another place; None drops it. Marks go along; those of dropped places stay where they are."""

        def moved(told: dict[tuple[int, int], Any]) -> dict[tuple[int, int], Any]:
            return {new: what for old, what in told.items() if (new := place(*old))}

        self.cells = {new: replace(cell, row=new[0], column=new[1]) for new, cell in moved(self.cells).items()}
        self.comments, self.runs = moved(self.comments), moved(self.runs)
        areas = []
        for top, left, bottom, right in self.merged:
            first, last = place(top, left), place(bottom, right)
            if first and last:
                areas.append((*first, *last))
        self.merged = areas
        for mark in self.marks:
            if new := place(mark.row, mark.column):
                mark.row, mark.column = new

    def insert_rows(self, at: int, count: int = 1) -> None:
        """Empty rows above a row."""
        self.move(lambda r, c: (r + count if r >= at else r, c))
        self.hidden_rows = {r + count if r >= at else r for r in self.hidden_rows}

    def delete_row(self, at: int) -> None:
        """A row taken out."""
        self.move(lambda r, c: None if r == at else (r - 1 if r > at else r, c))

    def insert_columns(self, at: int, count: int = 1) -> None:
        """Empty columns left of a column."""
        self.move(lambda r, c: (r, c + count if c >= at else c))
        self.hidden_columns = {c + count if c >= at else c for c in self.hidden_columns}

    def delete_column(self, at: int) -> None:
        """A column taken out."""
        self.move(lambda r, c: None if c == at else (r, c - 1 if c > at else c))
        self.hidden_columns = {c - 1 if c > at else c for c in self.hidden_columns if c != at}

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Make one cell of several, as Excel does it: what lies under it is gone."""
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    self.cells.pop((row, column), None)
        self.merged.append((top, left, bottom, right))

    def copy(self, name: str) -> Page:
        """The page once more under another name, with no marks."""
        return Page(
            name, dict(self.cells), self.hidden, set(self.hidden_rows), set(self.hidden_columns), list(self.merged),
            dict(self.comments), dict(self.runs),
        )  # fmt: skip

    def sheet(self) -> Sheet:
        """The page as a reader gets it."""
        ranges = {(t, x): f"{Cell(t, x, 'text', '').ref}:{Cell(b, y, 'text', '').ref}" for t, x, b, y in self.merged}
        cells = {
            place: replace(cell, comment=self.comments.get(place, ""), merged=ranges.get(place, ""))
            if cell.comment or cell.merged or place in self.comments or place in ranges
            else cell
            for place, cell in self.cells.items()
        }
        return Sheet(
            self.name, cells, "hidden" if self.hidden else "visible", frozenset(self.hidden_rows),
            frozenset(self.hidden_columns), tuple(self.merged), dict(self.comments),
        )  # fmt: skip


@dataclass
class Truth:
    """What a cell means to a person who sees the sheet: ``value``, or one of ``also``.

    ``ask``: nobody can tell, so any value taken without a question is wrong. ``noted``: the value may be taken where
    something is said at the cell. ``row``: what is
    wrong is seen at other cells of the row, so a question at any of them will do.
    """

    value: float | str | None
    also: tuple[float | str | None, ...] = ()
    ask: bool = False
    noted: bool = False
    row: bool = False


@dataclass
class Said:
    """Something a person wrote beside the answers. It must stand in an answer, or its place or words be told."""

    words: str
    mark: Mark
    elsewhere: bool = False


@dataclass
class Draft:
    """A form with its truth. What only the bytes of a file can say makes it ``raw``."""

    brief: Brief
    round: Round
    department_id: str
    division_id: str
    pages: list[Page]
    form: Page
    meta: Page | None
    guide: Page
    spots: dict[Spot, Mark]
    truth: dict[Spot, Truth]
    plain: dict[Spot, float | str | None]  # what stands in a sound form, in figures, words and codes
    rows: tuple[str, ...]
    prose: Page | None = None
    lines: tuple[Line, ...] = ()  # of 記述, as they stood when the form went out
    shared: dict[Spot, tuple[Spot, ...]] = field(default_factory=dict)  # what a 課 says once, by where it says it
    filename: str = "回答.xlsx"
    said: list[Said] = field(default_factory=list)
    touched: set[Spot] = field(default_factory=set)
    frozen: set[str] = field(default_factory=set)  # rows of which something else hangs together already
    raw: bool = False
    manual: bool = False
    footer: str = ""
    drawn: list[tuple[str, Mark, str]] = field(default_factory=list)  # box, thread, picture; place; words
    tables: list[tuple[Page, str, str]] = field(default_factory=list)  # page, name, range
    external: str = ""  # another file that formulas point to
    on_bytes: list[Callable[[bytes], bytes]] = field(default_factory=list)
    refused: bool = False  # the file is no form: it must be refused with a reason

    def some(self, dice: random.Random, keys: Iterable[str], fits: Callable[[Spot], bool] = lambda _: True) -> Spot:
        """A cell of one of these columns that no hurt has touched; :class:`Skip` where there is none."""
        wanted = set(keys)
        found = [s for s in self.spots if s[1] in wanted and s not in self.touched and fits(s)]
        if not found:
            raise Skip
        chosen = dice.choice(found)
        self.touched.add(chosen)
        return chosen

    def filled(self, spot: Spot) -> bool:
        """Whether something stands in a cell of a sound form."""
        return self.plain.get(spot) is not None

    def write(self, spot: Spot, value: Any, *, fmt: str = "", formula: str = "", kind: CellKind | None = None) -> None:
        """Write into a cell of the table."""
        mark = self.spots[spot]
        mark.page.put(mark.row, mark.column, value, fmt=fmt, formula=formula, kind=kind)
        self.touched.add(spot)

    def leave(self, spot: Spot) -> None:
        """Empty a cell: a rate follows from its parts all the same, any other figure has to be asked for."""
        self.write(spot, None)
        over, under = (self.plain.get((spot[0], key)) for key in ("numerator", "denominator"))
        if spot[1] == "value" and isinstance(over, float) and isinstance(under, float):
            self.truth[spot] = Truth(over / under * 100)
        else:
            self.truth[spot] = replace(self.truth[spot], ask=True)

    def column(self, key: str) -> int:
        """Where a column stands before anything was moved; :class:`Skip` where the round has none."""
        place = d.positions(self.round.kind).get(key)
        if place is None:
            raise Skip
        return place

    def row_of(self, indicator_id: str) -> int:
        """The row of an indicator among the figures."""
        return next(m.row for (i, _), m in self.spots.items() if i == indicator_id and m.page is self.form)

    def on_form(self, spot: Spot) -> bool:
        """Whether a cell stands among the figures."""
        return self.spots[spot].page is self.form

    @property
    def columns(self) -> list[str]:
        """The columns of the cells among the figures, one for each cell."""
        return [spot[1] for spot in self.spots if self.on_form(spot)]

    def remark(self, page: Page, row: int, column: int, words: Any, *, elsewhere: bool = False) -> None:
        """Write something beside the answers, which must be told."""
        page.put(row, column, words)
        self.said.append(Said(str(words), page.mark(row, column), elsewhere))

    def book(self) -> Book:
        """The workbook as the child would give it."""
        sheets = tuple(page.sheet() for page in self.pages)
        return Book("xlsx", "0" * 64, sheets)
