"""What is said of a plan whose term is over: how its indicators and its work ended, and what of it lives on."""

from __future__ import annotations

from collections.abc import Iterable

from kpi.assessment import Assessment
from kpi.initiatives.continuity import Carried
from kpi.initiatives.initiative import count_words
from kpi.initiatives.work_state import COUNTED_WORDS, Work, work_of
from kpi.printing.rollup import counts


def final_account(state: Assessment, carried: Iterable[Carried]) -> tuple[str, ...]:
    """Sentences: the term, how the indicators ended and how the work, and the initiatives that another plan has."""
    plan = state.plan
    assumed = "(期間は想定)" if {"start", "end"} & set(plan.assumptions) else ""
    years = plan.start.label if plan.start == plan.end else f"{plan.start.label}から{plan.end.label}まで"
    told = [f"計画期間は{years}でした{assumed}。", _indicators(state)]
    if plan.initiatives:
        told += _work(work_of(state))
        told.append(_initiatives(state, [c for c in carried if c.before.id == plan.id]))
    return tuple(told)


def _indicators(state: Assessment) -> str:
    whole = counts(state.assessed, state.plan)[0]
    if not whole.total:
        return "計画に指標はなく、数値による結果はありません。"
    return f"{whole.total}指標は、{whole.words}で終わりました。"


def _work(work: Work) -> list[str]:
    if work.half is None:
        return []
    counted = "・".join(f"{COUNTED_WORDS[code]}{number}" for code, number in work.own_counts)
    return [f"取組の進捗は、最後の見直し({work.half.short})で{counted}でした。"]


def _initiatives(state: Assessment, carried: list[Carried]) -> str:
    own = count_words(state.plan.initiatives)
    lives_on = {c.earlier.id for c in carried}
    if not lives_on:
        return f"{own}。ほかの計画に引き継いだと示された取組はありません。"
    names = "、".join(dict.fromkeys(f"「{c.after_name}」" for c in carried))
    return f"{own}のうち{len(lives_on)}は、{names}に引き継がれています。"
