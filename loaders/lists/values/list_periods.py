"""Whose period a column of years tells: that of the value it is named after, else of the one beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from loaders.lists.list_cells import MARKS, When, read_when
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_layout import ListColumn, Table
from loaders.lists.list_words import YEAR_IN, stem
from loaders.text.characters import canonical

#: The change that an answer about the period of a whole column brings.
_OF_COLUMN = "column_period"
_SHORT = re.compile(r"['’](\d\d)(?!\d)")
_ERALESS = re.compile(r"(?<!\d)(?:元|\d{1,2})年度")
_BARE_YEAR = re.compile(r"\d{1,2}")


def pairs(table: Table) -> dict[int, int]:
    """By column of periods the column of values that it dates; no value has two of them."""
    found: dict[int, int] = {}
    for same_name in (True, False):
        for one in table.of("period"):
            free = [c for c in table.values if c.column not in found.values()]
            if one.column not in found and (near := _nearest(one, free, table.values, same_name=same_name)):
                found[one.column] = near.column
    return found


def _nearest(
    one: ListColumn, free: Sequence[ListColumn], values: Sequence[ListColumn], *, same_name: bool
) -> ListColumn | None:
    """The value that a column of periods is named after, else of its kind, else beside it; of two the left one."""
    named = [c for c in free if one.of and stem(c.heading) == stem(one.heading)]
    named = named or [c for c in free if one.of and c.kind == one.of]
    if same_name or (one.of and any(c.kind == one.of for c in values)):
        free = named
    ordered = sorted(free, key=lambda c: (abs(c.column - one.column), c.column > one.column))
    return ordered[0] if ordered else None


def periods_of(
    grid: Grid, table: Table, lines: Sequence[tuple[int, str]]
) -> tuple[dict[Place, When], dict[Place, Place]]:
    """The periods told beside values, on a line or in a column of their own; and where an unreadable one stands."""
    found: dict[Place, When] = {}
    strange: dict[Place, Place] = {}
    columns = pairs(table)
    for row, line in lines:
        if line == "period":
            for column in table.values:
                if when := _when(grid.text(row, column.column)):
                    found |= {(r, column.column): when for r, other in lines if other != "period"}
            continue
        for beside, value in columns.items():
            text = grid.text(row, beside)
            if when := _when(text):
                found[row, value] = when
            elif text and not MARKS.fullmatch(text.strip()):
                strange[row, value] = grid.place(row, beside)
    return found, strange


def _when(text: str) -> When | None:
    """A period that stands alone: 「5」 is a year whose era is asked."""
    return read_when(f"{text.strip()}年度" if _BARE_YEAR.fullmatch(text.strip()) else text)


def years_meant(heading: str) -> tuple[Choice, ...]:
    """The years that a heading without an era may mean: 「5年度」 of two eras, 「'23」 of this century."""
    shown = canonical(heading)
    if YEAR_IN.search(shown):
        return ()
    if found := _SHORT.search(shown):
        year = Period("FY", 2000 + int(found[1]))
        return (Choice(f"{year.label}の値", {_OF_COLUMN: year.code}),)
    found = _ERALESS.search(shown)
    when = read_when(found[0]) if found else None
    return tuple(Choice(c.label, {_OF_COLUMN: c.changes["period"]}) for c in when.choices) if when else ()


def unreadable(grid: Grid, place: Place, value: str, said: Mapping[str, float | str | None]) -> Issue | None:
    """What is asked where a period cannot be read, unless a person has told it of the value."""
    if "period" in said:
        return None
    text = grid.text(*place)
    message = f"「{text.strip()}」を時点として読めません。{value}の値の時点が分かりません。"
    advice = f"{value}のセルを選び、「このセルの値の時点」を入力してください。"
    return Issue("list.when", Severity.ASK, message, advice, "", grid.ref(place), text, value, "period")
