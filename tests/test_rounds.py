"""The life of a round in the store: 課 and 主管課, confirmed, asked back, opened and closed, cards, who sees what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend, Question, ReturnState
from kpi.people import Audience
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Division, Round
from loaders.store import Receipt, Store
from tests.factory import COUNT, PAPER, POLICY, RATE, ROUND, SURVEY, TRADE, UNSET, tiny_plan
from tests.storekit import (
    answer,
    decide_card,
    do,
    figures,
    later,
    new_store,
    read_back,
    reading,
    save_and_send,
    save_return,
    send,
)

DX, GENERAL = "dx", "general"
OWN = Audience("department", frozenset({POLICY}))


def with_divisions():
    plan = tiny_plan()
    divisions = (Division(DX, "DX推進課", (RATE, UNSET)), Division(GENERAL, "総務課", (PAPER, SURVEY)))
    departments = tuple(replace(d, divisions=divisions) if d.id == POLICY else d for d in plan.departments)
    # What nobody answers is asked about in a joined return; a test that is about it asks for more.
    rounds = tuple(replace(r, indicators=(RATE, PAPER)) if r.id == ROUND else r for r in plan.rounds)
    return replace(plan, departments=departments, rounds=rounds)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def two_levels(tmp_path: Path) -> Store:
    return new_store(tmp_path, with_divisions())


def rate(value: float, **more: float | str | None):
    return answer(RATE, value=value, period="FY2024", release="final", **more)


def paper(value: float | None, **more: float | str | None):
    return answer(PAPER, value=value, period="FY2024", release="final", **more)


def of_division(division: str, *answers, **more):
    return replace(reading(*answers, **more), division_id=division)


def passed(store: Store, division: str, *answers, data: bytes, hours: float) -> str:
    one = of_division(division, *answers)
    saved = save_return(store, one, data, f"{division}.xlsx", by=division, at=later(hours))
    assert do(store, "pass_on", saved.submission_id, by=division, at=later(hours)) == ()
    return saved.submission_id


def column(store: Store, name: str, indicator: str = RATE, **how):
    found = store.snapshot("tiny", **how).observations
    return list(found[found["indicator_id"] == indicator][name])


# --- two levels ---


def test_returns_of_two_divisions_are_each_live_and_none_is_sent_itself(two_levels):
    first = passed(two_levels, DX, rate(65.0), data=b"1", hours=1)
    second = save_return(two_levels, of_division(GENERAL, paper(1.0)), b"2", "b.xlsx", by="x", at=later(1))
    table = two_levels.snapshot("tiny").submissions.set_index("submission_id")
    assert dict(table["state"]) == {first: "passed", second.submission_id: "draft"}
    assert (table.loc[first, "division_id"], table.loc[first, "passed_by"]) == (DX, DX)
    for one in (first, second.submission_id):
        assert isinstance(send(two_levels, one, by="x", at=later(2)), tuple)
    assert two_levels.snapshot("tiny").observations.empty
    refused = send(two_levels, second.submission_id, by="x", at=later(2))
    assert [i.code for i in refused] == ["return.of_division"]


def test_a_departments_own_return_is_not_passed_on(store):
    saved = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    assert [i.code for i in do(store, "pass_on", saved.submission_id, by="x", at=later(1))] == ["return.no_division"]
    assert store.submission(saved.submission_id).state is ReturnState.DRAFT


def test_joined_returns_keep_the_file_the_cell_and_the_mend_of_each_division(two_levels):
    store = two_levels
    first = save_return(store, of_division(DX, rate(5.0), paper(None)), b"1", "dx.xlsx", by="d", at=later(1))
    do(store, "mend", first.submission_id, [Mend(RATE, "value", 65.0, "入力誤り")], by="d", at=later(1.2))
    assert do(store, "pass_on", first.submission_id, by="d", at=later(1.5)) == ()
    second = passed(store, GENERAL, paper(41.3), data=b"2", hours=2)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3))
    assert (joined.conflicts, joined.issues, joined.waiting) == ((), (), ())
    stored = store.submission(joined.submission_id)
    assert (stored.joined_from, stored.sha256, stored.division_id) == ((first.submission_id, second), "", "")
    assert stored.reading.answers[0].entries["value"].mended == "入力誤り"
    do(store, "mend", joined.submission_id, [Mend(PAPER, "value", 41.5, "主管課で確認")], by="主管", at=later(3.5))
    receipt = send(store, joined.submission_id, by="主管", at=later(4), settled_on=date(2025, 9, 9))
    assert isinstance(receipt, Receipt)
    seen = store.snapshot("tiny").observations.set_index("indicator_id")
    assert (seen.loc[RATE, "value"], seen.loc[PAPER, "value"]) == (65.0, 41.5)
    assert (seen.loc[RATE, "filename"], seen.loc[PAPER, "filename"]) == ("dx.xlsx", "general.xlsx")
    assert (seen.loc[RATE, "origin"], seen.loc[RATE, "written"], seen.loc[RATE, "cell"]) == ("mend", "5.0", "A6")
    assert store.workbook(seen.loc[PAPER, "sha256"])[1] == b"2"
    row = store.snapshot("tiny").submissions.set_index("submission_id").loc[joined.submission_id]
    assert (row["state"], row["settled_on"].date(), row["joined_from"]) == (
        "sent", date(2025, 9, 9), (first.submission_id, second),
    )  # fmt: skip
    (passport,) = store.trace(receipt.codes[RATE][0])
    assert (passport.filename, passport.cell) == ("dx.xlsx", "A6")
    assert store.verify() == ()


def test_two_divisions_that_differ_on_a_row_wait_for_a_choice(two_levels):
    store = two_levels
    first = passed(store, DX, rate(65.0), data=b"1", hours=1)
    second = passed(store, GENERAL, rate(66.0), paper(1.0), data=b"2", hours=2)
    before = store.revision()
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3))
    assert joined.submission_id == ""
    (conflict,) = joined.conflicts
    assert conflict.indicator_id == RATE
    assert [(o.submission_id, o.division_id) for o in conflict.options] == [(first, DX), (second, GENERAL)]
    assert len(store.snapshot("tiny").submissions) == 2
    wrong = do(store, "join", Place("tiny", ROUND, POLICY), {RATE: "S99999"}, by="主管", at=later(3))
    assert wrong.conflicts == joined.conflicts
    settled = do(store, "join", Place("tiny", ROUND, POLICY), {RATE: second}, by="主管", at=later(3))
    assert settled.submission_id
    assert store.revision() != before
    send(store, settled.submission_id, by="主管", at=later(4))
    assert column(store, "value") == [66.0]
    assert store.verify() == ()


def test_the_same_said_twice_is_no_conflict_and_who_has_not_answered_is_told(two_levels):
    store = two_levels
    assert [i.code for i in do(store, "join", Place("tiny", ROUND, POLICY), {}, by="m", at=later(1)).issues] == [
        "join.none"
    ]
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="m", at=later(2))
    assert (bool(joined.submission_id), joined.waiting) == (True, (GENERAL,))
    passed(store, GENERAL, rate(65.0), paper(1.0), data=b"2", hours=3)
    assert do(store, "join", Place("tiny", ROUND, POLICY), {}, by="m", at=later(4)).conflicts == ()


def test_a_division_that_answers_again_is_joined_with_its_newest_answer(two_levels):
    store = two_levels
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    passed(store, DX, rate(67.0), data=b"2", hours=2)
    save_return(store, of_division(DX, rate(99.0)), b"3", "draft.xlsx", by="x", at=later(2.5))
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="m", at=later(3))
    assert store.submission(joined.submission_id).reading.answers[0].number("value") == 67.0


def answered_by_itself(store):
    """課 made one and sent; then the department itself answers otherwise about one row, which is confirmed."""
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    passed(store, GENERAL, paper(170.0), data=b"2", hours=2)
    first = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    assert isinstance(send(store, first, by="主管", at=later(4)), Receipt)
    own = save_and_send(store, reading(rate(65.0), paper(155.0)), b"3", later(5))
    assert do(store, "confirm", own, by="事", at=later(6)) == ()
    return own


def values(store, submission):
    return {a.indicator_id: a.number("value") for a in store.submission(submission).reading.answers}


def test_what_the_department_answered_itself_outlasts_what_its_divisions_had_said_before(two_levels):
    own = answered_by_itself(two_levels)
    passed(two_levels, DX, rate(66.0), data=b"4", hours=7)
    joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(8))
    assert joined.conflicts == ()
    assert values(two_levels, joined.submission_id) == {RATE: 66.0, PAPER: 155.0}
    assert own in two_levels.submission(joined.submission_id).joined_from
    assert isinstance(send(two_levels, joined.submission_id, by="主管", at=later(9)), Receipt)
    assert two_levels.submission(joined.submission_id).confirmed == (PAPER,)
    assert two_levels.verify() == ()


def test_what_a_division_says_after_its_department_has_to_be_chosen(two_levels):
    own = answered_by_itself(two_levels)
    later_one = passed(two_levels, GENERAL, paper(180.0), data=b"4", hours=7)
    (conflict,) = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(8)).conflicts
    assert [(o.submission_id, o.division_id) for o in conflict.options] == [(own, ""), (later_one, GENERAL)]
    for chosen, value in ((own, 155.0), (later_one, 180.0)):
        joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {PAPER: chosen}, by="主管", at=later(9))
        assert values(two_levels, joined.submission_id) == {RATE: 65.0, PAPER: value}


def test_what_a_division_had_taken_back_and_its_department_put_in_again_stays(two_levels):
    store = two_levels
    passed(store, GENERAL, paper(41.0), data=b"0", hours=0.5)
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    passed(store, DX, rate(66.0), data=b"2", hours=2)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    do(store, "mend", joined, [Mend(RATE, "value", 65.0, "主管課で確認")], by="主管", at=later(3.5))
    assert isinstance(send(store, joined, by="主管", at=later(4)), Receipt)
    again = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(5))
    assert (again.conflicts, values(store, again.submission_id)) == ((), {RATE: 65.0, PAPER: 41.0})


@pytest.mark.parametrize("revised", [False, True])
def test_what_a_division_passed_on_while_its_department_had_a_draft_is_not_lost(two_levels, revised):
    store = two_levels
    passed(store, GENERAL, paper(41.0), data=b"0", hours=0.5)
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    draft = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    passed(store, DX, rate(66.0), data=b"2", hours=3.5)
    assert isinstance(send(store, draft, by="主管", at=later(4)), Receipt)
    if revised:
        assert isinstance(
            send(store, do(store, "revise", draft, by="主管", at=later(5)), by="主管", at=later(6)), Receipt
        )
    again = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(7))
    assert (again.conflicts, values(store, again.submission_id)[RATE]) == ((), 66.0)


def test_a_division_corrects_what_its_department_only_took_over(two_levels):
    passed(two_levels, DX, rate(65.0), data=b"1", hours=1)
    first = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    for issue in two_levels.submission(first).open:
        do(two_levels, "mend", first, [Mend(issue.indicator_id, issue.key, None, "来年から")], by="主管", at=later(3.5))
    assert isinstance(send(two_levels, first, by="主管", at=later(4)), Receipt)
    passed(two_levels, DX, rate(64.0), data=b"2", hours=5)
    joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(6))
    assert (joined.conflicts, values(two_levels, joined.submission_id)[RATE]) == ((), 64.0)


def test_an_indicator_that_nobody_answers_is_asked_about_before_sending(two_levels):
    passed(two_levels, DX, rate(65.0), data=b"1", hours=1)
    joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(2)).submission_id
    (issue,) = two_levels.submission(joined).open
    assert (issue.code, issue.indicator_id, issue.key) == ("join.lacking", PAPER, "value")
    assert send(two_levels, joined, by="主管", at=later(3)) == (issue,)
    do(two_levels, "mend", joined, [Mend(PAPER, "value", 41.0, "主管課で記入")], by="主管", at=later(3))
    assert isinstance(send(two_levels, joined, by="主管", at=later(4)), Receipt)
    assert column(two_levels, "value", PAPER) == [41.0]


def test_a_revised_return_points_at_the_first_file_and_at_every_reason(two_levels):
    store = two_levels
    passed(store, DX, rate(65.0), data=b"1", hours=1)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="m", at=later(2))
    mends = [Mend(RATE, "value", 66.0, "主管課で訂正"), Mend(PAPER, "value", None, "来年から")]
    do(store, "mend", joined.submission_id, mends, by="m", at=later(2))
    send(store, joined.submission_id, by="m", at=later(3))
    again = do(store, "revise", joined.submission_id, by="m", at=later(4))
    assert isinstance(again, str)
    entry = store.submission(again).reading.answers[0].entries["value"]
    assert (entry.value, entry.mended, entry.cell) == (66.0, "主管課で訂正", "A6")
    do(store, "mend", again, [Mend(RATE, "evidence", "調べ", "追記")], by="m", at=later(4))
    assert isinstance(send(store, again, by="m", at=later(5)), Receipt)
    assert column(store, "filename") == ["dx.xlsx"]
    assert column(store, "value") == [66.0]
    assert isinstance(do(store, "revise", again, by="m", at=later(6)), str)
    assert store.verify() == ()


# --- confirmed and asked back ---


def test_confirming_is_by_indicator_and_ends_when_a_newer_value_comes(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    assert do(store, "confirm", first, [RATE], by="事", at=later(2)) == ()
    assert (column(store, "review"), column(store, "review", PAPER)) == (["confirmed"], ["unconfirmed"])
    row = store.snapshot("tiny").submissions.iloc[0]
    assert (row["confirmed"], row["indicators"]) == (1, 2)
    assert do(store, "confirm", first, by="事", at=later(3)) == ()
    assert column(store, "review", PAPER) == ["confirmed"]
    assert column(store, "review", as_of=later(1.5)) == ["unconfirmed"]
    save_and_send(store, reading(rate(66.0)), b"2", later(4))
    assert (column(store, "review"), column(store, "review", PAPER)) == (["unconfirmed"], ["confirmed"])
    assert store.verify() == ()


def test_a_draft_can_be_neither_confirmed_nor_asked_about(store):
    saved = save_return(store, reading(rate(1.0)), b"1", "a.xlsx", by="x", at=later(1))
    assert do(store, "confirm", saved.submission_id, by="事", at=later(2)) != ()
    assert do(store, "ask_back", saved.submission_id, [Question(RATE, "value", "?")], by="事", at=later(2)) != ()
    assert store.snapshot("tiny").questions.empty


def test_a_question_is_open_until_the_next_return_that_has_the_row(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(1.5))
    asked = [Question(RATE, "value", "前年の半分ですが正しいですか。"), Question(PAPER, "", "根拠は何ですか。")]
    assert do(store, "ask_back", first, asked, by="事", at=later(2)) == ()
    assert store.snapshot("tiny").submissions.iloc[0]["asked"] == 2
    second = save_and_send(store, reading(rate(64.0)), b"2", later(3))
    found = store.snapshot("tiny").questions
    assert list(found["answered_by"]) == [second, ""]
    assert list(found["text"]) == [q.text for q in asked]
    assert list(store.snapshot("tiny", as_of=later(2.5)).questions["answered_by"]) == ["", ""]
    assert store.verify() == ()


def test_a_question_takes_a_confirmation_back_until_it_is_confirmed_anew(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    assert do(store, "confirm", first, by="事", at=later(2)) == ()
    assert do(store, "ask_back", first, [Question(RATE, "value", "?")], by="事", at=later(3)) == ()
    assert (column(store, "review"), column(store, "review", PAPER)) == (["unconfirmed"], ["confirmed"])
    assert store.submission(first).confirmed == (PAPER,)
    row = store.snapshot("tiny").submissions.iloc[0]
    assert (row["confirmed"], row["asked"]) == (1, 1)
    assert column(store, "value", audience=Audience("public")) == []
    assert store.trace(RATE)[0].confirmed_at is None
    assert column(store, "review", as_of=later(2.5)) == ["confirmed"]
    assert do(store, "confirm", first, [RATE], by="長", at=later(4)) == ()
    assert column(store, "review") == ["confirmed"]
    assert (store.trace(RATE)[0].confirmed_by, store.trace(RATE)[0].confirmed_at) == ("長", later(4))
    assert store.submission(first).confirmed == tuple(sorted((RATE, PAPER)))
    assert column(store, "review", as_of=later(3.5)) == ["unconfirmed"]
    assert store.verify() == ()


def test_what_was_taken_back_is_not_taken_over_and_what_was_taken_over_can_be_taken_back(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    do(store, "ask_back", first, [Question(RATE, "value", "?")], by="事", at=later(3))
    second = save_and_send(store, reading(rate(65.0), paper(1.0)), b"2", later(4))
    assert store.submission(second).confirmed == (PAPER,)
    do(store, "ask_back", second, [Question(PAPER, "", "?")], by="事", at=later(5))
    assert store.submission(second).confirmed == ()
    assert store.verify() == ()


def test_a_question_withdrawn_is_as_if_it_had_not_been_asked(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    do(
        store,
        "ask_back",
        first,
        [Question(RATE, "value", "何の値ですか。"), Question(PAPER, "", "?")],
        by="事",
        at=later(3),
    )
    of_rate, of_paper = store.snapshot("tiny").questions["question_id"]
    assert do(store, "withdraw", first, [of_rate], by="事", at=later(4), role="事務局") == ()
    assert list(store.snapshot("tiny").questions["question_id"]) == [of_paper]
    assert store.submission(first).confirmed == (RATE,)
    assert (column(store, "review"), column(store, "review", PAPER)) == (["confirmed"], ["unconfirmed"])
    assert (store.trace(RATE)[0].confirmed_by, store.trace(RATE)[0].confirmed_at) == ("事", later(2))
    # Then it stood, and in the log it stands still.
    assert len(store.snapshot("tiny", as_of=later(3.5)).questions) == 2
    assert column(store, "review", as_of=later(3.5)) == ["unconfirmed"]
    told = store.log(kind="withdraw").iloc[0]
    assert (told["kind_word"], told["before"]) == ("修正依頼の取下げ", "何の値ですか。")
    # The confirmation is taken over again by what comes later; what is gone cannot be withdrawn twice.
    assert do(store, "withdraw", first, [of_rate], by="事", at=later(5))[0].code == "withdraw.unknown"
    second = save_and_send(store, reading(rate(65.0), paper(1.0)), b"2", later(6))
    assert store.submission(second).confirmed == (RATE,)
    assert do(store, "withdraw", first, [of_paper], by="事", at=later(7))[0].code == "withdraw.answered"
    assert do(store, "withdraw", second, [of_paper], by="事", at=later(7))[0].code == "withdraw.unknown"
    assert do(store, "withdraw", first, [], by="事", at=later(7)) != ()
    assert len(store.snapshot("tiny").questions) == 1
    assert store.verify() == ()


def test_a_confirmation_taken_back_is_as_if_nobody_had_looked_yet(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    assert do(store, "unconfirm", first, [RATE], by="事", at=later(3), role="事務局") == ()
    assert store.submission(first).confirmed == (PAPER,)
    assert (column(store, "review"), column(store, "review", PAPER)) == (["unconfirmed"], ["confirmed"])
    assert store.trace(RATE)[0].confirmed_by == ""
    assert column(store, "review", as_of=later(2.5)) == ["confirmed"]  # then it was
    assert store.log(kind="unconfirm").iloc[0]["kind_word"] == "確認の取消し"
    # Not carried over to what is sent again; what is not confirmed cannot be taken back; confirmed anew it holds.
    second = save_and_send(store, reading(rate(65.0), paper(1.0)), b"2", later(4))
    assert store.submission(second).confirmed == (PAPER,)
    for nothing in ([RATE], [], [COUNT], [PAPER, RATE]):
        assert [i.code for i in do(store, "unconfirm", second, nothing, by="事", at=later(5))] == [
            "unconfirm.not_confirmed"
        ]
    do(store, "confirm", second, [RATE], by="事", at=later(6))
    assert store.submission(second).confirmed == (RATE, PAPER)
    # One that was taken over is taken back for all of the round: it is not found again in the return before.
    assert do(store, "unconfirm", second, [PAPER], by="事", at=later(7)) == ()
    third = save_and_send(store, reading(rate(65.0), paper(1.0)), b"3", later(8))
    assert store.submission(third).confirmed == (RATE,)
    assert store.verify() == ()


@pytest.mark.parametrize("bad", [Question(RATE, "value", " "), Question(COUNT, "value", "?"), Question(RATE, "x", "?")])
def test_a_question_without_words_or_place_is_refused_whole(store, bad):
    first = save_and_send(store, reading(rate(65.0)), b"1", later(1))
    assert do(store, "ask_back", first, [Question(RATE, "value", "?"), bad], by="事", at=later(2)) != ()
    assert store.snapshot("tiny").questions.empty


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
    moved = tuple(replace(o, department_id=TRADE) if o.indicator_id == PAPER else o for o in plan.ownerships)
    assert do(store, "change_plan", replace(plan, ownerships=moved), by="管", at=later(1)) == ()
    asked = replace(plan.round(ROUND), due=date(2025, 10, 17))
    do(store, "open_round", "tiny", asked, by="事", at=later(1.5))
    rounds = tuple(replace(r, name="令和6年度の実績") if r.id == ROUND else r for r in tiny_plan().rounds)
    store.init([replace(tiny_plan(), name="新しい名前", rounds=rounds)], None, Act("", later(2)))
    now = store.snapshot("tiny").plan
    assert (now.name, now.ownerships) == ("新しい名前", moved)
    assert (now.round(ROUND).name, now.round(ROUND).due) == ("令和6年度の実績", date(2025, 10, 17))
    assert not store.init([replace(tiny_plan(), name="新しい名前", rounds=rounds)], None, Act("", later(3)))
    nobody = tuple(replace(o, department_id="agri") if o.indicator_id == PAPER else o for o in plan.ownerships)
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


# --- who sees what ---


def seen(store: Store, audience: Audience, hours: float | None = 100, **how):
    at = None if hours is None else later(hours)
    return sorted(store.snapshot("tiny", audience=audience, at=at, **how).observations["value"])


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
