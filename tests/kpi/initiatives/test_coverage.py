"""Which initiatives move which indicators, and what stands alone."""

from dataclasses import replace

from kpi.initiatives.coverage import above, coverage, moved_by
from kpi.initiatives.work_state import work_of
from tests.factory import COUNT, RATE, TOTAL
from tests.kpi.initiatives.workstate import state
from tests.worktools import CAR, DESK, MEETING, work_plan


def found(plan):
    return coverage(plan, work_of(state(plan=plan)).tracks)


def test_what_stands_alone_on_either_side_is_listed_and_a_repeat_is_not():
    told = found(work_plan())
    assert [one.id for one in told.alone] == [DESK]
    assert RATE not in {one.id for one in told.unmoved}
    assert len(told.unmoved) == len(work_plan().indicators) - 2
    assert {i: [(one.id, how) for one, how in those] for i, those in told.movers.items()} == {
        RATE: [(MEETING, "直接")],
        COUNT: [(CAR, "直接")],
    }


def test_what_stands_above_names_indicators_for_what_is_below_and_directly_goes_first():
    plan = work_plan()
    parent = replace(plan.initiatives[1], id="above", indicators=(TOTAL,), related_indicators=(RATE,))
    below = tuple(
        replace(one, parent_id="above", indicators=(RATE,)) if one.id == DESK else one for one in plan.initiatives
    )
    plan = replace(plan, initiatives=(parent, *below))
    by_id = {one.id: one for one in plan.initiatives}
    assert [one.id for one in above(by_id[DESK], by_id)] == ["above"]
    assert moved_by(by_id[DESK], by_id) == {RATE: "直接", TOTAL: "直接"}
    assert found(plan).alone == ()


def test_initiatives_that_name_each_other_as_above_do_not_go_round_for_ever():
    one, other, *_ = work_plan().initiatives
    one, other = replace(one, parent_id=other.id), replace(other, parent_id=one.id)
    assert [found.id for found in above(one, {one.id: one, other.id: other})] == [other.id]
