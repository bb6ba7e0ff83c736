"""What happens to a file as a whole: saved by other programs, packed otherwise, cut off, another file altogether."""

# ruff: noqa: E501  (one entry a line; ruff counts a full-width sign as two)

from __future__ import annotations

import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.campaign.draft import Draft, Page, Skip
from tests.campaign.kinds.register import kind

_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _parts(change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Callable[[bytes], bytes]:
    """The zip with its parts changed or left out."""

    def do(data: bytes) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if made := change(name, old.read(name)):
                    info = zipfile.ZipInfo("x")
                    info.filename = made[0]  # ZipInfo itself would mend backslashes
                    info.compress_type = zipfile.ZIP_DEFLATED
                    new.writestr(info, made[1])
        return out.getvalue()

    return do


def _types(data: bytes, change: Callable[[str], str]) -> bytes:
    return _parts(lambda n, b: (n, change(b.decode()).encode() if n == "[Content_Types].xml" else b))(data)


def _on_bytes(name: str, change: Callable[[bytes, random.Random], bytes], *, harmless: bool = False, refused: bool = False,
              filename: str = "", weight: float = 0.5) -> None:  # fmt: skip
    def do(draft: Draft, dice: random.Random) -> None:
        draft.raw, draft.refused = True, refused
        draft.filename = filename or draft.filename
        draft.on_bytes.append(lambda data: change(data, dice))

    kind(name, harmless=harmless, scope="file", weight=weight)(do)


_on_bytes("file: saved anew", lambda b, _: b, harmless=True, weight=2)
_on_bytes(
    "file: parts named with backslashes", lambda b, _: _parts(lambda n, x: (n.replace("/", "\\"), x))(b), harmless=True
)
_on_bytes("file: macro-enabled", lambda b, _: _types(b, lambda t: t.replace(_MAIN, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
          harmless=True, filename="回答.xlsm")  # fmt: skip
_on_bytes("file: a default type of another program", lambda b, _: _types(b, lambda t: t.replace(
    "<Override ", '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Override ', 1)), harmless=True)  # fmt: skip
_on_bytes("file: named otherwise", lambda b, _: b, harmless=True, filename="回答.xls")
_on_bytes("file: parts in another order", lambda b, d: _shuffled(b, d), harmless=True)
_on_bytes("file: cut off", lambda b, d: b[: d.randrange(10, len(b) - 10)], refused=True)
_on_bytes(
    "file: a letter",
    lambda b, d: d.choice((b"%PDF-1.7 x", b"<html><body>x</body></html>", "回答します".encode(), b"")),
    refused=True,
    filename="回答.xlsx",
)
_on_bytes(
    "file: a part lost",
    lambda b, d: _parts(lambda n, x: None if n == "xl/worksheets/sheet2.xml" else (n, x))(b),
    refused=True,
)


def _shuffled(data: bytes, dice: random.Random) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        names = old.namelist()
        dice.shuffle(names)
        for name in names:
            new.writestr(name, old.read(name))
    return out.getvalue()


@kind("file: another workbook", scope="file")
def _other_book(draft: Draft, dice: random.Random) -> None:
    page = Page("集計表", {})
    for n in range(1, 8):
        page.put(n, 1, dice.choice(("市町村", "件数", "番号", "氏名")))
        page.put(n, 2, float(n))
    draft.pages, draft.refused = [page], True


@kind("file: the form's sheet deleted", scope="file", weight=0.5)
def _no_form(draft: Draft, dice: random.Random) -> None:
    if len(draft.pages) > 3:
        raise Skip  # a copy of it may be among the others
    draft.pages, draft.refused = [p for p in draft.pages if p is not draft.form], True


def _office(suffix: str) -> Callable[[bytes, random.Random], bytes]:
    def do(data: bytes, _: random.Random) -> bytes:
        office = shutil.which("soffice")
        if office is None:
            raise Skip
        with TemporaryDirectory() as folder:
            source = Path(folder) / "in" / "form.xlsx"
            source.parent.mkdir()
            source.write_bytes(data)
            subprocess.run(
                [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", suffix, "--outdir",
                 folder, str(source)], check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            return (Path(folder) / f"form.{suffix}").read_bytes()

    return do


_on_bytes("file: saved by LibreOffice", _office("xlsx"), harmless=True, weight=0.02)
_on_bytes("file: saved as .xls", _office("xls"), harmless=True, filename="回答.xls", weight=0.02)
