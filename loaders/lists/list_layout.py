"""What each column and row of a list is: proposed from its headings, put right by a kept layout and by a person.

A kept layout tells columns by their headings, so that it serves wherever they have moved; see :mod:`list_kept`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kpi.period import Period
from loaders.lists.list_cells import MARKS, read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_kept import ALIKE, fits_headings, is_asked_again, kept_kind, kept_kinds
from loaders.lists.list_words import TODAY, VALUE_ROLES, YEAR_IN, column_role, heading_key, line_role, whose_year
from loaders.text.characters import canonical
from loaders.workbook.cells import column_letters

#: Columns that may hold labels of rows.
_MAY_LABEL = ("", "child", "field", "skip", "series", "period", "lines")
#: A head has at least so many columns that are known by their words.
_LEAST = 2
_MOST_HEAD_ROWS = 3
#: What a heading says beside its year when its values are real ones.
_REAL = re.compile(r"現在|時点|末|速報|見込|暫定|確定")
_BARE_YEAR = re.compile(r"(?:[1-9]|1\d|2\d|3[0-2])年?度?")
_SHORT_YEAR = re.compile(r"['’]\d\d(?:年度?)?|(?:元|\d{1,2})年度")
_NUMBER = re.compile(r"[約△▲+-]?\d[\d,.]*")


@dataclass(frozen=True)
class Layout:
    """How lists of one kind are read. ``columns`` maps a heading, with its year where that decides, to its kind.

    ``lines`` are what the unlabelled rows of one indicator are, in order; ``wrapped`` is what follows a line break in
    an indicator's name: ``definition`` or ``name``.
    """

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    wrapped: str = ""


@dataclass(frozen=True)
class Told:
    """What a person says of one sheet by pointing.

    ``columns`` maps a column's letters to what it is, ``periods`` to its period's code, ``rows`` a row's number to
    ``heading``, ``section``, ``skip``, ``indicator`` or what its values are, ``cells`` an address to what it says
    (``value``, ``period``, ``words``, ``unit``, ``skip``, ``split``, ``at``: which of the columns it stands across,
    ``release``: what a remark means, ``prefer``: of two that differ it is the one), ``lines`` and ``wrapped`` are as in
    :class:`Layout`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[int, str] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, float | str | None]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    wrapped: str = ""


@dataclass(frozen=True)
class ListColumn:
    """One column: what it is, its heading, the period that the heading names, and why another reading is likely.

    ``doubt`` is empty, ``name`` (no heading says which column has the names), ``year`` (the heading is a year alone),
    ``yearly`` (the target may be that of its year alone), ``unknown`` (numbers under a heading that says nothing),
    ``years`` (years alone beside values of the plan's beginning or end may be actual ones or yearly targets) or
    ``values`` (named after a year, it has numbers).
    ``of`` is the value whose period a column of periods tells, where its heading says so.
    """

    column: int
    kind: str
    heading: str = ""
    period: Period | None = None
    of: str = ""
    doubt: str = ""

    @property
    def letters(self) -> str:
        """``C``."""
        return column_letters(self.column)


@dataclass(frozen=True)
class Table:
    """One table: the rows of its head, those beneath it, its columns; ``lines`` as in :class:`Layout`."""

    head: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[ListColumn, ...]
    lines: tuple[str, ...] = ()

    def of(self, *kinds: str) -> tuple[ListColumn, ...]:
        """The columns of some kinds, from left to right."""
        return tuple(c for c in self.columns if c.kind in kinds)

    @property
    def values(self) -> tuple[ListColumn, ...]:
        """The columns that hold values."""
        return self.of(*VALUE_ROLES, "series")


def tables(grid: Grid, told: Told, layout: Layout) -> tuple[Table, ...]:
    """The tables of a sheet, each with its columns as proposed, as the layout knows them and as a person has said."""
    heads = _heads(grid, told)
    found = []
    for at, head in enumerate(heads):
        end = heads[at + 1][0] if at + 1 < len(heads) else grid.rows[-1] + 1
        rows = tuple(r for r in grid.rows if head[-1] < r < end)
        columns = _columns(grid, head, rows, told, layout)
        found += [_with_lines(grid, Table(head, rows, own), told, layout) for own in _side_by_side(columns)]
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


