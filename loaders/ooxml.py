"""An .xlsx or .xlsm read part by part in one pass: values, formulas and formats together.

The parts are streamed through expat rather than loaded by ``openpyxl.load_workbook``, for what that costs and loses:
it needs a second load for formulas, puts a link's address into an empty cell, keeps ``_x000D_`` escapes, knows no
strict files and no Japanese built-in formats, and builds every styled empty cell before anything can say stop.
openpyxl still translates shared formulas here, and is the oracle of the tests. Macros, links, pictures and whatever
else the archive holds are never opened.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from loaders.formats import BUILTIN
from loaders.grid import Grid, GridSheet
from loaders.look import Limits, Refused, part_name, zip_kind
from loaders.marks import Run, mark, together

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://schemas.openxmlformats.org/package/2006/content-types",
)
_NOT_TABLES = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_CHUNK = 1 << 16
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """``_x000D_`` and its kin as the characters they stand for; ``_x005F_`` is the underscore itself."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n") if "_x" in text else text


class Parser:
    """An expat parser that refuses declarations of its own entities and hands out local names.

    An element of a foreign namespace is called ``?``: what stands in it decides nothing.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.expat = expat.ParserCreate(namespace_separator="}")
        self.expat.buffer_text = True
        self.expat.buffer_size = _CHUNK
        self.expat.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise Refused("entities")

    def local(self, name: str) -> str:
        """The name without its namespace."""
        known = self.names.get(name)
        if known is None:
            space, _, tag = name.rpartition("}")
            known = self.names[name] = tag if space in _NAMESPACES or not space else "?"
        return known

    def run(self, source: IO[bytes]) -> None:
        """Feed a part in pieces, so that its size is nobody's memory."""
        try:
            while chunk := source.read(_CHUNK):
                self.expat.Parse(chunk, False)
            self.expat.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("damaged") from error


Attributes = dict[str, str]


def collect(source: IO[bytes], wanted: Iterable[str]) -> tuple[str, dict[str, list[Attributes]]]:
    """The root's name, and the attributes of elements by ``parent/name``, in order; for small parts."""
    found: dict[str, list[Attributes]] = {path: [] for path in wanted}
    stack: list[str] = []
    roots: list[str] = []
    parser = Parser()

    def start(name: str, attributes: Attributes) -> None:
        tag = parser.local(name)
        path = f"{stack[-1]}/{tag}" if stack else tag
        if not stack:
            roots.append(tag)
        if path in found:
            found[path].append(attributes)
        stack.append(tag)

    parser.expat.StartElementHandler = start
    parser.expat.EndElementHandler = lambda _name: stack.pop()
    parser.run(source)
    return roots[0], found


class Package:
    """The archive's parts by name, and what points to what."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {part_name(entry.filename): entry for entry in archive.infolist()}

    @property
    def names(self) -> set[str]:
        """All part names as :func:`~loaders.look.part_name` has them."""
        return set(self._names)

    def open(self, part: str) -> IO[bytes]:
        """A part as a stream; a missing one is damage."""
        entry = self._names.get(part_name(part))
        if entry is None:
            raise Refused("damaged")
        return self._archive.open(entry)

    def size(self, part: str) -> int:
        """What the directory says a part unpacks to; reading never gives more."""
        entry = self._names.get(part_name(part))
        return entry.file_size if entry else 0

    def text(self, part: str, limit: int = 1_000_000) -> str:
        """A small part's text, empty where it is missing."""
        if part_name(part) not in self._names:
            return ""
        with self.open(part) as source:
            return source.read(limit).decode("utf-8", "replace")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, part name); outside targets are left out and never followed."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if part_name(path) not in self._names:
            return {}
        with self.open(path) as source:
            _, found = collect(source, ("Relationships/Relationship",))
        relations = {}
        for attributes in found["Relationships/Relationship"]:
            if attributes.get("TargetMode") == "External":
                continue
            target = attributes.get("Target", "").replace("\\", "/")
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], whole)
        return relations


