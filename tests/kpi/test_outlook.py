"""The simple extension: how many points it rests on, and what it says of itself."""

import pytest

from kpi.outlook import outlook
from kpi.period import Period
from tests.kpi.test_status import R10, UP, card

YEARS = [Period("FY", year) for year in range(2023, 2029)]


def points(*values):
    return list(zip(YEARS, values, strict=False))


def test_one_observation_has_no_outlook():
    assert outlook(UP, points(60.0)) is None
    assert outlook(UP, []) is None


def test_observations_up_to_the_baseline_do_not_count():
    assert outlook(UP, [(Period("FY", 2021), 50.0), (Period("FY", 2022), 55.0), *points(60.0)]) is None


def test_two_observations_are_a_straight_line_called_so():
    # 58.0 in R5, 60.0 in R6: +2.0 a year, four years on: 68.0
    got = outlook(UP, points(58.0, 60.0))
    assert (got.method, got.n, got.low, got.high) == ("straight_line", 2, got.value, got.value)
    assert got.value == pytest.approx(68.0)
    assert "直線" in got.sentence
    assert "2点だけ" in got.sentence


def test_three_observations_take_the_median_of_the_slopes_and_their_range():
    # slopes 1.0, 4.0 and (60−55)/2 = 2.5; three years from R7: 60 + 3 × 2.5 = 67.5, band 63.0 to 72.0
    got = outlook(UP, points(55.0, 56.0, 60.0))
    assert (got.method, got.value, got.low, got.high) == ("theil_sen", 67.5, 63.0, 72.0)
    assert "3点だけ" in got.sentence


def test_the_sentence_of_the_method_comes_out_to_the_letter():
    # 2.8 a year from 65.6 in R8, two years on
    got = outlook(UP, points(57.2, 60.0, 62.8, 65.6))
    assert got.sentence == "単純延長では R10 に 71.2(目標の −8.8。県の見通しではありません)"


def test_one_wild_value_does_not_carry_the_line_away():
    assert outlook(UP, points(60.0, 61.0, 99.0, 63.0, 64.0)).value == pytest.approx(65.0)


def test_nothing_is_extended_without_or_behind_the_targets_period():
    assert outlook(card(target_period=None), points(58.0, 60.0)) is None
    assert outlook(UP, [*points(58.0), (R10, 60.0)]) is None


def test_an_outlook_without_a_target_compares_with_none():
    assert "目標の" not in outlook(card(target=None), points(58.0, 60.0)).sentence


def test_values_that_are_no_numbers_are_left_out():
    assert outlook(UP, points(58.0, float("nan"))) is None
    assert outlook(UP, points(-1e308, 1e308)) is None


@pytest.mark.parametrize("part", ["FY2025H1", "FY2024H2", "2025-06", "2025-09-30"])
def test_a_part_of_a_year_is_extended_only_where_it_says_the_whole(part):
    seen = [*points(120.0, 140.0), (Period.parse(part), 75.0)]
    annual = outlook(card(kind="annual", target=200.0), seen)
    assert (annual.n, annual.value) == (2, pytest.approx(220.0))  # +20 a year from 140 in R6 to R10
    assert outlook(card(kind="cumulative", target=200.0), [*points(40.0, 60.0), (Period("H", 2025, 1), 75.0)]).n == 3
    assert outlook(card(kind="level"), [*points(58.0, 60.0), (Period("H", 2025, 1), 61.0)]).n == 3
