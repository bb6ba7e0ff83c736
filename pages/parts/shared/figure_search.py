"""Finding a figure's origin by its short number: on its own screen, and from the menu of every other."""

from __future__ import annotations

import unicodedata

import streamlit as st

_FIELD, _SHOWN, _BOX = "origin-query", "origin-shown", "origin-box"


def wanted(written: str) -> str:
    """What was typed, in half width and without spaces around; empty stays empty."""
    return unicodedata.normalize("NFKC", written).strip()


def search_field() -> str:
    """The field of the screen itself, bound to the address (``figure=``): a link shows the same origin."""
    asked = st.query_params.get("figure", "")
    if st.session_state.get(_SHOWN) != asked or _FIELD not in st.session_state:
        st.session_state[_FIELD] = asked
    written = st.text_input(
        "番号(例 K7Q-0219)、または指標の番号・名前", key=_FIELD, max_chars=120, width=420, placeholder="K7Q-0219"
    )
    if written != asked:
        for other in ("series", "area", "period", "card"):
            if other in st.query_params:
                del st.query_params[other]
        if written:
            st.query_params["figure"] = written
        elif "figure" in st.query_params:
            del st.query_params["figure"]
    st.session_state[_SHOWN] = written
    return wanted(written)


def find_box(page: st.Page) -> None:
    """In the menu: a short number leads to its passport on the screen 出所."""
    with st.sidebar, st.form("find-origin", border=False, clear_on_submit=True):
        written = st.text_input("番号から出所を探す", key=_BOX, max_chars=120, placeholder="K7Q-0219")
        if st.form_submit_button("探す") and wanted(written):
            st.switch_page(page, query_params={"figure": wanted(written)})
