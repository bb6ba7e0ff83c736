"""Made anew from its originals and its log, a store comes out the same."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, Question
from kpi.plan import Round
from loaders.store import Store
from loaders.store.commands import HANDLERS
from loaders.store.file.database import rows
from loaders.store.queries.briefs import Briefs
from tests.campaign.marked import length, lengthened
from tests.factory import AGRI, COUNT, CUT, FY, PAPER, POLICY, RATE, ROUND, TOTAL, TRADE, UNSET, tiny_plan
from tests.storekit import AT, answer, decide_card, do, later, new_store, read_back, reading, save_return, send

COUNT_OF_RETURNS = length(8, 1000)
OWN = {POLICY: (RATE, PAPER), TRADE: (COUNT, TOTAL), AGRI: (CUT,)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def save(store: Store, department: str, values: dict[str, float], at, round_id: str = ROUND) -> str:
    """A file of ``indicator=value`` lines, read as a rebuild reads it."""
    data = "\n".join(f"{k}={v}" for k, v in values.items()).encode()
    said = [answer(k, value=v, period="FY2024", release="final") for k, v in values.items()]
    one = reading(*said, department=department, round_id=round_id)
    return save_return(store, one, data, f"{department}.xlsx", by="部局", at=at).submission_id


def told(store: Store) -> list[str]:
    """The hashes of the acts of a store's log, newest first."""
    with store._database.read() as connection:
        return [r["hash"] for r in rows(connection, "SELECT hash FROM decisions ORDER BY seq DESC")]


def repeated(again: Store) -> list[str]:
    """The same of one that was made anew, without the act that says so."""
    assert again.log().iloc[0]["kind"] == "rebuild"
    return told(again)[1:]


def same(store: Store, tmp_path: Path) -> Store:
    """The store made anew, which must have come out the same down to the last hash of its log."""
    again = Store(tmp_path / "again.duckdb")
    assert [i.message for i in store.rebuild(again.path, read_back)] == []
    assert again.verify() == ()
    assert repeated(again) == told(store)
    before, after = store.snapshot("tiny"), again.snapshot("tiny")
    assert after.observations.equals(before.observations)
    assert after.cards == before.cards
    assert after.plan == before.plan
    return again


def test_a_whole_round_is_repeated(store, tmp_path):
    first = save(store, POLICY, {RATE: 65.0, PAPER: 5000.0}, later(1))
    do(store, "mend", first, [Mend(RATE, "value", 64.0, "訂正")], by="部局", at=later(2))
    send(store, first, by="部局", at=later(3), settled_on=date(2025, 9, 9))
    gone = save(store, AGRI, {CUT: 8.0}, later(4))
    do(store, "discard", gone, by="部局", at=later(5), reason="誤り")
    assert do(store, "confirm", first, [RATE], by="事務局", at=later(6)) == ()
    assert (
        do(store, "ask_back", first, [Question(PAPER, "value", "単位は万枚ですか。")], by="事務局", at=later(7)) == ()
    )
    assert do(store, "ask_back", first, [Question(RATE, "value", "分母は。")], by="事務局", at=later(7.2)) == ()
    (mistaken,) = store.snapshot("tiny").questions.query("subject_id == @RATE")["question_id"]
    assert do(store, "withdraw", first, [mistaken], by="事務局", at=later(7.4)) == ()
    again = save(store, POLICY, {PAPER: 500.0}, later(8))
    send(store, again, by="部局", at=later(9))
    code = store.snapshot("tiny").observations["code"].iloc[0]
    assert do(store, "set_publication", [code], "embargoed", later(99), by="事務局", at=later(10)) == ()
    assert do(store, "close_round", "tiny", ROUND, by="事務局", at=later(11)) == ()
    same(store, tmp_path)


def test_a_changed_card_and_a_new_round_are_repeated(store, tmp_path):
    proposal = do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="下げる", by="事務局 一郎", at=later(1))
    assert isinstance(proposal, str)
    other = do(store, "propose_card", "tiny", CUT, {"target": 20.0}, reason="下げる", by="事務局 一郎", at=later(2))
    assert isinstance(other, str)
    assert decide_card(store, proposal, True, date(2025, 9, 1), by="事務局 二郎", at=later(3)) == ()
    assert decide_card(store, other, False, date(2025, 9, 1), by="事務局 二郎", at=later(4), reason="据置き") == ()
    opened = Round("extra", "追加の照会", "annual", FY[2024], date(2025, 9, 1), date(2025, 10, 3))
    assert do(store, "open_round", "tiny", opened, by="事務局", at=later(5)) == ()
    plan = store.snapshot("tiny").plan
    renamed = replace(plan, departments=tuple(replace(d, mail="a@example.jp") for d in plan.departments))
    assert do(store, "change_plan", renamed, by="管理", at=later(6)) == ()
    send(store, save(store, POLICY, {RATE: 70.0}, later(7), "extra"), by="部局", at=later(8))
    changed = tuple(replace(c, lag_months=2) if c.indicator_id == CUT else c for c in tiny_plan().cards)
    store.init([replace(tiny_plan(), cards=changed)], None, Act("", later(9)))
    same(store, tmp_path)


