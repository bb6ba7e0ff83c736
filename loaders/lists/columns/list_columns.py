"""What each column of a table is: by its heading and what stands under it, as kept before, as a person has said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from kpi.period import Period
from loaders.lists.columns.list_kept import ALIKE, is_asked_again, kept_kind
from loaders.lists.columns.list_years import BARE_YEAR, continued, kinds_of_years, steps, year_of, yearly
from loaders.lists.list_cells import MARKS, read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_headings import is_footnote
from loaders.lists.list_layout import Layout, ListColumn, Told
from loaders.lists.list_words import TODAY, VALUE_ROLES, column_role, heading_key, line_role, whose_year
from loaders.text.characters import canonical, fold

#: Columns that may hold labels of rows.
_MAY_LABEL = ("", "child", "field", "skip", "series", "period", "lines")
_SHORT_YEAR = re.compile(r"['’]\d\d(?:年度?)?|(?:元|\d{1,2})年度")
_NUMBER = re.compile(r"[約△▲+-]?\d[\d,.]*")


def columns_of(
    grid: Grid, head: tuple[int, ...], rows: Sequence[int], told: Told, layout: Layout, within: Sequence[int] = ()
) -> tuple[ListColumn, ...]:
    """The columns of a table whose head and rows are told, from left to right; of some columns of the sheet alone."""
    found = [_column(grid, head, c) for c in within or grid.columns if _is_there(grid, head, rows, c)]
    found = continued([_of_told_period(c, told) for c in found])
    found = _labelled(grid, rows, _corner(grid, rows, found))
    found = _named(grid, head, rows, _children(grid, head, found))
    found = yearly(grid, rows, _todays(kinds_of_years(_dated(grid, rows, found))))
    found = _unknown(grid, rows, found)
    found = [_kept(c, layout) for c in found]
    return tuple(_said(c, told) for c in steps(found))


def _is_there(grid: Grid, head: tuple[int, ...], rows: Sequence[int], column: int) -> bool:
    return any(grid.text(r, column) for r in (*head, *rows))


def _column(grid: Grid, head: tuple[int, ...], column: int) -> ListColumn:
    """A column as its heading tells it; of several rows the lowest that tells a kind of value says more."""
    texts = [t for t in dict.fromkeys(grid.text(r, column) for r in head) if t and not is_footnote(t)]
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
    return ListColumn(column, kind, heading, period, of, letters=grid.letters(column))


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


def _corner(grid: Grid, rows: Sequence[int], found: list[ListColumn]) -> list[ListColumn]:
    """In an exchanged sheet the names stand at the word over the years: 「年度」 over words is no column of periods."""
    if not grid.turned:
        return found
    return [
        replace(c, kind="name")
        if c.kind == "period" and not c.of and not _has_numbers(grid, rows, c.column)
        and not _has_years(grid, rows, c.column)
        else c
        for c in found
    ]  # fmt: skip


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
    doubt = "" if grid.turned and len(words) == 1 else "name"
    return [replace(c, kind="name", doubt=doubt) if c is words[-1] else c for c in found]


def _todays(found: list[ListColumn]) -> list[ListColumn]:
    """Beside values of when the plan was made, 現状値 are the newest ones."""
    told = [c for c in found if c.kind == "baseline"]
    today = [c for c in told if TODAY.fullmatch(heading_key(c.heading))]
    if len(today) == len(told):
        return found
    return [replace(c, kind="actual") if c in today else c for c in found]


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
    texts = [t for r in rows if grid.own(r, column) and not MARKS.fullmatch(fold(t := grid.text(r, column)).strip())]
    numbers = [t for t in texts if _NUMBER.match(canonical(t))]
    return bool(texts) and len(numbers) >= ALIKE * len(texts)


def _has_years(grid: Grid, rows: Sequence[int], column: int) -> bool:
    """Whether most of what stands in a column are periods, with or without their era."""
    texts = [grid.text(r, column) for r in rows if grid.own(r, column)]
    return sum(bool(read_when(t) or BARE_YEAR.fullmatch(canonical(t))) for t in texts) >= ALIKE * len(texts)


def _kept(column: ListColumn, layout: Layout) -> ListColumn:
    if kind := kept_kind(column, layout.columns):
        return replace(column, kind=kind, doubt="")
    asked = not column.doubt and is_asked_again(column, layout.columns)
    return replace(column, doubt="years") if asked else column


def _said(column: ListColumn, told: Told) -> ListColumn:
    kind = told.columns.get(column.letters, "")
    return replace(column, kind=kind, doubt="") if kind else column


def _of_told_period(column: ListColumn, told: Told) -> ListColumn:
    """A column whose period a person has said, from which the years right of it may go on."""
    code = told.periods.get(column.letters, "")
    return replace(column, period=Period.parse(code)) if code else column
