"""The store: nothing is lost or overwritten, every figure knows its cell, and what is asked is what was known."""

from __future__ import annotations

import dataclasses
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, ReturnState
from kpi.issue import Choice, Severity
from kpi.period import Period
from loaders.store import Receipt, Store, StoreBusy, StoreDamaged, StoredReturn
from loaders.store.commands.submission_rows import short_code
from tests.factory import COUNT, PAPER, RATE, TRADE, UNSET, tiny_plan
from tests.storekit import (
    AT,
    answer,
    decide_card,
    do,
    figures,
    issue,
    later,
    new_store,
    read_back,
    reading,
    save_and_send,
    save_return,
    send,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def rate(value: float, **more: float | str | None):
    return answer(RATE, value=value, period="FY2024", release="final", **more)


def current(store: Store, indicator: str = RATE):
    found = store.snapshot("tiny").observations
    return found[found["indicator_id"] == indicator]


# --- plans and figures ---


def test_a_plan_comes_back_as_it_was_loaded(store):
    snapshot = store.snapshot("tiny")
    assert snapshot.plan == tiny_plan()
    assert tuple(snapshot.cards.values()) == tiny_plan().cards
    assert store.plan_ids() == ("tiny",)


def test_a_second_start_changes_nothing(store):
    before = store.revision()
    assert not store.init([tiny_plan()], figures(), Act("", later(1)))
    assert store.revision() == before


def test_a_changed_plan_file_adds_versions_and_keeps_the_old_ones(store):
    plan = tiny_plan()
    cards = tuple(dataclasses.replace(c, target=90.0) if c.indicator_id == RATE else c for c in plan.cards)
    changed = dataclasses.replace(plan, name="新しい名前", cards=cards, rounds=plan.rounds[1:])
    store.init([changed], figures(), Act("", later(24)))
    now, then = store.snapshot("tiny"), store.snapshot("tiny", as_of=later(1))
    assert (now.plan.name, now.cards[RATE].target, now.cards[RATE].version) == ("新しい名前", 90.0, 2)
    assert (then.plan.name, then.cards[RATE].target, then.cards[RATE].version) == (plan.name, 100.0, 1)
    assert len(now.plan.rounds) == len(then.plan.rounds) - 1
    assert now.cards[COUNT].version == 1


def test_what_the_files_name_again_is_there_again(store):
    plan = tiny_plan()
    store.init([dataclasses.replace(plan, rounds=plan.rounds[:1])], None, Act("", later(1)))
    store.init([plan], None, Act("", later(2)))
    assert store.snapshot("tiny").plan.rounds == plan.rounds


def test_thousands_of_figures_load_at_once_and_a_new_batch_replaces_them_without_losing_them(store):
    started = time.perf_counter()
    store.init([tiny_plan()], figures(20_000), Act("", later(24)))
    assert time.perf_counter() - started < 5
    assert len(store.snapshot("tiny").values) == 20_000
    assert len(store.snapshot("tiny", as_of=later(1)).values) == 3
    assert list(store.snapshot("tiny").breaks["reason"]) == ["断層"]


def test_an_unknown_plan_is_a_key_error(store):
    with pytest.raises(KeyError):
        store.snapshot("none")


# --- keeping and sending ---


def test_a_sent_value_is_an_observation_with_its_cell(store):
    submission = save_and_send(store, reading(rate(65.0, evidence="調べ", section="DX推進課")), b"one", later(1))
    row = current(store).iloc[0]
    assert (row["value"], row["period"], row["position"]) == (65.0, "FY2024", 2025.25)
    assert (row["sheet"], row["cell"], row["written"]) == ("KPI調査票", "A6", "65.0")
    assert (row["state"], row["review"], row["submission_id"]) == ("value", "unconfirmed", submission)
    assert (row["evidence"], row["section"]) == ("調べ", "DX推進課")
    assert store.workbook(row["sha256"]) == ("回答.xlsx", b"one")


def test_a_draft_is_no_observation(store):
    save_return(store, reading(rate(65.0)), b"one", "a.xlsx", by="x", at=later(1))
    assert current(store).empty
    assert list(store.snapshot("tiny").submissions["state"]) == ["draft"]


def test_a_missing_value_is_a_state_and_never_zero(store):
    save_and_send(store, reading(answer(RATE, missing_reason="unpublished", next_release="2026-09")), b"1", later(1))
    row = current(store).iloc[0]
    assert row["state"] == "unpublished"
    assert row["value"] != row["value"]
    assert (row["period"], row["next_release"]) == ("FY2024", "2026-09")


def test_a_correction_is_a_new_value_of_the_earlier_period_and_keeps_what_was_said_of_it(store):
    first = answer(
        RATE, value=55.0, period="FY2023", release="provisional", analysis="前回の分析", evidence="前回の根拠"
    )
    save_and_send(store, reading(first, round_id="targets"), b"1", later(1))
    second = rate(65.0, correction=56.0, correction_kind="finalised", analysis="今回の分析")
    save_and_send(store, reading(second), b"2", later(2))
    rows = current(store)
    corrected = rows[rows["correction_kind"] == "finalised"].iloc[0]
    assert (corrected["period"], corrected["value"], corrected["release"]) == ("FY2023", 56.0, "final")
    past = store.snapshot("tiny").brief(date(2025, 9, 11)).history[RATE]
    assert [(p.period.code, p.value, p.comment) for p in past] == [
        ("FY2023", 56.0, "前回の分析"),
        ("FY2024", 65.0, "今回の分析"),
    ]
    assert past[0].evidence == "前回の根拠"


def test_history_prefers_final_to_provisional_and_later_to_earlier(store):
    said = [(60.0, "provisional", "fy2024"), (61.0, "final", "targets"), (62.0, "provisional", "fy2025h1")]
    for hours, (value, release, round_id) in enumerate(said, start=1):
        one = answer(RATE, value=value, period="FY2024", release=release)
        save_and_send(store, reading(one, round_id=round_id), str(value).encode(), later(hours))
    assert [p.value for p in store.snapshot("tiny").history[RATE]] == [61.0]


def test_a_second_return_of_a_round_supersedes_indicator_by_indicator(store):
    save_and_send(store, reading(rate(65.0), answer(PAPER, value=1.0, period="FY2024")), b"1", later(1))
    save_and_send(store, reading(rate(66.0)), b"2", later(2))
    assert list(current(store)["value"]) == [66.0]
    assert list(current(store, PAPER)["value"]) == [1.0]
    before = store.snapshot("tiny", as_of=later(1.5)).observations
    assert sorted(before["value"]) == [1.0, 65.0]


def test_another_department_or_round_supersedes_nothing(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    save_and_send(store, reading(rate(66.0), round_id="fy2025h1"), b"2", later(2))
    save_and_send(store, reading(rate(67.0), department=TRADE), b"3", later(3))
    assert sorted(current(store)["value"]) == [65.0, 66.0, 67.0]


def test_as_of_knows_neither_later_returns_nor_later_states(store):
    saved = save_return(store, reading(rate(65.0)), b"1", "a.xlsx", by="x", at=later(1))
    send(store, saved.submission_id, by="x", at=later(5))
    assert store.snapshot("tiny", as_of=later(0.5)).submissions.empty
    then = store.snapshot("tiny", as_of=later(2))
    assert list(then.submissions["state"]) == ["draft"]
    assert then.observations.empty


def test_a_new_upload_replaces_the_draft_before_it(store):
    first = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    second = save_return(store, reading(rate(2.0)), b"2", "b.xlsx", by="x", at=later(2))
    assert store.submission(first.submission_id).state is ReturnState.REPLACED
    assert store.submission(second.submission_id).state is ReturnState.DRAFT
    refused = send(store, first.submission_id, by="x", at=later(3))
    assert isinstance(refused, tuple)
    assert "差し替え" in refused[0].message


def test_the_same_file_is_not_kept_twice(store):
    first = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    again = save_return(store, reading(rate(1.0)), b"1", "copy.xlsx", by="x", at=later(48))
    assert again.duplicate_of == again.submission_id == first.submission_id
    assert len(store.snapshot("tiny").submissions) == 1


def test_the_same_file_for_another_department_is_its_own_return(store):
    first = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    other = save_return(store, reading(rate(1.0), department=TRADE), b"1", "a.xlsx", by="x", at=later(1))
    assert not other.duplicate_of
    assert other.submission_id != first.submission_id


def test_going_back_to_an_earlier_file_makes_it_the_draft_again(store):
    for data in (b"1", b"2"):
        save_return(store, reading(rate(float(data))), data, "a.xlsx", by="x", at=later(1))
    back = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(2))
    assert not back.duplicate_of
    assert store.submission(back.submission_id).state is ReturnState.DRAFT


def test_a_discarded_draft_brings_nothing_back_and_cannot_be_sent(store):
    saved = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    assert do(store, "discard", saved.submission_id, by="x", at=later(2), reason="誤り") == ()
    assert store.submission(saved.submission_id).state is ReturnState.DISCARDED
    assert isinstance(send(store, saved.submission_id, by="x", at=later(3)), tuple)
    again = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(4))
    assert not again.duplicate_of


