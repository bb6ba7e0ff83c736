"""What changed since last time, and a plan told by counts."""

from datetime import datetime

import pytest

from kpi.changes.judged_changes import changes
from kpi.period import Period
from kpi.plan import Field, Indicator, Plan, Scheme
from kpi.printing.rollup import counts, field_sentence, headline, text
from kpi.progress import assess, cards_table
from tests.kpi.test_status import LATE, R6, UP, card, reason, seen, table

R5 = Period("FY", 2023)
PLAN = Plan(
    "p", "計画", "02", "県", Period("FY", 2024), Period("FY", 2028),
    fields=(Field("work", "産業", "産業"), Field("base", "基盤", "基盤", foundation=True)),
    indicators=(
        Indicator("a", "1", "field", "支援率", "%", "", "work"), Indicator("b", "2", "field", "件数", "件", "", "work"),
        Indicator("g", "3", "goal", "全体目標", "%", ""),
    ),
)  # fmt: skip


def state(*rows, cards=(UP,), plan=PLAN):
    return assess(cards_table(cards), table(*rows), as_of=LATE, scheme=plan.scheme)


def between(before, after):
    return {c.kind: c for c in changes(before, after, PLAN)}


def test_a_new_period_is_a_new_value_with_before_and_after():
    got = between(state(seen(64.0, R5)), state(seen(64.0, R5), seen(70.0)))
    assert set(got) == {"new_value"}
    change = got["new_value"]
    assert (change.before, change.after, change.mark, change.word) == (
        "64.0%(R5 確定)", "70.0%(R6 確定)", "更新", "新しい値",
    )  # fmt: skip
    assert change.text == "64.0%(R5 確定) → 70.0%(R6 確定)"


def test_a_first_value_comes_from_nothing():
    got = between(state(), state(seen(64.0)))
    assert got["new_value"].text == "― → 64.0%(R6 確定)"
    assert got["status"].text == "未回答 → 順調"


def test_provisional_made_final_is_a_kakuho_and_an_update():
    got = between(state(seen(70.0, release="provisional")), state(seen(70.2)))
    assert (got["finalised"].mark, got["finalised"].text) == ("更新", "70.0%(R6 速報) → 70.2%(R6 確定)")


def test_a_final_value_that_changes_is_a_correction():
    got = between(state(seen(70.0)), state(seen(70.0), seen(71.0, known=datetime(2025, 7, 1))))
    assert (got["corrected"].mark, got["corrected"].word) == ("訂正", "値の訂正")


def test_the_stated_kind_of_a_correction_is_told():
    after = state(seen(70.0, R6) | {"correction_kind": "redefined"})
    assert between(state(seen(71.0)), after)["corrected"].text.endswith("(定義変更)")


def test_a_correction_of_last_times_value_is_seen_beside_the_new_one():
    got = between(state(seen(64.0, R5)), state(seen(63.0, R5), seen(70.0)))
    assert set(got) == {"new_value", "corrected"}
    assert got["corrected"].text == "64.0%(R5 確定) → 63.0%(R5 確定)"


def test_a_value_taken_back_is_told():
    got = between(state(seen(64.0)), state(reason("suppressed")))
    assert got["withdrawn"].mark == "訂正"
    assert got["status"].text == "順調 → 秘匿"


def test_targets_and_baselines_that_change_are_told_with_their_periods():
    after = state(seen(64.0), cards=(card(target=90.0, baseline=56.0),))
    got = between(state(seen(64.0)), after)
    assert got["target"].text == "80.0%(R10) → 90.0%(R10)"
    assert got["baseline"].text == "55.0%(R4) → 56.0%(R4)"
    unset = between(state(seen(64.0), cards=(card(target=None, target_period=None),)), state(seen(64.0)))
    assert unset["target"].text == "未設定 → 80.0%(R10)"


def test_nothing_changed_is_nothing_told():
    assert changes(state(seen(64.0)), state(seen(64.0)), PLAN) == ()
    assert changes(state(), state(), PLAN) == ()


THREE = (UP, card(indicator_id="b"), card(indicator_id="g"))


def test_the_headline_counts_statuses_and_movements():
    before = state(seen(61.5), seen(64.0, indicator_id="b"), cards=THREE)
    after = state(seen(64.0), seen(64.0, indicator_id="b"), cards=THREE)
    parts = headline(after, PLAN, changes(before, after, PLAN))
    assert text(parts) == "3指標のうち順調2、未回答1。前回から1指標が改善"
    assert ("順調2", "on_track") in parts
    assert ("1指標が改善", "moved") in parts
    told = text(headline(after, PLAN, changes(before, after, PLAN), unconfirmed=2))
    assert told == "3指標のうち順調2、未回答1(うち未確認2指標)。前回から1指標が改善"


def test_while_nothing_is_set_the_headline_says_how_many_are():
    bare = tuple(card(indicator_id=i, baseline=None, target=None) for i in "abg")
    assert text(headline(state(cards=bare), PLAN)) == "目標値等 3指標中0指標設定済み"


def test_fields_are_told_by_counts_that_add_up_and_forget_nothing():
    rows = [seen(80.0), seen(float("nan"), state="unpublished", indicator_id="b")]
    whole, work = counts(state(*rows, cards=THREE), PLAN)
    assert (whole.total, work.total, work.field_id) == (3, 2, "work")
    for group in (whole, work):
        assert sum(n for _, n in group.by_status) == sum(n for *_, n in group.by_word) == group.total
    assert text(field_sentence(state(*rows, cards=THREE), PLAN, "work")) == "2指標中 達成1・未公表1"


@pytest.mark.parametrize("name", ["figures_only", "nobody_knows"])
def test_what_is_not_judged_is_still_counted(name):
    plan = Plan("p", "", "", "", PLAN.start, PLAN.end, indicators=PLAN.indicators, scheme=Scheme(name))
    told = text(headline(state(seen(64.0), cards=THREE, plan=plan), plan))
    assert told == f"3指標のうち{'数値のみ' if name == 'figures_only' else '評価対象外'}1、未回答2"
