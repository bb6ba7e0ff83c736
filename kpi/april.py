"""What April brings: departments renamed, split and merged from a day on, indicators handed over, 課 set anew.

Each function takes a plan and gives the plan as it is then. The past stays: names, ownerships and divisions end the
day before and new ones begin, so that what was asked on an earlier day is answered as it was then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kpi.issue import Issue, Severity
from kpi.plan import Card, DatedName, Department, Division, Indicator, Ownership, Plan
from kpi.scope import is_dropped

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Unfit(ValueError):
    """The change cannot be made; ``issue`` says why and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.issue = Issue("april.unfit", Severity.FIX, message, advice)


def rename(plan: Plan, department_id: str, name: str, day: date) -> Plan:
    """A department bears another name from a day on; returns under the old one still find their way."""
    department = _department(plan, department_id)
    if department.name(day) == name.strip():
        raise Unfit("いまの部局名と同じです。", "新しい部局名を入力してください。")
    kept = tuple(
        replace(n, valid_to=_before(n.valid_to, day))
        for n in department.names
        if n.valid_from is None or n.valid_from < day
    )
    return _with_department(plan, replace(department, names=(*kept, DatedName(_name(name), day))))


def merge(plan: Plan, department_ids: Sequence[str], into_id: str, name: str, day: date) -> Plan:
    """Departments become one, one of them or a new one; their indicators and 課 go with them."""
    if len(set(department_ids)) < 2:
        raise Unfit("統合する部局が1つしかありません。", "2つ以上の部局を選んでください。")
    for one in department_ids:
        _department(plan, one)
    found = next((d for d in plan.departments if d.id == into_id), None)
    if found is not None and into_id not in department_ids:
        raise Unfit("統合先のIDは、統合しない別の部局のものです。", "統合する部局のどれかか、新しいIDにしてください。")
    if found is None:
        plan = _added(plan, into_id, name, day)
    elif found.name(day) != name.strip():
        plan = rename(plan, into_id, name, day)
    for one in department_ids:
        if one != into_id:
            plan = move_indicators(plan, [i.id for i in plan.owned_by(one, day)], into_id, day)
            plan = _with_department(plan, _ended(_department(plan, one), day))
    return plan


def split(
    plan: Plan, department_id: str, new_id: str, name: str, indicator_ids: Sequence[str], day: date
) -> Plan:  # fmt: skip
    """A part of a department becomes a department of its own, with the indicators named."""
    own = {i.id for i in plan.owned_by(_department(plan, department_id).id, day)}
    if not indicator_ids or not set(indicator_ids) <= own:
        raise Unfit("分ける指標がないか、この部局の指標ではありません。", "この部局の指標から選んでください。")
    return move_indicators(_added(plan, new_id, name, day), indicator_ids, new_id, day)


def move_indicators(plan: Plan, indicator_ids: Iterable[str], department_id: str, day: date) -> Plan:
    """Another department answers for indicators from a day on. A 課 whose indicators all go, goes with them."""
    moved = frozenset(indicator_ids)
    unknown = moved - {i.id for i in plan.indicators}
    if unknown:
        raise Unfit(f"計画にない指標があります({'、'.join(sorted(unknown))})。", "指標を選び直してください。")
    target = _department(plan, department_id)
    held = tuple(
        replace(o, valid_to=_before(o.valid_to, day)) if o.indicator_id in moved else o
        for o in plan.ownerships
        if o.indicator_id not in moved or o.valid_from is None or o.valid_from < day
    )
    new = tuple(Ownership(i.id, department_id, day) for i in plan.indicators if i.id in moved)
    for source in plan.departments:
        going = [v for v in source.divisions_on(day) if v.indicators and frozenset(v.indicators) <= moved]
        if source.id != department_id and going:
            stay = tuple(replace(v, valid_to=_before(v.valid_to, day)) if v in going else v for v in source.divisions)
            plan = _with_department(plan, replace(source, divisions=stay))
            there = {v.id for v in target.divisions}
            come = tuple(replace(v, valid_from=day, valid_to=None) for v in going if v.id not in there)
            target = replace(target, divisions=(*target.divisions, *come))
    return replace(_with_department(plan, target), ownerships=(*held, *new))


def set_divisions(plan: Plan, department_id: str, divisions: Sequence[Division], mail: str | None, day: date) -> Plan:
    """The 課 of a department, all of them; one indicator belongs to one 課 at a time."""
    department = _department(plan, department_id)
    ids = [v.id for v in divisions]
    if len(set(ids)) < len(ids) or not all(_ID.fullmatch(i) for i in ids):
        raise Unfit(
            "課のIDが重なっているか、使えない文字があります。",
            "英小文字・数字・「-」で、課ごとに別のIDにしてください。",
        )
    owned = {i.id for i in plan.owned_by(department_id, day)}
    seen: set[str] = set()
    for division in divisions:
        _name(division.name)
        if not division.holds(day):
            continue
        own = set(division.indicators)
        if own & seen:
            raise Unfit(f"「{division.name}」の指標がほかの課と重なっています。", "1つの指標は1つの課にしてください。")
        already = {i for v in department.divisions for i in v.indicators}
        if own - owned - already:
            raise Unfit(f"「{division.name}」に、部局外の指標があります。", "この部局の指標から選んでください。")
        seen |= own
    changed = replace(department, divisions=tuple(divisions), mail=department.mail if mail is None else mail.strip())
    return _with_department(plan, changed)


def ownerless(plan: Plan, day: date, cards: Mapping[str, Card] | None = None) -> tuple[Indicator, ...]:
    """Indicators that no department there is answers for on a day; those that are 欠番 need none."""
    in_force = cards or {c.indicator_id: c for c in plan.cards}
    alive = {d.id for d in plan.departments if any(n.holds(day) for n in d.names)}
    return tuple(
        i
        for i in plan.indicators
        if ((owner := plan.owner(i.id, day)) is None or owner.id not in alive)
        and not (i.id in in_force and is_dropped(in_force[i.id], day))
    )


def _department(plan: Plan, department_id: str) -> Department:
    try:
        return plan.department(department_id)
    except KeyError:
        raise Unfit("部局が計画にありません。", "部局を選び直してください。") from None


def _with_department(plan: Plan, changed: Department) -> Plan:
    return replace(plan, departments=tuple(changed if d.id == changed.id else d for d in plan.departments))


def _added(plan: Plan, new_id: str, name: str, day: date) -> Plan:
    if not _ID.fullmatch(new_id) or any(d.id == new_id for d in plan.departments):
        raise Unfit(
            "新しい部局のIDが、使えない文字を含むか、すでにあります。",
            "英小文字・数字・「-」で、ない名前にしてください。",
        )
    return replace(plan, departments=(*plan.departments, Department(new_id, (DatedName(_name(name), day),))))


def _ended(department: Department, day: date) -> Department:
    """A department that is no more from a day on: its names and 課 end the day before."""
    names = tuple(
        replace(n, valid_to=_before(n.valid_to, day))
        for n in department.names
        if n.valid_from is None or n.valid_from < day
    )
    divisions = tuple(replace(v, valid_to=_before(v.valid_to, day)) for v in department.divisions)
    return replace(department, names=names or department.names[:1], divisions=divisions)


def _before(end: date | None, day: date) -> date:
    """The earlier of an end and the day before a day."""
    eve = day - timedelta(days=1)
    return eve if end is None or end > eve else end


def _name(name: str) -> str:
    if not name.strip():
        raise Unfit("名前が入力されていません。", "名前を入力してください。")
    return name.strip()
