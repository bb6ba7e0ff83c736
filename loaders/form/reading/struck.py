"""What is struck through or raised in a form's cell: never joined to the rest, never dropped without a word.

A strike over part of a figure is 見え消し, and only the person knows which figure stands; a raised mark behind one is
mostly a footnote's, but may be an exponent. So each is read without the marked part, and as it stands, and asked
wherever the two differ in a way that matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from kpi.collection.workflow import MISSING_WORDS
from kpi.issue import Choice, Issue, Severity
from loaders.form import definition as d
from loaders.text.characters import shortened
from loaders.workbook.cells import Cell

if TYPE_CHECKING:
    from loaders.form.reading.understanding.entries import RowReader

Value = float | str | None

#: A footnote's mark: a small number, a sign, a letter, with 注 or brackets around it; p and r are marks of a release.
_FOOTNOTE = re.compile(
    r"[(（\[［]?\s*(?:(?:注|※|[*＊])?\s*[0-9０-９]{1,2}|[(（]?注[)）]?|[*＊†‡§¶#※]{1,3}|[a-oqs-zａ-ｏｑｓ-ｚ])\s*[)）\]］]?"
)
#: What a raised number makes a power of: exactly 10, something times 10, or a letter (m², km³).
_BASE = re.compile(r"(?:^|[×xX*✕✖・])\s*[1１][0０]$|[A-Za-zａ-ｚＡ-Ｚ㍍㌢㌔㎞㎝㎜]$")
_POWER = re.compile(r"(?:(-?[\d,.]*\d)\s*[×xX*✕✖・]\s*)?10")


def spellings(cell: Cell | None) -> tuple[str, ...]:
    """What a label's cell may say: without what is struck through, without what is raised too, as it stands."""
    if cell is None:
        return ("",)
    if not cell.runs or cell.kind != "text":
        return (cell.written,)
    found = (_text(cell, "raised", ""), _text(cell, ""), cell.written)
    return tuple(dict.fromkeys(text for text in found if text.strip())) or ("",)


def known_spelling(cell: Cell | None, known: Callable[[str], object]) -> str:
    """The first way of reading a label that is known; the first of all where none is."""
    found = spellings(cell)
    return next((text for text in found if known(text)), found[0])


def _text(cell: Cell, *marks: str) -> str:
    return "".join(text for text, how in cell.runs if how in marks)


def _as(cell: Cell, text: str) -> Cell:
    """The cell as if that text stood in it, without any mark."""
    return replace(cell, kind="text", value=text, runs=()) if cell.kind == "text" else replace(cell, runs=())


def read_marked(reader: RowReader, column: d.Column, cell: Cell) -> Value:
    """The value of a cell that has something struck through or raised in it; what is doubtful is asked."""
    if column.kind not in ("number", "period", "choice"):
        return _told_text(reader, column, cell)
    if cell.struck:
        return _told_struck(reader, column, cell)
    return _told_raised(reader, column, cell)


def _told_text(reader: RowReader, column: d.Column, cell: Cell) -> Value:
    """An explanation: what is struck through is withdrawn, what is raised belongs to it."""
    if cell.struck:
        reader.told("cell.struck_left_out", column.key, {"struck": shortened(cell.struck)})
    if cell.kind != "text":
        return None
    value, found = _quietly(reader, column, _as(cell, _text(cell, "", "raised")))
    reader.issues += found
    return value


def _told_struck(reader: RowReader, column: d.Column, cell: Cell) -> Value:
    key, left = column.key, _text(cell, "") if cell.kind == "text" else ""
    words = {"struck": shortened(cell.struck), "kept": shortened(left.strip()), "found": shortened(cell.written)}
    as_it_stands = _offered(reader, column, _as(cell, cell.written))
    if not left.strip():
        choices = _choices((f"取り消していない(「{shortened(cell.written)}」のまま)", as_it_stands))
        reader.told("cell.struck_whole", key, words, (*choices, Choice("取り消した(空欄とする)", {key: None})))
        return None
    without, found = _quietly(reader, column, _as(cell, left))
    if without is not None and {key: without} == as_it_stands and not _asks(found):
        # A struck unit or comma: the figure is the same with it and without.
        reader.told("cell.struck_left_out", key, words)
        reader.issues += found
        return without
    reader.missing_in_value = ""
    if cell.raised:
        # Two marks in one cell are more than a choice can settle, but for what is left without both.
        offers = [(f"「{words['kept']}」", _offered(reader, column, _as(cell, left)))]
    else:
        offers = [(f"取り消した部分を除いた「{words['kept']}」", _offered(reader, column, _as(cell, left)))]
        if _within(cell) or not _replaces(cell.struck):
            offers.append((f"取り消していない「{words['found']}」", as_it_stands))
        else:
            struck = _offered(reader, column, _as(cell, cell.struck))
            offers.append((f"取り消す前の「{words['struck']}」", struck))
    reader.told("cell.struck", key, words, _choices(*offers))
    return None


