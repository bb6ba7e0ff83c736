"""Back: one press for one step, over the menu and over what was chosen on a screen."""

from urllib.parse import unquote

from playwright.sync_api import expect

from tests.bench.wide_store import Width, wide_store
from tests.browser.acting import pick
from tests.browser.conftest import running, settled
from tests.browser.walking import PLAN, visit


def stands(page, title, heading, address):
    """A screen with what was chosen on it, and the end of its address."""
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name=heading, exact=True, level=2).first).to_be_visible(timeout=30_000)
    settled(page)
    assert unquote(page.url).endswith(address), page.url


def test_back_takes_one_press_over_the_menu_and_over_a_choice(sampled, open_page):
    page = open_page()
    visit(page, sampled.url, "method")
    page.get_by_role("link", name="分野", exact=True).click()
    stands(page, "分野", "産業・しごと分野", "/field")
    box = page.get_by_role("combobox", name="分野")
    box.click()
    page.get_by_role("option", name="暮らし・まち分野").click()
    stands(page, "分野", "暮らし・まち分野", "/field?field=life")
    page.go_back()
    stands(page, "分野", "産業・しごと分野", "/field")
    page.go_forward()
    stands(page, "分野", "暮らし・まち分野", "/field?field=life")
    page.go_back()
    stands(page, "分野", "産業・しごと分野", "/field")
    page.go_back()
    expect(page.get_by_role("heading", name="算定方法・用語", exact=True, level=1)).to_be_visible(timeout=30_000)


def test_the_menu_leads_to_what_was_chosen_last_on_a_screen(sampled, open_page):
    page = open_page()
    visit(page, sampled.url, "field?field=administration")
    page.get_by_role("link", name="概況", exact=True).click()
    expect(page.get_by_role("heading", name="概況", exact=True)).to_be_visible(timeout=30_000)
    settled(page)
    page.get_by_role("link", name="分野", exact=True).click()
    expect(page.get_by_role("combobox", name="分野")).to_have_value("行政経営分野", timeout=30_000)
    settled(page)
    assert page.url.endswith("/field?field=administration")


def test_back_to_another_screen_finds_there_what_was_chosen_there(sampled, open_page):
    page, chosen = open_page(), PLAN.round("fy2024").name
    visit(page, sampled.url, "rounds?round=fy2024&letter=reminder")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="確認").click()
    page.wait_for_url("**/review?round=fy2024")
    settled(page)
    for _ in range(2):  # the chosen round is written into the address: one press takes it out, one leads back
        page.go_back()
        settled(page)
    expect(page.get_by_role("heading", name="照会", exact=True, level=1)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("combobox", name="照会")).to_have_value(chosen)
    page.wait_for_url("**/rounds?round=fy2024&letter=reminder")


def test_back_leads_to_the_page_of_the_field_that_it_was_left_at(tmp_path, open_page):
    (data := tmp_path / "data").mkdir()
    wide_store(data, Width((50,), 2, range(2024, 2026)))
    page = open_page()
    with running(tmp_path) as server:
        visit(page, server.url, "field")
        pick(page, "表示する指標(全25)", "21〜25")
        stands(page, "分野", "第1分野", "/field?page=2")
        pick(page, "分野", "第2分野")
        stands(page, "分野", "第2分野", "/field?field=f1")
        expect(page.get_by_role("combobox", name="表示する指標(全25)")).to_have_value("1〜20")
        page.go_back()
        stands(page, "分野", "第1分野", "/field?page=2")
        expect(page.get_by_role("combobox", name="表示する指標(全25)")).to_have_value("21〜25")
        page.go_back()
        stands(page, "分野", "第1分野", "/field")
