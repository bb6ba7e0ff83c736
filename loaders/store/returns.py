"""Returns in the store: kept as drafts and read again. Each function works inside a given transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from kpi.collection import Answer, Entry, Mend, Reading, ReturnState
from kpi.issue import Choice, Issue, Severity
from kpi.plan import Plan
from loaders.store.database import Connection, Row, append, rows, take
from loaders.store.document import dump, load_list
from loaders.store.plans import read_plan
from loaders.store.records import Saved, StoredReturn

#: Later than any moment a person names: "as things stand".
NOW = datetime(9999, 12, 31)

#: Whose return it is: plan, round, department.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class NewReturn:
    """One file to keep: what was read of it, its bytes and its name."""

    reading: Reading
    data: bytes
    filename: str


def save(connection: Connection, new: Sequence[NewReturn], by: str, at: datetime) -> tuple[Saved, ...]:
    """Keep files as drafts. A file that is already the live one of its round and department is not kept twice."""
    live = _live(connection)
    known = {r["sha256"] for r in rows(connection, "SELECT sha256 FROM workbooks")}
    hashes = [sha256(one.data).hexdigest() for one in new]
    fresh = _count_fresh(new, hashes, live)
    numbers = zip(take(connection, "submission_seq", fresh), take(connection, "event_seq", fresh), strict=True)
    saved: list[Saved] = []
    tables: dict[str, list[Row]] = {"submissions": [], "entries": [], "issues": []}
    for one, hashed in zip(new, hashes, strict=True):
        place = _place(one.reading)
        if place in live and live[place][1] == hashed:
            saved.append(Saved(live[place][0], duplicate_of=live[place][0]))
            continue
        if hashed not in known:
            _store_workbook(connection, one, hashed, at)
            known.add(hashed)
        number, seq = next(numbers)
        submission_id = f"S{number:05d}"
        tables["submissions"].append(_submission_row(one, submission_id, seq, hashed, by, at))
        tables["entries"] += _entry_rows(submission_id, one.reading)
        tables["issues"] += issue_rows(submission_id, one.reading.issues, 0)
        live[place] = (submission_id, hashed)
        saved.append(Saved(submission_id))
    for table, found in tables.items():
        append(connection, table, found)
    return tuple(saved)


def _place(reading: Reading) -> Place:
    return reading.plan_id, reading.round_id, reading.department_id


def _count_fresh(new: Sequence[NewReturn], hashes: Sequence[str], live: Mapping[Place, tuple[str, str]]) -> int:
    """How many of the files are not the live one of their round and department when their turn comes."""
    newest = {place: held for place, (_, held) in live.items()}
    count = 0
    for one, hashed in zip(new, hashes, strict=True):
        count += newest.get(_place(one.reading)) != hashed
        newest[_place(one.reading)] = hashed
    return count


def _live(connection: Connection) -> dict[Place, tuple[str, str]]:
    """The newest return of each round and department that was not discarded, with its workbook."""
    query = """SELECT plan_id, round_id, department_id, arg_max(submission_id, seq) AS id, arg_max(sha256, seq) AS sha
        FROM submissions WHERE submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'discard')
        GROUP BY ALL"""
    return {(r["plan_id"], r["round_id"], r["department_id"]): (r["id"], r["sha"]) for r in rows(connection, query)}


def _store_workbook(connection: Connection, one: NewReturn, hashed: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO workbooks VALUES (?, ?, ?, ?, ?, ?)",
        [hashed, one.filename, len(one.data), one.data, one.reading.sample, at],
    )


def _submission_row(one: NewReturn, submission_id: str, seq: int, hashed: str, by: str, at: datetime) -> Row:
    reading = one.reading
    return {
        "submission_id": submission_id,
        "seq": seq,
        "plan_id": reading.plan_id,
        "round_id": reading.round_id,
        "department_id": reading.department_id,
        "sha256": hashed,
        "filename": one.filename,
        "form_version": reading.form_version,
        "matched_by": reading.matched_by,
        "sample": reading.sample,
        "saved_by": by,
        "saved_at": at,
    }


def _entry_rows(submission_id: str, reading: Reading) -> list[Row]:
    return [
        {
            "submission_id": submission_id,
            "indicator_id": answer.indicator_id,
            "position": position,
            "key": key,
            "sheet": entry.sheet,
            "cell": entry.cell,
            "written": entry.written,
            **typed(entry.value),
        }
        for position, answer in enumerate(reading.answers)
        for key, entry in answer.entries.items()
    ]


def typed(value: float | str | None) -> dict[str, object]:
    """A value as the columns that keep it."""
    is_number = isinstance(value, int | float)
    return {"number": float(value or 0) if is_number else None, "text": None if is_number else value}


def untyped(row: Row) -> float | str | None:
    """The value of an entry or a mend."""
    if row["number"] is not None:
        return float(str(row["number"]))
    return None if row["text"] is None else str(row["text"])


def issue_rows(submission_id: str, issues: Iterable[Issue], after_seq: int) -> list[Row]:
    """Issues as rows; ``after_seq`` is the batch of mends that raised them, 0 for the reading."""
    return [
        {
            "submission_id": submission_id,
            "position": position,
            "after_seq": after_seq,
            "code": i.code,
            "severity": str(i.severity),
            "message": i.message,
            "advice": i.advice,
            "sheet": i.sheet,
            "cell": i.cell,
            "value": i.value,
            "indicator_id": i.indicator_id,
            "key": i.key,
            "choices": dump(i.choices),
        }
        for position, i in enumerate(issues)
    ]


def states(connection: Connection, submission_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Submissions with their state, by id: asked once for many, since the state of one hangs on all of its plan."""
    wanted = list(submission_ids)
    own = "WHERE submission_id IN (SELECT unnest(?))"
    plans = rows(connection, f"SELECT DISTINCT plan_id FROM submissions {own}", [wanted])
    query = f"SELECT * FROM submissions_at(?, ?) {own}"
    return {r["submission_id"]: r for p in plans for r in rows(connection, query, [p["plan_id"], NOW, wanted])}


