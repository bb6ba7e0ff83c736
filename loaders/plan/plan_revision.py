"""A plan's workbook against what stands: what would be added, changed and ended, and the plan that would stand then.

What values hang on never disappears: an indicator that the workbook lacks becomes 欠番, an initiative is ended, a 課
ends, each from the day the revision holds; a 部局 or a round that has begun cannot be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol, TypeVar

from kpi.issue import Issue, Severity
from kpi.plan import Card, Department, Ownership, Plan
from loaders.plan.row_changes import HOW_WORDS, RowChange, row_changes
from loaders.text.characters import canonical

__all__ = ["HOW_WORDS", "MOVED_ON", "Revision", "RowChange", "compare"]

#: What is said where the plan has changed since a workbook was taken from it.
MOVED_ON = (
    "この定義書を受け取ったあとに、計画が変わっています。「変わるところ」には、そのあいだに変わったものを元に戻すところも含まれます。"
    "元に戻すのでなければ、定義書を受け取り直して、それを書き換えてください。"
)


@dataclass(frozen=True)
class Revision:
    """What a workbook would change: the plan as it would stand, each change in words, what keeps it from being done."""

    plan: Plan
    changes: tuple[RowChange, ...] = ()
    issues: tuple[Issue, ...] = ()


def compare(now: Plan, wanted: Plan, begun: Collection[str], from_day: date) -> Revision:
    """The plan of a workbook against the one in force (its cards too). ``begun`` are the rounds that have begun.

    The revision holds from ``from_day``; what is about no day holds at once.
    """
    plan = _kept(now, wanted, from_day)
    return Revision(plan, row_changes(now, plan, _ended(now, wanted)), tuple(_faults(now, wanted, plan, begun)))


def _ended(now: Plan, wanted: Plan) -> frozenset[tuple[str, str]]:
    """The indicators and initiatives that the workbook lacks."""
    tables = (("indicator", now.indicators, wanted.indicators), ("initiative", now.initiatives, wanted.initiatives))
    return frozenset(
        (table, one) for table, old, new in tables for one in {o.id for o in old} - {n.id for n in new}
    )  # fmt: skip


# --- the plan that would stand ---------------------------------------------------------------------------------------


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_HasId)


def _kept(now: Plan, wanted: Plan, day: date) -> Plan:
    gone = _ended(now, wanted)
    lost = {one for _, one in gone}
    ended = {i.id: replace(i, state="ended") for i in now.initiatives if ("initiative", i.id) in gone}
    cards = {c.indicator_id: c for c in wanted.cards}
    cards |= {c.indicator_id: _dropped(c, day) for c in now.cards if ("indicator", c.indicator_id) in gone}
    indicators = _merged(now.indicators, wanted.indicators)
    held = [o if ("initiative", o.subject_id) not in gone else _until(o, day) for o in now.ownerships]
    own = [o for o in wanted.ownerships if o.subject_id not in lost]
    return replace(
        wanted,
        id=now.id,
        indicators=indicators,
        cards=tuple(cards[i.id] for i in indicators),
        initiatives=_merged([ended.get(i.id, i) for i in now.initiatives], wanted.initiatives),
        ownerships=(*own, *(o for o in held if o.subject_id in lost)),
        departments=tuple(_with_divisions(now, department, day) for department in wanted.departments),
    )


def _dropped(card: Card, day: date) -> Card:
    return card if card.dropped_on else replace(card, dropped_on=day)


def _until(held: Ownership, day: date) -> Ownership:
    """Nobody is asked about an initiative that is ended; one that was never anybody's before stays as it is."""
    last = day - timedelta(days=1)
    begins = held.valid_from is None or held.valid_from <= last
    return replace(held, valid_to=last) if begins and (held.valid_to is None or held.valid_to > last) else held


def _merged(old: Sequence[_T], new: Sequence[_T]) -> tuple[_T, ...]:
    """The new ones in their order, and each old one that they lack behind the one that it stood behind."""
    found = list(new)
    ids = [one.id for one in new]
    for place, one in enumerate(old):
        if one.id not in ids:
            at = 1 + ids.index(old[place - 1].id) if place else 0
            found.insert(at, one)
            ids.insert(at, one.id)
    return tuple(found)


def _with_divisions(now: Plan, department: Department, day: date) -> Department:
    """A 課 that the workbook lacks ends; that it was there stays."""
    before = next((d.divisions for d in now.departments if d.id == department.id), ())
    last = day - timedelta(days=1)
    kept = [replace(v, valid_to=last) if v.valid_to is None or v.valid_to > last else v for v in before]
    return replace(department, divisions=_merged(kept, department.divisions))


