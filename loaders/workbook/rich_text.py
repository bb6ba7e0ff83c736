"""What is struck through or raised in a cell's text: runs of one text, each with its mark.

A mark is ``struck``, ``raised`` (superscript or subscript) or empty; None is a run that looks as its cell does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Run = tuple[str, str | None]
Runs = tuple[tuple[str, str], ...]


def mark(tag: str, attributes: Mapping[str, str], known: str | None) -> str | None:
    """The mark after one more element of a font's properties."""
    value = attributes.get("val", "1")
    if tag == "strike" and value in ("1", "true", "on"):
        return "struck"
    if tag == "vertAlign" and value in ("superscript", "subscript") and known != "struck":
        return "raised"
    return known


def together(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs with neighbours of one mark joined; white space is marked by nobody."""
    out: list[Run] = []
    for text, how in runs:
        own = "" if how and not text.strip() else how
        if out and (out[-1][1] == own or not text):
            out[-1] = (out[-1][0] + text, out[-1][1])
        elif text:
            out.append((text, own))
    return tuple(out)


def settled(runs: Iterable[Run], style: str) -> Runs:
    """The runs of a cell of that style; none where nothing is struck, and nothing raised above anything else."""
    found = tuple((text, how or "") for text, how in together((t, style if h is None else h) for t, h in runs))
    marks = {how for _, how in found}
    plain = any(how == "" and text.strip() for text, how in found)
    return found if "struck" in marks or ("raised" in marks and plain) else ()