def read_return(connection: Connection, submission_id: str, row: Mapping[str, Any] | None = None) -> StoredReturn:
    """One return as it stands; KeyError for an unknown one. ``row`` is what :func:`states` has told of it just now."""
    row = row or states(connection, [submission_id])[submission_id]
    mends = _mends(connection, submission_id)
    entries = rows(
        connection, "SELECT * FROM entries WHERE submission_id = ? ORDER BY position, rowid", [submission_id]
    )
    issues = "SELECT * FROM {} WHERE submission_id = ? ORDER BY after_seq, position"
    found = stored_issues(connection, issues.format("issues"), [submission_id])
    asked = any(i.severity is not Severity.NOTE for i in found)
    reading = Reading(
        plan_id=row["plan_id"],
        round_id=row["round_id"],
        department_id=row["department_id"],
        answers=with_mends(_answers(entries), mends),
        issues=found,
        form_version=row["form_version"],
        matched_by=row["matched_by"],
        sample=row["sample"],
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
    )


def _mends(connection: Connection, submission_id: str) -> tuple[Mend, ...]:
    found = rows(connection, "SELECT * FROM mends WHERE submission_id = ? ORDER BY seq", [submission_id])
    return tuple(Mend(r["indicator_id"], r["key"], untyped(r), r["reason"]) for r in found)


def _answers(entries: Sequence[Row]) -> tuple[Answer, ...]:
    by_indicator: dict[str, dict[str, Entry]] = {}
    for r in entries:
        entry = Entry(str(r["key"]), str(r["sheet"]), str(r["cell"]), str(r["written"]), untyped(r))
        by_indicator.setdefault(str(r["indicator_id"]), {})[entry.key] = entry
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
            indicator_id=r["indicator_id"],
            key=r["key"],
            choices=load_list(Choice, r["choices"]),
        )
        for r in rows(connection, query, parameters)
    )


def with_mends(answers: Sequence[Answer], mends: Iterable[Mend]) -> tuple[Answer, ...]:
    """The answers with the mends put in, later over earlier. An indicator the file left out may be answered too."""
    entries: dict[str, dict[str, Entry]] = {a.indicator_id: dict(a.entries) for a in answers}
    for mend in mends:
        if not mend.indicator_id:
            continue  # an answer about the whole file changes no cell
        own = entries.setdefault(mend.indicator_id, {})
        cell = own.get(mend.key) or Entry(mend.key, "", "", "", None)
        own[mend.key] = replace(cell, value=mend.value, mended=mend.reason)
    return tuple(Answer(k, v) for k, v in entries.items())


def not_draft(stored: StoredReturn) -> Issue:
    """Why a return that is no draft any more cannot be changed."""
    words = {
        ReturnState.SENT: "この回答はすでに送られています。",
        ReturnState.REPLACED: "この回答は、後から取り込まれたファイルに差し替えられています。",
        ReturnState.DISCARDED: "この回答は取り消されています。",
    }
    return Issue(
        "return.not_draft",
        Severity.FIX,
        words.get(stored.state, "この回答は下書きではありません。"),
        "直すときは、直した回答様式をもう一度取り込んでください。",
    )


def plan_of(connection: Connection, stored: StoredReturn) -> Plan:
    """The plan a return belongs to."""
    return read_plan(connection, stored.reading.plan_id, NOW)
