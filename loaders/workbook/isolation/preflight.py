"""A look at a file before anything is opened: what it is by its content, and whether its zip directory is honest.

Nothing here unpacks a byte. What is refused is raised as :class:`Refused` with a code;
``loaders.workbook.isolation.refusals`` holds the Japanese words for each code.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be.

    Honest maxima seen among 145 real municipal workbooks: 22 MB inside, 12 times overall, 44 times one member. The
    limits leave room above these. Ratios are asked only of what unpacks to more than ``small``, because a small
    member harms nobody whatever its ratio. What a file may take is told in processor time; the clock only ends a child
    that stands still, since on a busy machine it would refuse whoever comes at the wrong moment.
    """

    file_bytes: int = 20_000_000
    entries: int = 2_000
    expanded: int = 96_000_000
    member: int = 64_000_000
    ratio: float = 60.0
    member_ratio: float = 150.0
    small: int = 1_000_000
    sheets: int = 100
    rows: int = 200_000
    columns: int = 2_000
    cells: int = 200_000
    elements: int = 1_000_000
    strings: int = 400_000
    styles: int = 70_000
    moved: int = 3_000_000
    text: int = 100_000
    texts: int = 30_000_000
    drawn: int = 16_000_000
    attached: int = 1_000
    attached_text: int = 5_000
    answer: int = 120_000_000
    memory: int = 450_000_000
    processor_seconds: int = 6
    clock_seconds: float = 90.0
    # of one upload: a zip's own size, its files, the workbooks unpacked from all zips, and what reading them may take
    archive_bytes: int = 100_000_000
    files: int = 1_000
    upload_bytes: int = 100_000_000
    upload_seconds: float = 10.0
    file_seconds: float = 0.25  # for each file beside: many honest ones may take their time
    wasted_seconds: float = 10.0  # on files that are refused
    refused_files: int = 100


class Refused(Exception):
    """A file that is not read. ``code`` is a key of ``refusals.WORDS``; ``where`` is a sheet or part name."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.where = where


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A bare BIFF stream, the form of Excel 2 to 5 and of some exporters: a BOF record and its length.
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_KNOWN_OTHERS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "word"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def kind(data: bytes, limits: Limits) -> str:
    """``zip``, ``ole`` or ``biff`` by the first bytes; everything else is refused by name."""
    if not data:
        raise Refused("empty")
    if len(data) > limits.file_bytes:
        raise Refused("file_too_large")
    if data.startswith(_ZIP):
        return "zip"
    if data.startswith(_OLE):
        return "ole"
    if data.startswith(_BIFF):
        return "biff"
    if data.startswith(b"PK\x05\x06"):
        raise Refused("zip_other")
    for start, code in _KNOWN_OTHERS:
        if data.startswith(start):
            raise Refused(code)
    raise Refused(_text_kind(data))


def _text_kind(data: bytes) -> str:
    """Which refusal suits a file that is neither zip nor OLE."""
    head = data[:4096]
    if not head.strip(b"\x00 \t\r\n"):
        return "empty"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif b"\x00" in head:
        return "not_workbook"
    else:
        text = _decoded(head)
        if not text:
            return "not_workbook"
    low = text.lstrip("\ufeff \t\r\n").lower()
    if low.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in low:
        return "xml2003"
    if low.startswith("mime-version:") or "<html" in low or "<table" in low or low.startswith("<!doctype html"):
        return "html"
    return "not_workbook" if low.startswith("<") else "csv"


def _decoded(head: bytes) -> str:
    """Text in UTF-8, CP932 or EUC-JP; empty where it is none. The last character may be cut in two."""
    for encoding in ("utf-8", "cp932", "euc_jp"):
        for cut in (0, 1, 2, 3):
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return text if all(c >= " " or c in "\t\r\n\f\x1a" for c in text) else ""
    return ""


def open_zip(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """A workbook's archive, once its directory has been looked at. Nothing has been unpacked yet."""
    archive = directory(data, limits.entries)
    _check_directory(archive.infolist(), len(data), limits)
    return archive


def directory(data: bytes, entries: int) -> zipfile.ZipFile:
    """An archive with its directory, which is not built where it is longer than so many entries can need."""
    # A zip's directory stands at its end, so a file cut short has none.
    if b"PK\x05\x06" not in data[-66_000:]:
        raise Refused("truncated")
    source = _Bounded(data)
    source.most = entries * _ENTRY
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, OverflowError) as error:
        raise Refused("damaged") from error
    source.most = 0
    if len(archive.infolist()) > entries:
        raise Refused("zip_too_many")
    return archive


class _Bounded(io.BytesIO):
    """A zip's bytes, of which nobody reads more than ``most`` at once, 0 for any number.

    Building half a million entries of a directory is a harm of its own, and how long the directory is stands in several
    records that may differ. zipfile reads it in one piece, by the record it believes: so it is stopped there.
    """

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if self.most and size is not None and size > self.most:
            raise Refused("zip_too_many")
        return super().read(size)


#: Bytes of a directory that an entry may need: its name is a path in three bytes a letter.
_ENTRY = 600


def _check_directory(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Refuse what a directory may lie about: names, sizes, ratios, encryption, overlap."""
    names = set()
    total = 0
    for entry in entries:
        name = unquote(entry.orig_filename).replace("\\", "/")
        if "\x00" in name or name.startswith("/") or ".." in name.split("/") or ":" in name:
            raise Refused("zip_path")
        name = part_name(name)
        if name in names:
            raise Refused("zip_duplicate")
        names.add(name)
        if entry.flag_bits & 0x1:
            raise Refused("zip_encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("damaged")
        total += entry.file_size
        if entry.file_size > limits.member or (
            entry.file_size > limits.small and entry.file_size > limits.member_ratio * max(entry.compress_size, 1)
        ):
            raise Refused("zip_bomb")
    if total > limits.expanded or (total > limits.small and total > limits.ratio * size):
        raise Refused("zip_bomb")
    _check_overlap(entries)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Two entries that share bytes are how a small file unpacks to petabytes."""
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            raise Refused("zip_bomb")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size


def part_name(name: str) -> str:
    """A part's name for comparison: whichever slashes, case and percent signs it is written with."""
    plain = name.replace("\\", "/")
    if "%" in plain:
        plain = unquote(plain).replace("\\", "/")
    return posixpath.normpath(plain).lower()


def zip_kind(names: set[str], root: str, types: Mapping[str, str], mimetype: str) -> str:
    """``xlsx`` or ``xlsm`` by what the archive says of its main part; everything else is refused by name.

    ``types`` are the content types in lower case by part name and by ``*.`` and ending. Of the latter only the main
    part's own counts: an .xlsx gives the type of binary workbooks for the settings of its printers.
    """
    if "opendocument" in mimetype:
        raise Refused("ods" if "spreadsheet" in mimetype else "word")
    if "[content_types].xml" not in names:
        raise Refused("zip_other")
    own = types.get(part_name(root)) or types.get(f"*.{root.rpartition('.')[2].lower()}", "")
    if "sheet.binary.macroenabled" in own or root.lower().endswith(".bin"):
        raise Refused("xlsb")
    if "ms-excel.sheet.macroenabled.main" in own or "ms-excel.template.macroenabled.main" in own:
        return "xlsm"
    if f"{_MAIN}sheet.main" in own or f"{_MAIN}template.main" in own:
        return "xlsx"
    if any("wordprocessingml" in kind or "presentationml" in kind for kind in types.values()):
        raise Refused("word")
    if any(name.startswith("xl/") for name in names):
        raise Refused("damaged")
    raise Refused("zip_other")
