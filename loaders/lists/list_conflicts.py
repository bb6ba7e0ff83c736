"""Two figures of one list that say one thing differently: neither is taken until a person has said which."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar

from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from kpi.printing.number_words import as_it_is
from loaders.lists.list_words import COLUMN_WORDS

#: What differs by less is the same figure.
SAME = 1e-9


class Figure(Protocol):
    """What both a listed and a taken figure tell."""

    @property
    def role(self) -> str:
        """What it is."""
        ...

    @property
    def value(self) -> float | None:
        """Its number."""
        ...

    @property
    def period(self) -> Period | None:
        """Its time."""
        ...

    @property
    def cell(self) -> str:
        """Where it stands: ``C7``."""
        ...

    @property
    def written(self) -> str:
        """What stands there."""
        ...


F = TypeVar("F", bound=Figure)


def settled(
    figures: Sequence[F],
    key: Callable[[F], Hashable],
    cells: Mapping[str, Mapping[str, float | str | None]],
    name: Callable[[F], str],
) -> tuple[list[F], list[Issue]]:
    """One figure for each key, the first of those that agree; where they differ none, and the question.

    ``cells`` are what a person has said of them, ``name`` what a person calls a figure's indicator.
    """
    groups: dict[Hashable, list[F]] = {}
    for one in figures:
        groups.setdefault(key(one), []).append(one)
    kept: list[F] = []
    issues: list[Issue] = []
    for group in groups.values():
        chosen = [f for f in group if "prefer" in cells.get(f.cell, {})][-1:]
        other = next((f for f in group if not same(f.value, group[0].value)), None)
        if chosen or other is None:
            kept += chosen or group[:1]
        else:
            issues.append(_differ(group[0], other, name(other)))
    return kept, issues


def same(one: float | None, other: float | None) -> bool:
    """Whether two values are the same figure, as far as a number is kept."""
    return one == other or (one is not None and other is not None and abs(one - other) <= SAME * max(1.0, abs(one)))


def _differ(first: Figure, second: Figure, name: str) -> Issue:
    when = f"{second.period.label}の" if second.period else ""
    message = f"{name}の{when}{COLUMN_WORDS[second.role]}が、{first.cell}と{second.cell}で違います。"
    choices = (
        Choice(f"{first.cell}の「{_said(first)}」を取り込む", {"value": None}),
        Choice(f"{second.cell}の「{_said(second)}」を取り込む", {"prefer": "1"}),
    )
    told_as = "", second.cell, second.written, second.cell, "value", choices
    return Issue("list.twice_told", Severity.ASK, message, "正しいほうを選んでください。", *told_as)


def _said(figure: Figure) -> str:
    return figure.written.strip() or (as_it_is(figure.value) if figure.value is not None else "")
