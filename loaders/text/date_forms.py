"""The forms in which people write a period, each with the periods it may mean.

A text has lost its notes and brackets before it comes here; see :mod:`loaders.text.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kpi.period import ERAS, Period
from loaders.text.characters import canonical
from loaders.text.findings import Finding

_Y = r"(?:(令和|平成|昭和|令(?=\d)|平(?=\d)|[rhs])\.?(元|\d{1,2})|(\d{4}))"


@dataclass(frozen=True)
class Guess:
    """Candidate periods, best first; several are a question, as is any finding that asks."""

    candidates: tuple[Period, ...]
    findings: tuple[Finding, ...] = ()
    era: str = ""


@dataclass(frozen=True)
class _Year:
    """A year as written: ``year`` is the Gregorian one; ``overrun`` where its era had ended by then."""

    year: int
    era: str = ""
    overrun: bool = False


class Fault(Exception):
    """A finding that ends the reading of a cell."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.finding = Finding(code, detail)


# --- dates ---------------------------------------------------------------------------------------------------


def from_serial(serial: int, expected: Period | None) -> Guess:
    """A date that became a number, Excel's count of days; asked about where it is not near what is expected."""
    day = date(1899, 12, 30) + timedelta(days=serial)
    guess = _of_date(day, expected, "General")
    near = expected is not None and abs(day.year - expected.year) <= 3
    if near and len(guess.candidates) == 1:
        return replace(guess, findings=(*guess.findings, Finding("period.serial", guess.candidates[0].label)))
    return replace(guess, findings=(Finding("period.serial_asked", str(serial)),))


def _of_date(day: date, expected: Period | None, number_format: str) -> Guess:
    """A date cell. Excel turns 2024/9 into the first of September, so a first day may mean its month."""
    whole, month = Period.of_date(day), Period("M", day.year, day.month)
    closing = _closing(whole, expected)
    if closing:
        return closing
    if day.day != 1 or whole == expected:
        return Guess((whole,))
    plain = re.sub(r"\[[^\]]*\]|\"[^\"]*\"|\\.", "", number_format.lower())
    month_only = "m" in plain and "d" not in plain
    if month_only or month == expected:
        shut = _closing(month, expected)
        return shut or Guess((month,), (Finding("period.first_day", month.label),))
    return Guess((month, whole), (Finding("period.month_or_day"),))


def _closing(period: Period, expected: Period | None) -> Guess | None:
    """2025-03-31 where a fiscal year is expected is the end of that very year."""
    same = expected is not None and expected.kind in ("FY", "CY", "H") and period.kind in ("M", "D")
    if expected is None or not same or period.end != expected.end:
        return None
    return Guess((expected,), (Finding("period.same_end", expected.label),))


def from_iso(text: str, expected: Period | None, number_format: str) -> Guess:
    """A date cell's day; its number format tells whether only its month is seen."""
    try:
        return _of_date(date.fromisoformat(text), expected, number_format)
    except ValueError:
        raise Fault("period.impossible", text) from None


# --- texts ---------------------------------------------------------------------------------------------------


def parse(text: str, shown: str, expected: Period | None, carried_era: str) -> Guess:
    """What a text means by its first fitting form; ``shown`` is the whole cell, for messages. Fault without one."""
    for pattern, build in _FORMS:
        match = re.fullmatch(pattern, text)
        if match:
            return build(match, shown, expected)
    if bare := re.fullmatch(r"(元|\d{1,2})(年度|年)?", text):
        return _bare(bare.group(1), bare.group(2) or "", shown, expected, carried_era)
    raise Fault("period.unreadable", shown)


def _year(era: str | None, count: str | None, western: str | None, shown: str, month: int = 12) -> _Year:
    if western:
        if int(western) < 1900:
            raise Fault("period.impossible" if int(western) == 0 else "period.unreadable", shown)
        return _Year(int(western))
    number = 1 if count == "元" else int(count or 0)
    if number == 0:
        raise Fault("period.impossible", shown)
    index = next(i for i, (name, letter, _) in enumerate(ERAS) if era in (name, name[0], letter.lower()))
    year = ERAS[index][2].year + number - 1
    over = index > 0 and date(year, month, 1) > ERAS[index - 1][2]
    return _Year(year, ERAS[index][1], over)


def _overrun(year: _Year, shown: str) -> tuple[Finding, ...]:
    return (Finding("period.era_overrun", shown),) if year.overrun else ()


