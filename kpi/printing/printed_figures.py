"""The figures beside a status, printed together so that no pair of them and no quotient contradicts it.

All start at the card's decimals. While a printed pair contradicts the judgement, all get one decimal more, three at
most; then the value is cut towards its own side. What was stated (target, baseline, band, 目安値) is printed as stated.
The sides are those of the judgement's own floats and tolerance; what is printed is compared as the decimals it shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpi.path import EPS
from kpi.plan import Card, Scheme
from kpi.printing.limit_sides import MORE, Bound, closeness, compared, cut, fitted, reaches, sided, sound
from kpi.printing.number_words import (
    MINUS,
    change_text,
    decimals_of,
    in_myriads,
    magnitude,
    places_of,
    printed,
    shortened_to,
    signed_text,
    text_of,
)
from kpi.printing.shares import SHARE, Quotient, Shares, exactly, hundredfold
from kpi.schemes import method_of
from kpi.schemes.scheme import Figures, Row

# --- one value beside what its card states ---------------------------------------------------------------------------


def stated(limit: float | None, card: Card) -> Decimal | None:
    """A target, baseline, side of a band or 目安値 as it was stated: never with fewer decimals than it has."""
    return printed(limit, decimals_of(limit, card.decimals))


def stated_text(limit: float | None, card: Card, unit: str) -> str:
    """「82.45%」 on a card of one decimal; ― where there is none."""
    return text_of(stated(limit, card), unit)


def value_text(value: float | None, card: Card, unit: str) -> str:
    """Any value of an indicator beside its target, band and baseline: it never seems to meet what it misses."""
    return text_of(judged(value, card), unit)


def judged(value: float | None, card: Card) -> Decimal | None:
    """The number of :func:`value_text`."""
    if value is None or not math.isfinite(value):
        return None
    return _whole(fitted(value, _finest(card), card_bounds(value, card)), value, card)


def exact(value: float | None) -> Decimal | None:
    """A number with every digit it has, without the noise of binary numbers: 41.2 for 0.412 × 100."""
    return printed(value, places_of(value))


def exact_text(value: float | None, card: Card, unit: str) -> str:
    """A value with the decimals it has (six at most), as it was sent; it never seems to meet what it misses."""
    return text_of(_exact(value, card), unit)


def difference_text(value: float | None, before: float | None, card: Card, unit: str) -> str:
    """The difference of two values as :func:`exact_text` prints them: what a reader gets who subtracts them."""
    now, then = _exact(value, card), _exact(before, card)
    if value is None or before is None or now is None or then is None:
        return text_of(None)
    if now == then and abs(value - before) > EPS:
        return change_text(value - before, unit, 6)
    return signed_text(now - then, unit)


def _exact(value: float | None, card: Card) -> Decimal | None:
    if value is None or not math.isfinite(value):
        return None
    return _kept(value, card, card_bounds(value, card))


def _kept(value: float, card: Card, bounds: Sequence[Bound], most: int = 6) -> Decimal | None:
    """A value with the decimals it has (``most``), cut only where leaving out the rest takes it over a limit."""
    decimals = max(card.decimals, min(most, places_of(value)))
    shown = printed(value, decimals)
    if shown is not None and sound(shown, bounds):
        return printed(float(shown), max(card.decimals, places_of(float(shown))))
    return cut(value, max(decimals, _finest(card) + MORE), bounds)


def card_bounds(value: float, card: Card) -> list[Bound]:
    """On which side of its target, band and baseline a value stands; the target last, which decides the status."""
    bounds = [] if card.baseline is None else compared(value, card.baseline, stated(card.baseline, card))
    if card.direction != "maintain":
        side = _side(card)
        met = card.target is not None and reaches(value, card.target, side)
        return bounds + sided(stated(card.target, card), met, side)
    low, high = card.band
    if low is not None:
        bounds += sided(stated(low, card), value >= low - closeness(value, low), 1)
    if high is not None:
        bounds += sided(stated(high, card), value <= high + closeness(value, high), -1)
    return bounds


def _side(card: Card) -> int:
    return {"increase": 1, "decrease": -1}.get(card.direction, 0)


def _finest(card: Card) -> int:
    """The card's decimals, or those of what its values are compared with where that is stated more finely."""
    limits = (card.target, card.baseline, *card.band, *(goal for _, goal in card.milestones))
    return max(decimals_of(limit, card.decimals) for limit in limits)


def _whole(shown: Decimal | None, value: float, card: Card) -> Decimal | None:
    """A value told whole by fewer decimals gets no zeros behind it: 4,512件 beside a line of 4,512.3件."""
    short = printed(value, max(card.decimals, places_of(value)))
    return short if short is not None and short == shown else shown


# --- labels in 万 and 億 ---------------------------------------------------------------------------------------------

