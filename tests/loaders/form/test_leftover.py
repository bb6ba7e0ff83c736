"""Nothing a person wrote, drew or attached is lost without a word; what the form wrote itself is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders.form import definition as d
from loaders.form.reading.leftover.outside_words import may_answer
from loaders.form.writing.writer import write_form
from loaders.services.batch_reading import read_book, read_return
from loaders.workbook.cells import Attached, Book, Cell, open_book
from tests import hurt
from tests.factory import (
    COUNT,
    HALF_ROUND,
    PAPER,
    POLICY,
    ROUND,
    TARGETS_ROUND,
    TRADE,
    UNSET,
    filled_form,
    tiny_brief,
)

Change = Callable[[Workbook, Worksheet], None]
ROW = {PAPER: 8, UNSET: 9}


@cache
def sound(department: str = POLICY) -> bytes:
    return filled_form(department=department)


def read(data: bytes) -> Reading:
    return read_return(data, "回答.xlsx", tiny_brief())


def changed(change: Change, data: bytes | None = None) -> Reading:
    return read(hurt.edit(data or sound(), lambda book: change(book, hurt.form(book))))


def told(reading: Reading, words: str) -> list[Issue]:
    """The issues that name some words."""
    return [i for i in reading.issues if words in i.message]


def cell(sheet: Worksheet, key: str, indicator: str = PAPER) -> SheetCell:
    return hurt.cell(sheet, indicator, key)


@pytest.mark.parametrize("round_id", [ROUND, TARGETS_ROUND, HALF_ROUND])
@pytest.mark.parametrize("department", [POLICY, TRADE])
def test_a_form_as_it_went_out_has_nothing_left_over(round_id: str, department: str) -> None:
    reading = read(filled_form({}, department=department, round_id=round_id))
    assert not [i for i in reading.issues if i.code.split(".")[0] in SWEPT]


SWEPT = {"heading", "row", "sheet", "drawn", "around", "last", "cell"}


@pytest.mark.parametrize(
    "hurting",
    [hurt.insert_rows, hurt.insert_columns, hurt.sort_rows, hurt.rename_sheet, hurt.delete_meta, hurt.reorder_sheets],
)
def test_moving_what_the_form_wrote_says_nothing(hurting: Callable[[bytes], bytes]) -> None:
    codes = {i.code for i in read(hurting(sound())).issues}
    assert not {c for c in codes if c.split(".")[0] in SWEPT}


def test_a_form_sent_back_has_nothing_left_over() -> None:
    asked = [(PAPER, "value", "昨年の2倍ですが、正しいですか。"), (UNSET, "row", "値は出ませんか。")]
    reading = read(write_form(tiny_brief(), ROUND, POLICY, answers={PAPER: {"value": 4512.5}}, questions=asked))
    assert not [i for i in reading.issues if i.code.split(".")[0] in SWEPT]


def _right(text: object) -> Change:
    return lambda _book, sheet: setattr(sheet.cell(ROW[PAPER], sheet.max_column + 1), "value", text)


def _inserted(text: object, heading: str = "") -> Change:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        column = d.positions("annual")["prose"]
        sheet.insert_cols(column)
        sheet.cell(ROW[PAPER], column).value = text
        if heading:
            sheet.cell(d.HEADING_ROW, column).value = heading

    return change


def _at(ref: str, text: object) -> Change:
    return lambda _book, sheet: setattr(sheet[ref], "value", text)


def _guide(text: object) -> Change:
    return lambda book, _sheet: setattr(book[d.GUIDE_SHEET]["D4"], "value", text)


def _sheet(text: object, title: str = "内訳") -> Change:
    return lambda book, _sheet: setattr(book.create_sheet(title)["B2"], "value", text)


def _comment(key: str, text: str) -> Change:
    return lambda _book, sheet: setattr(cell(sheet, key), "comment", Comment(text, "担当"))


def _header(text: str) -> Change:
    return lambda _book, sheet: setattr(sheet.oddHeader.center, "text", text)


LOST = (
    ("a figure right of the table", _right(4600), "4600", "ask"),
    ("a correction right of the table", _right("正しくは4,600万枚"), "正しくは4,600万枚", "ask"),
    ("a reason in an inserted column", _inserted("印刷機の更新が主因"), "印刷機の更新が主因", "note"),
    ("a figure in an inserted column", _inserted("4,600"), "4,600", "ask"),
    ("a column with a heading", _inserted("A案", "備考"), "A案", "note"),
    ("a column headed as a correction", _inserted("4600", "訂正後"), "4600", "ask"),
    ("a correction under a heading of one's own", _inserted("4512.5は誤り、4600が正", "連絡"), "4512.5は誤り", "ask"),
    ("a remark beside the title", _at("P2", "値は10月の速報です"), "値は10月の速報です", "ask"),
    ("a remark in the legend's row", _at("T3", "12月に差し替えます"), "12月に差し替えます", "ask"),
    ("who answers, above the headings", _at("T3", "記入者 総務課 青森"), "記入者 総務課 青森", "note"),
    ("a figure above the headings", _at("P4", 4600), "4600", "ask"),
    ("below the table", _at("C14", "コピー用紙は4,600が正しい"), "コピー用紙は4,600が正しい", "ask"),
    ("a sum below the table", _at("D14", "合計"), "合計", "note"),
    ("on the guide's sheet", _guide("用紙の値は4,600です"), "用紙の値は4,600です", "note"),
    ("on another sheet", _sheet("支所の集計漏れあり"), "支所の集計漏れあり", "note"),
    ("a figure on another sheet", _sheet(4600), "4600", "note"),
    ("a comment with a figure", _comment("value", "確定は4,600"), "確定は4,600", "ask"),
    ("a comment without one", _comment("analysis", "課長確認待ち"), "課長確認待ち", "note"),
    ("a comment on the name", _comment("name", "名称が変わりました"), "名称が変わりました", "note"),
    ("a comment on a prefilled cell", _comment("unit", "千枚で集計"), "千枚で集計", "ask"),
    ("last time's analysis", lambda _b, s: _set(s, "last_comment", "電子決裁を広げた。"), "電子決裁を広げた。", "ask"),
    ("last time's evidence", lambda _b, s: _set(s, "last_evidence", "R6業務報告"), "R6業務報告", "ask"),
)  # fmt: skip


def _set(sheet: Worksheet, key: str, text: str, indicator: str = PAPER) -> None:
    cell(sheet, key, indicator).value = text


@pytest.mark.parametrize(("change", "words", "severity"), [c[1:] for c in LOST], ids=[c[0] for c in LOST])
def test_nothing_written_is_lost(change: Change, words: str, severity: str) -> None:
    reading = changed(change)
    assert [str(i.severity) for i in told(reading, words)] == [severity]
    value = next(a for a in reading.answers if a.subject_id == PAPER).number("value")
    assert value == 4512.5


def test_a_header_and_a_property_are_told() -> None:
    book = open_book(sound(), "回答.xlsx")
    assert isinstance(book, Book)
    attached = (Attached("header", d.FORM_SHEET, "", "未定稿"), Attached("property", "", "", "9月末の速報"))
    reading = read_book(replace(book, attached=(*book.attached, *attached)), tiny_brief())
    assert [i.severity for i in told(reading, "未定稿") + told(reading, "9月末の速報")] == [
        Severity.NOTE,
        Severity.NOTE,
    ]


@pytest.mark.parametrize(
    ("one", "severity"),
    [
        (Attached("textbox", d.FORM_SHEET, "P8", "正しくは4,600です"), Severity.ASK),
        (Attached("textbox", d.FORM_SHEET, "P8", "回覧済"), Severity.NOTE),
        (Attached("thread", d.FORM_SHEET, "", "4,600では?"), Severity.ASK),
        (Attached("chart", "内訳", "B3", ""), Severity.NOTE),
        (Attached("picture", d.FORM_SHEET, "P8", ""), Severity.NOTE),
        (Attached("object", d.FORM_SHEET, "P8", ""), Severity.NOTE),
    ],
)
def test_what_is_drawn_is_told(one: Attached, severity: Severity) -> None:
    book = open_book(sound(), "回答.xlsx")
    assert isinstance(book, Book)
    (issue,) = (
        i for i in read_book(replace(book, attached=(*book.attached, one)), tiny_brief()).issues if "drawn" in i.code
    )
    assert (issue.severity, issue.sheet, issue.cell) == (severity, one.sheet, one.cell)
    assert one.text in issue.message


def test_what_is_covered_by_a_merged_cell_is_told() -> None:
    book = open_book(sound(), "回答.xlsx")
    assert isinstance(book, Book)
    hidden = {(8, 20): Cell(8, 20, "text", "暗算4,600")}
    sheets = tuple(replace(s, covered=hidden) if s.name == d.FORM_SHEET else s for s in book.sheets)
    (issue,) = told(read_book(replace(book, sheets=sheets), tiny_brief()), "暗算4,600")
    assert issue.code == "cell.covered"


def test_words_in_the_column_of_last_time_can_be_taken_as_this_times() -> None:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        _set(sheet, "last_comment", "電子決裁を広げた。")
        _set(sheet, "analysis", "")

    reading = changed(change)
    (issue,) = told(reading, "電子決裁を広げた。")
    assert [c.changes for c in issue.choices] == [{"analysis": "電子決裁を広げた。"}, {"last_comment": None}]


def test_a_value_in_the_column_of_last_time_is_asked_where_there_was_none() -> None:
    reading = changed(lambda _book, sheet: _set(sheet, "last_value", "402", UNSET))
    (issue,) = (i for i in reading.issues if i.key == "last_value")
    assert (issue.severity, issue.subject_id, issue.value) == (Severity.ASK, UNSET, "402")


def test_a_row_of_no_indicator_is_quoted_whole() -> None:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        sheet.cell(12, 4).value = "空き施設の貸出"
        sheet.cell(12, d.positions("annual")["value"]).value = 31
        sheet.cell(12, d.positions("annual")["next_release"]).value = "台帳の写し"

    reading = changed(change)
    assert "row.unidentified" in {i.code for i in reading.issues}
    assert told(reading, "空き施設の貸出")
    assert told(reading, "台帳の写し")


def test_a_heading_covered_by_its_groups_name_is_still_a_heading() -> None:
    book = open_book(sound(), "回答.xlsx")
    assert isinstance(book, Book)
    form = next(s for s in book.sheets if s.name == d.FORM_SHEET)
    column, cells = d.positions("annual")["release"], dict(form.cells)
    covered = {(d.HEADING_ROW, column): cells.pop((d.HEADING_ROW, column))}
    merged = (*form.merged, (d.GROUP_ROW, column, d.HEADING_ROW, column))
    cells[d.GROUP_ROW, column] = Cell(d.GROUP_ROW, column, "text", "区分")
    changed_form = replace(form, cells=cells, covered=covered, merged=merged)
    sheets = tuple(changed_form if s is form else s for s in book.sheets)
    reading = read_book(replace(book, sheets=sheets), tiny_brief())
    assert next(a for a in reading.answers if a.subject_id == PAPER).text("release") == "final"


def test_a_heading_merged_upwards_is_found_where_nothing_stands_below_it() -> None:
    book = open_book(sound(), "回答.xlsx")
    assert isinstance(book, Book)
    form = next(s for s in book.sheets if s.name == d.FORM_SHEET)
    for key in ("missing_reason", "period", "value"):
        column = d.positions("annual")[key]
        cells = {(r, c): cell for (r, c), cell in form.cells.items() if c != column or r < d.GROUP_ROW}
        cells[d.GROUP_ROW, column] = replace(form.cells[d.HEADING_ROW, column], row=d.GROUP_ROW)
        merged = (*form.merged, (d.GROUP_ROW, column, d.HEADING_ROW, column))
        sheets = tuple(replace(form, cells=cells, merged=merged) if s is form else s for s in book.sheets)
        reading = read_book(replace(book, sheets=sheets), tiny_brief())
        assert "column.missing" not in {i.code for i in reading.issues}, key


def test_a_figure_in_a_column_of_words_is_asked() -> None:
    (issue,) = (i for i in changed(lambda _book, s: _set(s, "direction", "4600")).issues if i.key == "direction")
    assert (issue.severity, "4600" in issue.message) == (Severity.ASK, True)
    (issue,) = (i for i in changed(lambda _book, s: _set(s, "source", "県調べ")).issues if i.key == "source")
    assert (issue.severity, "県調べ" in issue.message) == (Severity.NOTE, True)


def test_a_text_about_an_indicator_whose_row_is_gone_is_asked() -> None:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        _set(sheet, "analysis", "コピー用紙使用量は、電子決裁により減った。", UNSET)
        sheet.delete_rows(ROW[PAPER])

    assert ("text.other_row", UNSET) in {(i.code, i.subject_id) for i in changed(change).issues}


def test_words_in_the_hidden_column_are_told() -> None:
    (issue,) = told(changed(_at("A12", "支所分は別紙")), "支所分は別紙")
    assert issue.severity is Severity.NOTE


@pytest.mark.parametrize("nothing", [" ", "　", "\u200b", "\n"])
def test_a_cell_in_which_nothing_is_seen_is_empty(nothing: str) -> None:
    def change(_book: Workbook, sheet: Worksheet) -> None:
        _set(sheet, "analysis", nothing)
        sheet["C14"].value = nothing
        sheet.cell(ROW[PAPER], sheet.max_column + 1).value = nothing

    reading = changed(change)
    entry = next(a for a in reading.answers if a.subject_id == PAPER).entries["analysis"]
    assert (entry.written, entry.value) == ("", None)
    assert {i.code for i in reading.issues} == {i.code for i in read(sound()).issues}


# --- two forms in one workbook -------------------------------------------------------------------------------------


def _copied(change: Change | None = None, data: bytes | None = None, *, hidden: bool = False) -> Reading:
    def both(book: Workbook, sheet: Worksheet) -> None:
        copy = book.copy_worksheet(sheet)
        copy.title = "最終"
        if hidden:
            copy.sheet_state = "hidden"
        if change:
            change(book, copy)

    return changed(both, data)


TARGETS = {PAPER: {"baseline": 5230.4, "target": 3600.0}, COUNT: {"baseline": 1150.0, "target": 2000.0}}


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(("round_id", "key"), [(ROUND, "value"), (TARGETS_ROUND, "target"), (HALF_ROUND, "value")])
def test_two_filled_forms_are_a_question_of_each_cell(round_id: str, key: str, hidden: bool) -> None:
    answers = TARGETS if round_id == TARGETS_ROUND else {PAPER: {"value": 4512.5}}
    data = filled_form(answers, round_id=round_id)
    kind = tiny_brief().plan.round(round_id).kind

    def change(_book: Workbook, copy: Worksheet) -> None:
        copy[hurt.place(copy, PAPER, key, kind=kind)].value = 4321

    reading = _copied(change, data, hidden=hidden)
    (issue,) = (i for i in reading.issues if i.code == "sheet.differs")
    assert (issue.subject_id, issue.key) == (PAPER, key)
    assert "最終" in issue.message
    assert "4321" in issue.message
    assert [c.changes[key] for c in issue.choices][1:] == [4321.0]
    answer = next(a for a in reading.answers if a.subject_id == PAPER)
    assert answer.value(key) is None


def test_an_empty_copy_does_not_hinder() -> None:
    def change(_book: Workbook, copy: Worksheet) -> None:
        for row in copy.iter_rows(min_row=d.FIRST_DATA_ROW, min_col=d.positions("annual")["value"]):
            for cell in row:
                cell.value = None

    reading = _copied(change)
    assert [i.code for i in reading.issues if i.severity is Severity.ASK] == []
    assert "form.copy_blank" in {i.code for i in reading.issues}


def test_a_copy_that_alone_is_filled_is_read() -> None:
    def both(book: Workbook, sheet: Worksheet) -> None:
        book.copy_worksheet(sheet).title = "最終"
        for row in sheet.iter_rows(min_row=d.FIRST_DATA_ROW, min_col=d.positions("annual")["value"]):
            for cell in row:
                cell.value = None

    reading = changed(both)
    entry = next(a for a in reading.answers if a.subject_id == PAPER).entries["value"]
    assert (entry.sheet, entry.value) == ("最終", 4512.5)


def test_last_years_form_kept_beside_this_one_is_no_second_answer() -> None:
    def change(_book: Workbook, copy: Worksheet) -> None:
        for row in copy.iter_rows(max_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("令和6年度実績", "令和7年度上期")
        copy[hurt.place(copy, PAPER, "value")].value = 4321

    reading = _copied(change)
    assert not [i for i in reading.issues if i.severity is Severity.ASK]
    assert "form.copy_other_round" in {i.code for i in reading.issues}
    assert told(reading, "4321")  # and what it says beside ours is named


def test_a_row_on_one_of_two_sheets_alone_is_asked() -> None:
    def change(_book: Workbook, copy: Worksheet) -> None:
        copy[hurt.place(copy, UNSET, "value")].value = "別の説明"
        copy.delete_rows(ROW[PAPER])

    codes = {(i.code, i.subject_id) for i in _copied(change).issues}
    assert ("sheet.row_alone", PAPER) in codes
    assert ("sheet.differs", UNSET) in codes


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("正しくは455件", True),
        ("値は10月末の速報", True),
        ("4600", True),
        ("四千六百万枚です", True),
        ("未公表", True),
        ("9月末の数です", False),
        ("令和7年10月3日 記入", False),
        ("内線 2345", False),
        ("dx@pref.example.jp", False),
        ("017-722-1111", False),
        ("第3表 p.12 を参照", False),
        ("回覧済", False),
        ("単位は千枚で記入", True),
        ("古い数字のままです", True),
        ("これはダミーです", True),
        ("再集計中です", True),
        ("昨年の数字を写しています", True),
        ("よろしくお願いします", False),
        ("記入者 青森花子", False),
    ],
)
def test_what_may_be_an_answer(text: str, asked: bool) -> None:
    assert may_answer(text) is asked
