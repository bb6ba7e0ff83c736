"""What holds on when a return comes again: the confirmation of rows, the 公表区分 of figures, the word about a doubt.

Each only where nothing has changed. What is carried over says so, and names whose word it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kpi.collection.acts import Act
from kpi.collection.workflow import TAKEN_OVER, Answer, Mend, Reading
from kpi.issue import Issue, Severity
from kpi.plan import STANDING_TEXTS, Plan
from loaders.form.definition import COLUMNS
from loaders.store.commands.corrections import put_in
from loaders.store.commands.drafts import NewReturn, Place, keep, place_of
from loaders.store.file.database import Connection, Row, append, rows
from loaders.store.queries.access import PUBLISHED
from loaders.store.queries.records import Saved, StoredReturn
from loaders.store.queries.standing_questions import taking_back
from loaders.store.queries.stored_returns import WITH_SOURCES, read_answers, read_return

# --- confirmations and 公表区分, when a return is sent --------------------------------------------------------------

#: The newest confirmation of each indicator in the rounds and departments of some returns. One that was taken back
#: since wants a new look.
_CONFIRMED = f"""
WITH place AS (
    SELECT DISTINCT plan_id, round_id, department_of(respondent_id) AS department_id, sample FROM submissions
    WHERE submission_id IN (SELECT unnest($submission_ids)))
SELECT place.*, f.subject_id, max(f.seq) AS seq, arg_max(f.submission_id, f.seq) AS submission_id
FROM confirmations f JOIN submissions s USING (submission_id)
JOIN place ON (place.plan_id, place.round_id, place.department_id, place.sample)
        = (s.plan_id, s.round_id, department_of(s.respondent_id), s.sample)
WHERE NOT EXISTS (
    SELECT 1 FROM {taking_back()} q WHERE q.plan_id = place.plan_id AND q.round_id = place.round_id
        AND q.department_id = place.department_id AND q.subject_id = f.subject_id AND q.seq > f.seq)
GROUP BY ALL
"""

#: The 公表区分 set for the value that is known last of an indicator and a period, whichever round brought it.
_PUBLISHED = f"""
WITH known AS (
    SELECT indicator_id, period, arg_max(code, observation_id) AS code FROM observations
    WHERE plan_id = $plan_id AND sample = $sample GROUP BY indicator_id, period)
