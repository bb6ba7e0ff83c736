"""Cells of a table that people fill in as a whole: what is seen in one, and why one says nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from loaders.text.characters import canonical, is_blank, writable
from loaders.workbook.cells import Cell


def under_merged(
    areas: Sequence[tuple[int, int, int, int]], rows: Sequence[int], columns: Iterable[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """By each place under a merged area the place whose cell is seen there."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in areas:
        within = [c for c in columns if left <= c <= right]
        for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
            found |= {(row, c): (top, left) for c in within if (row, c) != (top, left)}
    return found


def seen_text(cell: Cell | None) -> str:
    """What is written in a cell, without what is struck through; empty where nothing is seen."""
    if cell is None:
        return ""
    text = cell.value if cell.kind == "text" and isinstance(cell.value, str) else cell.written
    return "" if is_blank(text) else writable(text).strip()


def silent(cell: Cell | None, *, across: bool) -> tuple[str, str, str] | None:
    """Why a cell says nothing: what to call it, a message and advice."""
    if cell is None:
        return None
    if across:
        return "merged", "となりの列と結合されているため、どの列の値か分かりません。", "結合を解いてください。"
    if cell.kind in ("error", "uncached"):
        return "formula", "数式の結果がないか、エラーになっています。", "数式ではなく、文字で書いてください。"
    if cell.struck:
        advice = "消すのなら行ごと消し、残すのなら取り消し線を外してください。"
        return "struck", f"取り消し線が引かれています(「{canonical(cell.struck)}」)。", advice
    return None
