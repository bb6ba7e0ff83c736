"""Checking the store against itself: what refers to nothing, what has changed, and whether the log is whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

import duckdb

from kpi.collection.acts import acts
from kpi.issue import Issue, Severity
from loaders.store.audit.audit_log import Head, breaks
from loaders.store.audit.seal_faults import TABLE_WORDS, Chain, Fault, chain_faults, knows, read_chain, row_faults
from loaders.store.audit.seals import TABLES, read_mark
from loaders.store.file.database import Connection, value
from loaders.store.file.schema import number_faults, shape_faults

#: What must find nothing: code, what it means, and a query that gives (subject, sheet, cell, indicator).
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    (
        "verify.workbook_missing",
        "回答の元になったファイルが保存されていません。",
        """SELECT submission_id, '', '', '' FROM submissions
        WHERE joined_from = '[]' AND sha256 NOT IN (SELECT sha256 FROM workbooks)""",
    ),
    (
        "verify.report_missing",
        "報告書の版、計画の開始・改定、一覧の取込みのどれかのファイルが保存されていません。",
        """SELECT subject, f->>'name', '', '' FROM (
            SELECT subject, unnest(from_json(payload->'files', '["JSON"]')) AS f
            FROM decisions WHERE kind IN ('make_report', 'begin_plan', 'revise_plan', 'take_list', 'keep_reading'))
        WHERE f->>'sha256' NOT IN (SELECT sha256 FROM workbooks)""",
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
        "verify.observation_orphan",
        "値の元になった回答がありません。",
        """SELECT o.code, o.sheet, o.cell, o.indicator_id FROM observations o
        JOIN submissions s USING (submission_id)
        WHERE o.sha256 <> s.sha256 AND o.sha256 NOT IN (
            SELECT f.sha256 FROM entries e JOIN submissions f ON f.submission_id = e.source_id
            WHERE e.submission_id = o.submission_id AND e.subject_id = o.indicator_id)
        UNION ALL SELECT code, sheet, cell, indicator_id FROM observations
            WHERE submission_id NOT IN (FROM submission_ids)""",
    ),
    (
        "verify.observation_unsent",
        "送られていない回答の値があります。",
        """SELECT code, sheet, cell, indicator_id FROM observations
        WHERE seq NOT IN (FROM logged(observations))""",
    ),
    (
        "verify.decision_orphan",
        "対象のない決定の記録があります。",
        """SELECT subject, '', '', '' FROM decisions
        WHERE (kind IN acts_about_returns AND subject NOT IN (FROM submission_ids))
            OR (plan_id <> '' AND plan_id NOT IN (SELECT plan_id FROM plans))""",
    ),
    (
        "verify.unlogged",
        "操作の記録にない行があります。",
        """SELECT submission_id, '', '', '' FROM submissions WHERE seq NOT IN (FROM logged(submissions))
        UNION ALL SELECT submission_id, '', '', subject_id FROM mends WHERE batch NOT IN (FROM logged(mends))
        UNION ALL SELECT submission_id, '', '', subject_id FROM confirmations
            WHERE seq NOT IN (FROM logged(confirmations))
        UNION ALL SELECT f.submission_id, '', '', f.subject_id FROM confirmations f JOIN decisions d USING (seq)
            WHERE d.subject <> f.submission_id
                AND f.submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'send')
        UNION ALL SELECT p.code, '', '', '' FROM publications p JOIN decisions d USING (seq)
            WHERE d.subject <> p.code AND p.code NOT IN (SELECT code FROM observations)
        UNION ALL SELECT question_id, '', '', subject_id FROM questions WHERE seq NOT IN (FROM logged(questions))
        UNION ALL SELECT proposal_id, '', '', indicator_id FROM proposals
            WHERE seq NOT IN (FROM logged(proposals))
        UNION ALL SELECT code, '', '', '' FROM publications WHERE seq NOT IN (FROM logged(publications))
        UNION ALL SELECT rule_id, '', '', '' FROM memberships WHERE seq NOT IN (FROM logged(memberships))""",
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
        LEFT JOIN entries e ON e.submission_id = o.submission_id AND e.subject_id = o.indicator_id AND e.key = o.key
        LEFT JOIN (SELECT submission_id, subject_id, key, max(seq) AS seq, arg_max(struct_pack(n := number), seq).n
            AS number, arg_max(struct_pack(t := text), seq).t AS text
            FROM mends GROUP BY submission_id, subject_id, key) m
            ON m.submission_id = o.submission_id AND m.subject_id = o.indicator_id AND m.key = o.key
        WHERE CASE WHEN o.origin = 'mend' AND m.seq IS NOT NULL
            THEN o.value IS DISTINCT FROM m.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM m.text)
            ELSE o.value IS DISTINCT FROM e.number OR (o.state <> 'value' AND o.state IS DISTINCT FROM e.text)
                OR (o.origin = 'cell' AND (o.written IS DISTINCT FROM e.written OR o.sheet <> e.sheet
                    OR o.cell <> e.cell)) END""",
    ),
)


