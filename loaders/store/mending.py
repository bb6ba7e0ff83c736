"""What a person answers on the page, cell by cell: refused with a reason or appended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from kpi.collection import Mend, ReturnState
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.form.definition import COLUMNS
from loaders.store.database import Connection, append, take
from loaders.store.records import StoredReturn
from loaders.store.returns import issue_rows, not_draft, typed
from loaders.store.sending import parsed

_COLUMN_FAULT = "この様式にない欄です。"


def mend(
    connection: Connection,
    stored: StoredReturn,
    mends: Sequence[Mend],
    by: str,
    at: datetime,
    raised: Iterable[Issue] = (),
) -> None:
    """Append mends; ``raised`` are the questions that the new values themselves bring up."""
    numbers = take(connection, "event_seq", len(mends))
    batch = numbers[-1] if numbers else 0
    made = [
        {
            "seq": seq,
            "batch": batch,
            "submission_id": stored.submission_id,
            "indicator_id": m.indicator_id,
            "key": m.key,
            **typed(m.value),
            "reason": m.reason,
            "who": by,
            "done_at": at,
        }
        for seq, m in zip(numbers, mends, strict=True)
    ]
    append(connection, "mends", made)
    append(connection, "issues", issue_rows(stored.submission_id, raised, batch))


def refusals(stored: StoredReturn, mends: Iterable[Mend], plan: Plan) -> tuple[Issue, ...]:
    """What forbids mending: a return that is no draft now, an unknown cell, a value of the wrong kind, no reason."""
    if stored.state is not ReturnState.DRAFT:
        return (not_draft(stored),)
    indicators = {i.id for i in plan.indicators}
    found = []
    for one in mends:
        place = (one.indicator_id, one.key)
        asked = any((i.indicator_id, i.key if i.indicator_id else i.code) == place for i in stored.open)
        if asked and one.value is None and one.reason.strip():
            continue  # a person's word on a question about a row, a fixed cell or the whole file
        text = _COLUMN_FAULT if one.indicator_id not in indicators else _mend_fault(one)
        if text:
            issue = Issue("mend.refused", Severity.FIX, text, "入力し直してください。", value=str(one.value or ""))
            found.append(replace(issue, indicator_id=one.indicator_id, key=one.key))
    return tuple(found)


def _mend_fault(one: Mend) -> str:
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
    if found.kind == "choice" and one.value not in (found.choices or {}):
        return "一覧にない値です。"
    return ""
