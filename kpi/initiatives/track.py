"""The roadmap of a plan's work: of each initiative what was planned, what stands now, what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kpi.initiatives.half_year_review import Review, Span, schedule, steps_between
from kpi.initiatives.initiative import Initiative

#: What marks the further places of an initiative in a list.
AGAIN = "【再掲】"
#: The progress of a half-year in which work went on.
_AT_WORK = frozenset({"on_schedule", "slightly_late", "late", "done"})


@dataclass(frozen=True)
class Track:
    """One initiative on the roadmap. ``reviews`` are what was said of it, the oldest half-year first.

    A 再掲 has the track of its 主掲載 (``shown_for`` is then the 再掲 itself).
    """

    initiative: Initiative
    reviews: tuple[Review, ...] = ()
    shown_for: Initiative | None = None

    @cached_property
    def planned(self) -> Span:
        """当初."""
        return schedule(self.initiative, self.reviews)[0]

    @cached_property
    def standing(self) -> Span:
        """The schedule that stands now (変更後, else 当初)."""
        return schedule(self.initiative, self.reviews)[1]

    @cached_property
    def actual(self) -> Span:
        """実績: from the first half-year in which work went on to the one in which it was done, or the last told."""
        worked = [one.period for one in self.reviews if one.progress in _AT_WORK]
        return Span(worked[0], worked[-1]) if worked else Span()

    @property
    def is_revised(self) -> bool:
        """Whether the schedule that stands is not the 当初 one."""
        return self.planned.is_set and self.standing != self.planned

    @property
    def has_course(self) -> bool:
        """Whether there is anything to draw: a schedule, or a half-year that was told of."""
        return self.standing.is_set or any(one.progress for one in self.reviews)

    @property
    def slip(self) -> int:
        """By how many half-years the end has moved since 当初; 0 where either is 未設定."""
        if self.planned.end is None or self.standing.end is None:
            return 0
        return steps_between(self.planned.end, self.standing.end)

    @property
    def slip_words(self) -> str:
        """「1半期遅らせた」 of a schedule that was changed; empty of one that was not."""
        if not self.is_revised:
            return ""
        if self.slip:
            return f"{abs(self.slip)}半期{'遅らせた' if self.slip > 0 else '早めた'}"
        return "始まりを変えた"

    @property
    def place(self) -> Initiative:
        """What stands in the plan's list: the 再掲 itself where it is one."""
        return self.shown_for or self.initiative

    @property
    def name(self) -> str:
        """「1-1　説明会を全域で開く【再掲】」."""
        return self.place.heading + (AGAIN if self.shown_for else "")

    @property
    def is_sample(self) -> bool:
        """Whether anything that was said of it is a sample, and with that the schedule it told."""
        return any(one.sample for one in self.reviews)

    @property
    def latest(self) -> Review | None:
        """What was said last."""
        return self.reviews[-1] if self.reviews else None

    @property
    def before(self) -> Review | None:
        """What was said the time before."""
        return self.reviews[-2] if len(self.reviews) > 1 else None


def tracks(initiatives: Sequence[Initiative], reviews: Mapping[str, Sequence[Review]]) -> tuple[Track, ...]:
    """The track of every initiative that is listed as work, in the plan's order, each 再掲 beside its 主掲載's."""
    by_id = {one.id: one for one in initiatives}
    parents = {one.parent_id for one in initiatives}
    found = []
    for one in initiatives:
        if one.id in parents:
            continue
        main = by_id.get(one.refers_to, one)
        found.append(Track(main, tuple(reviews.get(main.id, ())), one if one.refers_to else None))
    return tuple(found)
