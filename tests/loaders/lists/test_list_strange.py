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


def test_rows_of_sums_are_asked_and_are_no_values_of_the_indicator_above() -> None:
    data = book("表", {
        "A1": "圏域", "B1": "指標", "C1": "実績値(R5)", "A2": "東青", "B2": "団体数", "C2": 4, "A3": "合計", "C3": 10, "B4": "全国平均", "C4": 7,
    })  # fmt: skip
    reading = read(data)
    assert rows(reading) == {"団体数": ("actual 4 FY2023 C2",)}
    assert asked(reading) == {"A3 row": "list.total", "B4 row": "list.total"}
    left_out, of_nation = reading.open
    assert [len(i.choices) for i in reading.open] == [1, 2]
    told = answered(answered(Told(), left_out, 0), of_nation, 1)
    after = read(data, told)
    assert not after.open
    assert rows(after)["全国平均"] == ("actual 7 FY2023 C4",)


def test_a_row_that_no_label_explains_is_asked_and_told() -> None:
    data = book("表", {"A1": "指標", "B1": "区分", "C1": "R4年度", "D1": "R5年度", "A2": "利用率(%)", "B2": "目安値", "C2": 40, "D2": 45,
                      "B3": "実績", "C3": 41, "D3": 44, "B4": "他県の状況", "C4": 50, "D4": 51}, ["A2:A4"])  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"B4 row": "list.line"}
    assert not any(f.cell in ("C4", "D4") for f in reading.indicators[0].figures)
    skipped = read(data, answered(Told(), reading.open[0], 4))
    assert not skipped.open
    assert len(skipped.indicators[0].figures) == 4
    target = read(data, answered(Told(), reading.open[0], 2))
    assert "target 51 FY2023 D4" in rows(target)["利用率"]


def test_a_value_across_two_years_is_asked() -> None:
    data = book("表", {"A1": "指標", "B1": "R3実績", "C1": "R4実績", "A2": "世帯数(世帯)", "B2": 100}, ["B2:C2"])
    reading = read(data)
    assert asked(reading) == {"B2 at": "list.across"}
    assert rows(reading)["世帯数"] == ()
    (question,) = reading.open
    found = [rows(read(data, answered(Told(), question, n)))["世帯数"] for n in range(3)]
    assert found == [("actual 100 FY2021 B2",), ("actual 100 FY2022 B2",), ()]
    assert not read(data, answered(Told(), question, 2)).open


def test_a_name_alone_is_asked_and_a_note_is_no_heading() -> None:
    data = book("表", {
        "A1": "指標", "B1": "現状値(R5)", "A2": "登録者数", "A3": "会員数", "B3": "3人", "A4": "(注)県調べ", "A5": "満足度", "B5": "70%",
        "A6": "【くらし】", "A7": "件数", "B7": "8件",
    })  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"A2 row": "list.alone"}
    after = read(data, answered(Told(), reading.open[0], 1))
    assert not after.open
    assert [(one.name, one.field) for one in after.indicators] == [
        ("登録者数", ""), ("会員数", ""), ("満足度", ""), ("件数", "【くらし】"),
    ]  # fmt: skip


def test_a_remark_that_speaks_of_a_provisional_value_is_asked() -> None:
    data = book("表", {"A1": "指標", "B1": "R4実績", "C1": "R5実績", "D1": "備考", "A2": "利用率(%)", "B2": 40, "C2": 41, "D2": "※R5は速報値"})  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"D2 release": "list.remark"}  # asked once, also where it begins as a footnote does
    assert [f.open for f in reading.indicators[0].figures] == [False, True]
    after = [read(data, answered(Told(), reading.open[0], n)) for n in range(2)]
    assert [one.indicators[0].figures[1].release for one in after] == ["provisional", "final"]
    assert not after[0].open
    assert not any(f.open for one in after for f in one.indicators[0].figures)


