"""Every screen in every state: Japanese, no sideways scrolling, whole on paper, fit for assistive technology."""

from zipfile import ZipFile

import pytest
from PIL import Image

from tests.browser.walking import EMPTY, FILLED, visit, walk
from tests.campaign.marked import rarely


@pytest.fixture(scope="module", params=["filled", rarely("empty")])
def seen(request, new_page):
    """What one walk over the screens of a state found. An empty one is read every day by ``tests/pages``."""
    state = request.param
    server, addresses = ("sampled", FILLED) if state == "filled" else ("bare", EMPTY)
    return walk(new_page(), request.getfixturevalue(server).url, addresses, state)


def test_no_english_stands_on_any_screen(seen):
    assert seen.english == {}, seen.english


def test_no_screen_scrolls_sideways_on_a_desk_on_a_telephone_or_at_200_percent(seen):
    assert seen.sideways == {}


def test_every_screen_is_whole_on_a4_both_ways(seen):
    assert seen.misprinted == {}


def test_headings_names_labels_and_captions_are_there_on_every_screen(seen):
    assert seen.faults == {}


def test_looking_at_every_screen_asks_no_other_host_and_breaks_nothing(seen):
    assert seen.foreign == set()
    assert seen.errors == []


def test_the_keyboard_reaches_the_menu_the_filters_and_the_buttons_and_shows_where_it_is(sampled, open_page):
    page = open_page()
    visit(page, sampled.url, "submit?department=land&round=fy2025")
    wanted = {"分野", "部局", "照会", "① 回答様式を受け取る", "この下書きを取り消す", "原本を受け取る"}
    reached, unseen = set(), []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, visible = page.evaluate("""() => {
          const e = document.activeElement, s = getComputedStyle(e);
          const near = [e, e.parentElement, e.parentElement?.parentElement].map((n) => n && getComputedStyle(n));
          const marked = near.some((n) => n && ((n.outlineStyle !== "none" && parseFloat(n.outlineWidth) > 0)
            || n.boxShadow !== "none")) || e.matches("input[type=radio], input[type=checkbox]")
            || s.borderColor === "rgb(11, 46, 138)";
          return [e.getAttribute("aria-label") || e.innerText.trim(), marked];
        }""")
        reached.add(name)
        if not visible:
            unseen.append(name)
        if wanted <= reached:
            break
    assert wanted <= reached, wanted - reached
    assert unseen == [], unseen


def test_a_chart_is_saved_as_a_named_picture_and_all_of_a_screen_as_a_zip(sampled, open_page, tmp_path):
    page = open_page()

    def taken(button):
        with page.expect_download() as found:
            page.get_by_role("button", name=button).first.click()
        path = tmp_path / found.value.suggested_filename
        found.value.save_as(path)
        return path

    visit(page, sampled.url, "indicator?indicator=dx-support")
    picture = taken("図を保存")
    assert picture.name == "サンプル_図_産1_県内企業のデジタル化・DX支援件数_R7_令和8年11月21日時点.png"
    assert Image.open(picture).size == (2000, 1125)
    visit(page, sampled.url, "field?field=industry")
    packed = ZipFile(taken("この画面の図をまとめて保存(zip)"))
    assert [name.split("_")[2] for name in packed.namelist()] == ["産1", "産2", "産3", "産4"]
    assert packed.read(picture.name)[:4] == b"\x89PNG"
    assert (page.watch.foreign, page.watch.errors, page.watch.failures) == (set(), [], [])
