"""The returns of a department's 課 made one: what is clear is taken over, what two of them say differently is chosen.

A joined return has no workbook. Each of its cells keeps the sheet, the cell and the writing of the file it stands in,
and names the return that brought the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kpi.collection.acts import Act
from kpi.collection.scope import asked_of, divisions_asked
from kpi.collection.workflow import Answer, ReturnState
from kpi.issue import Issue, Severity
from kpi.place import Place, respondent_id
from kpi.plan import Indicator, Plan, Round
from loaders.form.definition import COLUMNS
from loaders.rules import finding
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.drafts import issue_rows, refused_late, refused_now, typed
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.facts import read_where
from loaders.store.queries.plan_states import NOW, read_cards, read_plan
from loaders.store.queries.records import Conflict, Joined, Option, StoredReturn
from loaders.store.queries.standing import ReturnAt
from loaders.store.queries.stored_returns import WITH_SOURCES, read_known, read_return, states

#: Columns that say nothing of the indicator itself: who answered, and what stands ready in every form.
_BESIDE = ("section", "person", "contact", "period", "release")
_SAYS = tuple(c.key for c in COLUMNS if c.entry and c.key not in _BESIDE)
_COMPARED = (*_SAYS, "period", "release")

_BEHIND = f"{WITH_SOURCES} SELECT submission_id FROM source"


def join(
    connection: Connection,
    act: Act,
    place: Place,
    choices: Mapping[str, str],
    *,
    late: bool = True,
    on_behalf: bool = False,
) -> Joined:
    """Make a department's draft from the newest returns that its 課 passed on; conflicts wait for a choice.

    What the department has answered by itself since then stays, and indicators that nobody answers are asked about.
    """
    plan_id, round_id, department_id = place.plan_id, place.round_id, place.department_id
    if refused := refused_now(connection, plan_id, round_id, late):
        return Joined("", issues=refused)
    plan = read_plan(connection, plan_id, NOW)
    passed_on, answered = _returns_of(connection, place)
    ever = read_known(connection, passed_on)
    order = [v.id for v in plan.department(department_id).divisions]
    newest = {one.division_id: one for one in ever}
    passed = sorted(newest.values(), key=lambda r: order.index(r.division_id) if r.division_id in order else len(order))
    cards, day = read_cards(connection, plan, NOW), act.at.date()
    divisions = divisions_asked(plan, plan.round(round_id), department_id, day, cards)
    waiting = tuple(v.id for v in divisions if v.id not in newest)
    if not passed:
        return Joined("", issues=(_NONE,), waiting=waiting)
    sent = read_known(connection, answered[-1:])
    own = _own_words(connection, sent[0], ever) if sent else {}
    found, said_twice = merge(plan, passed, choices, own)
    merged = {i: m for i, m in found.items() if _answers_for(plan, department_id, i, day)}
    conflicts = tuple(c for c in said_twice if _answers_for(plan, department_id, c.subject_id, day))
    if conflicts:
        return Joined("", conflicts, waiting=waiting)
    sources = {i: (one.submission_id, answer) for i, (one, answer) in merged.items()}
    taken = {i: c for i, c in choices.items() if i in merged and merged[i][0].submission_id == c}
    used = [one for one in sent if any(one is source for source, _ in merged.values())]
    asked = asked_of(plan, plan.round(round_id), department_id, day, cards)
    lacking = [issue for i in asked if i.id not in merged for issue in _lacking(i, plan.round(round_id))]
    draft = _write(connection, act, "join", [*passed, *used], sources, taken, "", on_behalf)
    append(connection, "issues", issue_rows(draft, lacking, 0))
    return Joined(draft, waiting=waiting)


def _returns_of(connection: Connection, place: Place) -> tuple[list[ReturnAt], list[ReturnAt]]:
    """What the 課 of a department passed on in a round, and what the department itself sent, each as it came."""
    one = f"{place.department_id}/"
    own = "plan_id = ? AND round_id = ? AND (respondent_id = ? OR starts_with(respondent_id, ?))"
    given = [place.plan_id, place.round_id, place.department_id, one]
    held = read_where(connection, {"submissions": (own, given)}).submissions
    at = states(connection, [s.submission_id for s in held]).values()
    passed = [r for r in at if r.state == "passed" and r.row.respondent_id.startswith(one)]
    sent = [r for r in at if r.state == "sent" and r.row.respondent_id == place.department_id]
    return sorted(passed, key=lambda r: (r.passed_at, r.row.seq)), sorted(sent, key=lambda r: r.sent_seq)


def _answers_for(plan: Plan, department_id: str, indicator_id: str, day: date) -> bool:
    """Whether nobody else has taken an indicator over: an older answer said again would hide the new owner's."""
    owner = plan.owner(indicator_id, day)
    return owner is None or owner.id == department_id


