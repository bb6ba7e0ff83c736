"""What no department sends on purpose: each gets its own plain message, in time, in little memory, alone."""

from __future__ import annotations

import contextlib
import gc
import io
import random
import socket
import struct
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.issue import Issue, Severity
from loaders.workbook.cells import Book, Reader, column_letters, open_book
from loaders.workbook.isolation import sandbox
from loaders.workbook.isolation.preflight import Limits, Refused
from loaders.workbook.isolation.refusals import WORDS
from loaders.workbook.isolation.worker_pool import Child, Lost, Pool
from tests import raw_books as raw
from tests.campaign.marked import mostly

SOUND = raw.packed(raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>')))
# Large enough to be encrypted as Office does it: msoffcrypto writes packages under 4 KB in a way it cannot read.
ROOMY = raw.packed({**raw.unpacked(SOUND), "xl/media/image1.png": random.Random(1).randbytes(9_000)})
SECONDS = 5.0
BYTES = 500_000_000


def _stream(head: bytes, piece: bytes, times: int, tail: bytes) -> bytes:
    """A workbook whose only sheet is ``head``, ``piece`` over and over, ``tail``: never whole in the test's memory."""
    made = raw.parts(raw.sheet_xml())
    del made["xl/worksheets/sheet1.xml"]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in made.items():
            archive.writestr(name, body)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sink:
            sink.write(head)
            for _ in range(times):
                sink.write(piece)
            sink.write(tail)
    return target.getvalue()


_HEAD, _TAIL = (part.encode() for part in raw.sheet_xml("|").split("|"))
_TEXT_HEAD, _TEXT_TAIL = _HEAD + b'<row r="1"><c r="A1" t="inlineStr"><is><t>', b"</t></is></c></row>" + _TAIL


def far_corners() -> bytes:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return raw.packed(raw.parts(raw.sheet_xml(rows, before='<dimension ref="A1:XFD1048576"/>')))


def lying_dimension() -> bytes:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="XFD900000"><v>1</v></c></row>'
    return raw.packed(raw.parts(raw.sheet_xml(rows, before='<dimension ref="A1:B2"/>')))


def rows_of_formats() -> bytes:
    rows = "".join(f'<row r="{n}" s="1" customFormat="1" ht="{n % 97}"/>' for n in range(1, 1_048_577))
    return raw.packed(raw.parts(raw.sheet_xml(rows), formats=[9]))


def cells_of_formats() -> bytes:
    cells = "".join(f'<c r="{c}{{n}}" s="1"/>' for c in "ABCDEFGHIJKLMNOPQRST")
    rows = "".join(f'<row r="{n}" ht="{n % 997}">{cells.replace("{n}", str(n))}</row>' for n in range(1, 60_001))
    return raw.packed(raw.parts(raw.sheet_xml(rows), formats=[9]))


def many_numbers() -> bytes:
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{c}{n}"><v>{n * 7919 % 10007}</v></c>' for c in "ABCDE") + "</row>"
        for n in range(1, 60_001)
    )
    return raw.packed(raw.parts(raw.sheet_xml(rows)))


def too_much_of_rows() -> bytes:
    return _stream(_HEAD, b"<row/>" * 200_000, 100, _TAIL)


def one_endless_string() -> bytes:
    return _stream(_TEXT_HEAD, b"A" * 1_000_000, 120, _TEXT_TAIL)


def one_long_string() -> bytes:
    text = random.Random(1).randbytes(200_000).hex().encode()
    return _stream(_TEXT_HEAD, text, 1, _TEXT_TAIL)


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{levels}]>'
    xml = raw.sheet_xml('<row r="1"><c r="A1" t="str"><v>&e11;</v></c></row>', head=head)
    return raw.packed(raw.parts(xml))


def outside_entity() -> bytes:
    head = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    xml = raw.sheet_xml('<row r="1"><c r="A1" t="str"><v>&x;</v></c></row>', head=head)
    return raw.packed(raw.parts(xml))


def entity_in(part: str) -> Callable[[], bytes]:
    def made() -> bytes:
        parts = raw.parts(raw.sheet_xml(), strings=["<t>あ</t>"])
        parts[part] = '<!DOCTYPE a [<!ENTITY x "y">]>' + parts[part]
        return raw.packed(parts)

    return made


def with_entry(name: str) -> Callable[[], bytes]:
    return lambda: raw.packed({**raw.parts(raw.sheet_xml()), name: "x"})


