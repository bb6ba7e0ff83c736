"""Why an indicator has its status: one sentence, and the calculation with the numbers put in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from kpi.period import Period
from kpi.plan import Card, Indicator, Scheme
from kpi.words import (
    MISSING,
    NO_DATA_WORDS,
    change_text,
    decimals_of,
    met_safe,
    number,
    pace_text,
    per_year,
    percent,
    status_word,
    value_decimals,
    with_unit,
)

Row = Mapping[str, Any]
Step = tuple[str, str, str]

#: Why there is no progress rate, for the calculation.
PROGRESS_REASONS: Mapping[str, str] = {
    "no_value": "判定に使う値がありません",
    "direction_unset": "目指す方向が未設定です",
    "maintain": "維持の指標のため計算しません",
    "target_unset": "目標値が未設定です",
    "baseline_unset": "現状値が未設定です",
    "target_equals_baseline": "目標値が現状値と同じため計算できません",
    "target_not_ahead": "目標値が現状値より目指す方向の先にないため計算しません",
}


def explain(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    """「現状値55.0(R4)→目標80.0(R10)。R6の計画線63.3に対し実績61.5。進捗率26.0%、ペース0.78のため『進捗に遅れ』」.

    ``row`` is a row of :func:`kpi.progress.assess` (a Series or a mapping). Every status and reason has its words.
    """
    word = status_word(row["status"], row["reason"], scheme)
    head = _head(card, indicator, scheme)
    if row["status"] == "no_data":
        return f"{head}。{_no_value(row)}『{word}』"
    clause = _CLAUSES.get(row["reason"], _plain)(row, card, indicator, scheme)
    tail = "" if clause.endswith("。") else "ため" if _ends_in_kana(clause) else "のため"
    notes = _notes(row)
    return f"{head}。{clause}{tail}『{word}』{notes}"


def _ends_in_kana(clause: str) -> bool:
    """A clause that ends in a verb or adjective takes ため, one that ends in a noun or a number のため."""
    return "ぁ" <= clause[-1] <= "ん"


def _head(card: Card, indicator: Indicator, scheme: Scheme) -> str:
    base = f"{scheme.words.get('baseline', '現状値')}{_point(card.baseline, card.baseline_period, card, indicator)}"
    if card.direction == "maintain":
        return f"{base}→目標{_band(card, indicator)}{_bracket(card.target_period)}"
    return f"{base}→目標{_point(card.target, card.target_period, card, indicator)}"


def _point(value: float | None, period: Period | None, card: Card, indicator: Indicator) -> str:
    if value is None or not math.isfinite(value):
        return "未設定"
    return with_unit(value, indicator.unit, decimals_of(value, card.decimals)) + _bracket(period)


def _bracket(period: Period | None) -> str:
    return f"({period.short})" if period else ""


def _band(card: Card, indicator: Indicator) -> str:
    low, high = (with_unit(x, indicator.unit, decimals_of(x, card.decimals)) for x in card.band)
    if low == MISSING:
        return "未設定" if high == MISSING else f"{high}以下を維持"
    return f"{low}以上を維持" if high == MISSING else f"{low}から{high}までを維持"


def _short(code: str) -> str:
    """A period code as R6; the code itself where it is none, empty where there is none."""
    try:
        return Period.parse(code).short if code else ""
    except ValueError:
        return code


def _no_value(row: Row) -> str:
    asked = _short(row.get("waiting_period", ""))
    why = NO_DATA_WORDS.get(row["reason"], "")
    if row["reason"] == "unanswered" or not why:
        return "現状値より後の時点の回答がないため"
    return f"{asked + 'は' if asked else ''}「{why}」で、判定に使える値がないため"


def _notes(row: Row) -> str:
    """What has to be known beside the status."""
    notes = ["速報値による" if row.get("provisional") else ""]
    if row.get("waiting"):
        notes.append(f"{_short(row['waiting_period'])}は{NO_DATA_WORDS.get(row['waiting'], '')}")
    if row.get("stale"):
        notes.append("次の値が公表されているはずの時期を過ぎている")
    if row.get("fragile"):
        notes.append("四捨五入やしきい値の少しの違いで判定が変わりうる")
    told = "、".join(note for note in notes if note)
    return f"({told})" if told else ""


def _actual(row: Row, card: Card, indicator: Indicator) -> str:
    return f"{_short(row['period'])}の実績{met_safe(row['value'], card, indicator.unit)}"


def _since(row: Row, card: Card, indicator: Indicator) -> str:
    change = change_text(row["baseline_change"], indicator.unit, card.decimals)
    return f"。現状値から{change}({row['baseline_word']})" if row["baseline_word"] and change != MISSING else ""


def _plain(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    return f"{_actual(row, card, indicator)}{_since(row, card, indicator)}。"


def _met(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    return f"{_actual(row, card, indicator)}が目標を満たす"


def _pace(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    decimals = value_decimals(card)
    value, planned = row["value"], row["planned_value"]
    line = with_unit(planned, indicator.unit, decimals, short_of=value)
    told = f"{_short(row['period'])}の計画線{line}に対し実績{met_safe(value, card, indicator.unit)}。"
    rate = f"進捗率{percent(row['progress'])}、"
    if row["reason"] == "flat_path":
        side = "以上" if row["status"] == "on_track" else "未満"
        return f"{told}{rate}計画線がまだ動いていない時点で計画上の進捗{percent(row['planned'])}{side}"
    return f"{told}{rate}ペース{pace_text(row['pace'], scheme)}"


def _milestone(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    goal = row["milestone"]
    text = with_unit(goal, indicator.unit, decimals_of(goal, card.decimals))
    met = row["reason"] == "milestone_met"
    value = with_unit(row["value"], indicator.unit, value_decimals(card), short_of=() if met else goal)
    line = percent(scheme.mostly, 0)
    how = "目安値を満たす" if met else f"目安値までの{line}{'以上' if row['status'] == 'mostly_on_track' else '未満'}"
    return f"{_short(row['period'])}の目安値{text}に対し実績{value}で{how}"


def _ratio(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    return f"{_actual(row, card, indicator)}、達成率{_ratio_text(row['achievement'])}"


def _ratio_text(ratio: float) -> str:
    """達成率 never seems to reach a class it misses."""
    if not math.isfinite(ratio):
        return MISSING
    return number(ratio * 100, 1, short_of=[x for x in (100.0, 90.0, 80.0) if ratio * 100 < x]) + "%"


def _with(text: str) -> Callable[[Row, Card, Indicator, Scheme], str]:
    return lambda row, card, indicator, scheme: f"{_actual(row, card, indicator)}{text}"


def _moved_away(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    return f"{_actual(row, card, indicator)}、進捗率{percent(row['progress'])}で現状値より目標から離れた"


def _deadline(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> str:
    return f"{_actual(row, card, indicator)}、進捗率{percent(row['progress'])}で目標の時点に至った"


_CLAUSES: Mapping[str, Callable[[Row, Card, Indicator, Scheme], str]] = {
    "target_met": _met,
    "out_of_band": _with("が維持の範囲の外にある"),
    "target_not_ahead": _with("で目標に届かず、目標値が現状値より目指す方向の先にない"),
    "moved_away": _moved_away,
    "deadline_passed": _deadline,
    "pace": _pace,
    "flat_path": _pace,
    "milestone_met": _milestone,
    "milestone": _milestone,
    "milestone_unset": _with("と比べる同じ時点の目安値がない"),
    "not_annual": _with("は年度ごとの値の指標でなく、達成率による判定の対象とならない"),
    "ratio_undefined": _with("と目標値からは達成率を計算できない"),
    "ratio": _ratio,
    "target_period_unset": _with("と比べる計画線が、目標の時点が未設定のため引けない"),
    "baseline_period_unset": _with("と比べる計画線が、現状値の時点が未設定のため引けない"),
    "not_computable": _with("では数が大きすぎる等により計算できない"),
    "scheme_unknown": _with("だが、計画の判定方法にこのプログラムが対応していない"),
}


def calculation(row: Row, card: Card, indicator: Indicator, scheme: Scheme | None = None) -> list[Step]:
    """The steps as (label, formula with the numbers put in, result); empty where there is no value to judge."""
    if row["status"] == "no_data" or not _finite(row["value"]):
        return []
    steps = [_progress_step(row, card)]
    if _finite(row["planned"]):
        steps.append(("計画上の進捗", _planned_formula(row, card), percent(row["planned"])))
    if _finite(row["pace"]):
        formula = f"{percent(row['progress'])}÷{percent(row['planned'])}"
        steps.append(("ペース", formula, pace_text(row["pace"], scheme or Scheme())))
    steps += _yearly(row, card, indicator)
    if _finite(row["achievement"]):
        value, goal = _n(row["value"], card), _n(card.target, card)
        formula = f"{goal}÷{value}" if card.direction == "decrease" else f"{value}÷{goal}"
        steps.append(("達成率", formula, _ratio_text(row["achievement"])))
    if card.direction == "maintain":
        result = "満たす" if row["reason"] == "target_met" else "満たさない"
        steps.append(
            ("維持の範囲", f"{met_safe(row['value'], card, indicator.unit)}／{_band(card, indicator)}", result)
        )
    return steps


def _progress_step(row: Row, card: Card) -> Step:
    if not _finite(row["progress"]):
        return ("進捗率", PROGRESS_REASONS.get(row["progress_reason"], "計算できない値です"), MISSING)
    v, b, t = (_n(x, card) for x in (row["value"], card.baseline, card.target))
    return ("進捗率", f"({v}−{b})÷({t}−{b})", percent(row["progress"], met=row["reason"] == "target_met"))


def _planned_formula(row: Row, card: Card) -> str:
    if card.milestones:
        return f"{_short(row['period'])}の目安値を通る計画線"
    first, last = (p.short if p else "" for p in (card.baseline_period, card.target_period))
    return f"({_short(row['period'])}−{first})÷({last}−{first})"


def _yearly(row: Row, card: Card, indicator: Indicator) -> list[Step]:
    v, steps = _n(row["value"], card), []
    if _finite(row["pace_per_year"]) and card.baseline_period:
        span = _years(row["position"] - card.baseline_period.position)
        result = per_year(row["pace_per_year"], indicator.unit, card.decimals)
        steps.append(("これまでの動き", f"({v}−{_n(card.baseline, card)})÷{span}", result))
    if _finite(row["required_per_year"]) and card.target_period:
        span = _years(card.target_period.position - row["position"])
        result = per_year(row["required_per_year"], indicator.unit, card.decimals)
        steps.append(("今後必要な動き", f"({_n(card.target, card)}−{v})÷{span}", result))
    return steps


def _n(value: float | None, card: Card) -> str:
    """A number inside a formula: as fine as it is, a minus in brackets."""
    text = number(value, decimals_of(value, card.decimals))
    return f"({text})" if text.startswith("−") else text


def _years(span: float) -> str:
    return number(span, min(2, decimals_of(round(span, 2), 0))) + "年"


def _finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
