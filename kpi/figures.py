"""Figures for tables that people take away: as they are printed, and as they are.

A figure as it is printed is a Decimal that keeps its decimals (41.20), made from the printed text itself: so no file
says another number than the screen.
"""

from __future__ import annotations

import math
from decimal import Decimal

from kpi.plan import Card
from kpi.words import MINUS, decimals_of, number, unmet_limits, value_decimals


def printed(text: str) -> Decimal | None:
    """A printed number without its unit as a number, −1,234.50 as -1234.50; None for ― and whatever else is none."""
    plain = text.replace(",", "").replace(MINUS, "-")
    return Decimal(plain) if plain.strip("-").replace(".", "", 1).isdecimal() else None


def figure_of(text: str, unit: str) -> Decimal | None:
    """The same of a printed number with its unit behind it and, of a difference, a sign before it."""
    return printed(text.removesuffix(unit).removeprefix("+"))


def judged(value: float | None, card: Card) -> Decimal | None:
    """A value at the card's decimals, never as if it met a limit that it misses."""
    if value is None or not math.isfinite(value):
        return None
    return printed(number(value, value_decimals(card), short_of=unmet_limits(value, card)))


def stated(value: float | None, card: Card) -> Decimal | None:
    """A baseline, target or 目安値 as it was stated, at the card's decimals at least."""
    return printed(number(value, decimals_of(value, card.decimals)))


def exact(value: float | None) -> Decimal | None:
    """A value with every digit it has, without the noise of binary numbers: 41.2 for 0.412 × 100."""
    return Decimal(f"{value:.15g}") + 0 if value is not None and math.isfinite(value) else None