def _own_words(connection: Connection, sent: StoredReturn, ever: Sequence[StoredReturn]) -> Said:
    """What a department's sent return says by itself: neither what a 課 said at that time nor what was taken over.

    What a 課 had said earlier and taken back is the department's own where it was put in by hand again.
    """
    behind = {r["submission_id"] for r in rows(connection, _BEHIND, {"first": list(sent.joined_from)})}
    standing = {one.division_id: one for one in ever if not _after(one.passed_at, sent.sent_at)}
    at_the_time = _words(standing.values())
    taken_over = _words(one for one in ever if one.submission_id in behind)
    mended = {m.subject_id for m in sent.mends if m.key in _COMPARED}

    def is_own(answer: Answer) -> bool:
        word = (answer.subject_id, _said(answer))
        return word not in at_the_time and (answer.subject_id in mended or word not in taken_over)

    return {a.subject_id: (sent, a) for a in sent.reading.answers if _says(a) and is_own(a)}


def _words(returns: Iterable[StoredReturn]) -> set[tuple[str, tuple[float | str | None, ...]]]:
    return {(a.subject_id, _said(a)) for one in returns for a in one.reading.answers}


def _lacking(indicator: Indicator, asked: Round) -> list[Issue]:
    """The questions about an indicator that stands in nobody's answer."""
    keys = ("baseline", "target") if asked.kind == "targets" else ("value",)
    return [finding("join.lacking", {"name": indicator.name}, indicator_id=indicator.id, key=key) for key in keys]


_NONE = Issue(
    "join.none",
    Severity.FIX,
    "主管課へ回答した課がまだありません。",
    "課の回答を待つか、部局全体の回答様式を取り込んでください。",
)


#: By indicator an answer and the return it stands in.
Said = Mapping[str, tuple[StoredReturn, Answer]]


def merge(
    plan: Plan, passed: Sequence[StoredReturn], choices: Mapping[str, str], own: Said
) -> tuple[dict[str, tuple[StoredReturn, Answer]], tuple[Conflict, ...]]:
    """Whose answer counts for each indicator, in the plan's order, and what two of them say differently.

    A row that a return leaves empty gives way to any that says something; where all are empty the 課 that the
    indicator belongs to keeps it. The department's ``own`` sent answer goes before what its 課 had passed on by then.
    """
    order = {indicator.id: place for place, indicator in enumerate(plan.subjects)}
    said: dict[str, list[tuple[StoredReturn, Answer]]] = {}
    for one in passed:
        for answer in one.reading.answers:
            said.setdefault(answer.subject_id, []).append((one, answer))
    for indicator_id, (sent, answer) in own.items():
        later = [(one, a) for one, a in said.get(indicator_id, ()) if _after(one.passed_at, sent.sent_at)]
        said[indicator_id] = [(sent, answer), *later]
    merged: dict[str, tuple[StoredReturn, Answer]] = {}
    conflicts = []
    for indicator_id in sorted(said, key=lambda i: order.get(i, len(order))):
        full = [(one, a) for one, a in said[indicator_id] if _says(a)]
        chosen = [(one, a) for one, a in full if choices.get(indicator_id) == one.submission_id]
        if len({_said(a) for _, a in full}) > 1 and not chosen:
            options = tuple(Option(one.submission_id, one.division_id, a) for one, a in full)
            conflicts.append(Conflict(indicator_id, options))
            continue
        merged[indicator_id] = (chosen or full or _owners(plan, said[indicator_id]))[0]
    return merged, tuple(conflicts)


def _after(passed: datetime | None, sent: datetime | None) -> bool:
    return passed is not None and sent is not None and passed > sent


def _says(answer: Answer) -> bool:
    return any(answer.value(key) is not None for key in _SAYS)


def _said(answer: Answer) -> tuple[float | str | None, ...]:
    return tuple(answer.value(key) for key in _COMPARED)


