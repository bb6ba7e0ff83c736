"""April on the screens: what a change brings is told before it is made, and what was made by mistake is turned back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.plan import Division
from tests.samplekit import with_store
from tests.screenkit import by_label, look, operator, plan_id, press, run, words

DAY = date(2027, 4, 1)
ROUND = "fy2025"
TRADE, TOURISM = "commerce", "tourism"


@pytest.fixture
def desk(use, tmp_path):
    desk = operator(use(with_store(tmp_path)))
    plan = look(desk).plan
    for department, name, indicator in ((TRADE, "商工政策課", "dx-support"), (TOURISM, "観光政策課", "tourism-dmo")):
        assert (
            desk.set_divisions(plan.id, department, [Division("ka1", name, (indicator,))], f"{department}@x.jp") == ()
        )
    assert desk.open_round(plan.id, replace(plan.round(ROUND), departments=(TOURISM,)), reason="試行") == ()
    return desk


def divisions(desk, department: str, day: date) -> dict[str, str]:
    return {v.id: v.name for v in look(desk).plan.department(department).divisions_on(day)}


def begin(act):
    return by_label(run("admin", part="departments").selectbox, "すること").set_value(act).run()


def merged(desk):
    return desk.merge_departments(plan_id(desk), [TRADE, TOURISM], TRADE, "産業観光部", DAY)


def test_saving_divisions_today_leaves_those_that_april_brings(desk):
    assert merged(desk) == ()
    at = begin("divisions")
    by_label(at.selectbox, "部局").set_value(TRADE).run()
    by_label(at.text_input, "主管課のメール").set_value("new@x.jp").run()
    press(at, "divisions-save")
    assert look(desk).plan.department(TRADE).mail == "new@x.jp"
    assert divisions(desk, TRADE, DAY) == {"ka1": "商工政策課", "ka2": "観光政策課"}


def test_a_round_goes_on_offering_the_department_that_april_brings(desk):
    assert desk.split_department(plan_id(desk), TOURISM, "sightseeing", "観光部", ["tourism-dmo"], DAY) == ()
    at = run("rounds", round=ROUND)
    assert at.multiselect(key=f"change-{ROUND}-departments").value == [TOURISM, "sightseeing"]
    assert "変わるところはまだありません" in words(at)
