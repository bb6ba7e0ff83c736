"""What is said where a round asks about the work, or a 課 may answer for it: the word is 取組."""

from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.reorganisation import Unfit, set_divisions
from kpi.collection.workflow import Question
from kpi.plan import Division
from loaders.services.operations import open_store
from pages.parts.rounds.board_table import round_dates
from tests.factory import AGRI, POLICY, RATE
from tests.kpi.initiatives.workstate import state
from tests.roadmapkit import AUTUMN, SENT, with_work
from tests.screenkit import by_label, html, run, said, sound
from tests.storekit import do
from tests.worktools import CAR, DESK, MEETING, SECOND, half, work_plan

DAY = date(2025, 11, 21)


@pytest.fixture(scope="module")
def asked_data(tmp_path_factory):
    data = with_work(tmp_path_factory.mktemp("asked"))
    store = open_store(data, at=SENT[AUTUMN])
    one = next(r for r in store.snapshot("prefecture").returns if r["round_id"] == AUTUMN)
    words = Question("commerce-4", "performance", "何社に会いましたか。")
    assert do(store, "ask_back", one["submission_id"], [words], by="事務局", at=SENT[AUTUMN]) == ()
    return data


@pytest.fixture
def asked(use, asked_data):
    return use(asked_data)


def test_questions_about_the_work_stand_under_its_word_with_an_example_of_its_own(asked):
    at = run("review", as_="secretariat", round=AUTUMN)
    assert sound(at)
    assert "取組・欄" in html(at)
    assert "指標・欄" not in html(at)
    by_label(at.selectbox, "1件ずつ見る").select_index(0).run()
    next(b for b in at.button if b.key and b.key.startswith("ask-")).click().run()
    assert "桁" not in by_label(at.text_area, "依頼する内容").placeholder


def test_closing_a_review_of_the_work_keeps_answers_and_no_figures(asked):
    told = "".join(said(run("rounds", as_="secretariat", round=AUTUMN)))
    assert "締め切ると、この照会の回答はその時点のまま残ります。" in told
    assert "この照会の数値" not in told


def test_a_division_is_given_initiatives_beside_indicators(asked):
    at = run("admin", as_="admin", part="departments")
    by_label(at.selectbox, "手続").set_value("divisions").run()
    at.selectbox(key="divisions-of").set_value("commerce").run()
    (box, *_) = [m for m in at.multiselect if m.label == "担当する指標・取組"]
    assert len(box.options) == 7
    assert any("説明会" in one or "創業" in one for one in box.options)


def test_an_initiative_belongs_to_one_division_of_its_own_department():
    made = set_divisions(work_plan(), POLICY, [Division("dx", "DX課", (RATE, DESK))], None, DAY)
    assert made.department(POLICY).divisions[0].indicators == (RATE, DESK)
    twice = [Division("a", "甲課", (MEETING,)), Division("b", "乙課", (MEETING,))]
    for wrong, words in (
        (twice, "の取組がほかの課と重なっています"),
        ([Division("a", "甲課", (CAR,))], "部局外の取組があります"),
    ):
        with pytest.raises(Unfit, match=words):
            set_divisions(work_plan(), POLICY, wrong, None, DAY)
    assert set_divisions(work_plan(), AGRI, [replace(twice[0], indicators=(CAR,))], None, DAY)


def test_a_round_of_a_yearly_plan_is_dated_by_its_year():
    plan = work_plan()
    yearly = replace(
        plan, rounds=tuple(replace(r, period=half(f"{2023 + n}H2")) for n, r in enumerate(plan.rounds[-2:]))
    )
    for one, wanted in ((plan, "令和7年度上期(2025年度上期)の取組"), (yearly, "令和6年度(2024年度)の取組")):
        assert wanted in str(round_dates(state(plan=one), one.round(SECOND)))
