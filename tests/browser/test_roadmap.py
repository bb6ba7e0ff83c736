"""取組・ロードマップ in a real browser, with schedules and two half-years in it: widths, paper, keyboard, pictures."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import running, settled
from tests.browser.walking import visit, walk
from tests.roadmapkit import with_work

VIEWS = {
    "roadmap": "roadmap",
    "roadmap-field": "roadmap?in=industry&progress=late",
    "roadmap-half": "roadmap?half=FY2026H1",
    "roadmap-initiative": "roadmap?initiative=commerce-1",
    "roadmap-repeat": "roadmap?initiative=again",
}


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """One server whose plan has work to tell of."""
    folder = tmp_path_factory.mktemp("working")
    with_work(folder / "data")
    with running(folder) as server:
        yield server


def test_the_work_is_whole_at_every_width_on_paper_and_for_assistive_technology(working, new_page):
    seen = walk(new_page(), working.url, VIEWS, "work")
    assert seen.english == {}, seen.english
    assert seen.sideways == {}
    assert seen.misprinted == {}
    assert seen.faults == {}
    assert (seen.foreign, seen.errors) == (set(), [])


def test_a_print_has_every_row_of_the_list_and_no_choice_of_pages(working, open_page):
    page = open_page()
    visit(page, working.url, "roadmap")
    rows, pages = (
        page.locator('table.kpi.list tbody th[scope="row"]'),
        page.get_by_role("combobox", name="表示する取組"),
    )
    for media, number in (("screen", 20), ("print", 55)):
        page.emulate_media(media=media)
        assert rows.filter(visible=True).count() == number
        assert pages.is_visible() == (media == "screen")


@pytest.mark.parametrize("width", [1280, 375])
def test_from_the_roadmap_to_an_initiative_and_back_keeps_what_was_asked(working, open_page, width, tmp_path):
    page = open_page(width=width)
    visit(page, working.url, "roadmap?progress=late")
    page.get_by_role("link", name="1　デジタル技術を活用した創業").first.press("Enter")
    page.get_by_role("heading", name="半期ごとの見直し").wait_for()
    assert "progress=late" in page.url
    expect(page.get_by_role("heading", name="令和8年度上期(2026年度上期)")).to_be_visible()
    settled(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="図を保存").first.click()
    found.value.save_as(tmp_path / "picture.png")
    assert found.value.suggested_filename.startswith("図_1")
    assert Image.open(tmp_path / "picture.png").width == 2000
    page.get_by_role("link", name="取組・ロードマップ").last.press("Enter")
    page.get_by_role("heading", name="取組の一覧").wait_for()
    assert "progress=late" in page.url
    assert "initiative=" not in page.url
    assert (page.watch.foreign, page.watch.errors, page.watch.failures) == (set(), [], [])
