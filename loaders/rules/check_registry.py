"""The register of checks: every finding a person can meet has one entry here, with its words.

A check either runs (``run``) on one row of a form as soon as its cells are understood, or on one answer as a whole, or
is made elsewhere (the reader, a number, a refused file) and only declared. :func:`finding` builds the issue, so that no
issue can carry a code or a severity that is not registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kpi.collection.workflow import Entry
from kpi.issue import Choice, Issue, Severity
from loaders.rules.check_case import Case

NOTE, ASK, FIX = Severity.NOTE, Severity.ASK, Severity.FIX


@dataclass(frozen=True)
class Hit:
    """A check that fires: on which column, and the words its message asks for.

    ``entries`` are cells of the row that say something else from here on; only a check of a row may give any.
    """

    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)


Run = Callable[[Case], Iterator[Hit]]
#: What a check looks at: one row of a form while it is read, or an answer, however many rows it was read from.
Of = Literal["row", "answer"]


@dataclass(frozen=True)
class Check:
    """One registered check. ``condition`` says in Japanese when it fires; ``message`` may hold ``{words}``."""

    code: str
    severity: Severity
    condition: str
    message: str
    advice: str = ""
    run: Run | None = None
    of: Of = "answer"


CHECKS: dict[str, Check] = {}


def declare(code: str, severity: Severity, condition: str, message: str, advice: str = "") -> None:
    """Register a finding that is made elsewhere."""
    _add(Check(code, severity, condition, message, advice))


def check(
    *, code: str, severity: Severity, condition: str, message: str, advice: str = "", of: Of = "answer"
) -> Callable[[Run], Run]:
    """Register the decorated function as a check of one answer, or of one row of a form."""

    def register(run: Run) -> Run:
        _add(Check(code, severity, condition, message, advice, run, of))
        return run

    return register


def _add(entry: Check) -> None:
    if entry.code in CHECKS:
        raise ValueError(f"registered twice: {entry.code}")
    CHECKS[entry.code] = entry


def finding(
    code: str,
    words: Mapping[str, str] | None = None,
    *,
    sheet: str = "",
    cell: str = "",
    value: str = "",
    indicator_id: str = "",
    key: str = "",
    choices: tuple[Choice, ...] = (),
) -> Issue:
    """The issue of a registered finding, its message filled in."""
    entry = CHECKS[code]
    said = words or {}
    return Issue(
        code,
        entry.severity,
        entry.message.format_map(said),
        entry.advice.format_map(said),
        sheet,
        cell,
        value,
        indicator_id,
        key,
        choices,
    )
