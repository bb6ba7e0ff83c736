"""The rights of what is not a screen: downloads, uploads, the stream, and the framework's own pages for operators.

A screen asks `identity`; a bare HTTP request meets this middleware, before anything of its body is read.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpi.collection.workflow import Action
from kpi.people import NOBODY, Person, Role
from loaders.cli.usage import file_fault
from loaders.store.file.lock import StoreBusy, StoreError
from pages.parts import framework
from pages.parts.app import sign_in, trial_identity
from pages.parts.app.identity import reaches
from pages.parts.app.sign_in import Setup, Standing
from pages.parts.app.storage import store, watched

log = logging.getLogger("kpi")

#: What has rights. No other request waits for the store.
_GUARDED = (framework.MEDIA, framework.UPLOAD, framework.FOR_PROGRAMS, framework.SIGN_OUT, framework.HEALTH)
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_BACK = "kpi_back"
_AS_IS = "/?&=%+-_.~:,"
#: What a form with one file adds around the file's bytes.
_AROUND = 64 * 1024


@dataclass(frozen=True)
class Refused:
    """An answer given in place of the asked one."""

    status: int
    said: str


_NOT_SIGNED_IN = Refused(403, "サインインが必要です。")
_NO_RIGHT = Refused(403, "権限がありません。")
_NOT_HERE = Refused(404, "not found")
_TOO_LARGE = Refused(413, "ファイルが大きすぎます。")
_NO_LENGTH = Refused(411, "大きさの分からないファイルは受け取れません。")
_LATER = Refused(503, "混み合っています。少し待ってからもう一度お試しください。")


class Gate:
    """ASGI middleware in front of everything the framework serves."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "websocket":
            asked = HTTPConnection(scope)
            if not _same_origin(asked):
                await send({"type": "websocket.close", "code": 1008})
                return
            if sign_in.setup() is Setup.READY:
                send = _listening(sign_in.claims_of(asked.cookies), send)
        if scope["type"] == "http":
            asked = HTTPConnection(scope)
            closed = any(place.search(asked.scope["path"]) for place in _GUARDED)
            refused = await run_in_threadpool(_verdict, asked, scope["method"]) if closed else None
            if refused:
                await PlainTextResponse(refused.said, refused.status)(scope, receive, send)
                return
            send = _Cookies(asked, send)
        await self.app(scope, receive, send)


def _same_origin(asked: HTTPConnection) -> bool:
    """A stream is opened by a page of ours alone: the framework would also take one that names no origin."""
    came = asked.headers.get("origin", "")
    if sign_in.setup() is Setup.READY and came == sign_in.origin():
        return True
    return bool(came) and urlsplit(came).netloc == asked.headers.get("host")


def _verdict(asked: HTTPConnection, method: str) -> Refused | None:
    """What forbids a request; None where it may pass."""
    path = asked.scope["path"]
    if framework.FOR_PROGRAMS.search(path):
        return _NOT_HERE
    if framework.HEALTH.search(path):
        return _health(asked)
    media, upload = framework.MEDIA.search(path), framework.UPLOAD.search(path)
    if method == "OPTIONS":
        return None
    try:
        if media:
            return _media(asked)
        if upload:
            return _upload(asked, method)
        if sign_in.setup() is Setup.READY:
            # By the button or by the address: every copy of this cookie is dead from here on.
            sign_in.end(sign_in.claims_of(asked.cookies))
    except StoreBusy:
        return _LATER
    except StoreError:
        log.exception("the store cannot say who may have %s", path.split("/")[1])
        return _LATER
    return None


def _health(asked: HTTPConnection) -> Refused | None:
    """Who watches the server hears where it has no store to serve from. Our own page asks too, before it opens its
    stream, and names itself: it is let through, or it could not say in words what is wrong.
    """
    if "referer" in asked.headers:
        return None
    try:
        watched().check()
    except StoreBusy:
        return None
    except (StoreError, OSError) as error:
        log.error("the server has no store: %s", error)
        return Refused(503, str(error) if isinstance(error, StoreError) else file_fault(error))
    return None


def _media(asked: HTTPConnection) -> Refused | None:
    """A download is for who is signed in, and only if a screen of theirs has named it."""
    if sign_in.setup() is Setup.NONE:
        return None  # what hangs on such a screen is public, or this is a trial
    claims = sign_in.claims_of(asked.cookies)
    if _person(asked, claims) is None:
        return _NOT_SIGNED_IN
    return None if _was_told(claims, asked.scope["path"]) else _NO_RIGHT