# --- what keeps it from being done -----------------------------------------------------------------------------------


def _faults(now: Plan, wanted: Plan, plan: Plan, begun: Collection[str]) -> Iterator[Issue]:
    if wanted.id != now.id:
        message = f"別の計画の定義書です(計画の記号「{wanted.id}」)。"
        advice = f"いま開いている計画は「{now.name}」({now.id})です。その計画を開いてから入れてください。"
        yield Issue("plan.another", Severity.FIX, message, advice, "計画", value=wanted.id)
        return
    yield from _lost(now, wanted, begun)
    yield from _numbers(now, plan)
    yield from _moved_names(now, wanted)
    yield from _still_used(now, wanted, plan)


def _still_used(now: Plan, wanted: Plan, plan: Plan) -> Iterator[Issue]:
    """Fields and items that are gone though what stays behind as 欠番 or ended stands in them."""
    there = {field.id for field in plan.fields} | {item.id for field in plan.fields for item in field.items}
    places: dict[str, tuple[str, set[str]]] = {i.id: (i.name, {i.field_id, i.item_id} - {""}) for i in now.indicators}
    places |= {i.id: (i.name, {i.item_id}) for i in now.initiatives}
    for _, one in sorted(_ended(now, wanted)):
        name, where = places[one]
        if not where <= there:
            message = f"欠番・終了にする「{name}」の分野か項目がなくなります。"
            advice = "分野と項目は、欠番・終了のものが残っているあいだ、消さないでください。"
            yield Issue("plan.still_used", Severity.FIX, message, advice, "分野", subject_id=one)


def _lost(now: Plan, wanted: Plan, begun: Collection[str]) -> Iterator[Issue]:
    there = {d.id for d in wanted.departments}
    for department in now.departments:
        if department.id not in there:
            message = f"部局「{department.names[-1].name}」({department.id})の行がありません。"
            advice = "廃止する部局も行を残し、名称の「終わりの日」を書いてください。"
            yield Issue("plan.lost_department", Severity.FIX, message, advice, "部局", subject_id=department.id)
    rounds = {r.id for r in wanted.rounds}
    for one in now.rounds:
        if one.id in begun and one.id not in rounds:
            message = f"照会「{one.name}」({one.id})は始まっているため、消せません。"
            yield Issue("plan.lost_round", Severity.FIX, message, "その行を残してください。", "照会", subject_id=one.id)


def _moved_names(now: Plan, wanted: Plan) -> Iterator[Issue]:
    """Names that have moved from one row to another: the values of each would become the other's."""
    for sheet, word, old, new in (
        ("指標", "指標", now.indicators, wanted.indicators), ("取組", "取組", now.initiatives, wanted.initiatives),
    ):  # fmt: skip
        before = {one.id: canonical(one.name) for one in old}
        held = {name: one for one, name in before.items() if list(before.values()).count(name) == 1}
        renamed = {
            one.id: canonical(one.name) for one in new if before.get(one.id, "") not in ("", canonical(one.name))
        }
        for one in new:
            other = held.get(renamed.get(one.id, ""))
            if other is not None and other in renamed:
                message = (
                    f"記号「{one.id}」の{word}の名称が、別の{word}({other})のいまの名称「{one.name}」になっています。"
                )
                advice = (
                    "行がずれていないか、名称の列だけを並べ替えていないかを確かめ、記号と名称の組合せを戻してください。"
                )
                yield Issue("plan.moved_name", Severity.FIX, message, advice, sheet, value=one.name, subject_id=one.id)


def _numbers(now: Plan, plan: Plan) -> Iterator[Issue]:
    """A new indicator gets a number that no other has or had."""
    known = {i.id: canonical(i.number) for i in now.indicators}
    for one in plan.indicators:
        number = canonical(one.number)
        others = [i for i in plan.indicators if i.id != one.id and canonical(i.number) == number]
        if known.get(one.id) != number and others:
            message = f"番号「{one.number}」は、指標「{others[0].name}」({others[0].id})が使っています。"
            advice = (
                "欠番の番号も使えません。新しい番号を付けてください。記号を変えた行なら、元の記号に戻してください。"
            )
            yield Issue("plan.number_taken", Severity.FIX, message, advice, "指標", value=one.number, subject_id=one.id)
