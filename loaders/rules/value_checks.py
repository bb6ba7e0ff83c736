"""Checks of the figures themselves, against the card and the indicator's own history."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from kpi.issue import Choice
from loaders.rules.check_case import CONFIRM_FIGURE, EPSILON, Case, plain, same
from loaders.rules.check_registry import ASK, Hit, check
from loaders.rules.quotient import PERCENT, differ, quotient, same_but_for_scale
from loaders.text.surroundings import COUNTED

#: Slips of the unit: percent and fraction, thousands (千), ten thousands (万); and one step more.
SLIPS = ((100.0, "100"), (1_000.0, "1,000"), (10_000.0, "10,000"))
#: A value so many times outside what is known is of another size.
WIDE = 2.5
KEYS = ("value", "correction", "baseline", "target")


def _slip(value: float, history: tuple[float, ...]) -> tuple[float, str] | None:
    """The factor that brings a value back among what is known, where the value itself is far outside it."""
    sizes = [abs(h) for h in history if abs(h) > EPSILON]
    if not sizes or abs(value) <= EPSILON:
        return None
    low, high = min(sizes) / WIDE, max(sizes) * WIDE
    if low <= abs(value) <= high:
        return None
    for factor, word in SLIPS:
        if low <= abs(value) / factor <= high:
            return 1 / factor, f"{word}倍"
        if low <= abs(value) * factor <= high:
            return factor, f"{word}分の1"
    return None


def slip(case: Case, key: str) -> tuple[float, str] | None:
    """A slip of the unit in a column of a case, judged against history, or the baseline where there is none."""
    value = case.answer.number(key)
    return None if value is None else _slip(value, yardstick(case, key))


def yardstick(case: Case, key: str) -> tuple[float, ...]:
    """The values that a column's size is judged by: a month's count is no measure of a year's."""
    part = key == "value" and case.card.is_part_count(case.period)
    known = tuple(p.value for p in case.known if part or not case.card.is_part_count(p.period))
    entered = case.answer.number("baseline")
    start = case.card.baseline if entered is None else entered
    if key == "target":
        return known if start is None else (*known, start)
    if key == "baseline":
        return known if known or case.card.baseline is None else (case.card.baseline,)
    return known if known or start is None else (start,)


@check(
    code="value.scale",
    severity=ASK,
    condition="値や目標値が、これまでの値や現状値のおよそ100倍・1,000倍・10,000倍、またはその逆数のとき(単位の取り違え)",
    message="{value}は、これまでの値({known})のおよそ{times}です。単位を取り違えていませんか。",
    advice="正しい値を選んでください。",
)
def _scale(case: Case) -> Iterator[Hit]:
    for key in KEYS:
        value, found = case.answer.number(key), slip(case, key)
        if value is None or found is None or value == getattr(case.card, key, None):
            continue
        factor, times = found
        # Rounded to 12 significant digits: 77.4 * 100 must be offered as 7740, not 7740.000000000001.
        mended = float(f"{value * factor:.12g}")
        known = "、".join(case.show(v) for v in yardstick(case, key)[-3:])
        choices = (
            Choice(f"{case.show(mended)}の誤り", {key: mended}),
            Choice(f"{case.show(value)}で正しい", {key: value}),
        )
        yield Hit(key, {"value": case.show(value), "known": known, "times": times}, choices)


def steps(case: Case) -> tuple[float, ...]:
    """Changes per year between neighbouring known values."""
    pairs = zip(case.before, case.before[1:], strict=False)
    return tuple((b.value - a.value) / max(b.period.position - a.period.position, EPSILON) for a, b in pairs)


def allowed_step(case: Case) -> float:
    """The change per year above which a value is worth a question.

    Median and median deviation, because one odd year in the past must not widen the door; while fewer than three
    changes are known, three times the largest of them, or that one itself where the value turns against all of them;
    never less than a tenth of the last value or two last digits.
    """
    last = case.last.value if case.last else 0.0
    known = steps(case)
    floor = max(abs(last) * 0.1, 2 * 10.0**-case.card.decimals)
    if not known:
        return max(20.0 if case.indicator.unit in PERCENT else abs(last) * 0.5, floor)
    if len(known) < 3:
        change = (case.value or 0.0) - last
        turned = all(k * change < 0 for k in known)
        return max((1 if turned else 3) * max(map(abs, known)), floor)
    middle = median(known)
    spread = 1.4826 * median(abs(k - middle) for k in known)
    return max(abs(middle) + 5 * spread, floor)


def _large(case: Case) -> float:
    """A change that is large whatever the indicator: 20 points of a rate, a doubling of a count, half of the rest."""
    last = case.last.value if case.last else 0.0
    if case.indicator.unit in PERCENT:
        return 20.0
    doubled = case.indicator.unit in COUNTED and (case.value or 0.0) > last
    return abs(last) * (1.0 if doubled else 0.5)


def _allowed_change(case: Case, years: float) -> float:
    """The change since the last value that needs no question. Over several years it adds up, but not to a large one."""
    once = allowed_step(case)
    return max(once, min(once * years, _large(case)))


