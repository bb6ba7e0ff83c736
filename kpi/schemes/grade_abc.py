"""Grades A, B+, B and C by how much of the year's expectation is reached, as 茨城県 publishes them.

The expectation is the planned path at the value's period, through the 目安値 where there are any.
"""

from __future__ import annotations

import numpy as np

from kpi.path import EPS, pace
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation, Status, Threshold


def _judge(s: Situation) -> list[Case]:
    done, planned = s.done, s.path.planned
    rate, flat = pace(done, planned), planned <= EPS
    return [
        (flat & (done >= planned - EPS), "grade_a", "flat_path"),
        (flat, "grade_c", "flat_path"),
        (rate >= s.limits["grade_a"] - EPS, "grade_a", "pace"),
        (rate >= s.limits["grade_b_plus"] - EPS, "grade_b_plus", "pace"),
        (rate >= s.limits["grade_b"] - EPS, "grade_b", "pace"),
        (np.isfinite(rate), "grade_c", "pace"),
    ]


METHOD = Method(
    name="grade_abc",
    word="A・B+・B・Cの4段階",
    summary="その時点で計画されている進捗に対し、どれだけ進んだか(ペース)をA・B+・B・Cの4段階で示します。",
    judge=_judge,
    outcomes=(
        Outcome("grade_a", "pace", common.pace_clause),
        Outcome("grade_b_plus", "pace", common.pace_clause),
        Outcome("grade_b", "pace", common.pace_clause),
        Outcome("grade_c", "pace", common.pace_clause),
        Outcome("grade_a", "flat_path", common.pace_clause),
        Outcome("grade_c", "flat_path", common.pace_clause),
    ),
    rules=(
        Rule("ペースが{grade_a}以上", "grade_a"),
        Rule("ペースが{grade_b_plus}以上{grade_a}未満", "grade_b_plus"),
        Rule("ペースが{grade_b}以上{grade_b_plus}未満", "grade_b"),
        Rule("そのほか(進捗率0%を含む)", "grade_c"),
    ),
    steps=(
        common.VALUE_STEP,
        common.PROGRESS_STEP,
        common.PLANNED_STEP,
        common.PACE_STEP,
        common.REQUIRED_STEP,
        common.ROUNDING_STEP,
        common.COUNTS_STEP,
    ),
    thresholds=(
        Threshold("grade_a", "A評価", 1.0),
        Threshold("grade_b_plus", "B+評価", 0.8),
        Threshold("grade_b", "B評価", 0.5),
    ),
    measure="pace",
    figure="ペース",
    statuses=(
        Status("grade_a", "A評価", like="on_track"),
        Status("grade_b_plus", "B+評価", like="mostly_on_track"),
        Status("grade_b", "B評価", like="behind"),
        Status("grade_c", "C評価", like="not_achieved"),
    ),
)
