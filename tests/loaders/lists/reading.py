"""What the tests of lists share: a typed sheet read with what a person has said of it."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.issue import Issue
from loaders.lists.list_answers import answer
from loaders.lists.list_indicator import ListedFigure, ListedIndicator
from loaders.lists.list_layout import Layout, Told
from loaders.lists.list_reading import ListReading, read_list
from loaders.workbook.cells import Book, open_book


def sheet_of(data: bytes) -> Book:
    found = open_book(data, "一覧.xlsx")
    assert isinstance(found, Book)
    return found


def read(data: bytes, told: Told | None = None, layout: Layout | None = None) -> ListReading:
    return read_list(sheet_of(data).sheets[0], told, layout)


def rows(reading: ListReading) -> dict[str, tuple[str, ...]]:
    """By indicator each figure as 「role value period cell」, a text for a value where words say it."""
    return {one.name: told(one) for one in reading.indicators}


def told(one: ListedIndicator) -> tuple[str, ...]:
    def said(f: ListedFigure) -> str:
        return f.words or (f"{f.value:g}" if f.value is not None else "?")

    return tuple(f"{f.role} {said(f)} {f.period.code if f.period else '-'} {f.cell}" for f in one.figures)


def asked(reading: ListReading) -> dict[str, str]:
    """What is asked, by cell and key."""
    return {f"{i.cell} {i.key}": i.code for i in reading.open}


def answered(told: Told, issue: Issue, choice: int) -> Told:
    """What a person has said with one more question answered, as the screen puts it."""
    changes: Mapping[str, float | str | None] = issue.choices[choice].changes
    return answer(told, issue, changes)
