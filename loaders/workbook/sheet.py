"""One worksheet's XML as located cells, streamed and strict.

What is not as the format says is refused, because a damaged tag that is skipped is a cell that reads as empty. Cells
that only carry a format are counted and passed over, so a million of them cost time to a limit, and no memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.workbook.areas import Area, covering
from loaders.workbook.isolation.grid import GridSheet, column_letters
from loaders.workbook.isolation.preflight import Refused
from loaders.workbook.number_formats import iso, meaning, moment
from loaders.workbook.ooxml import Counts, Shared
from loaders.workbook.package import Attributes, Package, Parser, place, relation_id, unescaped
from loaders.workbook.rich_text import Run, mark, settled

_NUMBER = re.compile(r"[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?Z?)?")
_CHILDREN = {
    "sheetData": ("row",),
    "row": ("c", "extLst"),
    "c": ("f", "v", "is", "extLst"),
    "is": ("t", "r", "rPh", "phoneticPr", "extLst"),
    "f": (),
    "v": (),
}
#: Kinds of parts in which things stand that are drawn on a sheet or attached to it.
_DRAWN = frozenset(("drawing", "vmlDrawing", "image", "oleObject", "package", "control", "ctrlProp"))
#: Elements that show a person's words while a pointer rests on them or in a dialog, and the attribute that holds these.
_HINTS = {"hyperlink": "tooltip", "scenario": "comment"}
#: Merged areas, or areas under conditional formats that strike through, that a sheet may have.
_AREAS = 20_000
#: Columns a sheet has at all, and so the most blocks of them that anything can be said of.
_COLUMNS = 16_384
_TYPES = frozenset(("n", "s", "str", "b", "e", "inlineStr", "d"))


def read_sheet(package: Package, part: str, sheet: GridSheet, shared: Shared, counts: Counts) -> GridSheet:
    """Fill ``sheet`` from its part and its notes."""
    reader = _SheetReader(sheet, shared, counts)
    try:
        _look_through(package, part, shared)
        with package.open(part) as source:
            # Every cell has its tags and its value's; how many there may be is counted cell by cell.
            reader.parser.run(source, 6 * shared.limits.elements, "too_many_cells")
        _strike(sheet, reader.beside.striking)
        _spread(sheet, reader.arrays)
        _beside(package, part, reader.beside, sheet, counts)
    except Refused as refused:
        raise Refused(refused.code, refused.where or sheet.name) from refused
    if not reader.complete:
        raise Refused("damaged", sheet.name)
    return sheet


def _spread(sheet: GridSheet, arrays: Sequence[tuple[str, str]]) -> None:
    """Give every cell that an array's formula fills that formula: only the first of them names it."""
    room = 10 * len(sheet.cells) + 1_000
    for ref, formula in arrays:
        first, _, last = ref.partition(":")
        (top, left), (bottom, right) = place(first), place(last or first)
        spots = (bottom - top + 1) * (right - left + 1)
        room -= min(spots, len(sheet.cells))
        if room < 0:
            raise Refused("too_many_cells")
        if spots <= len(sheet.cells):
            inside = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1) if (r, c) in sheet.cells]
        else:
            inside = [(r, c) for r, c in sheet.cells if top <= r <= bottom and left <= c <= right]
        for spot in inside:
            kind, value, code, own = sheet.cells[spot]
            sheet.cells[spot] = (kind, value, code, own or formula)


def _strike(sheet: GridSheet, areas: Sequence[str]) -> None:
    """Take a cell for struck through where a conditional format may strike it: whether it does only Excel can say."""
    upright = [
        (min(top, bottom), min(left, right), max(top, bottom), max(left, right))
        for top, left, bottom, right in map(_area, dict.fromkeys(areas))
    ]
    for at in covering(upright, sheet.cells):
        kind, value, code, formula = sheet.cells[at]
        sheet.runs[at] = ((value if kind == "text" and isinstance(value, str) else "", "struck"),)
        if kind == "text":
            sheet.cells[at] = ("text", "", code, formula)


