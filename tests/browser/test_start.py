"""The very first requests of a fresh server, and what a page loads."""

import pytest

from tests.browser.conftest import settled

ADDRESSES = [
    ("", "概況"),
    ("field", "分野"),
    ("indicator", "指標"),
    ("compare", "全国比較"),
    ("submit", "回答"),
    ("data", "データ"),
    ("method", "算定方法・用語"),
]


@pytest.mark.parametrize(("address", "title"), ADDRESSES, ids=[a or "front" for a, _ in ADDRESSES])
def test_a_deep_link_as_the_first_request_of_a_fresh_server_gives_that_page(server, open_page, address, title):
    page = open_page()
    page.goto(f"{server.url}/{address}")
    settled(page)
    assert page.locator(f"[data-testid='stSidebarNavLink'][aria-current='page']").inner_text().strip() == title
    assert page.locator("h2").first.inner_text()
    assert "Page not found" not in page.content()
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.watch.hosts <= {"127.0.0.1"}
    assert not page.watch.errors