def test_a_return_is_sent_once(store):
    submission = save_and_send(store, reading(rate(1.0)), b"1", later(1))
    again = send(store, submission, by="x", at=later(2))
    assert isinstance(again, tuple)
    assert do(store, "discard", submission, by="x", at=later(2)) != ()
    assert len(current(store)) == 1


def test_a_return_comes_back_as_it_was_read(store):
    choice = Choice("1.2の減少", {"value": -1.2, "missing_reason": None})
    asked = dataclasses.replace(issue(Severity.ASK, RATE), choices=(choice,))
    one = reading(
        rate(65.0, evidence="", missing_reason=None), answer(UNSET, missing_reason="suppressed"), issues=(asked,)
    )
    saved = save_return(store, one, b"1", "a.xlsx", by="青森 花子", at=later(1))
    stored = store.submission(saved.submission_id)
    assert stored.reading == one
    assert (stored.saved_by, stored.saved_at, stored.sent_at) == ("青森 花子", later(1), None)


# --- questions, faults, mends ---


@pytest.mark.parametrize("severity", [Severity.FIX, Severity.ASK])
def test_sending_waits_for_every_open_cell(store, severity):
    one = reading(rate(5.0), issues=(issue(severity, RATE), issue(Severity.NOTE, RATE)))
    saved = save_return(store, one, b"1", "a.xlsx", by="x", at=later(1))
    refused = send(store, saved.submission_id, by="x", at=later(2))
    assert [i.severity for i in refused] == [severity]
    assert current(store).empty
    assert do(store, "mend", saved.submission_id, [Mend(RATE, "value", 50.0, "入力誤り")], by="x", at=later(3)) == ()
    stored = store.submission(saved.submission_id)
    assert stored.can_send
    assert stored.reading.answers[0].entries["value"].mended == "入力誤り"
    assert isinstance(send(store, saved.submission_id, by="x", at=later(4)), Receipt)
    row = current(store).iloc[0]
    assert (row["value"], row["origin"], row["written"], row["cell"]) == (50.0, "mend", "5.0", "A6")


