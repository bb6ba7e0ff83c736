"""What a cell's formula says about its stored result: whether it comes from outside, and whether it can be so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from loaders.form.reading.understanding.arithmetic import worth
from loaders.workbook.cells import Book, Cell, Sheet
from loaders.workbook.isolation.preflight import Refused
from loaders.workbook.package import place

_STRING = re.compile(r'"(?:[^"]|"")*"')
_QUOTED = re.compile(r"'((?:[^']|''){0,255}+)'!")
#: What no sheet's name may hold; a quoted name with one of these is a file's, with or without its folder.
_OF_A_FILE = re.compile(r"[\[\]\\/:?*]|\.(?:xl[a-z]{1,3}|ods|csv)$", re.IGNORECASE)
#: [1]Sheet1!A1, [1]!テーブル1[件数], [x.xlsx]S!A1. Behind a name a bracket is a column; [0] is this book.
_BOOK = re.compile(r"(?<![\w.\]\[])\[(?!0\])[^\[\]]+\][^\s()\[\]{}'\"!,;+\-*/^&=<>%]*!")
_LINK = re.compile(r"https?://|\\\\\w|\.xl[a-z]{1,2}!", re.IGNORECASE)
#: app|topic!item, Excel's link to another program.
_DDE = re.compile(r"[\w.]\|(?:'[^']*'|[^\s!()'\"]+)!")
#: Excel takes no longer formula; what is longer is nobody's honest work, and patterns would look at it for minutes.
_LONGEST = 8_192
_FETCHED = re.compile(
    r"(?<![\w.])(?:_xl\w+\.)*(?:WEBSERVICE|RTD|DDE|STOCKHISTORY|CUBE[A-Z]+|SQL\.REQUEST)\(", re.IGNORECASE
)
_INDIRECT = re.compile(r"(?<![\w.])INDIRECT\(", re.IGNORECASE)


def refers_outside(formula: str) -> bool:
    """Whether a formula names another file, a link or another program. A table's column (テーブル1[件数]) is none."""
    if len(formula) > _LONGEST:
        return True
    bare = _STRING.sub('""', formula)
    if any(pattern.search(bare) for pattern in (_BOOK, _LINK, _DDE, _FETCHED)):
        return True
    if any(_OF_A_FILE.search(name) for name in _QUOTED.findall(bare)):
        return True
    texts = " ".join(_STRING.findall(formula))
    return bool(_INDIRECT.search(bare)) and bool(re.search(r"\[[^\]]*\]|https?://", texts))


#: A place or an area with its sheet: B7, $B$2:$C9, whole columns B:C and rows 2:9, 'R6 集計'!B2, 内訳:内訳2!B2.
_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|''){1,99}+)'|([^\s!'\"()+\-*/^&=<>,;%{}\[\]$]{1,64}))!)?"
    r"(?<![\w.$])(\$?[A-Z]{1,3}\$?[1-9]\d{0,6}(?::\$?[A-Z]{1,3}\$?[1-9]\d{0,6})?"
    r"|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?[1-9]\d{0,6}:\$?[1-9]\d{0,6})(?![\w(!.:])"
)
_NAME = re.compile(r"(?<![\w.?\\'\[])[^\W\d][\w.?\\]*|(?<![\w.?\\'\[])\\[\w.?\\]*")
#: What takes a value from a place that no reference in the formula tells: a table's column, a place that is worked out.
_LOOSE = re.compile(r"[\w.]\[|(?<![\w.])(?:OFFSET|INDIRECT)\(", re.IGNORECASE)
#: Steps that all looks through one workbook's formulas take together. Honest workbooks need a hundredth.
_MOST = 500_000

#: First row, first column, last row, last column.
_Area = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Named:
    """What a formula names: areas by their sheet (folded), words that may be defined names, and places unknown."""

    areas: tuple[tuple[str, _Area], ...]
    words: frozenset[str]
    loose: bool


