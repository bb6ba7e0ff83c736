"""The initiatives of all plans under the kinds of the law, folded below the roadmap."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.initiatives.initiative import LAW_KINDS, Initiative
from kpi.initiatives.law_table import by_law_kind, untold
from kpi.initiatives.track import AGAIN
from kpi.plan import Plan, distinctions
from pages.parts.app.plan_choice import shown_plans
from pages.parts.shared.layout import folded, show
from pages.parts.shared.markup import Column, Content, join, listing, table, tag


def law_view() -> None:
    """A row for each kind and plan; which plans' documents give no kind is said."""
    folded("すべての計画の取組を法の区分で見る", _draw, key="work-law-kinds")


def _draw() -> None:
    plans = shown_plans()
    marks = distinctions(plans)
    rows: list[tuple[Content, ...]] = []
    for kind, held in by_law_kind(plans).items():
        if not held:
            rows.append((LAW_KINDS[kind], "―", "どの計画にもありません"))
        rows += [(LAW_KINDS[kind], _name(plan, marks), listing([_said(one) for one in mine])) for plan, mine in held]
    columns = [Column("官民データ活用推進基本法の区分", width="16rem"), Column("計画", width="14rem"), Column("取組")]
    show(table(columns, rows, caption="法の区分と計画の取組", kind="stack"))
    if left := untold(plans):
        show(tag("p", f"区分が計画に書かれていないもの: {'、'.join(_name(plan, marks) for plan in left)}", "meta"))


def _name(plan: Plan, marks: Mapping[str, str]) -> str:
    return f"{plan.name}({marks[plan.id] or plan.years})"


def _said(one: Initiative) -> Content:
    return join([f"{one.number}　{one.name}".lstrip("　"), AGAIN if one.refers_to else ""])
