"""What we use of the framework beyond its documentation: a release that moves one of these fails here."""

import ast
import importlib
import re
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from packaging.requirements import Requirement
from packaging.version import Version
from streamlit.testing.v1 import AppTest

from tests import ROOT

SERVED = Path(st.__file__).parent / "static"

#: By the module that each is taken from.
INTERNALS = {
    "streamlit.auth_util": {"get_cookie_with_chunks", "get_origin_from_redirect_uri", "get_secrets_auth_section"},
    "streamlit.delta_generator": {"DeltaGenerator"},
    "streamlit.elements.lib.column_types": {"ColumnConfig"},
    "streamlit.elements.lib.grid_container": {"GridContainer"},
    "streamlit.runtime.scriptrunner": {"get_script_run_ctx"},
    "streamlit.runtime.secrets": {"secrets_singleton"},
    "streamlit.runtime.uploaded_file_manager": {"UploadedFile"},
    "streamlit.web.server.server_util": {"get_cookie_secret", "is_xsrf_enabled"},
    "streamlit.web.server.starlette.starlette_app_utils": {"decode_signed_value"},
    "streamlit.web.server.starlette.starlette_server_config": {"USER_COOKIE_NAME"},
}


def framework():
    """Our module; asked for by each test, so that one internal that has moved does not hide the others."""
    return importlib.import_module("pages.parts.framework")


def test_the_installed_release_is_of_the_one_minor_release_that_is_required():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    (required,) = (Requirement(line) for line in lines if line.startswith("streamlit"))
    here = Version(st.__version__)
    assert str(required) == f"streamlit<{here.major}.{here.minor + 1},>={here.major}.{here.minor}"
    assert here in required.specifier


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in sorted(INTERNALS.items()) for n in sorted(names)])
def test_it_is_where_we_take_it_from(module, name):
    assert hasattr(importlib.import_module(module), name)


