"""What a sign-in is worth: which configuration stands behind it, how long it lasts, and whom its claims make a person.

Screens (`identity`) and HTTP routes (`gate`) ask the same questions here, so that no way in is wider than the other.
The framework signs the cookie and talks to the provider (Authlib checks signature, algorithm, issuer, nonce, and the
expiry at that moment). What it does not check is checked here at every run and every request: the audience (Authlib
looks at ``azp`` alone), the expiry from then on, our own maximum age, and whether the person has signed out.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import streamlit as st

from kpi.collection.acts import Act
from kpi.people import Person, Role, mail_address
from loaders.settings import now
from loaders.store.commands import revoke
from loaders.text.characters import one_line
from pages.parts import framework
from pages.parts.app.storage import store

_RANK = {role: place for place, role in enumerate(Role)}
#: Clocks of two servers differ; so much younger than now a token may be (seconds).
_SKEW = 120
_SHORTEST_SECRET = 32
_NEEDED = ("client_id", "client_secret", "server_metadata_url")
#: What tells one sign-in from another of the same person. All of it stays the same as long as the cookie lives.
_STABLE = ("iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "sid", "jti")

Claims = Mapping[str, Any]


class Setup(StrEnum):
    """How far signing in is configured."""

    NONE = "none"
    READY = "ready"
    BROKEN = "broken"


class Standing(StrEnum):
    """What a request's sign-in is worth right now."""

    ABSENT = "absent"
    EXPIRED = "expired"
    FOREIGN = "foreign"  # made for another program or by another provider
    REVOKED = "revoked"
    VALID = "valid"


