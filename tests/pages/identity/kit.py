"""What a provider claims, whom it makes a person, and bare requests as the gate sees them."""

from kpi.people import NOBODY, Person, Role
from loaders.store.commands.access_rules import Rule
from pages.parts.app import http_rights
from tests.waiting import wait

HOUR = 3600
NOW = 1_800_000_000.0
CLAIMS = {
    "is_logged_in": True, "provider": "default", "iss": "https://id.pref.example", "sub": "u1", "aud": "kpi",
    "iat": NOW - 60, "exp": NOW + HOUR, "nonce": "n1", "email": "Hanako@pref.example", "email_verified": True,
    "name": "青森 花子", "groups": ["DX推進課", "全職員"],
}  # fmt: skip


def rule(claim, pattern, role, departments=(), divisions=()):
    return Rule("", claim, pattern, role, departments, divisions)


# --- rights --------------------------------------------------------------------------------------------------------

PEOPLE = {
    "nobody": NOBODY,
    "reader": Person("r", "閲覧", Role.READER),
    "land": Person("l", "県土", Role.DEPARTMENT, frozenset({"land"})),
    "road": Person("d", "道路", Role.DEPARTMENT, frozenset({"land"}), frozenset({"land/road"})),
    "secretariat": Person("s", "事務局", Role.SECRETARIAT),
    "admin": Person("a", "管理者", Role.ADMIN),
}


# --- bare requests -------------------------------------------------------------------------------------------------


def ask(path, *, method="GET", kind="http", peer="127.0.0.1", **headers):
    """The status that the gate answers with, 200 where it lets the request through."""
    scope = {
        "type": kind, "method": method, "path": path, "query_string": b"", "scheme": "http",
        "server": ("127.0.0.1", 1), "client": (peer, 2) if peer else None,
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in ({"host": "127.0.0.1:1"} | headers).items()],
    }  # fmt: skip
    sent = []

    async def inner(scope, receive, send):
        sent.append({"type": "http.response.start", "status": 200})

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("nothing of a body is read here")

    wait(http_rights.Gate(inner)(scope, receive, send))
    return sent[0].get("status", sent[0].get("code"))
