"""How far a plan's work is: each initiative's progress in the newest half-year, counted and picked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, of_work
from kpi.collection.scope import asked_of
from kpi.initiatives.half_year_review import BLANK_REASON, Review
from kpi.initiatives.initiative import COURSE_WORDS, LAW_KINDS, PROGRESS_WORDS
from kpi.initiatives.self_evaluation import GRADE_KEY
from kpi.initiatives.track import Track, tracks
from kpi.period import Period
from kpi.plan import Department, Round

#: What stands in place of a progress: it was left blank and said why; nothing was said where an answer is owed, and
#: where none is or nobody can tell.
EXPLAINED, UNANSWERED, UNTOLD = "explained", "unanswered", "untold"
#: The words of what an initiative is counted under, in the order in which they are told.
COUNTED_WORDS: Mapping[str, str] = {
    **{code: PROGRESS_WORDS[code] for code in ("on_schedule", "slightly_late", "late", "done")},
    **{code: PROGRESS_WORDS[code] for code in ("considering", "not_started")},
    EXPLAINED: "空欄(理由あり)",
    UNANSWERED: "未回答",
    UNTOLD: "記録なし",
}


@dataclass(frozen=True)
class Work:
    """The work of a plan at one state.

    ``tracks`` are all that the plan lists, each 再掲 too. ``half`` is the newest half-year of which anything is known;
    None where nothing is. ``owing`` are the initiatives that a round which was started has asked about in it without
    an answer. ``field_ids`` tells the field of each listed place, ``owners`` who answers for each initiative.
    ``is_asked`` tells whether a half-year may still ask about it: of a plan whose term is over, or that names nobody to
    ask, none does. ``is_open`` tells whether a round still takes answers of ``half``.
    """

    tracks: tuple[Track, ...]
    half: Period | None
    owing: frozenset[str]
    field_ids: Mapping[str, str]
    owners: Mapping[str, Department]
    is_asked: bool = True
    is_open: bool = False

    @cached_property
    def own(self) -> tuple[Track, ...]:
        """Without 再掲."""
        return tuple(one for one in self.tracks if one.shown_for is None)

    @cached_property
    def about(self) -> Period | None:
        """What ``half`` is told as: the whole year where the plan asks once a year."""
        told = (one.about for track in self.own for one in track.reviews if one.period == self.half)
        return next(told, self.half)

    @cached_property
    def is_scheduled(self) -> bool:
        """Whether any initiative has a schedule."""
        return any(one.standing.is_set for one in self.own)

    def now(self, track: Track) -> Review | None:
        """What was said of an initiative in the newest half-year."""
        latest = track.latest
        return latest if latest and latest.period == self.half else None

    def progress(self, track: Track) -> str:
        """The code it is counted under: of what was said in the newest half-year. What was done before stays done."""
        told = self.now(track)
        if told is not None and told.progress:
            return told.progress
        if any(one.progress == "done" for one in [r for r in track.reviews if r.tells][-1:]):
            return "done"
        if told is not None:
            return EXPLAINED if told.text(BLANK_REASON) else UNTOLD
        return UNANSWERED if track.initiative.id in self.owing else UNTOLD

    def counts(self, some: Iterable[Track]) -> tuple[tuple[str, int], ...]:
        """(code, number) of what occurs, each initiative once whatever its 再掲; in the order of COUNTED_WORDS.

        A 再掲 of what only gathers others has no progress: those are counted themselves.
        """
        mains = {one.initiative.id for one in self.own}
        every = {track.initiative.id: track for track in some if track.initiative.id in mains}
        found = Counter(self.progress(one) for one in every.values())
        return tuple((code, found[code]) for code in COUNTED_WORDS if found[code])

    @cached_property
    def own_counts(self) -> tuple[tuple[str, int], ...]:
        """The counts of all of it."""
        return self.counts(self.own)

    def of_field(self, field_id: str) -> tuple[Track, ...]:
        """What a field lists; everything for an empty one."""
        return tuple(one for one in self.tracks if not field_id or self.field_ids.get(one.place.id) == field_id)


@dataclass(frozen=True)
class Picked:
    """What of the work is looked at; an empty attribute leaves nothing out."""

    field_id: str = ""
    department_id: str = ""
    progress: str = ""
    course: str = ""
    priority: str = ""
    law_kind: str = ""
    evaluation: str = ""


def picked(work: Work, wanted: Picked) -> tuple[Track, ...]:
    """The tracks that are wanted, in the plan's order. A 再掲 is what its 主掲載 is, in a field of its own."""

    def fits(track: Track) -> bool:
        one = track.initiative
        owner = work.owners.get(one.id)
        of_each = (
            (wanted.department_id, owner.id if owner else ""),
            (wanted.progress, work.progress(track)),
            (wanted.course, track.latest.course if track.latest else ""),
            (wanted.priority, one.priority),
            (wanted.evaluation, track.latest.text(GRADE_KEY) if track.latest else ""),
        )
        return all(not asked or asked == has for asked, has in of_each) and (
            not wanted.law_kind or wanted.law_kind in one.law_kinds
        )

    return tuple(track for track in work.of_field(wanted.field_id) if fits(track))


