"""What April brings: departments renamed, split and merged from a day on, indicators handed over, 課 set anew.

Each function takes a plan and gives the plan as it is then. The past stays: names, ownerships and divisions end the
day before and new ones begin, so that what was asked on an earlier day is answered as it was then. What is recorded for
a later day stays too, or stands in the way and is named. The same change the other way on the same day leaves no trace
but in a round of chosen departments: it goes on asking the one that an indicator was moved to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kpi.collection.letter_wording import date_text
from kpi.collection.scope import is_dropped
from kpi.collection.succession import follow
from kpi.issue import Issue, Severity
from kpi.people import has_control, mail_address
from kpi.plan import Card, DatedName, Department, Division, Indicator, Ownership, Plan

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_NUMBERED = re.compile(r"ka(\d+)")


class Unfit(ValueError):
    """The change cannot be made; ``issue`` says why and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.issue = Issue("april.unfit", Severity.FIX, message, advice)


def rename(plan: Plan, department_id: str, name: str, day: date) -> Plan:
    """A department bears another name from a day on, until a name recorded for later; the old one finds it still."""
    department = _department(plan, department_id)
    if department.name(day) == name.strip():
        raise Unfit("いまの部局名と同じです。", "新しい部局名を入力してください。")
    held = next((n for n in department.names if n.holds(day)), None)
    if held is None:
        raise _not_there(department, day)
    at = department.names.index(held)
    earlier = (replace(held, valid_to=_eve(day)),) if held.valid_from is None or held.valid_from < day else ()
    new = DatedName(_name(name), day, held.valid_to)
    names = _joined((*department.names[:at], *earlier, new, *department.names[at + 1 :]))
    return _with_department(plan, replace(department, names=names))


def merge(
    plan: Plan, department_ids: Sequence[str], into_id: str, name: str, day: date, closed: Collection[str] = ()
) -> Plan:
    """Departments become one, one of them or a new one; their indicators and 課 go with them.

    Its 主管課 keeps its address; where it has none, it takes over one. Rounds follow that are not ``closed``.
    """
    if len(set(department_ids)) < 2:
        raise Unfit("統合する部局が1つしかありません。", "2つ以上の部局を選んでください。")
    for one in department_ids:
        _department(plan, one)
    found = next((d for d in plan.departments if d.id == into_id), None)
    if found is not None and into_id not in department_ids:
        raise Unfit("統合先のIDは、統合しない別の部局のものです。", "統合する部局のどれかか、新しいIDにしてください。")
    absorbed = [d for d in dict.fromkeys(department_ids) if d != into_id]
    for one in absorbed:
        _nothing_later(plan, _lasting(plan, one, day), day)
    after = plan
    if found is None:
        after = _begun(plan, into_id, name, day)
    elif _lasting(plan, into_id, day).name(day) != name.strip():
        after = rename(plan, into_id, name, day)
    for one in absorbed:
        after = _handed(after, frozenset(i.id for i in after.owned_by(one, day)), into_id, day, whole=one)
        after = _with_department(after, _ended(_department(after, one), day))
    into = _department(after, into_id)
    mail = into.mail or next((m for one in absorbed if (m := plan.department(one).mail)), "")
    return follow(plan, _with_department(after, replace(into, mail=mail)), day, closed)


def split(
    plan: Plan,
    department_id: str,
    new_id: str,
    name: str,
    indicator_ids: Sequence[str],
    day: date,
    closed: Collection[str] = (),
) -> Plan:
    """A part of a department becomes a department of its own, with the indicators named.

    The id of a department that has ended brings that one back, with indicators or without: so a merger is undone.
    """
    own = {i.id for i in plan.owned_by(_department(plan, department_id).id, day)}
    new = all(d.id != new_id for d in plan.departments)
    if (new and not indicator_ids) or not set(indicator_ids) <= own:
        raise Unfit("分ける指標がないか、この部局の指標ではありません。", "この部局の指標から選んでください。")
    return follow(plan, _handed(_begun(plan, new_id, name, day), frozenset(indicator_ids), new_id, day), day, closed)


