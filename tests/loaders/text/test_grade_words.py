"""A grade is read as people write it, and nothing beside it that may turn it round is passed over."""

from __future__ import annotations

import pytest

from kpi.initiatives.self_evaluation import Grade
from loaders.text.grade_words import grade_of, grades_said
from tests.evaluationkit import scheme


def grades(name: str) -> tuple[Grade, ...]:
    told = scheme(name)
    assert told is not None
    return told.grades


@pytest.mark.parametrize(
    ("name", "written", "grade"),
    [
        ("hamamatsu", "A", "A"), ("hamamatsu", "ａ", "A"), ("hamamatsu", " Ｂ ", "B"), ("hamamatsu", "目標どおり", "B"),
        ("hamamatsu", "B 目標どおり", "B"), ("hamamatsu", "B　目標どおり", "B"), ("gunma", "横ばい", "C"),
        ("ibaraki", "B＋", "B+"), ("ibaraki", "b+", "B+"), ("ibaraki", "期待値の８０％以上１００％未満", "B+"),
        ("smooth", "順調", "順調"), ("smooth", "おおむね順調", "概ね順調"), ("smooth", "遅れている", "遅れている"),
        ("smooth", "やや遅れている", "やや遅れている"), ("gunma", "E", ""), ("gunma", "順調", ""), ("gunma", "", ""),
    ],
)  # fmt: skip
def test_a_grade_is_known_by_its_word_its_meaning_and_both(name: str, written: str, grade: str) -> None:
    assert grade_of(grades(name), written) == grade


@pytest.mark.parametrize(
    ("name", "written", "codes", "sure"),
    [
        ("hamamatsu", "A評価", ("A",), True), ("hamamatsu", "A(目標より進んでいる)", ("A",), True),
        ("hamamatsu", "自己評価: C", ("C",), True), ("ibaraki", "B+ランク", ("B+",), True),
        ("hamamatsu", "AまたはB", ("A", "B"), False), ("hamamatsu", "A 遅れている", ("A", "C"), False),
        ("smooth", "順調でない", ("順調",), False), ("smooth", "順調に進む予定", ("順調",), False),
        ("gunma", "検討中", (), False),
    ],
)  # fmt: skip
def test_what_stands_beside_a_grade_is_read_too(name: str, written: str, codes: tuple[str, ...], sure: bool) -> None:
    found = grades_said(grades(name), written)
    assert found.codes == codes
    assert bool(found.code) == sure


def test_a_meaning_that_two_grades_share_tells_neither() -> None:
    same = (Grade("A", "良い"), Grade("B", "良い"))
    assert grade_of(same, "良い") == ""
    assert grade_of(same, "B 良い") == "B"
