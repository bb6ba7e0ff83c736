"""What is drawn on a sheet of an .xlsx or attached to it: shapes with words, pictures, charts, objects, controls.

Nothing of it is a cell, so nothing of it is ever read as an answer; it is told, so that somebody's words in a box are
not lost. Damage in such a part costs that part alone: the cells beside it are read all the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from loaders.workbook.isolation.grid import GridSheet, column_letters
from loaders.workbook.isolation.preflight import Limits, Refused
from loaders.workbook.ooxml import Counts
from loaders.workbook.package import Attributes, Package, Parser, unescaped
from loaders.workbook.sheet import Beside

_ANCHORS = ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "relSizeAnchor", "absSizeAnchor")
_SHAPES = {"sp": "textbox", "cxnSp": "textbox", "pic": "picture", "graphicFrame": "textbox", "contentPart": "ink"}
_VML_SHAPES = ("shape", "rect", "roundrect", "oval", "line", "polyline", "arc", "curve", "image")
_VML_CONTROLS = ("Checkbox", "Radio", "Drop", "List", "Edit", "Scroll", "Spin", "Button", "GBox", "Dialog")
_MARKS = {"Checkbox": ("☐", "☑"), "Radio": ("○", "◉")}


@dataclass
class Thing:
    """One thing on a sheet, as far as its part has told: ``part`` is the relation to what else it says."""

    kind: str
    row: int = 0
    column: int = 0
    words: list[str] = field(default_factory=list)
    part: str = ""
    twin: str = ""  # the shape of the legacy drawing that is the same thing

    @property
    def cell(self) -> str:
        """``P6``; empty where nobody knows."""
        known = 0 < self.row <= 1_048_576 and 0 < self.column <= 16_384
        return f"{column_letters(self.column)}{self.row}" if known else ""


def gather(
    package: Package,
    relations: Mapping[str, tuple[str, str]],
    beside: Beside,
    sheet: GridSheet,
    counts: Counts,
) -> None:
    """Add to ``sheet.attached`` what stands on a sheet beside its cells; ``sheet.unread`` where not all was read."""
    gatherer = _Gatherer(package, sheet, counts)
    controls = gatherer.legacy(relations, beside)
    for word, target in relations.values():
        if word == "drawing":
            gatherer.drawing(target, controls)
        elif word == "image":
            gatherer.add(Thing("picture"))
    for identity, held in beside.held.items():
        word = relations.get(identity, ("", ""))[0]
        if word and held.shape not in controls:
            kind = "object" if held.name == "oleObject" else "control"
            gatherer.add(Thing(kind, _index(held.corner["row"]), _index(held.corner["col"])))


class _Gatherer:
    """The walk over the parts of one sheet."""

    def __init__(self, package: Package, sheet: GridSheet, counts: Counts) -> None:
        self.package, self.sheet, self.counts = package, sheet, counts
        self.limits: Limits = counts.limits

    def add(self, thing: Thing) -> None:
        """Tell of one thing; a shape without words is no news."""
        text = _joined(thing.words, self.limits)
        if thing.kind == "textbox" and not text:
            return
        self.counts.attached += 1
        if self.counts.attached > self.limits.attached:
            self.sheet.unread = True
            return
        self.sheet.attached.append((thing.kind, thing.cell, text))

    def read(self, part: str, into: Callable[[IO[bytes]], None]) -> None:
        """Walk one part within what all parts of the workbook may cost. What it held before damage stays told."""
        self.counts.drawn += self.package.size(part)
        if self.counts.drawn > self.limits.drawn:
            self.sheet.unread = True
            return
        try:
            with self.package.open(part) as source:
                into(source)
        except MemoryError:
            raise
        except Exception as error:
            # A declaration of entities is no damage; whatever else a hurt part leads the parser to is.
            if isinstance(error, Refused) and error.code == "entities":
                raise
            self.sheet.unread = True

    def drawing(self, part: str, controls: Mapping[str, Thing]) -> None:
        """The shapes of one drawing, and what its charts and diagrams say in parts of their own."""
        walk = _Drawing(self.limits)
        self.read(part, walk.run)
        relations: Mapping[str, tuple[str, str]] = {}
        if any(thing.part for thing in walk.found):
            relations = self._relations(part)
        for thing in walk.found:
            if thing.twin and thing.twin in controls:
                continue
            if thing.part and thing.part in relations:
                self._said_elsewhere(thing, relations[thing.part][1])
            else:
                self.add(thing)

    def _relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        try:
            return self.package.relations(part)
        except Refused as refused:
            if refused.code == "entities":
                raise
            self.sheet.unread = True
            return {}

    def _said_elsewhere(self, thing: Thing, part: str) -> None:
        words = _Words("title" if thing.kind == "chart" else "", self.limits)
        self.read(part, words.run)
        thing.words += words.found
        self.add(thing)
        if thing.kind != "chart":
            return
        for word, target in self._relations(part).values():
            if word == "chartUserShapes":
                # Its anchors are parts of the chart's area: what is drawn on a chart stands where the chart stands.
                drawn = _Drawing(self.limits)
                self.read(target, drawn.run)
                for inner in drawn.found:
                    inner.row, inner.column = thing.row, thing.column
                    self.add(inner)

    def legacy(self, relations: Mapping[str, tuple[str, str]], beside: Beside) -> dict[str, Thing]:
        """What the older kind of drawing holds besides the frames of cell notes, by its shape's name."""
        named: dict[str, Thing] = {}
        for identity, (word, part) in relations.items():
            if word != "vmlDrawing":
                continue
            walk = _Legacy(self.limits, of_header=identity == beside.header_drawing)
            self.read(part, walk.run)
            for name, thing in walk.found:
                self.add(thing)
                named[name] = thing
        return named


