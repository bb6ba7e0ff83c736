"""Who may see what, and who is whom: 公表区分 of figures set, rules of membership made, sign-ins ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from kpi.collection.acts import Act
from kpi.collection.publication import PUBLICATION_WORDS, publication_word
from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Event, append_event, append_events
from loaders.store.file.database import Connection, Row, append, rows, take, value
from loaders.store.queries.access import PUBLISHED, Rule, memberships, revoked

# --- 公表区分 ---------------------------------------------------------------------------------------------------------


def set_publication(
    connection: Connection, act: Act, codes: Sequence[str], publication: str, released_at: datetime | None = None
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
        events.append(Event("set_publication", known[code]["plan_id"], code, act, payload, sample, seq))
    append(connection, "publications", made)
    append_events(connection, events)
    return ()


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


def set_membership(connection: Connection, act: Act, rule: Rule) -> Rule:
    """Make a rule, or set the one of its id anew; the rule as kept."""
    if not rule.rule_id:
        count = int(value(connection, "SELECT count(DISTINCT rule_id) FROM memberships"))
        rule = replace(rule, rule_id=f"M{count + 1:03d}")
    _append_rule(connection, act, rule, removed=False)
    return rule


def remove_membership(connection: Connection, act: Act, rule_id: str) -> None:
    """Take a rule out of force; KeyError where there is none."""
    found = {r.rule_id: r for r in memberships(connection)}
    _append_rule(connection, act, found[rule_id], removed=True)


def _append_rule(connection: Connection, act: Act, rule: Rule, *, removed: bool) -> None:
    before = next((r for r in memberships(connection) if r.rule_id == rule.rule_id), None)
    after = None if removed else rule
    row: Row = {
        "rule_id": rule.rule_id,
        "claim": rule.claim,
        "pattern": rule.pattern,
        "role": rule.role,
        "plan_id": rule.plan_id,
        "departments": json.dumps(list(rule.departments), ensure_ascii=False),
        "divisions": json.dumps(list(rule.divisions), ensure_ascii=False),
        "removed": removed,
        "done_at": act.at,
    }
    payload = {"before": _told(before), "after": _told(after)}
    event = Event("remove_membership" if removed else "set_membership", "", rule.rule_id, act, payload)
    append(connection, "memberships", [{**row, "seq": append_event(connection, event)}])


def _told(rule: Rule | None) -> dict[str, str]:
    if rule is None:
        return {}
    told = {
        "条件": f"{rule.claim} = {rule.pattern}",
        "計画": rule.plan_id,
        "権限": rule.role,
        "部局": "、".join(rule.departments),
    }
    return {k: v for k, v in (told | {"課": "、".join(rule.divisions)}).items() if v}


# --- sign-ins that were ended -----------------------------------------------------------------------------------------


def revoke(connection: Connection, act: Act, session_id: str) -> None:
    """End a sign-in: no copy of its cookie is accepted any more. The log does not tell the id, which is a secret."""
    if session_id in revoked(connection):
        return
    append(connection, "revocations", [{"session_id": session_id, "done_at": act.at}])
    mark = sha256(session_id.encode()).hexdigest()[:12]
    append_event(connection, Event("revoke", "", mark, act))
