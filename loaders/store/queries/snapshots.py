"""Reading what a plan needs into frozen tables, as things stood at a moment and as far as an audience may see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import pandas as pd

from kpi.collection.lifecycle import counting
from kpi.collection.workflow import Brief
from kpi.people import Audience
from kpi.place import parts_of
from kpi.plan import Plan
from kpi.selection import WITHDRAWING, withdrawn
from kpi.snapshot import Snapshot, annual_ids, best_known
from loaders.store.commands.published_batches import benchmark_batch
from loaders.store.file.database import Connection, rows
from loaders.store.queries.access import PUBLISHED
from loaders.store.queries.json_document import load_keys
from loaders.store.queries.plan_states import NOW, plan_ids, read_cards, read_plan
from loaders.store.queries.proposals_at import PROPOSALS
from loaders.store.queries.round_lives import lives
from loaders.store.queries.standing_questions import QUESTIONS, taking_back

#: The confirmations that hold at a moment: what was done since about the same row can take them back, until somebody
#: confirms it anew. One that was taken over has the number of the act by which a person confirmed.
_APPROVED = f"""
SELECT DISTINCT f.submission_id, f.subject_id FROM confirmations f WHERE f.done_at <= $moment AND NOT EXISTS (
    SELECT 1 FROM {taking_back("$moment")} q WHERE q.submission_id = f.submission_id AND q.subject_id = f.subject_id
        AND q.seq > f.seq)
"""

#: Everything known with what rights hang on, superseded values too: an older approved one counts for whom the newest is
#: not approved. 公表区分 is today's whatever the moment: what was made 庁内限り since must not be seen by going back
#: before that.
_KNOWN = f"""
WITH published AS ({PUBLISHED}),
approved AS ({_APPROVED})
SELECT o.observation_id, o.code, o.indicator_id, o.period, o.position, o.value, o.release, o.state, o.known_at,
    o.round_id, o.department_id, o.submission_id, o.sha256,
    coalesce(nullif(s.filename, ''), w.filename, '') AS filename, o.sheet, o.cell, o.written, o.key, o.origin,
    s.sent_by, o.next_release, o.evidence, o.analysis, o.actions, o.section,
    CASE WHEN a.submission_id IS NULL THEN 'unconfirmed' ELSE 'confirmed' END AS review, o.correction_kind, o.sample,
    coalesce(p.publication, $default) AS publication, p.released_at, s.division_id, s.on_behalf, o.seq
FROM observations o LEFT JOIN published p USING (code)
LEFT JOIN approved a ON a.submission_id = o.submission_id AND a.subject_id = o.indicator_id
LEFT JOIN submissions_at($plan, $moment) s ON s.submission_id = o.submission_id
LEFT JOIN (SELECT sha256, filename FROM workbooks) w ON w.sha256 = o.sha256
WHERE o.plan_id = $plan AND o.known_at <= $moment
ORDER BY o.observation_id
"""

_SUBMISSIONS = f"""
WITH open AS (
    SELECT submission_id, count(*) FILTER (severity = 'fix') AS open_fix, count(*) FILTER (severity = 'ask') AS open_ask
    FROM open_issues($moment) GROUP BY submission_id),
approved AS (
    SELECT submission_id, count(*) AS confirmed, string_agg(subject_id, ',' ORDER BY subject_id) AS confirmed_of
    FROM ({_APPROVED}) GROUP BY submission_id),
held AS (
    SELECT submission_id, count(DISTINCT subject_id) AS indicators FROM (
        SELECT submission_id, subject_id FROM entries
        UNION SELECT submission_id, subject_id FROM mends WHERE subject_id <> '' AND done_at <= $moment)
    GROUP BY submission_id)
SELECT s.submission_id, s.round_id, s.department_id, s.state, s.filename, s.sha256, s.saved_by, s.saved_at, s.sent_by,
    s.sent_at, s.matched_by, s.sample, coalesce(o.open_fix, 0) AS open_fix, coalesce(o.open_ask, 0) AS open_ask,
    s.division_id, s.on_behalf, s.joined_from, s.settled_on, s.passed_by, s.passed_at, s.sent_seq,
    coalesce(h.indicators, 0) AS indicators, coalesce(a.confirmed, 0) AS confirmed,
    coalesce(a.confirmed_of, '') AS confirmed_of
