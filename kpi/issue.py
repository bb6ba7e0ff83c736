"""An error is a value with an address.

Whatever is wrong with a file, a cell or a plan becomes an :class:`Issue`; issues are collected, never raised one by
one, and every text in them is Japanese, because the person who reads it is the person who can mend it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How an issue binds: a note needs nothing, a question needs an answer, a fault needs mending."""

    NOTE = "note"
    ASK = "ask"
    FIX = "fix"


#: Words a department reads. A cell without any question or fault is 取込可.
SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.NOTE: "お知らせ",
    Severity.ASK: "要確認",
    Severity.FIX: "要修正",
}


#: What a person picks to leave a cell blank whatever stands in it: no reason why nothing is told.
LEFT_BLANK, WITHDRAWN, NOT_TAKEN = "空欄とする", "取り消した(空欄とする)", "取り込まない"


@dataclass(frozen=True)
class Choice:
    """One answer a person may pick for a question: its label and what it would set, by column key."""

    label: str
    changes: Mapping[str, float | str | None]


@dataclass(frozen=True)
class Issue:
    """One finding. ``sheet``/``cell`` are empty where the finding is about a whole file.

    ``value`` is what stands in the cell, letter for letter. ``message`` says what is wrong and why, ``advice`` what
    to do. ``subject_id`` and ``key`` (column key of the form) tie it to one cell of one row.
    """

    code: str
    severity: Severity
    message: str
    advice: str = ""
    sheet: str = ""
    cell: str = ""
    value: str = ""
    subject_id: str = ""
    key: str = ""
    choices: tuple[Choice, ...] = field(default=())

    @property
    def address(self) -> str:
        """``シート!A1``, the sheet alone, or an empty string."""
        return f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell
