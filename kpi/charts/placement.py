"""Where words stand beside points so that they lie on no line, no dot and no other word.

A chart's width is known only in the browser, so words are placed for a narrow and for a wide drawing, and the drawing
chooses. What has one right place (the words at the right edge) is given as an obstacle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

#: Height of one line of a label in pixels, and how far a label keeps from its point.
LINE = 16
_AWAY = 12
#: A word keeps this far from the value axis, or its numbers and the word would read as one.
_INSET = 8
#: Samples of a line lie this far apart, in pixels.
_STEP = 3

Spot = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, y downwards, given by its left edge, its middle height and its size."""

    left: float
    middle: float
    width: float
    height: float = LINE

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        bottom = min(self.middle + self.height / 2, other.middle + other.height / 2)
        high = bottom - max(self.middle - self.height / 2, other.middle - other.height / 2)
        return max(0.0, wide) * max(0.0, high)

    def holds(self, spot: Spot) -> bool:
        """Whether a spot lies inside."""
        x, y = spot
        return self.left <= x <= self.left + self.width and abs(y - self.middle) <= self.height / 2

    def outside(self, frame: Spot) -> float:
        """By how many pixels the box leaves a drawing of this width and height."""
        wide, high = frame
        across = max(0.0, -self.left) + max(0.0, self.left + self.width - wide)
        return across + max(0.0, self.height / 2 - self.middle) + max(0.0, self.middle + self.height / 2 - high)


def text_width(said: str) -> float:
    """About how wide a text of 13 pixels is drawn; of several lines the widest."""
    return max(sum(7.6 if char.isascii() else 13.2 for char in line) for line in said.split("\n"))


def samples(line: Sequence[Spot]) -> list[Spot]:
    """Spots along a broken line, close enough that no word slips between two of them."""
    found = list(line[:1])
    for (x0, y0), (x1, y1) in pairwise(line):
        count = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / _STEP))
        found += [(x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count) for n in range(1, count + 1)]
    return found


def place(spot: Spot, said: str, *, taken: Iterable[Box], drawn: Iterable[Spot], frame: Spot) -> Box:
    """The best box for a word near its spot: inside the drawing, then on no other word, then on no line."""
    taken, drawn = list(taken), list(drawn)
    around = [replace(box, left=max(_INSET, min(box.left, frame[0] - box.width))) for box in _around(spot, said)]

    def cost(candidate: tuple[int, Box]) -> tuple[float, float]:
        order, box = candidate
        words = sum(box.overlap(other) for other in taken)
        return round(box.outside(frame), 3), order + 4 * words + 12 * sum(box.holds(s) for s in drawn)

    return min(enumerate(around), key=cost)[1]


def _around(spot: Spot, said: str) -> list[Box]:
    """Above, below and beside a spot, the near ones first; each moved to the left by steps."""
    x, y = spot
    wide, high = text_width(said), LINE * (said.count("\n") + 1)
    near = _AWAY + (high - LINE) / 2
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    found: list[Box] = []
    for more in (0, 10, 22, 36):
        for up in (-1, 1):
            found += [Box(x - wide * s + 4 * (2 * s - 1), y + up * (near + more + 4), wide, high) for s in shares]
        beside = _AWAY + more
        found += [Box(x + beside, y, wide, high), Box(x - beside - wide, y, wide, high)]
    return found
