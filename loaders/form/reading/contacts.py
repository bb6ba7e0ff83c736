"""Reads the blocks of 記述 in which each 課 says once who answers, and for which indicators."""

from __future__ import annotations

import re

from loaders.form import prose_lines as ln
from loaders.form.own_text import mark
from loaders.form.prose_lines import Told
from loaders.form.reading.location import label
from loaders.form.reading.prose_sheet import Contact, Part, Prose

_BETWEEN = re.compile(r"[、,，・;；\s]+")


def sort_contacts(prose: Prose, parts: list[Part]) -> None:
    """Each line to the block of its number, or where two have that number (one was copied) to the one above."""
    heads = [part for part in parts if part.key == ln.COVERS]
    blocks: dict[int, list[Part]] = {part.row: [part] for part in heads}
    for part in parts:
        if part.key != ln.COVERS:
            same = [head.row for head in heads if label(head.number) == label(part.number)]
            above = [head.row for head in heads if head.row < part.row]
            home = same[0] if len(same) == 1 else above[-1] if above else 0
            blocks.setdefault(home, []).append(part)
    for block in blocks.values():
        _contact(prose, block)


def _contact(prose: Prose, block: list[Part]) -> None:
    head = next((part for part in block if part.key == ln.COVERS), None)
    told = next((part.told for part in block if part.told and part.told.of_contact), None)
    spots: dict[str, tuple[int, int]] = {}
    for part in block:
        if part.key != ln.COVERS:
            spots.setdefault(part.key, prose.spot(part.row))
    text = prose.text(head.row) if head else ""
    covers = _covered(prose, text, told)
    if covers and spots:
        every = label(text) in ("", label(ln.ALL)) and len(covers) == len(prose.ours)
        prose.contacts.append(Contact(covers, every, spots))
    if covers:
        prose.rows |= {part.row: prose.ours[covers[0]] for part in block}
    said = [found for row, _ in spots.values() if (found := prose.text(row))]
    if covers is None and said:
        row = head.row if head else min(row for row, _ in spots.values())
        prose.say("contact.unassigned", row, {"found": "、".join(said), "covers": text or "空欄"})


def _covered(prose: Prose, text: str, told: Told | None) -> tuple[str, ...] | None:
    """The indicators that a 課 answers for; None where nobody can tell."""
    if label(text) == label(ln.ALL):
        return tuple(prose.ours)
    if told and told.ids and (not text or mark(ln.COVERS, text) in prose.own):
        return tuple(i for i in told.ids if i in prose.ours)  # as it went out, whatever their numbers are by now
    return _listed(prose, text)


def _listed(prose: Prose, text: str) -> tuple[str, ...] | None:
    """The indicators that a list of numbers names: 1、3、5; None where one of them is unknown."""
    by_number: dict[str, list[str]] = {}
    for i in prose.ours.values():
        for said in {i.number, i.name, _in_one_piece(f"{i.number}({i.name})")}:
            by_number.setdefault(label(said), []).append(i.id)
    order = [label(i.number) for i in prose.ours.values()]
    found: list[str] = []
    for part in _BETWEEN.split(_in_one_piece(text)):
        name = re.sub(r"^(?:no\.?|指標|番号)|番$", "", label(part))
        first, _, last = name.partition("~")
        if name in by_number and len(by_number[name]) == 1:
            found += by_number[name]
        elif last and first in order and last in order and order.index(first) <= order.index(last):
            span = order[order.index(first) : order.index(last) + 1]
            found += [i.id for i in prose.ours.values() if label(i.number) in span]
        elif part:
            return None
    return tuple(dict.fromkeys(found)) or None


def _in_one_piece(text: str) -> str:
    """A list in which the brackets behind a number hold nothing that would part it."""
    return re.sub(r"[(（][^()（）]*[)）]", lambda m: _BETWEEN.sub("", m[0]), text)
