"""Periods: codes that come back, an order that follows the calendar, positions and Japanese names by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.period import Period

YEARS = st.integers(1927, 2200)
PERIODS = st.one_of(
    st.builds(Period, st.sampled_from(["FY", "CY"]), YEARS),
    st.builds(Period, st.just("H"), YEARS, st.integers(1, 2)),
    st.builds(Period, st.just("M"), YEARS, st.integers(1, 12)),
    st.dates(date(1927, 1, 1), date(2200, 12, 31)).map(Period.of_date),
)


@given(PERIODS)
def test_a_code_reads_back_as_the_same_period(period: Period) -> None:
    assert Period.parse(period.code) == period


@given(PERIODS, PERIODS)
def test_order_and_position_follow_the_last_day(a: Period, b: Period) -> None:
    assert (a < b) == (a.end < b.end)
    assert (a.position == b.position) == (a.end == b.end)


@given(st.dates(date(1927, 1, 1), date(2200, 12, 31)))
def test_a_day_lies_in_its_fiscal_year(day: date) -> None:
    year = Period.fiscal_year_of(day)
    assert date(year.year, 4, 1) <= day <= year.end


@given(YEARS)
def test_a_fiscal_year_is_its_second_half_and_its_march(year: int) -> None:
    ends = {Period.parse(code).position for code in (f"FY{year}", f"FY{year}H2", f"{year + 1}-03", f"{year + 1}-03-31")}
    assert ends == {year + 1.25}


@pytest.mark.parametrize(
    ("code", "position", "short", "label"),
    [
        ("FY2024", 2025.25, "R6", "令和6年度(2024年度)"),
        ("FY2019", 2020.25, "R元", "令和元年度(2019年度)"),
        ("FY2018", 2019.25, "H30", "平成30年度(2018年度)"),
        ("CY2024", 2025.0, "R6年", "令和6年(2024年)"),
        ("CY2019", 2020.0, "R元年", "令和元年(2019年)"),
        ("CY2016", 2017.0, "H28年", "平成28年(2016年)"),
        ("FY2024H1", 2024.75, "R6上期", "令和6年度上期(2024年度上期)"),
        ("FY2024H2", 2025.25, "R6下期", "令和6年度下期(2024年度下期)"),
        ("2024-09", 2024.75, "R6.9末", "令和6年9月末(2024年9月末)"),
        ("2019-04", 2019 + 4 / 12, "H31.4末", "平成31年4月末(2019年4月末)"),
        ("2024-09-30", 2024.75, "R6.9.30", "令和6年9月30日(2024年)"),
        ("2024-04-15", 2024 + 3.5 / 12, "R6.4.15", "令和6年4月15日(2024年)"),
        ("2024-02-29", 2024 + 2 / 12, "R6.2.29", "令和6年2月29日(2024年)"),
    ],
)
def test_positions_and_names_worked_by_hand(code: str, position: float, short: str, label: str) -> None:
    period = Period.parse(code)
    assert period.position == pytest.approx(position, abs=1e-12)
    assert (period.short, period.label, str(period)) == (short, label, code)


@pytest.mark.parametrize(
    "code", ["", "2024", "FY24", "CY2024H1", "FY2024H3", "2024-13", "2023-02-29", "fy2024", " FY2024", "FY2024\n", "R6"]
)
def test_anything_else_is_refused(code: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(code)
