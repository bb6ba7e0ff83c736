"""算定方法・用語: each plan is told what is true of it, and each person what they may do and where."""

from __future__ import annotations

import re

import pytest

from pages.admin import _PARTS
from pages.parts.app.screens import SCREENS
from pages.parts.method.rule_texts import GLOSSARY
from pages.parts.method.uses import USES
from tests import roadmapkit
from tests.evaluationkit import SCHEMES
from tests.screenkit import NOTHING, english, html, run, said, sound

TITLES = {screen.address: screen for screen in SCREENS}


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A plan with indicators, whose work was reviewed, graded by a scheme of its own."""
    return roadmapkit.with_work(tmp_path_factory.mktemp("worked"), SCHEMES["hamamatsu"])


def headings(at):
    return [one.value for one in at.header]


def terms(at):
    """The words that a table of words explains, in their order."""
    page = html(at)
    tables = re.findall(r'unseen">(取組の用語|用語)</caption>(.*?)</table>', page, re.S)
    return [re.sub("<.*?>", "", word) for _, body in tables for word in re.findall(r'scope="row">(.*?)</th>', body)]


def told(at):
    """What stands in the table of uses: the link of each line, or none of the menu, by what one wants."""
    body = html(at).split('unseen">使い方</caption>')[1].split("</table>")[0]
    rows = re.findall(r'scope="row">(.*?)</th>(.*?)</tr>', body, re.S)
    return {name: next(iter(re.findall(r'href="(.*?)"', rest)), "") for name, rest in rows}


def test_a_plan_with_indicators_and_work_is_told_of_both(use, worked):
    use(worked)
    at = run("method", as_="admin")
    assert sound(at)
    assert headings(at)[:4] == ["判定のしかた", "取組の見かた", "使い方", "用語"]
    assert "主担当が取組の半期見直しで半期ごとに答えたもの" in "".join(said(at))
    assert {"進捗", "変更後の工程", "再掲", "中間指標", "法の区分", "直接・間接", "現状値", "画面で記入"} <= set(
        terms(at)
    )
    assert "A 目標より進んでいる" in "".join(said(at))  # the plan's own grades
    assert len(terms(at)) == len(set(terms(at)))
    assert [text for text in said(at) if NOTHING.search(text)] == []
    assert english(said(at)) == {}


def test_a_plan_of_work_alone_that_was_answered_has_no_judging_to_read(use, tmp_path):
    use(roadmapkit.only_work(tmp_path))
    at = run("method", as_="secretariat")
    assert sound(at)
    assert headings(at)[:3] == ["取組の見かた", "使い方", "用語"]
    page = "".join(said(at))
    assert "この計画に指標はなく、判定するものはありません。" in page
    assert not {term for term, _ in GLOSSARY} & set(terms(at))
    assert "目標値などの判定条件を変える" not in told(at)


def test_a_plan_that_ended_unanswered_says_so_and_offers_nothing_that_collects(use, tmp_path, monkeypatch):
    monkeypatch.setattr(roadmapkit, "answer", lambda *_: "")
    use(roadmapkit.only_work(tmp_path))
    monkeypatch.setenv("KPI_TODAY", "2031-05-01")
    at = run("method", as_="admin")
    assert sound(at)
    page = "".join(said(at))
    assert "答えたものはなく、計画期間が終わったため" in page
    assert "半期ごとに答えたもの" not in page
    assert "進捗" not in terms(at)
    assert {"記録なし", "再掲"} <= set(terms(at))
    assert not {"照会に回答する", "取組の見直しに回答する", "計画を改定する", "会議の資料を作る"} & set(told(at))
    assert "回答様式を取り込むときの点検" not in headings(at)


def test_every_use_leads_where_it_says_and_whoever_reads_it_may_go_there(use, worked):
    use(worked)
    for one in USES:
        if one.address is None:
            continue
        part = one.query.get("part", "")
        assert one.screen == (f"管理の「{_PARTS[part][0]}」" if part else TITLES[one.address].title), one.wanted
    names = {}
    for who in ("reader", "dept-commerce", "secretariat", "admin"):
        lines = told(run("method", as_=who))
        for name, href in lines.items():
            address, _, query = href.partition("?")
            if href:
                at = run(
                    address.strip("./") or "overview", as_=who, **dict(p.split("=") for p in query.split("&") if p)
                )
                assert not at.exception
                assert "権限がありません" not in [title.value for title in at.title], (who, name)
        names[who] = set(lines)
    assert names["reader"] < names["dept-commerce"]
    assert names["reader"] < names["secretariat"] < names["admin"]
    assert "取組の見直しに回答する" in names["dept-commerce"]
    assert {"計画を改定する", "控えを取る・戻す"} <= names["admin"] - names["secretariat"]
