"""What stands in the place of the store, and what beside it tells that one was there.

A store that is gone is a loss to be told, and never a first start: a new one in its place would look sound and empty,
and the next nights' copies would put the last good ones aside.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from loaders.store.file.opening import StoreDamaged, clear

#: How many traces and how many copies a message names before it counts the rest.
_NAMED = 3
#: What a store is called while it is made anew from another one.
REBUILDING = ".rebuilding"
#: What is made beside a store and then takes its place.
_MADE = (".new", ".restoring", ".migrating", REBUILDING)
_GONE, _EMPTY = "がありません", "は空(0バイト)です"
#: DuckDB's own header and the two it writes by turns: 4 KiB each.
_HEADERS, _MAGIC = 3 * 4096, b"DUCK"


class StoreLost(StoreDamaged):
    """In the place of the store there is none, and there was one, or something else is in its way."""

    def __init__(self, path: Path, wrong: str, nights: Path | None = None) -> None:
        found, copies = [p.name for p in traces(path)], [p.name for p in _copies(path, nights)]
        super().__init__(
            f"データファイル {path.name} {wrong}。"
            + (f"以前のデータの跡({_listed(found)})があります。" if found else "")
            + "記録が失われたおそれがあるため、新しく作ることも消すこともしていません。"
            "ファイルを移していないか、ディスクがつながっているかを確かめ、あれば元の場所に戻してください。"
            "なければ、サーバーで python -m loaders restore 控えのファイル を実行し、控えから戻してください"
            + (f"(見つかった控え: {_listed(copies)})。" if copies else "(控えは近くに見つかりません)。")
            + "データを捨てて初めから始めるときだけ、プログラムを止め、"
            f"{path.name} と、{path.name}. で始まるファイル、毎夜の控えを別のフォルダーへ移してから起動してください。"
        )


def stands(path: Path, nights: Path | None = None, *, known: bool = False) -> bool:
    """Whether a store stands in its place; False where there never was one, so that one may be made.

    ``nights`` is the folder of its nightly copies, ``known`` whether it was there before. Raises :class:`StoreLost`
    where it is gone, empty or cut, or where something else stands there.
    """
    wrong = _wrong(path)
    if not wrong:
        return True
    if wrong not in (_GONE, _EMPTY) or known or traces(path) or _copies(path, nights):
        raise StoreLost(path, wrong, nights)
    return False


def _wrong(path: Path) -> str:
    """What is wrong with what stands in a place, to be said after its name; empty where it looks like a store."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "はリンクで、その先にファイルがありません" if path.is_symlink() else _GONE
    if stat.S_ISDIR(mode):
        return "はファイルではなく、フォルダーです"
    if not stat.S_ISREG(mode):
        return "はふつうのファイルではありません"
    head = _head(path)
    if not head:
        return _EMPTY
    if head[8:12] != _MAGIC:
        return "を開けません。壊れているか、このプログラムのデータではありません"
    return "" if len(head) == _HEADERS else "を開けません。途中で切れています"


def traces(path: Path) -> list[Path]:
    """What an earlier store has left beside its place: its log, what was kept of it, the mark in its lock file."""
    return [p for p in _beside(path) if p.suffix != ".lock" or p.stat().st_size]


def _copies(path: Path, nights: Path | None) -> list[Path]:
    """The copies of a store that are near, newest first: of the nights, and what was kept beside it."""
    by_night = sorted(nights.glob("kpi-[0-9]*.duckdb"), reverse=True) if nights else []
    beside = [p for p in _beside(path) if p.suffix == ".bak" and p.is_file()]
    return by_night + sorted(beside, key=lambda p: p.stat().st_mtime, reverse=True)


def _beside(path: Path) -> Iterator[Path]:
    """What bears the name of a store and something behind it, but for work that was cut short and empty helpers."""
    for one in dict.fromkeys((path.absolute(), Path(os.path.realpath(path)))):
        ours = tuple(f"{one.name}{suffix}" for suffix in (*_MADE, ".lock."))
        yield from (p for p in sorted(one.parent.glob(f"{escape(one.name)}.*")) if not p.name.startswith(ours))


def _listed(names: list[str]) -> str:
    rest = f" ほか{len(names) - _NAMED}個" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + rest


# --- a file that was cut ---------------------------------------------------------------------------------------------


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(_HEADERS)


@dataclass(frozen=True)
class Extent:
    """How far a file reaches, and what it says of itself."""

    inode: int
    size: int
    head: bytes

    @classmethod
    def of(cls, path: Path) -> Extent:
        """As it is now; nobody writes meanwhile."""
        found = path.stat()
        return cls(found.st_ino, found.st_size, _head(path))

    def doubtful(self, before: Extent | None) -> bool:
        """Whether a file may have been cut. One that still opens would fail only where somebody reads on.

        Free blocks may be missing at its end, so that this is no more than a doubt. Nobody who writes makes it shorter
        without a new header.
        """
        if before is not None and before.inode == self.inode:
            return self.size < before.size and self.head == before.head
        return self.size < self._told()

    def _told(self) -> int:
        """How long the newer header says the file is, in bytes."""
        headers = [struct.unpack_from("<8x5Q", self.head, place) for place in (4096, 8192)]
        _, _, _, blocks, size = max(headers)
        return int(_HEADERS + blocks * size)


# --- work that was cut short -----------------------------------------------------------------------------------------


def leftovers(path: Path) -> list[Path]:
    """What work beside a store that was killed has left, or work that is under way uses."""
    made = [Path(f"{path}{suffix}{log}") for suffix in _MADE for log in ("", ".wal")]
    beside = list(path.parent.glob(f"{escape(path.name)}.*.bak*"))
    vain = [p for p in beside if p.suffix == ".bak" and path.exists() and p.exists() and p.samefile(path)]
    return [p for p in made if os.path.lexists(p)] + [p for p in beside if p.suffix == ".part"] + vain


def sweep(path: Path) -> None:
    """Take that away. The caller holds the store, and the right to work beside it.

    A second name of the store was given by a restore that did not come to its end; its log goes back to the store.
    """
    for left in leftovers(path):
        if left.suffix == ".bak" and os.path.lexists(f"{left}.wal"):
            os.rename(f"{left}.wal", f"{path}.wal")
        clear(left)
