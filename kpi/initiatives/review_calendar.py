"""The half-yearly reviews in time: which is asked for now, whether it is late, and which comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, of_work, upcoming
from kpi.collection.scope import departments_asked
from kpi.initiatives.work_state import asked_in
from kpi.period import Period
from kpi.plan import Round


@dataclass(frozen=True)
class Standing:
    """A review and how it stands, as a sentence. ``late``: its date is over, and answers that are owed are lacking."""

    asked: Round
    words: str
    late: bool = False


def reviews(state: Assessment) -> tuple[Standing, ...]:
    """The newest review that is open, then the one whose turn it is; none that would ask nobody."""
    if state.is_over:
        return ()
    plan = of_work(state.plan)
    asking = [r for r in plan.rounds if departments_asked(plan, r, state.day)]
    opened = [r for r in asking if state.stage(r) is Stage.OPEN]
    newest = max(opened, key=lambda r: r.period.position, default=None)
    found = [_open(state, newest)] if newest else []
    turn = upcoming(of_work(state.snapshot.plan), state.snapshot.life, state.day)
    if turn and turn.id in {r.id for r in asking}:
        found.append(Standing(turn, _planned(turn, state.day)))
    return tuple(found)


def _open(state: Assessment, one: Round) -> Standing:
    """How far an open one is, as far as the audience sees who has answered: of others it says nothing."""
    if one.opens and one.opens > state.day:
        return Standing(one, f"{_day(one.opens)}に始まります。")
    if one.due is None or one.due >= state.day:
        until = f"期限は{_day(one.due)}です。" if one.due else ""
        return Standing(one, f"回答を求めています。{until}")
    owed = set(asked_in(state, one))
    told = {i for i, told in state.snapshot.reviews.items() if any(r.round_id == one.id for r in told)}
    sees = state.snapshot.audience.sees
    whose = "" if all(sees(d.id) for d in departments_asked(state.plan, one, state.day)) else "担当の"
    if lacking := len(owed - told):
        return Standing(one, f"期限の{_day(one.due)}を過ぎ、{whose}取組{lacking}の回答がまだありません。", late=True)
    whole = f"{'担当の取組の' if whose else ''}回答はそろっています。" if owed else ""
    return Standing(one, f"期限は{_day(one.due)}でした。{whole}")


def _planned(one: Round, day: date) -> str:
    if one.opens and one.opens > day:
        until = f"から{_day(one.due)}まで" if one.due else "から"
        return f"次の見直しです。予定は{_day(one.opens)}{until}です。"
    if one.due:
        was = "でした" if one.due < day else "です"
        return f"まだ始まっていません。予定の期限は{_day(one.due)}{was}。"
    return "まだ始まっていません。"


def _day(day: date) -> str:
    """「令和8年10月15日」."""
    return Period.of_date(day).label.split("(")[0]
