"""What an action has done, or why it was not done: said where the action was, and brought into sight.

Each message stands in a box of its own number; the page's script scrolls to a new one where it is out of sight. What
was kept for a place that is no longer drawn is said under the page's title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st

from pages.parts.framework import DeltaGenerator
from pages.parts.shared.markup import unmarked

_KEPT, _TURN, _TOP = "told", "told-turn", "told-top"


def keep(place: str, words: str, *, refused: Sequence[str] = (), taken: bool = True) -> None:
    """Keep for the next drawing what became of an action at a place; ``taken``: whether the words say it was done."""
    st.session_state.setdefault(_KEPT, {})[place] = words, tuple(refused), taken


def tell(place: str, words: str, *, refused: Sequence[str] = ()) -> NoReturn:
    """Say at a place of the page drawn anew what has just been done, and which parts of it were refused."""
    keep(place, words, refused=refused)
    st.rerun()


def told(place: str) -> bool:
    """Say, once, what became of an action at this place; whether there was anything to say."""
    with st.container():  # its place stays when the words go: whatever moves up on the page would close what is open
        return _draw(place)


def refuse(*words: str) -> None:
    """Say here and now why something was not done."""
    with _box():
        for why in words:
            st.warning(unmarked(why))


def begin() -> None:
    """Before a page is drawn: the room that a run kept which did not come to its end is gone."""
    st.session_state.pop(_TOP, None)


def top() -> None:
    """Keep room, where the page begins, for what has no place any more; see :func:`rest`."""
    st.session_state[_TOP] = st.container()


def rest() -> None:
    """At the end of a page: say at its top what was kept for a place that was not drawn."""
    above = st.session_state.pop(_TOP, None)
    if isinstance(above, DeltaGenerator) and st.session_state.get(_KEPT):
        with above:
            for place in list(st.session_state[_KEPT]):
                _draw(place)


def _draw(place: str) -> bool:
    found = st.session_state.get(_KEPT, {}).pop(place, None)
    if found is None:
        return False
    words, refused, taken = found
    with _box():
        if words:
            (st.success if taken else st.warning)(unmarked(words))
        for why in refused:
            st.warning(unmarked(why))
    return True


def _box() -> DeltaGenerator:
    turn = st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    return st.container(key=f"told-{turn}")