def test_the_list_above_is_what_our_module_takes():
    tree = ast.parse((ROOT / "pages" / "parts" / "framework.py").read_text("utf-8"))
    taken = {n.module: {a.name for a in n.names} for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {module: names for module, names in taken.items() if module.startswith("streamlit")} == INTERNALS


# --- a run ---------------------------------------------------------------------------------------------------------


def test_a_run_is_told_from_none():
    def script():
        import streamlit as st

        from pages.parts import framework

        st.text(str(framework.in_a_run()))

    assert not framework().in_a_run()
    assert AppTest.from_function(script).run().text[0].value == "True"


def test_what_ends_a_run_is_no_exception_that_a_page_catches():
    def script():
        import streamlit as st

        for end in (st.rerun, st.stop) if "again" not in st.session_state else (st.stop,):
            st.session_state["again"] = True
            try:
                end()
            except Exception:
                st.text("caught")

    at = AppTest.from_function(script).run()
    assert at.session_state["again"]
    assert not at.text
    assert not at.exception


def test_containers_and_columns_are_of_the_types_we_name():
    assert isinstance(st.container(), framework().DeltaGenerator)
    assert type(st.grid()) is framework().GridContainer
    column = st.column_config.NumberColumn(format="localized", width=90)
    assert set(column) <= set(framework().ColumnConfig.__annotations__)


# --- signing in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [1, 400], ids=["one cookie", "several cookies"])
def test_a_cookie_that_the_framework_signs_is_read_and_a_forged_one_is_not(monkeypatch, groups):
    from streamlit.auth_util import set_cookie_with_chunks
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    own, cookies = framework(), {}
    monkeypatch.setattr(own, "get_cookie_secret", lambda: "k" * 40)

    # Digests, because what repeats itself is packed into one cookie.
    claims = {"origin": "https://kpi.example", "groups": [sha256(b"%d" % n).hexdigest() for n in range(groups)]}

    def sign_in(secret):
        def keep(name, value):
            cookies[name] = create_signed_value(secret, name, value).decode()

        signed = partial(create_signed_value, secret)
        set_cookie_with_chunks(keep, signed, own.USER_COOKIE_NAME, claims, cookie_attr_size=100)

    sign_in("k" * 40)
    assert (len(cookies) > 1) is (groups > 1)
    assert own.cookie_claims(cookies) == claims
    sign_in("f" * 40)
    assert own.cookie_claims(cookies) == {}


# --- addresses -----------------------------------------------------------------------------------------------------

#: What the framework serves to everybody: its page and that page's parts, its stream (for a page of ours alone).
OPEN = {"/_stcore/host-config", "/_stcore/stream", "/component/{path:path}", "/_stcore/bidi-components/{path:path}", ""}
#: What the gate looks at, by the pattern that finds it.
JUDGED = {
    "MEDIA": {"/media/{file_id:path}"},
    "UPLOAD": {"/_stcore/upload_file/{session_id}/{file_id}"},
    "FOR_PROGRAMS": {
        "/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp",
    },
    "HEALTH": {"/_stcore/health"},
    "SIGN_IN": {"/auth/login"},
    "SIGN_OUT": {"/auth/logout"},
    "CALLBACK": {"/oauth2callback"},
}  # fmt: skip


def addresses():
    """Every address that the framework answers at, as it registers them."""
    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

    parts = ("uploaded_file_mgr", "component_registry", "bidi_component_registry", "stats_mgr")
    unused = SimpleNamespace(**dict.fromkeys(parts), media_file_mgr=SimpleNamespace(_storage=None))
    return {route.path or "" for route in create_streamlit_routes(unused)}


def test_every_way_into_the_framework_is_open_on_purpose_or_judged():
    assert addresses() == OPEN.union(*JUDGED.values())


def test_each_pattern_finds_its_own_addresses_alone():
    found = {
        name: {a for a in addresses() if getattr(framework(), name).search(re.sub(r"\{\w+(:path)?\}", "0a", a))}
        for name in JUDGED
    }
    assert found == JUDGED


def test_the_page_s_own_fonts_and_pictures_are_no_files_of_a_screen():
    """Judged as such, they were refused to everybody wherever signing in is configured."""
    own = sorted(path.name for path in (SERVED / "static" / "media").iterdir())
    assert any(name.endswith(".woff2") for name in own)
    assert [name for name in own if framework().MEDIA.search(f"/static/media/{name}")] == []
    for address in ("/media/0a1b.csv", "/kpi/media/0a1b", "/static/media/0a1b.csv", "/static/../media/x", "/media/x"):
        assert framework().MEDIA.search(address)


def test_the_addresses_of_files_are_read_whole_out_of_a_message():
    from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.web.server.server import MEDIA_ENDPOINT, UPLOAD_FILE_ENDPOINT

    media = MemoryMediaFileStorage(MEDIA_ENDPOINT)
    file = media.get_url(media.load_and_get_id(b"a,b", "text/csv", "downloadable", "a.csv"))
    session = "0b8f3e8e-2f0e-4a7c-9d3c-4f2b1f0c5d11"
    (place,) = MemoryUploadedFileManager(UPLOAD_FILE_ENDPOINT).get_upload_urls(session, ["a.xlsx"])
    message = b"\x12\x20" + file.encode() + b"\x1a" + place.upload_url.encode() + b"\x22"
    found = framework().FILE_ADDRESS.findall(message)
    assert [f"/{one.decode()}" for one in found] == [file.removesuffix(".csv"), place.upload_url]


# --- its page ------------------------------------------------------------------------------------------------------


def test_the_marks_of_its_page_stand_there():
    page, own = (SERVED / "index.html").read_bytes(), framework()
    assert page.count(own.PAGE_LANGUAGE) == page.count(own.PAGE_TITLE) == page.count(b"</head>") == 1
    assert len(own.PAGE_FOR_PROGRAMS.findall(page)) == 1
    assert len(own.PAGE_SCRIPT.findall(page)) == page.count(b"<script>") > 0


def bundle():
    return "\n".join(path.read_text("utf-8") for path in sorted((SERVED / "static" / "js").glob("*.js")))


def test_the_elements_that_our_style_and_script_name_are_in_its_page():
    ours = ROOT / "pages" / "parts" / "app" / "static"
    style, script = ((ours / name).read_text("utf-8") for name in ("house.css", "house.js"))
    named = set(re.findall(r"data-testid=['\"](\w+)", style + script)) | set(re.findall(r"\.(st[A-Z]\w*)", style))
    told = bundle()
    written = set(re.findall(r"[`\"' ]((?:st[A-Z]|Input)\w+)(?=[`\"' ])", told))
    assert len(named) > 20
    assert named <= written
    # What it says about itself: whether the menu is folded, whether a run is under way, and the class of a key.
    states = ("data-collapsed", "data-test-script-state", "notRunning", "st-key-")
    assert [word for word in states if word not in told] == []
