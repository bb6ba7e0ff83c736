"""Beside one round: what else is asked at the same time, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage, turns
from kpi.collection.scope import departments_asked
from kpi.collection.turnout import waiting_for
from kpi.period import Period
from kpi.plan import Department, Round
from pages.parts.app.clock import now
from pages.parts.rounds.board_table import day_words, round_rows
from pages.parts.shared.markup import Content, Markup, join, link, tag


def other_rounds(state: Assessment, asked: Round, department: Department | None = None) -> Markup:
    """The other rounds in which an answer is awaited, of a department those that await its own, and the next to come.

    Empty where there is nothing to be told.
    """
    if not state.is_open:
        return Markup("")
    opened = (r for r in state.rounds if r.id != asked.id and state.stage(r) is Stage.OPEN)
    owed = [r for r in opened if _awaits(state, r, department)]
    lines = [_line("ほかに回答を求めている照会", [_named(state, r, department) for r in owed])] if owed else []
    coming = [] if department else [r for r in _next(state) if r.id != asked.id]
    lines += [_line("次の照会", [_named(state, r) for r in coming])] if coming else []
    return join(tag("div", line, "meta") for line in lines)


def _awaits(state: Assessment, asked: Round, department: Department | None) -> bool:
    rows = waiting_for(round_rows(state, asked))
    return any(department is None or row.department_id == department.id for row in rows)


def _next(state: Assessment) -> list[Round]:
    """Of the calendar, whose turn it is and asks anybody, in the order of their days."""
    planned = turns(state.snapshot.plan, state.snapshot.life, state.day)
    found = [r for r in planned if departments_asked(state.plan, r, state.day, state.snapshot.cards)]
    return sorted(found, key=lambda r: r.opens or date.max)


def _named(state: Assessment, asked: Round, department: Department | None = None) -> Content:
    """The round, leading to its own page, and its date."""
    if state.stage(asked) is Stage.PLANNED:
        opens = asked.opens if asked.opens and asked.opens > state.day else None
        when = f"{_dated(opens, state.day)}から" if opens else "まだ始まっていません"
    elif asked.due is None:
        when = "期限は未設定"
    else:
        over = asked.due < now().date()
        when = f"期限{_dated(asked.due, state.day)}{'を過ぎています' if over else ''}"
    if department:
        return join([link(asked.name, "submit", department=department.id, round=asked.id), f"({when})"])
    return join([link(asked.name, "rounds", round=asked.id), f"({when})"])


def _dated(day: date, today: date) -> str:
    """The day, with its year where that is another than today's."""
    return ("" if day.year == today.year else Period("CY", day.year).label.split("(")[0]) + day_words(day)


def _line(head: str, named: Sequence[Content]) -> Markup:
    return join([f"{head}: ", join(named, "、")])
