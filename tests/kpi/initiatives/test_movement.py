"""What moved in a half-year: against what was said before it, each kind counted, with reason and who decided."""

from dataclasses import replace

from kpi.initiatives.movement import answered, half_years, moves, moves_sentence
from kpi.initiatives.track import tracks
from kpi.initiatives.work_state import work_of
from kpi.initiatives.work_tables import movement_table
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import CAR, DESK, MEETING, half, work_plan

AUTUMN = half("2025H1")


def moved(*reviews, of=AUTUMN):
    return [(m.kind, m.track.initiative.id, m.before, m.after) for m in moves(work_of(state(*reviews)).tracks, of)]


def test_what_was_finished_and_what_became_late_is_told_apart_from_other_changes():
    assert moved(
        told(MEETING, "2024H2"),
        told(MEETING, "2025H1", progress="slightly_late"),
        told(DESK, "2024H2"),
        told(DESK, "2025H1", progress="done"),
        told(CAR, "2024H2", progress="late"),
        told(CAR, "2025H1"),
    ) == [
        ("done", DESK, "予定どおり", "完了"),
        ("late", MEETING, "予定どおり", "やや遅れ"),
        ("progress", CAR, "遅れ", "予定どおり"),
    ]


def test_what_stays_and_what_is_told_first_has_not_moved():
    assert moved(told(MEETING, "2024H2"), told(MEETING, "2025H1"), told(DESK, "2025H1")) == []
    assert moved(told(MEETING, "2024H2", progress="late"), told(MEETING, "2025H1", progress="slightly_late")) == [
        ("progress", MEETING, "遅れ", "やや遅れ")
    ]
    assert moved(told(DESK, "2025H1", progress="late")) == [("late", DESK, "", "遅れ")]


def test_a_half_year_left_out_is_looked_over():
    assert moved(told(MEETING, "2024H1", progress="considering"), told(MEETING, "2025H1")) == [
        ("progress", MEETING, "検討中", "予定どおり")
    ]


def test_a_later_half_year_changes_nothing_of_an_earlier_one():
    reviews = (
        told(MEETING, "2024H2"),
        told(MEETING, "2025H1", revised_end="FY2026H1", revision_reason="会場", decided_by="部長"),
        told(MEETING, "2025H2", progress="late", revised_end="FY2027H1"),
    )
    assert moved(*reviews) == [("schedule", MEETING, "R6上期～R7下期", "R6上期～R8上期")]
    assert moved(*reviews, of=half("2024H2")) == []
    assert [kind for kind, *_ in moved(*reviews, of=half("2025H2"))] == ["late", "schedule"]
    (move,) = moves(work_of(state(*reviews)).tracks, AUTUMN)
    assert (move.reason, move.decided_by) == ("会場", "部長")


def test_the_newest_change_of_either_end_stands():
    (track, *_) = work_of(
        state(
            told(MEETING, "2024H1", revised_start="FY2024H2", revised_end="FY2026H1"),
            told(MEETING, "2024H2", revised_start="FY2025H1"),
            told(MEETING, "2025H1", revised_end="FY2026H2"),
        )
    ).tracks
    assert (track.planned.words, track.standing.words) == ("R6上期～R7下期", "R7上期～R8下期")


def test_what_was_done_reaches_over_the_half_years_in_which_work_went_on():
    reviews = (told(MEETING, "2024H1", progress="considering"), told(MEETING, "2024H2"), told(MEETING, "2025H1"))
    stopped = (*reviews, told(MEETING, "2025H2", progress="not_started"))
    for said, worked in ((reviews[:1], "未設定"), (reviews[:2], "R6下期"), (stopped, "R6下期～R7上期")):
        assert work_of(state(*said)).tracks[0].actual.words == worked


def test_a_schedule_set_for_the_first_time_is_no_change_of_it():
    first = told(DESK, "2025H1", planned_start="FY2024H1", planned_end="FY2026H2")
    assert moved(told(DESK, "2024H2"), first) == []


def test_a_schedule_that_is_set_and_changed_in_one_answer_has_moved_from_its_first_form():
    both = told(DESK, "2025H1", planned_start="FY2024H1", planned_end="FY2026H2", revised_end="FY2027H1")
    assert moved(both) == [("schedule", DESK, "R6上期～R8下期", "R6上期～R9上期")]


def test_revising_is_listed_as_a_course_and_not_as_a_delay():
    assert moved(told(MEETING, "2024H2"), told(MEETING, "2025H1", course="revise")) == [
        ("course", MEETING, "継続", "見直し")
    ]


def test_a_course_moves_where_it_is_another_than_the_time_before():
    first = told(MEETING, "2024H2", progress="done", course="end")
    assert moved(first, of=half("2024H2")) == [("done", MEETING, "", "完了"), ("course", MEETING, "", "終了")]
    assert moved(first, told(MEETING, "2025H1", progress="done", course="end")) == []
    assert moved(told(MEETING, "2024H2", course="revise"), told(MEETING, "2025H1", course="revise")) == []
    assert moved(told(MEETING, "2024H2", course="revise"), told(MEETING, "2025H1")) == [
        ("course", MEETING, "見直し", "継続")
    ]


def test_the_sentence_counts_each_kind_and_the_answers():
    judged = state(
        told(MEETING, "2024H2"), told(MEETING, "2025H1", progress="late", course="expand"), told(DESK, "2025H1")
    )
    every = work_of(judged).tracks
    found = moves(every, AUTUMN)
    assert half_years(every) == (AUTUMN, half("2024H2"))
    assert moves_sentence(found, answered(every, AUTUMN)) == (
        "回答のあった取組2のうち、動いた取組1(重なりを含む延べ2)。新たにやや遅れ・遅れ1、方向性の変化1。"
    )
    assert moves_sentence((), 2) == "回答のあった取組2のうち、動いたものはありません。"
    assert moves_sentence((), 0) == "この半期の回答はまだありません。"
    table = movement_table(judged, found)
    assert list(table["内容"]) == ["新たにやや遅れ・遅れとなった取組", "今後の方向性が変わった取組"]
    assert list(table["主担当"]) == ["総合政策部"] * 2
    assert list(table["確認"]) == ["確認済"] * 2


def test_what_gathers_others_is_no_track_and_a_repeat_moves_once():
    plan = work_plan()
    above = replace(plan.initiatives[1], id="above", number="方針1")
    below = tuple(replace(one, parent_id="above") if one.id == DESK else one for one in plan.initiatives)
    assert [track.place.id for track in tracks((above, *below), {})] == [one.id for one in plan.initiatives]
