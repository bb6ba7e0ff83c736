"""Observed over required yearly growth, as Eurostat and Open SDG tell progress: 95 %, 60 %, below.

Both growths are signed by the direction. What has no growth rate (zero or negative values) is refused with the reason;
a card without a numeric target is judged by its growth alone only where the plan says from how much on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from kpi.path import EPS, Floats, pace
from kpi.plan import Card, Scheme
from kpi.printing.number_words import MISSING, percent, term, text_of, years_text
from kpi.printing.shares import Quotient, Shares, exactly
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Row, Rule, Situation, Step, Threshold, Told

_ON_TRACK = Threshold("growth_on_track", "順調", 0.95)
_MOSTLY = Threshold("growth_mostly", "概ね順調", 0.6)
_ALONE = Threshold("growth_alone", "目標値のない指標の順調", most=1.0, percent=True)


def _growth(start: Floats, end: Floats, years: Floats) -> Floats:
    """Yearly growth (1 is 100 per cent) from one value to another; NaN where either is not positive."""
    sound = (start > 0) & (end > 0) & (years > EPS)
    ratio, span = np.where(sound, end, 1.0) / np.where(sound, start, 1.0), np.where(sound, years, 1.0)
    return np.where(sound, np.expm1(np.log(ratio) / span), np.nan)


def _judge(s: Situation) -> list[Case]:
    rules = s.rules
    grown = rules.side * _growth(rules.baseline, s.value, s.path.at - rules.baseline_at)
    needed = rules.side * _growth(rules.baseline, rules.target, rules.target_at - rules.baseline_at)
    ratio, known, alone = pace(grown, needed), np.isfinite(grown), ~rules.has_target
    size = math.nan if s.alone is None else s.alone
    return [
        (~known | (~alone & ~np.isfinite(needed)), "not_assessable", "growth_undefined"),
        (alone & (grown >= size - EPS) & (grown > EPS), "on_track", "growth_alone"),
        (alone & (grown > EPS), "mostly_on_track", "growth_alone"),
        (alone & (grown >= -EPS), "behind", "growth_alone"),
        (alone, "regressed", "growth_alone"),
        (ratio >= s.limits[_ON_TRACK.key] - EPS, "on_track", "growth"),
        (ratio >= s.limits[_MOSTLY.key] - EPS, "mostly_on_track", "growth"),
        (np.isfinite(ratio), "behind", "growth"),
    ]


# --- in print --------------------------------------------------------------------------------------------------------


def _side(card: Card) -> int:
    return {"increase": 1, "decrease": -1}.get(card.direction, 0)


def _growths(row: Row, card: Card) -> tuple[float, float, float]:
    """Observed and required growth, signed by the direction, and the years passed; NaN where there is none."""
    if card.baseline_period is None or card.baseline is None or not _side(card):
        return math.nan, math.nan, math.nan
    start, begun = card.baseline, card.baseline_period.position
    gone = float(row["position"]) - begun
    whole = card.target_period.position - begun if card.target_period else math.nan
    target = math.nan if card.target is None else card.target
    pairs = ((row["value"], gone), (target, whole))
    grown, needed = (
        _side(card) * float(_growth(np.array(start), np.array(end), np.array(years))) for end, years in pairs
    )
    return (0.0 if -EPS <= grown < 0 else grown), needed, gone


def _marks(row: Row, card: Card, scheme: Scheme) -> Iterator[tuple[float, bool]]:
    """The values whose growth lies on a threshold: who works the growth out anew finds the class that was judged."""
    grown, needed, years = _growths(row, card)
    if not math.isfinite(grown) or card.baseline is None:
        return
    limits = METHOD.limits(scheme).values()
    edges = [(limit - EPS) * needed for limit in limits if math.isfinite(needed)]
    if card.target is None and (size := METHOD.judges_alone(scheme)) is not None:
        edges.append(size - EPS)
    for edge in edges:
        if _side(card) * edge > -1:
            yield card.baseline * (1 + _side(card) * edge) ** years, grown >= edge


def _shown(told: Told) -> Shares:
    """Observed and required growth (per cent, signed by the direction) and their ratio, as they are printed."""
    grown, needed, _ = _growths(told.row, told.card)
    limits = tuple(sorted(METHOD.limits(told.scheme).values()))
    ratio = grown / needed if needed > EPS else math.nan
    stops = [(Decimal(0), grown >= 0)]
    if told.card.target is None and (size := told.limits.get(_ALONE.key)) is not None:
        at = exactly(size * 100)
        stops += [] if at is None else [(at, grown >= size - EPS)]
    return Quotient(grown, needed, ratio, limits, ratio >= 1 - EPS, tuple(stops)).printed()


def _signed(told: Told, growth: Decimal | None) -> str:
    """「+5.7%」, and of an indicator that is to fall 「−3.2%」 where it does."""
    if growth is None:
        return MISSING
    real = growth * _side(told.card)
    return f"{'+' if real > 0 else '±' if not real else ''}{text_of(real if real else abs(real), '%')}"


def _clause(told: Told) -> str:
    grown, needed, ratio = _shown(told)
    return (
        f"{common.actual(told)}までの年平均の伸び{_signed(told, grown)}、"
        f"目標までに必要な伸び{_signed(told, needed)}、その比{text_of(ratio)}"
    )


def _alone(told: Told) -> str:
    grown, _, _ = _shown(told)
    line = f"{common.actual(told)}までの年平均の伸び{_signed(told, grown)}"
    if told.row["status"] in ("on_track", "mostly_on_track"):
        side = "以上" if told.row["status"] == "on_track" else "未満"
        return f"{line}で、目指す方向に年{percent(told.limits[_ALONE.key])}{side}"
    return f"{line}で、目指す方向に動いていない"


def _calculation(told: Told) -> list[Step]:
    card, shown = told.card, told.figures
    grown, needed, years = _growths(told.row, card)
    if not math.isfinite(grown) or card.baseline_period is None:
        return []
    over, under, ratio = _shown(told)
    base = term(shown.baseline)
    steps = [("年平均の伸び", f"({term(shown.precise)}÷{base})^(1÷{years_text(years)})−1", _signed(told, over))]
    if math.isfinite(needed) and card.target_period:
        whole = years_text(card.target_period.position - card.baseline_period.position)
        steps.append(("必要な伸び", f"({term(shown.target)}÷{base})^(1÷{whole})−1", _signed(told, under)))
    if ratio is not None:
        steps.append(("伸びの比", f"{_signed(told, over)}÷{_signed(told, under)}", text_of(ratio)))
    return steps


METHOD = Method(
    name="cagr_ratio",
    word="年平均の伸びの比",
    summary="現状値からの年平均の伸びを、目標値に届くために必要な年平均の伸びと比べて判定します。",
    judge=_judge,
    outcomes=(
        Outcome(
            "not_assessable",
            "growth_undefined",
            common.with_text("と現状値・目標値からは、0以下の値があるため伸び率を計算できない"),
            "伸び率を計算できない",
        ),
        Outcome("on_track", "growth", _clause),
        Outcome("mostly_on_track", "growth", _clause),
        Outcome("behind", "growth", _clause),
        Outcome("on_track", "growth_alone", _alone),
        Outcome("mostly_on_track", "growth_alone", _alone),
        Outcome("behind", "growth_alone", _alone),
        Outcome("regressed", "growth_alone", _alone),
    ),
    rules=(
        Rule("値か現状値か目標値が0または負で、伸び率を計算できない", "not_assessable"),
        Rule("伸びの比が{growth_on_track}以上", "on_track"),
        Rule("伸びの比が{growth_mostly}以上{growth_on_track}未満", "mostly_on_track"),
        Rule("そのほか(伸びのない場合を含む)", "behind"),
    ),
    steps=(
        common.VALUE_STEP,
        "年平均の伸び=(今回の値÷現状値)の(1÷年数)乗−1。必要な伸び=(目標値÷現状値)の(1÷目標までの年数)乗−1。"
        "減らすことを目指す指標では、どちらも減り方で比べます。",
        "伸びの比=年平均の伸び÷必要な伸び。1なら、このままの伸びで目標の時点に目標値へ届きます。",
        common.PROGRESS_STEP,
        common.ROUNDING_STEP,
        common.COUNTS_STEP,
    ),
    thresholds=(_ON_TRACK, _MOSTLY),
    figure="伸びの比",
    marks=_marks,
    calculation=_calculation,
    alone=_ALONE,
    alone_rules=(
        Rule("目標値が未設定で、目指す方向への年平均の伸びが{growth_alone}以上", "on_track"),
        Rule("目標値が未設定で、目指す方向への年平均の伸びが0%より大きく{growth_alone}未満", "mostly_on_track"),
        Rule("目標値が未設定で、伸びがない", "behind"),
        Rule("目標値が未設定で、目指す方向から離れた", "regressed"),
    ),
)
