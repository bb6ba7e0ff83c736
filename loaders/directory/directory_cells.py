"""What the cells of a row name: a plan, a 部局, a 課, indicators, an address; or why they name none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpi.collection.letter_wording import date_text
from kpi.collection.reorganisation import ended
from kpi.issue import Issue, Severity
from kpi.people import has_control, mail_address
from kpi.plan import Department, Division, Indicator, Plan, find_department
from loaders.directory.directory_columns import (
    COLUMNS,
    DIVISION,
    KIND_WORDS,
    LEAD,
    PERSON,
    is_everywhere,
    kind_of,
)
from loaders.directory.directory_lines import Line
from loaders.text.characters import canonical, fold

How = Literal["added", "changed", "ended"]
HOW_WORDS = {"added": "加える", "changed": "変更する", "ended": "廃止・削除する"}
_LONGEST_NAME = 60
_SIGNS = re.compile(r"[、,，;；\n]+")
_SPACES = re.compile(r"[\s・/]+")


@dataclass(frozen=True)
class Change:
    """One difference between the table and what stands, in words."""

    how: How
    what: str
    before: str
    after: str


class Unread(ValueError):
    """A row cannot be understood; ``issue`` says where and why."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue


def unread(line: Line, code: str, key: str, message: str, advice: str) -> Unread:
    """That a cell of a row is not understood."""
    return Unread(line.issue(code, key, message, advice))


def kind(line: Line) -> str:
    """What a row is about: as it says, else by what is filled in."""
    if written := line.text("kind"):
        if found := kind_of(written):
            return found
        words = "、".join(KIND_WORDS.values())
        raise unread(line, "kind", "kind", f"種類「{written}」がありません。", f"{words} のどれかを選んでください。")
    if any(line.text(key) for key in ("rule_id", "pattern", "role")):
        return PERSON
    return DIVISION if line.text("division") or line.text("division_id") else LEAD


def unused(line: Line, sort: str) -> list[Issue]:
    """What is filled in though rows of this kind have no use for it."""
    return [
        line.issue(
            "not_here",
            column.key,
            f"{KIND_WORDS[sort]}の行の「{column.heading}」は使いません。",
            "別の行のものなら、その行に書いてください。",
            Severity.NOTE,
        )
        for column in COLUMNS
        if sort not in column.kinds and line.text(column.key)
    ]


def ask_plan(line: Line, plan: Plan, *, everywhere: bool = False) -> None:
    """Refuse a row of another plan: ids of departments agree between plans, and would be taken for ours."""
    written = line.text("plan")
    if not written or canonical(written) in (canonical(plan.id), canonical(plan.name)):
        return
    if everywhere and is_everywhere(written):
        return
    advice = f"いま開いている計画は「{plan.name}」({plan.id})です。その計画を開いてから入れてください。"
    raise unread(line, "plan", "plan", f"別の計画の行です(「{written}」)。", advice)


# --- 部局 and 課 -----------------------------------------------------------------------------------------------------


def department_of(line: Line, plan: Plan, day: date) -> Department | None:
    """The department that a row names by its code, its name or its 課's code; None where it names none."""
    code, name = line.text("department_id"), line.text("department")
    if not code and not name and "/" in line.text("division_id"):
        code = line.text("division_id").split("/")[0]
    by_code, by_name = _department(plan, code, day), _department(plan, name, day)
    if code and by_code is None:
        advice = "部局コードを空けて「部局」を選ぶか、受け取った表のコードに戻してください。"
        raise unread(line, "department", "department_id", f"部局コード「{code}」の部局がありません。", advice)
    if by_code and canonical(name) in {canonical(n) for n in (*by_code.all_names, *by_code.aliases)}:
        return by_code
    if name and by_name is None:
        advice = "一覧から選んでください。部局の名称は「部局の名称を変更する」で変えます。"
        raise unread(line, "department", "department", f"部局「{name}」がありません。", advice)
    if by_code and by_name and by_code.id != by_name.id:
        message = f"部局コード({by_code.name(day)})と部局({by_name.name(day)})が違います。"
        advice = "どちらかを直してください。コードを空けると、部局の名前で読みます。"
        raise unread(line, "two_departments", "department", message, advice)
    return by_code or by_name


def _department(plan: Plan, written: str, day: date) -> Department | None:
    by_id = next((d for d in plan.departments if canonical(d.id) == canonical(written)), None)
    return by_id or (find_department(plan, written, day) if written else None)


