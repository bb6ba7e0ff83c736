"""The field of a text that several people may write, and its saving: nobody writes over what they have not seen.

The page is drawn anew, with what stands by then, before a pressed button tells of itself. So the session keeps beside
each field what stood when the field was filled.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpi.issue import Issue
from kpi.report.blocks import Sentence
from pages.parts.shared.layout import attempt
from pages.parts.shared.markup import unmarked
from pages.parts.shared.notices import tell


def text_box(label: str, one: Sentence, key: str, longest: int, *, height: int = 90, named: bool = True) -> str:
    """The field, and what stands in it: what was typed, else the text as it is by now."""
    drawn: Sentence | None = st.session_state.get(_drawn(key))
    typed = st.session_state.get(key)
    if drawn is None or typed is None or _words(typed) in (drawn.text, one.text):
        st.session_state[_drawn(key)] = one
        if typed is None or _words(typed) != one.text:
            st.session_state[key] = one.text
    return st.text_area(
        unmarked(label),
        max_chars=max(longest, len(one.text), len(st.session_state[key])),  # what the data says may be longer
        key=key,
        height=height,
        label_visibility="visible" if named else "collapsed",
    )


def is_same(typed: str, one: Sentence) -> bool:
    """Whether nothing would change."""
    return _words(typed) == one.text


def save(key: str, one: Sentence, place: str, done: str, act: Callable[[str], tuple[Issue, ...]]) -> None:
    """Save what was typed, and say so at its place. ``act`` takes what its writer saw there of what people wrote.

    Where somebody has written something else since, it is refused with what stands now. What was typed stays, and may
    be saved over that.
    """
    drawn: Sentence = st.session_state.get(_drawn(key), Sentence(key, ""))
    if attempt(lambda: act(drawn.edited)) is None:
        st.session_state[_drawn(key)] = one
        return
    st.session_state.pop(_drawn(key), None)
    tell(place, done)


def _drawn(key: str) -> str:
    return f"drawn-{key}"


def _words(typed: str) -> str:
    return " ".join(typed.split())
