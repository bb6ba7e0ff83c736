"""The life of a round: a proposal of the plan's calendar until somebody starts it, then open, then closed.

Pure: what the log tells of it comes as :class:`Life`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from kpi.period import Period
from kpi.plan import Plan, Round


class Stage(StrEnum):
    """How far a round has come."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


#: What stands in brackets after a round's name; an open round needs no word.
STAGE_WORDS: Mapping[Stage, str] = {
    Stage.PLANNED: "予定",
    Stage.OPEN: "",
    Stage.CLOSED: "締切済",
    Stage.CANCELLED: "取りやめ",
}


@dataclass(frozen=True)
class Life:
    """When rounds were started, closed and given up, by id, as far as that holds: one opened again is closed no more.

    A round of the plan's files in none of them is 予定: nobody has been asked anything yet.
    """

    started: Mapping[str, datetime] = field(default_factory=dict)
    closed: Mapping[str, datetime] = field(default_factory=dict)
    cancelled: Mapping[str, datetime] = field(default_factory=dict)

    def stage(self, round_id: str) -> Stage:
        """How far a round has come."""
        if round_id in self.cancelled:
            return Stage.CANCELLED
        if round_id in self.closed:
            return Stage.CLOSED
        return Stage.OPEN if round_id in self.started else Stage.PLANNED


def labels(rounds: Iterable[Round], life: Life) -> dict[str, str]:
    """Rounds to choose from, by id: the name, and in brackets how far it has come where it is not open."""
    found = {}
    for one in rounds:
        word = STAGE_WORDS[life.stage(one.id)]
        found[one.id] = f"{one.name}({word})" if word else one.name
    return found


def undated(round_: Round, day: date) -> Round:
    """A round that nobody has started as it counts on a day: no date of it is over.

    Where its due date is, it is as one that would begin on that day and has no date yet.
    """
    if round_.due and round_.due < day:
        return replace(round_, opens=day, due=None, division_due=None, assumption="")
    if round_.division_due and round_.division_due < day:
        return replace(round_, division_due=None)
    return round_


def begun(round_: Round, day: date) -> Round:
    """A round that nobody has started as it is where the first answer begins it on a day."""
    one = undated(round_, day)
    return replace(one, opens=min(one.opens or day, day))


def counting(plan: Plan, life: Life, day: date) -> Plan:
    """The plan with its rounds as they count on a day: those that nobody has started ask for no date that is over."""
    waiting = (Stage.PLANNED, Stage.CANCELLED)
    return replace(plan, rounds=tuple(undated(r, day) if life.stage(r.id) in waiting else r for r in plan.rounds))


def of_values(plan: Plan) -> Plan:
    """The plan with the rounds about its indicators alone: a half-year's review of the work has its own calendar."""
    return replace(plan, rounds=tuple(r for r in plan.rounds if r.kind != "initiatives"))


def of_work(plan: Plan) -> Plan:
    """The plan with the half-yearly reviews of its work alone."""
    return replace(plan, rounds=tuple(r for r in plan.rounds if r.kind == "initiatives"))


def current(plan: Plan, life: Life, day: date) -> Round | None:
    """The round that people are at: the newest open one, else the newest closed, else the one whose turn it is.

    Of several open ones it is one whose date is not over, and a review of the work is it where no round about
    indicators is. One that is given up is nobody's; None where the plan has no other.
    """

    def key(one: Round) -> tuple[bool, bool, date, datetime]:
        runs = life.stage(one.id) is Stage.OPEN and (one.due is None or one.due >= day)
        return runs, one.kind != "initiatives", one.opens or date.min, life.started.get(one.id, datetime.min)

    for stage in (Stage.OPEN, Stage.CLOSED):
        there = [r for r in plan.rounds if life.stage(r.id) is stage and not _ahead(r, day)]
        if there:
            return max(there, key=key)
    opened = [r for r in plan.rounds if life.stage(r.id) is Stage.OPEN]
    return min(opened, key=lambda r: r.opens or date.max) if opened else upcoming(plan, life, day)


def told_of(plan: Plan, life: Life) -> tuple[Round, ...]:
    """The rounds that a paper tells of, those that have begun; the newest first, which is meant where none is named."""
    return tuple(r for r in reversed(plan.rounds) if life.stage(r.id) in (Stage.OPEN, Stage.CLOSED))


def upcoming(plan: Plan, life: Life, day: date) -> Round | None:
    """The round of the calendar whose turn it is, one about indicators before a review of the work."""
    return next(iter(turns(plan, life, day)), None)


def turns(plan: Plan, life: Life, day: date) -> tuple[Round, ...]:
    """The rounds whose turn it is: the one about indicators, then the review of the work; what there is of them.

    A half-year that a later one has gone past is nobody's turn: its state is told by the later.
    """
    work, values = of_work(plan), _turn(of_values(plan), life, day)
    held = (r.period.position for r in work.rounds if life.stage(r.id) in (Stage.OPEN, Stage.CLOSED))
    last, review = max(held, default=float("-inf")), _turn(work, life, day)
    found = (values, review if review and review.period.position > last else None)
    return tuple(one for one in found if one is not None)


def _turn(plan: Plan, life: Life, day: date) -> Round | None:
    """The round whose turn it is: first of all the one that sets the targets.

    Then the one whose day came last, as far as none was held since; else the next to come.
    """
    waiting = [r for r in plan.rounds if life.stage(r.id) is Stage.PLANNED]
    held = [r for r in plan.rounds if life.stage(r.id) in (Stage.OPEN, Stage.CLOSED)]
    if not held and (first := next((r for r in waiting if r.kind == "targets"), None)):
        return first
    # One given up whose day has come is over as one that was held is: nobody goes back to the year before it.
    over = [r for r in plan.rounds if life.stage(r.id) is Stage.CANCELLED and r.opens and r.opens <= day]
    last = max((r.period.position for r in (*held, *over) if r.kind != "targets"), default=float("-inf"))
    later = [r for r in waiting if r.period.position > last and r.kind != "targets"]
    due = [r for r in later if r.opens and r.opens <= day]
    if due:
        return max(due, key=lambda r: r.opens or date.min)
    coming = [r for r in waiting if r.opens and r.opens > day]
    return min(coming, key=lambda r: r.opens or date.max) if coming else next(iter(waiting), None)


def over(plan: Plan, life: Life, day: date) -> bool:
    """Whether a plan's term is over and nothing more of it is collected: from then on it is read only.

    The last year's values come after the term, so that it is over one year after its end at the earliest; a round that
    is open, or planned and not yet due, keeps it.
    """
    waiting = (r for r in plan.rounds if life.stage(r.id) is Stage.PLANNED and r.due)
    if any(life.stage(r.id) is Stage.OPEN for r in plan.rounds) or any(r.due >= day for r in waiting if r.due):
        return False
    return Period.of_date(day).position > plan.end.position + 1


def _ahead(round_: Round, day: date) -> bool:
    return round_.opens is not None and round_.opens > day
