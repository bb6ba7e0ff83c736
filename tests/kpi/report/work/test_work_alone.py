"""The paper of a plan that has initiatives and no indicator: its list, its first page, its files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.assessment import Assessment
from kpi.initiatives.half_year_review import Review
from kpi.initiatives.initiative import Initiative
from kpi.report.assembly import report
from kpi.report.blocks import Note, Report, Sentence, Table
from kpi.report.comparison_table import Compared, exchange
from kpi.report.release_gate import gate
from kpi.report.work.initiative_list import initiative_list
from loaders.documents.paper.paper_files import FORMATS, Drawn, file_name, formats_of
from tests.factory import ROUND
from tests.storekit import new_store
from tests.worktools import AGAIN, CAR, DESK, MEETING, SECOND, half, work_plan

DAY = date(2025, 10, 20)
BEFORE = Review(MEETING, half("2024H2"), {"progress": "on_schedule", "course": "continue"})
LATE = Review(MEETING, half("2025H1"), {
    "progress": "late", "course": "revise", "delay_reason": "会場がない。", "recovery": "FY2026H1",
})  # fmt: skip
DONE = Review(DESK, half("2025H1"), {"progress": "done", "course": "end"})


def state(tmp_path: Path, **reviews: tuple[Review, ...]) -> Assessment:
    snapshot = new_store(tmp_path, work_plan()).snapshot("tiny")
    alone = replace(snapshot.plan, indicators=(), cards=())
    return Assessment.of(replace(snapshot, plan=alone, reviews=reviews), DAY)


def paper(told: Assessment, asked: str = SECOND) -> Report:
    return report(told, told.plan.round(asked), told.snapshot)


def table(made: Report, caption: str) -> list[list[str]]:
    (found,) = (b for part in made.parts for b in part.blocks if isinstance(b, Table) and b.caption == caption)
    return [[c.heading for c in found.columns], *([c.printed for c in row] for row in found.rows)]


@pytest.fixture
def told(tmp_path: Path) -> Assessment:
    return state(tmp_path, **{MEETING: (BEFORE, LATE), DESK: (DONE,)})


def test_the_list_of_initiatives_stands_where_that_of_indicators_would(told):
    made = paper(told)
    assert [(p.kind, p.number) for p in made.parts] == [
        ("overview", "概要"), ("initiatives", "資料1"), ("roadmap", "資料2-1"), ("roadmap", "資料2-2"),
        ("review", "資料3"),
    ]  # fmt: skip
    assert table(made, "取組一覧")[1:] == [
        ["1-1", "説明会を全域で開く", "総合政策部", "R6上期～R7下期", "遅れ", "見直し", ""],
        ["1-2", "窓口を一つにする", "総合政策部", "未設定", "完了", "終了", ""],
        ["2-1", "説明会を全域で開く【再掲】", "総合政策部", "R6上期～R7下期", "遅れ", "見直し", ""],
        ["2-2", "自動運転の実証", "農林水産部", "R6上期～R10下期", "記録なし", "―", ""],
    ]


def test_each_field_is_counted_with_what_was_before(told):
    head, whole, first, second = table(paper(told), "分野と進捗ごとの取組の数")
    assert head == ["分野", "取組", "予定どおり", "遅れ", "完了", "記録なし"]
    assert whole[1:] == ["3", "0(1)", "1(0)", "1(0)", "1(0)"]
    assert [int(row[1]) for row in (first, second)] == [2, 2]  # the 再掲 counts in its field, and once in the whole
    assert any("再掲" in b.text for b in paper(told).part("overview").blocks if isinstance(b, Note))


def test_what_is_behind_is_explained_on_the_first_page(told):
    assert table(paper(told), "説明を要する取組")[1:] == [
        ["1-1 説明会を全域で開く", "遅れ", "会場がない。", "R8上期", "見直し"]
    ]


def test_the_sentences_tell_of_the_work_and_never_of_indicators(told):
    said = [b.made for b in paper(told).part("overview").blocks if isinstance(b, Sentence)]
    assert said == [
        "取組3(再掲を含む延べ4): 遅れ1・完了1・記録なし1(R7上期)。",
        "前回と比べ、新たに完了した取組が1件、新たにやや遅れ・遅れとなった取組が1件、今後の方向性が変わった取組が2件。",
        "やや遅れ・遅れの取組は「説明会を全域で開く」の1件。",
    ]


def test_without_an_answer_it_says_so_and_explains_nothing(tmp_path):
    silent = state(tmp_path)
    made = paper(silent)
    (sentence,) = (b.made for b in made.part("overview").blocks if isinstance(b, Sentence))
    assert sentence == "取組3(再掲を含む延べ4)。進み方の回答はまだありません。"
    assert table(made, "説明を要する取組")[1][0] == "進み方の回答がまだありません"
    assert {row[4] for row in table(made, "取組一覧")[1:]} == {"記録なし"}


def test_what_gathers_others_is_listed_above_them_without_an_answer_of_its_own(told):
    first = told.plan.fields[0].items[0].id
    more = (
        Initiative("roof", first, "屋根", "3"), Initiative("wall", first, "壁", "3-1", parent_id="roof"),
        Initiative("again", first, "会議を開く", "3-2", parent_id="roof", refers_to=MEETING, detail="＜再掲＞、など"),
    )  # fmt: skip
    plan = replace(told.plan, initiatives=(*told.plan.initiatives, *more))
    part = initiative_list(Assessment.of(replace(told.snapshot, plan=plan), DAY), "資料1")
    rows = {row[0].text: [c.text for c in row] for row in next(b for b in part.blocks if isinstance(b, Table)).rows}
    assert rows["3"] == ["3", "屋根", "", "", "", "", ""]
    assert rows["3-1"][1:5] == ["　壁", "未設定", "未設定", "記録なし"]
    assert rows["3-2"][1] == "　会議を開く＜再掲＞、など"  # the document's own mark is not said twice


def test_its_files_are_those_of_the_list_and_named_after_it(told):
    made = paper(told)
    forms = formats_of(told.plan)
    assert "docx" not in forms
    assert "sheets-pdf" not in forms
    assert file_name(made, forms["xlsx"]).startswith("資料1_取組一覧_")
    rows = forms["csv"].make(Drawn.of(made)).decode("utf-8-sig").splitlines()
    assert rows[0].split(",")[:3] == ["分野", "番号", "取組"]
    assert len(rows) == 5
    assert set(formats_of(work_plan())) == set(FORMATS)


def test_nothing_of_indicators_is_looked_over(told):
    assert not [f for f in gate(paper(told), told) if f.forbids]


def test_pages_of_the_work_that_read_otherwise_are_exchanged(told):
    other = replace(told.snapshot, reviews={**told.snapshot.reviews, CAR: (replace(DONE, initiative_id=CAR),)})
    after = paper(Assessment.of(other, DAY))
    compared = Compared(paper(told), after, after, (), (), DAY)
    assert [p.number for p in exchange(compared).parts] == ["概要", "資料1", "資料2-2", "資料3"]
    assert all(p.exchanged for p in exchange(compared).parts)


def test_a_plan_with_indicators_keeps_its_list_of_them(tmp_path):
    whole = new_store(tmp_path, work_plan()).snapshot("tiny")
    made = paper(Assessment.of(whole, DAY), ROUND)
    assert "initiatives" not in {p.kind for p in made.parts}
    assert AGAIN in {i.id for i in whole.plan.initiatives}
