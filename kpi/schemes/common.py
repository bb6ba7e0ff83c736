"""Rows 1 to 7 of the status table, which apply before any method: judged, named, told and explained once for all.

Row 1, no value after the baseline, is said by :mod:`kpi.progress`, which chooses the value.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kpi.path import EPS, MAINTAIN, UNKNOWN, Bools, meets
from kpi.period import short_of
from kpi.printing.number_words import LEVEL, signed_text, text_of
from kpi.schemes.scheme import Case, Outcome, Rule, Situation, Threshold, Told

# --- clauses ---------------------------------------------------------------------------------------------------------


def actual(told: Told) -> str:
    """「R6の実績61.5」."""
    return f"{short_of(told.row['period'])}の実績{told.amount(told.figures.value)}"


def plain(told: Told) -> str:
    """The value, and how it has moved since the baseline; a sentence of its own."""
    return f"{actual(told)}{_since(told)}。"


def _since(told: Told) -> str:
    change, word = told.figures.change, told.row["baseline_word"]
    if change is None or not word:
        return ""
    if word == LEVEL and change:  # held within a band, a movement is neither
        word = "改善でも悪化でもない"
    return f"。現状値から{signed_text(change, told.indicator.unit)}({word})"


def with_text(text: str) -> Callable[[Told], str]:
    """A clause that says of the value what it always says."""
    return lambda told: f"{actual(told)}{text}"


def _moved_away(told: Told) -> str:
    return f"{actual(told)}、進捗率{text_of(told.figures.progress, '%')}で現状値より目標から離れた"


def _deadline(told: Told) -> str:
    return f"{actual(told)}、進捗率{text_of(told.figures.progress, '%')}で目標の時点に至った"


def pace_clause(told: Told) -> str:
    """「R6の計画線63.3に対し実績61.5。進捗率26.0%、ペース0.78」, of every method that goes by the pace."""
    row, shown = told.row, told.figures
    line = f"{short_of(row['period'])}の計画線{told.amount(shown.line)}に対し実績{told.amount(shown.value)}。"
    rate = f"進捗率{text_of(shown.progress, '%')}、"
    if shown.pace is None:
        side = "以上" if row["progress"] >= row["planned"] - EPS else "未満"
        return f"{line}{rate}計画線がまだ動いていない時点で計画上の進捗{text_of(shown.planned, '%')}{side}"
    return f"{line}{rate}ペース{text_of(shown.pace)}"


# --- outcomes --------------------------------------------------------------------------------------------------------

#: Every outcome of these rows. The first stands for figures of which no row holds.
OUTCOMES = (
    Outcome("not_assessable", "not_computable", with_text("では数が大きすぎる等により計算できない"), "計算できない値"),
    Outcome("not_assessable", "target_unset", plain, "目標値設定中"),
    Outcome("not_assessable", "band_unset", plain, "維持の範囲設定中"),
    Outcome("not_assessable", "direction_unset", plain, "目指す方向設定中"),
    Outcome("achieved", "target_met", with_text("が目標を満たす")),
    Outcome("not_assessable", "baseline_unset", plain, "現状値設定中"),
    Outcome("regressed", "out_of_band", with_text("が維持の範囲の外にある")),
    Outcome("regressed", "target_not_ahead", with_text("で目標に届かず、目標値が現状値より目指す方向の先にない")),
    Outcome("regressed", "moved_away", _moved_away),
    Outcome("not_achieved", "deadline_passed", _deadline),
    Outcome(
        "not_assessable", "target_period_unset", with_text("と比べる計画線が、目標の時点が未設定のため引けない"),
        "目標の時点設定中",
    ),
    Outcome(
        "not_assessable", "baseline_period_unset", with_text("と比べる計画線が、現状値の時点が未設定のため引けない"),
        "現状値の時点設定中",
    ),
)  # fmt: skip


# --- the rows --------------------------------------------------------------------------------------------------------


def rows(s: Situation, *, verdict: bool) -> list[Case]:
    """Rows 2 to 7: what is unset, met, not ahead, moving away or over; without ``verdict`` only what is unset.

    Last comes what a way to the target needs besides: the periods at which it begins and ends. A card without target
    passes where the plan lets its method judge it alone.
    """
    rules, has = s.rules, s.rules.has_target
    unset: list[Case] = [
        (~has & (rules.sign == MAINTAIN), "not_assessable", "band_unset"),
        *([(~has, "not_assessable", "target_unset")] if s.alone is None else []),
        (rules.sign == UNKNOWN, "not_assessable", "direction_unset"),
    ]
    baseless: Case = (~np.isfinite(rules.baseline), "not_assessable", "baseline_unset")
    if not verdict:
        return [*unset, baseless]

    def aimed(holds: Bools) -> Bools:
        return holds if s.alone is None else holds & has

    return [
        *unset,
        (meets(rules, s.value, rules.target), "achieved", "target_met"),
        baseless,
        (rules.sign == MAINTAIN, "regressed", "out_of_band"),
        (aimed(~rules.ahead), "regressed", "target_not_ahead"),
        (s.done < -EPS, "regressed", "moved_away"),
        (aimed(s.path.at >= rules.target_at - EPS), "not_achieved", "deadline_passed"),
        (aimed(~np.isfinite(rules.target_at)), "not_assessable", "target_period_unset"),
        (~np.isfinite(rules.baseline_at), "not_assessable", "baseline_period_unset"),
    ]


#: The thresholds of the methods that ask how far a value has come on its way.
ON_TRACK = Threshold("on_track", "順調", 1.0)
MOSTLY = Threshold("mostly", "概ね順調", 0.8)

# --- the same in words -----------------------------------------------------------------------------------------------

_NO_VALUE = Rule("現状値の時点より後の値がない(理由を示す)", "no_data")
NO_TARGET = Rule("目標値が未設定。現状値からの変化を改善・横ばい・悪化で示す", "not_assessable")
_NO_BASELINE = Rule("現状値が未設定", "not_assessable")
#: Rows 1 to 7, and of them those that a method without a verdict has.
RULES = (
    _NO_VALUE,
    NO_TARGET,
    Rule("目標値に届いている", "achieved"),
    _NO_BASELINE,
    Rule("維持する指標で範囲の外にある、または目標値が現状値より先にない", "regressed"),
    Rule("進捗率が0%より小さい", "regressed"),
    Rule("目標の時点を迎えた", "not_achieved"),
)
UNSET_RULES = (_NO_VALUE, NO_TARGET, _NO_BASELINE)

VALUE_STEP = (
    "使う値は、現状値の時点より後で、いちばん新しい時点の値です。同じ時点では確定が速報に優先し、後から分かった値が先の値に優先します。見込は判定に使いません。"
    "後の回答で秘匿・該当なしとされた値と、年度ごとに数える指標の年度途中までの値も使いません。"
)
PROGRESS_STEP = "進捗率=(今回の値−現状値)÷(目標値−現状値)。0%未満も100%超もそのまま示します。"
PLANNED_STEP = (
    "計画上の進捗=(今回の時点−現状値の時点)÷(目標の時点−現状値の時点)。"
    "目安値があるときは、目安値を結んだ線で計算します。"
)
PACE_STEP = "ペース=進捗率÷計画上の進捗。1なら計画線の上、1を下回るほど遅れています。"
REQUIRED_STEP = "必要なペース=(目標値−今回の値)÷目標までの年数。これまでのペースと並べて示します。"
ROUNDING_STEP = (
    "四捨五入は表示するときだけで、判定には四捨五入する前の値を使います。"
    "目標に届いていない値が、表示のうえで目標と同じに見えることはありません。"
)
COUNTS_STEP = (
    "分野の状況は判定ごとの指標の数で示します。割合の平均は、単位も向きも違う指標をならして遅れを隠すため、出しません。"
)
