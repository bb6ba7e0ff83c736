"""What the rows of 主管課 and 課 would change: each department's 課 as they would be, and in words what is another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpi.collection.reorganisation import Unfit, ended, free_division_id, set_divisions
from kpi.issue import Issue, Severity
from kpi.plan import Department, Division, Plan
from loaders.directory import directory_cells as cells
from loaders.directory.directory_cells import Change, Unread
from loaders.directory.directory_columns import BETWEEN, DIVISION, LEAD
from loaders.directory.directory_lines import Line
from loaders.text.characters import canonical


@dataclass(frozen=True)
class Office:
    """A department as the table has it: all its 課, those that have ended too, and its 主管課's address."""

    department_id: str
    divisions: tuple[Division, ...]
    mail: str


@dataclass(frozen=True)
class Offices:
    """What the rows would change. ``plan`` is the plan as it is then; ``absent`` would end, were it agreed to."""

    plan: Plan
    changed: tuple[Office, ...] = ()
    changes: tuple[Change, ...] = ()
    absent: tuple[Change, ...] = ()
    issues: tuple[Issue, ...] = ()


def offices(
    plan: Plan, lines: Sequence[tuple[str, Line]], day: date, mine: Collection[str], *, whole: bool, ending: bool,
    certain: bool,
) -> Offices:  # fmt: skip
    """The rows against the plan. ``mine`` are the departments that may be changed.

    ``whole``: the table lists every department, so that one without a row has lost its 課. ``certain``: every row of
    the table says what it is about; otherwise nothing counts as taken out.
    """
    own, issues, spoilt, sure = _by_department(plan, lines, day, mine)
    found = Offices(plan, issues=tuple(issues))
    for department in plan.departments:
        rows = own.get(department.id, [])
        asked = rows or (whole and department.id in mine and not ended(department, day))
        if asked and department.id not in spoilt:
            found = _taken(found, department, rows, day, ending=ending, certain=certain and sure)
        elif department.id in spoilt:
            found = replace(found, issues=(*found.issues, _held(department, day)))
    return found


def _by_department(
    plan: Plan, lines: Sequence[tuple[str, Line]], day: date, mine: Collection[str]
) -> tuple[dict[str, list[tuple[str, Line]]], list[Issue], set[str], bool]:
    """The rows by department, what is wrong, the departments it is wrong with, and whether each row found its own."""
    own: dict[str, list[tuple[str, Line]]] = {}
    issues: list[Issue] = []
    spoilt: set[str] = set()
    sure = True
    for sort, line in lines:
        issues += line.faults
        try:
            cells.ask_plan(line, plan)
            department = cells.needed_department(line, plan, day)
            if department.id not in mine:
                raise cells.unread(line, "right", "department", "この部局の課を決める権限がありません。", "")
        except Unread as error:
            sure = False
            if not line.faults:
                issues.append(error.issue)
            continue
        if line.faults:
            spoilt.add(department.id)
        own.setdefault(department.id, []).append((sort, line))
    return own, issues, spoilt, sure


def _held(department: Department, day: date) -> Issue:
    message = f"直すまで、{department.name(day)}の課と連絡先は変えません。"
    return Issue("directory.held", Severity.NOTE, message, "ほかの部局の行は、そのまま使えます。")


def _taken(
    found: Offices, department: Department, rows: Sequence[tuple[str, Line]], day: date, *, ending: bool, certain: bool
) -> Offices:
    """One department's rows put into the plan, or what is wrong with them."""
    told, mail, issues = _told(found.plan, department, rows, day)
    if any(issue.severity is Severity.FIX for issue in issues):
        return replace(found, issues=(*found.issues, *issues, _held(department, day)))
    absent = [v for v in department.divisions_on(day) if v.id not in told] if certain else []
    gone = {v.id for v in absent} if ending else set()
    eve = day - timedelta(days=1)
    standing = [replace(v, valid_to=eve) if v.id in gone else told.get(v.id, v) for v in department.divisions]
    divisions = (*standing, *(v for key, v in told.items() if all(key != s.id for s in standing)))
    ends = tuple(Change("ended", _what(department, day, v), _words(found.plan, v), "") for v in absent)
    changes = _changes(found.plan, department, divisions, mail, day)
    found = replace(found, issues=(*found.issues, *issues), absent=(*found.absent, *(() if ending else ends)))
    if divisions == department.divisions and mail == department.mail:
        return found
    try:
        after = set_divisions(found.plan, department.id, divisions, mail, day)
    except Unfit as unfit:
        where = replace(unfit.issue, sheet=rows[0][1].sheet) if rows else unfit.issue
        return replace(found, issues=(*found.issues, where, _held(department, day)))
    return replace(
        found,
        plan=after,
        changed=(*found.changed, Office(department.id, divisions, mail)),
        changes=(*found.changes, *changes, *(ends if ending else ())),
    )


