"""The very first requests of a fresh server, and what its addresses give away."""

import urllib.error
import urllib.request

import pytest

from tests.browser.conftest import settled
from tests.browser.walking import SCREENS, english
from tests.campaign.marked import rarely

#: A fresh server for each costs seconds, and one mechanism serves all: every day tries the first screen and two more.
DAILY = ("overview", "submit", "origin")
FIRST = [(pytest.param(*told, id=name) if name in DAILY else rarely(told, id=name)) for name, told in SCREENS.items()]


@pytest.mark.parametrize(("address", "title"), FIRST)
def test_a_deep_link_as_the_first_request_of_a_fresh_server_gives_that_page(server, open_page, address, title):
    page = open_page()
    page.goto(f"{server.url}/{address}")
    settled(page)
    assert page.locator("[data-testid='stSidebarNavLink'][aria-current='page']").inner_text().strip() == title
    assert page.locator("h1").inner_text() == title
    assert page.locator(".lead").inner_text()
    assert "Page not found" not in page.content()
    assert page.locator("[role=dialog]").count() == 0
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.watch.foreign == set()
    assert page.watch.errors == []
    assert page.watch.failures == []


def test_the_names_of_the_program_s_files_lead_to_no_page_of_their_own(server, open_page):
    """The framework serves a pages folder by file name until some session has run the script: ours must not."""
    page = open_page()
    for address in ("overview", "main", "frame", "snapshot"):
        page.goto(f"{server.url}/{address}")
        settled(page)
        links = page.locator("[data-testid='stSidebarNavLink']").all_inner_texts()
        assert [text.strip() for text in links] == [title for _, title in SCREENS.values()]
        assert page.locator("h1").inner_text() == "この画面はありません"
        assert english(page) == set()
        assert "Traceback" not in page.content()
    assert page.watch.errors == []


def test_an_address_below_a_folder_that_is_not_there_leads_to_its_screen(bare, open_page):
    page = open_page()
    for address in ("somewhere/field?field=life", "field/?field=life"):
        page.goto(f"{bare.url}/{address}")
        settled(page)
        assert page.url == f"{bare.url}/field?field=life"
        assert page.locator("h1").inner_text() == "分野"


@pytest.mark.parametrize(
    "path",
    [
        "app.py",
        "pages/submit.py",
        "pages/parts/app/main.py",
        "app/static/house.js",
        "data/kpi.duckdb",
        "kpi.duckdb",
        ".streamlit/config.toml",
        "house/..%2fmiddleware.py",
        "house/../middleware.py",
    ],
)
def test_no_file_of_the_program_or_its_data_can_be_fetched(bare, path):
    try:
        with urllib.request.urlopen(f"{bare.url}/{path}", timeout=10) as answer:
            kind, body = answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as refused:
        if refused.code not in (400, 403, 404):
            raise
        return
    # Any other address gives the one start page, which holds nothing of ours but its script tags.
    assert kind.startswith("text/html")
    assert b'<html lang="ja">' in body
    assert b"import streamlit" not in body
