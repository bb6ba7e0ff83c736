"""Reading what a plan needs into frozen tables, as things stood at a moment."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from loaders.store.database import Connection, rows
from loaders.store.plans import read_benchmarks, read_cards, read_plan
from loaders.store.records import Snapshot

_OBSERVATIONS = """
SELECT o.observation_id, o.code, o.indicator_id, o.period, o.position, o.value, o.release, o.state, o.known_at,
    o.round_id, o.department_id, o.submission_id, o.sha256, s.filename, o.sheet, o.cell, o.written, o.key, o.origin,
    s.sent_by, o.next_release, o.evidence, o.analysis, o.actions, o.section,
    CASE WHEN d.subject IS NULL THEN 'unconfirmed' ELSE 'confirmed' END AS review, o.correction_kind, o.sample
FROM observations_at($plan, $moment) o
LEFT JOIN submissions_at($plan, $moment) s USING (submission_id)
LEFT JOIN (SELECT DISTINCT subject FROM decisions WHERE kind = 'confirm' AND done_at <= $moment) d ON d.subject = o.code
ORDER BY o.observation_id
"""

_SUBMISSIONS = """
WITH open AS (
    SELECT submission_id, count(*) FILTER (severity = 'fix') AS open_fix, count(*) FILTER (severity = 'ask') AS open_ask
    FROM open_issues($moment) GROUP BY submission_id)
SELECT s.submission_id, s.round_id, s.department_id, s.state, s.filename, s.sha256, s.saved_by, s.saved_at, s.sent_by,
    s.sent_at, s.matched_by, s.sample, coalesce(o.open_fix, 0) AS open_fix, coalesce(o.open_ask, 0) AS open_ask
FROM submissions_at($plan, $moment) s LEFT JOIN open o USING (submission_id)
ORDER BY s.seq
"""

_DECISIONS = "SELECT DISTINCT kind FROM decisions WHERE plan_id = $plan AND subject = '' AND done_at <= $moment"


def read_snapshot(
    connection: Connection,
    plan_id: str,
    moment: datetime,
    *,
    revision: str = "",
    as_of: datetime | None = None,
    figures: bool = True,
) -> Snapshot:
    """The snapshot of a plan; KeyError for an unknown one. ``figures=False`` leaves out the published figures."""
    plan = read_plan(connection, plan_id, moment)
    known = {"plan": plan_id, "moment": moment}
    submissions = connection.execute(_SUBMISSIONS, known).df()
    series, values, breaks = read_benchmarks(connection, moment) if figures else (pd.DataFrame(),) * 3
    return Snapshot(
        plan=plan,
        revision=revision,
        cards=read_cards(connection, plan, moment),
        observations=connection.execute(_OBSERVATIONS, known).df(),
        submissions=submissions,
        has_samples=bool(submissions["sample"].any()),
        series=series,
        values=values,
        breaks=breaks,
        as_of=as_of,
        decisions=frozenset(r["kind"] for r in rows(connection, _DECISIONS, known)),
    )
