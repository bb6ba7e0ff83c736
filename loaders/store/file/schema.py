"""What a store is made of: tables, columns, the store's own questions, and the numbers it gives out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import duckdb

from loaders.store.audit.seal_faults import TABLE_WORDS, Fault
from loaders.store.file.database import Connection, given, value
from loaders.store.file.opening import define

#: By what it is called: (name, whatever must be the same) of each thing of a kind.
_KINDS = {
    "列": """SELECT table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')
        FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()""",
    "制約": """SELECT table_name, string_agg(constraint_text, ';' ORDER BY constraint_text)
        FROM duckdb_constraints() WHERE database_name = current_database() GROUP BY 1""",
    "索引": "SELECT index_name, sql FROM duckdb_indexes() WHERE database_name = current_database()",
    "ビュー": "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal AND database_name = current_database()",
    "問合せ": """SELECT function_name, parameters::VARCHAR || macro_definition FROM duckdb_functions()
        WHERE NOT internal AND database_name = current_database()""",
    "連番": """SELECT sequence_name, increment_by || '/' || max_value FROM duckdb_sequences()
        WHERE database_name = current_database()""",
}
#: What each sequence numbers, and the last number of it that stands somewhere.
_NUMBERED = {
    "event_seq": ("操作", "SELECT max(seq) FROM (SELECT seq FROM decisions UNION ALL SELECT seq FROM mends)"),
    "submission_seq": ("回答", "SELECT max(try_cast(submission_id[2:] AS BIGINT)) FROM submissions"),
    "observation_seq": (
        "値",
        "SELECT max(n) FROM (SELECT observation_id AS n FROM observations UNION ALL SELECT review_id FROM reviews)",
    ),
    "question_seq": ("修正依頼", "SELECT max(try_cast(question_id[2:] AS BIGINT)) FROM questions"),
    "proposal_seq": ("判定条件の提案", "SELECT max(try_cast(proposal_id[2:] AS BIGINT)) FROM proposals"),
}
_META = {"schema_version", *(f"{of}{what}_{end}" for of in ("", "sample_") for what in ("log", "seal")
                             for end in ("count", "head"))}  # fmt: skip

_MISSING = {True: "がありません", False: "が加えられています"}
Shape = dict[str, dict[str, str]]


@cache
def wanted() -> Shape:
    """What a new store is made of."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as fresh:
        define(fresh)
        return read_shape(fresh)


def read_shape(connection: Connection) -> Shape:
    """What a store is made of, by kind and name."""
    return {kind: {str(n): _plain(str(t)) for n, t in connection.execute(query).fetchall()}
            for kind, query in _KINDS.items()}  # fmt: skip


def _plain(text: str) -> str:
    # DuckDB writes the columns of an EXCLUDE in no certain order.
    return re.sub(r"EXCLUDE \(([^)]*)\)", lambda m: f"EXCLUDE {sorted(m[1].split(', '))}", text)


def shape_faults(connection: Connection) -> Iterator[Fault]:
    """Tables, columns, questions and sequences that are not this program's."""
    found = read_shape(connection)
    for kind, own in wanted().items():
        there = found[kind]
        for name in sorted(own.keys() | there.keys()):
            if own.get(name) != there.get(name):
                said = "が違います" if own.keys() & there.keys() & {name} else _MISSING[name in own]
                yield "verify.shape", f"データファイルの作りが、このプログラムのものと違います({kind} {name} {said})。"


def number_faults(connection: Connection) -> Iterator[Fault]:
    """Numbers that would be given a second time, and what the store keeps about itself that nobody has put there."""
    last = given(connection)
    for sequence, (word, query) in _NUMBERED.items():
        used = int(value(connection, query) or 0)
        if last.get(sequence, 0) < used:
            message = f"{word}の番号が、使われている{used}番より前に戻っています。同じ番号がもう一度使われます。"
            yield "verify.number_again", message
    odd = [str(r[0]) for r in connection.execute("SELECT key FROM meta").fetchall() if r[0] not in _META]
    if odd:
        yield "verify.meta", f"{TABLE_WORDS['meta']}に、知らない項目があります({'、'.join(sorted(odd))})。"
