"""What a person answers on the page, cell by cell: refused with a reason or appended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, ReturnState
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.form.definition import COLUMNS, heading_words, of_plan
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.drafts import issue_rows, not_draft, refused_late, typed
from loaders.store.commands.submission_rows import parsed
from loaders.store.file.database import Connection, append, take
from loaders.store.queries.records import StoredReturn
from loaders.store.queries.stored_returns import plan_of, read_return

_COLUMN_FAULT = "この様式にない欄です。"
_FILE_FAULT = "様式全体についての要修正は、画面での確認では済みません。"
_FILE_ADVICE = "様式を直して、もう一度取り込んでください。"


def mend(
    connection: Connection,
    act: Act,
    submission_id: str,
    mends: Sequence[Mend],
    *,
    raised: Iterable[Issue] = (),
    late: bool = True,
) -> tuple[Issue, ...]:
    """Put in what a person answered, all or nothing; what forbids it. ``raised`` are new questions that follow."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    refused = _refusals(stored, mends, plan_of(connection, stored))
    refused = refused or refused_late(connection, own.plan_id, own.round_id, late)
    if not refused:
        put_in(connection, act, stored, mends, raised)
    return refused


def put_in(
    connection: Connection,
    act: Act,
    stored: StoredReturn,
    mends: Sequence[Mend],
    raised: Iterable[Issue] = (),
    *,
    carried_from: str = "",
) -> None:
    """Append mends; ``raised`` are the questions that the new values themselves bring up.

    ``carried_from`` is the earlier return that they were said in, where nobody has said them now.
    """
    numbers = take(connection, "event_seq", len(mends))
    batch = numbers[-1] if numbers else 0
    made = [
        {
            "seq": seq,
            "batch": batch,
            "submission_id": stored.submission_id,
            "subject_id": m.subject_id,
            "key": m.key,
            **typed(m.value),
            "reason": m.reason,
            "who": act.by,
            "done_at": act.at,
        }
        for seq, m in zip(numbers, mends, strict=True)
    ]
    append(connection, "mends", made)
    append(connection, "issues", issue_rows(stored.submission_id, raised, batch))
    if made:
        payload: dict[str, object] = {**_before_and_after(stored, mends)}
        payload |= {"carried_from": carried_from} if carried_from else {}
        own = stored.reading
        append_event(connection, Event("mend", own.plan_id, stored.submission_id, act, payload, own.sample, batch))


def _before_and_after(stored: StoredReturn, mends: Sequence[Mend]) -> dict[str, dict[str, object]]:
    """Each cell's value as it was and as it is now, by the indicator and the column's heading."""
    held = {(a.subject_id, k): e.value for a in stored.reading.answers for k, e in a.entries.items()}
    headings = {c.key: heading_words(c) for c in COLUMNS}
    names = [f"{m.subject_id} {headings.get(m.key, m.key)}".strip() for m in mends]
    return {
        "before": {n: held.get((m.subject_id, m.key)) for n, m in zip(names, mends, strict=True)},
        "after": {n: m.value for n, m in zip(names, mends, strict=True)},
    }


def _refusals(stored: StoredReturn, mends: Iterable[Mend], plan: Plan) -> tuple[Issue, ...]:
    """What forbids mending: a return that is no draft now, an unknown cell, a value of the wrong kind, no reason."""
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    indicators = {i.id for i in plan.subjects}
    found = []
    for one in mends:
        if not one.subject_id and any(i.code == one.key and i.severity is Severity.FIX for i in stored.open):
            found.append(Issue("mend.refused", Severity.FIX, _FILE_FAULT, _FILE_ADVICE, key=one.key))
            continue
        place = (one.subject_id, one.key)
        asked = any((i.subject_id, i.key if i.subject_id else i.code) == place for i in stored.open)
        if asked and one.value is None and one.reason.strip():
            continue  # a person's word on a question about a row, a fixed cell or the whole file
        text = _COLUMN_FAULT if one.subject_id not in indicators else _mend_fault(one, plan)
        if text:
            issue = Issue("mend.refused", Severity.FIX, text, "入力し直してください。", value=str(one.value or ""))
            found.append(replace(issue, subject_id=one.subject_id, key=one.key))
    return tuple(found)


def _mend_fault(one: Mend, plan: Plan) -> str:
    """Why a mend cannot stand, empty where it can."""
    found = next((c for c in COLUMNS if c.key == one.key and c.entry), None)
    if found is None:
        return _COLUMN_FAULT
    if not one.reason.strip():
        return "直した理由が入力されていません。"
    if one.value is None:
        return ""
    if found.kind == "number":
        finite = isinstance(one.value, int | float) and math.isfinite(one.value)
        return "" if finite else "数値として扱えない値です。"
    if not isinstance(one.value, str):
        return "この欄に入れられない種類の値です。"
    if found.kind == "period" and parsed(one.value) is None:
        return "時点として読めない値です。"
    if found.kind == "choice" and one.value not in (of_plan(found, plan).choices or {}):
        return "一覧にない値です。"
    return ""
