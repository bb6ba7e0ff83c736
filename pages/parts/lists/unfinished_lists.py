"""Lists that somebody has begun to put right and not taken in: they wait, to go on with or to throw away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.issue import Issue
from kpi.period import stamp
from loaders.store.queries.kept_lists import KeptReading
from loaders.workbook.cells import Book
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.current_view import services
from pages.parts.lists.list_session import OnScreen, close, keep, on_screen
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import join, tag


def open_list(state: Assessment, name: str, data: bytes, *, again: bool = False) -> OnScreen | None:
    """A list opened on the screen, with what was said of it on another day; ``again`` if it is taken up from there."""
    with st.spinner("読み取っています…"):
        book = attempt(lambda: _book(data, name))
    if not isinstance(book, Book):
        return None
    kept = tuple((r.sheet, r.told) for r in services().readings(state.plan.id) if r.sha256 == book.sha256)
    one = OnScreen(name, data, book.sha256 + name, book, kept, kept, bool(kept), again)
    keep(one)
    return one


def _book(data: bytes, name: str) -> Book | tuple[Issue, ...]:
    found = services().open_list(data, name)
    return (found,) if isinstance(found, Issue) else found


def keep_said(state: Assessment, one: OnScreen, sheet: str) -> None:
    """Put what stands as said of a sheet into the store, where that is something new."""
    if one.found and one.said:
        note("前に直したところから続けています。初めから読むときは「最初の読み方に戻す」を押してください。")
    told, before = one.told(sheet), replace(one, said=one.kept).told(sheet)
    if told != before:
        done = attempt(partial(services().keep_reading, state.plan.id, one.filename, one.data, sheet, told))
        if done is not None:
            keep(replace(one, kept=(*(k for k in one.kept if k[0] != sheet), (sheet, told))))


def taken_up(state: Assessment) -> OnScreen | None:
    """The list that is taken up again, with the way out of it; else those that wait are shown."""
    one = on_screen()
    if one is not None and one.taken_up:
        show(tag("p", join([tag("b", one.filename), " の続きです。"])))
        with st.container(horizontal=True):
            st.button("閉じる(直したところは残ります)", key=fresh("list-close"), on_click=close)
        return one
    _waiting(state)
    return None


def _waiting(state: Assessment) -> None:
    """Each list that waits, who put it right last, and what can be done with it."""
    files: dict[str, list[KeptReading]] = {}
    for reading in services().readings(state.plan.id):
        files.setdefault(reading.sha256, []).append(reading)
    if not files:
        return
    st.subheader("読みかけの一覧", anchor=False)
    for number, (sha256, readings) in enumerate(files.items()):
        _one_waiting(state, number, sha256, readings)


def _one_waiting(state: Assessment, number: int, sha256: str, readings: Sequence[KeptReading]) -> None:
    first, plan_id = readings[0], state.plan.id
    sheets = "、".join(f"「{r.sheet}」" for r in readings)
    words = f" シート{sheets}を直したところです。{stamp(first.at)} {first.who}"
    with st.container(border=True, key=fresh(f"list-waiting-{number}")):
        show(tag("p", join([tag("b", first.filename), words])))
        with st.container(horizontal=True):
            if st.button("続きを読む", key=fresh(f"list-go-on-{sha256}")):
                name, data = services().reading_file(plan_id, sha256)
                if open_list(state, name, data, again=True):
                    st.rerun()
            if st.button("捨てる", key=fresh(f"list-throw-{sha256}")):
                act(partial(services().drop_reading, plan_id, sha256), f"「{first.filename}」の読みかけを捨てました。")
