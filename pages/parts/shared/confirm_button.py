"""A button that asks first: it says what it would do, and does it when that is agreed to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import streamlit as st

from pages.parts.shared.layout import show
from pages.parts.shared.markup import Content, tag, unmarked

_ASKED, _CHANGED = "asked-first", "押したときから内容が変わっています。もう一度確かめてください。"


def ask(key: str, what: Hashable) -> None:
    """Ask about an act: :func:`agreed` stands open from now on. ``what`` names all that it would do."""
    st.session_state[_ASKED] = {key: what}


def asking(key: str) -> bool:
    """Whether an act is being asked about."""
    return key in st.session_state.get(_ASKED, {})


def agreed(key: str, what: Hashable, summary: Content, yes: str) -> bool:
    """The question, where it was asked; whether somebody has agreed to exactly what is summarised.

    Where ``what`` has become another meanwhile it is not done, and said.
    """
    asked: Mapping[str, Hashable] = st.session_state.get(_ASKED, {})
    if key not in asked:
        return False
    with st.container(border=True, key=f"told-first-{key}"):
        show(tag("div", summary, "notice", role="status"))
        with st.container(horizontal=True):
            sure = st.button(unmarked(yes), type="primary", key=f"{key}-yes")
            left = st.button("やめる", key=f"{key}-no")
        if sure and asked[key] != what:
            st.warning(_CHANGED)
            ask(key, what)
            return False
    if sure or left:
        st.session_state.pop(_ASKED, None)
    if left:
        st.rerun()
    return sure


def button(
    label: str, key: str, what: Hashable, summary: Content, yes: str, *, primary: bool = False, disabled: bool = False
) -> bool:
    """The button with its question beneath it; whether what it asks was agreed to."""
    if st.button(unmarked(label), key=key, type="primary" if primary else "secondary", disabled=disabled):
        ask(key, what)
    return not disabled and agreed(key, what, summary, yes)