@pytest.mark.parametrize(("written", "unit"), [
    ("12/40市町村", "市町村"), ("45.2→46.1", ""), ("12億3,000万円", "億円"), ("3年ごと", ""), ("1,200人", "人"),
])  # fmt: skip
def test_what_is_no_unit_is_not_taken_for_one(written: str, unit: str) -> None:
    data = book(
        "表", {"A1": "指標", "B1": "実績値(R5)", "C1": "目標値(R8)", "A2": "数", "B2": written, "C2": f"15{unit}"}
    )
    assert read(data).indicators[0].unit == unit


def test_pairs_of_names_and_values_side_by_side_are_two_tables() -> None:
    data = book("表", {"A1": "KPI", "B1": "実績", "C1": "KPI", "D1": "実績", "A2": "利用率", "B2": "40%(R5)", "C2": "会員数", "D2": "8人(R5)"})  # fmt: skip
    reading = read(data)
    assert not reading.open
    assert rows(reading) == {"利用率": ("actual 40 FY2023 B2",), "会員数": ("actual 8 FY2023 D2",)}
    assert [one.unit for one in reading.indicators] == ["%", "人"]


def test_years_alone_beside_the_plans_own_values_are_asked_at_once() -> None:
    data = book("表", {"A1": "指標", "B1": "現状値(R5)", "C1": "R6", "D1": "R7", "E1": "目標値(R8)", "A2": "利用率(%)", "B2": 40, "C2": 45, "D2": 50, "E2": 55})  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"C1 column": "list.years", "D1 column": "list.years"}
    assert [f.open for f in reading.indicators[0].figures] == [False, True, True, False]
    told = Told()
    for question in reading.open:
        told = answered(told, question, 1)
    assert rows(read(data, told))["利用率"][1:3] == ("milestone 45 FY2024 C2", "milestone 50 FY2025 D2")


def test_a_base_year_in_a_heading_has_values_and_the_last_year_is_the_targets() -> None:
    data = book("表", {"A1": "指標", "B1": "基準年度(R2)", "C1": "R5実績", "D1": "最終年度(R6)", "A2": "利用率(%)", "B2": 40, "C2": 44, "D2": 50})  # fmt: skip
    reading = read(data)
    assert not reading.open
    assert rows(reading)["利用率"] == ("baseline 40 FY2020 B2", "actual 44 FY2023 C2", "target 50 FY2024 D2")


@pytest.mark.parametrize("written", ["R4:100人 R5:120人", "R4 100人、R5 120人", "令和4年度 100人\n令和5年度 120人"])
def test_each_value_of_a_cell_has_the_year_before_it(written: str) -> None:
    data = book("表", {"A1": "指標", "B1": "実績値", "C1": "目標値(R8)", "A2": "会員", "B2": written, "C2": "200人"})
    reading = read(data)
    assert not reading.open
    assert rows(reading)["会員"] == ("actual 100 FY2022 B2", "actual 120 FY2023 B2", "target 200 FY2026 C2")


def test_a_footnote_of_provisional_values_is_asked_of_those_that_bear_its_mark_or_are_of_its_year() -> None:
    cells = {"A1": "指標", "B1": "R4実績", "C1": "R5実績", "A2": "利用率(%)", "B2": "42※1", "C2": "43.5 ※2", "A3": "会員(人)", "B3": 7, "C3": 8}  # fmt: skip
    marked = book("表", {**cells, "A4": "※1 調査方法を変更", "A5": "※2 速報値"})
    reading = read(marked)
    assert asked(reading) == {"A5 release": "list.footnote"}
    assert {f.cell for one in reading.indicators for f in one.figures if f.open} == {"C2"}
    after = read(marked, answered(Told(), reading.open[0], 0))
    assert not after.open
    assert [f.release for f in after.indicators[0].figures] == ["final", "provisional"]
    of_year = read(book("表", {**cells, "C2": 43.5, "A4": "※令和5年度は速報値です。"}))
    assert {f.cell for one in of_year.indicators for f in one.figures if f.open} == {"C2", "C3"}
