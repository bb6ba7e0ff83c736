"""What a list leaves open, each question with its answers; the same question of many cells is answered once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from kpi.issue import Issue, Severity
from loaders.lists.list_answers import answer
from loaders.lists.list_layout import Told
from pages.parts.admin.admin_forms import fresh, note
from pages.parts.lists.list_session import on_screen, say
from pages.parts.shared.layout import show
from pages.parts.shared.markup import join, tag, unmarked

#: So many questions stand on the screen at once; the others follow as these are answered.
_SHOWN = 8
_PLACES = 6
#: Questions whose answer holds for all cells that are asked in the same way.
_TOGETHER = ("list.era", "list.years")


def questions(sheet: str, issues: Sequence[Issue], key: str) -> None:
    """The open questions, and in a line each what only needs to be known."""
    asked = [i for i in issues if i.severity is not Severity.NOTE]
    groups: dict[tuple[object, ...], list[Issue]] = {}
    for issue in asked:
        groups.setdefault(_same(issue), []).append(issue)
    if asked:
        st.subheader(f"確かめたいこと({len(asked)}件)", anchor=False)
    for number, group in enumerate(list(groups.values())[:_SHOWN]):
        _question(sheet, f"{key}-{number}", group)
    if len(groups) > _SHOWN:
        note(f"ほかに{len(groups) - _SHOWN}件あります。答えると、続きが出ます。")
    told: dict[str, list[str]] = {}
    for issue in issues:
        if issue.severity is Severity.NOTE:
            told.setdefault(f"{issue.message}{issue.advice}", []).append(issue.cell)
    for words, cells in told.items():
        note(f"{_cells(cells)} {words}".strip())


def _same(issue: Issue) -> tuple[object, ...]:
    """Questions that have the same answers are one; one whose answers are its own stands alone."""
    labels = tuple((c.label, tuple(sorted(c.changes.items(), key=str))) for c in issue.choices)
    return (issue.code, labels) if issue.code in _TOGETHER else (issue.code, issue.cell, issue.key, labels)


def _cells(cells: Sequence[str]) -> str:
    more = f" ほか{len(cells) - _PLACES}か所" if len(cells) > _PLACES else ""
    return "、".join(cells[:_PLACES]) + more


def _question(sheet: str, key: str, group: Sequence[Issue]) -> None:
    first = group[0]
    cells = _cells([i.cell for i in group])
    with st.container(border=True, key=fresh(f"list-question-{key}")):
        show(tag("p", join([tag("b", cells), f"　{first.message}{first.advice}"])))
        if first.choices:
            with st.container(horizontal=True):
                for place, choice in enumerate(first.choices):
                    st.button(
                        unmarked(choice.label),
                        key=fresh(f"list-answer-{key}-{place}-{first.cell}-{first.key}"),
                        on_click=partial(_answer, sheet, tuple(group), place),
                    )


def _answer(sheet: str, group: Sequence[Issue], place: int) -> None:
    one = on_screen()
    if one is None:
        return
    told: Told = one.told(sheet)
    for issue in group:
        told = answer(told, issue, issue.choices[place].changes)
    say(sheet, told)
