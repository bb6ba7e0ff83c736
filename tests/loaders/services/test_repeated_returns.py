"""A return that comes again: nothing that was said, explained or confirmed has to be said, explained or confirmed anew.

And nothing changed passes as if it were the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import TAKEN_OVER, Brief, Mend, Past, Question, known_beside
from kpi.issue import Issue, Severity
from kpi.people import Audience
from kpi.place import Place
from kpi.plan import Plan, Round
from loaders.form.form_questions import given_again
from loaders.form.reading.reader import read_form
from loaders.form.writing.writer import write_form
from loaders.rules import check_answers
from loaders.store import Receipt, Store
from loaders.store.commands.submission_rows import observations_of
from loaders.workbook.cells import Book, open_book
from tests.factory import COUNT, FY, PAPER, POLICY, RATE, ROUND, TOTAL, TRADE, UNSET, tiny_answers, tiny_plan
from tests.loaders.store.test_rebuild import repeated, told
from tests.loaders.turnout.kit import DX, of_division, passed, with_divisions
from tests.storekit import answer, do, later, new_store, read_back, reading, save_and_send, save_return, send

BEFORE = "fy2023"
CORRECTED = {"correction": 1290.0, "correction_kind": "finalised"}


def two_years() -> Plan:
    plan = tiny_plan()
    first = Round(BEFORE, "令和5年度実績", "annual", FY[2023], date(2024, 9, 2), date(2024, 10, 4))
    return replace(plan, rounds=(first, *plan.rounds))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def years(tmp_path: Path) -> Store:
    """A store in which the round before has said 1,278 for the last period, provisionally."""
    store = new_store(tmp_path, two_years())
    said = answer(COUNT, value=1278.0, period="FY2023", release="provisional")
    save_and_send(store, reading(said, department=TRADE, round_id=BEFORE), b"0", later(0.5))
    return store


def form(store: Store, answers: Mapping[str, Mapping[str, object]], **how) -> bytes:
    return write_form(store.snapshot("tiny").brief(later(0).date()), ROUND, TRADE, answers=answers, **how)


def put_in(store: Store, data: bytes, hours: float) -> tuple[str, list[Issue]]:
    """A file read and kept as uploads are; what it asks."""
    book, brief = open_book(data, "回答.xlsx"), store.snapshot("tiny").brief(later(hours).date())
    assert isinstance(book, Book)
    read = read_form(book, brief)
    read = replace(read, issues=read.issues + check_answers(read, brief))
    saved = save_return(store, read, data, "回答.xlsx", by="部局", at=later(hours))
    return saved.submission_id, list(store.submission(saved.submission_id).open)


def corrections(store: Store) -> list[tuple[str, float, str]]:
    found = store.snapshot("tiny").observations
    found = found[found["key"] == "correction"]
    return list(zip(found["period"], found["value"], found["release"], strict=True))


# --- a correction that is sent again ---


def test_what_a_round_said_itself_is_not_what_was_known_before_it():
    own = Past(FY[2023], 1290.0, round_id=ROUND, otherwise=Past(FY[2023], 1278.0, "provisional", round_id=BEFORE))
    new, other = Past(FY[2024], 1405.0, round_id=ROUND), Past(FY[2022], 1150.0, round_id="fy2022")
    assert [p.value for p in known_beside((other, own, new), ROUND)] == [1150.0, 1278.0]
    assert [p.value for p in known_beside((other, own, new), "fy2025")] == [1150.0, 1290.0, 1405.0]


def test_a_correction_and_what_was_explained_are_sent_again_without_a_word_and_changed_again_it_replaces(years):
    said = {k: dict(v) for k, v in tiny_answers().items()}
    said[COUNT] |= CORRECTED
    first, asked = put_in(years, form(years, said), 1)
    assert [(i.code, i.subject_id) for i in asked] == [("value.jump", TOTAL)]
    assert do(years, "mend", first, [Mend(TOTAL, "value", 9.0, "3団体が参画した")], by="部局", at=later(1)) == ()
    assert isinstance(send(years, first, by="部局", at=later(2)), Receipt)
    assert corrections(years) == [("FY2023", 1290.0, "final")]
    own = years.snapshot("tiny").history[COUNT]
    assert [(p.value, p.otherwise.value if p.otherwise else None) for p in own] == [(1290.0, 1278.0), (1405.0, None)]

    back = given_again(years.submission(first).reading.answers)
    asked_back = form(years, back, questions=((COUNT, "value", "増えた理由は何ですか。"),))
    second, asked = put_in(years, asked_back, 3)
    assert asked == []
    assert "entry.not_asked" not in {i.code for i in years.submission(second).issues}
    assert [m.reason for m in years.submission(second).mends] == ["3団体が参画した" + TAKEN_OVER]
    assert isinstance(send(years, second, by="部局", at=later(4)), Receipt)
    assert corrections(years) == [("FY2023", 1290.0, "final")]

    said[COUNT] |= {"correction": 1280.0, "correction_kind": "miscounted"}
    third, asked = put_in(years, form(years, said), 5)
    assert asked == []
    assert isinstance(send(years, third, by="部局", at=later(6)), Receipt)
    # A mistake put right says nothing of whether the figure is final: what it corrects does.
    assert corrections(years) == [("FY2023", 1280.0, "provisional")]
    last = put_in(years, form(years, tiny_answers()), 7)[0]
    send(years, last, by="部局", at=later(8))
    assert corrections(years) == []
    assert [p.value for p in years.snapshot("tiny").history[COUNT]] == [1278.0, 1405.0]
    assert years.verify() == ()


def test_a_corrected_forecast_stays_a_forecast():
    """An earlier round may have foretold the very period that this one asks about."""
    plan = tiny_plan()
    foretold = Past(FY[2024], 1500.0, "forecast", round_id=BEFORE)
    brief = Brief(plan, later(0).date(), {c.indicator_id: c for c in plan.cards}, {COUNT: (foretold,)})
    said = answer(COUNT, correction=1450.0, correction_kind="miscounted", last_period="FY2024")
    (found,) = observations_of(said, plan.card(COUNT), brief, plan.round(ROUND))
    assert (found.period, found.value, found.release) == (FY[2024], 1450.0, "forecast")


# --- confirmations ---


def rate(value: float, **more: float | str | None):
    return answer(RATE, value=value, period="FY2024", release="final", **more)


def paper(value: float, **more: float | str | None):
    return answer(PAPER, value=value, period="FY2024", release="final", **more)


def review(store: Store, **how) -> dict[str, str]:
    found = store.snapshot("tiny", **how).observations
    return dict(zip(found["indicator_id"], found["review"], strict=True))


def test_an_unchanged_row_stays_confirmed_and_a_changed_one_waits(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="弘前 一郎", at=later(2))
    second = save_and_send(store, reading(rate(66.0), paper(1.0)), b"2", later(3))
    assert review(store) == {RATE: "unconfirmed", PAPER: "confirmed"}
    assert store.submission(second).confirmed == (PAPER,)
    public = store.snapshot("tiny", audience=Audience.PUBLIC).observations
    assert dict(zip(public["indicator_id"], public["value"], strict=True)) == {RATE: 65.0, PAPER: 1.0}
    assert set(public["submission_id"]) == {first, second}
    row = store.snapshot("tiny").submissions.set_index("submission_id").loc[second]
    assert (row["confirmed"], row["indicators"]) == (1, 2)
    do(store, "confirm", second, [RATE], by="八戸 次郎", at=later(4))
    assert review(store) == {RATE: "confirmed", PAPER: "confirmed"}
    assert store.verify() == ()


def test_a_confirmation_taken_over_names_who_confirmed_and_when_and_the_log_tells_it(store):
    first = save_and_send(store, reading(paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="弘前 一郎", at=later(2))
    save_and_send(store, reading(paper(1.0)), b"2", later(3))
    third = save_and_send(store, reading(paper(1.0)), b"3", later(4))
    (passport,) = store.trace(PAPER)
    assert (passport.submission_id, passport.review) == (third, "confirmed")
    assert (passport.confirmed_by, passport.confirmed_at) == ("弘前 一郎", later(2))
    assert store.log(kind="send").iloc[0]["after"] == "変わりがなく確認済のままの指標: 6 コピー用紙使用量"
    assert review(store, as_of=later(3.5)) == {PAPER: "confirmed"}
    assert review(store, as_of=later(1.5)) == {PAPER: "unconfirmed"}


def test_a_draft_is_not_confirmed_before_it_is_sent(store):
    first = save_and_send(store, reading(paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    draft = save_return(store, reading(paper(1.0)), b"2", "b.xlsx", by="x", at=later(3)).submission_id
    send(store, draft, by="x", at=later(4))
    then = store.snapshot("tiny", as_of=later(3.5)).submissions.set_index("submission_id")
    assert then.loc[draft, "confirmed"] == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"value": 1.5}, {"release": "provisional"}, {"period": "FY2023"}, {"evidence": "別の資料"}, {"analysis": "別"},
        {"actions": "別"}, {"correction": 5000.0, "correction_kind": "miscounted"}, {"numerator": 3.0},
        {"value": None, "missing_reason": "suppressed"},
    ],
    ids=lambda c: "-".join(c),
)  # fmt: skip
def test_whatever_is_changed_of_a_row_has_to_be_confirmed_anew(store, changed):
    said = {"value": 1.0, "period": "FY2024", "release": "final", "evidence": "調べ", "analysis": "因", "actions": "策"}
    first = save_and_send(store, reading(answer(PAPER, **said), rate(65.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    save_and_send(store, reading(answer(PAPER, **{**said, **changed}), rate(65.0)), b"2", later(3))
    found = store.snapshot("tiny").observations
    assert set(found[found["indicator_id"] == PAPER]["review"]) == {"unconfirmed"}
    assert review(store)[RATE] == "confirmed"


def test_whom_to_ask_may_change_without_a_new_confirmation(store):
    first = save_and_send(store, reading(paper(1.0, section="総務課", person="甲")), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    save_and_send(store, reading(paper(1.0, section="管理課", person="乙")), b"2", later(3))
    assert review(store) == {PAPER: "confirmed"}


def test_what_was_asked_back_since_is_looked_at_again_even_if_it_stays_the_same(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    do(store, "ask_back", first, [Question(RATE, "value", "正しいですか。")], by="事", at=later(2.5))
    second = save_and_send(store, reading(rate(65.0), paper(1.0)), b"2", later(3))
    assert review(store) == {RATE: "unconfirmed", PAPER: "confirmed"}
    do(store, "confirm", second, [RATE], by="事", at=later(4))
    save_and_send(store, reading(rate(65.0), paper(1.0)), b"3", later(5))
    assert review(store) == {RATE: "confirmed", PAPER: "confirmed"}


def test_a_revised_return_keeps_the_confirmations_of_what_it_leaves_alone(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    again = do(store, "revise", first, by="事", at=later(3))
    assert isinstance(again, str)
    do(store, "mend", again, [Mend(RATE, "value", 66.0, "転記誤り")], by="事", at=later(3))
    send(store, again, by="事", at=later(4))
    assert review(store) == {RATE: "unconfirmed", PAPER: "confirmed"}
    assert store.verify() == ()


def test_a_sample_confirms_nothing_real_and_a_baseline_stays_confirmed(store):
    sample = save_and_send(store, reading(paper(1.0), sample=True), b"1", later(1))
    do(store, "confirm", sample, by="事", at=later(2))
    goal = answer(UNSET, baseline=20.0, target=50.0)
    real = save_and_send(store, reading(paper(1.0), goal), b"2", later(3))
    assert store.submission(real).confirmed == ()
    do(store, "confirm", real, [UNSET], by="事", at=later(4))
    same = save_and_send(store, reading(paper(2.0), goal), b"3", later(5))
    assert store.submission(same).confirmed == (UNSET,)
    other = save_and_send(store, reading(paper(2.0), answer(UNSET, baseline=20.0, target=60.0)), b"4", later(6))
    assert store.submission(other).confirmed == ()
    do(store, "remove_samples", by="管", at=later(7))
    assert store.verify() == ()


def test_a_figure_stays_unpublished_when_it_is_sent_again(store):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, by="事", at=later(2))
    codes = dict(zip(*(store.snapshot("tiny").observations[c] for c in ("indicator_id", "code")), strict=True))
    do(store, "set_publication", [codes[RATE]], "internal", by="事", at=later(3))
    do(store, "set_publication", [codes[PAPER]], "embargoed", later(50), by="事", at=later(3))
    save_and_send(store, reading(rate(65.0), paper(2.0)), b"2", later(4))
    public = store.snapshot("tiny", audience=Audience.PUBLIC, at=later(5)).observations
    assert public.empty
    found = store.snapshot("tiny").observations.set_index("indicator_id")
    assert dict(found["publication"]) == {RATE: "internal", PAPER: "embargoed"}
    assert found.loc[PAPER, "released_at"] == later(50)
    assert store.verify() == ()


def test_a_figure_hidden_under_an_earlier_number_stays_hidden_when_it_is_corrected(years):
    def said(value):
        return reading(answer(COUNT, value=value, period="FY2023", release="final"), department=TRADE)

    save_and_send(years, said(1278.0), b"1", later(1))
    first, second = years.snapshot("tiny").observations["code"]
    do(years, "set_publication", [second], "public", by="事", at=later(2))
    do(years, "set_publication", [first], "internal", by="事", at=later(3))
    assert set(years.log(kind="set_publication")["before"]) == {"", "公表可"}
    save_and_send(years, said(1280.0), b"2", later(4))
    newest = years.snapshot("tiny").observations.set_index("value").loc[1280.0]
    assert newest["publication"] == "internal"
    assert years.verify() == ()


@pytest.mark.parametrize(
    ("done", "code"),
    [
        ("DELETE FROM confirmations WHERE submission_id = 'S00002'", "verify.rows_missing"),
        ("UPDATE confirmations SET done_at = done_at - INTERVAL 1 DAY", "verify.rows_changed"),
        ("INSERT INTO confirmations SELECT seq, 'S00002', 'city-rate', done_at, sample FROM confirmations LIMIT 1",
         "verify.rows_added"),
        ("INSERT INTO confirmations SELECT seq, 'S00003', subject_id, done_at, sample FROM confirmations LIMIT 1",
         "verify.unlogged"),
        ("UPDATE publications SET publication = 'public' WHERE done_at = (SELECT max(done_at) FROM publications)",
         "verify.rows_changed"),
        ("DELETE FROM publications WHERE done_at = (SELECT max(done_at) FROM publications)",
         "verify.rows_missing"),
        ("INSERT INTO publications SELECT seq, 'XXX-0000', publication, released_at, done_at, sample FROM publications "
         "LIMIT 1", "verify.unlogged"),
    ],
)  # fmt: skip
def test_what_was_taken_over_cannot_be_changed_unseen(store, done, code):
    first = save_and_send(store, reading(rate(65.0), paper(1.0)), b"1", later(1))
    do(store, "confirm", first, [PAPER], by="事", at=later(2))
    codes = list(store.snapshot("tiny").observations["code"])
    do(store, "set_publication", codes, "internal", by="事", at=later(3))
    save_and_send(store, reading(rate(65.0), paper(1.0)), b"2", later(4))
    save_return(store, reading(paper(9.0)), b"3", "c.xlsx", by="x", at=later(5))
    assert store.verify() == ()
    with duckdb.connect(str(store.path)) as connection:
        connection.execute(done)
    assert code in {i.code for i in store.verify()}


# --- doubts that were explained ---


def jump(value: float, message: str = "前回から大きく変わっています。", severity: Severity = Severity.ASK) -> Issue:
    return Issue("value.jump", severity, message, "", "KPI調査票", "A6", f"{value:g}", RATE, "value")


def save(store: Store, one, data: bytes, hours: float) -> str:
    return save_return(store, one, data, "回答.xlsx", by="部局", at=later(hours)).submission_id


def explained(store: Store, value: float = 65.0) -> str:
    """A return whose doubt about the rate was explained, sent."""
    one = save(store, reading(rate(value), issues=(jump(value),)), b"1", 1)
    do(store, "mend", one, [Mend(RATE, "value", value, "対象の市町村が増えたため")], by="部局", at=later(1.5))
    assert isinstance(send(store, one, by="部局", at=later(2)), Receipt)
    return one


def test_what_was_explained_of_the_same_value_is_not_asked_again_and_says_that_it_is_old(store):
    first = explained(store)
    again = save(store, reading(rate(65.0), issues=(jump(65.0),)), b"2", 3)
    stored = store.submission(again)
    assert stored.can_send
    assert stored.mends == (Mend(RATE, "value", 65.0, "対象の市町村が増えたため" + TAKEN_OVER),)
    told = store.log(kind="mend").iloc[0]
    assert (told["subject"], told["reason"]) == (again, "前の回答での説明の引継ぎ")
    send(store, again, by="部局", at=later(4))
    third = save(store, reading(rate(65.0), issues=(jump(65.0),)), b"3", 5)
    assert store.submission(third).mends == stored.mends
    assert store.submission(first).mends[0].reason == "対象の市町村が増えたため"
    assert store.verify() == ()


@pytest.mark.parametrize(
    ("value", "issues"),
    [
        (66.0, (jump(66.0),)),
        (65.0, (jump(65.0, "0～100％の外にあります。"),)),
        (65.0, (jump(65.0), replace(jump(65.0), code="value.scale"))),
        (65.0, (replace(jump(65.0), key="release"),)),
    ],
    ids=["another value", "another question", "one more question", "another cell"],
)
def test_another_value_or_another_question_is_asked(store, value, issues):
    explained(store)
    again = save(store, reading(rate(value), issues=issues), b"2", 3)
    assert store.submission(again).mends == ()
    assert store.submission(again).open == issues


def test_an_empty_cell_that_was_explained_is_not_asked_about_but_other_words_in_it_are(store):
    empty = Issue(
        "missing.next_release", Severity.ASK, "次回公表予定がありません。", "", "", "", "", RATE, "next_release"
    )
    said = answer(RATE, missing_reason="unpublished", next_release=None)
    first = save(store, reading(said, issues=(empty,)), b"1", 1)
    do(store, "mend", first, [Mend(RATE, "next_release", None, "公表日は未定のため")], by="部局", at=later(1))
    send(store, first, by="部局", at=later(2))
    again = save(store, reading(said, issues=(empty,)), b"2", 3)
    assert store.submission(again).can_send
    entries = dict(said.entries)
    entries["next_release"] = replace(entries["next_release"], written="来年くらい")
    other = save(store, reading(replace(said, entries=entries), issues=(empty,)), b"3", 4)
    assert store.submission(other).open == (empty,)


def test_a_reason_for_no_value_does_not_answer_a_new_question_about_the_value(store):
    both = Issue("missing.with_value", Severity.ASK, "両方が書かれています。", "", "", "", "", RATE, "missing_reason")
    said = answer(RATE, value=None, missing_reason="suppressed")
    first = save(store, reading(said, issues=(both,)), b"1", 1)
    do(store, "mend", first, [Mend(RATE, "missing_reason", "suppressed", "秘匿のため")], by="部局", at=later(1))
    send(store, first, by="部局", at=later(2))
    fresh = jump(0.0, "新しい問い")
    again = save(store, reading(said, issues=(both, fresh)), b"2", 3)
    assert store.submission(again).open == (both, fresh)


def test_a_question_about_the_whole_file_is_asked_of_every_file(store):
    whole = Issue("form.version", Severity.ASK, "様式の版が違います。", "")
    first = save(store, reading(rate(65.0), issues=(whole,)), b"1", 1)
    do(store, "mend", first, [Mend("", "form.version", None, "前の版で作成した")], by="部局", at=later(1))
    send(store, first, by="部局", at=later(2))
    assert store.submission(save(store, reading(rate(65.0), issues=(whole,)), b"2", 3)).open == (whole,)


def test_what_a_division_explained_holds_for_the_departments_form_and_for_its_own(tmp_path):
    store = new_store(tmp_path, with_divisions())
    first = save(store, of_division(DX, rate(65.0), issues=(jump(65.0),)), b"1", 1)
    do(store, "mend", first, [Mend(RATE, "value", 65.0, "対象が増えた")], by="課", at=later(1))
    assert do(store, "pass_on", first, by="課", at=later(2)) == ()
    passed(store, "general", answer(PAPER, value=30.0, period="FY2024", release="final"), data=b"4", hours=2)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    assert isinstance(send(store, joined, by="主管", at=later(4)), Receipt)
    whole = save(store, reading(rate(65.0), issues=(jump(65.0),)), b"2", 5)
    own = save(store, of_division(DX, rate(65.0), issues=(jump(65.0),)), b"3", 6)
    for one in (whole, own):
        assert store.submission(one).open == ()
        assert [m.reason for m in store.submission(one).mends] == ["対象が増えた" + TAKEN_OVER]
    assert store.verify() == ()


def test_a_file_of_another_round_or_department_takes_nothing_over(store):
    explained(store)
    plan = store.snapshot("tiny").plan
    do(store, "open_round", "tiny", replace(plan.round(ROUND), id="extra", name="追加"), by="事", at=later(2.5))
    again = save(store, reading(rate(65.0), issues=(jump(65.0),), round_id="extra"), b"2", 3)
    other = save(store, reading(rate(65.0), issues=(jump(65.0),), department=TRADE), b"3", 3)
    assert [len(store.submission(one).open) for one in (again, other)] == [1, 1]


def test_an_upload_tells_only_what_is_still_asked(store, monkeypatch):
    from loaders.services import intake

    explained(store)
    again = reading(rate(65.0), paper(1.0), issues=(jump(65.0), replace(jump(1.0), subject_id=PAPER)))
    monkeypatch.setattr(intake, "read_return", lambda *_, **__: again)
    taken = intake.take_return(
        store,
        b"2",
        "回答.xlsx",
        snapshot=store.snapshot("tiny"),
        round_id=ROUND,
        department_id=POLICY,
        act=Act("部局", later(3)),
    )
    assert [i.subject_id for i in taken.open] == [PAPER]


def test_what_was_taken_over_is_repeated_in_a_rebuild(store, tmp_path):
    data = f"{RATE}=65\n{PAPER}=1".encode()

    def brought(extra: bytes, hours: float) -> str:
        return save(store, reading(rate(65.0), paper(1.0), issues=(jump(65.0),)), data + extra, hours)

    first = brought(b"", 1)
    both = [Mend(RATE, "value", 65.0, "対象が増えた"), Mend(PAPER, "evidence", "調べ", "追記")]
    do(store, "mend", first, both, by="部局", at=later(1))
    send(store, first, by="部局", at=later(2))
    do(store, "confirm", first, by="事", at=later(3))
    code = store.snapshot("tiny").observations["code"].iloc[0]
    do(store, "set_publication", [code], "internal", by="事", at=later(3))
    again = brought(b"\n#2", 4)
    do(store, "mend", again, [Mend(PAPER, "evidence", "調べ", "追記")], by="部局", at=later(4))
    send(store, again, by="部局", at=later(5))
    assert store.submission(again).confirmed == (RATE, PAPER)
    other = Store(tmp_path / "again.duckdb")
    assert [i.message for i in store.rebuild(other.path, read_back)] == []
    assert other.verify() == ()
    assert repeated(other) == told(store)
    assert other.submission(again).mends == store.submission(again).mends


# --- the passport ---


def test_a_passport_tells_why_a_division_mended_the_value(tmp_path):
    store = new_store(tmp_path, with_divisions())
    first = save(store, of_division(DX, rate(5.0)), b"1", 1)
    do(store, "mend", first, [Mend(RATE, "value", 65.0, "入力誤り")], by="課", at=later(1))
    do(store, "pass_on", first, by="課", at=later(2))
    passed(store, "general", answer(PAPER, value=30.0, period="FY2024", release="final"), data=b"2", hours=2)
    joined = do(store, "join", Place("tiny", ROUND, POLICY), {}, by="主管", at=later(3)).submission_id
    send(store, joined, by="主管", at=later(4))
    (passport,) = store.trace(RATE)
    assert (passport.origin, passport.mended, passport.written) == ("mend", "入力誤り", "5.0")
    assert store.trace(PAPER)[0].mended == ""
    again = do(store, "revise", joined, by="主管", at=later(5))
    assert isinstance(again, str)
    send(store, again, by="主管", at=later(6))
    assert store.trace(RATE)[0].mended == "入力誤り"
    last = do(store, "revise", again, by="主管", at=later(7))
    assert isinstance(last, str)
    do(store, "mend", last, [Mend(RATE, "value", 66.0, "集計し直した")], by="主管", at=later(7))
    send(store, last, by="主管", at=later(8))
    assert store.trace(RATE)[0].mended == "集計し直した"
