"""Cells of periods, and what stands in them of 確定・速報・見込."""

from __future__ import annotations

from kpi.collection.workflow import RELEASE_WORDS
from kpi.issue import Choice, Issue
from kpi.period import Period
from loaders.form.definition import HALF_KEYS
from loaders.form.reading.headings import label
from loaders.form.reading.struck import spellings
from loaders.form.reading.understanding.form_row import FormCell, FormRow, Understood
from loaders.text.choice_words import code_of, releases_beside
from loaders.text.dates import read_period
from loaders.text.half_reading import about_halves, read_half


def period(one: FormCell) -> Understood:
    """The period in a cell, as its code."""
    cell = one.cell
    assert cell.value is not None
    if one.key in HALF_KEYS:
        half = read_half(cell.value, number_format=cell.number_format, key=one.key)
        known = half.period.code if half.outcome == "value" and half.period else None
        return Understood(known, about_halves(one.found(half.findings, half.choices)))
    read = read_period(cell.value, expected=due(one.row, one.key), number_format=cell.number_format, key=one.key)
    found = read.period.code if read.outcome == "value" and read.period else None
    beside = _release_in_period(one) if one.key == "period" else ()
    return Understood(found, (*one.found(read.findings, read.choices), *beside))


def due(row: FormRow, key: str) -> Period | None:
    """What a period column is expected to say, so that a bare R10 is read as the indicator's own kind of year."""
    plan, kind = row.brief.plan, row.expected.kind
    if key == "period" or kind not in ("FY", "CY"):
        return row.expected if key == "period" else None
    if key == "baseline_period":
        return row.card.baseline_period or Period(kind, plan.start.year - 1)
    if key == "target_period":
        return row.card.target_period or Period(kind, plan.end.year)
    return None


def release(row: FormRow) -> str:
    """What the row's own 確定・速報・見込 column says."""
    cell = row.at("release")
    return next((code for text in spellings(cell) if (code := code_of("release", label(text)))), "")


def _release_in_period(one: FormCell) -> tuple[Issue, ...]:
    """R6年度(速) beside 確定 is asked, beside 速報 it is what the column says too."""
    told, beside = releases_beside(one.cell.written), release(one.row)
    if not beside or not told.codes or told.code == beside:
        return ()
    codes = RELEASE_WORDS if told.rest else (*told.codes, beside)
    choices = tuple(Choice(RELEASE_WORDS[c], {"release": c}) for c in dict.fromkeys(codes))
    return (one.row.issue("release.elsewhere", one.row.as_written("release"), {"found": one.cell.written}, choices),)