def verify(connection: Connection, written: Iterable[tuple[str, str]] = ()) -> tuple[Issue, ...]:
    """Whatever in the store contradicts itself; empty when it is sound.

    ``written`` are ends of the log that were written down elsewhere: where (in words), and the mark that stands there.
    What cannot be read, or says what nobody can have written, is a fault like any other.
    """
    chains: list[Chain] = []
    found = _tried(TABLE_WORDS["seals"], lambda: _read_into(chains, connection))
    steps: list[tuple[str, Callable[[], Iterable[Issue]]]] = [
        ("データファイルの作り", lambda: _faults(shape_faults(connection))),
        *((f"{TABLE_WORDS[t]}の記録", lambda t=t: _faults(row_faults(connection, t, chains))) for t in TABLES),
        ("照合値の記録", lambda: (f for c in chains for f in _faults(chain_faults(connection, c)))),
        ("操作の記録", lambda: _log_faults(connection)),
        ("データの形式", lambda: _faults(number_faults(connection))),
        ("回答のファイル", lambda: _hash_faults(connection)),
        ("計画と回答", lambda: _plan_faults(connection)),
        ("回答と値", lambda: _reference_faults(connection)),
        ("控えてある照合値", lambda: _mark_faults(connection, chains, written)),
    ]
    for what, step in steps:
        found += _tried(what, step)
    return tuple(dict.fromkeys(found))


#: What damage and what an edit by hand can make of a row: blocks that do not read, texts that are no JSON, no number.
_DAMAGE = (duckdb.Error, ValueError, TypeError, KeyError, AttributeError, IndexError)


def _tried(what: str, step: Callable[[], Iterable[Issue]]) -> list[Issue]:
    """What one step of the check finds; that it could not be done is a fault too."""
    found: list[Issue] = []
    try:
        for issue in step():
            found.append(issue)
    except _DAMAGE:
        found.append(_fault("verify.damaged", f"{what}を読めません。データファイルのこの部分が壊れています。"))
    return found


def _read_into(chains: list[Chain], connection: Connection) -> tuple[Issue, ...]:
    chains += [read_chain(connection, sample=sample) for sample in (False, True)]
    return ()


def unreadable(error: Exception, name: str) -> Issue:
    """The finding that a file does not open: as the program says it, else in its own words."""
    said = str(error) if not isinstance(error, duckdb.Error) else f"データファイル {name} を読めません。壊れています。"
    return _fault("verify.damaged", said)


def _faults(found: Iterable[Fault]) -> Iterator[Issue]:
    for code, message in found:
        yield _fault(code, message)


def _reference_faults(connection: Connection) -> Iterator[Issue]:
    for code, message, query in _REFERENCES:
        for subject, sheet, cell, indicator in connection.execute(_spelled(query)).fetchall():
            yield _fault(code, f"{message}({subject})", sheet, cell, indicator)


def _spelled(query: str) -> str:
    """A query with what the register of acts says put in: the acts whose numbers the rows of a table may bear."""
    text = query.replace("FROM submission_ids", "SELECT submission_id FROM submissions")
    text = text.replace("acts_about_returns", _listed(acts(about="return")))
    return re.sub(
        r"FROM logged\((\w+)\)",
        lambda m: f"SELECT seq FROM decisions WHERE kind IN {_listed(acts(writing=m[1]))}",
        text,
    )


def _listed(names: Iterable[str]) -> str:
    return f"({', '.join(repr(name) for name in names)})"


def _fault(code: str, message: str, sheet: str = "", cell: str = "", indicator: str = "") -> Issue:
    advice = "データファイルが壊れているおそれがあります。バックアップから戻すか、rebuild で作り直してください。"
    return Issue(code, Severity.FIX, message, advice, sheet=sheet, cell=cell, subject_id=indicator)


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
    used = """SELECT plan_id, 'round' AS kind, round_id AS id FROM submissions WHERE form_version <> 'list'
        UNION SELECT plan_id, 'department', department_of(respondent_id) FROM submissions WHERE form_version <> 'list'
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


def _mark_faults(
    connection: Connection, chains: Iterable[Chain], written: Iterable[tuple[str, str]]
) -> Iterator[Issue]:
    """Ends that were written down and that the chain has never had: something before them was written anew."""
    real = next((c for c in chains if not c.sample), None)
    for where, mark in written:
        end = read_mark(mark)
        if end is None:
            yield _fault("verify.mark_unreadable", f"{where}の照合値「{mark}」の書き方が違います。")
        elif real is not None and not knows(real, end) and not _left_behind(connection, end):
            said = "が、いまの記録にありません。その時までの記録が、後から書き換えられています。"
            yield _fault("verify.mark_unknown", f"{where}の照合値「{mark}」{said}")


def _left_behind(connection: Connection, end: Head) -> bool:
    """Whether an end belongs to acts that a restore has left behind, or to the store before a rebuild made this one."""
    query = """SELECT kind, json_extract_string(payload, '$.before') AS before,
            row_number() OVER (ORDER BY seq) AS place
        FROM decisions WHERE NOT sample QUALIFY kind IN ('restore', 'rebuild')"""
    for kind, before, place in connection.execute(query).fetchall():
        left = read_mark(str(before or ""))
        if left is not None and (0 if kind == "rebuild" else place) <= end.count <= left.count:
            return True
    return False
