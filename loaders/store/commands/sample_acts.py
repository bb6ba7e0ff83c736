"""Samples: noted when they are taken in or not wanted, and taken out with their own chain of the log."""

from __future__ import annotations

from kpi.collection.acts import Act
from loaders.store.audit.audit_log import Event, append_event, rechain
from loaders.store.audit.seals import forget_samples
from loaders.store.file.database import Connection, append, rows, value
from loaders.store.queries.plan_states import read_plan_ids

_WITH_SAMPLES = (
    "observations", "reviews", "cards", "confirmations", "questions", "proposals", "publications", "decisions",
    "submissions",
)  # fmt: skip


def load_samples(connection: Connection, act: Act, plan_id: str) -> None:
    """Note that the samples of a plan were taken in. KeyError for an unknown plan."""
    _of_plan(connection, "load_samples", act, plan_id)


def start_empty(connection: Connection, act: Act, plan_id: str) -> None:
    """Remember that a plan is wanted without samples. KeyError for an unknown plan."""
    _of_plan(connection, "start_empty", act, plan_id)


def _of_plan(connection: Connection, kind: str, act: Act, plan_id: str) -> None:
    if plan_id not in read_plan_ids(connection):
        raise KeyError(plan_id)
    append_event(connection, Event(kind, plan_id, "", act))


def remove_samples(connection: Connection, act: Act) -> dict[str, int]:
    """Delete every sample with its chain of the log and nothing else; how many rows went, by table."""
    mine = "submission_id IN (SELECT submission_id FROM submissions WHERE sample)"
    counts = {t: _delete(connection, t, mine) for t in ("entries", "issues", "mends")}
    counts |= {t: _delete(connection, t, "sample") for t in _WITH_SAMPLES}
    used = rows(connection, "SELECT * FROM workbooks WHERE sample AND sha256 IN (SELECT sha256 FROM submissions)")
    counts |= {"workbooks": _delete(connection, "workbooks", "sample") - len(used)}
    # A file that somebody sent as their own is theirs from now on, brought by this act.
    append(connection, "workbooks", [{**r, "sample": False} for r in used])
    forget_samples(connection)
    rechain(connection)
    append_event(connection, Event("remove_samples", "", "", act, {"rows": counts}))
    return counts


def _delete(connection: Connection, table: str, condition: str) -> int:
    count = int(value(connection, f"SELECT count(*) FROM {table} WHERE {condition}"))
    if count:
        connection.execute(f"DELETE FROM {table} WHERE {condition}")
    return count
