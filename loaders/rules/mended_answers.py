"""What the rules make of values that a person put in on the page: rates worked out again, and new questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kpi.collection.workflow import LAPSED, Brief, Mend, Reading, with_mends
from kpi.issue import Issue
from loaders.rules import CHECKS, check_answers
from loaders.rules.quotient import PERCENT, quotient

#: Cells that one figure stands in: whoever changes one has the others looked at again.
_RATE = ("value", "numerator", "denominator")
_BY_PARTS = "分子÷分母から計算"


def worked_out(reading: Reading, mends: Sequence[Mend], brief: Brief) -> Iterator[Mend]:
    """The rates whose parts these mends change, worked out again where nobody has written the value itself."""
    touched = {m.subject_id for m in mends if m.key in ("numerator", "denominator")}
    given = {m.subject_id for m in mends if m.key in ("value", "missing_reason") and m.value is not None}
    before = {a.subject_id: a for a in reading.answers}
    for answer in with_mends(reading.answers, mends):
        one = answer.subject_id
        if one not in touched - given or brief.plan.subject(one).unit not in PERCENT:
            continue
        own = before[one].entries.get("value") if one in before else None
        written = own is not None and own.value is not None and "/" not in own.cell and own.mended != _BY_PARTS
        over, under = answer.number("numerator"), answer.number("denominator")
        if written or answer.text("missing_reason") or over is None or under is None or under <= 0:
            continue
        yield Mend(one, "value", quotient(over, under, percent=True), _BY_PARTS)


def lapsed(reading: Reading, still: Sequence[Issue], mends: Sequence[Mend], brief: Brief) -> Iterator[Mend]:
    """Open questions of the checks that these mends leave nothing to ask about, or that are now to be asked otherwise.

    Each is a mend of its cell as it stands: what is asked otherwise is raised anew by it (:func:`raised_by`).
    """
    touched, cells = {m.subject_id for m in mends}, {(m.subject_id, m.key) for m in mends}
    answers = with_mends(reading.answers, mends)
    now = check_answers(replace(reading, answers=answers, issues=()), brief)  # the trouble of reading them is over
    values = {(a.subject_id, key): entry.value for a in answers for key, entry in a.entries.items()}
    for cell in dict.fromkeys((i.subject_id, i.key) for i in still if i.subject_id in touched):
        here = [i for i in still if (i.subject_id, i.key) == cell]
        if cell in cells or cell not in values or not all(_of_answer(i.code) for i in here):
            continue
        if not all(any(_same(i, one) for one in now) for i in here):
            yield Mend(*cell, values[cell], LAPSED)


def _of_answer(code: str) -> bool:
    """Whether a finding comes of a check of an answer, which can be asked again without the file."""
    entry = CHECKS.get(code)
    return entry is not None and entry.run is not None and entry.of == "answer"


def _same(asked: Issue, now: Issue) -> bool:
    """Whether what was asked, maybe among other things of its cell, is asked still."""
    place = (now.code, now.subject_id, now.key)
    return place == (asked.code, asked.subject_id, asked.key) and now.message in asked.message


def raised_by(reading: Reading, known: Sequence[Issue], mends: Sequence[Mend], brief: Brief) -> tuple[Issue, ...]:
    """The questions that changed values bring up; not those that the picked choice itself has answered."""
    current = {(a.subject_id, k): e.value for a in reading.answers for k, e in a.entries.items()}
    changed = {(m.subject_id, m.key): m.value for m in mends if current.get((m.subject_id, m.key)) != m.value}
    touched = {indicator for indicator, _ in changed}
    asked = {(i.code, i.subject_id, i.key) for i in known}
    again = {(m.subject_id, m.key) for m in mends if m.reason == LAPSED}
    answered = {
        (i.code, i.subject_id, i.key)
        for i in known
        for choice in i.choices
        if all(changed.get((i.subject_id, k), current.get((i.subject_id, k))) == v for k, v in choice.changes.items())
    }
    after = replace(reading, answers=with_mends(reading.answers, mends), issues=())
    return tuple(
        i
        for i in check_answers(after, brief)
        if i.subject_id in touched | {subject for subject, _ in again}
        and (i.code, i.subject_id, i.key) not in answered
        and (
            (i.subject_id, i.key) in changed
            or (i.subject_id, i.key) in again
            or (i.code, i.subject_id, i.key) not in asked
            or (i.code == "rate.differs" and any((i.subject_id, key) in changed for key in _RATE))
        )
    )
