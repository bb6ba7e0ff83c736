"""What of a plan lives on in another, and what is said of a plan that has ended."""

from dataclasses import replace
from datetime import date

from kpi.assessment import Assessment
from kpi.initiatives.continuity import carried_on, lost
from kpi.initiatives.initiative import Initiative
from kpi.period import Period
from kpi.printing.final_account import final_account
from tests.factory import tiny_plan
from tests.kpi.initiatives.workstate import state, told
from tests.storekit import new_store
from tests.worktools import CAR, MEETING, SECOND

OLD = Initiative("net", "work-item", "光回線の整備")
SAME = Initiative("skill", "work-item", "研修の充実")
AGAIN = Initiative("skill-again", "work-item", "研修の充実", refers_to="skill")
BEFORE = replace(tiny_plan(), id="before", name="前の計画", initiatives=(OLD, SAME, AGAIN))
AFTER = replace(
    tiny_plan(),
    id="after",
    name="次の計画",
    initiatives=(
        Initiative("five-g", "work-item", "5Gの整備", continues=("before/net",)),
        Initiative("skill", "work-item", "研修の充実", continues=("before/skill", "before/gone", "nowhere/net")),
    ),
)


def test_each_initiative_that_is_carried_on_is_told_with_whether_its_words_changed():
    found = carried_on((AFTER, BEFORE))
    assert [(c.earlier.id, c.later.id, c.is_reworded) for c in found] == [
        ("net", "five-g", True),
        ("skill", "skill", False),
    ]
    assert {(c.before.id, c.after.id) for c in found} == {("before", "after")}
    assert carried_on((AFTER,)) == ()


def test_a_plan_that_carries_on_one_of_its_own_name_is_told_from_it_by_its_years(tmp_path):
    later = replace(AFTER, name=BEFORE.name, start=Period("FY", 2029), end=Period("FY", 2033))
    (one, *_) = found = carried_on((later, BEFORE))
    assert (one.before_name, one.after_name) == ("R6～R10　前の計画", "R11～R15　前の計画")
    assert "「R11～R15　前の計画」に引き継がれています。" in _account(BEFORE, tmp_path, found)[2]
    assert [(c.before_name, c.after_name) for c in carried_on((AFTER, BEFORE))] == [("前の計画", "次の計画")] * 2


def test_what_a_plan_that_is_there_does_not_have_is_told_and_of_an_unknown_plan_nothing():
    assert [(plan.id, one.id, named) for plan, one, named in lost((AFTER, BEFORE), lambda plan: plan.initiatives)] == [
        ("after", "skill", "before/gone")
    ]
    assert lost((AFTER,), lambda plan: plan.initiatives) == ()


def _account(plan, folder, carried=()):
    store = new_store(folder, plan)
    return final_account(Assessment.of(store.snapshot(plan.id), date(2031, 4, 1)), carried)


def test_the_final_account_counts_how_indicators_ended_and_what_lives_on(tmp_path):
    told = _account(BEFORE, tmp_path, carried_on((AFTER, BEFORE)))
    assert told[0] == "計画期間は令和6年度(2024年度)から令和10年度(2028年度)まででした。"
    assert told[1].startswith("7指標は、")
    assert told[1].endswith("で終わりました。")
    assert told[2] == "取組2(再掲を含む延べ3)のうち2は、「次の計画」に引き継がれています。"


def test_a_plan_without_indicators_has_no_result_in_numbers_and_an_assumed_term_says_so(tmp_path):
    plan = replace(
        BEFORE, indicators=(), cards=(), ownerships=(), start=BEFORE.end, assumptions={"start": "文書にない。"}
    )
    assert _account(plan, tmp_path) == (
        "計画期間は令和10年度(2028年度)でした(期間は想定)。",
        "計画に指標はなく、数値による結果はありません。",
        "取組2(再掲を含む延べ3)。ほかの計画に引き継いだと示された取組はありません。",
    )


def test_the_final_account_tells_how_the_work_ended():
    judged = state(told(MEETING, "2024H2", progress="done"), told(CAR, "2025H1"), started=[SECOND], closed=[SECOND])
    words = "取組の進捗は、最後の見直し(R7上期)で予定どおり1・完了1・未回答1でした。"
    assert [told for told in final_account(judged, ()) if told.startswith("取組の進捗")] == [words]
    assert not any("取組の進捗" in told for told in final_account(state(), ()))
