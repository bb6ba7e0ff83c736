"""Plans and cards taken apart into versions: whatever a file, a change or a decision makes another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kpi.plan import Plan
from loaders.store.file.database import Connection, Row, append, rows, value
from loaders.store.queries.json_document import digest, dump
from loaders.store.queries.plan_states import NOW, PARTS, read_plan


@dataclass(frozen=True)
class Part:
    """One thing of a plan that has versions of its own."""

    table: str
    id_column: str
    part_id: str
    position: int
    document: str
    reason: str = ""

    @property
    def hash(self) -> str:
        """What tells whether it changed. A card's place is its indicator's, so only for the others it counts."""
        return digest(self.document if self.table == "cards" else f"{self.position}:{self.document}")


def store_changes(connection: Connection, plan: Plan, at: datetime) -> Mapping[str, Mapping[str, object]]:
    """Append versions of whatever differs from the plan in force, cards apart; ``before`` and ``after`` of each part.

    A card is changed by a decision, never in this way. KeyError for an unknown plan.
    """
    now = read_plan(connection, plan.id, NOW)
    (old_header, old_parts), (header, parts) = split(now), split(plan)
    before = {(p.table, p.part_id): p for p in old_parts if p.table != "cards"}
    after = {(p.table, p.part_id): p for p in parts if p.table != "cards"}
    places = _places(connection, plan.id)
    last = max(places.values(), default=0)
    changed = [
        replace(p, position=places.get(key, last + 1 + p.position))
        for key, p in after.items()
        if key not in before or before[key].document != p.document
    ]
    gone = [key for key in before if key not in after]
    told: dict[str, dict[str, object]] = {"before": {}, "after": {}}
    if header != old_header:
        store_header(connection, plan.id, header, "program", at)
        tell(told, "plan", old_header, header)
    store_parts(connection, plan.id, changed, gone, "program", at)
    for part in changed:
        old = before.get((part.table, part.part_id))
        tell(told, f"{part.table}/{part.part_id}", old.document if old else "{}", part.document)
    for table, part_id in gone:
        tell(told, f"{table}/{part_id}", before[table, part_id].document, "{}")
    return told


def _places(connection: Connection, plan_id: str) -> dict[tuple[str, str], int]:
    """The place of each part there ever was, so that what is new comes last and the rest stays where it is."""
    query = """SELECT 'departments' AS "table", department_id AS id, arg_max(position, version) AS place
        FROM departments WHERE plan_id = $1 GROUP BY 2
        UNION ALL SELECT 'rounds', round_id, arg_max(position, version) FROM rounds WHERE plan_id = $1 GROUP BY 2"""
    return {(r["table"], r["id"]): int(r["place"]) for r in rows(connection, query, [plan_id])}


def tell(told: dict[str, dict[str, object]], name: str, old: str, new: str) -> None:
    """Of a part only the attributes that differ: a whole plan's document would bury them."""
    was, now = json.loads(old), json.loads(new)
    differing = [k for k in {**was, **now} if was.get(k) != now.get(k)]
    for side, document in (("before", was), ("after", now)):
        told[side][name] = {k: document[k] for k in differing if k in document}


def store_header(connection: Connection, plan_id: str, header: str, origin: str, at: datetime) -> None:
    """Append a version of a plan's own document."""
    version = 1 + int(value(connection, "SELECT count(*) FROM plans WHERE plan_id = ?", [plan_id]))
    row: dict[str, object] = {"plan_id": plan_id, "version": version, "hash": digest(header), "document": header}
    append(connection, "plans", [row | {"recorded_at": at, "origin": origin}])


def store_parts(
    connection: Connection,
    plan_id: str,
    changed: Sequence[Part],
    gone: Sequence[tuple[str, str]],
    origin: str,
    at: datetime,
) -> None:
    """Append versions of parts that changed, and retire those that are gone."""
    versions = _version_counts(connection, plan_id)
    for table in ("departments", "rounds", "cards"):
        new = [_row(plan_id, p, versions, at, origin) for p in changed if p.table == table]
        new += [_retired(connection, plan_id, key, versions, at, origin) for key in gone if key[0] == table]
        append(connection, table, new)


#: A plan's own document and its parts.
Whole = tuple[str, list[Part]]


def split(plan: Plan) -> Whole:
    """A plan taken apart into what has versions of its own."""
    header = dump(replace(plan, departments=(), rounds=(), cards=()))
    parts = [Part("departments", "department_id", d.id, i, dump(d)) for i, d in enumerate(plan.departments)]
    parts += [Part("rounds", "round_id", r.id, i, dump(r)) for i, r in enumerate(plan.rounds)]
    parts += [Part("cards", "indicator_id", c.indicator_id, i, dump(c), c.reason) for i, c in enumerate(plan.cards)]
    return header, parts


def _version_counts(connection: Connection, plan_id: str) -> dict[tuple[str, str], int]:
    counted = f'SELECT "table", id, max(version) AS last FROM ({PARTS}) GROUP BY ALL'
    return {(r["table"], r["id"]): int(r["last"]) for r in rows(connection, counted, [plan_id])}


def _row(plan_id: str, part: Part, versions: Mapping[tuple[str, str], int], at: datetime, origin: str) -> Row:
    row: dict[str, object] = {
        "plan_id": plan_id,
        part.id_column: part.part_id,
        "version": versions.get((part.table, part.part_id), 0) + 1,
        "position": part.position,
        "hash": part.hash,
        "document": part.document,
        "retired": False,
        "recorded_at": at,
        "origin": origin,
    }
    if part.table == "cards":
        row |= {"reason": part.reason, "submission_id": "", "sample": False}
    return row


def _retired(
    connection: Connection,
    plan_id: str,
    key: tuple[str, str],
    versions: Mapping[tuple[str, str], int],
    at: datetime,
    origin: str,
) -> Row:
    table, part_id = key
    column = {"departments": "department_id", "rounds": "round_id", "cards": "indicator_id"}[table]
    last = rows(
        connection,
        f"SELECT * FROM {table} WHERE plan_id = ? AND {column} = ? ORDER BY version DESC LIMIT 1",
        [plan_id, part_id],
    )[0]
    changes: dict[str, object] = {
        "version": versions[key] + 1, "retired": True, "recorded_at": at, "origin": origin,
    }  # fmt: skip
    if table == "cards":
        changes |= {"reason": "計画ファイルから削除", "submission_id": "", "sample": False}
    return last | changes
