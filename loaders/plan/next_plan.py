"""The plan of a new term, begun by copying the one before: its words and subjects without its values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from kpi.collection.reorganisation import ended
from kpi.collection.scope import is_dropped
from kpi.initiatives.initiative import Initiative
from kpi.period import Period
from kpi.plan import Card, Department, Indicator, Plan

#: What of an indicator is open again in a new term, whatever was assumed of it before.
_OPEN = ("baseline", "baseline_period", "target", "target_period", "milestones", "band", "department")
_BAND = "前の計画の範囲を、新しい計画で決まるまで仮に置いた。"
_SCHEME = "前の計画の判定の方法を、新しい計画で決まるまで仮に置いた。"


def next_plan(plan: Plan, plan_id: str, name: str, start: Period, end: Period, day: date) -> Plan:
    """A plan (its cards as they are in force) copied into a new term, as it stands on a day.

    Baselines, targets and 目安値 are 未設定, there are no rounds, nothing is carried of values. What is 欠番 or ended
    stays behind; each indicator and each initiative says what it continues.
    """
    cards = {c.indicator_id: c for c in plan.cards}
    indicators = [i for i in plan.indicators if not is_dropped(cards[i.id], day)]
    initiatives = [i for i in plan.initiatives if i.state != "ended"]
    kept = {i.id for i in indicators} | {i.id for i in initiatives}
    departments = [d for d in plan.departments if not ended(d, day)]
    there = {d.id for d in departments}
    held = (o for o in plan.ownerships if o.holds(day) and o.subject_id in kept and o.department_id in there)
    return replace(
        plan,
        id=plan_id,
        name=name,
        start=start,
        end=end,
        source="",  # its own document, which is not there yet
        offered=True,
        rounds=(),
        indicators=tuple(_open(plan.id, i, cards[i.id]) for i in indicators),
        cards=tuple(_unset(cards[i.id]) for i in indicators),
        initiatives=tuple(_continued(plan.id, i, kept, there) for i in initiatives),
        departments=tuple(_standing(d, kept, day) for d in departments),
        ownerships=tuple(replace(o, valid_from=None, valid_to=None) for o in held),
        assumptions={k: why for k, why in plan.assumptions.items() if k not in ("start", "end")} | {"scheme": _SCHEME},
    )


def _open(plan_id: str, indicator: Indicator, card: Card) -> Indicator:
    told = {key: why for key, why in indicator.assumptions.items() if key not in _OPEN and not key.startswith("band")}
    sides = zip(("band_low", "band_high"), _unset(card).band, strict=True)
    assumptions = {**told, **{key: _BAND for key, side in sides if side is not None}}
    return replace(indicator, assumptions=assumptions, continues=(f"{plan_id}/{indicator.id}",))


def _unset(card: Card) -> Card:
    """Its way of judging alone; the band of one that maintains stays, or nothing would say what it is to maintain."""
    return replace(
        card, version=1, baseline=None, baseline_period=None, target=None, target_period=None, milestones=(), reason="",
        band=card.band if card.direction == "maintain" else (None, None),
    )  # fmt: skip


def _continued(plan_id: str, one: Initiative, kept: Collection[str], departments: Collection[str]) -> Initiative:
    def of(ids: tuple[str, ...], there: Collection[str]) -> tuple[str, ...]:
        return tuple(i for i in ids if i in there)

    return replace(
        one,
        state="continuing",
        parent_id=one.parent_id if one.parent_id in kept else "",
        refers_to=one.refers_to if one.refers_to in kept else "",
        indicators=of(one.indicators, kept),
        related_indicators=of(one.related_indicators, kept),
        related_departments=of(one.related_departments, departments),
        planned_start=None,
        planned_end=None,
        budget_initial=None,
        budget_supplementary=None,
        budget_settled=None,
        continues=(f"{plan_id}/{one.id}",),
    )


def _standing(department: Department, kept: Collection[str], day: date) -> Department:
    divisions = (
        replace(v, indicators=tuple(i for i in v.indicators if i in kept), valid_from=None)
        for v in department.divisions_on(day)
    )
    return replace(department, divisions=tuple(divisions))
