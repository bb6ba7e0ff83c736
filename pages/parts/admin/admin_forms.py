"""What the parts of 管理 share: what has just been done, said once, and forms that start clean after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NoReturn

import streamlit as st

from kpi.issue import SEVERITY_WORDS, Issue, Severity
from kpi.period import Period
from pages.parts.shared import notices as said
from pages.parts.shared.filters import bound
from pages.parts.shared.layout import attempt, each, show
from pages.parts.shared.markup import Column, Content, badge, join, table, tag

_PLACE, _ROUND = "admin", "admin-round"


def told() -> None:
    """What has just been done, once."""
    said.told(_PLACE)


def act(do: Callable[[], object], words: str | Callable[[], str]) -> None:
    """Do it; say so on the page drawn anew, with empty forms. What forbids it is said and the form stays.

    Words that tell of what came out are asked for when it is done.
    """
    if attempt(do) is not None:
        acted(words if isinstance(words, str) else words())


def acted(words: str, refused: Sequence[str] = ()) -> NoReturn:
    """Say on the page drawn anew, with empty forms, what was done and what of it was refused."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    said.tell(_PLACE, words, refused=refused)


def act_each(acts: Mapping[str, Callable[[], object]], words: str) -> None:
    """Try each act by itself: one that is refused keeps no other from being done, and is told with its reason.

    ``words`` say what was done, with ``{}`` for how many. Where nothing was done the form stays as it is.
    """
    done, refused = each(acts)
    if not done:
        said.refuse(*refused)
        return
    acted(words.format(done), refused)


def tabs(label: str, parameter: str, options: Mapping[str, str]) -> str:
    """One of a few parts, all of them in sight, bound to the address; see :func:`pages.parts.shared.filters.bound`."""

    def draw(key: str) -> object:
        return st.segmented_control(
            label, list(options), format_func=options.__getitem__, key=key, required=True, label_visibility="collapsed"
        )

    return bound(label, parameter, options, draw)


def fresh(key: str) -> str:
    """A widget's key that changes with everything done, so that no form shows what was already written."""
    return f"{key}-{st.session_state.get(_ROUND, 0)}"


def note(content: Content) -> None:
    """A line of explanation."""
    show(tag("div", content, "meta"))


def wareki(day: date) -> str:
    """「令和8年4月1日」."""
    return Period.of_date(day).label.split("(")[0]


def show_findings(issues: Sequence[Issue]) -> None:
    """What is wrong with cells by their address; what only needs to be known in a line each."""
    cells = [i for i in issues if i.severity is not Severity.NOTE]
    if cells:
        columns = [Column("判定"), Column("場所"), Column("書かれた文字"), Column("問題"), Column("どうするか")]
        rows = [
            (badge(SEVERITY_WORDS[i.severity], "x v-fix"), i.address, i.value or "―", i.message, i.advice)
            for i in cells
        ]
        show(table(columns, rows, caption="読み取れないところ", kind="stack"))
    for issue in issues:
        if issue.severity is Severity.NOTE:
            place: Content = f"{issue.address}: " if issue.address else ""
            note(join([place, issue.message, issue.advice]))
