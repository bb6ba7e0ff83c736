"""What is filtered stays in the address: a link shows a colleague the same view, and Back works."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def choose(label: str, parameter: str, options: Mapping[str, str], *, default: str = "") -> str:
    """One choice bound to a query parameter. ``options`` maps what stands in the address to what people read.

    The framework's own binding would put the label into the address, and a renamed indicator would break every link.
    An unknown value in the address falls back to this session's last choice, then to ``default``, then to the first.
    """
    key, last = f"choose-{parameter}", f"last-{parameter}"
    asked = st.query_params.get(parameter, "")
    start = next(
        value for value in (asked, st.session_state.get(last, ""), default, next(iter(options))) if value in options
    )
    # The address wins whenever it differs from what was last written there: a followed link, or Back.
    if asked != st.session_state.get(last) or st.session_state.get(key) not in options:
        st.session_state[key] = start
    chosen = str(st.selectbox(label, list(options), format_func=options.__getitem__, key=key))
    if chosen != asked:
        st.query_params[parameter] = chosen
    st.session_state[last] = chosen
    return chosen
