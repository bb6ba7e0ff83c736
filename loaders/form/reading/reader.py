"""Reads a returned form: whose it is, which row answers for which indicator, what each cell says.

What is certain is taken, with a note where something was ignored; what is doubtful is asked; what is wrong is told with
how to mend it. A figure is never taken for another indicator, column or period than the one a person sees beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kpi.collection.schedule import expected_period
from kpi.collection.scope import asked_of
from kpi.collection.workflow import Answer, Brief, Entry, Reading, last_before
from kpi.issue import Choice, Issue, Severity
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.hidden_sheet import Meta
from loaders.form.reading import identification
from loaders.form.reading.leftover import ReadTable, Swept, sweep
from loaders.form.reading.location import Table
from loaders.form.reading.prose_ownership import sort_out
from loaders.form.reading.prose_sheet import Prose
from loaders.form.reading.rates import settle_missing, work_out
from loaders.form.reading.row_matching import Identified, identify
from loaders.form.reading.understanding.entries import RowReader
from loaders.form.reading.understanding.formulas import Formulas
from loaders.form.writing.writer import form_marks
from loaders.rules.check_registry import finding
from loaders.text.characters import shortened
from loaders.workbook.cells import Book


def read_form(
    book: Book, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """One workbook read as a return. The page's round, department and 課 count only where the file does not tell."""
    owner = identification.whose(book, brief, round_id, department_id, division_id)
    notes = tuple(finding("book.note", {"note": note}) for note in book.notes)
    issues = [*notes, *owner.issues]
    answers: tuple[Answer, ...] = ()
    if owner.tables and owner.round and owner.department_id:
        own = frozenset(owner.meta.own if owner.meta else ()) or _drawn_marks(brief, owner)
        answers, read, found = _Answers(Formulas(book), brief, owner.round, owner, own).read()
        issues += found
        asked = owner.meta.questions if owner.meta else ()
        issues += sweep(Swept(book, read, owner.round, own, asked, tuple(issues), owner.meta_sheet))
    return Reading(
        plan_id=owner.plan_id,
        round_id=owner.round.id if owner.round else "",
        department_id=owner.department_id,
        answers=answers,
        issues=tuple(issues),
        form_version=owner.meta.form_version if owner.meta else "",
        matched_by="identity" if owner.meta else "content",
        sample=owner.sample,
        division_id=owner.division_id,
    )


def _drawn_marks(brief: Brief, owner: identification.Whose) -> frozenset[str]:
    """The marks of the form as it would be made anew, for one that has lost its own."""
    assert owner.round is not None
    if owner.meta:
        brief = replace(brief, day=owner.meta.made_on)
    if not asked_of(brief.plan, owner.round, owner.department_id, brief.day, brief.cards, owner.division_id):
        return frozenset()
    division, sample = owner.division_id, owner.sample
    return frozenset(form_marks(brief, owner.round.id, owner.department_id, division_id=division, sample=sample))


#: What one row gave: the table it stands in, its number, its entries and what was noticed.
_Read = tuple[Table, int, dict[str, Entry], list[Issue]]


