"""What is filtered stays in the address: a link shows a colleague the same view, and Back works."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TypeVar
from zlib import crc32

import streamlit as st

from pages.parts.shared.address import tell_missing
from pages.parts.shared.as_of import ARRIVED
from pages.parts.shared.layout import ON_PAPER, ON_SCREEN, show
from pages.parts.shared.markup import tag

T = TypeVar("T")


def choose(
    label: str,
    parameter: str,
    options: Mapping[str, str],
    *,
    default: str = "",
    everybodys: bool = False,
    of: str = "",
    named: str = "",
) -> str:
    """One choice bound to a query parameter. ``options`` maps what stands in the address to what people read.

    The framework's own binding would put the label into the address, and a renamed indicator would break every link.
    ``default`` is what a screen starts with, else the first; ``named`` what it is called where the address asks for
    another, if that is not its label. See :func:`bound` for the rest.
    """

    def draw(key: str) -> object:
        return st.selectbox(label, list(options), format_func=options.__getitem__, key=key)

    return bound(named or label, parameter, options, draw, default=default, everybodys=everybodys, of=of)


def bound(
    label: str,
    parameter: str,
    options: Mapping[str, str],
    draw: Callable[[str], object],
    *,
    default: str = "",
    everybodys: bool = False,
    of: str = "",
) -> str:
    """A widget of single choice bound to a query parameter; ``draw`` makes it under the key it is given.

    An unknown value in the address falls back to what this session chose here before, then to the start, and that is
    said. ``everybodys``: the start is the same for whoever follows a link on whatever day, so that it need not stand in
    the address; writing it there costs the reader one more press of Back. ``of`` names the screen that
    alone remembers the choice: where it narrows a list, what was looked at elsewhere must not narrow it unasked.
    """
    own = f"{of}-{parameter}" if of else parameter
    # The browser keeps the words of what is chosen: with other words (a round's new stage) it is another widget.
    listed = crc32("\n".join(options.values()).encode())
    key, last, seen = f"choose-{own}-{listed}", f"last-{own}", f"seen-{own}"
    asked = st.query_params.get(parameter, "")
    home = default if default in options else next(iter(options))
    # Without the parameter the menu leads to what was chosen last; on the same screen it is Back to the start.
    arrived = st.session_state.get(ARRIVED, False)
    before = "" if everybodys and not arrived else st.session_state.get(last, "")
    start = next(value for value in (asked, before, home) if value in options)
    # The address wins whenever it differs from what stood there last: a followed link, or Back. On another screen the
    # widget is another one too, which would start anew though its key is the same.
    if arrived or asked != st.session_state.get(seen) or st.session_state.get(key) not in options:
        st.session_state[key] = start
    _tell(label, parameter, options, start, st.session_state.get(last, ""))
    by_hand = not arrived and asked == st.session_state.get(seen)
    chosen = str(draw(key))
    if chosen != (asked or (home if everybodys else "")):
        _write(parameter, chosen, to_first_page=by_hand and chosen != start)
    st.session_state[seen] = st.query_params.get(parameter, "")
    st.session_state[last] = chosen
    return chosen


def _write(parameter: str, chosen: str, *, to_first_page: bool) -> None:
    """Put a choice into the address, at once with all that it changes there: each change is one press of Back."""
    if to_first_page and parameter != _PAGE:
        st.query_params.from_dict({k: v for k, v in st.query_params.items() if k != _PAGE} | {parameter: chosen})
    else:
        st.query_params[parameter] = chosen


def only(label: str, parameter: str, options: Mapping[str, str]) -> str:
    """The first of ``options``, where nothing is left to choose; says so where the address asks for something else."""
    first = next(iter(options))
    _tell(label, parameter, options, first, st.session_state.get(f"last-{parameter}", ""))
    return first


def _tell(label: str, parameter: str, options: Mapping[str, str], shown: str, before: str) -> None:
    """Say it where the address asks for what is none of the options; ``shown`` is what stands in its place.

    ``before`` is what was chosen here last.
    """
    asked = st.query_params.get(parameter, "")
    with st.container():  # its place stays when the words go: whatever moves up on the page would close what is open
        # What was chosen here before and fell out of the options by another choice was asked for by nobody's address.
        if asked and asked not in options and asked != before:
            tell_missing(label, asked, options[shown])


#: So many items of a long list stand on one page, which the address names.
PAGE, _PAGE = 20, "page"
#: In the session: the list that was paged last, and its page as the address had it.
_PAGED = "paged"


def paged(items: Sequence[T], what: str, of: str, *, files: bool = False, whole_on_paper: bool = False) -> Sequence[T]:
    """Of a long list the part that is shown; how many there are, and which page, stand over it and in the address.

    ``of`` names the list: with another one (another field, say) it begins at its first page. A printed page says
    which part of the list it is, and that the whole is in ``files`` where the screen hands those out; it says nothing
    where the screen prints the ``whole_on_paper``.
    """
    if len(items) <= PAGE:
        return items
    asked = st.query_params.get(_PAGE, "")
    # The page in the address is that of the list before where nobody has led here by an address (a link, Back).
    listed, page = st.session_state.get(_PAGED, (of, asked))
    if listed != of and page == asked and not st.session_state.get(ARRIVED, False):
        st.query_params.pop(_PAGE, None)
    last = -(-len(items) // PAGE)
    pages = {str(n): f"{PAGE * (n - 1) + 1}〜{min(PAGE * n, len(items))}" for n in range(1, last + 1)}
    with st.container(key=ON_SCREEN) if whole_on_paper else nullcontext():
        chosen = int(choose(f"表示する{what}(全{len(items)})", _PAGE, pages, everybodys=True, of=of, named="ページ"))
    if not whole_on_paper:
        rest = (
            "全体の表は、画面からCSVかExcelで受け取れます。"
            if files
            else f"ほかは、画面の「表示する{what}」で選びます。"
        )
        show(tag("p", f"この印刷は、{what}全{len(items)}件のうち{pages[str(chosen)]}件目です。{rest}", ON_PAPER))
    st.session_state[_PAGED] = of, st.query_params.get(_PAGE, "")
    return items[PAGE * (chosen - 1) : PAGE * chosen]
