"""The workbook of a plan hurt as people hurt one: read as it is meant or told, and nothing that stands is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from kpi.issue import Severity
from loaders.plan.plan_revision import compare
from loaders.plan.plan_workbook import FIRST_ROW, HEADINGS_ROW
from tests.factory import COUNT, RATE
from tests.loaders.plan.bookkit import Hurt, book, column, put, read, rich_plan, row, settled, treated

PLAN = settled(rich_plan())


def hurt(*how: Hurt):
    """What the plan's workbook says after somebody worked on it."""
    return read(treated(book(PLAN), *how))


def changes(*how: Hurt) -> list[tuple[str, str, str]]:
    found = hurt(*how)
    assert found.sound, found.issues
    assert found.plan
    return [(c.sheet, c.column, c.after) for c in compare(PLAN, found.plan, (), date(2026, 11, 21)).changes]


def whole(sheet: str, heading: str, change: Callable[[str], Any]) -> Hurt:
    """Write anew what stands in a column."""

    def do(found: Workbook) -> None:
        page = found[sheet]
        for at in range(FIRST_ROW, page.max_row + 1):
            cell = page.cell(at, column(page, heading))
            cell.value = change(str(cell.value)) if cell.value is not None else None

    return do


def wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@pytest.mark.parametrize(("sheet", "heading"), [
    ("指標", "分野の記号"), ("担当", "指標の記号"), ("担当", "部局の記号"), ("部局", "記号"), ("取組", "記号"),
    ("取組", "動かす指標の記号"), ("項目", "分野の記号"), ("課", "担当する指標・取組の記号"), ("照会", "部局の記号"),
    ("想定", "指標の記号"), ("指標", "記号"),
])  # fmt: skip
def test_ids_in_full_width_letters_are_the_same_ids(sheet: str, heading: str) -> None:
    assert changes(whole(sheet, heading, wide)) == []


def test_a_row_with_a_fault_is_told_and_not_all_that_points_to_it() -> None:
    found = hurt(put("指標", "小数の桁数", -1, 記号=RATE))
    assert not found.sound
    assert {(i.code, i.sheet) for i in found.issues if i.severity is Severity.FIX} == {("plan.not_number", "指標")}


def test_what_points_to_nothing_is_still_told_beside_a_row_with_a_fault() -> None:
    found = hurt(put("指標", "小数の桁数", -1, 記号=RATE), put("取組", "関係する部局の記号", RATE, 記号="work1"))
    assert ("plan.unknown_reference", "取組") in {(i.code, i.sheet) for i in found.issues}


def test_names_that_moved_from_row_to_row_are_refused() -> None:
    def sort_names_alone(found: Workbook) -> None:
        page = found["指標"]
        at = [row(page, 記号=RATE), row(page, 記号=COUNT)]
        cells = [page.cell(one, column(page, "名称")) for one in at]
        cells[0].value, cells[1].value = cells[1].value, cells[0].value

    found = hurt(sort_names_alone)
    assert found.plan
    issues = compare(PLAN, found.plan, (), date(2026, 11, 21)).issues
    assert [(i.code, i.sheet, i.subject_id) for i in issues] == [
        ("plan.moved_name", "指標", RATE), ("plan.moved_name", "指標", COUNT),
    ]  # fmt: skip
    assert all("並べ替えて" in i.advice for i in issues)


def test_an_indicator_that_gets_another_name_is_no_moved_one() -> None:
    assert changes(put("指標", "名称", "新しい名称", 記号=RATE)) == [("指標", "名称", "新しい名称")]


@pytest.mark.parametrize("left", [True, False])
def test_a_second_column_of_one_heading_is_told_and_neither_is_taken(left: bool) -> None:
    def do(found: Workbook) -> None:
        page = found["指標"]
        at = column(page, "目標値") if left else page.max_column + 1
        if left:
            page.insert_cols(at)
        page.cell(HEADINGS_ROW, at).value = "目標値"
        page.cell(FIRST_ROW, at).value = 999

    found = hurt(do)
    assert not found.sound
    (issue,) = [i for i in found.issues if i.severity is Severity.FIX]
    assert (issue.code, issue.sheet, issue.value) == ("plan.two_columns", "指標", "目標値")
    assert issue.cell


def test_a_second_line_of_one_heading_on_an_upright_sheet_is_told() -> None:
    def do(found: Workbook) -> None:
        page = found["計画"]
        at = next(c for cells in page.iter_rows() for c in cells if c.value == "標語")
        last = page.max_row + 3
        page.cell(last, at.column).value, page.cell(last, at.column + 1).value = "標語", "別の標語"

    (issue,) = hurt(do).issues
    assert (issue.code, issue.sheet, issue.value) == ("plan.two_columns", "計画", "標語")


def test_one_word_told_twice_and_differently_is_told() -> None:
    def again(word: str) -> Hurt:
        def do(found: Workbook) -> None:
            page = found["用語"]
            last = next(r for r in range(FIRST_ROW, page.max_row + 2) if page.cell(r, 1).value is None)
            page.cell(last, 1).value, page.cell(last, 2).value = page.cell(FIRST_ROW, 1).value, word

        return do

    assert changes(again(PLAN.words["answer"])) == []
    (issue,) = hurt(again("別の語")).issues
    assert (issue.code, issue.sheet, issue.value) == ("plan.duplicate_id", "用語", "別の語")


def test_a_note_beneath_a_table_is_no_row() -> None:
    def do(found: Workbook) -> None:
        page = found["指標"]
        page.cell(page.max_row + 2, 1).value = "※ 令和9年度に見直す"

    found = hurt(do)
    assert found.sound
    assert [(i.code, i.severity, i.sheet) for i in found.issues] == [("plan.unused", Severity.NOTE, "指標")]
    assert changes(do) == []


def filtered(found: Workbook) -> None:
    page = found["指標"]
    page.auto_filter.ref = page.dimensions
    for at in range(FIRST_ROW + 1, page.max_row + 1):
        page.row_dimensions[at].hidden = True


def spread(found: Workbook) -> None:
    found["指標"].insert_rows(FIRST_ROW + 1, 3)


def headed(found: Workbook) -> None:
    found["指標"].insert_rows(1)
    found["指標"]["A1"] = "指標一覧(改定案)"


def copied_away(found: Workbook) -> None:
    kept = found.copy_worksheet(found["指標"])
    kept.title, kept.sheet_state = "指標_旧", "hidden"


@pytest.mark.parametrize("how", [
    filtered, spread, headed, copied_away, lambda found: found.move_sheet("指標", -3),
    whole("担当", "指標の記号", lambda text: f"\u3000{text}\n"), put("指標", "番号", 1.0, 記号=RATE),
    put("課", "始まりの日", date(2025, 4, 1), 記号="ka1"), put("課", "始まりの日", "2025/4/1", 記号="ka1"),
])  # fmt: skip
def test_what_people_do_around_the_values_changes_nothing(how: Hurt) -> None:
    assert changes(how) == []
