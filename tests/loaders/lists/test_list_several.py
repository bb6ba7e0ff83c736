# ruff: noqa: E501 (cells read as rows of a sheet)
"""Several values in one cell, parts in a column of their own, and tables that are turned."""

from __future__ import annotations

import pytest

from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book


@pytest.mark.parametrize(("written", "choices"), [
    ("52.1% / 48.3%", ["「52.1%」を取り込む", "「48.3%」を取り込む"]),
    ("12校・8校", ["「12校」を取り込む", "「8校」を取り込む"]),
    ("小規模 15.3%／中規模 34.2%", ["「小規模 15.3%」を取り込む", "「中規模 34.2%」を取り込む"]),
    ("30%／50%(R4)", ["「30%」(令和4年度(2022年度))を取り込む", "「50%」(令和4年度(2022年度))を取り込む"]),
])  # fmt: skip
def test_each_of_two_values_is_offered(written: str, choices: list[str]) -> None:
    data = book("表", {"A1": "指標", "B1": "R5実績", "A2": "利用", "B2": written})
    (question,) = read(data).open
    assert [c.label for c in question.choices] == [*choices, "取り込まない"]
    after = read(data, answered(Told(), question, 1))
    assert [f.value for f in after.indicators[0].figures] == [question.choices[1].changes["value"]]


def test_a_rate_of_something_is_one_value() -> None:
    data = book("表", {"A1": "指標", "B1": "R5実績", "A2": "端末", "B2": "6.1人/台"})
    assert rows(read(data)) == {"端末": ("actual 6.1 FY2023 B2",)}


def test_parts_in_a_column_of_their_own() -> None:
    data = book("表", {
        "A1": "指標名", "B1": "内訳", "C1": "単位", "D1": "R5実績", "A2": "延べ宿泊者数", "B2": "国内", "C2": "万人", "D2": 60,
        "B3": "海外", "C3": "万人", "D3": 20, "B4": "計", "C4": "万人", "D4": 80,
    }, ["A2:A4"])  # fmt: skip
    reading = read(data)
    assert rows(reading) == {
        "延べ宿泊者数(国内)": ("actual 60 FY2023 D2",),
        "延べ宿泊者数(海外)": ("actual 20 FY2023 D3",),
    }
    assert asked(reading) == {"B4 row": "list.total"}


def test_a_column_that_has_parts_is_told_where_a_row_is_asked_about() -> None:
    data = book("表", {
        "A1": "指標名", "B1": "対象の別", "C1": "R5実績", "A2": "宿泊者数", "B2": "国内", "C2": "60人", "B3": "海外", "C3": "20人",
    }, ["A2:A3"])  # fmt: skip
    reading = read(data)
    assert asked(reading) == {"B3 row": "list.line"}
    (question,) = reading.open
    assert question.choices[-1].label == "列Bは指標名の内訳"
    after = read(data, answered(Told(), question, len(question.choices) - 1))
    assert not after.open
    assert list(rows(after)) == ["宿泊者数(国内)", "宿泊者数(海外)"]


def test_a_day_written_with_points_is_a_day() -> None:
    data = book("表", {"A1": "指標", "B1": "実績値", "A2": "地区", "B2": "8地区(2023.3.31)"})
    assert rows(read(data)) == {"地区": ("actual 8 2023-03-31 B2",)}