def move_indicators(
    plan: Plan, indicator_ids: Iterable[str], department_id: str, day: date, closed: Collection[str] = ()
) -> Plan:
    """Another department answers for indicators from a day on. A 課 whose indicators all go, goes with them."""
    moved = frozenset(indicator_ids)
    unknown = moved - {i.id for i in plan.indicators}
    if unknown:
        raise Unfit(f"計画にない指標があります({'、'.join(sorted(unknown))})。", "指標を選び直してください。")
    return follow(plan, _handed(plan, moved, _lasting(plan, department_id, day).id, day), day, closed)


def set_divisions(plan: Plan, department_id: str, divisions: Sequence[Division], mail: str | None, day: date) -> Plan:
    """The 課 of a department, all of them; one indicator or initiative belongs to one 課 at a time."""
    department = _department(plan, department_id)
    ids = [v.id for v in divisions]
    if len(set(ids)) < len(ids) or not all(_ID.fullmatch(i) for i in ids):
        raise Unfit(
            "課のIDが重なっているか、使えない文字があります。",
            "英小文字・数字・「-」で、課ごとに別のIDにしてください。",
        )
    owned = {i.id for i in plan.subjects_of(department_id, day)}
    work = {one.id for one in plan.initiatives}
    seen: set[str] = set()
    held = {v.id: (v.name, v.mail) for v in department.divisions}
    for division in divisions:
        named, posted = held.get(division.id, ("", ""))
        if division.name != named:
            _name(division.name)
        _mail(division.mail, posted)
        if not division.holds(day):
            continue
        own = set(division.indicators)
        if twice := own & seen:
            word = "取組" if twice <= work else "指標"
            raise Unfit(
                f"「{division.name}」の{word}がほかの課と重なっています。", f"1つの{word}は1つの課にしてください。"
            )
        already = {i for v in department.divisions for i in v.indicators}
        if strange := own - owned - already:
            word = "取組" if strange <= work else "指標"
            raise Unfit(f"「{division.name}」に、部局外の{word}があります。", f"この部局の{word}から選んでください。")
        seen |= own
    address = department.mail if mail is None else _mail(mail, department.mail)
    changed = replace(department, divisions=tuple(divisions), mail=address)
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


def ended(department: Department, day: date) -> bool:
    """Whether there is no department of this id on a day, nor one to come."""
    return all(n.valid_to is not None and (n.valid_to < day or _empty(n)) for n in department.names)


def free_division_id(department: Department) -> str:
    """An id that no 課 of the department has or had: returns tell by it whose they are."""
    used = [int(m[1]) for v in department.divisions if (m := _NUMBERED.fullmatch(v.id))]
    return f"ka{max(used, default=0) + 1}"


def left_behind(before: Plan, after: Plan, day: date) -> frozenset[str]:
    """The departments (``部局id``) and 課 (``部局id/課id``) there no longer are after a change, as rules name them."""
    gone = {d.id for d in before.departments if not ended(d, day) and ended(after.department(d.id), day)}
    return frozenset(gone) | (_places(before, day) - _places(after, day))


def _places(plan: Plan, day: date) -> frozenset[str]:
    return frozenset(f"{d.id}/{v.id}" for d in plan.departments for v in d.divisions_on(day))


# --- what is handed over -------------------------------------------------------------------------------------------


def _handed(plan: Plan, moved: frozenset[str], target_id: str, day: date, whole: str = "") -> Plan:
    """Indicators with another owner, and the 課 that go with them; of the department ``whole`` every one goes."""
    later = [o for o in plan.ownerships if o.subject_id in moved and o.valid_from and o.valid_from > day]
    if later:
        raise _in_the_way(*_words_of(plan, later[0]))
    going = {
        d.id: [v for v in d.divisions_on(day) if d.id == whole or _goes(plan, d.id, v, moved, target_id, day)]
        for d in plan.departments
        if d.id != target_id
    }
    plan = replace(plan, ownerships=_owned(plan, moved, target_id, day))
    for source_id, divisions in going.items():
        for division in divisions:
            plan = _division_handed(plan, source_id, division, target_id, moved, day, always=source_id == whole)
    return plan


