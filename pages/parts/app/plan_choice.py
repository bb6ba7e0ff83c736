"""Which plan is shown: ``plan=`` in the address, kept from screen to screen, chosen at the top of the menu.

Where one plan is offered there is nothing to choose, and nothing stands in the address.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from kpi.period import Period
from kpi.plan import Plan, distinct_names, in_order
from pages.parts.app import storage
from pages.parts.app.clock import today
from pages.parts.shared.address import tell_missing
from pages.parts.shared.kept_fields import KEPT
from pages.parts.shared.markup import PLAN

#: In the session: the plan of this run, the one of the run before with its screen, and the chooser's own choice.
_SHOWN, _LAST, _CHOICE = "plan-shown", "plan-last", "plan-choice"


def offered() -> Mapping[str, str]:
    """The names of the plans one may choose, by id; the first is shown where nobody asks for another."""
    plans = in_order(storage.store().plans(), today())
    return distinct_names([p for p in plans if p.offered] or plans)


def shown_plans() -> tuple[Plan, ...]:
    """The plans of which others' screens tell: those one may choose, and those that ran out; no draft put aside."""
    plans, chosen = storage.store().plans(), offered()
    this_year = Period.fiscal_year_of(today())
    return tuple(p for p in plans if p.id in chosen or p.end.position < this_year.position)


def plan_id() -> str:
    """The plan that is shown; empty where none could be read. Settled at the start of a run, which asks many times."""
    return str(st.session_state.get(_SHOWN) or _settled(st.query_params.get(PLAN, "")))


def _settled(wanted: str) -> str:
    plans = offered()
    return wanted if wanted in plans else next(iter(plans), "")


def arrive(screen: str) -> None:
    """At the start of a run: the menu's own links leave out whatever stands in the address.

    On another screen the plan of before goes on; gone on the same screen (Back), it was taken back.
    """
    asked, (kept, where) = st.query_params.get(PLAN, ""), st.session_state.get(_LAST, ("", screen))
    st.session_state[_SHOWN] = _settled(asked or (kept if where != screen else ""))
    st.session_state[_LAST] = st.session_state[_SHOWN], screen


def carry() -> None:
    """After the navigation, which makes the address anew: put the plan there where it is not the first."""
    shown, plans = plan_id(), offered()
    if shown != next(iter(plans), ""):
        st.query_params[PLAN] = shown
    elif PLAN in st.query_params and st.query_params[PLAN] in plans:
        del st.query_params[PLAN]


def chooser() -> None:
    """At the top of the menu, where there is a choice; a plan of the address that is none of them is told."""
    plans, asked = offered(), st.query_params.get(PLAN, "")
    if asked and asked not in plans:
        tell_missing("計画", asked, plans.get(plan_id(), ""))
    if len(plans) < 2:
        return
    st.session_state[_CHOICE] = plan_id()
    with st.sidebar:
        st.selectbox("計画", list(plans), format_func=plans.__getitem__, key=_CHOICE, on_change=_chosen)


def _chosen() -> None:
    """Another plan has other indicators, rounds and drafts: nothing of this session's choices goes with it.

    What was typed names the plan that it is about, and waits there.
    """
    wanted = str(st.session_state[_CHOICE])
    for key in set(st.session_state) - {KEPT}:
        del st.session_state[key]
    st.query_params.clear()
    st.query_params[PLAN] = wanted
