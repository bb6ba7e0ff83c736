"""One row of a form, or one block of 記述, as values: where its cells stand and what is known of its indicator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kpi.collection.schedule import expected_period
from kpi.collection.workflow import Brief, Entry, Past, last_before
from kpi.issue import Choice, Issue
from kpi.period import Period
from kpi.plan import Card, Indicator, Round
from loaders.form import definition as d
from loaders.form.reading.headings import Table, label
from loaders.form.reading.row_matching import Identified
from loaders.form.reading.understanding.formulas import Formulas
from loaders.rules.check_registry import finding
from loaders.text.findings import Finding, as_issues
from loaders.workbook.cells import Cell


@dataclass(frozen=True)
class FormRow:
    """One identified row. ``siblings`` gives the indicator ids of all identified rows of its sheet by row.

    ``own`` are the marks of what the form itself wrote (:mod:`loaders.form.own_text`).
    """

    table: Table
    place: Identified
    brief: Brief
    round: Round
    formulas: Formulas
    siblings: Mapping[int, str]
    own: frozenset[str]

    @property
    def indicator(self) -> Indicator:
        """The row's indicator."""
        return self.place.indicator

    @cached_property
    def card(self) -> Card:
        """The card in force."""
        return self.brief.cards.get(self.indicator.id) or self.brief.plan.card(self.indicator.id)

    @cached_property
    def expected(self) -> Period:
        """The period this round asks for."""
        return expected_period(self.card, self.indicator, self.round)[0]

    @cached_property
    def past(self) -> Past | None:
        """The 前回値 that the form shows."""
        history = self.brief.history.get(self.indicator.id, ())
        return last_before(history, self.round.id, self.card, self.expected)

    def at(self, key: str) -> Cell | None:
        """The cell of a column, wherever in the sheet it stands; None where it is empty or there is none."""
        spot = self.place.spots.get(key)
        return self.table.sheet.at(*spot) if spot else None

    def text(self, key: str) -> str:
        """What stands in a cell of the row, folded; empty where there is nothing."""
        cell = self.at(key)
        return label(cell.written) if cell else ""

    def heading(self, key: str) -> str:
        """What a column is called; empty where this form has none of it."""
        return self.table.headings.get(key, "")

    def empty(self, key: str) -> Entry:
        """The entry of a cell in which nothing stands."""
        return Entry(key, self.table.sheet.name, Cell(*self.place.spots[key], "text", "").ref, "", None)

    def as_written(self, key: str) -> Entry:
        """The entry of a cell as it stands, not understood yet."""
        cell = self.at(key)
        return replace(self.empty(key), written=cell.written if cell else "")

    def issue(
        self, code: str, entry: Entry, words: Mapping[str, str] | None = None, choices: tuple[Choice, ...] = ()
    ) -> Issue:
        """A registered finding about one of the row's cells."""
        said = {"expected": self.heading(entry.key), "found": entry.written} | dict(words or {})
        return finding(
            code, said, sheet=entry.sheet, cell=entry.cell, value=entry.written,
            indicator_id=self.indicator.id, key=entry.key, choices=choices,
        )  # fmt: skip


@dataclass(frozen=True)
class FormCell:
    """One cell of a row that is to be understood; ``entry`` is where it stands and what is written there, letter for
    letter, also where only a part of that is looked at.
    """

    row: FormRow
    column: d.Column
    cell: Cell
    entry: Entry

    @property
    def key(self) -> str:
        """The column's key."""
        return self.column.key

    def issue(self, code: str, words: Mapping[str, str] | None = None, choices: tuple[Choice, ...] = ()) -> Issue:
        """A registered finding about the cell."""
        return self.row.issue(code, self.entry, words, choices)

    def found(self, found: tuple[Finding, ...], choices: tuple[Choice, ...] = ()) -> tuple[Issue, ...]:
        """What reading a number or a period noticed, as issues about the cell."""
        entry = self.entry
        return as_issues(
            found, choices, sheet=entry.sheet, cell=entry.cell, value=entry.written,
            indicator_id=self.row.indicator.id, key=entry.key,
        )  # fmt: skip


@dataclass(frozen=True)
class Understood:
    """What a cell says and what is doubtful about it.

    ``missing`` is the code of a reason for having no value, where one is written in place of the value.
    """

    value: float | str | None = None
    issues: tuple[Issue, ...] = ()
    missing: str = ""
