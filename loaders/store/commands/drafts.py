"""Returns kept as drafts and passed on within a department. Each function works inside a given transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from kpi.collection.acts import Act
from kpi.collection.lifecycle import Life
from kpi.collection.workflow import Reading, ReturnState
from kpi.issue import Issue, Severity
from kpi.place import respondent_id
from loaders.store.audit.audit_log import Event, append_event, append_events
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.json_document import dump
from loaders.store.queries.records import Saved, StoredReturn
from loaders.store.queries.round_lives import lives
from loaders.store.queries.stored_returns import read_return

#: Where a return lives: plan, round, respondent. The newest one there counts.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class NewReturn:
    """One file to keep: what was read of it, its bytes and its name."""

    reading: Reading
    data: bytes
    filename: str


def keep(
    connection: Connection, act: Act, new: Sequence[NewReturn], *, on_behalf: bool = False, late: bool = True
) -> tuple[Saved, ...]:
    """Keep files as drafts. A file that is already the live one of its place is not kept twice.

    ``late`` tells whether who saves may still answer a closed round.
    """
    rounds = dict.fromkeys((one.reading.plan_id, one.reading.round_id) for one in new)
    over = {place: refused_now(connection, *place, late) for place in rounds}
    refused = [over[one.reading.plan_id, one.reading.round_id] for one in new]
    wanted = [one for one, why in zip(new, refused, strict=True) if not why]
    kept = iter(_keep(connection, act, wanted, on_behalf=on_behalf))
    return tuple(Saved("", refused=why) if why else next(kept) for why in refused)


def _keep(connection: Connection, act: Act, new: Sequence[NewReturn], *, on_behalf: bool) -> list[Saved]:
    live = _live(connection)
    known = {r["sha256"] for r in rows(connection, "SELECT sha256 FROM workbooks")}
    hashes = [sha256(one.data).hexdigest() for one in new]
    fresh = _count_fresh(new, hashes, live)
    numbers = zip(take(connection, "submission_seq", fresh), take(connection, "event_seq", fresh), strict=True)
    saved: list[Saved] = []
    events: list[Event] = []
    tables: dict[str, list[Row]] = {"submissions": [], "entries": [], "issues": []}
    for one, hashed in zip(new, hashes, strict=True):
        place = place_of(one.reading)
        if place in live and live[place][1] == hashed:
            saved.append(Saved(live[place][0], duplicate_of=live[place][0]))
            continue
        if hashed not in known:
            _store_workbook(connection, one, hashed, act.at)
            known.add(hashed)
        number, seq = next(numbers)
        submission_id, entries = f"S{number:05d}", _entry_rows(f"S{number:05d}", one.reading)
        row = _submission_row(one, submission_id, seq, hashed, act)
        tables["submissions"].append({**row, "on_behalf": on_behalf})
        tables["entries"] += entries
        tables["issues"] += issue_rows(submission_id, one.reading.issues, 0)
        payload = {"sha256": hashed, "filename": one.filename}
        told = payload | ({"on_behalf": True} if on_behalf else {})
        own = one.reading
        events.append(Event("save", own.plan_id, submission_id, act, told, own.sample, seq))
        live[place] = (submission_id, hashed)
        saved.append(Saved(submission_id))
    for table, found in tables.items():
        append(connection, table, found)
    append_events(connection, events)
    return saved


def refused_late(connection: Connection, plan_id: str, round_id: str, late: bool) -> tuple[Issue, ...]:
    """Why a closed round takes no more answers from who may not be late."""
    return () if late or round_id not in lives(connection, plan_id).closed else (_CLOSED,)


def refused_now(connection: Connection, plan_id: str, round_id: str, late: bool) -> tuple[Issue, ...]:
    """Why a round takes no answers: one that was given up from nobody, a closed one from who may not be late."""
    return refused_in(lives(connection, plan_id), round_id, late)


def refused_in(life: Life, round_id: str, late: bool) -> tuple[Issue, ...]:
    """The same for who knows the lives of the plan's rounds."""
    if round_id in life.cancelled:
        return (_CANCELLED,)
    return () if late or round_id not in life.closed else (_CLOSED,)


_CLOSED = Issue(
    "round.closed",
    Severity.FIX,
    "この照会は締め切られています。",
    "値を直す必要があるときは、事務局に連絡してください。",
)


