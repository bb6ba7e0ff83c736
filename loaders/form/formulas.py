"""What a cell's formula says about its stored result: whether it comes from outside, and whether it can be so."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping

from loaders.cells import Book, Cell, Sheet
from loaders.look import Refused
from loaders.package import place

_STRING = re.compile(r'"(?:[^"]|"")*"')
_QUOTED = re.compile(r"'((?:[^']|''){0,255}+)'!")
#: What no sheet's name may hold; a quoted name with one of these is a file's, with or without its folder.
_OF_A_FILE = re.compile(r"[\[\]\\/:?*]|\.(?:xl[a-z]{1,3}|ods|csv)$", re.IGNORECASE)
#: [1]Sheet1!A1, [1]!テーブル1[件数], [x.xlsx]S!A1. Behind a name a bracket is a column; [0] is this book.
_BOOK = re.compile(r"(?<![\w.\]\[])\[(?!0\])[^\[\]]+\][^\s()\[\]{}'\"!,;+\-*/^&=<>%]*!")
_LINK = re.compile(r"https?://|\\\\\w|\.xl[a-z]{1,2}!", re.IGNORECASE)
#: app|topic!item, Excel's link to another program.
_DDE = re.compile(r"[\w.]\|(?:'[^']*'|[^\s!()'\"]+)!")
#: Excel takes no longer formula; what is longer is nobody's honest work, and patterns would look at it for minutes.
_LONGEST = 8_192
_FETCHED = re.compile(
    r"(?<![\w.])(?:_xl\w+\.)*(?:WEBSERVICE|RTD|STOCKHISTORY|CUBE[A-Z]+|SQL\.REQUEST)\(", re.IGNORECASE
)
_INDIRECT = re.compile(r"(?<![\w.])INDIRECT\(", re.IGNORECASE)


def refers_outside(formula: str) -> bool:
    """Whether a formula names another file, a link or another program. A table's column (テーブル1[件数]) is none."""
    if len(formula) > _LONGEST:
        return True
    bare = _STRING.sub('""', formula)
    if any(pattern.search(bare) for pattern in (_BOOK, _LINK, _DDE, _FETCHED)):
        return True
    if any(_OF_A_FILE.search(name) for name in _QUOTED.findall(bare)):
        return True
    texts = " ".join(_STRING.findall(formula))
    return bool(_INDIRECT.search(bare)) and bool(re.search(r"\[[^\]]*\]|https?://", texts))


_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|''){1,64}+)'|([^\s!'\"()+\-*/^&=<>,;:%{}\[\]$]{1,31}))!)?"
    r"(?<![\w.$])(\$?[A-Z]{1,3}\$?[1-9]\d{0,6})(?::(\$?[A-Z]{1,3}\$?[1-9]\d{0,6}))?(?![\w(!.])"
)
_NAME = re.compile(r"(?<![\w.!'\[])[^\W\d][\w.]*(?![\w.(!'\]])")
#: Letters of formulas and cells that all looks through one workbook pass together. Honest forms need a hundredth.
_MOST = 500_000


