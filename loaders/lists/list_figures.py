"""The figures of one indicator in a list: each value with its role, its period and the cell in which it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.issue import Choice, Issue, Severity
from loaders.lists.columns.list_years import later
from loaders.lists.list_cells import NOTHING, When, release_in, split
from loaders.lists.list_conflicts import settled
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_indicator import ListedFigure
from loaders.lists.list_layout import ListColumn, Table
from loaders.lists.list_words import VALUE_ROLES
from loaders.lists.values.list_one_cell import Context, asked_of, figures_in
from loaders.lists.values.list_periods import periods_of, unreadable

#: What a line says of a column that has a role of its own.
_BOTH: Mapping[tuple[str, str], str] = {
    ("milestone", "target"): "target", ("target", "milestone"): "milestone",
    ("actual", "target"): "actual", ("baseline", "target"): "",
    ("actual", "baseline"): "baseline", ("milestone", "baseline"): "", ("target", "baseline"): "",
}  # fmt: skip

Line = tuple[int, str]


def figures_of(
    grid: Grid, table: Table, lines: Sequence[Line], context: Context
) -> tuple[list[ListedFigure], list[Issue]]:
    """The figures in the lines of one indicator (row and what it holds), and what is asked about them."""
    periods, strange = periods_of(grid, table, lines)
    found: list[ListedFigure] = []
    issues: list[Issue] = []
    for row, line in lines:
        for column in table.values:
            role = _role(line, column.kind)
            if (
                role == "target"
                and column.kind == "series"
                and later(column, table.values, ("target", "milestone", "series"))
            ):
                role = "milestone"
            if not grid.own(row, column.column):
                continue
            place = grid.place(row, column.column)
            if not role:
                issues += _unread(grid, place, line, context)
                continue
            across = [c for c in table.values if grid.place(row, c.column) == place]
            if len(across) > 1 and split(grid.text(*place)).pieces:
                chosen = str(context.told.cells.get(grid.ref(place), {}).get("at", ""))
                if not chosen and column is across[0]:
                    issues.append(_across(grid, place, across, context))
                if chosen != column.letters:
                    continue
            beside = periods.get((row, column.column)) or _heading_when(column)
            figures, asked = figures_in(grid, place, role, beside, context)
            heading = release_in(column.heading)
            found += [replace(f, release=heading) if heading and f.release == "final" else f for f in figures]
            issues += asked
            if figures and (told_in := strange.get((row, column.column))):
                said = context.told.cells.get(grid.ref(place), {})
                odd = unreadable(grid, told_in, grid.ref(place), said)
                issues += [replace(odd, sheet=context.sheet)] if odd else []
    return _agreeing(found, issues, context)


def _unread(grid: Grid, place: Place, line: str, context: Context) -> list[Issue]:
    """A value of a line that means nothing in its column is not read, which is told."""
    written = grid.text(*place)
    if (
        line in ("skip", "period")
        or NOTHING.fullmatch(written.strip())
        or "skip" in context.told.cells.get(grid.ref(place), {})
    ):
        return []
    message = f"「{written}」は、行と列の見出しが合わず、何の値か分からないため読んでいません。"
    note = asked_of(
        ListedFigure("", place, grid.ref(place), written),
        context,
        "list.unread",
        message,
        "要る値なら、その行か列を直してください。",
        "value",
    )
    return [replace(note, severity=Severity.NOTE)]


def _across(grid: Grid, place: Place, columns: Sequence[ListColumn], context: Context) -> Issue:
    """A value that stands across several columns belongs to one of them, which a person says."""
    written, line = grid.text(*place), columns[0].line
    message = f"「{written}」が{len(columns)}つの{line}にまたがっていて、どの{line}の値か分かりません。読んでいません。"
    choices = tuple(Choice(f"{c.called}「{c.heading}」の値", {"at": c.letters}) for c in columns)
    plain = ListedFigure("", place, grid.ref(place), written)
    advice, none = "正しいものを選んでください。", Choice("取り込まない", {"at": "-"})
    return asked_of(plain, context, "list.across", message, advice, "at", (*choices, none))


def _agreeing(
    found: Sequence[ListedFigure], issues: Sequence[Issue], context: Context
) -> tuple[list[ListedFigure], list[Issue]]:
    """The figures without those that say one thing differently, which are asked about; an open one is no other's."""
    sure = [f for f in found if f.value is not None and (f.period is not None or f.role != "actual")]
    kept, asked = settled(sure, lambda f: (f.role, f.period, f.label), context.told.cells, lambda _: context.name)
    left = [f for f in found if f not in sure or f in kept]
    return left, [*issues, *(replace(i, sheet=context.sheet) for i in asked)]


def _role(line: str, column: str) -> str:
    """What a figure is by its line and its column; empty for none."""
    if line in ("skip", "period"):
        return ""
    if column == "series":
        return line if line in VALUE_ROLES else "actual"
    return column if line in ("", "value") else _BOTH.get((line, column), line)


def _heading_when(column: ListColumn) -> When | None:
    return When(column.heading, column.period) if column.period else None