@dataclass
class _Answers:
    """Reads every place of a form, the table of figures and the blocks of 記述, and joins what each says."""

    formulas: Formulas
    brief: Brief
    round: Round
    owner: identification.Whose
    own: frozenset[str]
    issues: list[Issue] = field(default_factory=list)
    told: list[ReadTable] = field(default_factory=list)

    def read(self) -> tuple[tuple[Answer, ...], tuple[ReadTable, ...], list[Issue]]:
        """The answers in the order of the indicators, what the sweep must know, and what was noticed."""
        owner, ours = self.owner, self.owner.indicators(self.brief)
        figures = self._figures(ours)
        sheets = [sort_out(t, self.brief, ours, owner.department_id, self.own) for t in owner.prose]
        blocks, contacts = self._blocks(sheets), self._contacts(sheets, ours)
        self.told += [_as_read(sheet, blocks, contacts) for sheet in sheets]
        answers = []
        for indicator_id, indicator in ours.items():
            if indicator_id not in figures:
                self.issues += _missing_row(owner.tables[0], indicator, self.brief)
                continue
            entries: dict[str, Entry] = {}
            for read, tables in (
                (figures[indicator_id], owner.tables), (blocks.get(indicator_id, []), owner.prose),
                (contacts.get(indicator_id, []), owner.prose),
            ):  # fmt: skip
                if read:
                    found, noticed = _one(indicator, read, tables)
                    self.issues += noticed
                    entries = found | entries
            if owner.prose and indicator_id not in blocks:
                self.issues += _missing_block(owner.prose[0], indicator)
            self.issues += _redefined(owner.tables[0], indicator, self.brief, owner.meta)
            answers.append(Answer(indicator_id, _in_order(entries, self.round)))
        return tuple(answers), tuple(self.told), self.issues

    def _figures(self, ours: Mapping[str, Indicator]) -> dict[str, list[_Read]]:
        read: dict[str, list[_Read]] = {}
        for table in self.owner.tables:
            rows = identify(table, self.brief, ours, self.owner.department_id)
            self.issues += [*table.issues, *rows.issues]
            siblings = {r.row: r.indicator.id for r in rows.found}
            entries: dict[int, dict[str, Entry]] = {}
            for place in rows.found:
                reader = self._reader(table, place, siblings)
                entries[place.row] = work_out(reader, settle_missing(reader, reader.read()))
                read.setdefault(place.indicator.id, []).append((table, place.row, entries[place.row], reader.issues))
            self.told.append(ReadTable(table, {r.row: r.indicator for r in rows.found}, entries))
        return read

    def _blocks(self, sheets: list[Prose]) -> dict[str, list[_Read]]:
        """What the blocks of 記述 say, by indicator."""
        read: dict[str, list[_Read]] = {}
        for sheet in sheets:
            self.issues += [*sheet.table.issues, *sheet.issues]
            siblings = {row: indicator.id for row, indicator in sheet.rows.items()}
            for place in sheet.found:
                reader = self._reader(sheet.table, place, siblings)
                read.setdefault(place.indicator.id, []).append((sheet.table, place.row, reader.read(), reader.issues))
        return read

    def _contacts(self, sheets: list[Prose], ours: Mapping[str, Indicator]) -> dict[str, list[_Read]]:
        """What a 課 says of itself once, for each indicator it answers for. A note is told once, a question to each."""
        read: dict[str, list[_Read]] = {}
        for sheet in sheets:
            named = {i for contact in sheet.contacts if not contact.all for i in contact.covers}
            for contact in sheet.contacts:
                noted: set[tuple[str, str]] = set()
                for indicator_id in contact.covers:
                    if contact.all and indicator_id in named:
                        continue  # a 課 that names its indicators speaks for them alone
                    place = Identified(contact.row, ours[indicator_id], contact.spots)
                    reader = self._reader(sheet.table, place, {})
                    entries = reader.read()
                    issues = [
                        i for i in reader.issues if i.severity is not Severity.NOTE or (i.code, i.cell) not in noted
                    ]
                    noted |= {(i.code, i.cell) for i in issues}
                    read.setdefault(indicator_id, []).append((sheet.table, contact.row, entries, issues))
        return read

    def _reader(self, table: Table, place: Identified, siblings: Mapping[int, str]) -> RowReader:
        indicator, brief, round_ = place.indicator, self.brief, self.round
        card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
        expected, _ = expected_period(card, indicator, round_)
        past = last_before(brief.history.get(indicator.id, ()), round_.id, card, expected)
        return RowReader(self.formulas, table, place, brief, round_, past, siblings, own=self.own)


def _as_read(sheet: Prose, blocks: Mapping[str, list[_Read]], contacts: Mapping[str, list[_Read]]) -> ReadTable:
    """A sheet 記述 for the sweep: each line with its indicator and what that indicator's lines gave."""
    entries: dict[int, dict[str, Entry]] = {}
    for row, indicator in sheet.rows.items():
        read = (*blocks.get(indicator.id, ()), *contacts.get(indicator.id, ()))
        entries[row] = {k: e for table, _, found, _ in read if table is sheet.table for k, e in found.items()}
    return ReadTable(sheet.table, sheet.rows, entries, sheet.parts)


def _in_order(entries: Mapping[str, Entry], round_: Round) -> dict[str, Entry]:
    """Entries in the order of the form's columns."""
    order = {c.key: place for place, c in enumerate(d.columns_for(round_.kind))}
    return dict(sorted(entries.items(), key=lambda one: order.get(one[0], -1)))


