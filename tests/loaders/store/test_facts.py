"""What is read on after a write is what is there: as if the whole store had been read anew."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from kpi.collection.workflow import Mend, Question
from kpi.snapshot import Snapshot
from loaders.store import Store
from loaders.store.queries import facts
from tests.campaign.marked import length, lengthened
from tests.factory import AGRI, COUNT, CUT, PAPER, POLICY, RATE, TOTAL, TRADE
from tests.storekit import AT, answer, decide_card, do, later, new_store, reading, save_return, send

ACTS = ("confirm", "ask_back", "withdraw", "confirm", "unconfirm", "set_publication", "propose_card")
OWN = {POLICY: (RATE, PAPER), TRADE: (COUNT, TOTAL), AGRI: (CUT,)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What is read of the tables from now on: table, and the place after which."""
    read, found = facts._rows_after, []
    monkeypatch.setattr(
        facts, "_rows_after", lambda held, table, after: found.append((table, after)) or read(held, table, after)
    )
    return found


def save(store: Store, department: str, figure: float, at, *, sample: bool = False) -> str:
    said = [answer(i, value=figure, period="FY2024", release="final") for i in OWN[department]]
    one = reading(*said, department=department, sample=sample)
    return save_return(store, one, f"{department}{figure}".encode(), "回答.xlsx", by="部局", at=at).submission_id


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """The attributes in which two snapshots differ."""

    def alike(a: object, b: object) -> bool:
        if isinstance(a, pd.DataFrame) and isinstance(b, pd.DataFrame):
            return a.equals(b) and list(a.dtypes) == list(b.dtypes)
        return a == b

    return [f.name for f in fields(Snapshot) if not alike(getattr(one, f.name), getattr(other, f.name))]


def held(store: Store) -> None:
    """The snapshot kept and read on is that of who has never read the file."""
    fresh = Store(store.path)
    assert differences(store.snapshot("tiny"), fresh.snapshot("tiny")) == []


@lengthened
def test_after_any_acts_of_anybody_the_snapshot_is_that_of_a_whole_reading(store):
    chance, other, sent = random.Random(7), Store(store.path), []
    held(store)
    for number in range(length(14, 400)):
        at, writer = AT + timedelta(minutes=10 * number), chance.choice((store, other))
        department = chance.choice(list(OWN))
        mine = save(writer, department, number + 1.5, at, sample=chance.random() < 0.2)
        if chance.random() < 0.4:
            do(writer, "mend", mine, [Mend(OWN[department][0], "value", 2.0, "訂正")], by="部局", at=at)
        if chance.random() < 0.2:
            do(writer, "discard", mine, by="部局", at=at)
        elif not isinstance(send(writer, mine, by="部局", at=at), tuple):
            sent.append((mine, OWN[department][0]))
        held(store)
        one, indicator = chance.choice(sent or [(mine, OWN[department][0])])
        act = ACTS[number % len(ACTS)]
        if act in ("confirm", "unconfirm"):
            do(writer, act, one, [indicator], by="事務局", at=at)
        elif act == "ask_back":
            do(writer, act, one, [Question(indicator, "value", "なぜですか")], by="事務局", at=at)
        elif act == "withdraw":
            asked = [q for q in store.snapshot("tiny").questions.itertuples() if not q.answered_by]
            if asked:
                do(writer, act, asked[0].submission_id, [asked[0].question_id], by="事務局", at=at)
        elif act == "set_publication":
            codes = list(store.snapshot("tiny").observations["code"])[:1]
            do(writer, act, codes, "internal", None, by="事務局", at=at, reason="部内")
        else:
            proposal = do(writer, act, "tiny", RATE, {"target": 90.0 + number}, reason="見直し",
                          by="事務局 一郎", at=at)  # fmt: skip
            if isinstance(proposal, str):
                decide_card(writer, proposal, True, date(2025, 9, 1), by="事務局 二郎", at=at, reason="本部会議")
        held(store)
    assert {*ACTS, "accept_card"} <= set(store.log("tiny")["kind"])


def test_after_a_write_only_the_tables_that_it_touched_are_read_and_only_what_is_new(store, readings):
    sent = save(store, POLICY, 65.0, later(1))
    send(store, sent, by="部局", at=later(2))
    store.snapshot("tiny")
    readings.clear()
    do(store, "confirm", sent, [RATE], by="事務局", at=later(3))
    store.snapshot("tiny")
    tables = dict(readings)
    assert tables.keys() == {"decisions", "confirmations"}
    assert tables["decisions"] > 0


def test_where_samples_have_left_everything_is_read_anew(store, readings):
    save(store, POLICY, 65.0, later(1))
    send(store, save(store, TRADE, 9.0, later(2), sample=True), by="", at=later(3))
    assert store.snapshot("tiny").has_samples
    readings.clear()
    do(store, "remove_samples", at=later(4))
    assert not store.snapshot("tiny").has_samples
    held(store)
    assert all(after == -1 for _, after in readings)


def test_a_file_that_another_program_has_changed_is_read_anew(store):
    save(store, POLICY, 65.0, later(1))
    assert len(store.snapshot("tiny").submissions) == 1
    with store._database._reach() as connection:
        connection.execute("DELETE FROM submissions")
    assert store.snapshot("tiny").submissions.empty
