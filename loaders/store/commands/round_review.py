"""Sent returns from the secretariat's side: confirmed, or asked back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kpi.collection.acts import Act
from kpi.collection.workflow import Question, ReturnState
from kpi.issue import Issue, Severity
from loaders.form.definition import COLUMNS
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.file.database import Connection, Row, append, take
from loaders.store.queries.facts import read_facts
from loaders.store.queries.plan_states import NOW
from loaders.store.queries.standing import UNCONFIRMED, WITHDRAWN, questions_at, returns_at
from loaders.store.queries.stored_returns import read_return


def confirm(
    connection: Connection, act: Act, submission_id: str, indicator_ids: Sequence[str] = ()
) -> tuple[Issue, ...]:
    """Set indicators of a sent return to 確認済, all of them where none is named; what forbids it."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    if stored.state is not ReturnState.SENT:
        return (_NOT_SENT,)
    there = [a.subject_id for a in own.answers]
    wanted = list(dict.fromkeys(indicator_ids)) or there
    if not set(wanted) <= set(there):
        return (_issue("confirm.unknown", "この回答にない指標です。", "一覧を開き直してください。"),)
    event = Event("confirm", own.plan_id, submission_id, act, {"indicators": wanted}, own.sample)
    seq = append_event(connection, event)
    made = [
        {"seq": seq, "submission_id": submission_id, "subject_id": i, "done_at": act.at, "sample": own.sample}
        for i in wanted
    ]
    append(connection, "confirmations", made)
    return ()


def unconfirm(connection: Connection, act: Act, submission_id: str, indicator_ids: Sequence[str]) -> tuple[Issue, ...]:
    """Take 確認済 of some indicators of a return back, as if nobody had looked at them yet; what forbids it."""
    stored = read_return(connection, submission_id)
    own, wanted = stored.reading, list(dict.fromkeys(indicator_ids))
    if not wanted or not set(wanted) <= set(stored.confirmed):
        return (_issue("unconfirm.not_confirmed", "確認済ではない指標です。", "画面を開き直してください。"),)
    append_event(connection, Event("unconfirm", own.plan_id, submission_id, act, {UNCONFIRMED: wanted}, own.sample))
    return ()


_KEYS = {c.key for c in COLUMNS} | {""}


def ask_back(connection: Connection, act: Act, submission_id: str, questions: Sequence[Question]) -> tuple[Issue, ...]:
    """Ask a department about cells of its sent return (修正依頼); what forbids it."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    if stored.state is not ReturnState.SENT:
        return (_NOT_SENT,)
    there = {a.subject_id for a in own.answers}
    if not questions or any(not q.text.strip() for q in questions):
        return (_issue("ask.no_text", "確かめたいことが入力されていません。", "質問を入力してください。"),)
    if any(q.subject_id not in there or q.key not in _KEYS for q in questions):
        return (_issue("ask.unknown", "この回答にない指標か欄です。", "一覧を開き直してください。"),)
    numbers = take(connection, "question_seq", len(questions))
    ids = [f"Q{n:05d}" for n in numbers]
    made: list[Row] = [
        {
            "question_id": question_id,
            "plan_id": own.plan_id,
            "round_id": own.round_id,
            "respondent_id": own.department_id,
            "submission_id": submission_id,
            "subject_id": q.subject_id,
            "key": q.key,
            "text": q.text.strip(),
            "who": act.by,
            "asked_at": act.at,
            "sample": own.sample,
        }
        for question_id, q in zip(ids, questions, strict=True)
    ]
    payload = {"questions": ids, "after": "\n".join(q.text for q in questions)}
    seq = append_event(connection, Event("ask_back", own.plan_id, submission_id, act, payload, own.sample))
    append(connection, "questions", [{**row, "seq": seq} for row in made])
    return ()


def withdraw(connection: Connection, act: Act, submission_id: str, question_ids: Collection[str]) -> tuple[Issue, ...]:
    """Take questions about a return back (取下げ) while nobody has answered them; what forbids it.

    What they took back, a confirmation, holds again.
    """
    own = read_return(connection, submission_id).reading
    held = read_facts(connection, only=("questions", "decisions", "submissions", "entries", "mends"))
    asked = questions_at(held, returns_at(held.submissions, held.decisions, NOW), own.plan_id, NOW)
    found = {q.row.question_id: q for q in asked if q.row.submission_id == submission_id}
    if not question_ids or not set(question_ids) <= found.keys():
        return (_issue("withdraw.unknown", "この修正依頼は、もうありません。", "画面を開き直してください。"),)
    if any(found[one].answered_by for one in question_ids):
        why = "この修正依頼には、すでに回答が届いています。"
        return (_issue("withdraw.answered", why, "届いた回答を確認済にするか、もう一度修正を依頼してください。"),)
    wanted = sorted(question_ids)
    payload = {WITHDRAWN: wanted, "before": "\n".join(found[one].row.text for one in wanted)}
    append_event(connection, Event("withdraw", own.plan_id, submission_id, act, payload, own.sample))
    return ()


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)


_NOT_SENT = _issue("review.not_sent", "事務局へ送られた回答ではありません。", "回答が届いてから確かめてください。")