def _missing_block(table: Table, indicator: Indicator) -> list[Issue]:
    words = {"name": indicator.name}
    return [finding("block.missing", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]


def _missing_row(table: Table, indicator: Indicator, brief: Brief) -> list[Issue]:
    current = {i.id for d_ in brief.plan.departments for i in brief.plan.owned_by(d_.id, brief.day)}
    if indicator.id not in current:
        return []
    words = {"name": indicator.name}
    return [finding("row.missing", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]


def _redefined(table: Table, indicator: Indicator, brief: Brief, meta: Meta | None) -> list[Issue]:
    card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
    for token, _, mark in meta.rows if meta else ():
        if token == indicator.id and mark != d.fingerprint(indicator, card):
            words = {"name": indicator.name}
            return [finding("row.redefined", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]
    return []


def _one(indicator: Indicator, rows: list[_Read], tables: tuple[Table, ...]) -> tuple[dict[str, Entry], list[Issue]]:
    """The entries of an indicator, from one row or from several that must not contradict each other."""
    if len(tables) > 1 and len({table.sheet.name for table, *_ in rows}) == 1:
        table, row, entries, issues = rows[0]
        words = {"name": indicator.name, "sheet": table.sheet.name}
        only = finding(
            "sheet.row_alone", words, sheet=table.sheet.name, cell=f"{row}行", indicator_id=indicator.id, key="row"
        )
        if len(rows) == 1:
            return entries, [*issues, only]
        return _merged(indicator, rows, [only])
    return (rows[0][2], rows[0][3]) if len(rows) == 1 else _merged(indicator, rows, [])


def _merged(indicator: Indicator, rows: list[_Read], issues: list[Issue]) -> tuple[dict[str, Entry], list[Issue]]:
    """Several rows of one indicator as one; where they differ nothing is taken before somebody has chosen."""
    sheets = tuple(dict.fromkeys(table.sheet.name for table, *_ in rows))
    numbers = "・".join(str(row) for _, row, _, _ in rows)
    words = {"name": indicator.name, "rows": numbers, "sheets": "、".join(f"「{s}」" for s in sheets)}
    first_table, first_row = rows[0][:2]

    def told(code: str, entry: Entry | None = None, choices: tuple[Choice, ...] = (), **more: str) -> Issue:
        cell, written, key = (entry.cell, entry.written, entry.key) if entry else (f"{first_row}行", "", "")
        return finding(
            code, words | more, sheet=entry.sheet if entry else first_table.sheet.name, cell=cell, value=written,
            indicator_id=indicator.id, key=key, choices=choices,
        )  # fmt: skip

    filled = [r for r in rows if any(e.written for k, e in r[2].items() if k not in _SUGGESTED)]
    if len(sheets) == 1 and len(filled) <= 1:
        _, _, entries, found = (filled or rows)[0]
        return entries, [*issues, *found, told("row.one_blank")]
    if len(sheets) > 1:
        filled = rows  # an empty cell on one sheet contradicts a filled one on another
    merged, issues = dict(filled[0][2]), [*issues, *filled[0][3]]
    for _, _, _, found in filled[1:]:
        issues += [i for i in found if i.severity != "note"]
    differing: list[str] = []
    for key in dict.fromkeys(key for _, _, entries, _ in filled for key in entries):
        variants = [e for _, _, entries, _ in filled if (e := entries.get(key))]
        first = variants[0]
        if len(variants) == len(filled) and all(
            e.value == first.value and (e.value is not None or not e.written) for e in variants
        ):
            continue
        differing.append(key)
        merged[key] = replace(first, value=None)
        plain = [e for e in variants if e.value is not None or not e.written]  # what is not understood is no choice
        choices = tuple(Choice(f"{_place(e, sheets)}の「{_quoted(e)}」", {key: e.value}) for e in plain)
        said = "、".join(f"{_place(e, sheets)}は「{_quoted(e)}」" for e in variants)
        column = first_table.headings.get(key, key)
        code = "row.twice" if len(sheets) == 1 else "sheet.differs"
        issues.append(told(code, first, choices, column=column, said=said))
    if differing:
        # What was noticed in a cell that nobody has chosen yet is no matter before the choice.
        places = {(e.sheet, e.cell) for _, _, entries, _ in filled for k in differing if (e := entries.get(k))}
        ours = ("row.twice", "sheet.differs")
        issues = [i for i in issues if i.code in ours or (i.sheet, i.cell) not in places]
    elif len(sheets) == 1:
        issues.append(told("row.same_twice"))
    return merged, issues


def _place(entry: Entry, sheets: tuple[str, ...]) -> str:
    return f"シート「{entry.sheet}」{entry.cell}" if len(sheets) > 1 else entry.cell


def _quoted(entry: Entry) -> str:
    return shortened(entry.written) or "空欄"


#: Columns that stand filled in when the form goes out.
_SUGGESTED = ("period", "section")
