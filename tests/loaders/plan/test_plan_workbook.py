"""The workbook of a plan: what is written reads back the same, and what is wrong is told by its cell."""

# Tables of cases are read a case a line, and Japanese counts double.
# ruff: noqa: E501

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kpi.issue import Severity
from kpi.period import Period
from kpi.plan import Card, Priority, Section, Stance
from loaders.plan.columns import CSV_SHAPES, TOML_SHAPES
from loaders.plan.folder import load_plan
from loaders.plan.plan_files import write_folder
from loaders.plan.plan_sheets import SHEET_OF, SHEETS
from loaders.plan.plan_workbook import HEADINGS_ROW, KEYS_ROW, pages_wide
from loaders.text.characters import cell_text
from tests import ROOT
from tests.factory import COUNT, RATE, tiny_plan
from tests.loaders.plan.bookkit import add, book, column, drop, put, read, rich_plan, row, say, settled, treated
from tests.worktools import MEETING, work_plan

FOLDERS = sorted(path.parent for where in ("data/plans", "tests/plans") for path in (ROOT / where).glob("*/plan.toml"))


# ---- both ways


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_plan_there_is_reads_back_as_itself(folder: Path, tmp_path: Path) -> None:
    plan, _ = load_plan(folder)
    assert plan is not None
    found = read(book(plan))
    assert [i for i in found.issues if i.severity is Severity.FIX] == []
    assert found.plan == plan
    write_folder(tmp_path / folder.name, plan)
    assert load_plan(tmp_path / folder.name)[0] == plan


def test_a_plan_in_which_every_column_says_something_reads_back_from_workbook_and_folder(tmp_path: Path) -> None:
    plan = settled(rich_plan())
    found = read(book(plan))
    assert [i.message for i in found.issues if i.severity is Severity.FIX] == []
    assert found.plan == plan
    write_folder(tmp_path / plan.id, plan)
    assert load_plan(tmp_path / plan.id)[0] == plan


def test_periods_stand_in_the_workbook_as_people_write_them() -> None:
    plan = settled(rich_plan())
    pages = load_workbook(io.BytesIO(book(plan)))
    cells = [str(c.value) for page in pages for row in page.iter_rows(min_row=HEADINGS_ROW) for c in row if c.value]
    code = re.compile(r"\b[FC]Y\d{4}")
    assert [text for text in cells if code.search(text)] == []
    assert plan.start.label.partition("(")[0] in cells
    assert any(re.fullmatch(r"(令和\d+年度:[\d.]+;?)+", text) for text in cells)  # 目安値


def test_what_the_store_may_hold_of_a_plan_is_all_written() -> None:
    """A new attribute of a plan, of a card or of a department is a column, or it would be lost on the way."""
    plan, other = settled(rich_plan()), tiny_plan()
    assert [
        k
        for k in vars(plan)
        if getattr(plan, k) == getattr(other, k)
        and k not in ("id", "name", "area_code", "area_name", "start", "end", "ownerships")
    ] == []
    told = {k for shape in (*TOML_SHAPES, *CSV_SHAPES) for k in (c.key for c in shape.columns)}
    assert set(Card.__dataclass_fields__) - told == {"indicator_id", "version", "band", "reason"} - told


def test_every_column_of_every_table_has_a_heading_of_its_own() -> None:
    for shape in (*TOML_SHAPES, *CSV_SHAPES):
        sheet = SHEET_OF[shape.table]
        assert {c.key for c in shape.columns} <= set(sheet.headings), shape.table
        assert len(set(sheet.headings.values())) == len(sheet.headings), shape.table
        for key, words in sheet.words.items():
            assert len(set(words.values())) == len(words), (shape.table, key)
            parse = next(c.parse for c in sheet.columns if c.key == key)
            assert set(getattr(parse, "words", words)) <= set(words), (shape.table, key)


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert book(tiny_plan()) == book(tiny_plan())


texts = st.text(max_size=60).map(lambda t: cell_text(t).strip()).filter(lambda t: bool(t) and t != "﻿")
visible = texts.filter(lambda t: any(c.isprintable() and not c.isspace() for c in t))
lists = st.lists(visible, max_size=4).map(tuple)


@settings(max_examples=12, deadline=None)
@given(name=visible, word=visible, parts=lists, more=lists, note=visible)
def test_odd_texts_come_back_letter_for_letter(
    name: str, word: str, parts: tuple[str, ...], more: tuple[str, ...], note: str
) -> None:
    plan = settled(tiny_plan())
    plan = replace(
        plan,
        name=name,
        ideals=parts,
        stances=(Stance(name, word, note),),
        priorities=(Priority(word, more),),
        sections=(Section("s", note, name, parts, more, word),),
        words={"answer": word},
        indicators=tuple(replace(i, definition=note, name=name) for i in plan.indicators),
    )
    assert read(book(plan)).plan == plan


