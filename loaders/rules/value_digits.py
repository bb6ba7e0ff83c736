"""Checks of the digits of a figure: the same as last time, fractions, decimals, size, sign and side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import isclose

from kpi.cards.revision import target_lies_ahead
from loaders.rules.check_case import CONFIRM_FIGURE, Case, plain, same
from loaders.rules.check_registry import ASK, FIX, NOTE, Hit, check
from loaders.rules.value_checks import KEYS, yardstick
from loaders.text.surroundings import COUNTED


def _same(case: Case) -> float | None:
    if case.value is None or case.last is None or case.period == case.last.period:
        return None
    return case.value if same(case.value, case.last.value) else None


def _telling(case: Case, value: float) -> bool:
    """Whether an equal value would be a coincidence: three significant digits or more."""
    return len(plain(value, case.card.decimals).replace(",", "").replace(".", "").lstrip("-0")) >= 3


@check(
    code="value.same_as_last",
    severity=ASK,
    condition="値が前回と最後の桁まで同じとき(3桁以上)",
    message="{value}は{what}({when})と最後の桁まで同じです。その値のままになっていませんか。",
    advice="実際に同じ値だったときは、その旨を入力してください。",
)
def _same_digits(case: Case) -> Iterator[Hit]:
    value = _same(case)
    if value is not None and case.last and _telling(case, value):
        yield Hit("value", {"value": case.show(value), "when": case.last.period.short, "what": case.what})


@check(
    code="value.same_small",
    severity=NOTE,
    condition="値が前回と同じとき(2桁以下)",
    message="{value}は{what}({when})と同じ値です。",
)
def _same_small(case: Case) -> Iterator[Hit]:
    value = _same(case)
    if value is not None and case.last and not _telling(case, value):
        yield Hit("value", {"value": case.show(value), "when": case.last.period.short, "what": case.what})


@check(
    code="value.fraction_of_count",
    severity=ASK,
    condition="件数や人数など、数えた値に端数があるとき",
    message="「{value}」には端数がありますが、{unit}を単位とする数えた値です。桁区切りの「,」と小数点「.」の打ち間違いではありませんか。",
    advice=CONFIRM_FIGURE,
)
def _fraction(case: Case) -> Iterator[Hit]:
    if case.indicator.unit not in COUNTED or case.card.decimals:
        return
    for key in KEYS:
        value = case.answer.number(key)
        if value is not None and not same(value, round(value)):
            yield Hit(key, {"value": case.show(value), "unit": case.indicator.unit})


#: How a plan's words for a part of a rate end where it is counted; 時間数, 日数 and 指数 may have fractions.
_COUNTED_PART = re.compile(r"(?<!時間)(?<![日指係])数(?:\([^()]*\))?$")


@check(
    code="rate.fraction_of_count",
    severity=ASK,
    condition="件数や人数など、数えた分子・分母に端数があるとき",
    message="「{value}」には端数がありますが、「{what}」は数えた値です。桁区切りの「,」と小数点「.」の打ち間違いではありませんか。",
    advice=CONFIRM_FIGURE,
)
def _fraction_of_part(case: Case) -> Iterator[Hit]:
    for key, what in (("numerator", case.indicator.numerator), ("denominator", case.indicator.denominator)):
        value = case.answer.number(key)
        if value is not None and not same(value, round(value)) and _COUNTED_PART.search(what or ""):
            yield Hit(key, {"value": plain(value), "what": what})


#: From here on a value that nothing can be compared with is looked at once by a person.
_HUGE = 1e8


@check(
    code="value.no_yardstick",
    severity=ASK,
    condition="比べる値がまだないのに、1億以上の値があるとき",
    message="{value}は、比べる値がまだないうえに、とても大きな値です。桁や単位に誤りはありませんか。",
    advice=CONFIRM_FIGURE,
)
def _noyardstick(case: Case) -> Iterator[Hit]:
    for key in KEYS:
        value = case.answer.number(key)
        if value is not None and abs(value) >= _HUGE and not [v for v in yardstick(case, key) if v != value]:
            yield Hit(key, {"value": case.show(value)})


@check(
    code="value.decimals",
    severity=NOTE,
    condition="値の小数の桁数が、指標で決めた桁数より多いとき",
    message="{value}は、この指標の表示(小数第{decimals}位まで)より細かい値です。書かれたまま取り込み、表示だけを丸めます。",
)
def _decimals(case: Case) -> Iterator[Hit]:
    if case.indicator.unit in COUNTED and not case.card.decimals:
        return  # there a fraction is a question of its own
    for key in ("value", "correction", "baseline", "target"):
        value, entry = case.answer.number(key), case.answer.entries.get(key)
        if value is None or (entry and "/" in entry.cell):
            continue
        if not isclose(round(value, case.card.decimals), value, rel_tol=1e-12, abs_tol=1e-9):
            yield Hit(key, {"value": case.show(value), "decimals": str(case.card.decimals)})


@check(
    code="target.wrong_side",
    severity=ASK,
    condition="目標値が現状値から見て、目指す方向にないとき",
    message="目標値{target}が、現状値{baseline}から見て目指す方向({direction})にありません。",
    advice=CONFIRM_FIGURE,
)
def _side(case: Case) -> Iterator[Hit]:
    entered = case.answer.number("target"), case.answer.number("baseline")
    target = entered[0] if entered[0] is not None else case.card.target
    baseline = entered[1] if entered[1] is not None else case.card.baseline
    if entered == (None, None) or target is None or baseline is None:
        return
    if target_lies_ahead(replace(case.card, target=target, baseline=baseline)):
        return
    key = "target" if entered[0] is not None else "baseline"
    words = {"target": case.show(target), "baseline": case.show(baseline)}
    yield Hit(key, words | {"direction": "増加" if case.card.direction == "increase" else "減少"})


@check(
    code="value.negative_count",
    severity=FIX,
    condition="件数など負になり得ない値が負のとき",
    message="{value}は負の値です。件数や人数は負になりません。",
    advice="△や－が、減少や空欄の意味で書かれていないか確かめ、正しい値を入力してください。",
)
def _negative(case: Case) -> Iterator[Hit]:
    counted = case.indicator.unit in (*COUNTED, "万枚")
    for key in ("value", "correction", "baseline", "target", "numerator", "denominator"):
        value = case.answer.number(key)
        if value is None or value >= 0 or (key not in ("numerator", "denominator") and not counted):
            continue
        if key not in ("numerator",) or counted:
            yield Hit(key, {"value": plain(value)})
