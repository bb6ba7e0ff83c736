"""The checks: one registered entry each, and the one list of them that people read.

To add a check, write a function over a :class:`~loaders.rules.check_case.Case` in :mod:`.value_checks` or
:mod:`.state_checks` under ``@check(...)``; it then runs on every answer and stands on the help screen.
"""

from __future__ import annotations

from kpi.collection.workflow import Brief, Reading
from kpi.issue import Issue
from loaders.rules import reading_findings as _reading
from loaders.rules import state_checks as _states
from loaders.rules import value_checks as _values
from loaders.rules.check_case import Case, cases
from loaders.rules.check_registry import CHECKS, Check, Hit, check, declare, finding
from loaders.rules.declared_checks import checks_elsewhere
from loaders.rules.reading_findings import UNREAD

__all__ = ["CHECKS", "UNREAD", "Check", "Hit", "all_checks", "check", "check_answers", "declare", "finding"]
_REGISTERING = (_reading, _states, _values)  # imported for the entries they register


def all_checks() -> tuple[Check, ...]:
    """Every finding a person can meet, by code: these checks, the reader's, those of numbers and of refused files."""
    found = {**{c.code: c for c in checks_elsewhere()}, **CHECKS}
    return tuple(found[code] for code in sorted(found))


def check_answers(reading: Reading, brief: Brief) -> tuple[Issue, ...]:
    """What the checks have to say about the answers of a reading, in the order of its answers."""
    return tuple(issue for case in cases(reading, brief) for issue in _check_one(case))


def _check_one(case: Case) -> list[Issue]:
    found = []
    for entry in CHECKS.values():
        if entry.run is None:
            continue
        for hit in entry.run(case):
            cell = case.answer.entries.get(hit.key)
            place = (cell.sheet, cell.cell, cell.written) if cell else ("", "", "")
            sheet, ref, written = place
            found.append(
                finding(
                    entry.code,
                    hit.words,
                    sheet=sheet,
                    cell=ref,
                    value=written,
                    indicator_id=case.indicator.id,
                    key=hit.key,
                    choices=hit.choices,
                )
            )
    return found
