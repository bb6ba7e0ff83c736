"""What a person says of a list, question by question and cell by cell: each answer is one more thing told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi.issue import Issue
from loaders.lists.list_layout import Told

Changes = Mapping[str, float | str | None]


def answer(told: Told, issue: Issue, changes: Changes) -> Told:
    """What was told, with the choice that a person has made about a question.

    A choice about a column, a row, the lines or the breaks of all names holds for these; any other for its cell.
    """
    if kind := changes.get("column"):
        return of_column(told, str(changes.get("letters") or issue.subject_id), str(kind))
    if code := changes.get("column_period"):
        return of_period(told, issue.subject_id, str(code))
    if said := changes.get("row"):
        return of_row(told, int(issue.subject_id), str(said))
    if lines := changes.get("lines"):
        return replace(told, lines=tuple(str(lines).split(",")))
    if wrapped := changes.get("wrapped"):
        return replace(told, wrapped=str(wrapped))
    return of_cell(told, issue.cell, changes)


def of_column(told: Told, letters: str, kind: str) -> Told:
    """What a column is; an empty ``kind`` takes back what was said of it."""
    return replace(told, columns=_put(told.columns, letters, kind))


def of_period(told: Told, letters: str, code: str) -> Told:
    """The period of a column's values, by its code; empty takes it back."""
    return replace(told, periods=_put(told.periods, letters, code))


def of_row(told: Told, row: int, said: str) -> Told:
    """What a row is: ``heading``, ``section``, ``skip``, ``indicator``, what its values are; empty takes it back."""
    rows = {number: kept for number, kept in told.rows.items() if number != row}
    return replace(told, rows=rows | ({row: said} if said else {}))


def of_cell(told: Told, cell: str, changes: Changes) -> Told:
    """What a cell says, beside what was told of it; no changes take all of that back."""
    others = {place: said for place, said in told.cells.items() if place != cell}
    return replace(told, cells=others | ({cell: {**told.cells.get(cell, {}), **changes}} if changes else {}))


def of_direction(told: Told, turned: bool) -> Told:
    """Whether rows and columns are exchanged; what was said of rows and columns is about others then."""
    return Told(cells=told.cells, wrapped=told.wrapped, turned=turned)


def _put(kept: Mapping[str, str], key: str, said: str) -> dict[str, str]:
    others = {k: v for k, v in kept.items() if k != key}
    return others | ({key: said} if said else {})
