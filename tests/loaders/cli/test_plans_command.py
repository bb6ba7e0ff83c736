"""The command about plans: listed, offered and withdrawn, in the log and in a rebuilt store."""

from __future__ import annotations

import shutil

import pytest

from loaders.services.operations import open_store
from tests import ROOT
from tests.loaders.cli.kit import run


@pytest.fixture
def both(data):
    """The toy plan and a second one that is not offered."""
    there = data / "plans" / "coast"
    shutil.copytree(ROOT / "tests" / "plans" / "coast", there)
    file = there / "plan.toml"
    file.write_text(file.read_text("utf-8").replace('end = "FY2028"', 'end = "FY2028"\noffered = false'), "utf-8")
    return data


def offered(data):
    return {plan.id: plan.offered for plan in open_store(data).plans()}


def test_a_plan_is_offered_and_withdrawn_with_a_reason_in_the_log(both):
    assert offered(both) == {"prefecture": True, "coast": False}
    code, out = run(both, "plans", "--offer", "coast", "--reason", "試行のため", "--by", "管理 太郎")
    assert (code, "選べるようにしました" in out) == (0, True)
    assert offered(both) == {"prefecture": True, "coast": True}
    last = open_store(both).log("coast").iloc[-1]
    assert (last["who"], last["reason"], last["kind"]) == ("管理 太郎", "試行のため", "change_plan")
    code, out = run(both, "plans", "--withdraw", "coast")
    assert (code, "選べなくしました" in out) == (0, True)
    assert offered(both)["coast"] is False


def test_what_is_so_already_is_said_and_writes_nothing(both):
    run(both, "plans")
    before = open_store(both).revision()
    code, out = run(both, "plans", "--offer", "prefecture")
    assert (code, "すでに選べます" in out) == (0, True)
    assert open_store(both).revision() == before


def test_the_last_plan_stays_and_an_unknown_one_is_refused(both, capsys):
    code, out = run(both, "plans", "--withdraw", "prefecture")
    assert (code, "ほかに選べる計画がない" in out) == (2, True)
    assert run(both, "plans", "--offer", "nowhere")[0] == 2
    assert "計画「nowhere」がありません" in capsys.readouterr().err


def test_the_list_tells_term_measures_and_whether_a_plan_may_be_chosen(both):
    code, out = run(both, "plans")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines()}
    assert "選べない" in rows["coast"]
    assert "FY2024-FY2028" in rows["prefecture"]
    assert rows["prefecture"].endswith("選べる")


def test_a_rebuilt_store_offers_the_same_plans(both):
    run(both, "plans", "--offer", "coast")
    assert run(both, "rebuild", both / "again.duckdb")[0] == 0
    again = open_store(both, both / "again.duckdb")
    assert {plan.id: plan.offered for plan in again.plans()} == {"prefecture": True, "coast": True}
