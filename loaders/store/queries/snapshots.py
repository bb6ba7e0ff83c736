"""Reading what a plan needs into frozen tables, as things stood at a moment and as far as an audience may see it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kpi.initiatives.half_year_review import Review
from kpi.initiatives.rhythm import yearly_part
from kpi.people import Audience
from kpi.place import parts_of
from kpi.plan import STANDING_TEXTS, Plan
from kpi.report.versions import KeptFile, Version, next_number
from kpi.selection import WITHDRAWING, withdrawn
from kpi.snapshot import Edited, Snapshot, annual_ids
from loaders.store.queries.facts import Decision, Facts
from loaders.store.queries.initiative_reviews import newest_reviews, reviews_at, reviews_for
from loaders.store.queries.json_document import load_keys
from loaders.store.queries.plan_states import NOW, cards_at, plan_at, plan_ids
from loaders.store.queries.standing import (
    ProposalAt,
    QuestionAt,
    ReturnAt,
    confirmed_rows,
    life_at,
    open_issues,
    proposals_at,
    published,
    questions_at,
    returns_at,
)

Figures = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Everything:
    """All that is known of a plan at a moment, read once for whoever asks: :func:`seen_by` says who sees what.

    ``whole`` is what the secretariat sees, but for ``observations``: ``known`` has them all, superseded ones too.
    ``takes`` also has those of the secretariat itself (``staff``), ``plan_ids`` are of all plans in the store.
    ``suppressed_since`` are the short numbers of what a 秘匿 has taken back after the moment; ``reviews`` is all that
    was sent of initiatives, superseded answers too.
    """

    whole: Snapshot
    known: pd.DataFrame
    takes: pd.DataFrame
    plan_ids: tuple[str, ...]
    suppressed_since: frozenset[str] = frozenset()
    reviews: tuple[Review, ...] = ()


def everything_at(facts: Facts, plan_id: str, as_of: datetime | None, revision: str, figures: Figures) -> Everything:
    """Everything known of a plan, now or at a moment; KeyError for an unknown plan."""
    moment = as_of or NOW
    plan = plan_at(facts, plan_id, moment)
    returns = returns_at((s for s in facts.submissions if s.plan_id == plan_id), facts.decisions, moment)
    confirmed = confirmed_rows(facts, moment)
    questions = questions_at(facts, returns, plan_id, moment)
    mine = [d for d in facts.decisions if d.plan_id == plan_id and d.done_at <= moment]
    round_of = {s.submission_id: s.round_id for s in facts.submissions}
    series, values, breaks = figures
    whole = Snapshot(
        plan=plan,
        revision=revision,
        cards=cards_at(facts, plan, moment),
        observations=pd.DataFrame(),
        submissions=_submissions(facts, returns, confirmed, questions, moment),
        has_samples=any(r.row.sample for r in returns),
        series=series,
        values=values,
        breaks=breaks,
        as_of=as_of,
        decisions=frozenset(d.kind for d in mine if not d.subject),
        decided=_decided(facts, plan_id, moment),
        edited=_edited(mine),
        versions=_versions(mine),
        questions=_table(_QUESTION, (_question(q) for q in questions)),
        proposals=_table(_PROPOSAL, (_proposal(p) for p in proposals_at(facts, plan_id, moment))),
        life=life_at(mine, round_of.get, plan_id, moment),
    )
    default = (plan_at(facts, plan_id, NOW) if as_of else plan).publication
    return Everything(
        whole,
        _known(facts, plan_id, returns, confirmed, default, moment),
        _takes(mine),
        plan_ids(facts),
        reviews=reviews_at(facts, plan_id, confirmed, default, moment, yearly_part(plan)),
    )


_TEXT, _DAY = "str", "datetime64[us]"
_SUBMISSION: Mapping[str, str] = {
    "submission_id": _TEXT, "round_id": _TEXT, "department_id": _TEXT, "state": _TEXT, "filename": _TEXT,
    "sha256": _TEXT, "saved_by": _TEXT, "saved_at": _DAY, "sent_by": _TEXT, "sent_at": _DAY, "matched_by": _TEXT,
    "sample": "bool", "open_fix": "int64", "open_ask": "int64", "division_id": _TEXT, "on_behalf": "bool",
    "joined_from": "object", "settled_on": _DAY, "passed_by": _TEXT, "passed_at": _DAY, "indicators": "int64",
    "confirmed": "int64", "confirmed_of": _TEXT, "asked": "int64",
}  # fmt: skip
_QUESTION: Mapping[str, str] = {
    "question_id": _TEXT, "round_id": _TEXT, "department_id": _TEXT, "submission_id": _TEXT, "subject_id": _TEXT,
    "key": _TEXT, "text": _TEXT, "who": _TEXT, "asked_at": _DAY, "answered_by": _TEXT, "answered_at": _DAY,
    "sample": "bool",
}  # fmt: skip
_PROPOSAL: Mapping[str, str] = {
    "proposal_id": _TEXT, "indicator_id": _TEXT, "document": _TEXT, "reason": _TEXT, "origin": _TEXT,
    "submission_id": _TEXT, "department_id": "object", "who": _TEXT, "proposed_at": _DAY, "state": _TEXT,
    "decided_on": _TEXT, "decision": _TEXT, "entered_by": _TEXT, "answer": _TEXT, "sample": "bool", "person": _TEXT,
    "role": _TEXT, "before": _TEXT,
}  # fmt: skip
_TAKE: Mapping[str, str] = {
    "round_id": _TEXT, "department_id": _TEXT, "division_id": _TEXT, "who": _TEXT, "taken_at": _DAY, "staff": "bool",
}  # fmt: skip


def _table(columns: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """A table of rows, each column of its type whether there are rows or not."""
    told = list(rows)
    given = zip(*told, strict=True) if told else ((),) * len(columns)
    found = zip(columns.items(), given, strict=True)
    return pd.DataFrame({name: _column(values, kind) for (name, kind), values in found}, copy=False)


@lru_cache(maxsize=512)
def _column(values: tuple[Any, ...], kind: str) -> pd.Series:
    """A column. Most writes change a few of all that there are: the others need not be made again."""
    return pd.Series(list(values), dtype=kind)


def _submissions(
    facts: Facts,
    returns: Sequence[ReturnAt],
    confirmed: Collection[tuple[str, str]],
    questions: Sequence[QuestionAt],
    moment: datetime,
) -> pd.DataFrame:
    opened = Counter((i.submission_id, i.severity) for i in open_issues(facts.issues, facts.mends, moment))
    held: dict[str, set[str]] = defaultdict(set)
    for one in facts.entries:
        held[one.submission_id].add(one.subject_id)
    for mend in facts.mends:
        if mend.subject_id and mend.done_at <= moment:
            held[mend.submission_id].add(mend.subject_id)
    checked: dict[str, list[str]] = defaultdict(list)
    for submission_id, subject_id in sorted(confirmed):
        checked[submission_id].append(subject_id)
    asked = Counter(q.row.submission_id for q in questions if not q.answered_by)
    return _table(_SUBMISSION, (
        (
            s.submission_id, s.round_id, *parts_of(s.respondent_id)[:1], r.state, s.filename, s.sha256, s.saved_by,
            s.saved_at, r.sent_by, r.sent_at, s.matched_by, s.sample, opened[s.submission_id, "fix"],
            opened[s.submission_id, "ask"], parts_of(s.respondent_id)[1], s.on_behalf, tuple(json.loads(s.joined_from)),
            r.settled_on, r.passed_by, r.passed_at, len(held[s.submission_id]), len(checked[s.submission_id]),
            ",".join(checked[s.submission_id]), asked[s.submission_id],
        )
        for r in returns for s in (r.row,)
    ))  # fmt: skip


def _question(found: QuestionAt) -> tuple[Any, ...]:
    q = found.row
    return (
        q.question_id, q.round_id, parts_of(q.respondent_id)[0], q.submission_id, q.subject_id, q.key, q.text, q.who,
        q.asked_at, found.answered_by, found.answered_at, q.sample,
    )  # fmt: skip


def _proposal(found: ProposalAt) -> tuple[Any, ...]:
    p = found.row
    return (
        p.proposal_id, p.indicator_id, p.document, p.reason, p.origin, p.submission_id,
        parts_of(found.respondent_id)[0] or None, p.who, p.proposed_at, found.state, found.decided_on, found.decision,
        found.entered_by, found.answer, p.sample, found.person, found.role, found.before,
    )  # fmt: skip


_KNOWN = (
    "observation_id", "code", "indicator_id", "period", "position", "value", "release", "state", "known_at", "round_id",
    "department_id", "submission_id", "sha256", "filename", "sheet", "cell", "written", "key", "origin", "sent_by",
    "next_release", "evidence", "analysis", "actions", "section", "review", "correction_kind", "sample", "publication",
    "released_at", "division_id", "on_behalf", "seq", *STANDING_TEXTS,
)  # fmt: skip


def _known(
    facts: Facts,
    plan_id: str,
    returns: Sequence[ReturnAt],
    confirmed: Collection[tuple[str, str]],
    default: str,
    moment: datetime,
) -> pd.DataFrame:
    """Everything known with what rights hang on, superseded values too.

    An older approved one counts for whom the newest is not approved. 公表区分 is today's whatever the moment: what was
    made 庁内限り since must not be seen by going back before that.
    """
    told = facts.observations
    mine = ((told["plan_id"] == plan_id) & (told["known_at"] <= pd.Timestamp(moment))).to_numpy()
    if gone := [r.row.submission_id for r in returns if r.state == "discarded"]:  # a list that was taken out again
        mine = mine & ~told["submission_id"].isin(gone).to_numpy()
    told = told if mine.all() else told[mine].reset_index(drop=True)
    named = {w.sha256: w.filename for w in facts.workbooks}
    sources = {r.row.submission_id: (r.row.filename, r.sent_by, parts_of(r.row.respondent_id)[1], r.row.on_behalf)
               for r in returns}  # fmt: skip
    # Of a return that somebody has taken out of the file nothing is known but what its values say; verify tells of it.
    of = [sources.get(s, ("", "", "", False)) for s in told["submission_id"]]
    names, senders, divisions, on_behalf = zip(*of, strict=True) if of else ((), (), (), ())
    files = [name or named.get(sha, "") for name, sha in zip(names, told["sha256"], strict=True)]
    rows = zip(told["submission_id"], told["indicator_id"], strict=True)
    public = published(facts)
    said = [public.get(code) for code in told["code"]] if public else [None] * len(told)
    worked_out = {
        "filename": _column(tuple(files), _TEXT),
        "sent_by": _column(senders, _TEXT),
        "division_id": _column(divisions, _TEXT),
        "on_behalf": _column(on_behalf, "bool"),
        "review": _column(tuple("confirmed" if row in confirmed else "unconfirmed" for row in rows), _TEXT),
        "publication": _column(tuple(p.publication if p else default for p in said), _TEXT),
        "released_at": _column(tuple(p.released_at if p else None for p in said), _DAY),
    }
    return pd.DataFrame({name: worked_out[name] if name in worked_out else told[name] for name in _KNOWN}, copy=False)


def seen_by(everything: Everything, audience: Audience = Audience.ALL, at: datetime | None = None) -> Snapshot:
    """What an audience may see. ``at`` is what o'clock it is: without it nothing that is 公表待ち."""
    whole = everything.whole
    mine = visible(everything, audience, at)
    submissions = whole.submissions[_places(whole.submissions, audience)].reset_index(drop=True)
    reviews = reviews_for(everything.reviews, audience)
    own = everything.takes[~everything.takes["staff"] & _places(everything.takes, audience)]
    return replace(
        whole,
        observations=mine[_newest(mine)].drop(columns="seq").reset_index(drop=True),
        submissions=submissions,
        questions=_questions_for(_addressed(whole, at), whole.plan, audience),
        proposals=_proposals_for(whole.proposals, audience),
        # It may tell of values that not everybody sees, and 想定問答 is the secretariat's alone.
        edited=whole.edited if audience.kind == "all" else {},
        takes=own.drop(columns="staff").reset_index(drop=True),
        reviews=newest_reviews(reviews),
        every_review=reviews,
        audience=audience,
    )


