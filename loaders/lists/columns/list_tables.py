"""The tables of a list: their heads, their columns, and what the unlabelled lines of one indicator are.

A kept layout tells columns by their headings, so that it serves wherever they have moved; see :mod:`list_kept`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from loaders.lists.columns.list_columns import columns_of
from loaders.lists.columns.list_kept import ALIKE, fits_headings, kept_kinds
from loaders.lists.list_cells import read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_layout import Layout, ListColumn, Table, Told
from loaders.lists.list_words import VALUE_ROLES, column_role, line_role

#: A head has at least so many columns that are known by their words.
_LEAST = 2
_MOST_HEAD_ROWS = 3


def tables(grid: Grid, told: Told, layout: Layout) -> tuple[Table, ...]:
    """The tables of a sheet, each with its columns as proposed, as the layout knows them and as a person has said."""
    heads = _heads(grid, told)
    found = []
    for at, head in enumerate(heads):
        end = heads[at + 1][0] if at + 1 < len(heads) else grid.rows[-1] + 1
        rows = tuple(r for r in grid.rows if head[-1] < r < end)
        columns = columns_of(grid, head, rows, told, layout)
        beside = _side_by_side(columns)
        if len(beside) > 1:  # each by itself has a last year, which may be its target
            beside = [columns_of(grid, head, rows, told, layout, [c.column for c in own]) for own in beside]
        found += [_with_lines(grid, Table(head, rows, own), told, layout) for own in beside]
    return tuple(found)


def _side_by_side(columns: tuple[ListColumn, ...]) -> list[tuple[ListColumn, ...]]:
    """The columns of each table: names that stand right of values begin another one beside it."""
    values = [c.column for c in columns if c.kind in (*VALUE_ROLES, "series")]
    first = min(values, default=0)
    begins = [
        at for at, (before, one) in enumerate(pairwise(columns), start=1)
        if one.kind == "name" and before.kind != "name" and values and one.column > first
    ]  # fmt: skip
    return [columns[start:end] for start, end in pairwise([0, *begins, len(columns)])]


def learned(found: Sequence[Table], told: Told, name: str, *, turned: bool = False) -> Layout:
    """What is to be kept of a reading for the next list of the kind; ``turned`` if it exchanged rows and columns."""
    columns = kept_kinds(c for table in found for c in table.columns)
    lines = told.lines or next((t.lines for t in found if t.lines), ())
    return Layout(name, columns, lines, told.wrapped, turned)


def fits(found: Sequence[Table], layout: Layout) -> bool:
    """Whether a kept layout knows the headings of a list."""
    return fits_headings((c for table in found for c in table.columns), layout.columns)


# --- heads -----------------------------------------------------------------------------------------------------------


def _heads(grid: Grid, told: Told) -> list[tuple[int, ...]]:
    """The rows of each table's head, up to three of them."""
    found: list[tuple[int, ...]] = []
    first: set[str] = set()
    for row in grid.rows:
        said = told.rows.get(row)
        if (said and said != "heading") or (found and row <= found[-1][-1]):
            continue
        labels = grid.labels(row)
        if said == "heading" or _is_head(grid, row, first):
            first = first or set(labels.values())
            found.append(_head_rows(grid, row))
    return found


def _is_head(grid: Grid, row: int, first: set[str]) -> bool:
    roles = {c: column_role(grid.text(row, c)) for c in grid.columns if grid.own(row, c)}
    known = [role for role in roles.values() if role]
    if len(known) < _LEAST or not any(r in (*VALUE_ROLES, "series", "year", "period") for r in known):
        return False
    labels = set(grid.labels(row).values())
    if first:
        return "name" in known or len(labels & first) >= ALIKE * len(first)
    return "name" in known or sum(r in (*VALUE_ROLES, "year") for r in known) >= _LEAST


def _head_rows(grid: Grid, first: int) -> tuple[int, ...]:
    """The rows of a head that begins in a row."""
    rows = [first]
    while len(rows) < _MOST_HEAD_ROWS and _goes_on(grid, rows[-1]):
        rows.append(rows[-1] + 1)
    return tuple(rows)


def _goes_on(grid: Grid, row: int) -> bool:
    """Whether the row beneath a head is part of it: it says of each column what it is, and has no name of its own."""
    below = row + 1
    own = [c for c in grid.columns if grid.own(below, c)]
    names = [c for c in grid.columns if column_role(grid.text(row, c)) == "name"]
    if not own or any(grid.own(below, c) for c in names):
        return False
    return all(
        column_role(t) or line_role(t) or read_when(t.strip(" ()（）")) for c in own if (t := grid.text(below, c))
    )


# --- the lines of one indicator --------------------------------------------------------------------------------------


def _with_lines(grid: Grid, table: Table, told: Told, layout: Layout) -> Table:
    """Two rows without labels to each indicator are its target and its value, year by year."""
    names = table.of("name")
    if table.of("lines") or not names or len(table.values) < 2:
        return table
    heights = Counter(_heights(grid, table, names[0].column))
    if not heights or heights.most_common(1)[0][0] != 2:
        return table
    lines = told.lines or layout.lines or ("milestone", "actual")
    columns = tuple(replace(c, kind="series", doubt="") if c.kind == "actual" else c for c in table.columns)
    return replace(table, lines=lines, columns=columns)


def _heights(grid: Grid, table: Table, name: int) -> list[int]:
    """How many rows with values each name stands over."""
    found: list[int] = []
    for row in table.rows:
        has_value = any(grid.own(row, c.column) for c in table.values)
        if grid.own(row, name):
            found.append(int(has_value))
        elif has_value and found:
            found[-1] += 1
    return [n for n in found if n]
