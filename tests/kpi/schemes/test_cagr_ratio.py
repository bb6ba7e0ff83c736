"""Growth observed over growth required: classes, refusals, cards without a target, print, and the screens."""

import random
import re
from datetime import date
from decimal import Decimal

import pytest

from kpi.plan import Indicator, Scheme
from kpi.printing.explanation import calculation, explain
from kpi.progress import assess, cards_table
from kpi.schemes import METHODS, rules_of
from tests.kpi.test_figures import NUM, class_of, made_up, read
from tests.kpi.test_status import BAND, R4, R10, card, judged, seen, table
from tests.schemekit import judged_coast, stored_coast
from tests.screenkit import html, lead, run, said, sound, words

GROWTH = Scheme("cagr_ratio")
ALONE = Scheme("cagr_ratio", {"growth_alone": 0.01})
NAME = 'name = "cagr_ratio"'
INDICATOR = Indicator("a", "1", "field", "率", "%", "")

# From 100 in R4 to 161.051 in R10 is 1.1^5 over six years: 8.27 % a year. At R6 two years have passed.
NEEDED = 1.61051 ** (1 / 6) - 1
RISING = card(baseline=100.0, target=161.051, decimals=3)
FALLING = card(direction="decrease", baseline=161.051, target=100.0, decimals=3)


def outcome(value, one=RISING, scheme=GROWTH, **more):
    row = judged(one, seen(value, **more), scheme=scheme, as_of=date(2030, 1, 1))
    return row["status"], row["reason"]


@pytest.mark.parametrize(
    ("ratio", "status"),
    [(1.2, "on_track"), (0.95, "on_track"), (0.95 - 1e-6, "mostly_on_track"), (0.6, "mostly_on_track"),
     (0.6 - 1e-6, "behind"), (0.0, "behind")],
)  # fmt: skip
def test_the_class_is_by_observed_over_required_growth_signed_by_the_direction(ratio, status):
    assert outcome(100 * (1 + ratio * NEEDED) ** 2) == (status, "growth")
    shrinking = 1 - 1.61051 ** (-1 / 6)
    assert outcome(161.051 * (1 - ratio * shrinking) ** 2, FALLING) == (status, "growth")


def test_rows_one_to_seven_come_first():
    assert outcome(161.051) == ("achieved", "target_met")
    assert outcome(99.0) == ("regressed", "moved_away")
    assert outcome(160.0, period=R10) == ("not_achieved", "deadline_passed")
    assert outcome(75.0, BAND) == ("regressed", "out_of_band")
    assert outcome(65.0, BAND) == ("achieved", "target_met")
    assert outcome(110.0, card(target=None, target_period=None)) == ("not_assessable", "target_unset")


@pytest.mark.parametrize(
    ("one", "value"),
    [(card(baseline=0.0, target=10.0), 3.0), (card(baseline=-10.0, target=10.0), 3.0),
     (card(baseline=-10.0, target=-2.0), -6.0), (card(direction="decrease", baseline=10.0, target=0.0), 4.0)],
)  # fmt: skip
def test_what_has_no_growth_rate_is_refused_with_the_reason(one, value):
    assert outcome(value, one) == ("not_assessable", "growth_undefined")
    told = explain(judged(one, seen(value), scheme=GROWTH), one, INDICATOR, GROWTH)
    assert "0以下の値があるため伸び率を計算できないため『評価対象外(伸び率を計算できない)』" in told
    steps = [label for label, *_ in calculation(judged(one, seen(value), scheme=GROWTH), one, INDICATOR, GROWTH)]
    assert "伸びの比" not in steps


UNAIMED = card(baseline=100.0, target=None, target_period=None)


