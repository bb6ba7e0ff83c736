"""An .xls beyond its cells: what is drawn over them, formulas by hand, and the keys it may be locked with."""

from __future__ import annotations

import io
import random
import struct

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from kpi.issue import Issue
from loaders.workbook import biff
from loaders.workbook.cells import Book, open_book
from loaders.workbook.isolation.preflight import Limits
from tests import raw_books as raw

KEY = "VelvetSweatshop"
FIVE = raw.biff_number(0, 0, 5)
Record = tuple[int, bytes]


def opened(data: bytes, name: str = "回答.xls") -> Book:
    book = open_book(data, name)
    assert isinstance(book, Book), book
    assert book.sheets[0].cells[1, 1].value == 5
    return book


def told(*records: Record) -> list[tuple[str, str, str]]:
    return [(one.kind, one.cell, one.text) for one in opened(raw.biff(FIVE, *records)).attached]


# --- what is drawn --------------------------------------------------------------------------------------------------


def drawing(column: int, row: int) -> Record:
    anchor = struct.pack("<HHIHHHHHHHHH", 0, 0xF010, 18, 2, column, 0, row, 0, column + 2, 0, row + 2, 0)
    return 0x00EC, struct.pack("<HHI", 0xF, 0xF004, len(anchor)) + anchor


def thing(sort: int, *parts: Record, flags: int = 0x6011) -> Record:
    common = struct.pack("<HHH", sort, 1, flags) + bytes(12)
    body = b"".join(struct.pack("<HH", code, len(part)) + part for code, part in ((0x15, common), *parts, (0, b"")))
    return 0x005D, body


def words(*pieces: str, narrow: bool = False) -> list[Record]:
    count = sum(map(len, pieces))
    told_ = [(0x01B6, struct.pack("<HH6xHHI", 0x0212, 0, count, 16, 0))]
    for piece in pieces:
        told_.append((0x003C, b"\x00" + piece.encode("latin-1") if narrow else b"\x01" + piece.encode("utf-16-le")))
    return [*told_, (0x003C, bytes(16))]


def test_a_text_box_is_told_with_its_words_and_its_place() -> None:
    text = words("正しくは455", "件\r437は9月末")
    assert told(drawing(15, 5), thing(0x06), *text) == [("textbox", "P6", "正しくは455件\n437は9月末")]
    assert told(drawing(15, 5), thing(0x1E), *words("455", narrow=True)) == [("textbox", "P6", "455")]


def test_a_shape_without_words_the_frame_of_a_note_and_a_filters_arrow_are_no_news() -> None:
    assert told(drawing(0, 0), thing(0x02), drawing(1, 1), thing(0x01), *words("  ")) == []
    assert told(drawing(0, 0), thing(0x19), *words("メモ")) == []
    assert told(drawing(0, 0), thing(0x14, flags=0x2111)) == []


def test_pictures_objects_controls_and_charts_are_told() -> None:
    chart = [
        (0x0809, struct.pack("<HHHHII", 0x0600, 0x20, 0, 0, 0, 6)),
        (0x100D, struct.pack("<HBB", 0, 2, 1) + "系列".encode("utf-16-le")),
        (0x1025, bytes(32)),
        (0x100D, struct.pack("<HBB", 0, 4, 1) + "実績推移".encode("utf-16-le")),
        (0x1027, struct.pack("<HHH", 1, 0, 0)),
        (0x000A, b""),
    ]
    found = told(
        *(drawing(1, 1), thing(0x08)),
        *(drawing(2, 2), thing(0x08, (0x08, b"\x00\x00"), (0x09, b"x"))),
        *(drawing(3, 3), thing(0x08, (0x08, b"\x10\x00"), (0x09, b"x"))),
        *(drawing(4, 4), thing(0x0B, (0x12, b"\x01\x00")), *words("該当しない")),
        *(drawing(5, 5), thing(0x05), *chart),
    )
    assert found == [
        ("picture", "B2", ""),
        ("object", "C3", ""),
        ("control", "D4", ""),
        ("control", "E5", "☑該当しない"),
        ("chart", "F6", "実績推移"),
    ]


def test_headers_and_footers_are_told() -> None:
    def text(said: str) -> bytes:
        return struct.pack("<HB", len(said), 1) + said.encode("utf-16-le")

    pages = bytes(30) + struct.pack("<HHHH", 0, 0, 2, 0) + text("訂正")
    assert told((0x0014, text("&C455件が正")), (0x0015, b""), (0x089C, pages)) == [
        ("header", "", "&C455件が正"),
        ("header", "", "訂正"),
    ]


