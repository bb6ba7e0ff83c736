"""The names of a list that are none of the plan's: which indicator each of them is, chosen or left out at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from kpi.issue import Issue
from kpi.plan import Plan
from loaders.lists.list_answers import of_cell
from pages.parts.admin.admin_forms import fresh, note
from pages.parts.lists.list_session import on_screen, say
from pages.parts.shared.layout import show
from pages.parts.shared.markup import join, tag, unmarked

#: The code of the question that is asked here.
UNKNOWN = "list.unknown"
_SHOWN = 12
_OPEN, _OUT = "まだ選んでいない", "取り込まない"


def unknown_names(plan: Plan, sheet: str, issues: Sequence[Issue]) -> None:
    """A choice for each name; what is most alike stands first. None of them is taken for another unless told."""
    if not issues:
        return
    st.subheader(f"計画にない指標名({len(issues)}件)", anchor=False)
    note("計画の指標と名前が違うだけなら、その指標を選んでください。計画にない指標は取り込みません。")
    none = f"{len(issues)}件とも取り込まない" if len(issues) > 1 else "この1件を取り込まない"
    st.button(
        unmarked(none), key=fresh("list-none-of-them"),
        on_click=partial(_leave_out, sheet, tuple(i.cell for i in issues)),
    )  # fmt: skip
    names = {i.id: f"{i.number} {i.name}" for i in plan.indicators}
    for issue in issues[:_SHOWN]:
        near = [str(c.changes["indicator"]) for c in issue.choices if c.changes.get("indicator")]
        options = [_OPEN, _OUT, *near, *(i for i in names if i not in near)]
        key = fresh(f"list-which-{sheet}-{issue.cell}")
        show(tag("div", join([tag("b", issue.cell), f" {issue.value}"])))
        st.selectbox(
            f"{unmarked(_spoken(issue.cell))} はどの指標か", options,
            format_func=lambda one: names.get(one, one), key=key, on_change=_choose, args=(sheet, issue.cell, key),
        )  # fmt: skip
    if len(issues) > _SHOWN:
        note(f"ほかに{len(issues) - _SHOWN}件あります。選ぶと、続きが出ます。")


def _spoken(cell: str) -> str:
    """An address for a label: the framework reads a label aloud as it is written, escapes too."""
    return cell.translate({ord("("): "（", ord(")"): "）"})


def _choose(sheet: str, cell: str, key: str) -> None:
    one, chosen = on_screen(), st.session_state[key]
    if one is not None and chosen != _OPEN:
        say(sheet, of_cell(one.told(sheet), cell, {"indicator": "" if chosen == _OUT else chosen}))


def _leave_out(sheet: str, cells: Sequence[str]) -> None:
    if (one := on_screen()) is None:
        return
    told = one.told(sheet)
    for cell in cells:
        told = of_cell(told, cell, {"indicator": ""})
    say(sheet, told)
