"""How much room a text takes on paper, reckoned on the safe side: nothing may be cut off by a row's height unseen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import east_asian_width

#: A point in millimetres.
POINT = 25.4 / 72
#: A half-width sign is up to so much of a full-width one, in faces whose letters differ in width.
_HALF = 0.58
#: What ends a text that has no room for the rest.
CUT = "…(紙面の都合により以下略)"
#: What a line is not broken within: words and numbers of letters without width for a sign.
_PIECE = re.compile(r"[!-~]+|.", re.DOTALL)


def lines_of(text: str, width: float, size: float) -> int:
    """The lines that a text of so many points takes between edges so many millimetres apart."""
    # Signs that may not begin a line take one more with them to the next. The last term is for numbers a hair short.
    room = max(1.0, width / (size * POINT) - 1 + 1e-6)
    return sum(_broken(line, room) for line in text.split("\n"))


def _broken(line: str, room: float) -> int:
    lines, filled = 1, 0.0
    for piece in _PIECE.findall(line):
        wide = _signs(piece)
        if filled + wide > room and wide <= room:
            lines, filled = lines + 1, 0.0
        filled += wide
        while filled > room:  # a word longer than a line is broken where the line ends
            lines, filled = lines + 1, filled - room
    return lines


def _signs(text: str) -> float:
    return sum(1.0 if east_asian_width(sign) in "WFA" else _HALF for sign in text)


def fitting_size(text: str, width: float, sizes: Sequence[float], lines: int = 1) -> float:
    """The first of the sizes (points) in which a text needs no more than so many lines, else the last."""
    return next((size for size in sizes if lines_of(text, width, size) <= lines), sizes[-1])


def shortened(text: str, width: float, size: float, lines: int) -> str:
    """The text, or as much of it as has room in so many lines with a word that there is more."""
    if lines_of(text, width, size) <= lines:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = lines_of(text[:middle] + CUT, width, size) <= lines
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low] + CUT
