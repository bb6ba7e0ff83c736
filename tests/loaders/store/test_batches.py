"""Many returns in one transaction end as the same returns one by one; decisions about a plan as a whole are kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from kpi.collection.workflow import ReturnState
from loaders.store import NewReturn, Receipt, Store
from tests.factory import COUNT, HALF_ROUND, RATE, ROUND, TRADE, UNSET
from tests.storekit import AT, answer, do, later, new_store, read_back, reading, save_and_send, save_return, send


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def rate(value: float, **more: float | str | None):
    return answer(RATE, value=value, period="FY2024", release="final", **more)


# --- kept and sent together ---


def test_files_kept_together_are_kept_as_one_by_one(store, tmp_path):
    new = [
        NewReturn(reading(rate(1.0)), b"1", "a.xlsx"),
        NewReturn(reading(rate(1.0)), b"1", "a again.xlsx"),
        NewReturn(reading(rate(2.0)), b"2", "b.xlsx"),
        NewReturn(reading(rate(1.0)), b"1", "back to a.xlsx"),
        NewReturn(reading(answer(COUNT, value=3.0), department=TRADE), b"1", "other.xlsx"),
    ]
    together = do(store, "save", new, by="x", at=later(1))
    (tmp_path / "single").mkdir()
    other = new_store(tmp_path / "single")
    singly = [save_return(other, n.reading, n.data, n.filename, by="x", at=later(1)) for n in new]
    assert list(together) == singly
    assert [bool(s.duplicate_of) for s in together] == [False, True, False, False, False]
    assert store.snapshot("tiny").submissions.equals(other.snapshot("tiny").submissions)
    assert [store.submission(s.submission_id) for s in together] == [other.submission(s.submission_id) for s in singly]


@pytest.mark.parametrize("count", [1, 20, 300])
def test_a_return_of_any_length_comes_back_as_it_was(store, count):
    said = [answer(f"i{n:03d}", value=n / 7 if n % 3 else None, analysis="増" if n % 2 else None) for n in range(count)]
    kept = save_return(store, reading(*said), b"1", "a.xlsx", by="x", at=later(1))
    assert store.submission(kept.submission_id).reading.answers == tuple(said)


def test_returns_sent_together_end_as_those_sent_one_by_one(store, tmp_path):
    """The third corrects what the first has said, and proposes something else: it must see the first."""
    new = [
        NewReturn(reading(rate(61.0), answer(UNSET, baseline=10.0)), b"1", "a.xlsx"),
        NewReturn(reading(answer(COUNT, value=3.0, period="FY2024"), department=TRADE), b"2", "b.xlsx"),
        NewReturn(
            reading(
                answer(RATE, value=63.0, period="FY2025", release="final", correction=62.0, correction_kind="error"),
                answer(UNSET, baseline=12.0),
                round_id=HALF_ROUND,
            ),
            b"3",
            "c.xlsx",
        ),
    ]
    (tmp_path / "single").mkdir()
    other, told = new_store(tmp_path / "single"), []
    ids = [s.submission_id for s in do(store, "save", new, by="x", at=later(1))]
    together = do(store, "send", ids, by="x", at=later(2), tick=told.append)
    do(other, "save", new, by="x", at=later(1))
    singly = [send(other, one, by="x", at=later(2)) for one in ids]
    assert all(isinstance(r, Receipt) for r in together)
    assert list(together) == singly
    assert told == ids
    assert store.snapshot("tiny").observations.equals(other.snapshot("tiny").observations)
    assert store.snapshot("tiny").cards == other.snapshot("tiny").cards
    assert store.snapshot("tiny").proposals.equals(other.snapshot("tiny").proposals)
    assert list(store.snapshot("tiny").proposals["document"]) == ['{"baseline":10.0}', '{"baseline":12.0}']
    corrected = store.snapshot("tiny").observations.query("correction_kind == 'error'")
    assert list(corrected["period"]) == ["FY2024"]


def test_returns_sent_together_take_over_what_those_sent_one_by_one_do(store, tmp_path):
    """Each its own department's confirmations; the third a decision about a figure that the first has sent anew."""
    (tmp_path / "single").mkdir()
    other = new_store(tmp_path / "single")
    count = answer(COUNT, value=3.0, period="FY2024")
    corrected = answer(RATE, value=63.0, period="FY2025", release="final", correction=62.0, correction_kind="error")
    new = [
        NewReturn(reading(rate(66.0)), b"1", "a.xlsx"),
        NewReturn(reading(count, department=TRADE), b"2", "b.xlsx"),
        NewReturn(reading(corrected, round_id=HALF_ROUND), b"3", "c.xlsx"),
    ]
    for one in (store, other):
        for said, data in ((reading(rate(65.0)), b"4"), (reading(count, department=TRADE), b"5")):
            do(one, "confirm", save_and_send(one, said, data, later(1)), by="事", at=later(2))
        hidden = one.snapshot("tiny").observations.set_index("indicator_id").loc[RATE, "code"]
        do(one, "set_publication", [hidden], "internal", by="事", at=later(3))
        ids = [s.submission_id for s in do(one, "save", new, by="x", at=later(4))]
        for sent in (ids,) if one is store else ([i] for i in ids):
            do(one, "send", sent, by="x", at=later(5))
    values = store.snapshot("tiny").observations
    assert values.equals(other.snapshot("tiny").observations)
    assert list(values[["value", "review", "publication"]].itertuples(index=False, name=None)) == [
        (66.0, "unconfirmed", "internal"),
        (3.0, "confirmed", "public"),
        (63.0, "unconfirmed", "public"),
        (62.0, "unconfirmed", "internal"),
    ]
    assert store.verify() == other.verify() == ()