def learned(found: Sequence[Table], told: Told, name: str) -> Layout:
    """What is to be kept of a reading for the next list of the same kind."""
    columns = kept_kinds(c for table in found for c in table.columns)
    lines = told.lines or next((t.lines for t in found if t.lines), ())
    return Layout(name, columns, lines, told.wrapped)


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


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(
    grid: Grid, head: tuple[int, ...], rows: Sequence[int], told: Told, layout: Layout
) -> tuple[ListColumn, ...]:
    found = [_column(grid, head, c) for c in grid.columns if _is_there(grid, head, rows, c)]
    found = _labelled(grid, rows, found)
    found = _named(grid, head, rows, _children(grid, head, found))
    found = _yearly(grid, rows, _todays(_years(_dated(grid, rows, found))))
    found = _unknown(grid, rows, found)
    found = [_kept(c, layout) for c in found]
    return tuple(_said(c, told) for c in _steps(found))


def _is_there(grid: Grid, head: tuple[int, ...], rows: Sequence[int], column: int) -> bool:
    return any(grid.text(r, column) for r in (*head, *rows))


def _column(grid: Grid, head: tuple[int, ...], column: int) -> ListColumn:
    """A column as its heading tells it; of several rows the lowest that tells a kind of value says more."""
    texts = list(dict.fromkeys(text for r in head if (text := grid.text(r, column))))
    roles = [column_role(text) for text in texts]
    heading = " ".join(texts)
    years = [when for text in texts if (when := year_of(text))]
    period = years[-1] if years else None
    kind, of = (roles[-1] if roles else ""), ""
    value = next((role for role in reversed(roles) if role in VALUE_ROLES), "")
    if len(roles) > 1:
        if kind in ("year", "series", ""):
            kind = value or kind or roles[0]
        elif kind == "period":
            of = value
    of = of or (whose_year(texts[-1]) if kind == "period" else "")
    if kind == "period" and period:  # 「基準年度(R2)」 has values of its year, 「年度」 has years
        kind = of if of and len(texts) == 1 else kind
    return ListColumn(column, kind, heading, period, of)


def year_of(heading: str) -> Period | None:
    """The period that a heading names; of several (「R5〜R9累計」) the last one, in which such a sum is whole."""
    found = [when.period for m in YEAR_IN.finditer(canonical(heading)) if (when := read_when(m[0])) and when.period]
    return max(found, key=lambda one: one.position, default=None)


