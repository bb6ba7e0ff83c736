"""Periods as people write them: 和暦 and 西暦, fiscal and calendar, and what is asked."""

# ruff: noqa: E501 (a case is one line)
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.period import Period
from loaders.text.dates import PeriodReading, read_period

FY, CY = Period("FY", 2024), Period("CY", 2024)


def codes(reading: PeriodReading) -> set[str]:
    return {f.code.removeprefix("period.") for f in reading.findings}


# name, text, expected, code of the period, note ("" where nothing was ignored)
CERTAIN: list[tuple[str, Any, Period | None, str, str]] = [
    ("era fiscal year", "令和6年度", None, "FY2024", ""),
    ("letter", "R6", FY, "FY2024", ""),
    ("small letter", "r6", FY, "FY2024", ""),
    ("full-width letter", "Ｒ６", FY, "FY2024", ""),
    ("letter, calendar year expected", "R6", CY, "CY2024", ""),
    ("letter and 年度", "R6年度", None, "FY2024", ""),
    ("spaces between", "令和 ６ 年度", None, "FY2024", ""),
    ("square era sign", "㋿6年度", None, "FY2024", ""),
    ("first year", "令和元年度", None, "FY2019", ""),
    ("first year by letter", "R元", FY, "FY2019", ""),
    ("last letter of Heisei", "H31", FY, "FY2019", ""),
    ("last fiscal year of Heisei", "平成31年度", None, "FY2019", ""),
    ("printed before the change of era", "平成32年度", None, "FY2020", "era_overrun"),
    ("last calendar year of Heisei", "平成31年", CY, "CY2019", ""),
    ("last year of Showa", "昭和64年", Period("CY", 1990), "CY1989", ""),
    ("first calendar year of Reiwa", "令和元年", None, "CY2019", ""),
    ("calendar year, nothing expected", "令和6年", None, "CY2024", ""),
    ("calendar year, said so", "2024暦年", FY, "CY2024", ""),
    ("Gregorian fiscal year", "2024年度", None, "FY2024", ""),
    ("bare Gregorian", "2024", FY, "FY2024", ""),
    ("bare number", 2024.0, FY, "FY2024", ""),
    ("code", "FY2024", None, "FY2024", ""),
    ("half code", "FY2024H1", None, "FY2024H1", ""),
    ("year and month", "2024/9", None, "2024-09", ""),
    ("month code", "2024-09", None, "2024-09", ""),
    ("month in words", "2024年9月", None, "2024-09", ""),
    ("month's end", "R6.9末", None, "2024-09", ""),
    ("month's end in words", "令和6年9月末", None, "2024-09", ""),
    ("day by dots", "R6.9.30", None, "2024-09-30", ""),
    ("day cell", "2024-09-30", None, "2024-09-30", ""),
    ("day cell with time", "2024-09-30T00:00:00", None, "2024-09-30", ""),
    ("leap day", "R6.2.29", None, "2024-02-29", ""),
    ("eight digits", "20240930", None, "2024-09-30", ""),
    ("as of a day", "令和6年10月1日現在", None, "2024-10-01", "note_ignored"),
    ("first half", "R6上期", None, "FY2024H1", ""),
    ("second half", "令和6年度下半期", None, "FY2024H2", ""),
    ("former half", "R6前期", None, "FY2024H1", ""),
    ("end of the fiscal year", "令和6年度末", FY, "FY2024", "year_end"),
    ("end of the fiscal year as a day", "令和6年度末", Period("D", 2025, 3, 31), "2025-03-31", "year_end"),
    ("March is the year's end", "R7.3末", FY, "FY2024", "same_end"),
    ("last day is the year's end", "2025-03-31", FY, "FY2024", "same_end"),
    ("span of a fiscal year", "R6.4～R7.3", FY, "FY2024", "span"),
    ("span, era once", "R6.4～7.3", FY, "FY2024", "span"),
    ("span by days", "令和6年4月1日から令和7年3月31日まで", FY, "FY2024", "span"),
    ("span of a calendar year", "2024年1月～12月", FY, "CY2024", "span"),
    ("span of a half", "R6.4～9", FY, "FY2024H1", "span"),
    ("both calendars", "令和6年度(2024年度)", None, "FY2024", ""),
    ("release behind", "R6.9（速報）", None, "2024-09", "note_ignored"),
    ("about a month", "R8.9頃", None, "2026-09", "about"),
    ("serial number of a near day", 45565.0, FY, "2024-09-30", "serial"),
    ("Excel's first of the month, month expected", "2024-09-01", Period("M", 2024, 9), "2024-09", "first_day"),
]

