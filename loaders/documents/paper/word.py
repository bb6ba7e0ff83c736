"""指標個票 as a Word document that the office goes on editing: a page of A4 for each indicator."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from kpi.report.blocks import Report
from loaders.documents.packing import repacked
from loaders.documents.paper.sheet_page import BOTTOM, HEIGHT, SIDE, TOP, WIDTH, write_sheet
from loaders.documents.paper.sheet_tables import boxed
from loaders.documents.paper.text_room import fitting_size
from loaders.documents.paper.typeface import FACE
from loaders.documents.word_parts import describe, set_face, write, write_field


def sheets_docx(report: Report, pictures: Mapping[str, bytes]) -> bytes:
    """A page for each indicator that has one in the report; the same report and pictures give the same bytes.

    ``pictures`` are PNGs of the charts by indicator; where one is lacking the chart's words stand in its place.
    """
    paper = Document()
    set_up(paper)
    write_edges(paper, report)
    for place, part in enumerate(report.parts_of("indicator")):
        write_sheet(paper, part, pictures.get(part.subject_id), first=place == 0)
    describe(paper, f"{report.plan_name} {report.round_name} 指標個票", report.plan_name, report.as_of)
    out = BytesIO()
    paper.save(out)
    return repacked(out.getvalue(), report.as_of)


def set_up(paper: Paper) -> None:
    """A4, its margins, the face of every style that is used, and the language."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(HEIGHT)
    section.left_margin = section.right_margin = Mm(SIDE)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.header_distance, section.footer_distance = Mm(8), Mm(7)
    for name in ("Normal", "Header", "Footer", "Heading 1", "Heading 2"):
        set_face(paper.styles[name], FACE)
    # Lines are broken and letters chosen by the rules of the language, which the library's own page says is English.
    for language in paper.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "ja-JP")
        language.set(qn("w:eastAsia"), "ja-JP")


def write_edges(paper: Paper, report: Report) -> None:
    """取扱区分 and 版 above each page, 時点 and its number below."""
    head, foot = paper.sections[0].header.paragraphs[0], paper.sections[0].footer.paragraphs[0]
    for place in (head, foot):
        _both_ends(place)
    boxed(write(head, f" {report.handling} ", size=9, face=FACE, bold=True))
    told = f"{report.plan_name}　{report.round_name}　{report.version}"
    write(head, f"\t{told}", size=fitting_size(told, WIDTH - 50, (9, 8, 7, 6)), face=FACE)
    write(foot, f"{report.state_words}\t", size=9, face=FACE)
    write_field(foot, "PAGE", size=9, face=FACE)
    write(foot, "/", size=9, face=FACE)
    write_field(foot, "NUMPAGES", size=9, face=FACE)


def _both_ends(place: Paragraph) -> None:
    """A line with words at both ends of the page, in place of the library's stops for three."""
    stops = place.paragraph_format.tab_stops
    for inherited in place.style.paragraph_format.tab_stops if place.style is not None else ():
        stops.add_tab_stop(inherited.position, WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
