"""Forms narrower than a department's whole one: a 課's, a round's own choice, and the one sent back with questions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell

from kpi.collection.workflow import Brief, Reading
from kpi.plan import Division
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.form_questions import Asked, given_again, note_text
from loaders.form.prose_lines import read_token
from loaders.form.reading.reader import read_form
from loaders.form.writing import style
from loaders.form.writing.writer import form_filename, write_form
from loaders.workbook.cells import Book, Sheet
from tests import hurt
from tests.factory import (
    AGRI,
    HALF_ROUND,
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TRADE,
    UNSET,
    tiny_answers,
    tiny_brief,
    with_plan,
)
from tests.loaders.form.test_form_writer import assert_excel_takes_it

MIDTERM = "midterm"
QUESTIONS: tuple[Asked, ...] = (
    (RATE, "value", "前回から10ポイント増えていますが、\n対象の範囲に変更はありませんか。"),
    (PAPER, "analysis", "減少の理由を具体的に説明してください。"),
)


def brief(**changes: object) -> Brief:
    """The tiny brief with two 課 in one department, two due dates and a 中間見直し; ``changes`` are the round's."""
    tiny = tiny_brief()
    divisions = (Division("dx", "DX推進課", (RATE, PAPER)), Division("planning", "企画調整課", (SURVEY, UNSET)))
    departments = tuple(replace(x, divisions=divisions) if x.id == POLICY else x for x in tiny.plan.departments)
    annual = replace(tiny.plan.round(ROUND), division_due=date(2025, 9, 26), **changes)  # type: ignore[arg-type]
    midterm = replace(annual, id=MIDTERM, name="中間見直し", kind="midterm")
    others = tuple(r for r in tiny.plan.rounds if r.id != ROUND)
    return with_plan(tiny, departments=departments, rounds=(annual, midterm, *others))


def opened(data: bytes) -> Workbook:
    return load_workbook(BytesIO(data))


def read(data: bytes, used: Brief | None = None, **told: str) -> Reading:
    """Read in this process: what the isolated reader hands over is tested elsewhere."""
    from loaders.workbook.cells import open_book

    book = open_book(data, "回答.xlsx")
    assert isinstance(book, Book), book
    return read_form(book, used or brief(), **told)


def tokens(data: bytes) -> list[str]:
    sheet = opened(data)[d.FORM_SHEET]
    return [sheet.cell(r, 1).value for r in range(d.FIRST_DATA_ROW, sheet.max_row + 1)]


def codes(reading: Reading) -> set[str]:
    return {i.code for i in reading.issues}


def values(reading: Reading) -> dict[str, dict[str, object]]:
    return {a.subject_id: {k: e.value for k, e in a.entries.items()} for a in reading.answers}


def everything_said(data: bytes) -> str:
    cells = (c.value for sheet in opened(data) for row in sheet.iter_rows() for c in row)
    return "\n".join(str(v) for v in cells if v is not None)


# --- one 課 --------------------------------------------------------------------------------------------------------


def test_a_divisions_form_holds_its_indicators_and_tells_whose_it_is() -> None:
    data = write_form(brief(), ROUND, POLICY, division_id="dx", answers=tiny_answers())
    assert tokens(data) == [RATE, PAPER]
    reading = read(data)
    assert (reading.department_id, reading.division_id, reading.round_id) == (POLICY, "dx", ROUND)
    assert [a.subject_id for a in reading.answers] == [RATE, PAPER]
    assert not codes(reading) & {"row.missing", "row.not_asked", "row.other_department", "form.old_name"}
    assert_excel_takes_it(data)


def test_a_divisions_form_gives_the_date_of_its_lead_division_and_its_own_name() -> None:
    data = write_form(brief(), ROUND, POLICY, division_id="dx")
    said = everything_said(data)
    assert "主管課への回答期限: 令和7年9月26日(金)17時" in said
    assert "令和7年10月3日" not in said
    assert "総合政策部 DX推進課" in said
    assert "主管課へ連絡してください" in said
    whole = everything_said(write_form(brief(), ROUND, POLICY))
    assert "回答期限: 令和7年10月3日(金)17時" in whole
    assert "主管課への" not in whole


