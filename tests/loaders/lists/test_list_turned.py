# ruff: noqa: E501 (cells read as rows of a sheet)
"""Lists whose years go down and whose indicators stand beside one another: read as they lie, by their own addresses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_from_string, range_boundaries

from loaders.lists.columns.list_tables import learned
from loaders.lists.list_answers import of_cell, of_column, of_direction, of_row
from loaders.lists.list_layout import Told
from loaders.lists.list_reading import read_list
from tests.factory import RATE
from tests.loaders.lists import sheets
from tests.loaders.lists.reading import answered, asked, read, rows, sheet_of
from tests.loaders.lists.sheets import book
from tests.loaders.lists.test_list_taking import NAME, UNIT, put_in, services
from tests.storekit import new_store


def exchanged(data: bytes) -> bytes:
    """A typed sheet typed the other way: what stood in B7 stands in G2."""
    old, new = load_workbook(io.BytesIO(data)).worksheets[0], Workbook()
    page = new.worksheets[0]
    for line in old.iter_rows():
        for cell in line:
            if cell.value is not None:
                page.cell(cell.column, cell.row, cell.value)
    for area in old.merged_cells.ranges:
        left, top, right, bottom = range_boundaries(str(area))
        page.merge_cells(start_row=left, start_column=top, end_row=right, end_column=bottom)
    held = io.BytesIO()
    new.save(held)
    return held.getvalue()


def other_way(address: str) -> str:
    letters, row = coordinate_from_string(address)
    return f"{get_column_letter(row)}{sum(26**n * (ord(one) - 64) for n, one in enumerate(reversed(letters)))}"


def test_years_down_are_read_with_the_address_of_each_value() -> None:
    reading = read(sheets.YEARS_DOWN)
    assert reading.turned
    assert rows(reading) == {
        "電子申請の利用率": ("baseline 12.3 FY2020 B5", "actual 15.6 FY2021 B6", "actual 20 FY2022 B7", "actual 22.5 FY2023 B8", "target 60 FY2026 B9"),
        "オンライン化した業務数": ("baseline 5 FY2020 C5", "actual 8 FY2021 C6", "actual 9 FY2023 C8", "target 30 FY2026 C9"),
        "研修の受講者数": ("baseline 100 FY2020 D5", "actual 120 FY2021 D6", "actual 140 FY2022 D7", "actual 150 FY2023 D8", "target 300 FY2026 D9"),
    }  # fmt: skip
    assert [one.unit for one in reading.indicators] == ["％", "業務", "人"]
    assert asked(reading) == {"A11 release": "list.footnote"}
    assert [i.code for i in reading.issues if i not in reading.open] == ["list.turned"]
    (footnote,) = reading.open
    assert "B8、C8、D8" in footnote.message


def test_the_marks_of_a_list_with_years_down_are_those_of_its_own_cells() -> None:
    marks = read(sheets.YEARS_DOWN).marks
    assert (marks[3, 2], marks[3, 4], marks[5, 2], marks[7, 4], marks[9, 3]) == (
        "name",
        "name",
        "baseline",
        "actual",
        "target",
    )
    assert marks[8, 1] == "heading"


def test_target_and_value_of_each_year_side_by_side() -> None:
    reading = read(sheets.PAIRS_DOWN)
    assert asked(reading) == {"A5 column": "list.column"}
    (question,) = reading.open
    assert question.message.startswith("行「令和6年度」の目標が")
    after = rows(read(sheets.PAIRS_DOWN, answered(Told(), question, 1)))
    assert after == {
        "電子申請の利用率": (
            "milestone 30 FY2022 B3", "milestone 35 FY2023 B4", "milestone 40 FY2024 B5",
            "actual 28.5 FY2022 C3", "actual 33.1 FY2023 C4", "actual 41 FY2024 C5",
        ),
        "研修の受講者": (
            "milestone 100 FY2022 D3", "milestone 110 FY2023 D4", "milestone 120 FY2024 D5",
            "actual 88 FY2022 E3", "actual 120 FY2023 E4", "actual 131 FY2024 E5",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["YEAR_IN_CELLS", "TWO_LINES", "TRANSPOSED", "TRANSPOSED_ACROSS", "YEARS_ACROSS", "BLANK_VALUES"]
)
def test_a_list_typed_the_other_way_is_read_as_the_same_list(name: str) -> None:
    plain, turned = read(getattr(sheets, name)), read(exchanged(getattr(sheets, name)), Told(turned=True))
    told = [
        [[(one.cell, one.name, one.field, one.unit, [(f.cell, f.role, f.value, f.words, f.period) for f in one.figures]) for one in of.indicators],
         [(i.code, i.cell) for i in of.open if i.cell]]
        for of in (plain, turned)
    ]  # fmt: skip
    there = [
        (other_way(cell), name, of, unit, [(other_way(at), *said) for at, *said in figures])
        for cell, name, of, unit, figures in told[0][0]
    ]
    assert told[1][0] == there
    assert told[1][1] == [(code, other_way(cell)) for code, cell in told[0][1]]


def test_what_is_pointed_at_in_a_list_with_years_down_is_its_own_row_column_or_cell() -> None:
    told = of_column(Told(), "7", "skip")
    told = of_row(told, 3, "skip")
    told = of_cell(told, "D6", {"value": 121.0})
    after = rows(read(sheets.YEARS_DOWN, told))
    assert after == {
        "電子申請の利用率": ("baseline 12.3 FY2020 B5", "actual 15.6 FY2021 B6", "actual 22.5 FY2023 B8", "target 60 FY2026 B9"),
        "研修の受講者数": ("baseline 100 FY2020 D5", "actual 121 FY2021 D6", "actual 150 FY2023 D8", "target 300 FY2026 D9"),
    }  # fmt: skip


def test_a_person_says_which_way_a_list_lies() -> None:
    assert not read(sheets.YEARS_DOWN, of_direction(Told(), turned=False)).turned
    odd = book("表", {"A1": "指標", "B1": "利用率(%)", "C1": "会員(人)", "A2": "R5実績", "B2": 40, "C2": 7})
    assert not read(odd).turned
    told = of_direction(of_column(Told(), "B", "skip"), turned=True)
    assert rows(read(odd, told)) == {"利用率": ("actual 40 FY2023 B2",), "会員": ("actual 7 FY2023 C2",)}


def test_the_direction_is_kept_with_a_way_of_reading() -> None:
    odd = book("表", {"A1": "指標", "B1": "利用率(%)", "C1": "会員(人)", "A2": "R5実績", "B2": 40, "C2": 7})
    first = read(odd, Told(turned=True))
    kept = learned(first.tables, Told(turned=True), "推移", turned=first.turned)
    assert rows(read_list(sheet_of(odd).sheets[0], None, kept)) == rows(first)


def test_two_tables_of_years_down_each_ask_of_their_last_year() -> None:
    data = book("推移", {
        "A1": "年度", "B1": "申請率(%)", "C1": "会員(人)", "A2": "R4", "B2": 10, "C2": 200, "A3": "R5", "B3": 12, "C3": 230, "A4": "R6", "B4": 15, "C4": 260,
        "A6": "年度", "B6": "企業数(社)", "C6": "受講者(人)", "A7": "R4", "B7": 1, "C7": 20, "A8": "R5", "B8": 2, "C8": 23, "A9": "R6", "B9": 5, "C9": 26,
    })  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"A4 column": "list.column", "A9 column": "list.column"}
    assert [one.key for one in reading.indicators] == ["B1", "C1", "B6", "C6"]


def test_a_sheet_without_indicators_is_not_turned() -> None:
    reading = read(book("表", {"A1": "議事録", "A2": "令和３年度", "A3": "令和４年度", "A4": "令和５年度"}))
    assert not reading.turned
    assert [i.code for i in reading.issues] == ["list.no_table"]


def test_hidden_rows_of_a_list_with_years_down_are_not_read_and_told() -> None:
    made = load_workbook(io.BytesIO(sheets.YEARS_DOWN))
    made.worksheets[0].row_dimensions[7].hidden = True
    held = io.BytesIO()
    made.save(held)
    reading = read(held.getvalue())
    assert not any(f.cell[1:] == "7" for one in reading.indicators for f in one.figures)
    assert [i.message for i in reading.issues if i.code == "list.hidden"] == ["非表示の行(1)と列(0)は読んでいません。"]


def test_the_origin_of_a_value_taken_from_years_down_names_its_cell(tmp_path: Path) -> None:
    data = book("推移", {
        "A1": "年度", "B1": "計画にない指標(件)", "C1": f"{NAME}({UNIT})", "A2": "R5実績", "B2": 1, "C2": 43.5, "A3": "R6実績", "B3": 2, "C3": 47, "A4": "R7実績", "B4": 3, "C4": 48,
    })  # fmt: skip
    store = new_store(tmp_path)
    told = Told(cells={"B1": {"indicator": ""}})
    given = put_in(data, told, "推移")
    intake = services(store).compare_list("tiny", given.reading, told)
    assert isinstance(services(store).take_list("tiny", given, intake, "公表資料"), str)
    shown = store.snapshot("tiny").observations.sort_values("position")
    places = [(p.sheet, p.cell) for code in shown["code"] for p in store.trace(str(code))]
    assert places == [("推移", "C2"), ("推移", "C3"), ("推移", "C4")]
    assert set(shown["indicator_id"]) == {RATE}
    (kept,) = services(store).list_layouts().values()
    assert kept.turned
    assert store.verify() == ()