def _owners(plan: Plan, said: list[tuple[StoredReturn, Answer]]) -> list[tuple[StoredReturn, Answer]]:
    """The answers with that of the 課 the indicator belongs to first."""

    def is_other(one: tuple[StoredReturn, Answer]) -> bool:
        stored, answer = one
        divisions = {v.id: v for v in plan.department(stored.reading.department_id).divisions}
        own = divisions.get(stored.division_id)
        return own is None or answer.subject_id not in own.indicators

    return sorted(said, key=is_other)


def revise(
    connection: Connection, act: Act, submission_id: str, *, late: bool = True, on_behalf: bool = False
) -> str | tuple[Issue, ...]:
    """A new draft that says what a sent return said, to be put right on the page; its id, or what forbids it."""
    stored = read_return(connection, submission_id)
    own = stored.reading
    if stored.state not in (ReturnState.SENT, ReturnState.PASSED):
        return (_NOT_SENT,)
    if refused := refused_late(connection, own.plan_id, own.round_id, late):
        return refused
    plan, day = read_plan(connection, own.plan_id, NOW), act.at.date()
    mine = [a for a in own.answers if _answers_for(plan, own.department_id, a.subject_id, day)]
    if own.answers and not mine:
        return (_MOVED,)
    sources = {a.subject_id: (stored.submission_id, a) for a in mine}
    return _write(connection, act, "revise", [stored], sources, {}, own.division_id, on_behalf)


_MOVED = Issue(
    "revise.moved",
    Severity.FIX,
    "この回答の指標は、すべて別の部局に移っています。",
    "いま担当している部局の回答で直してください。",
)

_NOT_SENT = Issue(
    "revise.not_sent",
    Severity.FIX,
    "送られた回答ではありません。",
    "下書きは、そのまま画面で直せます。",
)


def _write(
    connection: Connection,
    act: Act,
    kind: str,
    joined: Sequence[StoredReturn],
    sources: Mapping[str, tuple[str, Answer]],
    choices: Mapping[str, str],
    division_id: str,
    on_behalf: bool,
) -> str:
    """Keep the draft made of other returns' cells by an act of a ``kind``."""
    first = joined[0].reading
    seq, number = take(connection, "event_seq", 1)[0], take(connection, "submission_seq", 1)[0]
    submission_id, ids = f"S{number:05d}", [one.submission_id for one in joined]
    sample = any(one.reading.sample for one in joined)
    row = {
        "submission_id": submission_id,
        "seq": seq,
        "plan_id": first.plan_id,
        "round_id": first.round_id,
        "respondent_id": respondent_id(first.department_id, division_id),
        "sha256": "",
        "filename": "",
        "form_version": first.form_version,
        "matched_by": "joined",
        "sample": sample,
        "saved_by": act.by,
        "saved_at": act.at,
        "joined_from": json.dumps(ids),
        "on_behalf": on_behalf,
    }
    origins = _origins(connection, ids)
    entries = _entries(submission_id, sources, origins)
    append(connection, "submissions", [row])
    append(connection, "entries", entries)
    payload: dict[str, Any] = {"sha256": "", "filename": "", "joined_from": ids}
    told = payload | {"choices": dict(choices)}
    append_event(connection, Event(kind, first.plan_id, submission_id, act, told, sample, seq))
    return submission_id


def _origins(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str, str], str]:
    """For cells of returns that were joined themselves, the return whose file they stand in."""
    query = "SELECT * FROM entries WHERE source_id <> '' AND submission_id IN (SELECT unnest(?))"
    found = rows(connection, query, [list(ids)])
    return {(r["submission_id"], r["subject_id"], r["key"]): r["source_id"] for r in found}


def _entries(
    submission_id: str, sources: Mapping[str, tuple[str, Answer]], origins: Mapping[tuple[str, str, str], str]
) -> list[Row]:
    return [
        {
            "submission_id": submission_id,
            "subject_id": indicator_id,
            "position": position,
            "key": key,
            "sheet": entry.sheet,
            "cell": entry.cell,
            "written": entry.written,
            **typed(entry.value),
            "source_id": origins.get((source_id, indicator_id, key), source_id),
        }
        for position, (indicator_id, (source_id, answer)) in enumerate(sources.items())
        for key, entry in answer.entries.items()
    ]
