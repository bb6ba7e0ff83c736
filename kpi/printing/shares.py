"""Two shares and their quotient, printed together: who divides the two finds the quotient that stands there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from kpi.path import EPS
from kpi.printing.limit_sides import MORE, Bound, cut, sided, sound
from kpi.printing.number_words import decimals_of, printed, quantized

#: A share and what it is measured by (both per cent), and their quotient, as they are printed.
Shares = tuple[Decimal | None, Decimal | None, Decimal | None]

#: The decimals that shares and quotients start with.
SHARE, _QUOTIENT = 1, 2
#: So many decimal digits a planned share needs for any quotient of it to be printed.
_DIGITS = 6


@dataclass(frozen=True)
class Quotient:
    """``share`` measured by ``planned``: 進捗率 by 計画上の進捗, an observed growth by the one that is needed.

    ``limits`` divide the quotient ``pace`` into classes. ``reached`` is whether the share has come up to the planned
    one, which must be seen also where there is no quotient; ``stops`` are what else it stands on a side of, per cent.
    """

    share: float
    planned: float
    pace: float
    limits: tuple[float, ...]
    reached: bool
    stops: tuple[tuple[Decimal, bool], ...] = ()

    def printed(self) -> Shares:
        """With as few decimals as do, all cut to their sides where three more do not."""
        return next((found for more in range(MORE + 1) if (found := self.at(more))), None) or self.at_last()

    def at(self, more: int) -> Shares | None:
        """All with so many decimals more, or None where that contradicts the judgement.

        Where only the quotient of two rounded shares misses the pace, the shares alone get more decimals.
        """
        paces = self._places() + more
        tried = (self._shares(SHARE + more + finer, paces) for finer in range(MORE + 1 - more + self._small()))
        return next((found for found in tried if found), None)

    def at_last(self) -> Shares:
        """At the last decimals: the pace is the quotient of the shares as printed, or is cut to its side."""
        places = SHARE + MORE
        if self.planned > EPS:
            places = max(places, math.ceil(_DIGITS - 2 - math.log10(self.planned)))
        planned = printed(hundredfold(self.planned), places)
        if not math.isfinite(self.share):
            return None, planned, None
        share = cut(self.share * 100, places, self._share_bounds(planned))
        if share is None or not planned or not math.isfinite(self.pace):
            return share, planned, None
        pace = cut(self.pace, self._places() + MORE, self._bounds())
        again = None if pace is None else _divided(share, planned, pace)
        return share, planned, again if sound(again, self._bounds()) else pace

    def _shares(self, places: int, pace_places: int) -> Shares | None:
        """The two shares and the pace, each on its side, the pace being the quotient of the shares as printed."""
        share, planned = (printed(hundredfold(part), places) for part in (self.share, self.planned))
        pace = printed(self.pace, pace_places)
        if share is None:
            return share, planned, None
        if not sound(share, self._share_bounds(planned)) or not sound(pace, self._bounds()):
            return None
        if pace is None or planned is None:
            return share, planned, None
        return (share, planned, pace) if _divided(share, planned, pace) == pace else None

    def _small(self) -> int:
        """How many decimals more the shares may need for their quotient, as the plan has hardly begun to move."""
        if not self.planned > EPS or not math.isfinite(self.pace):
            return 0
        return min(9, max(0, math.floor(math.log10(max(abs(self.pace), 1.0) / self.planned))))

    def _places(self) -> int:
        return max((decimals_of(limit, _QUOTIENT) for limit in self.limits), default=_QUOTIENT)

    def _bounds(self) -> list[Bound]:
        return [bound for edge in (*self.limits, 1.0) for bound in sided(exactly(edge), self.pace >= edge - EPS, 1)]

    def _share_bounds(self, planned: Decimal | None) -> list[Bound]:
        limits = [(planned, self.reached), *self.stops]
        if planned and math.isfinite(self.pace):  # who divides the two finds the class that was judged
            edges = ((edge, exactly(edge)) for edge in self.limits)
            limits[:0] = [(planned * at, self.pace >= edge - EPS) for edge, at in edges if at is not None]
        return [bound for at, reached in limits for bound in sided(at, reached, 1)]


def _divided(over: Decimal, under: Decimal, like: Decimal) -> Decimal | None:
    """What a reader gets who divides two printed shares, rounded as the printed pace is."""
    return quantized(over / under, -int(like.as_tuple().exponent)) if under else None


def hundredfold(share: float) -> float:
    """A share per cent, free of the noise of a binary product."""
    exact = exactly(share)
    return math.nan if exact is None else float(exact * 100)


def exactly(value: float) -> Decimal | None:
    """A float as its decimal text; None where it is no number."""
    return Decimal(f"{value:.15g}") if math.isfinite(value) else None
