"""Checking the store against itself: what refers to nothing, what has changed, and whether the log is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from kpi.issue import Issue, Severity
from loaders.store.database import Connection, Row, rows, value
from loaders.store.log import (
    breaks,
    cards_digest,
    entries_digest,
    memberships_digest,
    mends_digest,
    observations_digest,
    proposals_digest,
    publications_digest,
    questions_digest,
)

#: What must find nothing: code, what it means, and a query that gives (subject, sheet, cell, indicator).
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    (
        "verify.workbook_missing",
        "回答の元になったファイルが保存されていません。",
        """SELECT submission_id, '', '', '' FROM submissions
        WHERE joined_from = '[]' AND sha256 NOT IN (SELECT sha256 FROM workbooks)""",
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
        JOIN submissions s USING (submission_id)
        WHERE o.sha256 <> s.sha256 AND o.sha256 NOT IN (
            SELECT f.sha256 FROM entries e JOIN submissions f ON f.submission_id = e.source_id
            WHERE e.submission_id = o.submission_id AND e.indicator_id = o.indicator_id)
        UNION ALL SELECT code, sheet, cell, indicator_id FROM observations
            WHERE submission_id NOT IN (FROM submission_ids)""",
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
        WHERE (kind IN ('save', 'mend', 'send', 'discard', 'pass_on', 'join', 'revise', 'confirm', 'ask_back',
                        'withdraw', 'unconfirm')
                AND subject NOT IN (FROM submission_ids))
            OR (plan_id <> '' AND plan_id NOT IN (SELECT plan_id FROM plans))""",
    ),
    (
        "verify.unlogged",
        "操作の記録にない行があります。",
        """SELECT submission_id, '', '', '' FROM submissions WHERE seq NOT IN (FROM logged('save', 'join', 'revise'))
        UNION ALL SELECT submission_id, '', '', indicator_id FROM mends WHERE batch NOT IN (FROM logged('mend'))
        UNION ALL SELECT submission_id, '', '', indicator_id FROM confirmations
            WHERE seq NOT IN (FROM logged('confirm'))
        UNION ALL SELECT f.submission_id, '', '', f.indicator_id FROM confirmations f JOIN decisions d USING (seq)
            WHERE d.subject <> f.submission_id
                AND f.submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'send')
        UNION ALL SELECT p.code, '', '', '' FROM publications p JOIN decisions d USING (seq)
            WHERE d.subject <> p.code AND p.code NOT IN (SELECT code FROM observations)
        UNION ALL SELECT question_id, '', '', indicator_id FROM questions WHERE seq NOT IN (FROM logged('ask_back'))
        UNION ALL SELECT proposal_id, '', '', indicator_id FROM proposals
            WHERE seq NOT IN (FROM logged('propose_card', 'send'))
        UNION ALL SELECT code, '', '', '' FROM publications WHERE seq NOT IN (FROM logged('publication'))
        UNION ALL SELECT rule_id, '', '', '' FROM memberships WHERE seq NOT IN (FROM logged('membership'))""",
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
        WHERE CASE WHEN o.origin = 'mend' AND m.seq IS NOT NULL
            THEN o.value IS DISTINCT FROM m.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM m.text)
            ELSE o.value IS DISTINCT FROM e.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM e.text)
                OR (o.origin = 'cell' AND (o.written IS DISTINCT FROM e.written OR o.sheet <> e.sheet
                    OR o.cell <> e.cell)) END""",
    ),
)


def verify(connection: Connection) -> tuple[Issue, ...]:
    """Whatever in the store contradicts itself; empty when it is sound."""
    found: list[Issue] = []
    for code, message, query in _REFERENCES:
        text = query.replace("FROM submission_ids", "SELECT submission_id FROM submissions")
        text = re.sub(r"FROM logged(\([^)]*\))", r"SELECT seq FROM decisions WHERE kind IN \1", text)
        for subject, sheet, cell, indicator in connection.execute(text).fetchall():
            found.append(_fault(code, f"{message}({subject})", sheet, cell, indicator))
    return (*found, *_plan_faults(connection), *_hash_faults(connection), *_log_faults(connection))


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


def _log_faults(connection: Connection) -> Iterator[Issue]:
    for seq, kind in breaks(connection):
        if seq:
            yield _fault("verify.log_broken", f"操作の記録がつながりません({seq}番・{kind})。")
        else:
            which = "サンプルの操作" if kind else "操作"
            yield _fault("verify.log_end", f"{which}の記録の終わりが、控えてある件数または照合値と一致しません。")
    carried, inherited = _grouped(connection, _CARRIED), _grouped(connection, _INHERITED)
    for event in rows(connection, f"SELECT * FROM decisions WHERE kind IN {_TOLD} ORDER BY seq"):
        payload = json.loads(event["payload"])
        if event["kind"] == "send":
            # A return that took over nothing says nothing of it: a row that was put in later shows all the same.
            payload = {"carried": {}, "inherited": {}} | payload
            now = {"carried": carried.get(event["seq"], {}), "inherited": inherited.get(event["seq"], {})}
        else:
            now = {}
        for key, (code, message) in _CONTENT.items():
            if key in payload and payload[key] != (now[key] if key in now else _found(connection, event, key)):
                yield _fault(code, f"{message}({event['subject']})")