def test_a_form_of_the_whole_department_has_no_division() -> None:
    reading = read(write_form(brief(), ROUND, POLICY, answers=tiny_answers()), division_id="dx")
    assert reading.division_id == ""
    assert len(reading.answers) == 4


def test_a_form_without_its_hidden_sheet_is_of_the_division_chosen_on_the_page() -> None:
    book = opened(write_form(brief(), ROUND, POLICY, division_id="dx", answers=tiny_answers()))
    del book[d.META_SHEET]
    out = BytesIO()
    book.save(out)
    reading = read(out.getvalue(), round_id=ROUND, department_id=POLICY, division_id="dx")
    assert (reading.division_id, len(reading.answers)) == ("dx", 2)


def test_another_divisions_form_is_told() -> None:
    reading = read(write_form(brief(), ROUND, POLICY, division_id="dx"), division_id="planning")
    assert reading.division_id == "dx"
    (issue,) = (i for i in reading.issues if i.code == "form.other_division")
    assert "DX推進課" in issue.message
    assert "企画調整課" in issue.message


def test_a_row_of_another_division_is_not_taken_and_is_asked_about() -> None:
    whole, narrow = opened(write_form(brief(), ROUND, POLICY, answers=tiny_answers())), brief()
    sheet = whole[d.META_SHEET]
    sheet.append(["division", "dx"])
    for row in sheet.iter_rows():
        if row[0].value == "row" and row[1].value in (SURVEY, UNSET):
            row[0].value = "was"
    out = BytesIO()
    whole.save(out)
    reading = read(out.getvalue(), narrow)
    assert [a.subject_id for a in reading.answers] == [RATE, PAPER]
    assert {i.subject_id for i in reading.issues if i.code == "row.not_asked"} == {SURVEY, UNSET}


def test_a_division_that_is_gone_still_answers_for_what_its_form_asked() -> None:
    data = write_form(brief(), ROUND, POLICY, division_id="dx", answers=tiny_answers())
    later = tiny_brief()
    reading = read(data, with_plan(later, rounds=brief().plan.rounds))
    assert reading.division_id == "dx"
    assert [a.subject_id for a in reading.answers] == [RATE, PAPER]


def test_files_are_named_after_the_division_and_what_is_sent_back() -> None:
    name = form_filename(brief().plan, brief().day, ROUND, POLICY, division_id="dx", sent_back=True)
    assert name == "回答様式_令和6年度実績_総合政策部_DX推進課_修正依頼.xlsx"


# --- what the round asks -------------------------------------------------------------------------------------------


def test_a_round_asks_its_own_departments_and_indicators_only() -> None:
    narrow = brief(departments=(POLICY, AGRI), indicators=(RATE, SURVEY))
    data = write_form(narrow, ROUND, POLICY, answers=tiny_answers())
    assert tokens(data) == [RATE, SURVEY]
    assert "row.missing" not in codes(read(data, narrow))
    assert tokens(write_form(narrow, ROUND, AGRI)) == []
    assert tokens(write_form(narrow, ROUND, TRADE)) == []


def test_a_dropped_indicator_is_not_asked_from_its_day_on() -> None:
    used = brief()
    gone = replace(used, cards={**used.cards, RATE: replace(used.cards[RATE], dropped_on=used.day)})
    assert tokens(write_form(gone, ROUND, POLICY)) == [SURVEY, PAPER, UNSET]
    soon = replace(used, cards={**used.cards, RATE: replace(used.cards[RATE], dropped_on=date(2025, 9, 2))})
    assert RATE in tokens(write_form(soon, ROUND, POLICY))
    before = write_form(used, ROUND, POLICY, answers=tiny_answers())
    reading = read(before, gone)
    assert RATE not in values(reading)
    assert "row.not_asked" in codes(reading)


def test_a_half_year_asks_for_reference_values_and_speaks_of_no_judgement() -> None:
    data = write_form(brief(), HALF_ROUND, POLICY)
    said = everything_said(data)
    assert "今回の値(参考値)" in said
    assert "進捗の判定はしません" in said
    prompts = " ".join(v.prompt for v in opened(data)[d.FORM_SHEET].data_validations.dataValidation)
    for text in (said, prompts):
        assert "遅れがある指標では入力" not in text
        assert "進捗の判定に" not in text


