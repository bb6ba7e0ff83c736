"""A round of the calendar is a proposal until somebody starts it: what it is until then, and which one is at hand."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from kpi.collection.letters import division_letter, request_letter
from kpi.collection.lifecycle import (
    Life,
    Stage,
    begun,
    counting,
    current,
    labels,
    of_values,
    of_work,
    told_of,
    turns,
    upcoming,
)
from kpi.collection.obligations import owed, told_apart
from kpi.collection.round_proposal import free_name, problems, proposed, starting
from kpi.people import Audience
from kpi.plan import Division
from kpi.printing.number_words import NOT_ASKED
from tests.factory import COUNT, FY, HALF_ROUND, POLICY, RATE, ROUND, TARGETS_ROUND, TRADE, tiny_plan
from tests.worktools import FIRST, SECOND, work_plan

PLAN = tiny_plan()
TARGETS, ANNUAL, HALF = (PLAN.round(i) for i in (TARGETS_ROUND, ROUND, HALF_ROUND))
THEN = datetime(2025, 9, 10)
LATE = date(2027, 3, 1)  # every date of the plan is over


def life(*started, closed=(), cancelled=()):
    return Life(dict.fromkeys((*started, *closed), THEN), dict.fromkeys(closed, THEN), dict.fromkeys(cancelled, THEN))


def test_a_round_is_planned_until_it_is_started_and_its_name_says_so():
    told = life(ROUND, closed=[TARGETS_ROUND], cancelled=[HALF_ROUND])
    assert [told.stage(r.id) for r in PLAN.rounds] == [Stage.CLOSED, Stage.OPEN, Stage.CANCELLED]
    assert labels(PLAN.rounds, told) == {
        TARGETS_ROUND: "目標値等の設定(締切済)", ROUND: "令和6年度実績", HALF_ROUND: "令和7年度上期(取りやめ)",
    }  # fmt: skip
    assert set(labels(PLAN.rounds, Life()).values()) == {f"{r.name}(予定)" for r in PLAN.rounds}


def test_a_paper_tells_of_the_newest_round_that_has_begun_though_an_older_one_is_open():
    told = life(TARGETS_ROUND, closed=[ROUND])
    assert [r.id for r in told_of(PLAN, told)] == [ROUND, TARGETS_ROUND]
    assert current(PLAN, told, LATE) == TARGETS  # where people still work
    assert told_of(PLAN, life(cancelled=[ROUND])) == ()


@pytest.mark.parametrize(
    ("day", "opens", "first", "due"),
    [
        (date(2025, 8, 1), date(2025, 8, 1), date(2025, 9, 19), date(2025, 10, 3)),  # answered before its day
        (date(2025, 9, 10), date(2025, 9, 1), date(2025, 9, 19), date(2025, 10, 3)),
        (date(2025, 9, 25), date(2025, 9, 1), None, date(2025, 10, 3)),  # the date of the 課 is over
        (date(2025, 10, 3), date(2025, 9, 1), None, date(2025, 10, 3)),  # the last day
        (date(2025, 10, 4), date(2025, 10, 4), None, None),
        (date(2028, 7, 30), date(2028, 7, 30), None, None),
    ],
)
def test_the_first_answer_begins_a_round_without_any_date_that_is_over(day, opens, first, due):
    one = begun(replace(ANNUAL, division_due=date(2025, 9, 19)), day)
    assert (one.opens, one.division_due, one.due) == (opens, first, due)


def test_only_what_nobody_has_started_drops_its_dates():
    shown = counting(PLAN, life(ROUND), LATE)
    assert shown.round(ROUND) == ANNUAL  # late as it is
    assert (shown.round(TARGETS_ROUND).due, shown.round(HALF_ROUND).due) == (None, None)
    assert counting(PLAN, Life(), date(2024, 4, 1)) == PLAN


@pytest.mark.parametrize(
    ("told", "day", "found"),
    [
        (life(), date(2027, 3, 1), TARGETS_ROUND),  # nothing is set, so the targets come first
        (life(TARGETS_ROUND), date(2027, 3, 1), TARGETS_ROUND),
        (life(TARGETS_ROUND, ROUND), date(2027, 3, 1), ROUND),
        (life(TARGETS_ROUND, closed=[ROUND]), date(2027, 3, 1), TARGETS_ROUND),  # what is open goes before what is over
        (life(closed=[TARGETS_ROUND]), date(2027, 3, 1), TARGETS_ROUND),
        (life(closed=[TARGETS_ROUND], cancelled=[ROUND, HALF_ROUND]), date(2027, 3, 1), TARGETS_ROUND),
        (life(cancelled=[TARGETS_ROUND]), date(2025, 9, 10), ROUND),
        (life(cancelled=[TARGETS_ROUND, ROUND, HALF_ROUND]), date(2027, 3, 1), None),
        (life(TARGETS_ROUND, HALF_ROUND), date(2025, 9, 10), TARGETS_ROUND),  # the other begins only in November
    ],
)
def test_the_round_people_are_at_is_no_proposal_while_there_is_any_other(told, day, found):
    at = current(PLAN, told, day)
    assert (at.id if at else None) == found


def test_whose_turn_it_is_follows_the_calendar_and_what_was_held():
    rounds = [replace(ANNUAL, id=f"fy{y}", name=f"{y}", period=FY[y], opens=date(y + 1, 10, 1), due=date(y + 1, 11, 30))
              for y in (2024, 2025, 2026)]  # fmt: skip
    plan = replace(PLAN, rounds=(TARGETS, *rounds))
    day = date(2026, 11, 21)
    assert upcoming(plan, life(), day).id == TARGETS_ROUND
    assert upcoming(plan, life(closed=[TARGETS_ROUND]), day).id == "fy2025"  # not the year before, which went by
    assert upcoming(plan, life(TARGETS_ROUND, "fy2025"), day).id == "fy2026"
    assert upcoming(plan, life(TARGETS_ROUND, "fy2026"), day).id == "fy2024"
    assert upcoming(plan, life(TARGETS_ROUND, cancelled=["fy2025"]), day).id == "fy2026"  # nobody goes back a year
    assert upcoming(plan, life(TARGETS_ROUND, "fy2024", "fy2025", "fy2026"), day) is None


@pytest.mark.parametrize("day", [date(2024, 5, 31), date(2024, 6, 1), date(2027, 3, 1), date(2030, 12, 31)])
def test_a_proposal_is_started_with_dates_that_leave_time(day):
    for one in (TARGETS, replace(ANNUAL, division_due=date(2025, 9, 19)), replace(HALF, opens=None, due=None)):
        made = starting(one, PLAN, day)
        assert (made.id, made.name, made.period) == (one.id, one.name, one.period)
        assert day <= made.opens <= made.due
        assert made.division_due is None or made.opens <= made.division_due <= made.due
        assert not [i for i in problems(PLAN, made, day, starts=True) if i.severity == "fix"]
    assert "round.over" in [i.code for i in problems(PLAN, ANNUAL, LATE, starts=True)]
    assert "round.over" not in [i.code for i in problems(PLAN, ANNUAL, LATE)]  # one that is going on may be late


@pytest.mark.parametrize("kind", ["targets", "annual", "half", "midterm"])
@pytest.mark.parametrize(
    "told", [life(), life(TARGETS_ROUND, ROUND, HALF_ROUND), life(cancelled=[TARGETS_ROUND, ROUND])]
)
def test_a_new_round_is_proposed_under_a_name_and_an_id_that_are_free(kind, told):
    plan = PLAN
    for _ in range(4):
        found = proposed(plan, kind, LATE, told)
        others = [r for r in plan.rounds if r.id != found.id]
        assert found.name not in [r.name for r in others]
        if any(r.id == found.id for r in plan.rounds):
            assert told.stage(found.id) is Stage.PLANNED
        plan = replace(plan, rounds=(*others, found))
        told = replace(told, started={**told.started, found.id: THEN})
    assert free_name(PLAN, "令和6年度実績") == "令和6年度実績(第2回)"


def test_no_letter_asks_for_a_date_that_is_over():
    day = date(2025, 10, 7)
    two = replace(PLAN.department(POLICY), divisions=(Division("dx", "DX推進課", (RATE,)),))
    plan = replace(PLAN, departments=tuple(two if d.id == POLICY else d for d in PLAN.departments))
    asked = replace(ANNUAL, division_due=date(2025, 9, 19))
    for letter in (
        request_letter(plan, asked, [plan.department(TRADE)], day),
        request_letter(plan, asked, plan.departments, day),
        division_letter(plan, asked, two, day),
    ):
        (lines,) = (i.lines for i in letter.items if i.heading == "回答期限")
        assert len(lines) == 1
        assert lines[0].endswith("を過ぎておりますので、できるだけ早くお願いします。")
    between = request_letter(plan, asked, [two], date(2025, 9, 24))
    (lines,) = (i.lines for i in between.items if i.heading == "回答期限")
    assert lines == ("令和7年10月3日(金)17時",)
    proposal = counting(plan, Life(), day).round(ROUND)
    (lines,) = (i.lines for i in request_letter(plan, proposal, [two], day).items if i.heading == "回答期限")
    assert lines == ("別途お知らせする日",)


# --- who owes an answer ---


def told(*rows):
    return pd.DataFrame(rows, columns=["round_id", "indicator_id", "state", "period"])


CARDS = {c.indicator_id: c for c in PLAN.cards}
DAY = date(2025, 11, 1)


def test_nobody_owes_an_answer_to_a_round_that_asked_for_targets_or_was_not_started():
    for one in (life(), life(TARGETS_ROUND), life(closed=[TARGETS_ROUND]), life(cancelled=[ROUND])):
        assert owed(PLAN, one, told(), CARDS, DAY) == frozenset()


def test_what_was_asked_is_owed_until_it_is_answered_also_after_the_closing():
    asked = owed(PLAN, life(ROUND), told(), CARDS, DAY)
    assert {RATE, COUNT} <= asked
    assert owed(PLAN, life(closed=[ROUND]), told(), CARDS, DAY) == asked
    answered = told((ROUND, RATE, "unpublished", "FY2024"), ("other", COUNT, "value", "FY2024"))
    assert owed(PLAN, life(ROUND), answered, CARDS, DAY) == asked - {RATE, COUNT}
    only = counting(replace(PLAN, rounds=(replace(ANNUAL, indicators=(COUNT,)),)), life(ROUND), DAY)
    assert owed(only, life(ROUND), told(), CARDS, DAY) == {COUNT}


def test_who_cannot_see_the_answers_is_told_of_no_lack():
    own = Audience("department", frozenset({TRADE}))
    assert owed(PLAN, life(ROUND), told(), CARDS, DAY, Audience.PUBLIC) == frozenset()
    seen = owed(PLAN, life(ROUND), told(), CARDS, DAY, own)
    assert seen
    assert all(PLAN.owner(i, DAY).id == TRADE for i in seen)


def test_what_is_not_owed_is_no_missing_answer():
    judged = pd.DataFrame({"indicator_id": [RATE, COUNT, "x"], "reason": ["unanswered", "unanswered", "unpublished"]})
    assert list(told_apart(judged, {COUNT})["reason"]) == [NOT_ASKED, "unanswered", "unpublished"]


# --- the reviews of the work have a calendar of their own ---

WORK = work_plan()


@pytest.mark.parametrize(
    ("told", "day", "found"),
    [
        (life(ROUND, SECOND), date(2025, 9, 20), ROUND),  # both run: what is about indicators
        (life(ROUND, SECOND), date(2025, 10, 10), SECOND),  # only the review's date is not over yet
        (life(ROUND, SECOND), date(2025, 10, 20), ROUND),  # both are over
        (life(SECOND), date(2025, 9, 20), SECOND),
        (life(TARGETS_ROUND, closed=[FIRST]), date(2025, 6, 1), TARGETS_ROUND),
        (life(closed=[TARGETS_ROUND, FIRST]), date(2025, 6, 1), TARGETS_ROUND),
        (life(closed=[FIRST]), date(2025, 6, 1), FIRST),
        (life(), date(2025, 10, 20), TARGETS_ROUND),
    ],
)
def test_a_review_is_what_people_are_at_where_no_round_about_indicators_is(told, day, found):
    assert current(WORK, told, day).id == found


def test_a_review_that_was_held_takes_no_turn_from_the_years_values_nor_they_from_it():
    day = date(2025, 9, 20)
    ids = [one.id for one in turns(WORK, life(closed=[TARGETS_ROUND, FIRST]), day)]
    assert ids == [ROUND, SECOND]
    assert [one.id for one in turns(WORK, life(closed=[TARGETS_ROUND, SECOND]), day)] == [ROUND]
    assert [one.id for one in turns(WORK, life(closed=[TARGETS_ROUND, ROUND, HALF_ROUND]), day)] == [SECOND]
    assert turns(replace(WORK, rounds=()), life(), day) == ()
    assert upcoming(of_work(WORK), life(), day).id == SECOND
    assert {r.id for r in (*of_values(WORK).rounds, *of_work(WORK).rounds)} == {r.id for r in WORK.rounds}
