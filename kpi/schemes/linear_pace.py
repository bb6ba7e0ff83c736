"""The default: progress against the planned path from baseline to target."""

from __future__ import annotations

import numpy as np

from kpi.path import EPS, pace, progress
from kpi.period import short_of
from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation, Told
from kpi.words import text_of


def _judge(s: Situation) -> list[Case]:
    done, planned = progress(s.rules, s.value), s.path.planned
    rate = pace(done, planned)
    flat = planned <= EPS
    return [
        (flat & (done >= planned - EPS), "on_track", "flat_path"),
        (flat, "behind", "flat_path"),
        (rate >= s.limits["on_track"] - EPS, "on_track", "pace"),
        (rate >= s.limits["mostly"] - EPS, "mostly_on_track", "pace"),
        (np.isfinite(rate), "behind", "pace"),
    ]


def _pace(told: Told) -> str:
    row, shown = told.row, told.figures
    line = f"{short_of(row['period'])}の計画線{told.amount(shown.line)}に対し実績{told.amount(shown.value)}。"
    rate = f"進捗率{text_of(shown.progress, '%')}、"
    if row["reason"] == "flat_path":
        side = "以上" if row["status"] == "on_track" else "未満"
        return f"{line}{rate}計画線がまだ動いていない時点で計画上の進捗{text_of(shown.planned, '%')}{side}"
    return f"{line}{rate}ペース{text_of(shown.pace)}"


METHOD = Method(
    name="linear_pace",
    word="計画線とペース",
    summary="現状値から目標値までまっすぐ進むとした線(計画線)と、実績とを比べて判定します。",
    judge=_judge,
    outcomes=(
        Outcome("on_track", "pace", _pace),
        Outcome("mostly_on_track", "pace", _pace),
        Outcome("behind", "pace", _pace),
        Outcome("on_track", "flat_path", _pace),
        Outcome("behind", "flat_path", _pace),
    ),
    rules=(
        Rule("ペースが{on_track}以上", "on_track"),
        Rule("ペースが{mostly}以上{on_track}未満", "mostly_on_track"),
        Rule("そのほか(進捗率0%を含む)", "behind"),
    ),
    steps=(
        common.VALUE_STEP,
        common.PROGRESS_STEP,
        "計画上の進捗=(今回の時点−現状値の時点)÷(目標の時点−現状値の時点)。目安値があるときは、目安値を結んだ線で計算します。",
        "ペース=進捗率÷計画上の進捗。1なら計画線の上、1を下回るほど遅れています。",
        common.REQUIRED_STEP,
        common.ROUNDING_STEP,
        common.COUNTS_STEP,
    ),
    thresholds=(common.ON_TRACK, common.MOSTLY),
    measure="pace",
    figure="ペース",
)