_CANCELLED = Issue(
    "round.cancelled",
    Severity.FIX,
    "この照会は取りやめになっています。",
    "回答が必要かどうかを、事務局に確かめてください。",
)


def place_of(reading: Reading) -> Place:
    """Where a return lives."""
    return reading.plan_id, reading.round_id, respondent_id(reading.department_id, reading.division_id)


def _count_fresh(new: Sequence[NewReturn], hashes: Sequence[str], live: Mapping[Place, tuple[str, str]]) -> int:
    """How many of the files are not the live one of their place when their turn comes."""
    newest = {place: held for place, (_, held) in live.items()}
    count = 0
    for one, hashed in zip(new, hashes, strict=True):
        count += newest.get(place_of(one.reading)) != hashed
        newest[place_of(one.reading)] = hashed
    return count


def _live(connection: Connection) -> dict[Place, tuple[str, str]]:
    """The newest return of each place that was not discarded, with its workbook."""
    query = """SELECT plan_id, round_id, respondent_id, arg_max(submission_id, seq) AS id,
        arg_max(sha256, seq) AS sha
        FROM submissions WHERE submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'discard')
        GROUP BY ALL"""
    return {(r["plan_id"], r["round_id"], r["respondent_id"]): (r["id"], r["sha"]) for r in rows(connection, query)}


def _store_workbook(connection: Connection, one: NewReturn, hashed: str, at: datetime) -> None:
    row = {"sha256": hashed, "filename": one.filename, "size": len(one.data), "data": one.data}
    append(connection, "workbooks", [row | {"sample": one.reading.sample, "stored_at": at}])


def _submission_row(one: NewReturn, submission_id: str, seq: int, hashed: str, act: Act) -> Row:
    reading = one.reading
    return {
        "submission_id": submission_id,
        "seq": seq,
        "plan_id": reading.plan_id,
        "round_id": reading.round_id,
        "respondent_id": respondent_id(reading.department_id, reading.division_id),
        "sha256": hashed,
        "filename": one.filename,
        "form_version": reading.form_version,
        "matched_by": reading.matched_by,
        "sample": reading.sample,
        "saved_by": act.by,
        "saved_at": act.at,
    }


def _entry_rows(submission_id: str, reading: Reading) -> list[Row]:
    return [
        {
            "submission_id": submission_id,
            "subject_id": answer.subject_id,
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
            "subject_id": i.subject_id,
            "key": i.key,
            "choices": dump(i.choices),
        }
        for position, i in enumerate(issues)
    ]


def not_draft(stored: StoredReturn) -> Issue:
    """Why a return that is no draft any more cannot be changed."""
    words = {
        ReturnState.SENT: "この回答はすでに送られています。",
        ReturnState.PASSED: "この回答はすでに主管課へ回答されています。",
        ReturnState.REPLACED: "この回答は、後から取り込まれたファイルに差し替えられています。",
        ReturnState.DISCARDED: "この回答は取り消されています。",
    }
    return Issue(
        "return.not_draft",
        Severity.FIX,
        words.get(stored.state, "この回答は下書きではありません。"),
        "直すときは、直した回答様式をもう一度取り込んでください。",
    )


def discard(connection: Connection, act: Act, submission_id: str, *, late: bool = True) -> tuple[Issue, ...]:
    """Withdraw a draft. It stays in the store and counts no longer; what forbids it, as where it was sent."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if refused := refused_late(connection, own.plan_id, own.round_id, late):
        return refused
    append_event(connection, Event("discard", own.plan_id, submission_id, act, sample=own.sample))
    return ()


def pass_on(connection: Connection, act: Act, submission_id: str, *, late: bool = True) -> tuple[Issue, ...]:
    """A 課 answers to its 主管課; what forbids it."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    if not own.division_id:
        return (_NO_DIVISION,)
    if refused := stored.open or refused_now(connection, own.plan_id, own.round_id, late):
        return refused
    payload = {"division_id": own.division_id}
    append_event(connection, Event("pass_on", own.plan_id, submission_id, act, payload, own.sample))
    return ()


_NO_DIVISION = Issue(
    "return.no_division",
    Severity.FIX,
    "部局全体の回答は、主管課へではなく事務局へ回答します。",
    "「事務局へ回答する」を使ってください。",
)
