"""The work in 新旧対照表: what stands otherwise of an initiative, on which pages, and by whose answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kpi.assessment import Assessment
from kpi.initiatives.half_year_review import Review
from kpi.report.blocks import Report, Table
from kpi.report.comparison_table import Compared, comparison, not_wrong_words, wrong
from kpi.report.paper_differences import Difference
from kpi.report.work.work_differences import work_differences
from tests.evaluationkit import scheme
from tests.factory import POLICY
from tests.kpi.report.work.test_work_alone import paper as paper_alone
from tests.kpi.report.work.test_work_parts import DAY, DONE, FIRST, SLIP, paper, state
from tests.worktools import AGAIN, CAR, DESK, MEETING, half

SENT = {"department_id": POLICY, "known_at": datetime(2025, 10, 6, 10)}


def pair(folder: Path, then: dict[str, tuple[Review, ...]], now: dict[str, tuple[Review, ...]]):
    first = state(folder, **then)
    return first, Assessment.of(replace(first.snapshot, reviews=now), DAY)


def told(then: Assessment, now: Assessment, made=paper) -> tuple[Difference, ...]:
    return work_differences(then, now, made(then), made(now))


def read(found: tuple[Difference, ...]) -> dict[tuple[str, str], tuple[str, str]]:
    return {(d.number, d.place): (d.before, d.after) for d in found}


def test_what_was_said_anew_of_the_work_is_told_place_by_place_with_who_and_when(tmp_path):
    mild = {**SLIP.said, "progress": "slightly_late", "delay_reason": "会場の空きが少ない。", "revised_end": "FY2026H2"}
    then, now = pair(tmp_path, {MEETING: (FIRST, SLIP)}, {MEETING: (FIRST, replace(SLIP, said=mild, **SENT))})
    found = told(then, now)
    assert read(found) == {
        ("1-1", "いまの工程"): ("R6上期～R8上期", "R6上期～R8下期"),
        ("1-1", "進捗"): ("遅れ", "やや遅れ"),
        ("1-1", "遅れの理由"): ("会場がない。", "会場の空きが少ない。"),
    }
    assert {d.reason for d in found} == {"取組の見直し(総合政策部 R7.10.6)"}
    fields = [p.number for p in paper(then).parts_of("roadmap")]
    assert {d.pages for d in found} == {(fields[0], paper(then).part("review").number)}
    assert [d.title for d in found] == ["説明会を全域で開く"] * 3  # the 再掲 says the same, and is not told again


def test_a_number_that_another_field_has_too_leads_to_no_page_of_that_other(tmp_path):
    before = Review(DESK, half("2024H2"), {"progress": "on_schedule", "course": "continue"})
    calm = replace(before, period=half("2025H1"))
    slipped = {MEETING: (FIRST, SLIP), DESK: (before, calm)}
    then = state(tmp_path, **slipped)
    alike = tuple(replace(one, number="1-1") if one.id == DESK else one for one in then.plan.initiatives)
    then = Assessment.of(replace(then.snapshot, plan=replace(then.plan, initiatives=alike)), DAY)
    said = replace(calm, said={**calm.said, "performance": "窓口を増やした。"}, **SENT)
    now = Assessment.of(replace(then.snapshot, reviews={**slipped, DESK: (before, said)}), DAY)
    (found,) = told(then, now)
    assert (found.number, found.place, found.after) == ("1-1", "実績", "窓口を増やした。")
    assert paper(then).part("review").number not in found.pages  # it did not move; what did has its number


def test_a_half_year_that_came_in_between_is_told_against_the_one_before(tmp_path):
    found = told(*pair(tmp_path, {MEETING: (FIRST,)}, {MEETING: (FIRST, replace(SLIP, **SENT))}))
    assert read(found)["1-1", "進捗"] == ("予定どおり", "遅れ")
    assert read(found)["1-1", "決定者"] == ("―", "部長")
    assert read(found)["1-1", "見直しの時点"] == ("R6下期", "R7上期")
    back = told(*pair(tmp_path / "back", {DESK: (DONE,), MEETING: (FIRST,)}, {MEETING: (FIRST,)}))
    assert read(back)["1-2", "進捗"] == ("完了", "―")
    assert {d.reason for d in back} == {""}  # nobody has said why what was said is gone


def test_an_initiative_of_one_paper_alone_and_what_the_plan_says_anew_are_a_revision(tmp_path):
    then, _ = pair(tmp_path, {MEETING: (FIRST,)}, {})
    kept = tuple(
        replace(one, name="説明会を全市町村で開く", planned_end=half("2026H1")) if one.id == MEETING else one
        for one in then.plan.initiatives if one.id not in (CAR, AGAIN)
    )  # fmt: skip
    now = Assessment.of(replace(then.snapshot, plan=replace(then.plan, initiatives=kept)), DAY)
    found = told(then, now)
    assert read(found)["1-1", "取組名"] == ("説明会を全域で開く", "説明会を全市町村で開く")
    assert read(found)["1-1", "当初の工程"] == ("R6上期～R7下期", "R6上期～R8上期")
    assert read(found)["2-2", "取組"] == ("掲載", "―")
    assert {d.reason for d in found if d.place != "主担当"} == {"計画の改定"}
    new = {d.number: d for d in told(now, then)}
    assert (new["2-2"].before, new["2-2"].pages) == ("―", (paper(then).parts_of("roadmap")[1].number,))


def test_a_plan_of_initiatives_alone_is_told_by_its_list(tmp_path):
    graded = replace(FIRST, said={**FIRST.said, "evaluation": "B"})
    then, now = pair(tmp_path, {CAR: (replace(graded, initiative_id=CAR),)}, {})
    better = replace(FIRST, initiative_id=CAR, said={**graded.said, "evaluation": "A"}, **SENT)
    plan = replace(then.plan, indicators=(), cards=(), self_evaluation=scheme("hamamatsu"))
    then, now = (
        Assessment.of(replace(one.snapshot, plan=plan, reviews=reviews), DAY)
        for one, reviews in ((then, then.snapshot.reviews), (now, {CAR: (better,)}))
    )
    (found,) = told(then, now, paper_alone)
    assert (found.place, found.before, found.after) == (scheme("hamamatsu").name, "B", "A")
    assert found.pages[0] == "資料1"


def test_the_work_stands_in_the_table_and_is_no_erratum(tmp_path):
    then, now = pair(tmp_path, {MEETING: (FIRST,)}, {MEETING: (FIRST, replace(SLIP, **SENT))})
    before, after = paper(then), paper(now)
    compared = Compared(before, after, after, told(then, now), (), DAY)
    table = next(b for b in _only(comparison(compared)).blocks if isinstance(b, Table))
    assert [
        "1-1",
        "説明会を全域で開く",
        "進捗",
        "予定どおり",
        "遅れ",
        "取組の見直し(総合政策部 R7.10.6)",
    ] in [[cell.printed for cell in row] for row in table.rows]
    assert wrong(compared) == ()
    assert not_wrong_words(compared) == f"取組の見直し{len(compared.found)}か所"


def test_papers_without_the_work_differ_in_none_of_it(tmp_path):
    then, now = pair(tmp_path, {MEETING: (FIRST,)}, {MEETING: (FIRST, SLIP)})
    less = [replace(made, parts=made.parts_of("overview")) for made in (paper(then), paper(now))]
    assert work_differences(then, now, *less) == ()


def _only(made: Report):
    (part,) = made.parts
    return part
