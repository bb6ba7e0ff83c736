"""One indicator of a list, and its figures, each in its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kpi.period import Period
from loaders.lists.list_grid import Place


@dataclass(frozen=True)
class ListedFigure:
    """One figure; ``place`` is where its table has it, ``cell`` its address.

    ``value`` is None where ``words`` say it (a target in words) or a question about it is open. ``typed``: a person has
    put it in, or chosen between readings, on the screen. ``open``: what its column or its line is, or its era, is asked
    and not answered; it is shown as proposed and not taken.
    """

    role: str
    place: Place
    cell: str
    written: str
    value: float | None = None
    period: Period | None = None
    release: str = "final"
    words: str = ""
    label: str = ""
    typed: bool = False
    open: bool = False


@dataclass(frozen=True)
class ListedIndicator:
    """One indicator of a list. ``place`` and ``cell`` are where its name stands; the texts are as they are seen.

    ``part`` tells it from the others whose values stand in the same cells.
    """

    place: Place
    cell: str
    name: str
    field: str = ""
    number: str = ""
    definition: str = ""
    unit: str = ""
    source: str = ""
    owner: str = ""
    part: str = ""
    figures: tuple[ListedFigure, ...] = ()

    @property
    def key(self) -> str:
        """The address of its name's cell, and which part of it: ``B8``, ``B8(小)``."""
        return self.cell + (f"({self.part})" if self.part else "")

    def figure(self, role: str) -> ListedFigure | None:
        """Its figure of a role, the last period where there are several; an open one is none."""
        found = [f for f in self.figures if f.role == role and not f.open and (f.value is not None or f.words)]
        return max(found, key=lambda f: f.period.position if f.period else 0.0, default=None)


def parts_of(one: ListedIndicator) -> Iterator[ListedIndicator]:
    """An indicator whose cells were split is one for each of their labels."""
    labels = list(dict.fromkeys(f.label for f in one.figures if f.label and f.typed))
    if not labels:
        yield one
        return
    for label in labels:
        own = tuple(f for f in one.figures if f.label in ("", label))
        yield replace(one, name=f"{one.name}({label})", part=label, figures=own)
