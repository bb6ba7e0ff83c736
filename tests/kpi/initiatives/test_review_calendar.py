"""Which review of the work is asked for, late or next; and that nothing is late that nobody was asked for."""

from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.first_steps import step_of_targets, step_of_values, step_of_work, values_round
from kpi.initiatives.review_calendar import reviews
from kpi.people import Audience
from kpi.report.annual_calendar import calendar
from tests.factory import AGRI, FY, HALF_ROUND
from tests.kpi.initiatives.workstate import DAY, state, told
from tests.worktools import CAR, DESK, FIRST, MEETING, SECOND, work_plan

OWNED = tuple(o for o in work_plan().ownerships if o.subject_id not in (MEETING, DESK, CAR))
NOBODY = replace(work_plan(), ownerships=OWNED)
EMPTY = replace(NOBODY, initiatives=())


def lines(judged):
    return [(one.asked.id, one.words, one.late) for one in reviews(judged)]


def events(judged):
    return [(e.what, e.overdue) for e in calendar(judged) if "見直し" in e.what]


def test_a_review_that_nobody_started_is_not_late_and_those_before_it_are_passed_over():
    assert lines(state()) == [(SECOND, "まだ始まっていません。予定の期限は令和7年10月15日でした。", False)]
    assert events(state()) == [("令和7年度上期 取組の見直し 開始", False)]


def test_the_next_review_is_told_with_its_dates():
    coming = replace(work_plan().round(SECOND), id="next", name="次", opens=date(2026, 4, 1), due=date(2026, 4, 20))
    plan = replace(work_plan(), rounds=(*work_plan().rounds, replace(coming, period=replace(coming.period, part=2))))
    found = lines(state(plan=plan, started=[SECOND]))
    assert found[1:] == [("next", "次の見直しです。予定は令和8年4月1日から令和8年4月20日までです。", False)]


def test_one_that_was_started_is_late_as_long_as_an_answer_is_lacking():
    judged = state(told(CAR, "2025H1"), started=[SECOND])
    assert lines(judged) == [(SECOND, "期限の令和7年10月15日を過ぎ、取組3の回答がまだありません。", True)]
    answered = [replace(told(one, "2025H1"), round_id=SECOND) for one in (MEETING, DESK, CAR)]
    assert lines(state(*answered, started=[SECOND])) == [
        (SECOND, "期限は令和7年10月15日でした。回答はそろっています。", False)
    ]
    assert (f"{work_plan().round(SECOND).name} 期限", True) in events(judged)


def test_who_sees_no_answers_is_told_of_the_date_alone():
    judged = state(started=[SECOND], audience=Audience.PUBLIC)
    assert lines(judged) == [(SECOND, "期限は令和7年10月15日でした。", False)]


def test_a_department_is_told_of_its_own_answers_alone():
    own = Audience("department", frozenset({AGRI}))
    lacking = state(started=[SECOND], audience=own)
    assert lines(lacking) == [(SECOND, "期限の令和7年10月15日を過ぎ、担当の取組1の回答がまだありません。", True)]
    answered = state(replace(told(CAR, "2025H1"), round_id=SECOND), started=[SECOND], audience=own)
    assert lines(answered) == [(SECOND, "期限は令和7年10月15日でした。担当の取組の回答はそろっています。", False)]


def test_within_its_dates_a_review_asks_and_before_them_it_waits():
    for day, words in ((date(2025, 10, 15), "回答を求めています。期限は令和7年10月15日です。"),
                       (date(2025, 9, 1), "令和7年9月8日に始まります。")):  # fmt: skip
        (one,) = reviews(replace(state(started=[FIRST, SECOND]), day=day))
        assert (one.words, one.late) == (words, False)


@pytest.mark.parametrize("plan", [NOBODY, EMPTY])
def test_where_nobody_is_asked_no_review_is_told_of(plan):
    for started in ([], [SECOND]):
        judged = state(plan=plan, started=started)
        assert lines(judged) == []
        assert events(judged) == []
        assert step_of_work(judged) is None


def test_a_plan_whose_term_is_over_has_none():
    plan = replace(work_plan(), rounds=(work_plan().round(FIRST),))
    assert lines(state(plan=plan))
    assert lines(state(plan=replace(plan, start=FY[2021], end=FY[2022]))) == []


def test_the_first_steps_ask_for_values_by_a_round_of_values_and_for_the_work_by_its_own():
    judged = state(started=[SECOND])
    assert values_round(judged).id == HALF_ROUND
    assert step_of_values(judged).asked.id == HALF_ROUND
    step = step_of_work(judged)
    assert (step.asked.id, "取組3の工程とR7上期の進捗" in step.words) == (SECOND, True)
    assert work_plan().round(SECOND).due < DAY


def test_what_is_closed_is_no_next_step_and_the_one_whose_turn_it_is_comes_in_its_place():
    step = step_of_work(state(started=[FIRST], closed=[FIRST]))
    assert (step.asked.id, "(予定。まだ始まっていません)" in step.words) == (SECOND, True)
    assert step_of_work(state(started=[FIRST, SECOND], closed=[FIRST, SECOND])) is None
    values = [r.id for r in work_plan().rounds if r.kind != "initiatives"]
    judged = state(started=values, closed=values)
    assert (step_of_targets(judged), step_of_values(judged)) == (None, None)
