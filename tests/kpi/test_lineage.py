"""The same indicator across plans: found from either side, its change of definition told."""

from __future__ import annotations

from dataclasses import replace

from kpi.cards.lineage import same_indicators
from kpi.initiatives.continuity import lost
from kpi.plan import Plan
from tests.factory import COUNT, RATE, tiny_plan


def later(**changes: object) -> Plan:
    """A plan whose first indicator carries on the tiny plan's."""
    plan = tiny_plan()
    indicators = tuple(
        replace(i, continues=(f"tiny/{RATE}",), **changes) if i.id == RATE else i for i in plan.indicators
    )
    return replace(plan, id="later", name="次の計画", indicators=indicators)


def test_it_is_found_from_either_side_and_others_are_not():
    plans = (tiny_plan(), later())
    (from_later,) = same_indicators(plans, "later", RATE)
    (from_before,) = same_indicators(plans, "tiny", RATE)
    assert from_later == from_before
    assert from_later.other("later")[0].id == "tiny"
    assert from_later.other("tiny")[1].id == RATE
    assert same_indicators(plans, "later", COUNT) == ()
    assert from_later.changes == ()


def test_a_change_of_definition_and_of_how_it_is_counted_is_told():
    after = later(definition="新しい定義", unit="点")
    cards = tuple(replace(c, kind="annual") if c.indicator_id == RATE else c for c in after.cards)
    (one,) = same_indicators((tiny_plan(), replace(after, cards=cards)), "later", RATE)
    assert [c.key for c in one.changes] == ["definition", "unit", "kind"]


def test_what_is_not_there_is_left_out_and_told():
    plan = later()
    gone = replace(plan, indicators=tuple(replace(i, continues=("tiny/none", "other/x")) for i in plan.indicators[:1]))
    assert same_indicators((tiny_plan(), gone), "later", gone.indicators[0].id) == ()
    assert [named for _, _, named in lost((tiny_plan(), gone), lambda plan: plan.indicators)] == ["tiny/none"]
