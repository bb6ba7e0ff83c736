"""What is filtered stays in the address: a link shows a colleague the same view, and Back works."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.asked import tell_missing


def choose(label: str, parameter: str, options: Mapping[str, str], *, default: str = "") -> str:
    """One choice bound to a query parameter. ``options`` maps what stands in the address to what people read.

    The framework's own binding would put the label into the address, and a renamed indicator would break every link.
    An unknown value in the address falls back to this session's last choice, then to ``default``, then to the first,
    and that is said.
    """
    key, last = f"choose-{parameter}", f"last-{parameter}"
    asked = st.query_params.get(parameter, "")
    start = next(
        value for value in (asked, st.session_state.get(last, ""), default, next(iter(options))) if value in options
    )
    # The address wins whenever it differs from what was last written there: a followed link, or Back.
    if asked != st.session_state.get(last) or st.session_state.get(key) not in options:
        st.session_state[key] = start
    tell(label, parameter, options, start)
    chosen = str(st.selectbox(label, list(options), format_func=options.__getitem__, key=key))
    if chosen != asked:
        st.query_params[parameter] = chosen
    st.session_state[last] = chosen
    return chosen


def only(label: str, parameter: str, options: Mapping[str, str]) -> str:
    """The first of ``options``, where nothing is left to choose; says so where the address asks for something else."""
    first = next(iter(options))
    tell(label, parameter, options, first)
    return first


def tell(label: str, parameter: str, options: Mapping[str, str], shown: str) -> None:
    """Say it where the address asks for what is none of the options; ``shown`` is what stands in its place."""
    asked = st.query_params.get(parameter, "")
    with st.container():  # its place stays when the words go: whatever moves up on the page would close what is open
        # What was chosen here before and fell out of the options by another choice was asked for by nobody's address.
        if asked and asked not in options and asked != st.session_state.get(f"last-{parameter}"):
            tell_missing(label, asked, options[shown])
