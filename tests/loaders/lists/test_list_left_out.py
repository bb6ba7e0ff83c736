# ruff: noqa: E501 (cells read as rows of a sheet)
"""What stands in a list is read, asked about, or told of as left out: no cell is lost without a word."""

from __future__ import annotations

from kpi.issue import Severity
from loaders.lists.list_layout import Told
from loaders.lists.list_reading import ListReading
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book


def noted(reading: ListReading) -> dict[str, str]:
    return {i.cell: i.code for i in reading.issues if i.severity is Severity.NOTE}


def test_a_year_without_its_era_is_asked_however_few_numbers_stand_under_it() -> None:
    data = book("表", {
        "A1": "指標", "B1": "基準値(4年度)", "C1": "7年度", "A2": "利用率(%)", "B2": 35, "C2": "調査中",
        "A3": "件数(件)", "B3": 3, "C3": "－", "A4": "人数(人)", "B4": 5, "C4": "1200(速報値)",
    })  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"C1 column": "list.column", "B1 at": "list.no_period"}
    assert all(f.open for one in reading.indicators for f in one.figures)
    told = Told()
    for key, choice in (("column", 0), ("at", 1)):
        told = answered(told, next(i for i in reading.open if i.key == key), choice)
    after = read(data, told)
    assert rows(after)["利用率"] == ("baseline 35 FY2022 B2",)
    assert noted(after) == {"C2": "list.words_value"}
    assert asked(after)["C1 at"] == "list.no_period"
    dated = read(data, answered(told, next(i for i in after.open if i.key == "at"), 1))
    assert "actual ? FY2025 C4" in rows(dated)["人数"]
    assert asked(dated) == {"C4 value": "number.release_asked"}


def test_two_figures_of_a_year_are_years_of_this_century() -> None:
    data = book("表", {"A1": "指標", "B1": "R4実績", "C1": "目標('28)", "A2": "件数(件)", "B2": 3, "C2": 80})
    (question,) = read(data).open
    assert [c.label for c in question.choices] == ["令和10年度(2028年度)の値"]
    assert rows(read(data, answered(Told(), question, 0)))["件数"][1] == "target 80 FY2028 C2"


def test_a_column_named_after_the_targets_year_that_has_values_is_asked() -> None:
    data = book("表", {
        "A1": "指標", "B1": "2022", "C1": "目標年", "A2": "訪問者(千人)", "B2": 890, "C2": "2025：1,500",
        "A3": "満足度(%)", "B3": 75, "C3": 80,
    })  # fmt: skip
    reading = read(data)
    assert asked(reading)["C1 column"] == "list.column"
    question = next(i for i in reading.open if i.cell == "C1")
    after = rows(read(data, answered(Told(), question, 0)))
    assert after["訪問者"][1] == "target 1500 FY2025 C2"
    assert after["満足度"][1] == "target 80 - C3"


def test_a_note_a_mark_and_a_word_in_place_of_a_value_are_told() -> None:
    data = book("表", {
        "A1": "指標", "B1": "R4実績", "C1": "R5実績", "D1": "R6実績", "A2": "人数(人)", "B2": "※4", "C2": "○", "D2": "－",
    })  # fmt: skip
    assert noted(read(data)) == {"B2": "list.words_value", "C2": "list.words_value"}


def test_a_target_of_several_years_is_that_of_the_last() -> None:
    data = book("表", {"A1": "指標", "B1": "目標(R5～R9累計)", "A2": "相談(件)", "B2": 100})
    assert rows(read(data))["相談"] == ("target 100 FY2027 B2",)


def test_columns_that_are_not_read_are_told() -> None:
    data = book("表", {
        "A1": "指標", "B1": "R4実績", "C1": "方向", "D1": "出典・算出方法", "A2": "人数(人)", "B2": 4, "C2": "↑", "D2": "県調べ",
    })  # fmt: skip
    reading = read(data)
    assert noted(reading) == {"C1": "list.left_out"}
    assert reading.indicators[0].source == "県調べ"


def test_a_line_that_means_nothing_in_its_column_is_told() -> None:
    data = book("表", {
        "A1": "指標", "B1": "区分", "C1": "基準値(R4)", "D1": "R5", "A2": "人数(人)", "B2": "目標", "C2": 9, "D2": 10,
        "B3": "実績", "C3": 4, "D3": 5,
    })  # fmt: skip
    assert noted(read(data)) == {"C2": "list.unread"}


def test_a_name_that_begins_with_a_mark_is_an_indicator_where_it_has_values() -> None:
    data = book("表", {"A1": "指標", "B1": "R4実績", "A2": "*人数(人)", "B2": 4, "A3": "* 速報値を含む"})
    assert [one.name for one in read(data).indicators] == ["*人数"]
