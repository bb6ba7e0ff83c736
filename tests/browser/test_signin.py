"""Signing in against a real provider, in Chromium: who gets in, who sees what, what a cookie is worth afterwards."""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from kpi.people import ROLE_WORDS, Person, Role
from loaders.services.operations import open_store
from loaders.store import Rule
from pages.parts.app.identity import reaches
from pages.parts.app.screens import SCREENS
from tests.browser.conftest import CHROMIUM, NOW, QUIET, running, settled
from tests.browser.provider import dishonest
from tests.browser.walking import unfold_one, visit
from tests.campaign.marked import rarely
from tests.samplekit import with_samples
from tests.storekit import do

CLIENT_SECRET = "client-secret-that-stands-nowhere"
COOKIE_SECRET = "cookie-secret-that-stands-nowhere-else"
ADMIN, OFFICE, LAND, PLANNING, READER, STRANGER = (
    "admin@pref.example", "office@pref.example", "land@pref.example", "planning@pref.example", "reader@pref.example",
    "somebody@elsewhere.example",
)  # fmt: skip
PLAN = "prefecture"
RULES = (
    Rule("", "mail", "*@pref.example", "reader"),
    Rule("", "group", "DX推進課", "secretariat"),
    Rule("", "mail", LAND, "department", ("land",), plan_id=PLAN),
    Rule("", "mail", PLANNING, "department", ("planning",), plan_id=PLAN),
)
PEOPLE = {
    READER: Person("r", "", Role.READER),
    LAND: Person("l", "", Role.DEPARTMENT, frozenset({"land"})),
    OFFICE: Person("o", "", Role.SECRETARIAT),
    ADMIN: Person("a", "", Role.ADMIN),
}


def screens():
    """Title and needed action of every screen by its address."""
    return {one.address: (one.title, one.need) for one in SCREENS}


