"""Returns as they stand, or stood at a moment: what their files said, what was mended, what is still open."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kpi.collection.workflow import Answer, Entry, Mend, Reading, ReturnState, with_mends
from kpi.issue import Choice, Issue, Severity
from kpi.place import parts_of
from kpi.plan import Plan
from loaders.store.file.database import Connection, Row, rows
from loaders.store.queries.facts import Asked, Mended, read_where
from loaders.store.queries.json_document import load_list
from loaders.store.queries.plan_states import NOW, read_plan
from loaders.store.queries.records import StoredReturn
from loaders.store.queries.standing import OF_STATE, ReturnAt, confirmed_rows, open_issues, returns_at


def states(connection: Connection, submission_ids: Sequence[str], moment: datetime = NOW) -> dict[str, ReturnAt]:
    """Submissions with their state, by id: asked once for many, since the state of one hangs on others of its place.

    What had not come at the moment is left out.
    """
    wanted = list(submission_ids)
    places = """(plan_id, round_id, respondent_id) IN (SELECT (plan_id, round_id, respondent_id)
        FROM submissions WHERE submission_id IN (SELECT unnest(?)))"""
    near = read_where(connection, {"submissions": (places, [wanted])}).submissions
    acts = "kind IN (SELECT unnest(?)) AND subject IN (SELECT unnest(?))"
    about = [list(OF_STATE), [s.submission_id for s in near]]
    decisions = read_where(connection, {"decisions": (acts, about)}).decisions
    known = {r.row.submission_id: r for r in returns_at(near, decisions, moment)}
    return {one: known[one] for one in wanted if one in known}


@dataclass(frozen=True)
class _Rows:
    """The rows of the tables about several returns, by return: a query for each table, however many returns."""

    issues: Mapping[str, list[dict[str, Any]]]
    mends: Mapping[str, list[dict[str, Any]]]
    entries: Mapping[str, list[dict[str, Any]]]
    confirmed: Mapping[str, list[str]]


def read_return(connection: Connection, submission_id: str) -> StoredReturn:
    """One return as it stands; KeyError for an unknown one."""
    return read_returns(connection, [submission_id])[submission_id]


def read_returns(
    connection: Connection, submission_ids: Sequence[str], moment: datetime = NOW
) -> dict[str, StoredReturn]:
    """Several returns as they stood at a moment, by id; KeyError for one that is unknown or had not come yet."""
    told = states(connection, submission_ids, moment)
    found = read_known(connection, [told[one] for one in submission_ids], moment)
    return dict(zip(submission_ids, found, strict=True))


def read_known(connection: Connection, told: Sequence[ReturnAt], moment: datetime = NOW) -> tuple[StoredReturn, ...]:
    """The same of what :func:`states` has told just now of that moment."""
    ids = [at.row.submission_id for at in told]
    issues, mends = (_by_return(connection, query, ids, moment) for query in (_ISSUES, _MENDS))
    held = _Rows(issues, mends, _by_return(connection, _ENTRIES, ids), _confirmed(connection, ids, moment))
    return tuple(_stored(connection, at, held) for at in told)


def _by_return(
    connection: Connection, query: str, submission_ids: Sequence[str], *moment: datetime
) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(connection, query, [list(submission_ids), *moment]):
        found[row["submission_id"]].append(row)
    return found


def _stored(connection: Connection, at: ReturnAt, held: _Rows) -> StoredReturn:
    row, (department_id, division_id) = at.row, parts_of(at.row.respondent_id)
    submission_id = row.submission_id
    raised, mended = held.issues.get(submission_id, ()), held.mends.get(submission_id, ())
    found, mends = issues_of(raised), _mends(mended)
    said = said_before(connection, row.joined_from)
    reading = Reading(
        plan_id=row.plan_id,
        round_id=row.round_id,
        department_id=department_id,
        answers=with_mends(_answers(held.entries.get(submission_id, ()), said), mends),
        issues=found,
        form_version=row.form_version,
        matched_by=row.matched_by,
        sample=row.sample,
        division_id=division_id,
    )
    return StoredReturn(
        submission_id=submission_id,
        state=ReturnState(at.state),
        filename=row.filename,
        sha256=row.sha256,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
        sent_by=at.sent_by,
        sent_at=at.sent_at,
        reading=reading,
        issues=found,
        open=_open(raised, found, mended),
        mends=mends,
        on_behalf=row.on_behalf,
        joined_from=tuple(json.loads(row.joined_from)),
        settled_on=at.settled_on,
        passed_by=at.passed_by,
        passed_at=at.passed_at,
        confirmed=tuple(held.confirmed.get(submission_id, ())),
    )


_OF_THESE = "WHERE submission_id IN (SELECT unnest($1))"
#: What a mend has raised is known since that mend.
_ISSUES = f"""SELECT * FROM issues {_OF_THESE}
    AND (after_seq = 0 OR after_seq IN (SELECT batch FROM mends {_OF_THESE} AND done_at <= $2))
    ORDER BY after_seq, position"""
_MENDS = f"SELECT * FROM mends {_OF_THESE} AND done_at <= $2 ORDER BY seq"
_ENTRIES = f"SELECT * FROM entries {_OF_THESE} ORDER BY position, rowid"


def _open(
    raised: Sequence[Mapping[str, Any]], found: Sequence[Issue], mended: Sequence[Mapping[str, Any]]
) -> tuple[Issue, ...]:
    """Of the issues of a return those that nobody has answered, as they were raised."""
    mends = [Mended(**{c: m[c] for c in _MENDED}, worded=m["text"] is not None) for m in mended]
    asked = {
        id(issue): Asked(**{c: row[c] for c in Asked._fields})
        for row, issue in zip(raised, found, strict=True)
        if issue.severity is not Severity.NOTE
    }
    still = {id(one) for one in open_issues(asked.values(), mends, NOW)}
    return tuple(issue for issue in found if id(issue) in asked and id(asked[id(issue)]) in still)


_MENDED = ("batch", "submission_id", "subject_id", "key", "done_at")


def _confirmed(connection: Connection, submission_ids: Sequence[str], moment: datetime) -> Mapping[str, list[str]]:
    """The rows of each return whose confirmation held at a moment."""
    own, these = [list(submission_ids)], "IN (SELECT unnest(?))"
    held = read_where(connection, {"confirmations": (f"submission_id {these}", own)})
    if not held.confirmations:
        return {}
    since = {
        "questions": (f"submission_id {these}", own),
        "decisions": (f"kind IN ('withdraw', 'unconfirm') AND subject {these}", own),
    }
    back = read_where(connection, since)
    known: dict[str, list[str]] = defaultdict(list)
    for submission_id, subject_id in sorted(confirmed_rows(replace(back, confirmations=held.confirmations), moment)):
        known[submission_id].append(subject_id)
    return known


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
    entries, mends = rows(connection, _ENTRIES, [[submission_id]]), rows(connection, _MENDS, [[submission_id], NOW])
    return with_mends(_answers(entries, {}), _mends(mends))


def _mends(found: Sequence[Row]) -> tuple[Mend, ...]:
    return tuple(Mend(str(r["subject_id"]), str(r["key"]), untyped(r), str(r["reason"])) for r in found)


def _answers(entries: Sequence[Row], said: Mapping[tuple[str, str, str], str]) -> tuple[Answer, ...]:
    by_indicator: dict[str, dict[str, Entry]] = {}
    for r in entries:
        indicator, key = str(r["subject_id"]), str(r["key"])
        mended = reason_before(said, str(r["source_id"]), indicator, key)
        entry = Entry(key, str(r["sheet"]), str(r["cell"]), str(r["written"]), untyped(r), mended)
        by_indicator.setdefault(indicator, {})[key] = entry
    return tuple(Answer(k, v) for k, v in by_indicator.items())


def issues_of(found: Sequence[Mapping[str, Any]]) -> tuple[Issue, ...]:
    """The issues that rows of their table tell."""
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
        for r in found
    )


def plan_of(connection: Connection, stored: StoredReturn) -> Plan:
    """The plan a return belongs to."""
    return read_plan(connection, stored.reading.plan_id, NOW)


def untyped(row: Row) -> float | str | None:
    """The value of an entry or a mend."""
    if row["number"] is not None:
        return float(str(row["number"]))
    return None if row["text"] is None else str(row["text"])
