"""The layout of a list: what its columns, rows and cells are, as read, as kept and as a person has said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.period import Period
from loaders.lists.list_grid import column_words
from loaders.lists.list_words import VALUE_ROLES


@dataclass(frozen=True)
class Layout:
    """How lists of one kind are read. ``columns`` maps a heading, with its year where that decides, to its kind.

    ``lines`` are what the unlabelled rows of one indicator are, in order; ``wrapped`` is what follows a line break in
    an indicator's name: ``definition`` or ``name``; ``turned``: their years stand beneath one another.
    """

    name: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    wrapped: str = ""
    turned: bool = False


@dataclass(frozen=True)
class Told:
    """What a person says of one sheet by pointing.

    ``columns`` maps a column's letters to what it is, ``periods`` to its period's code, ``rows`` a row's number to
    ``heading``, ``section``, ``skip``, ``indicator`` or what its values are, ``cells`` an address to what it says
    (``value``, ``period``, ``words``, ``unit``, ``skip``, ``split``, ``at``: which of the columns it stands across,
    ``release``: what a remark means, ``prefer``: of two that differ it is the one), ``lines`` and ``wrapped`` are as in
    :class:`Layout`. ``turned`` says whether rows and columns are exchanged, None that it is as proposed; of an
    exchanged sheet the columns are its rows, by their numbers as text, and the rows its columns, by their numbers.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[int, str] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, float | str | None]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    wrapped: str = ""
    turned: bool | None = None


@dataclass(frozen=True)
class ListColumn:
    """One column: what it is, its heading, the period that the heading names, and why another reading is likely.

    ``doubt`` is empty, ``name`` (no heading says which column has the names), ``year`` (the heading is a year alone),
    ``yearly`` (the target may be that of its year alone), ``unknown`` (numbers under a heading that says nothing),
    ``years`` (years alone beside values of the plan's beginning or end may be actual ones or yearly targets) or
    ``values`` (named after a year, it has numbers).
    ``of`` is the value whose period a column of periods tells, where its heading says so; ``letters`` are those by
    which a person points at it.
    """

    column: int
    kind: str
    heading: str = ""
    period: Period | None = None
    of: str = ""
    doubt: str = ""
    letters: str = ""

    @property
    def called(self) -> str:
        """What a person calls it: 「列C」, of an exchanged sheet 「5行目」."""
        return column_words(self.letters)

    @property
    def titled(self) -> str:
        """What a question calls it, by its heading: 「列「R5実績」」."""
        return f"{self.line}「{self.heading or self.letters}」"

    @property
    def line(self) -> str:
        """「列」, of an exchanged sheet 「行」."""
        return "行" if self.letters.isdigit() else "列"


@dataclass(frozen=True)
class Table:
    """One table: the rows of its head, those beneath it, its columns; ``lines`` as in :class:`Layout`."""

    head: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[ListColumn, ...]
    lines: tuple[str, ...] = ()

    def of(self, *kinds: str) -> tuple[ListColumn, ...]:
        """The columns of some kinds, from left to right."""
        return tuple(c for c in self.columns if c.kind in kinds)

    @property
    def values(self) -> tuple[ListColumn, ...]:
        """The columns that hold values."""
        return self.of(*VALUE_ROLES, "series")
