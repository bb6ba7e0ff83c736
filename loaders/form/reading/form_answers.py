"""What each place of a form says: its table of figures, the blocks of 記述, and what a 課 says of itself once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpi.collection.workflow import Answer, Brief, Entry
from kpi.issue import Issue, Severity
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.reading.headings import Table
from loaders.form.reading.leftover.read_table import ReadTable
from loaders.form.reading.prose_ownership import SortedProse
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


def read_figures(form: Form, tables: Iterable[Table]) -> tuple[ByIndicator, tuple[ReadTable, ...], tuple[Issue, ...]]:
    """What the tables of figures say, by indicator and as tables that have been read; what is wrong with their rows."""
    read: dict[str, list[RowRead]] = {}
    seen: list[ReadTable] = []
    issues: list[Issue] = []
    for table in tables:
        rows, noticed = identify(table, form.brief, form.ours, form.department_id)
        issues += [*table.issues, *noticed]
        siblings = {r.row: r.indicator.id for r in rows}
        entries: dict[int, Mapping[str, Entry]] = {}
        for place in rows:
            found = _figures(form.row(table, place, siblings))
            entries[place.row] = found.entries
            read.setdefault(place.indicator.id, []).append(found)
        seen.append(ReadTable(table, {r.row: r.indicator for r in rows}, entries))
    return read, tuple(seen), tuple(issues)


def _figures(row: FormRow) -> RowRead:
    """A row of figures: its cells, and what they say together."""
    read = read_row(row)
    answer = Answer(row.indicator.id, read.entries)
    entries, noticed = check_row(Case(answer, row.indicator, row.card, row.round, row.brief, missing=read.missing))
    return RowRead(row.table, row.place.row, entries, (*read.issues, *noticed))


def read_blocks(form: Form, sheets: Iterable[SortedProse]) -> ByIndicator:
    """What the blocks of 記述 say, by indicator."""
    found: dict[str, list[RowRead]] = {}
    for prose in sheets:
        siblings = {row: indicator.id for row, indicator in prose.rows.items()}
        for place in prose.blocks:
            read = read_row(form.row(prose.sheet.table, place, siblings))
            row = RowRead(prose.sheet.table, place.row, read.entries, read.issues)
            found.setdefault(place.indicator.id, []).append(row)
    return found


def read_contacts(form: Form, sheets: Iterable[SortedProse]) -> ByIndicator:
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


def read_prose(prose: SortedProse, read: Iterable[ByIndicator]) -> ReadTable:
    """A sheet 記述 for the sweep: each line with its indicator and what that indicator's lines gave."""
    table, given = prose.sheet.table, tuple(read)
    entries: dict[int, dict[str, Entry]] = {}
    for row, indicator in prose.rows.items():
        rows = (one for places in given for one in places.get(indicator.id, ()) if one.table is table)
        entries[row] = {key: entry for one in rows for key, entry in one.entries.items()}
    return ReadTable(table, prose.rows, entries, prose.sheet.parts)


def answer_of(
    indicator: Indicator, round_: Round, places: Iterable[tuple[Sequence[RowRead], Sequence[Table]]]
) -> tuple[Answer, tuple[Issue, ...]]:
    """What the places of a form say of one indicator; each with the tables that were read for such places."""
    entries: dict[str, Entry] = {}
    issues: list[Issue] = []
    for rows, tables in places:
        if rows:
            found, noticed = joined(indicator, rows, tables)
            entries = {**found, **entries}
            issues += noticed
    order = {c.key: place for place, c in enumerate(d.columns_for(round_.kind))}
    return Answer(indicator.id, dict(sorted(entries.items(), key=lambda one: order.get(one[0], -1)))), tuple(issues)
