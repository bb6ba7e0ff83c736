"""What was typed into a field, kept beside its widget: the framework forgets it wherever a run does not draw it.

So it stands there again after a look at another screen, part, round or plan. What stood ready in a field is nothing
typed; where something else stands ready by now, what was typed over it is gone.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")

#: In the session: by the field's key its form, what stood ready in it, and what was put in its place.
KEPT = "kept-fields"


def typed_in(key: str, ready: T) -> T:
    """What was typed into a field, else what stands ready in it."""
    _form, over, typed = st.session_state.get(KEPT, {}).get(key, ("", ready, ready))
    return typed if over == ready else ready


def kept(form: str, name: str, ready: object, *, among: Container[object] | None = None) -> dict[str, Any]:
    """The key and the callback of a widget of a form, for what is typed to be kept; it is given no value of its own.

    ``form`` names what the form is about (plan and round, say), for nothing else may show what was typed into it.
    ``among``: what can be chosen, which may have changed since.
    """
    key, at_last = f"{form}-{name}", f"{form}-{name}-ready"
    if key not in st.session_state or st.session_state.get(at_last, ready) != ready:
        st.session_state[key] = typed_in(key, ready)
    if among is not None and not _possible(st.session_state[key], among):
        st.session_state[key] = ready
    st.session_state[at_last] = ready
    return {"key": key, "on_change": keep, "args": (form, key, ready)}


def _possible(value: object, among: Container[object]) -> bool:
    return all(one in among for one in value) if isinstance(value, list) else value in among


def keep(form: str, key: str, ready: object) -> None:
    """Keep what stands in a field now, as its ``on_change``."""
    fields = st.session_state.setdefault(KEPT, {})
    fields[key] = form, ready, st.session_state[key]
    if fields[key][2] == ready:
        del fields[key]


def forget(form: str) -> None:
    """Let a form stand as it stands ready: what was typed has been done."""
    fields = st.session_state.get(KEPT, {})
    for key in [key for key, (of, *_) in fields.items() if of == form]:
        del fields[key]
        st.session_state.pop(key, None)
