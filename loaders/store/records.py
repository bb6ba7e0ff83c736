"""What the store hands out: frozen values, no connection behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd

from kpi.collection import Brief, Mend, Past, Reading, ReturnState, Verdict
from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Card, Plan

#: Which of two values of one period is the better known.
_RELEASE_RANK: Mapping[str, int] = {"forecast": 0, "provisional": 1, "final": 2}


@dataclass(frozen=True)
class Saved:
    """A file has been kept. ``duplicate_of`` is the return that already held the same file, else empty."""

    submission_id: str
    duplicate_of: str = ""


@dataclass(frozen=True)
class Receipt:
    """A return has been sent. ``codes`` are the short numbers of the values taken, by indicator."""

    submission_id: str
    sent_at: datetime
    codes: Mapping[str, tuple[str, ...]]
    cards_changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredReturn:
    """One return as it stands now: in ``reading`` the mends are put in; ``open`` are the unanswered of ``issues``."""

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

    @property
    def can_send(self) -> bool:
        """A draft without an open question or fault."""
        return self.state is ReturnState.DRAFT and not self.open

    def verdict(self, indicator_id: str) -> Verdict:
        """What is still open about one indicator."""
        mine = tuple(i for i in self.open if i.indicator_id == indicator_id)
        worst = next((s for s in (Severity.FIX, Severity.ASK) if any(i.severity is s for i in mine)), None)
        return Verdict(worst, mine)


@dataclass(frozen=True)
class Earlier:
    """Another value known for the same indicator and period."""

    code: str
    value: float | None
    state: str
    release: str
    known_at: datetime
    round_id: str
    correction_kind: str
    superseded: bool


@dataclass(frozen=True)
class Passport:
    """Where one figure comes from."""

    code: str
    observation_id: int
    plan_id: str
    indicator_id: str
    number: str
    name: str
    unit: str
    value: float | None
    state: str
    release: str
    period: Period
    known_at: datetime
    round_id: str
    round_name: str
    department_id: str
    department: str
    submission_id: str
    filename: str
    sha256: str
    sheet: str
    cell: str
    written: str
    mended: str
    saved_by: str
    saved_at: datetime
    sent_by: str
    correction_kind: str
    evidence: str
    section: str
    review: str
    sample: bool
    superseded: bool
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """All that screens need of one plan at one revision of the store, in memory. Do not change its tables."""

    plan: Plan
    revision: str
    cards: Mapping[str, Card]
    observations: pd.DataFrame
    submissions: pd.DataFrame
    has_samples: bool
    series: pd.DataFrame
    values: pd.DataFrame
    breaks: pd.DataFrame
    as_of: datetime | None = field(default=None)
    #: Kinds of decisions taken about the plan as a whole, such as ``start_empty``.
    decisions: frozenset[str] = frozenset()

    @cached_property
    def history(self) -> Mapping[str, tuple[Past, ...]]:
        """The best known value of each period, oldest first, by indicator: 確定 before 速報, later before earlier."""
        found = self.observations[self.observations["state"] == "value"]
        ranked = found.assign(rank=found["release"].map(_RELEASE_RANK).fillna(0))
        ranked = ranked.sort_values(["rank", "known_at", "observation_id"])
        # A correction brings a value, not a new comment: what was said of the period before still holds.
        said = ranked[["analysis", "evidence"]].replace("", None)
        kept = said.groupby([ranked["indicator_id"], ranked["period"]]).ffill().fillna("")
        ranked[["analysis", "evidence"]] = kept
        best = ranked.drop_duplicates(["indicator_id", "period"], keep="last").sort_values("position")
        history: dict[str, list[Past]] = {}
        for row in best.to_dict("records"):
            history.setdefault(str(row["indicator_id"]), []).append(_past(row))
        return {k: tuple(v) for k, v in history.items()}

    def brief(self, day: date) -> Brief:
        """What a form writer, its reader and the checks need on a day."""
        return Brief(self.plan, day, self.cards, self.history)


def _past(row: Mapping[Any, Any]) -> Past:
    known = pd.Timestamp(row["known_at"])
    return Past(
        period=Period.parse(str(row["period"])),
        value=float(str(row["value"])),
        release=str(row["release"]),
        comment=str(row["analysis"]),
        evidence=str(row["evidence"]),
        round_id=str(row["round_id"]),
        known_at=known.to_pydatetime(),
    )
