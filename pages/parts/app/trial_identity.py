"""評価用: without a configured sign-in, and only on this very machine, a person picks whom to act as.

The choice is in the address once (``?as=secretariat``); the server then keeps it in a cookie, so that links and new
tabs stay with the same person, and downloads and uploads know the person too.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

import streamlit as st

from kpi.people import ROLE_WORDS, Person, Role

COOKIE = "kpi_as"
PARAMETER = "as"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PREFIX = "dept-"


#: What a proxy, a balancer or a network of caches puts into a request, and no browser does.
_PASSED_ON = frozenset({
    "forwarded", "via", "client-ip", "true-client-ip", "remote-addr", "remote-host", "cdn-loop", "akamai-origin-hop",
    "wl-proxy-client-ip", "front-end-https", "x-host", "x-scheme", "x-url-scheme", "x-cluster-client-ip", "x-via",
    "x-request-id", "x-correlation-id", "x-amzn-trace-id", "x-cloud-trace-context", "x-rewrite-url", "x-varnish",
    "x-sendfile-type", "x-accel-mapping", "x-iisnode-version", "x-bluecoat-via", "x-haproxy-server-state",
    "x-client-ip", "x-client-cert", "x-user-ip", "x-real-host", "x-real-port", "x-sucuri-clientip", "x-traefik-router",
})  # fmt: skip
#: The families of such headers.
_PASSED_ON_BY = (
    "x-forward", "x-real-", "x-original-", "x-proxy", "x-proxied", "x-remote-", "x-envoy-", "x-arr-", "x-azure-",
    "x-appengine-", "x-goog-", "x-amz-", "x-amzn-", "x-akamai-", "x-nginx-", "x-ssl-", "x-tls-", "x-ms-proxy",
    "x-auth-request-", "x-authenticated-", "x-netscaler-", "proxy-", "cf-", "fastly-", "fly-", "incap-", "ssl-client-",
)  # fmt: skip


def on_this_machine(headers: Mapping[str, str], peer: str | None) -> bool:
    """Whether a request comes straight from a browser on this machine. ``headers`` have lower-case names.

    What counts is whom the server listens to and who is at the other end (``peer``, an address): both must be this
    machine, and nothing may say that a proxy stands between. Host and Origin only claim something, so they give
    nothing, and they forbid where they name another: a page elsewhere whose name was made to point here (DNS
    rebinding) brings its own name.
    """
    address = str(st.get_option("server.address") or "")
    if not (address == "localhost" or _loopback(address)) or not _loopback(peer or ""):
        return False
    if any(name in _PASSED_ON or name.startswith(_PASSED_ON_BY) for name in map(_named, headers)):
        return False
    try:
        names = [urlsplit(f"//{headers.get('host', '')}").hostname]
        # A proxy that puts this machine's name into Host leaves the page's own in Origin.
        if "origin" in headers:
            names.append(urlsplit(headers["origin"]).hostname)
    except ValueError:
        return False
    return all(name in _HERE for name in names)


def _named(header: str) -> str:
    """A header's name as it is compared: some servers take ``X_Real_IP`` for ``X-Real-IP``."""
    return header.lower().replace("_", "-")


def _loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def people(departments: Mapping[str, str], plan_id: str = "") -> dict[str, Person]:
    """Whom one can act as in a plan, by what stands in the address; the first is who one is at the start."""
    ones = {
        role.value: Person(f"trial-{role.value}", f"{ROLE_WORDS[role]}(評価用)", role)
        for role in (Role.ADMIN, Role.SECRETARIAT)
    }
    for department_id, name in departments.items():
        ones[f"{_PREFIX}{department_id}"] = Person(
            f"trial-{department_id}",
            f"{name}の担当(評価用)",
            Role.DEPARTMENT,
            frozenset({department_id}),
            plan_id=plan_id,
        )
    ones[Role.READER.value] = Person("trial-reader", f"{ROLE_WORDS[Role.READER]}(評価用)", Role.READER)
    return ones


def chosen(
    departments: Mapping[str, str], asked: str | None, kept: str | None, plan_id: str = ""
) -> tuple[str, Person]:
    """Whom one acts as: the address goes before the cookie; 管理者 where neither names anybody.

    An unknown name is 閲覧: misspelt or gone, it must not give more than the one that was meant.
    """
    ones = people(departments, plan_id)
    key = asked or kept or Role.ADMIN.value
    key = key if key in ones else Role.READER.value
    return key, ones[key]


def only_looks(kept: str) -> bool:
    """Whether a cookie names the reader or nobody; whether a department is there, the page knows."""
    return bool(kept) and not kept.startswith(_PREFIX) and chosen({}, None, kept)[0] == Role.READER.value