@pytest.mark.parametrize(
    "records",
    [
        [(0x005D, b"")],
        [(0x005D, b"\x15\x00\x12\x00")],
        [thing(0x06), (0x01B6, b"\x00")],
        [thing(0x06), (0x01B6, struct.pack("<HH6xH", 0, 0, 60_000)), (0x003C, b""), (0x003C, b"\x01\xd8")],
        [(0x00EC, b"\x00\x00\x10\xf0\x12\x00\x00\x00")],
        [(0x0014, b"\xff\xff\x01a"), (0x089C, bytes(30) + b"\xff" * 10)],
        [thing(0x05), (0x0809, bytes(16)), (0x100D, b"\x00\x00\xff\x01"), (0x1027, b"\x01\x00"), (10, b"")],
    ],
)
def test_hurt_records_of_drawings_are_passed_over(records: list[Record]) -> None:
    """xlrd gives some of them up by itself; the walk gives up none."""
    found = biff.walk(raw.biff(*records, formula(0, 1, 437)), Limits()).sheets["表"]
    assert (found.formulas, found.complete) == ({(1, 2)}, True)


def test_thousands_of_boxes_are_cut_and_told() -> None:
    book = opened(raw.biff(FIVE, *([thing(0x06), *words("箱")] * 3_000)))
    assert len(book.attached) <= 1_001
    assert any("「表」" in note for note in book.notes)


# --- formulas -------------------------------------------------------------------------------------------------------


def formula(row: int, column: int, value: float) -> Record:
    return 0x0006, struct.pack("<HHHdHIH", row, column, 0, value, 0, 0, 3) + b"\x1e\x05\x00"


def test_formulas_are_told_as_such_and_those_of_a_workbook_by_hand_as_doubtful() -> None:
    for more, stale in (
        ([], False),
        ([(0x000D, b"\x01\x00")], False),
        ([(0x000D, b"\x00\x00")], True),
        ([(0x005E, b"\x00\x00")], True),
    ):
        cells = opened(raw.biff(*more, FIVE, formula(0, 1, 437))).sheets[0].cells
        assert (cells[1, 1].formula, cells[1, 1].stale) == ("", False)
        assert (cells[1, 2].value, cells[1, 2].formula, cells[1, 2].stale) == (437.0, "=…", stale)


# --- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["rc4", "cryptoapi", "xor"])
def test_an_xls_under_excels_default_key_opens_and_another_key_is_a_password(way: str) -> None:
    text = raw.biff_text(0, 1, "青森県" * 500)
    data = raw.compound(Workbook=raw.locked_biff(KEY, way, FIVE, text, raw.biff_number(1, 0, 437, 1)))
    sheet = opened(data).sheets[0]
    assert sheet.cells[1, 2].value == "青森県" * 500
    assert sheet.cells[2, 1].value == 437
    issue = open_book(raw.compound(Workbook=raw.locked_biff("himitsu", way, FIVE)), "a.xls")
    assert isinstance(issue, Issue)
    assert issue.code == "file.encrypted"


def test_what_is_drawn_in_an_xls_under_the_default_key_is_told_too() -> None:
    data = raw.compound(
        Workbook=raw.locked_biff(KEY, "rc4", FIVE, drawing(15, 5), thing(0x06), *words("正しくは455件"))
    )
    assert [(one.cell, one.text) for one in opened(data).attached] == [("P6", "正しくは455件")]


def test_an_xls_that_is_only_protected_from_writing_opens() -> None:
    sharing = (0x005B, struct.pack("<HHHB", 1, 0xCE4B, 1, 0) + b"a")
    opened(raw.compound(Workbook=raw.biff(sharing, (0x0012, b"\x01\x00"), (0x0013, b"\x4b\xce"), FIVE)))


def test_a_hurt_xls_under_a_key_is_damage_and_no_password() -> None:
    whole = raw.locked_biff(KEY, "rc4", FIVE)
    at = whole.index(b"\x2f\x00")
    cut = whole[: len(whole) * 2 // 3]
    for hurt in (cut, whole[:at] + b"\x2f\x00\x03\x00\x01\x00\x01", whole[:at] + bytes(4000)):
        issue = open_book(raw.compound(Workbook=hurt), "a.xls")
        assert isinstance(issue, Issue)
        assert issue.code == "file.damaged"


def locked(password: str) -> bytes:
    made = raw.parts(raw.sheet_xml('<row r="1"><c r="A1"><v>5</v></c></row>'))
    # msoffcrypto writes packages under 4 KB in a way it cannot read.
    roomy = raw.packed({**made, "xl/media/image1.png": random.Random(1).randbytes(9_000)})
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(roomy)).encrypt(password, target)
    return target.getvalue()


def test_of_encrypted_xlsx_the_default_key_opens_a_password_and_damage_are_told_apart() -> None:
    opened(locked(KEY), "a.xlsx")
    secret = open_book(locked("ひみつ"), "a.xlsx")
    assert isinstance(secret, Issue)
    assert secret.code == "file.encrypted"
    whole = locked(KEY)
    info = whole.index(b"<encryption")
    for hurt in (whole[:info] + bytes(400) + whole[info + 400 :], whole.replace(b"keyData", b"keyDate")):
        issue = open_book(hurt, "a.xlsx")
        assert isinstance(issue, Issue)
        assert issue.code == "file.damaged"
