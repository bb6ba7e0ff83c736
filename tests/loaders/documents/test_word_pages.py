"""指標個票 laid out by LibreOffice: an indicator is exactly one page, whatever stands in it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from kpi.report.blocks import Note, Passage, Report
from loaders.documents.paper.word import sheets_docx
from tests.factory import LONG_NAME, RATE
from tests.paperkit import PARTED, WHOLE, blank_png, hard_report


def page_count(data: bytes, folder: Path) -> int:
    """The pages of the PDF that LibreOffice makes of it; the test is skipped where there is no LibreOffice Writer."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice (soffice) is not installed")
    (folder / "個票.docx").write_bytes(data)
    options = ["--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    command = [office, *options, "--outdir", str(folder), str(folder / "個票.docx")]
    told = subprocess.run(command, check=True, capture_output=True, timeout=180)
    if not (folder / "個票.pdf").exists() and b"source file could not be loaded" in told.stderr:
        Document(io.BytesIO(data))  # else it would be the file that cannot be read
        pytest.skip("LibreOffice Writer is not installed")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", (folder / "個票.pdf").read_bytes()))


def pictured(report: Report) -> bytes:
    return sheets_docx(report, {part.subject_id: blank_png() for part in report.parts_of("indicator")})


def test_every_indicator_is_one_page(tmp_path) -> None:
    assert page_count(pictured(hard_report()), tmp_path) == 7


@pytest.mark.campaign
def test_an_indicator_stays_on_its_page_with_texts_of_any_length(tmp_path) -> None:
    """With texts far beyond what the form takes, long notes, and an English word without end."""
    part = hard_report().part("indicator", RATE)

    def page(number: int, *passages: str, notes: int = 1):
        kept = tuple(block for block in part.blocks if not isinstance(block, Passage | Note))
        told = tuple(Passage("今後の対応", text) for text in passages)
        notes_ = tuple(Note(f"出典 {LONG_NAME * 2}") for _ in range(notes))
        return replace(part, subject_id=f"i{number}", title=f"{number} {LONG_NAME}", blocks=(*kept, *told, *notes_))

    pages = (
        page(1, WHOLE * 6, PARTED * 6, WHOLE * 6),
        page(2, *("改行\n" * 200, "短い。"), notes=9),
        page(3, "W" * 3000, "ABC DEF " * 400),
        page(4, *(["一行の文。"] * 12)),
        page(5),
    )
    assert page_count(pictured(replace(hard_report(), parts=pages)), tmp_path) == len(pages)
