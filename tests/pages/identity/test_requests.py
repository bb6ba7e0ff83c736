"""Who may make which bare request, and what is cached for whom."""

import ast
from dataclasses import replace

import pytest
from starlette.datastructures import URL
from starlette.requests import HTTPConnection

from pages.parts import framework
from pages.parts.app import cookies, http_rights, sign_in
from pages.parts.app.sign_in import Setup, SignIn, Standing, person_by
from tests import ROOT
from tests.pages.identity.kit import CLAIMS, PEOPLE, ask, rule
from tests.waiting import wait


@pytest.fixture
def unsigned(monkeypatch):
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.NONE)


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/kpi/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json"]
)
def test_what_operators_and_programs_would_read_is_closed(unsigned, path):
    assert ask(path) == 404
    assert ask("/_stcore/health") == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://127.0.0.1:1"}, 200),
        ({}, 1008),
        ({"origin": "null"}, 1008),
        ({"origin": "http://127.0.0.1:2"}, 1008),
        ({"origin": "https://elsewhere.example"}, 1008),
    ],
)
def test_a_stream_opens_only_from_a_page_of_ours(unsigned, headers, status):
    assert ask("/_stcore/stream", kind="websocket", **headers) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_length": "1000"}, 200),
        ({}, 411),
        ({"content_length": "-1"}, 411),
        ({"content_length": str(21 * 1024 * 1024)}, 413),
        ({"content_length": "1000", "cookie": "kpi_as=reader"}, 403),
        ({"content_length": "1000", "cookie": "kpi_as=zzz"}, 403),
        ({"content_length": "1000", "host": "rebound.example:1"}, 403),
        ({"content_length": "1000", "x_forwarded_for": "10.0.0.5"}, 403),
        ({"content_length": "1000", "via": "1.1 gate"}, 403),
        ({"content_length": "1000", "peer": "10.0.0.5"}, 403),
        ({"content_length": "1000", "peer": None}, 403),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_upload_is_judged_before_anything_of_it_is_read(unsigned, headers, status, method):
    assert ask("/_stcore/upload_file/s/f", method=method, **headers) == status


@pytest.mark.parametrize("how", [Setup.READY, Setup.BROKEN])
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/media/abc.csv", "GET"),
        ("/kpi/media/abc.csv", "HEAD"),
        ("/_stcore/upload_file/s/f", "PUT"),
        ("/_stcore/upload_file/s/f", "DELETE"),
    ],
)
def test_without_a_sign_in_no_file_goes_in_or_out(monkeypatch, how, path, method):
    monkeypatch.setattr(sign_in, "setup", lambda: how)
    assert ask(path, method=method, content_length="10") == 403
    assert ask(path, method=method, content_length="10", cookie="_streamlit_user=forged.by.hand") == 403


#: What makes an address that is put together from headers another than the one the server got.
FORGED = [
    {"host": "127.0.0.1:1?"}, {"host": "127.0.0.1:1#"}, {"host": "127.0.0.1:1/house?x="}, {"host": "a@127.0.0.1:1?b"},
    {"host": "[::1"}, {"host": ""}, {"host": "127.0.0.1:1\\"}, {"x_forwarded_prefix": "/house"},
    {"x_forwarded_host": "127.0.0.1?"}, {"x_forwarded_proto": "x:?", "host": "?"}, {"x_original_url": "/house.css"},
    {"x_rewrite_url": "/"}, {"forwarded": "host=\"a?\";proto=http"},
]  # fmt: skip


@pytest.fixture
def rebuilt(monkeypatch):
    """A framework that puts an address together from headers without looking at them, as older ones do."""

    def address(asked):
        scope, host = asked.scope, asked.headers.get("host", "")
        return URL(f"http://{host}{scope['path']}?{scope['query_string'].decode()}")

    monkeypatch.setattr(HTTPConnection, "url", property(address))


@pytest.mark.parametrize("headers", FORGED, ids=str)
def test_what_counts_is_the_path_the_server_got(monkeypatch, rebuilt, headers):
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.READY)
    for prefix in ("", "/kpi"):
        assert ask(f"{prefix}/media/abc.csv", **headers) == 403
        assert ask(f"{prefix}/_stcore/upload_file/s/f", method="PUT", content_length="10", **headers) == 403
        assert ask(f"{prefix}/_stcore/metrics", **headers) == 404
        assert ask(f"{prefix}/_stcore/agent", **headers) == 404
    assert ask("/house/house.css", **headers) == 200


