"""What 引継ぎ rests on: all that is known of some indicators, whoever answered for them, and the returns themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.handover.history import Sources
from kpi.place import Place
from kpi.plan import Indicator
from pages.parts.admin.proposal_panel import changes_in
from pages.parts.app.current_view import services, store
from pages.parts.review.review_words import column_name
from pages.parts.rounds.board_table import stored_return


def whole(view: Assessment, department_id: str, division_id: str, indicators: Sequence[Indicator]) -> Assessment:
    """The view with all that is known of some indicators, whoever answered for them before.

    What a former department said of an indicator is not otherwise shown to the one it went to; who may see the
    handover of its present owner may read it, and of no other indicator.
    """
    if not services().may(
        Action.SEE_HANDOVER, Place(view.plan.id, department_id=department_id, division_id=division_id)
    ):
        return view
    name = f"handover {department_id} {division_id}"
    return view.once(name, lambda: _with_predecessors(view, indicators, f"{view.key}:{name}"))


def _with_predecessors(view: Assessment, indicators: Sequence[Indicator], key: str) -> Assessment:
    ids = {i.id for i in indicators}
    full = store().snapshot(view.plan.id, view.as_of)

    def mine(table: pd.DataFrame, of: str = "indicator_id") -> pd.DataFrame:
        return table[table[of].isin(ids)]

    own = replace(
        full,
        reviews={one: told for one, told in full.reviews.items() if one in ids},
        observations=mine(full.observations),
        questions=mine(full.questions, "subject_id"),
        proposals=mine(full.proposals),
    )
    return replace(view, snapshot=own, key=key)


def sources(view: Assessment) -> Sources:
    """The returns, headings and proposals of the plan that is shown."""
    return Sources(lambda one: stored_return(view, one), lambda asked, key: column_name(view, asked, key), changes_in)