def _owned(plan: Plan, moved: frozenset[str], target_id: str, day: date) -> tuple[Ownership, ...]:
    """Who answers for what then. What returns to whom it left on that very day is as if it had never gone."""
    held = [
        replace(o, valid_to=_before(o.valid_to, day)) if o.subject_id in moved else o
        for o in plan.ownerships
        if o.subject_id not in moved or o.valid_from is None or o.valid_from < day
    ]
    back = [o for o in held if o.subject_id in moved and o.department_id == target_id and o.valid_to == _eve(day)]
    new = moved - {o.subject_id for o in back}
    return (
        *(replace(o, valid_to=None) if o in back else o for o in held),
        *(Ownership(i.id, target_id, day) for i in plan.indicators if i.id in new),
    )


def _goes(plan: Plan, department_id: str, division: Division, moved: frozenset[str], target_id: str, day: date) -> bool:
    """Whether all a 課 answers for goes; what has left its department before is no longer its own.

    One that answers for nothing goes back where it came from that very day.
    """
    own = {i.id for i in plan.owned_by(department_id, day)} & set(division.indicators)
    if own:
        return own <= moved
    return division.valid_from == day and _left(plan.department(target_id), division, day) is not None


def _left(department: Department, division: Division, day: date) -> Division | None:
    """The 課 of that name that a department had until the eve of a day."""
    return next((v for v in department.divisions if v.name == division.name and v.valid_to == _eve(day)), None)


def _division_handed(
    plan: Plan, source_id: str, division: Division, target_id: str, moved: frozenset[str], day: date, *, always: bool
) -> Plan:
    """A 課 ends in one department and begins in another, under its id where that is free.

    An indicator that comes back to a 課 which is still there stays with that one.
    """
    source, target = plan.department(source_id), plan.department(target_id)
    taken = {i for v in target.divisions_on(day) for i in v.indicators}
    mine = tuple(i for i in division.indicators if i in moved)
    own = tuple(i for i in mine if i not in taken)
    if mine and not own and not always:
        return plan
    ending = replace(division, valid_to=_before(division.valid_to, day))
    source = replace(source, divisions=tuple(ending if v.id == division.id else v for v in source.divisions))
    before = _left(target, division, day)
    if before is not None:
        both = tuple(dict.fromkeys((*before.indicators, *own)))
        again = replace(before, indicators=both, mail=division.mail, valid_to=None)
        divisions = tuple(again if v is before else v for v in target.divisions)
    else:
        free = all(v.id != division.id for v in target.divisions)
        new_id = division.id if free else free_division_id(target)
        divisions = (*target.divisions, Division(new_id, division.name, own, division.mail, day))
    return _with_department(_with_department(plan, source), replace(target, divisions=divisions))


# --- what is recorded for a later day ------------------------------------------------------------------------------


def _lasting(plan: Plan, department_id: str, day: date) -> Department:
    """A department that is there on a day and, as far as is recorded, from then on."""
    department = _department(plan, department_id)
    if not any(n.holds(day) for n in department.names):
        raise _not_there(department, day)
    ends = [n.valid_to for n in department.names if n.valid_to is not None]
    if len(ends) == len(department.names):
        raise _in_the_way(max(ends) + timedelta(days=1), f"「{department.names[-1].name}」の廃止(統合)")
    return department


def _nothing_later(plan: Plan, department: Department, day: date) -> None:
    """Refuse to end a department for which something is recorded on a later day."""
    later = [
        *((n.valid_from, f"「{n.name}」への改称") for n in department.names),
        *(_words_of(plan, o) for o in plan.ownerships if o.department_id == department.id),
        *((v.valid_from, f"「{v.name}」の設置") for v in department.divisions if not _empty(v)),
    ]
    found = next(((begins, what) for begins, what in later if begins is not None and begins > day), None)
    if found:
        raise _in_the_way(*found)


def _words_of(plan: Plan, held: Ownership) -> tuple[date | None, str]:
    numbers = {i.id: i.number for i in plan.indicators}
    owner = plan.department(held.department_id).names[-1].name
    return held.valid_from, f"指標{numbers.get(held.subject_id, held.subject_id)}の「{owner}」への移管"