def test_the_answer_that_it_is_right_as_it_stands_settles_a_question(store):
    saved = save_return(store, reading(rate(5.0), issues=(issue(Severity.ASK, RATE),)), b"1", "a.xlsx", by="x", at=AT)
    do(
        store,
        "mend",
        saved.submission_id,
        [Mend(RATE, "value", 5.0, "このままで正しい: 調査対象が減った")],
        by="x",
        at=later(1),
    )
    assert isinstance(send(store, saved.submission_id, by="x", at=later(2)), Receipt)
    assert list(current(store)["value"]) == [5.0]


def test_a_reason_for_having_no_value_settles_what_was_asked_about_the_value(store):
    issues = (issue(Severity.FIX, RATE), issue(Severity.ASK, RATE, "period"))
    saved = save_return(store, reading(rate(5.0), issues=issues), b"1", "a.xlsx", by="x", at=AT)
    do(
        store,
        "mend",
        saved.submission_id,
        [Mend(RATE, "missing_reason", "not_compiled", "集計中")],
        by="x",
        at=later(1),
    )
    assert isinstance(send(store, saved.submission_id, by="x", at=later(2)), Receipt)
    row = current(store).iloc[0]
    assert row["state"] == "not_compiled"
    assert row["value"] != row["value"]


def test_a_mend_of_one_cell_settles_no_other(store):
    issues = (issue(Severity.FIX, RATE), issue(Severity.FIX, PAPER), issue(Severity.FIX, RATE, "target"))
    saved = save_return(store, reading(rate(5.0), issues=issues), b"1", "a.xlsx", by="x", at=AT)
    do(store, "mend", saved.submission_id, [Mend(RATE, "missing_reason", "suppressed", "少数")], by="x", at=later(1))
    assert {(i.subject_id, i.key) for i in store.submission(saved.submission_id).open} == {
        (PAPER, "value"),
        (RATE, "target"),
    }


