"""The sheet of sentences there and back: left empty, hurt as people do."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from kpi.issue import Severity
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.writing.writer import write_form
from tests import hurt
from tests.factory import (
    PAPER,
    POLICY,
    RATE,
    ROUND,
    SURVEY,
    TRADE,
    UNSET,
    tiny_brief,
    tiny_plan,
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

# --- there and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("department", [POLICY, TRADE])
def test_what_is_said_comes_back_from_the_sheet_it_stands_on(department: str) -> None:
    reading = read(form(department))
    assert open_codes(reading) == set()
    said = {(i, k): v for i, row in answers().items() for k, v in row.items() if v is not None}
    taken = values(reading)
    assert {key: taken[key] for key in said if key[0] in {a.subject_id for a in reading.answers}} == {
        key: value for key, value in said.items() if key in taken
    }
    for answer in reading.answers:
        assert set(PROSE) | set(CONTACT) <= answer.entries.keys()
        for key, entry in answer.entries.items():
            if "/" not in entry.cell:
                assert entry.sheet == (d.FORM_SHEET if d.column(key).stands == "figures" else d.PROSE_SHEET), key


@pytest.mark.parametrize("length", [149, 150, 151, 5000])
def test_a_text_may_be_long(length: int) -> None:
    text = ("取組の範囲を県内全域に広げた。\n" * 400)[: length - 1] + "了"
    data = on_prose(lambda sheet: write(sheet, "6", analysis=text, evidence=text[:-1] + "終"))
    reading = read(data)
    assert values(reading)[PAPER, "analysis"] == text
    assert open_codes(reading) == set()
    sheet = hurt.prose(load_workbook(BytesIO(data)))
    rules = [
        v for v in sheet.data_validations.dataValidation if hurt.cell(sheet, PAPER, "analysis").coordinate in v.sqref
    ]
    assert [(v.errorStyle, v.formula1) for v in rules] == [("warning", "150")]  # it warns and takes the text


def test_counters_say_how_much_is_written_where_nothing_calculates() -> None:
    shown = hurt.prose(load_workbook(BytesIO(form()), data_only=True))
    assert shown.cell(row_of(shown, "analysis", "6"), ln.COUNT).value == len(answers()[PAPER]["analysis"])  # type: ignore[arg-type]
    first = load_workbook(BytesIO(form()), data_only=True)[d.FORM_SHEET]
    ways = [first.cell(d.FIRST_DATA_ROW + n, d.positions("annual")["prose"]).value for n in range(4)]
    assert ways == [f"{ln.TO_PROSE}　{filled}／6" for filled in (3, 0, 3, 3)]
    blank = hurt.prose(load_workbook(BytesIO(write_form(tiny_brief(), ROUND, POLICY)), data_only=True))
    assert blank.cell(row_of(blank, "evidence", "5"), ln.COUNT).value == "不要"  # no survey this year
    assert blank.cell(row_of(blank, "evidence", "6"), ln.COUNT).value == 0


def test_counters_pasted_as_values_are_no_remark_and_any_other_number_is_told() -> None:
    def paste(sheet: Worksheet, more: int) -> None:
        row = row_of(sheet, "analysis", "6")
        sheet.cell(row, ln.COUNT).value = len(str(sheet.cell(row, ln.TEXT).value)) + more

    assert open_codes(read(on_prose(lambda sheet: paste(sheet, 0)))) == set()
    assert not found(read(on_prose(lambda sheet: paste(sheet, 0))), "heading.extra")
    (told,) = found(read(on_prose(lambda sheet: paste(sheet, 7))), "heading.extra")
    assert told.sheet == d.PROSE_SHEET
    assert f"「{len(str(answers()[PAPER]['analysis'])) + 7}」" in told.message


@pytest.mark.parametrize("written", ["=400+55", "別紙のとおり", 455])
def test_what_stands_in_place_of_the_way_to_the_second_sheet_is_asked_about(written: object) -> None:
    def way(book: Workbook) -> Cell:
        return hurt.form(book).cell(d.FIRST_DATA_ROW, d.positions("annual")["prose"])

    data = hurt.edit(form(), lambda book: setattr(way(book), "value", written))
    (asked,) = found(read(hurt.cached(data, "455") if str(written)[0] == "=" else data), "entry.not_asked")
    assert (asked.subject_id, asked.key, asked.sheet) == (RATE, "prose", d.FORM_SHEET)
    pasted = hurt.edit(form(), lambda book: setattr(way(book), "value", f"{ln.TO_PROSE}　3／3"))
    assert not found(read(pasted), "entry.not_asked")


# --- what is not filled in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "number", "code", "who"),
    [
        ("evidence", "6", "evidence.missing", {PAPER}),
        ("analysis", "1", "analysis.missing", {RATE}),
        ("section", "課1", "section.missing", {RATE, SURVEY, PAPER, UNSET}),
    ],
)
def test_a_box_left_empty_is_told_at_its_sheet_and_cell(key: str, number: str, code: str, who: set[str]) -> None:
    data = on_prose(lambda sheet: write(sheet, number, **{key: None}))
    sheet = hurt.prose(load_workbook(BytesIO(data)))
    told = [i for i in found(read(data), code) if i.subject_id in who]
    assert {i.subject_id for i in told} == who
    assert {(i.sheet, i.cell) for i in told} == {(d.PROSE_SHEET, f"D{row_of(sheet, key, number)}")}


# --- what people do to the sheet -----------------------------------------------------------------------------------


def _rows_in(sheet: Worksheet) -> None:
    for row in (row_of(sheet, "actions", "6"), row_of(sheet, "name", "5"), ln.HEADING_ROW, 2):
        sheet.insert_rows(row, 2)


def _columns_in(sheet: Worksheet) -> None:
    sheet.insert_cols(ln.TEXT)
    sheet.insert_cols(ln.PART)


def _without(column: int, first: int = ln.FIRST_ROW) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for row in range(first, sheet.max_row + 1):
            if sheet.cell(row, ln.PART).value != d.column("name").heading:
                sheet.cell(row, column).value = None

    return change


def _sorted(key: Callable[[list[object]], object], first: int = 1) -> Callable[[Worksheet], None]:
    """The lines in another order; from a column on, where the ones before it stay."""

    def change(sheet: Worksheet) -> None:
        rows = [r for r in range(ln.FIRST_ROW, sheet.max_row + 1) if sheet.cell(r, ln.PART).value]
        told = [[sheet.cell(r, c).value for c in range(1, ln.COUNT + 1)] for r in rows]
        for row, texts in zip(rows, sorted(told, key=key), strict=True):  # type: ignore[arg-type]
            for column, text in enumerate(texts, start=1):
                if column >= first:
                    sheet.cell(row, column).value = text

    return change


HARMLESS: dict[str, Callable[[Workbook], object]] = {
    "renamed": lambda book: setattr(hurt.prose(book), "title", "要因など"),
    "moved to the front": lambda book: book.move_sheet(hurt.prose(book), -2),
    "rows put in": lambda book: _rows_in(hurt.prose(book)),
    "columns put in": lambda book: _columns_in(hurt.prose(book)),
    "heading row deleted": lambda book: hurt.prose(book).delete_rows(ln.HEADING_ROW),
    "titles deleted": lambda book: hurt.prose(book).delete_rows(1, 3),
    "marks lost": lambda book: _without(ln.TOKEN)(hurt.prose(book)),
    "numbers beside the texts lost": lambda book: _without(ln.NUMBER, 9)(hurt.prose(book)),
    "sorted by heading": lambda book: _sorted(lambda line: str(line[ln.PART - 1]))(hurt.prose(book)),
    "blocks turned about": lambda book: _sorted(lambda line: str(line[ln.NUMBER - 1]))(hurt.prose(book)),
    "questions cut off": lambda book: [
        setattr(c, "value", str(c.value).split("\n")[0])
        for (c,) in hurt.prose(book).iter_rows(min_row=ln.FIRST_ROW, min_col=ln.PART, max_col=ln.PART) if c.value
    ],
    "headings marked": lambda book: [
        setattr(c, "value", f"※{c.value}") for c in hurt.prose(book)[ln.HEADING_ROW] if c.column > 1 and c.value
    ],
    **{
        f"heading {text} emptied": lambda book, c=column: setattr(
            hurt.prose(book).cell(ln.HEADING_ROW, c), "value", None
        )
        for column, text in ((ln.NUMBER, "番号"), (ln.PART, "欄"), (ln.TEXT, "内容"), (ln.COUNT, "字数"))
    },
    "copied unchanged": lambda book: book.copy_worksheet(hurt.prose(book)),
    "hidden sheet gone": lambda book: book.remove(book[d.META_SHEET]),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_a_sheet_treated_so_is_taken_without_a_question(name: str) -> None:
    reading = read(hurt.edit(form(), HARMLESS[name]), ROUND, POLICY)  # type: ignore[arg-type]
    assert values(reading) == values(read(form()))
    assert open_codes(reading) == set(), [
        (i.code, i.message) for i in reading.issues if i.severity is not Severity.NOTE
    ]


def test_a_deleted_sheet_is_asked_about_once_and_the_figures_are_taken() -> None:
    reading = read(hurt.edit(form(), lambda book: book.remove(hurt.prose(book))))
    (asked,) = found(reading, "prose.missing")
    assert asked.severity is Severity.ASK
    whole = values(read(form()))
    assert values(reading) == {k: v for k, v in whole.items() if d.column(k[1]).stands == "figures"}
    assert not found(reading, "block.missing")


def test_a_hidden_sheet_is_asked_about() -> None:
    reading = read(on_prose(lambda sheet: setattr(sheet, "sheet_state", "hidden")))
    assert values(reading) == values(read(form()))
    assert "form.hidden_table" in {i.code for i in reading.issues}


def test_a_block_that_is_gone_is_asked_about_and_a_line_that_is_gone_is_noted() -> None:
    def block(sheet: Worksheet) -> None:
        sheet.delete_rows(
            row_of(sheet, "name", "6"), row_of(sheet, "after_target", "6") - row_of(sheet, "name", "6") + 1
        )

    reading = read(on_prose(block))
    assert {i.subject_id for i in found(reading, "block.missing")} == {PAPER}
    assert {k for i, k in values(reading) if i == PAPER} == {"value", "period", "release", *CONTACT}
    lines = read(on_prose(lambda sheet: sheet.delete_rows(row_of(sheet, "actions", "6"))))
    (noted,) = found(lines, "part.missing")
    assert (noted.subject_id, noted.severity) == (PAPER, Severity.NOTE)
    assert "今後の対応" in noted.message


def test_a_name_with_nothing_under_it_is_a_block_that_is_gone() -> None:
    def change(sheet: Worksheet) -> None:
        first = row_of(sheet, "name", "6") + 1
        sheet.delete_rows(first, row_of(sheet, "after_target", "6") - first + 1)

    reading = read(on_prose(change))
    assert {i.subject_id for i in found(reading, "block.missing")} == {PAPER}
    assert values(reading)[PAPER, "value"] == 4512.5


def test_texts_under_the_name_of_another_indicator_are_nobodys() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "name", "6"), ln.TEXT).value = tiny_plan().indicator(RATE).name

    reading = read(on_prose(change))
    assert "row.conflict" in open_codes(reading)
    assert not any((PAPER, key) in values(reading) for key in PROSE)
    assert {i.subject_id for i in found(reading, "block.missing")} == {PAPER}
    assert values(reading)[RATE, "analysis"] == answers()[RATE]["analysis"]


def test_only_the_texts_sorted_away_from_their_numbers_are_asked_about() -> None:
    rest = _sorted(lambda line: str(line[ln.TEXT - 1]), first=ln.TEXT)
    reading = read(on_prose(rest))
    assert open_codes(reading) & {"row.conflict", "text.other_row", "prefilled.changed", "row.token_conflict"}
    before = values(read(form()))
    asked = {i.subject_id for i in reading.issues if i.severity is not Severity.NOTE}
    for key, value in values(reading).items():
        if key[1] in PROSE:
            assert value == before.get(key) or key[0] in asked or "" in asked, key


def test_two_headings_exchanged_are_asked_about() -> None:
    def change(sheet: Worksheet) -> None:
        one, other = (sheet.cell(row_of(sheet, key, "6"), ln.PART) for key in ("analysis", "actions"))
        one.value, other.value = other.value, one.value

    assert {i.subject_id for i in found(read(on_prose(change)), "part.exchanged")} == {PAPER}


def test_a_copy_that_says_otherwise_is_asked_about() -> None:
    def change(book: Workbook) -> None:
        other = book.copy_worksheet(hurt.prose(book))
        other.title = "記述 (2)"
        write(other, "6", analysis="別の理由である。")

    reading = read(hurt.edit(form(), change))
    assert (PAPER, "analysis") not in values(reading)
    assert {(i.subject_id, i.key) for i in found(reading, "sheet.differs")} == {(PAPER, "analysis")}
    assert values(reading)[RATE, "analysis"] == answers()[RATE]["analysis"]


def test_words_beside_below_and_in_a_note_are_told_with_their_place() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.cell(row_of(sheet, "analysis", "6"), ln.COUNT + 2).value = "正しくは4,400万枚"
        sheet.cell(sheet.max_row + 3, ln.TEXT).value = "数値は暫定です"
        sheet.cell(row_of(sheet, "evidence", "1"), ln.TEXT).comment = Comment("昨年の資料のまま", "担当")

    reading = read(on_prose(change))
    told = [i for i in reading.issues if i.sheet == d.PROSE_SHEET and i.severity is Severity.ASK]
    assert {i.code for i in told} == {"row.beside_asked", "row.outside_asked", "cell.comment_asked"}
    for words in ("4,400万枚", "暫定です", "昨年の資料"):
        assert any(words in i.message for i in told), words
