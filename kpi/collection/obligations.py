"""Which indicators owe an answer, so that nothing is called 未回答 that nobody was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from kpi.collection.board import can_tell
from kpi.collection.lifecycle import Life, Stage
from kpi.collection.scope import asked_of
from kpi.people import Audience
from kpi.plan import VALUE_KINDS, Card, Plan
from kpi.printing.number_words import NOT_ASKED


def owed(
    plan: Plan,
    life: Life,
    observations: pd.DataFrame,
    cards: Mapping[str, Card],
    day: date,
    audience: Audience = Audience.ALL,
) -> frozenset[str]:
    """The indicators that a round which was started has asked a value of and got no answer about.

    Only those whose answers the audience would see: for others nobody can tell. ``plan`` has the rounds as they count
    on the day; a round for targets or for the work asks for no value.
    """
    answered = set(zip(observations["round_id"], observations["indicator_id"], strict=True))
    values = observations[observations["state"] == "value"]
    found: set[str] = set()
    for asked in plan.rounds:
        if asked.kind not in VALUE_KINDS or life.stage(asked.id) not in (Stage.OPEN, Stage.CLOSED):
            continue
        other = values[values["round_id"] != asked.id]
        known = set(zip(other["indicator_id"], other["period"], strict=True))
        mine = (i for d in plan.departments if audience.sees(d.id) for i in asked_of(plan, asked, d.id, day, cards))
        lacking = (i for i in mine if (asked.id, i.id) not in answered)
        found |= {i.id for i in lacking if can_tell(cards[i.id], i, asked, known)}
    return frozenset(found)


def told_apart(assessed: pd.DataFrame, owing: Iterable[str]) -> pd.DataFrame:
    """Judgements, with 値なし in place of 未回答 wherever no answer is owed."""
    free = (assessed["reason"] == "unanswered") & ~assessed["indicator_id"].isin(list(owing))
    return assessed.assign(reason=assessed["reason"].mask(free, NOT_ASKED)) if free.any() else assessed