def _fiscal(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    # 平成31年度 is the regular name of FY2019, whose first month lay in 平成.
    year = _year(m[1], m[2], m[3], shown, month=4)
    period = Period("FY", year.year)
    notes = _overrun(year, shown)
    if m[4]:
        if expected is not None and expected.kind in ("M", "D") and expected.end == period.end:
            period = expected
        notes = (*notes, Finding("period.year_end", period.label))
    return Guess((period,), notes, year.era)


def _calendar(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    year = _year(m[1], m[2], m[3], shown, month=1)
    calendar, notes = Period("CY", year.year), _overrun(year, shown)
    if expected is not None and expected.kind == "FY":
        return Guess((Period("FY", year.year), calendar), (*notes, Finding("period.year_kind", shown)), year.era)
    return Guess((calendar,), notes, year.era)


def _plain_calendar(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    year = _year(m[1], m[2], m[3], shown, month=1)
    return Guess((Period("CY", year.year),), _overrun(year, shown), year.era)


def _bare_year(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    year = _year(m[1], m[2], m[3], shown, month=4)
    return _either_year(year, shown, expected, _overrun(year, shown))


def _either_year(year: _Year, shown: str, expected: Period | None, notes: tuple[Finding, ...]) -> Guess:
    if expected is not None and expected.kind in ("FY", "CY"):
        return Guess((Period(expected.kind, year.year),), notes, year.era)
    both = (Period("FY", year.year), Period("CY", year.year))
    return Guess(both, (*notes, Finding("period.year_kind", shown)), year.era)


def _code_year(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    kind: Literal["FY", "CY"] = "FY" if m[1] == "fy" else "CY"
    return Guess((Period(kind, _year(None, None, m[2], shown).year),))


def _code_half(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    return Guess((Period("H", _year(None, None, m[1], shown).year, int(m[2])),))


def _half(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    year = _year(m[1], m[2], m[3], shown, month=4)
    period = Period("H", year.year, 1 if m[5][0] in "上前" or m[5].startswith("第1") else 2)
    notes = _overrun(year, shown)
    # 令和6年上半期 is January to June in calendar-year statistics.
    asked = (Finding("period.half_kind", shown),) if m[4] == "年" else ()
    return Guess((period,), (*notes, *asked), year.era)


def _quarter(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    raise Fault("period.quarter", shown)


def _month(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    number = int(m[4])
    if not 1 <= number <= 12:
        raise Fault("period.impossible", shown)
    year = _year(m[1], m[2], m[3], shown, number)
    period, notes = Period("M", year.year, number), _overrun(year, shown)
    if _closing(period, expected) and expected is not None:
        return Guess((expected,), (*notes, Finding("period.same_end", expected.label)), year.era)
    return Guess((period,), notes, year.era)


def _day(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    year = _year(m[1], m[2], m[3], shown, min(max(int(m[4]), 1), 12))
    try:
        day = date(year.year, int(m[4]), int(m[5]))
    except ValueError:
        raise Fault("period.impossible", shown) from None
    guess = _closing(Period.of_date(day), expected) or Guess((Period.of_date(day),))
    return replace(guess, findings=(*guess.findings, *_overrun(year, shown)), era=year.era)


def _compact(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    return from_iso(f"{m[1]}-{m[2]}-{m[3]}", expected, "d")


def _no_year(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    """9月末: offered in the year that is expected, never taken."""
    month = int(m[1])
    if not 1 <= month <= 12:
        raise Fault("period.impossible", shown)
    asked = (Finding("period.no_year", shown),)
    if expected is None:
        return Guess((), asked)
    year = expected.year + (1 if expected.kind in ("FY", "H") and month < 4 else 0)
    return Guess((Period("M", year, month),), asked)


def _two_digits(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    return Guess((), (Finding("period.two_digit_year", shown),))


def _short_code(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    """FY25 most likely means FY2025, but some name a fiscal year by the year it ends in: to be offered, not taken."""
    likely = Period("FY" if m[1] == "fy" else "CY", 2000 + int(m[2]))
    return Guess((likely,), (Finding("period.two_digit_year", shown),))


def _relative(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    """来年9月 depends on the day it was written; with an expected period the next two such months are offered."""
    asked = (Finding("period.relative", shown),)
    month = re.search(r"(\d{1,2})月", shown)
    if expected is None or not month or not 1 <= int(month.group(1)) <= 12:
        return Guess((), asked)
    number, after = int(month.group(1)), expected.end
    first = after.year + (number <= after.month)
    return Guess((Period("M", first, number), Period("M", first + 1, number)), asked)


def _season(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    return Guess((), (Finding("period.season", shown),))


_POINT = rf"{_Y}[年./](\d{{1,2}})(?:[月./](\d{{1,2}})日?|月)?"
_END = r"(?:(令和|平成|昭和|[rhs])\.?(元|\d{1,2})[年./]|(\d{4})[年./]|(\d{1,2})[年./](?=\d))?"
_END += r"(\d{1,2})(?:[月./](\d{1,2})日?|月末?)?"


def _span(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    """R6.4~R7.3 is FY2024 when it begins and ends where the year does; any other span is a question."""
    first = _year(m[1], m[2], m[3], shown, min(max(int(m[4]), 1), 12))
    start = _point(first.year, m[4], m[5] or "1", shown)
    if m[6] or m[8]:
        end_year = _year(m[6], m[7], m[8], shown).year
    elif m[9]:
        end_year = _year(m[1], m[9], None, shown).year if m[1] else 2000 + int(m[9])
    else:
        end_year = first.year
    _point(end_year, m[10], m[11] or "1", shown)
    last = Period("M", end_year, int(m[10]))
    closes = not m[11] or int(m[11]) == last.end.day
    whole = _whole(start, last) if closes and start.day == 1 else None
    if whole:
        return Guess((whole,), (Finding("period.span", whole.label),), first.era)
    return Guess((last,), (Finding("period.span_asked", shown),), first.era)


def _point(year: int, month: str, day: str, shown: str) -> date:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        raise Fault("period.impossible", shown) from None


def _whole(start: date, last: Period) -> Period | None:
    """The year or half that begins on a day and ends with a month."""
    year = start.year
    for period, month in (
        (Period("FY", year), 4),
        (Period("CY", year), 1),
        (Period("H", year, 1), 4),
        (Period("H", year, 2), 10),
    ):
        if start.month == month and period.end == last.end:
            return period
    return None


def _year_span(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    first, last = _year(m[1], m[2], m[3], shown, 4), _year(m[4], m[5], m[6], shown, 4)
    return Guess((Period("FY", last.year), Period("FY", first.year)), (Finding("period.span_asked", shown),))


def _bare(count: str, unit: str, shown: str, expected: Period | None, carried_era: str) -> Guess:
    """A number alone: with the era of the rows above it is a year, without it a question."""
    if not carried_era:
        asked = (Finding("period.no_era", shown),)
        likely = expected if expected is not None and re.match(rf"[RHS]{count}(?!\d)", expected.short) else None
        return Guess((likely,) if likely else (), asked)
    era = canonical(carried_era)
    if era not in {word for name, letter, _ in ERAS for word in (name, letter.lower())}:
        raise Fault("period.unreadable", shown)
    year = _year(era, count, None, shown, month=4)
    if unit == "年度":
        guess = Guess((Period("FY", year.year),), _overrun(year, shown), year.era)
    else:
        guess = _either_year(year, shown, expected, _overrun(year, shown))
        if unit == "年" and expected is not None and expected.kind == "FY":
            both = (Period("FY", year.year), Period("CY", year.year))
            guess = Guess(both, (Finding("period.year_kind", shown),), year.era)
    label = guess.candidates[0].label
    return replace(guess, findings=(*guess.findings, Finding("period.carried_era", label)))


_Build = Callable[[re.Match[str], str, Period | None], Guess]

#: Forms of a period, each with what it means. The order matters only where a comment says so.
_FORMS: tuple[tuple[str, _Build], ...] = (
    (r"(fy|cy)(\d{4})", _code_year),
    (r"(fy|cy)'?(\d\d)", _short_code),
    (r"(\d{4})(fy)", lambda m, shown, expected: Guess((Period("FY", int(m[1])),))),
    (r"(?:fy)?(\d{4})h([12])", _code_half),
    (rf"{_Y}(?:会計)?年度(末)?", _fiscal),
    (rf"{_Y}(?:暦年|年次)", _plain_calendar),
    (rf"{_Y}年", _calendar),
    (_Y, _bare_year),
    (rf"{_Y}\.?(年度|年)?の?((?:上|下)(?:半?期)?|(?:前|後)(?:半?期)|第[12]半期)末?", _half),
    (rf"(?:{_Y}(?:年度|年)?)?(?:第?[1-4一二三四]四半期|[1-4]q|q[1-4])(?:{_Y})?", _quarter),
    (rf"{_Y}(?:年度|年|[./-])(\d{{1,2}})月?(?:末日?|中)?", lambda m, s, e: _month_of_year(m, s, e)),
    (rf"{_Y}[年./-](\d{{1,2}})[月./-](\d{{1,2}})日?", _day),
    (r"((?:19|20)\d\d)(\d\d)(\d\d)", _compact),
    (r"([2-7]\d{4})", lambda m, shown, expected: from_serial(int(m[1]), None)),
    (r"(\d{1,2})月(?:\d{1,2}日|末日?)?", _no_year),
    (r"(\d{1,2})/\d{1,2}", _no_year),
    (r"'?\d\d(?:年度|年|[./-]\d{1,2}(?:[./-]\d{1,2})?月?末?)", _two_digits),
    (r"(?:来|翌|今|本|昨|前|再来|一昨)(?:年度?|月|々年度?).*", _relative),
    (r"当(?:年度?|月).*", _relative),
    (rf"{_Y}(?:年度|年)?(?:の)?(?:春|夏|秋|冬|初頭|前半|後半|末|中)", _season),
    (rf"{_POINT}(?:~|-|から){_END}(?:まで)?", _span),
    (rf"{_Y}(?:年度)?(?:~|-|から){_Y}(?:年度)?", _year_span),
)


def _month_of_year(m: re.Match[str], shown: str, expected: Period | None) -> Guess:
    """令和6年度3月 lies in the calendar year after; which one was meant is asked."""
    if "年度" not in m[0]:
        return _month(m, shown, expected)
    guess = _month(m, shown, None)
    month = guess.candidates[0]
    if month.part >= 4:
        return guess
    both = (Period("M", month.year + 1, month.part), month)
    return Guess(both, (*guess.findings, Finding("period.two_periods", shown)), guess.era)
