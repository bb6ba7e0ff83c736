"""The paper of a plan that names no department: nobody is asked, and somebody says when a meeting looks at the work."""

from __future__ import annotations

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.round_proposal import meeting
from kpi.collection.workflow import Action, may
from kpi.place import Place
from pages.parts.app.current_view import services
from pages.parts.app.identity import person
from pages.parts.shared import notices
from pages.parts.shared.layout import attempt, empty, lead, show
from pages.parts.shared.markup import tag

#: Where it is said what was done here.
BEGUN = "meeting-begun"


def can_begin(state: Assessment) -> bool:
    """Whether a paper of the plan can be begun here, by whoever is at the screen."""
    names_nobody = bool(state.plan.initiatives) and not state.plan.indicators and not state.plan.departments
    return names_nobody and state.is_open and may(person(), Action.OPEN_ROUND, Place(state.plan.id))


def meeting_start(state: Assessment) -> None:
    """The button that begins it."""
    asked = meeting(state.snapshot.plan, state.day)
    lead("会議の資料はまだありません。")
    words = "この計画に部局がないため、照会は行いません。取組の一覧を、この時点の資料にできます。"
    empty(words)
    show(
        tag("div", f"「{asked.name}」の名で作ります。総括を書き、版を残せます。締切りは「照会」で記録します。", "meta")
    )
    if st.button("会議の資料を作り始める", type="primary", key="begin-meeting"):
        done = attempt(lambda: services().open_round(state.plan.id, asked))
        if done is not None:
            notices.tell(BEGUN, f"「{asked.name}」の資料を作り始めました。")
