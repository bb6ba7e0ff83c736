"""Two levels of answering, and what is confirmed and asked back."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.collection.workflow import Mend, Question, ReturnState
from kpi.people import Audience
from kpi.place import Place
from loaders.store import Receipt
from tests.factory import COUNT, PAPER, POLICY, RATE, ROUND
from tests.loaders.turnout.kit import DX, GENERAL, column, of_division, paper, passed, rate
from tests.storekit import (
    do,
    later,
    reading,
    save_and_send,
    save_return,
    send,
)

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
    assert conflict.subject_id == RATE
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
    return {a.subject_id: a.number("value") for a in store.submission(submission).reading.answers}


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
        do(two_levels, "mend", first, [Mend(issue.subject_id, issue.key, None, "来年から")], by="主管", at=later(3.5))
    assert isinstance(send(two_levels, first, by="主管", at=later(4)), Receipt)
    passed(two_levels, DX, rate(64.0), data=b"2", hours=5)
    joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(6))
    assert (joined.conflicts, values(two_levels, joined.submission_id)[RATE]) == ((), 64.0)


def test_an_indicator_that_nobody_answers_is_asked_about_before_sending(two_levels):
    passed(two_levels, DX, rate(65.0), data=b"1", hours=1)
    joined = do(two_levels, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(2)).submission_id
    (issue,) = two_levels.submission(joined).open
    assert (issue.code, issue.subject_id, issue.key) == ("join.lacking", PAPER, "value")
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
