"""What 算定方法・用語 tells is what the judge does: rule by rule, in its order."""

from datetime import date, datetime

import pandas as pd
import pytest

from kpi.collection.workflow import MISSING_WORDS, RELEASE_WORDS
from kpi.period import Period
from kpi.plan import Card, Scheme
from kpi.progress import assess, cards_table
from kpi.schemes import METHODS, rules_of
from kpi.status import STATUSES
from pages.parts.method.rule_texts import GLOSSARY, OF_ANSWERS, OF_PLANS

R4, R6, R10 = (Period("FY", year) for year in (2022, 2024, 2028))
SCHEME = Scheme()
STATUS_RULES, STEPS = rules_of(SCHEME), METHODS[SCHEME.name].steps
ALL_TERMS = (*GLOSSARY, *OF_ANSWERS, *OF_PLANS)
PACE = METHODS[SCHEME.name].limits(SCHEME)


def card(**more):
    """0 in R4 towards 60 in R10: two of six years on, the planned line stands at 20."""
    plain = {
        "indicator_id": "a", "version": 1, "direction": "increase", "kind": "level", "decimals": 1,
        "baseline": 0.0, "baseline_period": R4, "target": 60.0, "target_period": R10,
    }  # fmt: skip
    return Card(**(plain | more))


def status(one, value=None, period=R6, scheme=SCHEME):
    columns = ["indicator_id", "period", "position", "value", "release", "state", "known_at", "round_id"]
    rows = (
        []
        if value is None
        else [("a", period.code, period.position, value, "final", "value", datetime(2025, 6, 1), "r6")]
    )
    seen = pd.DataFrame(rows, columns=columns)
    return assess(cards_table([one]), seen, as_of=date(2030, 1, 1), scheme=scheme).iloc[0]["status"]


BAND = card(direction="maintain", target=None, band=(50.0, 60.0))
AHEAD_OF_NOTHING = {"baseline": None, "baseline_period": None}
# One line of STATUS_RULES each: what to give the judge so that this rule, and none above it, holds.
CASES = (
    ("現状値の時点より後の値がない", card(), None, R6),
    ("目標値が未設定", card(target=None, target_period=None), 20.0, R6),
    ("目標値に届いている", card(), 60.0, R6),
    ("現状値が未設定", card(**AHEAD_OF_NOTHING), 20.0, R6),
    ("維持する指標で範囲の外", BAND, 61.0, R6),
    ("進捗率が0%より小さい", card(), -1.0, R6),
    ("目標の時点を迎えた", card(), 59.0, R10),
    ("ペースが1以上", card(), 20.0 * PACE["on_track"], R6),
    ("ペースが0.8以上1未満", card(), 20.0 * PACE["mostly"], R6),
    ("そのほか", card(), 20.0 * PACE["mostly"] - 0.1, R6),
)
NAMES = [case[0] for case in CASES]


def test_every_rule_told_has_its_case_in_the_same_order():
    assert len(CASES) == len(STATUS_RULES)
    for (condition, *_), name in zip(STATUS_RULES, NAMES, strict=True):
        assert condition.startswith(name)


@pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
def test_the_judge_says_what_the_rule_tells(number):
    _, one, value, period = CASES[number]
    assert status(one, value, period) == STATUS_RULES[number][1]


# Two rules hold at once: the one told first decides. (rule above, rule below, card, value, period)
ORDER = (
    (0, 1, card(target=None, target_period=None), None, R6),
    (0, 3, card(**AHEAD_OF_NOTHING), None, R6),
    (1, 3, card(target=None, target_period=None, **AHEAD_OF_NOTHING), 20.0, R6),
    (2, 3, card(**AHEAD_OF_NOTHING), 60.0, R6),
    (2, 4, card(target=-5.0), 20.0, R6),
    (2, 6, card(), 60.0, R10),
    (3, 6, card(**AHEAD_OF_NOTHING), 20.0, R10),
    (4, 6, BAND, 61.0, R10),
    (5, 6, card(), -1.0, R10),
    (6, 7, card(), 59.99, R10),
    (7, 8, card(), 20.0, R6),
    (8, 9, card(), 18.0, R6),
)


@pytest.mark.parametrize(("above", "below", "one", "value", "period"), ORDER)
def test_where_two_rules_hold_the_upper_one_decides(above, below, one, value, period):
    assert above < below
    assert status(one, value, period) == STATUS_RULES[above][1]


def test_a_value_of_the_baselines_own_period_is_no_later_value():
    assert status(card(), 60.0, R4) == STATUS_RULES[0][1]


def test_a_target_that_is_not_ahead_is_told_with_the_band():
    assert "目標値が現状値より先にない" in STATUS_RULES[4][0]
    assert status(card(target=0.0), -5.0) == STATUS_RULES[4][1]


def test_no_progress_at_all_is_behind_as_told():
    assert "進捗率0%を含む" in STATUS_RULES[9][0]
    assert status(card(), 0.0) == STATUS_RULES[9][1]


def test_every_status_is_told_and_none_that_does_not_exist():
    assert {told for _, told, _ in STATUS_RULES} == set(STATUSES)


