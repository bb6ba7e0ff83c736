"""Who is at the screen: a person with a role, and the departments and divisions the role reaches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from kpi.place import Place


class Role(StrEnum):
    """The four roles, each with all that the one before may do within its reach."""

    READER = "reader"
    DEPARTMENT = "department"
    SECRETARIAT = "secretariat"
    ADMIN = "admin"


ROLE_WORDS: Mapping[Role, str] = {
    Role.READER: "閲覧",
    Role.DEPARTMENT: "部局担当",
    Role.SECRETARIAT: "事務局",
    Role.ADMIN: "管理者",
}


@dataclass(frozen=True)
class Person:
    """A signed-in person, or the one somebody acts as while trying the program out.

    ``departments`` are the ids a 部局担当 answers for. ``divisions`` (``部局id/課id``) narrow that to some of its 課;
    empty means the whole department, as its 主管課. ``plan_id`` is the plan in which all this holds, empty for every
    plan: in another plan one is a reader, even where ids of departments agree.
    """

    id: str
    name: str
    role: Role = Role.READER
    departments: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    plan_id: str = ""

    def within(self, plan_id: str) -> Person:
        """What the person is in a plan."""
        if plan_id in ("", self.plan_id) or not self.plan_id:
            return self
        return Person(self.id, self.name, plan_id=plan_id)

    @property
    def is_staff(self) -> bool:
        """事務局 or 管理者: who sees everything."""
        return self.role in (Role.SECRETARIAT, Role.ADMIN)

    def answers_for(self, department_id: str, division_id: str = "") -> bool:
        """Whether a department, or one 課 of it, is this person's own.

        The 主管課 (no divisions named) reaches every 課 of its department; a 課 reaches itself alone.
        """
        if self.role is not Role.DEPARTMENT or department_id not in self.departments:
            return False
        named = {d for d in self.divisions if d.startswith(f"{department_id}/")}
        return not named or f"{department_id}/{division_id}" in named


def own_places(person: Person) -> tuple[Place, ...]:
    """Where a person may have rights: their plan, their departments there, and the 課 these are narrowed to."""
    narrowed = [d.split("/", 1) for d in sorted(person.divisions)]
    return (
        Place(person.plan_id),
        *(Place(person.plan_id, department_id=d) for d in sorted(person.departments)),
        *(Place(person.plan_id, department_id=d, division_id=v) for d, v in narrowed if d in person.departments),
    )


#: An address as every mail program takes it: ASCII, one, without comments, quotes, commas or line ends.
_MAIL = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?=[A-Za-z0-9_+-])){0,63}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9])){1,250}"
)
#: What no name has: line ends, controls, marks that turn the direction of the writing.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")


def mail_address(text: str) -> str:
    """A text that is one mail address, as it stands; empty for anything else."""
    return text if _MAIL.fullmatch(text) else ""


def has_control(name: str) -> bool:
    """Whether something stands in a name that nobody sees and that breaks lines, lists or letters."""
    return bool(_CONTROL.search(name))


def same_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two (id, name) are one person's.

    Two mail addresses decide, and so do two subjects of a provider. A mail address tells nothing about a subject, and
    an act from before ids were kept has none: there the same name counts as the same person.
    """
    if not one[0] or not other[0] or ("@" in one[0]) is not ("@" in other[0]):
        return one[1] == other[1]
    return one[0] == other[0]


#: What stands behind a decision whose proposal was the same person's.
BY_PROPOSER = "・提案と決定の記録は同じ担当者"

#: In the log, the roles in which one enters what a department answers (代理登録) and never answers for one.
STAFF_WORDS = tuple(ROLE_WORDS[role] for role in (Role.SECRETARIAT, Role.ADMIN))


def may_not_decide(origin: str, role: str, proposer: tuple[str, str], decider: tuple[str, str]) -> bool:
    """Whether a proposal is the decider's own, each person given as (id, name).

    What came with a return (``origin`` return) is its department's: whoever only entered it in a role of the
    secretariat has proposed nothing.
    """
    if origin == "return" and role in STAFF_WORDS:
        return False
    return same_person(proposer, decider)


@dataclass(frozen=True)
class Audience:
    """How much of what is known may be shown: everything, one's own departments in full, or what is approved alone.

    ``divisions`` (``部局id/課id``) narrow what is seen of an own department's returns to some of its 課.
    """

    kind: Literal["all", "department", "public"] = "all"
    departments: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()

    ALL: ClassVar[Audience]
    PUBLIC: ClassVar[Audience]

    def sees(self, department_id: str, division_id: str = "") -> bool:
        """Whether the returns of a department, or of one 課 of it, may be shown."""
        if self.kind == "all":
            return True
        if self.kind == "public" or department_id not in self.departments:
            return False
        named = {d for d in self.divisions if d.startswith(f"{department_id}/")}
        return not named or f"{department_id}/{division_id}" in named


Audience.ALL = Audience()
Audience.PUBLIC = Audience("public")


def audience_of(person: Person) -> Audience:
    """What a person may see."""
    if person.is_staff:
        return Audience.ALL
    if person.role is Role.DEPARTMENT and person.departments:
        return Audience("department", person.departments, person.divisions)
    return Audience.PUBLIC


#: Who works at the command line of the server: the file is in their hands anyway.
OPERATOR = Person("operator", "コマンド", Role.ADMIN)
NOBODY = Person("", "閲覧(サインインなし)")
