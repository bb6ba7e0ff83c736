"""Prints a page of HTML as PDF with the Chromium that the server may have: a child without network, watched.

Chromium keeps its own sandbox: as root it is started as the user who owns nothing. It is ended where it takes longer or
more memory than a paper of hundreds of pages does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SECONDS, MEGABYTES = 60.0, 1024
#: Names under which a Chromium stands on the path; the one without windows starts quicker.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_OPTIONS = (
    "--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip
#: Who owns nothing.
_NOBODY = 65534


class NoPrint(Exception):
    """Nothing could be printed; the text says why and what to do."""


_BY_HAND = "「印刷用ページ」を受け取ってブラウザで開き、印刷で「PDFに保存」を選んでください。"


def chromium() -> str:
    """The Chromium of ``KPI_CHROMIUM`` or of the path; empty where there is none."""
    named = os.environ.get("KPI_CHROMIUM", "").strip()
    if named:
        return named if os.access(named, os.X_OK) else ""
    return next((found for name in _NAMES if (found := shutil.which(name))), "")


def print_pdf(page: bytes) -> bytes:
    """A page of HTML as PDF. NoPrint where there is no Chromium, or where it fails or takes too much."""
    program = chromium()
    if not program:
        raise NoPrint(f"このサーバーにはPDFを作るプログラム(Chromium)がありません。{_BY_HAND}")
    with tempfile.TemporaryDirectory(prefix="kpi-print-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "page.html").write_bytes(page)
        _own(folder)
        _run(program, folder)
        printed = folder / "page.pdf"
        if not printed.is_file() or not printed.stat().st_size:
            raise NoPrint(f"PDFを作れませんでした。{_BY_HAND}")
        return printed.read_bytes()


def page_widths(printed: bytes) -> list[float]:
    """The width of each page of a PDF that Chromium has printed, in points."""
    return [float(found) for found in re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ", printed)]


def _own(folder: Path) -> None:
    """Give the folder to who prints."""
    if _is_root():
        for path in (folder, *folder.iterdir()):
            os.chown(path, _NOBODY, _NOBODY)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _run(program: str, folder: Path) -> None:
    who = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() else {}
    kept = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    command = [program, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'page.pdf'}"]
    try:
        child = subprocess.Popen(
            [*command, (folder / "page.html").as_uri()],
            cwd=folder, env=kept, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, **who,
        )  # type: ignore[call-overload]  # fmt: skip
    except OSError as error:
        raise NoPrint(f"PDFを作るプログラム(Chromium)を始められませんでした。{_BY_HAND}") from error
    _watch(child)


def _watch(child: subprocess.Popen[bytes]) -> None:
    """Wait for the child; it is ended with all its own where it takes too long or too much."""
    until = time.monotonic() + SECONDS
    try:
        while child.poll() is None:
            if time.monotonic() > until:
                raise NoPrint(f"PDFを作るのに時間がかかりすぎたため、やめました。{_BY_HAND}")
            if _resident(child.pid) > MEGABYTES:
                raise NoPrint(f"PDFを作るのにメモリを使いすぎたため、やめました。{_BY_HAND}")
            time.sleep(0.05)
    finally:
        _end(child)
    if child.returncode:
        raise NoPrint(f"PDFを作れませんでした。{_BY_HAND}")


def _end(child: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, 9)
    child.kill()
    child.wait()


def _resident(group: int) -> float:
    """Megabytes of memory that the processes of a session hold; 0 where the system does not tell."""
    pages = sum(_pages(Path(entry.path)) for entry in _processes() if _session(Path(entry.path)) == group)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 if pages else 0.0


def _processes() -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir("/proc") as found:
            yield from (entry for entry in found if entry.name.isdigit())
    except OSError:
        return


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, ValueError, IndexError):
        return 0


def _pages(process: Path) -> int:
    """Its pages that are not shared with others: Chromium's processes are many, and share most."""
    try:
        _, resident, shared, *_ = (process / "statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return int(resident) - int(shared)