def visible(everything: Everything, audience: Audience, at: datetime | None) -> pd.DataFrame:
    """Of all values known, superseded ones too, those an audience may see."""
    known = everything.known
    if audience.kind == "all" or known.empty:
        return known
    public = (known["publication"] == "public") | _released(everything, at)
    gone = _taken_back(everything) | known["code"].isin(everything.suppressed_since)
    seen = (known["review"] == "confirmed") & public & ~gone
    if audience.kind == "department":
        seen |= known["department_id"].isin(audience.departments)
    return known[seen]


def _newest(values: pd.DataFrame) -> np.ndarray:
    """Which values are those that their department said last of an indicator in a round."""
    told = list(zip(*(values[c].to_list() for c in ("indicator_id", "round_id", "department_id")), strict=True))
    said = values["seq"].to_list()
    last: dict[tuple[str, str, str], int] = {}
    for place, seq in zip(told, said, strict=True):
        last[place] = max(seq, last.get(place, seq))
    return np.array([last[place] == seq for place, seq in zip(told, said, strict=True)], dtype=bool)


def suppressed(everything: Everything) -> frozenset[str]:
    """The short numbers of the values that a confirmed 秘匿 took back: nobody sees them by going back before it."""
    return frozenset(everything.known["code"][_taken_back(everything, ("suppressed",))])