@check(
    code="value.jump",
    severity=ASK,
    condition="前回からの変化が、その指標のこれまでの変化から見て大きすぎるとき、または0に変わったとき",
    message="{what}{last}({when})から{value}へ、1年あたり{step}の変化です。{past}",
    advice=CONFIRM_FIGURE,
)
def _jump(case: Case) -> Iterator[Hit]:
    if case.value is None or case.last is None or slip(case, "value"):
        return
    years = max(case.period.position - case.last.period.position, 1.0)
    change = case.value - case.last.value
    vanished = abs(case.value) <= EPSILON < abs(case.last.value)
    if not vanished and abs(change) <= _allowed_change(case, years) + EPSILON:
        return
    step = change / years
    known, digits = steps(case), case.card.decimals
    span = dict.fromkeys(plain(round(edge(known), digits + 1), digits) for edge in (min, max)) if known else {}
    past = (
        f"これまでの変化は1年あたり{'～'.join(span)}({len(known)}回)でした。"
        if known
        else "これまでの値が一つしかないため、大きな変化として確認します。"
    )
    shown = plain(round(step, digits + 1), digits)
    yield Hit(
        "value",
        {
            "what": case.what,
            "last": case.show(case.last.value),
            "when": case.last.period.short,
            "value": case.show(case.value),
            "step": shown if step < 0 else f"+{shown}",
            "past": past,
        },
    )


@check(
    code="value.cumulative_falls",
    severity=ASK,
    condition="累計の値が前回より小さいとき",
    message="累計の値が、{what}{last}({when})から{value}に減っています。",
    advice="その年度だけの値を書いていないか確かめてください。訂正のときは「訂正後の前回値」に書いてください。",
)
def _falls(case: Case) -> Iterator[Hit]:
    if (
        case.card.kind == "cumulative"
        and case.value is not None
        and case.last
        and case.value < case.last.value
        and not same(case.value, case.last.value)
    ):
        words = {"last": case.show(case.last.value), "when": case.last.period.short, "value": case.show(case.value)}
        yield Hit("value", words | {"what": case.what})


@check(
    code="correction.large",
    severity=ASK,
    condition="訂正後の前回値が、前回値と大きく違うとき(半分以上、率では20ポイントを超えて)",
    message="訂正後の前回値{value}は、前回値{last}({when})と大きく違います。",
    advice=CONFIRM_FIGURE,
)
def _correction_large(case: Case) -> Iterator[Hit]:
    value, past = case.answer.number("correction"), case.corrected
    if value is None or past is None or slip(case, "correction"):
        return
    least = 2 * 10.0**-case.card.decimals
    allowed = max(20.0 if case.indicator.unit in PERCENT else abs(past.value) * 0.5, least)
    if abs(value - past.value) > allowed + EPSILON:
        words = {"value": case.show(value), "last": case.show(past.value), "when": past.period.short}
        yield Hit("correction", words)


@check(
    code="value.rate_range",
    severity=ASK,
    condition="率(単位が％)が0～100の外にあるとき",
    message="「{value}」は0～100％の外にあります。",
    advice=CONFIRM_FIGURE,
)
def _range(case: Case) -> Iterator[Hit]:
    if case.indicator.unit not in PERCENT:
        return
    for key in ("value", "correction", "baseline", "target"):
        value = case.answer.number(key)
        if value is not None and not -EPSILON <= value <= 100 + EPSILON:
            yield Hit(key, {"value": case.show(value)})


@check(
    code="rate.differs",
    severity=ASK,
    condition="値と、分子・分母から計算した率が違うとき",
    message="値{found}と、分子・分母から計算した{value}が違います。",
    advice="正しい方を選ぶか、分子・分母を直してください。",
)
def _rate_differs(case: Case) -> Iterator[Hit]:
    over, under = case.answer.number("numerator"), case.answer.number("denominator")
    if case.value is None or over is None or under is None or under <= 0:
        return
    percent, digits, unit = case.indicator.unit in PERCENT, case.card.decimals, case.indicator.unit
    rate = quotient(over, under, percent=percent)
    if not differ(case.value, rate, digits) or (not percent and same_but_for_scale(case.value, rate, digits)):
        return
    found, shown = f"{case.value:,.10g}{unit}", f"{rate:,.{digits + 1}f}{unit}"
    choices = (Choice(f"書かれた{found}", {"value": case.value}), Choice(f"計算した{shown}", {"value": rate}))
    yield Hit("value", {"found": found, "value": shown}, choices)


@check(
    code="rate.numerator_over",
    severity=ASK,
    condition="分子が分母より大きいとき",
    message="分子{numerator}が分母{denominator}より大きくなっています。",
    advice="分子と分母が入れ替わっていないか確かめてください。",
)
def _over(case: Case) -> Iterator[Hit]:
    numerator, denominator = case.answer.number("numerator"), case.answer.number("denominator")
    # A quotient that is no share (千円/人) has a numerator above its denominator by nature.
    if case.indicator.unit not in PERCENT or numerator is None or denominator is None:
        return
    if numerator > denominator > 0 and not same(numerator, denominator):
        yield Hit("numerator", {"numerator": plain(numerator), "denominator": plain(denominator)})
