"""Following a figure to its cell, checking the store against itself, taking the samples out, copying it."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Plan
from loaders.store.database import Connection, Database, rows, value
from loaders.store.plans import plan_ids, read_plan
from loaders.store.records import Earlier, Passport

NOW = datetime(9999, 12, 31)

_TRACE = """
WITH current AS (SELECT observation_id FROM observations_at($plan, $moment))
SELECT o.*, s.filename, s.saved_by, s.saved_at, coalesce(d.who, '') AS sent_by,
    o.observation_id NOT IN (SELECT observation_id FROM current) AS superseded,
    coalesce((SELECT arg_max(m.reason, m.seq) FROM mends m WHERE m.submission_id = o.submission_id
        AND m.indicator_id = o.indicator_id AND m.key = o.key AND m.seq < o.seq), '') AS mended,
    EXISTS (SELECT 1 FROM decisions c WHERE c.kind = 'confirm' AND c.subject = o.code) AS confirmed
FROM observations o JOIN submissions s USING (submission_id)
LEFT JOIN decisions d ON d.seq = o.seq
WHERE o.plan_id = $plan AND o.indicator_id = $indicator AND o.known_at <= $moment
ORDER BY o.position DESC, o.observation_id DESC
"""


def trace(connection: Connection, query: str) -> tuple[Passport, ...]:
    """The passports of a short number, or of all current values of an indicator (by id or number), newest first."""
    wanted = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", query).upper())
    by_code = "SELECT plan_id, indicator_id, code FROM observations WHERE replace(code, '-', '') = ?"
    for row in rows(connection, by_code, [wanted]):
        found = _passports(connection, read_plan(connection, row["plan_id"], NOW), row["indicator_id"])
        return tuple(p for p in found if p.code == row["code"])
    for plan_id in plan_ids(connection):
        plan = read_plan(connection, plan_id, NOW)
        for indicator in plan.indicators:
            if query.strip() in (indicator.id, indicator.number, indicator.name):
                return tuple(p for p in _passports(connection, plan, indicator.id) if not p.superseded)
    return ()


def _passports(connection: Connection, plan: Plan, indicator_id: str) -> tuple[Passport, ...]:
    found = rows(connection, _TRACE, {"plan": plan.id, "indicator": indicator_id, "moment": NOW})
    return tuple(_passport(plan, row, found) for row in found)


def _passport(plan: Plan, row: Mapping[str, Any], others: list[dict[str, Any]]) -> Passport:
    indicator = plan.indicator(row["indicator_id"])
    rounds = {r.id: r.name for r in plan.rounds}
    departments = {d.id: d.name(row["known_at"].date()) for d in plan.departments}
    same = [o for o in others if o["period"] == row["period"] and o["observation_id"] != row["observation_id"]]
    known = {f.name for f in fields(Passport)} & row.keys() - {"period"}
    return Passport(
        **{k: row[k] for k in known},
        number=indicator.number,
        name=indicator.name,
        unit=indicator.unit,
        period=Period.parse(row["period"]),
        round_name=rounds.get(row["round_id"], row["round_id"]),
        department=departments.get(row["department_id"], row["department_id"]),
        review="confirmed" if row["confirmed"] else "unconfirmed",
        earlier=tuple(_earlier(o) for o in same),
    )


def _earlier(row: Mapping[str, Any]) -> Earlier:
    return Earlier(**{f.name: row[f.name] for f in fields(Earlier)})


def remove_samples(connection: Connection) -> dict[str, int]:
    """Delete every sample and nothing else; how many rows went, by table."""
    mine = "submission_id IN (SELECT submission_id FROM submissions WHERE sample)"
    counts = {t: _delete(connection, t, mine) for t in ("entries", "issues", "mends")}
    counts |= {t: _delete(connection, t, "sample") for t in ("observations", "cards", "decisions", "submissions")}
    unused = "sample AND sha256 NOT IN (SELECT sha256 FROM submissions)"
    return counts | {"workbooks": _delete(connection, "workbooks", unused)}


def _delete(connection: Connection, table: str, condition: str) -> int:
    count = int(value(connection, f"SELECT count(*) FROM {table} WHERE {condition}"))
    if count:
        connection.execute(f"DELETE FROM {table} WHERE {condition}")
    return count


#: What must find nothing: code, what it means, and a query that gives (subject, sheet, cell, indicator).
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    (
        "verify.workbook_missing",
        "回答の元になったファイルが保存されていません。",
        "SELECT submission_id, '', '', '' FROM submissions WHERE sha256 NOT IN (SELECT sha256 FROM workbooks)",
    ),
    (
        "verify.entry_orphan",
        "回答のないセルの記録があります。",
        "SELECT DISTINCT submission_id, '', '', '' FROM entries WHERE submission_id NOT IN (FROM submission_ids)",
    ),
    (
        "verify.issue_orphan",
        "回答のない確認事項の記録があります。",
        "SELECT DISTINCT submission_id, '', '', '' FROM issues WHERE submission_id NOT IN (FROM submission_ids)",
    ),
    (
        "verify.mend_orphan",
        "回答のない修正の記録があります。",
        "SELECT DISTINCT submission_id, '', '', '' FROM mends WHERE submission_id NOT IN (FROM submission_ids)",
    ),
    (
        "verify.card_orphan",
        "判定条件の元になった回答がありません。",
        """SELECT submission_id, '', '', indicator_id FROM cards
        WHERE origin = 'return' AND submission_id NOT IN (FROM submission_ids)""",
    ),
    (
        "verify.observation_orphan",
        "値の元になった回答がありません。",
        """SELECT o.code, o.sheet, o.cell, o.indicator_id FROM observations o
        LEFT JOIN submissions s ON s.submission_id = o.submission_id AND s.sha256 = o.sha256
        WHERE s.submission_id IS NULL""",
    ),
    (
        "verify.observation_unsent",
        "送られていない回答の値があります。",
        """SELECT code, sheet, cell, indicator_id FROM observations
        WHERE seq NOT IN (SELECT seq FROM decisions WHERE kind = 'send')""",
    ),
    (
        "verify.decision_orphan",
        "対象のない決定の記録があります。",
        """SELECT subject, '', '', '' FROM decisions
        WHERE (kind IN ('send', 'discard') AND subject NOT IN (FROM submission_ids))
            OR (subject = '' AND plan_id NOT IN (SELECT plan_id FROM plans))""",
    ),
    (
        "verify.observation_without_cell",
        "シートとセルの分からない値があります。",
        "SELECT code, sheet, cell, indicator_id FROM observations WHERE origin = 'cell' AND (sheet = '' OR cell = '')",
    ),
    (
        "verify.observation_differs",
        "値が、元になったセル(または画面での修正)の内容と一致しません。",
        """SELECT o.code, o.sheet, o.cell, o.indicator_id FROM observations o
        LEFT JOIN entries e ON e.submission_id = o.submission_id AND e.indicator_id = o.indicator_id AND e.key = o.key
        LEFT JOIN (SELECT submission_id, indicator_id, key, max(seq) AS seq, arg_max(struct_pack(n := number), seq).n
            AS number, arg_max(struct_pack(t := text), seq).t AS text
            FROM mends GROUP BY submission_id, indicator_id, key) m
            ON m.submission_id = o.submission_id AND m.indicator_id = o.indicator_id AND m.key = o.key
        WHERE CASE WHEN o.origin = 'mend'
            THEN o.value IS DISTINCT FROM m.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM m.text)
            ELSE o.value IS DISTINCT FROM e.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM e.text)
                OR o.written IS DISTINCT FROM e.written OR o.sheet <> e.sheet OR o.cell <> e.cell END""",
    ),
)


def verify(connection: Connection) -> tuple[Issue, ...]:
    """Whatever in the store contradicts itself; empty when it is sound."""
    found: list[Issue] = []
    for code, message, query in _REFERENCES:
        text = query.replace("FROM submission_ids", "SELECT submission_id FROM submissions")
        for subject, sheet, cell, indicator in connection.execute(text).fetchall():
            found.append(_fault(code, f"{message}({subject})", sheet, cell, indicator))
    return (*found, *_plan_faults(connection), *_hash_faults(connection))


def _fault(code: str, message: str, sheet: str = "", cell: str = "", indicator: str = "") -> Issue:
    advice = "データファイルが壊れているおそれがあります。バックアップから戻すか、rebuild で作り直してください。"
    return Issue(code, Severity.FIX, message, advice, sheet=sheet, cell=cell, indicator_id=indicator)


def _hash_faults(connection: Connection) -> list[Issue]:
    """One workbook in memory at a time."""
    found = []
    for stored, name in connection.execute("SELECT sha256, filename FROM workbooks").fetchall():
        data = value(connection, "SELECT data FROM workbooks WHERE sha256 = ?", [stored])
        if sha256(data).hexdigest() != stored:
            found.append(_fault("verify.workbook_hash", f"保存したファイル「{name}」の内容が変わっています。"))
    return found


def _plan_faults(connection: Connection) -> list[Issue]:
    """Returns and values of a plan, round, department or indicator that nobody knows."""
    known = """SELECT plan_id, 'round' AS kind, round_id AS id FROM rounds
        UNION SELECT plan_id, 'department', department_id FROM departments
        UNION SELECT plan_id, 'indicator', indicator_id FROM cards"""
    used = """SELECT plan_id, 'round' AS kind, round_id AS id FROM submissions
        UNION SELECT plan_id, 'department', department_id FROM submissions
        UNION SELECT plan_id, 'indicator', indicator_id FROM observations"""
    lost = connection.execute(f"SELECT plan_id, kind, id FROM ({used}) EXCEPT SELECT plan_id, kind, id FROM ({known})")
    words = {"round": "照会", "department": "部局", "indicator": "指標"}
    return [
        _fault("verify.plan_unknown", f"計画にない{words[kind]}の記録があります。({plan}/{lost_id})")
        for plan, kind, lost_id in lost.fetchall()
    ]


def backup(database: Database, dest: Path) -> tuple[Issue, ...]:
    """Copy the store while others read it, check the copy, and only then put it in its place."""
    if dest.resolve() == database.path.resolve():
        same = "控えの保存先が、元のデータファイルと同じです。"
        return (Issue("backup.same", Severity.FIX, same, "別の名前か別のフォルダーを指定してください。"),)
    dest.parent.mkdir(parents=True, exist_ok=True)
    part = Path(f"{dest}.part")
    try:
        with database.held():
            for suffix in ("", ".wal"):
                source, target = Path(f"{database.path}{suffix}"), Path(f"{part}{suffix}")
                target.unlink(missing_ok=True)
                if source.exists():
                    shutil.copyfile(source, target)
        copy = Database(part, 5.0)
        with copy.write() as connection:  # what still stood in the log goes into the file
            found = verify(connection)
        if not found:
            with part.open("rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(part, dest)
        return found
    finally:
        for suffix in ("", ".wal", ".lock", ".lock.gate"):
            with suppress(FileNotFoundError):
                os.unlink(f"{part}{suffix}")
