"""What April changes: from the day on, never before it; whoever is left without an owner is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.april import Unfit, merge, move_indicators, ownerless, rename, set_divisions, split
from kpi.cards import Changed, day_text, wording
from kpi.plan import Division
from tests.factory import AGRI, COUNT, CUT, PAPER, POLICY, RATE, SURVEY, TOTAL, TRADE, UNSET, tiny_plan

DAY, EVE = date(2026, 4, 1), date(2026, 3, 31)


def owners(plan, day: date) -> dict[str, str]:
    return {i.id: owner.id for i in plan.indicators if (owner := plan.owner(i.id, day))}


def test_a_name_holds_from_its_day_and_the_old_one_until_the_eve():
    plan = rename(tiny_plan(), TRADE, "経済産業部", DAY)
    assert (plan.department(TRADE).name(EVE), plan.department(TRADE).name(DAY)) == ("商工労働部", "経済産業部")
    again = rename(plan, TRADE, "産業部", DAY)  # the same day once more: the slip leaves no trace
    assert again.department(TRADE).all_names == ("商工労働部", "産業部")


def test_a_merger_into_a_new_department_takes_every_indicator_and_ends_the_old_names():
    plan = merge(tiny_plan(), [TRADE, AGRI], "industry", "産業部", DAY)
    assert owners(plan, EVE) == owners(tiny_plan(), EVE)
    assert {i for i, d in owners(plan, DAY).items() if d == "industry"} == {COUNT, TOTAL, CUT}
    assert not any(n.holds(DAY) for d in (TRADE, AGRI) for n in plan.department(d).names)
    assert ownerless(plan, DAY) == ()


def test_a_merger_into_one_of_them_keeps_its_id():
    plan = merge(tiny_plan(), [TRADE, AGRI], TRADE, "産業部", DAY)
    assert (plan.department(TRADE).name(DAY), owners(plan, DAY)[CUT]) == ("産業部", TRADE)


def test_a_division_goes_where_all_its_indicators_go():
    own = (Division("dx", "DX推進課", (RATE, UNSET)), Division("gen", "総務課", (PAPER, SURVEY)))
    plan = set_divisions(tiny_plan(), POLICY, own, "lead@example.jp", DAY)
    assert plan.department(POLICY).mail == "lead@example.jp"
    plan = split(plan, POLICY, "digital", "デジタル部", [RATE, UNSET, PAPER], DAY)
    assert [v.id for v in plan.department("digital").divisions_on(DAY)] == ["dx"]
    assert [v.id for v in plan.department(POLICY).divisions_on(DAY)] == ["gen"]
    assert [v.id for v in plan.department(POLICY).divisions_on(EVE)] == ["dx", "gen"]


def test_who_is_left_without_an_owner_is_listed_unless_it_is_dropped():
    plan = tiny_plan()
    ended = tuple(replace(o, valid_to=EVE) if o.indicator_id in (CUT, RATE) else o for o in plan.ownerships)
    left = replace(plan, ownerships=ended)
    assert [i.id for i in ownerless(left, DAY)] == [RATE, CUT]
    assert ownerless(left, EVE) == ()
    cards = {c.indicator_id: replace(c, dropped_on=DAY) if c.indicator_id == RATE else c for c in plan.cards}
    assert [i.id for i in ownerless(left, DAY, cards)] == [CUT]
    assert ownerless(move_indicators(left, [RATE, CUT], TRADE, DAY), DAY) == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda p: rename(p, "nobody", "x部", DAY),
        lambda p: rename(p, TRADE, " ", DAY),
        lambda p: rename(p, TRADE, "商工労働部", DAY),
        lambda p: merge(p, [TRADE], TRADE, "x部", DAY),
        lambda p: merge(p, [TRADE, AGRI], POLICY, "x部", DAY),
        lambda p: split(p, TRADE, "New/部", "x部", [COUNT], DAY),
        lambda p: split(p, TRADE, AGRI, "x部", [COUNT], DAY),
        lambda p: split(p, TRADE, "new", "x部", [CUT], DAY),
        lambda p: move_indicators(p, ["nothing"], TRADE, DAY),
        lambda p: set_divisions(
            p, TRADE, [Division("a", "甲課", (COUNT,)), Division("b", "乙課", (COUNT,))], None, DAY
        ),
        lambda p: set_divisions(p, TRADE, [Division("a", "甲課", (RATE,))], None, DAY),
        lambda p: set_divisions(p, TRADE, [Division("a", "甲課"), Division("a", "乙課")], None, DAY),
    ],
)
def test_what_cannot_be_is_refused_with_advice(change):
    with pytest.raises(Unfit) as caught:
        change(tiny_plan())
    assert caught.value.issue.advice


def test_a_decision_is_worded_as_the_office_cites_it():
    target = Changed("target", "目標値", "300件", "250件")
    assert wording((target,), date(2026, 3, 12), "本部決定") == "当初300件→変更後250件(R8.3.12本部決定)"
    unset = Changed("baseline", "現状値", "未設定", "10件")
    assert wording((unset,), date(2026, 3, 12), "本部決定") == "現状値: 未設定→10件(R8.3.12本部決定)"
    assert day_text(date(2019, 4, 30)) == "H31.4.30"
