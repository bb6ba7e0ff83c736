"""What a label may say in which something is struck through or raised."""

from __future__ import annotations

from collections.abc import Callable

from loaders.workbook.cells import Cell


def spellings(cell: Cell | None) -> tuple[str, ...]:
    """What a label's cell may say: without what is struck through, without what is raised too, as it stands."""
    if cell is None:
        return ("",)
    if not cell.runs or cell.kind != "text":
        return (cell.written,)
    found = (text_of(cell, "raised", ""), text_of(cell, ""), cell.written)
    return tuple(dict.fromkeys(text for text in found if text.strip())) or ("",)


def known_spelling(cell: Cell | None, known: Callable[[str], object]) -> str:
    """The first way of reading a label that is known; the first of all where none is."""
    found = spellings(cell)
    return next((text for text in found if known(text)), found[0])


def text_of(cell: Cell, *marks: str) -> str:
    """The text of a cell that is marked in one of some ways; an empty mark is what is marked in none."""
    return "".join(text for text, how in cell.runs if how in marks)
