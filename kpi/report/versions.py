"""The versions of a round's paper: 事務局案, 幹事会, 本部会議, 公表版, each made once and kept with its bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class VersionKind:
    """What a version is called, its 取扱区分, and whether it goes out to everybody."""

    word: str
    handling: str
    public: bool = False


#: In the order in which they follow one another. 「案」 stands until the 本部 has decided, and a 公表版 is decided.
VERSION_KINDS: Mapping[str, VersionKind] = {
    "secretariat": VersionKind("事務局案", "未定稿"),
    "board": VersionKind("幹事会案", "未定稿"),
    "headquarters": VersionKind("本部会議案", "取扱注意(公表前)"),
    "published": VersionKind("公表版", "公表", public=True),
}

#: What the paper of who sees less than its makers is called before publication, by kind of audience: it is no version.
OWN_WORDS: Mapping[str, str] = {
    "public": "閲覧用(公表できる値)",
    "department": "部局用(公表できる値と自部局の値)",
}


@dataclass(frozen=True)
class KeptFile:
    """One file of a version: its format, its name, and the hash under which its bytes are kept."""

    format: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Version:
    """A version that was made. Its figures are those known at ``as_of``; ``number`` counts those of its kind."""

    kind: str
    number: int
    as_of: datetime
    made_at: datetime
    who: str
    note: str
    files: tuple[KeptFile, ...]
    sample: bool = False

    @property
    def word(self) -> str:
        """「本部会議案」, from the second on 「本部会議案(第2版)」."""
        again = f"(第{self.number}版)" if self.number > 1 else ""
        return VERSION_KINDS[self.kind].word + again

    @property
    def handling(self) -> str:
        """Its 取扱区分."""
        return VERSION_KINDS[self.kind].handling

    @property
    def public(self) -> bool:
        """Whether it goes out to everybody."""
        return VERSION_KINDS[self.kind].public


def next_kind(made: Sequence[Version]) -> str:
    """The kind that comes next: the one after the last, or once more the last of all."""
    kinds = list(VERSION_KINDS)
    return kinds[min(kinds.index(made[-1].kind) + 1, len(kinds) - 1)] if made else kinds[0]


def next_number(made: Sequence[Version], kind: str) -> int:
    """How many of a kind there are, with the one to come."""
    return sum(one.kind == kind for one in made) + 1


def moment_of(closed: datetime | None, made: Sequence[Version]) -> datetime | None:
    """As of when a round's paper tells: its closing, or its newest version after that; None while it is open."""
    return max([closed, *(one.as_of for one in made[-1:])]) if closed else None
