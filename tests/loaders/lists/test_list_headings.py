# ruff: noqa: E501 (cells read as rows of a sheet)
"""Rows that head others: fields, indicators with parts, and the title of the document, which is neither."""

from __future__ import annotations

from loaders.lists.list_layout import Told
from tests.loaders.lists.reading import answered, asked, read
from tests.loaders.lists.sheets import book


def names(data: bytes, told: Told | None = None) -> list[tuple[str, str]]:
    return [(one.field, one.name) for one in read(data, told).indicators]


def test_a_numbered_row_without_values_heads_the_numbered_names_beneath_it() -> None:
    data = book("表", {
        "D1": "（様式３）", "A2": "令和６年度　ＫＰＩ進捗管理表", "A3": "指標", "B3": "R5実績",
        "A4": "１　窓口", "A5": "　①書かない窓口", "B5": "3市町村", "A6": "　②オンライン", "B6": "30%",
        "A7": "２　学び", "A8": "　① 端末", "B8": "3台", "A9": "　②研修", "A10": "　③満足度", "B10": "4点",
    })  # fmt: skip
    assert names(data) == [
        ("１　窓口", "書かない窓口"), ("１　窓口", "オンライン"), ("２　学び", "端末"), ("２　学び", "研修"), ("２　学び", "満足度"),
    ]  # fmt: skip
    assert not read(data).open


def test_the_title_of_the_document_is_no_field() -> None:
    data = book(
        "表",
        {
            "D1": "（様式３）",
            "A2": "令和６年度　ＫＰＩ進捗管理表",
            "A3": "指標",
            "B3": "R5実績",
            "A4": "利用率",
            "B4": "3%",
        },
    )
    assert names(data) == [("", "利用率")]


def test_a_name_without_a_number_above_numbered_ones_is_asked() -> None:
    data = book(
        "表",
        {
            "A1": "指標",
            "B1": "R5実績",
            "A2": "施設の割合",
            "A3": "①観光施設",
            "B3": "46%",
            "A4": "②公共施設",
            "B4": "35%",
        },
    )
    assert names(data) == [("", "施設の割合(観光施設)"), ("", "施設の割合(公共施設)")]
    reading = read(data)
    assert asked(reading) == {"A2 row": "list.parts"}
    assert names(data, answered(Told(), reading.open[0], 0)) == names(data)
    assert names(data, answered(Told(), reading.open[0], 1)) == [("施設の割合", "観光施設"), ("施設の割合", "公共施設")]
    assert not read(data, answered(Told(), reading.open[0], 1)).open


def test_parts_of_parts() -> None:
    data = book("表", {
        "A1": "指標", "B1": "R5実績", "A2": "１　くらし", "A3": "①施設の割合", "A4": "ア 観光施設", "B4": "46%", "A5": "イ 公共施設", "B5": "35%",
        "A6": "②件数", "B6": "3件",
    })  # fmt: skip
    assert names(data) == [
        ("１　くらし", "施設の割合(観光施設)"), ("１　くらし", "施設の割合(公共施設)"), ("１　くらし", "件数"),
    ]  # fmt: skip