@settings(max_examples=10, deadline=None)
@given(
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda f: float(f"{f:.12g}")),
    st.sampled_from(["=1+1", "+a", "@x", "-", "'a", "_x0041_", "#N/A", "a_x000D_b", "1.0", "2026-03"]),
)
def test_numbers_and_texts_that_excel_would_take_for_something_else_stay_what_they_are(value: float, text: str) -> None:
    plan = settled(tiny_plan())
    cards = tuple(
        replace(c, target=value, baseline=None, baseline_period=None) if c.indicator_id == COUNT else c
        for c in plan.cards
    )
    plan = replace(plan, slogan=text, cards=cards)
    assert read(book(plan)).plan == plan


# ---- what a person sees


def test_a_wide_table_prints_on_several_pages_of_a3_that_each_say_their_rows() -> None:
    plan, _ = load_plan(ROOT / "data" / "plans" / "aomori-dx-2024")
    assert plan is not None
    wide = {}
    for page in load_workbook(io.BytesIO(book(plan))).worksheets[1:-1]:
        setup = page.page_setup
        assert (str(setup.paperSize), setup.orientation, setup.fitToHeight) == (page.PAPERSIZE_A3, "landscape", 0)
        widths = [page.column_dimensions[letter].width for letter in ascii_uppercase[: page.max_column]]
        titles = page.print_title_cols or ""
        leading = sum(widths[: ascii_uppercase.index(titles[-1]) + 1]) if titles else 0.0
        # What stands beside one another on a page, the leading columns again on each, can be read.
        assert (sum(widths) + leading * (setup.fitToWidth - 1)) / setup.fitToWidth <= 255, page.title
        if setup.fitToWidth > 1:
            wide[page.title] = [cell.value for cell in page[HEADINGS_ROW][:3]]
            assert (titles, setup.pageOrder) == ("$A:$C", "overThenDown")
    assert wide == {"指標": ["記号", "番号", "名称"], "取組": ["記号", "番号", "名称"]}


@pytest.mark.parametrize(("width", "pages"), [(10.0, 1), (255.0, 1), (256.0, 2), (430.0, 2), (431.0, 3)])
def test_a_page_more_is_taken_for_what_no_page_has_room_for(width: float, pages: int) -> None:
    assert pages_wide(width, 80.0) == pages


def test_a_sheet_has_japanese_headings_a_hidden_row_of_keys_and_drop_downs() -> None:
    found = load_workbook(io.BytesIO(book(tiny_plan())))
    assert found.sheetnames == ["使い方", *(sheet.name for sheet in SHEETS), "選択肢"]
    page = found["指標"]
    assert page.row_dimensions[KEYS_ROW].hidden
    assert page.cell(KEYS_ROW, 1).value == "indicator.id"
    assert page.cell(HEADINGS_ROW, 1).value == "記号"
    at = row(page, 記号=COUNT)
    assert page.cell(at, column(page, "望ましい方向")).value == "増加"
    letter = page.cell(1, column(page, "望ましい方向")).column_letter
    rules = [r for r in page.data_validations.dataValidation if f"{letter}{at}" in r.sqref]
    assert len(rules) == 1
    assert found["選択肢"].sheet_state == "hidden"
    assert not [
        c.value
        for cells in found["指標"].iter_rows(min_row=HEADINGS_ROW, max_row=HEADINGS_ROW)
        for c in cells
        if str(c.value).isascii()
    ]


# ---- as people treat it


def rename(found: Workbook) -> None:
    found["指標"].title = "KPI一覧"


def widen(found: Workbook) -> None:
    """Columns change places, one comes between, and the keys go."""
    page = found["照会"]
    page.insert_cols(2)
    page.cell(HEADINGS_ROW, 2).value = "メモ"
    page.delete_rows(KEYS_ROW)


def as_excel_does(found: Workbook) -> None:
    """Numbers typed as texts and full-width, dates that have become dates, codes in place of words."""
    page = found["指標"]
    at = row(page, 記号=COUNT)
    page.cell(at, column(page, "目標値")).value = "２，０００"
    page.cell(at, column(page, "望ましい方向")).value = "increase"
    page.cell(at, column(page, "目標値の時点")).value = "ＦＹ２０２８"
    page = found["担当"]
    page.cell(row(page, 指標の記号=RATE), column(page, "始まりの日")).value = datetime(2024, 4, 1)


@pytest.mark.parametrize("how", [rename, widen], ids=["a sheet renamed", "columns moved and keys gone"])
def test_sheets_and_columns_are_found_where_they_went(how) -> None:
    plan = settled(tiny_plan())
    found = read(treated(book(plan), how))
    assert found.plan == plan
    assert found.sound


