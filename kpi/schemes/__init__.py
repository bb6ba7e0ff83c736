"""The methods of judging: one file each, found by its ``METHOD``, and the only place that knows which there are.

Screens, plan files, sentences and printed figures ask here by the name that a plan gives; nothing else names a method.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from numpy.typing import NDArray

from kpi.path import Bools
from kpi.plan import Scheme
from kpi.schemes import common
from kpi.schemes.scheme import Case, Codes, Method, Outcome, Rule, Situation, Threshold

__all__ = [
    "METHODS", "THRESHOLDS", "Method", "Outcome", "Rule", "Situation", "Threshold", "fragile", "judge", "judged_words",
    "method_of", "outcome_of", "outcomes_of", "rules_of",
]  # fmt: skip


def _found() -> dict[str, Method]:
    """The methods of this folder, the default first, then those that judge, by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    methods = [module.METHOD for module in modules if hasattr(module, "METHOD")]
    return {m.name: m for m in sorted(methods, key=lambda m: (m.name != Scheme().name, not m.verdict, m.name))}


METHODS: Mapping[str, Method] = _found()


#: Every threshold that a plan may set, by key.
THRESHOLDS: Mapping[str, Threshold] = {t.key: t for method in METHODS.values() for t in method.settable}


#: What stands for a method that a plan names and this program does not know: it judges nothing and says so.
_UNKNOWN = Method(
    name="",
    word="",
    summary="この計画の判定方法に、このプログラムは対応していません。",
    judge=lambda s: [(np.ones(len(s.value), dtype=bool), "not_assessable", "scheme_unknown")],
    outcomes=(
        Outcome(
            "not_assessable",
            "scheme_unknown",
            common.with_text("だが、計画の判定方法にこのプログラムが対応していない"),
            "判定方法が未対応",
        ),
    ),
    rules=(),
    steps=(),
    verdict=False,
)


def method_of(scheme: Scheme) -> Method:
    """The method that a plan names."""
    return METHODS.get(scheme.name, _UNKNOWN)


# --- judging ---------------------------------------------------------------------------------------------------------


def judge(method: Method, s: Situation) -> Codes:
    """For each card the number of its outcome among :func:`outcomes_of`; rows 1 to 7 before the method's own."""
    cases = [*common.rows(s, verdict=method.verdict), *method.judge(s)]
    return _first_match(cases, _coded(method), len(s.value))


def outcomes_of(method: Method) -> tuple[Outcome, ...]:
    """Every outcome that a value may have under a method."""
    return (*common.OUTCOMES, *method.outcomes)


def judged_words(method: Method, codes: Codes) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Statuses and reasons of outcome numbers."""
    statuses, reasons = zip(*((o.status, o.reason) for o in outcomes_of(method)), strict=True)
    return np.array(statuses, dtype=object)[codes], np.array(reasons, dtype=object)[codes]


@cache
def _coded(method: Method) -> Mapping[tuple[str, str], int]:
    return {(outcome.status, outcome.reason): number for number, outcome in enumerate(outcomes_of(method))}


@cache
def _status_numbers(method: Method) -> NDArray[np.int8]:
    """For each outcome the number of its status, so that outcomes of one status compare equal."""
    statuses = [outcome.status for outcome in outcomes_of(method)]
    return np.array([statuses.index(status) for status in statuses], dtype=np.int8)


def _first_match(cases: Sequence[Case], numbers: Mapping[tuple[str, str], int], count: int) -> Codes:
    """The outcome of the first case that holds; the first of all where none does (figures that overflow)."""
    codes = np.zeros(count, dtype=np.int8)
    for holds, status, reason in reversed(cases):
        codes[holds] = numbers[status, reason]
    return codes


def fragile(method: Method, s: Situation, tolerance: float, codes: Codes) -> Bools:
    """Whether another rounding of the value, or thresholds moved by their tolerance, would change the status.

    A value printed with the card's decimals stands for anything half a unit below or above it; both ends are asked,
    one at a time with the thresholds as they are, and then the thresholds lower and higher with the value as it is.
    """
    half = np.where(np.isfinite(s.rules.half_unit), s.rules.half_unit, 0.0)
    by = abs(tolerance) if np.isfinite(tolerance) else 0.0
    others = (replace(s, value=s.value - half), replace(s, value=s.value + half), s.moved(-by), s.moved(by))
    numbers = _status_numbers(method)
    before, changed = numbers[codes], np.zeros(len(s.value), dtype=bool)
    for other in others:
        changed |= numbers[judge(method, other)] != before
    return changed


# --- telling ---------------------------------------------------------------------------------------------------------


def outcome_of(scheme: Scheme, status: str, reason: str) -> Outcome | None:
    """The outcome of a judged row; None where there is no value, and for what the plan's method does not know."""
    return next((o for o in outcomes_of(method_of(scheme)) if (o.status, o.reason) == (status, reason)), None)


def rules_of(scheme: Scheme) -> list[Rule]:
    """The whole status table of a plan in words, with its thresholds put in; empty for an unknown method."""
    method = method_of(scheme)
    if not method.rules:
        return []
    before: tuple[Rule, ...] = common.RULES if method.verdict else common.UNSET_RULES
    own = method.rules
    if method.judges_alone(scheme) is not None:
        before, own = tuple(rule for rule in before if rule is not common.NO_TARGET), (*method.alone_rules, *own)
    held = method.held(scheme)
    told = {t.key: t.text(held[t.key]) for t in method.settable if t.key in held}
    return [*before, *(rule._replace(condition=rule.condition.format(**told)) for rule in own)]
