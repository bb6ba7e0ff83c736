"""Two server processes on one store behind nginx, by the lines of README: each browser stays at its own process, what
one writes the other shows, and the people of one that dies go on at the other."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
import urllib.request
from http.cookies import SimpleCookie

import pytest
from playwright.sync_api import expect

from loaders.store.file.retention import copies
from tests.browser.acting import standing
from tests.browser.conftest import settled
from tests.browser.deployment import deployed, unit
from tests.browser.test_signin import (
    LAND,
    OFFICE,
    PLANNING,
    cookies_of,
    directory,
    door,
    go,
    menu,
    prepared,
    secrets,
    sign_in,
)
from tests.browser.test_trip import put_in, send
from tests.browser.walking import fill, visit
from tests.samplekit import store_of, with_files
from tests.waiting import until

SUBMIT, BOARD = "submit?department=land&round=fy2025", "rounds?round=fy2025"
DEPARTMENT = "県土整備部"
SIGNED = {"release": "確定", "section": "整備企画課", "person": "青森 花子", "contact": "内線1234"}
ANSWERS = {"ict-construction": {"value": 510, **SIGNED}, "bridge-ai": {"value": 13, **SIGNED}}
#: The certificate is signed by nobody else.
TRUSTING = {"ignore_https_errors": True}


@pytest.fixture(scope="module")
def site(tmp_path_factory, chromium):
    """Both processes make the store, at once; a copy is due at any hour."""
    folder = tmp_path_factory.mktemp("several")
    with directory() as issuer, pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("KPI_BACKUP_HOUR", "0")
        with deployed(folder, with_files(folder / "data"), secrets(issuer)("{url}")) as made:
            yield prepared(made)


@pytest.fixture(scope="module")
def people(site, new_page):
    """A browser for 県土整備部 and one for 事務局, who have come one after the other."""
    pages = {who: new_page(**TRUSTING) for who in (LAND, OFFICE)}
    for who, page in pages.items():
        sign_in(page, site.url, who)
    return pages


def node_of(page):
    """The process that a browser is at."""
    return cookies_of(page)["kpi_node"]


def move(page, site, node):
    """Let a browser's next request go to a process."""
    page.context.add_cookies([{"name": "kpi_node", "value": node, "url": site.url}])


def first_met(site):
    """The process that answers who comes without a cookie."""
    trusting = ssl._create_unverified_context()
    with urllib.request.urlopen(site.url, context=trusting, timeout=10) as answer:
        return SimpleCookie(answer.headers["Set-Cookie"])["kpi_node"].value


