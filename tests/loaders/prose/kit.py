"""Forms with the sheet of sentences: filled in, hurt and read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.writing.writer import write_form
from loaders.services.batch_reading import read_book
from loaders.workbook.cells import open_book
from tests import hurt
from tests.campaign.forms import Here
from tests.factory import (
    POLICY,
    ROUND,
    tiny_answers,
    tiny_brief,
)

CONTACT = {"section": "DX推進課", "person": "青森 花子", "contact": "dx@pref.example.jp"}
PROSE = {"analysis": "支援機関が増えた。", "actions": "説明会を続ける。", "evidence": "令和6年度実績調べ 第3表"}
Key = tuple[str, str]


def answers() -> dict[str, dict[str, object]]:
    """Sound answers with texts that differ from indicator to indicator."""
    said = {i: values | CONTACT for i, values in tiny_answers().items()}
    for number, indicator_id in enumerate(said, start=1):
        said[indicator_id] |= {key: f"{text}({number}番目)" for key, text in PROSE.items()}
    return said


@cache
def form(department: str = POLICY) -> bytes:
    return write_form(tiny_brief(), ROUND, department, answers=answers())


def read(data: bytes, round_id: str = "", department_id: str = "") -> Reading:
    """All that a child process does with a file, here."""
    book = open_book(data, "回答.xlsx", pool=Here())  # type: ignore[arg-type]
    return read_book(book, tiny_brief(), round_id=round_id, department_id=department_id)


def values(reading: Reading) -> dict[Key, object]:
    return {(a.subject_id, k): e.value for a in reading.answers for k, e in a.entries.items() if e.value is not None}


def open_codes(reading: Reading) -> set[str]:
    return {i.code for i in reading.issues if i.severity is not Severity.NOTE}


def found(reading: Reading, code: str) -> list[Issue]:
    return [i for i in reading.issues if i.code == code]


def on_prose(change: Callable[[Worksheet], object], data: bytes | None = None) -> bytes:
    return hurt.edit(data or form(), lambda book: change(hurt.prose(book)))


def row_of(sheet: Worksheet, key: str, number: str) -> int:
    """The line of a number and a heading, as a person finds it."""
    heading = ln.COVERS_HEADING if key == ln.COVERS else d.heading_words(d.column(key))
    return next(
        r for r in range(ln.FIRST_ROW, sheet.max_row + 1)
        if sheet.cell(r, ln.NUMBER).value == number and str(sheet.cell(r, ln.PART).value).split("\n")[0] == heading
    )  # fmt: skip


def write(sheet: Worksheet, number: str, **said: str | None) -> None:
    for key, text in said.items():
        sheet.cell(row_of(sheet, key, number), ln.TEXT).value = text
