"""A list of indicators taken in: its file, each figure with its cell, and how the sheet was read.

It is kept as a return is, so that a figure is followed to its cell in the same way; but it belongs to no round and to
no department. The secretariat puts it in cell by cell, so that its values are confirmed as they come.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from kpi.provenance.list_origin import list_round
from loaders.lists.list_intake import Intake, TakenFigure
from loaders.lists.list_layout import Layout, Told
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.plan_import import begin_plan
from loaders.store.commands.proposals import propose_all, unfit
from loaders.store.commands.report_acts import MadeFile, keep_files
from loaders.store.commands.submission_rows import short_code
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.json_document import dump
from loaders.store.queries.plan_states import NOW, read_cards, read_plan

#: What stands in a list's row of ``submissions`` where a return names its form.
LIST_FORM = "list"


@dataclass(frozen=True)
class GivenList:
    """A list as it was put in: its file, the sheet that was read, and the layout to keep under its name."""

    file: MadeFile
    sheet: str
    layout: Layout


def take_list(
    connection: Connection, act: Act, plan_id: str, intake: Intake, given: GivenList, begun: Plan | None = None
) -> str | tuple[Issue, ...]:
    """Take the figures of a list into a plan, ``begun`` with it if it is given; the list's number, or what forbids it.

    Values are kept with their cells; baselines, targets and 目安値 that differ are proposed. KeyError for an unknown
    plan.
    """
    if begun is not None:
        if refused := begin_plan(connection, act, begun, given.file.name):
            return refused
        return _keep(connection, act, begun, intake, given)
    plan = read_plan(connection, plan_id, NOW)
    cards = read_cards(connection, plan, NOW)
    if not intake.figures:
        return (_NOTHING,)
    if refused := tuple(i for one, c in intake.changes.items() for i in unfit(plan, cards, one, c, act.reason)):
        return refused
    submission_id = _keep(connection, act, plan, intake, given)
    propose_all(connection, act, plan_id, intake.changes)
    return submission_id


def drop_list(connection: Connection, act: Act, submission_id: str) -> tuple[Issue, ...]:
    """Take a list out again: its values count no more, and stay readable. What forbids it; KeyError for an unknown one.

    What was proposed of it stays, to be decided by itself.
    """
    found = rows(connection, "SELECT * FROM submissions WHERE submission_id = ?", [submission_id])
    if not found or found[0]["form_version"] != LIST_FORM:
        raise KeyError(submission_id)
    query = "SELECT 1 FROM decisions WHERE kind = 'drop_list' AND subject = ?"
    if rows(connection, query, [submission_id]):
        return (_DROPPED,)
    told = {"before": {"一覧": found[0]["filename"]}, "after": {}}
    append_event(connection, Event("drop_list", found[0]["plan_id"], submission_id, act, told))
    return ()


def keep_reading(
    connection: Connection, act: Act, plan_id: str, file: MadeFile, sheet: str, told: Told
) -> tuple[Issue, ...]:
    """Keep what was said so far of a list that is not taken in yet, in the place of what was said before.

    Nothing said is the way to throw it away. KeyError for an unknown plan.
    """
    read_plan(connection, plan_id, NOW)
    kept = keep_files(connection, [file], act.at)
    said = len(told.columns) + len(told.periods) + len(told.rows) + len(told.cells)
    after = f"{said}か所を直したところ" if told != Told() else "最初の読み方"
    payload = {"files": kept, "sheet": sheet, "told": json.loads(dump(told)), "after": {f"{file.name} {sheet}": after}}
    append_event(connection, Event("keep_reading", plan_id, kept[0]["sha256"], act, payload))
    return ()


_NOTHING = Issue(
    "list.nothing", Severity.FIX, "取り込む値がありません。",
    "列と時点の読み方を確かめてください。すでに入っている値と同じときは、取り込む必要はありません。",
)  # fmt: skip
_DROPPED = Issue(
    "list.dropped", Severity.FIX, "この一覧の取込みは、すでに取り消されています。", "画面を開き直してください。"
)


def _keep(connection: Connection, act: Act, plan: Plan, intake: Intake, given: GivenList) -> str:
    """Keep the file, the cells and the values; the number of the list."""
    values = [f for f in intake.figures if f.role == "actual" and f.period]
    seq, number = take(connection, "event_seq", 1)[0], take(connection, "submission_seq", 1)[0]
    submission_id = f"S{number:05d}"
    kept = keep_files(connection, [given.file], act.at)
    sha256 = kept[0]["sha256"]
    append(connection, "submissions", [{
        "submission_id": submission_id, "seq": seq, "plan_id": plan.id, "round_id": list_round(submission_id),
        "respondent_id": "", "sha256": sha256, "filename": given.file.name, "form_version": LIST_FORM,
        "matched_by": given.layout.name or LIST_FORM, "sample": False, "saved_by": act.by, "saved_at": act.at,
        "on_behalf": False,
    }])  # fmt: skip
    append(connection, "entries", [_entry(submission_id, n, f, given.sheet) for n, f in enumerate(intake.figures)])
    numbers = take(connection, "observation_seq", len(values)) if values else []
    where = {
        "plan_id": plan.id, "known_at": act.at, "seq": seq, "round_id": list_round(submission_id),
        "submission_id": submission_id, "sha256": sha256, "sheet": given.sheet, "sample": False,
    }  # fmt: skip
    made = [{**where, **_observation(n, f, plan, act.at.date())} for n, f in zip(numbers, values, strict=True)]
    append(connection, "observations", made)
    of = {"submission_id": submission_id, "done_at": act.at, "sample": False, "seq": seq}
    append(
        connection, "confirmations", [{**of, "subject_id": i} for i in dict.fromkeys(f.indicator_id for f in values)]
    )
    append_event(
        connection, Event("take_list", plan.id, submission_id, act, _told(plan, intake, given, kept), False, seq)
    )
    return submission_id


def _told(plan: Plan, intake: Intake, given: GivenList, kept: list[dict[str, str]]) -> dict[str, Any]:
    layout = given.layout
    names = {i.id: f"{i.number} {i.name}" for i in plan.indicators}
    counts: dict[str, int] = {}
    for figure in intake.figures:
        counts[names[figure.indicator_id]] = counts.get(names[figure.indicator_id], 0) + 1
    return {
        "files": kept,
        "sheet": given.sheet,
        "layout": {
            "name": layout.name, "columns": dict(layout.columns), "lines": list(layout.lines),
            "wrapped": layout.wrapped, "turned": layout.turned,
        },
        "after": {name: f"{count}件" for name, count in counts.items()},
    }  # fmt: skip


def _entry(submission_id: str, position: int, figure: TakenFigure, sheet: str) -> Row:
    return {
        "submission_id": submission_id, "subject_id": figure.indicator_id, "position": position, "key": figure.key,
        "sheet": sheet, "cell": figure.cell, "written": figure.written, "number": figure.value, "text": None,
    }  # fmt: skip


def _observation(number: int, figure: TakenFigure, plan: Plan, day: date) -> Row:
    """The row of a value; whoever answers for the indicator on the day has it among its own."""
    owner, period = plan.owner(figure.indicator_id, day), figure.period
    if period is None:
        raise ValueError(figure.key)
    blank = dict.fromkeys(("next_release", "evidence", "analysis", "actions", "section", "correction_kind"), "")
    return {
        "observation_id": number, "code": short_code(number), "indicator_id": figure.indicator_id,
        "period": period.code, "position": period.position, "value": figure.value, "release": figure.release,
        "state": "value", "department_id": owner.id if owner else "", "cell": figure.cell, "written": figure.written,
        "key": figure.key, "origin": "mend" if figure.typed else "cell", **blank,
    }  # fmt: skip
