"""Cells that the form fills in itself, and what has become of them."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.cards.revision import band_text
from kpi.issue import Issue
from kpi.period import Period
from loaders.form import definition as d
from loaders.form.own_text import calculated, mark
from loaders.form.reading.headings import label
from loaders.form.reading.struck import spellings
from loaders.form.reading.understanding.blank_words import NOTHING
from loaders.form.reading.understanding.figure_cells import is_number
from loaders.form.reading.understanding.form_row import FormRow
from loaders.form.writing.prefill import field_name
from loaders.text.characters import is_blank, shortened
from loaders.text.dates import read_period
from loaders.text.numbers import read_number
from loaders.workbook.cells import Cell

#: What is changed in these is told where the row is identified by them.
_IDENTITY = ("number", "name")
_LAST_WORDS = ("last_comment", "last_evidence")
#: Open in other rows of the form, or in another form.
_ELSEWHERE_OPEN = ("numerator", "denominator", "correction", "correction_kind")
_FACTS = ("field", "source", "direction", "definition")


def check_prefilled(row: FormRow, column: d.Column) -> tuple[Issue, ...]:
    """What is said of a cell that is not to be filled in, where it does not say what the form put there."""
    cell, key = row.at(column.key), column.key
    if cell is None or cell.struck or key in _IDENTITY or key.startswith(_LAST_WORDS):
        return ()
    if key == "prose":
        return _told(row, key, "entry.not_asked") if not calculated(cell) and not is_blank(cell.written) else ()
    if key in _ELSEWHERE_OPEN:
        code = "cell.dash" if label(cell.written) in NOTHING else "entry.not_asked"
        return _told(row, key, code) if cell.written.strip() else ()
    known = _known(row, key)
    if known is None:
        # What the form itself knew when it was made is no person's.
        own = not cell.written.strip() or mark(key, cell.written) in row.own
        return () if own else _told(row, key, "entry.not_asked")
    return () if _agrees(row, cell, known) else _changed(row, key, cell, known)


def check_withdrawn(row: FormRow, columns: Iterable[d.Column]) -> tuple[Issue, ...]:
    """One question for all that the form gave and somebody struck through in this row."""
    cells = {c.key: cell for c in columns if (cell := row.at(c.key)) and cell.struck}
    if not cells:
        return ()
    names = "・".join(row.table.headings[key] for key in cells)
    said = "・".join(shortened(cell.struck) for cell in cells.values())
    rests = "・".join(cell.value for cell in cells.values() if isinstance(cell.value, str) and cell.value.strip())
    words = {"expected": names, "struck": said, "rest": f"(残りは「{shortened(rests)}」)" if rests else ""}
    return (row.issue("prefilled.struck", row.as_written(next(iter(cells))), words),)


def _told(row: FormRow, key: str, code: str, **words: str) -> tuple[Issue, ...]:
    return (row.issue(code, row.as_written(key), words),)


def _changed(row: FormRow, key: str, cell: Cell, known: float | str | Period) -> tuple[Issue, ...]:
    if key == "direction" and label(cell.written) == label(d.DIRECTION_WORDS[row.card.direction]):
        return ()  # the band has been set since, or the form is of before bands were shown
    shown = known if isinstance(known, str) else d.period_text(known) if isinstance(known, Period) else f"{known:,.10g}"
    quiet = key in _FACTS and not (cell.kind == "number" or is_number(cell.written))
    return _told(row, key, "prefilled.note" if quiet else "prefilled.changed", known=shown)


def _known(row: FormRow, key: str) -> float | str | Period | None:
    """What a column says by what is known today; None where that is nothing."""
    if key == "target" and d.banded(row.card):
        return band_text(row.card, row.indicator.unit)
    if key in d.CARD_KEYS:
        return d.card_value(row.card, key)
    if key in ("unit", "source", "definition"):
        return str(getattr(row.indicator, key))
    if key == "field":
        return field_name(row.brief.plan, row.indicator)
    if key == "direction":
        return d.direction_text(row.card, row.indicator.unit)
    if key == "last_value":
        return row.past.value if row.past else None
    return row.past.period if key == "last_period" and row.past else None


def _agrees(row: FormRow, cell: Cell, known: float | str | Period) -> bool:
    if cell.value is None:
        return False
    if isinstance(known, str):
        return any(label(text) == label(known) for text in spellings(cell))
    if isinstance(known, Period):
        # The usual case first: prefilled and untouched.
        untouched = label(cell.written) == label(d.period_text(known))
        return untouched or read_period(cell.value, expected=known).period == known
    if cell.kind == "number" and cell.value == known:
        return True
    found = read_number(cell.value, unit=row.indicator.unit, number_format=cell.number_format).value
    return found is not None and abs(found - known) <= 0.5 * 10.0**-row.card.decimals * (1 - 1e-6)
