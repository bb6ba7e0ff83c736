"""What April changes: from the day on, never before it; whoever is left without an owner is listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.cards.revision import Changed, day_text, wording
from kpi.collection.reorganisation import Unfit, ended, merge, move_indicators, ownerless, rename, set_divisions, split
from kpi.collection.scope import asked_of
from kpi.plan import Division
from tests.factory import AGRI, COUNT, CUT, PAPER, POLICY, RATE, ROUND, SURVEY, TOTAL, TRADE, UNSET, tiny_plan

DAY, EVE = date(2026, 4, 1), date(2026, 3, 31)


def owners(plan, day: date) -> dict[str, str]:
    return {i.id: owner.id for i in plan.indicators if (owner := plan.owner(i.id, day))}


def test_a_name_holds_from_its_day_and_the_old_one_until_the_eve():
    plan = rename(tiny_plan(), TRADE, "経済産業部", DAY)
    assert (plan.department(TRADE).name(EVE), plan.department(TRADE).name(DAY)) == ("商工労働部", "経済産業部")
    again = rename(plan, TRADE, "産業部", DAY)  # the same day once more: the slip leaves no trace
    assert again.department(TRADE).all_names == ("商工労働部", "産業部")


#: A line end inside, a tab, a bell, delete, C1, a line separator, what turns the writing, a byte order mark.
ODD = [f"総{sign}務" for sign in "\n\t\x07\x7f\x85\u2028\u202e\u2066\u200f\ufeff"]


@pytest.mark.parametrize("name", ODD)
def test_a_name_with_a_control_in_it_is_refused_wherever_it_is_typed(name):
    plan, day = tiny_plan(), date(2026, 4, 1)
    for change in (
        lambda: rename(plan, TRADE, name, day),
        lambda: merge(plan, [AGRI, TRADE], AGRI, name, day),
        lambda: split(plan, TRADE, "new", name, [COUNT], day),
        lambda: set_divisions(plan, POLICY, [Division("dx", name, (RATE,))], None, day),
    ):
        with pytest.raises(Unfit, match="制御文字"):
            change()


@pytest.mark.parametrize(
    "name", ["総務部 ", "　総務部\n", "DX課(新)", "葛\U000e0100城課", "ｿｳﾑ部", "Ａ・Ｂ課", "ひと　まち課"]
)
def test_what_stands_around_a_name_goes_and_signs_of_names_stay(name):
    now = rename(tiny_plan(), TRADE, name, date(2026, 4, 1))
    assert now.department(TRADE).name(date(2026, 4, 1)) == name.strip()


@pytest.mark.parametrize(
    "mail",
    ["a@x.jp,b@x.jp", "a@x.jp\nBcc: b@x.jp", "a@x.jp b@x.jp", "課 <a@x.jp>", "ａ@x.jp", "a@x\u212a.jp", "a", "a@x.jp;"],
)
def test_a_mail_address_is_one_in_ascii(mail):
    plan, day = tiny_plan(), date(2026, 4, 1)
    for own, division in ((mail, ""), (None, mail)):
        with pytest.raises(Unfit, match="メール"):
            set_divisions(plan, POLICY, [Division("dx", "DX推進課", (RATE,), division)], own, day)
    sound = set_divisions(plan, POLICY, [Division("dx", "課", (RATE,), "a.b-c+d@x.pref.jp ")], " Main@x.jp", day)
    assert sound.department(POLICY).mail == "Main@x.jp"
    # What a plan file gave is not asked about by who changes something else.
    odd = replace(plan, departments=tuple(replace(d, mail=mail) for d in plan.departments))
    assert set_divisions(odd, POLICY, [Division("dx", "課", (RATE,))], mail, day).department(POLICY).mail == mail


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
    ended = tuple(replace(o, valid_to=EVE) if o.subject_id in (CUT, RATE) else o for o in plan.ownerships)
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


# --- 課 ------------------------------------------------------------------------------------------------------------


def divided(plan, department_id: str, *divisions: Division, mail: str = ""):
    return set_divisions(plan, department_id, divisions, mail, EVE)


def two_with_divisions():
    """Two departments whose 課 are numbered alike, as the screen numbers them."""
    plan = divided(
        tiny_plan(), TRADE, Division("ka1", "商工政策課", (COUNT,), "s@x.jp"), Division("ka2", "観光課", (TOTAL,))
    )
    return divided(plan, AGRI, Division("ka1", "農産課", (CUT,)), Division("ka2", "庶務課"), mail="agri@x.jp")


def divisions(plan, department_id: str, day: date) -> dict[str, str]:
    return {v.id: v.name for v in plan.department(department_id).divisions_on(day)}


def test_a_merger_keeps_the_divisions_of_both_under_ids_of_their_own():
    plan = merge(two_with_divisions(), [TRADE, AGRI], TRADE, "産業部", DAY)
    assert divisions(plan, TRADE, DAY) == {"ka1": "商工政策課", "ka2": "観光課", "ka3": "農産課", "ka4": "庶務課"}
    assert plan.department(TRADE).division("ka3").indicators == (CUT,)
    # Returns and rules of before name the department that was: it is still to be read under its ids.
    assert (divisions(plan, AGRI, EVE), divisions(plan, AGRI, DAY)) == ({"ka1": "農産課", "ka2": "庶務課"}, {})


def test_a_moved_division_takes_no_id_that_one_of_the_past_had():
    plan = two_with_divisions()
    gone = replace(plan.department(AGRI).division("ka2"), valid_to=EVE)
    plan = divided(plan, AGRI, plan.department(AGRI).division("ka1"), gone)
    plan = move_indicators(plan, [TOTAL], AGRI, DAY)
    assert divisions(plan, AGRI, DAY) == {"ka1": "農産課", "ka3": "観光課"}
    assert divisions(plan, TRADE, DAY) == {"ka1": "商工政策課"}


def test_a_division_is_not_left_behind_for_an_indicator_that_went_before():
    plan = divided(tiny_plan(), TRADE, Division("ka1", "商工政策課", (COUNT, TOTAL)))
    plan = move_indicators(plan, [TOTAL], POLICY, EVE)
    plan = move_indicators(plan, [COUNT], AGRI, DAY)
    assert divisions(plan, AGRI, DAY) == {"ka1": "商工政策課"}
    assert plan.department(AGRI).division("ka1").indicators == (COUNT,)


def test_an_indicator_that_comes_back_stays_with_the_division_that_had_it():
    plan = divided(tiny_plan(), TRADE, Division("ka1", "商工政策課", (COUNT, TOTAL)))
    plan = divided(move_indicators(plan, [TOTAL], AGRI, EVE), AGRI, Division("ka1", "観光課", (TOTAL,)))
    plan = move_indicators(plan, [TOTAL], TRADE, DAY)
    assert divisions(plan, TRADE, DAY) == {"ka1": "商工政策課"}


def test_a_department_without_an_address_takes_over_one():
    assert merge(two_with_divisions(), [TRADE, AGRI], TRADE, "産業部", DAY).department(TRADE).mail == "agri@x.jp"
    plan = divided(two_with_divisions(), TRADE, mail="trade@x.jp")
    assert merge(plan, [TRADE, AGRI], TRADE, "産業部", DAY).department(TRADE).mail == "trade@x.jp"


# --- rounds of chosen departments ----------------------------------------------------------------------------------


def asking(*departments: str, indicators: tuple[str, ...] = ()):
    """The tiny plan with one round of chosen departments."""
    plan = tiny_plan()
    rounds = tuple(
        replace(r, departments=departments, indicators=indicators) if r.id == ROUND else r for r in plan.rounds
    )
    return replace(plan, rounds=rounds)


def asked(plan, day: date) -> dict[str, str]:
    round_ = plan.round(ROUND)
    return {i.id: d.id for d in plan.departments for i in asked_of(plan, round_, d.id, day)}


def test_a_round_follows_an_indicator_and_asks_its_new_owner_for_nothing_else():
    plan = move_indicators(asking(TRADE), [TOTAL], POLICY, DAY)
    assert asked(plan, EVE) == {COUNT: TRADE, TOTAL: TRADE}
    assert asked(plan, DAY) == {COUNT: TRADE, TOTAL: POLICY}


def test_a_round_follows_a_merger_without_asking_the_rest_of_it():
    plan = merge(asking(TRADE), [TRADE, AGRI], "industry", "産業部", DAY)
    assert asked(plan, DAY) == {COUNT: "industry", TOTAL: "industry"}
    into = merge(asking(TRADE), [TRADE, AGRI], AGRI, "産業部", DAY)
    assert (asked(into, EVE), asked(into, DAY)) == ({COUNT: TRADE, TOTAL: TRADE}, {COUNT: AGRI, TOTAL: AGRI})


def test_a_round_follows_a_split_and_stays_as_wide_as_it_was():
    plan = split(asking(TRADE), TRADE, "tourism", "観光部", [TOTAL], DAY)
    assert asked(plan, DAY) == {COUNT: TRADE, TOTAL: "tourism"}
    assert plan.round(ROUND).indicators == ()  # nothing else could come in: all of both are asked, what comes later too


def test_a_named_indicator_that_nobody_was_asked_for_is_not_asked_of_the_receiver():
    plan = move_indicators(asking(TRADE, indicators=(TOTAL, PAPER)), [TOTAL], POLICY, DAY)
    assert asked(plan, DAY) == {TOTAL: POLICY}


def test_rounds_that_are_closed_or_do_not_ask_for_what_moves_stay_as_they_are():
    plan = asking(TRADE)
    assert move_indicators(plan, [TOTAL], POLICY, DAY, closed={ROUND}).rounds == plan.rounds
    assert move_indicators(plan, [CUT], POLICY, DAY).rounds == plan.rounds
    assert move_indicators(tiny_plan(), [TOTAL], POLICY, DAY).rounds == tiny_plan().rounds
    named = asking(TRADE, indicators=(COUNT,))
    assert move_indicators(named, [TOTAL], POLICY, DAY).rounds == named.rounds


# --- turned back, and what is recorded for later -------------------------------------------------------------------


def test_a_merger_is_undone_by_splitting_the_ended_department_off_again():
    before = two_with_divisions()
    plan = merge(before, [TRADE, AGRI], TRADE, "産業部", DAY)
    assert ended(plan.department(AGRI), DAY)
    plan = split(plan, TRADE, AGRI, "農林水産部", [CUT], DAY)
    plan = rename(plan, TRADE, "商工労働部", DAY)
    assert owners(plan, DAY) == owners(before, DAY)
    assert plan.ownerships == before.ownerships
    assert plan.department(AGRI).names == before.department(AGRI).names
    assert plan.department(TRADE).names == before.department(TRADE).names
    assert plan.department(AGRI) == before.department(AGRI)
    assert divisions(plan, TRADE, DAY) == {"ka1": "商工政策課", "ka2": "観光課"}
    assert ownerless(plan, DAY) == ()


def test_a_department_that_answered_for_nothing_comes_back_too():
    plan = move_indicators(tiny_plan(), [CUT], POLICY, EVE)
    plan = split(merge(plan, [TRADE, AGRI], TRADE, "商工労働部", DAY), TRADE, AGRI, "農林水産部", [], DAY)
    assert plan.department(AGRI).names == tiny_plan().department(AGRI).names


def test_an_ended_department_comes_back_later_with_its_id_and_a_gap():
    plan = merge(tiny_plan(), [TRADE, AGRI], TRADE, "産業部", DAY)
    later = date(2027, 4, 1)
    plan = split(plan, TRADE, AGRI, "農林部", [CUT], later)
    assert owners(plan, date(2027, 3, 31))[CUT] == TRADE
    assert (owners(plan, later)[CUT], plan.department(AGRI).name(later)) == (AGRI, "農林部")
    assert not any(n.holds(date(2026, 6, 1)) for n in plan.department(AGRI).names)


def test_a_split_is_undone_by_merging_and_can_be_made_again():
    plan = split(tiny_plan(), TRADE, "tourism", "観光部", [TOTAL], DAY)
    plan = merge(plan, [TRADE, "tourism"], TRADE, "商工労働部", DAY)
    assert plan.ownerships == tiny_plan().ownerships
    assert ended(plan.department("tourism"), DAY)
    assert ended(plan.department("tourism"), EVE)
    assert owners(split(plan, TRADE, "tourism", "観光部", [TOTAL], EVE), EVE)[TOTAL] == "tourism"


def test_nothing_is_moved_to_a_department_that_has_ended_or_will():
    plan = merge(tiny_plan(), [TRADE, AGRI], TRADE, "産業部", DAY)
    with pytest.raises(Unfit, match="廃止されています"):
        move_indicators(plan, [PAPER], AGRI, DAY)
    with pytest.raises(Unfit, match="令和8年4月1日からの「農林水産部」の廃止"):
        move_indicators(plan, [PAPER], AGRI, EVE)


def test_an_earlier_name_ends_where_a_later_one_is_recorded():
    winter = date(2025, 12, 1)
    plan = rename(rename(tiny_plan(), TRADE, "経済産業部", DAY), TRADE, "商工部", winter)
    names = {day: plan.department(TRADE).name(day) for day in (date(2025, 11, 30), winter, EVE, DAY)}
    assert list(names.values()) == ["商工労働部", "商工部", "商工部", "経済産業部"]
    merged = merge(tiny_plan(), [TRADE, AGRI], TRADE, "産業部", DAY)
    merged = rename(merged, AGRI, "農林部", winter)
    assert ended(merged.department(AGRI), DAY)


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [
        (
            lambda p: split(p, TRADE, "tourism", "観光部", [TOTAL], DAY),
            lambda p: move_indicators(p, [TOTAL], AGRI, EVE),
            "令和8年4月1日からの指標3の「観光部」への移管",
        ),
        (
            lambda p: rename(p, AGRI, "農林部", DAY),
            lambda p: merge(p, [TRADE, AGRI], TRADE, "産業部", EVE),
            "令和8年4月1日からの「農林部」への改称",
        ),
        (
            lambda p: move_indicators(p, [PAPER], AGRI, DAY),
            lambda p: merge(p, [TRADE, AGRI], TRADE, "産業部", EVE),
            "令和8年4月1日からの指標6の「農林水産部」への移管",
        ),
        (
            lambda p: merge(p, [TRADE, AGRI], TRADE, "産業部", DAY),
            lambda p: merge(p, [POLICY, AGRI], POLICY, "総合政策部", EVE),
            "令和8年4月1日からの「農林水産部」の廃止",
        ),
    ],
)
def test_what_is_recorded_for_later_stands_in_the_way_by_name(first, then, words):
    with pytest.raises(Unfit, match="すでに記録されています") as caught:
        then(first(tiny_plan()))
    assert words in caught.value.issue.message