def _labelled(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """The column whose cells say what the row is: 目標・実績, 数値・時点, 基準値・実績値."""
    for at, one in enumerate(found):
        if one.kind not in _MAY_LABEL:
            continue
        roles = [line_role(text) for r in rows if grid.own(r, one.column) and (text := grid.text(r, one.column))]
        known = [role for role in roles if role]
        if len(known) >= 2 and len(known) >= ALIKE * len(roles) and len(set(known)) > 1:
            return [replace(c, kind="lines") if n == at else c for n, c in enumerate(found)]
    return found


def _children(grid: Grid, head: tuple[int, ...], found: list[ListColumn]) -> list[ListColumn]:
    """A heading that stands over two columns names the indicator in the first and its part in the second."""
    done = []
    for before, one in pairwise([ListColumn(0, ""), *found]):
        same = before.column and grid.place(head[-1], before.column) == grid.place(head[-1], one.column)
        done.append(replace(one, kind="child") if same and one.kind == "name" else one)
    return done


def _named(grid: Grid, head: tuple[int, ...], rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """Some column has the names: where none says so the one nearest to the values whose cells are words."""
    if any(c.kind == "name" for c in found):
        return found
    first = next((c.column for c in found if c.kind in (*VALUE_ROLES, "series", "year", "lines")), 0)
    words = [
        c for c in found
        if c.column < first and c.kind in ("", "field", "definition") and any(grid.text(r, c.column) for r in rows)
    ]  # fmt: skip
    if not words:
        return found
    return [replace(c, kind="name", doubt="name") if c is words[-1] else c for c in found]


def _years(found: list[ListColumn]) -> list[ListColumn]:
    """Columns headed by a year alone: labelled rows say what they hold; else the last one may be the target."""
    years = [c for c in found if c.kind == "year"]
    if not years:
        return found
    if any(c.kind == "lines" for c in found):
        return [replace(c, kind="series") if c.kind == "year" else c for c in found]
    has_target = any(c.kind == "target" for c in found)
    last = None if has_target or _REAL.search(years[-1].heading) else years[-1]
    beside = any(c.kind in ("baseline", "target") for c in found)
    return [
        c if c.kind != "year"
        else replace(c, kind="target", doubt="year") if c is last
        else replace(c, kind="actual", doubt="years" if beside and not _REAL.search(c.heading) else "")
        for c in found
    ]  # fmt: skip


def _todays(found: list[ListColumn]) -> list[ListColumn]:
    """Beside values of when the plan was made, 現状値 are the newest ones."""
    told = [c for c in found if c.kind == "baseline"]
    today = [c for c in told if TODAY.fullmatch(heading_key(c.heading))]
    if len(today) == len(told):
        return found
    return [replace(c, kind="actual") if c in today else c for c in found]


def _steps(found: list[ListColumn]) -> list[ListColumn]:
    """Of the targets of several years the last one is the plan's, those before it are steps on the way."""
    return [replace(c, kind="milestone") if c.kind == "target" and c.period and later(c, found) else c for c in found]


def later(one: ListColumn, found: Sequence[ListColumn], kinds: Sequence[str] = ("target",)) -> bool:
    """Whether a target of a later year stands beside a column, or one that is the last by its name."""
    others = [c for c in found if c.kind in kinds and c.column != one.column]
    if one.period is None:
        return False
    return any(
        c.period.position > one.period.position if c.period else c.kind == "target" and c.heading != one.heading
        for c in others
    )


def _yearly(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """The target of a year for which there are values already may be that year's alone."""
    labels = {line_role(grid.text(r, c.column)) for c in found if c.kind == "lines" for r in rows}
    values = ("actual", "series") if "target" in labels else ("actual",)
    latest = max((c.period.position for c in found if c.kind in values and c.period), default=0.0)
    goals = ("target", "series") if "target" in labels else ("target",)
    return [
        replace(c, doubt="yearly")
        if c.kind in goals and c.period and c.period.position <= latest and not c.doubt and not later(c, found, goals)
        else c
        for c in found
    ]


def _unknown(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """Columns with numbers whose headings say nothing: they are not read, and a person is asked.

    A heading that is a year without its era has values, whatever words stand in their place.
    """
    first = min((c.column for c in found if c.kind == "name"), default=0)
    return [
        replace(c, doubt="unknown")
        if not c.kind and c.column > first and (_has_numbers(grid, rows, c.column) or _SHORT_YEAR.fullmatch(c.heading))
        else c
        for c in found
    ]


def _dated(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """A column named after a year that has numbers in place of years has values: 「目標年」 over 1,500."""
    return [
        replace(c, kind=c.of, doubt="values")
        if c.kind == "period" and c.of and _has_numbers(grid, rows, c.column) and not _has_years(grid, rows, c.column)
        else c
        for c in found
    ]


def _has_numbers(grid: Grid, rows: Sequence[int], column: int) -> bool:
    """Whether what stands in a column, but for marks of nothing, are mostly numbers."""
    texts = [t for r in rows if grid.own(r, column) and not MARKS.fullmatch((t := grid.text(r, column)).strip())]
    numbers = [t for t in texts if _NUMBER.match(canonical(t))]
    return bool(texts) and len(numbers) >= ALIKE * len(texts)


def _has_years(grid: Grid, rows: Sequence[int], column: int) -> bool:
    """Whether most of what stands in a column are periods, with or without their era."""
    texts = [grid.text(r, column) for r in rows if grid.own(r, column)]
    return sum(bool(read_when(t) or _BARE_YEAR.fullmatch(canonical(t))) for t in texts) >= ALIKE * len(texts)


def _kept(column: ListColumn, layout: Layout) -> ListColumn:
    if kind := kept_kind(column, layout.columns):
        return replace(column, kind=kind, doubt="")
    asked = not column.doubt and is_asked_again(column, layout.columns)
    return replace(column, doubt="years") if asked else column


def _said(column: ListColumn, told: Told) -> ListColumn:
    kind, code = told.columns.get(column.letters, ""), told.periods.get(column.letters, "")
    one = replace(column, kind=kind, doubt="") if kind else column
    return replace(one, period=Period.parse(code)) if code else one


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
