"""数値のみ: what is unset is said, nothing is judged."""

from __future__ import annotations

import numpy as np

from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation


def _judge(s: Situation) -> list[Case]:
    everything = np.ones(len(s.value), dtype=bool)
    return [
        *common.before_judging(s),
        (~np.isfinite(s.rules.baseline), "not_assessable", "baseline_unset"),
        (everything, "not_assessable", "figures_only"),
    ]


METHOD = Method(
    name="figures_only",
    word="数値のみ",
    summary="数値だけを示し、判定はしていません。",
    judge=_judge,
    outcomes=(
        common.NOT_COMPUTABLE,
        common.TARGET_UNSET,
        common.BAND_UNSET,
        common.DIRECTION_UNSET,
        common.BASELINE_UNSET,
        Outcome("not_assessable", "figures_only", common.plain, "数値のみ", apart=True),
    ),
    rules=(
        common.NO_VALUE,
        common.NO_TARGET,
        common.NO_BASELINE,
        Rule("そのほか", "not_assessable", "figures_only"),
    ),
    steps=(
        common.VALUE_STEP,
        common.PROGRESS_STEP,
        "判定はせず、現状値・目標値・今回の値と進捗率を並べて示します。",
        common.ROUNDING_STEP,
    ),
)
