"""What the rows of 利用者 would change: rules to make or set anew, rules to take out of force, each in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi.issue import Issue, Severity
from kpi.people import ROLE_WORDS, Role
from kpi.plan import Plan
from loaders.directory import directory_cells as cells
from loaders.directory.directory_cells import Change, Unread
from loaders.directory.directory_columns import CLAIM_WORDS
from loaders.directory.directory_lines import Line
from loaders.directory.directory_rows import places_of
from loaders.directory.rule_checks import rule_lacking
from loaders.directory.rule_rows import Said, Spot, groups
from loaders.store import Rule


@dataclass(frozen=True)
class Rules:
    """What the rows would change; ``absent`` would be taken out, were it agreed to."""

    made: tuple[Rule, ...] = ()
    removed: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    absent: tuple[Change, ...] = ()
    issues: tuple[Issue, ...] = ()


def rules(
    plan: Plan, standing: Sequence[Rule], lines: Sequence[Line], day: date, *, whole: bool, ending: bool, certain: bool
) -> Rules:
    """The rows against the rules that hold in the plan; those of other plans are neither shown nor touched.

    ``whole``, ``certain``: see :func:`loaders.directory.office_differences.offices`.
    """
    mine = {r.rule_id: r for r in standing if r.plan_id in ("", plan.id)}
    told, issues, spoilt, sure = groups(plan, standing, lines, day)
    wanted: dict[str, Rule] = {}
    for key, said in told.items():
        try:
            made, more = _rule(plan, mine.get(key), said)
        except Unread as error:
            issues.append(error.issue)
            spoilt.add(key)
            continue
        issues += more
        wanted[key] = made
    changed = {key: rule for key, rule in wanted.items() if rule != mine.get(key) and key not in spoilt}
    absent = [r for r in mine.values() if r.rule_id not in told] if (told or whole) and certain and sure else []
    return _settled(plan, standing, changed, absent, issues, day, ending=ending)


def _settled(
    plan: Plan, standing: Sequence[Rule], changed: Mapping[str, Rule], absent: Sequence[Rule], issues: Sequence[Issue],
    day: date, *, ending: bool,
) -> Rules:  # fmt: skip
    """The differences, without those that would leave nobody who may set rules."""
    before = {r.rule_id: r for r in standing}
    removed = absent if ending else []
    after = {**before, **changed}
    left = [r for key, r in after.items() if keeps_rules(r) and all(key != gone.rule_id for gone in removed)]
    if any(map(keeps_rules, standing)) and not left:
        keys = {r.rule_id for r in standing if keeps_rules(r)}
        changed = {key: r for key, r in changed.items() if key not in keys}
        removed = [r for r in removed if r.rule_id not in keys]
        issues = (*issues, LAST_ADMINISTRATOR)
    ends = tuple(Change("ended", _who(r), _what(plan, r, day), "") for r in absent)
    return Rules(
        tuple(changed.values()),
        tuple(r.rule_id for r in removed),
        tuple(_change(plan, before.get(key), r, day) for key, r in changed.items())
        + tuple(c for c, r in zip(ends, absent, strict=True) if r in removed),
        () if ending else ends,
        tuple(issues),
    )


#: Said of the table as of one rule that is changed or taken out.
LAST_ADMINISTRATOR = Issue(
    "directory.last_admin",
    Severity.FIX,
    "このままでは、すべての計画の管理者の規則が1つも残りません。この規則は変えません。",
    "先に、すべての計画の管理者を、もう1人加えてください。",
)


def keeps_rules(rule: Rule) -> bool:
    """Whether a rule makes somebody who may set rules."""
    return rule.role == Role.ADMIN and not rule.plan_id


# --- rows to rules --------------------------------------------------------------------------------------------------


def _rule(plan: Plan, held: Rule | None, said: Sequence[Said]) -> tuple[Rule, list[Issue]]:
    """The rule that the rows about it make together, and notes about them."""
    if not said:  # every row of it is spoilt: it stays
        return held or Rule("", "mail", "", Role.READER), []
    first = said[0].line
    role = _one(said, "role", "role") or (held.role if held else "")
    if not role:
        raise cells.unread(first, "no_role", "role", "権限が空欄です。", "権限を選んでください。")
    plan_id = _one(said, "plan_id", "plan")
    if plan_id is None:
        plan_id = held.plan_id if held else ""
        plan_id = plan.id if role == Role.DEPARTMENT else plan_id
    claim = _one(said, "claim", "claim") or "mail"
    made = Rule(held.rule_id if held else "", claim, _one(said, "pattern", "pattern") or "", role, plan_id=plan_id)
    spots, issues = _reach(held, said, role)
    made = replace(
        made, departments=tuple(dict.fromkeys(d for d, _ in spots)), divisions=tuple(v for _, v in spots if v)
    )
    if held and _sense(made) == _sense(held):
        return held, issues
    if fault := rule_lacking(made):
        key = "department" if role == Role.DEPARTMENT and not spots else "plan" if not plan_id and spots else "pattern"
        raise cells.unread(first, "rule_fault", key, *fault)
    return made, issues


def _reach(held: Rule | None, said: Sequence[Said], role: str) -> tuple[Sequence[Spot], list[Issue]]:
    """The places of a rule: those that stand where the rows tell the same or nothing; none but a 部局担当's."""
    spots, issues = _spots(said)
    before = places_of(held) if held else ()
    if all(one.place is None for one in said) or set(spots) == set(before):
        return before, issues
    if spots and role != Role.DEPARTMENT:
        message = f"{ROLE_WORDS[Role(role)]}の行の部局は使いません。"
        return (), [*issues, said[0].line.issue("not_here", "department", message, _EVERY, Severity.NOTE)]
    return spots, issues


