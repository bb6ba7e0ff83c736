"""What an address asks for and is not there: said in words, so that nobody takes what is shown for what was asked."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.markup import Content, Markup, join, tag

#: An address can be as long as one likes; that much of it is enough to recognise.
_LONGEST = 40


def quoted(asked: str) -> Markup:
    """「…」 around what stands in the address, letter for letter but on one line, visible and short."""
    # Signs that cannot be seen could turn the sentence around them.
    seen = "".join(c for c in " ".join(asked.split()) if c.isprintable())
    cut = seen if len(seen) <= _LONGEST else seen[: _LONGEST - 1] + "…"
    return join(["「", tag("span", cut, data_verbatim="1"), "」"])


def tell_missing(what: str, asked: str, shown: str = "") -> None:
    """Say that there is no such indicator, field, round..., and what is shown in its place."""
    instead = f"代わりに「{shown}」を表示しています。" if shown else ""
    notice(join([f"アドレスの{what}", quoted(asked), "は見つかりません。", instead]))


def notice(said: Content) -> None:
    """A sentence that stands out, and that a screen reader tells by itself."""
    st.html(tag("div", said, "notice", role="status"))
