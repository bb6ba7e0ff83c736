"""Which observation counts, at every place that picks one: forms, checks, 確認, charts, files, other departments.

A round has told a value, and a later one says 秘匿 or 該当なし of the same period; or a value counts a part of a year.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from kpi.assessment import Assessment
from kpi.collection.board import Known
from kpi.collection.review.answer_words import Before
from kpi.collection.review.answered_figures import approved, comparable, last_told
from kpi.collection.workflow import Answer, Past, known_beside, last_before
from kpi.handover.history import everything_said
from kpi.people import Audience
from kpi.period import Period
from kpi.plan import Card, Plan, Round
from kpi.progress import assess, cards_table
from kpi.snapshot import best_confirmed
from kpi.story import simple_extension, story
from loaders.documents.export import observations_table
from loaders.documents.table_files import to_csv
from loaders.form.approval_page import settlement_sheet
from loaders.form.writing.prefill import form_rows
from loaders.rules import check_answers
from loaders.store import Store
from loaders.store.commands.submission_rows import observations_of
from pages.parts.handover.sources import sources
from tests.factory import COUNT, FY, HALF_ROUND, POLICY, RATE, ROUND, TOTAL, TRADE, tiny_plan
from tests.storekit import answer, do, later, new_store, reading, save_and_send

BEFORE, AFTER = "fy2023", "fy2025"


def years() -> Plan:
    """The tiny plan with a round before and a round after its own."""
    plan = tiny_plan()
    first = Round(BEFORE, "令和5年度実績", "annual", FY[2023], date(2024, 9, 2), date(2024, 10, 4))
    last = Round(AFTER, "令和7年度実績", "annual", FY[2025], date(2026, 9, 2), date(2026, 10, 4))
    return replace(plan, rounds=(first, *plan.rounds, last))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path, years())


def value(figure: float, period: str, indicator: str = RATE, release: str = "final") -> Answer:
    return answer(indicator, value=figure, period=period, release=release)


def none(reason: str, period: str, indicator: str = RATE) -> Answer:
    return answer(indicator, value=None, period=period, missing_reason=reason)


def tell(store: Store, round_id: str, one: Answer, hours: float, department: str = POLICY) -> str:
    return save_and_send(
        store, reading(one, round_id=round_id, department=department), f"{hours}".encode(), later(hours)
    )


def view_of(store: Store, day: date = date(2027, 3, 1)) -> Assessment:
    snapshot = store.snapshot("tiny")
    judged = assess(cards_table(snapshot.cards.values()), snapshot.observations, as_of=day, scheme=snapshot.plan.scheme)
    judged = judged.set_index("indicator_id", drop=False)
    return Assessment(snapshot, day, judged, None, judged, "test")


def standing(store: Store, indicator: str = RATE) -> list[tuple[str, float]]:
    history = store.snapshot("tiny").history.get(indicator, ())
    return [(p.period.code, p.value) for p in known_beside(history, "")]


@pytest.fixture
def taken_back(store: Store, request: pytest.FixtureRequest) -> Store:
    """55 in R4, 60 in R5, and the round of R6 says of R5 that it cannot stand."""
    tell(store, BEFORE, value(60.0, "FY2023"), 1)
    tell(store, ROUND, none(getattr(request, "param", "suppressed"), "FY2023"), 2)
    return store


# --- what takes a value back --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "stands"),
    [("suppressed", False), ("not_applicable", False), ("unpublished", True), ("not_compiled", True),
     ("not_survey_year", True)],
)  # fmt: skip
def test_only_what_says_that_a_value_cannot_stand_takes_it_back(store: Store, reason: str, stands: bool) -> None:
    tell(store, BEFORE, value(60.0, "FY2023"), 1)
    tell(store, ROUND, none(reason, "FY2023"), 2)
    assert standing(store) == ([("FY2023", 60.0)] if stands else [])
    assert [p.value for p in store.snapshot("tiny").brief(date(2025, 9, 11)).history[RATE] if not p.withdrawn] == (
        [60.0] if stands else []
    )


def test_a_value_told_after_it_stands_again_and_an_earlier_word_takes_nothing_back(store: Store) -> None:
    tell(store, BEFORE, none("suppressed", "FY2023"), 1)
    tell(store, ROUND, value(60.0, "FY2023"), 2)
    assert standing(store) == [("FY2023", 60.0)]
    tell(store, AFTER, none("suppressed", "FY2023"), 3)
    assert standing(store) == []


def test_final_stands_before_a_later_provisional_one_until_it_is_taken_back(store: Store) -> None:
    tell(store, BEFORE, value(60.0, "FY2023"), 1)
    tell(store, ROUND, value(61.0, "FY2023", release="provisional"), 2)
    assert standing(store) == [("FY2023", 60.0)]


def test_a_provisional_value_told_after_the_final_one_was_taken_back_stands(taken_back: Store) -> None:
    tell(taken_back, AFTER, value(61.0, "FY2023", release="provisional"), 3)
    assert standing(taken_back) == [("FY2023", 61.0)]


def test_the_round_that_takes_a_value_back_finds_it_again_when_its_form_comes_again(taken_back: Store) -> None:
    history = taken_back.snapshot("tiny").history[RATE]
    assert [p.value for p in known_beside(history, ROUND)] == [60.0]
    assert known_beside(history, AFTER) == ()


def test_before_it_was_known_that_it_cannot_stand_the_value_stood(taken_back: Store) -> None:
    assert [p.value for p in taken_back.snapshot("tiny", later(1.5)).history[RATE] if not p.withdrawn] == [60.0]
    assert taken_back.snapshot("tiny", later(1.5)).taken_back == frozenset()
    assert len(taken_back.snapshot("tiny").taken_back) == 1


def test_a_correction_of_what_was_taken_back_tells_it_anew_as_final_as_it_was(store: Store) -> None:
    tell(store, BEFORE, value(60.0, "FY2023", release="provisional"), 1)
    tell(store, ROUND, none("suppressed", "FY2023"), 2)
    said = answer(RATE, correction=62.0, correction_kind="miscounted", last_period="FY2023")
    brief = store.snapshot("tiny").brief(date(2026, 9, 11))
    (found,) = observations_of(said, brief.cards[RATE], brief, brief.plan.round(AFTER))
    assert (found.period, found.value, found.release) == (FY[2023], 62.0, "provisional")


# --- the places ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("taken_back", ["suppressed", "not_applicable"], indirect=True)
def test_no_place_shows_or_uses_a_value_that_was_taken_back(taken_back: Store) -> None:
    store = taken_back
    snapshot, brief, view = store.snapshot("tiny"), store.snapshot("tiny").brief(date(2026, 9, 11)), view_of(store)
    # forms, the page for the 決裁, checks
    rows = {r.indicator.id: r for r in form_rows(brief, brief.plan.round(AFTER), POLICY, {})}
    assert rows[RATE].past is None
    page = settlement_sheet(brief, brief.plan.round(AFTER), brief.plan.department(POLICY), [value(65.0, "FY2025")])
    texts = [str(c.value) for line in load_workbook(io.BytesIO(page)).active.iter_rows() for c in line if c.value]
    assert not [t for t in texts if "60.0" in t]
    asked = reading(value(60.0, "FY2025"), round_id=AFTER)
    assert "value.same_as_last" not in {i.code for i in check_answers(asked, brief)}
    # charts, and what they are told in words
    assert not story(view, brief.plan.indicator(RATE)).actual
    assert "60.0" not in story(view, brief.plan.indicator(RATE)).words
    assert pd.isna(view.row(RATE)["value"])
    # 確認 and 回答
    confirmed = snapshot.observations.assign(review="confirmed")
    assert known_beside(best_confirmed(confirmed, snapshot.cards).get(RATE, ()), "") == ()
    # 引継ぎ, and what is taken away
    said = everything_said(replace(view), [brief.plan.indicator(RATE)], sources(view))
    assert not [s.text for s in said if "60.0" in s.text]
    table = observations_table(snapshot)
    assert table["状態"].iloc[0] == "取下げ"
    assert "60" not in to_csv(table[["値", "正確な値", "記載内容"]]).decode()
    # the board of a later round: what was taken back is not known
    told = Known.of(AFTER, (), (), (), snapshot.observations)
    assert told.values == frozenset()


def test_a_part_of_the_rows_is_given_away_without_what_a_row_not_chosen_took_back(taken_back: Store) -> None:
    snapshot = taken_back.snapshot("tiny")
    first = snapshot.observations[snapshot.observations["round_id"] == BEFORE]
    table = observations_table(snapshot, first)
    assert (list(table["状態"]), table["値"].isna().all(), table["正確な値"].isna().all()) == (["取下げ"], True, True)


def test_the_newest_confirmed_value_is_not_hidden_by_a_newer_one_that_is_not(store: Store) -> None:
    first = tell(store, BEFORE, value(60.0, "FY2023"), 1)
    do(store, "confirm", first, by="事", at=later(2))
    tell(store, ROUND, value(65.0, "FY2024"), 3)
    snapshot = store.snapshot("tiny")
    assert [p.value for p in snapshot.confirmed[RATE]] == [60.0]


def test_others_do_not_see_what_was_taken_back_by_a_word_that_is_for_the_office_alone(store: Store) -> None:
    first = tell(store, BEFORE, value(60.0, "FY2023"), 1)
    do(store, "confirm", first, by="事", at=later(1.5))
    second = tell(store, ROUND, none("suppressed", "FY2023"), 2)

    def seen() -> list[float]:
        return list(store.snapshot("tiny", audience=Audience.PUBLIC).observations["value"].dropna())

    assert seen() == [60.0]  # what nobody has confirmed is not told to others
    do(store, "confirm", second, by="事", at=later(3))
    own = store.snapshot("tiny").observations
    codes = list(own[own["state"] == "suppressed"]["code"])
    do(store, "set_publication", codes, "internal", by="事", at=later(4))
    assert seen() == []


# --- a part of a year ---------------------------------------------------------------------------------------------


ANNUAL = Card(COUNT, 1, "increase", "annual", 0, baseline=100.0, baseline_period=FY[2022], target=200.0,
              target_period=FY[2028])  # fmt: skip
PARTS = ["FY2025H1", "FY2025H2", "2025-06", "2026-03", "2025-12-31"]


def half_told(store: Store, part: str, indicator: str = COUNT) -> Store:
    tell(store, BEFORE, value(120.0, "FY2023", indicator), 1, TRADE)
    tell(store, ROUND, value(140.0, "FY2024", indicator), 2, TRADE)
    tell(store, HALF_ROUND, value(75.0, part, indicator), 3, TRADE)
    return store


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_year_is_a_point_apart_and_in_no_line_extension_or_judgement(store: Store, part: str) -> None:
    view = view_of(half_told(store, part))
    indicator = view.plan.indicator(COUNT)
    told = story(view, indicator, with_outlook=True)
    assert [p.value for p in told.actual] == [120.0, 140.0]
    assert [(p.value, "年度の途中" in p.note) for p in told.parts] == [(75.0, True)]
    extension = simple_extension(view, indicator)
    assert extension is not None
    assert extension.value == pytest.approx(140 + 4 * 20)
    assert (view.row(COUNT)["value"], view.row(COUNT)["previous_value"]) == (140.0, 120.0)


def test_a_half_of_a_running_total_or_of_a_level_is_a_point_of_the_line(store: Store) -> None:
    view = view_of(half_told(store, "FY2025H1", TOTAL))
    assert [p.value for p in story(view, view.plan.indicator(TOTAL)).actual] == [120.0, 140.0, 75.0]
    assert not story(view, view.plan.indicator(TOTAL)).parts


@pytest.mark.parametrize("part", PARTS)
def test_the_form_shows_a_year_after_a_year(store: Store, part: str) -> None:
    brief = half_told(store, part).snapshot("tiny").brief(date(2026, 9, 11))
    rows = {r.indicator.id: r for r in form_rows(brief, brief.plan.round(AFTER), TRADE, {})}
    past = rows[COUNT].past
    assert past is not None
    assert (past.value, past.period) == (140.0, FY[2024])


def test_the_second_half_and_its_whole_year_end_together_and_are_two_periods(store: Store) -> None:
    half_told(store, "FY2024H2")
    assert standing(store, COUNT) == [("FY2023", 120.0), ("FY2024", 140.0), ("FY2024H2", 75.0)]
    tell(store, AFTER, none("suppressed", "FY2024H2", COUNT), 4, TRADE)
    assert standing(store, COUNT) == [("FY2023", 120.0), ("FY2024", 140.0)]
    assert view_of(store).row(COUNT)["value"] == 140.0


def test_half_a_year_follows_the_same_half_and_else_shows_the_last_whole_year() -> None:
    half, other = Period("H", 2024, 1), Period("H", 2024, 2)
    known = [Past(FY[2023], 120.0), Past(half, 60.0), Past(FY[2024], 140.0), Past(other, 80.0)]
    asked = Period("H", 2025, 1)
    assert last_before(known, ROUND, ANNUAL, asked) == Past(half, 60.0)
    assert last_before(known[:1], ROUND, ANNUAL, asked) == Past(FY[2023], 120.0)
    assert last_before(known[3:], ROUND, ANNUAL, asked) is None
    assert last_before(known, ROUND, ANNUAL, FY[2025]) == Past(FY[2024], 140.0)
    assert last_before(known, ROUND, replace(ANNUAL, kind="level"), asked) == Past(other, 80.0)


@pytest.mark.parametrize(("round_id", "one"), [(AFTER, value(150.0, "FY2025", COUNT)),
                                               (HALF_ROUND, value(75.0, "FY2025H1", COUNT)),
                                               (AFTER, value(150.0, "CY2025", COUNT))])  # fmt: skip
def test_a_part_of_a_year_is_no_yardstick_of_a_year_nor_a_year_of_a_part(
    store: Store, round_id: str, one: Answer
) -> None:
    half_told(store, "2025-06")
    brief = store.snapshot("tiny").brief(date(2026, 9, 11))
    brief = replace(brief, cards={**brief.cards, COUNT: replace(ANNUAL, baseline=115.0)})
    found = check_answers(reading(one, round_id=round_id, department=TRADE), brief)
    assert not {i.code for i in found} & {"value.jump", "value.same_as_last", "value.scale", "value.same_small"}


def test_a_months_count_is_no_measure_of_the_unit_of_a_year(store: Store) -> None:
    tell(store, BEFORE, value(1.0, "2023-06", COUNT), 1, TRADE)
    brief = store.snapshot("tiny").brief(date(2026, 9, 11))
    brief = replace(brief, cards={**brief.cards, COUNT: ANNUAL})
    found = check_answers(reading(value(110.0, "FY2024", COUNT), department=TRADE), brief)
    assert "value.scale" not in {i.code for i in found}


def test_the_page_for_the_ketsuzai_takes_no_half_from_another_half(store: Store) -> None:
    tell(store, ROUND, value(60.0, "FY2024H1", COUNT), 1, TRADE)
    brief = store.snapshot("tiny").brief(date(2025, 11, 11))
    brief = replace(brief, cards={**brief.cards, COUNT: replace(brief.cards[COUNT], cycle_months=6)})

    def texts(period: str) -> list[str]:
        said = [value(83.0, period, COUNT)]
        page = settlement_sheet(brief, brief.plan.round(HALF_ROUND), brief.plan.department(TRADE), said)
        return [str(c.value) for line in load_workbook(io.BytesIO(page)).active.iter_rows() for c in line if c.value]

    assert [t for t in texts("FY2025H1") if "+23" in t]
    assert not [t for t in texts("FY2024H2") if "+23" in t]


# --- 回答 and 確認 as the screens tell them ---


def test_the_screens_of_a_round_compare_with_what_stands(store: Store) -> None:
    first = tell(store, BEFORE, value(60.0, "FY2023"), 1)
    do(store, "confirm", first, by="事", at=later(1.5))
    tell(store, ROUND, none("suppressed", "FY2023"), 2)
    view = view_of(store)
    indicator, card = view.plan.indicator(RATE), view.snapshot.cards[RATE]
    before = Before(view.snapshot.history, view.snapshot.confirmed)
    for round_id, last in ((AFTER, None), (ROUND, 60.0)):
        asked = view.plan.round(round_id)
        told = last_told(view, asked, indicator)
        known = before.last(view, asked, indicator)
        assert [p.value if p else None for p in (told, known)] == [last, last]
        assert approved(view, asked, indicator) is None
    assert before.approved(card) is None


def test_the_screens_take_no_half_of_a_count_from_its_year(store: Store) -> None:
    view = view_of(half_told(store, "FY2025H1"))
    indicator, asked = view.plan.indicator(COUNT), view.plan.round(AFTER)
    last = last_told(view, asked, indicator)
    assert last is not None
    assert last.value == 140.0
    half, year = value(75.0, "FY2025H1", COUNT), value(150.0, "FY2025", COUNT)
    assert [comparable(view, indicator, said, last) for said in (half, year)] == [False, True]
