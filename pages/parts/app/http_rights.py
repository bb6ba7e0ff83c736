"""The rights of what is not a screen: downloads, uploads, the stream, and the framework's own pages for operators.

A screen asks `identity`; a bare HTTP request meets this middleware, before anything of its body is read.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpi.collection.workflow import Action
from kpi.people import NOBODY, Person, Role
from loaders.cli.usage import file_fault
from loaders.store.file.lock import StoreBusy, StoreError
from pages.parts import framework
from pages.parts.app import sign_in, trial_identity
from pages.parts.app.cookies import Cookies
from pages.parts.app.identity import reaches
from pages.parts.app.sign_in import Setup, Standing
from pages.parts.app.storage import store, watched

log = logging.getLogger("kpi")

#: What has rights. No other request waits for the store.
_GUARDED = (framework.MEDIA, framework.UPLOAD, framework.FOR_PROGRAMS, framework.SIGN_OUT, framework.HEALTH)
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
    """ASGI middleware in front of everything the framework serves; ``node`` is this process's name among several."""

    def __init__(self, app: ASGIApp, node: str = "") -> None:
        self.app = app
        self.node = node

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
            send = Cookies(asked, send, self.node)
            closed = any(place.search(asked.scope["path"]) for place in _GUARDED)
            refused = await run_in_threadpool(_verdict, asked, scope["method"]) if closed else None
            if refused:
                await PlainTextResponse(refused.said, refused.status)(scope, receive, send)
                return
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