def choices(state: Assessment, work: Work) -> Mapping[str, Mapping[str, str]]:
    """What each attribute of :class:`Picked` can be asked for, by code, only what occurs; empty where nothing does."""
    owners = {owner.id for owner in work.owners.values()}
    courses = {one.latest.course for one in work.own if one.latest}
    kinds = {kind for one in work.own for kind in one.initiative.law_kinds}
    scheme, grades = state.plan.self_evaluation, {one.latest.text(GRADE_KEY) for one in work.own if one.latest}
    progress = dict(work.own_counts)
    fields = set(work.field_ids.values())
    return {
        "field_id": {f.id: f.short for f in state.plan.fields if f.id in fields},
        "department_id": {d.id: d.name(state.day) for d in state.plan.departments if d.id in owners},
        "progress": {code: word for code, word in COUNTED_WORDS.items() if code in progress and work.half},
        "course": {code: word for code, word in COURSE_WORDS.items() if code in courses},
        "priority": {one: one for one in dict.fromkeys(t.initiative.priority for t in work.own) if one},
        "law_kind": {code: word for code, word in LAW_KINDS.items() if code in kinds},
        "evaluation": {one.word: one.label for one in scheme.grades if one.word in grades} if scheme else {},
    }


def work_of(state: Assessment) -> Work:
    """The work as a state knows it, put together once."""
    return state.once("work", lambda: _work_of(state))


def _work_of(state: Assessment) -> Work:
    plan, reviews = state.plan, state.snapshot.reviews
    every = tracks(plan.initiatives, reviews)
    half, owing = _newest(state, every), frozenset[str]()
    if half is not None:
        said = {i for i, told in reviews.items() if any(one.period == half for one in told)}
        owing = frozenset(_asked(state, half)) - said
    fields = {item.id: field.id for field in plan.fields for item in field.items}
    owners = ((one.initiative.id, plan.owner(one.initiative.id, state.day)) for one in every)
    return Work(
        every,
        half,
        owing,
        {one.place.id: fields.get(one.place.item_id, "") for one in every},
        {initiative: owner for initiative, owner in owners if owner},
        not state.is_over and bool(plan.departments),
        any(state.stage(one) is Stage.OPEN for one in of_work(plan).rounds if one.period == half),
    )


def _newest(state: Assessment, every: Sequence[Track]) -> Period | None:
    """The newest half-year that anything was said of: a round without an answer yet makes nothing known."""
    return max((one.latest.period for one in every if one.latest), key=lambda half: half.position, default=None)


def _asked(state: Assessment, half: Period) -> Iterable[str]:
    """The initiatives that a half-year's round has asked about; see :func:`asked_in`."""
    for one in of_work(state.plan).rounds:
        if one.period == half and state.stage(one) in (Stage.OPEN, Stage.CLOSED):
            yield from asked_in(state, one)


def asked_in(state: Assessment, asked: Round) -> Iterable[str]:
    """The initiatives that a round asks about, of the departments whose answers would be seen."""
    for department in state.plan.departments:
        if state.snapshot.audience.sees(department.id):
            yield from (i.id for i in asked_of(state.plan, asked, department.id, state.day))
