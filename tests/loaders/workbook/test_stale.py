"""A formula's stored result is asked about where the workbook says that it may be out of date, and only there."""

from __future__ import annotations

import re
from functools import cache

import pytest

from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders.form import definition as d
from loaders.services.batch_reading import read_return
from loaders.workbook.cells import Book, open_book
from tests import hurt
from tests import raw_books as raw
from tests.factory import COUNT, TRADE, filled_form, tiny_brief

CELL = '<row r="1"><c r="A1"><f>{}</f><v>437</v></c><c r="B1"><v>5</v></c></row>'


def stale(calculation: str, formula: str = "400+55") -> tuple[bool, bool]:
    """Whether the formula in A1 and the figure in B1 may be out of date."""
    made = raw.parts(raw.sheet_xml(CELL.format(formula)))
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace("</workbook>", f"{calculation}</workbook>")
    book = open_book(raw.packed(made), "a.xlsx")
    assert isinstance(book, Book), book
    return book.sheets[0].cells[1, 1].stale, book.sheets[0].cells[1, 2].stale


@pytest.mark.parametrize("calculation", ['calcMode="manual"', 'calcMode="manual" calcOnSave="0"', 'calcCompleted="0"'])
def test_formulas_of_a_workbook_by_hand_or_half_calculated_may_be_out_of_date(calculation: str) -> None:
    assert stale(f"<calcPr {calculation}/>") == (True, False)


@pytest.mark.parametrize(
    "calculation",
    [
        "",
        "<calcPr/>",
        '<calcPr calcMode="auto" calcCompleted="1"/>',
        '<calcPr calcMode="autoNoTable"/>',
        '<calcPr calcId="124519" fullCalcOnLoad="1"/>',
        '<calcPr calcOnSave="0" iterate="1" fullPrecision="0" forceFullCalc="1"/>',
    ],
)
def test_other_ways_of_calculating_are_no_doubt(calculation: str) -> None:
    for formula in ("400+37", "TODAY()", "INDIRECT(B1)", "OFFSET(B1,0,0)"):
        assert stale(calculation, formula) == (False, False)


@cache
def sound() -> bytes:
    return filled_form(department=TRADE)


def by_hand(formulas: dict[str, tuple[str, str]], mode: str = ' calcMode="manual" calcOnSave="0"') -> Reading:
    """A sound form calculated by hand with formulas and their stored results in columns of the first row."""
    parts = {name: body.decode("utf-8", "surrogateescape") for name, body in raw.unpacked(sound()).items()}
    places: dict[str, str] = {}
    hurt.edit(
        sound(), lambda book: places.update({k: hurt.cell(hurt.form(book), COUNT, k).coordinate for k in formulas})
    )
    for key, (formula, result) in formulas.items():
        part = f"xl/worksheets/sheet{2 if d.column(key).stands == 'figures' else 3}.xml"  # the guide stands before them
        sort = "" if re.fullmatch(r"[\d.]+", result) else ' t="str"'
        cell = f'<c r="{places[key]}"{sort}><f>{formula}</f><v>{result}</v></c>'
        parts[part] = re.sub(rf'<c r="{places[key]}"[^>]*?(?:/>|>.*?</c>)', cell, parts[part], flags=re.DOTALL)
    parts["xl/workbook.xml"] = re.sub(r"<calcPr[^>]*/>", f"<calcPr{mode}/>", parts["xl/workbook.xml"])
    data = raw.packed({name: body.encode("utf-8", "surrogateescape") for name, body in parts.items()})
    return read_return(data, "回答.xlsx", tiny_brief())


def asked(reading: Reading) -> list[Issue]:
    quiet = {(i.code, i.key) for i in read_return(sound(), "回答.xlsx", tiny_brief()).issues}
    return [i for i in reading.issues if i.severity is not Severity.NOTE and (i.code, i.key) not in quiet]


def value(reading: Reading, key: str) -> object:
    return next(a for a in reading.answers if a.subject_id == COUNT).entries[key].value


def test_a_result_under_manual_calculation_is_asked_with_the_result_as_a_choice() -> None:
    reading = by_hand({"value": ("400+1055", "1405")})
    (issue,) = asked(reading)
    assert (issue.code, issue.key, value(reading, "value")) == ("formula.stale", "value", None)
    assert [choice.changes for choice in issue.choices] == [{"value": 1405.0}]
    assert "1405" in issue.message


def test_periods_choices_and_explanations_by_formula_are_asked_too() -> None:
    reading = by_hand(
        {"period": ('"令和6年度"', "令和6年度"), "release": ('"確定"', "確定"), "analysis": ("A1", "増えた")}
    )
    assert {i.key: [c.changes[i.key] for c in i.choices] for i in asked(reading)} == {
        "period": ["FY2024"],
        "release": ["final"],
        "analysis": ["増えた"],
    }


def test_plain_figures_by_hand_and_formulas_that_calculate_are_taken() -> None:
    assert asked(by_hand({})) == []
    for mode in ("", ' calcMode="auto"', ' fullCalcOnLoad="1"'):
        reading = by_hand({"value": ("1400+5", "1405")}, mode)
        assert asked(reading) == []
        assert value(reading, "value") == 1405.0


def test_a_formula_that_is_also_of_another_file_is_asked_once() -> None:
    (issue,) = asked(by_hand({"value": ("[1]表!A1", "1405")}))
    assert issue.code == "formula.external"
