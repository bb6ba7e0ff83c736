"""What is in the store beside what was sealed: rows changed, put in or taken out, and seals that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.store.audit.audit_log import Head
from loaders.store.audit.seals import Seal, digest_of, kept_end, read_seals, row_digests
from loaders.store.file.database import Connection, rows

#: What the rows of each table are called.
TABLE_WORDS: Mapping[str, str] = {
    "plans": "計画",
    "departments": "部局",
    "rounds": "照会",
    "cards": "判定条件",
    "workbooks": "回答のファイル",
    "submissions": "回答",
    "entries": "回答のセル",
    "issues": "確認事項",
    "mends": "画面での修正",
    "observations": "値",
    "confirmations": "確認済",
    "questions": "修正依頼",
    "proposals": "判定条件の提案",
    "publications": "公表区分",
    "reviews": "取組の見直し",
    "memberships": "利用者の権限",
    "revocations": "サインアウト",
    "benchmark_batches": "公表統計の版",
    "series": "公表統計の系列",
    "series_values": "公表統計の値",
    "series_breaks": "公表統計の断層",
    "decisions": "操作",
    "seals": "照合値",
    "meta": "データの形式",
}
#: A fault: its code and what it is.
Fault = tuple[str, str]


@dataclass(frozen=True)
class _Act:
    seq: int
    hash: str


@dataclass(frozen=True)
class Chain:
    """The seals of the real rows or of the samples, beside the acts of the log."""

    sample: bool
    seals: Sequence[Seal]
    acts: Sequence[_Act]

    @property
    def word(self) -> str:
        """「サンプルの」 before what is a sample's."""
        return "サンプルの" if self.sample else ""

    def after(self, place: int) -> str:
        """After which act the transaction of a seal (0 is the first) was done, in words."""
        last = self.seals[place].acts
        if not 0 < last <= len(self.acts):
            return "はじめの読込みの後に"
        own = self.acts[last - 1].seq
        brought = not place or self.seals[place - 1].acts < last
        return f"操作の記録の{own}番の後に" if brought else f"操作の記録の{own}番に続く読込みの後に"


def read_chain(connection: Connection, *, sample: bool) -> Chain:
    """A chain as it stands."""
    acts = rows(connection, "SELECT seq, hash FROM decisions WHERE sample = ? ORDER BY seq", [sample])
    return Chain(sample, read_seals(connection, sample=sample), [_Act(r["seq"], r["hash"]) for r in acts])


def chain_faults(connection: Connection, chain: Chain) -> Iterator[Fault]:
    """Seals that are missing or were made over, and a log that is not the one they were made with."""
    previous = ""
    for number, seal in enumerate(chain.seals, start=1):
        if seal.number != number or seal.previous != previous or not seal.sound:
            yield "verify.seal_broken", f"{chain.word}照合値がつながりません({seal.number}番目)。"
        previous = seal.hash
    kept = kept_end(connection, sample=chain.sample)
    if kept != (len(chain.seals), previous):
        yield "verify.seal_end", f"{chain.word}照合値の終わりが、控えてある件数または照合値と一致しません。"
    hashes = ["", *(act.hash for act in chain.acts)]
    for place, seal in enumerate(chain.seals):
        if not 0 <= seal.acts < len(hashes) or hashes[seal.acts] != seal.log:
            message = f"{chain.word}操作の記録が、照合値を付けた時と違います({place + 1}番目の照合値)。"
            yield "verify.log_rewritten", message
            break
    last = chain.seals[-1].acts if chain.seals else 0
    if len(chain.acts) > last:
        yield "verify.log_rewritten", f"{chain.word}操作の記録に、照合値のない行があります。"


def row_faults(connection: Connection, table: str, chains: Sequence[Chain]) -> Iterator[Fault]:
    """Rows of a table that are not those that were sealed. Every row of it is read whole."""
    found: dict[bool, list[str]] = {False: [], True: []}
    for sample, digest in row_digests(connection, table):
        found[sample].append(digest)
    for chain in chains:
        yield from _compared(table, chain, found[chain.sample])


def _compared(table: str, chain: Chain, found: list[str]) -> Iterator[Fault]:
    word, start, first = f"{chain.word}{TABLE_WORDS[table]}", 0, ""
    for place, seal in enumerate(chain.seals):
        count, digest = seal.content.get(table, (0, ""))
        if count and not first and digest_of(found[start : start + count]) != digest:
            first = chain.after(place)
        start += count
    if len(found) < start:
        yield "verify.rows_missing", f"{word}の記録が{start - len(found)}行、{first or '後から'}なくなっています。"
    elif len(found) > start:
        yield "verify.rows_added", f"{word}の記録が{len(found) - start}行、{first or '後から'}加えられています。"
    elif first:
        yield "verify.rows_changed", f"{word}の記録が、{first}変わっています。"


def knows(chain: Chain, mark: Head) -> bool:
    """Whether a chain was at an end that somebody has written down."""
    return any(s.acts == mark.count and s.hash.startswith(mark.hash) for s in chain.seals)
