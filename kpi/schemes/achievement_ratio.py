"""達成率 of annual flows, 100 / 90 / 80: 達成, 概ね達成, 達成不十分, 著しく不十分. The rest is refused."""

from __future__ import annotations

import numpy as np

from kpi.path import EPS, achievement
from kpi.printing.number_words import text_of
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation, Threshold, Told


def _judge(s: Situation) -> list[Case]:
    ratio = achievement(s.rules, s.value)
    return [
        (~s.rules.annual, "not_assessable", "not_annual"),
        (~np.isfinite(ratio), "not_assessable", "ratio_undefined"),
        (ratio >= s.limits["mostly_achieved"] - EPS, "mostly_on_track", "ratio"),
        (ratio >= s.limits["underachieved"] - EPS, "behind", "ratio"),
        (np.isfinite(ratio), "not_achieved", "ratio"),
    ]


def _ratio(told: Told) -> str:
    return f"{common.actual(told)}、達成率{text_of(told.figures.achievement, '%')}"


METHOD = Method(
    name="achievement_ratio",
    word="達成率",
    summary="目標値に対する実績の割合(達成率)で判定します。",
    judge=_judge,
    outcomes=(
        Outcome(
            "not_assessable", "not_annual",
            common.with_text("は年度ごとの値の指標でなく、達成率による判定の対象とならない"), "年度ごとの値でない",
        ),
        Outcome(
            "not_assessable", "ratio_undefined", common.with_text("と目標値からは達成率を計算できない"),
            "達成率を計算できない",
        ),
        Outcome("mostly_on_track", "ratio", _ratio, "概ね達成"),
        Outcome("behind", "ratio", _ratio, "達成不十分"),
        Outcome("not_achieved", "ratio", _ratio, "著しく不十分"),
    ),
    rules=(
        Rule("年度ごとに数える指標でない", "not_assessable"),
        Rule("値か目標値が0または負で、達成率を計算できない", "not_assessable"),
        Rule("達成率が{mostly_achieved}以上", "mostly_on_track", "ratio"),
        Rule("達成率が{underachieved}以上{mostly_achieved}未満", "behind", "ratio"),
        Rule("達成率が{underachieved}未満", "not_achieved", "ratio"),
    ),
    steps=(
        common.VALUE_STEP,
        "達成率=今回の値÷目標値。減らすことを目指す指標では、目標値÷今回の値。年度ごとに数える指標だけを判定します。",
        common.ROUNDING_STEP,
        common.COUNTS_STEP,
    ),
    thresholds=(
        Threshold("mostly_achieved", "概ね達成", 0.9, most=1.0, percent=True),
        Threshold("underachieved", "達成不十分", 0.8, most=1.0, percent=True),
    ),
    measure="achievement",
    figure="達成率",
)  # fmt: skip