def _area(ref: str) -> Area:
    """``B2:C3`` as first row, first column, last row, last column."""
    first, _, last = ref.partition(":")
    return (*place(first), *place(last or first))


def read_chart_sheet(package: Package, part: str, sheet: GridSheet, counts: Counts) -> GridSheet:
    """What is drawn on a sheet that is no table. That there is a chart on it is told by the sheet itself."""
    try:
        relations = package.relations(part)
    except Refused as refused:
        if refused.code == "entities":
            raise
        relations, sheet.unread = {}, True
    if any(word in _DRAWN for word, _ in relations.values()):
        from loaders.workbook.drawings import gather

        gather(package, relations, Beside(), sheet, counts)
    sheet.attached = [one for one in sheet.attached if one[2] or one[0] != "chart"]
    return sheet


def _beside(package: Package, part: str, beside: Beside, sheet: GridSheet, counts: Counts) -> None:
    """The notes on the cells, what is drawn over them, and the page's header and footer."""
    for said in beside.headers:
        if text := unescaped("".join(said)).strip():
            sheet.attached.append(("header", "", text[: counts.limits.attached_text]))
    if not (relations := package.relations(part)):
        return
    # Imported only where something is attached: most forms have nothing, and their child starts the sooner.
    from loaders.workbook.comments import read_comments

    read_comments(package, relations, sheet, counts)
    if any(word in _DRAWN for word, _ in relations.values()):
        from loaders.workbook.drawings import gather

        gather(package, relations, beside, sheet, counts)


def _look_through(package: Package, part: str, shared: Shared) -> None:
    """Count rows, cells and values of a large part without parsing it: a hundred times faster than finding out.

    A count cut by a piece's edge may be missed; the parser counts exactly.
    """
    limits = shared.limits
    if package.size(part) <= limits.small:
        return
    rows = cells = values = 0
    with package.open(part) as source:
        while piece := source.read(1 << 20):
            rows += piece.count(b"<row") + piece.count(b":row ")
            cells += piece.count(b"<c ") + piece.count(b":c ")
            values += (
                piece.count(b"</v>") + piece.count(b":v>") // 2 + piece.count(b"</is>") + piece.count(b":is>") // 2
            )
            if rows > limits.rows:
                raise Refused("too_many_rows")
            if cells > limits.elements or values > limits.cells:
                raise Refused("too_many_cells")


@dataclass
class Held:
    """An object or a control that a sheet's part names, with its place as the part writes it."""

    name: str
    shape: str
    corner: dict[str, list[str]] = field(default_factory=lambda: {"row": [], "col": []})


@dataclass
class Beside:
    """What a sheet's part says besides its cells."""

    headers: list[list[str]] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)  # by the relation to it
    header_drawing: str = ""
    striking: list[str] = field(default_factory=list)  # areas that a conditional format may strike through


