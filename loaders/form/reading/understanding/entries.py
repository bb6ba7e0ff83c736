"""Turns the cells of one row into entries, and says what is doubtful about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kpi.collection.workflow import Entry
from kpi.issue import LEFT_BLANK, Choice, Issue
from loaders.form import definition as d
from loaders.form.reading.understanding.blank_words import left_out
from loaders.form.reading.understanding.cell_values import understood
from loaders.form.reading.understanding.form_row import FormCell, FormRow
from loaders.form.reading.understanding.marked_cells import read_marked
from loaders.form.reading.understanding.prefilled_cells import check_prefilled, check_withdrawn
from loaders.text.characters import is_blank, shortened
from loaders.workbook.cells import Cell, Sheet


@dataclass(frozen=True)
class RowEntries:
    """What a row says: its entries by column key, what is doubtful, and a reason written where the value belongs."""

    entries: Mapping[str, Entry]
    issues: tuple[Issue, ...]
    missing: str = ""


def read_row(row: FormRow) -> RowEntries:
    """The entries of the row's entry columns, empty ones included."""
    entries: dict[str, Entry] = {}
    issues: list[Issue] = []
    fixed: list[d.Column] = []
    missing = ""
    for column in d.columns_for(row.round.kind):
        if column.key not in row.place.spots:
            continue
        evaluation = row.brief.plan.self_evaluation
        if not d.enterable(
            column, row.indicator, row.card, row.round.kind, has_past=row.past is not None, evaluation=evaluation
        ):
            issues += check_prefilled(row, column)
            fixed.append(column)
            continue
        entries[column.key], found, told = _entry(row, column)
        issues += found
        missing = told or missing
    issues += check_withdrawn(row, fixed)
    corrected = entries.get("correction")
    if corrected and corrected.value is not None and row.past and "last_period" in row.place.spots:
        # A correction is of the value this form shows, whatever else is known by the time it is sent.
        entries["last_period"] = replace(row.empty("last_period"), value=row.past.period.code)
    return RowEntries(entries, tuple(issues), missing)


def _entry(row: FormRow, column: d.Column) -> tuple[Entry, tuple[Issue, ...], str]:
    """The entry of a column, what is doubtful about it, and the reason that stands in place of a value."""
    cell, hidden = row.at(column.key), row.place.spots[column.key][1] in row.table.sheet.hidden_columns
    issues = [row.issue("column.hidden", row.as_written(column.key))] if hidden and cell else []
    cell, shared = _unmerged(row, column, cell)
    if cell is None or is_blank(cell.written):
        return row.empty(column.key), tuple(issues), ""
    entry = Entry(column.key, row.table.sheet.name, cell.ref, cell.written, None)
    one = FormCell(row, column, cell, entry)
    if left_out(row, column, cell):
        return replace(entry, written=""), (*issues, one.issue("cell.dash")), ""
    found = read_marked(one) if cell.runs else understood(one)
    issues += found.issues
    if not shared or found.value is None:
        return replace(entry, value=found.value), tuple(issues), found.missing
    if column.group == d.G_CONTACT:
        told = one.issue("cell.merged", {"range": shared})
        return replace(entry, value=found.value), (*issues, told), found.missing
    return entry, (*issues, _asked_whose(one, shared, found.value)), found.missing


def _unmerged(row: FormRow, column: d.Column, cell: Cell | None) -> tuple[Cell | None, str]:
    """The cell to read, and the merged range where it is shared with other rows or other columns."""
    found = _merged_over(row.table.sheet, *row.place.spots[column.key])
    if found is None or found[0] is None:
        return cell, ""
    top_left, (top, left, bottom, right) = found
    others = {i for n, i in row.siblings.items() if top <= n <= bottom} - {row.indicator.id}
    within = (k for k, (r, c) in row.place.spots.items() if top <= r <= bottom and left <= c <= right)
    crossed = [k for k in within if k != column.key]
    if not others and not crossed:
        return top_left, ""
    assert top_left is not None
    return top_left, top_left.merged or f"{top_left.ref}:{Cell(bottom, right, 'text', '').ref}"


def _asked_whose(one: FormCell, area: str, value: float | str) -> Issue:
    """What is asked of a value that stands over several rows or columns."""
    cell = one.row.at(one.key)
    shown = cell.written if cell else one.entry.written
    choices = (
        Choice(f"この指標の値も「{shortened(shown)}」", {one.key: value}),
        Choice(LEFT_BLANK, {one.key: None}),
    )
    return one.issue("cell.merged_value", {"range": area}, choices)


def _merged_over(sheet: Sheet, row: int, column: int) -> tuple[Cell | None, tuple[int, int, int, int]] | None:
    """The top-left cell and the range of the merged area that a place lies in."""
    for area in sheet.merged:
        top, left, bottom, right = area
        if top <= row <= bottom and left <= column <= right:
            return sheet.at(top, left), area
    return None
