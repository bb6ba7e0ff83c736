"""All that is known of one initiative, in words: only what is given, each half-year with what was planned before it."""

from dataclasses import replace
from datetime import datetime

from kpi.initiatives.continuity import carried_on
from kpi.initiatives.initiative import Initiative
from kpi.initiatives.initiative_profile import (
    facts,
    history,
    interim_rows,
    interim_stories,
    schedule_facts,
    unit_of,
)
from kpi.initiatives.work_state import work_of
from tests.factory import AGRI, POLICY
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import DESK, MEETING, work_plan


def track(judged, initiative=MEETING):
    return next(one for one in work_of(judged).own if one.initiative.id == initiative)


def test_only_what_the_plan_gives_is_told_and_who_answers_in_any_case():
    full = replace(
        work_plan().initiatives[0], related_departments=(AGRI,), partners="市町村は会場を貸す。", state="new",
        priority="産業のDX", sdgs=("8", "9"), budget_initial=1200.0, budget_settled=0.0,
        continues=("old/net", "gone/3"),
    )  # fmt: skip
    judged = state()
    old = replace(work_plan(), id="old", name="前の計画", initiatives=(Initiative("net", "x", "光回線の整備", "3"),))
    new = replace(work_plan(), initiatives=(full, *work_plan().initiatives[1:]))
    carried = carried_on((old, new))
    assert dict(facts(judged, full, carried)) == {
        "主担当": "総合政策部", "関係部局": "農林水産部", "市町村・民間の役割": "市町村は会場を貸す。", "区分": "新規",
        "重点": "産業のDX", "法の区分": "利用の機会等の格差の是正に係る取組", "持続可能な開発目標": "8、9",
        "予算": "当初 1,200千円　決算見込 0千円", "前の計画の取組": "「前の計画」3　光回線の整備",
    }  # fmt: skip
    ended = state(plan=old)
    assert dict(facts(ended, old.initiatives[0], carried))["引き継いだ取組"] == (
        f"「{new.name}」1-1　説明会を全域で開く"
    )
    assert facts(judged, replace(work_plan().initiatives[1], id="nobody")) == (("主担当", "担当未設定"),)


def test_the_schedule_says_what_was_planned_what_stands_and_what_was_done():
    late = told(MEETING, "2025H1", progress="late", revised_end="FY2026H1")
    assert schedule_facts(track(state(told(MEETING, "2024H2"), late))) == (
        ("当初", "R6上期～R7下期"),
        ("いまの工程", "R6上期～R8上期(1半期遅らせた)"),
        ("実績", "R6下期～R7上期"),
    )
    assert schedule_facts(track(state(), DESK)) == (
        ("当初", "未設定"), ("いまの工程", "未設定"), ("実績", "まだありません"),
    )  # fmt: skip


def test_work_of_a_single_half_year_is_told_once():
    assert dict(schedule_facts(track(state(told(MEETING, "2024H2")))))["実績"] == "R6下期"


def test_each_half_year_is_told_with_what_was_planned_the_time_before():
    spring = told(MEETING, "2024H2", performance="8会場", next_plan="12会場")
    autumn = replace(
        told(
            MEETING, "2025H1", progress="late", performance="10会場", delay_reason="会場がない", recovery="FY2026H1",
            next_plan="動画", revised_end="FY2026H1", revision_reason="工事", decided_by="部長", problems="字幕",
            section="DX推進課",
        ),
        department_id=POLICY, known_at=datetime(2025, 10, 6, 10), sheet="KPI調査票", cell="I6",
    )  # fmt: skip
    newest, oldest = history(state(spring, autumn), track(state(spring, autumn)))
    assert newest.facts == (
        ("予定(前回)", "12会場"), ("実績", "10会場"), ("遅れの理由", "会場がない"),
        ("回復見込み", "令和8年度上期(2026年度上期)"), ("次の半期の予定", "動画"), ("課題", "字幕"),
        ("変更後の工程", "終わり 令和8年度上期(2026年度上期)"), ("変更の理由", "工事"), ("決定者", "部長"),
    )  # fmt: skip
    assert newest.origin == "総合政策部 DX推進課　2025-10-06　KPI調査票 I6　番号 AAA-0001"
    assert oldest.facts == (("実績", "8会場"), ("次の半期の予定", "12会場"))


def test_a_change_that_is_said_again_is_told_once():
    first = told(MEETING, "2024H2", revised_end="FY2026H1", revision_reason="工事", decided_by="部長")
    judged = state(first, told(MEETING, "2025H1", revised_end="FY2026H1"))
    again, once = history(judged, track(judged))
    assert ("変更後の工程", "終わり 令和8年度上期(2026年度上期)") in once.facts
    assert "変更後の工程" not in dict(again.facts)


def test_interim_figures_are_told_as_written_and_drawn_without_a_target():
    some = track(state(told(MEETING, "2024H2", interim_1=80.5), told(MEETING, "2025H1", interim_1=1200.0)))
    assert interim_rows(some) == (
        ("令和7年度上期(2025年度上期)", ("1,200人",)), ("令和6年度下期(2024年度下期)", ("80.5人",)),
    )  # fmt: skip
    (story,) = interim_stories(some)
    assert (story.unit, story.target, story.baseline, story.path) == ("人", None, None, ())
    assert [point.value for point in story.actual] == [80.5, 1200.0]
    assert interim_stories(track(state(told(MEETING, "2025H1", interim_1=3.0)))) == ()
    assert interim_rows(track(state(told(MEETING, "2025H1")))) == ()
    assert unit_of("導入した課") == ""
