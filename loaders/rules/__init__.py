"""The checks: one registered entry each, and the one list of them that people read.

To add a check, write a function over a :class:`~loaders.rules.check_case.Case` under ``@check(...)``
in the module of what it looks at: the figure (:mod:`.value_checks`, :mod:`.value_digits`), what surrounds it
(:mod:`.state_checks`), the answer as a whole (:mod:`.answer_checks`) or the half-year of an initiative
(:mod:`.initiative_checks`); it then runs on every answer and stands on the
help screen. A check ``of`` a row (:mod:`.rate_checks`) runs while a form is read and may settle what the row's cells
say together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kpi.collection.workflow import Answer, Brief, Entry, Reading
from kpi.issue import Issue
from loaders.rules import answer_checks as _answers
from loaders.rules import initiative_checks as _initiatives
from loaders.rules import rate_checks as _rates
from loaders.rules import reading_findings as _reading
from loaders.rules import state_checks as _states
from loaders.rules import value_checks as _values
from loaders.rules import value_digits as _digits
from loaders.rules.check_case import Case, cases
from loaders.rules.check_registry import CHECKS, Check, Hit, Of, check, declare, finding
from loaders.rules.declared_checks import checks_elsewhere
from loaders.rules.reading_findings import UNREAD

__all__ = [
    "CHECKS", "UNREAD", "Check", "Hit", "all_checks", "check", "check_answers", "check_row", "declare", "finding",
]  # fmt: skip
_REGISTERING = (
    _answers,
    _initiatives,
    _rates,
    _reading,
    _states,
    _values,
    _digits,
)  # imported for the entries they register


def all_checks() -> tuple[Check, ...]:
    """Every finding a person can meet, by code: these checks, the reader's, those of numbers and of refused files."""
    found = {**{c.code: c for c in checks_elsewhere()}, **CHECKS}
    return tuple(found[code] for code in sorted(found))


def check_answers(reading: Reading, brief: Brief) -> tuple[Issue, ...]:
    """What the checks have to say about the answers of a reading, in the order of its answers."""
    return tuple(
        _issue(entry, hit, case.answer)
        for case in cases(reading, brief)
        for entry in _running("answer")
        for hit in _hits(entry, case)
    )


def check_row(case: Case) -> tuple[Mapping[str, Entry], tuple[Issue, ...]]:
    """The entries of a row of a form as its checks leave them, and what these have to say of it.

    A finding stands at its cell as it was read, or as its own check leaves it.
    """
    read = case.answer
    issues: list[Issue] = []
    for entry in _running("row"):
        for hit in _hits(entry, case):
            entries = {**case.answer.entries, **hit.entries}
            issues.append(_issue(entry, hit, replace(read, entries={**entries, **read.entries, **hit.entries})))
            case = replace(case, answer=replace(case.answer, entries=entries))
    return case.answer.entries, tuple(issues)


def _running(of: Of) -> Iterator[Check]:
    return (entry for entry in CHECKS.values() if entry.run is not None and entry.of == of)


def _hits(entry: Check, case: Case) -> Iterator[Hit]:
    return entry.run(case) if entry.run else iter(())


def _issue(entry: Check, hit: Hit, answer: Answer) -> Issue:
    """The issue of a check that fires, at the cell that it is about."""
    cell = answer.entries.get(hit.key)
    sheet, ref, written = (cell.sheet, cell.cell, cell.written) if cell else ("", "", "")
    return finding(
        entry.code, hit.words, sheet=sheet, cell=ref, value=written,
        indicator_id=answer.subject_id, key=hit.key, choices=hit.choices,
    )  # fmt: skip
