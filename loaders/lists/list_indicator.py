"""One indicator of a list, with its figures."""

from __future__ import annotations

from dataclasses import dataclass

from loaders.lists.list_figures import ListedFigure
from loaders.lists.list_grid import Place, ref


@dataclass(frozen=True)
class ListedIndicator:
    """One indicator of a list. ``place`` is the cell of its name; the texts are as they are seen.

    ``part`` tells it from the others whose values stand in the same cells.
    """

    place: Place
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
        return ref(self.place) + (f"({self.part})" if self.part else "")

    def figure(self, role: str) -> ListedFigure | None:
        """Its figure of a role, the last period where there are several; an open one is none."""
        found = [f for f in self.figures if f.role == role and not f.open and (f.value is not None or f.words)]
        return max(found, key=lambda f: f.period.position if f.period else 0.0, default=None)
