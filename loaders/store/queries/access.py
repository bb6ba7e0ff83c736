"""Who may see what, and who is whom, as it stands: 公表区分, rules of membership, sign-ins that were ended."""

from __future__ import annotations

import json
from dataclasses import dataclass

from loaders.store.file.database import Connection, rows

#: The 公表区分 of each short number, by the newest decision about the figure: a value that was sent again unchanged has
#: several numbers, and what is decided of one must not be seen under another.
PUBLISHED = """
SELECT o.code, p.publication, p.released_at, p.seq, p.sample
FROM publications p JOIN observations decided ON decided.code = p.code
JOIN observations o ON (o.plan_id, o.indicator_id, o.period, o.state, o.sample)
        = (decided.plan_id, decided.indicator_id, decided.period, decided.state, decided.sample)
    AND o.value IS NOT DISTINCT FROM decided.value
QUALIFY row_number() OVER (PARTITION BY o.code ORDER BY p.seq DESC) = 1
"""


@dataclass(frozen=True)
class Rule:
    """Whoever's ``claim`` (mail, name, group) fits ``pattern`` has the role in a plan, for these departments and 課.

    ``rule_id`` is empty for a new rule, ``plan_id`` for a role that is the same in every plan.
    """

    rule_id: str
    claim: str
    pattern: str
    role: str
    departments: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    plan_id: str = ""


def memberships(connection: Connection) -> tuple[Rule, ...]:
    """The rules in force, in the order they were made first."""
    query = """SELECT * FROM memberships
        QUALIFY seq = max(seq) OVER (PARTITION BY rule_id) ORDER BY min(seq) OVER (PARTITION BY rule_id)"""
    return tuple(
        Rule(
            r["rule_id"], r["claim"], r["pattern"], r["role"],
            tuple(json.loads(r["departments"])), tuple(json.loads(r["divisions"])), r["plan_id"],
        )
        for r in rows(connection, query)
        if not r["removed"]
    )  # fmt: skip


def revoked(connection: Connection) -> frozenset[str]:
    """All sign-ins that were ended."""
    return frozenset(r["session_id"] for r in rows(connection, "SELECT session_id FROM revocations"))
