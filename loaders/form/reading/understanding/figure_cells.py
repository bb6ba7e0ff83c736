"""Cells of figures: read by what the row itself says of their unit, their release and their period."""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.workflow import known_beside
from kpi.issue import Issue
from kpi.period import Period
from loaders.form import definition as d
from loaders.form.reading.headings import label
from loaders.form.reading.understanding.form_row import FormCell, FormRow, Understood
from loaders.form.reading.understanding.period_cells import due, release
from loaders.text.choice_words import code_of
from loaders.text.dates import read_period
from loaders.text.findings import Finding
from loaders.text.numbers import read_number

_SCALED = ("value", "correction", "baseline", "target")
_THIS_TIME = ("value", "numerator", "denominator")


def figure(one: FormCell) -> Understood:
    """The number in a cell."""
    cell, row, scaled = one.cell, one.row, one.key in _SCALED
    if cell.kind in ("bool", "date"):
        code = "number.boolean" if cell.kind == "bool" else "number.date"
        return Understood(issues=one.found((Finding(code, cell.written),)))
    assert cell.value is not None
    # What this round itself said before is no yardstick for what it says now.
    told = known_beside(row.brief.history.get(row.indicator.id, ()), row.round.id)
    read = read_number(
        cell.value,
        unit=row.indicator.unit if scaled else "",
        number_format=cell.number_format,
        history=tuple(p.value for p in told) if scaled else (),
        name=row.indicator.name if scaled else "",
        release=_release(row, one.key),
        key=one.key,
        period=_period(row, one.key),
    )
    if read.outcome == "wrong" and (astray := _astray(one)):
        return Understood(issues=(astray,))
    found = Understood(read.value if read.outcome == "value" else None, one.found(read.findings, read.choices))
    missing = read.outcome == "missing" and one.key == "value"
    return replace(found, missing=read.missing) if missing else found


def _release(row: FormRow, key: str) -> str:
    """The release that a number column's figure has by what the row says; empty where that is nowhere said."""
    if key in _THIS_TIME:
        return release(row)
    if key != "correction" or not row.past:
        return ""
    return "final" if code_of("correction_kind", row.text("correction_kind")) == "finalised" else row.past.release


def _period(row: FormRow, key: str) -> Period | None:
    """The period of a number column's figure by the row's own columns, else by the card and the round."""
    if key == "correction":
        return row.past.period if row.past else None
    if key in d.INTERIM_KEYS:
        return row.round.period
    own = "period" if key in _THIS_TIME else f"{key}_period"
    known = row.expected if key in _THIS_TIME else d.card_value(row.card, own)
    told = known if isinstance(known, Period) else None
    cell = row.at(own)
    if cell is None or cell.value is None or cell.kind == "error":
        return told
    return read_period(cell.value, expected=due(row, own) or told, number_format=cell.number_format).period or told


def _astray(one: FormCell) -> Issue | None:
    """What is said where a number cell plainly holds what belongs in a choice column."""
    for other in ("release", "correction_kind"):
        if other in one.row.place.spots and code_of(other, label(one.cell.written)):
            hint = f"「{one.row.table.headings[other]}」の欄の内容のようです。"
            return one.issue("entry.wrong_column", {"hint": hint})
    return None


def is_number(text: str) -> bool:
    """Whether a text is nothing but a number."""
    return read_number(text).outcome == "value"
