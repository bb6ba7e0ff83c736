"""What the data answers to each question about one indicator, in plain sentences made from it alone.

An answer is None where nobody asks, and empty where nobody has told anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kpi.cards.revision import has_target, target_text
from kpi.changes.change import Change, Kind
from kpi.compare.ranks import ranking
from kpi.path import EPS
from kpi.period import Period, short_of
from kpi.printing.number_words import NOT_ASKED
from kpi.report.blocks import paper_day, paper_text
from kpi.report.indicator_entry import Entry
from kpi.report.progress_list import overdue
from kpi.status import concern, standing
from kpi.story import simple_extension
from kpi.summary import advice, beside_nation, explanation, has_nation

#: What a change has to be explained for, and of these whose reason only somebody can tell.
_TO_EXPLAIN: frozenset[Kind] = frozenset(
    {"finalised", "corrected", "withdrawn", "target", "baseline", "definition", "rule", "restated"}
)
_REASON_OWED = _TO_EXPLAIN - {"finalised", "restated"}


@dataclass(frozen=True)
class Case:
    """One indicator with what has changed of it since last time."""

    one: Entry
    changes: tuple[Change, ...]

    @property
    def id(self) -> str:
        """The indicator's id."""
        return self.one.indicator.id

    @property
    def valued(self) -> bool:
        """Whether there is a value to judge."""
        return bool(self.one.row["period"])

    @property
    def off(self) -> bool:
        """Whether it is off its way."""
        return concern(self.one.row["status"]) is not None

    @property
    def whom(self) -> str:
        """Who answers for the indicator: 部局 and 課."""
        state = self.one.state
        owner = state.plan.owner(self.id, state.day)
        divisions = owner.divisions_on(state.day) if owner else ()
        named = [state.owner_name(self.one.indicator), *(d.name for d in divisions if self.id in d.indicators)]
        return " ".join(" ".join(named).split())

    @property
    def lack(self) -> str:
        """What stands where nobody has told anything."""
        return f"(記載なし。担当 {self.whom}に確認)"


def _why_no_value(case: Case) -> str | None:
    if case.valued:
        return None
    if case.one.row["reason"] == NOT_ASKED:
        return advice(case.one.state, case.one.indicator)
    said = full(case.one.said("analysis"))
    survey = next((year for year in case.one.card.survey_years if year >= case.one.state.day.year), 0)
    following = f"次の調査年は{Period('CY', survey).short}。" if survey else ""
    return f"理由は「{case.one.word}」。{said}{following}{_coming(case)}"


def _why_old(case: Case) -> str | None:
    if not case.valued or not case.one.row["stale"]:
        return None
    return f"いまの値は{case.one.period('')}のもので、その後の値が届いていない。{_coming(case)}"


def _coming(case: Case) -> str:
    seen = case.one.observation
    coming = short_of(seen["next_release"] or "") if seen is not None else ""
    if not coming:
        return f"いつ分かるかは{case.lack}。"
    late = f"この予定は過ぎている。その事情は{case.lack}。" if overdue(case.one) else ""
    return f"次回の公表予定は{coming}。{late}"


def _status(case: Case) -> str | None:
    return paper_text(explanation(case.one.state, case.one.indicator)) if case.valued else None


def _extension(case: Case) -> str | None:
    state, indicator, card = case.one.state, case.one.indicator, case.one.card
    found = simple_extension(state, indicator)
    if _achieved(case):
        return "今回の値は目標を満たしている。"
    if not state.plan.scheme.show_outlook:  # a plan without extensions has none here either: people have to say it
        return "" if case.off else None
    if found:
        return f"{paper_text(found.sentence)}。会議資料には載せていない計算である。"
    if not has_target(card):
        return "目標値が未設定のため、計算できない。"
    end = card.target_period
    if case.valued and end and case.one.row["position"] >= end.position - EPS:
        return f"値が目標の時点({end.short})に達しているため、先の計算はない。"
    return "現状値より後の値が2つに満たないため、単純な延長でも計算できない。"


def _nation(case: Case) -> str:
    state, indicator = case.one.state, case.one.indicator
    said = paper_text(beside_nation(state, indicator))
    ranked = ranking(state.benchmarks, indicator.series_id, area=state.plan.area_code) if indicator.series_id else None
    place = f"都道府県との比較は{ranked.period_label}で{ranked.text}。" if ranked and ranked.rank else ""
    return said + place