def _told(
    plan: Plan, department: Department, rows: Sequence[tuple[str, Line]], day: date
) -> tuple[dict[str, Division], str, list[Issue]]:
    """The 課 that the rows tell, by id (new ones under one that is free), the 主管課's address, and what is wrong."""
    told: dict[str, Division] = {}
    mail, issues = department.mail, list[Issue]()
    seen: dict[str, Line] = {}
    taken: dict[str, Division] = {}
    for sort, line in rows:
        issues += cells.unused(line, sort)
        try:
            standing = cells.division_of(line, department, day) if sort == DIVISION else None
            key = standing.id if standing else canonical(line.text("division")) if sort == DIVISION else ""
            if key in seen:
                issues.append(_again(line, seen[key]))
                continue
            seen[key] = line
            if sort == LEAD:
                mail = cells.mail_of(line, department.mail)
                continue
            made = _division(plan, department, line, standing, told, day)
            _ask_taken(plan, line, made, taken, {i.id for i in plan.owned_by(department.id, day)})
            told[made.id] = made
        except Unread as error:
            issues.append(error.issue)
    return told, mail, issues


def _again(line: Line, first: Line) -> Issue:
    """A second row about the same: the same again is a note, anything else nobody can decide."""
    if line.cells == first.cells:
        message, advice = f"{first.row}行目と同じ行です。1つとして読みました。", ""
        return line.issue("same_row", "department", message, advice, Severity.NOTE)
    message = f"{first.row}行目と同じ課(または主管課)の行ですが、内容が違います。"
    return line.issue("two_rows", "department", message, "どちらかの行を消してください。")


def _division(
    plan: Plan, department: Department, line: Line, standing: Division | None, told: dict[str, Division], day: date
) -> Division:
    """One 課 as its row has it."""
    name = cells.division_name(line, standing)
    if standing is None:
        taken = replace(department, divisions=(*department.divisions, *told.values()))
        standing = Division(free_division_id(taken), name)
    indicators = standing.indicators
    if line.told("indicators") is not None:
        owned = {i.id for i in plan.owned_by(department.id, day)}
        wanted = cells.indicators_of(line, plan, department, day)
        if set(wanted) != set(indicators) & owned:
            # An indicator that has gone to another department stays with the 課 that answered for it before.
            indicators = (*(i for i in indicators if i not in owned), *wanted)
    return replace(standing, name=name, indicators=indicators, mail=cells.mail_of(line, standing.mail))


def _ask_taken(plan: Plan, line: Line, made: Division, taken: dict[str, Division], owned: Collection[str]) -> None:
    """Refuse an indicator that a row above has for another 課. What has left the department is nobody's any more."""
    mine = [i for i in made.indicators if i in owned]
    twice = next((i for i in mine if i in taken), None)
    if twice:
        message = f"指標{plan.indicator(twice).number}は「{taken[twice].name}」にもあります。"
        raise cells.unread(line, "taken", "indicators", message, "1つの指標は1つの課にしてください。")
    taken |= dict.fromkeys(mine, made)


# --- in words -------------------------------------------------------------------------------------------------------


def _what(department: Department, day: date, division: Division) -> str:
    return f"{department.name(day)}の課「{division.name}」"


def _words(plan: Plan, division: Division) -> str:
    numbers = BETWEEN.join(i.number for i in plan.indicators if i.id in division.indicators)
    return f"指標: {numbers or 'なし'}、メール: {division.mail or 'なし'}"


def _changes(
    plan: Plan, department: Department, divisions: Sequence[Division], mail: str, day: date
) -> tuple[Change, ...]:
    """What is another, those apart that end."""
    found: list[Change] = []
    if mail != department.mail:
        found.append(
            Change("changed", f"{department.name(day)}の主管課のメール", department.mail or "なし", mail or "なし")
        )
    before = {v.id: v for v in department.divisions}
    for one in divisions:
        old = before.get(one.id)
        if old is None:
            found.append(Change("added", _what(department, day, one), "", _words(plan, one)))
        elif (old.name, old.indicators, old.mail) != (one.name, one.indicators, one.mail):
            named = ("", "") if old.name == one.name else (f"名称: {old.name}、", f"名称: {one.name}、")
            sides = [word + _words(plan, v) for word, v in zip(named, (old, one), strict=True)]
            found.append(Change("changed", _what(department, day, old), *sides))
    return tuple(found)
