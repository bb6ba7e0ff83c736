"""What returns are read and sent against, as things stand inside a transaction, and no more: a write must be short.

Working it out goes over every value there is. Who repeats many acts keeps it, and says what each of them has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from kpi.collection.lifecycle import Life, Stage, counting
from kpi.collection.workflow import Brief, Past, Reading
from kpi.plan import Card, Plan
from kpi.snapshot import best_known, standing_texts
from loaders.store.file.database import Connection
from loaders.store.queries.initiative_reviews import Reviews, reviews_now
from loaders.store.queries.plan_states import NOW, read_cards, read_plan
from loaders.store.queries.round_lives import lives

_TOLD = """
SELECT observation_id, indicator_id, period, position, value, release, state, known_at, round_id, analysis, evidence,
    key, verification, limits, after_target
FROM observations_at($plan, $moment)
"""
_OF_SOME, _IN_ORDER = "WHERE list_contains($some, indicator_id)", "ORDER BY observation_id"


@dataclass
class _Known:
    """A plan as it was read; what was known of the indicators in ``stale`` is to be read again."""

    plan: Plan
    life: Life
    cards: Mapping[str, Card]
    history: Mapping[str, tuple[Past, ...]]
    standing: Mapping[str, Mapping[str, str]]
    reviews: Reviews
    stale: set[str] = field(default_factory=set)
    reviews_stale: bool = False


class Briefs:
    """Briefs of one connection. What has changed since the first one is read again as far as it was told of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, _Known] = {}

    def of(self, plan_id: str, day: date, about: Collection[str] | None = None) -> Brief:
        """What is known of a plan; of other indicators than those it is ``about`` (all, unless told) maybe as before.

        KeyError for an unknown plan.
        """
        known = self._known.get(plan_id) or self._read(plan_id)
        if known.reviews_stale:
            known.reviews, known.reviews_stale = reviews_now(self._connection, plan_id), False
        again = known.stale if about is None else known.stale.intersection(about)
        if again:
            kept = {k: v for k, v in known.history.items() if k not in again}
            told = self._told(plan_id, again)
            known.history = {**kept, **best_known(told, known.cards)}
            known.standing = {**known.standing, **standing_texts(told)}
            known.stale = known.stale - again
        return Brief(
            counting(known.plan, known.life, day),
            day,
            known.cards,
            known.history,
            known.standing,
            known.reviews,
        )

    def sent(self, reading: Reading) -> None:
        """A return is sent: its values are new, and it may have begun its round."""
        known = self._known.get(reading.plan_id)
        if known is None:
            return
        if known.plan.round(reading.round_id).kind == "initiatives":
            known.reviews_stale = True
        if known.life.stage(reading.round_id) in (Stage.OPEN, Stage.CLOSED):
            known.stale |= {answer.subject_id for answer in reading.answers}
        else:
            del self._known[reading.plan_id]

    def forget(self) -> None:
        """A plan, a judging rule or the life of a round has changed."""
        self._known = {}

    def _read(self, plan_id: str) -> _Known:
        plan, life = read_plan(self._connection, plan_id, NOW), lives(self._connection, plan_id)
        cards = read_cards(self._connection, plan, NOW)
        told = self._told(plan_id)
        self._known[plan_id] = _Known(
            plan, life, cards, best_known(told, cards), standing_texts(told), reviews_now(self._connection, plan_id)
        )
        return self._known[plan_id]

    def _told(self, plan_id: str, some: Collection[str] | None = None) -> pd.DataFrame:
        """The values known of a plan, or of some of its indicators."""
        asked: dict[str, object] = {"plan": plan_id, "moment": NOW}
        if some is None:
            query = f"{_TOLD} {_IN_ORDER}"
        else:
            query, asked["some"] = f"{_TOLD} {_OF_SOME} {_IN_ORDER}", sorted(some)
        return self._connection.execute(query, asked).df()
