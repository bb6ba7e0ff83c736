"""The judged state of a plan: built once from a snapshot and a day, and asked alike by screens, commands and papers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpi.assessment import Assessment
from kpi.changes.change import Change, by_indicator
from kpi.collection.workflow import Answer
from kpi.people import Audience
from kpi.printing.rollup import attention, by_owner, nothing_changed, nothing_to_attend
from kpi.provenance.judged_value import judged_observation
from kpi.status import concern
from kpi.story import story
from kpi.summary import explanation, source_words, summary
from loaders.cli import terminal
from loaders.store import Store
from tests.factory import COUNT, PAPER, POLICY, RATE, ROUND
from tests.storekit import answer, decide_card, do, later, new_store, reading, save_and_send

DAY = date(2025, 9, 12)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


def tell(store: Store, *answers: Answer, hours: float = 1.0) -> None:
    save_and_send(store, reading(*answers, round_id=ROUND, department=POLICY), f"{hours}".encode(), later(hours))


def state_of(store: Store, day: date = DAY) -> Assessment:
    return Assessment.of(store.snapshot("tiny"), day, "key")


def rate(value: float, period: str = "FY2024") -> Answer:
    return answer(RATE, value=value, period=period, release="final")


def test_a_state_has_a_judgement_of_every_indicator_in_force(store):
    state = state_of(store)
    assert set(state.assessed.index) == {i.id for i in state.plan.indicators}
    assert set(state.everything.index) == set(state.snapshot.cards)
    assert state.before is None
    assert state.key == "key"
    assert nothing_changed(state).startswith("比べられる前回")


def test_a_value_more_is_judged_as_it_would_be_once_it_is_sent(store):
    bare = state_of(store)
    for hour, value in enumerate((1.0, 20.0, 99.0), start=1):
        told = bare.with_value(RATE, value, "FY2024")
        tell(store, rate(value), hours=hour)
        sent = state_of(store)
        assert told == (sent.row(RATE)["status"], sent.word(RATE))
    assert {bare.with_value(RATE, value, "FY2024")[0] for value in (1.0, 99.0)} == {"regressed", "on_track"}
    assert bare.row(RATE)["status"] == "no_data"  # to ask changes nothing


def test_figures_sentence_and_chart_of_one_indicator_agree(store):
    tell(store, rate(64.0))
    state = state_of(store)
    indicator = state.plan.indicator(RATE)
    said = summary(state, indicator)
    (seen,) = story(state, indicator).actual
    assert said.value == seen.text
    assert said.value in explanation(state, indicator)
    assert said.value in story(state, indicator).words
    assert f"『{said.word}』" in explanation(state, indicator)
    assert judged_observation(state, RATE)["code"] == said.code
    assert said.unconfirmed
    assert f"更新 {later(1):%Y-%m-%d}" in source_words(state, indicator)
    assert said.course.startswith(f"{said.baseline}({said.baseline_period})→目標 {said.target}")


def test_what_needs_a_look_comes_worst_first_and_many_silent_ones_as_one(store):
    tell(store, rate(1.0))
    state = state_of(store)
    found = attention(state)
    assert [one.kind for one in found] == sorted((one.kind for one in found), key=("off", "silent", "stale").index)
    assert found[0].indicators == (state.plan.indicator(RATE),)
    assert concern(state.row(RATE)["status"]) is not None
    silent = [i for i in state.plan.indicators if state.row(i.id)["reason"] == "unanswered"]
    told = [one.indicators for one in found if one.kind == "silent"]
    assert told == ([tuple(silent)] if len(silent) > 2 else [(i,) for i in silent])
    counts = [int("".join(c for c in part if c.isdigit())) for part in by_owner(state, silent).split("、") if part]
    assert sum(counts) == len(silent)


def test_of_one_status_the_farthest_behind_comes_first_and_of_old_values_the_oldest(store):
    plan = state_of(store).plan
    bare = {"reason": "", "stale": False, "position": 2024.0, "progress": math.nan, "planned": math.nan}
    rows = [
        {"status": "behind", "pace": 0.7},
        {"status": "on_track", "pace": 1.0, "stale": True, "position": 2023.0},
        {"status": "regressed", "pace": -0.1},
        {"status": "behind", "pace": 0.2},
        {"status": "not_achieved", "pace": math.nan},
        {"status": "not_achieved", "pace": math.nan, "progress": 0.9, "planned": 1.0},
        {"status": "on_track", "pace": 1.0, "stale": True, "position": 2020.0},
        {"status": "regressed", "pace": -0.8},
        {"status": "not_achieved", "pace": math.nan, "progress": 0.1, "planned": 1.0},
    ]
    judged = {str(n): bare | row for n, row in enumerate(rows)}
    given = replace(plan, indicators=tuple(replace(plan.indicators[0], id=one) for one in judged))
    found = attention(SimpleNamespace(plan=given, row=judged.__getitem__))
    assert [one.indicators[0].id for one in found] == ["7", "2", "8", "5", "4", "3", "0", "6", "1"]


def test_where_nothing_is_known_there_is_nothing_to_look_at(store):
    assert nothing_to_attend(state_of(store)).startswith("実績の値が入ると")
    tell(store, rate(99.0))
    assert nothing_to_attend(state_of(store)).startswith("遅れている指標")


def test_changes_of_one_indicator_stand_together_and_a_changed_status_first():
    found = [
        Change("new_value", COUNT, "1", "2", "1 → 2"),
        Change("corrected", "x", "1", "2", "1 → 2"),
        Change("new_value", RATE, "1", "2", "1 → 2"),
        Change("status", RATE, "behind", "on_track", "進捗に遅れ → 順調"),
    ]
    assert [(one, len(those)) for one, those in by_indicator(found)] == [(RATE, 2), ("x", 1), (COUNT, 1)]
    assert Change("corrected", "x", "", "", "").was_sent
    assert not Change("target", "x", "", "", "").was_sent


def test_the_command_line_shows_the_board_of_the_state(store):
    tell(store, rate(64.0))
    state = state_of(store)
    rows = list(terminal.status_rows(state, later(2)))
    (asked,) = (r for r in state.rounds if r.name == rows[0]["照会"])
    assert [(r["部局・課"].strip(), r["指標"]) for r in rows if r["照会"] == asked.name] == [
        (row.name, row.asked) for row in state.board(asked, later(2))
    ]


# --- handed on from state to state ---------------------------------------------------------------------------------


def with_answer(folder):
    store = new_store(folder)
    one = reading(
        answer(RATE, value=65.0, period="FY2024", release="final"), answer(PAPER, value=9.0, period="FY2024"),
        department=POLICY,
    )  # fmt: skip
    return store, save_and_send(store, one, b"1", later(1))


def test_a_confirmation_changes_no_judgement_and_only_what_is_said_of_its_own_indicator(tmp_path):
    store, sent = with_answer(tmp_path)
    first = Assessment.of(store.snapshot("tiny"), DAY)
    confirmed, other = (first.plan.indicator(i) for i in (RATE, PAPER))
    said = {i.id: summary(first, i) for i in (confirmed, other)}
    do(store, "confirm", sent, [RATE], by="事務局", at=later(2))
    again, fresh = (Assessment.of(store.snapshot("tiny"), DAY, "", one) for one in (first, None))
    assert again.assessed is first.assessed
    assert again.assessed.equals(fresh.assessed)
    assert summary(again, other) is said[PAPER]
    assert said[RATE].unconfirmed
    assert not summary(again, confirmed).unconfirmed
    for one in (confirmed, other):
        assert summary(again, one) == summary(fresh, one)
        assert story(again, one) == story(fresh, one)


def test_other_published_figures_are_told_though_nothing_else_has_changed(tmp_path):
    """The nation's line is part of what is made of an indicator."""
    store, _ = with_answer(tmp_path)
    snapshot = store.snapshot("tiny")
    first = Assessment.of(snapshot, DAY)
    story(first, first.plan.indicator(RATE))
    other = replace(snapshot, values=snapshot.values.copy())
    assert Assessment.of(other, DAY, "", first)._of_indicators == {}
    assert Assessment.of(replace(snapshot, revision="2"), DAY, "", first)._of_indicators != {}


