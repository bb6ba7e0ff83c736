"""Several rows of one indicator, on one sheet or on several that differ, read as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.collection.workflow import Entry
from kpi.issue import Choice, Issue, Severity
from kpi.plan import Indicator
from loaders.form.reading.headings import Table
from loaders.rules.check_registry import finding
from loaders.text.characters import shortened

#: Columns that stand filled in when the form goes out.
_SUGGESTED = ("period", "section")
#: The questions about two rows that say different things.
_TWICE, _DIFFERS = "row.twice", "sheet.differs"


@dataclass(frozen=True)
class RowRead:
    """What one row gave: the table it stands in, its number, its entries and what was noticed."""

    table: Table
    row: int
    entries: Mapping[str, Entry]
    issues: tuple[Issue, ...]


def joined(
    indicator: Indicator, rows: Sequence[RowRead], tables: Sequence[Table]
) -> tuple[Mapping[str, Entry], tuple[Issue, ...]]:
    """The entries of an indicator, from one row or from several that must not contradict each other.

    ``tables`` are all sheets that were read beside these rows' own.
    """
    first = rows[0]
    if len(tables) > 1 and len({read.table.sheet.name for read in rows}) == 1:
        name = first.table.sheet.name
        words = {"name": indicator.name, "sheet": name}
        alone = finding(
            "sheet.row_alone", words, sheet=name, cell=f"{first.row}行", indicator_id=indicator.id, key="row"
        )
        if len(rows) == 1:
            return first.entries, (*first.issues, alone)
        entries, issues = _merged(indicator, rows)
        return entries, (alone, *issues)
    return (first.entries, first.issues) if len(rows) == 1 else _merged(indicator, rows)


def _merged(indicator: Indicator, rows: Sequence[RowRead]) -> tuple[Mapping[str, Entry], tuple[Issue, ...]]:
    """Several rows of one indicator as one; where they differ nothing is taken before somebody has chosen."""
    sheets = tuple(dict.fromkeys(read.table.sheet.name for read in rows))
    filled = [r for r in rows if any(e.written for k, e in r.entries.items() if k not in _SUGGESTED)]
    if len(sheets) == 1 and len(filled) <= 1:
        only = (filled or rows)[0]
        return only.entries, (*only.issues, _told("row.one_blank", indicator, rows))
    if len(sheets) > 1:
        filled = list(rows)  # an empty cell on one sheet contradicts a filled one on another
    issues = [*filled[0].issues, *(i for read in filled[1:] for i in read.issues if i.severity is not Severity.NOTE)]
    merged = dict(filled[0].entries)
    asked: list[Issue] = []
    unsettled: set[tuple[str, str]] = set()
    for key in dict.fromkeys(key for read in filled for key in read.entries):
        variants = [e for read in filled if (e := read.entries.get(key))]
        if len(variants) == len(filled) and all(_same(e, variants[0]) for e in variants):
            continue
        merged[key] = replace(variants[0], value=None)
        asked.append(_which(indicator, rows, variants))
        unsettled |= {(e.sheet, e.cell) for e in variants}
    if asked:
        # What was noticed in a cell that nobody has chosen yet is no matter before the choice.
        return merged, (*(i for i in issues if (i.sheet, i.cell) not in unsettled), *asked)
    return merged, (*issues, *([_told("row.same_twice", indicator, rows)] if len(sheets) == 1 else ()))


def _same(entry: Entry, first: Entry) -> bool:
    return entry.value == first.value and (entry.value is not None or not entry.written)


def _which(indicator: Indicator, rows: Sequence[RowRead], variants: Sequence[Entry]) -> Issue:
    """Which of several entries of one column is right."""
    first, several = variants[0], len({read.table.sheet.name for read in rows}) > 1
    plain = [e for e in variants if e.value is not None or not e.written]  # what is not understood is no choice
    choices = tuple(Choice(f"{_place(e, several)}の「{_quoted(e)}」", {e.key: e.value}) for e in plain)
    said = "、".join(f"{_place(e, several)}は「{_quoted(e)}」" for e in variants)
    column = rows[0].table.headings.get(first.key, first.key)
    code = _DIFFERS if several else _TWICE
    return _told(code, indicator, rows, first, choices, column=column, said=said)


def _told(
    code: str,
    indicator: Indicator,
    rows: Sequence[RowRead],
    entry: Entry | None = None,
    choices: tuple[Choice, ...] = (),
    **more: str,
) -> Issue:
    """A finding about an indicator's rows, at the first of them or at one of its entries."""
    sheets = dict.fromkeys(read.table.sheet.name for read in rows)
    numbers = "・".join(str(read.row) for read in rows)
    words = {"name": indicator.name, "rows": numbers, "sheets": "、".join(f"「{s}」" for s in sheets), **more}
    first = Entry("", rows[0].table.sheet.name, f"{rows[0].row}行", "", None)
    at = entry or first
    return finding(
        code, words, sheet=at.sheet, cell=at.cell, value=at.written,
        indicator_id=indicator.id, key=at.key, choices=choices,
    )  # fmt: skip


def _place(entry: Entry, several: bool) -> str:
    return f"シート「{entry.sheet}」{entry.cell}" if several else entry.cell


def _quoted(entry: Entry) -> str:
    return shortened(entry.written) or "空欄"