def test_a_midterm_review_takes_proposals_for_baseline_and_target() -> None:
    data = write_form(brief(), MIDTERM, POLICY, answers={RATE: {"target": 90.0}})
    sheet, at = opened(data)[d.FORM_SHEET], d.positions("midterm")
    row = d.FIRST_DATA_ROW
    assert [sheet.cell(row, at[k]).value for k in ("baseline", "target")] == [42.5, 90]
    assert not any(sheet.cell(row, at[k]).protection.locked for k in d.CARD_KEYS)
    assert "見直しを提案するときだけ" in everything_said(data)
    reading = read(data)
    assert values(reading)[RATE]["target"] == 90.0
    assert values(reading)[PAPER]["target"] == 3600.0
    annual = opened(write_form(brief(), ROUND, POLICY))[d.FORM_SHEET]
    assert annual.cell(row, d.positions("annual")["target"]).protection.locked


# --- sent back -----------------------------------------------------------------------------------------------------


def first() -> Reading:
    return read(write_form(brief(), ROUND, POLICY, answers=tiny_answers()))


def sent_back(questions: tuple[Asked, ...] = QUESTIONS) -> bytes:
    return write_form(brief(), ROUND, POLICY, answers=given_again(first().answers), questions=questions)


def cells(data: bytes) -> list[tuple[str, str, Cell]]:
    """Every cell of a column on either sheet with its indicator (of a 課's line the first) and the column's key."""
    book, keys = opened(data), {p: k for k, p in d.positions("annual").items()}
    sheet, prose = book[d.FORM_SHEET], book[d.PROSE_SHEET]
    figures = [
        (sheet.cell(c.row, 1).value, keys[c.column], c)
        for row in sheet.iter_rows(min_row=d.FIRST_DATA_ROW, min_col=2, max_col=1 + len(keys))
        for c in row
    ]
    told = ((read_token(str(row[0].value or "")), row[ln.TEXT - 1]) for row in prose.iter_rows(min_row=ln.FIRST_ROW))
    return figures + [(t.ids[0] if t.ids else "", t.key, c) for t, c in told if t and t.key not in (ln.NAME, ln.COVERS)]


def unlocked(data: bytes) -> set[tuple[str, str]]:
    return {(i, key) for i, key, c in cells(data) if not c.protection.locked}


def test_the_form_sent_back_reads_the_same_as_the_one_before() -> None:
    again = read(sent_back())
    assert values(again) == values(first())
    assert codes(again) == codes(first())
    assert "cell.comment" not in codes(again)


def test_a_worked_out_rate_and_a_cleared_cell_are_read_the_same_again() -> None:
    said = tiny_answers()
    said[RATE] = said[RATE] | {"value": None, "numerator": 1.0, "denominator": 3.0}
    said[PAPER] = said[PAPER] | {"period": None}
    before = read(write_form(brief(), ROUND, POLICY, answers=said))
    again = read(write_form(brief(), ROUND, POLICY, answers=given_again(before.answers), questions=QUESTIONS))
    assert values(before)[RATE]["value"] == pytest.approx(100 / 3)
    assert values(before)[PAPER]["period"] is None
    assert values(again) == values(before)


def test_each_question_is_a_note_and_a_frame_at_its_cell_and_stands_in_the_guide() -> None:
    book = opened(sent_back())
    sheet, all_cells = book[d.FORM_SHEET], cells(sent_back())
    notes = {(i, key): c.comment.text for i, key, c in all_cells if c.comment}
    assert notes == {(i, k): note_text([text]) for i, k, text in QUESTIONS}
    framed = {(i, key) for i, key, c in all_cells
              if c.border.left.style == "thick" and c.fill.start_color.rgb[-6:] == style.ASKED}  # fmt: skip
    assert framed == set(notes)
    guide = "\n".join(str(c.value) for row in book[d.GUIDE_SHEET] for c in row if c.value)
    for _, _, text in QUESTIONS:
        assert text in guide
    address = hurt.cell(sheet, PAPER, "analysis").coordinate
    assert f"修正依頼 2件: N6、{d.PROSE_SHEET}!{address}" in str(sheet.cell(d.SUBTITLE_ROW, d.FIRST_COLUMN).value)
    assert_excel_takes_it(sent_back())


