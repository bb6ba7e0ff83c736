"""What each place of a form says: its table of figures, the blocks of 記述, and what a 課 says of itself once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpi.collection.workflow import Answer, Brief, Entry
from kpi.issue import Issue, Severity
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.reading.headings import Table
from loaders.form.reading.leftover.read_table import ReadTable
from loaders.form.reading.prose_ownership import SortedProse, sort_out
from loaders.form.reading.repeated_rows import RowRead, joined
from loaders.form.reading.row_matching import Identified, identify
from loaders.form.reading.understanding.entries import read_row
from loaders.form.reading.understanding.form_row import FormRow
from loaders.form.reading.understanding.formulas import Formulas
from loaders.rules import check_row
from loaders.rules.check_case import Case

#: What the rows of each indicator gave, by its id.
ByIndicator = Mapping[str, Sequence[RowRead]]


@dataclass(frozen=True)
class Form:
    """A form of which it is known whose it is. ``ours`` are the indicators it is asked for, ``own`` its own marks."""

    brief: Brief
    round: Round
    department_id: str
    ours: Mapping[str, Indicator]
    own: frozenset[str]
    formulas: Formulas

    def row(self, table: Table, place: Identified, siblings: Mapping[int, str]) -> FormRow:
        """One of its rows."""
        return FormRow(table, place, self.brief, self.round, self.formulas, siblings, self.own)


@dataclass(frozen=True)
class SheetRead:
    """What the tables of one of the form's sheets say.

    ``places`` are the rows and the kinds of blocks in which an answer may stand, each by indicator; ``read`` is what
    the sweep must know, ``issues`` what is doubtful about whose a row is.
    """

    tables: tuple[Table, ...]
    places: tuple[ByIndicator, ...]
    read: tuple[ReadTable, ...]
    issues: tuple[Issue, ...]


def read_figures(form: Form, tables: tuple[Table, ...]) -> SheetRead:
    """What the tables of figures say."""
    places: dict[str, list[RowRead]] = {}
    read: list[ReadTable] = []
    issues: list[Issue] = []
    for table in tables:
        rows, noticed = identify(table, form.brief, form.ours, form.department_id)
        issues += [*table.issues, *noticed]
        siblings = {r.row: r.indicator.id for r in rows}
        entries: dict[int, Mapping[str, Entry]] = {}
        for place in rows:
            found = _figures(form.row(table, place, siblings))
            entries[place.row] = found.entries
            places.setdefault(place.indicator.id, []).append(found)
        read.append(ReadTable(table, {r.row: r.indicator for r in rows}, entries))
    return SheetRead(tables, (places,), tuple(read), tuple(issues))


def _figures(row: FormRow) -> RowRead:
    """A row of figures: its cells, and what they say together."""
    read = read_row(row)
    answer = Answer(row.indicator.id, read.entries)
    entries, noticed = check_row(Case(answer, row.indicator, row.card, row.round, row.brief, missing=read.missing))
    return RowRead(row.table, row.place.row, entries, (*read.issues, *noticed))


def read_prose(form: Form, tables: tuple[Table, ...]) -> SheetRead:
    """What the sheets 記述 say: the blocks of the indicators, then those of the 課."""
    found = [sort_out(t, form.brief, form.ours, form.department_id, form.own) for t in tables]
    sheets = [prose for prose, _ in found]
    places = _blocks(form, sheets), _contacts(form, sheets)
    issues = (i for prose, noticed in found for i in (*prose.sheet.table.issues, *noticed))
    return SheetRead(tables, places, tuple(_read_lines(one, places) for one in sheets), tuple(issues))


def _blocks(form: Form, sheets: Iterable[SortedProse]) -> ByIndicator:
    """What the blocks of 記述 say, by indicator."""
    found: dict[str, list[RowRead]] = {}
    for prose in sheets:
        siblings = {row: indicator.id for row, indicator in prose.rows.items()}
        for place in prose.blocks:
            read = read_row(form.row(prose.sheet.table, place, siblings))
            row = RowRead(prose.sheet.table, place.row, read.entries, read.issues)
            found.setdefault(place.indicator.id, []).append(row)
    return found


def _contacts(form: Form, sheets: Iterable[SortedProse]) -> ByIndicator:
    """What a 課 says of itself once, for each indicator it answers for. A note is told once, a question to each."""
    found: dict[str, list[RowRead]] = {}
    for prose in sheets:
        table = prose.sheet.table
        named = {i for contact in prose.contacts if not contact.all for i in contact.covers}
        for contact in prose.contacts:
            noted: set[tuple[str, str]] = set()
            for indicator_id in contact.covers:
                if contact.all and indicator_id in named:
                    continue  # a 課 that names its indicators speaks for them alone
                read = read_row(form.row(table, Identified(contact.row, form.ours[indicator_id], contact.spots), {}))
                issues = [i for i in read.issues if i.severity is not Severity.NOTE or (i.code, i.cell) not in noted]
                noted |= {(i.code, i.cell) for i in issues}
                row = RowRead(table, contact.row, read.entries, tuple(issues))
                found.setdefault(indicator_id, []).append(row)
    return found


def _read_lines(prose: SortedProse, places: tuple[ByIndicator, ...]) -> ReadTable:
    """A sheet 記述 for the sweep: each line with its indicator and what that indicator's lines gave."""
    table = prose.sheet.table
    entries: dict[int, dict[str, Entry]] = {}
    for row, indicator in prose.rows.items():
        rows = (one for place in places for one in place.get(indicator.id, ()) if one.table is table)
        entries[row] = {key: entry for one in rows for key, entry in one.entries.items()}
    return ReadTable(table, prose.rows, entries, prose.sheet.parts)


#: How each sheet of the form that holds answers is read, in the order in which it has the say about a column.
READERS: Mapping[d.FormSheet, Callable[[Form, tuple[Table, ...]], SheetRead]] = {
    d.FIGURES: read_figures,
    d.PROSE: read_prose,
}


def answer_of(indicator: Indicator, round_: Round, reads: Iterable[SheetRead]) -> tuple[Answer, tuple[Issue, ...]]:
    """What the sheets of a form say of one indicator, and what is doubtful about it."""
    entries: dict[str, Entry] = {}
    issues: list[Issue] = []
    for read in reads:
        for place in read.places:
            if rows := place.get(indicator.id):
                found, noticed = joined(indicator, rows, read.tables)
                entries = {**found, **entries}
                issues += noticed
    order = {c.key: place for place, c in enumerate(d.columns_for(round_.kind))}
    return Answer(indicator.id, dict(sorted(entries.items(), key=lambda one: order.get(one[0], -1)))), tuple(issues)
