"""What the server adds around the framework."""

from pathlib import Path

import pytest
import streamlit
from streamlit import config

from loaders import settings
from pages.parts.app import sign_in
from pages.parts.app.http_rights import Gate
from pages.parts.app.middleware import HousePage, dress, policy
from pages.parts.app.sign_in import Setup
from tests.waiting import wait

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()


def test_the_frameworks_page_becomes_japanese_and_carries_our_style_and_script():
    html = dress(INDEX).decode()
    assert '<html lang="ja">' in html
    assert "KPI進捗ダッシュボード</title>" in html
    assert html.count("./house/house.css") == html.count("./house/house.js") == 1
    assert "service-desc" not in html


def test_the_policy_allows_only_this_server_and_no_eval():
    rule = policy(dress(INDEX))
    assert "default-src 'self'" in rule
    assert "unsafe-eval" not in rule
    assert "http" not in rule
    assert rule.count("sha256-") == INDEX.count(b"<script>")


async def ask(answer, headers=(), path="/"):
    """The messages that the middleware sends on for one HTML request."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": list(headers)}
    await HousePage(answer)(scope, receive, send)
    return sent


def test_an_html_answer_is_dressed_whole_even_when_it_comes_in_pieces():
    async def answer(scope, receive, send):
        assert not any(name == b"accept-encoding" for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": INDEX[:900], "more_body": True})
        await send({"type": "http.response.body", "body": INDEX[900:]})

    start, body = wait(ask(answer, [(b"accept", b"text/html"), (b"accept-encoding", b"gzip")]))
    assert body["body"] == dress(INDEX)
    headers = dict(start["headers"])
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert b"default-src" in headers[b"content-security-policy"]


def test_other_answers_pass_unchanged_with_safe_headers():
    async def answer(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/javascript")]})
        await send({"type": "http.response.body", "body": b'<html lang="en">'})

    start, body = wait(ask(answer))
    assert body["body"] == b'<html lang="en">'
    assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"


def test_a_page_to_take_away_is_handed_out_as_it_was_made():
    """It was led away from its own address as if it were a screen, and the framework's empty page was saved for it."""

    async def answer(scope, receive, send):
        kind = [(b"content-type", b"text/html; charset=utf-8"), (b"content-disposition", b"attachment; filename=a")]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": INDEX})

    start, body = wait(ask(answer, [(b"accept", b"text/html")], path="/media/0a1b.html"))
    assert start["status"] == 200
    assert body["body"] == INDEX
    assert dict(start["headers"])[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.address", "127.0.0.1"),
        ("server.showEmailPrompt", False),
        ("browser.gatherUsageStats", False),
        ("browser.serverAddress", "localhost"),
        ("client.showErrorLinks", False),
        ("client.showErrorDetails", "none"),
        ("client.toolbarMode", "minimal"),
        ("runner.postScriptGC", False),
    ],
)
def test_the_settings_that_were_found_to_matter_are_set_and_still_known(option, value):
    """The options are read as the framework reads them, so that a renamed or dropped option fails here."""
    found = config.get_options_for_section(option.split(".")[0])
    assert option.split(".")[1] in found, "the framework no longer knows this option"
    assert str(config.get_option(option)).lower() == str(value).lower()


# --- several processes ---------------------------------------------------------------------------------------------


def node_cookies(monkeypatch, node, *, kept="", path="/", kind=b"text/html"):
    """The cookies of an answer of a process, behind both of our middlewares."""
    monkeypatch.setattr(sign_in, "setup", lambda: Setup.NONE)

    async def answer(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": INDEX})

    start, _ = wait(ask(Gate(answer, node), [(b"cookie", kept.encode())] if kept else [], path=path))
    return [value.decode() for name, value in start["headers"] if name == b"set-cookie"]


@pytest.mark.parametrize("kind", [b"text/html", b"text/javascript"])
@pytest.mark.parametrize("kept", ["", "kpi_node=8502", "kpi_node=8502; _streamlit_xsrf=x"])
def test_one_of_several_processes_names_itself_to_who_was_at_none_or_at_another(monkeypatch, kept, kind):
    assert node_cookies(monkeypatch, "8501", kept=kept, kind=kind) == ["kpi_node=8501; Path=/; HttpOnly; SameSite=Lax"]


def test_who_is_here_already_is_told_nothing_and_the_only_process_has_no_name(monkeypatch):
    assert node_cookies(monkeypatch, "8501", kept="kpi_node=8501") == []
    assert node_cookies(monkeypatch, "") == []
    assert node_cookies(monkeypatch, "", kept="kpi_node=8501") == []


def test_what_is_refused_names_the_process_too(monkeypatch):
    """A page that was at another process may send its file here first."""
    assert node_cookies(monkeypatch, "8501", kept="kpi_node=8502", path="/_stcore/metrics") == [
        "kpi_node=8501; Path=/; HttpOnly; SameSite=Lax"
    ]


def test_the_name_of_a_process_is_a_word_of_the_surroundings(monkeypatch):
    monkeypatch.delenv("KPI_NODE", raising=False)
    assert settings.node() == ""
    for name in ("8501", "kpi-a_1"):
        monkeypatch.setenv("KPI_NODE", name)
        assert settings.node() == name
    for name in ("a b", "a;Domain=x", "\u4e00", "a" * 41, "8501\n"):
        monkeypatch.setenv("KPI_NODE", name)
        with pytest.raises(settings.WrongSetting, match="KPI_NODE"):
            settings.node()
