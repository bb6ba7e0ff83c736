"""概況 before the first answer: what is missing is said once, with who is asked, in which round, and where."""

from __future__ import annotations

from kpi.assessment import Assessment
from kpi.collection.first_steps import (
    FirstStep,
    owed_by,
    step_of_targets,
    step_of_values,
    step_of_work,
    targets_round,
    undecided,
    values_round,
)
from kpi.collection.lifecycle import Stage
from kpi.collection.turnout import summary
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Department, Indicator, Round
from kpi.summary import UNSET
from kpi.summary import summary as told
from pages.parts.app.clock import now
from pages.parts.app.current_view import services
from pages.parts.app.identity import person
from pages.parts.rounds.board_table import round_link, round_rows
from pages.parts.shared.indicator_cells import name_link
from pages.parts.shared.markup import Column, Content, Group, Markup, Row, join, link, listing, table


def next_steps(view: Assessment) -> Markup:
    """The way from the bare plan to the first judgement, each step leading to where it is done."""
    steps: list[Content] = []
    if targets := step_of_targets(view):
        steps.append(_step(view, targets))
    if waiting := _undecided(view):
        steps.append(waiting)
    if values := step_of_values(view):
        steps.append(_step(view, values))
    if work := step_of_work(view):
        steps.append(_step(view, work))
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


def _step(view: Assessment, step: FirstStep) -> Markup:
    """What one round is for, and how far it has come."""
    counted = view.stage(step.asked) is Stage.OPEN and person().is_staff
    so_far = summary(round_rows(view, step.asked), step.asked, view.as_of or now()) if counted else ""
    return join([round_link(step.asked), step.words, so_far])


def _undecided(view: Assessment) -> Content:
    """For who records decisions: what was answered and is in force only once it is decided."""
    waiting = undecided(view)
    if not waiting or not services().may(Action.DECIDE_CARD, Place(view.plan.id)):
        return ""
    said = f"回答された現状値・目標値{waiting}件は、決定を記録すると設定されます("
    return join([said, link("管理の判定条件", "admin", part="cards"), ")。"])


def who_is_asked(view: Assessment) -> Markup:
    """The departments with the number of their indicators; each name leads to its own form."""
    asked = targets_round(view) or values_round(view)
    counts = owed_by(view, asked) if asked else {}
    owed = [(d, counts.get(d.id, 0)) for d in view.plan.departments]
    rows = [(_form_link(view, d, asked), f"{count}指標") for d, count in owed if count]
    return table([Column("部局"), Column("担当", number=True)], rows, caption="回答をお願いする部局")


def _form_link(view: Assessment, department: Department, asked: Round | None) -> Content:
    name, who = department.name(view.day), person()
    if not who.is_staff and department.id not in who.departments:
        return name
    return link(name, "submit", department=department.id, **({"round": asked.id} if asked else {}))


def bare_list(view: Assessment) -> Markup:
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


def _bare_row(view: Assessment, indicator: Indicator) -> tuple[Content, ...]:
    item = told(view, indicator)
    return name_link(item), item.owner, item.target_period or ("―" if item.target != UNSET else UNSET)
