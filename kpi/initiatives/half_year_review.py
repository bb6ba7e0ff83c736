"""What was said of an initiative for one half-year, and what follows from all that was said: its schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kpi.initiatives.initiative import BEHIND, Initiative
from kpi.period import Period

#: The fields of an answer that are half-years.
SCHEDULE_KEYS = ("planned_start", "planned_end", "revised_start", "revised_end")
#: The fields that tell of the work, and where it stands why fields were left blank.
TOLD_KEYS, BLANK_REASON = ("progress", "performance"), "blank_reason"


class Says(Protocol):
    """An answer about an initiative: what was sent of it, or what a return holds."""

    def text(self, key: str) -> str:
        """What was written in a column, codes for choices and periods; empty where nothing was."""
        ...


@dataclass(frozen=True)
class Review:
    """One answer of the half-yearly 見直し: the newest that was sent for an initiative in a round.

    ``said`` holds what was filled in, by the form's column: codes of :mod:`kpi.initiatives.initiative` for ``progress``
    and ``course``, codes of half-years for :data:`SCHEDULE_KEYS` and ``recovery``, texts and numbers else, and
    under :data:`BLANK_REASON` why fields were left blank. ``code`` is its short number, under which its origin is
    found. ``yearly``: its plan asks once a year.
    """

    initiative_id: str
    period: Period
    said: Mapping[str, str | float]
    code: str = ""
    round_id: str = ""
    department_id: str = ""
    submission_id: str = ""
    sha256: str = ""
    sheet: str = ""
    cell: str = ""
    known_at: datetime | None = None
    confirmed: bool = False
    publication: str = "public"
    sample: bool = False
    yearly: bool = False

    def text(self, key: str) -> str:
        """What was written, empty where nothing was."""
        found = self.said.get(key)
        return found if isinstance(found, str) else ""

    def half(self, key: str) -> Period | None:
        """The half-year of a field."""
        written = self.text(key)
        return Period.parse(written) if written else None

    @property
    def about(self) -> Period:
        """What it tells of: its half-year, and the whole year where its plan asks once a year."""
        return Period("FY", self.period.year) if self.yearly else self.period

    @property
    def tells(self) -> bool:
        """Whether it tells of the work, and not alone why it does not."""
        return any(key in self.said for key in TOLD_KEYS)

    @property
    def progress(self) -> str:
        """The code of 進捗."""
        return self.text("progress")

    @property
    def course(self) -> str:
        """The code of 今後の方向性."""
        return self.text("course")

    @property
    def is_behind(self) -> bool:
        """Whether it is やや遅れ or 遅れ."""
        return self.progress in BEHIND


@dataclass(frozen=True)
class Span:
    """Half-years from ``start`` to ``end``, both included; None is 未設定."""

    start: Period | None = None
    end: Period | None = None

    @property
    def is_set(self) -> bool:
        """Whether both ends are known."""
        return self.start is not None and self.end is not None

    @property
    def words(self) -> str:
        """「R6上期～R8下期」, 「R8上期」 of a single half-year."""
        if self.start is None and self.end is None:
            return "未設定"
        if self.start == self.end and self.start is not None:
            return self.start.short
        return "～".join(side.short if side else "未設定" for side in (self.start, self.end))


def halves(start: Period, end: Period) -> tuple[Period, ...]:
    """Every half-year of the fiscal years of two periods, such as a plan's."""
    return tuple(Period("H", year, part) for year in range(start.year, end.year + 1) for part in (1, 2))


def half_before(half: Period) -> Period:
    """The half-year before one."""
    return Period("H", half.year - (half.part == 1), 2 if half.part == 1 else 1)


def steps_between(one: Period, other: Period) -> int:
    """How many half-years the second lies after the first; negative where it lies before."""
    return (other.year - one.year) * 2 + other.part - one.part


def schedule(initiative: Initiative, reviews: Sequence[Review]) -> tuple[Span, Span]:
    """The 当初 schedule and the one that stands now. ``reviews`` are those of the initiative, the oldest first.

    What the plan leaves 未設定 is what the first review that tells it says. A later change stands until the next.
    """
    planned = Span(
        initiative.planned_start or _first(reviews, "planned_start"),
        initiative.planned_end or _first(reviews, "planned_end"),
    )
    revised = (_first(reversed(reviews), "revised_start"), _first(reversed(reviews), "revised_end"))
    return planned, Span(revised[0] or planned.start, revised[1] or planned.end)


def told_before(reviews: Iterable[Review], half: Period) -> tuple[Review, ...]:
    """What of all that was said of an initiative is of earlier half-years than one."""
    return tuple(one for one in reviews if one.period.position < half.position)


def is_finished(reviews: Sequence[Review]) -> bool:
    """Whether an initiative was 完了 when it was last told of: nothing more has to be said of it."""
    return bool(reviews) and reviews[-1].progress == "done"


def standing_before(initiative: Initiative, earlier: Sequence[Review], now: Says) -> Span:
    """The schedule that an answer changes: the one that stood before it, or the 当初 that it tells itself."""
    stood = schedule(initiative, earlier)[1]
    return Span(stood.start or _half(now, "planned_start"), stood.end or _half(now, "planned_end"))


def schedule_changes(initiative: Initiative, earlier: Sequence[Review], now: Says) -> dict[str, Period]:
    """The 変更後 of an answer, by column, that is another than stood before; said again it is no change."""
    stood = standing_before(initiative, earlier, now)
    before = {"revised_start": stood.start, "revised_end": stood.end}
    return {key: half for key in before if (half := _half(now, key)) and half != before[key]}


def _half(said: Says, key: str) -> Period | None:
    try:
        return Period.parse(said.text(key))
    except ValueError:  # empty, or nobody knows yet what stands there
        return None


def _first(reviews: Iterable[Review], key: str) -> Period | None:
    return next((half for one in reviews if (half := one.half(key)) is not None), None)