def test_a_return_named_twice_is_sent_once(store):
    kept = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    first, second = do(store, "send", [kept.submission_id] * 2, by="x", at=later(2))
    assert isinstance(first, Receipt)
    assert [i.code for i in second] == ["return.not_draft"]
    with pytest.raises(KeyError):
        do(store, "send", ["S99999"], by="x", at=later(2))


def test_a_fault_while_sending_sends_none_of_them(store):
    ids = [
        save_return(store, reading(rate(1.0), round_id=r), r.encode(), "a.xlsx", by="x", at=later(1)).submission_id
        for r in (ROUND, HALF_ROUND)
    ]

    def broken(_one: str) -> None:
        raise RuntimeError("the page was left")

    with pytest.raises(RuntimeError):
        do(store, "send", ids, by="x", at=later(2), tick=broken)
    assert [store.submission(one).state for one in ids] == [ReturnState.DRAFT] * 2
    assert store.snapshot("tiny").observations.empty


# --- decisions about a plan ---


def test_a_decision_about_the_plan_is_there_from_its_moment_on(store):
    assert store.snapshot("tiny").decisions == frozenset()
    before = store.revision()
    do(store, "start_empty", "tiny", by="青森 花子", at=later(1), reason="配布から始める")
    assert store.revision() != before
    assert store.snapshot("tiny").decisions == {"start_empty"}
    assert Store(store.path).snapshot("tiny").decisions == {"start_empty"}
    assert store.snapshot("tiny", as_of=later(0.5)).decisions == frozenset()
    assert store.verify() == ()


def test_what_is_decided_about_a_return_is_no_decision_about_the_plan(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    assert store.snapshot("tiny").decisions == frozenset()


def test_nothing_can_be_decided_about_an_unknown_plan(store):
    with pytest.raises(KeyError):
        do(store, "start_empty", "nowhere", by="x", at=AT)
    with duckdb.connect(str(store.path)) as connection:
        connection.execute(
            "INSERT INTO decisions BY NAME SELECT 9 AS seq, 'start_empty' AS kind, 'nowhere' AS plan_id, '' AS subject,"
            " 'x' AS who, TIMESTAMP '2025-09-10' AS done_at, '' AS reason, '{}' AS payload, false AS sample"
        )
    assert "verify.decision_orphan" in [i.code for i in store.verify()]


def test_a_decision_about_the_plan_stays_when_the_samples_go(store):
    do(store, "start_empty", "tiny", by="x", at=later(1))
    save_and_send(store, reading(rate(1.0), sample=True), b"1", later(2))
    do(store, "remove_samples")
    assert store.snapshot("tiny").decisions == {"start_empty"}
    assert store.verify() == ()


def test_a_rebuilt_store_knows_the_decisions_and_goes_on_from_them(store, tmp_path):
    save_and_send(store, reading(rate(65.0)), f"{RATE}=65".encode(), later(1))
    do(store, "start_empty", "tiny", by="青森 花子", at=later(2), reason="理由")
    again, read = Store(tmp_path / "again.duckdb"), []
    found = store.rebuild(again.path, read_back, lambda: read.append(1))
    assert [i.message for i in found if "written" not in i.message] == []
    assert len(read) == 1  # one step for each file
    query = "SELECT * FROM decisions ORDER BY seq"
    kept = []
    for path in (store.path, again.path):
        with duckdb.connect(str(path), read_only=True) as connection:
            kept.append(connection.execute(query).fetchall())
    *same, _ = kept[1]
    assert kept[0] == same
    assert [row[1] for row in kept[1]] == ["save", "start_round", "send", "start_empty", "rebuild"]
    do(again, "load_samples", "tiny", by="x", at=later(3))
    assert again.snapshot("tiny").decisions == {"start_empty", "load_samples"}
