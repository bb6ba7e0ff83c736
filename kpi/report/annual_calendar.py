"""年間の流れ: the rounds, meetings and publications of a fiscal year, in the order of their days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, turns
from kpi.collection.scope import departments_asked
from kpi.period import Period


@dataclass(frozen=True)
class Event:
    """Something with a day. ``overdue``: it should have happened by now; ``done``: it has."""

    day: date
    what: str
    done: bool = False
    overdue: bool = False


def calendar(state: Assessment) -> tuple[Event, ...]:
    """The events of the fiscal year of the day, and what has been overdue since before it."""
    year = Period.fiscal_year_of(state.day)
    found = [*_rounds(state), *_meetings(state), *_publications(state)]
    mine = (e for e in found if e.overdue or Period.fiscal_year_of(e.day) == year)
    return tuple(sorted(mine, key=lambda e: (e.day, e.what)))


def _rounds(state: Assessment) -> Iterator[Event]:
    """What of the rounds has a day; none of one that went by while nobody started it, and another's turn is now."""
    turn = {one.id for one in turns(state.snapshot.plan, state.snapshot.life, state.day)}
    for one in state.rounds:
        stage = state.stage(one)
        due = state.snapshot.plan.round(one.id).due
        passed = stage is Stage.PLANNED and one.id not in turn and due is not None and due < state.day
        asked = departments_asked(state.plan, one, state.day, state.snapshot.cards)
        if passed or (one.kind == "initiatives" and not asked):
            continue
        if one.opens:
            yield Event(one.opens, f"{one.name} 開始", done=stage is not Stage.PLANNED)
        if one.due:
            late = stage is Stage.OPEN and one.due < state.day and bool(asked)
            yield Event(one.due, f"{one.name} 期限", done=stage is Stage.CLOSED, overdue=late)
        if closed := state.snapshot.closed_at(one.id):
            yield Event(closed.date(), f"{one.name} 締切り", done=True)


def _meetings(state: Assessment) -> Iterator[Event]:
    for round_id, made in state.snapshot.versions.items():
        name = next((r.name for r in state.plan.rounds if r.id == round_id), round_id)
        for version in made:
            if state.snapshot.audience.kind != "all" and not version.public:
                continue
            yield Event(version.made_at.date(), f"{name} {version.word}を作成", done=True)


def _publications(state: Assessment) -> Iterator[Event]:
    """What a department has said would be published, as long as no newer answer has come about the indicator."""
    found: dict[Period, list[str]] = {}
    for indicator in state.plan.indicators:
        told = state.told.get(indicator.id, ())
        written = told[-1]["next_release"] if told else ""
        try:
            due = Period.parse(written) if written else None
        except ValueError:
            due = None
        if due:
            found.setdefault(due, []).append(indicator.number)
    for due, numbers in found.items():
        yield Event(due.end, f"公表予定 {'、'.join(numbers)}({due.short})", overdue=due.end < state.day)
