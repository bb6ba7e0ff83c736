"""The plan's self-evaluation in the form of a half-year: asked where the plan has one, read, checked, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import Brief, Reading
from kpi.initiatives.self_evaluation import EVALUATION_KEYS, Grade, SelfEvaluation
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.entry_fields import entry_blocks, filled
from loaders.services.typed_values import read_typed
from tests import hurt
from tests.evaluationkit import SCHEMES, evaluated_plan, scheme
from tests.factory import POLICY, tiny_brief
from tests.storekit import first_start, save_return, send
from tests.worktools import DESK, FIRST, MEETING, SECOND, form, half, read, said, work_plan

SAID = {
    "evaluation": "A",
    "aspect_1": "要る。",
    "aspect_2": "効いた。",
    "aspect_3": "安い。",
    "evaluation_words": "進んだ。",
}
DESK_SOUND = said(planned_start=half("2024H1"), planned_end=half("2026H2"))


def brief(name: str) -> Brief:
    return replace(tiny_brief(date(2025, 9, 10)), plan=evaluated_plan(name))


def sound(name: str) -> dict[str, str]:
    """An answer by the first grade of a scheme."""
    told = scheme(name)
    given = {**SAID, "evaluation": told.grades[0].word} if told and told.grades else SAID
    return {key: given[key] for key in told.keys} if told else {}


def prose(data: bytes) -> Worksheet:
    return load_workbook(BytesIO(data))[d.PROSE_SHEET]


def row_of(sheet: Worksheet, initiative: str, key: str) -> int:
    return next(r for r in range(ln.FIRST_ROW, sheet.max_row + 1)
                if sheet.cell(r, ln.TOKEN).value == f"{initiative} {key}")  # fmt: skip


def typed(about: Brief, key: str, text: object, **more: object) -> Reading:
    """What is read of a form in whose line somebody typed a text."""

    def write(book: Workbook) -> None:
        page = book[d.PROSE_SHEET]
        page.cell(row_of(page, MEETING, key), ln.TEXT).value = text

    answers = {MEETING: said(**more), DESK: DESK_SOUND}
    return read(hurt.edit(form(about, SECOND, answers), write), about)


def meeting(got: Reading) -> dict[str, object]:
    answer = next(a for a in got.answers if a.subject_id == MEETING)
    return {key: answer.entries[key].value for key in EVALUATION_KEYS if key in answer.entries}


def issues(got: Reading) -> set[tuple[str, str, str]]:
    return {(i.code, i.key, str(i.severity)) for i in got.issues if i.subject_id == MEETING}


@pytest.mark.parametrize("name", SCHEMES)
def test_each_scheme_is_asked_and_read_back_and_nothing_where_there_is_none(name: str):
    about = brief(name)
    data = form(about, SECOND, {MEETING: said(**sound(name)), DESK: {**DESK_SOUND, **sound(name)}})
    assert meeting(read(data, about)) == sound(name)
    assert not [i for i in read(data, about).issues if i.severity != "note"]
    texts = [str(c.value) for row in prose(data).iter_rows() for c in row if c.value]
    told = scheme(name)
    assert {key for key in EVALUATION_KEYS if any(t == f"{MEETING} {key}" for t in texts)} == set(sound(name))
    for key in sound(name):
        assert any(t.startswith(told.heading(key)) for t in texts)


def test_a_plan_without_one_has_the_form_that_it_had():
    plain = replace(tiny_brief(date(2025, 9, 10)), plan=work_plan())
    texts = [str(c.value) for sheet in load_workbook(BytesIO(form(plain, SECOND, {}))) for row in sheet.iter_rows()
             for c in row]  # fmt: skip
    assert not [t for t in texts if "評価" in t]
    columns = {c.key for c in d.columns_for("initiatives")}
    assert columns - {c.key for c in d.asked_columns("initiatives", work_plan())} == set(EVALUATION_KEYS)
    assert all(d.asked_columns(kind, evaluated_plan("gunma")) == d.columns_for(kind) for kind in d.ALL_ROUNDS)


def test_the_drop_down_and_the_guide_have_the_schemes_own_words():
    data = form(brief("hamamatsu"), SECOND, {})
    page = prose(data)
    (rule,) = [r for r in page.data_validations.dataValidation if r.type == "list"]
    assert rule.formula1 == '"A 目標より進んでいる,B 目標どおり,C 遅れている,D 評価できない"'
    rows = {row_of(page, one, "evaluation") for one in (MEETING, DESK)}
    assert {cell.row for area in rule.sqref.ranges for cell in _cells(page, area.coord)} == rows
    guide = load_workbook(BytesIO(data))[d.GUIDE_SHEET]
    told = [(guide.cell(r, 2).value, guide.cell(r, 3).value) for r in range(1, guide.max_row + 1)]
    assert ("D", "評価できない") in told
    words = load_workbook(BytesIO(form(brief("words"), SECOND, {})))[d.GUIDE_SHEET]
    assert any(c.value == "指標の達成度又は取組の性質に応じた自己評価" for row in words.iter_rows() for c in row)


def _cells(page: Worksheet, area: str):
    found = page[area]
    return [c for row in found for c in row] if isinstance(found, tuple) else [found]


def test_what_a_drop_down_has_no_room_for_is_left_to_the_guide():
    long = SelfEvaluation("自己評価", grades=tuple(Grade(word, "長い意味" * 20) for word in "ABCD"))
    comma = SelfEvaluation("自己評価", grades=(Grade("A", "1,000件以上"), Grade("B")))
    assert (list(long.choices.values()), list(comma.choices.values())) == ([*"ABCD"], [*"AB"])


@pytest.mark.parametrize(
    ("name", "written", "value", "code"),
    [
        ("hamamatsu", "ａ", "A", ""), ("hamamatsu", "目標どおり", "B", ""), ("hamamatsu", "Ｃ　遅れている", "C", ""),
        ("hamamatsu", "A評価", "A", "choice.folded"), ("hamamatsu", "AかB", None, "choice.several"),
        ("hamamatsu", "E", None, "choice.unknown"), ("hamamatsu", "A未満", None, "choice.doubtful"),
        ("ibaraki", "B+", "B+", ""), ("smooth", "おおむね順調", "概ね順調", ""),
        ("hamamatsu", "予定どおり", None, "entry.wrong_column"),
    ],
)  # fmt: skip
def test_a_grade_is_read_as_people_write_it(name: str, written: str, value: str | None, code: str):
    rest = {key: text for key, text in sound(name).items() if key != "evaluation"}
    got = typed(brief(name), "evaluation", written, **rest)
    assert meeting(got)["evaluation"] == value
    assert {c for c, key, _ in issues(got) if key == "evaluation"} == ({code} if code else set())


def test_who_asks_offers_the_schemes_own_grades():
    got = typed(brief("gunma"), "evaluation", "上々")
    (issue,) = (i for i in got.issues if i.code == "choice.unknown")
    assert [c.label for c in issue.choices] == ["A 達成", "B 前進", "C 横ばい", "D 後退"]
    assert read_typed("evaluation", "C", MEETING, brief("gunma")) == ("C", ())
    assert read_typed("evaluation", "X", MEETING, brief("gunma"))[0] is None


@pytest.mark.parametrize("name", [name for name in SCHEMES if name != "none"])
def test_what_is_left_out_is_asked_and_a_long_text_noted(name: str):
    got = typed(brief(name), next(iter(sound(name))), None)
    assert {key for code, key, _ in issues(got) if code == "initiative.no_evaluation"} == set(sound(name))
    blank = {"progress": None, "course": None, "performance": None, "next_plan": None}
    assert {code for code, *_ in issues(typed(brief(name), next(iter(sound(name))), None, **blank))} == {
        "initiative.none"
    }


def test_words_longer_than_a_hundred_and_fifty_are_noted():
    got = typed(brief("words"), "evaluation_words", "あ" * 151)
    assert issues(got) == {("initiative.over_limit", "evaluation_words", "note")}
    assert any("「自己評価」が151字" in i.message for i in got.issues)


def test_a_form_from_before_the_plan_had_one_is_read_and_asked_for_it():
    old, about = replace(brief("none")), brief("gunma")
    got = read(form(old, SECOND, {MEETING: said(), DESK: DESK_SOUND}), about)
    assert {a.text("performance") for a in got.answers} == {"8会場で開いた。"}
    assert {(c, s) for c, _, s in issues(got)} == {("part.missing", "note")}


def test_on_the_screen_the_grades_are_to_choose_from():
    about = brief("smooth")
    block = next(b for b in entry_blocks(about, SECOND, POLICY) if MEETING in b.fields[0].ids)
    fields = {f.key: f for f in block.fields}
    assert fields["evaluation"].choices == ("順調", "概ね順調", "やや遅れている", "遅れている")
    assert (fields["aspect_2"].heading, fields["aspect_2"].limit) == ("施策の評価(有効性)", 150)
    given = filled(entry_blocks(about, SECOND, POLICY), {fields["evaluation"].name: "概ね順調"})
    assert meeting(read(form(about, SECOND, given), about))["evaluation"] == "概ね順調"
    assert not [f for b in entry_blocks(brief("none"), SECOND, POLICY) for f in b.fields if f.key in EVALUATION_KEYS]


def test_it_is_kept_with_the_review(tmp_path: Path):
    store = first_start(tmp_path, evaluated_plan("ibaraki"))
    at = datetime(2025, 4, 10, 10)
    about = store.snapshot("tiny").brief(at.date())
    data = form(about, FIRST, {MEETING: said(evaluation="B+"), DESK: {**DESK_SOUND, "evaluation": "C"}})
    kept = save_return(store, read(data, about), data, "回答.xlsx", by="担当", at=at)
    send(store, kept.submission_id, by="担当", at=at)
    snapshot = store.snapshot("tiny")
    assert snapshot.plan.self_evaluation == scheme("ibaraki")
    assert [r.text("evaluation") for one in (MEETING, DESK) for r in snapshot.reviews[one]] == ["B+", "C"]