def two_of_a_name() -> bytes:
    return raw.packed({**raw.parts(raw.sheet_xml()), "XL/worksheets/Sheet1.xml": raw.sheet_xml()})


def many_entries() -> bytes:
    return raw.packed({**raw.parts(raw.sheet_xml()), **{f"xl/media/{n}": "" for n in range(30_000)}})


def overlapping() -> bytes:
    """Two directory entries that unpack the same bytes."""
    data = bytearray(SOUND)
    at = [n for n in range(len(data)) if data.startswith(b"PK\x01\x02", n)]
    data[at[2] + 42 : at[2] + 46] = data[at[1] + 42 : at[1] + 46]
    return bytes(data)


def flagged_encrypted() -> bytes:
    data = bytearray(SOUND)
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def size_that_lies() -> bytes:
    """A directory that gives a member of 40 MB as 100 bytes."""
    data = bytearray(_stream(_HEAD, b"<row/>" * 10_000, 600, _TAIL))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def other_zip(files: dict[str, str]) -> Callable[[], bytes]:
    return lambda: raw.packed(files)


def protected() -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    target = io.BytesIO()
    OOXMLFile(io.BytesIO(ROOMY)).encrypt("ひみつ", target)
    return target.getvalue()


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override ContentType="{}"/></Types>'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"

