"""The register of checks, and each check firing on what it is for and only there."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.collection.workflow import Answer, Brief, Entry, Past, Reading
from kpi.issue import Issue
from kpi.period import Period
from kpi.plan import Card
from loaders.rules import CHECKS, all_checks, check_answers
from loaders.workbook.isolation.refusals import WORDS
from tests import ROOT
from tests.factory import COUNT, CUT, FY, PAPER, RATE, ROUND, SURVEY, TARGETS_ROUND, TOTAL, TRADE, UNSET, tiny_brief

LOADERS = ROOT / "loaders"
#: About the program's own data or an operation, not about what stands in a return.
_OWN_DATA = (
    "plan.",
    "benchmark.",
    "store.",
    "membership.",
    "directory.",
    "list.",
    "backup.",
    "rebuild.",
    "verify.",
    "mend.",
    "return.",
    "samples.",
    "round.",
    "report.",
    "join.",
    "revise.",
)


def check_one(indicator: str, brief: Brief | None = None, round_id: str = ROUND, **given: object) -> tuple[Issue, ...]:
    """The issues of a sound answer with some cells changed."""
    said: dict[str, object] = {
        "release": "final", "period": "FY2024", "evidence": "調べ", "analysis": "増えた。", "section": "課",
        "missing_reason": None, "next_release": None, "value": None, "correction": None, "correction_kind": None,
    }  # fmt: skip
    cells: Mapping[str, object] = said | given
    entries = {k: Entry(k, "KPI調査票", f"{k}!", "" if v is None else str(v), v) for k, v in cells.items()}  # type: ignore[arg-type]
    reading = Reading("tiny", round_id, TRADE, (Answer(indicator, entries),), ())
    return check_answers(reading, brief or tiny_brief())


def codes(issues: tuple[Issue, ...]) -> set[str]:
    return {i.code for i in issues}


def with_history(indicator: str, *values: float, **card: object) -> Brief:
    brief = tiny_brief()
    past = tuple(Past(FY[2024 - len(values) + i], v, round_id=f"r{i}") for i, v in enumerate(values))
    made = {indicator.replace("-", "_"): Card(indicator, 1, **card)} if card else {}  # type: ignore[arg-type]
    brief = tiny_brief(**made) if made else brief
    return Brief(brief.plan, brief.day, brief.cards, {indicator: past})


SOUND = {COUNT: 1405.0, TOTAL: 9.0, CUT: 8.1, PAPER: 4512.5, RATE: 65.0}


@pytest.mark.parametrize(("indicator", "value"), SOUND.items())
def test_sound_values_raise_no_question(indicator: str, value: float) -> None:
    assert check_one(indicator, value=value) == ()


@pytest.mark.parametrize(
    ("factor", "indicator"),
    [(f, i) for i in (COUNT, PAPER) for f in (100, 1_000, 10_000, 1 / 100, 1 / 1_000, 1 / 10_000)],
)
def test_unit_slips_are_asked_with_both_values_to_choose(factor: float, indicator: str) -> None:
    wrong = float(f"{SOUND[indicator] * factor:.12g}")
    issues = [i for i in check_one(indicator, value=wrong) if i.code == "value.scale"]
    assert [i.severity for i in issues] == ["ask"]
    assert [c.changes["value"] for c in issues[0].choices] == [SOUND[indicator], wrong]


def test_a_correction_slips_too() -> None:
    issues = check_one(COUNT, value=1405.0, correction=127.8e4, correction_kind="miscounted")
    assert [(i.code, i.key) for i in issues] == [("value.scale", "correction")]


def test_a_change_beyond_history_is_asked_and_says_the_numbers() -> None:
    brief = with_history(COUNT, 1000, 1010, 1022, 1030, 1041)
    assert codes(check_one(COUNT, brief, value=1052.0)) == set()
    issue = next(i for i in check_one(COUNT, brief, value=1500.0) if i.code == "value.jump")
    assert "1,041件" in issue.message
    assert "8～12" in issue.message
    assert "+459" in issue.message


def test_one_change_known_is_told_as_one_number() -> None:
    issue = next(i for i in check_one(COUNT, with_history(COUNT, 1000, 1010), value=1500.0) if i.code == "value.jump")
    assert "1年あたり10(1回)でした。" in issue.message


def test_one_odd_year_in_the_past_does_not_widen_the_door() -> None:
    brief = with_history(COUNT, 1000, 1010, 1600, 1020, 1030, 1041)
    assert "value.jump" in codes(check_one(COUNT, brief, value=1400.0))


ASKED: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("value.fraction_of_count", COUNT, {"value": 1405.5}),
    ("value.jump", COUNT, {"value": 0.0}),
    ("value.no_yardstick", UNSET, {"value": 123456789012.0}),
    ("baseline.period_late", UNSET, {"value": 3.0, "baseline": 2.0, "baseline_period": "FY2024"}),
    ("value.cumulative_falls", TOTAL, {"value": 3.0}),
    ("value.rate_range", RATE, {"value": 101.0}),
    ("value.rate_range", RATE, {"value": -1.0}),
    ("rate.numerator_over", RATE, {"value": 65.0, "numerator": 40.0, "denominator": 26.0}),
    ("value.same_as_last", COUNT, {"value": 1278.0}),
    ("period.missing", COUNT, {"value": 1405.0, "period": None}),
    ("period.not_expected", COUNT, {"value": 1405.0, "period": "FY2023"}),
    ("period.not_expected", COUNT, {"missing_reason": "not_compiled", "period": "FY2023"}),
    ("period.not_over", COUNT, {"value": 1405.0, "period": "FY2025"}),
    ("release.missing", COUNT, {"value": 1405.0, "release": None}),
    ("release.after_final", RATE, {"value": 60.0, "period": "FY2023", "release": "provisional"}),
    ("release.forecast_closed", COUNT, {"value": 1405.0, "release": "forecast"}),
    ("missing.with_value", COUNT, {"value": 1405.0, "missing_reason": "unpublished", "next_release": "2026-03"}),
    ("missing.next_release", COUNT, {"missing_reason": "unpublished"}),
    ("missing.next_release_past", COUNT, {"missing_reason": "unpublished", "next_release": "2025-03"}),
    ("missing.survey_year", COUNT, {"missing_reason": "not_survey_year"}),
    ("correction.kind_missing", COUNT, {"value": 1405.0, "correction": 1290.0}),
    ("correction.alone", COUNT, {"value": 1405.0, "correction_kind": "miscounted"}),
    ("answer.none", COUNT, {}),
)
NOTED: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("value.same_small", TOTAL, {"value": 6.0}),
    ("value.decimals", RATE, {"value": 65.03}),
    ("evidence.missing", COUNT, {"value": 1405.0, "evidence": None}),
    ("analysis.missing", COUNT, {"value": 1405.0, "analysis": None}),
    ("section.missing", COUNT, {"value": 1405.0, "section": None}),
    ("correction.same", COUNT, {"value": 1405.0, "correction": 1278.0, "correction_kind": "finalised"}),
)


@pytest.mark.parametrize(("code", "indicator", "given"), ASKED, ids=lambda v: v if isinstance(v, str) else None)
def test_asked(code: str, indicator: str, given: dict[str, object]) -> None:
    issue = next(i for i in check_one(indicator, **given) if i.code == code)
    assert issue.severity == "ask"
    assert issue.subject_id == indicator
    assert issue.cell == f"{issue.key}!"
    assert issue.advice


@pytest.mark.parametrize(("code", "indicator", "given"), NOTED, ids=lambda v: v if isinstance(v, str) else None)
def test_noted(code: str, indicator: str, given: dict[str, object]) -> None:
    assert next(i for i in check_one(indicator, **given) if i.code == code).severity == "note"


def test_a_count_below_zero_is_wrong() -> None:
    issue = next(i for i in check_one(COUNT, value=-3.0) if i.code == "value.negative_count")
    assert issue.severity == "fix"


def test_a_count_that_stands_still_through_a_correction_is_no_fall() -> None:
    assert "value.cumulative_falls" not in codes(check_one(TOTAL, value=6.0))


def test_target_on_the_wrong_side_is_asked_in_a_targets_round() -> None:
    given: dict[str, object] = {"baseline": 5.0, "baseline_period": "FY2022", "target": 3.0, "period": None}
    issues = check_one(UNSET, round_id=TARGETS_ROUND, **given)
    assert codes(issues) == {"target.wrong_side"}
    assert check_one(UNSET, round_id=TARGETS_ROUND, **(given | {"target": 9.0})) == ()


def test_a_blank_row_of_a_targets_round_is_asked_about_what_that_form_has() -> None:
    (issue,) = check_one(UNSET, round_id=TARGETS_ROUND, period=None, baseline=None, target=None)
    assert issue.code == "answer.none_targets"
    assert "現状値・目標値" in issue.advice
    assert "実績がない理由" not in issue.message + issue.advice


def test_a_baseline_without_its_period_is_asked() -> None:
    issues = check_one(UNSET, round_id=TARGETS_ROUND, baseline=5.0, target=9.0, period=None)
    assert codes(issues) == {"baseline.no_period"}


def test_outside_a_survey_year_the_reason_is_taken() -> None:
    assert check_one(SURVEY, missing_reason="not_survey_year", period=None) == ()


def test_own_answer_of_this_round_is_no_history() -> None:
    """A form returned a second time is not compared with itself."""
    brief = tiny_brief()
    own = (*brief.history[COUNT], Past(Period("FY", 2024), 1405.0, round_id=ROUND))
    again = Brief(brief.plan, date(2025, 9, 2), brief.cards, {COUNT: own})
    assert check_one(COUNT, again, value=1405.0) == ()


def test_every_entry_has_words_and_no_code_stands_twice() -> None:
    found = all_checks()
    assert len({c.code for c in found}) == len(found) > 150
    assert set(CHECKS) <= {c.code for c in found}
    for entry in found:
        assert entry.condition, entry.code
        assert entry.message, entry.code
        if entry.severity != "note":
            assert entry.advice or entry.code == "book.note", entry.code


def test_every_message_calls_the_form_by_its_one_name_and_uses_the_same_brackets() -> None:
    told = {c.code: f"{c.message}{c.advice}{c.condition}" for c in all_checks()}
    told |= {code: "".join(words) for code, words in WORDS.items()}
    assert not {code for code, words in told.items() if set("（）") & set(words) or "調査票" in words}


def _codes_in(path: Path) -> set[str]:
    """Every literal first argument of Issue(), Finding(), finding() and of the reader's own telling functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ("Issue", "Finding", "finding", "told", "_told", "_at", "refusal"):
            continue
        values = [*node.args, *(k.value for k in node.keywords if k.arg == "code")]
        texts = (n.value for v in values for n in ast.walk(v) if isinstance(n, ast.Constant))
        found |= {
            t
            for t in texts
            if isinstance(t, str)
            and t.count(".") == 1
            and t.replace(".", "").replace("_", "").isascii()
            and t[0].isalpha()
            and " " not in t
        }
    return found