def secrets(issuer):
    def text(url):
        return f"""KPI_FIRST_ADMIN = "{ADMIN}"
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "kpi"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""

    return text


def prepared(server):
    store = open_store(server.data)
    for rule in RULES:
        do(store, "set_membership", rule, by="試験", at=NOW)
    return server


def _claims(mail, groups):
    return {"email": mail, "email_verified": True, "name": f"{mail.split('@')[0]} 氏", "groups": groups}


@contextmanager
def directory():
    """oidc-provider-mock on a port of its own, with these people; its address."""
    from oidc_provider_mock import User, run_server_in_thread

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    users = [
        User(sub=mail, claims=_claims(mail, groups))
        for mail, groups in ((ADMIN, []), (OFFICE, ["全職員", "DX推進課"]), (LAND, []), (PLANNING, []), (READER, []),
                             (STRANGER, ["他県"]))
    ]  # fmt: skip
    with run_server_in_thread(user_claims=users) as made:
        yield f"http://localhost:{made.server_port}"


@pytest.fixture(scope="module")
def provider():
    """The provider of all tests but those of its faults."""
    with directory() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def gated(tmp_path_factory, provider):
    """The program with signing in configured."""
    folder = tmp_path_factory.mktemp("gated")
    with_samples(folder / "data")
    with running(folder, secrets=secrets(provider)) as server:
        yield prepared(server)


def door(page, url, address=""):
    page.goto(f"{url}/{address}")
    settled(page)
    assert page.locator("h1").inner_text() == "サインイン"
    page.get_by_role("button", name="サインインする").click()


def sign_in(page, url, who, address=""):
    door(page, url, address)
    page.get_by_role("button", name=who).click()
    page.wait_for_url(f"{url}/**")
    settled(page)


@pytest.fixture(scope="module")
def people(chromium, gated):
    """A page of a browser of their own for whoever is asked for, signed in once for the whole module."""
    with ExitStack() as stack:
        made = {}

        def page_of(who):
            if who not in made:
                context = chromium.new_context(locale="ja-JP", accept_downloads=True)
                stack.callback(context.close)
                made[who] = context.new_page()
                sign_in(made[who], gated.url, who)
            return made[who]

        yield page_of


def go(page, url, address):
    page.goto(f"{url}/{address}")
    settled(page)


def menu(page):
    return tuple(t.strip() for t in page.locator("[data-testid='stSidebarNavLink']").all_inner_texts())


def cookies_of(page):
    return {c["name"]: c["value"] for c in page.context.cookies()}


def asked(url, path, *, method="GET", cookies=None, body=None, **headers):
    """The status of a bare request."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookies:
        extra["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        extra["X-Xsrftoken"] = cookies.get("_streamlit_xsrf", "")
    try:
        made = urllib.request.Request(f"{url}/{path}", method=method, data=body, headers=extra)
        with urllib.request.urlopen(made, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


FORM = {"Content_Type": "multipart/form-data; boundary=b"}
BODY = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.xlsx"\r\n\r\nPK\r\n--b--\r\n'


# --- getting in ----------------------------------------------------------------------------------------------------


def test_before_signing_in_every_address_shows_the_door_alone(gated, open_page):
    page = open_page()
    for address in ("", "submit?department=land", "indicator", "no-such-page"):
        go(page, gated.url, address)
        assert page.locator("h1").inner_text() == "サインイン"
        assert menu(page) == ()
        assert not re.search("達成|回答様式|評価用", page.locator("body").inner_text())
    assert page.watch.errors == []


def test_signing_in_leads_back_to_the_page_asked_for_with_the_person_s_name(gated, open_page):
    page = open_page()
    sign_in(page, gated.url, LAND, "submit?department=land&round=fy2025")
    assert page.url == f"{gated.url}/submit?department=land&round=fy2025"
    assert page.locator("h1").inner_text() == "回答"
    assert "land 氏" in page.locator("[data-testid='stSidebar']").inner_text()
    assert "評価用" not in page.locator("body").inner_text()
    assert page.watch.errors == []
    assert [told for told in page.watch.failures if told[:3].isdecimal()] == []  # its fonts and icons among them


def test_a_person_no_rule_knows_reads_whom_to_ask_and_nothing_else(gated, open_page):
    page = open_page()
    sign_in(page, gated.url, STRANGER, "data")
    said = page.locator("body").inner_text()
    assert page.locator("h1").inner_text() == "利用者として登録されていません"
    assert STRANGER in said
    assert ADMIN in said
    assert menu(page) == ()
    assert "CSV" not in said
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url(f"{urlsplit(page.url).scheme}://localhost:*/**end_session**")


# --- who sees what -------------------------------------------------------------------------------------------------


#: Which rule opens which screen is held without a browser (tests/pages/app/test_plan_choice.py): every day tries for
#: three roles what all may open and what only some may, the campaign the whole matrix.
ADDRESSES = ("data", "submit", "review", "admin")


@pytest.mark.parametrize(
    ("who", "addresses"),
    [*((who, ADDRESSES) for who in (READER, LAND, OFFICE)), *(rarely(who, tuple(screens())) for who in PEOPLE)],
)
def test_each_role_finds_its_pages_in_the_menu_and_behind_every_address(gated, people, who, addresses):
    page, wanted = people(who), screens()
    opened = {address for address, (_, need) in wanted.items() if reaches(PEOPLE[who], need)}
    visit(page, gated.url, "")
    assert set(menu(page)) == {wanted[address][0] for address in opened}
    assert ROLE_WORDS[PEOPLE[who].role] in page.locator("[data-testid='stSidebar']").inner_text()
    for address in addresses:
        visit(page, gated.url, address)
        said = page.locator("[data-testid='stMainBlockContainer']").inner_text()
        assert ("権限がありません" in said) is (address not in opened), address
        assert "表示できませんでした" not in said
        assert address in opened or not page.locator("[data-testid='stFileUploader'], .kpi, table").count(), address


@pytest.mark.parametrize(
    ("who", "department", "opens"),
    [(LAND, "land", True), (LAND, "planning", False), (PLANNING, "land", False), (OFFICE, "planning", True)],
)
def test_a_department_cannot_open_another_s_answers_by_the_address(gated, people, who, department, opens):
    page = people(who)
    go(page, gated.url, f"submit?department={department}&round=fy2025")
    said = page.locator("[data-testid='stMainBlockContainer']").inner_text()
    assert ("権限がありません" in said) is not opens
    assert page.locator("[data-testid='stFileUploader']").count() == opens
    assert ("これまでの回答" in said) is opens


def test_two_people_at_once_keep_their_own_rights_and_only_the_administrator_may_clear_the_samples(gated, people):
    both = {who: people(who) for who in (ADMIN, READER)}
    for _ in range(2):
        for who, page in both.items():
            visit(page, gated.url, "")
            assert page.get_by_role("button", name="サンプルを消して始める").count() == (who == ADMIN)
            assert ("回答" in menu(page)) is (who == ADMIN)


# --- bare requests -------------------------------------------------------------------------------------------------


def place_of(page, url, department):
    """Where a page of 回答 would put a file: caught from the framework's own request, which is answered here."""
    caught = []

    def catch(route):
        caught.append(urlsplit(route.request.url).path.lstrip("/"))
        route.fulfill(status=204)

    page.route("**/_stcore/upload_file/**", catch)
    visit(page, url, f"submit?department={department}&round=fy2025")
    with page.expect_response("**/_stcore/upload_file/**"):
        page.locator("[data-testid='stFileUploader'] input").set_input_files(
            {"name": "a.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK"}
        )
    page.unroute("**/_stcore/upload_file/**")
    assert caught
    return caught[0]


def test_an_upload_is_taken_only_from_who_may_and_into_their_own_screen(gated, people):
    path = place_of(people(LAND), gated.url, "land")

    def put(cookies, **headers):
        return asked(gated.url, path, method="PUT", cookies=cookies, body=BODY, **{**FORM, **headers})

    assert put({}) == 403
    assert put({"_streamlit_xsrf": cookies_of(people(LAND))["_streamlit_xsrf"]}) == 403
    assert put(cookies_of(people(READER))) == 403
    assert put(cookies_of(people(PLANNING))) == 403
    assert put(cookies_of(people(LAND)), Content_Length=str(30 * 1024 * 1024)) == 413
    assert put(cookies_of(people(LAND))) == 204
    assert asked(gated.url, path, method="DELETE", cookies=cookies_of(people(PLANNING))) == 403
    elsewhere = path.rsplit("/", 1)[0] + "/by-hand"
    assert asked(gated.url, elsewhere, method="PUT", cookies=cookies_of(people(LAND)), body=BODY, **FORM) == 403


def test_a_download_is_for_the_person_on_whose_screen_it_hangs(gated, people):
    page, reader = people(OFFICE), people(READER)
    visit(page, gated.url, "submit?department=land&round=fy2025")
    with page.expect_response(re.compile("/media/")) as answer, page.expect_download():
        page.get_by_role("button", name="① 回答様式を受け取る").click()
    assert answer.value.status == 200
    path = urlsplit(answer.value.url).path.lstrip("/")
    assert asked(gated.url, path) == 403
    assert asked(gated.url, path, cookies={"_streamlit_user": "forged"}) == 403
    assert asked(gated.url, path, cookies=cookies_of(reader)) == 403
    assert asked(gated.url, path, cookies=cookies_of(page)) == 200


def test_operators_pages_are_closed_and_a_stream_needs_a_page_of_ours(gated):
    assert asked(gated.url, "_stcore/metrics") == 404
    assert asked(gated.url, "_stcore/health") == 200
    for origin, status in ((None, 403), ("http://elsewhere.example", 403), (gated.url, 101)):
        connection = http.client.HTTPConnection(urlsplit(gated.url).netloc, timeout=10)
        handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                     "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
        connection.request("GET", "/_stcore/stream", headers=handshake | ({"Origin": origin} if origin else {}))
        assert connection.getresponse().status == status
        connection.close()


# --- going out -----------------------------------------------------------------------------------------------------


def test_signing_out_kills_every_copy_of_the_cookie_and_every_open_tab(gated, open_page, chromium):
    page = open_page()
    sign_in(page, gated.url, LAND, "submit?department=land&round=fy2025")
    state, cookies = page.context.storage_state(), cookies_of(page)
    tab = page.context.new_page()
    go(tab, gated.url, "field")
    thief = chromium.new_context(storage_state=state, locale="ja-JP").new_page()
    go(thief, gated.url, "submit?department=land&round=fy2025")
    assert thief.locator("h1").inner_text() == "回答"
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/end_session**")
    # The open tab's and the copy's next run, then the copy from the start.
    for other in (tab, thief):
        other.locator("[data-testid='stSidebarNavLink']").first.click()
        other.wait_for_selector("h1:has-text('サインイン')")
        assert menu(other) == ()
    go(thief, gated.url, "submit?department=land&round=fy2025")
    assert thief.locator("h1").inner_text() == "サインイン"
    assert "サインアウトしました" in thief.locator("body").inner_text()
    assert asked(gated.url, "_stcore/upload_file/s/f", method="PUT", cookies=cookies, body=BODY, **FORM) == 403
    assert asked(gated.url, "media/0.csv", cookies=cookies) == 403
    thief.context.close()


def test_the_address_of_signing_out_kills_the_copies_too(gated, open_page):
    page = open_page()
    sign_in(page, gated.url, PLANNING, "submit?department=planning&round=fy2025")
    unfold_one(page.locator("[class*='st-key-steps'] summary"))  # what is answered can be replaced: out of the way
    with page.expect_response(re.compile("/media/")) as answer, page.expect_download():
        page.get_by_role("button", name="① 回答様式を受け取る").click()
    path, cookies = urlsplit(answer.value.url).path.lstrip("/"), cookies_of(page)
    assert asked(gated.url, path, cookies=cookies) == 200
    asked(gated.url, "auth/logout", cookies=cookies)
    assert asked(gated.url, path, cookies=cookies) == 403


# --- bad tokens ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory):
    """The program behind a provider that makes whatever token is asked for."""
    with (
        dishonest() as issuer,
        running(tmp_path_factory.mktemp("doubtful"), secrets=secrets(issuer)) as server,
    ):
        yield prepared(server)


@pytest.fixture(scope="module")
def doubter(new_page):
    """One browser for all tokens: it fetches the framework's scripts only once."""
    return new_page()


def with_token(page, url, kind):
    page.context.clear_cookies()
    if page.locator("h1", has_text="サインイン").count():
        page.get_by_role("button", name="サインインする").click()  # refused, one stands before the door still
    else:
        door(page, url)
    page.get_by_role("link", name=kind, exact=True).click()
    page.wait_for_url(f"{url}/**")
    settled(page)
    return page.locator("body").inner_text()


def test_a_sound_token_gets_in(doubtful, doubter):
    page = doubter
    with_token(page, doubtful.url, "sound")
    assert "回答" in menu(page)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        # What the library refuses, and the two things that it lets through and we do not.
        ("other-key", "サインインできませんでした"),
        ("other-audience-own-azp", "この画面のものではありません"),
        ("just-expired", "期限が切れました"),
        rarely("other-audience", "サインインできませんでした"),
        rarely("shared-audience", "サインインできませんでした"),
        rarely("other-issuer", "サインインできませんでした"),
        rarely("old-nonce", "サインインできませんでした"),
        rarely("long-expired", "サインインできませんでした"),
        rarely("aged", "期限が切れました"),
    ],
)
def test_a_token_with_a_fault_gets_nobody_in(doubtful, doubter, kind, said):
    page = doubter
    assert said in with_token(page, doubtful.url, kind)
    assert page.locator("h1").inner_text() == "サインイン"
    assert menu(page) == ()
    assert asked(doubtful.url, "media/0.csv", cookies=cookies_of(page)) == 403


