"""Which of the cells that must be filled in a return leaves empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from kpi.collection.workflow import Answer
from kpi.initiatives.half_year_review import Review, is_finished, schedule_changes
from kpi.initiatives.initiative import BEHIND
from kpi.plan import Plan, RoundKind
from loaders.form import definition as d

#: What was said of each initiative in earlier half-years, the oldest first.
Earlier = Mapping[str, Sequence[Review]]


def unfilled(
    answers: Iterable[Answer], kind: RoundKind, plan: Plan, earlier: Earlier = MappingProxyType({})
) -> Mapping[str, int]:
    """The columns that must be filled (:func:`.definition.need_of`), with how many open cells of each are empty."""
    found: dict[str, int] = {}
    for answer in answers:
        for column in d.asked_columns(kind, plan):
            entry = answer.entries.get(column.key)
            if entry is not None and entry.value is None and _wanted(column, kind, plan, answer, earlier):
                found[column.key] = found.get(column.key, 0) + 1
    return found


def _wanted(column: d.Column, kind: RoundKind, plan: Plan, answer: Answer, earlier: Earlier) -> bool:
    reason, before = answer.text("missing_reason"), earlier.get(answer.subject_id, ())
    if answer.text("progress") == "done" and column.key in d.OF_WORK_GOING_ON:
        return column.key != "next_plan" and not is_finished(before)
    match d.need_of(column, kind, plan):
        case "always":
            return True
        case "unless_missing":
            return not reason
        case "when_unpublished":
            return reason == "unpublished"
        case "when_corrected":
            return answer.number("correction") is not None
        case "when_late":
            return answer.text("progress") in BEHIND
        case "when_revised":
            return bool(schedule_changes(plan.initiative(answer.subject_id), before, answer))
        case _:
            return False
