"""A plan's self-evaluation on the screens: what was said by its own words, beside 進捗 and never in its colours."""

from __future__ import annotations

import re

import pytest

from loaders.services.operations import open_store
from tests.evaluationkit import SCHEMES
from tests.pages.roadmap.test_roadmap_pages import table_rows
from tests.roadmapkit import AUTUMN, SPRING, answer, with_work
from tests.samplekit import AT
from tests.screenkit import NOTHING, by_label, english, html, run, said, sound
from tests.worktools import half


@pytest.fixture(scope="module")
def graded_data(tmp_path_factory):
    data = with_work(tmp_path_factory.mktemp("graded"), SCHEMES["hamamatsu"])
    store = open_store(data, at=AT)
    answer(store, SPRING, "education", {"school-1": {"evaluation": "C"}})
    answer(store, AUTUMN, "education", {"school-1": {"evaluation": "B"}, "school-2": {"evaluation": "D"}})
    return data


@pytest.fixture
def graded(use, graded_data):
    return use(graded_data)


def cells(row: str) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]


def test_an_initiative_tells_it_with_its_meaning_half_year_by_half_year(graded):
    at = run("roadmap", initiative="school-1")
    told, before = (dict(cells(row) for row in table_rows(at, half(one).label)) for one in ("2026H1", "2025H2"))
    assert (told["自己評価"], before["自己評価"]) == ("B 目標どおり", "C 遅れている")


def test_a_half_year_lists_who_was_evaluated_beside_the_time_before(graded):
    at = run("roadmap", half="FY2026H1")
    rows = {re.search(r"initiative=([\w-]+)", row).group(1): cells(row)[1:] for row in table_rows(at, "自己評価")}
    assert (rows["school-1"], rows["school-2"], rows["commerce-1"]) == (["B", "C"], ["D", "A"], ["A", "A"])
    page = html(at)
    part = page[page.index('<caption class="unseen">自己評価</caption>') :].split("</table>")[0]
    assert not re.search(r'class="[^"]*(?:seg|s-|badge|changed)', part)
    assert f"A {len(rows) - 2}、B 1、C 0、D 1" in "".join(said(at))
    assert "A 目標より進んでいる、B 目標どおり、C 遅れている、D 評価できない" in "".join(said(at))


def test_the_list_is_narrowed_to_a_grade(graded):
    at = run("roadmap")
    by_label(at.selectbox, "自己評価").set_value("D").run()
    assert at.query_params["evaluation"] == "D"
    assert [re.search(r"initiative=([\w-]+)", row).group(1) for row in table_rows(at, "取組の一覧")] == ["school-2"]


@pytest.mark.parametrize(
    ("screen", "who"),
    [("roadmap", "reader"), ("submit", "dept-education"), ("review", "secretariat"), ("report", "secretariat")],
)
def test_every_screen_stands_and_speaks_japanese(graded, screen, who):
    at = run(screen, as_=who)
    assert sound(at), [e.value for e in (*at.error, *at.exception)]
    assert [t for t in said(at) if NOTHING.search(t)] == []
    assert english(said(at)) == {}


def test_who_answers_and_who_confirms_see_it(graded):
    at = run("submit", as_="dept-education", round=AUTUMN)
    told = {cells(row)[0].split()[-1]: cells(row) for row in table_rows(at, "読み取った結果")}
    assert sorted({row[5] for row in told.values()}) == ["A", "B", "D"]
    found = html(run("review", as_="secretariat", round=AUTUMN))
    assert re.search(r"自己評価.{0,80}>A<", found, re.S)
    assert found.count('<span data-verbatim="1">D</span>') == 1


def test_a_plan_without_one_shows_nothing_of_it(use, tmp_path):
    use(with_work(tmp_path))
    for query in ({}, {"half": "FY2026H1"}, {"initiative": "commerce-1"}):
        assert "自己評価" not in html(run("roadmap", **query))
