"""The side of a limit on which a number must be printed, and the decimals or the cut that keep it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from kpi.path import slack
from kpi.printing.number_words import printed, quantized

#: How many decimals a figure may get beyond its own before it is cut.
MORE = 3


@dataclass(frozen=True)
class Bound:
    """A printed number must be at most ``at`` (``upper``) or at least; where ``strict``, below or above it."""

    at: Decimal
    upper: bool
    strict: bool = False

    def holds(self, shown: Decimal) -> bool:
        """Whether a printed number stands on its side."""
        if shown == self.at:
            return not self.strict
        return (shown < self.at) == self.upper

    def last(self, unit: Decimal) -> Decimal:
        """The multiple of a unit that stands nearest to the limit on the right side."""
        edge = (self.at / unit).to_integral_value(ROUND_FLOOR if self.upper else ROUND_CEILING) * unit
        if self.strict and edge == self.at:
            edge += -unit if self.upper else unit
        return edge


def sided(at: Decimal | None, reached: bool, side: int) -> list[Bound]:
    """The bound of a number that has reached a limit in a direction (+1, -1), or has not; none without a direction."""
    if at is None or not side:
        return []
    return [Bound(at, upper=reached == (side < 0), strict=not reached)]


def compared(value: float, other: float, at: Decimal | None) -> list[Bound]:
    """The bounds of a number that is more than, less than, or (within the judgement's slack) the same as another."""
    if at is None:
        return []
    if abs(value - other) <= closeness(value, other):
        return [Bound(at, upper=True), Bound(at, upper=False)]
    return [Bound(at, upper=value < other, strict=True)]


def reaches(value: float, limit: float, side: int) -> bool:
    """Whether a value meets a limit in a direction, with the judgement's slack."""
    return side * (limit - value) <= closeness(limit, value)


def closeness(one: float, other: float) -> float:
    """How far two numbers may differ and be judged the same."""
    return float(slack(np.array(one), np.array(other)))


def sound(shown: Decimal | None, bounds: Iterable[Bound]) -> bool:
    """Whether a printed number stands on all its sides; where there is none, nothing is contradicted."""
    return shown is None or all(bound.holds(shown) for bound in bounds)


def fitted(value: float, decimals: int, bounds: Sequence[Bound]) -> Decimal | None:
    """A number at as many decimals more (none at first) as its bounds ask for; cut to its side behind the last."""
    for more in range(MORE + 1):
        shown = printed(value, decimals + more)
        if sound(shown, bounds):
            return shown
    return cut(value, decimals + MORE, bounds)


def cut(value: float, decimals: int, bounds: Iterable[Bound]) -> Decimal | None:
    """The printable number nearest to a value on the right side of its bounds; the later bound wins."""
    shown, unit = printed(value, decimals), Decimal(1).scaleb(-decimals)
    for bound in bounds:
        if shown is not None and not bound.holds(shown):
            shown = quantized(bound.last(unit), decimals)
    return shown