FROM submissions_at($plan, $moment) s LEFT JOIN open o USING (submission_id)
LEFT JOIN approved a USING (submission_id) LEFT JOIN held h USING (submission_id)
ORDER BY s.seq
"""

_TAKES = """
SELECT payload, who, done_at FROM decisions
WHERE kind = 'take_form' AND plan_id = $plan AND done_at <= $moment ORDER BY seq
"""
_TAKE_COLUMNS = ["round_id", "department_id", "division_id", "who", "taken_at"]

_DECISIONS = "SELECT DISTINCT kind FROM decisions WHERE plan_id = $plan AND subject = '' AND done_at <= $moment"

#: What was proposed and accepted. Whoever sees a figure sees on whose word its rule stands.
_DECIDED = """
SELECT p.indicator_id, p.document FROM decisions d JOIN proposals p ON p.proposal_id = d.subject
WHERE d.kind = 'accept_card' AND p.plan_id = $plan AND d.done_at <= $moment
"""

Figures = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Everything:
    """All that is known of a plan at a moment, read once for whoever asks: :func:`seen_by` says who sees what.

    ``whole`` is what the secretariat sees, but for ``observations``: ``known`` has them all, superseded ones too.
    ``takes`` also has those of the secretariat itself (``staff``), ``plan_ids`` are of all plans in the store.
    """

    whole: Snapshot
    known: pd.DataFrame
    takes: pd.DataFrame
    plan_ids: tuple[str, ...]


def read_everything(
    connection: Connection,
    plan_id: str,
    as_of: datetime | None,
    revision: str,
    figures: Callable[[Connection, int], Figures],
) -> Everything:
    """Everything known of a plan, now or at a moment; ``figures`` gives the published figures of a batch."""
    moment = as_of or NOW
    known: dict[str, object] = {"plan": plan_id, "moment": moment}
    plan = read_plan(connection, plan_id, moment)
    submissions, questions = _frame(connection, _SUBMISSIONS, known), _frame(connection, QUESTIONS, known)
    open_now = questions[questions["answered_by"] == ""].groupby("submission_id").size()
    submissions["asked"] = submissions["submission_id"].map(open_now).fillna(0).astype("int64")
    submissions["joined_from"] = [tuple(json.loads(j)) for j in submissions["joined_from"]]
    series, values, breaks = figures(connection, benchmark_batch(connection, moment))
    default = (read_plan(connection, plan_id, NOW) if as_of else plan).publication
    whole = Snapshot(
        plan=plan,
        revision=revision,
        cards=read_cards(connection, plan, moment),
        observations=pd.DataFrame(),
        submissions=submissions.drop(columns="sent_seq"),
        has_samples=bool(submissions["sample"].any()),
        series=series,
        values=values,
        breaks=breaks,
        as_of=as_of,
        decisions=frozenset(r["kind"] for r in rows(connection, _DECISIONS, known)),
        decided=_decided(connection, known),
        questions=questions,
        proposals=_frame(connection, PROPOSALS, known),
        life=lives(connection, plan_id, moment),
    )
    all_known = _frame(connection, _KNOWN, known | {"default": default})
    return Everything(whole, all_known, _takes(connection, known), plan_ids(connection))


_BEST = """
SELECT observation_id, indicator_id, period, position, value, release, state, known_at, round_id, analysis, evidence
FROM observations_at($plan, $moment) ORDER BY observation_id
"""


def read_brief(connection: Connection, plan_id: str, day: date) -> Brief:
    """What a return is read and sent against, and no more: a write must be short. KeyError for an unknown plan."""
    plan = counting(read_plan(connection, plan_id, NOW), lives(connection, plan_id), day)
    found = _frame(connection, _BEST, {"plan": plan_id, "moment": NOW})
    cards = read_cards(connection, plan, NOW)
    return Brief(plan, day, cards, best_known(found, cards))


def seen_by(everything: Everything, audience: Audience = Audience.ALL, at: datetime | None = None) -> Snapshot:
    """What an audience may see. ``at`` is what o'clock it is: without it nothing that is 公表待ち."""
    whole = everything.whole
    mine = visible(everything, audience, at)
    newest = mine.groupby(["indicator_id", "round_id", "department_id"])["seq"].transform("max")
    submissions = whole.submissions[_places(whole.submissions, audience)].reset_index(drop=True)
    own = everything.takes[~everything.takes["staff"] & _places(everything.takes, audience)]
    return replace(
        whole,
        observations=mine[mine["seq"] == newest].drop(columns="seq").reset_index(drop=True),
        submissions=submissions,
        questions=_questions_for(_addressed(whole, at), whole.plan, audience),
        proposals=_proposals_for(whole.proposals, audience),
        takes=own.drop(columns="staff").reset_index(drop=True),
        audience=audience,
    )


def visible(everything: Everything, audience: Audience, at: datetime | None) -> pd.DataFrame:
    """Of all values known, superseded ones too, those an audience may see."""
    known = everything.known
    if audience.kind == "all" or known.empty:
        return known
    public = (known["publication"] == "public") | _released(everything, at)
    seen = (known["review"] == "confirmed") & public & ~_taken_back(everything)
    if audience.kind == "department":
        seen |= known["department_id"].isin(audience.departments)
    return known[seen]


def _taken_back(everything: Everything) -> pd.Series:
    """Which values a confirmed 秘匿 or 該当なし took back, though it may itself not be public."""
    known = everything.known
    newest = known.groupby(["indicator_id", "round_id", "department_id"])["seq"].transform("max") == known["seq"]
    said = known["state"].isin(WITHDRAWING) & (known["review"] == "confirmed") & newest
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


def _frame(connection: Connection, query: str, known: dict[str, object]) -> pd.DataFrame:
    return connection.execute(query, known).df()


def _decided(connection: Connection, known: dict[str, object]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows(connection, _DECIDED, known):
        settled = found.get(row["indicator_id"], frozenset())
        found[row["indicator_id"]] = settled | set(load_keys(row["document"]))
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
    owners = {i.id: owner.id for i in plan.indicators if (owner := plan.owner(i.id, moment.date()))}
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


def _takes(connection: Connection, known: dict[str, object]) -> pd.DataFrame:
    """Who took which form when; the secretariat's own taking (``staff``) tells nothing of how far a department is."""
    told = [(json.loads(r["payload"]), r) for r in rows(connection, _TAKES, known)]
    found = [(p["round_id"], *parts_of(p["respondent_id"]), r["who"], r["done_at"], p["staff"]) for p, r in told]
    return pd.DataFrame(found, columns=[*_TAKE_COLUMNS, "staff"]).astype({"staff": bool})
