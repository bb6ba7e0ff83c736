"""評価用: without a configured sign-in, and only on this very machine, a person picks whom to act as.

The choice is in the address once (``?as=secretariat``); the server then keeps it in a cookie, so that links and new
tabs stay with the same person, and downloads and uploads know the person too.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from streamlit import config

from kpi.people import ROLE_WORDS, Person, Role

COOKIE = "kpi_as"
PARAMETER = "as"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PREFIX = "dept-"


def on_this_machine(headers: Mapping[str, str]) -> bool:
    """Whether a request comes straight from a browser on this machine. ``headers`` have lower-case names.

    The name in Host must be the machine's own: a page elsewhere whose name was made to point here (DNS rebinding)
    brings its own name. A proxy's header means that the person is somewhere else.
    """
    address = str(config.get_option("server.address") or "")
    if not (address == "localhost" or _loopback(address)):
        return False
    if any(name == "forwarded" or name.startswith("x-forwarded-") or name == "x-real-ip" for name in headers):
        return False
    try:
        names = [urlsplit(f"//{headers.get('host', '')}").hostname]
        # A proxy that puts this machine's name into Host leaves the page's own in Origin.
        if "origin" in headers:
            names.append(urlsplit(headers["origin"]).hostname)
    except ValueError:
        return False
    return all(name in _HERE for name in names)


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def people(departments: Mapping[str, str]) -> dict[str, Person]:
    """Whom one can act as, by what stands in the address; the first is who one is at the start."""
    ones = {
        role.value: Person(f"trial-{role.value}", f"{ROLE_WORDS[role]}(評価用)", role)
        for role in (Role.ADMIN, Role.SECRETARIAT)
    }
    for department_id, name in departments.items():
        ones[f"{_PREFIX}{department_id}"] = Person(
            f"trial-{department_id}", f"{name}の担当(評価用)", Role.DEPARTMENT, frozenset({department_id})
        )
    ones[Role.READER.value] = Person("trial-reader", f"{ROLE_WORDS[Role.READER]}(評価用)", Role.READER)
    return ones


def chosen(departments: Mapping[str, str], asked: str | None, kept: str | None) -> tuple[str, Person]:
    """Whom one acts as: the address goes before the cookie; 管理者 where neither names anybody.

    An unknown name is 閲覧: misspelt or gone, it must not give more than the one that was meant.
    """
    ones = people(departments)
    key = asked or kept or Role.ADMIN.value
    key = key if key in ones else Role.READER.value
    return key, ones[key]


def only_looks(kept: str) -> bool:
    """Whether a cookie names the reader or nobody; whether a department is there, the page knows."""
    return bool(kept) and not kept.startswith(_PREFIX) and chosen({}, None, kept)[0] == Role.READER.value
