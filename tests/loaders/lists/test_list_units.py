"""The unit of an indicator comes from where it is told for all its values; a stray cell is asked about."""

from __future__ import annotations

import pytest

from loaders.lists.list_cells import unit_in
from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book

HEADS = {"B1": "R4実績", "C1": "R5実績", "D1": "目標値(R8)"}


def one(name: str, *values: object, heading: str = "指標") -> bytes:
    return book("表", {"A1": heading, "A2": name, **HEADS, **dict(zip(("B2", "C2", "D2"), values, strict=False))})


@pytest.mark.parametrize(("name", "heading", "told"), [
    ("紙使用量（千枚）", "指標", ("紙使用量", "千枚")),
    ("訪問者数(百万人)", "指標", ("訪問者数", "百万人")),
    ("登録数(単位：組)", "指標", ("登録数", "組")),
    ("時間外勤務(時間/人・月)", "KPI(単位)", ("時間外勤務", "時間/人・月")),
    ("修了者(累計)", "KPI(単位)", ("修了者(累計)", "")),
])  # fmt: skip
def test_a_unit_behind_a_name(name: str, heading: str, told: tuple[str, str]) -> None:
    (found,) = read(one(name, 1050, 900, 800, heading=heading)).indicators
    assert (found.name, found.unit) == told


def test_a_cell_of_another_unit_than_the_names_is_asked() -> None:
    reading = read(one("紙使用量(千枚)", "1,050", "▲5%", 800))
    assert asked(reading) == {"C2 value": "number.unit_wrong"}
    assert rows(reading)["紙使用量"] == ("actual 1050 FY2022 B2", "actual ? FY2023 C2", "target 800 FY2026 D2")


def test_a_unit_of_one_cell_alone_is_asked_and_nothing_is_taken_before() -> None:
    data = one("紙使用量", "105", "▲5%", 80)
    reading = read(data)
    assert asked(reading) == {"A2 unit": "list.units"}
    assert all(f.open for f in reading.indicators[0].figures)
    none = read(data, answered(Told(), reading.open[0], 1))
    assert none.indicators[0].unit == ""
    assert asked(none) == {"C2 value": "number.unit_differs"}
    assert [f.open for f in none.indicators[0].figures] == [False, False, False]
    percent = read(data, answered(Told(), reading.open[0], 0))
    assert percent.indicators[0].unit == "%"
    assert not percent.open


def test_units_that_differ_from_cell_to_cell_are_asked() -> None:
    reading = read(one("利用", "12人", "15件", "20"))
    assert asked(reading)["A2 unit"] == "list.units"
    question = next(i for i in reading.open if i.code == "list.units")
    assert [c.label for c in question.choices] == ["単位は「人」", "単位は「件」", "単位は書かれていない"]


@pytest.mark.parametrize("place", ["A1", "C1"])
def test_a_unit_over_the_table_holds_for_its_values(place: str) -> None:
    data = book(
        "表",
        {place: "(単位：千円)", "A2": "指標", "B2": "R4実績", "C2": "R5実績", "A3": "売上高", "B3": 120, "C3": 130},
    )
    assert [i.unit for i in read(data).indicators] == ["千円"]


def test_two_units_over_a_table_are_none_of_all_its_values() -> None:
    data = book("表", {"A1": "(単位：％、件)", "A2": "指標", "B2": "R5実績", "A3": "売上高", "B3": 120})
    assert [i.unit for i in read(data).indicators] == [""]


def test_units_in_the_headings_of_all_values() -> None:
    data = book("表", {"A1": "指標", "B1": "R4実績(件)", "C1": "R5実績(件)", "A2": "相談", "B2": 120, "C2": 130})
    assert [i.unit for i in read(data).indicators] == ["件"]


@pytest.mark.parametrize(("written", "unit"), [
    ("12校・8校", "校"), ("6.1人/台", "人/台"), ("3~5件", "件"), ("3.2点/5点", "点"), ("12/40市町村", ""),
])  # fmt: skip
def test_the_unit_of_a_cell(written: str, unit: str) -> None:
    assert unit_in(written) == unit


def test_a_mark_of_revision_is_no_unit() -> None:
    reading = read(one("訪問者数", "567", "678 r", "890"))
    assert reading.indicators[0].unit == ""
    assert asked(reading) == {"C2 value": "number.revised_mark"}