@pytest.mark.parametrize("host", ["127.0.0.1:1?as=reader", "127.0.0.1:1#", "127.0.0.1:1/?as=secretariat&x="])
def test_whom_one_acts_as_stands_in_the_query_the_server_got(unsigned, rebuilt, host):
    said = cookies_of("/", b"as=dept-land", host=host)
    assert [c.partition(";")[0] for c in said] == ["kpi_as=dept-land"]
    assert cookies_of("/", b"", host=host) == []
    assert cookies_of("/", b"as=\xff&as=\xfe", host=host) == []  # no letters at all, and no error


def cookies_of(path, query, **headers):
    """The cookies that the gate adds to a page."""
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": query, "scheme": "http",
        "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    sent = []

    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})

    async def send(message):
        sent.append(message)

    wait(http_rights.Gate(inner)(scope, None, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_a_file_goes_only_to_the_sign_in_that_was_told_its_address(monkeypatch):
    signed = {"kpi_test=a": {**CLAIMS, "nonce": "a"}, "kpi_test=b": {**CLAIMS, "nonce": "b"}}
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.READY)
    monkeypatch.setattr(sign_in, "origin", lambda: "http://127.0.0.1:1")
    monkeypatch.setattr(sign_in, "claims_of", lambda cookies: signed.get(f"kpi_test={cookies.get('kpi_test')}", {}))
    monkeypatch.setattr(sign_in, "standing", lambda claims: Standing.VALID if claims else Standing.ABSENT)
    monkeypatch.setattr(sign_in, "person_of", lambda claims, plan_id: PEOPLE["land"])
    monkeypatch.setattr(http_rights, "_MOST_TOLD", 2)
    http_rights._told.clear()

    def tell(cookie, *addresses):
        async def app(scope, receive, send):
            for address in addresses:
                await send({"type": "websocket.send", "bytes": b"\x12\x20" + address.encode() + b"\x1a"})

        async def send(message):
            assert message["bytes"]

        scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b"", "headers": [
            (b"host", b"127.0.0.1:1"), (b"origin", b"http://127.0.0.1:1"), (b"cookie", cookie.encode())]}  # fmt: skip
        wait(http_rights.Gate(app)(scope, None, send))

    file, place = "/media/0af1.xlsx", "/_stcore/upload_file/5e-s/f-1"
    tell("kpi_test=a", file, place)
    for path, method in ((file, "GET"), (place, "PUT")):
        assert ask(path, method=method, content_length="9", cookie="kpi_test=a") == 200
        assert ask(path, method=method, content_length="9", cookie="kpi_test=b") == 403
        assert ask(path, method=method, content_length="9") == 403
    assert ask("/_stcore/upload_file/5e-s/f-2", method="PUT", content_length="9", cookie="kpi_test=a") == 403
    tell("kpi_test=b", "/media/1.csv", "/media/2.csv")
    assert len(http_rights._told) == 2
    assert ask(file, cookie="kpi_test=a") == 403
    http_rights._told.clear()


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("https://kpi.example/submit?department=land&round=fy2025", "/submit?department=land&round=fy2025"),
        ("https://kpi.example/?signin=failed", "/"),
        ("https://elsewhere.example/submit", "/"),
        ("https://kpi.example@elsewhere.example/", "/"),
        ("https://kpi.example//elsewhere.example", "/"),
        ("https://kpi.example/\\elsewhere.example", "/"),
        ("https://kpi.example/a\r\nSet-Cookie: x=1", "/aSet-Cookie:%20x=1"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_comes_back_only_to_a_page_of_ours(monkeypatch, address, inside):
    monkeypatch.setattr(sign_in, "origin", lambda: "https://kpi.example")
    assert cookies.inside(address) == inside


def test_where_people_come_by_tls_every_cookie_is_secure(monkeypatch):
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.READY)
    monkeypatch.setattr(sign_in, "origin", lambda: "https://kpi.example")
    connection = HTTPConnection({"type": "http", "path": "/", "headers": [], "query_string": b""})
    sent = []

    async def send(message):
        sent.append(message)

    framework_s = [(b"set-cookie", b"_streamlit_user=x; Path=/; HttpOnly"), (b"set-cookie", b"a=b; Secure")]
    message = {"type": "http.response.start", "status": 302, "headers": framework_s}
    wait(cookies.Cookies(connection, send, node="8501")(message))
    assert [value for _, value in sent[0]["headers"]] == [
        b"_streamlit_user=x; Path=/; HttpOnly; Secure",
        b"a=b; Secure",
        b"kpi_node=8501; Path=/; HttpOnly; SameSite=Lax; Secure",
    ]


