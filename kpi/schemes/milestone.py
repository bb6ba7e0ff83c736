"""Against the 目安値 of the value's own period: met, at least 80 % of the way to it, below."""

from __future__ import annotations

import numpy as np

from kpi.path import EPS, meets, pace
from kpi.period import short_of
from kpi.printing.number_words import percent
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation, Told


def _judge(s: Situation) -> list[Case]:
    """Met is 順調, 80 % is 概ね順調, below is 進捗に遅れ.

    "Of the way" is (v − b) / (m − b): v / m would call a rate that never moved from 74 towards 80 "92 % done". A period
    without 目安値 is not assessable and never falls back on the straight line.
    """
    rules, goal = s.rules, s.path.milestone
    way = rules.side * (goal - rules.baseline)
    share = pace(rules.side * (s.value - rules.baseline), way)
    met = np.where(np.isfinite(share), share >= s.limits["on_track"] - EPS, meets(rules, s.value, goal))
    has = np.isfinite(goal)
    return [
        (~has, "not_assessable", "milestone_unset"),
        (met, "on_track", "milestone_met"),
        (share >= s.limits["mostly"] - EPS, "mostly_on_track", "milestone"),
        (has, "behind", "milestone"),
    ]


def _clause(told: Told) -> str:
    row, limits = told.row, told.limits
    goal, value = told.figures.milestone, told.figures.value
    if row["reason"] != "milestone_met":
        how = f"{percent(limits['mostly'])}{'以上' if row['status'] == 'mostly_on_track' else '未満'}"
    else:  # a plan may call it 順調 at less than the 目安値 itself
        how = f"{percent(limits['on_track'])}以上" if abs(limits["on_track"] - 1) > EPS else ""
    reached = f"目安値までの{how}" if how else "目安値を満たす"
    return f"{short_of(row['period'])}の目安値{told.amount(goal)}に対し実績{told.amount(value)}で{reached}"


METHOD = Method(
    name="milestone",
    word="目安値",
    summary="年度ごとに定めた目安値と、実績とを比べて判定します。",
    judge=_judge,
    outcomes=(
        Outcome(
            "not_assessable", "milestone_unset", common.with_text("と比べる同じ時点の目安値がない"), "目安値設定中"
        ),
        Outcome("on_track", "milestone_met", _clause),
        Outcome("mostly_on_track", "milestone", _clause),
        Outcome("behind", "milestone", _clause),
    ),
    rules=(
        Rule("同じ時点の目安値がない", "not_assessable"),
        Rule("目安値までの進みが{on_track}以上", "on_track"),
        Rule("目安値までの進みが{mostly}以上{on_track}未満", "mostly_on_track"),
        Rule("そのほか", "behind"),
    ),
    steps=(
        common.VALUE_STEP,
        common.PROGRESS_STEP,
        "目安値までの進み=(今回の値−現状値)÷(今回と同じ時点の目安値−現状値)。1なら目安値に届いています。目安値のない時点の値は判定しません。",
        common.REQUIRED_STEP,
        common.ROUNDING_STEP,
        common.COUNTS_STEP,
    ),
    thresholds=(common.ON_TRACK, common.MOSTLY),
    measure="milestone",
    figure="目安値までの進み",
)
