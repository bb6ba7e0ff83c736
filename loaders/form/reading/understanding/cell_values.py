"""What a cell says in its column: a number, a period, a choice or words, and whether its formula can be trusted."""

from __future__ import annotations

from dataclasses import replace

from kpi.issue import Choice
from loaders.form.reading.understanding.choice_cells import choice
from loaders.form.reading.understanding.figure_cells import figure
from loaders.form.reading.understanding.form_row import FormCell, Understood
from loaders.form.reading.understanding.misplaced_text import words
from loaders.form.reading.understanding.period_cells import period
from loaders.text.characters import shortened


def understood(one: FormCell) -> Understood:
    """What a cell says in its column, and whatever is noticed about it."""
    cell = one.cell
    if cell.kind == "uncached":
        return Understood(issues=(one.issue("formula.uncached", {"formula": shortened(cell.formula)}),))
    if cell.kind == "error" and one.column.kind != "number":
        return Understood(issues=(one.issue("cell.error"),))
    match one.column.kind:
        case "number":
            found = figure(one)
        case "period":
            found = period(one)
        case "choice":
            found = choice(one)
        case _:
            found = words(one)
    return _calculated(one, found) if cell.formula and cell.kind != "error" else found


def _calculated(one: FormCell, found: Understood) -> Understood:
    """What a formula's stored result says, taken only where nothing speaks against its being the result."""
    cell, sheet, formulas = one.cell, one.row.table.sheet, one.row.formulas
    told = {"formula": shortened(cell.formula), "found": cell.written}
    external = formulas.from_outside(sheet, cell.formula)
    odd = formulas.contradicts(sheet, cell.formula, cell.value)
    if not external and not cell.stale and not odd:
        return replace(found, issues=(*found.issues, one.issue("formula.cached", told)))
    choices = (Choice(f"「{cell.written}」で正しい", {one.key: found.value}),) if found.value is not None else ()
    code = "formula.external" if external else "formula.stale" if cell.stale else "formula.contradicts"
    return replace(found, value=None, issues=(*found.issues, one.issue(code, told, choices)))
