"""What holds of every registered method, thresholds of a plan, and that nothing else knows which methods there are."""

import ast
import json
import re

import pytest

from kpi.issue import Severity
from kpi.plan import Scheme
from kpi.schemes import METHODS, THRESHOLDS, method_of, outcomes_of, rules_of
from kpi.schemes.scheme import Measure
from kpi.status import STATUSES, concern, order, rank, standing, status_word, statuses_of
from tests import ROOT
from tests.kpi.test_status import ANNUAL, judged, seen
from tests.schemekit import judged_coast, loaded_coast, stored_coast
from tests.screenkit import by_label, look, operator, press, run, sound, words
from tests.storekit import AT, do, new_store


@pytest.fixture(params=METHODS)
def scheme(request):
    return Scheme(request.param)


def test_a_method_stands_in_the_file_of_its_name(scheme):
    assert (ROOT / "kpi" / "schemes" / f"{scheme.name}.py").exists()
    assert method_of(scheme).name == scheme.name


def test_every_outcome_has_a_status_with_order_and_colour_a_word_and_a_rule(scheme):
    style = (ROOT / "pages" / "parts" / "app" / "static" / "house.css").read_text("utf-8")
    for outcome in outcomes_of(method_of(scheme)):
        assert standing(outcome.status) in STATUSES
        assert outcome.status in statuses_of(scheme)
        assert f".s-{standing(outcome.status)}" in style
        assert not re.search(r"[a-z_]{3,}", status_word(outcome.status, outcome.reason, scheme))
    places = [order(status) for status in statuses_of(scheme)]
    assert places == sorted(set(places))
    told = {rule.status for rule in rules_of(scheme)}
    assert {outcome.status for outcome in method_of(scheme).outcomes} <= told


def test_its_text_is_whole_with_the_thresholds_put_in(scheme):
    method = method_of(scheme)
    assert method.word
    assert all(line.endswith("。") for line in (method.summary, *method.steps))
    for rule in rules_of(scheme):
        assert not re.search(r"[{}]|nan|None", rule.condition)
    assert method.faults(scheme) == []
    assert all(THRESHOLDS[t.key] == t for t in method.settable), "one key with two meanings"


def test_every_indicator_of_a_plan_is_told_under_it(scheme, tmp_path):
    for told in judged_coast(tmp_path, f'name = "{scheme.name}"').values():
        for text in (told["said"], *(part for step in told["steps"].values() for part in step)):
            assert not re.search(r"nan|None|[{}]", text)


def test_no_other_module_knows_a_method_by_its_name():
    # A method may share its name with the figure it goes by; the default stands in the plan's own shape.
    names = set(METHODS) - set(Measure.__args__)
    for path in [*ROOT.glob("kpi/**/*.py"), *ROOT.glob("loaders/**/*.py"), *ROOT.glob("pages/**/*.py")]:
        if path.parent.name == "schemes" or path == ROOT / "kpi" / "plan.py":
            continue
        said = {n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)}
        assert not said & names, path


def test_what_is_off_its_way_wants_a_look_the_worst_first():
    off = [status for status in STATUSES if concern(status) is not None]
    assert sorted(off, key=concern) == ["regressed", "not_achieved", "behind"]
    assert rank("achieved") > rank("behind") > rank("regressed")
    assert rank("no_data") is None


# --- thresholds ---


def test_a_plan_sets_the_classes_of_the_achievement_ratio(tmp_path):
    lines = 'name = "achievement_ratio"\nmostly_achieved = 0.95\nunderachieved = 0.7'
    plan, issues = loaded_coast(tmp_path, lines)
    assert not issues
    assert [judged(ANNUAL, seen(v), scheme=plan.scheme)["status"] for v in (190.0, 189.0, 140.0, 139.0)] == [
        "mostly_on_track", "behind", "behind", "not_achieved",
    ]  # fmt: skip
    told = [rule.condition for rule in rules_of(plan.scheme)][-3:]
    assert told == ["達成率が95%以上", "達成率が70%以上95%未満", "達成率が70%未満"]


@pytest.mark.parametrize(
    ("lines", "code", "key", "severity"),
    [
        ("on_track = 0.7", "plan.scheme_order", "mostly", Severity.FIX),
        ("on_track = 2.5", "plan.out_of_range", "on_track", Severity.FIX),
        ("mostly = -0.1", "plan.out_of_range", "mostly", Severity.FIX),
        ("underachieved = 0.5", "plan.other_threshold", "underachieved", Severity.ASK),
        ("amber = 0.5", "plan.unknown_column", "amber", Severity.ASK),
    ],
)
def test_a_threshold_that_cannot_be_or_is_not_the_methods_is_told_with_its_line(tmp_path, lines, code, key, severity):
    plan, (issue,) = loaded_coast(tmp_path, f'name = "linear_pace"\n{lines}')
    assert (issue.code, issue.key, issue.severity) == (code, key, severity)
    assert plan.scheme.thresholds == ({"underachieved": 0.5} if code == "plan.other_threshold" else {})


@pytest.mark.parametrize(
    ("thresholds", "code"),
    [({"mostly": 1.2}, "card.scheme_order"), ({"on_track": 3.0}, "card.out_of_range"),
     ({"amber": 0.5}, "card.attribute"), ({"mostly": float("nan")}, "card.attribute")],
)  # fmt: skip
def test_a_proposal_of_thresholds_that_cannot_be_is_refused(tmp_path, thresholds, code):
    refused = do(
        new_store(tmp_path), "propose_card", "tiny", "", {"thresholds": thresholds}, reason="理由", by="甲", at=AT
    )
    assert not isinstance(refused, str)
    assert [issue.code for issue in refused] == [code]


def test_a_method_no_file_brings_is_no_method_to_propose(tmp_path):
    refused = do(new_store(tmp_path), "propose_card", "tiny", "", {"name": "traffic_light"}, reason="理由", by="甲")
    assert not isinstance(refused, str)


def test_another_method_is_proposed_with_its_own_thresholds(tmp_path, use):
    use(stored_coast(tmp_path, 'name = "linear_pace"'))
    at = run("admin", part="cards", card="scheme")
    by_label(at.selectbox, "判定方法").set_value("achievement_ratio").run()
    assert not [n for n in at.number_input if n.label.startswith("「概ね順調」")]
    by_label(at.number_input, "「達成不十分」").set_value(0.95).run()
    assert "「達成不十分」の境目が「概ね達成」の境目より上にあります。" in words(at)
    by_label(at.number_input, "「達成不十分」").set_value(0.7).run()
    by_label(at.text_input, "変更の理由").set_value("本部の指示").run()
    press(at, "card-propose")
    assert sound(at)
    kept = json.loads(look(operator(tmp_path)).proposals.iloc[-1]["document"])
    assert kept == {"name": "achievement_ratio", "thresholds": {"mostly_achieved": 0.9, "underachieved": 0.7}}
