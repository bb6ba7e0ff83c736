"""The lives of rounds, read for an act; see :func:`loaders.store.queries.standing.life_at`."""

from __future__ import annotations

from kpi.collection.lifecycle import Life
from loaders.store.file.database import Connection
from loaders.store.queries.facts import read_where
from loaders.store.queries.plan_states import NOW
from loaders.store.queries.standing import OF_LIFE, life_at


def lives(connection: Connection, plan_id: str, *, samples: bool = True) -> Life:
    """How far each round has come; without ``samples`` as if there were none."""
    about: dict[str, tuple[str, list[object]]] = {
        "decisions": ("plan_id = ? AND kind IN (SELECT unnest(?))", [plan_id, list(OF_LIFE)]),
        "submissions": ("plan_id = ?", [plan_id]),
    }
    held = read_where(connection, about)
    round_of = {s.submission_id: s.round_id for s in held.submissions}
    return life_at(held.decisions, round_of.get, plan_id, NOW, samples=samples)
