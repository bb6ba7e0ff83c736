"""Which places of a sheet lie in which of its areas: merged cells, and what a conditional format covers.

Areas may be many, large and one over the other, as no program writes them and anybody can. So they are swept row by
row, with a tree that counts them by column: a place costs the same however many areas there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: First row, first column, last row, last column, counted from 1.
Area = tuple[int, int, int, int]
Place = tuple[int, int]


def covering(areas: Sequence[Area], places: Iterable[Place]) -> dict[Place, int]:
    """How many areas each place lies in; places in none are left out. Columns are at most 16,384."""
    if not areas:
        return {}
    width = max(right for _, _, _, right in areas) + 1
    opens = sorted(areas, key=lambda area: area[0])
    closes = sorted(areas, key=lambda area: area[2])
    tree = [0] * (width + 1)
    found: dict[Place, int] = {}
    opened = closed = 0
    for row, column in sorted(places):
        while opened < len(opens) and opens[opened][0] <= row:
            _count(tree, opens[opened], 1)
            opened += 1
        while closed < len(closes) and closes[closed][2] < row:
            _count(tree, closes[closed], -1)
            closed += 1
        if opened > closed and column < width and (number := _at(tree, column)):
            found[row, column] = number
    return found


def _count(tree: list[int], area: Area, step: int) -> None:
    """Put an area's columns into the tree, or take them out."""
    for column, change in ((area[1], step), (area[3] + 1, -step)):
        while column < len(tree):
            tree[column] += change
            column += column & -column


def _at(tree: list[int], column: int) -> int:
    """How many areas that are in the tree cover a column."""
    number = 0
    while column:
        number += tree[column]
        column -= column & -column
    return number
