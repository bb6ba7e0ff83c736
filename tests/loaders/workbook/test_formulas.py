"""Formulas that take a value from outside their workbook, and those that only look so."""

from __future__ import annotations

import time

import pytest

from loaders.form.reading.understanding.formulas import _MOST, Formulas, refers_outside
from loaders.workbook.cells import Book, Cell, Sheet


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(テーブル1[件数])",
        "テーブル1[[#This Row],[件数]]",
        "[@件数]*2",
        "T[[#Data],[a]:[b]]*Sheet2!A1",
        "SUM(T[件数],Sheet1!B2)",
        "Sheet2!A1+T[件数]",
        "[0]!名前",
        "'内 訳'!A1",
        "'R6.xls集計'!A1",
        "T['#件数]",
        'IF(A1="[x.xlsx]S!A1",1,2)',
        '"https://example.jp/"&A1',
    ],
)
def test_what_lies_in_the_workbook_is_within(formula: str) -> None:
    assert not refers_outside(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "[1]Sheet1!$A$1",
        "SUM([1]!テーブル1[件数])",
        "SUM(A1,[2]S!A1)",
        "SUM(A1,[x.xlsx]S!A1)",
        "T[件数]+[1]S!A1",
        "[1]Sheet1:Sheet3!A1",
        "IF(TRUE,[1]!名前,0)",
        "'[x.xlsx]S'!A1",
        "'C:\\d\\[x.xlsx]S'!A1",
        "'C:\\d\\x.xlsx'!名前",
        "'x.xlsx'!T[a]",
        "x.xlsx!名前",
        "'http://a/[x.xlsx]S'!A1",
        "Excel|Sheet1!R1C1",
        "app|'topic'!item",
        'WEBSERVICE("http://a")',
        'INDIRECT("[x.xlsx]S!A1")',
    ],
)
def test_another_file_a_link_and_another_program_are_outside(formula: str) -> None:
    assert refers_outside(formula)


def _book(*, as_shown: bool = False) -> Book:
    def sheet(name: str, *cells: Cell) -> Sheet:
        return Sheet(name, {(cell.row, cell.column): cell for cell in cells})

    return Book(
        "xlsx",
        "",
        (
            sheet(
                "表",
                Cell(1, 1, "number", 4.0),
                Cell(2, 1, "text", "別表"),
                Cell(3, 1, "number", 437.0, formula="=[2]集計!B2"),
                Cell(4, 1, "number", 437.0, formula="='集 計'!B2"),
            ),
            sheet("集 計", Cell(2, 2, "number", 437.0, formula="=表!A3"), Cell(3, 2, "number", 12.0)),
            sheet("SheetA", Cell(2, 2, "number", 437.0, formula="=内訳!C1"), Cell(1, 4, "number", 5.0)),
            sheet("内訳", Cell(1, 3, "number", 437.0, formula="=[1]集計!B2"), Cell(9, 9, "number", 1.0)),
        ),
        names=(
            ("件数", "[1]表!$A$1"),
            ("率", "表!$A$1"),
            ("範囲", "内訳!$A:$C"),
            ("率", "SheetA!$D$1"),
            ("数?", "[1]S!A1"),
        ),
        as_shown=as_shown,
    )


@pytest.mark.parametrize(
    ("formula", "result", "odd"),
    [
        ("=400+37", 437.0, False),
        ("=400+55", 437.0, True),
        ("=(1+2)*3/4", 2.25, False),
        ("=-3--5", 2.0, False),
        ("=1/3", 0.333333333333333, False),
        ("=1000*2", 4512.5, True),
        ("=#REF!*1+4512.5", 4512.5, True),
        ("=A1+1", 5.0, False),
        ("=A1+1", 6.0, True),
        ("=$A$1", 4.0, False),
        ("=$A$1", 437.0, True),
        ("='集 計'!B3/A1*100", 300.0, False),
        ("='集 計'!B3/A1*100", 30.0, True),
        ("=SUM(A1:A4)", 878.0, False),
        ("=SUM(A1:A4,'集 計'!B3)/2", 441.0, True),
        ("=Z99+4", 437.0, False),
        ("=SUM(Z90:Z99)", 437.0, False),
        ("=A2*1", 4.0, False),
        ("=AVERAGE(A1:A3)", 4.0, False),
        ("=ROUND(A1,1)", 5.0, False),
        ("=1/0", 3.0, False),
        ("=9**9**9", 3.0, False),
        ("=XFE1+4", 4.0, False),
    ],
)
def test_a_stored_result_that_plain_arithmetic_does_not_give_is_told_apart(formula, result, odd):
    book = _book()
    assert Formulas(book).contradicts(book.sheets[0], formula, result) is odd