def test_a_mail_address_the_provider_has_not_verified_makes_nobody_a_person(doubtful, doubter):
    page = doubter
    assert "利用者として登録されていません" in with_token(page, doubtful.url, "unverified-mail")


def test_a_screen_that_stands_open_ends_with_its_token(doubtful, doubter):
    page = doubter
    with_token(page, doubtful.url, "soon-expired")
    assert "回答" in menu(page)
    page.wait_for_timeout(4500)
    page.locator("[data-testid='stSidebarNavLink']").nth(1).click()
    page.wait_for_selector("h1:has-text('サインイン')")
    assert "期限が切れました" in page.locator("body").inner_text()


def test_no_secret_stands_in_the_log(gated, doubtful):
    for server in (gated, doubtful):
        log = server.log.read_text("utf-8", "replace")
        for secret in (CLIENT_SECRET, COOKIE_SECRET, "code=", "eyJ", "_streamlit_user="):
            assert secret not in log


# --- no sign-in configured -----------------------------------------------------------------------------------------


def test_on_this_machine_one_picks_whom_to_try_and_keeps_it_over_links(bare, open_page):
    page = open_page()
    go(page, bare.url, "")
    assert "評価用" in page.locator("[data-testid='stMainBlockContainer']").inner_text()
    assert "管理者" in page.locator("[data-testid='stMainBlockContainer']").inner_text()
    unfold_one(page.locator("[data-testid='stSidebar'] summary", has_text="評価用"))
    page.get_by_role("link", name="県土整備部の担当").click()
    page.wait_for_url("**?as=dept-land")
    go(page, bare.url, "submit?department=planning")
    assert "権限がありません" in page.locator("[data-testid='stMainBlockContainer']").inner_text()
    go(page, bare.url, "?as=reader")
    go(page, bare.url, "submit")
    assert page.locator("h1").inner_text() == "権限がありません"
    assert "評価用" in page.locator("[data-testid='stMainBlockContainer']").inner_text()


@contextmanager
def by_name(chromium, server, name):
    """A page that reaches the server under another name, as with a rebound name."""
    rule = f"--host-resolver-rules=MAP {name} 127.0.0.1"
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*QUIET, rule])
    try:
        yield browser.new_context(locale="ja-JP").new_page(), f"http://{name}:{urlsplit(server.url).port}"
    finally:
        browser.close()


def test_under_any_other_name_the_program_is_for_reading_only(bare, chromium):
    with by_name(chromium, bare, "rebound.example") as (page, url):
        go(page, url, "?as=admin")
        said = page.locator("[data-testid='stMainBlockContainer']").inner_text()
        assert "閲覧のみ" in said
        assert "評価用" not in said
        assert "回答" not in menu(page)
        go(page, url, "submit?as=admin")
        assert page.locator("h1").inner_text() == "権限がありません"
    put = {"method": "PUT", "body": BODY, **FORM}
    assert asked(bare.url, "_stcore/upload_file/s/f", X_Forwarded_For="10.0.0.5", **put) == 403
    assert asked(bare.url, "_stcore/upload_file/s/f", Host="rebound.example", **put) == 403
