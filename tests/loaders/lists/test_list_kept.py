# ruff: noqa: E501 (cells read as rows of a sheet)
"""What is kept of a reading serves the next year's list, and says nothing of years that it does not know."""

from __future__ import annotations

import pytest

from loaders.lists.columns.list_tables import fits, learned
from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book

FIRST = book("実績", {"A1": "指標", "B1": "単位", "C1": 2022, "D1": 2023, "E1": 2028,
                     "A2": "A指標", "B2": "件", "C2": 1, "D2": 2, "E2": 10})  # fmt: skip
SECOND = book("実績", {"A1": "指標", "B1": "単位", "C1": 2022, "D1": 2023, "E1": 2024, "F1": 2028,
                      "A2": "A指標", "B2": "件", "C2": 1, "D2": 2, "E2": 3, "F2": 10})  # fmt: skip


def test_a_year_that_is_the_target_leaves_the_other_years_what_they_are() -> None:
    told = answered(Told(), read(FIRST).open[0], 0)
    layout = learned(read(FIRST, told).tables, told, "実績")
    after = read(SECOND, None, layout)
    assert fits(read(SECOND).tables, layout)
    assert rows(after)["A指標"] == (
        "actual 1 FY2022 C2", "actual 2 FY2023 D2", "actual 3 FY2024 E2", "target 10 FY2028 F2",
    )  # fmt: skip
    assert not after.open


def test_what_was_asked_and_not_answered_is_asked_again() -> None:
    layout = learned(read(FIRST).tables, Told(), "実績")
    assert asked(read(FIRST, None, layout)) == asked(read(FIRST)) == {"E1 column": "list.column"}


def test_years_that_a_kept_reading_does_not_know_are_asked_again() -> None:
    told = Told(columns={"C": "target", "D": "target", "E": "target"})  # 目標 of each year, the last the plan's
    layout = learned(read(FIRST, told).tables, told, "年度ごとの目標")
    later = book("目標", {"A1": "指標", "B1": "単位", "C1": 2023, "D1": 2026, "E1": 2030, "A2": "A指標", "B2": "件", "C2": 2, "D2": 3, "E2": 10})  # fmt: skip
    after = read(later, None, layout)
    assert asked(after) == {"D1 column": "list.years", "E1 column": "list.column"}
    assert [(f.role, f.open) for f in after.indicators[0].figures] == [
        ("milestone", False), ("actual", True), ("target", True),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [("R7目標", "R10目標"), ("R10目標", "R7目標")])
def test_a_target_and_a_step_of_one_name_are_known_by_their_years(order: tuple[str, str]) -> None:
    data = book("表", {"A1": "指標", "B1": order[0], "C1": order[1], "A2": "利用率(%)", "B2": 50, "C2": 60})
    after = read(data, None, learned(read(data).tables, Told(), "目標"))
    assert {c.heading: c.kind for c in after.tables[0].columns[1:]} == {"R7目標": "milestone", "R10目標": "target"}
