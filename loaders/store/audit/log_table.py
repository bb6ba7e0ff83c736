"""The log as a table for people: who did what to what, in words, newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from kpi.collection.acts import ACTS, acts
from kpi.place import parts_of
from kpi.plan import Plan
from kpi.printing.number_words import as_it_is
from loaders.store.audit.plan_differences import plan_change_words
from loaders.store.file.database import Connection, rows
from loaders.store.queries.plan_states import NOW, read_plan, read_plan_ids

COLUMNS = (
    "seq", "at", "who", "role", "kind", "kind_word", "subject", "subject_word", "before", "after", "reason", "sample",
)  # fmt: skip
#: The acts that tell of a plan's parts before and after.
_OF_PLANS = frozenset({*acts(about="plan"), *acts(changing_plans=True)} - {"accept_card"})


@dataclass(frozen=True)
class Asked:
    """Which rows are wanted; what is empty does not narrow. ``who`` may be a part of a name, ``until`` is included."""

    plan_id: str | None = None
    who: str = ""
    kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


_LOG = """
SELECT * FROM decisions
WHERE ($plan_id IS NULL OR plan_id IN ($plan_id, '')) AND ($who = '' OR contains(who, $who))
    AND ($kind = '' OR kind = $kind) AND ($subject = '' OR subject = $subject)
    AND ($since IS NULL OR done_at >= $since) AND ($until IS NULL OR done_at <= $until)
ORDER BY seq DESC
"""


def read_log(connection: Connection, asked: Asked) -> pd.DataFrame:
    """The acts that are wanted, newest first. What was done to the program itself belongs to every plan."""
    found = rows(connection, _LOG, vars(asked))
    words = _Words(connection)
    return pd.DataFrame([_told(row, words) for row in found], columns=list(COLUMNS))


def _told(row: Mapping[str, Any], words: _Words) -> dict[str, object]:
    payload = json.loads(row["payload"])
    before, after = words.sides(row, payload)
    return {
        **{name: row[name] for name in ("seq", "who", "role", "kind", "subject", "reason", "sample")},
        "at": row["done_at"],
        "kind_word": ACTS[row["kind"]].word,
        "subject_word": words.subject(row),
        "before": in_words(before),
        "after": in_words(after),
    }


def in_words(told: object) -> str:
    """What an event tells of before or after, as one text: ``部局: a、b / 権限: 事務局``."""
    if told is None:
        return ""
    if isinstance(told, Mapping):
        parts = [f"{k}: {in_words(v)}" for k, v in told.items()]
        return " / ".join(parts)
    if isinstance(told, list):
        return "、".join(in_words(one) for one in told)
    return as_it_is(told) if isinstance(told, float) else str(told)


class _Words:
    """Names for what the log's subjects are, read once."""

    def __init__(self, connection: Connection) -> None:
        self._plans = {plan_id: read_plan(connection, plan_id, NOW) for plan_id in read_plan_ids(connection)}
        returns = "SELECT submission_id AS id, plan_id, round_id, respondent_id FROM submissions"
        self._returns = {r["id"]: r for r in rows(connection, returns)}
        proposals = "SELECT proposal_id AS id, plan_id, indicator_id FROM proposals"
        self._proposals = {r["id"]: r["indicator_id"] for r in rows(connection, proposals)}
        figures = "SELECT code, indicator_id FROM observations WHERE code IN (SELECT subject FROM decisions)"
        self._figures = {r["code"]: r["indicator_id"] for r in rows(connection, figures)}

    def sides(self, row: Mapping[str, Any], payload: Mapping[str, Any]) -> tuple[object, object]:
        """What was before and after; of a plan its attributes by their names."""
        before, after = payload.get("before"), payload.get("after")
        plan = self._plans.get(row["plan_id"])
        if plan is not None and row["kind"] == "mend":
            return _cell_words(plan, before), _cell_words(plan, after)
        if plan is None or row["kind"] not in _OF_PLANS:
            return before, after
        return plan_change_words(before or {}, after or {}, plan, row["done_at"].date())

    def subject(self, row: Mapping[str, Any]) -> str:
        """What an act was done to, in words; the subject itself where it has none."""
        about, subject, plan = ACTS[row["kind"]].about, row["subject"], self._plans.get(row["plan_id"])
        if plan is None:
            return str(subject)
        if not subject:
            return plan.name
        if about == "return" and subject in self._returns:
            found = self._returns[subject]
            return _return_word(plan, found["round_id"], found["respondent_id"], row["done_at"])
        if about == "form":
            round_id, _, respondent = subject.partition("/")
            return _return_word(plan, round_id, respondent, row["done_at"])
        if about == "card" and subject in self._proposals:
            return _indicator_word(plan, self._proposals[subject]) or "計画全体の判定方法"
        if subject in self._figures:
            return f"{_indicator_word(plan, self._figures[subject])}({subject})"
        return next((r.name for r in plan.rounds if r.id == subject), str(subject))


def _return_word(plan: Plan, round_id: str, respondent: str, at: datetime) -> str:
    asked = next((r.name for r in plan.rounds if r.id == round_id), round_id)
    department_id, division_id = parts_of(respondent)
    department = next((d for d in plan.departments if d.id == department_id), None)
    if department is None:
        return f"{asked} {department_id or '全部局'}"
    division = next((d.name for d in department.divisions if d.id == division_id), division_id)
    return " ".join(part for part in (asked, department.name(at.date()), division) if part)


def _cell_words(plan: Plan, told: object) -> object:
    """What was mended, by the names of its indicators: the log itself keeps their ids."""
    if not isinstance(told, Mapping):
        return told
    split = {cell: cell.partition(" ") for cell in told}
    return {f"{_indicator_word(plan, of)}　{key}" if key else cell: told[cell] for cell, (of, _, key) in split.items()}


def _indicator_word(plan: Plan, indicator_id: str) -> str:
    found = next((i for i in plan.subjects if i.id == indicator_id), None)
    return f"{found.number} {found.name}" if found else indicator_id