#: From here on a label is shortened; tables and tooltips keep every digit.
_LONG = 1_000_000


def brief_texts(shown: Sequence[tuple[float, bool]], unit: str) -> list[str]:
    """The labels of one chart shortened to 万 or 億, so that different figures still look different.

    ``shown`` are the numbers, each with whether it was stated: a stated one is shortened without rounding.
    Where three decimals more do not tell them apart, and for what is short already, a text is empty: the full one
    stands.
    """
    for more in range(MORE + 1):
        told = [_brief(value, unit, more, exactly) for value, exactly in shown]
        amounts = [amount for amount, _ in told]
        pairs = [(i, j) for i in range(len(told)) for j in range(i)]
        if all((amounts[i] > amounts[j]) == (shown[i][0] > shown[j][0]) for i, j in pairs) and all(
            (amounts[i] < amounts[j]) == (shown[i][0] < shown[j][0]) for i, j in pairs
        ):
            return [text for _, text in told]
    return [""] * len(shown)


def _brief(value: float, unit: str, more: int, exactly: bool) -> tuple[Decimal, str]:
    """What a shortened label says in the unit, and the label; the number itself and no label where it stays."""
    size, _ = magnitude(value, unit)
    scaled = shortened_to(value, size, more)
    whole = exact(value) or Decimal(0)
    if abs(value) < _LONG or size == 1 or scaled is None:
        return whole, ""
    if not exactly:
        return scaled * size, in_myriads(value, unit, more)
    for finer in range(MORE):  # as stated, or in full
        if (shortened_to(value, size, finer) or 0) * size == whole:
            return whole, in_myriads(value, unit, finer)
    return whole, ""


# --- all figures of one judgement ------------------------------------------------------------------------------------


def figures(row: Row, card: Card, scheme: Scheme) -> Figures:
    """What is printed of a judged row (of :func:`kpi.progress.assess`) in every sentence, table, card and chart."""
    if row["status"] == "no_data" or not math.isfinite(row["value"]):
        return Figures(stated(card.baseline, card), stated(card.target, card))
    whole = _Judged.of(row, card, scheme)
    return next((found for more in range(MORE + 1) if (found := whole.at(more))), None) or whole.at_last()


def listed_progress(row: Row, shown: Figures) -> Decimal | None:
    """The 進捗率 of a judged row where many stand below one another: all with the same decimals.

    ``shown`` are its printed figures. Where fewer decimals would take it over 0% or 100% it is cut to its side.
    """
    if shown.progress is None:
        return None
    sides = [bound for stop in (0, 100) for bound in sided(Decimal(stop), shown.progress >= stop, 1)]
    return cut(hundredfold(float(row["progress"])), SHARE, sides)


