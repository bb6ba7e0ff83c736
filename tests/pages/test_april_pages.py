"""April on the screens: what a change brings is told before it is made, and what was made by mistake is turned back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.collection.scope import asked_of
from kpi.plan import Division
from loaders.store import Rule
from tests.samplekit import with_store
from tests.screenkit import by_label, look, operator, plan_id, press, run, words

DAY, EVE = date(2027, 4, 1), date(2027, 3, 31)
ROUND = "fy2025"
TRADE, TOURISM = "commerce", "tourism"


@pytest.fixture
def services(use, tmp_path):
    services = operator(use(with_store(tmp_path)))
    plan = look(services).plan
    for department, name, indicator in ((TRADE, "商工政策課", "dx-support"), (TOURISM, "観光政策課", "tourism-dmo")):
        assert (
            services.set_divisions(plan.id, department, [Division("ka1", name, (indicator,))], f"{department}@x.jp")
            == ()
        )
    assert services.open_round(plan.id, replace(plan.round(ROUND), departments=(TOURISM,)), reason="試行") == ()
    return services


def divisions(services, department: str, day: date) -> dict[str, str]:
    return {v.id: v.name for v in look(services).plan.department(department).divisions_on(day)}


def begin(act):
    return by_label(run("admin", part="departments").selectbox, "手続").set_value(act).run()


def merging():
    at = begin("merge")
    by_label(at.multiselect, "統合する部局").set_value([TRADE, TOURISM]).run()
    by_label(at.text_input, "統合後の名称").set_value("産業観光部").run()
    return at


def merged(services):
    return services.merge_departments(plan_id(services), [TRADE, TOURISM], TRADE, "産業観光部", DAY)


def test_a_merger_tells_which_divisions_rounds_and_rules_it_touches(services):
    services.set_membership(Rule("", "mail", "a@x.jp", "department", (TOURISM,), plan_id=plan_id(services)))
    services.set_membership(Rule("", "mail", "b@x.jp", "department", (TRADE,), plan_id=plan_id(services)))
    at = merging()
    said = words(at)
    assert "課: 商工政策課、観光政策課" in said
    assert "変わる照会" in said
    assert "観光国際戦略局　" in said
    assert "利用者の規則が1件あります" in said
    at = press(at, "department-save")
    assert "利用者の規則が1件あります" in words(at)
    assert divisions(services, TRADE, DAY) == {"ka1": "商工政策課", "ka2": "観光政策課"}
    plan = look(services).plan
    assert [i.id for i in asked_of(plan, plan.round(ROUND), TRADE, DAY)] == ["tourism-dmo"]
    assert asked_of(plan, plan.round(ROUND), TRADE, EVE) == ()


def test_a_closed_round_keeps_what_it_asked(services):
    assert services.close_round(plan_id(services), ROUND) == ()
    assert "変わる照会" not in words(merging())
    assert merged(services) == ()
    assert look(services).plan.round(ROUND).departments == (TOURISM,)


def test_a_merger_made_by_mistake_is_turned_back_on_the_same_screen(services):
    before = look(services).plan
    assert merged(services) == ()
    assert "令和9年4月1日から「観光国際戦略局」はなくなります" in words(run("admin", part="departments"))
    at = begin("split")
    by_label(at.selectbox, "分ける部局").set_value(TRADE).run()
    by_label(at.selectbox, "分けてできる部局").set_value(TOURISM).run()
    assert by_label(at.text_input, "新しい部局の名称").value == "観光国際戦略局"
    assert by_label(at.multiselect, "新しい部局が担当する指標").value == ["tourism-dmo"]
    press(at, "department-save")
    assert services.rename_department(plan_id(services), TRADE, "商工労働部", DAY) == ()
    after = look(services).plan
    assert after.ownerships == before.ownerships
    assert after.department(TOURISM) == before.department(TOURISM)
    assert divisions(services, TRADE, DAY) == {"ka1": "商工政策課"}


def test_saving_divisions_today_leaves_those_that_april_brings(services):
    assert merged(services) == ()
    at = begin("divisions")
    by_label(at.selectbox, "部局").set_value(TRADE).run()
    by_label(at.text_input, "主管課のメール").set_value("new@x.jp").run()
    press(at, "divisions-save")
    assert look(services).plan.department(TRADE).mail == "new@x.jp"
    assert divisions(services, TRADE, DAY) == {"ka1": "商工政策課", "ka2": "観光政策課"}


def test_a_round_goes_on_offering_the_department_that_april_brings(services):
    assert services.split_department(plan_id(services), TOURISM, "sightseeing", "観光部", ["tourism-dmo"], DAY) == ()
    at = run("rounds", round=ROUND)
    assert at.multiselect(key=f"change-prefecture-{ROUND}-departments").value == [TOURISM, "sightseeing"]
    assert "変わるところはまだありません" in words(at)


def test_a_rule_for_a_department_that_has_ended_is_marked_and_reaches_no_further(services):
    rule = services.set_membership(
        Rule("", "mail", "a@x.jp", "department", (TOURISM,), (f"{TOURISM}/ka1",), plan_id=plan_id(services))
    )
    assert services.merge_departments(plan_id(services), [TRADE, TOURISM], TRADE, "産業観光部", date(2026, 11, 1)) == ()
    at = run("admin", part="people")
    said = words(at)
    assert "観光国際戦略局(廃止された部局)(観光政策課(廃止された課))" in said
    assert f"廃止された部局の規則が1件あります({rule.rule_id})" in said
    at = by_label(at.selectbox, "規則").set_value(rule.rule_id).run()
    assert by_label(at.multiselect, "課").value == [f"{TOURISM}/ka1"]
