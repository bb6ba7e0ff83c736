"""An .xlsx or .xlsm read part by part in one pass: values, formulas and formats together.

The parts are streamed through expat rather than loaded by ``openpyxl.load_workbook``, for what that costs and loses:
it needs a second load for formulas, puts a link's address into an empty cell, keeps ``_x000D_`` escapes, knows no
strict files and no Japanese built-in formats, and builds every styled empty cell before anything can say stop.
openpyxl still translates shared formulas here, and is the oracle of the tests. What is drawn on a sheet is told by
its words; macros, links, the bytes of pictures and objects and whatever else the archive holds are never opened.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from loaders.workbook.isolation.grid import Grid, GridSheet
from loaders.workbook.isolation.preflight import Limits, Refused, part_name, zip_kind
from loaders.workbook.number_formats import BUILTIN
from loaders.workbook.package import CONTENT, Attributes, Package, Parser, collect, relation_id, unescaped
from loaders.workbook.rich_text import Run, mark, together

_NOT_TABLES = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


_STRINGS = {"": ("sst",), "sst": ("si", "extLst"), "si": ("t", "r", "rPh", "phoneticPr", "extLst")}


class _Strings:
    """The shared strings: runs joined, phonetic guides left out; ``runs`` of those with a mark in them."""

    def __init__(self, source: IO[bytes], limits: Limits) -> None:
        self.texts: list[str] = []
        self.runs: dict[int, tuple[Run, ...]] = {}
        self._limit = limits.text
        self._room = limits.cells
        self._limits = limits
        self._characters_in_all = 0
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
        self._parser.run(source, 6 * limits.strings, "too_many_texts")

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = self._parser.local(name)
        parent = self._stack[-1] if self._stack else ""
        if parent == "rPr":
            self._mark = mark(tag, attributes, self._mark)
        elif tag == "rPr":
            self._mark = ""
        elif tag == "r":
            self._mark = None
        allowed = _STRINGS.get(parent)
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
            self._characters_in_all += self._length
            if len(self.texts) > self._limits.strings or self._characters_in_all > self._limits.texts:
                raise Refused("too_many_texts")
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
    striking: frozenset[str]  # the numbers of the looks that strike through, which a conditional format may put on
    since_1904: bool
    limits: Limits


@dataclass
class Counts:
    """What has been met so far in the whole workbook, held against the limits."""

    rows: int = 0
    elements: int = 0
    cells: int = 0
    formula_characters: int = 0
    moved_characters: int = 0  # of shared formulas, once for each cell they were moved to
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


_WORKBOOK = (
    "workbook/workbookPr",
    "workbook/calcPr",
    "sheets/sheet",
    "workbook/externalReferences",
    "definedNames/definedName",
)


def read(archive: zipfile.ZipFile, limits: Limits) -> Grid:
    """The workbook in an archive that has been looked at."""
    # Sheets import the cell parser below; it stands in its own module because it is the heart of the matter.
    from loaders.workbook.sheet import read_chart_sheet, read_sheet

    package = Package(archive)
    kind, root = _main_part(package)
    with package.open(root) as source:
        name, found = collect(source, _WORKBOOK, only={"sheets": "sheet"})
    if name != "workbook":
        raise Refused("damaged")
    relations = package.relations(root)
    properties = found["workbook/workbookPr"]
    texts, runs = _texts(package, relations, limits)
    formats, marks, striking = _styles(package, relations, limits)
    shared = Shared(
        texts=texts,
        runs=runs,
        formats=formats,
        marks=marks,
        striking=striking,
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
            grid.charts.append(read_chart_sheet(package, part, GridSheet(unescaped(title)), counts))
            continue
        hidden = attributes.get("state", "visible") != "visible"
        sheet = read_sheet(package, part, GridSheet(unescaped(title), hidden), shared, counts)
        grid.sheets.append(sheet)
        sheet.set_covered_apart()
        sheet.stale = any(_is_stale(calculation) for calculation in found["workbook/calcPr"])
    if not grid.sheets:
        raise Refused("no_sheets")
    defined = found["definedNames/definedName"]
    grid.names = [(a.get("name", ""), unescaped(a.get(CONTENT, ""))) for a in defined]
    grid.as_shown = any(a.get("fullPrecision") in ("0", "false") for a in found["workbook/calcPr"])
    comments = (unescaped(a.get("comment", "")).strip() for a in defined)
    grid.properties = [*_properties(package, limits), *(c[: limits.attached_text] for c in comments if c)]
    return grid


#: Parts about the document, with the elements in which a person writes. ``lpwstr`` is a property of one's own as text.
_WRITTEN = {
    "core-properties": ("title", "subject", "keywords", "description", "category"),
    "custom-properties": ("lpwstr",),
}
#: Properties that programs set for themselves: labels of sensitivity, kinds of content, versions.
_BY_PROGRAMS = re.compile(r"^(?:MSIP_|ContentTypeId|KSO|ICV|Media|_dlc|display_urn|Workbook)", re.IGNORECASE)


def _properties(package: Package, limits: Limits) -> list[str]:
    """What a person may write about the document as a whole."""
    parts = ((word, part) for word, part in package.relations("").values() if word in _WRITTEN)
    return [text for word, part in parts for text in _about(package, part, _WRITTEN[word], limits)]


def _about(package: Package, part: str, written: Sequence[str], limits: Limits) -> list[str]:
    if not 0 < package.size(part) <= limits.small:
        return []
    found: dict[tuple[str, str], list[str]] = {("", tag): [] for tag in written}  # in the order of ``written``
    target: list[str] | None = None
    owner = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal target, owner
        tag = name.rpartition("}")[2]
        owner = attributes.get("name", "") if tag == "property" else owner
        target = found.setdefault((owner, tag), []) if tag in written and not _BY_PROGRAMS.match(owner) else None

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


def _styles(
    package: Package, relations: Mapping[str, tuple[str, str]], limits: Limits
) -> tuple[list[str], list[str], frozenset[str]]:
    """The format code of every cell style, what its font does to the text, and which conditional looks strike."""
    for word, part in relations.values():
        if word != "styles":
            continue
        with package.open(part) as source:
            wanted = ("numFmts/numFmt", "font/strike", "font/vertAlign", "cellXfs/xf")
            root, found = collect(source, wanted, limits.styles, "too_many_styles")
        if root != "styleSheet":
            raise Refused("damaged")
        own = {a["numFmtId"]: unescaped(a["formatCode"]) for a in found["numFmts/numFmt"]}
        ids = [a.get("numFmtId", "0") for a in found["cellXfs/xf"]]
        formats = [own[i] if i in own else BUILTIN.get(int(i), "General") for i in ids]
        if not (found["font/strike"] or found["font/vertAlign"]):
            return formats, [], frozenset()
        fonts, looks = _font_marks(package, part, ("fonts",)), _font_marks(package, part, ("dxfs", "dxf"))
        marks = [fonts.get(a.get("fontId", "0"), "") for a in found["cellXfs/xf"]] if fonts else []
        return formats, marks, frozenset(number for number, how in looks.items() if how == "struck")
    return [], [], frozenset()


def _font_marks(package: Package, part: str, where: tuple[str, ...]) -> dict[str, str]:
    """The fonts within ``where`` that strike through or raise, by the number of the element there as written."""
    marks: dict[str, str] = {}
    stack: list[str] = []
    count = -1
    parser = Parser()
    counted = [where[0], (*where, "font")[1]]

    def start(name: str, attributes: Attributes) -> None:
        nonlocal count
        tag = parser.local(name)
        if [*stack[-1:], tag] == counted:
            count += 1
        elif (
            stack[-1:] == ["font"]
            and stack[-1 - len(where) : -1] == list(where)
            and (how := mark(tag, attributes, marks.get(str(count))))
        ):
            marks[str(count)] = how
        stack.append(tag)

    parser.expat.StartElementHandler = start
    parser.expat.EndElementHandler = lambda _name: stack.pop()
    with package.open(part) as source:
        parser.run(source)
    return marks
