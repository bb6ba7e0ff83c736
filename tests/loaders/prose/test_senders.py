"""The sheet of sentences of a 課, sent back, under other headings, and in the layout before.

``tests/forms`` holds forms of the layout before, in which everything stood in one table: they are out and are read."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.acts import Act
from kpi.issue import Severity
from kpi.people import Person, Role
from kpi.place import Place
from kpi.plan import Division
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.form_questions import given_again
from loaders.form.writing import style
from loaders.form.writing.writer import write_form
from loaders.services import Services
from loaders.services.batch_reading import read_book
from loaders.store import Store
from loaders.workbook.cells import open_book
from tests import ROOT, hurt
from tests.campaign.forms import Here
from tests.factory import (
    COUNT,
    HALF_ROUND,
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TARGETS_ROUND,
    TOTAL,
    TRADE,
    UNSET,
    tiny_answers,
    tiny_brief,
    tiny_plan,
    with_plan,
)
from tests.loaders.prose.kit import (
    CONTACT,
    PROSE,
    answers,
    form,
    found,
    on_prose,
    open_codes,
    read,
    row_of,
    values,
    write,
)
from tests.storekit import figures, later

BEFORE = ROOT / "tests" / "forms"


# --- the 課 --------------------------------------------------------------------------------------------------------


def test_a_section_answers_once_for_all_its_rows_and_is_told_once() -> None:
    sheet = hurt.prose(load_workbook(BytesIO(form())))
    assert [sheet.cell(r, ln.TEXT).value for r in range(ln.FIRST_ROW, ln.FIRST_ROW + 4)] == [ln.ALL, *CONTACT.values()]
    reading = read(on_prose(lambda s: write(s, "課1", person="青森 次郎")))
    assert {(k, v) for (_, k), v in values(reading).items() if k == "person"} == {("person", "青森 次郎")}
    noted = read(
        on_prose(lambda s: setattr(s.cell(row_of(s, "person", "課1"), ln.TEXT), "comment", Comment("不在", "x")))
    )
    assert len(found(noted, "cell.comment")) == 1
    hidden = read(on_prose(lambda s: setattr(s.column_dimensions["D"], "hidden", True)))
    cells = [i.cell for i in found(hidden, "column.hidden")]
    assert f"D{row_of(sheet, 'person', '課1')}" in cells
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize(
    "covers", ["5、6", "5,6", "５・６", "5 6", "5～6", "No.5、No.6", "コピー用紙使用量、5", "5番、6番"]
)
def test_a_second_section_names_its_indicators_as_people_write_them(covers: str) -> None:
    more = {"section": "総務課", "person": "青森 三郎", "contact": "内線4321"}
    reading = read(on_prose(lambda sheet: write(sheet, "課2", covers=covers, **more)))
    assert open_codes(reading) == set()
    sections = {i: v for (i, k), v in values(reading).items() if k == "section"}
    assert sections == {RATE: "DX推進課", UNSET: "DX推進課", SURVEY: "総務課", PAPER: "総務課"}


@pytest.mark.parametrize("covers", [None, "99", "1と2", "全部", "2"])
def test_a_second_section_of_nobody_is_asked_about_and_not_taken(covers: str | None) -> None:
    reading = read(on_prose(lambda sheet: write(sheet, "課2", covers=covers, section="総務課")))
    (asked,) = found(reading, "contact.unassigned")
    assert (asked.severity, asked.sheet) == (Severity.ASK, d.PROSE_SHEET)
    assert "総務課" in asked.message
    assert {v for (_, k), v in values(reading).items() if k == "section"} == {"DX推進課"}


def test_indicators_of_a_section_written_over_with_an_unknown_one_are_asked_about() -> None:
    for words in ("1、5、99", "総務関係", "1と5"):
        reading = read(on_prose(lambda sheet, text=words: write(sheet, "課1", covers=text)))  # type: ignore[misc]
        (asked,) = found(reading, "contact.unassigned")
        assert words in asked.message
        assert "section" not in {k for _, k in values(reading)}
    taken = values(read(on_prose(lambda sheet: write(sheet, "課1", covers="1、5"))))
    assert {i for i, k in taken if k == "section"} == {RATE, SURVEY}


def test_a_form_whose_indicators_were_renumbered_since_keeps_its_sections() -> None:
    said = answers()
    said[PAPER] |= {"section": "総務課"}
    data = write_form(tiny_brief(), ROUND, POLICY, answers=said)
    moved = {RATE: "5", SURVEY: "1", PAPER: "60"}
    indicators = tuple(replace(i, number=moved.get(i.id, i.number)) for i in tiny_plan().indicators)
    brief = with_plan(tiny_brief(), indicators=indicators)
    reading = read_book(open_book(data, "a.xlsx", pool=Here()), brief)  # type: ignore[arg-type]
    assert not found(reading, "contact.unassigned")
    assert values(reading)[PAPER, "section"] == "総務課"


def test_sections_that_answered_apart_stand_apart_again() -> None:
    said = answers()
    said[PAPER] |= {"section": "総務課", "person": "青森 三郎", "contact": "内線4321"}
    data = write_form(tiny_brief(), ROUND, POLICY, answers=said)
    sheet = hurt.prose(load_workbook(BytesIO(data)))
    covers = [
        sheet.cell(r, ln.TEXT).value
        for r in range(ln.FIRST_ROW, 16)
        if sheet.cell(r, ln.PART).value == ln.COVERS_HEADING
    ]
    assert covers == ["1、5、7", "6"]
    reading = read(data)
    assert open_codes(reading) == set()
    assert {i: v for (i, k), v in values(reading).items() if k == "section"} == {
        RATE: "DX推進課", SURVEY: "DX推進課", UNSET: "DX推進課", PAPER: "総務課",
    }  # fmt: skip


DIVISIONS = (Division("dx", "DX推進課", (RATE, UNSET)), Division("general", "総務課", (PAPER, SURVEY)))


def test_a_department_of_two_sections_and_each_of_them_are_joined_by_the_lead(tmp_path: Path) -> None:
    plan = tiny_plan()
    departments = tuple(replace(x, divisions=DIVISIONS) if x.id == POLICY else x for x in plan.departments)
    store = Store(tmp_path / "kpi.duckdb")
    store.init([replace(plan, departments=departments)], figures(), Act("", later(0)))
    lead = Person("1", "主管課 太郎", Role.DEPARTMENT, frozenset({POLICY}))
    said = answers()
    said[RATE] |= {"value": 52.5, "numerator": 21.0}  # nothing is known of the years before here
    said[PAPER] |= {"value": 5100.0, "section": "総務課", "person": "青森 三郎", "contact": "内線4321"}
    for number, division in enumerate(DIVISIONS):
        own = Services(
            store,
            replace(lead, divisions=frozenset({f"{POLICY}/{division.id}"})),
            tmp_path,
            lambda n=number: later(1 + n),
        )
        _, blank = own.take_form(Place("tiny", ROUND, POLICY, division.id))
        sheet = hurt.prose(load_workbook(BytesIO(blank)))
        assert sheet.cell(ln.FIRST_ROW, ln.TEXT).value == ln.ALL
        assert sheet.cell(ln.FIRST_ROW + 1, ln.TEXT).value == division.name  # it knows its own name

        def fill(book: Workbook, division: Division = division) -> None:
            first = hurt.form(book)
            for i in division.indicators:
                for key, value in said.get(i, {}).items():
                    column = d.column(key)
                    text = (column.choices or {}).get(str(value), value)
                    text = "令和6年度" if value == "FY2024" else "R8.3" if value == "2026-03" else text
                    hurt.cell(first, i, key, plan).value = text

        place = Place("tiny", ROUND, POLICY, division.id)
        taken = own.take_return(place, hurt.edit(blank, fill), f"{division.id}.xlsx")
        assert taken.open == (), [(i.code, i.message) for i in taken.open]
        assert own.pass_on(taken.saved.submission_id) == ()
    joined = Services(store, lead, tmp_path, lambda: later(4)).join(Place("tiny", ROUND, POLICY))
    assert joined.submission_id, joined
    entries = {a.subject_id: a for a in store.submission(joined.submission_id).reading.answers}
    assert {i: a.text("section") for i, a in entries.items()} == {
        RATE: "DX推進課", UNSET: "DX推進課", PAPER: "総務課", SURVEY: "総務課",
    }  # fmt: skip
    assert entries[PAPER].text("analysis") == said[PAPER]["analysis"]
    assert {entries[PAPER].entries[k].sheet for k in PROSE} == {d.PROSE_SHEET}
    # The whole department's form names each 課 with its indicators.
    whole = hurt.prose(
        load_workbook(
            BytesIO(Services(store, lead, tmp_path, lambda: later(5)).take_form(Place("tiny", ROUND, POLICY))[1])
        )
    )
    told = {whole.cell(r, ln.NUMBER).value: whole.cell(r, ln.TEXT).value for r in range(ln.FIRST_ROW, 16)
            if whole.cell(r, ln.PART).value == ln.COVERS_HEADING}  # fmt: skip
    assert told == {"課1": "1、7", "課2": "5、6"}


# --- sent back -----------------------------------------------------------------------------------------------------

ASKED = ((PAPER, "analysis", "減少の理由を具体的に説明してください。"), (RATE, "value", "範囲に変更はありませんか。"))


@cache
def sent_back() -> bytes:
    again = given_again(read(form()).answers)
    return write_form(tiny_brief(), ROUND, POLICY, answers=again, questions=ASKED)


def test_a_form_sent_back_is_read_with_what_is_answered_on_either_sheet() -> None:
    assert values(read(sent_back())) == values(read(form()))
    assert open_codes(read(sent_back())) == set()
    book = load_workbook(BytesIO(sent_back()))
    assert book[d.PROSE_SHEET].protection.sheet
    opened = {
        (str(row[ln.NUMBER - 1].value), str(row[ln.PART - 1].value).split("\n")[0])
        for row in book[d.PROSE_SHEET].iter_rows(min_row=ln.FIRST_ROW) if not row[ln.TEXT - 1].protection.locked
    }  # fmt: skip
    assert opened == {(n, part) for n in ("1", "6") for part in ("要因分析", "今後の対応", "根拠資料")}
    data = hurt.put(
        on_prose(lambda sheet: write(sheet, "6", analysis="会議をやめたため。"), sent_back()),
        RATE,
        numerator=25,
        value=62.5,
    )
    reading = read(data)
    before = values(read(form()))
    assert values(reading) == before | {
        (PAPER, "analysis"): "会議をやめたため。", (RATE, "numerator"): 25.0, (RATE, "value"): 62.5,
    }  # fmt: skip
    assert open_codes(reading) == set()
    shown = load_workbook(BytesIO(sent_back()), data_only=True)[d.FORM_SHEET]
    ways = [shown.cell(d.FIRST_DATA_ROW + n, d.positions("annual")["prose"]).value for n in range(4)]
    assert ways == [f"{ln.TO_PROSE}　3／3", ln.TO_PROSE, f"{ln.TO_PROSE}　3／3", ln.TO_PROSE]  # open in two rows alone
    guide = " ".join(str(c.value) for row in book[d.GUIDE_SHEET].iter_rows() for c in row if c.value)
    assert f"{d.PROSE_SHEET}!{hurt.cell(hurt.form(book), PAPER, 'analysis').coordinate}" in guide


def test_a_reply_in_the_note_of_the_second_sheet_is_told_and_the_note_alone_is_not() -> None:
    def reply(sheet: Worksheet) -> None:
        (noted,) = (c for row in sheet.iter_rows() for c in row if c.comment)
        noted.comment = Comment(f"{noted.comment.text}\n電話で回答済み", "担当")

    assert not found(read(sent_back()), "cell.comment")
    (told,) = found(read(on_prose(reply, sent_back())), "cell.comment")
    assert (told.sheet, told.subject_id) == (d.PROSE_SHEET, PAPER)
    assert "電話で回答済み" in told.message
    assert "具体的に" not in told.message


# --- what headings call the cells under them -----------------------------------------------------------------------


@pytest.mark.parametrize("round_id", [TARGETS_ROUND, ROUND, HALF_ROUND])
@pytest.mark.parametrize("department", [POLICY, TRADE])
@pytest.mark.parametrize("back", [False, True])
def test_no_heading_tells_to_fill_in_a_grey_cell(round_id: str, department: str, back: bool) -> None:
    who = RATE if department == POLICY else COUNT
    asked = ((who, "evidence", "出典は?"),) if back else ()
    kind = tiny_plan().round(round_id).kind
    book = load_workbook(BytesIO(write_form(tiny_brief(), round_id, department, answers=answers(), questions=asked)))
    sheet, prose = book[d.FORM_SHEET], book[d.PROSE_SHEET]
    group, opened = "", {}
    for key, place in d.positions(kind).items():
        group = str(sheet.cell(d.GROUP_ROW, place).value or group)
        cells = [sheet.cell(r, place) for r in range(d.FIRST_DATA_ROW, sheet.max_row + 1)]
        opened.setdefault(group, []).extend(not c.protection.locked for c in cells)
        heading = sheet.cell(d.HEADING_ROW, place)
        assert "入力" not in str(heading.value), key
        assert (heading.fill.start_color.rgb[-6:] == "D9E1EC") == any(not c.protection.locked for c in cells), key
    for words, cells_open in opened.items():
        told = words.partition("｜")[0]
        assert "入力" not in words
        assert (told == "記入") == all(cells_open), words
        assert (told == "一部記入") == (any(cells_open) and not all(cells_open)), words
    for row in prose.iter_rows(min_row=ln.FIRST_ROW):
        number, part, text = (row[p - 1] for p in (ln.NUMBER, ln.PART, ln.TEXT))
        if number.value and text.protection.locked:
            assert "\n" not in str(part.value), part.value  # no question where nothing can be answered
            assert not re.search("入力|記入", str(part.value))
            assert text.fill.start_color.rgb[-6:] in (style.FIXED, style.NAVY, style.SLATE), part.value


# --- forms of the layout before ------------------------------------------------------------------------------------


def old(name: str) -> bytes:
    return (BEFORE / f"layout1-{name}.xlsx").read_bytes()


def old_put(data: bytes, indicator_id: str, **said: object) -> bytes:
    def change(book: Workbook) -> None:
        sheet = hurt.form(book)
        for key, value in said.items():
            sheet[hurt.place(sheet, indicator_id, key)].value = value

    return hurt.edit(data, change)


@pytest.mark.parametrize(("name", "lost"), [("annual", False), ("annual", True), ("back", False)])
def test_a_form_of_the_layout_before_is_read_as_it_stands(name: str, lost: bool) -> None:
    data = hurt.delete_meta(old(name)) if lost else old(name)
    reading = read(data, ROUND, POLICY)
    ours = (RATE, PAPER, UNSET)
    said = {(i, k): v for i in ours for k, v in tiny_answers()[i].items() if v is not None}
    assert values(reading) == said | {(SURVEY, "missing_reason"): "not_survey_year"}
    assert open_codes(reading) == set()
    assert {i.code for i in reading.issues} <= {"form.identity_missing", "analysis.missing", "section.missing"}
    assert {e.sheet for a in reading.answers for e in a.entries.values()} == {d.FORM_SHEET}


@pytest.mark.parametrize("lost", [False, True])
def test_a_targets_form_of_the_layout_before_is_read_as_it_stands(lost: bool) -> None:
    reading = read(hurt.delete_meta(old("targets")) if lost else old("targets"), TARGETS_ROUND, POLICY)
    taken = values(reading)
    assert (taken[RATE, "target"], taken[RATE, "evidence"], taken[PAPER, "section"]) == (
        100.0,
        "調べの集計(庁内)",
        "総務課",
    )
    assert "prose.missing" not in {i.code for i in reading.issues}
    assert open_codes(reading) == {"answer.none_targets"}  # of the indicator that has none


def test_texts_and_gaps_of_the_layout_before_are_told_where_they_stand() -> None:
    reading = read(old_put(old("annual"), PAPER, analysis="長い説明。" * 60, evidence=None, section=None))
    assert values(reading)[PAPER, "analysis"] == "長い説明。" * 60
    told = {i.code: (i.sheet, i.cell) for i in reading.issues if i.subject_id == PAPER}
    assert (told["evidence.missing"], told["section.missing"]) == ((d.FORM_SHEET, "Y8"), (d.FORM_SHEET, "AB8"))


def test_hurts_of_the_layout_before_are_told_as_ever() -> None:
    moved = read(hurt.edit(old("annual"), lambda book: hurt.form(book).insert_cols(12, 2)))
    assert values(moved) == values(read(old("annual")))
    gone = read(hurt.edit(old("annual"), lambda book: hurt.form(book).delete_cols(26)))  # 要因分析
    assert {(i.code, i.key) for i in gone.issues if i.code.startswith("column.")} == {
        ("column.missing_optional", "analysis")
    }
    assert not found(gone, "prose.missing")
    words = read(old_put(old("annual"), PAPER, last_comment="会議をやめたため。"))
    assert {(i.subject_id, i.key) for i in found(words, "last.overwritten")} == {(PAPER, "last_comment")}


def test_a_form_of_the_layout_before_is_one_without_the_headings_of_its_texts() -> None:
    def change(book: Workbook) -> None:
        sheet = hurt.form(book)
        for key in (*PROSE, *CONTACT, "last_comment", "last_evidence"):
            next(c for c in sheet[d.HEADING_ROW] if c.value == d.column(key).heading).value = None

    reading = read(hurt.edit(old("annual"), change))
    assert not found(reading, "prose.missing")
    assert {i.key for i in reading.issues if i.code == "column.missing_optional"} == {*PROSE, *CONTACT}
    assert values(reading)[PAPER, "value"] == 4512.5


def test_a_form_of_today_beside_one_of_the_layout_before_is_two_answers() -> None:
    """Somebody who copies the new sheets into the file of before: figures stand twice, texts on both."""
    old_book = load_workbook(BytesIO(old_put(old("annual"), PAPER, value=4000)))

    def change(book: Workbook) -> None:
        source, target = hurt.form(old_book), book.create_sheet("前の様式")
        for row in source.iter_rows():
            for c in row:
                target.cell(c.row, c.column).value = c.value

    reading = read(hurt.edit(form(), change))
    assert (PAPER, "value") not in values(reading)
    assert (PAPER, "value") in {(i.subject_id, i.key) for i in found(reading, "sheet.differs")}


def test_the_same_input_gives_the_same_bytes_with_results_in_every_formula() -> None:
    assert form() == write_form(tiny_brief(), ROUND, POLICY, answers=answers())
    with ZipFile(BytesIO(form())) as archive:
        xml = b"".join(archive.read(f"xl/worksheets/sheet{n}.xml") for n in (2, 3))
    assert len(re.findall(rb"<f>", xml)) == len(re.findall(rb"</f><v>[^<]+</v>", xml)) > 10


def test_numbers_that_two_indicators_share_are_told_apart_in_a_sections_list() -> None:
    plan = tiny_plan()
    shared = tuple(
        replace(i, number="1") if i.id == TOTAL else replace(i, number="1") if i.id == COUNT else i
        for i in plan.indicators
    )
    brief = with_plan(tiny_brief(), indicators=shared)
    said = answers()
    said[TOTAL] |= {"section": "観光課", "person": "青森 四郎", "contact": "内線1111"}
    book = open_book(write_form(brief, ROUND, TRADE, answers=said), "a.xlsx", pool=Here())  # type: ignore[arg-type]
    reading = read_book(book, brief)
    assert {i: v for (i, k), v in values(reading).items() if k == "section"} == {COUNT: "DX推進課", TOTAL: "観光課"}
    assert {i: v for (i, k), v in values(reading).items() if k == "evidence"} == {
        i: said[i]["evidence"] for i in (COUNT, TOTAL)
    }
