"""Numbers and statuses as people read them.

Rounding is half up on the decimal text, minus is U+2212, nothing missing is ever printed as a number, and rounding
never contradicts the judgement: a value that falls short of a limit is never printed as having reached it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from kpi.path import EPS
from kpi.plan import Card, Scheme

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

#: The words of schemes that classify otherwise than by pace.
SCHEME_WORDS: Mapping[str, Mapping[str, str]] = {
    "achievement_ratio": {"mostly_on_track": "概ね達成", "behind": "達成不十分", "not_achieved": "著しく不十分"},
}

#: What is said in place of a value.
NO_DATA_WORDS: Mapping[str, str] = {
    "unpublished": "未公表",
    "not_survey_year": "調査年でない",
    "not_compiled": "未集計",
    "suppressed": "秘匿",
    "not_applicable": "該当なし",
    "unanswered": "未回答",
    "forecast_only": "見込値のみ",
    "part_year": "年度途中の値のみ",
    "not_ended": "期間の途中",
}

#: What stands in brackets after 評価対象外.
UNASSESSED_WORDS: Mapping[str, str] = {
    "target_unset": "目標値設定中",
    "baseline_unset": "現状値設定中",
    "band_unset": "維持の範囲設定中",
    "direction_unset": "目指す方向設定中",
    "target_period_unset": "目標の時点設定中",
    "baseline_period_unset": "現状値の時点設定中",
    "milestone_unset": "目安値設定中",
    "not_annual": "年度ごとの値でない",
    "ratio_undefined": "達成率を計算できない",
    "scheme_unknown": "判定方法が未対応",
    "not_computable": "計算できない値",
}

#: Before these words only, and never △ ▲ ×, which mean minus in official tables or offend.
STATUS_MARKS: Mapping[str, str] = {"achieved": "◎", "on_track": "○"}


def status_word(status: str, reason: str, scheme: Scheme) -> str:
    """A status in the plan's words, e.g. 順調, 未公表, 評価対象外(目標値設定中).

    ``Scheme.words`` is asked by status, and for statuses that say why by reason first; 数値のみ stands where a plan
    judges nothing.
    """
    own = scheme.words
    if reason == "figures_only":
        return own.get(reason, "数値のみ")
    default = SCHEME_WORDS.get(scheme.name, {}).get(status) or STATUS_WORDS.get(status, STATUS_WORDS["not_assessable"])
    if status == "no_data":
        return own.get(reason) or NO_DATA_WORDS.get(reason, "") or own.get(status, "未回答" if reason else "値なし")
    base = own.get(status, default)
    if status == "not_assessable":
        why = own.get(reason) or UNASSESSED_WORDS.get(reason, "")
        return f"{base}({why})" if why else base
    return base


def marked_word(status: str, reason: str, scheme: Scheme) -> str:
    """The status word with ◎ or ○ before 達成 and 順調."""
    return STATUS_MARKS.get(status, "") + status_word(status, reason, scheme)


def number(value: float | None, decimals: int, *, short_of: float | Iterable[float] = ()) -> str:
    """「1,234」「77.4」「−12.0」; ― where there is none.

    ``short_of`` are limits that the value must not seem to reach by rounding: 99.96 short of 100 is 99.9, and 50.04
    that had to come down to 50 is 50.1. A limit that the value equals (within the judgement's tolerance) is reached.
    """
    exact = _decimal(value)
    if exact is None or value is None:
        return MISSING
    decimals = max(0, int(decimals))
    unit = Decimal(1).scaleb(-decimals)
    shown = _quantize(exact, unit, ROUND_HALF_UP)
    for limit in (short_of,) if isinstance(short_of, int | float) else short_of:
        edge = _decimal(limit)
        if edge is None or abs(value - limit) <= max(EPS, 1e-15 * abs(limit)):
            continue
        if exact < edge <= shown:
            shown = _quantize(exact, unit, ROUND_FLOOR)
        elif exact > edge >= shown:
            shown = _quantize(exact, unit, ROUND_CEILING)
    text = f"{abs(shown):,.{decimals}f}"
    return MINUS + text if shown < 0 else text


def _decimal(value: float | None) -> Decimal | None:
    """The number as its shortest decimal text, without the noise of the last binary places."""
    if value is None or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Decimal(f"{value:.15g}")


def _quantize(exact: Decimal, unit: Decimal, rounding: str) -> Decimal:
    steps = (exact / unit).to_integral_value(rounding=rounding)
    return steps * unit


def decimals_of(value: float | None, at_least: int) -> int:
    """How many decimals a baseline, target or 目安値 needs to be printed as it is (six at most)."""
    exact = _decimal(value)
    if exact is None:
        return at_least
    exponent = exact.normalize().as_tuple().exponent
    return max(at_least, min(6, -exponent if isinstance(exponent, int) else 0))


def as_it_is(value: float) -> str:
    """A number with all the decimals it has: 「41,300,000」「77.45」."""
    return number(value, decimals_of(value, 0))


def with_unit(value: float | None, unit: str, decimals: int, *, short_of: float | Iterable[float] = ()) -> str:
    """「1,234件」「77.4%」; ― without a unit where there is no value."""
    text = number(value, decimals, short_of=short_of)
    return text if text == MISSING else text + plain_unit(unit)


def plain_unit(unit: str) -> str:
    """The unit as it is printed: one percent sign."""
    return "%" if unit in ("％", "%", "パーセント") else unit


def met_safe(value: float | None, card: Card, unit: str) -> str:
    """A judged value with its unit: it never seems to meet a target or a side of the band that it misses."""
    if value is None or not math.isfinite(value):
        return MISSING
    decimals = value_decimals(card)
    return with_unit(value, unit, decimals, short_of=unmet_limits(value, card))


def value_decimals(card: Card) -> int:
    """The card's decimals, or its target's where that is stated more finely."""
    return max(decimals_of(limit, card.decimals) for limit in (card.target, *card.band, None))


def unmet_limits(value: float, card: Card) -> tuple[float, ...]:
    """The limits of a card that a value misses."""
    low, high = card.band if card.direction == "maintain" else (None, None)
    if card.direction == "increase":
        low = card.target
    elif card.direction == "decrease":
        high = card.target
    missed = ([low] if low is not None and value < low else []) + ([high] if high is not None and value > high else [])
    return tuple(missed)


def percent(share: float | None, decimals: int = 1, *, met: bool = False) -> str:
    """A share as percent: 「77.4%」「−12.0%」. Short of 100 % is never 100 %, and below zero never zero.

    ``met`` is for an achieved indicator whose share lies a binary hair below 1.
    """
    exact = _decimal(share)
    if exact is None or share is None:
        return MISSING
    limits = [0.0] if share < 0 else [100.0] if share < 1 and not met else []
    text = number(float(exact * 100), decimals, short_of=limits)
    return text if text == MISSING else text + "%"


def pace_text(pace: float | None, scheme: Scheme) -> str:
    """A pace with two decimals: 0.9996 that is not 順調 is 0.99, and 0.7996 is 0.79."""
    if pace is None or not math.isfinite(pace):
        return MISSING
    return number(pace, 2, short_of=[limit for limit in (scheme.on_track, scheme.mostly) if pace < limit - EPS])


def change_text(delta: float | None, unit: str, decimals: int) -> str:
    """「+3.2ポイント」 for rates, 「−12件」 else, 「±0件」 for none; a change too small to print is said to be that."""
    if delta is None or not math.isfinite(delta):
        return MISSING
    suffix = "ポイント" if plain_unit(unit) == "%" else plain_unit(unit)
    text = number(abs(delta), decimals)
    if abs(delta) <= EPS:
        return f"±{text}{suffix}"
    sign = "+" if delta > 0 else MINUS
    if not text.strip("0."):
        return f"{sign}{number(10.0**-decimals, decimals)}{suffix}未満"
    return f"{sign}{text}{suffix}"


def per_year(rate: float | None, unit: str, decimals: int) -> str:
    """「年+2.5ポイント」; ― where there is none."""
    # A rate between whole numbers is a fraction, but nobody reads a tenth of a sheet beside two million.
    fine = rate is None or not math.isfinite(rate) or abs(rate) < 1000
    text = change_text(rate, unit, max(decimals, 1) if fine else decimals)
    return text if text == MISSING else f"年{text}"


def is_magnitude(unit: str) -> bool:
    """Whether a unit is itself of thousands or more (千人, 百万円): its numbers are not shortened once more."""
    return unit[:1] in ("十", "百", "千", "万", "億")


def in_myriads(value: float | None, unit: str) -> str:
    """Large counts shortened for a narrow place: 「3,842万枚」「1.2億円」; below one 万 as it is."""
    if value is None or not math.isfinite(value):
        return MISSING
    for size, name in () if is_magnitude(unit) else ((1e8, "億"), (1e4, "万")):
        if abs(value) >= size:
            scaled = value / size
            return number(scaled, 0 if abs(scaled) >= 100 else 1) + name + plain_unit(unit)
    return with_unit(value, unit, decimals_of(value, 0))
