"""Whether a cell's formula takes its value from outside its own workbook."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping

_STRING = re.compile(r'"(?:[^"]|"")*"')
_QUOTED = re.compile(r"'((?:[^']|'')*)'!")
#: What no sheet's name may hold; a quoted name with one of these is a file's, with or without its folder.
_OF_A_FILE = re.compile(r"[\[\]\\/:?*]|\.(?:xl[a-z]{1,3}|ods|csv)$", re.IGNORECASE)
#: [1]Sheet1!A1, [1]!テーブル1[件数], [x.xlsx]S!A1. Behind a name a bracket is a column; [0] is this book.
_BOOK = re.compile(r"(?<![\w.\]\[])\[(?!0\])[^\[\]]+\][^\s()\[\]{}'\"!,;+\-*/^&=<>%]*!")
_LINK = re.compile(r"https?://|\\\\\w|\.xl[a-z]{1,2}!", re.IGNORECASE)
#: app|topic!item, Excel's link to another program.
_DDE = re.compile(r"[\w.]\|(?:'[^']*'|[^\s!()'\"]+)!")
_FETCHED = re.compile(
    r"(?<![\w.])(?:_xl\w+\.)*(?:WEBSERVICE|RTD|STOCKHISTORY|CUBE[A-Z]+|SQL\.REQUEST)\(", re.IGNORECASE
)
_INDIRECT = re.compile(r"(?<![\w.])INDIRECT\(", re.IGNORECASE)


def refers_outside(formula: str) -> bool:
    """Whether a formula names another file, a link or another program. A table's column (テーブル1[件数]) is none."""
    bare = _STRING.sub('""', formula)
    if any(pattern.search(bare) for pattern in (_BOOK, _LINK, _DDE, _FETCHED)):
        return True
    if any(_OF_A_FILE.search(name) for name in _QUOTED.findall(bare)):
        return True
    texts = " ".join(_STRING.findall(formula))
    return bool(_INDIRECT.search(bare)) and bool(re.search(r"\[[^\]]*\]|https?://", texts))


_REFERENCE_LOST = re.compile(r"#REF!", re.IGNORECASE)
_ARITHMETIC = re.compile(r"=[\d.+\-*/() ]{1,200}")


def contradicts(formula: str, result: object) -> bool:
    """Whether a stored result cannot be what the formula gives: a reference is gone, or plain arithmetic says else."""
    if _REFERENCE_LOST.search(formula):
        return True
    if not _ARITHMETIC.fullmatch(formula) or not isinstance(result, float):
        return False
    worked_out = _reckon(formula[1:])
    return worked_out is not None and abs(worked_out - result) > 1e-9 * max(1.0, abs(worked_out), abs(result))


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
