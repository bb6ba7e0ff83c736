"""A value of another size than those beside it is asked about, and a value's release is what was chosen."""

from __future__ import annotations

import pytest

from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read, rows
from tests.loaders.lists.sheets import book


def row(*values: object, unit: str = "枚") -> bytes:
    heads = {"A1": "指標", "B1": "単位", "C1": "R4実績", "D1": "R5実績", "E1": "R6実績", "F1": "目標値(R8)"}
    return book("表", {**heads, "A2": "紙", "B2": unit, **dict(zip(("C2", "D2", "E2", "F2"), values, strict=False))})


@pytest.mark.parametrize(("values", "cell", "choices"), [
    ((48_200_000, "12,345"), "D2", ["123,450,000枚の誤り", "12,345枚で正しい", "取り込まない"]),
    ((48_200_000, 47_000_000, 46_000, 40_000_000), "E2", ["46,000,000枚の誤り", "46,000枚で正しい", "取り込まない"]),
    ((12_000, 12_300_000, 12_100, 11_000), "D2", ["12,300枚の誤り", "12,300,000枚で正しい", "取り込まない"]),
    ((12_000, 800_000, 12_100, 11_000), "D2", ["8,000枚の誤り", "800,000枚で正しい", "取り込まない"]),
])  # fmt: skip
def test_a_value_of_another_size_is_asked(values: tuple[object, ...], cell: str, choices: list[str]) -> None:
    reading = read(row(*values))
    assert asked(reading) == {f"{cell} value": "list.size"}
    assert {f.cell for f in reading.indicators[0].figures if f.open} == {cell}
    (question,) = reading.open
    assert [c.label for c in question.choices] == choices
    for choice in range(2):
        after = read(row(*values), answered(Told(), question, choice))
        assert not after.open
        assert not any(f.open for f in after.indicators[0].figures)


def test_values_that_grow_are_not_asked() -> None:
    assert not read(row(10, 40, 0, 300)).open


def test_a_release_that_is_chosen_is_kept() -> None:
    data = row(560, "600p", 610, unit="人")
    (question,) = read(data).open
    after = read(data, answered(Told(), question, 0))
    assert [f.release for f in after.indicators[0].figures] == ["final", "provisional", "final"]


def test_a_zero_that_is_chosen_is_taken() -> None:
    data = row(5, "約0件", 4, unit="件")
    (question,) = read(data).open
    assert "actual 0 FY2023 D2" in rows(read(data, answered(Told(), question, 1)))["紙"]


def test_tens_of_thousands_within_a_figure_of_hundreds_of_millions_have_one_reading() -> None:
    (question,) = read(row("1億2,000万円", unit="億円")).open
    assert [c.label for c in question.choices] == ["1.2億円として取り込む", "取り込まない"]
