"""What holds at a moment, worked out of the rows of the store: states of returns, what is open, confirmed, asked.

Pure: whoever has the rows gets the same, for now and for any moment before.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kpi.collection.lifecycle import Life
from loaders.store.queries.facts import (
    Asked,
    Decision,
    Facts,
    Mended,
    Proposal,
    Publication,
    Question,
    Submission,
)

#: Under what the payload of ``withdraw`` names the questions, and that of ``unconfirm`` its indicators.
WITHDRAWN, UNCONFIRMED = "withdrawn", "unconfirmed"

#: A row of a return, by the return and what the row is about.
Row = tuple[str, str]


@dataclass(frozen=True)
class ReturnAt:
    """A return at a moment. ``sent_seq`` is the act that sent it, 0 where none has."""

    row: Submission
    state: str
    sent_seq: int = 0
    sent_at: datetime | None = None
    sent_by: str = ""
    settled_on: date | None = None
    passed_at: datetime | None = None
    passed_by: str = ""


#: The acts that give a return another state.
OF_STATE = ("send", "take_list", "pass_on", "discard", "drop_list")


def returns_at(
    submissions: Iterable[Submission], decisions: Iterable[Decision], moment: datetime
) -> tuple[ReturnAt, ...]:
    """Returns with their state: discarded, sent, passed on to the 主管課, replaced by a later file, else draft.

    A list that was taken in counts as sent until it is taken out.

    A return lives where its plan, round and respondent are the same; the department's own has no 課. What was sent or
    passed on stays so beside a newer draft.
    """
    first: dict[str, dict[str, Decision]] = {kind: {} for kind in OF_STATE}
    for act in decisions:
        if act.kind in first and act.done_at <= moment:
            first[act.kind].setdefault(act.subject, act)
    sent_by, ended = first["take_list"] | first["send"], first["drop_list"] | first["discard"]
    known = [s for s in submissions if s.saved_at <= moment]
    newest: dict[tuple[str, str, str], int] = {}
    for s in known:
        if s.submission_id not in ended:
            place = s.plan_id, s.round_id, s.respondent_id
            newest[place] = max(s.seq, newest.get(place, 0))
    found = []
    for s in known:
        sent, passed = sent_by.get(s.submission_id), first["pass_on"].get(s.submission_id)
        if s.submission_id in ended:
            state = "discarded"
        elif sent or passed:
            state = "sent" if sent else "passed"
        else:
            state = "replaced" if newest[s.plan_id, s.round_id, s.respondent_id] > s.seq else "draft"
        one = ReturnAt(s, state)
        if sent:
            settled = json.loads(sent.payload).get("settled_on")
            on = date.fromisoformat(settled) if settled else None
            one = replace(one, sent_seq=sent.seq, sent_at=sent.done_at, sent_by=sent.who, settled_on=on)
        if passed:
            one = replace(one, passed_at=passed.done_at, passed_by=passed.who)
        found.append(one)
    return tuple(found)


_OF_VALUE = ("value", "numerator", "denominator", "period", "release")


def open_issues(issues: Iterable[Asked], mends: Iterable[Mended], moment: datetime) -> Iterator[Asked]:
    """Faults and questions that nobody has answered.

    A mend of the very cell answers both; a reason why there is no value answers whatever was asked about the value. A
    question about the whole file is answered under its code; a fault of the whole file only by a new file.
    """
    last: dict[tuple[str, str, str], int] = {}  # the newest batch that mended a cell
    for m in mends:
        if m.done_at <= moment:
            for key in (m.key, *(_OF_VALUE if m.key == "missing_reason" and m.worded and m.subject_id else ())):
                cell = m.submission_id, m.subject_id, key
                last[cell] = max(m.batch, last.get(cell, 0))
    for i in issues:
        key = i.key if i.subject_id else i.code if i.severity == "ask" else None
        if key is None or last.get((i.submission_id, i.subject_id, key), 0) <= i.after_seq:
            yield i


def standing_questions(facts: Facts, moment: datetime) -> list[Question]:
    """The questions that stand: one that was withdrawn (取下げ) is as if it had never been asked."""
    gone = {q for d in facts.decisions if d.kind == "withdraw" and d.done_at <= moment for q in _named(d, WITHDRAWN)}
    return [q for q in facts.questions if q.asked_at <= moment and q.question_id not in gone]


def confirmed_rows(facts: Facts, moment: datetime) -> set[Row]:
    """The rows that are confirmed: a question asked since, or somebody's act of taking it back, ends it until anew.

    A confirmation that was taken over has the number of the act by which a person confirmed.
    """
    back: dict[Row, int] = {}
    for q in standing_questions(facts, moment):
        row = q.submission_id, q.subject_id
        back[row] = max(q.seq, back.get(row, 0))
    for d in facts.decisions:
        if d.kind == "unconfirm" and d.done_at <= moment:
            for row in ((d.subject, subject_id) for subject_id in _named(d, UNCONFIRMED)):
                back[row] = max(d.seq, back.get(row, 0))
    return {
        (c.submission_id, c.subject_id)
        for c in facts.confirmations
        if c.done_at <= moment and back.get((c.submission_id, c.subject_id), 0) <= c.seq
    }


def published(facts: Facts) -> dict[str, Publication]:
    """The 公表区分 of each short number that has one, by the newest decision about the figure.

    A value that was sent again unchanged has several numbers: what is decided of one must not be seen under another.
    """
    if not facts.publications:
        return {}
    known, decided = facts.observations, {p.code for p in facts.publications}
    about = set(known["indicator_id"][known["code"].isin(decided)])
    known = known[known["indicator_id"].isin(about)]
    columns = (known[c] for c in ("code", "plan_id", "indicator_id", "period", "state", "sample"))
    values = (None if value != value else value for value in known["value"])  # one that is missing equals another
    figures = {code: tuple(figure) for code, *figure in zip(*columns, values, strict=True)}
    newest: dict[tuple[Any, ...], Publication] = {}
    for p in sorted(facts.publications, key=lambda p: p.seq):
        if p.code in figures:
            newest[figures[p.code]] = p
    return {code: newest[figure] for code, figure in figures.items() if figure in newest}


def _named(act: Decision, key: str) -> list[str]:
    return list(json.loads(act.payload).get(key, ()))


@dataclass(frozen=True)
class QuestionAt:
    """A question with what answers it, if anything does."""

    row: Question
    answered_by: str = ""
    answered_at: datetime | None = None


def questions_at(facts: Facts, returns: Iterable[ReturnAt], plan_id: str, moment: datetime) -> list[QuestionAt]:
    """The questions of a plan, each with the next sent return of the same round that answers it.

    That is one which has a row for what was asked about, or was told of it on the page, of whichever department.
    """
    asked = [q for q in standing_questions(facts, moment) if q.plan_id == plan_id]
    if not asked:
        return []
    sent = sorted((r for r in returns if r.state == "sent"), key=lambda r: r.sent_seq)
    told: dict[str, set[str]] = defaultdict(set)
    for entry in facts.entries:
        told[entry.submission_id].add(entry.subject_id)
    for mend in facts.mends:
        told[mend.submission_id].add(mend.subject_id)
    found = []
    for q in sorted(asked, key=lambda q: q.question_id):
        after = (r for r in sent if r.row.round_id == q.round_id and r.sent_seq > q.seq)
        answer = next((r for r in after if q.subject_id in told[r.row.submission_id]), None)
        found.append(QuestionAt(q, answer.row.submission_id, answer.sent_at) if answer else QuestionAt(q))
    return found


@dataclass(frozen=True)
class ProposalAt:
    """A proposed change with what became of it. ``respondent_id`` is empty where no return brought it."""

    row: Proposal
    respondent_id: str
    state: str
    person: str
    role: str
    before: str
    entered_by: str = ""
    answer: str = ""
    decided_on: str = ""
    decision: str = ""


def proposals_at(facts: Facts, plan_id: str, moment: datetime) -> list[ProposalAt]:
    """The proposals of a plan. One that a newer return of the same round and department replaced waits no more.

    ``before`` is what each attribute was when the change was proposed, in words, as the log keeps it.
    """
    mine = sorted((p for p in facts.proposals if p.plan_id == plan_id and p.proposed_at <= moment), key=lambda p: p.seq)
    if not mine:
        return []
    brought = {s.submission_id: s for s in facts.submissions}
    by_seq = {d.seq: d for d in facts.decisions}
    decided = {
        d.subject: d for d in facts.decisions if d.kind in ("accept_card", "reject_card") and d.done_at <= moment
    }

    def place(p: Proposal) -> tuple[Any, ...]:
        source = brought.get(p.submission_id)
        return p.origin, p.indicator_id, *((source.round_id, source.respondent_id) if source else ()), p.sample

    newest = {place(p): p.seq for p in mine}
    found = []
    for p in mine:
        act, entered, source = decided.get(p.proposal_id), by_seq.get(p.seq), brought.get(p.submission_id)
        payload = json.loads(entered.payload) if entered else {}
        state = "replaced" if p.origin == "return" and p.seq < newest[place(p)] else "open"
        one = ProposalAt(
            p,
            source.respondent_id if source else "",
            state,
            str(payload.get("person") or ""),
            entered.role if entered else "",
            _text(payload.get("before"), "{}"),
        )
        if act:
            told = json.loads(act.payload)
            one = replace(
                one,
                state="accepted" if act.kind == "accept_card" else "rejected",
                entered_by=act.who,
                answer=act.reason,
                decided_on=str(told.get("decided_on") or ""),
                decision=str(told.get("decision") or ""),
            )
        found.append(one)
    return found


def _text(value: object, empty: str) -> str:
    """A value of a payload as the text that it is, or as JSON."""
    if value is None:
        return empty
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_OF_ROUND = ("open_round", "close_round", "start_round", "cancel_round")
#: The acts that tell how far a round has come.
OF_LIFE = (*_OF_ROUND, "send")


def life_at(
    decisions: Iterable[Decision],
    round_of: Callable[[str], str | None],
    plan_id: str,
    moment: datetime,
    *,
    samples: bool = True,
) -> Life:
    """How far each round has come: started by a person or by the first answer sent in it, closed, given up.

    ``round_of`` names the round of a return by its id. Without ``samples`` as if there were none.
    """
    started: dict[str, datetime] = {}
    ended: dict[str, Decision] = {}
    last: dict[str, Decision] = {}
    for d in sorted(decisions, key=lambda d: d.seq):
        if d.plan_id != plan_id or d.done_at > moment or (d.sample and not samples):
            continue
        round_id = d.subject if d.kind in _OF_ROUND else round_of(d.subject) if d.kind == "send" else None
        if round_id is None:
            continue
        if d.kind in ("open_round", "start_round", "send"):
            started[round_id] = min(d.done_at, started.get(round_id, d.done_at))
        if d.kind in ("open_round", "close_round"):
            ended[round_id] = d
        if d.kind != "close_round":
            last[round_id] = d
    return Life(
        started,
        {r: d.done_at for r, d in ended.items() if d.kind == "close_round"},
        {r: d.done_at for r, d in last.items() if d.kind == "cancel_round"},
    )