#: One fiscal year in many letters, nothing of it a question.
SAME_YEAR = (
    "令和六年度", "二〇二四年度", "Ｒ六年度", "2024（令和6）年度", "令和6（2024）年度", "令和六（二〇二四）年度", "2024年度(R6)",
    "R6(2024)年度", "令6(2024)年度", "令和6年度(2024)", "ﾚｲﾜ6年度", "れいわ6年度", "レイワ６年度", "FY2024（令和6年度）", "（令和6年度）",
    "「令和6年度」", "令和6(2024)年度末", "R7.3末(令和6年度末)", "令和7(2025)年3月末",
)  # fmt: skip
CERTAIN += [(f"{text} of many letters", text, FY, "FY2024", "") for text in SAME_YEAR]
CERTAIN += [
    ("kanji month's end", "令和六年九月末", None, "2024-09", ""),
    ("kanji day", "令和六年十月三十一日", None, "2024-10-31", ""),
    ("formal kanji", "令和弐年度", FY, "FY2020", ""),
    ("kanji Heisei", "平成三十年度", None, "FY2018", ""),
    ("kanji ten", "令和十年度", None, "FY2028", ""),
    ("half-width Heisei", "ﾍｲｾｲ30年度", None, "FY2018", ""),
    ("year twice in a month", "令和6年(2024)9月末", None, "2024-09", ""),
    ("mark in brackets", "令和6年度(速)", None, "FY2024", "note_ignored"),
    ("letter mark", "R6p", FY, "FY2024", "note_ignored"),
    ("mark in front", "速報R6年度", FY, "FY2024", "note_ignored"),
    ("mark and footnote", "R6年度(速)(注)", FY, "FY2024", "note_ignored"),
]

# name, text, expected, code, periods offered
DOUBTFUL: list[tuple[str, Any, Period | None, str, list[str]]] = [
    ("calendar year where a fiscal year is due", "令和6年", FY, "year_kind", ["FY2024", "CY2024"]),
    ("the same with the Gregorian year", "令和6年(2024年)", FY, "year_kind", ["FY2024", "CY2024"]),
    ("letter, nothing expected", "R6", None, "year_kind", ["FY2024", "CY2024"]),
    ("first calendar year", "令和元年", FY, "year_kind", ["FY2019", "CY2019"]),
    ("half of a calendar year", "令和6年上半期", None, "half_kind", ["FY2024H1"]),
    ("Excel's first of the month", "2024-09-01", FY, "month_or_day", ["2024-09", "2024-09-01"]),
    ("serial of a far day", 36892.0, FY, "serial_asked", ["2001-01", "2001-01-01"]),
    ("serial as text", "45565", FY, "serial_asked", ["2024-09-30"]),
    ("no era", "6", FY, "no_era", ["FY2024"]),
    ("no era and not this year", "3", FY, "no_era", []),
    ("no year", "9月末", FY, "no_year", ["2024-09"]),
    ("no year, after New Year", "2月", FY, "no_year", ["2025-02"]),
    ("day without a year", "9/30", FY, "no_year", ["2024-09"]),
    ("two digits", "24年度", FY, "two_digit_year", []),
    ("two digits of a fiscal year", "FY24", FY, "two_digit_year", ["FY2024"]),
    ("two digits of a calendar year", "CY'21", None, "two_digit_year", ["CY2021"]),
    ("far future", "令和40年度", FY, "far", ["FY2058"]),
    ("next year", "来年9月", FY, "relative", ["2025-09", "2026-09"]),
    ("this fiscal year", "今年度", FY, "relative", []),
    ("season", "R8春", FY, "season", []),
    ("two fiscal years", "令和6年度(2025年度)", FY, "two_periods", ["FY2024", "FY2025"]),
    ("month of a fiscal year", "R6年度3月", FY, "two_periods", ["2025-03", "2024-03"]),
    ("span of three months", "R6.4～R6.6", FY, "span_asked", ["2024-06"]),
    ("span of two years", "R5～R6", FY, "span_asked", ["FY2024", "FY2023"]),
    ("two years in one", "2024（令和5）年度", FY, "two_periods", ["FY2024", "FY2023"]),
    ("two years in one, the other way", "令和6（2025）年度", FY, "two_periods", ["FY2024", "FY2025"]),
    ("two years of a month", "令和6年(2023)9月末", None, "two_periods", ["2024-09", "2023-09"]),
    ("two years in kanji", "令和五（2024）年度", FY, "two_periods", ["FY2023", "FY2024"]),
    ("ten without 度", "令和十年", FY, "year_kind", ["FY2028", "CY2028"]),
    ("kanji month without a year", "十二月", FY, "no_year", ["2024-12"]),
    ("a number that may be a month", 2024.9, FY, "no_era", ["2024-09"]),
]

WRONG: list[tuple[str, Any, str]] = [
    ("30 February", "R6.2.30", "impossible"),
    ("31 June cell", "2024-06-31", "impossible"),
    ("month 13", "R6.13", "impossible"),
    ("year zero", "R0", "impossible"),
    ("fiscal year zero", "令和0年度", "impossible"),
    ("29 February in a common year", "令和5年2月29日", "impossible"),
    ("quarter", "第1四半期", "quarter"),
    ("quarter of a year", "令和6年度第2四半期", "quarter"),
    ("quarter in kanji", "令和六年度第二四半期", "quarter"),
    ("error", "#REF!", "error"),
    ("words", "毎年", "unreadable"),
    ("circled digit", "R①", "unreadable"),
    ("Arabic-Indic digits", "٢٠٢٤", "unreadable"),
    ("an era before these", "大正15年", "unreadable"),
    ("boolean", True, "unreadable"),
    ("nan", float("nan"), "unreadable"),
    ("a share", 0.5, "unreadable"),
]