def _in_the_way(begins: date | None, what: str) -> Unfit:
    told = f"{date_text(begins)}からの{what}" if begins else what
    return Unfit(
        f"{told}が、すでに記録されています。",
        "それより前の日からは変更できません。その日以後の日にするか、先にその変更を同じ日付で元に戻してください。",
    )


def _not_there(department: Department, day: date) -> Unfit:
    words = "廃止されています" if ended(department, day) else "まだ置かれていません"
    return Unfit(
        f"「{department.name(day)}」は、{date_text(day)}には{words}。",
        "日付か部局を選び直してください。廃止された部局は「部局を分ける」で戻せます。",
    )


# --- departments and spans -----------------------------------------------------------------------------------------


def _department(plan: Plan, department_id: str) -> Department:
    try:
        return plan.department(department_id)
    except KeyError:
        raise Unfit("部局が計画にありません。", "部局を選び直してください。") from None


def _with_department(plan: Plan, changed: Department) -> Plan:
    return replace(plan, departments=tuple(changed if d.id == changed.id else d for d in plan.departments))


def _begun(plan: Plan, new_id: str, name: str, day: date) -> Plan:
    """A new department from a day on, or one that had ended and comes back with its id."""
    old = next((d for d in plan.departments if d.id == new_id), None)
    if not _ID.fullmatch(new_id) or (old is not None and not ended(old, day)):
        raise Unfit(
            "新しい部局のIDが、使えない文字を含むか、すでにあります。",
            "英小文字・数字・「-」で、ない名前にしてください。",
        )
    new = DatedName(_name(name), day)
    if old is None:
        return replace(plan, departments=(*plan.departments, Department(new_id, (new,))))
    earlier = (n for n in old.names if n.valid_from is None or n.valid_from < day)
    return _with_department(plan, replace(old, names=_joined((*earlier, new))))


def _ended(department: Department, day: date) -> Department:
    """A department that is no more from a day on: its names and 課 end the day before.

    One that would have begun that very day keeps a name of no day, so that what was said about it stays readable.
    """
    begun = tuple(n for n in department.names if n.valid_from is None or n.valid_from < day)
    names = tuple(replace(n, valid_to=_before(n.valid_to, day)) for n in begun or department.names[:1])
    divisions = tuple(replace(v, valid_to=_before(v.valid_to, day)) for v in department.divisions)
    return replace(department, names=names, divisions=divisions)


def _joined(names: Sequence[DatedName]) -> tuple[DatedName, ...]:
    """Names in their order, one that goes on under the same name the next day as one."""
    out: list[DatedName] = []
    for name in names:
        last = out[-1] if out else None
        if last and last.name == name.name and name.valid_from and last.valid_to == _eve(name.valid_from):
            out[-1] = replace(last, valid_to=name.valid_to)
        else:
            out.append(name)
    return tuple(out)


def _empty(span: DatedName | Division) -> bool:
    """Whether it holds on no day at all: begun and taken back from the same day."""
    return span.valid_from is not None and span.valid_to is not None and span.valid_to < span.valid_from


def _eve(day: date) -> date:
    return day - timedelta(days=1)


def _before(end: date | None, day: date) -> date:
    """The earlier of an end and the day before a day."""
    return _eve(day) if end is None or end > _eve(day) else end


def _name(name: str) -> str:
    if not name.strip():
        raise Unfit("名前が入力されていません。", "名前を入力してください。")
    if has_control(name.strip()):
        raise Unfit("名前に、改行や目に見えない制御文字が入っています。", "その文字を消して、入力し直してください。")
    return name.strip()


def _mail(address: str, held: str) -> str:
    """An address that is typed now; what stands there already is not asked about again."""
    wanted = address.strip()
    if wanted and wanted != held and not mail_address(wanted):
        raise Unfit(
            "メールの書き方が違います。", "半角英数字で、アドレスを1つだけ入力してください(「,」や改行は使えません)。"
        )
    return wanted