def test_a_cookie_signed_for_another_address_is_none(monkeypatch):
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    monkeypatch.setattr(framework, "get_cookie_secret", lambda: "k" * 40)
    monkeypatch.setattr(sign_in, "origin", lambda: "https://kpi.example")
    name = framework.USER_COOKIE_NAME

    def cookie(text, secret="k" * 40):
        return {name: create_signed_value(secret, name, text).decode()}

    ours = '{"origin": "https://kpi.example", "sub": "u"}'
    assert sign_in.claims_of(cookie(ours))["sub"] == "u"
    assert sign_in.claims_of(cookie(ours, "other" * 8)) == {}
    assert sign_in.claims_of(cookie(ours.replace("kpi", "old"))) == {}
    assert sign_in.claims_of(cookie("[1]")) == sign_in.claims_of(cookie("no json")) == sign_in.claims_of({}) == {}
    assert replace(SignIn.of(CLAIMS), name="").id == SignIn.of(dict(reversed(CLAIMS.items()))).id


def test_without_a_mail_address_a_person_has_the_same_id_at_every_sign_in():
    without = {k: v for k, v in CLAIMS.items() if k != "email"}
    rules = (rule("name", CLAIMS["name"], "reader"),)
    first, later, other = (
        sign_in.person_by(SignIn.of(without | change), rules)
        for change in ({"iat": 1, "nonce": "a"}, {"iat": 2, "nonce": "b"}, {"sub": "somebody-else"})
    )
    assert None not in (first, later, other)
    assert first.id == later.id != other.id


# --- caches --------------------------------------------------------------------------------------------------------

#: Cached for everybody at once, and why that shows nobody what another may see.
SHARED = {
    "storage.store": "a handle",
    "storage.opened": "a handle",
    "storage._loaded": "the plan's own files",
    "current_view._last_judged": "by plan and audience",
    "board_table._kept": "returns by their own keys, as what a page that may see one asks for",
    "review_data._known_at": "asked by the secretariat alone, which sees everything",
}


def cached():
    """Every function of pages that keeps what it made, with the names of its arguments."""
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("st.cache_" in ast.unparse(d) for d in node.decorator_list):
                yield f"{path.stem}.{node.name}", [a.arg for a in node.args.args]


def test_whatever_is_cached_is_keyed_by_what_the_person_may_see():
    """``Assessment.key`` holds the audience; what reads the store by a revision alone belongs to one return.

    A drawing is kept under what is drawn: whoever asks for it has it already.
    """
    found = dict(cached())
    assert len(found) > 7
    keyed = {
        name for name, arguments in found.items() if arguments[:1] in (["revision"], ["key"], ["story"], ["table"])
    }
    assert set(found) - keyed <= set(SHARED)
    assert set(SHARED) <= set(found)


def test_two_audiences_never_share_a_key():
    from kpi.people import Audience
    from pages.parts.app.current_view import _audience_key

    audiences = [
        Audience.ALL, Audience.PUBLIC, Audience("department", frozenset({"a"})),
        Audience("department", frozenset({"a", "b"})), Audience("department", frozenset({"a"}), frozenset({"a/x"})),
    ]  # fmt: skip
    assert len({_audience_key(a) for a in audiences}) == len(audiences)


def test_a_pattern_of_many_stars_reads_a_name_once():
    """Tried place by place, twelve stars in three hundred letters are more than a day's work."""
    signed = SignIn.of(CLAIMS | {"name": "a" * 300})
    assert person_by(signed, [rule("name", "*a" * 12 + "*b", "reader")]) is None
    assert person_by(signed, [rule("name", "*a" * 12 + "*", "reader")]) is not None
