"""The lives of rounds in the log: started by a person or by the first answer, closed, given up."""

from __future__ import annotations

from datetime import datetime

from kpi.collection.lifecycle import Life
from loaders.store.file.database import Connection, rows
from loaders.store.queries.plan_states import NOW

#: Of each round the last act about it, and when it was first started: by a person or by the first answer sent in it,
#: which stores made before rounds were started tell of by nothing else.
_LIVES = """
WITH acts AS (
    SELECT subject AS round_id, kind, done_at, seq FROM decisions
    WHERE plan_id = $plan AND kind IN ('open_round', 'close_round', 'start_round', 'cancel_round')
        AND done_at <= $moment AND (NOT sample OR $samples)
    UNION ALL SELECT s.round_id, d.kind, d.done_at, d.seq
    FROM decisions d JOIN submissions s ON s.submission_id = d.subject
    WHERE d.plan_id = $plan AND d.kind = 'send' AND d.done_at <= $moment AND (NOT d.sample OR $samples))
SELECT round_id, min(done_at) FILTER (kind IN ('open_round', 'start_round', 'send')) AS started,
    arg_max(kind, seq) FILTER (kind IN ('open_round', 'close_round')) AS ended,
    arg_max(done_at, seq) FILTER (kind IN ('open_round', 'close_round')) AS ended_at,
    arg_max(kind, seq) FILTER (kind <> 'close_round') AS last,
    arg_max(done_at, seq) FILTER (kind <> 'close_round') AS at
FROM acts GROUP BY round_id
"""


def lives(connection: Connection, plan_id: str, moment: datetime = NOW, *, samples: bool = True) -> Life:
    """How far each round has come at a moment; without ``samples`` as if there were none."""
    found = rows(connection, _LIVES, {"plan": plan_id, "moment": moment, "samples": samples})
    return Life(
        {r["round_id"]: r["started"] for r in found if r["started"] is not None},
        {r["round_id"]: r["ended_at"] for r in found if r["ended"] == "close_round"},
        {r["round_id"]: r["at"] for r in found if r["last"] == "cancel_round"},
    )