def test_a_fault_of_the_whole_file_cannot_be_mended_away(store):
    saved = save_return(store, reading(rate(5.0), issues=(issue(Severity.FIX, "", ""),)), b"1", "a.xlsx", by="x", at=AT)
    assert do(store, "mend", saved.submission_id, [Mend("", "", None, "はい")], by="x", at=AT) != ()
    assert isinstance(send(store, saved.submission_id, by="x", at=AT), tuple)


def test_questions_that_a_mend_raises_stay_open_until_answered(store):
    saved = save_return(store, reading(rate(5.0), issues=(issue(Severity.ASK, RATE),)), b"1", "a.xlsx", by="x", at=AT)
    raised = (issue(Severity.ASK, RATE),)
    do(store, "mend", saved.submission_id, [Mend(RATE, "value", 5000.0, "訂正")], by="x", at=later(1), raised=raised)
    assert len(store.submission(saved.submission_id).open) == 1
    do(store, "mend", saved.submission_id, [Mend(RATE, "value", 5000.0, "このままで正しい")], by="x", at=later(2))
    assert store.submission(saved.submission_id).can_send


@pytest.mark.parametrize(
    "mend",
    [
        Mend(RATE, "value", "七十", "訂正"),
        Mend(RATE, "value", float("nan"), "訂正"),
        Mend(RATE, "value", 1.0, "  "),
        Mend(RATE, "nothing", 1.0, "訂正"),
        Mend("nobody", "value", 1.0, "訂正"),
        Mend(RATE, "period", 2024.0, "訂正"),
        Mend(RATE, "period", "令和6年度", "訂正"),
        Mend(RATE, "release", "たぶん", "訂正"),
        Mend(RATE, "missing_reason", "うっかり", "訂正"),
    ],
    ids=lambda m: f"{m.key}={m.value}",
)
def test_a_mend_that_makes_no_sense_is_refused_whole(store, mend):
    saved = save_return(store, reading(rate(5.0)), b"1", "a.xlsx", by="x", at=AT)
    refused = do(store, "mend", saved.submission_id, [Mend(PAPER, "value", 1.0, "訂正"), mend], by="x", at=AT)
    assert [i.code for i in refused] == ["mend.refused"]
    assert store.submission(saved.submission_id).mends == ()


