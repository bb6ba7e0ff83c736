"""What a change of a judging rule would alter: the statuses of past rounds and of today, with the old card and the new.

A closed round keeps its own card whatever is decided; the preview says what it would have said under the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from kpi.cards.revision import apply_to_card, apply_to_scheme
from kpi.plan import Card, Scheme
from kpi.progress import assess, cards_table
from kpi.status import status_word


@dataclass(frozen=True)
class Standing:
    """How things stood at a moment: a closed round's, or now (``round_id`` empty)."""

    round_id: str
    name: str
    moment: datetime
    cards: Mapping[str, Card]
    observations: pd.DataFrame
    scheme: Scheme


@dataclass(frozen=True)
class Effect:
    """What one indicator's status was and would be at one moment; ``before`` and ``after`` are codes."""

    round_id: str
    name: str
    moment: datetime
    indicator_id: str
    before: str
    after: str
    before_word: str
    after_word: str

    @property
    def alters(self) -> bool:
        """Whether anything a reader sees would differ."""
        return self.before_word != self.after_word


def effects(standings: Iterable[Standing], indicator_id: str, changes: Mapping[str, object]) -> tuple[Effect, ...]:
    """One effect for each moment, and for a change of the scheme (``indicator_id`` empty) one for each indicator.

    An indicator that had no card at a moment has no effect there.
    """
    found: list[Effect] = []
    for standing in standings:
        wanted = [c for c in standing.cards.values() if indicator_id in ("", c.indicator_id)]
        scheme = standing.scheme if indicator_id else apply_to_scheme(standing.scheme, changes)
        new = [apply_to_card(c, changes) if indicator_id else c for c in wanted]
        before, after = _judged(standing, wanted, standing.scheme), _judged(standing, new, scheme)
        for one, other in zip(before, after, strict=True):
            words = (status_word(one["status"], one["reason"], standing.scheme),
                     status_word(other["status"], other["reason"], scheme))  # fmt: skip
            found.append(_effect(standing, one, other, words))
    return tuple(found)


def _effect(standing: Standing, one: Mapping[Any, Any], other: Mapping[Any, Any], words: tuple[str, str]) -> Effect:
    indicator, before, after = str(one["indicator_id"]), str(one["status"]), str(other["status"])
    return Effect(standing.round_id, standing.name, standing.moment, indicator, before, after, *words)


def _judged(standing: Standing, cards: list[Card], scheme: Scheme) -> list[dict[Any, Any]]:
    if not cards:
        return []
    table = assess(cards_table(cards), standing.observations, as_of=standing.moment.date(), scheme=scheme)
    return table.to_dict("records")
