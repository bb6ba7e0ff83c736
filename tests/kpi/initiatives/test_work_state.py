"""How far the work is: counted once whatever its 再掲, picked out, and nobody called 未回答 who was not asked."""

from dataclasses import replace

import pytest

from kpi.initiatives.half_year_review import BLANK_REASON, Review
from kpi.initiatives.movement import moves
from kpi.initiatives.work_state import Picked, choices, picked, work_of
from kpi.initiatives.work_tables import roadmap_table
from kpi.initiatives.work_words import chart_words, state_words, work_sentence
from kpi.people import Audience
from tests.factory import AGRI, FY, POLICY
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import AGAIN, CAR, DESK, FIRST, MEETING, SECOND, half, work_plan


def sentence(judged, field_id=""):
    work = work_of(judged)
    return "".join(text for text, _ in work_sentence(work, work.of_field(field_id)))


def counts(judged):
    work = work_of(judged)
    return dict(work.counts(work.tracks))


LATE = (told(MEETING, "2024H2"), told(MEETING, "2025H1", progress="late", course="revise"))


def test_each_initiative_counts_once_and_what_was_asked_in_vain_is_unanswered():
    judged = state(*LATE, told(CAR, "2025H1"), started=[FIRST, SECOND])
    assert counts(judged) == {"on_schedule": 1, "late": 1, "unanswered": 1}
    assert sentence(judged) == "取組3(再掲を含む延べ4): 予定どおり1・遅れ1・未回答1(R7上期、回答受付中)"
    assert sentence(judged, "admin") == "取組1(再掲を含む延べ2): 予定どおり1・遅れ1(R7上期、回答受付中)"
    ended = state(*LATE, told(CAR, "2025H1"), started=[FIRST, SECOND], closed=[SECOND])
    assert sentence(ended) == "取組3(再掲を含む延べ4): 予定どおり1・遅れ1・未回答1(R7上期)"


def test_a_round_that_nobody_started_makes_nobody_late():
    assert counts(state(*LATE)) == {"late": 1, "untold": 2}


def test_who_may_not_see_a_departments_answers_is_not_told_that_they_are_missing():
    judged = state(*LATE, started=[SECOND], audience=Audience.PUBLIC)
    assert counts(judged) == {"late": 1, "untold": 2}
    own = state(*LATE, started=[SECOND], audience=Audience("department", frozenset({AGRI})))
    assert counts(own) == {"late": 1, "unanswered": 1, "untold": 1}


def test_a_round_leaves_out_whom_it_does_not_ask():
    plan = work_plan()
    rounds = tuple(replace(r, departments=(POLICY,)) if r.id == SECOND else r for r in plan.rounds)
    judged = state(*LATE, plan=replace(plan, rounds=rounds), started=[SECOND])
    assert counts(judged) == {"late": 1, "unanswered": 1, "untold": 1}


def test_the_newest_half_year_counts_and_what_is_done_stays_done():
    judged = state(told(DESK, "2024H2", progress="done"), told(MEETING, "2024H2"), told(CAR, "2025H1"))
    assert counts(judged) == {"on_schedule": 1, "done": 1, "untold": 1}


def test_what_was_left_blank_with_a_reason_is_neither_unanswered_nor_told():
    why = Review(DESK, half("2025H1"), {"course": "continue", BLANK_REASON: "担当者が決まっていない。"})
    judged = state(told(MEETING, "2025H1"), why, started=[SECOND])
    assert sentence(judged) == "取組3(再掲を含む延べ4): 予定どおり1・空欄(理由あり)1・未回答1(R7上期、回答受付中)"
    finished = state(told(MEETING, "2025H1"), told(DESK, "2024H2", progress="done"), why, started=[SECOND])
    assert counts(finished) == {"on_schedule": 1, "done": 1, "unanswered": 1}
    again = told(DESK, "2025H2", progress="done")
    (move,) = moves(work_of(state(told(DESK, "2024H2"), why, again)).own, half("2025H2"))
    assert (move.before, move.after) == ("予定どおり", "完了")