class _Strings:
    """The shared strings: runs joined, phonetic guides left out; ``runs`` of those with a mark in them."""

    def __init__(self, source: IO[bytes], limits: Limits) -> None:
        self.texts: list[str] = []
        self.runs: dict[int, tuple[Run, ...]] = {}
        self._limit = limits.text
        self._room = limits.cells
        self._length = 0
        self._stack: list[str] = []
        self._parts: list[str] = []
        self._marks: list[str | None] = []
        self._mark: str | None = None
        self._take = False
        self._parser = Parser()
        self._parser.expat.StartElementHandler = self._start
        self._parser.expat.EndElementHandler = self._end
        self._parser.expat.CharacterDataHandler = self._characters
        self._parser.run(source)

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = self._parser.local(name)
        parent = self._stack[-1] if self._stack else ""
        if parent == "rPr":
            self._mark = mark(tag, attributes, self._mark)
        elif tag == "rPr":
            self._mark = ""
        elif tag == "r":
            self._mark = None
        allowed = {"": ("sst",), "sst": ("si", "extLst"), "si": ("t", "r", "rPh", "phoneticPr", "extLst")}.get(parent)
        if allowed is not None and tag not in allowed and tag != "?":
            raise Refused("damaged")
        if tag == "si" and parent == "sst":
            self._parts, self._marks = [], []
            self._length, self._mark = 0, None
        self._take = tag == "t" and parent in ("si", "r")
        self._stack.append(tag)

    def _end(self, _name: str) -> None:
        tag = self._stack.pop()
        self._take = False
        if tag == "si" and len(self._stack) == 1:
            self.texts.append(unescaped("".join(self._parts)))
            if any(how is not None for how in self._marks):
                self._keep_runs()

    def _keep_runs(self) -> None:
        """Remember which parts of the last text have a mark, or at least a look of their own."""
        runs = together((unescaped(text), how) for text, how in zip(self._parts, self._marks, strict=True))
        self._room -= len(runs)
        if self._room < 0:
            raise Refused("too_many_cells")
        self.runs[len(self.texts) - 1] = runs

    def _characters(self, text: str) -> None:
        if self._take:
            self._length += len(text)
            if self._length > self._limit:
                raise Refused("too_long_text")
            self._parts.append(text)
            self._marks.append(self._mark)


@dataclass(frozen=True)
class Shared:
    """What all sheets of a workbook share."""

    texts: list[str]
    runs: Mapping[int, tuple[Run, ...]]  # of texts by their number
    formats: list[str]  # format code by style number
    marks: list[str]  # what the font of a style does, by style number; empty where none does anything
    since_1904: bool
    limits: Limits


@dataclass
class Counts:
    """What has been met so far in the whole workbook, held against the limits."""

    rows: int = 0
    elements: int = 0
    cells: int = 0
    formula_characters: int = 0
    drawn: int = 0  # bytes of the parts that hold what is drawn
    attached: int = 0
    limits: Limits = field(default_factory=Limits)


def _main_part(package: Package) -> tuple[str, str]:
    """The workbook's format and the name of its main part."""
    root = next((part for word, part in package.relations("").values() if word == "officeDocument"), "")
    if not root:
        root = "xl/workbook.bin" if "xl/workbook.bin" in package.names else "xl/workbook.xml"
    types: dict[str, str] = {}
    if "[content_types].xml" in package.names:
        with package.open("[Content_Types].xml") as source:
            _, found = collect(source, ("Types/Default", "Types/Override"))
        types |= {
            f"*.{a.get('Extension', '').lower()}": a.get("ContentType", "").lower() for a in found["Types/Default"]
        }
        types |= {
            part_name(a.get("PartName", "").lstrip("/\\")): a.get("ContentType", "").lower()
            for a in found["Types/Override"]
        }
    return zip_kind(package.names, root, types, package.text("mimetype", 200)), root


_WORKBOOK = ("workbook/workbookPr", "workbook/calcPr", "sheets/sheet", "workbook/externalReferences")


def read(archive: zipfile.ZipFile, limits: Limits) -> Grid:
    """The workbook in an archive that has been looked at."""
    # Sheets import the cell parser below; it stands in its own module because it is the heart of the matter.
    from loaders.sheet import read_sheet

    package = Package(archive)
    kind, root = _main_part(package)
    with package.open(root) as source:
        name, found = collect(source, _WORKBOOK)
    if name != "workbook":
        raise Refused("damaged")
    relations = package.relations(root)
    properties = found["workbook/workbookPr"]
    texts, runs = _texts(package, relations, limits)
    formats, marks = _styles(package, relations)
    shared = Shared(
        texts=texts,
        runs=runs,
        formats=formats,
        marks=marks,
        since_1904=bool(properties) and properties[0].get("date1904", "0") in ("1", "true", "on"),
        limits=limits,
    )
    grid = Grid(format=kind, notes=_notes(package, found))
    if len(found["sheets/sheet"]) > limits.sheets:
        raise Refused("too_many_sheets")
    counts = Counts(limits=limits)
    for attributes in found["sheets/sheet"]:
        title = attributes.get("name", "")
        word, part = relations.get(relation_id(attributes), ("", ""))
        if word != "worksheet":
            if word not in _NOT_TABLES:
                raise Refused("damaged", title)
            grid.notes.append(("not_a_table", title))
            continue
        hidden = attributes.get("state", "visible") != "visible"
        sheet = read_sheet(package, part, GridSheet(unescaped(title), hidden), shared, counts)
        grid.sheets.append(sheet)
        sheet.set_covered_apart()
        sheet.stale = any(_is_stale(calculation) for calculation in found["workbook/calcPr"])
    if not grid.sheets:
        raise Refused("no_sheets")
    grid.properties = _properties(package, limits)
    return grid


