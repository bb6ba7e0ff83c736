"""Rounds, plans and cards changed in the program, and who sees what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, Question
from kpi.people import Audience
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Round
from loaders.store import Receipt, Store
from tests.factory import COUNT, PAPER, POLICY, RATE, ROUND, TRADE, UNSET, tiny_plan
from tests.loaders.turnout.kit import DX, GENERAL, column, paper, passed, rate, seen
from tests.storekit import (
    answer,
    decide_card,
    do,
    figures,
    later,
    read_back,
    reading,
    save_and_send,
    save_return,
    send,
)

OWN = Audience("department", frozenset({POLICY}))


# --- rounds and plans changed in the program ---


def test_a_round_opened_in_the_program_stays_through_the_next_start(store):
    wanted = Round("fy2025", "令和7年度実績", "annual", Period("FY", 2025), date(2026, 9, 1), date(2026, 10, 2))
    assert do(store, "open_round", "tiny", wanted, by="事", at=later(1), reason="年次") == ()
    assert not store.init([tiny_plan()], figures(), Act("", later(2)))
    assert store.snapshot("tiny").plan.rounds[-1] == wanted
    assert len(store.snapshot("tiny", as_of=later(0.5)).plan.rounds) == 3
    assert do(store, "open_round", "tiny", replace(wanted, id="other"), by="事", at=later(3)) != ()
    late = replace(wanted, due=date(2026, 8, 1))
    assert [i.code for i in do(store, "open_round", "tiny", late, by="事", at=later(3))] == ["round.dates"]


def test_a_changed_file_and_a_changed_program_keep_what_each_alone_has_changed(store):
    plan = store.snapshot("tiny").plan
    moved = tuple(replace(o, department_id=TRADE) if o.subject_id == PAPER else o for o in plan.ownerships)
    assert do(store, "change_plan", replace(plan, ownerships=moved), by="管", at=later(1)) == ()
    asked = replace(plan.round(ROUND), due=date(2025, 10, 17))
    do(store, "open_round", "tiny", asked, by="事", at=later(1.5))
    rounds = tuple(replace(r, name="令和6年度の実績") if r.id == ROUND else r for r in tiny_plan().rounds)
    store.init([replace(tiny_plan(), name="新しい名前", rounds=rounds)], None, Act("", later(2)))
    now = store.snapshot("tiny").plan
    assert (now.name, now.ownerships) == ("新しい名前", moved)
    assert (now.round(ROUND).name, now.round(ROUND).due) == ("令和6年度の実績", date(2025, 10, 17))
    assert not store.init([replace(tiny_plan(), name="新しい名前", rounds=rounds)], None, Act("", later(3)))
    nobody = tuple(replace(o, department_id="agri") if o.subject_id == PAPER else o for o in plan.ownerships)
    store.init([replace(tiny_plan(), name="新しい名前", rounds=rounds, ownerships=nobody)], None, Act("", later(4)))
    assert store.snapshot("tiny").plan.ownerships == nobody  # the file's later word about the same attribute


def test_nothing_changed_is_no_event(store):
    before = store.revision()
    assert do(store, "change_plan", store.snapshot("tiny").plan, by="管", at=later(1)) != ()
    assert len(store.log()) == 0
    assert do(store, "open_round", "tiny", tiny_plan().round(ROUND), by="事", at=later(1)) == ()  # as it stands
    assert store.revision() != before


def test_a_closed_round_refuses_departments_and_keeps_its_own_values(store):
    sent = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    draft = save_return(store, reading(rate(66.0)), b"2", "b.xlsx", by="x", at=later(2))
    assert do(store, "close_round", "tiny", ROUND, by="事", at=later(3)) == ()
    assert do(store, "close_round", "tiny", ROUND, by="事", at=later(3)) != ()
    assert store.snapshot("tiny").closed_at(ROUND) == later(3)
    late = {"by": "x", "at": later(4), "late": False}
    (saved,) = do(store, "save", [new(reading(rate(67.0)), b"3")], **late)
    assert [i.code for i in saved.refused] == ["round.closed"]
    mend = [Mend(RATE, "value", 1.0, "訂正")]
    one = draft.submission_id
    for refused in (
        send(store, one, **late),
        do(store, "mend", one, mend, **late),
        do(store, "discard", one, **late),
        do(store, "revise", sent, **late),
    ):
        assert [i.code for i in refused] == ["round.closed"]
    assert [i.code for i in send(store, one, by="事", at=later(5))] == ["round.closed_reason"]
    assert isinstance(send(store, one, by="事", at=later(5), reason="集計誤りの訂正"), Receipt)
    assert column(store, "value") == [66.0]
    assert column(store, "value", as_of=store.snapshot("tiny").closed[ROUND]) == [65.0]
    do(store, "open_round", "tiny", tiny_plan().round(ROUND), by="事", at=later(6))
    assert store.snapshot("tiny").closed == {}
    assert store.verify() == ()


def new(one, data: bytes):
    from loaders.store import NewReturn

    return NewReturn(one, data, "a.xlsx")


# --- cards ---


def test_a_card_changes_by_a_decision_of_somebody_else(store):
    changes = {"target": 90.0, "milestones": ((Period("FY", 2025), 60.0),)}
    proposal = do(store, "propose_card", "tiny", RATE, changes, reason="見直し", by="事務局 一郎", at=later(1))
    assert isinstance(proposal, str)
    assert store.snapshot("tiny").cards[RATE].target == 100.0
    decided = {"decided_on": date(2025, 9, 9), "at": later(2)}
    own = decide_card(store, proposal, True, by="事務局 一郎", **decided)
    assert [i.code for i in own] == ["card.same_person"]
    assert decide_card(store, proposal, True, by="事務局 次郎", **decided) == ()
    card = store.snapshot("tiny").cards[RATE]
    assert (card.target, card.milestones, card.version) == (90.0, changes["milestones"], 2)
    assert card.reason == "目標値: 当初100.0%→変更後90.0%、目安値: 未設定→R7 60.0%(R7.9.9本部決定)"
    again = decide_card(store, proposal, False, by="事務局 次郎", reason="x", **decided)
    assert [i.code for i in again] == ["card.decided"]
    row = store.snapshot("tiny").proposals.iloc[0]
    assert (row["state"], row["decided_on"], row["entered_by"]) == ("accepted", "2025-09-09", "事務局 次郎")
    assert store.verify() == ()


def test_a_secretariat_of_one_may_be_allowed_to_decide_and_every_such_decision_says_so(store, tmp_path):
    alone = replace(store.snapshot("tiny").plan, sole_secretary=True)
    assert do(store, "change_plan", alone, by="管", at=later(0.5)) == ()
    own = {"by": "事務局 一郎", "person": "ichiro@pref.example"}
    first = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", at=later(1), **own)
    assert decide_card(store, first, True, date(2025, 9, 9), at=later(2), **own) == ()
    second = do(store, "propose_card", "tiny", RATE, {"target": 80.0}, reason="見直し", at=later(3), **own)
    assert decide_card(store, second, False, date(2025, 9, 9), at=later(4), reason="早い", **own) == ()
    third = do(store, "propose_card", "tiny", RATE, {"target": 85.0}, reason="見直し", at=later(5), **own)
    assert decide_card(store, third, True, date(2025, 9, 9), by="事務局 次郎", person="jiro@x", at=later(6)) == ()
    said = list(store.snapshot("tiny").proposals["decision"])
    assert said == ["本部決定・提案と決定の記録は同じ担当者"] * 2 + ["本部決定"]
    assert store.rebuild(tmp_path / "again.duckdb", read_back) == ()
    assert list(Store(tmp_path / "again.duckdb").snapshot("tiny").proposals["decision"]) == said


@pytest.mark.parametrize(
    ("proposer", "decider", "refused"),
    [
        (("a@pref", "青森 花子"), ("a@pref", "弘前 花子"), True),  # another name since a marriage
        (("a@pref", "青森 花子"), ("b@pref", "青森 花子"), False),  # two of one name
        (("a@pref", "青森 花子"), ("b@pref", "弘前 花子"), False),
        (("", "青森 花子"), ("a@pref", "青森 花子"), True),  # proposed before ids were kept
        (("5f1c", "青森 花子"), ("5f1c", "弘前 花子"), True),  # no mail address, but the provider's subject
        (("5f1c", "青森 花子"), ("77aa", "青森 花子"), False),
        (("5f1c", "青森 花子"), ("a@pref", "青森 花子"), True),  # a mail address since: the name decides
    ],
)
def test_it_is_the_person_who_may_not_decide_alone_and_not_the_name(store, proposer, decider, refused):
    own, other = ({"person": person, "by": name} for person, name in (proposer, decider))
    first = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", at=later(1), **own)
    assert isinstance(first, str)
    sent = save_return(store, reading(answer(UNSET, target=50.0)), b"1", "a.xlsx", by="x", at=later(1)).submission_id
    assert isinstance(send(store, sent, at=later(1), **own), Receipt)
    second = store.snapshot("tiny").proposals["proposal_id"].iloc[-1]
    assert set(store.snapshot("tiny").proposals["person"]) == {proposer[0]}
    for proposal in (first, second):
        found = decide_card(store, proposal, True, date(2025, 9, 9), at=later(2), **other)
        assert [i.code for i in found] == (["card.same_person"] if refused else [])
    assert store.verify() == ()


@pytest.mark.parametrize(
    ("role", "refused"),
    [("事務局", False), ("管理者", False), ("部局担当", True), ("閲覧", True), ("", True)],
)
@pytest.mark.parametrize("how", ["file", "revised"])
def test_who_only_entered_a_departments_answer_may_record_what_was_decided_about_it(store, role, refused, how):
    """Entering is not proposing (代理登録); who answered as the department, and is at the office now, has proposed."""
    me = {"by": "事務局 一郎", "person": "ichiro@pref", "role": role}
    saved = save_return(store, reading(answer(UNSET, target=50.0)), b"1", "a.xlsx", by="x", at=later(1))
    draft = saved.submission_id
    if how == "revised":
        send(store, draft, by="青森 花子", at=later(1), role="部局担当", person="hanako@pref")
        draft = do(store, "revise", draft, by=me["by"], at=later(2), role=role)
        do(store, "mend", draft, [Mend(UNSET, "target", 60.0, "電話で確認")], by=me["by"], at=later(2), role=role)
    assert isinstance(send(store, draft, at=later(3), **me), Receipt)
    proposal = store.snapshot("tiny").proposals["proposal_id"].iloc[-1]
    decided = me | {"role": "事務局"}
    found = decide_card(store, proposal, True, date(2025, 9, 9), at=later(4), **decided)
    assert [i.code for i in found] == (["card.same_person"] if refused else [])
    # What the office proposes of its own accord is its own proposal, whoever of it decides.
    own = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", at=later(5), **decided)
    found = decide_card(store, own, True, date(2025, 9, 9), at=later(6), **decided)
    assert [i.code for i in found] == ["card.same_person"]
    assert store.verify() == ()


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"target": "たくさん"}, {"target": float("inf")}, {"direction": "sideways"}, {"version": 9},
        {"target": 100.0}, {"nothing": 1}, {"target_period": "R9"},
    ],
    ids=str,
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_not_proposed(store, changes):
    refused = do(store, "propose_card", "tiny", RATE, changes, reason="見直し", by="x", at=later(1))
    assert isinstance(refused, tuple)
    assert refused
    assert store.snapshot("tiny").proposals.empty


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "card.empty"), ({"unit": ""}, "card.empty"),
        ({"target_period": Period("FY", 2022)}, "card.period_order"),
        ({"baseline_period": Period("FY", 2030)}, "card.period_order"), ({"band": (9.0, 1.0)}, "card.band_order"),
        ({"decimals": -1}, "card.out_of_range"), ({"decimals": 10}, "card.out_of_range"),
        ({"cycle_months": 0}, "card.out_of_range"), ({"lag_months": -1}, "card.out_of_range"),
    ],
    ids=str,
)  # fmt: skip
def test_a_change_after_which_the_card_would_make_no_sense_is_refused_with_what_to_do(store, changes, code):
    (refused,) = do(store, "propose_card", "tiny", RATE, changes, reason="見直し", by="x", at=later(1))
    assert refused.code == code
    assert refused.message
    assert refused.advice
    assert store.snapshot("tiny").proposals.empty


def test_a_rejected_proposal_changes_nothing_and_needs_a_reason(store):
    proposal = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", by="a", at=later(1))
    on = date(2025, 9, 9)
    assert decide_card(store, proposal, False, on, by="b", at=later(2)) != ()
    assert decide_card(store, proposal, False, on, by="b", at=later(2), reason="時期尚早") == ()
    row = store.snapshot("tiny").proposals.iloc[0]
    assert (row["state"], row["answer"]) == ("rejected", "時期尚早")
    assert store.snapshot("tiny").cards[RATE].target == 100.0


def test_a_definition_and_the_thresholds_change_in_the_same_way(store):
    on = date(2025, 9, 9)
    described = {"definition": "市町村のうち計画を持つもの"}
    first = do(store, "propose_card", "tiny", RATE, described, reason="明確化", by="a", at=later(1))
    changed = {"thresholds": {"mostly": 0.7}}
    second = do(store, "propose_card", "tiny", "", changed, reason="県の基準", by="a", at=later(1))
    for one in (first, second):
        assert decide_card(store, one, True, on, by="b", at=later(2)) == ()
    now, then = store.snapshot("tiny").plan, store.snapshot("tiny", as_of=later(1.5)).plan
    assert (now.indicator(RATE).definition, now.scheme.thresholds) == ("市町村のうち計画を持つもの", {"mostly": 0.7})
    assert (then.indicator(RATE).definition, then.scheme.thresholds) == ("", {})
    assert store.verify() == ()


def test_a_dropped_indicator_is_left_out_from_its_day_and_keeps_its_history(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    proposal = do(
        store, "propose_card", "tiny", RATE, {"dropped_on": date(2026, 4, 1)}, reason="統合", by="a", at=later(2)
    )
    decide_card(store, proposal, True, date(2025, 9, 9), by="b", at=later(3))
    now = store.snapshot("tiny")
    assert RATE in {i.id for i in now.live_indicators(date(2026, 3, 31))}
    assert RATE not in {i.id for i in now.live_indicators(date(2026, 4, 1))}
    assert now.is_dropped(RATE, date(2026, 4, 1))
    assert column(store, "value") == [65.0]


def test_the_public_sees_the_newest_confirmed_value_and_nothing_of_the_returns(store):
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    assert seen(store, Audience.PUBLIC) == []
    do(store, "confirm", first, by="事", at=later(2))
    second = save_and_send(store, reading(rate(66.0)), b"2", later(3))
    do(store, "ask_back", second, [Question(RATE, "value", "?")], by="事", at=later(4))
    do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", by="a", at=later(4))
    assert seen(store, Audience.PUBLIC) == [65.0]
    assert seen(store, Audience.ALL) == [66.0]
    public = store.snapshot("tiny", audience=Audience.PUBLIC)
    assert public.submissions.empty
    assert public.questions.empty
    assert public.proposals.empty
    assert [p.value for p in public.history[RATE]] == [65.0]


def test_a_department_sees_its_own_in_full_and_of_others_what_is_confirmed(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    other = answer(COUNT, value=7.0, period="FY2024", release="final")
    trade = save_and_send(store, reading(other, department=TRADE), b"2", later(1))
    assert seen(store, OWN) == [65.0]
    assert list(store.snapshot("tiny", audience=OWN).submissions["department_id"]) == [POLICY]
    do(store, "confirm", trade, by="事", at=later(2))
    assert seen(store, OWN) == [7.0, 65.0]


def test_publication_hides_until_its_hour_and_also_in_the_past(store):
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    code = column(store, "code")[0]
    assert seen(store, Audience.PUBLIC) == [65.0]
    assert do(store, "set_publication", [code], "embargoed", later(10), by="事", at=later(3)) == ()
    assert seen(store, Audience.PUBLIC, 9.9) == []
    assert seen(store, Audience.PUBLIC, None) == []
    assert seen(store, Audience.PUBLIC, 10) == [65.0]
    assert seen(store, Audience.PUBLIC, 9.9) == []  # what was kept for a later hour is not shown for an earlier one
    assert seen(store, Audience.PUBLIC, 20, as_of=later(5)) == []
    do(store, "set_publication", [code], "internal", by="事", at=later(11))
    assert seen(store, Audience.PUBLIC, 20) == []
    assert seen(store, Audience.PUBLIC, 20, as_of=later(2.5)) == []  # then it was public, now it is not to be seen
    assert seen(store, OWN, 20) == [65.0]
    assert store.visible_codes("tiny", Audience.PUBLIC, later(20)) == frozenset()


def test_what_is_kept_in_the_house_is_not_seen_under_an_earlier_number_of_the_same_value(store):
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    second = save_and_send(store, reading(rate(65.0, evidence="別の資料")), b"2", later(3))
    do(store, "confirm", second, by="事", at=later(4))
    code = store.snapshot("tiny").observations["code"].iloc[0]
    assert do(store, "set_publication", [code], "internal", by="事", at=later(5)) == ()
    assert seen(store, Audience.PUBLIC) == []
    assert store.visible_codes("tiny", Audience.PUBLIC, later(6)) == frozenset()
    # Another value of the same period is another figure.
    third = save_and_send(store, reading(rate(66.0)), b"3", later(7))
    do(store, "confirm", third, by="事", at=later(8))
    assert (
        do(
            store,
            "set_publication",
            [store.snapshot("tiny").observations["code"].iloc[0]],
            "public",
            by="事",
            at=later(9),
        )
        == ()
    )
    assert seen(store, Audience.PUBLIC) == [66.0]


def test_a_division_sees_its_own_return_and_not_the_other_divisions(two_levels):
    mine = passed(two_levels, DX, rate(65.0), data=b"1", hours=1)
    passed(two_levels, GENERAL, paper(1.0), data=b"2", hours=1)
    narrow = Audience("department", frozenset({POLICY}), frozenset({f"{POLICY}/{DX}"}))
    assert list(two_levels.snapshot("tiny", audience=narrow).submissions["submission_id"]) == [mine]


def test_taking_a_form_is_noted_for_departments_alone(store):
    do(store, "take_form", Place("tiny", ROUND, POLICY), by="部", at=later(1))
    do(store, "take_form", Place("tiny", ROUND, TRADE), by="事", at=later(1), staff=True)
    found = store.snapshot("tiny").takes
    assert [(t["round_id"], t["department_id"], t["division_id"], t["who"]) for t in found.to_dict("records")] == [
        (ROUND, POLICY, "", "部")
    ]


def test_every_act_of_a_round_stands_in_the_log_with_its_role(store):
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2), role="事務局")
    do(store, "close_round", "tiny", ROUND, by="事", at=later(3), role="事務局", reason="期限")
    kinds = list(reversed(list(store.log()["kind"])))
    assert kinds == ["save", "start_round", "send", "confirm", "close_round"]
    newest = store.log().iloc[0]
    assert (newest["role"], newest["who"], newest["reason"]) == ("事務局", "事", "期限")
    assert json.loads(json.dumps(kinds)) == kinds


@pytest.mark.parametrize(("reason", "public"), [("suppressed", []), ("not_applicable", [65.0])])
def test_what_was_suppressed_since_is_not_seen_by_going_back_before_it(store, reason, public):
    """As with 庁内限り. 該当なし hides nothing: it says that the value was none."""
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    gone = reading(answer(RATE, value=None, period="FY2024", missing_reason=reason))
    second = save_and_send(store, gone, b"2", later(4))
    do(store, "confirm", second, by="事", at=later(5))
    assert 65.0 not in seen(store, Audience.PUBLIC, 20)
    assert seen(store, Audience.PUBLIC, 20, as_of=later(3)) == public
    assert seen(store, Audience.ALL, 20, as_of=later(3)) == [65.0]
