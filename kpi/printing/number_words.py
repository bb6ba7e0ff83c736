"""Numbers as people read them, and the words that stand in place of one.

Rounding is half up on the decimal text, minus is U+2212, and nothing missing is ever printed as a number. What stands
beside a status is printed by :mod:`kpi.printing.printed_figures`, where no rounding contradicts the judgement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from kpi.path import EPS

#: Wide enough for every decimal of the largest float.
_WIDE = Context(prec=400)

#: From here on a number of three decimals has more digits than a float is sure of.
_LARGE = 10**11

MISSING = "―"
MINUS = "−"

STATUS_WORDS: Mapping[str, str] = {
    "achieved": "達成",
    "on_track": "順調",
    "mostly_on_track": "概ね順調",
    "behind": "進捗に遅れ",
    "regressed": "目標に向かっていない",
    "not_achieved": "目標に至らず",
    "not_assessable": "評価対象外",
    "no_data": "未回答",
}

#: Why there is no value where none is owed: nobody was asked, or nothing was published that could be told.
NOT_ASKED = "not_asked"

#: What is said in place of a value.
NO_DATA_WORDS: Mapping[str, str] = {
    "unpublished": "未公表",
    "not_survey_year": "調査年でない",
    "not_compiled": "未集計",
    "suppressed": "秘匿",
    "not_applicable": "該当なし",
    "unanswered": "未回答",
    NOT_ASKED: "値なし",
    "forecast_only": "見込値のみ",
    "part_year": "年度途中の値のみ",
    "not_ended": "期間の途中",
}

#: A movement for the better, none, and one for the worse.
BETTER, LEVEL, WORSE = "改善", "横ばい", "悪化"


def number(value: float | None, decimals: int) -> str:
    """「1,234」「77.4」「−12.0」; ― where there is none."""
    return text_of(printed(value, decimals))


def printed(value: float | None, decimals: int) -> Decimal | None:
    """The number that is printed of a value: rounded half up on its decimal text; None where there is none."""
    exact = _decimal(value)
    return None if exact is None else quantized(exact, max(0, int(decimals)))


def quantized(exact: Decimal, decimals: int) -> Decimal:
    """A number rounded half up to so many decimals, however large it is."""
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, context=_WIDE)


def text_of(shown: Decimal | None, unit: str = "") -> str:
    """A printed number with all its decimals and its unit; ― without a unit where there is none."""
    if shown is None:
        return MISSING
    text = f"{abs(shown):,f}{plain_unit(unit)}"
    return MINUS + text if shown < 0 else text


@lru_cache(maxsize=8192)
def _decimal(value: float | None) -> Decimal | None:
    """The number as its shortest decimal text, without the noise of the last binary places."""
    if value is None or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    plain = Decimal(f"{value:.15g}")
    if abs(plain) < _LARGE or float(plain) == value:
        return plain
    whole = Decimal(repr(float(value)))  # 1,084,620,267,643.856 has a sixteenth digit, and it is no noise
    exponent = whole.as_tuple().exponent
    return whole if isinstance(exponent, int) and exponent >= -3 else plain


@lru_cache(maxsize=8192)
def places_of(value: float | None) -> int:
    """How many decimals a number has (noise left out); 0 where there is none."""
    exact = _decimal(value)
    exponent = 0 if exact is None else exact.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def decimals_of(value: float | None, at_least: int) -> int:
    """How many decimals a baseline, target or 目安値 needs to be printed as it is (six at most)."""
    return max(at_least, min(6, places_of(value)))


def as_it_is(value: float) -> str:
    """A number with all the decimals it has: 「41,300,000」「77.45」."""
    return number(value, decimals_of(value, 0))


def with_unit(value: float | None, unit: str, decimals: int) -> str:
    """「1,234件」「77.4%」; ― without a unit where there is no value.

    Beside a target, a status or the nation the functions of :mod:`kpi.printing.printed_figures` print a value, not this
    one.
    """
    return text_of(printed(value, decimals), unit)


def plain_unit(unit: str) -> str:
    """The unit as it is printed: one percent sign."""
    return "%" if unit in ("％", "%", "パーセント") else unit


def percent(share: float | None) -> str:
    """A threshold as per cent, with the decimals it has: 「80%」「82.5%」."""
    exact = _decimal(share)
    return MISSING if exact is None else as_it_is(float(exact * 100)) + "%"


def change_text(delta: float | None, unit: str, decimals: int) -> str:
    """「+3.2ポイント」 for rates, 「−12件」 else, 「±0件」 for none; a change too small to print is said to be that."""
    shown = printed(delta, decimals)
    if shown is None or delta is None:
        return MISSING
    if not shown and abs(delta) > EPS:
        return f"{'+' if delta > 0 else MINUS}{number(10.0**-decimals, decimals)}{difference_unit(unit)}未満"
    return signed_text(shown, unit)


def signed_text(shown: Decimal | None, unit: str) -> str:
    """A printed difference with its sign: 「+3.2ポイント」「−12件」「±0件」; ― where there is none."""
    if shown is None:
        return MISSING
    sign = "+" if shown > 0 else MINUS if shown < 0 else "±"
    return f"{sign}{text_of(abs(shown), difference_unit(unit))}"


def difference_unit(unit: str) -> str:
    """The unit of a difference: points for rates."""
    return "ポイント" if plain_unit(unit) == "%" else plain_unit(unit)


def per_year(rate: float | None, unit: str, decimals: int) -> str:
    """「年+2.5ポイント」; ― where there is none."""
    # A rate between whole numbers is a fraction, but nobody reads a tenth of a sheet beside two million.
    fine = rate is None or not math.isfinite(rate) or abs(rate) < 1000
    text = change_text(rate, unit, max(decimals, 1) if fine else decimals)
    return text if text == MISSING else f"年{text}"


def is_magnitude(unit: str) -> bool:
    """Whether a unit is itself of thousands or more (千人, 百万円): its numbers are not shortened once more."""
    return unit[:1] in ("十", "百", "千", "万", "億")


def in_myriads(value: float | None, unit: str, more: int = 0) -> str:
    """Large counts shortened for a narrow place: 「3,842万枚」「1.2億円」; below one 万 as it is.

    ``more`` is how many decimals it gets beyond those that such a place has room for.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    size, name = magnitude(value, unit)
    if size == 1:
        return with_unit(value, unit, decimals_of(value, 0))
    return text_of(shortened_to(value, size, more), name + plain_unit(unit))


def magnitude(value: float, unit: str) -> tuple[int, str]:
    """What a large count is shortened to: 億, 万, or nothing."""
    if not is_magnitude(unit):
        for size, name in ((10**8, "億"), (10**4, "万")):
            if abs(value) >= size:
                return size, name
    return 1, ""


def shortened_to(value: float, size: int, more: int) -> Decimal | None:
    """How many 万 or 億 are printed of a value: whole ones from a hundred on, else with one decimal; ``more`` added."""
    scaled = value / size
    return printed(scaled, (0 if abs(scaled) >= 100 else 1) + more)


def term(shown: Decimal | None) -> str:
    """A number inside a formula: a minus in brackets."""
    text = text_of(shown)
    return f"({text})" if text.startswith("−") else text


def years_text(span: float) -> str:
    """A span of periods in years, of months that are no hundredths of a year by their number: 「(40÷12)年」."""
    months = round(span * 12)
    if abs(span - round(span, 2)) <= EPS or abs(span * 12 - months) > EPS:
        return number(span, decimals_of(span, 0)) + "年"
    return f"({months}÷12)年"
