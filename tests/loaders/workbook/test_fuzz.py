"""Damaged workbooks: each gives an issue or exactly what stands in the file, never an exception."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

from kpi.issue import Issue, Severity
from loaders.services.batch_reading import read_book
from loaders.workbook.cells import Book, Reader, open_book
from loaders.workbook.isolation import sandbox
from loaders.workbook.isolation.preflight import Limits
from tests.campaign.marked import length, lengthened
from tests.factory import AGRI, CUT, TRADE, filled_form, tiny_brief
from tests.hurt import patch

FILES, IN_CHILDREN = length((120, 12), (1000, 84))


def _flip(data: bytes, dice: random.Random) -> bytes:
    """Some bytes changed anywhere."""
    body = bytearray(data)
    for _ in range(dice.choice((1, 3, 30))):
        body[dice.randrange(len(body))] = dice.randrange(256)
    return bytes(body)


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def _hole(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randrange(1, 400) :]


def _lose_part(data: bytes, dice: random.Random) -> bytes:
    """The zip without one of its parts, or with two of them swapped."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        lost, other = dice.sample(names, 2)
        swap = dice.random() < 0.5
        for name in names:
            if name == lost:
                if swap:
                    target.writestr(name, source.read(other))
                continue
            target.writestr(name, source.read(name))
    return out.getvalue()


def _xml(data: bytes, dice: random.Random) -> bytes:
    """Bytes inside one XML part changed, taken out or doubled; the zip around it is sound."""
    part = dice.choice(("sheet2.xml", "sheet3.xml", "sharedStrings.xml", "workbook.xml", "styles.xml", ".rels"))

    def damage(xml: bytes) -> bytes:
        body = bytearray(xml)
        for _ in range(dice.choice((1, 2, 8))):
            at = dice.randrange(len(body))
            size = dice.randrange(1, 12)
            kind = dice.randrange(4)
            if kind == 0:
                body[at] = dice.randrange(256)
            elif kind == 1:
                del body[at : at + size]
            elif kind == 2:
                body[at:at] = body[at : at + size]
            else:
                body[at:at] = dice.choice((b"<v>", b"</c>", b"<row>", b"&amp;", b"9", b"-", b"\x00", b"&x;"))
            if not body:
                return b""
        return bytes(body)

    return patch(data, part, damage)


def _attribute(data: bytes, dice: random.Random) -> bytes:
    """One attribute of the sheet's XML given a foolish value."""

    def damage(xml: bytes) -> bytes:
        found = list(re.finditer(rb'="([^"]*)"', xml))
        chosen = dice.choice(found)
        foolish = dice.choice((b"", b"-1", b"99999999", b"XFD1048576", b"s", b"e", b"A0", b"\xe3\x81\x82", b"1:1"))
        return xml[: chosen.start(1)] + foolish + xml[chosen.end(1) :]

    return patch(data, dice.choice(("sheet2.xml", "workbook.xml")), damage)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _cut, _hole, _lose_part, _xml, _xml, _attribute)


def damaged() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(20240401)
    forms = (filled_form(department=AGRI), filled_form(department=TRADE))
    for number in range(FILES):
        damage = DAMAGES[number % len(DAMAGES)]
        yield f"{number}-{damage.__name__}.xlsx", damage(forms[number % 2], dice)


class _Here:
    """The child's own work done in this process: a child for each damaged file would make the test take two minutes."""

    limits = Limits()

    def ask(self, data: bytes) -> bytes:
        return sandbox.answer(data, self.limits)


def opened() -> Iterator[tuple[str, Book | Issue]]:
    """The first files through real children, the others through the child's code."""
    files = list(damaged())
    with Reader(workers=2) as reader:
        for name, _, book in reader.read_all(files[:IN_CHILDREN]):
            yield name, book
    for name, data in files[IN_CHILDREN:]:
        yield name, open_book(data, name, pool=_Here())


@lengthened
def test_damaged_workbooks_give_an_issue_or_what_stands_in_the_file() -> None:
    brief = tiny_brief()
    read = refused = 0
    for name, book in opened():
        reading = read_book(book, brief)
        if isinstance(book, Issue):
            refused += 1
            assert reading.issues == (book,), name
            assert reading.answers == ()
            continue
        read += 1
        stands = {(s.name, c.ref): c.written for s in book.sheets for c in s.cells.values()}
        doubted = {(i.subject_id, i.key) for i in reading.issues if i.severity is not Severity.NOTE}
        assert reading.answers or any(i.severity is Severity.FIX for i in reading.issues), name
        for answer in reading.answers:
            for key, entry in answer.entries.items():
                if "/" in entry.cell or not entry.written:
                    continue
                assert stands[entry.sheet, entry.cell] == entry.written, name
                if isinstance(entry.value, float) and (answer.subject_id, key) not in doubted:
                    assert f"{entry.value:g}" in (entry.written, f"{float(entry.written):g}"), (name, entry)
    assert read > FILES // 10
    assert refused > FILES * 2 // 5


def test_the_sound_form_of_the_fuzz_test_is_read_whole() -> None:
    with Reader(workers=1) as reader:
        ((_, _, book),) = reader.read_all([("form.xlsx", filled_form(department=AGRI))])
    reading = read_book(book, tiny_brief())
    assert next(a for a in reading.answers if a.subject_id == CUT).number("value") == 8.1
