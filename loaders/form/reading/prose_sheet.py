"""Finds 記述 in a workbook and says what each of its lines is: by the heading before its text, else by its mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kpi.issue import Issue
from kpi.plan import Indicator, Plan, RoundKind
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.prose_lines import Told, read_token
from loaders.form.reading.headings import Table, bare, label, table_under
from loaders.form.reading.location import headings, sheets_for
from loaders.form.reading.struck import known_spelling
from loaders.rules.check_registry import finding
from loaders.text.characters import is_blank
from loaders.workbook.cells import Book, Cell, Sheet

_LEAST = 3
#: So many hidden marks make a sheet 記述 whose headings are gone.
_LEAST_MARKS = 3
#: What a message calls the sheet's own columns and the line that opens a 課's block.
_OWN = {key: text for key, text in ln.HEADINGS.items() if key not in ("token", "number")}
_LINES = (ln.NAME, ln.COVERS, *sorted(d.keys_on("prose") | d.keys_on("contact")))


@dataclass(frozen=True)
class Part:
    """A line of the sheet: its row, what it is (a column's key, or the opening of a block), its number and its mark."""

    row: int
    key: str
    number: str
    told: Told | None

    @property
    def of_contact(self) -> bool:
        """Whether it is of a 課's block."""
        return self.key == ln.COVERS or self.key in d.keys_on("contact")


@dataclass(frozen=True)
class ProseSheet:
    """A sheet 記述 of a form. ``ours`` are the indicators asked of the department, ``own`` the form's marks
    (:mod:`loaders.form.own_text`).
    """

    table: Table
    ours: Mapping[str, Indicator]
    own: frozenset[str]

    @cached_property
    def parts(self) -> Mapping[int, str]:
        """What each line below the heading is, by row."""
        return {row: key for row, key in part_keys(self.table).items() if row > self.table.heading_row}

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The columns of indicators that departments fill in here."""
        return tuple(k for k in self.table.headings if k in d.keys_on("prose") and d.column(k).entry)

    def text(self, row: int, key: str = "text") -> str:
        """What stands in one of the sheet's own columns."""
        cell = self.table.at(row, key)
        return cell.written.strip() if cell else ""

    def spot(self, row: int) -> tuple[int, int]:
        """Where a line's text stands."""
        return row, self.table.columns["text"]

    def issue(self, code: str, row: int, words: Mapping[str, str], indicator_id: str = "", key: str = "") -> Issue:
        """A registered finding about a line: at its text where that is an indicator's name, else at its heading."""
        order = ("text", "part", "number") if self.parts.get(row) == ln.NAME else ("part", "text", "number")
        cell = next((found for column in order if (found := self.table.at(row, column))), None)
        owner = indicator_id if indicator_id in self.ours else ""
        place, value = (cell.ref, cell.written) if cell else (f"{row}行", "")
        sheet = self.table.sheet.name
        return finding(code, words, sheet=sheet, cell=place, value=value, indicator_id=owner, key=key)


def find_prose(
    book: Book, plan: Plan, kind: RoundKind, meta_sheet: Sheet | None, version: str = ""
) -> tuple[Table, ...]:
    """Every sheet 記述 of the workbook. ``version`` is the layout that the hidden sheet tells."""
    every = headings(plan, kind) | _OWN | {ln.COVERS: ln.covers_heading(kind)}
    found = (_table(sheet, _asked(sheet, every, version)) for sheet in sheets_for(book, d.PROSE, meta_sheet))
    return tuple(t for t in found if t)


def _asked(sheet: Sheet, every: Mapping[str, str], version: str) -> Mapping[str, str]:
    """The headings of the layout that a sheet has: what a later one has brought is not asked in it."""
    since = [c.key for c in d.COLUMNS if c.stands == "prose" and c.since == d.FORM_VERSION]
    texts = {label(c.written.partition("\n")[0]) for c in sheet.cells.values() if c.kind == "text"}
    if version == d.FORM_VERSION or any(label(every[key]) in texts for key in since if key in every):
        return every
    return {key: heading for key, heading in every.items() if key not in since}


def _table(sheet: Sheet, every: Mapping[str, str]) -> Table | None:
    table = table_under(sheet, ln.HEADINGS, _LEAST, quiet=True)
    if table is None or not {"part", "text"} <= table.columns.keys():
        table = _by_marks(sheet)
    if table is None:
        return None
    table = replace(table, headings=every)
    known = _labels(table)
    seen = (_key(_heading(table, row, known), known) for row, _ in sheet.rows())
    return table if any(seen) or _marked(sheet) else None


def _marked(sheet: Sheet) -> list[Cell]:
    return [c for c in sheet.cells.values() if c.kind == "text" and read_token(c.written)]


def _by_marks(sheet: Sheet) -> Table | None:
    """The table of a sheet whose headings are gone, from the hidden marks, beside which everything stands as before."""
    marks = _marked(sheet)
    columns = {c.column for c in marks}
    if len(marks) < _LEAST_MARKS or len(columns) != 1:
        return None
    shift = columns.pop() - ln.TOKEN
    places = {key: place + shift for key, place in ln.COLUMNS.items()}
    return Table(sheet, min(c.row for c in marks) - 1, places, ln.HEADINGS)


def _labels(table: Table) -> dict[str, str]:
    """What a line is, by its folded heading."""
    return {label(table.headings[key]): key for key in _LINES if key in table.headings}


def _heading(table: Table, row: int, known: Mapping[str, str]) -> str:
    return known_spelling(table.at(row, "part"), lambda text: _key(text, known))


def _key(text: str, known: Mapping[str, str]) -> str:
    """What a line is by what stands before its text, the question under the heading left aside; empty where unknown."""
    first = label(text.strip().partition("\n")[0])
    if key := known.get(first):
        return key
    folded, rest = label(text), {bare(t): k for t, k in known.items()}
    if key := rest.get(bare(first)):
        return key
    # A program that drops the end of a line leaves the heading with its question behind it.
    return next((k for t, k in sorted(known.items(), key=lambda one: -len(one[0])) if folded.startswith(t)), "")


def _token(table: Table, row: int) -> Told | None:
    cell = table.at(row, "token")
    return read_token(cell.written) if cell else None


def part_keys(table: Table) -> dict[int, str]:
    """What each line of a sheet 記述 is, as far as its heading or its mark tells."""
    known = _labels(table)
    told = {row: _token(table, row) for row, _ in table.sheet.rows()}
    keys = {row: _key(_heading(table, row, known), known) or (mark.key if mark else "") for row, mark in told.items()}
    return {row: key for row, key in keys.items() if key}


def read_parts(sheet: ProseSheet) -> tuple[tuple[Part, ...], tuple[Issue, ...]]:
    """Every line below the heading that the form knows; a heading that is not what its mark says is told."""
    table = sheet.table
    known = _labels(table)
    found: list[Part] = []
    issues: list[Issue] = []
    for row, key in sorted(sheet.parts.items()):
        written, told = _heading(table, row, known), _token(table, row)
        if told and not is_blank(written) and (key != told.key or not _key(written, known)):
            code = "part.exchanged" if key != told.key else "part.changed"
            words = {"found": written.partition("\n")[0], "known": table.headings.get(told.key, "")}
            issues.append(sheet.issue(code, row, words, told.ids[0] if told.ids else "", key))
        found.append(Part(row, key, sheet.text(row, "number"), told))
    return tuple(found), tuple(issues)