@dataclass(frozen=True)
class _Judged:
    """A judgement with the sides on which its numbers must be printed. ``share`` is p, ``planned`` e, ``pace`` r."""

    card: Card
    scheme: Scheme
    value: float
    line: float
    milestone: float
    share: float
    planned: float
    pace: float
    ratio: float
    met: bool
    on_line: bool
    bounds: tuple[Bound, ...]

    @classmethod
    def of(cls, row: Row, card: Card, scheme: Scheme) -> _Judged:
        keys = ("value", "planned_value", "milestone", "progress", "planned", "pace", "achievement")
        value, line, milestone, share, planned, pace, ratio = (float(row[key]) for key in keys)
        side = _side(card)
        met = card.target is not None and side != 0 and reaches(value, card.target, side)
        if met and share < 1:  # within the tolerance of the judgement, no way still to go
            share, pace = 1.0, 1 / planned if planned > EPS else pace
        elif -EPS <= share < 0:
            share = 0.0
        on_line = pace >= 1 - EPS if math.isfinite(pace) else share >= planned - EPS
        bounds = [*_thresholds(value, card, scheme, (planned, pace, share), milestone, ratio)]
        marks = method_of(scheme).marks(row, card, scheme)
        bounds += [bound for at, reached in marks for bound in sided(exactly(at), reached, side)]
        if math.isfinite(milestone):
            bounds += sided(stated(milestone, card), _milestone_reached(value, milestone, card), side)
        bounds += card_bounds(value, card)
        if row["reason"] == "moved_away":  # a short way makes a step of its own of what is no step to the eye
            bounds += sided(stated(card.baseline, card), False, side)
        return cls(card, scheme, value, line, milestone, share, planned, pace, ratio, met, on_line, tuple(bounds))

    def at(self, more: int) -> Figures | None:
        """Everything with so many decimals more, or None where that contradicts the judgement."""
        places = _finest(self.card) + more
        value, line, ratio = printed(self.value, places), printed(self.line, places), self._ratio(more)
        against = sided(line, self.on_line, _side(self.card))
        if not sound(value, (*self.bounds, *against)) or not sound(ratio, self._ratio_bounds()):
            return None
        shares = self._quotient().at(more)
        return self._told(value, line, ratio, shares) if shares else None

    def at_last(self) -> Figures:
        """At the last decimals everything is cut to its side; a computed line gives way to the value."""
        places = _finest(self.card) + MORE
        value, line, ratio = cut(self.value, places, self.bounds), printed(self.line, places), self._ratio(MORE)
        if line is not None:
            line = cut(self.line, places, sided(value, self.on_line, -_side(self.card)))
        if ratio is not None:
            ratio = cut(self.ratio * 100, SHARE + MORE, self._ratio_bounds())
        return self._told(value, line, ratio, self._quotient().at_last())

    def _told(self, value: Decimal | None, line: Decimal | None, ratio: Decimal | None, shares: Shares) -> Figures:
        card = self.card
        value, base = _whole(value, self.value, card), stated(card.baseline, card)
        return Figures(
            baseline=base,
            target=stated(card.target, card),
            milestone=stated(self.milestone, card),
            value=value,
            precise=_kept(self.value, card, self.bounds, self._formula_places(shares[0])),
            line=_whole(line, self.line, card),
            change=None if value is None or base is None else value - base,
            progress=shares[0],
            planned=shares[1],
            pace=shares[2],
            achievement=ratio,
        )

    def _formula_places(self, share: Decimal | None) -> int:
        """How many decimals of the value the progress rate needs to come out of its formula."""
        base, target = self.card.baseline, self.card.target
        if share is None or base is None or target is None or base == target:
            return 6
        return max(6, 3 - int(share.as_tuple().exponent) - math.floor(math.log10(abs(target - base))))

    def _quotient(self) -> Quotient:
        edges = method_of(self.scheme).edges(self.scheme, "pace")
        stops = ((Decimal(0), self.share >= 0), (Decimal(100), self.share >= 1))
        return Quotient(self.share, self.planned, self.pace, edges, self.on_line, stops)

    def _ratio(self, more: int) -> Decimal | None:
        return printed(hundredfold(self.ratio), SHARE + more)

    def _ratio_bounds(self) -> list[Bound]:
        edges = method_of(self.scheme).edges(self.scheme, "achievement")
        limits = [*((edge, self.ratio >= edge - EPS) for edge in edges), (1.0, self.met or self.ratio >= 1)]
        return [bound for edge, reached in limits for bound in sided(exactly(edge * 100), reached, 1)]


def _thresholds(
    value: float, card: Card, scheme: Scheme, path: tuple[float, float, float], milestone: float, ratio: float
) -> Iterator[Bound]:
    """Where in the value's own unit the judgement's thresholds lie: what a reader finds who computes it again."""
    (planned, pace, share), base, side = path, card.baseline, _side(card)
    method = method_of(scheme)
    if base is not None and card.target is not None and math.isfinite(planned):
        way = card.target - base
        limits = [(limit, pace >= limit - EPS) for limit in (*method.edges(scheme, "pace"), 1.0)]
        edges = [((limit - EPS) * planned, reached) for limit, reached in limits]
        for edge, reached in edges if planned > EPS else [(planned - EPS, share >= planned - EPS)]:
            yield from sided(exactly(base + edge * way), reached, side)
    if base is not None and side * (milestone - base) > EPS:
        way = milestone - base
        for limit in method.edges(scheme, "milestone"):
            reached = (value - base) / way >= limit - EPS
            yield from sided(exactly(base + (limit - EPS) * way), reached, side)
    if card.target is not None and math.isfinite(ratio):
        for limit in method.edges(scheme, "achievement"):
            edge = (limit - EPS) * card.target if side > 0 else card.target / (limit - EPS)
            yield from sided(exactly(edge), ratio >= limit - EPS, side)


def _milestone_reached(value: float, goal: float, card: Card) -> bool:
    """Whether a value has reached a 目安値: by its share of the way to it, as the judgement asks, if there is a way."""
    side = _side(card)
    way = side * (goal - card.baseline) if card.baseline is not None else math.nan
    if card.baseline is not None and way > EPS:
        return side * (value - card.baseline) / way >= 1 - EPS
    return reaches(value, goal, side)


# --- numbers read back from what is printed ---------------------------------------------------------------------------


def number_in(text: str) -> Decimal | None:
    """A printed number without its unit as a number, −1,234.50 as -1234.50; None for ― and whatever else is none."""
    plain = text.replace(",", "").replace(MINUS, "-")
    return Decimal(plain) if plain.strip("-").replace(".", "", 1).isdecimal() else None


def figure_of(text: str, unit: str) -> Decimal | None:
    """The same of a printed number with its unit behind it and, of a difference, a sign before it."""
    return number_in(text.removesuffix(unit).removeprefix("+"))