_WRITTEN = ("title", "subject", "keywords", "description", "category")


def _properties(package: Package, limits: Limits) -> list[str]:
    """What a person may write about the document as a whole."""
    part = next((part for word, part in package.relations("").values() if word == "core-properties"), "")
    if not 0 < package.size(part) <= limits.small:
        return []
    found: dict[str, list[str]] = {name: [] for name in _WRITTEN}
    target: list[str] | None = None

    def start(name: str, _attributes: Attributes) -> None:
        nonlocal target
        target = found.get(name.rpartition("}")[2])

    def end(_name: str) -> None:
        nonlocal target
        target = None

    def characters(text: str) -> None:
        if target is not None:
            target.append(text)

    parser = Parser()
    handlers: Any = parser.expat
    handlers.StartElementHandler, handlers.EndElementHandler = start, end
    handlers.CharacterDataHandler = characters
    try:
        with package.open(part) as source:
            parser.run(source)
    except (Refused, zipfile.BadZipFile, zlib.error, EOFError) as error:
        # No cell hangs on this part: where it is hurt, what it still says is told.
        if isinstance(error, Refused) and error.code == "entities":
            raise
    texts = (unescaped("".join(pieces)).strip()[: limits.attached_text] for pieces in found.values())
    return [text for text in texts if text]


def _is_stale(calculation: Attributes) -> bool:
    """Whether a workbook says that its formulas are calculated by hand, or were not all calculated.

    ``fullCalcOnLoad`` says neither: programs that write a workbook set it to be sure.
    """
    return calculation.get("calcMode") == "manual" or calculation.get("calcCompleted") in ("0", "false")


def relation_id(attributes: Mapping[str, str]) -> str:
    """The relation that an element points to, whichever name space its id is of."""
    return next((value for name, value in attributes.items() if name.endswith("}id")), "")


def _notes(package: Package, found: Mapping[str, list[Attributes]]) -> list[tuple[str, str]]:
    notes = []
    if any(name.endswith("vbaproject.bin") for name in package.names):
        notes.append(("macros", ""))
    if found["workbook/externalReferences"]:
        notes.append(("links", ""))
    return notes


def _texts(
    package: Package, relations: Mapping[str, tuple[str, str]], limits: Limits
) -> tuple[list[str], dict[int, tuple[Run, ...]]]:
    for word, part in relations.values():
        if word == "sharedStrings":
            with package.open(part) as source:
                strings = _Strings(source, limits)
                return strings.texts, strings.runs
    return [], {}


def _styles(package: Package, relations: Mapping[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The format code of every cell style, and what its font does to the text."""
    for word, part in relations.values():
        if word != "styles":
            continue
        with package.open(part) as source:
            root, found = collect(source, ("numFmts/numFmt", "font/strike", "font/vertAlign", "cellXfs/xf"))
        if root != "styleSheet":
            raise Refused("damaged")
        own = {a["numFmtId"]: unescaped(a["formatCode"]) for a in found["numFmts/numFmt"]}
        ids = [a.get("numFmtId", "0") for a in found["cellXfs/xf"]]
        formats = [own[i] if i in own else BUILTIN.get(int(i), "General") for i in ids]
        fonts = _font_marks(package, part) if found["font/strike"] or found["font/vertAlign"] else {}
        return formats, [fonts.get(a.get("fontId", "0"), "") for a in found["cellXfs/xf"]] if fonts else []
    return [], []


def _font_marks(package: Package, part: str) -> dict[str, str]:
    """The fonts that strike through or raise, by their number as written."""
    marks: dict[str, str] = {}
    stack: list[str] = []
    count = -1
    parser = Parser()

    def start(name: str, attributes: Attributes) -> None:
        nonlocal count
        tag = parser.local(name)
        if tag == "font" and stack[-1:] == ["fonts"]:
            count += 1
        elif stack[-2:] == ["fonts", "font"] and (how := mark(tag, attributes, marks.get(str(count)))):
            marks[str(count)] = how
        stack.append(tag)

    parser.expat.StartElementHandler = start
    parser.expat.EndElementHandler = lambda _name: stack.pop()
    with package.open(part) as source:
        parser.run(source)
    return marks


_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def place(ref: str) -> tuple[int, int]:
    """``B7`` as (7, 2); anything else, or a place no sheet has, is damage."""
    found = _PLACE.fullmatch(ref)
    if not found:
        raise Refused("damaged")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if row > 1_048_576 or column > 16_384:
        raise Refused("damaged")
    return row, column
