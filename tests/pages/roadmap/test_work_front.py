"""概況 of a plan without an indicator: how far its work is, and which half-year asks next."""

import pytest

from tests.roadmapkit import only_work
from tests.screenkit import english, forget, html, run, sound, words


@pytest.fixture(scope="module")
def alone_data(tmp_path_factory):
    return only_work(tmp_path_factory.mktemp("alone"))


@pytest.fixture
def at_day(use, alone_data, monkeypatch):
    def on(day):
        forget()
        use(alone_data)
        monkeypatch.setenv("KPI_TODAY", day)

    return on


def test_the_front_page_counts_the_work_and_leads_to_what_asks_next(at_day):
    at_day("2026-09-20")
    at = run("overview", as_="secretariat")
    assert sound(at)
    assert "取組54(再掲を含む延べ55): 予定どおり5・検討中1・未回答48(R7下期、回答受付中)。" in words(at)
    assert "期限の令和8年4月21日を過ぎ、取組48の回答がまだありません。" in words(at)
    assert "まだ始まっていません。予定の期限は令和8年10月15日です。" in words(at)
    assert 'href="rounds?round=work-2026-1"' in html(at)
    assert 'class="bar' in html(at)
    assert english(words(at).splitlines()) == {}


def test_a_department_is_told_of_its_own_answers(at_day):
    at_day("2026-09-20")
    told = words(run("overview", as_="dept-commerce"))
    assert "担当の取組の回答はそろっています。" in told
