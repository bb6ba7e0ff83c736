"""Seals: each transaction closes with a digest of every row it brought, table by table, chained by hash.

A row changed, put in or taken out later by any other program shows, whatever the table. The log's own end is part of
each seal, so the last seal stands for all that there is: its mark is written where the store is not (into the name of
each copy, onto the page for the 決裁) and later shows that nothing before has changed.

Samples have a chain of their own here as in the log, because they leave the store together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from loaders.store.audit.audit_log import SHOWN, Head, head
from loaders.store.file.database import Connection, append, followed, keep_meta, rows

#: Which rows of a table are samples, in SQL. Whatever is in the store stands here, but for the chains themselves.
_OWN, _OF_RETURN, _NEVER = "sample", "submission_id IN (SELECT submission_id FROM submissions WHERE sample)", "false"
TABLES: Mapping[str, str] = {
    "plans": _NEVER, "departments": _NEVER, "rounds": _NEVER, "cards": _OWN, "workbooks": _OWN, "submissions": _OWN,
    "entries": _OF_RETURN, "issues": _OF_RETURN, "mends": _OF_RETURN, "observations": _OWN, "confirmations": _OWN,
    "questions": _OWN, "proposals": _OWN, "publications": _OWN, "reviews": _OWN, "memberships": _NEVER,
    "revocations": _NEVER,
    "benchmark_batches": _NEVER, "series": _NEVER, "series_values": _NEVER, "series_breaks": _NEVER,
}  # fmt: skip
_LOG = "decisions"
#: The log has its hashes in its own rows, and what is left is the two chains' ends and the version.
CHAINED = frozenset({_LOG, "seals", "meta"})
#: The bytes of a file are compared with its own hash, one file in memory at a time.
_WHOLE: Mapping[str, str] = {"workbooks": "struct_pack(sha256, filename, size, sample, stored_at)"}
_MARK = re.compile(rf"(\d{{1,9}})-([0-9a-f]{{{SHOWN},64}})")


@dataclass(frozen=True)
class Seal:
    """What one transaction brought of one chain: rows and digest by table, and the log's end (acts, hash) after it."""

    number: int
    sample: bool
    acts: int
    log: str
    content: Mapping[str, tuple[int, str]]
    previous: str
    hash: str

    @property
    def sound(self) -> bool:
        """Whether its hash is made from what it says."""
        return self.hash == _hash(self.number, self.sample, self.acts, self.log, self.content, self.previous)


def read_mark(written: str) -> Head | None:
    """A mark as somebody copied it from paper, None where it is none."""
    found = _MARK.fullmatch(written.strip().lower())
    return Head(int(found[1]), found[2]) if found else None


@contextmanager
def sealing(connection: Connection) -> Iterator[None]:
    """Work inside one transaction, closed with its seals."""
    with followed(connection) as brought:
        yield
    _close_all(connection, brought)


def seal_anew(connection: Connection) -> None:
    """Seal all there is as if one transaction had brought it: for a store that a migration has written over."""
    connection.execute("DELETE FROM seals")
    _close_all(connection, dict.fromkeys((*TABLES, _LOG), -1))


def forget_samples(connection: Connection) -> None:
    """Take the samples' chain out, together with the samples."""
    connection.execute("DELETE FROM seals WHERE sample")
    keep_meta(connection, dict(zip(_end_keys(sample=True), ("0", ""), strict=True)))


def end_of(connection: Connection, *, sample: bool = False) -> Head:
    """The end of a chain: how many acts its log has, and the hash of its last seal."""
    last = _last(connection, sample=sample)
    return Head(last.acts, last.hash) if last else Head(0, "")


def read_seals(connection: Connection, *, sample: bool) -> list[Seal]:
    """A chain from its first seal to its last."""
    return [_seal(r) for r in rows(connection, "SELECT * FROM seals WHERE sample = ? ORDER BY number", [sample])]


