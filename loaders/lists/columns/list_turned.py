"""Which way a table lies: its indicators beneath one another, or beside one another with the years going down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loaders.lists.columns.list_tables import tables
from loaders.lists.columns.list_years import BARE_YEAR
from loaders.lists.list_cells import read_when
from loaders.lists.list_grid import Grid
from loaders.lists.list_layout import Layout, Table, Told
from loaders.lists.list_words import YEAR_IN
from loaders.text.characters import canonical
from loaders.workbook.cells import Sheet

#: So many years beneath one another, beside so many columns of values, are a table that is turned.
_YEARS, _SEVERAL = 3, 2
_NUMBER = re.compile(r"[\d,.]+")


def as_it_lies(sheet: Sheet, told: Told, layout: Layout) -> Grid:
    """A sheet as it is read: with rows and columns exchanged where a person, or a kept reading, says so, or where
    years go down and no table has names beneath one another.
    """
    plain = Grid(sheet)
    turned = told.turned
    if turned is None:
        turned = layout.turned or (_years_go_down(plain) and not _has_names(plain, tables(plain, Told(), layout)))
    return Grid(sheet, turned=True) if turned else plain


def _years_go_down(grid: Grid) -> bool:
    """Whether years stand beneath one another at the left of a sheet, and numbers in several columns beside them."""
    first = next((c for c in grid.columns if sum(_is_year(grid.text(r, c)) for r in grid.rows) >= _YEARS), 0)
    years = [r for r in grid.rows if first and _is_year(grid.text(r, first))]
    beside = [c for c in grid.columns if c > first and any(re.search(r"\d", grid.text(r, c)) for r in years)]
    return bool(first) and len(beside) >= _SEVERAL


def _is_year(text: str) -> bool:
    """Whether a text is a period, one without its era, or begins or ends with one: 「R5実績」, 「目標値(R10)」."""
    shown = canonical(text)
    found = YEAR_IN.search(shown)
    around = shown.replace(found[0], "", 1).strip("()の値") if found else shown
    return bool(read_when(text) or BARE_YEAR.fullmatch(shown)) or (found is not None and len(around) <= _WORD)


#: What stands beside the year of a value is no longer than this: 「計画策定時」.
_WORD = 6


def _has_names(grid: Grid, found: Sequence[Table]) -> bool:
    """Whether tables have names of indicators, and no years and numbers in their place."""
    columns = {(c.column, r) for table in found for c in table.of("name") for r in table.rows if grid.own(r, c.column)}
    texts = [grid.text(r, c) for c, r in columns]
    return sum(not _is_year(t) and not _NUMBER.fullmatch(canonical(t)) for t in texts) * 2 > len(texts)
