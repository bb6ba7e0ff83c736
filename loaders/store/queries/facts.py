"""What the store holds, as plain rows in memory: read whole once, and after a write only what is new.

Each table is asked for its columns and nothing else; what holds at a moment is worked out of these rows by
:mod:`loaders.store.queries.standing`. Rows are only ever appended, but for the samples, which leave with their chain of
seals: so the seals tell which tables have new rows, and whether those read before are all still there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd

from loaders.store.file.database import Connection


class Decision(NamedTuple):
    """An act of the log."""

    seq: int
    kind: str
    plan_id: str
    subject: str
    who: str
    done_at: datetime
    reason: str
    payload: str
    sample: bool
    role: str


class Submission(NamedTuple):
    """A return as it came."""

    submission_id: str
    seq: int
    plan_id: str
    round_id: str
    respondent_id: str
    sha256: str
    filename: str
    form_version: str
    matched_by: str
    sample: bool
    saved_by: str
    saved_at: datetime
    on_behalf: bool
    joined_from: str


class Asked(NamedTuple):
    """A fault or a question that the reading of a return, or a mend, has raised."""

    submission_id: str
    after_seq: int
    code: str
    severity: str
    subject_id: str
    key: str


class Mended(NamedTuple):
    """A cell that was put in on the page; ``worded`` where it is a text."""

    batch: int
    submission_id: str
    subject_id: str
    key: str
    worded: bool
    done_at: datetime


class Subject(NamedTuple):
    """A row of a return's form."""

    submission_id: str
    subject_id: str


class Confirmation(NamedTuple):
    """A row of a sent return that was confirmed (確認済)."""

    seq: int
    submission_id: str
    subject_id: str
    done_at: datetime


class Question(NamedTuple):
    """What was asked back (修正依頼)."""

    question_id: str
    seq: int
    plan_id: str
    round_id: str
    respondent_id: str
    submission_id: str
    subject_id: str
    key: str
    text: str
    who: str
    asked_at: datetime
    sample: bool


class Proposal(NamedTuple):
    """A proposed change of a card."""

    proposal_id: str
    seq: int
    plan_id: str
    indicator_id: str
    document: str
    reason: str
    origin: str
    submission_id: str
    who: str
    proposed_at: datetime
    sample: bool


class Publication(NamedTuple):
    """The 公表区分 that was set for a figure."""

    seq: int
    code: str
    publication: str
    released_at: datetime | None


class Version(NamedTuple):
    """A version of a plan, or of one of its departments, rounds or cards (``part_id``)."""

    plan_id: str
    part_id: str
    version: int
    position: int
    origin: str
    document: str
    reason: str
    retired: bool
    recorded_at: datetime


class Workbook(NamedTuple):
    """The name under which a file came first."""

    sha256: str
    filename: str


class ReviewRow(NamedTuple):
    """What was sent of an initiative; ``said`` is JSON."""

    code: str
    plan_id: str
    initiative_id: str
    period: str
    known_at: datetime
    seq: int
    round_id: str
    department_id: str
    submission_id: str
    sha256: str
    sheet: str
    cell: str
    said: str
    sample: bool


class Batch(NamedTuple):
    """A batch of published figures."""

    batch: int
    hash: str
    recorded_at: datetime