@pytest.mark.parametrize(
    ("formula", "outside"),
    [
        ("=A3", True),
        ("=A4*1", True),
        ("=SUM(A1:A4)", True),
        ("=SUM(件数)", True),
        ("=件数/A1", True),
        ("=A1", False),
        ("=率*100", False),
        ('="件数"&A1', False),
        ("='集 計'!B3", False),
        ("=A2:A1", False),
        ("=SUM(A:A)", True),
        ("=SUM(2:3)", True),
        ("=SUM(1:2)", False),
        ("=SUM(B:D)", False),
        ("=INDEX(内訳!C:C,1)", True),
        ("=VLOOKUP(A2,内訳!$A:$D,2,FALSE)", True),
        ("=SUM(範囲)", True),
        ("=SUM(表:内訳!C1)", True),
        ("=SUM(表:SheetA!D1)", False),
        ("=sheeta!B2", True),
        ("=数?+1", True),
        ("=内訳!件数", True),
        ("=OFFSET(A1,2,0)", True),
        ("=SUM(表1[件数])", True),
        ('=DDE("soffice";"a";"b")', True),
    ],
)
def test_a_value_from_another_file_is_followed_through_cells_and_names(formula, outside):
    book = _book()
    assert Formulas(book).from_outside(book.sheets[0], formula) is outside


def _steps(cells: dict[tuple[int, int], Cell], asked: str) -> tuple[bool, int]:
    formulas = Formulas(Book("xlsx", "", (Sheet("表", cells),)))
    return formulas.from_outside(formulas._book.sheets[0], asked), _MOST - formulas._left


def test_a_workbook_that_takes_nothing_from_outside_costs_one_look_however_its_formulas_are_nested():
    """Two thousand look-ups in one table of eighteen thousand cells."""
    table = {(r, c): Cell(r, c, "number", 1.0) for r in range(1, 3_001) for c in range(3, 9)}
    looks = {(r, 2): Cell(r, 2, "number", 1.0, formula=f"=VLOOKUP(A{r},C1:H3000,6,FALSE)") for r in range(1, 2_001)}
    outside, steps = _steps(table | looks, "=SUM(B1:B2000)")
    assert not outside
    assert steps < 10_000


def test_a_look_through_endless_formulas_ends_and_then_trusts_none():
    """Each cell sums the whole sheet, and one of them is outside: four hundred million cells, looked at one by one."""
    cells = {(row, 1): Cell(row, 1, "number", 1.0, formula=f"=SUM(B{row}:XFD{row + 1})") for row in range(1, 20_001)}
    cells[20_001, 2] = Cell(20_001, 2, "number", 1.0, formula="=[1]表!A1")
    chained = {(row, 2): Cell(row, 2, "number", 1.0, formula=f"=A{row + 1}") for row in range(1, 20_001)}
    outside, steps = _steps(cells | chained, "=A1")
    assert outside
    assert steps < 3 * _MOST


def test_a_workbook_that_calculates_with_what_it_shows_contradicts_nothing():
    book = _book(as_shown=True)
    assert not Formulas(book).contradicts(book.sheets[0], "=A1/3", 1.0)


@pytest.mark.parametrize("piece", ["'", "''!", "a'", "[", "A1", "a.", "(A1)", '"', "|!", "1e"])
def test_a_formula_longer_than_excel_takes_is_trusted_by_nobody_and_a_long_one_costs_what_its_length_does(piece):
    def cost(length: int) -> float:
        book, told = _book(), "=" + piece * (length // len(piece))
        begun = time.process_time()
        Formulas(book).from_outside(book.sheets[0], told)
        Formulas(book).contradicts(book.sheets[0], told, 1.0)
        return time.process_time() - begun

    book = _book()
    assert Formulas(book).from_outside(book.sheets[0], "=" + piece * 9_000)
    assert cost(8_000) < 40 * max(cost(800), 0.002)
