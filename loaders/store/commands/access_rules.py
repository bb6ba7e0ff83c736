"""Who may see what, and who is whom: 公表区分 of figures, rules of membership, sign-ins that were ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Event, append_event, append_events
from loaders.store.file.database import Connection, Row, append, rows, take, value

PUBLICATION_WORDS = {"public": "公表可", "embargoed": "公表待ち", "internal": "庁内限り"}


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
    """Whoever's ``claim`` (mail, name, group) fits ``pattern`` has the role, for these departments and 課.

    ``rule_id`` is empty for a new rule.
    """

    rule_id: str
    claim: str
    pattern: str
    role: str
    departments: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    """By whom, in which role, when and why something is done.

    ``person`` is what stays of a person whose name changes, where it matters that two acts are not one person's.
    """

    by: str
    at: datetime
    role: str = ""
    reason: str = ""
    person: str = ""


# --- 公表区分 ---------------------------------------------------------------------------------------------------------


def set_publication(
    connection: Connection, codes: Sequence[str], publication: str, released_at: datetime | None, act: Act
) -> tuple[Issue, ...]:
    """Set the 公表区分 of figures by their short numbers, all or nothing; what forbids it."""
    wanted = list(dict.fromkeys(codes))
    known = {
        r["code"]: r for r in rows(connection, "SELECT * FROM observations WHERE code IN (SELECT unnest(?))", [wanted])
    }
    if refused := _no_publication(publication, released_at, [c for c in wanted if c not in known]):
        return refused
    released = released_at if publication == "embargoed" else None
    before, after = _newest(connection, wanted), publication_word(publication, released)
    numbers = take(connection, "event_seq", len(wanted))
    made: list[Row] = []
    events: list[Event] = []
    for seq, code in zip(numbers, wanted, strict=True):
        sample = bool(known[code]["sample"])
        row = {"seq": seq, "code": code, "publication": publication, "released_at": released, "done_at": act.at,
               "sample": sample}  # fmt: skip
        made.append(row)
        payload = {"before": before.get(code, ""), "after": after, "publication": publication, "released_at": released}
        own = Event("publication", known[code]["plan_id"], code, act.by, act.at, act.reason, payload)
        events.append(replace(own, sample=sample, role=act.role, seq=seq))
    append(connection, "publications", made)
    append_events(connection, events)
    return ()


def publication_word(publication: str, released_at: datetime | None) -> str:
    """公表可, 庁内限り, or 公表待ち with the hour of the release."""
    word = PUBLICATION_WORDS[publication]
    return f"{word}({released_at:%Y-%m-%d %H:%M})" if released_at else word


def _no_publication(publication: str, released_at: datetime | None, unknown: Sequence[str]) -> tuple[Issue, ...]:
    code, message, advice = "", "", ""
    if publication not in PUBLICATION_WORDS:
        code, message = "publication.unknown", f"公表区分「{publication}」はありません。"
        advice = f"{'、'.join(PUBLICATION_WORDS.values())}のどれかを選んでください。"
    elif publication == "embargoed" and released_at is None:
        code, message = "publication.no_hour", "公表待ちにする値の、公表日時がありません。"
        advice = "公表する日と時刻を入れてください。"
    elif unknown:
        code, message = "publication.no_figure", f"番号の値がありません。({'、'.join(unknown)})"
        advice = "値の番号を確かめてください。"
    return (Issue(code, Severity.FIX, message, advice),) if code else ()


def _newest(connection: Connection, codes: Sequence[str]) -> dict[str, str]:
    """What stands now, in words."""
    query = f"SELECT code, publication, released_at FROM ({PUBLISHED}) WHERE code IN (SELECT unnest(?))"
    return {r["code"]: publication_word(r["publication"], r["released_at"]) for r in rows(connection, query, [codes])}


# --- membership -------------------------------------------------------------------------------------------------------


def memberships(connection: Connection) -> tuple[Rule, ...]:
    """The rules in force, in the order they were made first."""
    query = """SELECT * FROM memberships
        QUALIFY seq = max(seq) OVER (PARTITION BY rule_id) ORDER BY min(seq) OVER (PARTITION BY rule_id)"""
    return tuple(
        Rule(
            r["rule_id"], r["claim"], r["pattern"], r["role"],
            tuple(json.loads(r["departments"])), tuple(json.loads(r["divisions"])),
        )
        for r in rows(connection, query)
        if not r["removed"]
    )  # fmt: skip


def set_membership(connection: Connection, rule: Rule, act: Act) -> Rule:
    """Make a rule, or set the one of its id anew; the rule as kept."""
    if not rule.rule_id:
        count = int(value(connection, "SELECT count(DISTINCT rule_id) FROM memberships"))
        rule = replace(rule, rule_id=f"M{count + 1:03d}")
    _append_rule(connection, rule, act, removed=False)
    return rule


def remove_membership(connection: Connection, rule_id: str, act: Act) -> None:
    """Take a rule out of force; KeyError where there is none."""
    found = {r.rule_id: r for r in memberships(connection)}
    _append_rule(connection, found[rule_id], act, removed=True)


def _append_rule(connection: Connection, rule: Rule, act: Act, *, removed: bool) -> None:
    before = next((r for r in memberships(connection) if r.rule_id == rule.rule_id), None)
    after = None if removed else rule
    row: Row = {
        "rule_id": rule.rule_id,
        "claim": rule.claim,
        "pattern": rule.pattern,
        "role": rule.role,
        "departments": json.dumps(list(rule.departments), ensure_ascii=False),
        "divisions": json.dumps(list(rule.divisions), ensure_ascii=False),
        "removed": removed,
        "done_at": act.at,
    }
    payload = {"before": _told(before), "after": _told(after)}
    event = Event("membership", "", rule.rule_id, act.by, act.at, act.reason, payload, role=act.role)
    append(connection, "memberships", [{**row, "seq": append_event(connection, event)}])


def _told(rule: Rule | None) -> dict[str, str]:
    if rule is None:
        return {}
    told = {"条件": f"{rule.claim} = {rule.pattern}", "権限": rule.role, "部局": "、".join(rule.departments)}
    return {k: v for k, v in (told | {"課": "、".join(rule.divisions)}).items() if v}


# --- sign-ins that were ended -----------------------------------------------------------------------------------------


def revoke(connection: Connection, session_id: str, act: Act) -> None:
    """End a sign-in: no copy of its cookie is accepted any more. The log does not tell the id, which is a secret."""
    if session_id in revoked(connection):
        return
    append(connection, "revocations", [{"session_id": session_id, "done_at": act.at}])
    mark = sha256(session_id.encode()).hexdigest()[:12]
    append_event(connection, Event("revoke", "", mark, act.by, act.at, act.reason, role=act.role))


def revoked(connection: Connection) -> frozenset[str]:
    """All sign-ins that were ended."""
    return frozenset(r["session_id"] for r in rows(connection, "SELECT session_id FROM revocations"))