_EVERY = "どの部局にも及びます。"


def _sense(rule: Rule) -> tuple[object, ...]:
    return rule.claim, rule.pattern, rule.role, rule.plan_id, frozenset(places_of(rule))


def _one(said: Sequence[Said], name: str, key: str) -> str | None:
    """What the rows of one rule agree on."""
    told = [(one.line, value) for one in said if (value := getattr(one, name)) is not None]
    for line, value in told:
        if value != told[0][1]:
            message = f"{told[0][0].row}行目と同じ利用者の行ですが、内容が違います。"
            raise cells.unread(line, "two_rows", key, message, "同じにするか、どちらかの行を消してください。")
    return told[0][1] if told else None


def _spots(said: Sequence[Said]) -> tuple[list[Spot], list[Issue]]:
    """The places of all rows, each once; a whole department beside one of its 課 is not one place."""
    found: dict[Spot, Line] = {}
    issues: list[Issue] = []
    for one in said:
        place = one.place or ("", "")
        if place in found:
            message = f"{found[place].row}行目と同じ行です。1つとして読みました。"
            issues.append(one.line.issue("same_row", "pattern", message, "", Severity.NOTE))
            continue
        found[place] = one.line
    found.pop(("", ""), None)
    for (department, division), line in found.items():
        if division and (department, "") in found:
            message = "同じ利用者に、部局全体の行と、その課の行があります。"
            raise cells.unread(line, "whole_and_part", "division", message, "どちらかの行を消してください。")
    return list(found), issues


# --- in words -------------------------------------------------------------------------------------------------------


def _who(rule: Rule) -> str:
    return f"利用者「{rule.pattern}」({CLAIM_WORDS.get(rule.claim, rule.claim)})"


def _what(plan: Plan, rule: Rule, day: date) -> str:
    names = {d.id: d.name(day) for d in plan.departments}
    divisions = {f"{d.id}/{v.id}": v.name for d in plan.departments for v in d.divisions}
    places = [f"{names.get(d, d)}の{divisions.get(v, v)}" if v else names.get(d, d) for d, v in places_of(rule)]
    where = f"({'、'.join(places)})" if places else ""
    everywhere = "" if rule.plan_id or rule.role == Role.READER else "、すべての計画"
    return f"{ROLE_WORDS[Role(rule.role)]}{where}{everywhere}"


def _change(plan: Plan, held: Rule | None, made: Rule, day: date) -> Change:
    if held is None:
        return Change("added", _who(made), "", _what(plan, made, day))
    renamed = _who(held) != _who(made)
    sides = [(f"{_who(r)}: " if renamed else "") + _what(plan, r, day) for r in (held, made)]
    return Change("changed", f"{_who(held)} {held.rule_id}", *sides)
