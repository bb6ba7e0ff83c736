"""The default: progress against the planned path from baseline to target."""

from __future__ import annotations

import numpy as np

from kpi.path import EPS, pace
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation


def _judge(s: Situation) -> list[Case]:
    done, planned = s.done, s.path.planned
    rate = pace(done, planned)
    flat = planned <= EPS
    return [
        (flat & (done >= planned - EPS), "on_track", "flat_path"),
        (flat, "behind", "flat_path"),
        (rate >= s.limits["on_track"] - EPS, "on_track", "pace"),
        (rate >= s.limits["mostly"] - EPS, "mostly_on_track", "pace"),
        (np.isfinite(rate), "behind", "pace"),
    ]


METHOD = Method(
    name="linear_pace",
    word="計画線とペース",
    summary="現状値から目標値までまっすぐ進むとした線(計画線)と、実績とを比べて判定します。",
    judge=_judge,
    outcomes=(
        Outcome("on_track", "pace", common.pace_clause),
        Outcome("mostly_on_track", "pace", common.pace_clause),
        Outcome("behind", "pace", common.pace_clause),
        Outcome("on_track", "flat_path", common.pace_clause),
        Outcome("behind", "flat_path", common.pace_clause),
    ),
    rules=(
        Rule("ペースが{on_track}以上", "on_track"),
        Rule("ペースが{mostly}以上{on_track}未満", "mostly_on_track"),
        Rule("そのほか(進捗率0%を含む)", "behind"),
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
    thresholds=(common.ON_TRACK, common.MOSTLY),
    measure="pace",
    figure="ペース",
)
