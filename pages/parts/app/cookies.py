"""What the program adds to an answer's cookies: which process gave it, the way back after signing in, whom one acts as.

Where several processes serve one store, a browser must come back to the one that holds its screen, its uploads and its
downloads: ``kpi_node`` names it to the proxy in front (session affinity, README「More than one process」).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from pages.parts import framework
from pages.parts.app import sign_in, trial_identity
from pages.parts.app.sign_in import Setup

#: Names the process that has answered.
NODE = "kpi_node"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BACK = "kpi_back"
_AS_IS = "/?&=%+-_.~:,"


class Cookies:
    """Adds cookies to an answer, and Secure to the framework's own."""

    def __init__(self, asked: HTTPConnection, send: Send, node: str = "") -> None:
        self.asked = asked
        self.send = send
        self.node = node

    async def __call__(self, message: Message) -> None:
        """Send an answer's message on, its beginning with our cookies."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            # Who came from a process that has died stays here from now on, also when that one is back.
            if self.node and self.asked.cookies.get(NODE) != self.node:
                headers.append("set-cookie", _cookie(NODE, self.node))
            match sign_in.setup():
                case Setup.READY:
                    self._after(headers)
                    _secure(message)
                case Setup.NONE:
                    self._acting(headers)
        await self.send(message)

    def _after(self, headers: MutableHeaders) -> None:
        """Remember where somebody was who goes to sign in, and lead them back there, or say that it failed."""
        path = self.asked.scope["path"]
        if framework.SIGN_IN.search(path):
            headers.append("set-cookie", _cookie(_BACK, quote(inside(self.asked.headers.get("referer", "")))))
        elif framework.CALLBACK.search(path) and {"code", "error"} & self.asked.query_params.keys():
            signed = any(c.startswith(f"{framework.USER_COOKIE_NAME}=") and '=""' not in c for c in _set(headers))
            back = inside(sign_in.origin() + unquote(self.asked.cookies.get(_BACK, "")))
            headers["location"] = back if signed else "/?signin=failed"
            headers.append("set-cookie", _cookie(_BACK, "", age=0))

    def _acting(self, headers: MutableHeaders) -> None:
        asked = parse_qs(self.asked.scope["query_string"].decode("latin-1")).get(trial_identity.PARAMETER, [""])[0]
        if _KEY.fullmatch(asked) and "text/html" in headers.get("content-type", ""):
            headers.append("set-cookie", _cookie(trial_identity.COOKIE, asked, same="Strict"))


def _set(headers: MutableHeaders) -> list[str]:
    return headers.getlist("set-cookie")


def inside(address: str) -> str:
    """Path and query of an address of ours; the front page for any other."""
    parts = urlsplit(address)
    ours = f"{parts.scheme}://{parts.netloc}" == sign_in.origin()
    if not ours or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    kept = "&".join(p for p in parts.query.split("&") if p and not p.startswith("signin="))
    return quote(parts.path + (f"?{kept}" if kept else ""), safe=_AS_IS)


def _cookie(name: str, value: str, *, same: str = "Lax", age: int | None = None) -> str:
    lasts = "" if age is None else f"; Max-Age={age}"
    return f"{name}={value}; Path=/; HttpOnly; SameSite={same}{lasts}"


def _secure(message: Message) -> None:
    """Where people come by TLS, no cookie ever goes without it, also if the proxy forgets."""
    if sign_in.origin().startswith("https://"):
        message["headers"] = [
            (name, value if name.lower() != b"set-cookie" or b"; secure" in value.lower() else value + b"; Secure")
            for name, value in message["headers"]
        ]
