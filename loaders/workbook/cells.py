"""A workbook as located cells, whatever library read it.

:func:`open_book` reads one upload, :class:`Reader` a batch. Both open the file in a child process
(``loaders.workbook.isolation.sandbox``); only located cells come back, and what cannot be read is an
:class:`~kpi.issue.Issue`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from kpi.issue import Issue
from loaders.text.characters import tidied, writable
from loaders.workbook import number_formats
from loaders.workbook.isolation.grid import KINDS
from loaders.workbook.isolation.grid import column_letters as column_letters
from loaders.workbook.isolation.preflight import Limits, Refused, kind
from loaders.workbook.isolation.refusals import refusal
from loaders.workbook.isolation.worker_pool import Lost, Pool, shared_pool
from loaders.workbook.rich_text import Runs

CellKind = Literal["text", "number", "bool", "date", "error", "uncached"]


@dataclass(frozen=True)
class Cell:
    """One cell that holds something. ``row``/``column`` count from 1.

    ``value``: str for text and error (``#REF!``), float for number (bool as 0/1), ISO ``YYYY-MM-DD`` or
    ``YYYY-MM-DDTHH:MM:SS`` str for date (``HH:MM:SS`` for a time of day without one); None for ``uncached`` (a
    formula whose result the file does not hold).
    ``formula`` is the formula's text, ``number_format`` Excel's format code, ``comment`` the note on the cell,
    ``merged`` the range (``B2:C3``) whose top-left this cell is.
    ``runs`` are the pieces of the cell, each with ``struck``, ``raised`` or nothing, where any of it is struck through
    or raised; ``value`` as text is then what is left without these. ``stale``: the formula's value may be out of date,
    because the workbook is calculated by hand only.
    """

    row: int
    column: int
    kind: CellKind
    value: str | float | None
    number_format: str = "General"
    formula: str = ""
    comment: str = ""
    merged: str = ""
    runs: Runs = ()
    stale: bool = False

    @property
    def ref(self) -> str:
        """``B7``."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def written(self) -> str:
        """What a person sees in the cell, letter for letter as far as the file tells.

        Digits that a format rounds away are kept: a figure followed to its cell must show all that stands there.
        """
        if self.kind == "bool":
            return "TRUE" if self.value else "FALSE"
        if self.value is None:
            return self.formula
        if isinstance(self.value, str):
            if self.runs and self.kind == "text":
                return "".join(text for text, _ in self.runs)
            return number_formats.shown(self.value, self.number_format) if self.kind == "date" else self.value
        sense = number_formats.meaning(self.number_format)
        if sense == "percent":
            return number_formats.percent(self.value)
        return number_formats.span(self.value) if sense == "span" else number_formats.plain(self.value)

    @property
    def struck(self) -> str:
        """What is struck through in the cell."""
        return self._marked("struck")

    @property
    def raised(self) -> str:
        """What stands above or below the line: a footnote's mark, an exponent, the 2 of CO2."""
        return self._marked("raised")

    def _marked(self, how: str) -> str:
        found = [text for text, own in self.runs if own == how]
        return self.written if found == [""] else "".join(found)


@dataclass(frozen=True)
class Sheet:
    """One sheet: only cells that hold something are present.

    ``comments`` are all notes by place, those on empty cells too, and of a thread what the persons wrote; ``state`` is
    hidden for very hidden sheets as well. ``covered`` are cells under a merged area, which nobody sees.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    state: Literal["visible", "hidden"] = "visible"
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    covered: Mapping[tuple[int, int], Cell] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell at a place, or None where it is empty."""
        return self.cells.get((row, column))

    def rows(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """Rows that hold something, in order, each with its cells from left to right."""
        by_row: dict[int, list[Cell]] = {}
        for _, cell in sorted(self.cells.items()):
            by_row.setdefault(cell.row, []).append(cell)
        for row, cells in by_row.items():
            yield row, tuple(cells)


AttachedKind = Literal[
    "textbox", "picture", "object", "chart", "ink", "control", "header", "property", "thread", "hint"
]


@dataclass(frozen=True)
class Attached:
    """Something that stands in a workbook outside its cells: drawn, embedded, or said of a page or of the whole.

    ``cell`` is the address of its top left corner, empty where it has none; ``text`` its words, a paragraph a line,
    empty where it has none (a ``textbox`` always has some). A ``header`` is one part of a page's header or footer with
    its codes, a ``property`` one of the document's (title, subject, keywords, comments, category; ``sheet`` is empty),
    a ``thread`` a threaded comment on no cell, a ``hint`` what is shown at a link or beside a scenario.
    """

    kind: AttachedKind
    sheet: str
    cell: str
    text: str


@dataclass(frozen=True)
class Book:
    """One workbook. ``format`` is xlsx, xlsm or xls; ``sha256`` of the bytes; ``notes`` (Japanese) what was ignored.

    ``names`` are the names defined in it, a sheet's own too, each with the formula that it stands for, without the
    equals sign. ``as_shown``: formulas calculate with what the formats show, not with what the cells hold.
    """

    format: str
    sha256: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = field(default=())
    attached: tuple[Attached, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    as_shown: bool = False


#: What a child may note while reading, as a reader is told it; ``{}`` is the detail.
_NOTES: Mapping[str, str] = {
    "macros": "マクロは実行せず、セルの値だけを読みました。",
    "links": "ほかのファイルへの参照は開かず、このファイルに保存されている値を読みました。",
    "not_a_table": "グラフなど表でないシート「{}」は読んでいません。",
    "drawings": "シート「{}」の図形・図・コメントの一部は、数が多すぎるか壊れているため読めませんでした。",
    "broken": "文字として扱えない符号(壊れた絵文字や制御文字)を、「\ufffd」に置き換えるか除いて読みました: {}",
}
#: Escapes of a child's answer that may stand for what cannot be written; what they are is looked at then.
_ESCAPED = re.compile(rb"\\(?:[bf]|u(?:00[01]|d[89a-f]|fff[ef]))")
#: Places named in one note before the rest is counted.
_NAMED = 5
_log = logging.getLogger(__name__)


class Opens(Protocol):
    """Children that open files: a pool of them, or what one upload may have of it."""

    limits: Limits

    def ask(self, data: bytes) -> bytes:
        """A child's answer for one workbook; raises :class:`Lost`."""


def open_book(data: bytes, filename: str, *, pool: Opens | None = None) -> Book | Issue:
    """The workbook in one upload, opened in a child process, or why it is not read."""
    pool = pool or shared_pool()
    try:
        # A child is not troubled with what the first bytes already tell.
        kind(data, pool.limits)
        answer = _told(pool.ask(data))
        if "refused" in answer:
            return refusal(answer["refused"], answer.get("where", ""))
        return _book(answer, data, filename)
    except Refused as refused:
        return refusal(refused.code, refused.where)
    except Lost as lost:
        return refusal(lost.code)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        # An answer that is not what the child's own code writes: something in the file got hold of it.
        return refusal("stopped")
    except Exception:
        # One file must not cost the others of its batch, whatever it has led to.
        _log.exception("a workbook could not be opened")
        return refusal("stopped")


class Reader:
    """A batch of workbooks through children of its own, which stay warm from file to file.

    >>> with Reader(workers=2) as reader:            # doctest: +SKIP
    ...     for name, data, book in reader.read_all(files):
    ...         ...
    """

    def __init__(self, workers: int = 1, limits: Limits | None = None) -> None:
        self._workers = max(1, workers)
        self._pool = Pool(self._workers, limits, wait=3600.0)
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="cells")

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for files under way and end the children."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._pool.close()

    def read_all(self, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes, Book | Issue]]:
        """Each file with its workbook, in order; files ahead are being read while the caller works on this one."""
        ahead: deque[tuple[str, bytes, Future[Book | Issue]]] = deque()
        for name, data in files:
            ahead.append((name, data, self._threads.submit(open_book, data, name, pool=self._pool)))
            if len(ahead) > 2 * self._workers:
                yield _done(ahead)
        while ahead:
            yield _done(ahead)


def _done(ahead: deque[tuple[str, bytes, Future[Book | Issue]]]) -> tuple[str, bytes, Book | Issue]:
    name, data, future = ahead.popleft()
    return name, data, future.result()


def _told(answer: bytes) -> dict[str, Any]:
    """A child's answer, with every text in it writable; a note names the places where that changed something."""
    told: dict[str, Any] = json.loads(answer)
    if not _ESCAPED.search(answer):
        return told
    if "refused" in told:
        return tidied(told)
    broken = {number for number, text in enumerate(told["texts"]) if writable(text) != text}
    places = []
    for sheet in told["sheets"]:
        parts = iter(sheet["cells"])
        cells = [
            (row, column)
            for row, column, sort, value, _, _ in zip(*[parts] * 6, strict=True)
            if KINDS[sort] in ("text", "date", "error") and value in broken
        ]
        cells += [(row, column) for row, column, number in sheet["comments"] if number in broken]
        places += [f"{writable(sheet['name'])}!{_ref(*place)}" for place in dict.fromkeys(cells)]
    if places:
        more = f" ほか{len(places) - _NAMED}か所" if len(places) > _NAMED else ""
        told["notes"].append(("broken", "、".join(places[:_NAMED]) + more))
    return tidied(told)


def _book(answer: Mapping[str, Any], data: bytes, filename: str) -> Book:
    """What a child told, as a workbook."""
    runs = [tuple((answer["texts"][text], str(how)) for text, how in one) for one in answer["runs"]]
    sheets = tuple(_sheet(told, answer["texts"], runs) for told in answer["sheets"])
    notes = [_NOTES[code].format(detail) for code, detail in answer["notes"]]
    suffix = filename.rpartition(".")[2].lower()
    if suffix in ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv") and suffix != answer["format"]:
        notes.append(f"ファイル名は「.{suffix}」ですが、中身は「.{answer['format']}」形式です。")
    attached = [Attached("property", "", "", text) for text in answer["properties"]]
    for told in (*answer["sheets"], *answer["charts"]):
        attached += (Attached(sort, told["name"], ref, answer["texts"][text]) for sort, ref, text in told["attached"])
    names = tuple((name, told) for name, told in answer["names"])
    digest = hashlib.sha256(data).hexdigest()
    return Book(
        answer["format"], digest, sheets, tuple(notes), tuple(attached), names, as_shown=bool(answer["as_shown"])
    )


def _sheet(told: Mapping[str, Any], texts: list[str], runs: list[Runs]) -> Sheet:
    comments = {(row, column): texts[number] for row, column, number in told["comments"]}
    merged = tuple((top, left, bottom, right) for top, left, bottom, right in told["merged"])
    ranges = {(top, left): f"{_ref(top, left)}:{_ref(bottom, right)}" for top, left, bottom, right in merged}
    cells = _cells(told["cells"], texts, comments, ranges, stale=told["stale"])
    covered = _cells(told["covered"], texts, {}, {})
    for row, column, number in told["runs"]:
        held = cells if (row, column) in cells else covered
        held[row, column] = replace(held[row, column], runs=runs[number])
    return Sheet(
        name=told["name"],
        cells=cells,
        state="hidden" if told["hidden"] else "visible",
        hidden_rows=frozenset(told["rows"]),
        hidden_columns=frozenset(told["columns"]),
        merged=merged,
        comments=comments,
        covered=covered,
    )


def _cells(
    told: list[Any],
    texts: list[str],
    comments: Mapping[tuple[int, int], str],
    ranges: Mapping[tuple[int, int], str],
    *,
    stale: bool = False,
) -> dict[tuple[int, int], Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    parts = iter(told)
    for row, column, sort, value, code, formula in zip(*[parts] * 6, strict=True):
        place = (row, column)
        sense = KINDS[sort]
        if sense in ("text", "date", "error"):
            value = texts[value]
        cell = Cell(
            row, column, sense, value, texts[code], texts[formula], comments.get(place, ""), ranges.get(place, "")
        )
        cells[place] = replace(cell, stale=True) if stale and cell.formula else cell
    return cells


def _ref(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"