def _upload(asked: HTTPConnection, method: str) -> Refused | None:
    """A file is taken from who may bring one, where a screen of theirs asked for it, and of a size known before."""
    claims = sign_in.claims_of(asked.cookies) if sign_in.setup() is Setup.READY else {}
    who = _person(asked, claims)
    if who is None:
        return _NOT_SIGNED_IN
    if not reaches(who, Action.SAVE) or (claims and not _was_told(claims, asked.scope["path"])):
        return _NO_RIGHT
    if method not in ("PUT", "POST"):
        return None
    length = asked.headers.get("content-length", "")
    if not length.isdecimal():
        return _NO_LENGTH
    limit = int(st.get_option("server.maxUploadSize")) * 1024 * 1024
    return _TOO_LARGE if int(length) > limit + _AROUND else None


def _person(asked: HTTPConnection, claims: sign_in.Claims) -> Person | None:
    """Who sends a request, by the same rules as at the screen."""
    match sign_in.setup():
        case Setup.BROKEN:
            return None
        case Setup.READY:
            return _in_any_plan(claims) if sign_in.standing(claims) is Standing.VALID else None
    peer = asked.client.host if asked.client else None
    if not trial_identity.on_this_machine({name.lower(): value for name, value in asked.headers.items()}, peer):
        return NOBODY
    kept = asked.cookies.get(trial_identity.COOKIE, "")
    return NOBODY if trial_identity.only_looks(kept) else trial_identity.people({})[Role.ADMIN.value]


def _in_any_plan(claims: sign_in.Claims) -> Person | None:
    """A bare request names no plan: whoever may bring a file in any; what becomes of it is asked again there."""
    found = [one for plan_id in store().plan_ids() or ("",) if (one := sign_in.person_of(claims, plan_id))]
    return next((one for one in found if reaches(one, Action.SAVE)), found[0] if found else None)


# --- addresses of files --------------------------------------------------------------------------------------------

#: Which sign-in was told which address, newest last. The framework names a file by what is in it, for whoever asks.
_told: OrderedDict[tuple[str, bytes], None] = OrderedDict()
_MOST_TOLD = 20_000


def _listening(claims: sign_in.Claims, send: Send) -> Send:
    """A stream's way out, with every address of a file on it noted for the sign-in that the stream belongs to."""
    own = sign_in.SignIn.of(claims).id

    async def noting(message: Message) -> None:
        for found in framework.FILE_ADDRESS.findall(message.get("bytes") or b""):
            _told[own, found] = None
            _told.move_to_end((own, found))
        while len(_told) > _MOST_TOLD:
            _told.popitem(last=False)
        await send(message)

    return noting


def _was_told(claims: sign_in.Claims, path: str) -> bool:
    found = framework.FILE_ADDRESS.search(path.encode())
    return found is not None and (sign_in.SignIn.of(claims).id, found[1]) in _told


# --- cookies and ways back -----------------------------------------------------------------------------------------


class _Cookies:
    """Adds to an answer: Secure on the framework's cookies, the way back after signing in, whom one acts as."""

    def __init__(self, asked: HTTPConnection, send: Send) -> None:
        self.asked = asked
        self.send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
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
            headers.append("set-cookie", _cookie(_BACK, quote(_inside(self.asked.headers.get("referer", "")))))
        elif framework.CALLBACK.search(path) and {"code", "error"} & self.asked.query_params.keys():
            signed = any(c.startswith(f"{framework.USER_COOKIE_NAME}=") and '=""' not in c for c in _set(headers))
            back = _inside(sign_in.origin() + unquote(self.asked.cookies.get(_BACK, "")))
            headers["location"] = back if signed else "/?signin=failed"
            headers.append("set-cookie", _cookie(_BACK, "", age=0))

    def _acting(self, headers: MutableHeaders) -> None:
        asked = parse_qs(self.asked.scope["query_string"].decode("latin-1")).get(trial_identity.PARAMETER, [""])[0]
        if _KEY.fullmatch(asked) and "text/html" in headers.get("content-type", ""):
            headers.append("set-cookie", _cookie(trial_identity.COOKIE, asked, same="Strict"))


def _set(headers: MutableHeaders) -> list[str]:
    return headers.getlist("set-cookie")


def _inside(address: str) -> str:
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