class Membership(Protocol):
    """A rule of the store: which claim gives which role."""

    @property
    def claim(self) -> str: ...  # noqa: D102
    @property
    def pattern(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def plan_id(self) -> str: ...  # noqa: D102
    @property
    def departments(self) -> Iterable[str]: ...  # noqa: D102
    @property
    def divisions(self) -> Iterable[str]: ...  # noqa: D102


@dataclass(frozen=True)
class SignIn:
    """One sign-in: the id that revokes it, and what it says about the person.

    ``subject`` is the same at every sign-in of a person, with a mail address or without.
    """

    id: str
    subject: str
    mail: str
    name: str
    groups: frozenset[str]

    @classmethod
    def of(cls, claims: Claims) -> SignIn:
        """What a token's claims say. A mail address counts only where the provider says that it has verified it."""
        stable = {name: claims[name] for name in _STABLE if name in claims}
        digest = sha256(json.dumps(stable, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
        # Not preferred_username: with some providers people choose that themselves.
        mail = _address(claims.get("email")) if claims.get("email_verified") is True else ""
        mail = mail or _address(claims.get("upn"))
        groups = frozenset(g for name in ("groups", "group") for g in _texts(claims.get(name)))
        subject = sha256(json.dumps([claims.get("iss"), claims.get("sub")]).encode()).hexdigest()[:16]
        return cls(digest, subject, mail, one_line(_text(claims.get("name"))), groups)


def _address(value: object) -> str:
    """One mail address as it is compared, empty where a claim is none: letters of other scripts look like ASCII's."""
    return mail_address(_text(value)).lower()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    """A claim that is one text or a list of them."""
    many = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(text for text in map(_text, many) if text)


# --- configuration -------------------------------------------------------------------------------------------------


def setup() -> Setup:
    """Whether people can sign in. Anything half done is BROKEN, which lets nobody in."""
    if not framework.secrets_loaded():
        # The framework takes a file it cannot read for no file at all.
        return Setup.BROKEN if any(Path(p).exists() for p in st.get_option("secrets.files")) else Setup.NONE
    if not framework.has_auth_section():
        return Setup.NONE
    auth = framework.auth_section()
    sound = (
        providers()
        and all(all(_text(section.get(key)) for key in _NEEDED) for section in providers().values())
        and len(str(auth.get("cookie_secret", ""))) >= _SHORTEST_SECRET
        and origin().startswith(("http://", "https://"))
        and framework.reads_sign_ins()
        and not st.get_option("server.trustedUserHeaders")  # a header can be sent by anyone who reaches the port
    )
    return Setup.READY if sound else Setup.BROKEN


def providers() -> dict[str, Mapping[str, Any]]:
    """The providers of the configuration by the name that ``st.login`` knows them by."""
    auth = framework.auth_section()
    if auth.get("client_id"):
        return {"default": auth}
    return {name: section for name, section in auth.items() if isinstance(section, Mapping) and "client_id" in section}


def origin() -> str:
    """Scheme, host and port at which people reach the program, from the configured redirect_uri."""
    return framework.redirect_origin()


def first_admin() -> str:
    """The mail address of the administrator named in the configuration; empty where nobody is."""
    return _address(os.environ.get("KPI_FIRST_ADMIN", ""))


def longest_seconds() -> float:
    """The age at which a sign-in ends whatever its token says; 10 hours where the setting makes no sense."""
    try:
        hours = float(os.environ.get("KPI_SESSION_HOURS") or 10)
    except ValueError:
        hours = 10.0
    return (hours if math.isfinite(hours) and hours > 0 else 10.0) * 3600


# --- a sign-in -----------------------------------------------------------------------------------------------------


def standing(claims: Claims, moment: float | None = None) -> Standing:
    """What a sign-in is worth at a moment, in seconds since 1970; a rehearsal's held day does not count here."""
    if not claims.get("is_logged_in"):
        return Standing.ABSENT
    if not _ours(claims):
        return Standing.FOREIGN
    if not _timely(claims, time.time() if moment is None else moment):
        return Standing.EXPIRED
    ours = store()
    return Standing.REVOKED if _is_revoked(ours, ours.revision(), SignIn.of(claims).id) else Standing.VALID


def _ours(claims: Claims) -> bool:
    """Made for this program, by the provider it is configured for."""
    section = providers().get(str(claims.get("provider", "")))
    if section is None or not _text(claims.get("sub")) or not _text(claims.get("iss")):
        return False
    audience = _texts(claims.get("aud"))
    wanted = section["client_id"]
    # A token for several programs must say that it was issued to this one.
    known = wanted in audience and (len(audience) == 1 or claims.get("azp") == wanted)
    issuer = _text(section.get("issuer"))
    return known and (not issuer or claims["iss"] == issuer)


def _timely(claims: Claims, moment: float) -> bool:
    issued, expires = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    return (
        issued is not None
        and expires is not None
        and issued - _SKEW <= moment < min(expires, issued + longest_seconds())
    )


def _seconds(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def end(claims: Claims) -> None:
    """Revoke a sign-in, so that every copy of its cookie is dead."""
    if standing(claims) is Standing.VALID:
        signed = SignIn.of(claims)
        store().do(revoke, Act(signed.name or signed.mail or "サインイン", now()), signed.id)


def claims_of(cookies: Mapping[str, str]) -> Claims:
    """What a request's sign-in cookie says, if we signed it for this address; nothing otherwise."""
    claims = framework.cookie_claims(cookies)
    return claims if claims.get("origin") == origin() else {}


# --- a person ------------------------------------------------------------------------------------------------------


def person_of(claims: Claims, plan_id: str) -> Person | None:
    """The person a valid sign-in is in a plan by the store's rules; None for somebody no rule knows."""
    ours = store()
    return person_by(SignIn.of(claims), _memberships(ours, ours.revision()), first_admin(), plan_id)


def person_by(signed: SignIn, rules: Iterable[Membership], admin: str = "", plan_id: str = "") -> Person | None:
    """The highest role of all rules that match, with the departments of all that make a 部局担当 of a plan.

    Whom only rules of other plans know is a reader here.
    """
    known = [rule for rule in rules if _matches(rule, signed)]
    # Departments are a plan's own: a rule that names no plan gives nobody one.
    matching = [r for r in known if r.plan_id == plan_id or (not r.plan_id and Role(r.role) is not Role.DEPARTMENT)]
    # The plan in which each role holds, empty for every plan: of two equal ones the wider counts.
    roles = [(_RANK[Role(rule.role)], not rule.plan_id) for rule in matching]
    if admin and signed.mail == admin:
        roles.append((_RANK[Role.ADMIN], True))
    if not roles:
        return Person(signed.mail or signed.subject, signed.name or signed.mail, plan_id=plan_id) if known else None
    rank, everywhere = max(roles)
    role = list(Role)[rank]
    own = [rule for rule in matching if role is Role.DEPARTMENT and Role(rule.role) is role]
    # A rule without 課 gives the whole department, whatever another rule narrows.
    whole = {d for rule in own for d in rule.departments if not _within(rule, d)}
    divisions = {d for rule in own for d in rule.divisions if d.split("/")[0] not in whole}
    departments = frozenset(d for rule in own for d in rule.departments)
    who = signed.name or signed.mail
    where = "" if everywhere else plan_id
    return Person(signed.mail or signed.subject, who, role, departments, frozenset(divisions), where)


def _within(rule: Membership, department_id: str) -> bool:
    return any(d.startswith(f"{department_id}/") for d in rule.divisions)


def _matches(rule: Membership, signed: SignIn) -> bool:
    """``*`` stands for any letters and ``?`` for one; large and small letters are the same. Empty means nobody."""
    given = {"mail": (signed.mail,), "name": (signed.name,), "group": tuple(signed.groups)}.get(rule.claim, ())
    pattern = rule.pattern.strip()
    if not pattern or (rule.claim == "mail" and not pattern.isascii()):
        return False
    fold = str.lower if rule.claim == "mail" else str.casefold
    wanted = _pattern(fold(pattern))
    return any(value and wanted.fullmatch(fold(value)) for value in given)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """What a rule's pattern means: ``*`` and ``?``, and every other sign itself, brackets too."""
    first, *rest = ("".join("." if c == "?" else re.escape(c) for c in part) for part in text.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    # Each part is sought from where the one before it ends and never again: a name is read once, whatever the pattern.
    *between, last = rest
    return re.compile(first + "".join(f"(?>.*?{part})" for part in between) + f".*{last}", re.DOTALL)


@lru_cache(maxsize=4)
def _memberships(ours: Any, revision: str) -> tuple[Membership, ...]:
    """The rules at one revision of the store: asked at every run, read once."""
    return tuple(ours.memberships())


@lru_cache(maxsize=2048)
def _is_revoked(ours: Any, revision: str, session_id: str) -> bool:
    return bool(ours.is_revoked(session_id))