def _taken_back(everything: Everything, by: Collection[str] = WITHDRAWING) -> pd.Series:
    """Which values a confirmed 秘匿 or 該当なし took back, though it may itself not be public."""
    known = everything.known
    said = known["state"].isin(list(by)) & (known["review"] == "confirmed") & _newest(known)
    told = known[said | (known["state"] == "value")]
    gone = told.index[withdrawn(told.reset_index(drop=True), annual_ids(everything.whole.cards))]
    return pd.Series(known.index.isin(gone), index=known.index)


def _released(everything: Everything, at: datetime | None) -> pd.Series:
    """Which values were 公表待ち and are out by now, or were by the moment shown."""
    known, as_of = everything.known, everything.whole.as_of
    if at is None:
        return pd.Series(False, index=known.index)
    by = min(at, as_of) if as_of else at
    return (known["publication"] == "embargoed") & (known["released_at"] <= by)


def next_release(everything: Everything, at: datetime | None) -> datetime:
    """When the next embargo ends or the day does, with which owners change; until then what an audience sees stays."""
    if at is None:
        return NOW
    hours = everything.known["released_at"].dropna()
    coming = hours[hours > at]
    midnight = datetime.combine(at.date() + timedelta(days=1), time.min)
    return min(coming.min().to_pydatetime(), midnight) if len(coming) else midnight


