"""概況 before the first answer: what is missing is said once, with who is asked, in which round, and where."""

from __future__ import annotations

from kpi.plan import Department, Indicator, Round
from pages.parts.cards import UNSET, face
from pages.parts.html import Column, Content, Group, Markup, Row, join, link, table, tag
from pages.parts.snapshot import View


def beginning(view: View) -> bool:
    """Whether nothing has been answered yet: no value, no 現状値, no 目標値 of any indicator."""
    rows = view.assessed
    return view.snapshot.observations.empty and not (rows["baseline_set"] | rows["target_set"]).any()


def next_steps(view: View) -> Markup:
    """The way from the bare plan to the first judgement, each step leading to where it is done."""
    steps: list[Content] = []
    asked = next((r for r in view.plan.rounds if r.kind == "targets"), None)
    if asked:
        wanted = f"で、{len(view.plan.indicators)}指標の現状値と目標値を各部局に回答していただきます。"
        steps.append(join([_round_link(asked), wanted]))
    values = view.current_round
    if values and values.kind != "targets":
        due = f"(期限 {values.due.month}月{values.due.day}日)" if values.due else ""
        steps.append(join([_round_link(values), f"{due}で、{values.period.short}の実績値を回答していただきます。"]))
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
    return tag("ol", join(tag("li", step) for step in steps), "steps")


def _round_link(asked: Round) -> Markup:
    return link(asked.name, "submit", round=asked.id)


def who_is_asked(view: View) -> Markup:
    """The departments with the number of their indicators; each name leads to its own form."""
    asked = next((r for r in view.plan.rounds if r.kind == "targets"), view.current_round)
    owed = [(d, len(view.plan.owned_by(d.id, view.day))) for d in view.plan.departments]
    rows = [(_form_link(view, d, asked), f"{count}指標") for d, count in owed if count]
    return table([Column("部局(回答様式へ)"), Column("担当", number=True)], rows, caption="回答をお願いする部局")


def _form_link(view: View, department: Department, asked: Round | None) -> Content:
    name = department.name(view.day)
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
