"""The scheme of self-evaluation in a plan's files: each known one is data, and what is wrong is told and left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.initiatives.self_evaluation import Grade, SelfEvaluation
from kpi.issue import Severity
from loaders.plan.folder import load_plan
from loaders.plan.next_plan import next_plan
from loaders.plan.plan_files import write_folder
from loaders.plan.plan_revision import compare
from tests import ROOT
from tests.evaluationkit import SCHEMES, loaded, scheme
from tests.factory import FY
from tests.loaders.plan.bookkit import DAY, book, read

HEAD = '[self_evaluation]\nname = "自己評価"\n'
GRADES = "".join(f'[[self_evaluation_grade]]\nword = "{word}"\n' for word in "AB")


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_is_data_and_comes_back_from_workbook_and_folder(name: str, tmp_path: Path) -> None:
    plan, issues = loaded(SCHEMES[name])
    assert issues == loaded("")[1]
    found = read(book(plan))
    assert [i.message for i in found.issues if i.severity is Severity.FIX] == []
    assert found.plan == plan
    write_folder(tmp_path / plan.id, plan)
    assert load_plan(tmp_path / plan.id)[0] == plan


def test_each_scheme_asks_what_its_place_asks() -> None:
    keys = {name: told.keys if (told := scheme(name)) else () for name in SCHEMES}
    aspects = ("aspect_1", "aspect_2", "aspect_3")
    grade = ("evaluation",)
    assert keys == {
        "words": ("evaluation_words",), "smooth": (*grade, *aspects), "hamamatsu": grade, "gunma": grade,
        "ibaraki": grade, "none": (),
    }  # fmt: skip
    told = scheme("ibaraki")
    assert told is not None
    assert [one.word for one in told.grades] == ["A", "B+", "B", "C"]
    assert told.choices["B+"] == "B+ 期待値の80%以上100%未満"


def test_the_plan_of_miyagi_has_its_own_in_words() -> None:
    plan, _ = load_plan(ROOT / "data" / "plans" / "miyagi-ict-2017")
    assert plan is not None
    assert plan.self_evaluation == SelfEvaluation(
        "自己評価", "指標の達成度又は取組の性質に応じた自己評価", "みやぎICT利活用推進プランの概要 第1章"
    )
    (point,) = (p for s in plan.sections for p in s.points if "自己評価" in p)
    assert plan.self_evaluation.asks in point


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        (GRADES, "plan.unnamed_evaluation", None),
        ('[self_evaluation]\naspects = ["必要性"]\n', "plan.unnamed_evaluation", None),
        ('[self_evaluation]\nname = "進捗"\n', "plan.taken_heading", None),
        ('[self_evaluation]\nname = "遅れの 理由"\n', "plan.taken_heading", None),
        (HEAD + 'aspects = ["a", "b", "c", "d"]\n', "plan.many_aspects", ("a", "b", "c")),
        (HEAD + 'aspects = ["必要性", "必要性"]\n', "plan.repeated_word", ("必要性",)),
        (HEAD + 'aspects = "必要性"\n', "plan.not_list", ()),
        (HEAD + GRADES + '[[self_evaluation_grade]]\nword = "ａ"\n', "plan.repeated_word", ("A", "B")),
        (HEAD + GRADES + '[[self_evaluation_grade]]\nword = "A"\n', "plan.duplicate_id", ("A", "B")),
        (HEAD + GRADES + '[[self_evaluation_grade]]\nword = "C,D"\n', "plan.unlisted_sign", ("A", "B")),
        (HEAD + GRADES + '[[self_evaluation_grade]]\nmeaning = "語なし"\n', "plan.empty", ("A", "B")),
        (HEAD + '[[self_evaluation_grade]]\nword = "A"\n', "plan.lone_grade", ("A",)),
        (HEAD + 'grade = "A"\n', "plan.unknown_column", ()),
    ],
)
def test_what_is_wrong_with_it_is_told_and_left_out(text: str, code: str, kept: tuple[str, ...] | None) -> None:
    plan, issues = loaded(text)
    usual = {(i.code, i.cell) for i in loaded("")[1]}
    (issue,) = (i for i in issues if (i.code, i.cell) not in usual)
    assert (issue.code, issue.sheet) == (code, "plan.toml")
    assert issue.advice
    found = plan.self_evaluation
    assert (found and (found.aspects or tuple(one.word for one in found.grades))) == kept


def test_in_the_workbook_a_fault_is_told_by_its_sheet() -> None:
    plan, _ = loaded(SCHEMES["gunma"])
    wrong = SelfEvaluation("進捗", grades=(Grade("A"), Grade("B")))
    (issue,) = (i for i in read(book(replace(plan, self_evaluation=wrong))).issues if i.code == "plan.taken_heading")
    assert (issue.sheet, issue.cell[0]) == ("自己評価", "C")


def test_a_revision_tells_it_and_the_next_plan_goes_on_with_it() -> None:
    plan, _ = loaded(SCHEMES["gunma"])
    without, _ = loaded("")
    told = [(c.how, c.sheet, c.what or c.column, c.after) for c in compare(without, plan, (), DAY).changes]
    assert ("changed", "自己評価", "名称", "自己評価") in told
    assert ("added", "自己評価の段階", "A", "段階の語: A、意味: 達成") in told
    assert not any(c.decided for c in compare(without, plan, (), DAY).changes)
    assert next_plan(plan, "next", "次", FY[2027], FY[2028], DAY).self_evaluation == plan.self_evaluation