def _decided(facts: Facts, plan_id: str, moment: datetime) -> dict[str, frozenset[str]]:
    """What was proposed and accepted. Whoever sees a figure sees on whose word its rule stands."""
    proposed = {p.proposal_id: p for p in facts.proposals if p.plan_id == plan_id}
    found: dict[str, frozenset[str]] = {}
    for d in facts.decisions:
        if d.kind == "accept_card" and d.done_at <= moment and d.subject in proposed:
            p = proposed[d.subject]
            found[p.indicator_id] = found.get(p.indicator_id, frozenset()) | set(load_keys(p.document))
    return found


def _places(table: pd.DataFrame, audience: Audience) -> pd.Series:
    """Which rows stand in a department or 課 that an audience sees."""
    seen = [audience.sees(d, v) for d, v in zip(table["department_id"], table["division_id"], strict=True)]
    return pd.Series(seen, index=table.index, dtype=bool)


def _addressed(whole: Snapshot, at: datetime | None) -> pd.DataFrame:
    """The questions with the department they are for then: who has taken an indicator over answers for it.

    What was answered, or belongs to a round that is closed, stays with whom it was asked of.
    """
    questions, plan, moment = whole.questions, whole.plan, whole.as_of or at
    if moment is None:
        return questions
    asked_about = set(questions["subject_id"])
    owners = {i: owner.id for i in asked_about if (owner := plan.owner(i, moment.date()))}
    over = (questions["answered_by"] != "") | questions["round_id"].isin(list(whole.closed))
    rows = zip(questions["subject_id"], questions["department_id"], over, strict=True)
    return questions.assign(department_id=[asked if done else owners.get(i, asked) for i, asked, done in rows])