def test_an_indicator_the_file_left_out_can_be_answered_on_the_page(store):
    saved = save_return(store, reading(rate(5.0)), b"1", "a.xlsx", by="x", at=AT)
    do(store, "mend", saved.submission_id, [Mend(PAPER, "missing_reason", "not_compiled", "集計中")], by="x", at=AT)
    assert isinstance(send(store, saved.submission_id, by="x", at=AT), Receipt)
    assert list(current(store, PAPER)["state"]) == ["not_compiled"]
    assert store.verify() == ()


# --- cards from returns ---


def proposals(store: Store, state: str = "open"):
    found = store.snapshot("tiny").proposals
    return found[found["state"] == state]


def accept_all(store: Store, hours: float, by: str = "事務局 次郎"):
    for proposal_id in proposals(store)["proposal_id"]:
        assert decide_card(store, proposal_id, True, later(hours).date(), by=by, at=later(hours)) == ()


def test_a_return_changes_no_card_and_proposes_what_it_says_otherwise(store):
    facts = {"baseline": 10.0, "baseline_period": "FY2023", "target": 50.0, "target_period": "FY2028"}
    one = reading(answer(UNSET, **facts), answer(RATE, baseline=1.0, target=100.0), round_id="targets")
    save_and_send(store, one, b"1", later(1))
    assert tuple(store.snapshot("tiny").cards.values()) == tiny_plan().cards
    assert list(proposals(store)["indicator_id"]) == [UNSET, RATE]
    assert proposals(store).iloc[1]["document"] == '{"baseline":1.0}'  # the target is what the card says already
    accept_all(store, 2)
    now, then = store.snapshot("tiny").cards, store.snapshot("tiny", as_of=later(1.5)).cards
    assert (now[UNSET].baseline, now[UNSET].target, now[UNSET].version) == (10.0, 50.0, 2)
    assert (now[UNSET].baseline_period, now[UNSET].target_period) == (Period("FY", 2023), Period("FY", 2028))
    assert (now[RATE].baseline, now[RATE].reason) == (1.0, "現状値: 当初42.5%→変更後1.0%(R7.9.10本部決定)")
    assert then[UNSET] == tiny_plan().card(UNSET)
    assert store.verify() == ()


def test_a_newer_return_of_the_round_replaces_its_proposal_and_the_same_one_asks_no_more(store):
    for data, value, round_id in ((b"1", 10.0, "targets"), (b"2", 11.0, "targets"), (b"3", 11.0, "targets")):
        save_and_send(store, reading(answer(UNSET, baseline=value), round_id=round_id), data, later(float(data)))
    assert list(proposals(store)["document"]) == ['{"baseline":11.0}']
    assert list(proposals(store, "replaced")["document"]) == ['{"baseline":10.0}']
    accept_all(store, 4)
    assert store.snapshot("tiny").cards[UNSET].baseline == 11.0


def test_what_the_plan_file_sets_later_wins_over_a_decision(store):
    save_and_send(store, reading(answer(UNSET, baseline=10.0, target=50.0)), b"1", later(1))
    accept_all(store, 1.5)
    cards = tuple(dataclasses.replace(c, baseline=9.0) if c.indicator_id == UNSET else c for c in tiny_plan().cards)
    store.init([dataclasses.replace(tiny_plan(), cards=cards)], None, Act("", later(2)))
    card = store.snapshot("tiny").cards[UNSET]
    assert (card.baseline, card.target) == (9.0, 50.0)


# --- following, checking, samples, copies ---


