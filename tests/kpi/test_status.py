"""The status table row by row, both options, boundaries, and what must hold for any input."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.period import Period
from kpi.plan import Card, Indicator, Scheme
from kpi.printing.explanation import calculation, explain
from kpi.progress import assess, cards_table
from kpi.schemes import METHODS, outcomes_of
from kpi.status import RANKS, STATUSES, standing, status_word, statuses_of
from tests.campaign.marked import length, lengthened

R4, R6, R10 = Period("FY", 2022), Period("FY", 2024), Period("FY", 2028)
LATE = date(2025, 9, 1)
KNOWN = datetime(2025, 6, 1)


def card(**more):
    """55.0 in R4 towards 80.0 in R10, more is better, unless told otherwise."""
    plain = {
        "indicator_id": "a", "version": 1, "direction": "increase", "kind": "level", "decimals": 1,
        "baseline": 55.0, "baseline_period": R4, "target": 80.0, "target_period": R10,
    }  # fmt: skip
    return Card(**(plain | more))


def seen(value, period=R6, *, release="final", state="value", known=KNOWN, round_id="r6", indicator_id="a"):
    return {
        "indicator_id": indicator_id, "period": period.code, "position": period.position, "value": value,
        "release": release, "state": state, "known_at": known, "round_id": round_id,
    }  # fmt: skip


def table(*rows):
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(seen(1.0)))


def judged(one_card, *rows, scheme=None, as_of=LATE):
    return assess(cards_table([one_card]), table(*rows), as_of=as_of, scheme=scheme or Scheme()).iloc[0]


def reason(value):
    return seen(float("nan"), state=value, release="")


UP, DOWN = card(), card(direction="decrease", baseline=80.0, target=55.0)
BAND = card(direction="maintain", target=None, band=(60.0, 70.0))
# Row of the table, card, observations, status, reason. Planned at R6: e = (R6−R4)/(R10−R4) = 2/6.
CASES = {
    "1 unpublished": (UP, [reason("unpublished")], "no_data", "unpublished"),
    "1 not a survey year": (UP, [reason("not_survey_year")], "no_data", "not_survey_year"),
    "1 suppressed": (UP, [reason("suppressed")], "no_data", "suppressed"),
    "1 nothing said": (UP, [], "no_data", "unanswered"),
    "1 only the baseline's own period": (UP, [seen(99.0, R4)], "no_data", "unanswered"),
    "1 only a forecast": (UP, [seen(99.0, release="forecast")], "no_data", "forecast_only"),
    "2 no target": (card(target=None, target_period=None), [seen(60.0)], "not_assessable", "target_unset"),
    "2 maintain, no band": (card(direction="maintain"), [seen(60.0)], "not_assessable", "band_unset"),
    "3 met": (UP, [seen(80.0)], "achieved", "target_met"),
    "3 met downwards": (DOWN, [seen(55.0)], "achieved", "target_met"),
    "3 met without a baseline": (card(baseline=None, baseline_period=None), [seen(81.0)], "achieved", "target_met"),
    "3 at least": (card(direction="maintain", target=None, band=(60.0, None)), [seen(60.0)], "achieved", "target_met"),
    "3 at most": (card(direction="maintain", target=None, band=(None, 70.0)), [seen(70.0)], "achieved", "target_met"),
    "3 within": (BAND, [seen(65.0)], "achieved", "target_met"),
    "4 no baseline": (card(baseline=None, baseline_period=None), [seen(70.0)], "not_assessable", "baseline_unset"),
    "5 out of the band": (BAND, [seen(70.1)], "regressed", "out_of_band"),
    "5 target equals baseline": (card(target=55.0), [seen(54.0)], "regressed", "target_not_ahead"),
    # T = 50 lies behind b = 55 for increase: 54 would have p = (54−55)/(50−55) = +20 %, which is no progress.
    "5 target behind": (card(baseline=55.0, target=54.5), [seen(54.0)], "regressed", "target_not_ahead"),
    # p = (54.9−55)/25 = −0.4 %
    "6 moved away": (UP, [seen(54.9)], "regressed", "moved_away"),
    "6 moved away downwards": (DOWN, [seen(80.1)], "regressed", "moved_away"),
    "7 too late": (UP, [seen(79.9, R10)], "not_achieved", "deadline_passed"),
    # p = (64−55)/25 = 0.36; r = 0.36/(1/3) = 1.08
    "8 ahead of the line": (UP, [seen(64.0)], "on_track", "pace"),
    # p = (61.7−55)/25 = 0.268; r = 0.804
    "9 nearly": (UP, [seen(61.7)], "mostly_on_track", "pace"),
    # p = 6.5/25 = 0.26; r = 0.78
    "10 behind": (UP, [seen(61.5)], "behind", "pace"),
    "10 not moved": (UP, [seen(55.0)], "behind", "pace"),
    # p = (73.5−80)/(55−80) = 0.26; r = 0.78
    "10 behind downwards": (DOWN, [seen(73.5)], "behind", "pace"),
    "no period for the target": (card(target_period=None), [seen(70.0)], "not_assessable", "target_period_unset"),
    "no period for the baseline": (card(baseline_period=None), [seen(70.0)], "not_assessable", "baseline_period_unset"),
    "direction misspelt": (card(direction="Increase"), [seen(90.0)], "not_assessable", "direction_unset"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_row_of_the_status_table(name):
    one, rows, status, why = CASES[name]
    row = judged(one, *rows, as_of=date(2030, 1, 1))
    assert (row["status"], row["reason"]) == (status, why)


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_explained_in_one_japanese_sentence(name):
    one, rows, _, _ = CASES[name]
    row = judged(one, *rows, as_of=date(2030, 1, 1))
    told = explain(row, one, Indicator("a", "1", "field", "率", "%", ""), Scheme())
    assert f"『{status_word(row['status'], row['reason'], Scheme())}』" in told
    assert "すのため" not in told
    assert "たのため" not in told
    steps = calculation(row, one, Indicator("a", "1", "field", "率", "%", ""))
    assert bool(steps) == (row["status"] != "no_data")
    for text in (told, *(piece for step in steps for piece in step)):
        assert "nan" not in text.lower()
        assert "None" not in text


def test_the_sentence_of_the_method_comes_out_to_the_letter():
    row = judged(UP, seen(61.5))
    told = explain(row, UP, Indicator("a", "1", "field", "", "", ""), Scheme(tolerance=0.0))
    expected = "現状値55.0(R4)→目標80.0(R10)。R6の計画線63.3に対し実績61.5。進捗率26.0%、ペース0.78のため『進捗に遅れ』"
    assert told.startswith(expected)
    assert calculation(row, UP, Indicator("a", "1", "field", "", "", ""))[:3] == [
        ("進捗率", "(61.5−55.0)÷(80.0−55.0)", "26.0%"),
        ("計画上の進捗", "(R6−R4)÷(R10−R4)", "33.3%"),
        ("ペース", "26.0%÷33.3%", "0.78"),
    ]


MILESTONES = card(milestones=((Period("FY", 2023), 55.0), (R6, 65.0)))
# The way to R6's 目安値 is 65−55 = 10: 63 is 80 % of it, 62.9 is 79 %.
MILESTONE_CASES = [
    (seen(65.0), "on_track", "milestone_met"), (seen(63.0), "mostly_on_track", "milestone"),
    (seen(62.9), "behind", "milestone"), (seen(54.0), "regressed", "moved_away"),
    (seen(80.0), "achieved", "target_met"), (seen(70.0, Period("FY", 2025)), "not_assessable", "milestone_unset"),
    (seen(79.0, R10), "not_achieved", "deadline_passed"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "status", "why"), MILESTONE_CASES)
def test_the_milestone_option_judges_against_the_values_own_year(row, status, why):
    got = judged(MILESTONES, row, scheme=Scheme("milestone"), as_of=date(2030, 1, 1))
    assert (got["status"], got["reason"]) == (status, why)
    told = explain(got, MILESTONES, Indicator("a", "1", "field", "", "", ""), Scheme("milestone"))
    assert "nan" not in told


ANNUAL = card(kind="annual", target=200.0, decimals=0)


@pytest.mark.parametrize(
    ("value", "status", "word"),
    [(200.0, "achieved", "達成"), (180.0, "mostly_on_track", "概ね達成"), (160.0, "behind", "達成不十分"),
     (159.0, "not_achieved", "著しく不十分")],
)  # fmt: skip
def test_the_achievement_ratio_option_has_four_classes(value, status, word):
    scheme = Scheme("achievement_ratio")
    got = judged(ANNUAL, seen(value), scheme=scheme)
    assert (got["status"], status_word(got["status"], got["reason"], scheme)) == (status, word)
    assert got["achievement"] == pytest.approx(value / 200.0)


def test_the_achievement_ratio_option_refuses_what_is_not_an_annual_flow():
    got = judged(UP, seen(79.0), scheme=Scheme("achievement_ratio"))
    assert (got["status"], got["reason"]) == ("not_assessable", "not_annual")


def test_figures_only_shows_every_figure_and_no_status():
    got = judged(UP, seen(61.5), scheme=Scheme("figures_only"))
    assert status_word(got["status"], got["reason"], Scheme("figures_only")) == "数値のみ"
    assert got["progress"] == pytest.approx(0.26)


def test_an_unknown_scheme_judges_nothing_and_says_so():
    assert judged(UP, seen(61.5), scheme=Scheme("mystery"))["reason"] == "scheme_unknown"


def test_a_value_exactly_on_a_threshold_gets_the_better_class_where_plain_comparison_fails():
    """Values on the planned line, and at 80 % of it, in decimals: plain >= puts many of them one class too low."""
    cards, rows, plain = [], [], []
    for k in range(1, 200):
        base, way = k / 10, 6 * (k % 17 + 1) / 10
        for share in (1.0, 0.8):
            value = round(base + way / 3 * share, 6)
            cards.append(card(indicator_id=f"{k}{share}", baseline=base, target=round(base + way, 6), decimals=6))
            rows.append(seen(value, indicator_id=f"{k}{share}"))
            plain.append((value - base) / (round(base + way, 6) - base) / (2 / 6) >= share)
    got = assess(cards_table(cards), table(*rows), as_of=LATE, scheme=Scheme())
    assert got["status"].tolist() == ["on_track", "mostly_on_track"] * 199
    assert sum(plain) < len(plain) * 0.8


FLAT = card(milestones=((Period("FY", 2025), 55.0),))


@pytest.mark.parametrize(("value", "status"), [(55.0, "on_track"), (60.0, "on_track"), (54.0, "regressed")])
def test_a_planned_path_that_has_not_moved_asks_only_whether_it_is_kept(value, status):
    assert judged(FLAT, seen(value))["status"] == status


def test_fragile_asks_both_roundings_and_both_thresholds():
    exact = Scheme(tolerance=0.0)
    line = card(baseline=50.0, target=80.0)  # the line stands at 60.0 in R6, 80 % of it at 58.0
    assert judged(line, seen(60.0), scheme=exact)["fragile"]  # 59.95 would be 概ね順調
    assert judged(line, seen(59.96), scheme=exact)["fragile"]  # 60.01 would be 順調
    assert not judged(line, seen(59.0), scheme=exact)["fragile"]
    assert judged(line, seen(59.6), scheme=Scheme(tolerance=0.05))["fragile"]  # r = 0.96 is 順調 at 0.95
    assert judged(line, seen(60.4), scheme=Scheme(tolerance=0.05))["fragile"]  # r = 1.04 is 概ね順調 at 1.05
    assert not judged(line, seen(62.0), scheme=Scheme(tolerance=0.05))["fragile"]


# What the nearest peer gets wrong (CRAFT): each with the right answer.
def test_a_zero_baseline_or_target_is_a_number_like_any_other():
    assert judged(card(baseline=0.0, target=100.0), seen(12.0))["progress"] == pytest.approx(0.12)
    assert judged(card(direction="decrease", baseline=100.0, target=0.0), seen(88.0))["status"] == "behind"


def test_a_target_across_zero_stays_a_real_number():
    assert judged(card(baseline=-10.0, target=10.0), seen(0.0))["progress"] == pytest.approx(0.5)


def test_a_maintain_target_has_no_progress_and_says_why():
    got = judged(BAND, seen(75.0))
    assert np.isnan(got["progress"])
    assert got["progress_reason"] == "maintain"


def test_almost_there_after_the_deadline_depends_on_the_day_asked():
    rows = [seen(70.0), seen(79.9, R10, known=datetime(2029, 8, 1))]
    assert judged(UP, *rows, as_of=date(2030, 1, 1))["status"] == "not_achieved"
    assert judged(UP, *rows, as_of=LATE)["status"] == "on_track"


def test_a_duplicate_year_and_a_text_for_a_number_raise_nothing():
    frame = table(seen(60.0), seen(61.0), seen("1,234", Period("FY", 2023)))
    got = assess(cards_table([UP]), frame, as_of=LATE, scheme=Scheme())
    assert got.loc[0, "value"] == 61.0


def test_what_cannot_be_judged_still_has_a_status_and_a_word():
    for name, method in METHODS.items():
        for outcome in outcomes_of(method):
            assert standing(outcome.status) in STATUSES
            assert status_word(outcome.status, outcome.reason, Scheme(name))


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-1000, 1000)
periods = st.sampled_from([R4, R6, R10, Period("CY", 2024), Period("H", 2024, 1), Period("M", 2024, 9)])


@st.composite
def any_card(draw):
    return card(
        indicator_id=draw(st.sampled_from("abc")),
        direction=draw(st.sampled_from(["increase", "decrease", "maintain", ""])),
        kind=draw(st.sampled_from(["level", "annual", "cumulative"])),
        baseline=draw(st.none() | numbers),
        target=draw(st.none() | numbers),
        baseline_period=draw(st.none() | periods),
        target_period=draw(st.none() | periods),
        band=(draw(st.none() | numbers), draw(st.none() | numbers)),
        milestones=tuple(draw(st.lists(st.tuples(periods, numbers), max_size=3))),
        decimals=draw(st.integers(0, 3)),
    )


@st.composite
def any_row(draw):
    return seen(
        draw(numbers),
        draw(periods),
        release=draw(st.sampled_from(["final", "provisional", "forecast", ""])),
        state=draw(st.sampled_from(["value", "value", "unpublished", "suppressed", "?"])),
        known=KNOWN + timedelta(days=draw(st.integers(0, 3))),
        round_id=draw(st.sampled_from(["r1", "r2"])),
        indicator_id=draw(st.sampled_from("abcd")),
    )


@lengthened
@settings(max_examples=length(20, 500), deadline=None)
@given(
    st.lists(any_card(), max_size=4), st.lists(any_row(), max_size=8),
    st.sampled_from(sorted(METHODS)),
)  # fmt: skip
def test_any_input_gets_a_status_and_vectorised_is_one_by_one(cards, rows, name):
    observations, scheme = table(*rows), Scheme(name)
    got = assess(cards_table(cards), observations, as_of=LATE, scheme=scheme)
    assert len(got) == len(cards)
    assert set(got["status"]) <= set(statuses_of(scheme))
    assert all(isinstance(why, str) and why for why in got["reason"])
    for place, one in enumerate(cards):
        alone = assess(cards_table([one]), observations, as_of=LATE, scheme=scheme)
        pd.testing.assert_frame_equal(alone, got.iloc[[place]].reset_index(drop=True))
        explain(alone.iloc[0], one, Indicator("a", "1", "field", "", "", ""), scheme)
        calculation(alone.iloc[0], one, Indicator("a", "1", "field", "", "", ""))


@pytest.mark.parametrize("frame", [pd.DataFrame(), table()])
def test_empty_tables_are_no_accident(frame):
    assert assess(cards_table([UP]), frame, as_of=LATE, scheme=Scheme()).loc[0, "status"] == "no_data"
    assert len(assess(cards_table([]), frame, as_of=LATE, scheme=Scheme())) == 0
    assert len(assess(pd.DataFrame(), table(seen(1.0)), as_of=LATE, scheme=Scheme())) == 0


small = st.integers(-2000, 2000).map(lambda n: n / 10)


@lengthened
@settings(max_examples=length(50, 1000), deadline=None)
@given(small, small, st.lists(small, min_size=2, max_size=12), st.sampled_from([R6, R10]),
       st.sampled_from(["linear_pace", "milestone"]), small)  # fmt: skip
def test_a_status_never_gets_worse_as_the_value_nears_the_target(base, target, values, period, name, goal):
    if base == target:
        return
    direction = "increase" if target > base else "decrease"
    values = sorted(values, reverse=direction == "decrease")
    cards = [card(indicator_id=str(k), direction=direction, baseline=base, target=target, milestones=((R6, goal),))
             for k in range(len(values))]  # fmt: skip
    rows = [seen(v, period, indicator_id=str(k)) for k, v in enumerate(values)]
    got = assess(cards_table(cards), table(*rows), as_of=date(2030, 1, 1), scheme=Scheme(name))
    ranks = [RANKS[status] for status in got["status"]]
    assert ranks == sorted(ranks)
