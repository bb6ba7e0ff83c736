"""Numbers and words for people."""

import math

import pytest

from kpi.plan import Scheme
from kpi.printing.number_words import change_text, in_myriads, number, per_year, percent, with_unit
from kpi.status import status_word


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1234, 0, "1,234"), (77.40000001, 1, "77.4"), (-12.0, 1, "−12.0"), (2.5, 0, "3"), (0.125, 2, "0.13"),
     (1.005, 2, "1.01"), (-0.04, 1, "0.0"), (-2.5, 0, "−3"), (None, 1, "―"), (math.nan, 1, "―"), (math.inf, 0, "―"),
     (1e12 + 0.5, 0, "1,000,000,000,001"), (1e15, 1, "1,000,000,000,000,000.0"), (1e300, 0, f"{10**300:,}")],
)  # fmt: skip
def test_numbers_round_half_up_on_their_decimal_text(value, decimals, text):
    assert number(value, decimals) == text


def test_units_stand_behind_the_number_and_nothing_has_none():
    assert with_unit(1234.0, "件", 0) == "1,234件"
    assert with_unit(77.4, "％", 1) == "77.4%"
    assert with_unit(None, "件", 0) == "―"


@pytest.mark.parametrize(
    ("delta", "unit", "text"),
    [(3.2, "%", "+3.2ポイント"), (-3.2, "％", "−3.2ポイント"), (0.0, "件", "±0.0件"), (12.0, "件", "+12.0件"),
     (0.04, "%", "+0.1ポイント未満"), (-0.01, "%", "−0.1ポイント未満"), (math.nan, "%", "―")],
)  # fmt: skip
def test_changes_carry_their_sign_and_rates_change_by_points(delta, unit, text):
    assert change_text(delta, unit, 1) == text


def test_percent_and_yearly_and_large_numbers():
    assert percent(0.8) == "80%"
    assert percent(0.825) == "82.5%"
    assert percent(None) == percent(math.nan) == "―"
    assert per_year(2.5, "%", 1) == "年+2.5ポイント"
    assert in_myriads(38420000, "枚") == "3,842万枚"
    assert in_myriads(123456789, "円") == "1.2億円"
    assert in_myriads(999, "件") == "999件"
    assert in_myriads(4464610, "百万円") == "4,464,610百万円"


def test_status_words_are_the_plans():
    assert status_word("achieved", "target_met", Scheme()) == "達成"
    assert status_word("no_data", "suppressed", Scheme()) == "秘匿"
    assert status_word("no_data", "forecast_only", Scheme()) == "見込値のみ"
    assert status_word("not_assessable", "target_unset", Scheme()) == "評価対象外(目標値設定中)"
    own = Scheme(words={"behind": "取組強化", "unpublished": "公表待ち", "not_assessable": "対象外"})
    assert status_word("behind", "pace", own) == "取組強化"
    assert status_word("no_data", "unpublished", own) == "公表待ち"
    assert status_word("not_assessable", "baseline_unset", own) == "対象外(現状値設定中)"