def needed_department(line: Line, plan: Plan, day: date) -> Department:
    """The department of a row that must have one that there is."""
    department = department_of(line, plan, day)
    if department is None:
        raise unread(line, "no_department", "department", "部局が空欄です。", "部局を選んでください。")
    if ended(department, day):
        message = f"「{department.name(day)}」は廃止されています。"
        raise unread(line, "ended", "department", message, "引き継いだ部局を選んでください。")
    return department


def division_of(line: Line, department: Department, day: date) -> Division | None:
    """The 課 that a row names by its code or, without one, by its name; None for a name that there is not."""
    code, name = canonical(line.text("division_id")), canonical(line.text("division"))
    there = department.divisions_on(day)
    if not code:
        found = [v for v in there if canonical(v.name) == name]
        if len(found) > 1:
            message = f"「{line.text('division')}」という課が{len(found)}つあります。"
            raise unread(line, "two_divisions", "division", message, "課コードを書いてください。")
        return found[0] if found else None
    owner, _, own = code.rpartition("/")
    if owner and owner != canonical(department.id):
        message = f"課コード「{line.text('division_id')}」は、{department.name(day)}の課ではありません。"
        advice = "課は部局をまたいで移せません。「指標の担当を移す」で指標を移すと、課も移ります。"
        raise unread(line, "elsewhere", "division_id", message, advice)
    found = [v for v in department.divisions if canonical(v.id) == own]
    found = found or [v for v in there if canonical(v.name) == code]
    if not found:
        message = f"課コード「{line.text('division_id')}」の課がありません。"
        raise unread(line, "division", "division_id", message, "新しい課なら、課コードを空けてください。")
    if not found[0].holds(day):
        message = f"「{found[0].name}」は、{date_text(day)}には廃止されているか、まだ置かれていません。"
        raise unread(line, "ended", "division_id", message, "新しい課を置くなら、課コードを空けてください。")
    return found[0]


def division_name(line: Line, standing: Division | None) -> str:
    """The name a 課 is to have."""
    told = line.told("division")
    if standing and told in (None, standing.name):
        return standing.name
    name = told or ""
    if not name:
        raise unread(line, "no_name", "division", "課の名称が空欄です。", "課の名称を書いてください。")
    if has_control(name) or len(name) > _LONGEST_NAME:
        message = f"課の名称に、改行や目に見えない文字があるか、{_LONGEST_NAME}字を超えています。"
        raise unread(line, "name", "division", message, "1行の名称にしてください。")
    return name


def mail_of(line: Line, standing: str) -> str:
    """The address a row tells, in half-width letters; the one that stands where the table has no such column."""
    told = line.told("mail")
    if told is None or told == standing:
        return standing
    typed = fold(told)
    if typed and not mail_address(typed):
        advice = "半角英数字で、アドレスを1つだけ書いてください。"
        raise unread(line, "mail", "mail", f"メールの書き方が違います(「{told}」)。", advice)
    return typed


# --- indicators -----------------------------------------------------------------------------------------------------


def indicators_of(line: Line, plan: Plan, department: Department, day: date) -> tuple[str, ...]:
    """The indicators that a 課 is to answer for, by numbers, ids or names."""
    owned = {i.id for i in plan.owned_by(department.id, day)}
    found: list[str] = []
    for piece in _pieces(plan, line.text("indicators")):
        one = _indicator(plan, piece)
        if one is None:
            advice = "指標の番号(例: 産1)を「、」で並べてください。"
            raise unread(line, "indicator", "indicators", f"指標「{piece}」がありません。", advice)
        if one.id not in owned:
            owner = plan.owner(one.id, day)
            message = f"指標{one.number}は{f'{owner.name(day)}の指標です' if owner else '担当の部局がありません'}。"
            advice = "この部局の指標にするときは、先に「指標の担当を移す」で移してください。"
            raise unread(line, "not_owned", "indicators", message, advice)
        found.append(one.id)
    return tuple(dict.fromkeys(found))


def _pieces(plan: Plan, text: str) -> list[str]:
    """The indicators named in a cell; signs that stand in an indicator's own name divide only what is none."""
    if _indicator(plan, text):
        return [text]
    pieces: list[str] = []
    for piece in filter(None, (p.strip() for p in _SIGNS.split(text))):
        smaller = [p for p in _SPACES.split(piece) if p]
        whole = _indicator(plan, piece) is not None or len(smaller) < 2
        pieces += [piece] if whole or any(_indicator(plan, p) is None for p in smaller) else smaller
    return pieces


def _indicator(plan: Plan, written: str) -> Indicator | None:
    text = canonical(written)
    for one in plan.indicators:
        names = (one.number, one.id, one.name, f"{one.number}{one.name}")
        if text in {canonical(name) for name in names}:
            return one
    return None