@dataclass(frozen=True)
class Facts:
    """All rows, of all plans, in the order they came. Whoever wants what held at a moment leaves out what came after.

    ``observations`` has the columns of its table. ``ends`` has of each table the last place (rowid) that was read;
    ``seals`` is how many there were, the place of the last and its hash.
    """

    decisions: tuple[Decision, ...] = ()
    submissions: tuple[Submission, ...] = ()
    entries: tuple[Subject, ...] = ()
    issues: tuple[Asked, ...] = ()
    mends: tuple[Mended, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    questions: tuple[Question, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    publications: tuple[Publication, ...] = ()
    plans: tuple[Version, ...] = ()
    departments: tuple[Version, ...] = ()
    rounds: tuple[Version, ...] = ()
    cards: tuple[Version, ...] = ()
    workbooks: tuple[Workbook, ...] = ()
    benchmark_batches: tuple[Batch, ...] = ()
    reviews: tuple[ReviewRow, ...] = ()
    observations: pd.DataFrame = field(default_factory=pd.DataFrame)
    ends: Mapping[str, int] = field(default_factory=dict)
    seals: tuple[int, int, str] = (0, -1, "")


#: What a row of each table is, whose fields are the columns that are read.
_ROWS: Mapping[str, Callable[..., tuple[Any, ...]]] = {
    "decisions": Decision, "submissions": Submission, "entries": Subject, "issues": Asked, "mends": Mended,
    "confirmations": Confirmation, "questions": Question, "proposals": Proposal, "publications": Publication,
    "plans": Version, "departments": Version, "rounds": Version, "cards": Version, "workbooks": Workbook,
    "benchmark_batches": Batch, "reviews": ReviewRow,
}  # fmt: skip
#: Where a field is no column by its name: what it is.
_FIELDS: Mapping[tuple[str, str], str] = {
    ("mends", "worded"): "text IS NOT NULL",
    ("plans", "part_id"): "''", ("plans", "position"): "0", ("plans", "reason"): "''", ("plans", "retired"): "false",
    ("departments", "part_id"): "department_id", ("departments", "reason"): "''",
    ("rounds", "part_id"): "round_id", ("rounds", "reason"): "''",
    ("cards", "part_id"): "indicator_id",
}  # fmt: skip
OBSERVATIONS = "observations"
ALL = frozenset({*_ROWS, OBSERVATIONS})
_ONLY: Mapping[str, str] = {"issues": "AND severity IN ('fix', 'ask')"}


def read_facts(connection: Connection, only: Collection[str] = ALL) -> Facts:
    """What the store holds now, of these tables."""
    return _more(connection, Facts(), only)


def read_on(connection: Connection, kept: Facts) -> Facts:
    """What the store holds now, where all was ``kept`` that it held: what stands there as it did is not read again."""
    changed, seals = _sealed_since(connection, kept)
    since = Facts() if changed is None else kept
    return replace(_more(connection, since, ALL if changed is None else changed), seals=seals)


def _more(connection: Connection, since: Facts, tables: Collection[str]) -> Facts:
    ends: dict[str, int] = dict(since.ends)
    found: dict[str, Any] = {}
    for table in _ROWS.keys() & tables:
        if new := _rows_after(connection, table, ends.get(table, -1)):
            ends[table] = max(place for _, place in new)
            found[table] = (*getattr(since, table), *(row for row, _ in new))
    if "decisions" in found:
        found["decisions"] = tuple(sorted(found["decisions"]))  # by their number: it may have been taken before others'
    if OBSERVATIONS in tables:
        after = ends.get(OBSERVATIONS, -1)
        query = f"SELECT *, rowid AS place FROM {OBSERVATIONS} WHERE rowid > {int(after)} ORDER BY observation_id"
        new_values = connection.execute(query).df()
        if len(new_values):
            ends[OBSERVATIONS] = int(new_values["place"].max())
        new_values = new_values.drop(columns="place")
        known = (since.observations, new_values)
        found[OBSERVATIONS] = pd.concat(known, ignore_index=True) if after >= 0 else new_values
    return replace(since, **found, ends=ends)


def _sealed_since(connection: Connection, since: Facts) -> tuple[Collection[str] | None, tuple[int, int, str]]:
    """The tables in which rows stand that were not read; None where some of those read may have gone or changed."""
    count, at, last = since.seals
    found = connection.execute(
        f"SELECT rowid, hash, content FROM seals WHERE rowid >= {int(at)} ORDER BY rowid"
    ).fetchall()
    ((there,),) = connection.execute("SELECT count(*) FROM seals").fetchall()
    seals = (int(there), int(found[-1][0]), str(found[-1][1])) if found else (int(there), -1, "")
    whole = len(found) > 1 and found[0][:2] == (at, last) and there == count + len(found) - 1
    if not whole:
        return None, seals
    return {"decisions", *(table for _, _, content in found[1:] for table in json.loads(content))}, seals


def _rows_after(connection: Connection, table: str, after: int) -> list[tuple[Any, int]]:
    """The rows of a table that came after a place, each with its own."""
    columns, kind = _columns(table), _ROWS[table]
    if table == "entries":  # one for each cell of a row
        query = f"SELECT {columns}, max(rowid) FROM entries WHERE rowid > {int(after)} GROUP BY {columns}"
    else:
        query = f"SELECT {columns}, rowid FROM {table} WHERE rowid > {int(after)} {_ONLY.get(table, '')} ORDER BY rowid"
    return [(kind(*row[:-1]), row[-1]) for row in connection.execute(query).fetchall()]


def read_where(connection: Connection, conditions: Mapping[str, tuple[str, Sequence[object]]]) -> Facts:
    """Of some tables the rows for which a condition with its parameters holds, for an act that needs no more."""
    found: dict[str, Any] = {}
    for table, (condition, parameters) in conditions.items():
        order = "seq" if table == "decisions" else "rowid"
        query = f"SELECT {_columns(table)} FROM {table} WHERE {condition} ORDER BY {order}"
        found[table] = tuple(_ROWS[table](*row) for row in connection.execute(query, list(parameters)).fetchall())
    return Facts(**found)


def _columns(table: str) -> str:
    names: tuple[str, ...] = _ROWS[table]._fields  # type: ignore[attr-defined]
    return ", ".join(_FIELDS.get((table, name), name) for name in names)
