"""An Office file's parts: the archive, the relations between its parts, and the parser that walks them."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import IO, Any
from xml.parsers import expat

from loaders.workbook.isolation.preflight import Refused, part_name

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://schemas.openxmlformats.org/package/2006/content-types",
)
_CHUNK = 1 << 16
#: Tags that a part may have which holds no cells and no texts of cells.
_TAGS = 1_000_000
#: Elements of a small part that may be kept: names, relations, types of parts.
_KEPT = 100_000
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

    def run(self, source: IO[bytes], most: int = _TAGS, code: str = "too_many_elements") -> None:
        """Feed a part in pieces, so that its size is nobody's memory; ``code`` refuses one of more than ``most`` tags.

        Tags are counted before they are parsed: a part that is nothing but tags would take its time for nothing.
        """
        tags = 0
        try:
            while chunk := source.read(_CHUNK):
                tags += chunk.count(b"<")
                if tags > most:
                    raise Refused(code)
                self.expat.Parse(chunk, False)
            self.expat.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("damaged") from error


Attributes = dict[str, str]
#: The name under which :func:`collect` keeps an element's text: no attribute can be called so.
CONTENT = ""


def collect(
    source: IO[bytes],
    wanted: Iterable[str],
    most: int = _KEPT,
    code: str = "too_many_elements",
    only: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, dict[str, list[Attributes]]]:
    """The root's name, and the attributes of elements by ``parent/name``, in order; for small parts.

    What stands in an element is kept under the attribute :data:`CONTENT`. More than ``most`` of one kind are refused.
    Where an element may hold ``only`` one kind, another of the same namespace is one misspelt: damage, and no lack.
    """
    found: dict[str, list[Attributes]] = {path: [] for path in wanted}
    stack: list[str] = []
    roots: list[str] = []
    held: list[Attributes] = []
    parser = Parser()

    def start(name: str, attributes: Attributes) -> None:
        tag = parser.local(name)
        path = f"{stack[-1]}/{tag}" if stack else tag
        if stack and tag not in (only.get(stack[-1], tag), "?"):
            raise Refused("damaged")
        if not stack:
            roots.append(tag)
        if path in found:
            found[path].append(attributes)
            if len(found[path]) > most:
                raise Refused(code)
        held[:] = [attributes] if path in found else []
        stack.append(tag)

    def characters(text: str) -> None:
        for attributes in held:
            attributes[CONTENT] = attributes.get(CONTENT, "") + text

    def end(_name: str) -> None:
        stack.pop()
        held.clear()

    handlers: Any = parser.expat
    handlers.StartElementHandler, handlers.EndElementHandler = start, end
    handlers.CharacterDataHandler = characters
    parser.run(source)
    return roots[0], found


class Package:
    """The archive's parts by name, and what points to what."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}
        self._names = {part_name(entry.filename): entry for entry in archive.infolist()}

    @property
    def names(self) -> set[str]:
        """All part names as :func:`~loaders.workbook.isolation.preflight.part_name` has them."""
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
        if path in self._relations:
            return self._relations[path]
        if part_name(path) not in self._names:
            return {}
        with self.open(path) as source:
            _, found = collect(source, ("Relationships/Relationship",))
        relations = self._relations[path] = {}
        for attributes in found["Relationships/Relationship"]:
            if attributes.get("TargetMode") == "External":
                continue
            target = attributes.get("Target", "").replace("\\", "/")
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], whole)
        return relations


def relation_id(attributes: Mapping[str, str]) -> str:
    """The relation that an element points to, whichever name space its id is of."""
    return next((value for name, value in attributes.items() if name.endswith("}id")), "")


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
