"""Plans, cards and published figures: from files into versions, and from versions back into a plan as of a moment.

The first version of a thing counts as known from the beginning: a plan is older than the day its file was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import pandas as pd

from kpi.plan import Card, Department, Plan, Round
from loaders.store.database import Connection, Row, append, rows, value
from loaders.store.document import digest, dump, load, load_attributes

#: What a sent return may set where the plan's file leaves it open: value and period, by column key of the form.
CARD_FACTS = ("baseline", "baseline_period", "target", "target_period")


class BenchmarkTables(Protocol):
    """The published figures, as :mod:`loaders.benchmark` gives them."""

    @property
    def series(self) -> pd.DataFrame:
        """One row for each series."""
        ...

    @property
    def values(self) -> pd.DataFrame:
        """One row for each value."""
        ...

    @property
    def breaks(self) -> pd.DataFrame:
        """One row for each break of a series."""
        ...


@dataclass(frozen=True)
class _Part:
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


def plan_changes(connection: Connection, plan: Plan) -> bool:
    """Whether a plan's files say something that the store does not know yet."""
    header, parts = _split(plan)
    if _newest_hash(connection, plan.id) != digest(header):
        return True
    known = _newest_parts(connection, plan.id)
    return {(p.table, p.part_id): p.hash for p in parts} != known


def store_plan(connection: Connection, plan: Plan, at: datetime) -> None:
    """Append versions of whatever changed; what the files no longer name is retired, not removed."""
    header, parts = _split(plan)
    if _newest_hash(connection, plan.id) != digest(header):
        version = 1 + int(value(connection, "SELECT count(*) FROM plans WHERE plan_id = ?", [plan.id]))
        plan_row = {"plan_id": plan.id, "version": version, "hash": digest(header), "document": header}
        append(connection, "plans", [plan_row | {"recorded_at": at}])
    known = _newest_parts(connection, plan.id)
    changed = [p for p in parts if known.get((p.table, p.part_id)) != p.hash]
    named = {(p.table, p.part_id) for p in parts}
    gone = [key for key in known if key not in named]
    versions = _version_counts(connection, plan.id)
    for table in ("departments", "rounds", "cards"):
        new = [_row(plan.id, p, versions, at) for p in changed if p.table == table]
        new += [_retired(connection, plan.id, key, versions, at) for key in gone if key[0] == table]
        append(connection, table, new)


def _split(plan: Plan) -> tuple[str, list[_Part]]:
    header = dump(replace(plan, departments=(), rounds=(), cards=()))
    parts = [_Part("departments", "department_id", d.id, i, dump(d)) for i, d in enumerate(plan.departments)]
    parts += [_Part("rounds", "round_id", r.id, i, dump(r)) for i, r in enumerate(plan.rounds)]
    parts += [_Part("cards", "indicator_id", c.indicator_id, i, dump(c), c.reason) for i, c in enumerate(plan.cards)]
    return header, parts


def _newest_hash(connection: Connection, plan_id: str) -> str | None:
    found = value(connection, "SELECT hash FROM plans WHERE plan_id = ? ORDER BY version DESC LIMIT 1", [plan_id])
    return str(found) if found else None


_PARTS = """
SELECT 'departments' AS "table", department_id AS id, version, hash, retired, 'plan' AS origin
FROM departments WHERE plan_id = $1
UNION ALL SELECT 'rounds', round_id, version, hash, retired, 'plan' FROM rounds WHERE plan_id = $1
UNION ALL SELECT 'cards', indicator_id, version, hash, retired, origin FROM cards WHERE plan_id = $1
"""


def _newest_parts(connection: Connection, plan_id: str) -> dict[tuple[str, str], str]:
    """The hash of what the files said last, by table and id; what is retired is not there."""
    newest = f"""SELECT "table", id, arg_max(hash, version) AS hash, arg_max(retired, version) AS retired
        FROM ({_PARTS}) WHERE origin = 'plan' GROUP BY ALL"""
    return {(r["table"], r["id"]): r["hash"] for r in rows(connection, newest, [plan_id]) if not r["retired"]}


def _version_counts(connection: Connection, plan_id: str) -> dict[tuple[str, str], int]:
    counted = f'SELECT "table", id, max(version) AS last FROM ({_PARTS}) GROUP BY ALL'
    return {(r["table"], r["id"]): int(r["last"]) for r in rows(connection, counted, [plan_id])}


def _row(plan_id: str, part: _Part, versions: Mapping[tuple[str, str], int], at: datetime) -> Row:
    row: dict[str, object] = {
        "plan_id": plan_id,
        part.id_column: part.part_id,
        "version": versions.get((part.table, part.part_id), 0) + 1,
        "position": part.position,
        "hash": part.hash,
        "document": part.document,
        "retired": False,
        "recorded_at": at,
    }
    if part.table == "cards":
        row |= {"origin": "plan", "reason": part.reason, "submission_id": "", "sample": False}
    return row


def _retired(
    connection: Connection,
    plan_id: str,
    key: tuple[str, str],
    versions: Mapping[tuple[str, str], int],
    at: datetime,
) -> Row:
    table, part_id = key
    column = {"departments": "department_id", "rounds": "round_id", "cards": "indicator_id"}[table]
    last = rows(
        connection,
        f"SELECT * FROM {table} WHERE plan_id = ? AND {column} = ? ORDER BY version DESC LIMIT 1",
        [plan_id, part_id],
    )[0]
    changes: dict[str, object] = {"version": versions[key] + 1, "retired": True, "recorded_at": at}
    if table == "cards":
        changes |= {"origin": "plan", "reason": "計画ファイルから削除", "submission_id": "", "sample": False}
    return last | changes