def closed(held):
    return replace(held, life=replace(held.life, closed={ROUND: later(9)}))


def retargeted(held):
    card = held.cards[PAPER]
    return replace(held, cards={**held.cards, PAPER: replace(card, target=(card.target or 0.0) + 1.0)})


def renamed(held):
    return replace(held, plan=replace(held.plan, name="別の計画"))


@pytest.mark.parametrize("changed", [closed, retargeted, renamed])
def test_whatever_judging_rests_on_is_judged_anew_when_it_has_changed(tmp_path, changed):
    store, _ = with_answer(tmp_path)
    held = store.snapshot("tiny")
    first = Assessment.of(held, DAY)
    first.once_judged("said", lambda: "before")
    alike, anew = (Assessment.of(one, DAY, "", first) for one in (replace(held, revision="2"), changed(held)))
    assert alike.once_judged("said", lambda: "after") == "before"
    assert anew.once_judged("said", lambda: "after") == "after"
    assert anew.plan == Assessment.of(changed(held), DAY).plan


def test_a_new_value_another_rule_another_day_and_another_audience_are_judged_anew(tmp_path):
    store, _ = with_answer(tmp_path)
    first = Assessment.of(store.snapshot("tiny"), DAY)
    assert Assessment.of(store.snapshot("tiny"), DAY + timedelta(days=1), "", first).assessed is not first.assessed
    public = store.snapshot("tiny", audience=Audience.PUBLIC)
    assert Assessment.of(public, DAY, "", first).assessed is not first.assessed
    more = reading(answer(RATE, value=70.0, period="FY2024", release="final"), department=POLICY)
    save_and_send(store, more, b"2", later(3))
    newer = Assessment.of(store.snapshot("tiny"), DAY, "", first)
    assert newer.row(RATE)["value"] == 70.0
    proposal = do(store, "propose_card", "tiny", RATE, {"target": 71.0}, by="一郎", at=later(4), reason="見直し")
    decide_card(store, proposal, True, date(2025, 9, 1), by="二郎", at=later(5), reason="本部会議")
    assert Assessment.of(store.snapshot("tiny"), DAY, "", newer).card(RATE).target == 71.0
