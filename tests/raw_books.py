"""Workbooks built part by part, so that a test can say exactly what stands in the file."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

from msoffcrypto.method.xor_obfuscation import DocumentXOR

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet_xml(data: str = "", *, before: str = "", after: str = "", head: str = "") -> str:
    """A worksheet part around the rows in ``data``."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{MAIN}" xmlns:r="{_DOCUMENT}">'
        f"{before}<sheetData>{data}</sheetData>{after}</worksheet>"
    )


def parts(
    *sheets: str,
    strings: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    workbook_properties: str = "",
    sheet_attributes: Mapping[int, str] | None = None,
    comments: str = "",
    main_type: str = "sheet.main",
) -> dict[str, str]:
    """The parts of a workbook; ``formats`` are the styles 1, 2, … as a format code or a built-in number."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="表{n}" sheetId="{n}" r:id="s{n}" {(sheet_attributes or {}).get(n, "")}/>' for n in numbers
    )
    relations = "".join(
        f'<Relationship Id="s{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    own = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats) if isinstance(code, str)
    )
    styles = "".join(f'<xf numFmtId="{code if isinstance(code, int) else 200 + n}"/>' for n, code in enumerate(formats))
    made = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_TYPE if "macro" not in main_type else "application/vnd.ms-excel"}.{main_type}+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_DOCUMENT}"><workbookPr {workbook_properties}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="t" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="y" Type="{_DOCUMENT}/styles" Target="/xl/styles.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in strings)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
    }
    for number, xml in zip(numbers, sheets, strict=True):
        made[f"xl/worksheets/sheet{number}.xml"] = xml
    if comments:
        made["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="c" '
            f'Type="{_DOCUMENT}/comments" Target="../comments1.xml"/></Relationships>'
        )
        made["xl/comments1.xml"] = f'<comments xmlns="{MAIN}"><commentList>{comments}</commentList></comments>'
    return made


def packed(made: Mapping[str, str | bytes]) -> bytes:
    """Parts as a zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in made.items():
            archive.writestr(name, body)
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """A zip archive as parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def strict(made: Mapping[str, str]) -> dict[str, str]:
    """The same workbook as Excel's 「Strict Open XML」 names things."""
    return {
        name: body.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            _DOCUMENT, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, body in made.items()
    }


def biff(*records: tuple[int, bytes], locked: bytes = b"", date_mode: int = 0) -> bytes:
    """A bare BIFF8 stream with one sheet ``表`` holding the given records.

    Style 1 is ``0.0%``, 2 ``m/d/yy``, 3 struck through; font 5 strikes through, 6 raises. ``locked`` is the body of a
    FILEPASS record.
    """

    def record(code: int, body: bytes) -> bytes:
        return struct.pack("<HH", code, len(body)) + body

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    def font(flags: int = 0, escapement: int = 0) -> bytes:
        return record(0x0031, struct.pack("<HHHHHBBBB", 200, flags, 0x7FFF, 400, escapement, 0, 0, 0, 0) + b"\x01\x00A")

    fonts = font() * 4 + font(flags=8) + font(escapement=1)
    looks = ((0, 0), (0, 10), (0, 14), (5, 0))
    styles = b"".join(record(0x00E0, struct.pack("<HHH", own, code, 0) + bytes(14)) for own, code in looks)
    head = beginning(0x0005) + (record(0x002F, locked) if locked else b"")
    head += record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", date_mode)) + fonts + styles
    name = "表".encode("utf-16-le")
    sheet_at = len(head) + 4 + 8 + len(name) + 4
    head += record(0x0085, struct.pack("<IHBB", sheet_at, 0, 1, 1) + name) + record(0x000A, b"")
    assert len(head) == sheet_at
    return head + beginning(0x0010) + b"".join(record(*one) for one in records) + record(0x000A, b"")


def biff_number(row: int, column: int, value: float, style: int = 0) -> tuple[int, bytes]:
    return 0x0203, struct.pack("<HHHd", row, column, style, value)


def biff_error(row: int, column: int, code: int) -> tuple[int, bytes]:
    return 0x0205, struct.pack("<HHHBB", row, column, 0, code, 1)


def biff_text(row: int, column: int, text: str) -> tuple[int, bytes]:
    return 0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")