def test_what_people_and_excel_write_is_read_as_it_is_meant() -> None:
    plan = settled(tiny_plan())
    found = read(treated(book(plan), as_excel_does)).plan
    assert found is not None
    assert found.card(COUNT) == plan.card(COUNT)
    assert next(o for o in found.ownerships if o.subject_id == RATE).valid_from == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("令和６年度上期", "令和10年度下期"),
        ("R6上期", "R10下期"),
        ("FY2024H1", "FY2028H2"),
        ("2024年度上半期", "R10.下"),
    ],
)
def test_a_half_year_is_read_as_the_screens_and_the_form_of_the_departments_write_it(start: str, end: str) -> None:
    here = {"記号": MEETING}
    data = treated(
        book(settled(work_plan())), put("取組", "始まりの半期", start, **here), put("取組", "終わりの半期", end, **here)
    )
    found = read(data)
    assert found.plan is not None, found.issues
    one = found.plan.initiative(MEETING)
    assert (one.planned_start, one.planned_end) == (Period.parse("FY2024H1"), Period.parse("FY2028H2"))


def test_the_years_of_a_plan_may_be_written_in_words() -> None:
    plan = settled(tiny_plan())
    found = read(treated(book(plan), say("計画", "終わりの年度", "令和12年度"))).plan
    assert found is not None
    assert (found.start, found.end) == (plan.start, Period.parse("FY2030"))


@pytest.mark.parametrize("text", ["R6", "令和6年上期", "令和6年度から", "R6上期～R8下期", "令和6年度"])
def test_what_may_be_two_periods_or_is_no_half_year_is_told(text: str) -> None:
    found = read(treated(book(settled(work_plan())), put("取組", "始まりの半期", text, 記号=MEETING)))
    (issue,) = (i for i in found.issues if i.code.startswith("plan.not_"))
    assert issue.value == text
    assert "令和6年度上期" in issue.advice


def test_a_subject_that_is_not_there_is_told_without_a_word_of_the_files() -> None:
    found = read(treated(book(settled(work_plan())), put("担当", "取組の記号", "nowhere", 取組の記号=MEETING)))
    (issue,) = (i for i in found.issues if i.code == "plan.unknown_reference")
    assert issue.sheet == "担当"
    assert (issue.message, issue.advice) == (
        "「nowhere」という「記号」がありません。", "参照先の「記号」と同じ綴りで書いてください。",
    )  # fmt: skip


def test_a_department_has_a_row_for_each_of_its_names() -> None:
    data = treated(
        book(settled(tiny_plan())),
        put("部局", "終わりの日", "2025-03-31", 記号="trade"),
        add("部局", 記号="trade", 名称="経済部", 始まりの日="2025-04-01"),
    )
    found = read(data).plan
    assert found is not None
    assert [(n.name, n.valid_from, n.valid_to) for n in found.department("trade").names] == [
        (tiny_plan().department("trade").names[0].name, None, date(2025, 3, 31)),
        ("経済部", date(2025, 4, 1), None),
    ]


