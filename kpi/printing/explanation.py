"""Why an indicator has its status: one sentence, and the calculation with the numbers put in."""

from __future__ import annotations

import math
from collections.abc import Mapping

from kpi.period import Period, short_of
from kpi.plan import Card, Indicator, Scheme
from kpi.printing.number_words import MISSING, NO_DATA_WORDS, NOT_ASKED, per_year, term, text_of, years_text
from kpi.printing.printed_figures import figures, stated_text
from kpi.schemes import method_of, outcome_of
from kpi.schemes.common import plain
from kpi.schemes.scheme import Figures, Row, Step, Told
from kpi.status import status_word

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
    outcome, told = outcome_of(scheme, row["status"], row["reason"]), _told(row, card, indicator, scheme)
    clause = outcome.clause(told) if outcome else plain(told)
    tail = "" if clause.endswith("。") else "ため" if _ends_in_kana(clause) else "のため"
    notes = _notes(row)
    return f"{head}。{clause}{tail}『{word}』{notes}"


def _told(row: Row, card: Card, indicator: Indicator, scheme: Scheme) -> Told:
    return Told(row, card, indicator, scheme, method_of(scheme).held(scheme), figures(row, card, scheme))


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
    return stated_text(value, card, indicator.unit) + _bracket(period)


def _bracket(period: Period | None) -> str:
    return f"({period.short})" if period else ""


def _band(card: Card, indicator: Indicator) -> str:
    low, high = (stated_text(side, card, indicator.unit) for side in card.band)
    if low == MISSING:
        return "未設定" if high == MISSING else f"{high}以下を維持"
    return f"{low}以上を維持" if high == MISSING else f"{low}から{high}までを維持"


def _no_value(row: Row) -> str:
    asked = short_of(row.get("waiting_period", ""))
    why = NO_DATA_WORDS.get(row["reason"], "")
    if row["reason"] == NOT_ASKED:
        return "現状値より後の時点の値がないため"
    if row["reason"] == "unanswered" or not why:
        return "現状値より後の時点の回答がないため"
    return f"{asked + 'は' if asked else ''}「{why}」で、判定に使える値がないため"


def _notes(row: Row) -> str:
    """What has to be known beside the status."""
    notes = ["速報値による" if row.get("provisional") else ""]
    if row.get("waiting"):
        notes.append(f"{short_of(row['waiting_period'])}は{NO_DATA_WORDS.get(row['waiting'], '')}")
    if row.get("stale"):
        notes.append("次の値が公表されているはずの時期を過ぎている")
    if row.get("fragile"):
        notes.append("四捨五入やしきい値の少しの違いで判定が変わりうる")
    told = "、".join(note for note in notes if note)
    return f"({told})" if told else ""


def calculation(row: Row, card: Card, indicator: Indicator, scheme: Scheme | None = None) -> list[Step]:
    """The steps as (label, formula with the numbers put in, result); empty where there is no value to judge.

    ``scheme`` must be the one of the judgement, as in the sentence; without one the default.
    """
    if row["status"] == "no_data" or not _finite(row["value"]):
        return []
    told = _told(row, card, indicator, scheme or Scheme())
    shown, method = told.figures, method_of(told.scheme)
    steps = [_progress_step(row, shown)]
    steps += [] if method.own_figure else _planned(row, card, shown)
    steps += _yearly(row, card, indicator, shown)
    if shown.achievement is not None:
        value, goal = term(shown.precise), term(shown.target)
        formula = f"{goal}÷{value}" if card.direction == "decrease" else f"{value}÷{goal}"
        steps.append(("達成率", formula, text_of(shown.achievement, "%")))
    steps += method.calculation(told)
    if card.direction == "maintain":
        result = "満たす" if row["reason"] == "target_met" else "満たさない"
        formula = f"{text_of(shown.value, indicator.unit)}／{_band(card, indicator)}"
        steps.append(("維持の範囲", formula, result))
    return steps


def _progress_step(row: Row, shown: Figures) -> Step:
    if shown.progress is None:
        return ("進捗率", PROGRESS_REASONS.get(row["progress_reason"], "計算できない値です"), MISSING)
    v, b, t = (term(number) for number in (shown.precise, shown.baseline, shown.target))
    return ("進捗率", f"({v}−{b})÷({t}−{b})", text_of(shown.progress, "%"))


def _planned(row: Row, card: Card, shown: Figures) -> list[Step]:
    """計画上の進捗, and ペース measured by it."""
    steps = []
    if shown.planned is not None:
        steps.append(("計画上の進捗", _planned_formula(row, card), text_of(shown.planned, "%")))
    if shown.pace is not None:
        formula = f"{text_of(shown.progress, '%')}÷{text_of(shown.planned, '%')}"
        steps.append(("ペース", formula, text_of(shown.pace)))
    return steps


def _planned_formula(row: Row, card: Card) -> str:
    if card.milestones:
        return f"{short_of(row['period'])}の目安値を通る計画線"
    first, last = (p.short if p else "" for p in (card.baseline_period, card.target_period))
    return f"({short_of(row['period'])}−{first})÷({last}−{first})"


def _yearly(row: Row, card: Card, indicator: Indicator, shown: Figures) -> list[Step]:
    """The yearly rates, each of the printed numbers, so that the formula gives what stands beside it."""
    v, steps = shown.precise, []
    if _finite(row["pace_per_year"]) and card.baseline_period and v is not None and shown.baseline is not None:
        span = row["position"] - card.baseline_period.position
        result = per_year(float(v - shown.baseline) / span, indicator.unit, card.decimals)
        steps.append(("これまでの動き", f"({term(v)}−{term(shown.baseline)})÷{years_text(span)}", result))
    if _finite(row["required_per_year"]) and card.target_period and v is not None and shown.target is not None:
        span = card.target_period.position - row["position"]
        result = per_year(float(shown.target - v) / span, indicator.unit, card.decimals)
        steps.append(("今後必要な動き", f"({term(shown.target)}−{term(v)})÷{years_text(span)}", result))
    return steps


def _finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
