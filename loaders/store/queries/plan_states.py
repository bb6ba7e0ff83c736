"""Plans and cards as of a moment, put together from their versions.

The first version of a thing counts as known from the beginning: a plan is older than the day its file was loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kpi.plan import Card, Department, Plan, Round
from loaders.store.file.database import Connection, Row, rows, value
from loaders.store.queries.json_document import load, load_attributes

#: Later than any moment a person names: "as things stand".
NOW = datetime(9999, 12, 31)

#: The versions of all parts of a plan that have versions of their own.
PARTS = """
SELECT 'departments' AS "table", department_id AS id, version, hash, retired, origin
FROM departments WHERE plan_id = $1
UNION ALL SELECT 'rounds', round_id, version, hash, retired, origin FROM rounds WHERE plan_id = $1
UNION ALL SELECT 'cards', indicator_id, version, hash, retired, origin FROM cards WHERE plan_id = $1
"""


def plan_ids(connection: Connection) -> tuple[str, ...]:
    """The plans there are, in the order they came."""
    found = rows(connection, "SELECT plan_id FROM plans WHERE version = 1 ORDER BY rowid")
    return tuple(r["plan_id"] for r in found)


def read_plan(connection: Connection, plan_id: str, moment: datetime) -> Plan:
    """The plan as it was at a moment, by its files and by what the program changed; KeyError for an unknown one."""
    query = """SELECT document FROM plans WHERE plan_id = ? AND (version = 1 OR recorded_at <= ?)
        ORDER BY version DESC LIMIT 1"""
    document = value(connection, query, [plan_id, moment])
    if document is None:
        raise KeyError(plan_id)
    departments = [load(Department, d) for d in _documents(connection, "departments", plan_id, moment)]
    rounds = [load(Round, d) for d in _documents(connection, "rounds", plan_id, moment)]
    cards = [load(Card, d) for d in _documents(connection, "cards", plan_id, moment)]
    header = load(Plan, document)
    order = {indicator.id: i for i, indicator in enumerate(header.indicators)}
    cards.sort(key=lambda card: order.get(card.indicator_id, len(order)))
    return replace(header, departments=tuple(departments), rounds=tuple(rounds), cards=tuple(cards))


def _documents(connection: Connection, table: str, plan_id: str, moment: datetime) -> list[str]:
    column = {"departments": "department_id", "rounds": "round_id", "cards": "indicator_id"}[table]
    own = "AND origin = 'plan'" if table == "cards" else ""
    query = f"""SELECT arg_max(document, version) AS document, arg_max(position, version) AS position,
        arg_max(retired, version) AS retired
        FROM {table} WHERE plan_id = ? AND (version = 1 AND origin = 'plan' OR recorded_at <= ?) {own} GROUP BY {column}
        ORDER BY 2, {column}"""
    return [r["document"] for r in rows(connection, query, [plan_id, moment]) if not r["retired"]]


def read_cards(connection: Connection, plan: Plan, moment: datetime) -> dict[str, Card]:
    """The cards in force at a moment, in the plan's order: the file's, with what was decided laid over."""
    query = """SELECT * FROM cards WHERE plan_id = ? AND (version = 1 OR recorded_at <= ?)
        ORDER BY indicator_id, version"""
    by_indicator: dict[str, list[Row]] = {}
    for row in rows(connection, query, [plan.id, moment]):
        by_indicator.setdefault(row["indicator_id"], []).append(row)
    return {c.indicator_id: fold_card(by_indicator[c.indicator_id]) for c in plan.cards}


def fold_card(versions: Sequence[Row]) -> Card:
    """One card from its versions.

    A decision lays its attributes over the file's card until the file itself changes that attribute.
    """
    base: Card | None = None
    decided: dict[str, object] = {}
    for version in versions:
        document = str(version["document"])
        if version["origin"] == "plan":
            new = load(Card, document)
            if base is not None:
                decided = {k: v for k, v in decided.items() if getattr(base, k) == getattr(new, k)}
            base = new
        else:
            decided |= load_attributes(Card, document)
    if base is None:
        raise KeyError(str(versions[-1]["indicator_id"]))
    number, reason = int(str(versions[-1]["version"])), str(versions[-1]["reason"]) or base.reason
    return replace(base, version=number, reason=reason, **decided)  # type: ignore[arg-type]
