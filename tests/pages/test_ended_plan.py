"""A plan whose term is over shows its final account and nothing that collects; a plan of initiatives alone stands."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from loaders.services.operations import open_store
from pages.parts.lists.list_target import why_not
from tests import ROOT
from tests.factory import tiny_plan
from tests.samplekit import AT, with_files, with_store
from tests.screenkit import forget, html, run, sound, words

ENDED = "計画期間は終わりました。"
#: The toy plan's term ends with FY2028, its last round is due by then.
AFTER, WITHIN = "2030-04-01", "2026-11-21"


@pytest.fixture
def at_day(use, tmp_path, monkeypatch):
    """The screens over the toy plan without a return, on a day."""
    data = with_store(tmp_path)

    def on(day):
        forget()
        use(data)
        monkeypatch.setenv("KPI_TODAY", day)

    return on


def buttons(at):
    """What can be pressed, and the headings that stand over it."""
    return [one.replace("\\", "") for one in (*(b.label for b in at.button), *(h.value for h in at.header))]


def test_every_screen_says_so_and_the_front_page_tells_the_result(at_day):
    at_day(AFTER)
    for screen in ("overview", "field", "indicator", "rounds", "submit", "review", "report", "data", "method", "admin"):
        at = run(screen, as_="admin")
        assert sound(at)
        assert ENDED in html(at), screen
    said = words(run("overview", as_="reader"))
    assert "計画の最終結果" in said
    assert "計画期間は令和6年度(2024年度)から令和10年度(2028年度)まででした。" in said


def test_why_a_list_goes_nowhere_is_told_as_it_is():
    plan = tiny_plan()
    assert "期間が終わっている" in why_not(plan)
    assert "指標がない" in why_not(replace(plan, indicators=()))
    assert "期間" not in why_not(replace(plan, indicators=()))


def test_while_it_runs_nothing_of_that_is_said(at_day):
    at_day(WITHIN)
    said = html(run("overview", as_="admin"))
    assert ENDED not in said
    assert "計画の最終結果" not in said


@pytest.mark.parametrize(
    ("screen", "query", "label"),
    [("rounds", {}, "照会を始める"), ("admin", {"part": "cards", "card": "dx-support"}, "変更を提案する")],
)
def test_what_collects_is_offered_while_it_runs_and_no_more(at_day, screen, query, label):
    at_day(WITHIN)
    assert any(label in one for one in buttons(run(screen, as_="secretariat", **query)))
    at_day(AFTER)
    assert [one for one in buttons(run(screen, as_="secretariat", **query)) if label in one] == []


INITIATIVES = """id,item_id,name,number,parent_id,refers_to,law_kinds,continues,detail
roads,life-item,道路の点検,1,,,,,
drones,life-item,ドローンの導入,,roads,,online,prefecture/commerce-1,、など
again,work-item,ドローンの導入,2,,drones,,,
"""


@pytest.fixture
def two_plans(use, tmp_path):
    """The toy plan, and one of initiatives alone that carries on one of it."""
    data = with_files(tmp_path)
    folder = data / "plans" / "coast"
    shutil.copytree(ROOT / "tests" / "plans" / "coast", folder)
    text = (folder / "plan.toml").read_text("utf-8")
    text = text[: text.index("[[department]]")]
    for field in ("life", "work"):
        text += f'[[item]]\nid = "{field}-item"\nfield_id = "{field}"\nname = "{field.upper()}"\n\n'
    text += '[[section]]\nid = "goal"\ntitle = "基本理念"\nunset = "文書に書かれていない。"\n\n'
    text += '[words]\ninitiatives = "施策"\n'
    (folder / "plan.toml").write_text(text, "utf-8")
    (folder / "initiatives.csv").write_text(INITIATIVES, "utf-8")
    for file in ("indicators.csv", "ownership.csv"):
        path = folder / file
        path.write_text(path.read_text("utf-8-sig").splitlines()[0] + "\n", "utf-8")
    open_store(data, at=AT)
    forget()
    return use(data)


def test_the_front_page_of_a_plan_of_initiatives_counts_them_by_field_and_shows_its_text(two_plans):
    said = words(run("overview", plan="coast"))
    assert "取組1(再掲を含む延べ2)の計画です。指標はありません。" in said
    assert "未設定: 文書に書かれていない。" in said
    assert "サンプルを読み込む" not in buttons(run("overview", plan="coast"))


def test_an_initiative_stands_below_its_own_with_what_it_repeats_and_carries_on(two_plans):
    life = words(run("field", plan="coast", field="life"))
    assert "施策1 道路の点検ドローンの導入、など前の計画「" in life
    assert "(言葉が変わっています)" in life
    assert "官民データ活用推進基本法の区分: 手続きにおける情報通信技術の利用等に係る取組" in life
    assert "再掲。主掲載: くらし" in words(run("field", plan="coast", field="work"))
    earlier = words(run("field", plan="prefecture", field="industry"))
    assert "に引き継がれています: ドローンの導入" in earlier


@pytest.mark.parametrize("screen", ["indicator", "report", "data", "rounds", "submit", "review", "handover"])
def test_what_a_plan_of_initiatives_has_none_of_is_said_in_a_sentence(two_plans, screen):
    at = run(screen, as_="secretariat", plan="coast")
    assert sound(at)
    assert "この計画に" in words(at)
    assert "計画のフォルダーの" not in words(at)
