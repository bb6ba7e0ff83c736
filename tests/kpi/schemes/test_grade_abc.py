"""Grades A to C: classes, thresholds of the plan, words, and the screens of a plan that goes by them."""

import re

import pytest

from kpi.path import EPS
from kpi.period import Period
from kpi.plan import Scheme
from kpi.schemes import rules_of
from kpi.status import rank, status_word, statuses_of
from tests.kpi.test_status import BAND, DOWN, UP, card, judged, seen
from tests.schemekit import VALUES, judged_coast, loaded_coast, stored_coast
from tests.screenkit import html, lead, look, operator, run, said, sound, words

GRADES = Scheme("grade_abc")
NAME = 'name = "grade_abc"'


def grade(value, one=UP, scheme=GRADES, **more):
    row = judged(one, seen(value, **more), scheme=scheme)
    return row["status"], row["reason"]


# Planned at R6 is a third of the way from 55 to 80: r = (v − 55) ÷ 25 × 3.
@pytest.mark.parametrize(
    ("pace", "status"),
    [(1.4, "grade_a"), (1.0, "grade_a"), (1.0 - 1e-6, "grade_b_plus"), (0.8, "grade_b_plus"), (0.8 - 1e-6, "grade_b"),
     (0.5, "grade_b"), (0.5 - 1e-6, "grade_c"), (0.0, "grade_c")],
)  # fmt: skip
def test_the_grade_is_by_the_share_of_what_the_year_was_to_bring(pace, status):
    assert grade(55.0 + pace * 25 / 3) == (status, "pace")
    assert grade(80.0 - pace * 25 / 3, DOWN) == (status, "pace")


def test_the_expectation_goes_through_the_milestones():
    bent = card(milestones=((Period("FY", 2024), 60.0),))
    assert [grade(v, bent)[0] for v in (60.0, 59.0, 57.5, 57.4)] == ["grade_a", "grade_b_plus", "grade_b", "grade_c"]
    flat = card(milestones=((Period("FY", 2024), 55.0), (Period("FY", 2025), 55.0)))
    assert grade(55.0, flat) == ("grade_a", "flat_path")


def test_rows_one_to_seven_come_first():
    assert grade(80.0) == ("achieved", "target_met")
    assert grade(54.9) == ("regressed", "moved_away")
    assert grade(70.1, BAND) == ("regressed", "out_of_band")
    assert grade(60.0, card(baseline=None, baseline_period=None)) == ("not_assessable", "baseline_unset")
    assert grade(60.0, card(target=None, target_period=None)) == ("not_assessable", "target_unset")


def test_a_better_grade_is_better_than_the_next():
    best_first = ("achieved", "grade_a", "grade_b_plus", "grade_b", "grade_c", "regressed")
    ranks = [rank(status) for status in best_first]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)
    assert statuses_of(GRADES)[:6] == best_first


def test_a_plan_sets_its_own_thresholds_and_words(tmp_path):
    lines = f'{NAME}\ngrade_a = 1.2\ngrade_b_plus = 1.0\ngrade_b = 0.8\n\n[scheme.words]\ngrade_a = "特に順調"'
    told = judged_coast(tmp_path, lines)
    assert {name: told[name]["word"] for name in ("forms", "libraries", "clinics", "schools")} == {
        "forms": "B+評価", "libraries": "B評価", "clinics": "C評価", "schools": "C評価",
    }  # fmt: skip
    plan, _ = loaded_coast(tmp_path / "again", lines)
    assert [rule.condition for rule in rules_of(plan.scheme)][-4:-1] == [
        "ペースが1.2以上", "ペースが1以上1.2未満", "ペースが0.8以上1未満",
    ]  # fmt: skip
    assert status_word("grade_a", "pace", plan.scheme) == "特に順調"


@pytest.mark.parametrize("lines", ["grade_b_plus = 1.1", "grade_b = 0.9", "grade_a = 0.7"])
def test_thresholds_out_of_order_are_told_and_not_taken(tmp_path, lines):
    plan, issues = loaded_coast(tmp_path, f"{NAME}\n{lines}")
    assert {issue.code for issue in issues} == {"plan.scheme_order"}
    assert plan.scheme.thresholds == {}


def test_the_sentence_and_the_calculation_lead_to_the_grade(tmp_path):
    told = judged_coast(tmp_path, NAME)
    assert told["libraries"]["said"] == (
        "現状値50.0%(R5)→目標100.0%(R10)。R7の計画線70.0%に対し実績67.0%。進捗率34.0%、ペース0.85のため『B+評価』"
    )
    assert told["libraries"]["steps"]["ペース"] == ("34.0%÷40.0%", "0.85")


def test_the_pace_in_print_never_stands_in_another_grade(tmp_path):
    # r = 0.49999: two decimals would print 0.50, which is B.
    value = 50.0 + 0.49999 * 0.4 * 50
    told = judged_coast(tmp_path, NAME, VALUES | {"schools": value})["schools"]
    assert told["status"] == "grade_c"
    assert float(told["steps"]["ペース"][1]) < 0.5 - EPS
    assert "ペース0.50のため" not in told["said"]


def test_the_screens_count_colour_explain_and_tell_the_grades(tmp_path, use):
    use(stored_coast(tmp_path, NAME))
    front = run("overview")
    assert sound(front)
    assert "8指標のうち達成2、A評価1、B+評価1、B評価1、C評価1、目標に向かっていない1、評価対象外1" in lead(front)
    for like, word in (("on_track", "A"), ("mostly_on_track", "B+"), ("behind", "B"), ("not_achieved", "C")):
        assert f'badge s-{like}">{word}評価<' in html(front)
        assert f'seg s-{like}" style="flex:1 1 0">{word}評価<b>1</b>' in html(front)
    (attention,) = re.findall(r"<caption[^>]*>目を向けるところ</caption>.*?</table>", html(front), re.S)
    assert re.findall(r'badge s-\w+">(.+?)<', attention) == ["目標に向かっていない", "C評価", "B評価"]

    field = run("field", field="life")
    assert sound(field)
    assert "4指標中 A評価1・B+評価1・B評価1・C評価1" in lead(field)

    one = run("indicator", indicator="schools")
    assert sound(one)
    assert "ペース0.25のため『C評価』" in words(one)

    method = run("method")
    assert sound(method)
    assert "ペースが0.5以上0.8未満" in words(method)
    assert "A・B+・B・Cの4段階で示します" in lead(method)
    assert not [text for text in said(method) if "grade_" in text]

    table = run("data")
    assert sound(table)
    assert look(operator(tmp_path)).plan.scheme == GRADES
