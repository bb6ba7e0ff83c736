"""想定: what no source gives carries it wherever it is shown, until a decision settles it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from kpi.people import Audience
from kpi.plan import Plan, Scheme
from kpi.schemes import METHODS
from loaders.plan.folder import load_plan
from loaders.store import Store
from pages.method import _status_table
from tests.factory import COUNT, RATE, tiny_plan
from tests.samplekit import with_samples
from tests.screenkit import by_label, look, operator, press, run, words
from tests.storekit import decide_card, do, later, new_store


def test_an_assumption_about_the_plan_is_read_and_one_about_nothing_is_told(tmp_path: Path) -> None:
    from tests.loaders.plan.test_plan import FILES, write

    def read(line: str):
        return load_plan(write(tmp_path / "p", FILES | {"assumptions.csv": f"indicator_id,column,reason\n{line}\n"}))

    plan, issues = read(",scheme,仮に置いた。")
    assert (plan.assumptions, issues) == ({"scheme": "仮に置いた。"}, ())
    assert read(",departments.d1,仮に置いた。")[0].assumptions == {"departments.d1": "仮に置いた。"}
    for line, code in (
        (",unit,仮に置いた。", "plan.empty"),
        ("bus,scheme,仮に置いた。", "plan.unknown_word"),
        (",colour,仮に置いた。", "plan.unknown_word"),
        (",departments.,仮に置いた。", "plan.unknown_word"),
    ):
        plan, issues = read(line)
        assert plan.assumptions == {}
        assert [i.code for i in issues] == [code], line


# --- until a decision settles it ----------------------------------------------------------------------------------


def with_assumptions() -> Plan:
    from dataclasses import replace

    plan = tiny_plan()
    said = {"direction": "仮の向き", "lag_months": "仮の月数"}
    indicators = tuple(replace(i, assumptions=said) if i.id in (RATE, COUNT) else i for i in plan.indicators)
    return replace(plan, indicators=indicators, assumptions={"scheme": "仮の方法", "number": "仮の番号"})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path, with_assumptions())


def decide(store: Store, indicator: str, changes: dict[str, object], hours: float, *, accept: bool = True) -> None:
    proposal = do(store, "propose_card", "tiny", indicator, changes, reason="見直し", by="甲", at=later(hours))
    assert isinstance(proposal, str), proposal
    done = decide_card(
        store,
        proposal,
        accept,
        decided_on=date(2025, 9, 10),
        decision="本部決定" if accept else "",
        by="乙",
        at=later(hours + 1),
        reason="" if accept else "まだ早い",
    )
    assert done == ()


AS_IT_IS = {"name": "linear_pace", "thresholds": {"on_track": 1.0, "mostly": 0.8}}


@pytest.mark.parametrize("changes", [AS_IT_IS, {"thresholds": {"mostly": 0.7}}, {"name": "figures_only"}])
def test_a_decision_records_the_way_of_judging_also_as_it_is(store: Store, changes: dict[str, object]) -> None:
    assert dict(store.snapshot("tiny").plan_assumed) == {"scheme": "仮の方法", "number": "仮の番号"}
    decide(store, "", changes, 1)
    for audience in (Audience.ALL, Audience.PUBLIC):
        assert dict(store.snapshot("tiny", audience=audience).plan_assumed) == {"number": "仮の番号"}
    assert "scheme" in store.snapshot("tiny", later(1.5)).plan_assumed  # before it was decided
    assert store.verify() == ()
    again = do(store, "propose_card", "tiny", "", AS_IT_IS | changes, reason="もう一度", by="甲", at=later(5))
    assert not isinstance(again, str)
    assert again[0].code == "card.same"


def test_what_was_not_adopted_settles_nothing(store: Store) -> None:
    decide(store, "", AS_IT_IS, 1, accept=False)
    assert "scheme" in store.snapshot("tiny").plan_assumed


def test_a_decided_attribute_of_an_indicator_is_no_assumption_any_more(store: Store) -> None:
    decide(store, RATE, {"lag_months": 4}, 1)
    snapshot = store.snapshot("tiny")
    assert dict(snapshot.assumed(RATE)) == {"direction": "仮の向き"}
    assert set(snapshot.assumed(COUNT)) == {"direction", "lag_months"}
    assert set(store.snapshot("tiny", later(1.5)).assumed(RATE)) == {"direction", "lag_months"}


# --- 算定方法 ---


@pytest.mark.parametrize("name", METHODS)
def test_the_rules_are_told_in_japanese_also_where_a_plan_names_no_word(name: str) -> None:
    told = re.sub(r"<[^>]+>", " ", str(_status_table(Scheme(name))))
    assert not re.search(r"[a-z_]{3,}", told)
    assert "未公表" in told
    own = {"unpublished": "公表前", "behind": "要努力"}
    told = str(_status_table(Scheme(name, words=own)))
    assert "公表前" in told
    assert ("要努力" in told) == ("behind" in {rule.status for rule in METHODS[name].rules})


def test_the_screens_mark_what_is_assumed(use, tmp_path: Path) -> None:
    services = operator(use(with_samples(tmp_path)))
    method = words(run("method"))
    for said in ("判定の方法としきい値", "総合政策部", "教育庁", "統合型校務支援システム整備率", "指標の番号"):
        assert said in method
    assert method.count("本部の決定を記録すると想定でなくなる") >= 2  # beside the rules, and in the list
    page = words(run("indicator", indicator="sme-dx"))
    assert "総合政策部に改称したとする記載は出典になく" in page
    assert "出典に判定の方法としきい値の記載がない" in page
    figure = words(run("origin", series="school-system", area="02", period="2022-03-01"))
    assert "県の値も確定とみなした" in figure
    assert "確定と想定" in words(run("compare"))
    assert "想定" in words(run("admin", part="cards", card="scheme"))
    for screen in ("overview", "field"):
        assert "判定の方法は想定です" in words(run(screen)).replace(" ", "")
    assert services is not None


def test_the_way_of_judging_is_proposed_as_it_is_on_the_screen(use, tmp_path: Path) -> None:
    services = operator(use(with_samples(tmp_path)))
    at = run("admin", part="cards", card="scheme")
    by_label(at.text_input, "変更の理由").set_value("本部で定める").run()
    press(at, "card-propose")
    row = look(services).proposals.iloc[-1]
    assert (row["indicator_id"], row["state"], row["reason"]) == ("", "open", "本部で定める")
