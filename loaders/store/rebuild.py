"""The store made anew from what it holds: every original read again, every mend and decision repeated in order.

What comes out must be the same, observation for observation; where it is not, the difference is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from kpi.collection import Brief, Mend, Reading
from kpi.issue import Issue, Severity
from loaders.store.database import Connection, Database, rows, value
from loaders.store.deciding import decide_plan, discard, send
from loaders.store.mending import mend
from loaders.store.returns import NOW, NewReturn, read_return, save, stored_issues, untyped
from loaders.store.view import read_snapshot


class ReadFile(Protocol):
    """Reads one file as :func:`loaders.intake.read_return` does."""

    def __call__(self, data: bytes, filename: str, brief: Brief, *, round_id: str, department_id: str) -> Reading:
        """The reading of a file."""
        ...


#: What is taken over as it is: it came from files of the program's own data, not from returns.
_GIVEN = ("plans", "departments", "rounds", "benchmark_batches", "series", "series_values", "series_breaks")

_EVENTS = """
SELECT seq, 'save' AS kind, submission_id AS subject, saved_by AS who, saved_at AS done_at, '' AS reason
FROM submissions
UNION ALL SELECT DISTINCT batch, 'mend', submission_id, who, done_at, '' FROM mends
UNION ALL SELECT seq, kind, subject, who, done_at, reason FROM decisions WHERE kind IN ('send', 'discard')
UNION ALL SELECT seq, 'plan', plan_id, who, done_at, reason FROM decisions WHERE subject = ''
ORDER BY 1
"""

_COMPARED = (
    "code", "submission_id", "indicator_id", "period", "value", "state", "release", "known_at", "round_id",
    "department_id", "sha256", "sheet", "cell", "written", "key", "origin", "next_release", "evidence", "analysis",
    "actions", "section", "correction_kind", "sample",
)  # fmt: skip


def rebuild(
    source: Database, dest: Database, read: ReadFile, tick: Callable[[], None] = lambda: None
) -> tuple[Issue, ...]:
    """Make ``dest`` from what ``source`` holds; the differences, none when all is the same."""
    dest.create()
    with source.read() as old:
        events = rows(old, _EVENTS)
        with dest.write() as new:
            _copy_given(new, source.path)
        for event in events:
            with dest.write() as new:
                _REPEAT[event["kind"]](old, new, event, read)
            if event["kind"] == "save":  # the one that takes time: a file is read
                tick()
        with dest.read() as new:
            return _differences(old, new)


def _copy_given(new: Connection, source: Path) -> None:
    """Plans and published figures, row for row."""
    quoted = str(source).replace("'", "''")
    new.execute(f"ATTACH '{quoted}' AS old (READ_ONLY)")
    for table in _GIVEN:
        new.execute(f"INSERT INTO {table} SELECT * FROM old.{table} ORDER BY rowid")
    new.execute("INSERT INTO cards SELECT * FROM old.cards WHERE origin = 'plan' ORDER BY rowid")


def _save(old: Connection, new: Connection, event: Mapping[str, Any], read: ReadFile) -> None:
    query = (
        "SELECT * FROM submissions s JOIN (SELECT sha256, data FROM workbooks) w USING (sha256) WHERE submission_id = ?"
    )
    row = rows(old, query, [event["subject"]])[0]
    brief = read_snapshot(new, row["plan_id"], NOW, figures=False).brief(event["done_at"].date())
    reading = read(row["data"], row["filename"], brief, round_id=row["round_id"], department_id=row["department_id"])
    _skip(new, "submission_seq", int(row["submission_id"][1:]))
    _skip(new, "event_seq", event["seq"])
    save(new, [NewReturn(reading, row["data"], row["filename"])], event["who"], event["done_at"])


def _mend(old: Connection, new: Connection, event: Mapping[str, Any], read: ReadFile) -> None:
    found = rows(old, "SELECT * FROM mends WHERE batch = ? ORDER BY seq", [event["seq"]])
    mends = [Mend(r["indicator_id"], r["key"], untyped(r), r["reason"]) for r in found]
    raised = stored_issues(old, "SELECT * FROM issues WHERE after_seq = ? ORDER BY position", [event["seq"]])
    _skip(new, "event_seq", found[0]["seq"])
    mend(new, read_return(new, event["subject"]), mends, event["who"], event["done_at"], raised)


def _send(old: Connection, new: Connection, event: Mapping[str, Any], read: ReadFile) -> None:
    first = value(old, "SELECT min(observation_id) FROM observations WHERE seq = ?", [event["seq"]])
    _skip(new, "event_seq", event["seq"])
    if first:
        _skip(new, "observation_seq", first)
    send(new, read_return(new, event["subject"]), event["who"], event["done_at"])


def _discard(old: Connection, new: Connection, event: Mapping[str, Any], read: ReadFile) -> None:
    _skip(new, "event_seq", event["seq"])
    discard(new, read_return(new, event["subject"]), event["who"], event["done_at"], event["reason"])


def _plan(old: Connection, new: Connection, event: Mapping[str, Any], read: ReadFile) -> None:
    kind = value(old, "SELECT kind FROM decisions WHERE seq = ?", [event["seq"]])
    _skip(new, "event_seq", event["seq"])
    decide_plan(new, kind, event["subject"], event["who"], event["done_at"], event["reason"])


_REPEAT: Mapping[str, Callable[[Connection, Connection, Mapping[str, Any], ReadFile], None]] = {
    "save": _save,
    "mend": _mend,
    "send": _send,
    "discard": _discard,
    "plan": _plan,
}


def _skip(new: Connection, sequence: str, wanted: int) -> None:
    """Bring a sequence so far that its next number is the wanted one: what was removed left gaps."""
    query = "SELECT coalesce(last_value, start_value - 1) FROM duckdb_sequences() WHERE sequence_name = ?"
    missing = int(wanted) - 1 - int(value(new, query, [sequence]))
    if missing > 0:
        new.execute(f"SELECT max(n) FROM (SELECT nextval('{sequence}') AS n FROM range({missing}))").fetchall()


def _differences(old: Connection, new: Connection) -> tuple[Issue, ...]:
    columns = ", ".join(_COMPARED)
    query = f"SELECT {columns} FROM observations ORDER BY observation_id"
    before, after = ({r["code"]: r for r in rows(c, query)} for c in (old, new))
    found = []
    for code in [*before, *(c for c in after if c not in before)]:
        one, other = before.get(code), after.get(code)
        if one == other:
            continue
        row = one or other or {}
        differing = [c for c in _COMPARED if (one or {}).get(c) != (other or {}).get(c)] if one and other else []
        text = (
            f"作り直した結果が違います({', '.join(f'{c}: {row[c]} → {(other or {})[c]}' for c in differing)})。"
            if differing
            else ("作り直した結果にない値です。" if one else "作り直した結果にだけある値です。")
        )
        found.append(
            Issue(
                "rebuild.difference",
                Severity.FIX,
                f"{code}: {text}",
                "元のファイルと修正の記録を確かめてください。",
                sheet=row["sheet"],
                cell=row["cell"],
                value=row["written"],
                indicator_id=row["indicator_id"],
            )
        )
    return tuple(found)
