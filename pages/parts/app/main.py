"""The script that every session runs: settings of the page, the plan's store, and who gets which screens."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import streamlit as st

from kpi.collection.workflow import Action
from kpi.people import Person
from pages.admin import admin_page
from pages.compare import compare_page
from pages.data import data_page
from pages.field import field_page
from pages.handover import handover_page
from pages.indicator import indicator_page
from pages.method import method_page
from pages.origin import origin_page
from pages.overview import overview_page
from pages.parts.app import identity, plan_choice
from pages.parts.app.clock import today
from pages.parts.app.current_view import view
from pages.parts.shared import as_of, notices
from pages.parts.shared.figure_search import find_box
from pages.parts.shared.layout import guarded, show, told_if_busy
from pages.parts.shared.markup import join, link, tag
from pages.review import review_page
from pages.rounds import rounds_page
from pages.submit import submit_page


class Screen(NamedTuple):
    """One screen: its page, title and address, and what it asks of a person; else approved figures, for anybody."""

    page: Callable[[], None]
    title: str
    address: str
    need: Action = Action.SEE_APPROVED


#: In the order of the menu. The first is the front page and has no address of its own.
SCREENS = (
    Screen(overview_page, "概況", ""),
    Screen(field_page, "分野", "field"),
    Screen(indicator_page, "指標", "indicator"),
    Screen(compare_page, "全国比較", "compare"),
    Screen(rounds_page, "照会", "rounds", Action.SEE_RETURNS),
    Screen(submit_page, "回答", "submit", Action.SEE_RETURNS),
    Screen(review_page, "確認", "review", Action.CONFIRM),
    Screen(handover_page, "引継ぎ", "handover", Action.SEE_HANDOVER),
    Screen(data_page, "データ", "data"),
    Screen(origin_page, "出所", "origin"),
    Screen(method_page, "算定方法・用語", "method"),
    Screen(admin_page, "管理", "admin", Action.SEE_LOG),
)

#: The addresses without a screen that a session has asked for.
_STRAYED = "strayed"


def _plan_name() -> str:
    """The plan's name as a CSS string's content: nothing in it can end the style."""
    try:
        return re.sub(r"[<>{}\\\\]", "", view().plan.name)
    except Exception:  # the page itself says what is wrong; the menu stands in any case
        return "DX推進プラン"


def _asked(url: str | None) -> str:
    return unquote(urlsplit(url or "").path).strip("/").rsplit("/", 1)[-1]


def unknown_address(url: str | None) -> str:
    """The last part of an address that none of our screens has; empty for one that is known."""
    asked = _asked(url)
    return "" if asked in {screen.address for screen in SCREENS} else asked


def no_such_page() -> None:
    """Says that there is nothing at this address, and where everything starts."""
    st.title("この画面はありません", anchor=False)
    said = "このアドレス(URL)の画面はありません。途中で切れたり、文字が欠けたりしていないか確かめるか、"
    show(tag("p", join([said, link("概況", ""), "から開いてください。"]), "lead"))


def main() -> None:
    """Draw the screen that the address asks for."""
    st.set_page_config(page_title="DX推進プラン KPI進捗ダッシュボード", layout="wide", initial_sidebar_state="auto")
    plan_choice.arrive(_asked(st.context.url))
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
    asked = _asked(st.context.url)
    if asked:
        pages.append(st.Page(guarded(page), title="サインイン", url_path=asked, visibility="hidden"))
    st.navigation(pages, position="hidden").run()


told_if_busy(guarded(main))()