def test_only_what_is_asked_and_the_explanations_of_those_rows_are_open() -> None:
    explaining = {"analysis", "actions", "evidence"}
    figures = {"value", "numerator", "denominator"}  # one figure in several cells
    assert unlocked(sent_back()) == {(RATE, k) for k in explaining | figures} | {(PAPER, k) for k in explaining}
    # A 課 says once how it is reached; its line stands under the first indicator it answers for.
    asked = unlocked(sent_back(((PAPER, "contact", "連絡先は?"),)))
    assert asked == {(PAPER, k) for k in explaining} | {(RATE, "contact")}
    row = unlocked(sent_back(((PAPER, "row", "この行は?"),)))
    assert {i for i, key in row if key not in d.keys_on("contact")} == {PAPER}
    assert {"value", "period", "release", "person"} <= {k for _, k in row}
    assert unlocked(sent_back(((PAPER, "last_value", "前回値は?"),))) == {(PAPER, k) for k in explaining}


def test_a_question_about_a_row_stands_at_its_name_and_several_on_a_cell_in_one_note() -> None:
    sheet = opened(sent_back(((PAPER, "row", "一つ目"), (PAPER, "", "二つ目"))))[d.FORM_SHEET]
    (noted,) = (c for row in sheet for c in row if c.comment)
    assert noted.column == d.positions("annual")["name"]
    assert noted.comment.text == note_text(["一つ目", "二つ目"])


def test_no_question_makes_an_ordinary_form_and_questions_about_others_are_passed_over() -> None:
    plain = write_form(brief(), ROUND, POLICY, answers=given_again(first().answers))
    assert sent_back(()) == plain
    assert sent_back((("support-count", "value", "他部局"),)) == plain


def with_note(text: str) -> Reading:
    """The form sent back, with another text in its first note."""
    from loaders.workbook.cells import open_book

    book = open_book(sent_back(), "回答.xlsx")
    assert isinstance(book, Book)
    index = next(n for n, s in enumerate(book.sheets) if s.name == d.FORM_SHEET)
    sheet: Sheet = book.sheets[index]
    place = min(sheet.comments)
    changed = replace(sheet, comments={**sheet.comments, place: text})
    sheets = tuple(changed if n == index else s for n, s in enumerate(book.sheets))
    return read_form(replace(book, sheets=sheets), brief())


def test_a_reply_written_into_the_note_is_told_and_the_note_alone_is_not() -> None:
    ours = note_text([QUESTIONS[0][2]])
    assert "cell.comment" not in codes(with_note(ours.replace("\n", "\r\n")))
    assert "cell.comment" not in codes(with_note(f"事務局:\n{ours}"))
    replied = with_note(f"{ours}\n対象は変わりません")
    (told,) = (i for i in replied.issues if i.code == "cell.comment")
    assert "対象は変わりません" in told.message
    assert "修正依頼" not in told.message
    assert "cell.comment" in codes(with_note("別のメモ"))


def test_hostile_questions_stay_text() -> None:
    evil = ((RATE, "value", "=cmd|' /C calc'!A1\x00<script>&\r\n「質問」"), (PAPER, "value", "+1" * 3000))
    data = sent_back(evil)
    book = opened(data)
    own = re.compile(r"=(?:IF\(AND\()?LEN\(|=\"記述シートへ")
    assert all(c.data_type != "f" or own.match(c.value) for sheet in book for row in sheet.iter_rows() for c in row)
    assert values(read(data)) == values(first())
    assert "cell.comment" not in codes(read(data))
    assert_excel_takes_it(data)


def test_the_form_sent_back_to_a_division_knows_its_division() -> None:
    before = read(write_form(brief(), ROUND, POLICY, division_id="dx", answers=tiny_answers()))
    data = write_form(
        brief(), ROUND, POLICY, division_id="dx", answers=given_again(before.answers), questions=QUESTIONS
    )
    again = read(data)
    assert again.division_id == "dx"
    assert values(again) == values(before)
