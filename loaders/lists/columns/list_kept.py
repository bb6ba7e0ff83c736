"""A way of reading that is kept under a name: what it remembers of each column, and what it says of next year's list.

A column is known by its heading without the year, so that last year's reading serves for this year's list. What the
year itself decides is known by its year: of 「2023」 and 「2028」 one holds values and the other the target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kpi.period import Period
from loaders.lists.list_layout import ListColumn
from loaders.lists.list_words import A_YEAR, heading_key

#: Of the headings of a kept reading, or of the first table, so many must stand in a list, or a row, of the same kind.
ALIKE = 0.6
#: What stands between a heading and its year.
_OF = "@"
#: What next year's column of the same heading is too; a target is one year's alone.
_GOES_ON = ("actual", "series", "milestone")
_GOALS = ("target", "milestone")


def kept_kinds(columns: Iterable[ListColumn]) -> dict[str, str]:
    """What each column is, by its heading alone where the year decides nothing, else by heading and year.

    What is asked about a column and not answered is not kept.
    """
    groups: dict[str, list[ListColumn]] = {}
    for one in (c for c in columns if not c.doubt):
        groups.setdefault(_key(one), []).append(one)
    found: dict[str, str] = {}
    for key, group in groups.items():
        kinds = {one.kind for one in group}
        by_year = key == A_YEAR or len(kinds) > 1 or any(one.period and one.kind in _GOALS for one in group)
        if not by_year:
            found[key] = group[0].kind
        found |= {_dated(key, one.period): one.kind for one in group if by_year and one.period}
    return found


def is_asked_again(one: ListColumn, kinds: Mapping[str, str]) -> bool:
    """Whether a column is a year alone of which a kept reading says nothing, though it knows other years."""
    alone = _key(one) == A_YEAR and one.kind != "series"
    return alone and not kept_kind(one, kinds) and A_YEAR in map(_without_year, kinds)


def fits_headings(columns: Iterable[ListColumn], kinds: Mapping[str, str]) -> bool:
    """Whether a kept reading knows the headings of a list."""
    keys = {key for one in columns if (key := heading_key(one.heading))}
    known = {_without_year(key) for key in kinds}
    return bool(keys) and len(keys & known) >= ALIKE * len(keys)


def kept_kind(one: ListColumn, kinds: Mapping[str, str]) -> str:
    """What a kept reading says that a column is; empty where it says nothing."""
    key = _key(one)
    if one.period is None:
        return "" if key == A_YEAR else kinds.get(key, "")
    if kind := kinds.get(_dated(key, one.period), ""):
        return kind
    before = kinds.get(_dated(key, replace(one.period, year=one.period.year - 1)), "")
    if before in _GOES_ON:
        return before
    return "" if key == A_YEAR else kinds.get(key, "")


def _key(one: ListColumn) -> str:
    return heading_key(one.heading) or one.letters


def _dated(key: str, period: Period) -> str:
    return f"{key}{_OF}{period.code}"


def _without_year(key: str) -> str:
    return key.partition(_OF)[0]