class _Walk:
    """A parser whose names are without name spaces, and which takes in text while ``target`` is set."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.stack: list[str] = []
        self.target: list[str] | None = None
        self._parser = Parser()
        handlers: Any = self._parser.expat
        handlers.StartElementHandler = self._start
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters
        self._room = limits.texts // 10
        self._chosen: list[bool] = []
        self._passed = 0

    def run(self, source: IO[bytes]) -> None:
        """Walk a part to its end."""
        self._parser.run(source)

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = name.rpartition("}")[2]
        # Of alternatives the first is the newest, and the others say the same again.
        if self._passed or (tag in ("Choice", "Fallback") and self._chosen and self._chosen[-1]):
            self._passed += 1
            return
        if tag == "AlternateContent":
            self._chosen.append(False)
        elif tag == "Choice" and self._chosen:
            self._chosen[-1] = True
        self.begin(tag, attributes)
        self.stack.append(tag)

    def _end(self, name: str) -> None:
        if self._passed:
            self._passed -= 1
            return
        tag = self.stack.pop()
        if tag == "AlternateContent":
            self._chosen.pop()
        self.finish(tag)

    def _characters(self, text: str) -> None:
        if self.target is not None and not self._passed:
            self._room -= len(text)
            if self._room > 0:
                self.target.append(text)

    def begin(self, tag: str, attributes: Attributes) -> None:
        """An element begins; its parent is the stack's last."""

    def finish(self, tag: str) -> None:
        """An element has ended."""


class _Words(_Walk):
    """The paragraphs of a part, or of its elements of one name: a chart's titles."""

    def __init__(self, within: str, limits: Limits) -> None:
        super().__init__(limits)
        self.found: list[str] = []
        self._within = within
        self._depth = 0 if within else 1

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Take in text from here on."""
        if tag == self._within:
            self._depth += 1
        parent = self.stack[-1] if self.stack else ""
        said = tag == "t" or (tag == "v" and parent in ("pt", "txData"))
        self.target = self.found if self._depth and said else None

    def finish(self, tag: str) -> None:
        """A paragraph or a title ends a line."""
        self.target = None
        if tag == self._within:
            self._depth -= 1
        if tag in ("p", "br", "pt") or tag == self._within:
            self.found.append("\n")


class _Drawing(_Walk):
    """A drawing part."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found: list[Thing] = []
        self._corner: dict[str, list[str]] = {}
        self._thing: Thing | None = None

    def begin(self, tag: str, attributes: Attributes) -> None:
        """An anchor, a shape, or something within one."""
        parent = self.stack[-1] if self.stack else ""
        if tag in _ANCHORS:
            self._corner = {"row": [], "col": []}
        elif parent == "from" and tag in self._corner:
            self.target = self._corner[tag]
        elif tag in _SHAPES and self._thing is None:
            self._thing = Thing(_SHAPES[tag])
        elif self._thing is not None:
            self._within(tag, attributes, self._thing)

    def _within(self, tag: str, attributes: Attributes, thing: Thing) -> None:
        if tag == "t":
            self.target = thing.words
        elif tag == "br":
            thing.words.append("\n")
        elif tag == "compatExt":
            thing.twin = attributes.get("spid", "")
        elif tag == "chart" and "graphicFrame" in self.stack:
            thing.kind, thing.part = "chart", _attribute(attributes, "id")
        elif tag == "relIds":
            thing.part = _attribute(attributes, "dm")

    def finish(self, tag: str) -> None:
        """A paragraph ends a line, a shape is told once it has ended."""
        self.target = None
        thing = self._thing
        if thing is None:
            return
        if tag == "p":
            thing.words.append("\n")
        elif tag in _SHAPES and not any(outer in _SHAPES for outer in self.stack):
            thing.row, thing.column = (_index(self._corner.get(name, [])) for name in ("row", "col"))
            self._thing = None
            if len(self.found) <= self.limits.attached:
                self.found.append(thing)