class Formulas:
    """The formulas of a workbook: where their results come from, as far as a look through them is worth its time."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._order = [sheet.name.lower() for sheet in book.sheets]
        self._sheets = {sheet.name.lower(): sheet for sheet in book.sheets}
        self._left = _MOST
        self._outside: dict[str, set[tuple[int, int]]] = {name: set() for name in self._order}
        self._outside_names: set[str] = set()

    def from_outside(self, sheet: Sheet, formula: str) -> bool:
        """Whether a formula of that sheet takes anything from outside its workbook, through whatever cells and names.

        Where finding out takes too long it may, and is said to; so are places that no reference tells, in a workbook
        that takes something from outside.
        """
        return refers_outside(formula) or (self._any_outside and self._touches(self._named(sheet, formula)))

    @cached_property
    def _any_outside(self) -> bool:
        """Whether anything in the workbook comes from outside; if so, all cells and names that do are known after."""
        waiting: list[tuple[Sheet, Cell | str, str]] = []
        for name, told in self._book.names:
            waiting.append((self._book.sheets[0], name.lower(), f"={told}"))
        for sheet in self._book.sheets:
            waiting += ((sheet, cell, cell.formula) for cell in sheet.cells.values() if cell.formula)
        rest = []
        for sheet, held, told in waiting:
            self._left -= 1 + len(told) // 50
            if self._left < 0 or refers_outside(told):
                self._mark(sheet, held)
            else:
                rest.append((sheet, held, told))
        if len(rest) == len(waiting):
            return False
        named = [(sheet, held, self._named(sheet, told)) for sheet, held, told in rest]
        while True:
            left = []
            for sheet, held, one in named:
                if self._touches(one):
                    self._mark(sheet, held)
                else:
                    left.append((sheet, held, one))
            if len(left) == len(named):
                return True
            named = left

    def _mark(self, sheet: Sheet, held: Cell | str) -> None:
        if isinstance(held, str):
            self._outside_names.add(held)
        else:
            self._outside[sheet.name.lower()].add((held.row, held.column))

    def _touches(self, named: _Named) -> bool:
        """Whether anything that a formula names comes from outside, as far as that is known by now."""
        if named.loose or self._left < 0 or not named.words.isdisjoint(self._outside_names):
            return True
        for sheet, (top, left, bottom, right) in named.areas:
            marked = self._outside.get(sheet, set())
            self._left -= 1
            if top == bottom and left == right:
                if (top, left) in marked:
                    return True
                continue
            self._left -= len(marked)
            if any(top <= row <= bottom and left <= column <= right for row, column in marked):
                return True
        return False

    def _named(self, sheet: Sheet, formula: str) -> _Named:
        if self._left < 0:
            return _Named((), frozenset(), loose=True)
        bare = _STRING.sub('""', formula)
        self._left -= 1 + len(bare) // 50
        areas = tuple((one, area) for one, area in self._areas(sheet, bare))
        words = frozenset(found.lower() for found in _NAME.findall(bare))
        return _Named(areas, words, bool(_LOOSE.search(bare)))

    def _areas(self, sheet: Sheet, formula: str) -> Iterator[tuple[str, _Area]]:
        """The areas that a formula names, each with the folded name of its sheet; of several sheets one by one."""
        for quoted, plain, area in _REFERENCE.findall(formula):
            wanted = (quoted.replace("''", "'") or plain or sheet.name).lower()
            first, _, last = wanted.partition(":")
            if wanted in self._sheets or not last:
                yield wanted, _corners(area)
            elif first in self._sheets and last in self._sheets:
                ends = sorted((self._order.index(first), self._order.index(last)))
                yield from ((name, _corners(area)) for name in self._order[ends[0] : ends[1] + 1])

    def contradicts(self, sheet: Sheet, formula: str, result: object) -> bool:
        """Whether a stored result cannot be what the formula gives: a reference is gone, or plain arithmetic says else.

        Arithmetic is + - * / of figures, of cells that hold some, and of their sums; of any other formula nothing is
        said, nor where the workbook calculates with what its formats show.
        """
        if _REFERENCE_LOST.search(formula):
            return True
        if not isinstance(result, float) or self._book.as_shown or len(formula) > _LONGEST or _STRING.search(formula):
            return False
        try:
            figures = _SUM.sub(lambda found: self._summed(sheet, found[1]), formula[1:])
            figures = _REFERENCE.sub(lambda found: self._figure(sheet, found[0]), figures)
        except ValueError:
            return False
        worked_out = worth(figures)
        return worked_out is not None and abs(worked_out - result) > 1e-9 * max(1.0, abs(worked_out), abs(result))

    def _cells(self, sheet: Sheet, reference: str) -> list[Cell]:
        """The filled cells in the areas of a reference. ValueError where there are too many to look at."""
        found: list[Cell] = []
        for name, (top, left, bottom, right) in self._areas(sheet, reference):
            held = self._sheets[name].cells if name in self._sheets else {}
            if (bottom - top + 1) * (right - left + 1) <= len(held):
                self._left -= (bottom - top + 1) * (right - left + 1)
                places = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
                found += (cell for place in places if (cell := held.get(place)))
            else:
                self._left -= len(held)
                found += (c for c in held.values() if top <= c.row <= bottom and left <= c.column <= right)
            if self._left < 0:
                raise ValueError(reference)
        return found

    def _figure(self, sheet: Sheet, reference: str) -> str:
        """The figure in the one cell named; an empty one is none, for it may have been emptied after it was counted."""
        found = self._cells(sheet, reference)
        if ":" in reference or len(found) != 1 or found[0].kind != "number":
            raise ValueError(reference)
        return f"({found[0].value!r})"

    def _summed(self, sheet: Sheet, references: str) -> str:
        """The sum of the cells named, as SUM makes it: words in them count nothing, an error is no sum."""
        figures: list[float] = []
        for part in references.split(","):
            if not _REFERENCE.fullmatch(part.strip()):
                raise ValueError(references)
            found = self._cells(sheet, part.strip())
            if any(cell.kind in ("error", "uncached") for cell in found):
                raise ValueError(references)
            figures += (c.value for c in found if c.kind == "number" and isinstance(c.value, float))
        if not figures:
            raise ValueError(references)
        return f"({sum(figures)!r})"


def _corners(area: str) -> _Area:
    first, _, last = area.replace("$", "").partition(":")
    last = last or first
    try:
        if first.isdigit():
            return min(int(first), int(last)), 1, max(int(first), int(last)), _COLUMNS
        if first.isalpha():
            (_, left), (_, right) = place(f"{first}1"), place(f"{last}1")
            return 1, min(left, right), _ROWS, max(left, right)
        (row, column), (other_row, other_column) = place(first), place(last)
    except Refused:  # beyond any sheet's last column: a name that looks like a place
        return 0, 0, 0, 0
    return min(row, other_row), min(column, other_column), max(row, other_row), max(column, other_column)


_ROWS, _COLUMNS = 1_048_576, 16_384
_REFERENCE_LOST = re.compile(r"#REF!", re.IGNORECASE)
_SUM = re.compile(r"(?<![\w.])SUM\(([^()]*)\)", re.IGNORECASE)
