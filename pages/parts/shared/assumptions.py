"""想定 beside what no source gives: the mark, and the reason for what was taken."""

from __future__ import annotations

from kpi.assessment import Assessment
from pages.parts.shared.markup import Content, Markup, join, link, tag


def assumed(reason: str | None) -> Content:
    """The mark with its reason; nothing where nothing was assumed."""
    return join([" ", tag("span", "想定", "assumed"), tag("small", reason)]) if reason else ""


def scheme_assumed(view: Assessment) -> Markup:
    """That the way of judging is 想定, until a decision records it."""
    reason = view.snapshot.plan_assumed.get("scheme")
    return tag("div", join([tag("span", "想定", "assumed"), " ", reason]), "meta") if reason else Markup("")


def scheme_mark(view: Assessment) -> Content:
    """The same in short, where statuses stand in a list; the reason is one click away."""
    if "scheme" not in view.snapshot.plan_assumed:
        return ""
    return join(["判定の方法は", tag("span", "想定", "assumed"), "です(", link("理由", "method"), ")。"])


def department_assumed(view: Assessment, department_id: str) -> Content:
    """That a department's name, or the days it holds, are 想定."""
    return assumed(view.snapshot.plan_assumed.get(f"departments.{department_id}"))