SELECT known.indicator_id, known.period, p.* FROM known JOIN ({PUBLISHED}) p USING (code)
"""

#: Of a value, and of an answer, what has to be the same for the row to be what was confirmed. Whom to ask is not.
_OF_VALUE = (
    "period", "value", "release", "state", "key", "next_release", "evidence", "analysis", "actions", "correction_kind",
    *STANDING_TEXTS,
)  # fmt: skip
_OF_ANSWER = tuple(c.key for c in COLUMNS if c.entry and c.key not in ("section", "person", "contact"))


@dataclass(frozen=True)
class Carried:
    """What a sent return takes over: by indicator the confirmation, by short number the 公表区分 (as acts' numbers)."""

    confirmed: Mapping[str, int] = field(default_factory=dict)
    published: Mapping[str, int] = field(default_factory=dict)

    def told(self, plan: Plan) -> dict[str, object]:
        """What the log tells of it, empty where nothing was taken over."""
        payload: dict[str, object] = {}
        if self.confirmed:
            names = [f"{i.number} {i.name}" for i in plan.subjects if i.id in self.confirmed]
            payload |= {"carried": dict(self.confirmed), "after": {"変わりがなく確認済のままの指標": names}}
        return payload | ({"inherited": dict(self.published)} if self.published else {})


#: Rows by what :func:`confirmed_before`, and :func:`published_before`, say.
Confirmed = Mapping[tuple[str, str, str, bool], Mapping[str, dict[str, Any]]]
Published = Mapping[tuple[str, str], dict[str, Any]]


def confirmed_before(connection: Connection, submission_ids: Sequence[str]) -> Confirmed:
    """What is confirmed in the places of some returns, by plan, round, department, sample or not; then by indicator."""
    found: dict[tuple[str, str, str, bool], dict[str, dict[str, Any]]] = defaultdict(dict)
    for r in rows(connection, _CONFIRMED, {"submission_ids": list(submission_ids)}):
        found[r["plan_id"], r["round_id"], r["department_id"], r["sample"]][r["subject_id"]] = r
    return found


def published_before(connection: Connection, plan_id: str, *, sample: bool) -> Published:
    """What was decided of the figures of a plan that are known now, by indicator and period."""
    found = rows(connection, _PUBLISHED, {"plan_id": plan_id, "sample": sample})
    return {(r["indicator_id"], r["period"]): r for r in found}


def carry_over(
    connection: Connection,
    stored: StoredReturn,
    made: Sequence[Row],
    at: datetime,
    confirmed: Confirmed,
    published: Published,
) -> Carried:
    """Take over for the values ``made`` of a return what was confirmed and decided of the same ones before."""
    own = stored.reading
    found = confirmed.get((own.plan_id, own.round_id, own.department_id, own.sample), {})
    return Carried(_confirmations(connection, stored, made, at, found), _publications(connection, made, at, published))


def _confirmations(
    connection: Connection, stored: StoredReturn, made: Sequence[Row], at: datetime, found: Mapping[str, dict[str, Any]]
) -> Mapping[str, int]:
    own = stored.reading
    if not found:
        return {}
    before = {one: _content(connection, one) for one in {r["submission_id"] for r in found.values()}}
    now = _told(own.answers, made)
    same = {
        i: int(r["seq"]) for i, r in sorted(found.items()) if i in now and before[r["submission_id"]].get(i) == now[i]
    }
    # The number is the one of the act by which a person confirmed: so the name stays, and `verify` finds both.
    kept = {"submission_id": stored.submission_id, "done_at": at, "sample": own.sample}
    append(connection, "confirmations", [{"seq": n, "subject_id": i, **kept} for i, n in same.items()])
    return same


def _content(connection: Connection, submission_id: str) -> Mapping[str, object]:
    values = rows(connection, "SELECT * FROM observations WHERE submission_id = ?", [submission_id])
    return _told(read_answers(connection, submission_id), values)


def _told(answers: Sequence[Answer], values: Sequence[Row]) -> Mapping[str, object]:
    """By indicator what a return says of it: the values as recorded, and what was answered beside them."""
    said = {
        a.subject_id: sorted(str([r[c] for c in _OF_VALUE]) for r in values if r["indicator_id"] == a.subject_id)
        for a in answers
    }
    return {a.subject_id: (said[a.subject_id], [a.value(k) for k in _OF_ANSWER]) for a in answers}


def _publications(connection: Connection, made: Sequence[Row], at: datetime, published: Published) -> Mapping[str, int]:
    """A figure that is 庁内限り stays so when it is sent again, whatever its new number."""
    own = [(r, published.get((str(r["indicator_id"]), str(r["period"])))) for r in made]
    taken = [(new, old) for new, old in own if old is not None]
    columns = ("seq", "publication", "released_at", "sample")
    kept = [{"code": new["code"], **{c: old[c] for c in columns}, "done_at": at} for new, old in taken]
    append(connection, "publications", kept)
    return {str(new["code"]): int(old["seq"]) for new, old in taken}


# --- what was said about a doubt, when a file comes ------------------------------------------------------------------

_WHY = "前の回答での説明の引継ぎ"

#: The newest return that was sent from, or passed on in, each place.
_ANSWERED = """
SELECT s.plan_id, s.round_id, s.respondent_id, s.sample, arg_max(s.submission_id, d.seq) AS id,
    max(d.seq) AS seq
FROM decisions d JOIN submissions s ON s.submission_id = d.subject WHERE d.kind IN ('send', 'pass_on') GROUP BY ALL
"""

_SETTLED = (
    "SELECT subject_id, key, code, message FROM issues JOIN source USING (submission_id) WHERE severity <> 'note'"
)
_REASONS = "SELECT subject_id, key, reason FROM mends JOIN source USING (submission_id) ORDER BY seq"

#: A reason for having no value answers all that is asked about these.
_OF_MISSING = ("value", "numerator", "denominator", "period", "release")

_Cell = tuple[str, str]


def save(
    connection: Connection, act: Act, new: Sequence[NewReturn], *, on_behalf: bool = False, late: bool = True
) -> tuple[Saved, ...]:
    """Keep files as drafts, in their order; an earlier draft of the same place is replaced.

    What was explained in the answer before is put in where the very same is asked again. ``late``: a closed round
    still takes them.
    """
    saved = keep(connection, act, new, on_behalf=on_behalf, late=late)
    return _keep_explained(connection, act, new, saved)


def _keep_explained(
    connection: Connection, act: Act, new: Sequence[NewReturn], saved: Sequence[Saved]
) -> tuple[Saved, ...]:
    """Put what was explained in the last answer of a place into its new draft, where the very same is asked again."""
    asking = [bool(one.submission_id) and not one.duplicate_of and bool(_asked(n.reading)) for n, one in
              zip(new, saved, strict=True)]  # fmt: skip
    answered = _answered(connection) if any(asking) else {}
    done = []
    for file, one, asks in zip(new, saved, asking, strict=True):
        base = _base(answered, file.reading) if asks else ""
        mends = _explained(connection, file.reading, base) if base else ()
        if mends:
            stored = read_return(connection, one.submission_id)
            put_in(connection, replace(act, reason=_WHY), stored, mends, carried_from=base)
        done.append(Saved(one.submission_id, one.duplicate_of, one.refused, frozenset(_cell(m) for m in mends)))
    return tuple(done)


def _cell(said: Mend | Issue) -> _Cell:
    return said.subject_id, said.key


def _asked(reading: Reading) -> Mapping[_Cell, list[Issue]]:
    """What is asked of each cell. A question about the whole file is about this very file, and so asked anew."""
    asked: dict[_Cell, list[Issue]] = {}
    for issue in reading.issues:
        if issue.severity is not Severity.NOTE and issue.subject_id:
            asked.setdefault(_cell(issue), []).append(issue)
    return asked


def _answered(connection: Connection) -> Mapping[tuple[Place, bool], tuple[int, str]]:
    found = rows(connection, _ANSWERED)
    return {((r["plan_id"], r["round_id"], r["respondent_id"]), r["sample"]): (r["seq"], r["id"]) for r in found}


def _base(answered: Mapping[tuple[Place, bool], tuple[int, str]], reading: Reading) -> str:
    """The answer that a file follows: its own place's, or the department's that a 課's became part of since."""
    own = place_of(reading)
    found = [answered.get((place, reading.sample), (0, "")) for place in (own, (*own[:2], reading.department_id))]
    return max(found)[1]


def _explained(connection: Connection, reading: Reading, base: str) -> tuple[Mend, ...]:
    first = {"first": [base]}
    settled = {tuple(r.values()) for r in rows(connection, WITH_SOURCES + _SETTLED, first)}
    reasons = {(r["subject_id"], r["key"]): r["reason"] for r in rows(connection, WITH_SOURCES + _REASONS, first)}
    before = {a.subject_id: a for a in read_answers(connection, base)}
    now, asked = {a.subject_id: a for a in reading.answers}, _asked(reading)
    fresh = {cell for cell, found in asked.items() if any((*cell, i.code, i.message) not in settled for i in found)}
    mends = []
    for indicator_id, key in asked:
        one, other = (side.get(indicator_id) or Answer(indicator_id, {}) for side in (now, before))
        reason = reasons.get((indicator_id, key), "").strip()
        if reason and not _touches(indicator_id, key, fresh, one) and _unchanged(one, other, key):
            mends.append(Mend(indicator_id, key, one.value(key), reason.removesuffix(TAKEN_OVER) + TAKEN_OVER))
    return tuple(mends)


def _touches(indicator_id: str, key: str, fresh: Collection[_Cell], answer: Answer) -> bool:
    """Whether a word about a cell would also answer what nobody has asked before."""
    wide = key == "missing_reason" and answer.value(key) is not None
    return any((indicator_id, k) in fresh for k in (key, *(_OF_MISSING if wide else ())))


def _unchanged(now: Answer, before: Answer, key: str) -> bool:
    """Whether a cell says what it said; for a question that hangs on no cell, whether the whole row does."""
    keys = (key,) if key in now.entries else tuple({**now.entries, **before.entries})
    return all(now.value(k) == before.value(k) and not _other_words(now, before, k) for k in keys)


def _other_words(now: Answer, before: Answer, key: str) -> bool:
    """Whether something is written that was not understood and is not what was written before."""
    entry, old = now.entries.get(key), before.entries.get(key)
    return bool(entry and entry.value is None and entry.written and entry.written != (old.written if old else ""))
