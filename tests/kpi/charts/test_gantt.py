"""The chart of schedules, read from its specification: what is hollow, solid, dotted, named, and left out."""

from datetime import date

import pytest

from kpi.charts.gantt import gantt
from kpi.charts.theme import ACTUAL, INK
from kpi.initiatives.lanes import calendar_of, lane
from kpi.initiatives.work_state import work_of
from tests.kpi.charts.test_charts import marks, spec
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import AGAIN, CAR, DESK, MEETING, work_plan

LATE = (told(MEETING, "2024H2"), told(MEETING, "2025H1", progress="late", revised_end="FY2026H1"))


def drawn(*reviews, day=date(2025, 11, 21), word="今日"):
    lanes = tuple(map(lane, work_of(state(*reviews)).tracks))
    return spec(gantt(lanes, calendar_of(lanes, work_plan().start, work_plan().end, day, word)))


def bars(chart, **style):
    return {row["id"]: (row["start"], row["end"]) for layer in marks(chart, "bar", **style) for row in layer["rows"]}


def texts(chart):
    return {
        row["id"]: row[field]
        for layer in marks(chart, "text")
        for field in [layer["encoding"]["text"]["field"]]
        for row in layer["rows"]
        if field in ("slip", "unset")
    }


def test_what_was_planned_is_hollow_and_what_stands_now_is_solid():
    chart = drawn(*LATE)
    hollow = bars(chart, fill="#ffffff", stroke=INK)
    assert hollow == {MEETING: (2024.25, 2026.25), AGAIN: (2024.25, 2026.25), CAR: (2024.25, 2029.25)}
    solid = bars(chart, stroke=ACTUAL)
    assert solid == {MEETING: (2024.25, 2026.75), AGAIN: (2024.25, 2026.75)}
    assert marks(chart, "bar", stroke=ACTUAL)[0]["mark"]["fill"] != "#ffffff"


def test_what_is_unset_says_so_and_has_no_bar():
    chart = drawn(*LATE)
    assert DESK not in bars(chart)
    assert texts(chart) == {MEETING: "1半期遅らせた", AGAIN: "1半期遅らせた", DESK: "工程は未設定"}


def test_a_schedule_with_one_end_says_which_and_is_not_drawn():
    chart = drawn(told(DESK, "2025H1", planned_start="FY2025H1"))
    assert DESK not in bars(chart)
    assert texts(chart)[DESK] == "工程 R7上期～未設定"


def test_what_was_done_is_a_line_and_its_dots_differ_by_shape_and_filling():
    chart = drawn(*LATE, told(DESK, "2025H1", progress="done"), told(CAR, "2025H1", progress="considering"))
    lines = [row for layer in marks(chart, "rule", color=ACTUAL) for row in layer["rows"]]
    assert (MEETING, 2025.0, 2025.5) in [(row["id"], row["start"], row["end"]) for row in lines]
    assert CAR not in [row["id"] for row in lines]
    looks = {
        row["進捗"]: (layer["mark"]["shape"], layer["mark"]["fill"], layer["mark"]["size"])
        for layer in marks(chart, "point")
        for row in layer["rows"]
    }
    assert set(looks) == {"予定どおり", "遅れ", "完了", "検討中"}
    assert len({(shape, fill == "#ffffff", size) for shape, fill, size in looks.values()}) == 4


def test_a_repeat_is_drawn_as_its_original_under_its_own_number_and_mark():
    names = {row["id"]: row["name"] for layer in marks(drawn(*LATE), "text") for row in layer["rows"] if "name" in row}
    assert names[AGAIN] == "2-1　説明会を全域で開く【再掲】"


@pytest.mark.parametrize(("day", "word"), [(date(2025, 11, 21), "今日 R7.11.21"), (date(2031, 1, 1), "")])
def test_the_day_is_a_dotted_line_with_its_word_unless_it_lies_outside(day, word):
    chart = drawn(*LATE, day=day)
    said = [row["word"] for layer in marks(chart, "text") for row in layer["rows"] if "word" in row]
    assert said == ([word] if word else [])
    assert len(marks(chart, "rule", strokeDash=[2, 3])) == bool(word)


def test_no_line_over_all_rows_runs_through_a_name():
    chart = drawn(*LATE)
    (ground,) = marks(chart, "rect", fill="#ffffff", opacity=1)
    names = [layer for layer in marks(chart, "text") if layer["encoding"]["text"]["field"] == "name"]
    over_all = [one for one in marks(chart, "rule") if "y" not in one["encoding"]]
    assert len(over_all) == 2  # of the years, and of the day
    order = [chart["layer"].index(one) for one in (*over_all, ground, *names)]
    assert order == sorted(order)
    assert {row["id"] for row in ground["rows"]} == {row["id"] for one in names for row in one["rows"]}
    assert {ground["mark"]["yOffset"]} == {one["mark"]["dy"] for one in names}
    assert ground["mark"]["height"] > max(one["mark"]["fontSize"] for one in names)


def test_the_years_reach_as_far_as_any_schedule():
    lanes = tuple(map(lane, work_of(state(told(CAR, "2025H1", revised_end="FY2030H1"))).tracks))
    calendar = calendar_of(lanes, work_plan().start, work_plan().end, date(2025, 11, 21))
    assert (calendar.left, calendar.right) == (2024.25, 2031.25)
    assert [layer["encoding"]["x"]["scale"]["domain"] for layer in marks(spec(gantt(lanes, calendar)), "bar")] == [
        [2024.25, 2031.25]
    ] * 2


def test_equal_lanes_have_one_drawing():
    lanes = tuple(map(lane, work_of(state(*LATE)).tracks))
    calendar = calendar_of(lanes, work_plan().start, work_plan().end, date(2025, 11, 21))
    assert gantt(lanes, calendar) is gantt(tuple(lanes), calendar)
