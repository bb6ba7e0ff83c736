"""The lives of rounds, read for an act; see :func:`loaders.store.queries.standing.life_at`."""

from __future__ import annotations

from kpi.collection.lifecycle import Life
from loaders.store.file.database import Connection
from loaders.store.queries.facts import read_facts
from loaders.store.queries.plan_states import NOW
from loaders.store.queries.standing import life_at


def lives(connection: Connection, plan_id: str, *, samples: bool = True) -> Life:
    """How far each round has come; without ``samples`` as if there were none."""
    held = read_facts(connection, only=("decisions", "submissions"))
    round_of = {s.submission_id: s.round_id for s in held.submissions}
    return life_at(held.decisions, round_of.get, plan_id, NOW, samples=samples)
