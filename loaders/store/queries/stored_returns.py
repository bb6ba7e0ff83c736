"""Returns as they stand in the store: what their files said, what was mended, what is still open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kpi.collection.workflow import Answer, Entry, Mend, Reading, ReturnState, with_mends
from kpi.issue import Choice, Issue, Severity
from kpi.plan import Plan
from loaders.store.file.database import Connection, Row, rows
from loaders.store.queries.json_document import load_list
from loaders.store.queries.plan_states import NOW, read_plan
from loaders.store.queries.records import StoredReturn
from loaders.store.queries.standing_questions import taking_back


def states(connection: Connection, submission_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Submissions with their state, by id: asked once for many, since the state of one hangs on all of its plan."""
    wanted = list(submission_ids)
    own = "WHERE submission_id IN (SELECT unnest(?))"
    plans = rows(connection, f"SELECT DISTINCT plan_id FROM submissions {own}", [wanted])
    query = f"SELECT * FROM submissions_at(?, ?) {own}"
    return {r["submission_id"]: r for p in plans for r in rows(connection, query, [p["plan_id"], NOW, wanted])}


def read_returns(connection: Connection, submission_ids: Sequence[str]) -> dict[str, StoredReturn]:
    """Several returns as they stand, by id; KeyError for an unknown one."""
    told = states(connection, submission_ids)
    return {one: read_return(connection, one, told[one]) for one in submission_ids}


def read_return(connection: Connection, submission_id: str, row: Mapping[str, Any] | None = None) -> StoredReturn:
    """One return as it stands; KeyError for an unknown one. ``row`` is what :func:`states` has told of it just now."""
    row = row or states(connection, [submission_id])[submission_id]
    mends = _mends(connection, submission_id)
    issues = "SELECT * FROM {} WHERE submission_id = ? ORDER BY after_seq, position"
    found = stored_issues(connection, issues.format("issues"), [submission_id])
    asked = any(i.severity is not Severity.NOTE for i in found)
    reading = Reading(
        plan_id=row["plan_id"],
        round_id=row["round_id"],
        department_id=row["department_id"],
        answers=with_mends(_answers(connection, submission_id, said_before(connection, row["joined_from"])), mends),
        issues=found,
        form_version=row["form_version"],
        matched_by=row["matched_by"],
        sample=row["sample"],
        division_id=row["division_id"],
    )
    return StoredReturn(
        submission_id=submission_id,
        state=ReturnState(row["state"]),
        filename=row["filename"],
        sha256=row["sha256"],
        saved_by=row["saved_by"],
        saved_at=row["saved_at"],
        sent_by=row["sent_by"],
        sent_at=row["sent_at"],
        reading=reading,
        issues=found,
        open=stored_issues(connection, issues.format("open_issues(?)"), [NOW, submission_id]) if asked else (),
        mends=mends,
        on_behalf=row["on_behalf"],
        joined_from=tuple(json.loads(row["joined_from"])),
        settled_on=row["settled_on"],
        passed_by=row["passed_by"],
        passed_at=row["passed_at"],
        confirmed=tuple(str(r["subject_id"]) for r in rows(connection, _CONFIRMED, [submission_id])),
    )


#: A confirmation holds unless something done since has taken it back.
_CONFIRMED = f"""
SELECT DISTINCT f.subject_id FROM confirmations f WHERE f.submission_id = ? AND NOT EXISTS (
    SELECT 1 FROM {taking_back()} q WHERE q.submission_id = f.submission_id AND q.subject_id = f.subject_id
        AND q.seq > f.seq)
ORDER BY f.subject_id
"""


#: ``source``: the returns ``$first``, what they were joined from, and what these were joined from.
WITH_SOURCES = """
WITH RECURSIVE source(submission_id) AS (
    SELECT unnest($first)
    UNION SELECT unnest(from_json(s.joined_from, '["VARCHAR"]')) FROM submissions s JOIN source USING (submission_id))
"""

#: Of the returns that a return was joined from, and those these were joined from: what was answered on the page.
_SAID_BEFORE = f"""
{WITH_SOURCES}
SELECT m.submission_id, s.joined_from <> '[]' AS joined, m.subject_id, m.key, m.reason
FROM mends m JOIN source USING (submission_id) JOIN submissions s USING (submission_id) ORDER BY m.seq
"""


def said_before(connection: Connection, joined_from: str) -> dict[tuple[str, str, str], str]:
    """Why cells were mended before they were joined: by the return they stand in ('' for any), row and column."""
    if joined_from == "[]":
        return {}
    found = rows(connection, _SAID_BEFORE, {"first": list(json.loads(joined_from))})
    return {("" if r["joined"] else r["submission_id"], r["subject_id"], r["key"]): r["reason"] for r in found}


def reason_before(said: Mapping[tuple[str, str, str], str], source: str, indicator_id: str, key: str) -> str:
    """Of what :func:`said_before` gives, why a cell that stands in the return ``source`` was mended; empty if not."""
    if not source:
        return ""
    return said.get(("", indicator_id, key)) or said.get((source, indicator_id, key), "")


def read_answers(connection: Connection, submission_id: str) -> tuple[Answer, ...]:
    """What a return says, its own mends put in."""
    return with_mends(_answers(connection, submission_id, {}), _mends(connection, submission_id))


def _mends(connection: Connection, submission_id: str) -> tuple[Mend, ...]:
    found = rows(connection, "SELECT * FROM mends WHERE submission_id = ? ORDER BY seq", [submission_id])
    return tuple(Mend(r["subject_id"], r["key"], untyped(r), r["reason"]) for r in found)


_ENTRIES = "SELECT * FROM entries WHERE submission_id = ? ORDER BY position, rowid"


def _answers(
    connection: Connection, submission_id: str, said: Mapping[tuple[str, str, str], str]
) -> tuple[Answer, ...]:
    by_indicator: dict[str, dict[str, Entry]] = {}
    for r in rows(connection, _ENTRIES, [submission_id]):
        indicator, key = str(r["subject_id"]), str(r["key"])
        mended = reason_before(said, str(r["source_id"]), indicator, key)
        entry = Entry(key, str(r["sheet"]), str(r["cell"]), str(r["written"]), untyped(r), mended)
        by_indicator.setdefault(indicator, {})[key] = entry
    return tuple(Answer(k, v) for k, v in by_indicator.items())


def stored_issues(connection: Connection, query: str, parameters: Sequence[object]) -> tuple[Issue, ...]:
    """The issues that a query on their table finds."""
    return tuple(
        Issue(
            code=r["code"],
            severity=Severity(r["severity"]),
            message=r["message"],
            advice=r["advice"],
            sheet=r["sheet"],
            cell=r["cell"],
            value=r["value"],
            subject_id=r["subject_id"],
            key=r["key"],
            choices=load_list(Choice, r["choices"]),
        )
        for r in rows(connection, query, parameters)
    )


def plan_of(connection: Connection, stored: StoredReturn) -> Plan:
    """The plan a return belongs to."""
    return read_plan(connection, stored.reading.plan_id, NOW)


def untyped(row: Row) -> float | str | None:
    """The value of an entry or a mend."""
    if row["number"] is not None:
        return float(str(row["number"]))
    return None if row["text"] is None else str(row["text"])