class Formulas:
    """The formulas of a workbook: where their results come from, as far as a look through them is worth its time."""

    def __init__(self, book: Book) -> None:
        self._sheets = {sheet.name: sheet for sheet in book.sheets}
        self._names = {name.lower(): f"={told}" for name, told in book.names.items()}
        self._left = _MOST

    def from_outside(self, sheet: Sheet, formula: str) -> bool:
        """Whether a formula of that sheet takes anything from outside its workbook, through whatever cells and names.

        Where finding out takes too long it may, and is said to.
        """
        seen: set[tuple[str, str]] = set()
        waiting = [(sheet, formula)]
        while waiting:
            where, told = waiting.pop()
            if (where.name, told) in seen:
                continue
            seen.add((where.name, told))
            self._left -= len(told)
            if self._left < 0 or refers_outside(told):
                return True
            bare = _STRING.sub('""', told)
            waiting += ((where, self._names[n.lower()]) for n in _NAME.findall(bare) if n.lower() in self._names)
            waiting += ((there, cell.formula) for there, cell in self._cells(where, bare) if cell.formula)
        return False

    def contradicts(self, sheet: Sheet, formula: str, result: object) -> bool:
        """Whether a stored result cannot be what the formula gives: a reference is gone, or plain arithmetic says else.

        Arithmetic is + - * / of figures, of cells that hold some, and of their sums; of any other formula nothing is
        said.
        """
        if _REFERENCE_LOST.search(formula):
            return True
        if not isinstance(result, float) or len(formula) > _LONGEST or _STRING.search(formula):
            return False
        try:
            figures = _SUM.sub(lambda found: self._summed(sheet, found[1]), formula[1:])
            figures = _REFERENCE.sub(lambda found: self._figure(sheet, found[0]), figures)
        except ValueError:
            return False
        if not _ARITHMETIC.fullmatch(figures):
            return False
        worked_out = _reckon(figures)
        return worked_out is not None and abs(worked_out - result) > 1e-9 * max(1.0, abs(worked_out), abs(result))

    def _cells(self, sheet: Sheet, formula: str) -> Iterator[tuple[Sheet, Cell]]:
        """The filled cells that a formula names, each with its sheet; none once too many have been passed."""
        for quoted, plain, first, last in _REFERENCE.findall(formula):
            where = self._sheets.get(quoted.replace("''", "'") or plain) if quoted or plain else sheet
            if where is None or self._left < 0:
                continue
            top, left, bottom, right = _corners(first, last)
            spots = (bottom - top + 1) * (right - left + 1)
            self._left -= min(spots, len(where.cells))
            if spots <= len(where.cells):
                places = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
                yield from ((where, cell) for place in places if (cell := where.at(*place)))
            else:
                held = where.cells.values()
                found = (c for c in held if top <= c.row <= bottom and left <= c.column <= right)
                yield from ((where, cell) for cell in found)

    def _figure(self, sheet: Sheet, reference: str) -> str:
        """The figure in the one cell named; an empty one is none, for it may have been emptied after it was counted."""
        found = [cell for _, cell in self._cells(sheet, reference)]
        if ":" in reference or len(found) != 1 or found[0].kind != "number":
            raise ValueError(reference)
        return f"({found[0].value!r})"

    def _summed(self, sheet: Sheet, references: str) -> str:
        """The sum of the cells named, as SUM makes it: words in them count nothing, an error is no sum."""
        total, counted = 0.0, 0
        for part in references.split(","):
            if not _REFERENCE.fullmatch(part.strip()):
                raise ValueError(references)
            for _, cell in self._cells(sheet, part.strip()):
                if cell.kind in ("error", "uncached"):
                    raise ValueError(references)
                if cell.kind == "number" and isinstance(cell.value, float):
                    total, counted = total + cell.value, counted + 1
        if not counted or self._left < 0:
            raise ValueError(references)
        return f"({total!r})"


def _corners(first: str, last: str) -> tuple[int, int, int, int]:
    try:
        (row, column), (other_row, other_column) = place(first), place(last or first)
    except Refused:  # beyond any sheet's last column: a name that looks like a place
        return 0, 0, 0, 0
    return min(row, other_row), min(column, other_column), max(row, other_row), max(column, other_column)


_REFERENCE_LOST = re.compile(r"#REF!", re.IGNORECASE)
_ARITHMETIC = re.compile(r"[\d.+\-*/() e]{1,400}")
_SUM = re.compile(r"(?<![\w.])SUM\(([^()]*)\)", re.IGNORECASE)


def _reckon(text: str) -> float | None:
    """The value of figures joined by + - * / and brackets; None where it is nothing else, or nothing at all."""
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        return _value(node.operand) * (-1 if isinstance(node.op, ast.USub) else 1)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(ast.dump(node))


_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
