"""A figure's passport: what was written where, by whom, when, who approved it, and what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kpi.period import Period


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
    #: The column of the form; ``cell``, or ``mend`` where the value was typed on the page.
    key: str = ""
    origin: str = "cell"
    next_release: str = ""
    on_behalf: bool = False
    settled_on: date | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    #: 公表区分: ``public``, ``embargoed`` or ``internal``.
    publication: str = ""
    released_at: datetime | None = None
