"""The store made anew from what it holds: every original read again, every act of the log repeated in order.

What comes out must be the same, observation for observation; where it is not, the difference is said.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kpi.collection.acts import ACTS, PROGRAM, Act
from kpi.issue import Issue, Severity
from kpi.plan import STANDING_TEXTS
from loaders import settings
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.audit.replay import OpenFiles, Repeat
from loaders.store.audit.seals import end_of
from loaders.store.file.database import Connection, Database, rows, transaction
from loaders.store.file.lock import FileLock, StoreBusy, StoreError
from loaders.store.file.opening import checkpoint, clear, full_told, make_schema, opened, put_in_place
from loaders.store.file.presence import REBUILDING

__all__ = ["OpenFiles", "rebuild"]

_COMPARED = (
    "code", "submission_id", "indicator_id", "period", "value", "state", "release", "known_at", "round_id",
    "department_id", "sha256", "sheet", "cell", "written", "key", "origin", "next_release", "evidence", "analysis",
    "actions", "section", "correction_kind", "sample", *STANDING_TEXTS,
)  # fmt: skip

#: What else must come out the same, row for row, and what it is called.
_ALSO: tuple[tuple[str, str], ...] = (
    ("確認済", "SELECT submission_id, subject_id, done_at FROM confirmations"),
    ("修正依頼", "SELECT question_id, submission_id, subject_id, key, text FROM questions"),
    ("判定条件の提案", "SELECT proposal_id, indicator_id, document, origin, submission_id FROM proposals"),
    ("判定条件", "SELECT plan_id, indicator_id, origin, document, reason FROM cards"),
    ("照会", "SELECT plan_id, round_id, document, retired FROM rounds"),
    ("部局", "SELECT plan_id, department_id, document, retired FROM departments"),
    ("取組の見直し", "SELECT code, initiative_id, period, submission_id, cell, said FROM reviews"),
    ("公表区分", "SELECT code, publication, released_at FROM publications"),
    ("回答", "SELECT submission_id, respondent_id, on_behalf, joined_from FROM submissions"),
)


def rebuild(
    source: Database, dest: Path, opens: OpenFiles, tick: Callable[[], None] = lambda: None
) -> tuple[Issue, ...]:
    """Make a store at ``dest`` from what ``source`` holds; the differences, none when all is the same.

    It is made under another name beside, and takes its own when it is whole. What one that was killed has left there
    goes. StoreError where the place is taken, or another is being made for it.
    """
    new = Path(f"{dest}{REBUILDING}")
    _require_free(dest)
    with full_told(dest), _alone(dest):
        clear(new)
        try:
            make_schema(new)
            with source.read() as old, opened(new, read_only=False, wait=0) as connection:
                found = _made(old, connection, opens, tick, source.path.name)
            checkpoint(new, 0)
            _require_free(dest)
            put_in_place(new, dest)
        finally:
            clear(new)
    return found


@contextmanager
def _alone(dest: Path) -> Iterator[None]:
    """The right to make a store for a place, of which nothing is left afterwards."""
    with ExitStack() as held:
        try:
            held.enter_context(FileLock(dest, 0).work(0))
        except StoreBusy as error:
            raise StoreError(f"{dest} は、ほかの処理が作り直しています。別の名前を指定してください。") from error
        held.callback(Path(f"{dest}.lock.work").unlink, missing_ok=True)
        yield


def _require_free(dest: Path) -> None:
    """A log left of an earlier file would be taken for that of the new one."""
    if taken := next((p for p in (dest, Path(f"{dest}.wal")) if os.path.lexists(p)), None):
        raise StoreError(f"{taken} はすでにあります。ない名前を指定してください。")


def _made(old: Connection, new: Connection, opens: OpenFiles, tick: Callable[[], None], name: str) -> tuple[Issue, ...]:
    repeat = Repeat(old, new, opens)
    refused = tuple(_repeated(old, new, repeat, tick))
    with transaction(new):
        repeat.finish()
        # Its seals are others than those of the store before, whose ends people have on paper.
        payload = {"before": end_of(old).mark}
        append_event(new, Event("rebuild", "", name, Act(PROGRAM, settings.now()), payload))
    return (*refused, *_differences(old, new), *_other_differences(old, new))


def _repeated(old: Connection, new: Connection, repeat: Repeat, tick: Callable[[], None]) -> Iterator[Issue]:
    """Do every act of the log again, each in a transaction of its own; what cannot be done."""
    with transaction(new):
        repeat.start()
    for event in rows(old, "SELECT * FROM decisions ORDER BY seq"):
        try:
            with transaction(new):
                found = repeat.act(event)
        except KeyError:
            found = [_lost(event)]
        yield from found
        if event["kind"] == "save":  # the one that takes time: a file is read
            tick()


def _lost(event: Mapping[str, Any]) -> Issue:
    which = f"{event['seq']}番({ACTS[event['kind']].word})"
    message = f"操作の記録の{which}を、繰り返せません。対象がありません({event['subject']})。"
    return Issue("rebuild.lost", Severity.FIX, message, "元のファイルと操作の記録を確かめてください。")


def _other_differences(old: Connection, new: Connection) -> Iterator[Issue]:
    for word, query in _ALSO:
        before, after = ({tuple(r.values()) for r in rows(c, query)} for c in (old, new))
        for row, text in (*((r, "作り直した結果にない") for r in before - after),
                          *((r, "作り直した結果にだけある") for r in after - before)):  # fmt: skip
            told = "、".join(str(v) for v in row[:3])
            advice = "元のファイルと操作の記録を確かめてください。"
            yield Issue("rebuild.difference", Severity.FIX, f"{text}{word}の記録があります({told})。", advice)


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
                subject_id=row["indicator_id"],
            )
        )
    return tuple(found)
