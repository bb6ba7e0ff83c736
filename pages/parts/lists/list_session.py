"""What a person has said of the list on the screen so far, with the way back; what stands is kept in the store too."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from loaders.lists.list_layout import Told
from loaders.workbook.cells import Book
from pages.parts.admin.admin_forms import fresh

_KEY = "list-on-screen"


@dataclass(frozen=True)
class OnScreen:
    """A list that was put in: its file, its workbook, and what was said of each sheet, the newest last.

    ``kept`` is what the store has of each sheet, ``found`` if some of it was there before, ``taken_up`` if it is gone
    on with from there and was not put in anew.
    """

    filename: str
    data: bytes
    mark: str
    book: Book
    said: tuple[tuple[str, Told], ...] = ()
    kept: tuple[tuple[str, Told], ...] = ()
    found: bool = False
    taken_up: bool = False

    def told(self, sheet: str) -> Told:
        """What stands as said of a sheet."""
        return next((told for name, told in reversed(self.said) if name == sheet), Told())


def on_screen() -> OnScreen | None:
    """The list that is on the screen."""
    found: OnScreen | None = st.session_state.get(fresh(_KEY))
    return found


def keep(one: OnScreen) -> None:
    """Keep it for the next time the page is drawn."""
    st.session_state[fresh(_KEY)] = one


def close() -> None:
    """The list is no more on the screen; what was said of it stays in the store."""
    st.session_state.pop(fresh(_KEY), None)


def say(sheet: str, told: Told) -> None:
    """Something more was said of a sheet."""
    if (one := on_screen()) is not None and one.told(sheet) != told:
        keep(replace(one, said=(*one.said, (sheet, told))))


def take_back() -> None:
    """The last thing that was said is taken back."""
    if (one := on_screen()) is not None:
        keep(replace(one, said=one.said[:-1]))


def forget() -> None:
    """Everything that was said is taken back: the list is read as it was proposed."""
    if (one := on_screen()) is not None:
        keep(replace(one, said=()))
