"""The heading row of a sheet, and which of its columns is which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from kpi.issue import Issue
from loaders.form import definition as d
from loaders.form.reading.struck import known_spelling
from loaders.rules.check_registry import finding
from loaders.text.characters import canonical
from loaders.workbook.cells import Cell, Sheet

_LEAST_HEADINGS = 4
_IDENTITY = ("number", "name", "token")
_ESSENTIAL = ("value", "period", "release", "missing_reason", "baseline", "target")
_ALIKE = 0.72
_HARMLESS = re.compile(
    r"実績値?|必須|任意|必ず|要(?:入力|記入)|記入|入力|選択|欄|ください|して|半角|数字|[()「」※*★●◎↓:・、。]"
)


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """A label folded for comparison."""
    return canonical(text)


@dataclass(frozen=True)
class Table:
    """The form's table in a sheet. ``columns`` maps keys (and ``token``) to column numbers."""

    sheet: Sheet
    heading_row: int
    columns: Mapping[str, int]
    headings: Mapping[str, str]
    issues: tuple[Issue, ...] = field(default=())

    def at(self, row: int, key: str) -> Cell | None:
        """The cell of a column in a row."""
        column = self.columns.get(key)
        return self.sheet.at(row, column) if column else None


def table_under(
    sheet: Sheet, wanted: Mapping[str, str], least: int = _LEAST_HEADINGS, *, quiet: bool = False
) -> Table | None:
    """The table under the row with most of some headings by column key; None under fewer than ``least`` of them.

    ``quiet`` makes no finding about headings that are gone or are guessed.
    """
    by_label = {label(text): key for key, text in wanted.items()}
    by_rest = {bare(text): key for text, key in by_label.items()}
    scores: dict[int, set[str]] = {}
    for cell in sheet.cells.values():
        if cell.kind != "text":
            continue
        text = label(known_spelling(cell, lambda t: label(t) in by_label))
        if key := by_label.get(text) or by_rest.get(bare(text)):
            scores.setdefault(cell.row, set()).add(key)
    if not scores:
        return None
    row = max(scores, key=lambda r: (len(scores[r]), -r))
    if len(scores[row]) < least or not scores[row] & set(_IDENTITY):
        return None
    return _Columns(sheet, row, wanted, quiet=quiet).table()


