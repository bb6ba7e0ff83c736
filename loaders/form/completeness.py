"""Which of the cells that must be filled in a return leaves empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpi.collection.workflow import Answer
from kpi.initiatives.initiative import BEHIND
from kpi.plan import Plan, RoundKind
from loaders.form import definition as d


def unfilled(answers: Iterable[Answer], kind: RoundKind, plan: Plan) -> Mapping[str, int]:
    """The columns that must be filled (:func:`.definition.need_of`), with how many open cells of each are empty."""
    found: dict[str, int] = {}
    for answer in answers:
        for column in d.asked_columns(kind, plan):
            entry = answer.entries.get(column.key)
            if entry is not None and entry.value is None and _wanted(d.need_of(column, kind, plan), answer):
                found[column.key] = found.get(column.key, 0) + 1
    return found


def _wanted(need: d.Need, answer: Answer) -> bool:
    reason = answer.text("missing_reason")
    match need:
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
            return bool(answer.text("revised_start") or answer.text("revised_end"))
        case _:
            return False
