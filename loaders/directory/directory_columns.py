"""The columns of the table, used by whoever writes it and whoever reads it, and the words that people use in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.people import ROLE_WORDS, Role
from loaders.text.characters import canonical, hiragana

LEAD, DIVISION, PERSON = "lead", "division", "person"
#: What a row is about.
KIND_WORDS: Mapping[str, str] = {LEAD: "主管課", DIVISION: "課", PERSON: "利用者"}
#: What a sign-in is told by.
CLAIM_WORDS: Mapping[str, str] = {"mail": "メール", "name": "名前", "group": "グループ"}
#: What stands for the plan of a rule that holds in each of them.
EVERYWHERE = "すべての計画"
#: Between several indicators of one cell.
BETWEEN = "、"


@dataclass(frozen=True)
class Column:
    """One column: its heading, other headings that mean it, and which kinds of rows use it."""

    key: str
    heading: str
    kinds: tuple[str, ...]
    aliases: tuple[str, ...] = ()


_ALL, _PLACES = (LEAD, DIVISION, PERSON), (DIVISION, PERSON)
COLUMNS: tuple[Column, ...] = (
    Column("kind", "種類", _ALL, ("種別", "区分")),
    Column("department_id", "部局コード", _ALL, ("部局ID", "部局の番号")),
    Column("department", "部局", _ALL, ("部局名", "部局の名称", "部")),
    Column("division_id", "課コード", _PLACES, ("課ID", "課の番号")),
    Column("division", "課", _PLACES, ("課名", "課の名称", "所属課", "担当課")),
    Column("indicators", "担当する指標", (DIVISION,), ("指標", "指標の番号", "担当指標")),
    Column("mail", "連絡先メール", (LEAD, DIVISION), ("連絡先", "課のメール", "主管課のメール", "共有メール")),
    Column("rule_id", "規則の番号", (PERSON,), ("規則番号", "規則")),
    Column("claim", "見分け方", (PERSON,), ("何で見分けるか",)),
    Column("pattern", "氏名・メール", (PERSON,), ("利用者", "氏名", "メール", "見分ける値", "メールアドレス")),
    Column("role", "権限", (PERSON,), ("役割", "ロール")),
    Column("plan", "計画", _ALL, ("計画ID", "計画コード")),
)
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}

_KINDS = {
    LEAD: ("部局", "主管", "本課"),
    DIVISION: ("室", "課・室"),
    PERSON: ("人", "個人", "ユーザー", "ユーザ", "規則"),
}
_CLAIMS = {"mail": ("メールアドレス", "アドレス", "mail", "email"), "name": ("氏名", "name"), "group": ("group",)}
_ROLES = {
    Role.READER: ("閲覧者", "閲覧のみ", "参照", "参照のみ", "reader", "viewer"),
    Role.DEPARTMENT: ("部局担当者", "担当", "担当者", "部局", "課担当", "課の担当", "department"),
    Role.SECRETARIAT: ("事務局員", "事務局担当", "事務局担当者", "secretariat"),
    Role.ADMIN: ("管理", "管理担当", "システム管理者", "アドミン", "admin", "administrator"),
}


def _folded(text: str) -> str:
    return hiragana(canonical(text))


def _every(official: Mapping[str, str], others: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    words = {_folded(word): code for code, word in official.items()}
    return {_folded(word): code for code, more in others.items() for word in more} | words


_KIND_OF = _every(KIND_WORDS, _KINDS)
_CLAIM_OF = _every(CLAIM_WORDS, _CLAIMS)
_ROLE_OF = _every({role.value: word for role, word in ROLE_WORDS.items()}, {r.value: w for r, w in _ROLES.items()})
_HEADING_OF = _every({c.key: c.heading for c in COLUMNS}, {c.key: c.aliases for c in COLUMNS})


def kind_of(text: str) -> str:
    """The kind of row that a word means; empty for none."""
    return _KIND_OF.get(_folded(text), "")


def claim_of(text: str) -> str:
    """What a word says that a sign-in is told by; empty for none."""
    return _CLAIM_OF.get(_folded(text), "")


def role_of(text: str) -> str:
    """The role that a word means; empty for none."""
    return _ROLE_OF.get(_folded(text), "")


def key_of(heading: str) -> str:
    """The column that a heading means; empty for none."""
    return _HEADING_OF.get(_folded(heading), "")


def is_everywhere(text: str) -> bool:
    """Whether a word means every plan."""
    return _folded(text) in (_folded(EVERYWHERE), _folded("すべて"), _folded("全計画"), _folded("全て"))