@pytest.mark.parametrize(
    ("value", "direction", "status"),
    [(102.01, "increase", "on_track"), (102.0, "increase", "mostly_on_track"), (100.0, "increase", "behind"),
     (99.9, "increase", "regressed"), (98.01, "decrease", "on_track"), (98.1, "decrease", "mostly_on_track"),
     (100.1, "decrease", "regressed")],
)  # fmt: skip
def test_without_a_target_growth_alone_counts_only_where_the_plan_says_so(value, direction, status):
    one = card(**{**vars(UNAIMED), "direction": direction})
    assert outcome(value, one) == ("not_assessable", "target_unset")
    assert outcome(value, one, ALONE) == (status, "growth_alone")
    told = explain(judged(one, seen(value), scheme=ALONE), one, INDICATOR, ALONE)
    assert ("年1%以上" in told, "年1%未満" in told) == (status == "on_track", status == "mostly_on_track")
    assert ("目指す方向に動いていない" in told) == (status in ("behind", "regressed"))


def test_growth_alone_needs_a_baseline_and_a_growth_rate():
    assert outcome(5.0, card(target=None, baseline=None, baseline_period=None), ALONE)[1] == "baseline_unset"
    assert outcome(5.0, card(target=None, baseline=-1.0), ALONE)[1] == "growth_undefined"
    assert outcome(5.0, card(direction="maintain", target=None), ALONE)[1] == "band_unset"


def test_a_plan_sets_its_own_thresholds_and_the_rules_tell_them(tmp_path):
    lines = f"{NAME}\ngrowth_on_track = 1.0\ngrowth_mostly = 0.75\ngrowth_alone = 0.08"
    told = judged_coast(tmp_path, lines)
    assert {name: told[name]["word"] for name in ("forms", "clinics", "visitors")} == {
        "forms": "順調", "clinics": "進捗に遅れ", "visitors": "概ね順調",
    }  # fmt: skip
    scheme = Scheme("cagr_ratio", {"growth_on_track": 1.0, "growth_mostly": 0.75, "growth_alone": 0.08})
    rules = "".join(rule.condition for rule in rules_of(scheme))
    assert all(word in rules for word in ("伸びの比が1以上", "0.75以上1未満", "年平均の伸びが8%以上"))
    assert "目標値が未設定。" not in rules
    assert "growth" not in "".join(rule.condition for rule in rules_of(GROWTH))
    assert "目標値が未設定。" in "".join(rule.condition for rule in rules_of(GROWTH))


def test_the_sentence_and_the_calculation_lead_to_the_status(tmp_path):
    clinics = judged_coast(tmp_path, NAME)["clinics"]
    assert "R7の実績61.0%までの年平均の伸び+10.5%、目標までに必要な伸び+14.9%、その比0.70のため" in clinics["said"]
    assert clinics["steps"]["年平均の伸び"] == ("(61.0÷50.0)^(1÷2年)−1", "+10.5%")
    assert clinics["steps"]["必要な伸び"] == ("(100.0÷50.0)^(1÷5年)−1", "+14.9%")
    assert clinics["steps"]["伸びの比"] == ("+10.5%÷+14.9%", "0.70")
    assert "ペース" not in clinics["steps"]


# --- in print ---


def fault(row, one, scheme):
    """What a reader finds who divides the printed growths, or works them out anew from the printed value."""
    told = explain(row, one, INDICATOR, scheme)
    steps = {label: (how, result) for label, how, result in calculation(row, one, INDICATOR, scheme)}
    grown, needed, ratio = (
        read(found[1]) for found in (
            re.search(rf"年平均の伸び\+?±?({NUM})%", told), re.search(rf"必要な伸び\+?({NUM})%", told),
            re.search(rf"その比({NUM})", told),
        )
    )  # fmt: skip
    if class_of(ratio, scheme, "growth") != row["status"]:
        return "the ratio stands in another class", told
    if needed and class_of(grown / needed, scheme, "growth") != row["status"]:
        return "the quotient stands in another class", told
    if (abs(grown) >= abs(needed)) != (ratio >= 1):
        return "growths against ratio", told
    if read(steps["伸びの比"][1]) != ratio:
        return "another ratio in the calculation", told, steps
    value = float(read(re.search(rf"実績({NUM})", told)[1]))
    years = row["position"] - one.baseline_period.position, one.target_period.position - one.baseline_period.position
    again = ((value / one.baseline) ** (1 / years[0]) - 1) / ((one.target / one.baseline) ** (1 / years[1]) - 1)
    near = min(abs(again - limit) for limit in METHODS[scheme.name].limits(scheme).values()) < 1e-8
    if not near and class_of(Decimal(again), scheme, "growth") != row["status"]:
        return "worked out anew it is another class", told, again
    return None


