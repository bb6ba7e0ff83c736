"""The work in the paper: the roadmap's signs, what moved, the corner of 概要, an indicator's own part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Life
from kpi.initiatives.half_year_review import Review
from kpi.report.assembly import report
from kpi.report.blocks import Heading, Note, Passage, Report, Table
from kpi.report.release_gate import gate
from kpi.report.work.review_part import achievements
from kpi.snapshot import Edited
from tests.evaluationkit import scheme
from tests.factory import RATE, ROUND
from tests.storekit import new_store
from tests.worktools import CAR, DESK, MEETING, half, work_plan
from tests.worktools import FIRST as EARLIER
from tests.worktools import SECOND as NEWEST

FIRST = Review(
    MEETING, half("2024H2"), {"progress": "on_schedule", "course": "continue", "performance": "8会場で開いた。"}
)
SLIP = Review(MEETING, half("2025H1"), {
    "progress": "late", "course": "revise", "performance": "12会場で開いた。", "delay_reason": "会場がない。",
    "revised_end": "FY2026H1", "revision_reason": "会場が足りない。", "decided_by": "部長",
})  # fmt: skip
DONE = Review(DESK, half("2025H1"), {"progress": "done", "course": "end", "performance": "窓口を開いた。"})
DAY = date(2025, 10, 20)


def state(tmp_path: Path, **reviews: tuple[Review, ...]) -> Assessment:
    snapshot = new_store(tmp_path, work_plan()).snapshot("tiny")
    return Assessment.of(replace(snapshot, reviews=reviews), DAY)


def paper(told: Assessment, **edited: Edited) -> Report:
    seen = replace(told.snapshot, edited={ROUND: edited}) if edited else told.snapshot
    return report(told, told.plan.round(ROUND), seen)


@pytest.fixture
def told(tmp_path: Path) -> Assessment:
    return state(tmp_path, **{MEETING: (FIRST, SLIP), DESK: (DONE,)})


def rows(made: Report, kind: str) -> dict[str, list[str]]:
    found = {}
    for part in made.parts_of(kind):  # type: ignore[arg-type]
        table = next(b for b in part.blocks if isinstance(b, Table))
        found |= {f"{row[0].text}{row[1].text}": [c.printed for c in row] for row in table.rows}
    return found


def test_each_half_year_has_its_sign(told):
    signs = {name: "".join(cells[3:-4]) for name, cells in rows(paper(told), "roadmap").items()}
    by_number = {name[:3]: sign for name, sign in signs.items()}
    years = len(next(iter(rows(paper(told), "roadmap").values()))) - 7
    assert years == 2 * (told.plan.end.year - told.plan.start.year + 1)
    assert "●●" in by_number["1-1"]
    assert by_number["1-1"].endswith("■")  # to the end that stands now, a half-year after 当初
    assert by_number["2-1"] == by_number["1-1"]  # a 再掲 has the track of its 主掲載


def test_a_slip_a_repetition_and_what_is_unset_are_named(told):
    found = rows(paper(told), "roadmap")
    assert "遅れ(+1半期)" in found["1-1説明会を全域で開く"]
    assert any(name.endswith("【再掲】") for name in found)
    assert "(回答なし)" in found["2-2自動運転の実証"]


def test_what_was_said_in_an_earlier_half_year_than_the_sheet_tells_says_so(tmp_path):
    early = replace(FIRST, initiative_id=DESK)
    found = rows(paper(state(tmp_path, **{MEETING: (FIRST, SLIP), DESK: (early,)})), "roadmap")
    assert "(R6下期) 8会場で開いた。" in found["1-2窓口を一つにする"]
    assert "12会場で開いた。" in found["1-1説明会を全域で開く"]
    assert (found["1-2窓口を一つにする"][-3], found["1-1説明会を全域で開く"][-3]) == (
        "予定どおり(R6下期)",
        "遅れ(+1半期)",
    )


def test_the_review_tells_what_moved_with_reason_and_who_decided(told):
    found = rows(paper(told), "review")
    meeting = found["1-1説明会を全域で開く"]
    assert meeting[2:5] == ["予定どおり→遅れ", "見直し", "R6上期～R7下期 → R6上期～R8上期"]
    assert meeting[5] == "会場がない。会場が足りない。(決定者 部長)"
    assert set(found) == {"1-1説明会を全域で開く", "1-2窓口を一つにする"}


def test_the_first_page_counts_the_half_year(told):
    table = next(b for b in paper(told).part("overview").blocks if isinstance(b, Table) and b.caption == "取組の半期")
    assert table.columns[0].heading == "取組の半期(R7上期)"
    (row,) = table.rows
    assert [c.printed for c in row] == [
        "取組3(再掲を含む延べ4)",
        "－",
        "－",
        "0(1)",
        "－",
        "1(0)",
        "1(0)",
        "－",
        "1(2)",
    ]
    assert [c.heading for c in table.columns][-2:] == ["未回答", "記録なし"]  # the car was not asked about


def test_who_had_not_answered_the_time_before_is_counted_beside_who_has_not_now(tmp_path):
    held = datetime(2025, 4, 1)
    snapshot = new_store(tmp_path, work_plan()).snapshot("tiny")
    begun = replace(snapshot, life=Life(started={EARLIER: held, NEWEST: held}))
    said = {MEETING: (FIRST, SLIP), DESK: (DONE,)}
    made = paper(Assessment.of(replace(begun, reviews=said), DAY))
    table = next(b for b in made.part("overview").blocks if isinstance(b, Table) and b.caption == "取組の半期")
    (row,) = table.rows
    counted = dict(zip((c.heading for c in table.columns), (c.printed for c in row), strict=True))
    assert counted["未回答"] == "1(2)"  # the car in both, the desk in the first alone


def test_what_comes_next_is_told_without_a_day_where_none_is_known(tmp_path):
    rounds = {one.id: datetime(2025, 4, 1) for one in work_plan().rounds}
    snapshot = new_store(tmp_path, work_plan()).snapshot("tiny")

    def coming(life: Life) -> list[list[str]]:
        made = paper(Assessment.of(replace(snapshot, life=life), date(2026, 5, 1)))
        table = next(b for b in made.part("overview").blocks if isinstance(b, Table) and b.caption == "今後の予定")
        return [[c.printed for c in row] for row in table.rows]

    nobody = Life(started={ROUND: rounds[ROUND]})
    assert ["日程未定", "令和7年度上期"] in coming(nobody)
    assert ["日程未定", "令和7年度上期 取組の見直し"] in coming(nobody)
    assert coming(Life(started=rounds)) == [["未定", ""]]
    given_up = {one: at for one, at in rounds.items() if one != ROUND}
    assert coming(Life(started={ROUND: rounds[ROUND]}, cancelled=given_up)) == [["未定", ""]]


def test_what_was_done_in_an_earlier_half_year_stays_done_on_the_first_page(tmp_path):
    done = replace(DONE, period=half("2024H2"))
    made = paper(state(tmp_path, **{MEETING: (FIRST, SLIP), DESK: (done,)}))
    table = next(b for b in made.part("overview").blocks if isinstance(b, Table) and b.caption == "取組の半期")
    (row,) = table.rows
    counted = dict(zip((c.heading for c in table.columns), (c.printed for c in row), strict=True))
    assert (counted["完了"], counted["未回答"], counted["記録なし"]) == ("1", "－", "1")


def test_what_is_behind_still_is_listed_but_has_not_moved(tmp_path):
    still = (replace(FIRST, said={**FIRST.said, "progress": "late"}),
             replace(SLIP, said={"progress": "late", "course": "continue", "revised_end": "FY2025H2"}))  # fmt: skip
    made = paper(state(tmp_path, **{MEETING: still, DESK: (DONE,)}))
    (head,) = (b for b in made.part("review").blocks if isinstance(b, Heading))
    assert head.text == "令和7年度上期(2025年度上期)の見直し　動いた取組1件　遅れの続く取組1件"
    assert set(rows(made, "review")) == {"1-1説明会を全域で開く", "1-2窓口を一つにする"}


def test_what_changed_in_an_earlier_half_year_is_not_marked_as_new(tmp_path):
    early = (replace(FIRST, initiative_id=DESK, period=half("2024H1")), replace(DONE, period=half("2024H2")))
    made = paper(state(tmp_path, **{MEETING: (FIRST, SLIP), DESK: early}))
    table = next(b for b in made.parts_of("roadmap")[0].blocks if isinstance(b, Table))
    assert {row[0].text: row[-3].changed for row in table.rows if row} == {"1-1": True, "1-2": False}


def test_a_plan_whose_work_nobody_told_of_has_no_roadmap(tmp_path):
    told = state(tmp_path)
    bare = tuple(replace(i, planned_start=None, planned_end=None) for i in told.plan.initiatives)
    silent = Assessment.of(replace(told.snapshot, plan=replace(told.plan, initiatives=bare)), DAY)
    assert not {part.kind for part in paper(silent).parts} & {"roadmap", "review"}


def test_achievements_are_drawn_from_the_initiatives_and_may_be_written(told):
    assert achievements(told, RATE) == "12会場で開いた。"

    def passage(made: Report) -> Passage:
        part = next(p for p in made.parts_of("indicator") if p.subject_id == RATE)
        return next(b for b in part.blocks if isinstance(b, Passage) and b.label == "主な取組と成果")

    assert passage(paper(told)).text == "12会場で開いた。"
    own = Edited("全県で説明会を開き、導入が進んだ。", "12会場で開いた。", "事務局", datetime(2025, 10, 20))
    written = paper(told, **{f"achievements:{RATE}": own})
    assert (passage(written).text, passage(written).outdated) == (own.text, False)
    stale = paper(told, **{f"achievements:{RATE}": replace(own, made="8会場で開いた。")})
    assert passage(stale).outdated
    assert any("主な取組と成果" in f.message for f in gate(stale, told))


def test_the_car_has_no_share_in_another_indicators_page(told):
    with_car = replace(told.snapshot, reviews={**told.snapshot.reviews, CAR: (replace(DONE, initiative_id=CAR),)})
    assert achievements(Assessment.of(with_car, DAY), RATE) == "12会場で開いた。"


def test_the_review_has_a_column_for_the_plans_self_evaluation_and_counts_every_grade(told):
    plan = replace(told.plan, self_evaluation=scheme("hamamatsu"))
    slip, done = (replace(r, said={**r.said, "evaluation": grade}) for r, grade in ((SLIP, "C"), (DONE, "A")))
    steady = replace(FIRST, initiative_id=CAR, period=half("2025H1"), said={**FIRST.said, "evaluation": "A"})
    reviews = {MEETING: (FIRST, slip), DESK: (done,), CAR: (steady,)}
    made = paper(Assessment.of(replace(told.snapshot, plan=plan, reviews=reviews), DAY))
    part = made.part("review")
    table = next(b for b in part.blocks if isinstance(b, Table))
    assert [c.heading for c in table.columns][3:5] == ["方向性", "自己評価"]
    assert {row[0].text: row[4].printed for row in table.rows} == {"1-1": "C", "1-2": "A"}
    assert not any(row[4].changed for row in table.rows)
    (note,) = (b.text for b in part.blocks if isinstance(b, Note))
    assert note == (
        "自己評価(担当の記入)　A 2　B 0　C 1　D 0　(A 目標より進んでいる、B 目標どおり、C 遅れている、D 評価できない)"
    )
    plain = next(b for b in paper(told).part("review").blocks if isinstance(b, Table))
    assert sum(c.width for c in plain.columns) == sum(c.width for c in table.columns)
    assert "自己評価" not in [c.heading for c in plain.columns]
