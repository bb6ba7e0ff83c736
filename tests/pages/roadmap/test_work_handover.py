"""引継ぎ of the work: whose initiatives they are, what was said of them, and which half-year asks about them next."""

import pytest

from kpi.handover.history import as_table, everything_said
from kpi.people import Role
from pages.parts.app.current_view import view
from pages.parts.handover.sources import sources
from pages.parts.shared import filters
from tests.roadmapkit import only_work, with_work
from tests.screenkit import english, lead, run, said, sound


@pytest.fixture(scope="module")
def work_data(tmp_path_factory):
    return with_work(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def alone_data(tmp_path_factory):
    return only_work(tmp_path_factory.mktemp("alone"))


def words(at):
    return "".join(said(at))


def test_initiatives_are_handed_over_beside_indicators_with_all_that_was_said(use, work_data, acting):
    use(work_data)
    acting(Role.DEPARTMENT, "commerce")
    at = run("handover", department="commerce")
    assert sound(at)
    assert "商工労働部で引き継ぐ指標は1件、取組は6件。" in lead(at)
    assert [h.value for h in at.header if h.value.endswith("ごとの経過")] == ["指標ごとの経過", "取組ごとの経過"]
    for part in ("遅れの理由　会場が足りなかった。", "予定(前回)　2026年4月から広げる。", "当初 R6上期～R8下期",
                 "指標・取組の番号"):  # fmt: skip
        assert part in words(at), part
    assert english([t for t in said(at) if "@" not in t]) == {}
    state = view()
    mine = (state.plan.indicator("dx-support"), state.plan.subject("commerce-1"))
    table = as_table(state, mine, everything_said(state, mine, sources(state)))
    work = table[table["指標・取組"] == state.plan.initiative("commerce-1").name]
    assert list(work["種類"]) == ["工程", "取組の見直し", "取組の見直し"]
    assert list(work["時点・照会"]) == ["", "R8上期", "R7下期"]
    assert "進捗 遅れ　今後の方向性 見直し" in work.iloc[1]["内容"]


def test_what_is_asked_next_is_the_review_of_the_work_too(use, work_data, acting):
    use(work_data)
    acting(Role.DEPARTMENT, "tourism")
    at = run("handover", department="tourism")
    assert "令和8年度上期 取組の見直し" in words(at)
    assert "期限を過ぎて未回答" in words(at)


def test_a_long_list_of_both_is_turned_page_by_page(use, work_data, monkeypatch):
    use(work_data)
    monkeypatch.setattr(filters, "PAGE", 4)
    headings = ["指標ごとの経過", "取組ごとの経過"]
    for page, there in (("1", headings[:1]), ("2", headings), ("3", headings[1:])):
        at = run("handover", as_="secretariat", department="planning", page=page)
        assert sound(at)
        assert [h.value for h in at.header if h.value in headings] == there, page


def test_a_plan_of_initiatives_alone_is_handed_over(use, alone_data, acting, monkeypatch):
    use(alone_data)
    monkeypatch.setenv("KPI_TODAY", "2026-09-20")
    acting(Role.ADMIN)
    at = run("handover", department="commerce")
    assert sound(at)
    assert "商工労働部で引き継ぐ取組は6件。" in lead(at)
    assert "次は予定の令和8年度上期 取組の見直し(6件、期限10月15日(木)17時)です。" in lead(at)
    assert "これまで回答した人" in words(at)
    assert "青森 花子" in words(at)
    assert "指標ごとの経過" not in words(at)
