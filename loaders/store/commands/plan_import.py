"""Plans as their files give them: taken in as versions, and what the program changed kept beside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from kpi.collection.acts import PROGRAM, Act
from kpi.plan import Plan
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.plan_versions import Part, Whole, split, store_header, store_parts, tell
from loaders.store.commands.published_batches import (
    BenchmarkTables,
    benchmark_hash,
    newest_benchmark_hash,
    store_benchmarks,
)
from loaders.store.file.database import Connection, rows, value
from loaders.store.queries.json_document import digest
from loaders.store.queries.plan_states import NOW, PARTS, read_plan, read_plan_ids


def load_plan(connection: Connection, act: Act, plans: Iterable[Plan], benchmarks: BenchmarkTables | None) -> None:
    """Bring the store up to what the files say. Nothing is lost, and a second call does nothing.

    The log tells of each plan that the files have changed; where nobody has asked for it, the program has read them.
    """
    for plan in plans:
        if not plan_changes(connection, plan):
            continue
        told = store_plan(connection, plan, act.at)
        if told or act.by:
            payload = told or {"after": {"計画": plan.name}}
            append_event(connection, Event("load_plan", plan.id, "", replace(act, by=act.by or PROGRAM), payload))
    if benchmarks is not None:
        store_benchmarks(connection, benchmarks, act.at)


def up_to_date(connection: Connection, plans: Iterable[Plan], benchmarks: BenchmarkTables | None) -> bool:
    """Whether :func:`load_plan` would change nothing."""
    if any(plan_changes(connection, plan) for plan in plans):
        return False
    return benchmarks is None or benchmark_hash(benchmarks) == newest_benchmark_hash(connection)


def plan_changes(connection: Connection, plan: Plan) -> bool:
    """Whether a plan's files say something that the store does not know yet."""
    header, parts = split(plan)
    if _newest_hash(connection, plan.id) != digest(header):
        return True
    known = _newest_parts(connection, plan.id)
    return {(p.table, p.part_id): p.hash for p in parts} != known


def store_plan(connection: Connection, plan: Plan, at: datetime) -> Mapping[str, Mapping[str, object]]:
    """Append versions of whatever the files changed; what they no longer name is retired, not removed.

    ``before`` and ``after`` of each part that is another now, empty for a plan that was not there before.
    What was changed in the program stays where the files say the same as before: a part that both have changed gets
    the files' version, and after it one in which the program's other attributes are kept.
    """
    header, parts = split(plan)
    old = split(read_plan(connection, plan.id, NOW)) if plan.id in read_plan_ids(connection) else None
    known = _newest_parts(connection, plan.id)
    changed = [p for p in parts if known.get((p.table, p.part_id)) != p.hash]
    named = {(p.table, p.part_id) for p in parts}
    kept = [_kept_changes(connection, plan.id, p) for p in changed if p.table != "cards"]
    if _newest_hash(connection, plan.id) != digest(header):
        own = _kept_changes(connection, plan.id, Part("plans", "", "", 0, header))
        store_header(connection, plan.id, header, "plan", at)
        if own is not None:
            store_header(connection, plan.id, own.document, "program", at)
    store_parts(connection, plan.id, changed, [k for k in known if k not in named], "plan", at)
    store_parts(connection, plan.id, [p for p in kept if p is not None], [], "program", at)
    return _difference(old, split(read_plan(connection, plan.id, NOW))) if old else {}


def _difference(old: Whole, new: Whole) -> Mapping[str, Mapping[str, object]]:
    """What differs between a plan and what it became, as an event tells it."""
    told: dict[str, dict[str, object]] = {"before": {}, "after": {}}
    before, after = ({"plan": h, **{f"{p.table}/{p.part_id}": p.document for p in ps}} for h, ps in (old, new))
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            tell(told, name, before.get(name, "{}"), after.get(name, "{}"))
    return told


def _kept_changes(connection: Connection, plan_id: str, part: Part) -> Part | None:
    """A changed part of the files with what the program has changed of it laid over; None where it changed nothing."""
    own = f"AND {part.id_column} = ?" if part.id_column else ""
    query = f"SELECT document, origin FROM {part.table} WHERE plan_id = ? {own} ORDER BY version"
    versions = rows(connection, query, [plan_id, part.part_id] if part.id_column else [plan_id])
    if not versions or versions[-1]["origin"] == "plan":
        return None
    # A part that the program has made is no change of a file's: the files' word about it is new.
    filed = next((v["document"] for v in reversed(versions) if v["origin"] == "plan"), None)
    if filed is None:
        return None
    old, now, new = (json.loads(str(d)) for d in (filed, versions[-1]["document"], part.document))
    laid = {k: v for k, v in now.items() if v != old.get(k) and new.get(k) == old.get(k)}
    if not laid:
        return None
    document = json.dumps(new | laid, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(part, document=document)


def _newest_hash(connection: Connection, plan_id: str) -> str | None:
    query = "SELECT hash FROM plans WHERE plan_id = ? AND origin = 'plan' ORDER BY version DESC LIMIT 1"
    found = value(connection, query, [plan_id])
    return str(found) if found else None


def _newest_parts(connection: Connection, plan_id: str) -> dict[tuple[str, str], str]:
    """The hash of what the files said last, by table and id; what is retired is not there."""
    newest = f"""SELECT "table", id, arg_max(hash, version) AS hash, arg_max(retired, version) AS retired
        FROM ({PARTS}) WHERE origin = 'plan' GROUP BY ALL"""
    return {(r["table"], r["id"]): r["hash"] for r in rows(connection, newest, [plan_id]) if not r["retired"]}
