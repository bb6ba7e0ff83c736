"""指標 names the same indicator in another plan, from either side, and what of its definition has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.people import OPERATOR
from kpi.period import Period
from loaders.services import Services
from loaders.store import Store
from tests.samplekit import AT, PLAN, store_of, with_samples
from tests.screenkit import html, run
from tests.storekit import do

NEXT, ONE = "prefecture-2029", "tourism-dmo"


@pytest.fixture
def store(use, tmp_path) -> Store:
    """The toy plan with its samples, and the plan of its next term."""
    data = use(with_samples(tmp_path))
    found = store_of(data)
    services = Services(found, OPERATOR, data, lambda: AT)
    assert services.begin_plan(PLAN, NEXT, "次の計画", Period("FY", 2029), Period("FY", 2033)) == ()
    return found


def test_both_plans_name_the_other(store):
    later = html(run("indicator", as_="secretariat", plan=NEXT, indicator=ONE))
    assert "ほかの計画の同じ指標" in later
    assert f"plan={PLAN}" in later
    assert "変わりなし" in later
    assert "サンプル　" in later.split("ほかの計画の同じ指標")[1]  # though the plan that is shown has none
    before = html(run("indicator", as_="secretariat", plan=PLAN, indicator=ONE))
    assert "次の計画" in before
    assert "値なし" in before


def test_a_draft_that_nobody_may_choose_is_told_of_nowhere(store):
    services = Services(store, OPERATOR, store.path.parent, lambda: AT)
    assert services.offer_plan(NEXT, False) == ()
    assert "次の計画" not in html(run("indicator", as_="reader", plan=PLAN, indicator=ONE))
    assert "次の計画" not in "".join(html(run("field", as_="reader", field=f.id)) for f in store.plan(PLAN).fields)


def test_a_change_of_definition_is_marked(store):
    plan = store.plan(NEXT)
    changed = tuple(replace(i, definition="新しい数え方") if i.id == ONE else i for i in plan.indicators)
    do(store, "change_plan", replace(plan, indicators=changed), at=AT)
    later = html(run("indicator", as_="secretariat", plan=NEXT, indicator=ONE))
    assert "定義の変更あり" in later
    assert "→ 新しい数え方" in later
    assert "つなげて比べられません" in later


def test_an_indicator_of_one_plan_alone_says_nothing_of_it(use, tmp_path):
    use(with_samples(tmp_path))
    assert "ほかの計画の同じ指標" not in html(run("indicator", as_="secretariat", indicator=ONE))
