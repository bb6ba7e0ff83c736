"""The quotient of 分子 and 分母: what it is worth, and whether a written figure is the same."""

from __future__ import annotations

#: How the parts of a quotient may be counted beside its unit: 千円/人 from 百万円, 億円, 円; persons or 千人.
SCALES = (1.0, 1e3, 1e-3, 1e4, 1e5, 1e6)
#: The units in which a quotient is told per hundred.
PERCENT = ("%", "％")


def quotient(over: float, under: float, *, percent: bool) -> float:
    """The rate of two parts, per cent where the unit is. Multiplied first: 412 of 1,000 is 41.2 without dust."""
    return over * (100 if percent else 1) / under


def same_but_for_scale(value: float, rate: float, digits: int) -> bool:
    """Whether a value is the quotient of parts that are counted in 百万円 or the like: its digits are the same."""
    return any(not differ(value, rate * scale, digits) for scale in SCALES if rate * scale >= 1)


def differ(value: float, rate: float, digits: int) -> bool:
    """Whether two figures differ by more than rounding to a card's decimals and the noise of large numbers do."""
    noise = 1e-9 + 1e-12 * max(abs(value), abs(rate))
    return abs(value - rate) > 0.5 * 10.0**-digits + noise
