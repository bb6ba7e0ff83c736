"""What is struck through or raised in a form's cell: never joined to the rest, never dropped without a word.

A strike over part of a figure is 見え消し, and only the person knows which figure stands; a raised mark behind one is
mostly a footnote's, but may be an exponent. So each is read without the marked part, and as it stands, and asked
wherever the two differ in a way that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from kpi.collection.workflow import MISSING_WORDS
from kpi.issue import WITHDRAWN, Choice, Issue, Severity
from loaders.form.reading.struck import text_of
from loaders.form.reading.understanding.cell_values import understood
from loaders.form.reading.understanding.form_row import FormCell, Understood
from loaders.text.characters import shortened
from loaders.workbook.cells import Cell

#: What a choice sets, by column key.
Changes = dict[str, float | str | None]

#: A footnote's mark: a small number, a sign, a letter, with 注 or brackets around it; p and r are marks of a release.
_FOOTNOTE = re.compile(
    r"[(（\[［]?\s*(?:(?:注|※|[*＊])?\s*[0-9０-９]{1,2}|[(（]?注[)）]?|[*＊†‡§¶#※]{1,3}|[a-oqs-zａ-ｏｑｓ-ｚ])\s*[)）\]］]?"
)
#: What a raised number makes a power of: exactly 10, something times 10, or a letter (m², km³).
_BASE = re.compile(r"(?:^|[×xX*✕✖・])\s*[1１][0０]$|[A-Za-zａ-ｚＡ-Ｚ㍍㌢㌔㎞㎝㎜]$")
_POWER = re.compile(r"(?:(-?[\d,.]*\d)\s*[×xX*✕✖・]\s*)?10")


def read_marked(one: FormCell) -> Understood:
    """What a cell says that has something struck through or raised in it; what is doubtful is asked."""
    if one.column.kind not in ("number", "period", "choice"):
        return _of_text(one)
    return _of_struck(one) if one.cell.struck else _of_raised(one)


def _as(one: FormCell, text: str) -> Understood:
    """What the cell would be understood as if that text stood in it, without any mark."""
    cell = one.cell
    plain = replace(cell, kind="text", value=text, runs=()) if cell.kind == "text" else replace(cell, runs=())
    return understood(replace(one, cell=plain))


def _of_text(one: FormCell) -> Understood:
    """An explanation: what is struck through is withdrawn, what is raised belongs to it."""
    cell = one.cell
    struck = (one.issue("cell.struck_left_out", {"struck": shortened(cell.struck)}),) if cell.struck else ()
    if cell.kind != "text":
        return Understood(issues=struck)
    found = _as(one, text_of(cell, "", "raised"))
    return replace(found, issues=(*struck, *found.issues))


def _of_struck(one: FormCell) -> Understood:
    key, cell = one.key, one.cell
    left = text_of(cell, "") if cell.kind == "text" else ""
    words = {
        "struck": shortened(cell.struck),
        "kept": shortened(left.strip()),
        "found": shortened(cell.written),
    }
    as_it_stands = _offered(key, _as(one, cell.written))
    if not left.strip():
        choices = _choices((f"取り消していない(「{words['found']}」のまま)", as_it_stands))
        withdrawn = Choice(WITHDRAWN, {key: None})
        return Understood(issues=(one.issue("cell.struck_whole", words, (*choices, withdrawn)),))
    without = _as(one, left)
    if without.value is not None and {key: without.value} == as_it_stands and not _asks(without.issues):
        # A struck unit or comma: the figure is the same with it and without.
        return replace(without, issues=(one.issue("cell.struck_left_out", words), *without.issues))
    offers = _struck_offers(one, words, _offered(key, without), as_it_stands)
    return Understood(issues=(one.issue("cell.struck", words, _choices(*offers)),))


def _struck_offers(
    one: FormCell, words: Mapping[str, str], without: Changes | None, as_it_stands: Changes | None
) -> list[tuple[str, Changes | None]]:
    """What may be meant by a cell of which a part is struck through."""
    cell = one.cell
    if cell.raised:
        # Two marks in one cell are more than a choice can settle, but for what is left without both.
        return [(f"「{words['kept']}」", without)]
    kept = (f"取り消した部分を除いた「{words['kept']}」", without)
    if _within(cell) or not _replaces(cell.struck):
        return [kept, (f"取り消していない「{words['found']}」", as_it_stands)]
    return [kept, (f"取り消す前の「{words['struck']}」", _offered(one.key, _as(one, cell.struck)))]


def _of_raised(one: FormCell) -> Understood:
    key, cell = one.key, one.cell
    left, raised = text_of(cell, "").strip(), cell.raised.strip()
    words = {"raised": shortened(raised), "kept": shortened(left), "found": shortened(cell.written)}
    without, whole = _as(one, left), _as(one, cell.written)
    as_it_stands = _offered(key, whole)
    last = [how for text, how in cell.runs if text.strip()][-1]
    if last and not _BASE.search(left):
        if _FOOTNOTE.fullmatch(raised):
            return replace(without, issues=(one.issue("cell.raised", words), *without.issues))
        if without.value is not None and {key: without.value} == as_it_stands:
            return whole  # a raised unit: the figure is the same with it and without
        noted = _as(one, f"{left}({raised})")
        if noted.value is not None and not _asks(noted.issues):
            return noted
    offers = [(f"「{words['kept']}」", _offered(key, without))]
    offers.append(_power(key, left, raised) or (f"「{words['found']}」", as_it_stands))
    return Understood(issues=(one.issue("cell.raised_asked", words, _choices(*offers)),))


def _power(key: str, left: str, raised: str) -> tuple[str, Changes] | None:
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


def _offered(key: str, found: Understood) -> Changes | None:
    """What a choice would set for a cell; None where nobody could read it without a further question."""
    if _asks(found.issues):
        return None
    if found.missing:
        return {key: None, "missing_reason": found.missing}
    return {key: found.value} if found.value is not None else None


def _choices(*offers: tuple[str, Changes | None]) -> tuple[Choice, ...]:
    """The offers that can be taken, each outcome once."""
    seen: list[Changes] = []
    made = []
    for label, changes in offers:
        if changes and changes not in seen:
            seen.append(changes)
            reason = MISSING_WORDS.get(str(changes.get("missing_reason", "")), "")
            made.append(Choice(f"{label}(実績なし・{reason})" if reason else label, changes))
    return tuple(made)


def _asks(found: Iterable[Issue]) -> bool:
    return any(issue.severity is not Severity.NOTE for issue in found)