HOSTILE: list[tuple[str, str, Callable[[], bytes]]] = [
    ("far_corners", "too_wide", far_corners),
    ("lying_dimension", "too_wide", lying_dimension),
    ("rows_of_formats", "too_many_rows", rows_of_formats),
    ("cells_of_formats", "too_many_cells", cells_of_formats),
    ("many_numbers", "too_many_cells", many_numbers),
    ("too_much_of_rows", "zip_bomb", too_much_of_rows),
    ("one_endless_string", "zip_bomb", one_endless_string),
    ("one_long_string", "too_long_text", one_long_string),
    ("entity_bomb", "entities", entity_bomb),
    ("outside_entity", "entities", outside_entity),
    *((f"entity_{n}", "entities", entity_in(p)) for n, p in enumerate(["xl/workbook.xml", "xl/sharedStrings.xml"])),
    *((f"entity_{n}", "entities", entity_in(p)) for n, p in enumerate(["xl/styles.xml", "_rels/.rels"], 2)),
    ("path_up", "zip_path", with_entry("../../etc/cron.d/x")),
    ("path_root", "zip_path", with_entry("/etc/x")),
    ("path_drive", "zip_path", with_entry("C:/x")),
    ("two_of_a_name", "zip_duplicate", two_of_a_name),
    ("many_entries", "zip_too_many", many_entries),
    ("overlapping", "zip_bomb", overlapping),
    ("flagged_encrypted", "zip_encrypted", flagged_encrypted),
    ("size_that_lies", "damaged", size_that_lies),
    ("protected", "encrypted", protected),
    ("locked_xls", "encrypted", lambda: raw.biff(locked=bytes(6))),
    ("csv_utf8", "csv", lambda: "番号,指標名,値\r\n1,出荷額,77.4\r\n".encode("utf-8-sig")),
    ("csv_cp932", "csv", lambda: ("番号,指標名,値\r\n" * 900).encode("cp932")),
    ("csv_euc", "csv", lambda: "番号\t指標名\r\n".encode("euc_jp")),
    ("csv_utf16", "csv", lambda: "番号\t指標名\r\n".encode("utf-16")),
    ("html", "html", lambda: "<html><body><table><tr><td>あ</td></tr></table></body></html>".encode("cp932")),
    ("mht", "html", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"),
    (
        "xml2003",
        "xml2003",
        lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    ),
    ("ods", "ods", other_zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"})),
    ("xlsb", "xlsb", other_zip({"[Content_Types].xml": _TYPES.format(_BINARY), "xl/workbook.bin": ""})),
    ("docx", "word", other_zip({"[Content_Types].xml": _TYPES.format(_WORD), "word/document.xml": ""})),
    ("zip", "zip_other", other_zip({"写真/1.txt": "あ"})),
    ("empty_zip", "zip_other", other_zip({})),
    ("pdf", "pdf", lambda: b"%PDF-1.7\n"),
    ("image", "image", lambda: b"\x89PNG\r\n\x1a\n"),
    ("noise", "not_workbook", lambda: bytes(range(256)) * 40),
    ("empty", "empty", lambda: b""),
    ("zeros", "empty", lambda: bytes(4096)),
    ("truncated", "truncated", lambda: SOUND[: len(SOUND) * 2 // 3]),
    ("torn_ole", "damaged", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)),
    ("too_large", "file_too_large", lambda: b"PK\x03\x04" + bytes(20_000_001)),
]


@pytest.mark.parametrize(("code", "make"), [pytest.param(code, make, id=name) for name, code, make in HOSTILE])
def test_a_hostile_file_gets_its_own_message_in_five_seconds(code: str, make: Callable[[], bytes]) -> None:
    data = make()
    pool = Pool(size=1)
    try:
        pool.warm()
        begun = time.monotonic()
        issue = open_book(data, "回答.xlsx", pool=pool)
        took = time.monotonic() - begun
    finally:
        pool.close()
    assert isinstance(issue, Issue)
    assert (issue.code, issue.severity) == (f"file.{code}", Severity.FIX)
    assert took < SECONDS


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")


@linux
@pytest.mark.parametrize("name", mostly([name for name, _, _ in HOSTILE], every=6))
def test_no_hostile_file_takes_500_megabytes_of_child_and_parent_together(name: str) -> None:
    data = next(make for known, _, make in HOSTILE if known == name)()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is held now
    before = _memory("self", "VmRSS")
    child = Child(Limits())
    peak = _memory(str(child.process.pid), "VmHWM")  # one that refuses at once has ended before the first look

    def watch() -> None:
        # A child that is killed takes its record with it, so it is looked at all the while.
        nonlocal peak
        while not done.wait(0.01):
            with contextlib.suppress(OSError, StopIteration):
                peak = max(peak, _memory(str(child.process.pid), "VmHWM"))

    done = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with contextlib.suppress(Lost):
            child.ask(data)
        with contextlib.suppress(OSError, StopIteration):
            peak = max(peak, _memory(str(child.process.pid), "VmHWM"))
    finally:
        done.set()
        watcher.join()
        child.close()
    assert peak > 1_000_000  # it was seen at all
    assert peak + _memory("self", "VmHWM") - before < BYTES


def _memory(process: str, what: str) -> int:
    """A process's memory in bytes: VmRSS is what it holds, VmHWM the most it has held."""
    text = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(what))


def test_what_a_directory_declares_is_refused_before_a_byte_is_unpacked() -> None:
    """Expanded size, one member, ratio of all and ratio of one: each on its own."""
    large = random.Random(1).randbytes(1_500_000)
    plain = {**raw.unpacked(SOUND), "xl/media/a.bin": large, "xl/media/b.bin": bytes(1_500_000)}
    data = raw.packed(plain)
    generous = Limits(ratio=1e9, member_ratio=1e9)
    assert isinstance(sandbox.parse(data, generous).sheets, list | tuple)
    for limits in (
        replace(generous, expanded=2_000_000),
        replace(generous, member=1_000_000),
        replace(generous, ratio=1.5),
        replace(generous, member_ratio=100.0),
    ):
        with pytest.raises(Refused) as refused:
            sandbox.parse(data, limits)
        assert refused.value.code == "zip_bomb"


def test_no_link_of_a_workbook_is_followed() -> None:
    """Another workbook, a data connection, a picture, a template: all at an address that would notice being asked."""
    asked: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        book = open_book(_linked(address), "回答.xlsx")
        with contextlib.suppress(TimeoutError):
            asked.append(server.accept())
    assert asked == []
    assert isinstance(book, Book), book
    assert book.sheets[0].cells[1, 1].value == 5


def _linked(address: str) -> bytes:
    cells = (
        '<row r="1"><c r="A1"><v>5</v></c><c r="B1"><f>[1]表!A1</f><v>7</v></c>'
        '<c r="C1"><f>WEBSERVICE("X")</f></c></row>'
    )
    made = dict(raw.parts(raw.sheet_xml(cells.replace("X", address), after='<drawing r:id="d"/>')))
    kinds = ("externalLink", "connections", "attachedTemplate", "image", "oleObject")
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    told = "".join(
        f'<Relationship Id="e{n}" Type="{base}/{kind}" Target="{address}" TargetMode="External"/>'
        for n, kind in enumerate(kinds)
    )
    name = "xl/_rels/workbook.xml.rels"
    made[name] = made[name].replace("</Relationships>", f"{told}</Relationships>")
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    made["xl/worksheets/_rels/sheet1.xml.rels"] = f"{head}{told}</Relationships>"
    made["xl/externalLinks/externalLink1.xml"] = "<externalLink/>"
    made["xl/externalLinks/_rels/externalLink1.xml.rels"] = f"{head}{told}</Relationships>"
    return raw.packed(made)


def test_a_macro_is_never_run_and_its_presence_is_told(tmp_path: Path) -> None:
    made: dict[str, str | bytes] = dict(
        raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>'), main_type="sheet.macroEnabled.main")
    )
    trace = tmp_path / "ran"
    made["xl/vbaProject.bin"] = f'Sub Auto_Open()\nOpen "{trace}" For Output As #1\nEnd Sub'.encode()
    begun = time.monotonic()
    book = open_book(raw.packed(made), "回答.xlsm")
    assert time.monotonic() - begun < SECONDS
    assert isinstance(book, Book), book
    assert any("マクロ" in note for note in book.notes)
    assert not trace.exists()


def test_one_long_text_in_every_cell_is_told_once_and_not_by_the_gigabyte() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    data = raw.packed(raw.parts(raw.sheet_xml(rows), strings=[f"<t>{'あ' * 30_000}</t>"]))
    assert len(sandbox.answer(data, Limits())) < 3_000_000
    pool = Pool(size=1, limits=Limits(clock_seconds=60.0))
    book = open_book(data, "a.xlsx", pool=pool)
    pool.close()
    assert isinstance(book, Book)
    assert book.sheets[0].cells[1, 1].value is book.sheets[0].cells[20_000, 1].value


def test_sound_files_go_on_while_hostile_ones_are_refused() -> None:
    bad = [far_corners(), entity_bomb(), SOUND[:500], b"", rows_of_formats()]
    files = [(f"{n}.xlsx", bad[n // 4 % 5] if n % 4 == 0 else SOUND) for n in range(20)]
    with Reader(workers=2) as reader:
        for n, (name, data, book) in enumerate(reader.read_all(files)):
            assert (name, data) == files[n]
            assert isinstance(book, Issue if n % 4 == 0 else Book)


def test_every_format_that_is_not_taken_asks_for_xlsx() -> None:
    for code in ("csv", "html", "xml2003", "ods", "xlsb", "encrypted", "old_excel", "zip_other", "pdf", "not_workbook"):
        assert "xlsx" in WORDS[code][1], code


def test_messages_are_japanese_and_distinct() -> None:
    messages = [message for message, _ in WORDS.values()]
    assert len(set(messages)) == len(messages)
    for message, advice in WORDS.values():
        for text in (message, advice):
            assert text.endswith("。")
            assert any("ぁ" <= c <= "ん" for c in text)


def test_a_workbook_with_excels_default_key_is_read() -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    target = io.BytesIO()
    OOXMLFile(io.BytesIO(ROOMY)).encrypt("VelvetSweatshop", target)
    book = open_book(target.getvalue(), "回答.xlsx")
    assert isinstance(book, Book), book
    assert book.sheets[0].cells[1, 1].value == 5


def test_the_largest_honest_workbook_is_read() -> None:
    """As large as the largest of 145 real ones: 22 MB inside, 16,384 columns of formats in a few rows."""
    wide = "".join(f'<c r="{column_letters(c)}1" s="1"/>' for c in range(1, 16_385))
    rows = f'<row r="1">{wide}</row>' + "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{c}{n}" s="1"><v>{n * 31 % 977}.{n * 7919 % 99991}</v></c>' for c in "ABCDEFGHIJKLMNOP")
        + "".join(f'<c r="{c}{n}" s="1"/>' for c in "QRSTUVWXYZ")
        + "</row>"
        for n in range(2, 12_002)
    )
    assert 8_000_000 < len(rows) < 22_000_000
    # Its time is the machine's affair; that no limit of size refuses it is ours.
    pool = Pool(size=1, limits=Limits(clock_seconds=120.0, processor_seconds=120))
    book = open_book(raw.packed(raw.parts(raw.sheet_xml(rows), formats=[10])), "大.xlsx", pool=pool)
    pool.close()
    assert isinstance(book, Book), book
    assert len(book.sheets[0].cells) == 12_000 * 16