def test_every_code_emitted_in_loaders_is_registered() -> None:
    known = {c.code for c in all_checks()}
    emitted = set().union(*(_codes_in(p) for p in LOADERS.rglob("*.py")))
    emitted = {
        c
        for c in emitted
        if not c.startswith(_OWN_DATA) and not c.endswith(".") and c.rsplit(".")[-1] not in ("csv", "toml", "py")
    }
    assert len(emitted) > 60
    assert emitted <= known, emitted - known


@pytest.mark.parametrize(
    ("value", "asked"), [(0.0, True), (1000 * 0.45, True), (1000 * 2.1, True), (1000 * 0.6, False), (1000 * 1.9, False)]
)
def test_over_several_years_a_change_adds_up_but_not_to_a_large_one(value: float, asked: bool) -> None:
    """Only the baseline of three years ago is known: half a year's change for each year would let anything pass."""
    card = replace(tiny_brief().cards[COUNT], baseline=1000.0, baseline_period=FY[2021])
    brief = tiny_brief(history=False, **{COUNT.replace("-", "_"): card})
    assert ("value.jump" in codes(check_one(COUNT, brief, value=value))) is asked


def test_a_value_that_turns_against_the_changes_known_is_asked_earlier() -> None:
    assert "value.jump" in codes(check_one(COUNT, with_history(COUNT, 620, 905), value=460.0))


def test_the_baseline_is_part_of_the_history() -> None:
    """One value and the baseline make a change to compare with; the value alone would allow half of itself."""
    brief = with_history(COUNT, 1030)
    card = replace(brief.cards[COUNT], baseline=1000.0, baseline_period=FY[2020])
    assert "value.jump" in codes(check_one(COUNT, replace(brief, cards={**brief.cards, COUNT: card}), value=1300.0))
