"""Reads the blocks of 記述 in which each 課 says once who answers, and for which indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.issue import Issue
from kpi.plan import Indicator
from loaders.form import prose_lines as ln
from loaders.form.own_text import mark
from loaders.form.prose_lines import Told
from loaders.form.reading.headings import label
from loaders.form.reading.prose_sheet import Part, ProseSheet

_BETWEEN = re.compile(r"[、,，・;；\s]+")


@dataclass(frozen=True)
class Contact:
    """A 課's block: the indicators it answers for and where each of its columns stands."""

    covers: tuple[str, ...]
    all: bool
    spots: Mapping[str, tuple[int, int]]

    @property
    def row(self) -> int:
        """The block's first line."""
        return min(row for row, _ in self.spots.values())


def sort_contacts(
    sheet: ProseSheet, parts: Sequence[Part]
) -> tuple[tuple[Contact, ...], Mapping[int, Indicator], tuple[Issue, ...]]:
    """The blocks with a contact in them, the first indicator of each line that has one, and what is doubtful.

    Each line goes to the block of its number, or where two have that number (one was copied) to the one above.
    """
    heads = [part for part in parts if part.key == ln.COVERS]
    blocks: dict[int, list[Part]] = {part.row: [part] for part in heads}
    for part in parts:
        if part.key != ln.COVERS:
            same = [head.row for head in heads if label(head.number) == label(part.number)]
            above = [head.row for head in heads if head.row < part.row]
            home = same[0] if len(same) == 1 else above[-1] if above else 0
            blocks.setdefault(home, []).append(part)
    contacts: list[Contact] = []
    rows: dict[int, Indicator] = {}
    issues: list[Issue] = []
    for block in blocks.values():
        covers, spots = _covers(sheet, block), _spots(sheet, block)
        if covers and spots:
            contacts.append(Contact(covers, _all(sheet, block, covers), spots))
        if covers:
            rows |= {part.row: sheet.ours[covers[0]] for part in block}
        issues += _unassigned(sheet, block, spots) if covers is None else []
    return tuple(contacts), rows, tuple(issues)


def _head(block: Sequence[Part]) -> Part | None:
    return next((part for part in block if part.key == ln.COVERS), None)


def _text(sheet: ProseSheet, block: Sequence[Part]) -> str:
    """What a block says of the indicators that its 課 answers for."""
    head = _head(block)
    return sheet.text(head.row) if head else ""


def _spots(sheet: ProseSheet, block: Sequence[Part]) -> dict[str, tuple[int, int]]:
    spots: dict[str, tuple[int, int]] = {}
    for part in block:
        if part.key != ln.COVERS:
            spots.setdefault(part.key, sheet.spot(part.row))
    return spots


def _covers(sheet: ProseSheet, block: Sequence[Part]) -> tuple[str, ...] | None:
    told = next((part.told for part in block if part.told and part.told.of_contact), None)
    return _covered(sheet, _text(sheet, block), told)


def _all(sheet: ProseSheet, block: Sequence[Part], covers: tuple[str, ...]) -> bool:
    """Whether a block stands for all indicators without naming any."""
    return label(_text(sheet, block)) in ("", label(ln.ALL)) and len(covers) == len(sheet.ours)


def _unassigned(sheet: ProseSheet, block: Sequence[Part], spots: Mapping[str, tuple[int, int]]) -> list[Issue]:
    said = [found for row, _ in spots.values() if (found := sheet.text(row))]
    if not said:
        return []
    head = _head(block)
    row = head.row if head else min(row for row, _ in spots.values())
    words = {"found": "、".join(said), "covers": _text(sheet, block) or "空欄"}
    return [sheet.issue("contact.unassigned", row, words)]


def _covered(sheet: ProseSheet, text: str, told: Told | None) -> tuple[str, ...] | None:
    """The indicators that a 課 answers for; None where nobody can tell."""
    if label(text) == label(ln.ALL):
        return tuple(sheet.ours)
    if told and told.ids and (not text or mark(ln.COVERS, text) in sheet.own):
        return tuple(i for i in told.ids if i in sheet.ours)  # as it went out, whatever their numbers are by now
    return _listed(sheet, text)


def _listed(sheet: ProseSheet, text: str) -> tuple[str, ...] | None:
    """The indicators that a list of numbers names: 1、3、5; None where one of them is unknown."""
    by_number: dict[str, list[str]] = {}
    for i in sheet.ours.values():
        for said in {i.number, i.name, _in_one_piece(f"{i.number}({i.name})")}:
            by_number.setdefault(label(said), []).append(i.id)
    order = [label(i.number) for i in sheet.ours.values()]
    found: list[str] = []
    for part in _BETWEEN.split(_in_one_piece(text)):
        name = re.sub(r"^(?:no\.?|指標|番号)|番$", "", label(part))
        first, _, last = name.partition("~")
        if name in by_number and len(by_number[name]) == 1:
            found += by_number[name]
        elif last and first in order and last in order and order.index(first) <= order.index(last):
            span = order[order.index(first) : order.index(last) + 1]
            found += [i.id for i in sheet.ours.values() if label(i.number) in span]
        elif part:
            return None
    return tuple(dict.fromkeys(found)) or None


def _in_one_piece(text: str) -> str:
    """A list in which the brackets behind a number hold nothing that would part it."""
    return re.sub(r"[(（][^()（）]*[)）]", lambda m: _BETWEEN.sub("", m[0]), text)
