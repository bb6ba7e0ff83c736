"""The round from the secretariat's side: opened, forms taken, returns confirmed or asked back, closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from kpi.collection.workflow import Question, ReturnState
from kpi.issue import Issue, Severity
from kpi.plan import Plan, Round
from loaders.form.definition import COLUMNS
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.access_rules import Act
from loaders.store.commands.plan_versions import NOW, change_plan, read_plan
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.records import StoredReturn
from loaders.store.queries.round_lives import lives
from loaders.store.queries.standing_questions import QUESTIONS, UNCONFIRM, UNCONFIRMED, WITHDRAW, WITHDRAWN


def open_round(connection: Connection, plan_id: str, wanted: Round, act: Act) -> tuple[Issue, ...]:
    """Open a round, change one, or open a closed one again; what forbids it."""
    plan = read_plan(connection, plan_id, NOW)
    life = lives(connection, plan_id)
    starts = wanted.id not in life.started or wanted.id in life.cancelled
    if refused := _unfit(plan, wanted) or (_over(wanted, act.at.date()) if starts else ()):
        return refused
    there = any(r.id == wanted.id for r in plan.rounds)
    rounds = tuple(wanted if r.id == wanted.id else r for r in plan.rounds) + (() if there else (wanted,))
    told = change_plan(connection, replace(plan, rounds=rounds), act.at)
    append_event(connection, Event("open_round", plan_id, wanted.id, act.by, act.at, act.reason, told, role=act.role))
    return ()


def _unfit(plan: Plan, wanted: Round) -> tuple[Issue, ...]:
    dates = [d for d in (wanted.opens, wanted.division_due, wanted.due) if d is not None]
    departments, indicators = {d.id for d in plan.departments}, {i.id for i in plan.indicators}
    if not wanted.id.strip() or "/" in wanted.id or not wanted.name.strip():
        return (_issue("round.no_name", "照会の名前が入力されていません。", "名前を入力してください。"),)
    if any(r.name == wanted.name and r.id != wanted.id for r in plan.rounds):
        return (_issue("round.same_name", "同じ名前の照会があります。", "別の名前にしてください。"),)
    if dates != sorted(dates):
        return (_issue("round.dates", "日付の順が逆です。", "照会の日、課の期限、部局の期限の順にしてください。"),)
    if not set(wanted.departments) <= departments or not set(wanted.indicators) <= indicators:
        return (_issue("round.unknown", "計画にない部局か指標があります。", "部局と指標を選び直してください。"),)
    return ()


def _over(wanted: Round, day: date) -> tuple[Issue, ...]:
    """Why a round cannot begin with its dates: whoever is asked must have time to answer."""
    if any(d is not None and d < day for d in (wanted.division_due, wanted.due)):
        return (_issue("round.over", "期限が、きょうより前になっています。", "きょうより後の期限にしてください。"),)
    return ()


def close_round(connection: Connection, plan_id: str, round_id: str, act: Act) -> tuple[Issue, ...]:
    """Close a round: its values stay as they are now, and departments answer it no more; what forbids it."""
    read_plan(connection, plan_id, NOW).round(round_id)
    if round_id in lives(connection, plan_id).closed:
        return (_issue("round.is_closed", "この照会は、すでに締め切られています。", "一覧を開き直してください。"),)
    append_event(connection, Event("close_round", plan_id, round_id, act.by, act.at, act.reason, role=act.role))
    return ()


def change(connection: Connection, plan: Plan, act: Act) -> tuple[Issue, ...]:
    """Put a changed plan in force; what forbids it. Cards are not changed in this way."""
    told = change_plan(connection, plan, act.at)
    if not any(told.values()):
        return (_issue("plan.same", "いまの内容と同じです。", "変更するところを入力してください。"),)
    append_event(connection, Event("change_plan", plan.id, "", act.by, act.at, act.reason, told, role=act.role))
    return ()


def take_form(
    connection: Connection, plan_id: str, round_id: str, department_id: str, division_id: str, act: Act, *, staff: bool
) -> None:
    """Note that a form was taken (様式取得); by ``staff`` it tells nothing of how far the department is."""
    place = "/".join(part for part in (round_id, department_id, division_id) if part)
    payload = {"round_id": round_id, "department_id": department_id, "division_id": division_id, "staff": staff}
    append_event(connection, Event("take", plan_id, place, act.by, act.at, act.reason, payload, role=act.role))


def confirm(connection: Connection, stored: StoredReturn, indicator_ids: Sequence[str], act: Act) -> tuple[Issue, ...]:
    """Set indicators of a sent return to 確認済, all of them where none is named; what forbids it."""
    own = stored.reading
    if stored.state is not ReturnState.SENT:
        return (_NOT_SENT,)
    there = [a.indicator_id for a in own.answers]
    wanted = list(dict.fromkeys(indicator_ids)) or there
    if not set(wanted) <= set(there):
        return (_issue("confirm.unknown", "この回答にない指標です。", "一覧を開き直してください。"),)
    event = Event("confirm", own.plan_id, stored.submission_id, act.by, act.at, act.reason, {"indicators": wanted})
    seq = append_event(connection, replace(event, sample=own.sample, role=act.role))
    made = [
        {"seq": seq, "submission_id": stored.submission_id, "indicator_id": i, "done_at": act.at, "sample": own.sample}
        for i in wanted
    ]
    append(connection, "confirmations", made)
    return ()


def unconfirm(
    connection: Connection, stored: StoredReturn, indicator_ids: Sequence[str], act: Act
) -> tuple[Issue, ...]:
    """Take 確認済 of some indicators of a return back, as if nobody had looked at them yet; what forbids it."""
    own, wanted = stored.reading, list(dict.fromkeys(indicator_ids))
    if not wanted or not set(wanted) <= set(stored.confirmed):
        return (_issue("unconfirm.not_confirmed", "確認済ではない指標です。", "画面を開き直してください。"),)
    event = Event(UNCONFIRM, own.plan_id, stored.submission_id, act.by, act.at, act.reason, {UNCONFIRMED: wanted})
    append_event(connection, replace(event, sample=own.sample, role=act.role))
    return ()


_KEYS = {c.key for c in COLUMNS} | {""}


def ask_back(
    connection: Connection, stored: StoredReturn, questions: Sequence[Question], act: Act
) -> tuple[Issue, ...]:
    """Ask a department about cells of its sent return (修正依頼); what forbids it."""
    own = stored.reading
    if stored.state is not ReturnState.SENT:
        return (_NOT_SENT,)
    there = {a.indicator_id for a in own.answers}
    if not questions or any(not q.text.strip() for q in questions):
        return (_issue("ask.no_text", "確かめたいことが入力されていません。", "質問を入力してください。"),)
    if any(q.indicator_id not in there or q.key not in _KEYS for q in questions):
        return (_issue("ask.unknown", "この回答にない指標か欄です。", "一覧を開き直してください。"),)
    numbers = take(connection, "question_seq", len(questions))
    ids = [f"Q{n:05d}" for n in numbers]
    made: list[Row] = [
        {
            "question_id": question_id,
            "plan_id": own.plan_id,
            "round_id": own.round_id,
            "department_id": own.department_id,
            "submission_id": stored.submission_id,
            "indicator_id": q.indicator_id,
            "key": q.key,
            "text": q.text.strip(),
            "who": act.by,
            "asked_at": act.at,
            "sample": own.sample,
        }
        for question_id, q in zip(ids, questions, strict=True)
    ]
    payload = {"questions": ids, "after": "\n".join(q.text for q in questions)}
    event = Event("ask_back", own.plan_id, stored.submission_id, act.by, act.at, act.reason, payload)
    seq = append_event(connection, replace(event, sample=own.sample, role=act.role))
    append(connection, "questions", [{**row, "seq": seq} for row in made])
    return ()


def withdraw(
    connection: Connection, stored: StoredReturn, question_ids: Collection[str], act: Act
) -> tuple[Issue, ...]:
    """Take questions about a return back (取下げ) while nobody has answered them; what forbids it.

    What they took back, a confirmation, holds again.
    """
    own = stored.reading
    asked = rows(connection, QUESTIONS, {"plan": own.plan_id, "moment": NOW})
    found = {r["question_id"]: r for r in asked if r["submission_id"] == stored.submission_id}
    if not question_ids or not set(question_ids) <= found.keys():
        return (_issue("withdraw.unknown", "この修正依頼は、もうありません。", "画面を開き直してください。"),)
    if any(found[one]["answered_by"] for one in question_ids):
        why = "この修正依頼には、すでに回答が届いています。"
        return (_issue("withdraw.answered", why, "届いた回答を確認済にするか、もう一度修正を依頼してください。"),)
    wanted = sorted(question_ids)
    payload = {WITHDRAWN: wanted, "before": "\n".join(found[one]["text"] for one in wanted)}
    event = Event(WITHDRAW, own.plan_id, stored.submission_id, act.by, act.at, act.reason, payload)
    append_event(connection, replace(event, sample=own.sample, role=act.role))
    return ()


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)


_NOT_SENT = _issue("review.not_sent", "事務局へ送られた回答ではありません。", "回答が届いてから確かめてください。")
