"""One question for one cell, in the form's order, with advice that fits the form."""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.workflow import Answer, Entry, Reading
from kpi.issue import Choice, Issue, Severity
from loaders.form import definition as d
from loaders.form.completeness import unfilled
from loaders.rules import all_checks
from loaders.rules.question_merge import gather, one_each
from tests.factory import COUNT, PAPER, ROUND, TARGETS_ROUND, tiny_brief, tiny_plan

ASK, FIX, NOTE = Severity.ASK, Severity.FIX, Severity.NOTE


def asked(code: str, message: str, *choices: Choice, severity: Severity = ASK, **place: str) -> Issue:
    return Issue(code, severity, message, subject_id=place.pop("subject_id", PAPER), choices=choices, **place)


def test_two_questions_of_a_cell_are_one_with_the_choices_of_both() -> None:
    first = asked("a", "約か。", Choice("10", {"value": 10.0}), key="value")
    other = asked(
        "b", "速報か。", Choice("10", {"value": 10.0}), Choice("速報", {"release": "provisional"}), key="value"
    )
    (one,) = one_each([first, other])
    assert (one.code, one.message) == ("a", "約か。速報か。")
    assert [c.changes for c in one.choices] == [{"value": 10.0}, {"release": "provisional"}]


def test_the_advice_of_two_questions_is_that_of_both_and_of_a_fault_its_own() -> None:
    def one(advice: str, severity: Severity = ASK) -> Issue:
        return replace(asked("a", advice, severity=severity, key="value"), advice=advice)

    (both,) = one_each([one("単位を確かめてください。"), one("理由を選んでください。")])
    assert both.advice == "単位を確かめてください。理由を選んでください。"
    (same,) = one_each([one("単位を確かめてください。"), one("単位を確かめてください。")])
    assert same.advice == "単位を確かめてください。"
    (fault,) = one_each([one("正しければそのままで構いません。"), one("直してください。", FIX)])
    assert fault.advice == "直してください。"


def test_what_must_be_mended_leads() -> None:
    (one,) = one_each([asked("a", "質問。", key="value"), asked("b", "誤り。", severity=FIX, key="value")])
    assert (one.code, one.severity, one.message) == ("b", FIX, "誤り。質問。")


def test_questions_of_the_whole_file_are_one_a_code() -> None:
    issues = [
        asked("row.outside_asked", "甲。", subject_id="", sheet="A"),
        asked("row.outside_asked", "乙。", subject_id="", sheet="B"),
        asked("form.version", "丙。", subject_id=""),
    ]
    assert [i.message for i in one_each(issues)] == ["甲。乙。", "丙。"]


def test_notes_and_cells_of_their_own_stay_apart() -> None:
    issues = [asked("a", "1", key="value"), asked("a", "2", key="target"), asked("n", "3", severity=NOTE, key="value")]
    assert len(one_each([*issues, asked("a", "4", subject_id=COUNT, key="value")])) == 4


def _reading(round_id: str) -> Reading:
    plan = tiny_plan()
    columns = [c for c in d.columns_for(plan.round(round_id).kind) if c.entry]
    entries = {c.key: Entry(c.key, "s", "A1", "", None) for c in columns}
    return Reading("tiny", round_id, "policy", (Answer(PAPER, entries), Answer(COUNT, entries)), ())


def test_issues_stand_in_the_order_of_the_form() -> None:
    issues = [
        asked("1", "m", subject_id=COUNT, key="value"),
        asked("2", "m", key="release"),
        asked("3", "m", key="baseline"),
        asked("4", "m", subject_id=""),
        asked("5", "m", key="row"),
    ]
    assert [i.code for i in gather(issues, _reading(ROUND), tiny_brief())] == ["4", "5", "3", "2", "1"]


def test_advice_names_no_column_that_the_form_has_not() -> None:
    """Every registered advice, told in a form for targets: no heading stands in it that this form lacks."""
    kept = {c.key for c in d.columns_for("targets")}
    gone = {f"「{d.heading_words(c)}」" for c in d.COLUMNS if c.key not in kept}
    gone -= {f"「{d.heading_words(c)}」" for c in d.COLUMNS if c.key in kept}
    named = 0
    for check in all_checks():
        issue = asked(check.code, "m", key="target", severity=check.severity)
        issue = Issue(**{**vars(issue), "advice": check.advice})
        (told,) = gather([issue], _reading(TARGETS_ROUND), tiny_brief())
        named += told.advice != check.advice
        assert not [words for words in (*gone, "要因分析", "理由の欄") if words in told.advice], check.code
    assert named  # some advice did want changing


def test_empty_cells_that_must_be_filled_are_counted() -> None:
    def said(**values: float | str | None) -> Answer:
        return Answer(PAPER, {k: Entry(k, "", "", "", v) for k, v in values.items()})

    answers = [
        said(value=1.0, evidence=None, section="課", person=None),
        said(value=None, missing_reason="unpublished", evidence=None, next_release=None, person="甲"),
    ]
    assert unfilled(answers, "annual", tiny_plan()) == {"evidence": 1, "person": 1, "next_release": 1}


def test_a_return_of_values_may_leave_what_the_plan_has_not_set() -> None:
    entries = {key: Entry(key, "s", "A1", "", None) for key in ("baseline", "target")}
    answers = [Answer(PAPER, entries)]
    assert unfilled(answers, "annual", tiny_plan()) == {}
    assert unfilled(answers, "targets", tiny_plan()) == {"baseline": 1, "target": 1}
