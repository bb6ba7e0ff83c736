"""What the store hands out: frozen values, no connection behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kpi.collection.workflow import Answer, Mend, Reading, ReturnState, Verdict
from kpi.issue import Issue, Severity


@dataclass(frozen=True)
class Saved:
    """A file has been kept. ``duplicate_of`` is the return that already held the same file, else empty.

    Where ``refused`` says why nothing was kept, ``submission_id`` is empty.
    """

    submission_id: str
    duplicate_of: str = ""
    refused: tuple[Issue, ...] = ()
    #: The cells (indicator and column) whose doubts were explained in the answer before, and are settled by that.
    explained: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Receipt:
    """A return has been sent. ``codes`` are the short numbers of the values taken, by indicator.

    ``proposed`` are the indicators whose baseline or target now waits for a decision.
    """

    submission_id: str
    sent_at: datetime
    codes: Mapping[str, tuple[str, ...]]
    proposed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """What one 課's return says of an indicator that two of them answer."""

    submission_id: str
    division_id: str
    answer: Answer


@dataclass(frozen=True)
class Conflict:
    """Two 課, or a 課 and its 主管課, answer one indicator differently: one of them has to be chosen."""

    subject_id: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Joined:
    """The returns of a department's 課 made one draft, or why not yet. ``waiting`` are the 課 not heard of yet."""

    submission_id: str
    conflicts: tuple[Conflict, ...] = ()
    issues: tuple[Issue, ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredReturn:
    """One return as it stands, or stood at a moment.

    In ``reading`` the mends are put in; ``open`` are the unanswered of ``issues``.
    """

    submission_id: str
    state: ReturnState
    filename: str
    sha256: str
    saved_by: str
    saved_at: datetime
    sent_by: str
    sent_at: datetime | None
    reading: Reading
    issues: tuple[Issue, ...]
    open: tuple[Issue, ...]
    mends: tuple[Mend, ...] = ()
    on_behalf: bool = False
    joined_from: tuple[str, ...] = ()
    settled_on: date | None = None
    passed_by: str = ""
    passed_at: datetime | None = None
    #: The indicators that the secretariat has set to 確認済.
    confirmed: tuple[str, ...] = ()

    @property
    def division_id(self) -> str:
        """The 課 whose return it is, empty for a department's own."""
        return self.reading.division_id

    @property
    def can_send(self) -> bool:
        """A draft without an open question or fault."""
        return self.state is ReturnState.DRAFT and not self.open

    def verdict(self, indicator_id: str) -> Verdict:
        """What is still open about one indicator."""
        mine = [i for i in self.open if i.subject_id == indicator_id]
        mine.sort(key=lambda issue: issue.severity is not Severity.FIX)
        return Verdict(mine[0].severity if mine else None, tuple(mine))
