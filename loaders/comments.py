"""The notes on a sheet's cells."""

from __future__ import annotations

from typing import IO, Any

from loaders.ooxml import Attributes, Package, Parser, place, unescaped


def comments(package: Package, part: str) -> dict[tuple[int, int], str]:
    """The notes on a sheet's cells."""
    for word, target in package.relations(part).values():
        if word == "comments":
            with package.open(target) as source:
                return _Comments(source).found
    return {}


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