def attach(made: Mapping[str, str], owner: str, part: str, body: str, word: str, identity: str = "") -> dict[str, str]:
    """The parts with a further one that ``owner`` points to by a relation of the kind ``word``."""
    folder, _, name = owner.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels".lstrip("/")
    more = f'<Relationship Id="{identity or word}" Type="{_DOCUMENT}/{word}" Target="/{part}"/>'
    before = made.get(rels, f'<Relationships xmlns="{_PACKAGE}/relationships"></Relationships>')
    return {**made, rels: before.replace("</Relationships>", f"{more}</Relationships>"), part: body}


def compound(**streams: bytes) -> bytes:
    """An OLE container with these streams, each padded to the size from which streams have sectors of their own."""
    size = 512
    bodies = [body.ljust(max(4096, -(-len(body) // size) * size), b"\x00") for body in streams.values()]
    chains: list[int] = []
    starts = []
    for body in bodies:
        first, count = len(chains), len(body) // size
        starts.append(first)
        chains += [*range(first + 1, first + count), 0xFFFFFFFE]
    directory, entries = len(chains), 1 + len(bodies)
    count = -(-entries // 4)
    chains += [*range(directory + 1, directory + count), 0xFFFFFFFE]
    table = len(chains)
    tables = next(n for n in range(1, 100) if len(chains) + n <= n * 128)
    chains += [0xFFFFFFFD] * tables
    fat = struct.pack(f"<{len(chains)}I", *chains).ljust(tables * size, b"\xff")

    def entry(name: str, kind: int, child: int, right: int, start: int, length: int) -> bytes:
        told = name.encode("utf-16-le")
        head = told.ljust(64, b"\x00") + struct.pack("<HBBIII", len(told) + 2, kind, 1, 0xFFFFFFFF, right, child)
        return head + bytes(36) + struct.pack("<IQ", start, length)

    listed = entry("Root Entry", 5, 1 if bodies else 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0)
    for number, (name, body) in enumerate(zip(streams, bodies, strict=True), start=1):
        right = number + 1 if number < len(bodies) else 0xFFFFFFFF
        listed += entry(name, 2, 0xFFFFFFFF, right, starts[number - 1], len(body))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *range(table, table + tables), *[0xFFFFFFFF] * (109 - tables))
    return head + b"".join(bodies) + listed.ljust(count * size, b"\x00") + fat


def locked_biff(password: str, way: str, *records: tuple[int, bytes]) -> bytes:
    """A BIFF8 stream encrypted as [MS-XLS] 2.2.10 and [MS-OFFCRYPTO] 2.3 say: ``rc4``, ``cryptoapi`` or ``xor``."""
    salt, verifier, word = bytes(range(16)), bytes(range(16, 32)), password.encode("utf-16-le")

    def key(block: int) -> bytes:
        number = struct.pack("<I", block)
        if way == "cryptoapi":
            return hashlib.sha1(hashlib.sha1(salt + word).digest() + number).digest()[:16]
        half = hashlib.md5((hashlib.md5(word).digest()[:5] + salt) * 16).digest()[:5]
        return hashlib.md5(half + number).digest()

    if way == "xor":
        body = struct.pack("<HHH", 0, DocumentXOR.create_xor_key_method1(password), _xor_verifier(password))
    elif way == "rc4":
        proof = _rc4(key(0), verifier + hashlib.md5(verifier).digest())
        body = struct.pack("<HHH", 1, 1, 1) + salt + proof
    else:
        proof = _rc4(key(0), verifier + hashlib.sha1(verifier).digest())
        name = "Microsoft Base Cryptographic Provider\0".encode("utf-16-le")
        header = struct.pack("<IIIIIIII", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + name
        body = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header
        body += struct.pack("<I", 16) + salt + proof[:16] + struct.pack("<I", 20) + proof[16:]
    plain = biff(*records, locked=body)
    blocks = range(0, len(plain), 1024)
    mask = b"".join(_rc4(key(n), bytes(1024)) for n, _ in enumerate(blocks)) if way != "xor" else b""
    array = DocumentXOR.create_xor_array_method1(password) if way == "xor" else []
    out, at = bytearray(plain), 0
    while at < len(plain):
        code, size = struct.unpack_from("<HH", plain, at)
        at += 4
        clear = size if code in (0x0809, 0x002F) else 4 if code == 0x0085 else 0
        for place in range(at + clear, at + size):
            if way == "xor":
                turned = (plain[place] << 5 | plain[place] >> 3) & 0xFF
                out[place] = turned ^ array[(place + size) % 16]
            else:
                out[place] ^= mask[place]
        at += size
    return bytes(out)


def _xor_verifier(password: str) -> int:
    return next(n for n in range(0x10000) if DocumentXOR.verifypw(password, n))


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
