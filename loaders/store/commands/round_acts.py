"""The life of a round: opened, started by the first answer, given up, closed; forms taken; the plan changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kpi.collection.acts import Act
from kpi.collection.lifecycle import begun
from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from kpi.place import Place
from kpi.plan import Plan, Round
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.plan_versions import store_changes
from loaders.store.file.database import Connection
from loaders.store.queries.plan_states import NOW, read_plan
from loaders.store.queries.round_lives import lives


def open_round(connection: Connection, act: Act, plan_id: str, wanted: Round) -> tuple[Issue, ...]:
    """Open a round, change one, or open a closed one again; what forbids it."""
    plan = read_plan(connection, plan_id, NOW)
    life = lives(connection, plan_id)
    starts = wanted.id not in life.started or wanted.id in life.cancelled
    if refused := _unfit(plan, wanted) or (_over(wanted, act.at.date()) if starts else ()):
        return refused
    there = any(r.id == wanted.id for r in plan.rounds)
    rounds = tuple(wanted if r.id == wanted.id else r for r in plan.rounds) + (() if there else (wanted,))
    told = store_changes(connection, replace(plan, rounds=rounds), act.at)
    append_event(connection, Event("open_round", plan_id, wanted.id, act, told))
    return ()


def _unfit(plan: Plan, wanted: Round) -> tuple[Issue, ...]:
    dates = [d for d in (wanted.opens, wanted.division_due, wanted.due) if d is not None]
    departments, indicators = {d.id for d in plan.departments}, {i.id for i in plan.subjects}
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


def start_round(connection: Connection, act: Act, reading: Reading, submission_id: str) -> bool:
    """Start a round that nobody has started, because an answer is sent in it; whether there was anything to start.

    A date that is over by then is dropped: nobody was asked for it. A sample starts a round as long as it is there and
    leaves its dates alone.
    """
    plan_id, round_id, sample = reading.plan_id, reading.round_id, reading.sample
    if round_id in lives(connection, plan_id, samples=sample).started:
        return False
    told: dict[str, object] = {}
    if not sample:
        plan = read_plan(connection, plan_id, NOW)
        rounds = tuple(begun(r, act.at.date()) if r.id == round_id else r for r in plan.rounds)
        told = dict(store_changes(connection, replace(plan, rounds=rounds), act.at))
    payload = {**told, "submission_id": submission_id}
    begins = replace(act, reason=_BY_ANSWER)
    append_event(connection, Event("start_round", plan_id, round_id, begins, payload, sample))
    return True


_BY_ANSWER = "最初の回答による開始"


def cancel_round(connection: Connection, act: Act, plan_id: str, round_id: str) -> tuple[Issue, ...]:
    """Give a round up that nobody has started; what forbids it. KeyError for an unknown one."""
    read_plan(connection, plan_id, NOW).round(round_id)
    life = lives(connection, plan_id)
    if round_id in life.cancelled:
        return (_issue("round.is_cancelled", "この照会は、すでに取りやめています。", "一覧を開き直してください。"),)
    if round_id in life.started:
        return (_issue("round.is_started", "この照会は、すでに始まっています。", "終えるときは、締め切ってください。"),)
    append_event(connection, Event("cancel_round", plan_id, round_id, act))
    return ()


def close_round(connection: Connection, act: Act, plan_id: str, round_id: str) -> tuple[Issue, ...]:
    """Close a round: its values stay as they are now, and departments answer it no more; what forbids it."""
    read_plan(connection, plan_id, NOW).round(round_id)
    if round_id in lives(connection, plan_id).closed:
        return (_issue("round.is_closed", "この照会は、すでに締め切られています。", "一覧を開き直してください。"),)
    append_event(connection, Event("close_round", plan_id, round_id, act))
    return ()


def change_plan(connection: Connection, act: Act, plan: Plan) -> tuple[Issue, ...]:
    """Put a changed plan in force; what forbids it. Cards are not changed in this way."""
    told = store_changes(connection, plan, act.at)
    if not any(told.values()):
        return (_issue("plan.same", "いまの内容と同じです。", "変更するところを入力してください。"),)
    append_event(connection, Event("change_plan", plan.id, "", act, told))
    return ()


def take_form(connection: Connection, act: Act, place: Place, *, staff: bool = False) -> None:
    """Note that a form was taken (様式取得); by ``staff`` it tells nothing of how far the department is."""
    payload = {"round_id": place.round_id, "respondent_id": place.respondent_id, "staff": staff}
    subject = f"{place.round_id}/{place.respondent_id}" if place.respondent_id else place.round_id
    append_event(connection, Event("take_form", place.plan_id, subject, act, payload))


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)
