"""Answers given on the page: read by the rules of a cell, doubt refused; questions about rows and files settled."""

import pytest

from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS, Mend, ReturnState
from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from loaders.services.typed_values import read_typed
from loaders.store import Receipt
from pages.parts.submit.correction_form import _settling, _ways
from tests.factory import COUNT, CUT, FY, PAPER, RATE, tiny_brief
from tests.storekit import AT, answer, do, later, new_store, reading, save_return, send


@pytest.fixture(scope="module")
def brief():
    return tiny_brief()


def typed(brief, key, text, indicator=COUNT, **more):
    return read_typed(key, text, indicator, brief, **more)


# --- what a typed text means ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1405", 1405.0), ("1,405", 1405.0), ("１，４０５", 1405.0), ("1405件", 1405.0), (" 1405 ", 1405.0),
        ("0", 0.0), ("1.2万", 12000.0), ("-3", -3.0), ("△3", -3.0),
    ],
)  # fmt: skip
def test_a_number_is_read_as_in_a_cell(brief, text, value):
    assert typed(brief, "value", text) == (value, ())


@pytest.mark.parametrize("text", ["約500", "500～600", "500(600)", "未集計", "-", "", "   ", "abc", "#REF!", "=1+1"])
def test_a_doubtful_number_is_refused_with_a_reason_in_japanese(brief, text):
    value, issues = typed(brief, "value", text)
    assert value is None
    assert_refused(issues, "value", COUNT)


def test_a_sign_that_may_mean_a_cut_is_asked_and_not_taken(brief):
    value, issues = typed(brief, "value", "△1.2", CUT)
    assert value is None
    assert_refused(issues, "value", CUT)


def test_a_share_typed_where_per_cent_are_meant_is_asked_and_not_taken(brief):
    value, issues = typed(brief, "value", "0.65", RATE)
    assert (value, bool(issues)) == (None, True)


@pytest.mark.parametrize(
    ("text", "code"), [("令和6年度", "FY2024"), ("R6", "FY2024"), ("2024年度", "FY2024"), ("R6.9末", "2024-09")]
)
def test_a_period_is_read_as_in_a_cell(brief, text, code):
    assert typed(brief, "period", text, expected=FY[2024]) == (code, ())


@pytest.mark.parametrize("text", ["", "去年", "1405", "R6とR7"])
def test_a_doubtful_period_is_refused_with_a_reason_in_japanese(brief, text):
    value, issues = typed(brief, "period", text, expected=FY[2024])
    assert value is None
    assert_refused(issues, "period", COUNT)


def test_the_next_release_is_a_month(brief):
    assert typed(brief, "next_release", "R8.9", expected=Period("D", 2025, 9, 1)) == ("2026-09", ())


@pytest.mark.parametrize(("key", "codes"), [("release", RELEASE_WORDS), ("missing_reason", MISSING_WORDS)])
def test_a_choice_is_one_of_its_codes(brief, key, codes):
    for code in codes:
        assert typed(brief, key, code) == (code, ())
    value, issues = typed(brief, key, "どれでもない")
    assert value is None
    assert_refused(issues, key, COUNT)


def test_text_is_kept_letter_for_letter(brief):
    assert typed(brief, "analysis", " =参加者が増えた。\n約500人 ") == (" =参加者が増えた。\n約500人 ", ())


def assert_refused(issues, key, indicator):
    assert issues
    for one in issues:
        assert one.severity is not Severity.NOTE
        assert (one.subject_id, one.key) == (indicator, key)
        assert any("ぁ" <= c <= "ん" for c in one.message)
        assert one.message.endswith("。")


# --- questions that hang on no cell ---


def question(severity, indicator_id="", key="", code="test.asked"):
    return Issue(code, severity, "確かめてください。", "直してください。", subject_id=indicator_id, key=key)


@pytest.fixture
def store(tmp_path):
    return new_store(tmp_path)


def draft(store, *issues):
    one = reading(answer(RATE, value=65.0, period="FY2024", release="final"), issues=issues)
    return save_return(store, one, b"1", "回答.xlsx", by="x", at=later(1)).submission_id


def answered(store, submission, *mends):
    assert do(store, "mend", submission, mends, by="x", at=later(2)) == ()
    return store.submission(submission)


def test_a_question_about_the_whole_file_is_answered_by_a_persons_word(store):
    one = draft(store, question(Severity.ASK))
    assert not store.submission(one).can_send
    stored = answered(store, one, Mend("", "test.asked", None, "確かめた"))
    assert stored.open == ()
    assert isinstance(send(store, one, by="x", at=later(3)), Receipt)


