"""A cell that wants a half-year: read as every period is; a bare year or a month is asked about by its halves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kpi.issue import Choice, Issue
from kpi.period import Period
from loaders.text.dates import PeriodReading, read_period
from loaders.text.findings import WHEN_PERIOD, Finding

#: What is asked of a year or a month no more, once its halves are.
_SETTLED = ("period.year_kind", "period.month_or_day", "period.year_end")
#: How a half-year is written.
WHEN_HALF = "「R8上期」「令和8年度下期」のように、半期で入力してください。"


def read_half(text_or_value: str | float | None, *, number_format: str = "General", key: str) -> PeriodReading:
    """Read one cell of a half-year, as :func:`read_period` does.

    A year is a question with its halves as choices; a month or a day is one with the half-year that it lies in.
    """
    read = read_period(text_or_value, number_format=number_format, key=key)
    told = [read.period] if read.period else [Period.parse(str(one.changes[key])) for one in read.choices]
    years, within = {one.year for one in told}, {_around(one) for one in told}
    if any(one.code == "period.year_end" for one in read.findings):  # 令和8年度末 is the end of its second half
        code, halves = "period.in_half", tuple(within)
    elif len(years) == 1 and all(one.kind in ("FY", "CY") for one in told):
        code, halves = "period.which_half", tuple(Period("H", told[0].year, part) for part in (1, 2))
    elif len(within) == 1 and all(one.kind in ("M", "D") for one in told):
        code, halves = "period.in_half", tuple(within)
    else:
        return read
    kept = tuple(one for one in read.findings if one.code not in _SETTLED)
    asked = (*kept, Finding(code, _quoted(text_or_value, told)))
    choices = tuple(Choice(f"{half.label}として取り込む", {key: half.code}) for half in halves)
    return replace(read, period=None, outcome="ask", findings=asked, choices=choices)


def _around(period: Period) -> Period:
    """The half of a fiscal year in which a period ends."""
    return Period("H", Period.fiscal_year_of(period.end).year, 1 if 4 <= period.end.month <= 9 else 2)


def _quoted(written: str | float | None, told: Sequence[Period]) -> str:
    """What stands in the cell; of a date that is a number, which date that is."""
    return str(written).strip() if isinstance(written, str) else told[0].label


def about_halves(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of a cell that wants a half-year: what is to be typed there is one."""
    return tuple(replace(one, advice=WHEN_HALF) if one.advice == WHEN_PERIOD else one for one in issues)