def _told_raised(reader: RowReader, column: d.Column, cell: Cell) -> Value:
    key, left, raised = column.key, _text(cell, "").strip(), cell.raised.strip()
    words = {"raised": shortened(raised), "kept": shortened(left), "found": shortened(cell.written)}
    without, found = _quietly(reader, column, _as(cell, left))
    as_it_stands = _offered(reader, column, _as(cell, cell.written))
    last = [how for text, how in cell.runs if text.strip()][-1]
    if last and not _BASE.search(left):
        if _FOOTNOTE.fullmatch(raised):
            reader.told("cell.raised", key, words)
            return _taken(reader, (without, found))
        if without is not None and {key: without} == as_it_stands:
            # A raised unit: the figure is the same with it and without.
            return _taken(reader, _quietly(reader, column, _as(cell, cell.written)))
        noted = _quietly(reader, column, _as(cell, f"{left}({raised})"))
        if noted[0] is not None and not _asks(noted[1]):
            return _taken(reader, noted)
    reader.missing_in_value = ""
    offers = [(f"「{words['kept']}」", _offered(reader, column, _as(cell, left)))]
    offers.append(_power(key, left, raised) or (f"「{words['found']}」", as_it_stands))
    reader.told("cell.raised_asked", key, words, _choices(*offers))
    return None


def _taken(reader: RowReader, read: tuple[Value, list[Issue]]) -> Value:
    reader.issues += read[1]
    return read[0]


def _power(key: str, left: str, raised: str) -> tuple[str, dict[str, Value]] | None:
    """``10`` with a raised 3, or ``1.2×10`` with it, as the number it stands for."""
    base, exponent = _POWER.fullmatch(left), re.fullmatch(r"[-−－]?\d{1,2}", raised)
    if key not in ("value", "numerator", "denominator", "correction", "baseline", "target"):
        return None
    if not base or not exponent or (base[1] and not re.fullmatch(r"-?\d[\d,]*(?:\.\d+)?", base[1])):
        return None
    power = int(raised.replace("−", "-").replace("－", "-"))
    if abs(power) > 15:
        return None
    number = float(Decimal((base[1] or "1").replace(",", "")).scaleb(power))
    return f"{number:,.15g}", {key: number}


def _within(cell: Cell) -> bool:
    """Whether something is struck through between figures that stay: 14.12 with the first decimal struck."""
    marks = "".join(("x" if how == "struck" else "-") * (1 if text.strip() else 0) for text, how in cell.runs)
    return "x" in marks.strip("-") and marks.startswith("-") and marks.endswith("-")


def _replaces(struck: str) -> bool:
    """Whether what is struck through is an entry of its own and not the last digit of one."""
    return len(re.sub(r"[^\w]", "", struck)) >= 2


def _quietly(reader: RowReader, column: d.Column, cell: Cell) -> tuple[Value, list[Issue]]:
    """What a cell would be read as, and what would be said of it."""
    before = len(reader.issues)
    value = reader.understood(column, cell)
    found = reader.issues[before:]
    del reader.issues[before:]
    return value, found


def _offered(reader: RowReader, column: d.Column, cell: Cell) -> dict[str, Value] | None:
    """What a choice would set for a cell; None where nobody could read it without a further question."""
    kept, reader.missing_in_value = reader.missing_in_value, ""
    value, found = _quietly(reader, column, cell)
    missing, reader.missing_in_value = reader.missing_in_value, kept
    if missing and not _asks(found):
        return {column.key: None, "missing_reason": missing}
    return {column.key: value} if value is not None and not _asks(found) else None


def _choices(*offers: tuple[str, dict[str, Value] | None]) -> tuple[Choice, ...]:
    """The offers that can be taken, each outcome once."""
    seen: list[dict[str, Value]] = []
    made = []
    for label, changes in offers:
        if changes and changes not in seen:
            seen.append(changes)
            reason = MISSING_WORDS.get(str(changes.get("missing_reason", "")), "")
            made.append(Choice(f"{label}(実績なし・{reason})" if reason else label, changes))
    return tuple(made)


def _asks(found: Iterable[Issue]) -> bool:
    return any(issue.severity is not Severity.NOTE for issue in found)