def _ground(case: Case) -> str:
    one, state = case.one, case.one.state
    if not has_target(one.card):
        return f"目標値は未設定。理由と、いつ決めるかは{case.lack}。"
    asked = {r.id for r in state.plan.rounds if r.kind == "targets"}
    told = [r["evidence"] for r in state.told.get(case.id, ()) if r["round_id"] in asked and r["evidence"]]
    ground = one.card.reason or (str(told[-1]) if told else "")
    by = f"({one.period('target')})" if one.period("target") else ""
    stated = f"目標は{paper_text(target_text(one.card, one.indicator.unit))}{by}。"
    return f"{stated}決めたときの記録: {full(ground)}" if ground else f"{stated}根拠は{case.lack}。"


def _why_changed(case: Case) -> str | None:
    found = [c for c in case.changes if c.kind in _TO_EXPLAIN]
    return "".join(f"{c.word}: {paper_text(c.text)}。{_reason(case, c)}" for c in found) if found else None


def _reason(case: Case, change: Change) -> str:
    told = [change.why, change.who, paper_day(change.at.date()) if change.at else ""]
    said = f"({'、'.join(words for words in told if words)})" if any(told) else ""
    owed = change.kind in _REASON_OWED and not change.why
    return f"{said}{f'理由は{case.lack}。' if owed else ''}"


def _breaks(case: Case) -> str | None:
    series = case.one.indicator.series_id
    found = case.one.state.benchmarks.breaks_of(series) if series else ()
    told = [f"{first.short}から系列が途切れている({why})。途切れの前後の差は出していない。" for first, why in found]
    told += [f"前回から変わった: {c.text}。" for c in case.changes if c.kind == "definition"]
    return "".join(told) if told else None


def _said(key: str, *, when: Callable[[Case], bool]) -> Callable[[Case], str | None]:
    """What the department wrote, asked where ``when`` says so and wherever it wrote something."""

    def told(case: Case) -> str | None:
        return case.one.said(key) or ("" if when(case) else None)

    return told


def _achieved(case: Case) -> bool:
    return standing(case.one.row["status"]) == "achieved"


#: By the name in the question's key: the question, and how it is answered.
ASKED: Mapping[str, tuple[str, Callable[[Case], str | None]]] = {
    "no_value": ("なぜ値がないのか。いつ分かるのか。", _why_no_value),
    "behind": ("なぜ遅れているのか。", lambda c: c.one.said("analysis") if c.off else None),
    "actions": ("今後どうするのか。", _said("actions", when=lambda c: c.off)),
    "status": ("この進捗区分としたのはなぜか。", _status),
    "causes": ("値の動いた要因は何か。", lambda c: None if c.off or not c.valued else c.one.said("analysis") or None),
    "extension": ("目標は達成できる見通しか。", _extension),
    "nation": ("全国・他県と比べてどうか。", _nation),
    "changed": ("前回から変わったのはなぜか。", _why_changed),
    "ground": ("目標値の根拠は何か。", _ground),
    "definition": ("定義が変わったのではないか。前の値と比べられるのか。", _breaks),
    "old": ("なぜ新しい値がないのか。いつ分かるのか。", _why_old),
    "verification": ("数値はどう確かめたのか。", _said("verification", when=lambda c: c.valued)),
    "limits": ("この数値では何を言えないのか。", _said("limits", when=lambda c: c.valued)),
    "after_target": ("目標に達したらどうするのか。", _said("after_target", when=_achieved)),
}
#: What is asked of any indicator, though nothing is told; and what only of one that is likely to be asked about.
_ALWAYS, _LIKELY = ("status", "extension", "after_target"), ("ground",)


def is_asked(case: Case, name: str, made: str) -> bool:
    """Whether a question is likely of an indicator that is on its way and unchanged."""
    if name == "nation":
        return has_nation(case.one.state, case.one.indicator)
    return name in _ALWAYS or (bool(made) and name not in _LIKELY)


def full(text: str) -> str:
    """Words on one line that end as a sentence does."""
    words = " ".join(text.split())
    return words if not words or words[-1] in "。」』" or words.endswith("に確認)") else f"{words}。"