#: The acts that tell what they wrote.
_TOLD = (
    "save",
    "join",
    "revise",
    "mend",
    "send",
    "confirm",
    "card_decide",
    "ask_back",
    "propose_card",
    "publication",
    "membership",
)

#: What an event's payload tells of the rows it brought, and what it means where they are others now.
_CONTENT: Mapping[str, tuple[str, str]] = {
    "entries": ("verify.entries_changed", "取り込んだ後に、セルの記録が変わっています。"),
    "mends": ("verify.mends_changed", "画面で直した後に、修正の記録が変わっています。"),
    "observations": ("verify.observations_changed", "回答の後に、値の記録が変わっています。"),
    "cards": ("verify.cards_changed", "決定の後に、判定条件の記録が変わっています。"),
    "indicators": ("verify.confirmations_changed", "確認済にした後に、確認の記録が変わっています。"),
    "carried": ("verify.confirmations_changed", "引き継いだ確認の記録が変わっています。"),
    "inherited": ("verify.publications_changed", "引き継いだ公表区分の記録が変わっています。"),
    "asked": ("verify.questions_changed", "修正依頼の後に、質問の記録が変わっています。"),
    "proposal": ("verify.proposals_changed", "提案の後に、提案の記録が変わっています。"),
    "published": ("verify.publications_changed", "公表区分を決めた後に、その記録が変わっています。"),
    "rule": ("verify.memberships_changed", "利用者の権限を決めた後に、その記録が変わっています。"),
}

#: By the act of sending: the confirmations that a return took over, with the numbers of the acts that confirmed first.
_CARRIED = """
SELECT s.seq AS sent, f.indicator_id AS name, CASE WHEN f.done_at = s.done_at THEN f.seq ELSE 0 END AS seq
FROM decisions s JOIN confirmations f ON f.submission_id = s.subject JOIN decisions d ON d.seq = f.seq
WHERE s.kind = 'send' AND d.subject <> f.submission_id
"""
#: The same for the 公表区分 of its figures; one that is not what was decided then has no number.
_INHERITED = """
SELECT s.seq AS sent, p.code AS name, CASE WHEN p.publication = own.publication
    AND p.released_at IS NOT DISTINCT FROM own.released_at AND p.done_at = s.done_at THEN p.seq ELSE 0 END AS seq
FROM decisions s JOIN observations o ON o.seq = s.seq
JOIN publications p ON p.code = o.code JOIN decisions d ON d.seq = p.seq
LEFT JOIN publications own ON own.seq = d.seq AND own.code = d.subject
WHERE s.kind = 'send' AND d.subject <> p.code
"""


def _grouped(connection: Connection, query: str) -> dict[int, dict[str, int]]:
    """By the number of a sending what it took over; what stands there twice has no number."""
    found: dict[int, dict[str, int]] = {}
    for r in rows(connection, query):
        own = found.setdefault(r["sent"], {})
        own[r["name"]] = 0 if r["name"] in own else r["seq"]
    return found


#: Where the rows of an event stand that are compared by a hash.
_ROWS: Mapping[str, tuple[str, Callable[[Iterable[Row]], str]]] = {
    "entries": ("SELECT * FROM entries WHERE submission_id = $subject", entries_digest),
    "mends": ("SELECT * FROM mends WHERE batch = $seq", mends_digest),
    "observations": ("SELECT * FROM observations WHERE seq = $seq", observations_digest),
    "asked": ("SELECT * FROM questions WHERE seq = $seq", questions_digest),
    "proposal": ("SELECT * FROM proposals WHERE seq = $seq", proposals_digest),
    "published": ("SELECT * FROM publications WHERE seq = $seq AND code = $subject", publications_digest),
    "rule": ("SELECT * FROM memberships WHERE seq = $seq", memberships_digest),
}


def _found(connection: Connection, event: Mapping[str, Any], key: str) -> object:
    """What the rows of an event say now, in the form its payload has it."""
    if key == "cards":
        return cards_digest(_cards_of(connection, event))
    if key in _ROWS:
        query, digest = _ROWS[key]
        named = {name: event[name] for name in ("seq", "subject") if f"${name}" in query}
        return digest(rows(connection, query, named))
    query = """SELECT indicator_id FROM confirmations
        WHERE seq = $seq AND submission_id = $subject AND done_at = $done_at ORDER BY rowid"""
    found = rows(connection, query, {name: event[name] for name in ("seq", "subject", "done_at")})
    return [r["indicator_id"] for r in found]


def _cards_of(connection: Connection, event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The versions of cards an event appended: a sent return's of version 1, or a decision's about a proposal."""
    if event["kind"] == "send":
        query = "SELECT * FROM cards WHERE origin = 'return' AND submission_id = ?"
        return rows(connection, query, [event["subject"]])
    query = """SELECT c.* FROM cards c JOIN proposals p USING (plan_id, indicator_id)
        WHERE c.origin = 'decision' AND p.proposal_id = ? AND c.version IN (SELECT unnest(?))"""
    return rows(connection, query, [event["subject"], json.loads(event["payload"])["versions"]])
