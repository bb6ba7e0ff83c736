"""A date that a person types, as people type dates, or picks from a calendar that opens on a press of its button.

What cannot be read is told beside the field, which keeps it; what it is given to gets no date then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import streamlit as st

from kpi.period import Period
from loaders.text.typed_day import WEEKDAYS, day_text, read_day
from pages.parts.app.clock import today
from pages.parts.shared.kept_fields import typed_in
from pages.parts.shared.markup import tag

#: Bounds of the calendar alone: any date may be typed, and what cannot be meant is refused by what it is given to.
_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)


def day_input(
    label: str,
    start: date | None,
    key: str,
    *,
    width: int | Literal["stretch"] = 260,
    on_change: Callable[..., None] | None = None,
    args: tuple[Any, ...] = (),
) -> date | None:
    """The date in a field, None where it is empty or not read. ``on_change`` is called after either way of changing it.

    ``start`` stands in it at first, and again when another one is given; or what :mod:`pages.parts.shared.kept_fields`
    has kept of it.
    """
    calendar = _calendar_key(key)
    if key not in st.session_state or st.session_state.get(f"{key}-start") != start:
        st.session_state[key] = typed_in(key, ready(start))
    st.session_state[f"{key}-start"] = start
    day, fault = read_day(st.session_state[key])
    if st.session_state.get(calendar) != _within(day):
        st.session_state[calendar] = _within(day)
    example = f"例: {Period.of_date(start or today()).short}"
    with st.container(width=width, gap=None, key=f"day-{key}"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            st.text_input(label, key=key, max_chars=40, placeholder=example, on_change=on_change, args=args)
            st.date_input(
                "暦から選ぶ", None, key=calendar, format="YYYY/MM/DD", label_visibility="collapsed",
                width=44, on_change=_picked, args=(key, on_change, args), min_value=_FIRST, max_value=_LAST,
            )  # fmt: skip
        if fault:
            st.html(tag("div", fault, "day-fault", role="alert"))
        elif day:
            st.html(tag("div", _told(day), "meta"))
    return day


def set_day(key: str, day: date | None) -> None:
    """Let a field, which is not drawn yet, show a day."""
    st.session_state[key] = ready(day)


def ready(day: date | None) -> str:
    """How a day stands in a field before anything is typed."""
    return day_text(day) if day else ""


def typed(key: str) -> tuple[date | None, str]:
    """What stands in a field, for an act that is called before the page is drawn: the day, or why it is none."""
    return read_day(str(st.session_state.get(key, "")))


def unread(*keys: str) -> bool:
    """Whether one of some fields holds what is no date: nothing that rests on them may be done."""
    return any(typed(key)[1] for key in keys)


def _calendar_key(key: str) -> str:
    return f"{key}-calendar"


def _within(day: date | None) -> date | None:
    return day if day and _FIRST <= day <= _LAST else None


def _picked(key: str, on_change: Callable[..., None] | None, args: tuple[Any, ...]) -> None:
    chosen = st.session_state.get(_calendar_key(key))
    set_day(key, chosen if isinstance(chosen, date) else None)
    if on_change:
        on_change(*args)


def _told(day: date) -> str:
    """「令和8年11月28日(土)」: what was understood, for whoever typed it otherwise."""
    return f"{Period.of_date(day).label.split('(')[0]}({WEEKDAYS[day.weekday()]})"