def test_a_short_number_finds_the_figure_again_however_it_is_typed(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    save_and_send(store, reading(rate(66.0)), b"2", later(2))
    code = current(store).iloc[0]["code"]
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', '－')} "):
        (passport,) = store.trace(typed)
        assert (passport.code, passport.value, passport.sheet, passport.cell) == (code, 66.0, "KPI調査票", "A6")
    assert [(e.value, e.superseded) for e in passport.earlier] == [(65.0, True)]
    (old,) = store.trace(passport.earlier[0].code)
    assert old.superseded
    assert (passport.filename, passport.sent_by, passport.department) == ("回答.xlsx", "青森 花子", "総合政策部")


def test_an_indicator_is_traced_by_id_and_by_number(store):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    assert store.trace(RATE) == store.trace("1") != ()
    assert store.trace("ZZZ-9999") == ()


def test_short_numbers_are_one_to_one():
    codes = {short_code(n) for n in range(1, 50_000)}
    assert len(codes) == 49_999
    assert all(len(c) == 8 and c[3] == "-" for c in codes)


def test_removing_the_samples_leaves_real_data_untouched(store):
    real = reading(rate(65.0), issues=(issue(Severity.ASK, RATE, "evidence"),))
    draft = save_return(store, real, b"real", "real.xlsx", by="x", at=later(1))
    do(store, "mend", draft.submission_id, [Mend(RATE, "evidence", "調べ", "追記")], by="x", at=later(1))
    send(store, draft.submission_id, by="x", at=later(1))
    waiting = save_return(store, reading(answer(COUNT, value=1.0), department=TRADE), b"wait", "w.xlsx", by="x", at=AT)
    before = store.snapshot("tiny")
    asked = (issue(Severity.ASK, RATE),)
    sample = reading(rate(1.0), answer(UNSET, baseline=3.0), issues=asked, sample=True)
    kept = save_return(store, sample, b"sample", "s.xlsx", by="x", at=later(2))
    do(store, "mend", kept.submission_id, [Mend(RATE, "value", 2.0, "訂正")], by="x", at=later(2))
    send(store, kept.submission_id, by="x", at=later(2))
    accept_all(store, 2.5)
    save_return(store, reading(sample=True, department=TRADE), b"sample2", "s.xlsx", by="x", at=later(3))
    assert store.snapshot("tiny").has_samples
    assert store.submission(waiting.submission_id).state is ReturnState.REPLACED
    counts = do(
        store,
        "remove_samples",
    )
    after = store.snapshot("tiny")
    assert {k: counts[k] for k in ("submissions", "observations", "cards", "workbooks", "mends", "issues")} == {
        "submissions": 2, "observations": 1, "cards": 1, "workbooks": 2, "mends": 1, "issues": 1,
    }  # fmt: skip
    assert before.observations.equals(after.observations)
    assert before.submissions.equals(after.submissions)
    assert before.cards == after.cards
    assert not after.has_samples
    assert store.verify() == ()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE workbooks SET data = 'x'::BLOB", "verify.workbook_hash"),
        ("DELETE FROM workbooks", "verify.workbook_missing"),
        ("DELETE FROM submissions", "verify.observation_orphan"),
        ("UPDATE observations SET cell = ''", "verify.observation_without_cell"),
        ("UPDATE observations SET value = 66", "verify.observation_differs"),
        ("UPDATE entries SET written = '66'", "verify.observation_differs"),
        ("UPDATE entries SET number = 66 WHERE key = 'value'", "verify.observation_differs"),
        ("DELETE FROM entries", "verify.observation_differs"),
        ("DELETE FROM decisions", "verify.observation_unsent"),
        ("UPDATE submissions SET round_id = 'gone'", "verify.plan_unknown"),
    ],
)
def test_verify_finds_what_was_tampered_with(store, damage, code):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    assert store.verify() == ()
    with duckdb.connect(str(store.path)) as connection:
        connection.execute(damage)
    assert code in {i.code for i in store.verify()}


