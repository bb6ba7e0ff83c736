"""Footnotes of a list that speak of 速報 or 見込: whether the values that bear their mark are such is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpi.issue import Choice, Issue, Severity
from loaders.lists.list_cells import read_when, release_in
from loaders.lists.list_doubts import RELEASE_WORDS
from loaders.lists.list_grid import Grid
from loaders.lists.list_indicator import ListedFigure
from loaders.lists.list_layout import Told
from loaders.lists.list_words import YEAR_IN
from loaders.text.characters import canonical, shortened

_FOOTNOTE = re.compile(r"\(?((?:※|注|\*)\d*)")
_SHOWN = 4


@dataclass(frozen=True)
class Footnote:
    """A footnote, the cells of the values that it means, and its question; ``said`` is the release a person told."""

    cells: frozenset[str]
    issue: Issue
    said: str = ""


def footnotes(grid: Grid, figures: Sequence[ListedFigure], told: Told) -> tuple[Footnote, ...]:
    """The footnotes that speak of values which are not final."""
    values = [f for f in figures if f.role == "actual" and f.value is not None and f.release == "final"]
    of_figures = {f.place[0] for f in figures}  # what stands beside values is a remark of theirs
    found = []
    for row in grid.rows:
        if row in of_figures:
            continue
        for place, text in grid.filled(row).items():
            for line in text.splitlines() if place[0] == row else ():
                mark, release = _FOOTNOTE.match(canonical(line)), release_in(line)
                if mark and release and (meant := _meant(mark[1], line, values)):
                    said = str(told.cells.get(grid.ref(place), {}).get("release") or "")
                    found.append(Footnote(frozenset(meant), _asked(grid.ref(place), line, release, meant), said))
    return tuple(found)


def as_noted(figure: ListedFigure, noted: Sequence[Footnote]) -> ListedFigure:
    """A figure as its footnote has it: of the release that was told, open while that is asked."""
    own = next((n for n in noted if figure.role == "actual" and figure.cell in n.cells), None)
    if own is None:
        return figure
    return replace(figure, release=own.said) if own.said else replace(figure, open=True)


def _meant(mark: str, line: str, values: Sequence[ListedFigure]) -> list[str]:
    """The cells that bear a footnote's mark; without one those of the year that it names."""
    bears = re.compile(rf"{re.escape(mark)}(?!\d)")
    marked = [f.cell for f in values if bears.search(canonical(f.written))]
    year = YEAR_IN.search(canonical(line))
    when = read_when(year[0]) if year and not marked else None
    if when is None or when.period is None:
        return list(dict.fromkeys(marked))
    return list(dict.fromkeys(f.cell for f in values if f.period == when.period))


def _asked(cell: str, line: str, release: str, meant: Sequence[str]) -> Issue:
    word = RELEASE_WORDS[release]
    places = "、".join(meant[:_SHOWN]) + (f" ほか{len(meant) - _SHOWN}か所" if len(meant) > _SHOWN else "")
    message = f"「{shortened(line.strip(), 40)}」とあります。{places}の実績値は{word}ですか。"
    choices = (
        Choice(f"{word}として取り込む", {"release": release}),
        Choice("確かな値として取り込む", {"release": "final"}),
    )
    return Issue(
        "list.footnote", Severity.ASK, message, "正しいほうを選んでください。", "", cell, line, cell, "release", choices
    )