class _Columns:
    """Works out which column is which, from the headings that stand there."""

    def __init__(self, sheet: Sheet, row: int, wanted: Mapping[str, str], *, quiet: bool = False) -> None:
        self.sheet, self.row, self.wanted, self.quiet = sheet, row, wanted, quiet
        self.order = tuple(wanted)
        self._known = {label(text) for text in wanted.values()}
        self.columns: dict[str, int] = {}
        self.issues: list[Issue] = []
        below = {column for r, column in sheet.cells if r >= row}
        merged = {left for top, left, bottom, _ in sheet.merged if top < row <= bottom}  # also where nothing is below
        self.texts = {c: self._heading(c) for c in sorted(below | merged)}
        self.dropped: set[str] = set()

    def table(self) -> Table:
        """The table, with what was noticed about its headings."""
        self._exact()
        self._similar()
        self._between()
        self._missing()
        return Table(self.sheet, self.row, self.columns, self.wanted, tuple(self.issues))

    def _heading(self, column: int) -> str:
        """The text above a column, a heading merged upwards included."""
        cell = self.sheet.at(self.row, column)
        if cell is None:
            for top, left, bottom, _ in self.sheet.merged:
                if left == column and top < self.row <= bottom:
                    # Merged with the group's name above, the heading itself is covered and still says what it was.
                    cell = self.sheet.covered.get((self.row, column)) or self.sheet.at(top, left)
        return known_spelling(cell, lambda text: label(text) in self._known)

    def _free(self) -> list[int]:
        taken = set(self.columns.values())
        return [c for c in self.texts if c not in taken]

    def _left(self) -> list[str]:
        return [k for k in self.order if k not in self.columns and k not in self.dropped]

    def _told(self, code: str, column: int, **words: str) -> None:
        cell = self.sheet.at(self.row, column)
        ref = cell.ref if cell else Cell(self.row, column, "text", "").ref
        value = cell.written if cell else ""
        key = words.pop("key", "")
        self.issues.append(finding(code, words, sheet=self.sheet.name, cell=ref, value=value, key=key))

    def _filled(self, column: int) -> bool:
        return any(c == column and r > self.row for r, c in self.sheet.cells)

    def _exact(self) -> None:
        for key in self.order:
            same = [c for c, text in self.texts.items() if label(text) == label(self.wanted[key])]
            used = [c for c in same if self._filled(c)]
            if len(used) > 1:
                cells = "・".join(Cell(self.row, c, "text", "").ref for c in used)
                self._told("heading.twice", used[0], expected=self.wanted[key], cells=cells, key=key)
                self.dropped.add(key)
            elif same:
                self.columns[key] = (used or same)[0]

    def _similar(self) -> None:
        pairs = [
            (likeness(label(self.texts[c]), label(self.wanted[k])), k, c)
            for c in self._free()
            for k in self._left()
            if self.texts[c]
        ]
        for score, key, column in sorted(pairs, key=lambda p: -p[0]):
            rivals = [s for s, k, c in pairs if (k == key) != (c == column)]
            if score < _ALIKE or key not in self._left() or column not in self._free():
                continue
            # Two headings nearly as alike are no certainty; the order of the columns may still tell.
            if max(rivals, default=0.0) > score - 0.1 or not self._in_order(key, column):
                continue
            self.columns[key] = column
            harmless = _only_adds(label(self.texts[column]), label(self.wanted[key]))
            code = "heading.edited" if harmless else "heading.guessed"
            self._told(code, column, found=self.texts[column], expected=self.wanted[key], key=key)

    def _in_order(self, key: str, column: int) -> bool:
        before, after = self._neighbours(key)
        return before < column < after

    def _neighbours(self, key: str) -> tuple[float, float]:
        place = self.order.index(key)
        before = [self.columns[k] for k in self.order[:place] if k in self.columns]
        after = [self.columns[k] for k in self.order[place + 1 :] if k in self.columns]
        return (before[-1] if before else 0), (after[0] if after else float("inf"))

    def _between(self) -> None:
        """A column alone between two known neighbours, where one column is wanted there: probably that one."""
        for key in self._left():
            place = self.order.index(key)
            beside = self.order[max(place - 1, 0)], self.order[min(place + 1, len(self.order) - 1)]
            if key == "token" or not all(k in self.columns or k == key for k in beside):
                continue
            before, after = self._neighbours(key)
            free = [c for c in self._free() if before < c < after and self._filled(c)]
            if len(free) == 1 and after != float("inf"):
                self.columns[key] = free[0]
                if self.quiet:
                    continue
                text = self.texts[free[0]] or "(空欄)"
                self._told("heading.guessed", free[0], found=text, expected=self.wanted[key], key=key)

    def _missing(self) -> None:
        for key in self._left():
            if self.quiet or key == "token" or not d.column(key).entry:
                continue
            code = "column.missing" if key in _ESSENTIAL else "column.missing_optional"
            self.issues.append(finding(code, {"expected": self.wanted[key]}, sheet=self.sheet.name, key=key))


def likeness(found: str, wanted: str) -> float:
    """How alike two headings are; one that only adds to the other, or was cut from it, counts as nearly the same."""
    if not found or not wanted:
        return 0.0
    if bare(found) == bare(wanted):
        return 0.95
    if found.startswith(wanted) and len(wanted) >= 3:
        return 0.9
    return SequenceMatcher(None, found, wanted, autojunk=False).ratio()


def _only_adds(found: str, wanted: str) -> bool:
    """Whether a heading only says more of the same. 「今回の値(千円)」 or 「前回の値」 would change what is read."""
    return bare(found) == bare(wanted)


@lru_cache(maxsize=8192)
def bare(text: str) -> str:
    """A folded heading without what people add to it: 「分子(必須)」 is 分子."""
    return _HARMLESS.sub("", text)


def texts_above(table: Table) -> Iterator[str]:
    """What stands above the table: title, round, department."""
    for (row, _), cell in sorted(table.sheet.cells.items()):
        if row < table.heading_row and cell.kind == "text":
            yield cell.written
