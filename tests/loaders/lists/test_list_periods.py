# ruff: noqa: E501 (cells read as rows of a sheet)
"""Columns of years beside values: each value has the year that is meant for it, and none another's."""

from __future__ import annotations

import pytest

from loaders.lists.list_intake import figure_words
from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book


def across(*headings: str, values: tuple[object, ...]) -> bytes:
    cells: dict[str, object] = {"A1": "指標", "A2": "利用率(%)"}
    for letter, heading, value in zip("BCDEFG", headings, values, strict=False):
        cells |= {f"{letter}1": heading, f"{letter}2": value}
    return book("表", cells)


@pytest.mark.parametrize(("headings", "values", "told"), [
    (("基準年度", "基準値", "目標年度", "目標値", "実績年度", "実績値"), ("R3", 32.1, "R8", 70, "R5", 48.5),
     ("baseline 32.1 FY2021 C2", "target 70 FY2026 E2", "actual 48.5 FY2023 G2")),
    (("基準値", "基準年度", "目標値", "目標年度", "直近値", "直近値の年度"), (32.1, "R3", 70, "R8", 48.5, "R5"),
     ("baseline 32.1 FY2021 B2", "target 70 FY2026 D2", "actual 48.5 FY2023 F2")),
    (("現状年度", "現状値", "目標年", "目標値"), ("R3", 32.1, "R8", 70), ("baseline 32.1 FY2021 C2", "target 70 FY2026 E2")),
    (("基準年度", "基準値", "現状年度", "現状値", "目標年度", "目標値"), ("R3", 32.1, "R5", 48.5, "R8", 70),
     ("baseline 32.1 FY2021 C2", "actual 48.5 FY2023 E2", "target 70 FY2026 G2")),
    (("実績値", "目標値", "達成年度"), (32.1, 70, "R8"), ("actual 32.1 - B2", "target 70 FY2026 C2")),
    (("年度", "現状値", "年度", "目標値"), ("R3", 32.1, "R8", 70), ("baseline 32.1 FY2021 C2", "target 70 FY2026 E2")),
    (("現状値", "年度", "目標値", "年度"), (32.1, "R3", 70, "R8"), ("baseline 32.1 FY2021 B2", "target 70 FY2026 D2")),
])  # fmt: skip
def test_each_value_has_its_own_year(headings: tuple[str, ...], values: tuple[object, ...], told: tuple[str, ...]) -> None:  # fmt: skip
    reading = read(across(*headings, values=values))
    assert set(asked(reading).values()) <= {"list.no_period"}
    assert rows(reading) == {"利用率": told}


def test_a_year_without_its_era_is_asked_and_one_that_is_none_is_asked() -> None:
    data = across("基準年度", "基準値", "目標年度", "目標値", values=("3", 32.1, "早期", 70))
    reading = read(data)
    assert asked(reading) == {"C2 period": "list.era", "D2 period": "list.when"}
    assert [f.open for f in reading.indicators[0].figures] == [True, False]
    after = read(data, answered(Told(cells={"E2": {"period": "FY2026"}}), reading.open[0], 1))
    assert not after.open
    assert rows(after)["利用率"] == ("baseline 32.1 FY2021 C2", "target 70 FY2026 E2")


def test_what_was_read_is_told_with_its_period_and_cell() -> None:
    (one,) = read(across("基準年度", "基準値", "目標値", values=("R3", 32.1, 70))).indicators
    assert [figure_words(f) for f in one.figures] == [
        "現状値(基準): 32.1(令和3年度(2021年度)、C2)", "目標値(最終): 70(時点なし、D2)",
    ]  # fmt: skip
