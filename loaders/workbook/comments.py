"""The notes on a sheet's cells, and the threads of comments of newer programs, which stand in a part of their own.

For a thread an older program finds a note that begins with a standard text of Excel's. That text is nobody's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any

from loaders.workbook.isolation.grid import GridSheet
from loaders.workbook.isolation.preflight import Limits, Refused
from loaders.workbook.ooxml import Counts
from loaders.workbook.package import Attributes, Package, Parser, place, unescaped

#: Excel's standard text in whatever language, up to the word that opens what the person wrote.
_STANDARD = re.compile(r"\s*\[[^\]\n]{3,80}\]\s.{0,1000}?linkid=\d+[^\S\n]*\n\s*\S[^\n]{0,30}?[:：]\s*", re.DOTALL)
_KNOWN = re.compile(
    r"\s*\[(?:スレッド化されたコメント|Threaded comment)\].{0,1000}?\n\s*(?:コメント|Comment)\s?[:：]\s*", re.DOTALL
)
_REPLY = re.compile(r"\n\s*(?:返信|Reply)\s?[:：]\s*\n?\s*")


def read_comments(package: Package, relations: Mapping[str, tuple[str, str]], sheet: GridSheet, counts: Counts) -> None:
    """Fill ``sheet.comments``; of a thread only what its persons wrote."""
    for word, target in relations.values():
        if word == "comments":
            with package.open(target) as source:
                sheet.comments = {at: _own(text) for at, text in _Comments(source).found.items()}
            break
    threads = [target for word, target in relations.values() if word == "threadedComment"]
    if threads:
        _add_threads(package, threads, sheet, counts)


def _own(text: str) -> str:
    """A note without Excel's standard text before it."""
    for standard in (_STANDARD, _KNOWN):
        if found := standard.match(text):
            return _REPLY.sub("\n", text[found.end() :]).strip()
    return text


def _add_threads(package: Package, parts: list[str], sheet: GridSheet, counts: Counts) -> None:
    """Put each thread in the place of its older twin; one that stands on no cell is told beside the cells."""
    found: dict[str, list[str]] = {}
    for part in parts:
        counts.drawn += package.size(part)
        if counts.drawn > counts.limits.drawn:
            sheet.unread = True
            break
        try:
            with package.open(part) as source:
                _Threads(source, found, counts.limits)
        except MemoryError:
            raise
        except Exception as error:
            # The older twin still tells; a declaration of entities is no damage.
            if isinstance(error, Refused) and error.code == "entities":
                raise
            sheet.unread = True
    for ref, texts in found.items():
        said = "\n".join(text for text in texts if text)
        if not said:
            continue
        try:
            sheet.comments[place(ref)] = said
        except Refused:
            sheet.attached.append(("thread", "", said))


class _Comments:
    """A part of notes: the text of each by its cell."""

    def __init__(self, source: IO[bytes]) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._stack: list[str] = []
        self._parts: list[str] = []
        self._place = (0, 0)
        self._parser = Parser()
        handlers: Any = self._parser.expat
        handlers.StartElementHandler = self._start
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters
        self._parser.run(source)

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = self._parser.local(name)
        self._stack.append(tag)
        if tag == "comment":
            self._place = place(attributes.get("ref", ""))
            self._parts = []

    def _end(self, _name: str) -> None:
        if self._stack.pop() == "comment":
            self.found[self._place] = unescaped("".join(self._parts)).strip()

    def _characters(self, text: str) -> None:
        if self._stack[-1] == "t" and "rPh" not in self._stack[-2:]:
            self._parts.append(text)


class _Threads:
    """A part of threads: what was written by its cell, answers in their order."""

    def __init__(self, source: IO[bytes], found: dict[str, list[str]], limits: Limits) -> None:
        self._found, self._limits = found, limits
        self._ref = ""
        self._target: list[str] | None = None
        self._count = 0
        parser = Parser()
        handlers: Any = parser.expat
        handlers.StartElementHandler = self._start
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters
        parser.run(source)

    def _start(self, name: str, attributes: Attributes) -> None:
        tag = name.rpartition("}")[2]
        if tag == "threadedComment":
            self._ref = attributes.get("ref", "")[:20]
            self._count += 1
            if self._count > self._limits.rows:
                raise Refused("damaged")
        self._target = [] if tag == "text" else None

    def _end(self, name: str) -> None:
        if self._target is not None and name.rpartition("}")[2] == "text":
            said = unescaped("".join(self._target)).strip()[: self._limits.attached_text]
            self._found.setdefault(self._ref, []).append(said)
        self._target = None

    def _characters(self, text: str) -> None:
        if self._target is not None:
            self._target.append(text)