def _questions_for(questions: pd.DataFrame, plan: Plan, audience: Audience) -> pd.DataFrame:
    """Of another department's none; a 課 sees what is asked about its own indicators."""
    own = {
        (d.id, indicator)
        for d in plan.departments
        for v in d.divisions
        if audience.kind == "department" and f"{d.id}/{v.id}" in audience.divisions
        for indicator in v.indicators
    }
    seen = [
        audience.sees(d) or (d, i) in own
        for d, i in zip(questions["department_id"], questions["subject_id"], strict=True)
    ]
    return questions[pd.Series(seen, index=questions.index, dtype=bool)].reset_index(drop=True)


def _proposals_for(proposals: pd.DataFrame, audience: Audience) -> pd.DataFrame:
    """What is not decided yet is the secretariat's, and that of the department whose return it came in."""
    if audience.kind == "all":
        return proposals
    seen = [isinstance(d, str) and audience.sees(d) for d in proposals["department_id"]]
    return proposals[pd.Series(seen, index=proposals.index, dtype=bool)].reset_index(drop=True)


def _edited(decisions: Iterable[Decision]) -> dict[str, dict[str, Edited]]:
    """The newest words for each sentence of each round's 総括 and 想定問答; empty ones give it back to the data."""
    found: dict[str, dict[str, Edited]] = {}
    for d in decisions:
        if d.kind == "edit_summary":
            told = json.loads(d.payload)
            own = found.setdefault(d.subject, {})
            own.pop(told["key"], None)
            if told["after"]:
                own[told["key"]] = Edited(told["after"], told["made"], d.who, d.done_at)
    return found


def _versions(decisions: Iterable[Decision]) -> dict[str, tuple[Version, ...]]:
    """The versions of each round's paper."""
    found: dict[str, tuple[Version, ...]] = {}
    for d in decisions:
        if d.kind == "make_report":
            told = json.loads(d.payload)
            before = found.get(d.subject, ())
            files = tuple(KeptFile(**one) for one in told["files"])
            kind, as_of = told["kind"], datetime.fromisoformat(told["as_of"])
            number = next_number(before, kind)
            found[d.subject] = (*before, Version(kind, number, as_of, d.done_at, d.who, d.reason, files, d.sample))
    return found


def _takes(decisions: Iterable[Decision]) -> pd.DataFrame:
    """Who took which form when; the secretariat's own taking (``staff``) tells nothing of how far a department is."""
    told = [(json.loads(d.payload), d) for d in decisions if d.kind == "take_form"]
    return _table(
        _TAKE, ((t["round_id"], *parts_of(t["respondent_id"]), d.who, d.done_at, t["staff"]) for t, d in told)
    )
