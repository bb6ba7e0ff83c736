"""What the server adds around the framework: Japanese as the page's language, a policy that lets nothing in from
outside, our style sheet, and the translations of the strings that the framework keeps in English."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts import framework

STATIC = Path(__file__).resolve().parent / "static"
SERVED = {"house.css": "text/css", "house.js": "text/javascript"}
_TITLE = "DX推進プラン KPI進捗ダッシュボード"


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in SERVED:
        return PlainTextResponse("not found", status_code=404)
    return FileResponse(STATIC / name, media_type=SERVED[name], headers={"Cache-Control": "no-cache"})


def static_routes() -> list[BaseRoute]:
    """The routes of our own style sheet and script."""
    return [Route("/house/{name}", _file)]


def dress(html: bytes) -> bytes:
    """The framework's page in Japanese, with our style and script, without its link to an unused API."""
    html = html.replace(framework.PAGE_LANGUAGE, b'<html lang="ja">')
    html = html.replace(framework.PAGE_TITLE, f"<title>{_TITLE}</title>".encode())
    html = framework.PAGE_FOR_PROGRAMS.sub(b"", html)
    ours = b'<link rel="stylesheet" href="./house/house.css"><script defer src="./house/house.js"></script></head>'
    return html.replace(b"</head>", ours, 1)


def policy(html: bytes) -> str:
    """The content security policy: everything from this server, inline scripts by their hash only."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in framework.PAGE_SCRIPT.findall(html)
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}",
            "style-src 'self' 'unsafe-inline'",  # the framework writes its styles into the page
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class HousePage:
    """ASGI middleware: rewrites the one HTML page the framework serves, and adds headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything through, HTML answers dressed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # The page is rewritten, so it must arrive whole and uncompressed; scripts keep their compression.
        if "text/html" in dict(scope["headers"]).get(b"accept", b"").decode("latin-1"):
            scope = {**scope, "headers": [h for h in scope["headers"] if h[0] not in _UNWANTED]}
        await self.app(scope, receive, _Dresser(send, _nearer(scope)))


def _nearer(scope: Scope) -> str:
    """Where a screen asked for too deep (``/a/field``, ``/field/``) really is, as a relative address; else nothing.

    The page asks for its parts beside itself: below a folder that is not there it would stay empty.
    """
    path, base = str(scope.get("path", "/")), str(st.get_option("server.baseUrlPath")).strip("/")
    up = path.count("/") - (base.count("/") + 1 if base else 0) - 1
    if up < 1:
        return ""
    asked = scope.get("query_string", b"").decode("latin-1")
    return "../" * up + quote(path.rstrip("/").rsplit("/", 1)[-1]) + (f"?{asked}" if asked else "")


_UNWANTED = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})


class _Dresser:
    """Collects an HTML answer and sends it on dressed; passes any other answer through as it comes."""

    def __init__(self, send: Send, nearer: str = "") -> None:
        self.send = send
        self.nearer = nearer
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            # A file to take away may be a page too: it is handed out byte for byte, from the address it is at.
            kept = headers.get("content-disposition", "").startswith("attachment")
            if headers.get("content-type", "").startswith("text/html") and not kept:
                self.start = message
                return
        elif self.start is not None and message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish()
            return
        await self.send(message)

    async def _finish(self) -> None:
        assert self.start is not None
        if self.nearer and self.start["status"] == 200:
            there = [(b"location", self.nearer.encode()), (b"content-length", b"0")]
            await self.send({"type": "http.response.start", "status": 307, "headers": there})
            await self.send({"type": "http.response.body", "body": b""})
            return
        html = dress(self.body)
        headers = MutableHeaders(scope=self.start)
        headers["Content-Length"] = str(len(html))
        headers["Content-Security-Policy"] = policy(html)
        headers["Cache-Control"] = "no-cache"
        for stale in ("etag", "last-modified"):
            if stale in headers:
                del headers[stale]
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": html})