def test_a_return_can_be_read_as_it_stood_at_any_moment(store):
    first = reading(rate(65.0), issues=(issue(Severity.ASK, RATE),))
    one = save_return(store, first, b"1", "a.xlsx", by="x", at=later(1)).submission_id
    raised = (issue(Severity.FIX, RATE),)
    do(store, "mend", one, [Mend(RATE, "value", 64.0, "訂正")], by="y", at=later(2), raised=raised)
    do(store, "mend", one, [Mend(RATE, "value", 63.0, "再訂正")], by="y", at=later(3))
    send(store, one, by="y", at=later(4), settled_on=date(2025, 9, 9))
    assert do(store, "confirm", one, [RATE], by="事務局", at=later(5)) == ()
    other = save_return(store, reading(rate(1.0)), b"2", "b.xlsx", by="x", at=later(6)).submission_id

    def at(hours: float) -> StoredReturn:
        return store.submissions([one], later(hours))[one]

    def told(found: StoredReturn) -> tuple[object, ...]:
        (said,) = (a for a in found.reading.answers if a.subject_id == RATE)
        severities = [[i.severity for i in some] for some in (found.issues, found.open)]
        return found.state, said.value("value"), len(found.mends), *severities, found.confirmed, found.sent_at

    ask, fix, draft, sent = Severity.ASK, Severity.FIX, ReturnState.DRAFT, ReturnState.SENT
    assert told(at(1.5)) == (draft, 65.0, 0, [ask], [ask], (), None)
    assert told(at(2.5)) == (draft, 64.0, 1, [ask, fix], [fix], (), None)
    assert told(at(3.5)) == (draft, 63.0, 2, [ask, fix], [], (), None)
    assert told(at(4.5)) == (sent, 63.0, 2, [ask, fix], [], (), later(4))
    assert told(at(5.5)) == (sent, 63.0, 2, [ask, fix], [], (RATE,), later(4))
    assert at(3.5).settled_on is None
    assert at(7) == store.submission(one)
    with pytest.raises(KeyError):
        store.submissions([other], later(5.5))


def test_rebuilding_from_the_originals_gives_the_same_store(store, tmp_path):
    sample = reading(answer(RATE, value=1.0, period="FY2024", release="final"), sample=True)
    save_and_send(store, sample, b"sample", later(0.5))  # leaves gaps in the numbers when it goes
    do(
        store,
        "remove_samples",
    )
    first = save_return(store, reading(rate(65.0)), f"{RATE}=65".encode(), "a.xlsx", by="x", at=later(1))
    do(store, "mend", first.submission_id, [Mend(RATE, "value", 64.0, "訂正")], by="y", at=later(2))
    other = save_return(
        store,
        reading(answer(COUNT, value=7.0, period="FY2024", release="final"), department=TRADE),
        f"{COUNT}=7".encode(),
        "b.xlsx",
        by="x",
        at=later(2),
    )
    send(store, first.submission_id, by="y", at=later(3))
    do(store, "discard", other.submission_id, by="y", at=later(4))
    again = Store(tmp_path / "again.duckdb")
    found = store.rebuild(again.path, read_back)
    assert [i.message for i in found if "written" not in i.message] == []
    assert again.snapshot("tiny").observations["code"].equals(store.snapshot("tiny").observations["code"])
    assert list(again.snapshot("tiny").submissions["state"]) == ["sent", "discarded"]
    assert again.verify() == ()


def test_rebuilding_tells_every_difference(store, tmp_path):
    save_and_send(
        store, reading(rate(65.0), answer(PAPER, value=3.0, period="FY2024")), f"{RATE}=70".encode(), later(1)
    )
    found = store.rebuild(tmp_path / "again.duckdb", read_back)
    assert {i.subject_id for i in found} == {RATE, PAPER}
    assert all(i.code == "rebuild.difference" and i.cell for i in found)


def test_a_backup_is_a_store_of_its_own(store, tmp_path):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    copy = tmp_path / "deep" / "copy.duckdb"
    copy.parent.mkdir()
    end, made = store.log_head().mark, store.backup(copy, Act("", AT))
    assert made == copy.with_name(f"copy_{end}.duckdb")
    assert Store(made).snapshot("tiny").observations.equals(store.snapshot("tiny").observations)
    assert sorted(p.name for p in copy.parent.iterdir()) == [made.name, *sorted(
        p.name for p in copy.parent.iterdir() if ".lock" in p.name)]  # fmt: skip
    assert not isinstance(store.backup(store.path, Act("", AT)), Path)