def row_digests(connection: Connection, table: str) -> Iterator[tuple[bool, str]]:
    """Of every row of a table in the order they came: whether it is a sample's, and its digest. Reads all of it."""
    query = f"SELECT sample, digest FROM ({_rows_of(table, -1)}) ORDER BY place"
    yield from connection.execute(query).fetchall()


def digest_of(digests: list[str]) -> str:
    """The digest of rows that came together."""
    return sha256("".join(digests).encode()).hexdigest()


def kept_end(connection: Connection, *, sample: bool) -> tuple[int, str]:
    """Number and hash of a chain's last seal, as kept beside it."""
    number, last = _end_keys(sample=sample)
    query = "SELECT key, value FROM meta WHERE key IN (?, ?)"
    kept = dict(connection.execute(query, [number, last]).fetchall())
    return int(kept.get(number, 0)), kept.get(last, "")


def _rows_of(table: str, after: int) -> str:
    return f"""SELECT '{table}' AS name, rowid AS place, {TABLES[table]} AS sample,
        sha256(to_json({_WHOLE.get(table, table)})::VARCHAR) AS digest
        FROM {table} WHERE rowid > {int(after)}"""


def _digests(connection: Connection, after: Mapping[str, int]) -> dict[bool, dict[str, tuple[int, str]]]:
    """By chain and table: how many rows stand behind the given ones, and their digest; chains with a row or an act."""
    found: dict[bool, dict[str, tuple[int, str]]] = {}
    parts = [_rows_of(table, last) for table, last in after.items() if table not in CHAINED]
    if _LOG in after:  # it has its hashes in its own rows
        parts.append(f"SELECT '{_LOG}', rowid, sample, '' FROM {_LOG} WHERE rowid > {int(after[_LOG])}")
    if not parts:
        return found
    query = f"""SELECT sample, name, count(*), sha256(string_agg(digest, '' ORDER BY place))
        FROM ({" UNION ALL ".join(parts)}) AS brought(name, place, sample, digest) GROUP BY ALL"""
    for sample, name, count, digest in connection.execute(query).fetchall():
        content = found.setdefault(sample, {})
        if name != _LOG:
            content[name] = int(count), str(digest)
    return found


def _close_all(connection: Connection, after: Mapping[str, int]) -> None:
    for sample, content in sorted(_digests(connection, after).items()):
        _close(connection, content, sample=sample)


def _close(connection: Connection, content: Mapping[str, tuple[int, str]], *, sample: bool) -> None:
    log, last = head(connection, sample=sample), _last(connection, sample=sample)
    if not content and (log.count, log.hash) == ((last.acts, last.log) if last else (0, "")):
        return
    number, previous = (last.number + 1, last.hash) if last else (1, "")
    hashed = _hash(number, sample, log.count, log.hash, content, previous)
    row = {"number": number, "sample": sample, "acts": log.count, "log": log.hash,
           "content": json.dumps(content, sort_keys=True), "previous": previous, "hash": hashed}  # fmt: skip
    append(connection, "seals", [row])
    keep_meta(connection, dict(zip(_end_keys(sample=sample), (str(number), hashed), strict=True)))


def _last(connection: Connection, *, sample: bool) -> Seal | None:
    found = rows(connection, "SELECT * FROM seals WHERE sample = ? ORDER BY number DESC LIMIT 1", [sample])
    return _seal(found[0]) if found else None


def _seal(row: Mapping[str, object]) -> Seal:
    content = {str(k): (int(v[0]), str(v[1])) for k, v in json.loads(str(row["content"])).items()}
    return Seal(**{**row, "content": content})  # type: ignore[arg-type]


def _hash(number: int, sample: bool, acts: int, log: str, content: Mapping[str, tuple[int, str]], previous: str) -> str:
    told = [number, sample, acts, log, {k: list(v) for k, v in content.items()}, previous]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _end_keys(*, sample: bool) -> tuple[str, str]:
    chain = "sample_seal" if sample else "seal"
    return f"{chain}_count", f"{chain}_head"
