# ruff: noqa: E501 (cells read as rows of a sheet)
"""Lists as a stranger keeps them: what could be read wrong is read right or asked about, never taken in silence."""

from __future__ import annotations

from datetime import date

import pytest

from loaders.lists.list_cells import split
from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book


def test_a_heading_or_a_year_that_says_provisional_or_forecast_says_so_of_its_values() -> None:
    data = book("推移", {
        "A1": "指標名", "B1": "R5実績", "C1": "R6年度(見込)", "D1": "令和７年度速報値", "E1": "目標(R10)",
        "A2": "利用率(%)", "B2": "30.5(R5年度見込)", "C2": 38, "D2": 39.5, "E2": 50,
    })  # fmt: skip
    (one,) = read(data).indicators
    assert [(f.cell, f.release) for f in one.figures] == [
        ("B2", "forecast"), ("C2", "forecast"), ("D2", "provisional"), ("E2", "final"),
    ]  # fmt: skip


def test_headings_of_days_and_of_what_stands_now_are_values_of_their_time() -> None:
    data = book("推移", {
        "A1": "指標", "B1": date(2024, 3, 31), "C1": "R6.9末現在", "D1": "令和6年12月31日時点", "E1": "今年度", "F1": "目標値(R10)",
        "A2": "保有率(%)", "B2": 78.9, "C2": 80, "D2": 81, "E2": 82, "F2": 90,
    })  # fmt: skip
    found = rows(read(data))["保有率"]
    assert found == (
        "actual 78.9 2024-03-31 B2", "actual 80 2024-09 C2", "actual 81 2024-12-31 D2", "actual 82 - E2",
        "target 90 FY2028 F2",
    )  # fmt: skip


def test_a_head_of_three_rows() -> None:
    data = book("表", {
        "A1": "政策", "B1": "指標", "C1": "数値", "C2": "現状", "D2": "実績", "F2": "目標", "C3": "R2", "D3": "R4", "E3": "R5", "F3": "R8",
        "A4": "福祉", "B4": "施設数(か所)", "C4": 10, "D4": 12, "E4": 13, "F4": 20,
    }, ["A1:A3", "B1:B3", "C1:F1", "D2:E2"])  # fmt: skip
    reading = read(data)
    assert not reading.open
    assert rows(reading) == {
        "施設数": ("baseline 10 FY2020 C4", "actual 12 FY2022 D4", "actual 13 FY2023 E4", "target 20 FY2026 F4"),
    }


@pytest.mark.parametrize(("written", "value", "code"), [
    ("30.5(R5年度)", "30.5", "FY2023"), ("30(R5.3)", "30", "2023-03"), ("2020(R10)", "2020", "FY2028"), ("1820(H28年度)", "1820", "FY2016"),
])  # fmt: skip
def test_a_number_without_its_unit_before_a_year_in_brackets_is_a_value(written: str, value: str, code: str) -> None:
    (piece,) = split(written).pieces
    assert (piece.text, piece.when and piece.when.period and piece.when.period.code) == (value, code)


def test_a_year_said_twice_is_a_year() -> None:
    found = split("R5(2023年度)")
    assert not found.pieces
    assert found.when
    assert found.when.period
    assert found.when.period.year == 2023


def test_two_values_of_one_year_that_differ_are_asked_and_neither_is_taken_before() -> None:
    data = book("表", {"A1": "指標", "B1": "R5実績(公表時)", "C1": "R5実績(確定)", "D1": "目標(R8)",
                      "A2": "利用率(%)", "B2": 40, "C2": 41, "D2": 50, "A3": "会員(人)", "B3": 7, "C3": 7, "D3": 9})  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"C2 value": "list.twice_told"}
    assert rows(reading) == {"利用率": ("target 50 FY2026 D2",), "会員": ("actual 7 FY2023 B3", "target 9 FY2026 D3")}
    (question,) = reading.open
    for choice, taken in ((0, "actual 40 FY2023 B2"), (1, "actual 41 FY2023 C2")):
        after = read(data, answered(Told(), question, choice))
        assert not after.open
        assert rows(after)["利用率"] == (taken, "target 50 FY2026 D2")


def test_targets_of_several_years_are_steps_to_the_last() -> None:
    data = book("進捗", {
        "A1": "指標", "B1": "令和4年度", "D1": "令和5年度", "F1": "目標値(R8)", "B2": "目標", "C2": "実績", "D2": "目標", "E2": "実績",
        "A3": "利用率(%)", "B3": 35, "C3": 36, "D3": 40, "E3": 41, "F3": 60,
    }, ["A1:A2", "B1:C1", "D1:E1", "F1:F2"])  # fmt: skip
    reading = read(data)
    assert not reading.open
    assert rows(reading)["利用率"] == (
        "milestone 35 FY2022 B3", "actual 36 FY2022 C3", "milestone 40 FY2023 D3", "actual 41 FY2023 E3", "target 60 FY2026 F3",
    )  # fmt: skip


def test_a_target_of_a_year_that_has_its_value_is_asked_and_not_taken_before() -> None:
    data = book("R5", {"A1": "指標", "B1": "R5目標", "C1": "R5実績", "A2": "利用率(%)", "B2": 40, "C2": 41})
    reading = read(data)
    assert asked(reading) == {"B1 column": "list.column"}
    assert [(f.cell, f.open) for f in reading.indicators[0].figures] == [("B2", True), ("C2", False)]
    assert reading.indicators[0].figure("target") is None
    after = read(data, answered(Told(), reading.open[0], 1))
    assert not after.open
    assert rows(after)["利用率"] == ("milestone 40 FY2023 B2", "actual 41 FY2023 C2")
    assert not any(f.open for f in after.indicators[0].figures)


def test_lines_of_yearly_targets_are_steps_and_the_last_is_asked() -> None:
    data = book("表", {
        "A1": "指標", "B1": "区分", "C1": "R4", "D1": "R5", "A2": "利用率(%)", "B2": "目標", "C2": 40, "D2": 45,
        "B3": "実績", "C3": 41, "D3": 44,
    }, ["A2:A3"])  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"D1 column": "list.column"}
    after = rows(read(data, answered(Told(), reading.open[0], 1)))["利用率"]
    assert after == ("milestone 40 FY2022 C2", "milestone 45 FY2023 D2", "actual 41 FY2022 C3", "actual 44 FY2023 D3")
    final = rows(read(data, answered(Told(), reading.open[0], 0)))["利用率"]
    assert final[1] == "target 45 FY2023 D2"


def test_numbers_under_a_heading_that_says_nothing_are_asked() -> None:
    data = book("表", {"A1": "指標", "B1": "R5実績", "C1": "R8の目指す姿", "D1": "メモ", "A2": "利用率(%)", "B2": 40, "C2": "60%", "D2": "庁内3部局"})  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"C1 column": "list.column"}
    after = read(data, answered(Told(), reading.open[0], 2))
    assert rows(after)["利用率"] == ("actual 40 FY2023 B2", "target 60 FY2026 C2")