def test_a_backup_writes_over_nothing_and_makes_no_folder(store, tmp_path):
    kept = tmp_path / "kept.duckdb"
    kept.write_bytes(b"kept")
    (tmp_path / "log.duckdb.wal").write_bytes(b"kept")
    places = {
        "backup.exists": kept,
        "backup.folder": tmp_path,
        "backup.no_folder": tmp_path / "typo" / "copy.duckdb",
        "backup.same": store.path,
    }
    assert {code: [i.code for i in store.backup(dest, Act("", AT))] for code, dest in places.items()} == {
        c: [c] for c in places
    }
    assert [i.code for i in store.backup(tmp_path / "log.duckdb", Act("", AT))] == ["backup.exists"]
    assert kept.read_bytes() == b"kept"
    assert not (tmp_path / "typo").exists()
    assert not list(tmp_path.glob("*.part*"))


def test_a_damaged_store_makes_no_backup(store, tmp_path):
    save_and_send(store, reading(rate(65.0)), b"1", later(1))
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE workbooks SET data = 'x'::BLOB")
    assert not isinstance(store.backup(tmp_path / "copy.duckdb", Act("", AT)), Path)
    assert not (tmp_path / "copy.duckdb").exists()


# --- the file itself ---


def test_every_write_changes_the_revision_and_no_read_does(store):
    seen = [store.revision()]
    for n in range(8):
        saved = save_return(store, reading(rate(float(n))), str(n).encode(), "a.xlsx", by="x", at=later(1))
        seen.append(store.revision())
        do(store, "mend", saved.submission_id, [Mend(RATE, "value", 1.0, "訂正")], by="x", at=later(1))
        seen.append(store.revision())
    assert len(set(seen)) == len(seen)
    snapshot = store.snapshot("tiny")
    store.verify()
    assert snapshot.revision == store.revision() == seen[-1]


def test_a_file_that_is_no_store_is_said_in_japanese(tmp_path):
    path = tmp_path / "kpi.duckdb"
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(StoreDamaged, match="開けません"):
        Store(path).plan_ids()
    with pytest.raises(StoreDamaged, match="init"):
        Store(tmp_path / "none.duckdb").plan_ids()


def test_a_store_of_another_version_is_not_touched(store):
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE meta SET value = '999'")
    with pytest.raises(StoreDamaged, match="999"):
        store.snapshot("tiny")


def test_a_store_held_by_another_program_is_waited_for_and_then_said(tmp_path):
    store = new_store(tmp_path, wait=0.3)
    from loaders.store.file.lock import FileLock

    with FileLock(store.path, 1.0).exclusive():
        import threading

        errors: list[Exception] = []

        def look() -> None:
            try:
                store.plan_ids()
            except StoreBusy as error:
                errors.append(error)

        started = time.perf_counter()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert "もう一度" in str(errors[0])
    assert 0.2 < time.perf_counter() - started < 3
    assert store.plan_ids() == ("tiny",)


def test_half_a_write_is_no_write(store, monkeypatch):
    before = store.snapshot("tiny")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("loaders.store.commands.drafts.issue_rows", broken)
    with pytest.raises(RuntimeError):
        save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=AT)
    monkeypatch.undo()
    assert store.snapshot("tiny").submissions.equals(before.submissions)
    assert store.verify() == ()


def test_text_in_a_query_is_data(store):
    evil = "'; DROP TABLE observations; --"
    save_and_send(store, reading(rate(65.0, evidence=evil)), b"1", later(1), by=evil)
    assert store.trace(evil) == ()
    assert current(store).iloc[0]["evidence"] == evil
    assert store.submission(store.snapshot("tiny").submissions.iloc[0]["submission_id"]).sent_by == evil