def test_one_question_about_the_file_answers_no_other(store):
    one = draft(store, question(Severity.ASK), question(Severity.ASK, code="test.other"))
    stored = answered(store, one, Mend("", "test.asked", None, "確かめた"))
    assert [i.code for i in stored.open] == ["test.other"]


def test_a_question_about_a_row_is_answered_by_a_persons_word(store):
    one = draft(store, question(Severity.ASK, PAPER, "row"), question(Severity.ASK, COUNT, "row"))
    stored = answered(store, one, Mend(PAPER, "row", None, "様式にないのは今年度で終わったため"))
    assert [i.subject_id for i in stored.open] == [COUNT]


def test_a_word_without_a_reason_answers_nothing(store):
    one = draft(store, question(Severity.ASK), question(Severity.ASK, PAPER, "row"))
    for mend in (Mend("", "test.asked", None, " "), Mend(PAPER, "row", None, "")):
        assert [i.code for i in do(store, "mend", one, [mend], by="x", at=later(2))] == ["mend.refused"]
    assert len(store.submission(one).open) == 2


def test_a_fault_of_the_whole_file_stays_whatever_is_said(store):
    one = draft(store, question(Severity.FIX))
    (refused,) = do(store, "mend", one, [Mend("", "test.asked", None, "確かめた")], by="x", at=later(2))
    assert refused.message == "様式全体についての要修正は、画面での確認では済みません。"
    stored = store.submission(one)
    assert stored.mends == ()
    assert [i.code for i in stored.open] == ["test.asked"]
    assert not stored.can_send
    assert not isinstance(send(store, one, by="x", at=later(3)), Receipt)
    assert store.submission(one).state is ReturnState.DRAFT


def test_nobody_can_answer_what_was_not_asked(store):
    one = draft(store)
    for mend in (Mend("", "test.asked", None, "確かめた"), Mend(PAPER, "row", None, "確かめた")):
        assert [i.code for i in do(store, "mend", one, [mend], by="x", at=AT)] == ["mend.refused"]


# --- what the page offers and makes of it ---


def test_every_way_offered_for_a_row_settles_the_question(store):
    """A value typed and 今回は実績なし both answer the row they were asked about."""
    for data, mends in (
        (b"1", (Mend(PAPER, "value", 4000.0, "画面で入力"),)),
        (b"2", (Mend(PAPER, "value", None, "集計中"), Mend(PAPER, "missing_reason", "not_compiled", "集計中"))),
    ):
        asked = question(Severity.FIX, PAPER, "row")
        one = reading(answer(RATE, value=65.0, period="FY2024", release="final"), issues=(asked,))
        submission = save_return(store, one, data, "回答.xlsx", by="x", at=later(1)).submission_id
        stored = answered(store, submission, *_settling(asked, mends))
        assert stored.open == ()


def test_a_choice_that_moves_the_value_elsewhere_settles_the_cell_it_was_asked_about(store):
    asked = question(Severity.ASK, RATE, "period")
    one = draft(store, asked)
    stored = answered(store, one, *_settling(asked, (Mend(RATE, "value", 6.5, "桁を直した"),)))
    assert stored.open == ()


def test_only_a_new_file_helps_a_fault_of_the_whole_file():
    assert _ways(question(Severity.FIX), understood=False) == {}
    assert list(_ways(question(Severity.ASK), understood=False)) == ["確かめた(理由を入れる)"]
    beside = question(Severity.ASK, RATE, "row")  # what is asked about a row of the work has no value to type
    assert list(_ways(beside, False, "initiatives")) == ["確かめた(理由を入れる)"]


@pytest.mark.parametrize("severity", [Severity.ASK, Severity.FIX])
@pytest.mark.parametrize("understood", [False, True])
@pytest.mark.parametrize("key", ["value", "row", "period", "release", "analysis", "name"])
def test_a_question_about_an_indicator_always_has_a_way(severity, understood, key):
    ways = list(_ways(question(severity, RATE, key), understood=understood))
    if not (severity is Severity.FIX and key == "name"):
        assert ways
    if severity is Severity.FIX:
        assert "このままで正しい" not in ways
        assert "確かめた(理由を入れる)" not in ways


def test_a_targets_round_never_offers_to_have_no_result():
    for key in ("row", "value"):
        one = question(Severity.ASK, RATE, key)
        assert "今回は実績なし(理由を選ぶ)" in _ways(one, understood=False)
        assert "今回は実績なし(理由を選ぶ)" not in _ways(one, False, "targets")
        assert "今回は実績なし(理由を選ぶ)" not in _ways(one, False, "initiatives")


def test_an_issues_own_choices_come_first():
    choice = Choice("500と読む", {"value": 500.0})
    one = Issue("x", Severity.ASK, "m", subject_id=RATE, key="value", choices=(choice,))
    assert next(iter(_ways(one, understood=False).items())) == ("500と読む", choice)