def near_a_threshold(rng, scheme, name):
    """A card and its value, by which its growth mostly lies next to a threshold."""
    one, value, period = made_up(rng, scheme, name)
    if one.direction != "maintain" and one.baseline and one.target and one.baseline > 0 and one.target > 0:
        limits = METHODS["cagr_ratio"].limits(scheme).values()
        gone, whole = period.position - R4.position, R10.position - R4.position
        growth = (one.target / one.baseline) ** (1 / whole) - 1
        edge = one.baseline * (1 + rng.choice([*limits, 1.0]) * growth) ** gone
        value = edge + rng.choice((0.0, 0.49, 0.04, 4e-3, 4e-5, 1e-7)) * rng.choice((1, -1)) * 10.0**-one.decimals
    return one, seen(value, period, indicator_id=name)


@pytest.mark.parametrize("limits", [{}, {"growth_on_track": 1.0, "growth_mostly": 0.725}])
def test_no_growth_in_print_contradicts_the_status(limits):
    rng, scheme = random.Random(20261127), Scheme("cagr_ratio", limits)
    cards, rows = zip(*(near_a_threshold(rng, scheme, f"i{n}") for n in range(3000)), strict=True)
    told = assess(cards_table(cards), table(*rows), as_of=date(2030, 1, 1), scheme=scheme).to_dict("records")
    by_growth = [(row, one) for row, one in zip(told, cards, strict=True) if row["reason"] == "growth"]
    assert {row["status"] for row, _ in by_growth} == {"on_track", "mostly_on_track", "behind"}
    assert [found for row, one in by_growth if (found := fault(row, one, scheme))] == []


def test_growth_alone_in_print_stands_on_the_side_of_its_threshold():
    value = 100 * (1 + 0.01 - 4e-6) ** 2
    one = card(**{**vars(UNAIMED), "decimals": 0})
    told = explain(judged(one, seen(value), scheme=ALONE), one, INDICATOR, ALONE)
    grown = read(re.search(rf"年平均の伸び\+({NUM})%", told)[1])
    assert grown < 1
    shown = float(read(re.search(rf"実績({NUM})", told)[1]))
    assert (shown / 100) ** 0.5 - 1 < 0.01


# --- on the screens ---


def test_the_screens_judge_explain_and_tell_growth(tmp_path, use):
    use(stored_coast(tmp_path, f"{NAME}\ngrowth_alone = 0.01"))
    front = run("overview")
    assert sound(front)
    assert "8指標のうち達成2、順調3、概ね順調1、進捗に遅れ1、目標に向かっていない1" in lead(front)
    assert 'seg s-on_track" style="flex:1 1 0">順調<b>1</b>' in html(front)

    field = run("field", field="life")
    assert sound(field)
    assert "4指標中 順調2・概ね順調1・進捗に遅れ1" in lead(field)

    one = run("indicator", indicator="visitors")
    assert sound(one)
    assert "年平均の伸び+7.2%で、目指す方向に年1%以上のため『順調』" in words(one)

    method = run("method")
    assert sound(method)
    assert "目標値が未設定で、目指す方向への年平均の伸びが1%以上" in words(method)
    assert not [text for text in said(method) if "growth_" in text]