def test_a_baseline_a_return_proposed_is_repeated(store, tmp_path):
    data = f"{UNSET}=3".encode()
    one = reading(answer(UNSET, value=3.0, period="FY2024", release="final"), department=POLICY)
    sent = save_return(store, one, data, "a.xlsx", by="部局", at=later(1)).submission_id
    do(store, "mend", sent, [Mend(UNSET, "target", 50.0, "目標を決めた")], by="部局", at=later(2))
    send(store, sent, by="部局", at=later(3))
    (proposal,) = store.snapshot("tiny").proposals["proposal_id"]
    assert decide_card(store, proposal, True, date(2025, 9, 1), by="事務局", at=later(4)) == ()
    assert same(store, tmp_path).snapshot("tiny").cards[UNSET].target == 50.0


def test_what_a_sent_return_said_anew_is_repeated(store, tmp_path):
    first = save(store, POLICY, {RATE: 65.0}, later(1))
    send(store, first, by="部局", at=later(2))
    revised = do(store, "revise", first, by="事務局", at=later(3), reason="転記誤り", on_behalf=True)
    assert isinstance(revised, str)
    do(store, "mend", revised, [Mend(RATE, "value", 66.0, "転記誤り")], by="事務局", at=later(4))
    assert not isinstance(send(store, revised, by="事務局", at=later(5), reason="転記誤り"), tuple)
    assert store.verify() == ()
    log = store.log("tiny").set_index("kind")
    assert log.loc["revise", "kind_word"] == "回答の修正"
    rate = tiny_plan().indicator(RATE)
    assert log.loc["mend", "after"] == f"{rate.number} {rate.name}　今回の値: 66"
    assert same(store, tmp_path).submission(revised).on_behalf


@lengthened
def test_generated_returns_with_mends_confirmations_and_decisions_are_repeated(store, tmp_path):
    chance = random.Random(20261121)
    for number in range(COUNT_OF_RETURNS):
        at = AT + timedelta(minutes=10 * number)
        department = chance.choice(list(OWN))
        values = {i: round(chance.uniform(1, 100), 1) for i in OWN[department]}
        submission = save(store, department, values, at)
        indicator = chance.choice(OWN[department])
        if chance.random() < 0.5:
            mend = Mend(indicator, "value", round(chance.uniform(1, 100), 2), "訂正")
            assert do(store, "mend", submission, [mend], by="部局", at=at + timedelta(minutes=1)) == ()
        if chance.random() < 0.2:
            assert do(store, "discard", submission, by="部局", at=at + timedelta(minutes=2)) == ()
            continue
        assert not isinstance(send(store, submission, by="部局", at=at + timedelta(minutes=2)), tuple)
        if chance.random() < 0.6:
            assert do(store, "confirm", submission, by="事務局", at=at + timedelta(minutes=3)) == ()
        if chance.random() < 0.2:
            changes = {"target": round(chance.uniform(200, 300), 1)}
            proposal = do(
                store,
                "propose_card",
                "tiny",
                indicator,
                changes,
                reason="見直し",
                by="事務局 一郎",
                at=at + timedelta(minutes=4),
            )
            assert isinstance(proposal, str)
            asked = {"by": "事務局 二郎", "at": at + timedelta(minutes=5), "reason": "本部会議"}
            assert decide_card(store, proposal, chance.random() < 0.7, date(2025, 9, 1), **asked) == ()
    same(store, tmp_path)


def test_a_return_whose_file_is_gone_is_told_and_the_others_are_repeated(store, tmp_path):
    gone = save(store, POLICY, {RATE: 65.0}, later(1))
    send(store, save(store, TRADE, {COUNT: 3.0}, later(2)), by="部局", at=later(3))
    with store._database.write() as connection:
        own = "SELECT sha256 FROM submissions WHERE submission_id = ?"
        connection.execute(f"DELETE FROM workbooks WHERE sha256 IN ({own})", [gone])
    again = Store(tmp_path / "again.duckdb")
    (lost,) = (i for i in store.rebuild(again.path, read_back) if i.code == "rebuild.lost")
    assert gone in lost.message
    assert again.snapshot("tiny").observations["value"].tolist() == [3.0]


def test_what_is_kept_of_a_plan_from_act_to_act_is_what_would_be_read_anew(store):
    saved = [save(store, POLICY, {RATE: 65.0}, later(1)), save(store, TRADE, {COUNT: 3.0, TOTAL: 4.0}, later(2))]
    sent = []
    with store._database.write() as connection:
        kept = Briefs(connection)
        for one in saved:
            before = kept.of("tiny", AT.date())
            HANDLERS["send"](connection, Act("部局", later(3)), [one], briefs=kept)
            assert kept.of("tiny", AT.date()) == Briefs(connection).of("tiny", AT.date()) != before
            sent.append(set(kept.of("tiny", AT.date()).history))
    assert sent == [{RATE}, {RATE, COUNT, TOTAL}]
