"""概況 before the first answer: what is missing is said once, with who is asked, in which round, and where."""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.lifecycle import Stage, current
from kpi.collection.scope import asked_of, departments_asked
from kpi.collection.turnout import summary
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Department, Indicator, Round
from pages.parts.app.clock import now
from pages.parts.app.current_view import View, desk
from pages.parts.app.identity import person
from pages.parts.rounds.board_table import round_rows
from pages.parts.shared.indicator_text import UNSET, face
from pages.parts.shared.markup import Column, Content, Group, Markup, Row, join, link, listing, table


def beginning(view: View) -> bool:
    """Whether nothing has been answered yet: no value, no 現状値, no 目標値 of any indicator."""
    rows = view.assessed
    return view.snapshot.observations.empty and not (rows["baseline_set"] | rows["target_set"]).any()


def next_steps(view: View) -> Markup:
    """The way from the bare plan to the first judgement, each step leading to where it is done."""
    steps: list[Content] = []
    if asked := _targets(view):
        steps.append(_step(view, asked, f"{_count(view, asked)}指標の現状値と目標値"))
    if waiting := _undecided(view):
        steps.append(waiting)
    values = _values(view)
    if values:
        steps.append(_step(view, values, f"{values.period.short}の実績値"))
    steps.append(
        join(
            [
                "値が入ると、計画線に対する判定と推移がこの画面に並びます。それまでも、公表されている統計は",
                link("全国比較", "compare"),
                "で、判定のしかたは",
                link("算定方法・用語", "method"),
                "で見られます。",
            ]
        )
    )
    return listing(steps, "steps", ordered=True)


def _targets(view: View) -> Round | None:
    """The round that sets the targets: one that was started before one that is planned."""
    mine = [r for r in view.rounds if r.kind == "targets"]
    return next((r for r in mine if view.stage(r) is not Stage.PLANNED), next(reversed(mine), None))


def _values(view: View) -> Round | None:
    """The round that asks for values: one that was started, else the calendar's whose turn it is after the targets."""
    plan = view.snapshot.plan
    plan = replace(plan, rounds=tuple(r for r in plan.rounds if r.kind != "targets"))
    found = current(plan, view.snapshot.life, view.day)
    return view.plan.round(found.id) if found else None


def _owed(view: View, asked: Round) -> dict[str, int]:
    """How many indicators a round asks each department for."""
    cards = view.snapshot.cards
    whom = departments_asked(view.plan, asked, view.day, cards)
    return {d.id: len(asked_of(view.plan, asked, d.id, view.day, cards)) for d in whom}


def _count(view: View, asked: Round) -> int:
    return sum(_owed(view, asked).values())


def _step(view: View, asked: Round, what: str) -> Markup:
    """What one round is for, and how far it has come."""
    whom = f"{len(asked.departments)}部局" if asked.departments else "各部局"
    due = f"(期限 {asked.due.month}月{asked.due.day}日)" if asked.due else ""
    words = {
        Stage.PLANNED: f"(予定。まだ始まっていません)で、{what}を{whom}に回答していただきます。",
        Stage.CLOSED: f"(締切済)で、{what}を{whom}に回答していただきました。",
    }
    said = words.get(view.stage(asked), f"{due}で、{what}を{whom}に回答していただいています。")
    counted = view.stage(asked) is Stage.OPEN and person().is_staff
    so_far = summary(round_rows(view, asked), asked, view.as_of or now()) if counted else ""
    return join([_round_link(asked), said, so_far])


def _undecided(view: View) -> Content:
    """For who records decisions: what was answered and is in force only once it is decided."""
    rows = view.snapshot.proposals
    waiting = int((rows["state"] == "open").sum())
    if not waiting or not desk().may(Action.DECIDE_CARD, Place(view.plan.id)):
        return ""
    said = f"回答された現状値・目標値{waiting}件は、決定を記録すると設定されます("
    return join([said, link("管理の判定条件", "admin", part="cards"), ")。"])


def _round_link(asked: Round) -> Content:
    """The round's name, leading to where one has to do with it; nowhere for who only reads."""
    who = person()
    if who.is_staff:
        return link(asked.name, "rounds", round=asked.id)
    return link(asked.name, "submit", round=asked.id) if who.departments else asked.name


def who_is_asked(view: View) -> Markup:
    """The departments with the number of their indicators; each name leads to its own form."""
    asked = _targets(view) or view.current_round
    counts = _owed(view, asked) if asked else {}
    owed = [(d, counts.get(d.id, 0)) for d in view.plan.departments]
    rows = [(_form_link(view, d, asked), f"{count}指標") for d, count in owed if count]
    return table([Column("部局"), Column("担当", number=True)], rows, caption="回答をお願いする部局")


def _form_link(view: View, department: Department, asked: Round | None) -> Content:
    name, who = department.name(view.day), person()
    if not who.is_staff and department.id not in who.departments:
        return name
    return link(name, "submit", department=department.id, **({"round": asked.id} if asked else {}))


def bare_list(view: View) -> Markup:
    """The plan's indicators in one line each: what is empty everywhere gets no column."""
    rows: list[Row] = []
    for field_id in ("", *(f.id for f in view.plan.fields)):
        mine = [i for i in view.plan.indicators if i.field_id == field_id]
        if mine:
            field = view.plan.field_by_id(field_id) if field_id else None
            rows.append(Group(link(field.name, "field", field=field.id) if field else "基本目標"))
            rows += [_bare_row(view, i) for i in mine]
    columns = [Column("指標"), Column("担当"), Column("目標の時点")]
    return table(columns, rows, caption="指標の一覧", kind="stack")


def _bare_row(view: View, indicator: Indicator) -> tuple[Content, ...]:
    item = face(view, indicator)
    return item.link, item.owner, item.target_period or ("―" if item.target != UNSET else UNSET)
