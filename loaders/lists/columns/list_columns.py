"""What each column of a table is: by its heading and what stands under it, as kept before, as a person has said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from kpi.period import Period
from loaders.lists.columns.list_kept import ALIKE, is_asked_again, kept_kind
from loaders.lists.list_cells import MARKS, read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_layout import Layout, ListColumn, Told
from loaders.lists.list_words import TODAY, VALUE_ROLES, YEAR_IN, column_role, heading_key, line_role, whose_year
from loaders.text.characters import canonical

#: Columns that may hold labels of rows.
_MAY_LABEL = ("", "child", "field", "skip", "series", "period", "lines")
#: What a heading says beside its year when its values are real ones.
_REAL = re.compile(r"現在|時点|末|速報|見込|暫定|確定")
_BARE_YEAR = re.compile(r"(?:[1-9]|1\d|2\d|3[0-2])年?度?")
_SHORT_YEAR = re.compile(r"['’]\d\d(?:年度?)?|(?:元|\d{1,2})年度")
_NUMBER = re.compile(r"[約△▲+-]?\d[\d,.]*")


def columns_of(
    grid: Grid, head: tuple[int, ...], rows: Sequence[int], told: Told, layout: Layout
) -> tuple[ListColumn, ...]:
    """The columns of a table whose head and rows are told, from left to right."""
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
