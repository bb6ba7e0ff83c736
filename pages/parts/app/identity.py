"""Who is at the screen. Found anew at every run of the script, and by what runs without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from kpi.collection.workflow import Action, may, refusal
from kpi.people import NOBODY, ROLE_WORDS, Person, own_places
from kpi.place import Place
from pages.parts.app import sign_in, trial_identity
from pages.parts.app.clock import today
from pages.parts.app.plan_choice import plan_id
from pages.parts.app.sign_in import Setup, Standing
from pages.parts.app.storage import store
from pages.parts.shared.address import notice, quoted
from pages.parts.shared.markup import Content, join, link, tag

_ENDED = {
    Standing.EXPIRED: "サインインの期限が切れました。もう一度サインインしてください。保存した下書きは残っています。",
    Standing.REVOKED: "サインアウトしました。",
    Standing.FOREIGN: "このサインインは、この画面のものではありません。もう一度サインインしてください。",
}
_READ_ONLY = "閲覧のみ: サインインが設定されていないため、このパソコン以外からは公表できる確認済の値だけを見られます。"
_TRIAL = "評価用: サインインが設定されていないため、誰として使うかを選んで試せます。"


@dataclass(frozen=True)
class _Who:
    """One run's answer: a person, or the page that stands in everything's place."""

    person: Person | None
    instead: Callable[[], None] | None = None
    trial_key: str = ""
    #: A name that was asked for and that nobody has.
    unknown: str = ""


def person() -> Person:
    """The person at the screen now; the run ends at the sign-in page where there is none."""
    who = _who()
    if who.person is None:
        assert who.instead is not None
        who.instead()
        st.stop()
    return who.person


def closed() -> Callable[[], None] | None:
    """The page that stands in place of all others, where nobody we know is at the screen."""
    return _who().instead


def require(action: Action, department: str = "") -> Person:
    """The person, if they may do this, for this department where one is named; else a refusal ends the page.

    Who answers for some of a department's 課 may open its page; what they do there is asked again with the 課.
    """
    who = person()
    if not reaches(who, action, department):
        refuse(who, action)
    return who


def reaches(who: Person, action: Action, department: str = "") -> bool:
    """Whether a person may do something for a department or part of it; for any at all where none is named."""
    places = [Place(who.plan_id, department_id=department), *own_places(who)]
    return any(may(who, action, place) for place in places if department in ("", place.department_id))


def refuse(who: Person, action: Action) -> NoReturn:
    """Say that this may not be done, and end the page."""
    issue = refusal(who, action)
    st.title("権限がありません", anchor=False)
    _say("p", join([issue.message, issue.advice]), "lead")
    _say("p", link("概況へ戻る", ""))
    st.stop()


def aside() -> None:
    """In the menu: who one is, and how to be another or nobody. On the page: that this is a trial or read only."""
    who = _who()
    if who.unknown:
        instead = "は見つかりません。代わりに閲覧として表示しています。メニューの「評価用: 誰として使うか」で選べます。"
        notice(join(["利用者", quoted(who.unknown), instead]))
    if who.trial_key:
        _say(
            "div",
            join([tag("b", "評価用"), f"　{who.person.name if who.person else ''}として表示しています。"]),
            "meta",
        )
        _choices(who.trial_key)
    elif who.person is NOBODY:
        _say("div", _READ_ONLY, "notice")
    elif who.person is not None:
        with st.sidebar:
            _say("div", join([tag("b", who.person.name), f"　{ROLE_WORDS[who.person.role]}"]), "meta")
            _sign_out()


# --- who -----------------------------------------------------------------------------------------------------------


@contextmanager
def of_run() -> Iterator[None]:
    """While a run of the script draws its screen, who is at it is found once: a screen asks a dozen times.

    What comes before (a button's own act) or without it (a part that draws itself anew) finds it for itself.
    """
    token = _OF_RUN.set(_found())
    try:
        yield
    finally:
        _OF_RUN.reset(token)


_OF_RUN: ContextVar[_Who | None] = ContextVar("who is at the screen", default=None)


def _who() -> _Who:
    return _OF_RUN.get() or _found()


def _found() -> _Who:
    match sign_in.setup():
        case Setup.BROKEN:
            return _Who(None, _broken)
        case Setup.NONE:
            return _unsigned()
    claims = st.user.to_dict()
    worth = sign_in.standing(claims)
    if worth is not Standing.VALID:
        return _Who(None, lambda: _sign_in(worth))
    found = sign_in.person_of(claims, plan_id())
    return _Who(found) if found else _Who(None, lambda: _unknown(claims))


def _unsigned() -> _Who:
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    # No request comes without a header: a run without any is not served to a browser at all.
    # The framework names no peer where it is this machine, and the bind that must be this machine's has no other.
    if headers and not trial_identity.on_this_machine(headers, st.context.ip_address or "127.0.0.1"):
        return _Who(NOBODY)
    asked, kept = st.query_params.get(trial_identity.PARAMETER), st.context.cookies.get(trial_identity.COOKIE)
    kept = kept if isinstance(kept, str) else ""  # a run without a browser has no cookies that are texts
    key, one = trial_identity.chosen(_departments(), asked, kept, plan_id())
    wanted = asked or kept or key
    return _Who(one, trial_key=key, unknown=wanted if wanted != key else "")


def _departments() -> Mapping[str, str]:
    """The departments' names: the same for everybody, and known without a person."""
    plan, day = plan_id(), today()
    return {d.id: d.name(day) for d in store().plan(plan).departments} if plan else {}


# --- the pages that stand instead ----------------------------------------------------------------------------------


def _sign_in(worth: Standing) -> None:
    st.title("サインイン", anchor=False)
    failed = "サインインできませんでした。もう一度お試しください。続くときは管理者に連絡してください。"
    said = _ENDED.get(worth) or (failed if "signin" in st.query_params else "")
    if said:
        _say("div", said, "notice", role="status")
    _say("p", "県のアカウントでサインインしてください。", "lead")
    for name, section in sign_in.providers().items():
        label = str(section.get("label") or "サインインする")
        if st.button(label, key=f"sign-in-{name}", type="primary"):
            st.login(name)


def _unknown(claims: sign_in.Claims) -> None:
    signed = sign_in.SignIn.of(claims)
    st.title("利用者として登録されていません", anchor=False)
    known = signed.name + (f"({signed.mail})" if signed.mail else "")
    asked = sign_in.first_admin()
    whom = f"管理者({asked})" if asked else "管理者"
    _say("p", join([tag("b", known or "名前のないアカウント"), " としてサインインしています。"]), "lead")
    _say("p", f"このアカウントは、まだこの画面の利用者として登録されていません。{whom}に登録を依頼してください。")
    _sign_out()


def _broken() -> None:
    st.title("サインインの設定が不完全です", anchor=False)
    _say("p", "設定が正しくなるまで、誰も使えません。管理者に連絡してください。", "lead")
    _say("p", "管理者の方へ: secrets.toml の [auth] を README の「Signing in」と比べてください。")


def _sign_out() -> None:
    if st.button("サインアウト", key="sign-out"):
        sign_in.end(st.user.to_dict())
        st.logout()


def _choices(current: str) -> None:
    """A link for each person one can act as: links, so that the choice reaches the server with the next request."""
    lines: list[Content] = [tag("p", _TRIAL, "meta")]
    for key, one in trial_identity.people(_departments()).items():
        name = one.name.removesuffix("(評価用)")
        lines.append(
            tag("p", tag("b", name) if key == current else link(name, "", **{trial_identity.PARAMETER: key}), "meta")
        )
    with st.sidebar, st.expander("評価用: 誰として使うか"):
        _say("div", join(lines))


def _say(name: str, content: Content, kind: str = "", **attributes: str) -> None:
    st.html(tag(name, content, kind, **attributes))
