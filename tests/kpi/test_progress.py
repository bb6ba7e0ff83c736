"""Which value is judged, and the figures beside it; the whole against a naive reading of the method."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.period import Period
from kpi.plan import Scheme
from kpi.progress import assess, cards_table
from kpi.selection import best_rows
from tests.bench.__main__ import table as bench_table
from tests.bench.figure import Figure
from tests.campaign.marked import length, lengthened
from tests.kpi.test_status import KNOWN, LATE, R4, R6, R10, UP, any_row, card, judged, reason, seen, table

R5 = Period("FY", 2023)
JULY, AUGUST = datetime(2025, 7, 1), datetime(2025, 8, 1)


def test_final_wins_over_a_later_provisional_of_the_same_period():
    assert judged(UP, seen(60.0), seen(61.0, release="provisional", known=JULY))["value"] == 60.0


def test_later_knowledge_wins_within_one_release():
    got = judged(UP, seen(61.0, release="provisional", known=JULY), seen(60.0, release="provisional"))
    assert (got["value"], got["provisional"]) == (61.0, True)


def test_a_newer_provisional_wins_over_an_older_final():
    got = judged(UP, seen(60.0, R5), seen(62.0, release="provisional"))
    assert (got["value"], got["previous_value"], got["previous_period"]) == (62.0, 60.0, "FY2023")


def test_what_was_not_known_on_the_day_is_not_used_and_the_days_own_is():
    rows = [seen(60.0), seen(64.0, known=datetime(2025, 9, 1, 23, 59)), seen(70.0, known=datetime(2025, 9, 2))]
    assert judged(UP, *rows)["value"] == 64.0


def test_a_period_that_has_not_ended_is_not_judged():
    got = judged(UP, seen(70.0, Period("FY", 2025)))
    assert (got["status"], got["reason"]) == ("no_data", "not_ended")


def test_values_at_or_before_the_baseline_are_not_after_it():
    assert judged(UP, seen(70.0, R4), seen(71.0, Period("FY", 2020)))["reason"] == "unanswered"
    assert judged(card(baseline=None, baseline_period=None), seen(90.0, Period("FY", 2020)))["status"] == "achieved"


def test_a_forecast_is_never_judged_but_waits():
    got = judged(UP, seen(60.0, R5), seen(99.0, release="forecast"))
    assert (got["value"], got["waiting"], got["waiting_period"]) == (60.0, "forecast_only", "FY2024")


def test_the_state_of_the_newest_period_asked_is_told():
    got = judged(UP, seen(float("nan"), R5, state="suppressed"), reason("unpublished"))
    assert got["reason"] == "unpublished"


def test_a_newer_state_leaves_the_older_value_judged_and_says_what_waits():
    got = judged(UP, seen(64.0, R5), reason("unpublished"))
    assert (got["value"], got["waiting"], got["waiting_period"]) == (64.0, "unpublished", "FY2024")


@pytest.mark.parametrize(
    ("state", "round_id", "kept"),
    [("unpublished", "later", True), ("not_compiled", "later", True), ("suppressed", "later", False),
     ("not_applicable", "later", False), ("unpublished", "r6", False)],
)  # fmt: skip
def test_a_later_state_takes_a_value_back_only_if_it_cannot_stand_or_the_round_is_its_own(state, round_id, kept):
    later = seen(float("nan"), state=state, known=JULY, round_id=round_id)
    got = judged(UP, seen(60.0, R5), seen(64.0), later)
    assert got["value"] == (64.0 if kept else 60.0)
    assert judged(UP, seen(64.0), later, seen(65.0, known=AUGUST, round_id="last"))["value"] == 65.0


@pytest.mark.parametrize("period", [Period("H", 2024, 1), Period("H", 2024, 2), Period("M", 2025, 3)])
def test_a_part_of_a_year_is_not_judged_on_an_annual_card(period):
    assert judged(card(kind="annual"), seen(70.0, period))["reason"] == "part_year"
    assert judged(card(kind="cumulative"), seen(70.0, period))["value"] == 70.0


def test_calendar_years_and_halves_mix_with_fiscal_years_by_their_end():
    got = judged(UP, seen(60.0, Period("CY", 2024)), seen(61.0, Period("H", 2024, 1)))
    # CY2024 ends at 2025.0: (2025.0 − 2023.25) / 6 years
    assert (got["value"], got["planned"]) == (60.0, pytest.approx(1.75 / 6))


def test_the_figures_of_a_hand_worked_case():
    got = judged(UP, seen(61.5), scheme=Scheme(show_achievement=True))
    assert got["progress"] == pytest.approx(6.5 / 25)
    assert got["planned"] == pytest.approx(2 / 6)
    assert got["pace"] == pytest.approx(0.78)
    assert got["planned_value"] == pytest.approx(55 + 25 / 3)
    assert got["required_per_year"] == pytest.approx(18.5 / 4)
    assert got["pace_per_year"] == pytest.approx(6.5 / 2)
    assert got["achievement"] == pytest.approx(61.5 / 80)


def test_progress_is_never_clipped():
    assert judged(UP, seen(90.0))["progress"] == pytest.approx(1.4)
    assert judged(UP, seen(52.0))["progress"] == pytest.approx(-0.12)


def test_achievement_is_off_unless_asked_and_flatters():
    one = card(baseline=119.0, target=133.0)
    assert np.isnan(judged(one, seen(119.0))["achievement"])
    got = judged(one, seen(119.0), scheme=Scheme(show_achievement=True))
    assert (round(got["achievement"], 3), got["progress"]) == (0.895, 0.0)


@pytest.mark.parametrize(
    ("more", "why"),
    [({"baseline": None}, "baseline_unset"), ({"target": None}, "target_unset"),
     ({"target": 55.0}, "target_equals_baseline"), ({"target": 50.0}, "target_not_ahead")],
)  # fmt: skip
def test_no_progress_rate_has_a_reason(more, why):
    got = judged(card(**more), seen(60.0))
    assert np.isnan(got["progress"])
    assert got["progress_reason"] == why


def test_the_planned_path_goes_through_the_milestones():
    bent = card(milestones=((R5, 57.0), (Period("FY", 2026), 75.0)))
    # R6 lies a third of the way from R5 (57) to R8 (75): 63; e = 8 / 25
    got = judged(bent, seen(63.0))
    assert (got["planned"], got["planned_value"], got["status"]) == (
        pytest.approx(0.32),
        pytest.approx(63.0),
        "on_track",
    )


def test_the_change_since_the_baseline_is_told_without_a_target():
    for value, word in ((60.0, "改善"), (55.0, "横ばい"), (50.0, "悪化")):
        assert judged(card(target=None), seen(value))["baseline_word"] == word
    assert judged(card(direction="decrease", target=None), seen(50.0))["baseline_word"] == "改善"


def test_within_the_band_a_movement_is_neither_better_nor_worse():
    band = card(direction="maintain", target=None, band=(50.0, 70.0))
    assert judged(band, seen(60.0))["baseline_word"] == "横ばい"
    assert judged(band, seen(60.0, R5), seen(75.0))["change_word"] == "悪化"


@pytest.mark.parametrize(("day", "stale"), [(date(2026, 9, 30), False), (date(2026, 10, 1), True)])
def test_stale_is_older_than_cycle_plus_lag(day, stale):
    assert judged(card(lag_months=6), seen(60.0), as_of=day)["stale"] == stale


def test_a_card_listed_twice_is_judged_twice():
    got = assess(cards_table([UP, card(target=60.0)]), table(seen(61.0)), as_of=LATE, scheme=Scheme())
    # p = (61−55)/25 = 0.24, r = 0.72; the second card's target is 60
    assert got["status"].tolist() == ["behind", "achieved"]


def test_milestones_given_as_a_table_replace_the_cards_own():
    points = pd.DataFrame({"indicator_id": ["a", "zz"], "position": [R6.position] * 2, "value": [61.0, 1.0]})
    got = assess(cards_table([UP]), table(seen(61.0)), as_of=LATE, scheme=Scheme("milestone"), milestones=points)
    assert got.loc[0, "reason"] == "milestone_met"


def test_columns_of_words_may_be_categorical():
    frame = table(seen(60.0, R5), seen(61.5), reason("unpublished"))
    words = dict.fromkeys(["indicator_id", "period", "release", "state", "round_id"], "category")
    plain, coded = (
        assess(cards_table([UP]), f, as_of=LATE, scheme=Scheme()) for f in (frame, frame.astype(words))
    )  # fmt: skip
    pd.testing.assert_frame_equal(plain, coded)


def test_the_best_rows_are_one_a_period_and_none_that_was_taken_back():
    taken = seen(float("nan"), R5, state="suppressed", known=JULY)
    observations = table(seen(64.0), seen(63.0, release="provisional", known=JULY), seen(60.0, R5), taken)
    ids = pd.Index(["a"], dtype=object)
    assert observations.iloc[best_rows(observations, ids)]["value"].tolist() == [64.0]
    assert len(best_rows(table(), ids)) == 0


floats = st.integers(-1000, 1000).map(lambda n: n / 10)


@lengthened
@settings(max_examples=length(30, 500), deadline=None)
@given(floats, floats, floats, st.sampled_from([0.5, 2.0, 1000.0]), floats)
def test_progress_does_not_change_with_unit_or_zero_point(base, target, value, scale, shift):
    one = card(baseline=base, target=target, direction="increase" if target > base else "decrease")
    other = card(
        baseline=base * scale + shift, target=target * scale + shift, direction=one.direction,
    )  # fmt: skip
    first, second = judged(one, seen(value)), judged(other, seen(value * scale + shift))
    np.testing.assert_allclose(first["progress"], second["progress"], rtol=1e-6, atol=1e-9)
    assert first["status"] == second["status"]


def naive_value(rows, one):
    """The method's words, one row after another. A level of a half's end and of its last month are of one moment."""
    same = "period" if one.kind == "annual" else "position"
    best = None
    for row in rows:
        withdrawn = any(
            s["state"] in ("unpublished", "suppressed") and s[same] == row[same]
            and s["known_at"] >= row["known_at"] and s["indicator_id"] == "a"
            and (s["state"] == "suppressed" or s["round_id"] == row["round_id"])
            for s in rows
        )  # fmt: skip
        usable = (
            row["indicator_id"] == "a" and row["state"] in ("value", "?") and np.isfinite(row["value"])
            and row["release"] != "forecast" and R4.position < row["position"] <= Period.of_date(LATE).position
            and not (one.kind == "annual" and ("H" in row["period"] or "-" in row["period"])) and not withdrawn
        )  # fmt: skip
        rank = ["", "provisional", "final"].index(row["release"]) if usable else -1
        if usable and (best is None or (row["position"], rank, row["known_at"]) >= best[0]):
            best = ((row["position"], rank, row["known_at"]), row["value"])
    return best[1] if best else None


@lengthened
@settings(max_examples=length(40, 500), deadline=None)
@given(st.lists(any_row(), max_size=10), st.sampled_from(["annual", "level"]))
def test_the_value_judged_is_the_one_that_a_naive_reading_finds(rows, kind):
    one = card(kind=kind)
    got, expected = judged(one, *rows), naive_value(rows, one)
    assert (got["status"] == "no_data") == (expected is None)
    assert expected is None or got["value"] == expected


def test_the_order_of_rows_does_not_matter():
    rows = [seen(60.0, R5), seen(61.5), seen(62.0, known=JULY), seen(79.0, R10, known=KNOWN)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        assert judged(UP, *(rows[k] for k in order))["value"] == 62.0


def test_a_benchmark_beyond_its_limit_is_told_and_does_not_hold():
    good, bad = (Figure("judging", seconds, "plain", 1.0, 5.0) for seconds in (5.0, 5.1))
    assert (good.holds, bad.holds) == (True, False)
    assert "NO" in bench_table([good, bad])