class _SheetReader:
    """The state of the walk: where in the tree, which row, which cell."""

    def __init__(self, sheet: GridSheet, shared: Shared, counts: Counts) -> None:
        self.sheet, self.shared, self.counts = sheet, shared, counts
        self.complete = False
        self.beside = Beside()
        self._held: Held | None = None
        self._areas: list[str] = []
        self.arrays: list[tuple[str, str]] = []  # the area that a formula fills, and the formula
        self._blocks = 0
        self._hidden: list[tuple[int, int]] = []
        self.parser = Parser()
        self._names = self.parser.names
        handlers: Any = self.parser.expat
        handlers.StartElementHandler = self._start
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters
        self._stack: list[str] = []
        self._row = self._column = 0
        # Column letters met so far: most of a sheet's places are then a look-up instead of a parse.
        self._columns: dict[str, int] = {}
        self._row_text, self._digits = "0", 1
        self._cell: Attributes = {}
        self._value: list[str] | None = None
        self._formula: list[str] | None = None
        self._formula_attributes: Attributes = {}
        self._inline: list[str] | None = None
        self._inline_marks: list[str | None] = []
        self._mark: str | None = None
        self._runs: Sequence[Run] = ()
        self._target: list[str] | None = None
        self._length = 0
        self._masters: dict[str, tuple[str, str]] = {}
        self._translators: dict[str, Any] = {}

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = self._names.get(name) or self.parser.local(name)
        stack = self._stack
        parent = stack[-1] if stack else ""
        if tag == "c" and parent == "row":
            self._start_cell(attributes)
            stack.append(tag)
            return
        if tag == "v" and parent == "c" and self._value is None:
            self._value = self._target = []
            stack.append(tag)
            return
        allowed = _CHILDREN.get(parent)
        if allowed is not None:
            if tag not in allowed and not (tag == "?" and parent not in ("f", "v")):
                raise Refused("damaged")
            if tag == "f" and self._formula is None:
                self._formula = self._target = []
                self._formula_attributes = attributes
            elif tag == "is" and self._inline is None:
                self._inline, self._inline_marks, self._mark = [], [], None
            elif tag == "r":
                self._mark = None
            elif tag == "row":
                self._start_row(attributes)
            elif tag in ("v", "f", "is"):
                raise Refused("damaged")
        elif parent == "r" and tag == "rPr":
            self._mark = ""
        elif parent == "rPr":
            self._mark = mark(tag, attributes, self._mark)
        elif not stack and tag != "worksheet":
            raise Refused("damaged")
        elif parent == "cols" and tag == "col":
            self._column_block(attributes)
        elif parent == "mergeCells" and tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif 0 < len(stack) < 9:
            self._start_beside(name, tag, attributes)
        if tag == "t" and parent in ("is", "r") and "rPh" not in stack[-2:]:
            self._target = self._inline
        stack.append(tag)

    def _start_beside(self, name: str, tag: str, attributes: Attributes) -> None:
        """An element that is no cell's: a header, an object, a control, or where one of these stands."""
        parent = self._stack[-1]
        if parent == "headerFooter" and len(self.beside.headers) < 6:
            self._target, self._length = [], 0
            self.beside.headers.append(self._target)
        elif tag in ("oleObject", "control"):
            held = Held(tag, f"_x0000_s{attributes.get('shapeId', '')}")
            if len(self.beside.held) <= self.shared.limits.attached:
                # Alternatives name one object more than once, the first time with its place.
                self._held = self.beside.held.setdefault(relation_id(attributes), held)
        elif parent == "from" and self._held and (digits := self._held.corner.get(name.rpartition("}")[2])) == []:
            self._target, self._length = digits, 0
        elif tag == "conditionalFormatting" and parent == "worksheet":
            self._areas = attributes.get("sqref", "").split()
        elif tag == "cfRule" and attributes.get("dxfId") in self.shared.striking:
            self.beside.striking += self._areas
            if len(self.beside.striking) > _AREAS:
                raise Refused("too_many_elements")
            self._areas = []
        elif tag == "legacyDrawingHF":
            self.beside.header_drawing = relation_id(attributes)
        elif text := unescaped(attributes.get(_HINTS.get(tag, ""), "")).strip():
            self._hint(attributes.get("ref", "").partition(":")[0], text)

    def _hint(self, ref: str, text: str) -> None:
        """What a person wrote behind a link, or about a scenario."""
        limits = self.shared.limits
        self.counts.attached += 1
        if self.counts.attached <= limits.attached:
            self.sheet.attached.append(("hint", ref, text[: limits.attached_text]))

    def _end(self, _name: str) -> None:
        tag = self._stack.pop()
        self._target = None
        if tag == "c":
            if (self._value is not None or self._formula is not None or self._inline is not None) and (
                self._stack[-1] == "row"
            ):
                self._end_cell()
        elif tag == "sheetData" and len(self._stack) == 1:
            self.complete = True
        elif tag == "cols":
            self._hide_columns()

    def _characters(self, text: str) -> None:
        if self._target is not None:
            self._length += len(text)
            if self._length > self.shared.limits.text:
                raise Refused("too_long_text")
            self._target.append(text)
            if self._target is self._inline:
                self._inline_marks.append(self._mark)
        elif self._stack[-1] in _CHILDREN and text.strip():
            raise Refused("damaged")

    def _start_row(self, attributes: Attributes) -> None:
        self.counts.rows += 1
        if self.counts.rows > self.shared.limits.rows:
            raise Refused("too_many_rows")
        row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < row <= 1_048_576:
            raise Refused("damaged")
        self._row, self._column = row, 0
        self._row_text, self._digits = str(row), len(str(row))
        if attributes.get("hidden") in ("1", "true"):
            self.sheet.hidden_rows.add(row)

    def _start_cell(self, attributes: Attributes) -> None:
        self.counts.elements += 1
        if self.counts.elements > self.shared.limits.elements:
            raise Refused("too_many_cells")
        ref = attributes.get("r")
        column = self._columns.get(ref[: -self._digits]) if ref and ref.endswith(self._row_text) else None
        if column is None:
            row, column = place(ref) if ref else (self._row, self._column + 1)
            if row != self._row:
                raise Refused("damaged")
            if ref:
                self._columns[ref[: -self._digits]] = column
        if column <= self._column:
            raise Refused("damaged")
        self._column = column
        self._cell = attributes
        self._value = self._formula = self._inline = self._target = None
        self._length, self._runs = 0, ()

    def _end_cell(self) -> None:
        code = self._format(self._cell.get("s"))
        formula = self._formula_text()
        kind, value = self._read(code, self._formula is not None)
        if kind == "empty":
            return
        limits = self.shared.limits
        if self._row > limits.rows or self._column > limits.columns:
            raise Refused("too_wide")
        self.counts.cells += 1
        if self.counts.cells > limits.cells:
            raise Refused("too_many_cells")
        if self._runs or self.shared.marks:
            value = self._settle_marks(kind, value)
        self.sheet.cells[self._row, self._column] = (kind, value, code, formula)

    def _settle_marks(self, kind: str, value: str | float | None) -> str | float | None:
        """Remember what is struck through or raised in the cell; its value as text is what is left."""
        style = int(self._cell.get("s", "0"))
        own = self.shared.marks[style] if self.shared.marks else ""
        if kind == "text":
            assert isinstance(value, str)
            runs = settled(self._runs or ((value, None),), own)
        else:
            runs = (("", "struck"),) if own == "struck" else ()
        if not runs:
            return value
        self.sheet.runs[self._row, self._column] = runs
        return "".join(text for text, how in runs if not how) if kind == "text" else value

    def _format(self, style: str | None) -> str:
        formats = self.shared.formats
        if style is None or (style == "0" and not formats):
            return formats[0] if formats else "General"
        number = _whole(style)
        if number >= len(formats):
            raise Refused("damaged")
        return formats[number]

    def _read(self, code: str, is_formula: bool) -> tuple[str, str | float | None]:
        """Kind and value; kind ``empty`` where the cell holds nothing."""
        sort = self._cell.get("t", "n")
        if sort not in _TYPES:
            raise Refused("damaged")
        if sort == "inlineStr":
            if self._value:
                raise Refused("damaged")
            text = unescaped("".join(self._inline or ()))
            if any(how is not None for how in self._inline_marks):
                parts = zip(self._inline or (), self._inline_marks, strict=True)
                self._runs = [(unescaped(part), how) for part, how in parts]
            return ("text", text) if text else ("empty", None)
        raw = "".join(self._value or ())
        if self._inline is not None:
            raise Refused("damaged")
        if sort == "str":
            if self._value is None and is_formula:
                return "uncached", None
            text = unescaped(raw)
            return ("text", text) if text or is_formula else ("empty", None)
        if not raw.strip():
            return ("uncached", None) if is_formula else ("empty", None)
        return self._typed(sort, raw, code)

    def _typed(self, sort: str, raw: str, code: str) -> tuple[str, str | float | None]:
        if sort == "s":
            number = _whole(raw.strip())
            if number >= len(self.shared.texts):
                raise Refused("damaged")
            text = self.shared.texts[number]
            if self.shared.runs:
                self._runs = self.shared.runs.get(number, ())
            return ("text", text) if text else ("empty", None)
        raw = raw.strip()
        if sort == "e":
            return "error", raw
        if sort == "b":
            if raw not in ("0", "1", "true", "false"):
                raise Refused("damaged")
            return "bool", float(raw in ("1", "true"))
        if sort == "d":
            return "date", _iso_text(raw)
        if not _NUMBER.fullmatch(raw) or abs(value := float(raw)) == float("inf"):
            raise Refused("damaged")
        if code != "General" and meaning(code) in ("date", "time"):
            when = moment(value, code, self.shared.since_1904)
            if when is not None:
                return "date", when
        return "number", value

    def _formula_text(self) -> str:
        """The formula as Excel shows it; a shared one moved to this cell."""
        if self._formula is None:
            return ""
        text = unescaped("".join(self._formula))
        attributes = self._formula_attributes
        ref = f"{column_letters(self._column)}{self._row}"
        if attributes.get("t") == "shared":
            index = attributes.get("si", "")
            if text:
                self._masters[index] = (f"={text}", ref)
                self._translators.pop(index, None)
            elif index in self._masters:
                text = self._moved(index, ref)
        elif attributes.get("t") == "array" and ":" in attributes.get("ref", ""):
            self.arrays.append((attributes["ref"], f"={text}"))
        self.counts.formula_characters += len(text)
        if self.counts.formula_characters > self.shared.limits.texts:
            raise Refused("too_many_cells")
        return f"={text}"

    def _moved(self, index: str, ref: str) -> str:
        """A shared formula as it stands in another cell; taken apart once, however many cells share it."""
        # Imported only where a shared formula is met: the tokenizer costs a start that most forms never need.
        from openpyxl.formula.translate import Translator, TranslatorError

        formula, origin = self._masters[index]
        self.counts.moved_characters += len(formula)
        if self.counts.moved_characters > self.shared.limits.moved:
            raise Refused("too_many_cells")
        try:
            if index not in self._translators:
                self._translators[index] = Translator(formula, origin)
            return str(self._translators[index].translate_formula(ref))[1:]
        except (TranslatorError, ValueError, IndexError, TypeError):
            return formula[1:]

    def _column_block(self, attributes: Attributes) -> None:
        self._blocks += 1
        if self._blocks > _COLUMNS:
            raise Refused("too_many_columns")
        if attributes.get("hidden") in ("1", "true"):
            first, last = _whole(attributes.get("min", "")), _whole(attributes.get("max", ""))
            self._hidden.append((max(first, 1), min(last, _COLUMNS)))

    def _hide_columns(self) -> None:
        """What all blocks of columns hide together: each column once, in however many blocks it stands."""
        end = 0
        for first, last in sorted(self._hidden):
            self.sheet.hidden_columns.update(range(max(first, end + 1), last + 1))
            end = max(end, last)

    def _merge(self, ref: str) -> None:
        top, left, bottom, right = _area(ref)
        if bottom < top or right < left:
            raise Refused("damaged")
        if len(self.sheet.merged) >= _AREAS:
            raise Refused("too_many_cells")
        self.sheet.merged.append((top, left, bottom, right))


def _whole(text: str) -> int:
    """A count or an index: plain ASCII digits, nothing else."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("damaged")
    return int(text)


def _iso_text(raw: str) -> str:
    from datetime import datetime

    if not _ISO.fullmatch(raw):
        raise Refused("damaged")
    try:
        return iso(datetime.fromisoformat(raw.rstrip("Z")))
    except ValueError as error:
        raise Refused("damaged") from error