def test_without_an_answer_or_a_schedule_that_is_said():
    assert sentence(state()) == "取組3(再掲を含む延べ4): 取組の見直しの回答はまだありません"
    assert sentence(state(), "work") == "取組2: 取組の見直しの回答はまだありません"
    bare = replace(
        work_plan(),
        initiatives=tuple(replace(i, planned_start=None, planned_end=None) for i in work_plan().initiatives),
    )
    assert sentence(state(plan=bare)) == ("取組3(再掲を含む延べ4): 取組の工程は未設定です。取組の見直しで確認します")
    assert state_words(work_of(state(plan=bare))) == "取組の見直しの回答はまだありません　工程が未設定の取組 3"
    assert sentence(state(plan=replace(bare, initiatives=()))) == ""


def test_a_repeat_of_what_gathers_others_is_no_work_of_its_own():
    plan = work_plan()
    below = tuple(replace(one, parent_id=MEETING) if one.id == DESK else one for one in plan.initiatives)
    work = work_of(state(told(DESK, "2025H1"), plan=replace(plan, initiatives=below)))
    assert [track.place.id for track in work.tracks] == [DESK, AGAIN, CAR]
    assert dict(work.counts(work.tracks)) == {"on_schedule": 1, "untold": 1}


def test_a_plan_whose_term_is_over_promises_no_review():
    bare = replace(work_plan(), initiatives=work_plan().initiatives[1:2], rounds=(), end=FY[2022])
    assert state_words(work_of(state(plan=bare))) == "取組の見直しの回答はありません　工程が未設定の取組 1"
    assert sentence(state(plan=bare)) == "取組1: 取組の工程は未設定です"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Picked(), [MEETING, DESK, AGAIN, CAR]),
        (Picked(field_id="admin"), [AGAIN, CAR]),
        (Picked(department_id=POLICY), [MEETING, DESK, AGAIN]),
        (Picked(progress="late"), [MEETING, AGAIN]),
        (Picked(progress="unanswered"), [DESK, CAR]),
        (Picked(course="revise", field_id="work"), [MEETING]),
        (Picked(priority="産業のDX"), [CAR]),
        (Picked(law_kind="divide"), [MEETING, AGAIN]),
        (Picked(law_kind="online"), []),
    ],
)
def test_a_filter_leaves_what_it_names_and_a_repeat_is_what_its_original_is(wanted, found):
    plan = work_plan()
    every = tuple(replace(i, priority="産業のDX") if i.id == CAR else i for i in plan.initiatives)
    work = work_of(state(*LATE, plan=replace(plan, initiatives=every), started=[SECOND]))
    assert [track.place.id for track in picked(work, wanted)] == found


def test_only_what_occurs_can_be_asked_for():
    judged = state(*LATE, started=[SECOND])
    assert choices(judged, work_of(judged)) == {
        "field_id": {"work": "産業", "admin": "行政"},
        "department_id": {POLICY: "総合政策部", AGRI: "農林水産部"},
        "progress": {"late": "遅れ", "unanswered": "未回答"},
        "course": {"revise": "見直し"},
        "priority": {},
        "law_kind": {"divide": "利用の機会等の格差の是正に係る取組"},
        "evaluation": {},
    }


def test_the_table_to_take_away_has_a_row_for_each_place():
    judged = state(*LATE, told(CAR, "2025H1"), started=[SECOND])
    table = roadmap_table(judged, work_of(judged).tracks)
    assert list(table["取組の番号"]) == ["1-1", "1-2", "2-1", "2-2"]
    assert list(table["再掲"]) == ["", "", "【再掲】", ""]
    assert list(table["進捗"]) == ["遅れ", "未回答", "遅れ", "予定どおり"]
    assert list(table["指標"]) == ["1", "", "1", "2"]
    assert table["いまの工程"][1] == "未設定"
    assert table["番号"][0] == "AAA-0001"


def test_the_words_of_a_chart_name_what_slipped_what_is_late_and_how_much_is_unset():
    judged = state(told(MEETING, "2025H1", progress="late", revised_end="FY2026H1"))
    assert chart_words("計画の取組の工程", work_of(judged).own) == (
        "計画の取組の工程。3件。工程を変えたのは1-1　説明会を全域で開く(1半期遅らせた)。"
        "やや遅れ・遅れは1-1　説明会を全域で開く。工程が未設定で帯を引いていないのは1件。"
    )


def test_five_hundred_initiatives_are_counted_once_for_a_state():
    plan = work_plan()
    many = tuple(replace(plan.initiatives[0], id=f"i{n}", number=str(n)) for n in range(500))
    judged = state(plan=replace(plan, initiatives=many))
    assert work_of(judged) is work_of(judged)
    assert sentence(judged).startswith("取組500: ")
