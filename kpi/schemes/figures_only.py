"""数値のみ: what is unset is said, nothing is judged."""

from __future__ import annotations

import numpy as np

from kpi.schemes import common
from kpi.schemes.scheme import Case, Method, Outcome, Rule, Situation


def _judge(s: Situation) -> list[Case]:
    return [(np.ones(len(s.value), dtype=bool), "not_assessable", "figures_only")]


METHOD = Method(
    name="figures_only",
    word="数値のみ",
    summary="数値だけを示し、判定はしていません。",
    judge=_judge,
    outcomes=(Outcome("not_assessable", "figures_only", common.plain, "数値のみ", apart=True),),
    rules=(Rule("そのほか", "not_assessable", "figures_only"),),
    steps=(
        common.VALUE_STEP,
        common.PROGRESS_STEP,
        "判定はせず、現状値・目標値・今回の値と進捗率を並べて示します。",
        common.ROUNDING_STEP,
    ),
    verdict=False,
)