def test_each_browser_stays_at_the_process_that_answered_it_first(site, people):
    assert {node_of(page) for page in people.values()} == set(site.nodes)
    for page in people.values():
        (cookie,) = (c for c in page.context.cookies() if c["name"] == "kpi_node")
        held = (cookie["path"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["expires"])
        assert held == ("/", True, True, "Lax", -1)
        for address in ("field?field=life", "indicator"):
            go(page, site.url, address)
    passed = site.passed()
    # Each browser's very first request goes to either; all that follow, to the one that answered it.
    assert [(one.status, one.path) for one in passed if not one.node] == [("200", "/")] * 2
    assert [one for one in passed if one.node and one.tried != (one.node,)] == []
    for node in site.nodes:
        own = [one for one in passed if one.node == node]
        assert len(own) > 100
        assert ("101", "/_stcore/stream") in {(one.status, one.path) for one in own}


def test_a_sign_in_that_was_begun_at_one_process_ends_at_the_other(site, open_page):
    page = open_page(**TRUSTING)
    door(page, site.url, SUBMIT)
    there = site.other(node_of(page))
    move(page, site, there)
    page.get_by_role("button", name=LAND).click()
    page.wait_for_url(f"{site.url}/{SUBMIT}")
    settled(page)
    assert page.locator("h1").inner_text() == "回答"
    assert node_of(page) == there
    assert [one.tried for one in site.passed() if one.path == "/oauth2callback"][-1] == (there,)


@pytest.fixture(scope="module")
def answered(site, people, tmp_path_factory):
    """県土整備部 takes its form, fills it in and sends it; what 事務局 read of them meanwhile, at the other process."""
    page, office = people[LAND], people[OFFICE]
    visit(office, site.url, BOARD)
    read = [standing(office)[DEPARTMENT]]

    def look():
        office.get_by_role("link", name="照会", exact=True).click()  # a rerun: the page is not loaded anew
        settled(office)
        read.append(standing(office)[DEPARTMENT])

    visit(page, site.url, SUBMIT)
    with page.expect_download() as taken:
        page.get_by_role("button", name="① 回答様式を受け取る").click()
    path = tmp_path_factory.mktemp("taken") / taken.value.suggested_filename
    taken.value.save_as(path)
    path.write_bytes(fill(path.read_bytes(), ANSWERS))
    put_in(page, path)
    look()
    send(page)
    look()
    return read


def test_what_is_brought_back_to_one_stands_at_the_other_at_its_next_rerun(people, answered):
    assert node_of(people[LAND]) != node_of(people[OFFICE])
    assert answered == ["照会前", "下書き", "回答済"]
    for page in people.values():
        assert page.watch.errors == []
        assert [told for told in page.watch.failures if told[:3].isdecimal()] == []  # the provider's page asks a host


def test_a_sign_out_at_one_process_ends_every_copy_at_the_other(site, open_page):
    page = open_page(**TRUSTING)
    sign_in(page, site.url, PLANNING, "submit?department=planning&round=fy2025")
    copy = open_page(**TRUSTING, storage_state=page.context.storage_state())
    move(copy, site, site.other(node_of(page)))
    go(copy, site.url, "submit?department=planning&round=fy2025")
    assert copy.locator("h1").inner_text() == "回答"
    assert node_of(copy) != node_of(page)
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/end_session**")
    copy.locator("[data-testid='stSidebarNavLink']").first.click()
    copy.wait_for_selector("h1:has-text('サインイン')")
    assert menu(copy) == ()
    assert "サインアウトしました" in copy.locator("body").inner_text()


def test_the_people_of_a_process_that_dies_go_on_at_the_other_and_stay_there(site, people, answered, open_page):
    page, store = people[LAND], store_of(site.data)
    dead, left = node_of(page), site.other(node_of(page))
    visit(page, site.url, SUBMIT)
    expect(page.get_by_role("table", name="これまでの回答")).to_be_visible()
    before = store.log_head()
    site.kill(dead)
    killed = time.monotonic()
    # The page that stands open comes to the other process by itself, without a new sign-in.
    until(lambda: node_of(page) == left)
    page.locator("[data-testid='stSidebarNavLink']", has_text="指標").first.click()
    expect(page.get_by_role("heading", name="指標", exact=True)).to_be_visible()
    settled(page)
    print(f"back after {time.monotonic() - killed:.1f} s, by itself")
    assert "land 氏" in page.locator("[data-testid='stSidebar']").inner_text()
    # So does one that is loaded anew, and nothing that was stored is lost.
    go(page, site.url, SUBMIT)
    expect(page.get_by_role("table", name="これまでの回答")).to_contain_text("回答済")
    assert store.verify() == ()
    assert store.log_head() == before
    # Whoever comes new meets the one that is left.
    assert {first_met(site) for _ in range(3)} == {left}
    # When the process is back, nobody is torn from the other; who comes new is shared out again.
    site.start(dead)
    known = len(site.passed())
    go(page, site.url, "field")
    assert {one.tried for one in site.passed()[known:]} == {(left,)}
    until(lambda: time.sleep(0.5) or first_met(site) == dead)  # nginx tries it again after ten seconds


def test_the_night_s_copy_was_made_once(site):
    """By whichever was first, after two starts at once, and a third where a process has died."""
    until(lambda: copies(site.folder / "copies"))
    assert len(copies(site.folder / "copies")) == 1
    for node in site.nodes:
        assert "控えを保存できませんでした" not in site.log(node).read_text("utf-8")


def test_the_unit_is_one_that_systemd_takes(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    told = unit()
    (program,) = (line.removeprefix("ExecStart=").split()[0] for line in told.splitlines() if "ExecStart=" in line)
    made = tmp_path / "kpi@8501.service"
    made.write_text(told.replace(program, "/bin/true"), "utf-8")  # it would miss a program that is not there
    checked = subprocess.run([analyze, "verify", "--man=no", str(made)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
