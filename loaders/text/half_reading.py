"""A cell that wants a half-year: read as every period is; a bare year is asked about by its two halves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kpi.issue import Choice, Issue
from kpi.period import Period
from loaders.text.dates import PeriodReading, read_period
from loaders.text.findings import WHEN_PERIOD, Finding

#: How a half-year is written.
WHEN_HALF = "「R8上期」「令和8年度下期」のように、半期で入力してください。"


def read_half(text_or_value: str | float | None, *, number_format: str = "General", key: str) -> PeriodReading:
    """Read one cell of a half-year, as :func:`read_period` does; a year is a question with its halves as choices."""
    read = read_period(text_or_value, number_format=number_format, key=key)
    told = [read.period] if read.period else [Period.parse(str(one.changes[key])) for one in read.choices]
    years = {one.year for one in told}
    if len(years) != 1 or any(one.kind not in ("FY", "CY") for one in told):
        return read
    halves = (Period("H", told[0].year, part) for part in (1, 2))
    kept = tuple(one for one in read.findings if one.code != "period.year_kind")
    asked = (*kept, Finding("period.which_half", str(text_or_value).strip()))
    choices = tuple(Choice(f"{half.label}として取り込む", {key: half.code}) for half in halves)
    return replace(read, period=None, outcome="ask", findings=asked, choices=choices)


def about_halves(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of a cell that wants a half-year: what is to be typed there is one."""
    return tuple(replace(one, advice=WHEN_HALF) if one.advice == WHEN_PERIOD else one for one in issues)
