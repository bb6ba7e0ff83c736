"""The life of a return (回答): what a department answers, cell by cell, and the states it passes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Card, Plan

Release = Literal["final", "provisional", "forecast"]
RELEASE_WORDS: Mapping[str, str] = {"final": "確定", "provisional": "速報", "forecast": "見込"}

#: Why there is no value. Nothing missing is zero: each is a state with a name.
MISSING_WORDS: Mapping[str, str] = {
    "unpublished": "未公表",
    "not_survey_year": "調査年でない",
    "not_compiled": "未集計",
    "suppressed": "秘匿",
    "not_applicable": "該当なし",
}
CORRECTION_WORDS: Mapping[str, str] = {
    "finalised": "確報",
    "miscounted": "集計誤り",
    "redefined": "定義変更",
}


class ReturnState(StrEnum):
    """Where a return stands."""

    DRAFT = "draft"
    SENT = "sent"
    REPLACED = "replaced"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Entry:
    """One cell of a return as it was read.

    ``written`` is what stands in the cell, letter for letter; ``value`` what was understood: a float for numbers, a
    period code, a choice's code, or text; None where nothing was understood or the cell is empty.
    """

    key: str
    sheet: str
    cell: str
    written: str
    value: float | str | None
    mended: str = ""  # the reason given when a person replaced the read value on the page


@dataclass(frozen=True)
class Answer:
    """What a return says of one indicator, by column key of the form."""

    indicator_id: str
    entries: Mapping[str, Entry]

    def value(self, key: str) -> float | str | None:
        """The understood value of a column, None where the row has no such cell."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def number(self, key: str) -> float | None:
        """The value of a number column."""
        value = self.value(key)
        return value if isinstance(value, float) else None

    def text(self, key: str) -> str:
        """The value of a text, choice or period column, empty where there is none."""
        value = self.value(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Reading:
    """One returned file, read: whose it is, what it says, what is doubtful or wrong about it.

    ``matched_by`` is ``identity`` (the form's hidden sheet) or ``content``. ``round_id``/``department_id`` are empty
    where the file does not tell and nothing could be inferred; then an issue says so.
    """

    plan_id: str
    round_id: str
    department_id: str
    answers: tuple[Answer, ...]
    issues: tuple[Issue, ...]
    form_version: str = ""
    matched_by: str = "identity"
    sample: bool = False


@dataclass(frozen=True)
class Mend:
    """A person's answer on the page to one cell: the value it shall have, and why."""

    indicator_id: str
    key: str
    value: float | str | None
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What stands beside one indicator's row: the worst severity still open, and the open issues."""

    severity: Severity | None
    issues: tuple[Issue, ...] = field(default=())


@dataclass(frozen=True)
class Past:
    """One value already known for an indicator, as a form or a check needs it."""

    period: Period
    value: float
    release: str = "final"
    comment: str = ""
    evidence: str = ""
    round_id: str = ""
    known_at: datetime | None = None


@dataclass(frozen=True)
class Brief:
    """All that a form writer, its reader and the checks need to know beside the file.

    ``cards`` are the versions in force, ``history`` the best known value of each period, oldest first, by indicator;
    ``day`` decides who owns what and what departments are called.
    """

    plan: Plan
    day: date
    cards: Mapping[str, Card] = field(default_factory=dict)
    history: Mapping[str, tuple[Past, ...]] = field(default_factory=dict)