class _Legacy(_Walk):
    """A drawing in VML: the frames of cell notes, form controls, text boxes of old files, pictures of page headers."""

    def __init__(self, limits: Limits, *, of_header: bool) -> None:
        super().__init__(limits)
        self.found: list[tuple[str, Thing]] = []
        self._of_header = of_header
        self._thing: Thing | None = None
        self._name = self._sort = ""
        self._said: dict[str, list[str]] = {}

    def run(self, source: IO[bytes]) -> None:
        """Walk it, unless it holds nothing but frames of notes: those of an ordinary form sent back."""
        data = source.read()
        sorts = re.findall(rb"ObjectType\s*=\s*[\"'](\w+)", data)
        if sorts and set(sorts) == {b"Note"} and b"<!DOCTYPE" not in data:
            return
        # Excel writes line breaks in here as HTML has them.
        super().run(io.BytesIO(re.sub(rb"<br\s*>", b"<br/>", data)))

    def begin(self, tag: str, attributes: Attributes) -> None:
        """A shape, or something within one."""
        if tag in _VML_SHAPES and self._thing is None:
            self._thing = Thing("textbox")
            self._name = _attribute(attributes, "spid") or attributes.get("id", "")
            self._sort, self._said = "", {}
            return
        thing = self._thing
        if thing is None:
            return
        if tag == "textbox":
            self.target = thing.words
        elif tag == "textpath":
            thing.words.append(attributes.get("string", ""))
        elif tag == "br" and self.target is thing.words:
            thing.words.append("\n")
        elif tag == "imagedata" and self._of_header:
            thing.kind = "picture"
        elif tag == "ClientData":
            self._sort = attributes.get("ObjectType", "")
        elif self.stack[-1] == "ClientData":
            self.target = self._said.setdefault(tag, [])

    def finish(self, tag: str) -> None:
        """A division of the text ends a line, a shape is told once it has ended."""
        thing = self._thing
        if thing is None:
            return
        if tag == "div":
            thing.words.append("\n")
        elif tag == "textbox" or (self.stack and self.stack[-1] == "ClientData"):
            self.target = None
        elif tag in _VML_SHAPES:
            self._thing = None
            self._close(thing)

    def _close(self, thing: Thing) -> None:
        if self._sort in ("Note", "Pict") or len(self.found) > self.limits.attached:
            return
        # White space here is how the part is laid out, but for the line breaks it names.
        thing.words = [piece if piece == "\n" else re.sub(r"\s*\n\s*", " ", piece) for piece in thing.words]
        corner = "".join(self._said.get("Anchor", ())).split(",")
        if len(corner) == 8:
            thing.column, thing.row = _index([corner[0]]), _index([corner[2]])
        if self._sort in _VML_CONTROLS:
            thing.kind = "control"
            if self._sort in _MARKS:
                checked = "".join(self._said.get("Checked", ())).strip() in ("1", "2")
                thing.words.insert(0, _MARKS[self._sort][checked])
        self.found.append((self._name, thing))


def _attribute(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith("}" + name)), "")


def _index(digits: list[str]) -> int:
    """A place as drawings count it, from 0, as sheets do; 0 where it is none."""
    text = "".join(digits).strip()
    return int(text) + 1 if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _joined(words: list[str], limits: Limits) -> str:
    """Runs joined, lines without white space at their ends, none of them empty."""
    lines = (line.strip() for line in unescaped("".join(words)).split("\n"))
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= limits.attached_text else text[: limits.attached_text] + "…"
