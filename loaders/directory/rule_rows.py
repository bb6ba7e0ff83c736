"""The rows of 利用者 understood: which rule each is about, and what it says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kpi.issue import Issue
from kpi.people import ROLE_WORDS
from kpi.plan import Plan
from loaders.directory import directory_cells as cells
from loaders.directory.directory_cells import Unread
from loaders.directory.directory_columns import CLAIM_WORDS, claim_of, is_everywhere, role_of
from loaders.directory.directory_lines import Line
from loaders.store import Rule
from loaders.text.characters import canonical, fold

#: A department, and one of its 課 (``部局id/課id``) or the whole of it.
Spot = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """What one row says of a rule; None where it says nothing."""

    line: Line
    claim: str | None
    pattern: str | None
    role: str | None
    plan_id: str | None
    place: Spot | None


def groups(
    plan: Plan, standing: Sequence[Rule], lines: Sequence[Line], day: date
) -> tuple[dict[str, list[Said]], list[Issue], set[str], bool]:
    """What is said of each rule, by its number or, of a new one, by what it looks for.

    With it the issues, the rules of which a row is spoilt, and whether each row found its own.
    """
    found: dict[str, list[Said]] = {}
    issues: list[Issue] = []
    spoilt: set[str] = set()
    sure = True
    for line in lines:
        issues += line.faults
        key = ""
        try:
            cells.ask_plan(line, plan, everywhere=True)
            key = _key(plan, standing, line)
            found.setdefault(key, [])
            if line.faults:
                spoilt.add(key)
                continue
            held = next((r for r in standing if r.rule_id == key), None)
            found[key].append(_said(plan, held, line, day))
        except Unread as error:
            issues += () if line.faults else (error.issue,)
            spoilt |= {key} - {""}
            sure = sure and bool(key)
    return {key: said for key, said in found.items() if said or key in spoilt}, issues, spoilt, sure


def _key(plan: Plan, standing: Sequence[Rule], line: Line) -> str:
    """Which rule a row is about: its number, or the one that looks for the same; else what a new one would look for."""
    if number := canonical(line.text("rule_id")):
        found = next((r for r in standing if canonical(r.rule_id) == number), None)
        if found is None:
            message = f"規則の番号「{line.text('rule_id')}」の規則がありません。"
            raise cells.unread(line, "rule", "rule_id", message, "新しい利用者なら、規則の番号を空けてください。")
        if found.plan_id not in ("", plan.id):
            message = f"規則 {found.rule_id} は、別の計画({found.plan_id})の規則です。"
            raise cells.unread(line, "plan", "rule_id", message, "その計画を開いてから入れてください。")
        return found.rule_id
    claim, pattern = _claim(line), _pattern(line, _claim(line))
    if not pattern:
        raise cells.unread(line, "no_pattern", "pattern", "氏名・メールが空欄です。", "だれの行かを書いてください。")
    alike = [
        r
        for r in standing
        if r.plan_id in ("", plan.id) and r.claim == claim and r.pattern.casefold() == pattern.casefold()
    ]
    alike = [r for r in alike if r.role == role_of(line.text("role"))] or alike if len(alike) > 1 else alike
    if len(alike) > 1:
        numbers = "、".join(r.rule_id for r in alike)
        message = f"「{pattern}」の規則がいくつもあります({numbers})。"
        raise cells.unread(line, "two_rules", "pattern", message, "規則の番号を書いてください。")
    return alike[0].rule_id if alike else f"+{claim}:{pattern.casefold()}:{role_of(line.text('role'))}"


def _claim(line: Line) -> str:
    """What a row looks for: as it says, a mail address where one stands there, else a name."""
    if written := line.text("claim"):
        if found := claim_of(written):
            return found
        words = "、".join(CLAIM_WORDS.values())
        raise cells.unread(
            line, "claim", "claim", f"見分け方「{written}」がありません。", f"{words} のどれかを選んでください。"
        )
    return "mail" if "@" in fold(line.text("pattern")) else "name"


def _pattern(line: Line, claim: str) -> str:
    return fold(line.text("pattern")).strip() if claim == "mail" else line.text("pattern")


def _said(plan: Plan, held: Rule | None, line: Line, day: date) -> Said:
    """One row; what stands already is taken as it stands."""
    role, written = role_of(line.text("role")), line.text("role")
    if written and not role:
        words = "、".join(ROLE_WORDS.values())
        raise cells.unread(
            line, "role", "role", f"権限「{written}」がありません。", f"{words} のどれかを選んでください。"
        )
    claim = _claim(line) if line.text("claim") or not held else held.claim
    pattern = _pattern(line, claim)
    if held and (not pattern or pattern.casefold() == held.pattern.casefold()):
        pattern = held.pattern  # large and small letters are the same to a rule
    named = line.text("plan")
    plan_id = None if not named else "" if is_everywhere(named) else plan.id
    told = line.told("department") is not None or line.told("department_id") is not None
    return Said(line, claim, pattern, role or None, plan_id, _spot(plan, held, line, day) if told else None)


def _spot(plan: Plan, held: Rule | None, line: Line, day: date) -> Spot:
    """The place that a row names; what a rule names already may have ended, or be no more in the plan."""
    code, division = line.text("department_id"), line.text("division_id")
    if held and code in held.departments and not line.text("department"):
        return code, division if division in held.divisions else ""
    department = cells.department_of(line, plan, day)
    if department is None:
        if line.text("division"):
            raise cells.unread(
                line, "no_department", "department", "課はありますが、部局が空欄です。", "部局を選んでください。"
            )
        return "", ""
    if not division and not line.text("division"):
        return department.id, ""
    # People change names; a code stands there only where a name would not do.
    named = [v for v in department.divisions_on(day) if canonical(v.name) == canonical(line.text("division"))]
    if not named and held and division in held.divisions and division.startswith(f"{department.id}/"):
        return department.id, division
    found = named[0] if len(named) == 1 else cells.division_of(line, department, day)
    if found is None:
        message = f"{department.name(day)}に課「{line.text('division')}」がありません。"
        advice = "課の名前を直すか、課の行を加えてください。"
        raise cells.unread(line, "division", "division", message, advice)
    return department.id, f"{department.id}/{found.id}"
