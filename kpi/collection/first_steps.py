"""The way from the bare plan to the first judgement: which round is asked next, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, current, of_work, upcoming
from kpi.collection.scope import asked_of, departments_asked
from kpi.plan import VALUE_KINDS, Plan, Round


@dataclass(frozen=True)
class FirstStep:
    """A round to be answered, and what is said behind its name."""

    asked: Round
    words: str


def beginning(state: Assessment) -> bool:
    """Whether nothing has been answered yet: no value, no 現状値, no 目標値 of any indicator."""
    rows = state.assessed
    return bool(state.snapshot.observations.empty and not (rows["baseline_set"] | rows["target_set"]).any())


def step_of_targets(state: Assessment) -> FirstStep | None:
    """現状値 and 目標値, each indicator's."""
    asked = targets_round(state)
    if asked is None:
        return None
    return FirstStep(asked, _words(state, asked, f"{sum(owed_by(state, asked).values())}指標の現状値と目標値"))


def step_of_values(state: Assessment) -> FirstStep | None:
    """The first values after them."""
    asked = values_round(state)
    return FirstStep(asked, _words(state, asked, f"{asked.period.short}の実績値")) if asked else None


def step_of_work(state: Assessment) -> FirstStep | None:
    """How far the work is and what its schedules are: the review that is at hand, where it asks anybody."""
    asked = _at_hand(state, of_work(state.snapshot.plan))
    if asked is None or not (owed := sum(owed_by(state, asked).values())):
        return None
    return FirstStep(asked, _words(state, asked, f"取組{owed}の工程と{asked.period.short}の進捗"))


def undecided(state: Assessment) -> int:
    """How many 現状値 and 目標値 were answered and are in force only once they are decided."""
    return int((state.snapshot.proposals["state"] == "open").sum())


def targets_round(state: Assessment) -> Round | None:
    """The round that sets the targets: one that is open before one that is planned."""
    mine = [r for r in state.rounds if r.kind == "targets" and state.stage(r) is not Stage.CLOSED]
    return next((r for r in mine if state.stage(r) is not Stage.PLANNED), next(reversed(mine), None))


def values_round(state: Assessment) -> Round | None:
    """The round that asks for values: one that is open, else the calendar's whose turn it is after the targets."""
    plan = state.snapshot.plan
    return _at_hand(state, replace(plan, rounds=tuple(r for r in plan.rounds if r.kind in VALUE_KINDS)))


def _at_hand(state: Assessment, plan: Plan) -> Round | None:
    """Of a plan's rounds the one that is open, else the one whose turn it is: what is closed is nobody's next step."""
    found = current(plan, state.snapshot.life, state.day)
    if found and state.stage(found) is Stage.CLOSED:
        found = upcoming(plan, state.snapshot.life, state.day)
    return state.plan.round(found.id) if found else None


def owed_by(state: Assessment, asked: Round) -> dict[str, int]:
    """How many indicators a round asks each department for."""
    cards = state.snapshot.cards
    whom = departments_asked(state.plan, asked, state.day, cards)
    return {d.id: len(asked_of(state.plan, asked, d.id, state.day, cards)) for d in whom}


def _words(state: Assessment, asked: Round, what: str) -> str:
    whom = f"{len(asked.departments)}部局" if asked.departments else "各部局"
    due = f"(期限 {asked.due.month}月{asked.due.day}日)" if asked.due else ""
    if state.stage(asked) is Stage.PLANNED:
        return f"(予定。まだ始まっていません)で、{what}を{whom}に回答していただきます。"
    return f"{due}で、{what}を{whom}に回答していただいています。"
