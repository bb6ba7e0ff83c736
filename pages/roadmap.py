"""取組・ロードマップ: is the work itself on schedule this half-year?"""

from __future__ import annotations

import streamlit as st

from kpi.initiatives.work_state import work_of
from kpi.initiatives.work_words import state_words
from kpi.period import stamp
from pages.parts.app.current_view import view
from pages.parts.roadmap.half_view import half_view
from pages.parts.roadmap.initiative_view import initiative_view
from pages.parts.roadmap.schedule_view import schedule_view
from pages.parts.roadmap.work_cells import HALF, INITIATIVE
from pages.parts.shared.address import tell_missing
from pages.parts.shared.layout import header, unwritten


def roadmap_page() -> None:
    """Draw the roadmap, or what the address asks for of it: one initiative, or one half-year."""
    state = view()
    work = work_of(state)
    header("取組・ロードマップ", state, meta=f"{state_words(work)}　{stamp(state.day)}時点" if work.tracks else "")
    if not work.tracks:
        unwritten("取組", "initiatives.csv")
        return
    asked = st.query_params.get(INITIATIVE, "")
    one = next((one for one in state.plan.initiatives if one.id == asked), None)
    if one is not None:
        initiative_view(state, work, one)
        return
    if asked:
        tell_missing("取組", asked, "ロードマップ")
    if HALF in st.query_params:
        half_view(state, work)
        return
    schedule_view(state, work)
