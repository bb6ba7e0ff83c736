"""The script that every session runs: settings of the page, the plan's store, and who gets which screens."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence

import streamlit as st

from kpi.people import Person
from pages.parts.app import identity, plan_choice
from pages.parts.app.clock import today
from pages.parts.app.current_view import view
from pages.parts.app.screens import SCREENS, Screen, asked_for, unknown_address
from pages.parts.shared import as_of, notices
from pages.parts.shared.figure_search import find_box
from pages.parts.shared.layout import guarded, show, told_if_busy
from pages.parts.shared.markup import join, link, tag

#: The addresses without a screen that a session has asked for.
_STRAYED = "strayed"


def _plan_name() -> str:
    """The plan's name as a CSS string's content: nothing in it can end the style."""
    try:
        return re.sub(r"[<>{}\\\\]", "", view().plan.name)
    except Exception:  # the page itself says what is wrong; the menu stands in any case
        return "DX推進プラン"


def no_such_page() -> None:
    """Says that there is nothing at this address, and where everything starts."""
    st.title("この画面はありません", anchor=False)
    said = "このアドレス(URL)の画面はありません。途中で切れたり、文字が欠けたりしていないか確かめるか、"
    show(tag("p", join([said, link("概況", ""), "から開いてください。"]), "lead"))


def main() -> None:
    """Draw the screen that the address asks for."""
    st.set_page_config(page_title="DX推進プラン KPI進捗ダッシュボード", layout="wide", initial_sidebar_state="auto")
    plan_choice.arrive(asked_for(st.context.url))
    with identity.of_run():
        _draw()


def _draw() -> None:
    door = identity.closed()
    if door is not None:
        _only(door)
        return
    on_paper = {"--plan-name": _plan_name(), "--printed-on": f"{today().isoformat()} 印刷"}
    words = " ".join(f"{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in on_paper.items())
    st.html(f"<style>:root {{ {words} }}</style>")
    who = identity.person()
    # What a person may not open is not in their menu, and reached by its address or by Back it says so.
    pages = [_page(who, screen) for screen in SCREENS]
    # Pages of their own, not in the menu: otherwise the framework silently shows the front page in their place, on the
    # way back to them too.
    strayed = st.session_state.setdefault(_STRAYED, set())
    strayed.update({unknown_address(st.context.url)} - {""})
    pages += [
        st.Page(no_such_page, title="画面がありません", url_path=one, visibility="hidden") for one in sorted(strayed)
    ]
    chosen = st.navigation(pages, position="sidebar", expanded=True)
    guarded(plan_choice.carry)()
    guarded(plan_choice.chooser)()
    guarded(identity.aside)()
    guarded(lambda: _around(chosen, pages))()
    notices.begin()
    chosen.run()
    notices.rest()
    as_of.drawn()


def _around(chosen: st.Page, pages: Sequence[st.Page]) -> None:
    """What stands around every screen: the moment that is shown, and the way from a number to its origin."""
    as_of.carry(chosen.url_path)
    find_box(next(p for p in pages if p.url_path == "origin"))
    as_of.control()
    as_of.banner(chosen.url_path)


def _page(who: Person, screen: Screen) -> st.Page:
    """A page that asks again for itself, whatever the menu showed."""

    @functools.wraps(screen.page)
    def asked() -> None:
        identity.require(screen.need)
        screen.page()

    closed = not identity.reaches(who, screen.need)
    return st.Page(
        guarded(asked),
        title=screen.title,
        url_path=screen.address or None,
        default=not screen.address,
        visibility="hidden" if closed else "visible",
    )


def _only(door: Callable[[], None]) -> None:
    """One page at whatever address was asked for, and no menu."""

    def page() -> None:
        door()

    pages = [st.Page(guarded(page), title="サインイン", default=True)]
    asked = asked_for(st.context.url)
    if asked:
        pages.append(st.Page(guarded(page), title="サインイン", url_path=asked, visibility="hidden"))
    st.navigation(pages, position="hidden").run()


told_if_busy(guarded(main))()
