"""What was said by a plan's self-evaluation is told in its own words, counted in its order, and judges nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.initiatives.initiative_profile import history
from kpi.initiatives.movement import evaluated, moves
from kpi.initiatives.work_state import Picked, choices, picked, work_of
from kpi.initiatives.work_tables import evaluation_table, roadmap_table
from tests.evaluationkit import SCHEMES, evaluated_plan, scheme
from tests.kpi.initiatives.workstate import state, told
from tests.worktools import AGAIN, CAR, DESK, MEETING, half

AUTUMN = half("2025H1")
REVIEWS = (
    told(MEETING, "2024H2", evaluation="C"),
    told(MEETING, "2025H1", evaluation="A"),
    told(DESK, "2025H1", evaluation="B", progress="late", delay_reason="人手。"),
    told(CAR, "2025H1"),
)


def test_a_half_year_tells_the_grade_with_its_meaning():
    judged = state(*REVIEWS, plan=evaluated_plan("gunma"))
    track = next(t for t in work_of(judged).own if t.initiative.id == MEETING)
    assert [dict(one.facts)["自己評価"] for one in history(judged, track)] == ["A 達成", "C 横ばい"]


@pytest.mark.parametrize(
    ("name", "said", "facts", "line"),
    [
        ("words", {"evaluation_words": "進んだ。"}, (("自己評価", "進んだ。"),), "進んだ。"),
        ("smooth", {"evaluation": "順調", "aspect_2": "効いた。"},
         (("施策の評価", "順調"), ("施策の評価(有効性)", "効いた。")), "順調 有効性: 効いた。"),
        ("ibaraki", {"evaluation": "B+"}, (("自己評価", "B+ 期待値の80%以上100%未満"),), "B+"),
        ("gunma", {"evaluation": "Z"}, (("自己評価", "Z"),), "Z"),
        ("gunma", {"evaluation_words": "別の計画の語"}, (), ""),
    ],
)  # fmt: skip
def test_each_scheme_is_told_by_what_it_asks(name, said, facts, line):
    found, review = scheme(name), told(MEETING, "2025H1", **said)
    assert found is not None
    assert (found.told(review), found.summary(review)) == (facts, line)


def test_who_was_evaluated_stands_beside_the_time_before_and_each_once():
    judged = state(*REVIEWS, plan=evaluated_plan("gunma"))
    found = evaluated(work_of(judged).tracks, AUTUMN, scheme("gunma"))
    assert [(e.track.initiative.id, e.now.text("evaluation")) for e in found] == [(MEETING, "A"), (DESK, "B")]
    assert [e.before and e.before.text("evaluation") for e in found] == ["C", None]
    assert scheme("gunma").counted(e.now for e in found) == (("A", 1), ("B", 1), ("C", 0), ("D", 0))
    assert evaluated(work_of(judged).tracks, half("2025H2"), scheme("gunma")) == ()
    table = evaluation_table(judged, scheme("gunma"), found)
    assert list(table["自己評価"]) == ["A", "B"]
    assert list(table["自己評価(前)"]) == ["C", ""]


def test_it_moves_nothing_and_changes_no_progress():
    with_it, without = (state(*REVIEWS, plan=evaluated_plan(name)) for name in ("gunma", "none"))
    assert [(m.kind, m.before, m.after) for m in moves(work_of(with_it).tracks, AUTUMN)] == [
        (m.kind, m.before, m.after) for m in moves(work_of(without).tracks, AUTUMN)
    ]
    assert work_of(with_it).counts(work_of(with_it).own) == work_of(without).counts(work_of(without).own)


def test_the_list_is_narrowed_to_a_grade_and_taken_away_with_it():
    judged = state(*REVIEWS, plan=evaluated_plan("gunma"))
    work = work_of(judged)
    assert choices(judged, work)["evaluation"] == {"A": "A 達成", "B": "B 前進"}
    assert [t.place.id for t in picked(work, Picked(evaluation="A"))] == [MEETING, AGAIN]
    assert list(roadmap_table(judged, work.tracks)["自己評価"]) == ["A", "B", "A", ""]
    bare = state(*REVIEWS, plan=evaluated_plan("none"))
    assert choices(bare, work_of(bare))["evaluation"] == {}
    assert "自己評価" not in roadmap_table(bare, work_of(bare).tracks)


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_has_headings_of_its_own(name):
    found = scheme(name)
    headings = [found.heading(key) for key in found.keys] if found else []
    assert len(set(headings)) == len(headings)
    assert found is None or replace(found, grades=()).keys != ()
