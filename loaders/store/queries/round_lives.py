"""The lives of rounds in the log: started by a person or by the first answer, closed, given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kpi.collection.lifecycle import Life, begun
from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.access_rules import Act
from loaders.store.commands.plan_versions import NOW, change_plan, read_plan
from loaders.store.file.database import Connection, rows

#: What starting by an answer and giving a round up are called in the log.
START, CANCEL = "start_round", "cancel_round"

#: Of each round the last act about it, and when it was first started: by a person or by the first answer sent in it,
#: which stores made before rounds were started tell of by nothing else.
_LIVES = f"""
WITH acts AS (
    SELECT subject AS round_id, kind, done_at, seq FROM decisions
    WHERE plan_id = $plan AND kind IN ('open_round', 'close_round', '{START}', '{CANCEL}') AND done_at <= $moment
        AND (NOT sample OR $samples)
    UNION ALL SELECT s.round_id, d.kind, d.done_at, d.seq
    FROM decisions d JOIN submissions s ON s.submission_id = d.subject
    WHERE d.plan_id = $plan AND d.kind = 'send' AND d.done_at <= $moment AND (NOT d.sample OR $samples))
SELECT round_id, min(done_at) FILTER (kind IN ('open_round', '{START}', 'send')) AS started,
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
        {r["round_id"]: r["at"] for r in found if r["last"] == CANCEL},
    )


def start_by_answer(connection: Connection, reading: Reading, submission_id: str, act: Act) -> bool:
    """Start a round that nobody has started, because an answer is sent in it; whether there was anything to start.

    A date that is over by then is dropped: nobody was asked for it. A sample starts a round as long as it is there and
    leaves its dates alone.
    """
    plan_id, round_id, sample = reading.plan_id, reading.round_id, reading.sample
    if round_id in lives(connection, plan_id, samples=sample).started:
        return False
    told: dict[str, object] = {}
    if not sample:
        plan = read_plan(connection, plan_id, NOW)
        rounds = tuple(begun(r, act.at.date()) if r.id == round_id else r for r in plan.rounds)
        told = dict(change_plan(connection, replace(plan, rounds=rounds), act.at))
    payload = {**told, "submission_id": submission_id}
    append_event(connection, Event(START, plan_id, round_id, act.by, act.at, _BY_ANSWER, payload, sample, act.role))
    return True


_BY_ANSWER = "最初の回答による開始"


def cancel_round(connection: Connection, plan_id: str, round_id: str, act: Act) -> tuple[Issue, ...]:
    """Give a round up that nobody has started; what forbids it. KeyError for an unknown one."""
    read_plan(connection, plan_id, NOW).round(round_id)
    life = lives(connection, plan_id)
    if round_id in life.cancelled:
        return (_issue("round.is_cancelled", "この照会は、すでに取りやめています。", "一覧を開き直してください。"),)
    if round_id in life.started:
        return (_issue("round.is_started", "この照会は、すでに始まっています。", "終えるときは、締め切ってください。"),)
    append_event(connection, Event(CANCEL, plan_id, round_id, act.by, act.at, act.reason, role=act.role))
    return ()


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)
