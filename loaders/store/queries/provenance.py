"""Following a figure to its cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from kpi.period import Period
from kpi.plan import Plan
from kpi.provenance.list_origin import round_word
from kpi.provenance.passport import Earlier, Passport
from loaders.store.file.database import Connection, rows
from loaders.store.queries.access import PUBLISHED
from loaders.store.queries.plan_states import NOW, read_plan, read_plan_ids
from loaders.store.queries.standing_questions import taking_back
from loaders.store.queries.stored_returns import reason_before, said_before

_TRACE = f"""
WITH current AS (SELECT observation_id FROM observations_at($plan, $moment))
SELECT o.*, coalesce(own.filename, nullif(s.filename, ''), w.filename, '') AS filename,
    coalesce(own.saved_by, s.saved_by) AS saved_by, coalesce(own.saved_at, s.saved_at) AS saved_at,
    coalesce(d.who, '') AS sent_by,
    o.observation_id NOT IN (SELECT observation_id FROM current) AS superseded,
    coalesce((SELECT arg_max(m.reason, m.seq) FROM mends m WHERE m.submission_id = o.submission_id
        AND m.subject_id = o.indicator_id AND m.key = o.key AND m.seq < o.seq), '') AS mended,
    s.joined_from, coalesce(e.source_id, '') AS source_id,
    c.done_at AS confirmed_at, coalesce(c.who, '') AS confirmed_by, s.on_behalf,
    try_cast(json_extract_string(d.payload, '$.settled_on') AS DATE) AS settled_on,
    coalesce(p.publication, $default) AS publication, p.released_at
FROM observations o JOIN submissions s USING (submission_id)
LEFT JOIN entries e ON e.submission_id = o.submission_id AND e.subject_id = o.indicator_id AND e.key = o.key
LEFT JOIN submissions own ON own.submission_id = e.source_id -- the 課's own return that a joined one took the cell from
LEFT JOIN workbooks w ON w.sha256 = o.sha256
LEFT JOIN decisions d ON d.seq = o.seq
LEFT JOIN ({PUBLISHED}) p ON p.code = o.code
LEFT JOIN (
    -- When and by whom it was confirmed first: a confirmation taken over names the act of then.
    SELECT f.submission_id, f.subject_id, min(d.done_at) AS done_at, arg_min(who, f.seq) AS who
    FROM confirmations f JOIN decisions d USING (seq)
    WHERE NOT EXISTS ( -- what was done since can take a confirmation back
        SELECT 1 FROM {taking_back("$moment")} q
        WHERE q.submission_id = f.submission_id AND q.subject_id = f.subject_id AND q.seq > f.seq)
    GROUP BY ALL) c
    ON c.submission_id = o.submission_id AND c.subject_id = o.indicator_id
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
    for plan_id in read_plan_ids(connection):
        plan = read_plan(connection, plan_id, NOW)
        for indicator in plan.indicators:
            if query.strip() in (indicator.id, indicator.number, indicator.name):
                return tuple(p for p in _passports(connection, plan, indicator.id) if not p.superseded)
    return ()


def _passports(connection: Connection, plan: Plan, indicator_id: str) -> tuple[Passport, ...]:
    found = rows(connection, _TRACE, {"plan": plan.id, "indicator": indicator_id, "moment": NOW,
                                     "default": plan.publication})  # fmt: skip
    for row in found:
        if row["source_id"] and not row["mended"]:
            # The reason was given where the cell comes from: in a 課's return, or in the one said anew.
            said = said_before(connection, row["joined_from"])
            row["mended"] = reason_before(said, row["source_id"], row["indicator_id"], row["key"])
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
        round_name=round_word(rounds, row["round_id"]),
        department=departments.get(row["department_id"], row["department_id"]),
        review="confirmed" if row["confirmed_at"] else "unconfirmed",
        earlier=tuple(_earlier(o) for o in same),
    )


def _earlier(row: Mapping[str, Any]) -> Earlier:
    return Earlier(**{f.name: row[f.name] for f in fields(Earlier)})