def test_every_rule_can_be_filled_with_the_plans_thresholds():
    filled = [c for c, *_ in STATUS_RULES]
    assert not any("{" in told for told in filled)
    assert str(PACE["mostly"]) in filled[8]


def test_every_scheme_has_its_sentence():
    assert all(told.endswith("。") for m in METHODS.values() for told in (m.summary, *m.steps))


def test_the_formulas_told_are_those_of_the_judge():
    seen = pd.DataFrame(
        [("a", R6.code, R6.position, 15.0, "final", "value", datetime(2025, 6, 1), "r6")],
        columns=["indicator_id", "period", "position", "value", "release", "state", "known_at", "round_id"],
    )
    row = assess(cards_table([card()]), seen, as_of=date(2025, 9, 1), scheme=SCHEME).iloc[0]
    # 進捗率 = (15−0)÷(60−0); 計画上の進捗 = (R6−R4)÷(R10−R4); ペース = 0.25 ÷ (2/6); 必要なペース = (60−15)÷4年
    assert row["progress"] == pytest.approx(0.25)
    assert row["planned"] == pytest.approx(2 / 6)
    assert row["pace"] == pytest.approx(0.75)
    assert row["required_per_year"] == pytest.approx(45 / 4)
    told = "".join(STEPS)
    assert all(word in told for word in ("進捗率=", "計画上の進捗=", "ペース=", "必要なペース="))


def test_every_word_for_a_release_and_a_missing_value_is_in_the_glossary():
    terms = "・".join(term for term, _ in ALL_TERMS)
    for word in (*RELEASE_WORDS.values(), *MISSING_WORDS.values(), "未設定", "未確認", "未回答", "更新", "訂正"):
        assert word in terms, word


def test_no_term_is_told_twice():
    terms = [term for term, _ in ALL_TERMS]
    assert len(terms) == len(set(terms))


# --- the rules of the other ways of judging ---

STEPPED = {"milestones": ((R6, 20.0),)}
FLOW = {"kind": "annual"}
NO_BASE = {"baseline": None, "baseline_period": None}
# (scheme, number of the rule told, card, value, period): that rule holds, and none above it.
OTHERS = (
    ("milestone", 0, card(**STEPPED), None, R6),
    ("milestone", 1, card(target=None, target_period=None), 20.0, R6),
    ("milestone", 2, card(**STEPPED), 60.0, R6),
    ("milestone", 3, card(**STEPPED, **NO_BASE), 20.0, R6),
    ("milestone", 4, BAND, 61.0, R6),
    ("milestone", 5, card(milestones=((R6, -2.0),)), -1.0, R6),
    ("milestone", 6, card(**STEPPED), 59.0, R10),
    ("milestone", 7, card(), 20.0, R6),
    ("milestone", 8, card(**STEPPED), 20.0, R6),
    ("milestone", 9, card(**STEPPED), 16.0, R6),
    ("milestone", 10, card(**STEPPED), 15.9, R6),
    ("achievement_ratio", 0, card(**FLOW), None, R6),
    ("achievement_ratio", 1, card(target=None, target_period=None, **FLOW), 20.0, R6),
    ("achievement_ratio", 2, card(**FLOW), 60.0, R6),
    ("achievement_ratio", 3, card(**FLOW, **NO_BASE), 54.0, R6),
    ("achievement_ratio", 4, card(target=0.0, **FLOW), -5.0, R6),
    ("achievement_ratio", 5, card(**FLOW), -1.0, R6),
    ("achievement_ratio", 6, card(**FLOW), 54.0, R10),
    ("achievement_ratio", 7, card(), 54.0, R6),
    ("achievement_ratio", 8, card(baseline=-100.0, target=-60.0, **FLOW), -80.0, R6),
    ("achievement_ratio", 9, card(**FLOW), 54.0, R6),
    ("achievement_ratio", 10, card(**FLOW), 48.0, R6),
    ("achievement_ratio", 11, card(**FLOW), 47.9, R6),
    ("figures_only", 0, card(), None, R6),
    ("figures_only", 1, card(target=None, target_period=None), 20.0, R6),
    ("figures_only", 2, card(**NO_BASE), 20.0, R6),
    ("figures_only", 3, card(), 60.0, R6),
)


@pytest.mark.parametrize(("name", "number", "one", "value", "period"), OTHERS)
def test_the_rules_told_of_another_way_of_judging_are_those_of_its_judge(name, number, one, value, period):
    assert status(one, value, period, Scheme(name)) == rules_of(Scheme(name))[number].status


def test_every_way_of_judging_has_its_rules_its_steps_and_a_case_for_each_rule():
    assert all(method.rules and method.steps for method in METHODS.values())
    for name in ("milestone", "achievement_ratio", "figures_only"):
        assert [n for s, n, *_ in OTHERS if s == name] == list(range(len(rules_of(Scheme(name)))))
    assert "ペース" not in "".join((*METHODS["achievement_ratio"].steps, *METHODS["figures_only"].steps))