FAULTS = [
    ("plan.not_number", put("指標", "目標値", "約2000", 記号=COUNT), "指標", "目標値", "約2000", "「単位」"),
    ("plan.unknown_word", put("指標", "望ましい方向", "上げる", 記号=COUNT), "指標", "望ましい方向", "上げる", "増加、減少、維持"),
    ("plan.empty", put("指標", "名称", None, 記号=COUNT), "指標", "名称", "", "この欄に値を書いてください"),
    ("plan.unknown_reference", put("指標", "分野の記号", "none", 記号=COUNT), "指標", "分野の記号", "none", "記号"),
    ("plan.target_period", put("指標", "目標値の時点", None, 記号=COUNT), "指標", "目標値の時点", "", "「目標値の時点」"),
    ("plan.not_date", put("担当", "終わりの日", "来年", 指標の記号=COUNT), "担当", "終わりの日", "来年", "2024-04-01"),
    ("plan.not_period", put("照会", "たずねる時点", "いつか", 記号="fy2024"), "照会", "たずねる時点", "いつか", "FY2024"),
    ("plan.not_flag", put("分野", "基盤", "たぶん", 記号="work"), "分野", "基盤", "たぶん", "はいかいいえ"),
    ("plan.formula", put("指標", "目標値", "=1/0", 記号=COUNT), "指標", "目標値", "", "数式ではなく"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "how", "sheet", "heading", "value", "advice"), FAULTS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_fault_has_its_sheet_cell_value_reason_and_what_to_do_in_japanese(
    code, how, sheet, heading, value, advice
) -> None:
    data = treated(book(settled(tiny_plan())), how)
    found = read(data)
    (issue,) = (i for i in found.issues if i.code == code)
    page = load_workbook(io.BytesIO(data))[sheet]
    assert issue.sheet == sheet
    assert issue.cell.rstrip("0123456789") == page.cell(1, column(page, heading)).column_letter
    assert issue.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").isdigit()
    if code != "plan.formula":
        assert issue.value == value
    assert advice in issue.advice + issue.message
    words = (issue.message + issue.advice).replace(value or "\0", "")
    for key in SHEET_OF["indicator"].headings:
        assert key not in words.replace("FY2024", "").split(), issue
    assert not found.sound


def test_the_same_key_twice_and_a_row_without_one_are_told_by_their_rows() -> None:
    data = treated(
        book(settled(tiny_plan())), add("分野", 記号="work", 名称="もう一つ"), add("部局", 名称="記号のない部")
    )
    codes = {(i.code, i.sheet) for i in read(data).issues}
    assert {("plan.duplicate_id", "分野"), ("plan.empty", "部局")} <= codes


def test_what_the_rules_of_the_files_ask_is_asked_in_the_words_of_the_sheets() -> None:
    found = read(treated(book(settled(tiny_plan())), drop("担当", 指標の記号=COUNT)))
    (issue,) = (i for i in found.issues if i.code == "plan.no_owner")
    assert (issue.sheet, issue.severity) == ("担当", Severity.ASK)
    assert "シート「担当」に担当部局の行を加えてください" in issue.advice


def test_an_initiative_that_nobody_answers_for_is_asked_about_where_others_have_somebody() -> None:
    plan = settled(work_plan())
    found = read(treated(book(plan), drop("担当", 取組の記号=MEETING)))
    (issue,) = (i for i in found.issues if i.code == "plan.no_owner")
    assert (issue.severity, issue.subject_id) == (Severity.ASK, MEETING)  # its 再掲 has nobody of its own
    own = {i.id for i in plan.indicators}
    nobody = replace(plan, ownerships=tuple(o for o in plan.ownerships if o.subject_id in own))
    assert [i for i in read(book(nobody)).issues if i.code == "plan.no_owner"] == []


@pytest.mark.parametrize("how", [lambda b: b.remove(b["担当"]), lambda b: setattr(b["担当"], "sheet_state", "hidden")])
def test_a_sheet_that_is_gone_or_hidden_empties_no_table(how) -> None:
    found = read(treated(book(settled(tiny_plan())), how))
    assert found.plan is None
    assert [i.message for i in found.issues] == ["シート「担当」がありません。"]


def test_a_table_that_stands_on_two_sheets_is_told() -> None:
    found = read(treated(book(settled(tiny_plan())), lambda b: b.copy_worksheet(b["指標"])))
    assert [i.code for i in found.issues] == ["plan.two_sheets"]


def test_a_column_that_is_gone_is_told_and_what_stands_beside_the_table_too() -> None:
    def hurt(found: Workbook) -> None:
        page = found["指標"]
        page.delete_cols(column(page, "定義"))
        page.cell(HEADINGS_ROW + 1, 40).value = "覚え書き"
        found.create_sheet("メモ")["A1"] = "x"

    found = read(treated(book(settled(tiny_plan())), hurt))
    assert {i.code for i in found.issues if i.severity is not Severity.FIX} >= {
        "plan.missing_column",
        "plan.unused",
        "plan.unused_sheet",
    }
    assert found.sound


def test_another_workbook_and_no_workbook_say_what_they_are() -> None:
    other = io.BytesIO()
    Workbook().save(other)
    assert [i.code for i in read(other.getvalue()).issues] == ["plan.no_book"]
    assert read(b"x").plan is None
    assert read(b"x").issues[0].advice


def test_the_plan_is_told_by_its_id() -> None:
    data = treated(book(settled(tiny_plan())), say("計画", "計画の記号", "県の計画"))
    assert [i.code for i in read(data).issues if i.severity is Severity.FIX] == ["plan.identity"]


@pytest.mark.parametrize("word", ["取組の見直し・点検", "取組の半期見直し", "initiatives"])
def test_a_review_of_the_work_is_known_by_its_word_by_the_one_of_earlier_workbooks_and_by_its_code(word: str) -> None:
    asked = replace(rich_plan(), rounds=(replace(rich_plan().rounds[-1], kind="initiatives"),))
    made = book(asked)
    page = load_workbook(io.BytesIO(made))["照会"]
    assert page.cell(row(page, 記号="r9"), column(page, "種類")).value == "取組の見直し・点検"
    plan = read(treated(made, put("照会", "種類", word, 記号="r9"))).plan
    assert plan is not None
    assert plan.rounds[-1].kind == "initiatives"
