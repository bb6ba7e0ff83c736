"""Which period a round asks for: publication lag, survey years, cycles, halves."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.collection.schedule import add_months, expected_period, is_surveyed, previous, publication_day
from kpi.period import Period
from kpi.plan import Card, Indicator, Round

INDICATOR = Indicator("x", "1", "field", "指標", "件", "")


def card(**changes: object) -> Card:
    return Card(
        **{"indicator_id": "x", "version": 1, "direction": "increase", "kind": "level", "decimals": 0, **changes}
    )  # type: ignore[arg-type]


def yearly(year: int) -> Round:
    return Round(f"fy{year}", "", "annual", Period("FY", year), date(year + 1, 10, 1), date(year + 1, 11, 28))


@pytest.mark.parametrize(
    ("lag", "asked"), [(0, "FY2024"), (7, "FY2024"), (8, "FY2023"), (19, "FY2023"), (24, "FY2022"), (32, "FY2021")]
)
def test_a_late_statistic_is_asked_for_the_newest_published_year(lag: int, asked: str) -> None:
    """The round of FY2024 ends on 2025-11-28; FY2024 + 8 months is 2025-11-30, two days too late."""
    assert expected_period(card(lag_months=lag), INDICATOR, yearly(2024)) == (Period.parse(asked), True)


@pytest.mark.parametrize(
    ("year", "asked"),
    [(2024, ("CY2024", False)), (2025, ("CY2025", False)), (2026, ("CY2026", True)), (2027, ("CY2027", False))],
)
def test_a_five_yearly_survey_has_a_value_only_in_its_years(year: int, asked: tuple[str, bool]) -> None:
    survey = card(
        cycle_months=60, lag_months=9, survey_years=(2016, 2021, 2026), target_period=Period("CY", 2026)
    )  # fmt: skip
    period, due = expected_period(survey, INDICATOR, yearly(year))
    assert (period.code, due) == asked


def test_every_survey_year_is_asked_exactly_once_over_the_rounds() -> None:
    for lag in range(0, 60):
        survey = card(
            cycle_months=60, lag_months=lag, survey_years=(2016, 2021, 2026), target_period=Period("CY", 2026)
        )
        answers = [expected_period(survey, INDICATOR, yearly(year)) for year in range(2016, 2036)]
        asked = [period.year for period, due in answers if due and period.year >= 2021]
        assert asked == [2021, 2026]


def test_without_a_list_the_cycle_counts_from_the_baseline() -> None:
    three_yearly = card(cycle_months=36, baseline_period=Period("FY", 2021))
    assert [y for y in range(2018, 2031) if is_surveyed(three_yearly, Period("FY", y))] == [
        2018,
        2021,
        2024,
        2027,
        2030,
    ]
    assert is_surveyed(card(cycle_months=36), Period("FY", 2025))


def test_a_round_for_targets_asks_for_the_baseline_period_where_the_plan_gives_it() -> None:
    targets = Round("t", "", "targets", Period("FY", 2023), date(2023, 12, 1), date(2024, 1, 31))
    given = card(lag_months=24, baseline_period=Period("FY", 2021))
    assert expected_period(given, INDICATOR, targets) == (Period("FY", 2021), True)
    assert expected_period(card(lag_months=3), INDICATOR, targets) == (Period("FY", 2022), True)


def test_a_half_year_round_asks_half_yearly_data_for_the_half_and_yearly_data_for_the_last_year() -> None:
    half = Round("h", "", "half", Period("H", 2025, 1), date(2025, 11, 4), date(2025, 12, 5))
    assert expected_period(card(cycle_months=6), INDICATOR, half)[0].code == "FY2025H1"
    assert expected_period(card(cycle_months=6, lag_months=6), INDICATOR, half)[0].code == "FY2024H2"
    assert expected_period(card(), INDICATOR, half)[0].code == "FY2024"


def test_without_dates_the_round_asks_for_its_own_period() -> None:
    undated = Round("u", "", "annual", Period("FY", 2024))
    assert expected_period(card(lag_months=24), INDICATOR, undated) == (Period("FY", 2024), True)


def test_a_card_of_another_indicator_is_refused() -> None:
    with pytest.raises(ValueError):
        expected_period(card(indicator_id="y"), INDICATOR, yearly(2024))


@pytest.mark.parametrize(
    ("code", "lag", "day"),
    [
        ("FY2024", 0, date(2025, 3, 31)),
        ("FY2024", 3, date(2025, 6, 30)),
        ("FY2026", 24, date(2029, 3, 31)),
        ("CY2026", 9, date(2027, 9, 30)),
        ("2024-11-15", 3, date(2025, 2, 15)),
        ("2024-11", 3, date(2025, 2, 28)),
    ],
)
def test_publication_days_worked_by_hand(code: str, lag: int, day: date) -> None:
    assert publication_day(card(lag_months=lag), Period.parse(code)) == day


def test_months_are_added_within_the_calendar() -> None:
    assert add_months(date(2024, 1, 30), 1) == date(2024, 2, 29)
    assert add_months(date(2023, 12, 31), 2) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("FY2024", "FY2023"), ("CY2024", "CY2023"), ("FY2024H2", "FY2024H1"), ("FY2024H1", "FY2023H2"),
        ("2024-01", "2023-12"), ("2024-07", "2024-06"), ("2024-03-01", "2024-02-29"),
    ],
)  # fmt: skip
def test_the_period_before(code: str, before: str) -> None:
    assert previous(Period.parse(code)).code == before
