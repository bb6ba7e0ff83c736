"""Finds the form in a workbook: its hidden sheet, and the sheets with a table of figures."""

from __future__ import annotations

from kpi.plan import Plan, RoundKind
from loaders.form import definition as d
from loaders.form.hidden_sheet import META_MARK, Meta, read_meta
from loaders.form.reading.headings import Table, label, table_under
from loaders.workbook.cells import Book, Sheet

#: So many headings that have moved to 記述 since make a sheet one of the layout before.
_OF_BEFORE = 3


def find_meta(book: Book) -> tuple[Meta, Sheet] | None:
    """The hidden sheet, wherever it stands and whatever it is called; None where it is gone or damaged."""
    for sheet in sorted(book.sheets, key=lambda s: s.name != d.META.name):
        mark = next((c for c in sheet.cells.values() if c.value == META_MARK), None)
        if mark is None:
            continue
        rows: dict[int, list[str]] = {}
        for cell in sorted(sheet.cells.values(), key=lambda c: (c.row, c.column)):
            if cell.row >= mark.row and cell.column >= mark.column:
                rows.setdefault(cell.row, []).append(cell.written)
        meta = read_meta(rows.values())
        if meta:
            return meta, sheet
    return None


def headings(plan: Plan, kind: RoundKind) -> dict[str, str]:
    """The headings of a kind of round by key, the hidden row mark's included."""
    columns = d.asked_columns(kind, plan)
    return {"token": d.TOKEN_HEADING} | {c.key: "".join(d.heading(c, plan, kind).split()) for c in columns}


def sheets_for(book: Book, wanted: d.FormSheet, meta_sheet: Sheet | None) -> list[Sheet]:
    """The sheets that may be one of the form's: visible ones first, the form's own name before others."""
    sheets = (sheet for sheet in book.sheets if sheet is not meta_sheet)
    return sorted(sheets, key=lambda s: (s.state == "hidden", s.name != wanted.name))


def find_tables(
    book: Book, plan: Plan, kind: RoundKind, meta_sheet: Sheet | None, version: str = ""
) -> tuple[Table, ...]:
    """Every table of figures in the workbook.

    ``version`` is the layout that the hidden sheet tells; each sheet's own headings count more.
    """
    sheets = sheets_for(book, d.FIGURES, meta_sheet)
    found = (table_under(sheet, _wanted(sheet, plan, kind, version)) for sheet in sheets)
    return tuple(t for t in found if t)


def _wanted(sheet: Sheet, plan: Plan, kind: RoundKind, version: str) -> dict[str, str]:
    """The headings of the layout that a sheet has: all columns in one table, or only those of the first sheet."""
    every = headings(plan, kind)
    texts = {label(c.written) for c in sheet.cells.values() if c.kind == "text"}
    moved = [c for c in d.columns_before(kind) if c.stands != "figures"]
    seen = sum(label(every[c.key]) in texts for c in moved)
    newer = any(label(every[c.key]) in texts for c in d.FIGURES.columns(kind) if c.since != d.VERSION_BEFORE)
    told = version == d.VERSION_BEFORE or (not version and seen > 0)
    before = seen >= _OF_BEFORE or (told and not newer)
    columns = d.columns_before(kind) if before else d.FIGURES.columns(kind)
    return {"token": every["token"]} | {c.key: every[c.key] for c in columns}