def plan_ids(connection: Connection) -> tuple[str, ...]:
    """The plans there are, in the order they came."""
    found = rows(connection, "SELECT plan_id FROM plans WHERE version = 1 ORDER BY rowid")
    return tuple(r["plan_id"] for r in found)


def read_plan(connection: Connection, plan_id: str, moment: datetime) -> Plan:
    """The plan as its files described it at a moment; KeyError for an unknown one."""
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
        FROM {table} WHERE plan_id = ? AND (version = 1 OR recorded_at <= ?) {own} GROUP BY {column}
        ORDER BY 2, {column}"""
    return [r["document"] for r in rows(connection, query, [plan_id, moment]) if not r["retired"]]


def read_cards(connection: Connection, plan: Plan, moment: datetime) -> dict[str, Card]:
    """The cards in force at a moment, in the plan's order: the file's, with what sent returns set laid over."""
    query = """SELECT * FROM cards WHERE plan_id = ? AND (version = 1 OR recorded_at <= ?)
        ORDER BY indicator_id, version"""
    by_indicator: dict[str, list[Row]] = {}
    for row in rows(connection, query, [plan.id, moment]):
        by_indicator.setdefault(row["indicator_id"], []).append(row)
    return {c.indicator_id: fold_card(by_indicator[c.indicator_id]) for c in plan.cards}


def fold_card(versions: Sequence[Row]) -> Card:
    """One card from its versions. What the file itself sets wins over an earlier answer; the latest answer wins."""
    last = versions[-1]
    base = load(Card, str([v for v in versions if v["origin"] == "plan"][-1]["document"]))
    laid: dict[str, object] = {}
    for version in versions:
        if version["origin"] == "return":
            laid |= load_attributes(Card, str(version["document"]))
    laid = {k: v for k, v in laid.items() if getattr(base, k) is None}
    number = int(str(last["version"]))
    return replace(base, version=number, reason=str(last["reason"]) or base.reason, **laid)  # type: ignore[arg-type]


_BENCHMARK_TABLES = ("series", "series_values", "series_breaks")


def benchmark_hash(found: BenchmarkTables) -> str:
    """A hash of all published figures."""
    return digest("\n".join(t.to_csv(index=False) for t in (found.series, found.values, found.breaks)))


def newest_benchmark_hash(connection: Connection) -> str:
    """The hash of the batch stored last, empty where there is none."""
    found = value(connection, "SELECT hash FROM benchmark_batches ORDER BY batch DESC LIMIT 1")
    return str(found or "")


def store_benchmarks(connection: Connection, found: BenchmarkTables, at: datetime) -> None:
    """Append the published figures as a new batch, if they differ from the last one."""
    wanted = benchmark_hash(found)
    if wanted == newest_benchmark_hash(connection):
        return
    batch = 1 + int(value(connection, "SELECT count(*) FROM benchmark_batches"))
    append(connection, "benchmark_batches", [{"batch": batch, "hash": wanted, "recorded_at": at}])
    for table, frame in zip(_BENCHMARK_TABLES, (found.series, found.values, found.breaks), strict=True):
        known = _columns(connection, table)
        kept = frame[[c for c in frame.columns if c in known]]
        append(connection, table, kept.assign(batch=batch))


def read_benchmarks(connection: Connection, moment: datetime) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Series, values and breaks of the newest batch known at a moment."""
    query = "SELECT coalesce(max(batch), 0) FROM benchmark_batches WHERE batch = 1 OR recorded_at <= ?"
    batch = int(value(connection, query, [moment]))
    tables = [
        connection.execute(f"SELECT * EXCLUDE (batch) FROM {t} WHERE batch = ? ORDER BY rowid", [batch]).df()
        for t in _BENCHMARK_TABLES
    ]
    series, values, breaks = (_texts_filled(t) for t in tables)
    return series, values, breaks


def _columns(connection: Connection, table: str) -> set[str]:
    return {r["column_name"] for r in rows(connection, f"SELECT column_name FROM (DESCRIBE {table})")}


def _texts_filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts that are missing are empty texts, so that nobody prints nan."""
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.assign(**{c: frame[c].fillna("") for c in texts if not pd.api.types.is_bool_dtype(frame[c])})


def initialise(connection: Connection, plans: Iterable[Plan], benchmarks: BenchmarkTables | None, at: datetime) -> None:
    """Bring the store up to what the files say. Nothing is lost, and a second call does nothing."""
    for plan in plans:
        store_plan(connection, plan, at)
    if benchmarks is not None:
        store_benchmarks(connection, benchmarks, at)


def up_to_date(connection: Connection, plans: Iterable[Plan], benchmarks: BenchmarkTables | None) -> bool:
    """Whether :func:`initialise` would change nothing."""
    if any(plan_changes(connection, plan) for plan in plans):
        return False
    return benchmarks is None or benchmark_hash(benchmarks) == newest_benchmark_hash(connection)


def card_change(facts: Mapping[str, object]) -> str:
    """The facts of a card that a return set, as a document to lay over the file's card."""
    return dump({key: facts[key] for key in CARD_FACTS if key in facts})
