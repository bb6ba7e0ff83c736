"""Plans and cards as of a moment, put together from their versions.

The first version of a thing counts as known from the beginning: a plan is older than the day its file was loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kpi.plan import Card, Department, Plan, Round
from loaders.store.file.database import Connection, rows
from loaders.store.queries.facts import Facts, Version, read_facts
from loaders.store.queries.json_document import load_attributes, loaded

#: Later than any moment a person names: "as things stand".
NOW = datetime(9999, 12, 31)

#: The origins of a card's version that is the whole card; a decision gives some attributes alone.
_WHOLE = ("plan", "program")

#: The versions of all parts of a plan that have versions of their own.
PARTS = """
SELECT 'departments' AS "table", department_id AS id, version, hash, retired, origin
FROM departments WHERE plan_id = $1
UNION ALL SELECT 'rounds', round_id, version, hash, retired, origin FROM rounds WHERE plan_id = $1
UNION ALL SELECT 'cards', indicator_id, version, hash, retired, origin FROM cards WHERE plan_id = $1
"""


def plan_ids(facts: Facts) -> tuple[str, ...]:
    """The plans there are, in the order they came."""
    return tuple(v.plan_id for v in facts.plans if v.version == 1)


def plan_at(facts: Facts, plan_id: str, moment: datetime) -> Plan:
    """The plan as it was at a moment, by its files and by what the program changed; KeyError for an unknown one."""
    headers = [v for v in facts.plans if v.plan_id == plan_id and (v.version == 1 or v.recorded_at <= moment)]
    if not headers:
        raise KeyError(plan_id)
    header: Plan = loaded(Plan, max(headers, key=_number).document)
    order = {indicator.id: i for i, indicator in enumerate(header.indicators)}
    whole = (v for v in facts.cards if v.origin in _WHOLE)
    cards = sorted(
        (loaded(Card, d) for d in _documents(whole, plan_id, moment)),
        key=lambda card: order.get(card.indicator_id, len(order)),
    )
    return replace(
        header,
        departments=tuple(loaded(Department, d) for d in _documents(facts.departments, plan_id, moment)),
        rounds=tuple(loaded(Round, d) for d in _documents(facts.rounds, plan_id, moment)),
        cards=tuple(cards),
    )


def _documents(versions: Iterable[Version], plan_id: str, moment: datetime) -> list[str]:
    """What parts of a plan say at a moment, in their order, without those that are retired."""
    newest: dict[str, Version] = {}
    for v in versions:
        if v.plan_id == plan_id and ((v.version == 1 and v.origin == "plan") or v.recorded_at <= moment):
            newest[v.part_id] = max(v, newest.get(v.part_id, v), key=_number)
    return [v.document for v in sorted(newest.values(), key=lambda v: (v.position, v.part_id)) if not v.retired]


def _number(version: Version) -> int:
    return version.version


def cards_at(facts: Facts, plan: Plan, moment: datetime) -> dict[str, Card]:
    """The cards in force at a moment, in the plan's order: the file's, with what was decided laid over."""
    by_indicator: dict[str, list[Version]] = {}
    for v in facts.cards:
        if v.plan_id == plan.id and (v.version == 1 or v.recorded_at <= moment):
            by_indicator.setdefault(v.part_id, []).append(v)
    return {c.indicator_id: _folded(sorted(by_indicator[c.indicator_id], key=_number)) for c in plan.cards}


def read_plan(connection: Connection, plan_id: str, moment: datetime) -> Plan:
    """:func:`plan_at`, read from the store for an act."""
    return plan_at(read_facts(connection, only=_VERSIONED), plan_id, moment)


def read_cards(connection: Connection, plan: Plan, moment: datetime) -> dict[str, Card]:
    """:func:`cards_at`, read from the store for an act."""
    return cards_at(read_facts(connection, only=("cards",)), plan, moment)


def read_plan_ids(connection: Connection) -> tuple[str, ...]:
    """:func:`plan_ids`, read from the store for an act."""
    return plan_ids(read_facts(connection, only=("plans",)))


@dataclass(frozen=True)
class Revised:
    """A revision by a workbook: when, by whom and why, as what it was decided, and its files (name, sha256).

    The first is the plan as it stood before, the second what was put in. A plan that was begun from a workbook has that
    one alone, and no decision.
    """

    at: datetime
    who: str
    reason: str
    decided_on: date | None
    decision: str
    files: tuple[tuple[str, str], ...]


def read_revisions(connection: Connection, plan_id: str) -> tuple[Revised, ...]:
    """The revisions of a plan by its workbook, and its beginning from one, the newest first."""
    query = "SELECT * FROM decisions WHERE kind IN ('begin_plan', 'revise_plan') AND plan_id = ? ORDER BY seq DESC"
    found = ((row, json.loads(row["payload"])) for row in rows(connection, query, [plan_id]))
    return tuple(_revised(row, told) for row, told in found if "files" in told)


def _revised(row: Mapping[str, Any], told: Mapping[str, Any]) -> Revised:
    files = tuple((one["name"], one["sha256"]) for one in told["files"])
    decided_on = date.fromisoformat(told["decided_on"]) if "decided_on" in told else None
    return Revised(row["done_at"], row["who"], row["reason"], decided_on, told.get("decision", ""), files)


_VERSIONED = ("plans", "departments", "rounds", "cards")


def _folded(versions: Sequence[Version]) -> Card:
    """One card from its versions.

    A decision lays its attributes over the file's card until the file itself changes that attribute.
    """
    base: Card | None = None
    decided: dict[str, object] = {}
    for version in versions:
        if version.origin in _WHOLE:
            new = loaded(Card, version.document)
            if base is not None:
                decided = {k: v for k, v in decided.items() if getattr(base, k) == getattr(new, k)}
            base = new
        else:
            decided |= load_attributes(Card, version.document)
    if base is None:
        raise KeyError(versions[-1].part_id)
    last = versions[-1]
    return replace(base, version=last.version, reason=last.reason or base.reason, **decided)  # type: ignore[arg-type]