@pytest.mark.parametrize(("text", "expected", "code", "note"), [pytest.param(*c[1:], id=c[0]) for c in CERTAIN])
def test_certain_periods_are_taken(text: Any, expected: Period | None, code: str, note: str) -> None:
    reading = read_period(text, expected=expected)
    assert reading.outcome == "value", reading
    assert reading.period is not None
    assert reading.period.code == code
    assert codes(reading) == {note} - {""}


@pytest.mark.parametrize(("text", "expected", "code", "offered"), [pytest.param(*c[1:], id=c[0]) for c in DOUBTFUL])
def test_doubtful_periods_ask(text: Any, expected: Period | None, code: str, offered: list[str]) -> None:
    reading = read_period(text, expected=expected)
    assert (reading.outcome, reading.period) == ("ask", None)
    assert code in codes(reading)
    assert [choice.changes["period"] for choice in reading.choices] == offered


@pytest.mark.parametrize(("text", "code"), [pytest.param(*c[1:], id=c[0]) for c in WRONG])
def test_impossible_periods_are_refused(text: Any, code: str) -> None:
    reading = read_period(text, expected=FY)
    assert (reading.outcome, reading.period) == ("wrong", None)
    assert codes(reading) == {code}


@pytest.mark.parametrize("text", [None, "", "　", "\n"])
def test_empty_is_empty(text: str | None) -> None:
    assert read_period(text).outcome == "empty"


@pytest.mark.parametrize(("text", "code"), [("未定", "undecided"), ("－", "missing_mark"), ("…", "missing_mark")])
def test_no_period_is_said(text: str, code: str) -> None:
    reading = read_period(text)
    assert (reading.outcome, codes(reading)) == ("missing", {code})


def test_an_era_is_carried_down_the_rows() -> None:
    first = read_period("令和元年度", expected=FY)
    second = read_period("2", expected=FY, carried_era=first.era)
    third = read_period(3.0, expected=FY, carried_era=second.era)
    assert [r.period.code for r in (first, second, third) if r.period] == ["FY2019", "FY2020", "FY2021"]
    assert codes(second) == {"carried_era"}
    assert read_period("3年", expected=FY, carried_era="令和").outcome == "ask"


def test_a_month_format_settles_the_first_of_the_month() -> None:
    reading = read_period("2024-09-01", expected=FY, number_format="yyyy/m")
    assert reading.period == Period("M", 2024, 9)
    assert read_period("2024-09-01", expected=FY, number_format="yyyy/m/d").outcome == "ask"


def test_a_choice_sets_the_column_it_was_asked_for() -> None:
    reading = read_period("来年9月", expected=FY, key="next_release")
    assert reading.choices[0].changes == {"next_release": "2025-09"}


days = st.dates(date(1990, 1, 1), date(2040, 12, 31))
periods = st.one_of(
    days.map(lambda d: Period("FY", d.year)),
    days.map(lambda d: Period("CY", d.year)),
    days.map(lambda d: Period("H", d.year, 1 + d.month % 2)),
    days.map(lambda d: Period("M", d.year, d.month)),
    days.map(Period.of_date),
)


@settings(max_examples=300, deadline=None)
@given(periods, st.sampled_from(["code", "short", "label"]))
def test_what_the_program_writes_it_reads_back(period: Period, style: str) -> None:
    reading = read_period(getattr(period, style), expected=period)
    assert reading.period == period, (getattr(period, style), reading)


@settings(max_examples=800, deadline=None)
@given(
    st.one_of(
        st.text(max_size=30), st.text(alphabet="令和平成元年度月日末RrHＲ６0123456789./-～()上下期 頃", max_size=12)
    )
)
def test_arbitrary_text_never_raises(text: str) -> None:
    for expected in (None, FY, Period("H", 2024, 1)):
        reading = read_period(text, expected=expected)
        assert (reading.outcome == "value") == (reading.period is not None)


@settings(max_examples=300, deadline=None)
@given(st.floats())
def test_arbitrary_numbers_never_raise(value: float) -> None:
    reading = read_period(value, expected=FY)
    assert (reading.outcome == "value") == (reading.period is not None)


@pytest.mark.parametrize(("text", "quoted"), [
    ("ﾚｲﾜ４０年度", "ﾚｲﾜ４０年度"), ("令和四十年度", "令和四十年度"), ("２４年度", "２４年度"), ("Ｒ６．４〜Ｒ６．６", "Ｒ６．４〜Ｒ６．６"), ("Ｒ６．９　頃", "頃"),
])  # fmt: skip
def test_what_was_typed_is_quoted_as_it_was_typed(text: str, quoted: str) -> None:
    assert quoted in [f.detail for f in read_period(text, expected=FY).findings]
