"""想定問答 as a Word document that the secretariat goes on editing: A4, 部内限 on every page."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from kpi.report.blocks import Block, Heading, Note, Part, Passage, QuestionAnswer, Report, Table
from loaders.documents.packing import repacked
from loaders.documents.paper.sheet_tables import boxed, framed
from loaders.documents.paper.typeface import FACE
from loaders.documents.paper.word import set_up, write_edges
from loaders.documents.word_parts import append, describe, keep_whole, shade, write

_INK, _RED, _GREY, _BAND = RGBColor(0x16, 0x18, 0x1D), RGBColor(0xB3, 0x26, 0x1E), RGBColor(0x4B, 0x52, 0x5E), "E7EBF3"
_TEXT, _SMALL = 10.5, 9.0
#: Millimetres by which the words of a question and its answer stand in from their sign.
_HANG = 13.0
#: What of a paragraph has to stand after its border and its colour.
_AFTER_BORDER = ("w:tabs", "w:spacing", "w:ind", "w:jc")


def questions_docx(report: Report) -> bytes:
    """All parts of 想定問答, those of what has no answer first; the same report gives the same bytes."""
    paper = Document()
    set_up(paper)
    write_edges(paper, report)
    _title(paper, report)
    for place, part in enumerate(report.parts):
        _write_part(paper, part, anew=place == 1)
    describe(paper, f"{report.plan_name} {report.round_name} 想定問答", report.plan_name, report.as_of)
    out = BytesIO()
    paper.save(out)
    return repacked(out.getvalue(), report.as_of)


def _title(paper: Paper, report: Report) -> None:
    place = _line(paper, after=1)
    write(place, "想定問答　", size=16, face=FACE, bold=True).font.color.rgb = _INK
    boxed(write(place, f" {report.handling} ", size=_TEXT, face=FACE, bold=True))
    write(_line(paper), f"{report.heading}　{report.round_name}", size=_TEXT, face=FACE)


def _write_part(paper: Paper, part: Part, *, anew: bool) -> None:
    """A part under its title; ``anew``: on a new page."""
    head = _line(paper, style="Heading 1", before=0 if anew else 12, after=4, keep=True)
    head.paragraph_format.page_break_before = anew
    write(head, part.title, size=13, face=FACE, bold=True).font.color.rgb = _INK
    properties = head._p.get_or_add_pPr()
    border = append(properties, "w:pBdr")
    append(border, "w:bottom", val="single", sz="8", space="1", color="16181D")
    properties.insert_element_before(border, *_AFTER_BORDER)
    for block in part.blocks:
        _write(paper, block)


def _write(paper: Paper, block: Block) -> None:
    match block:
        case Heading():
            _heading(paper, block.text)
        case QuestionAnswer():
            _exchange(paper, block)
        case Table():
            _table(paper, block)
        case Passage():
            place = _line(paper, after=1, keep=True)
            write(place, f"{block.label}　", size=_SMALL, face=FACE, bold=True)
            write(place, block.text, size=_SMALL, face=FACE).font.color.rgb = _GREY
        case Note():
            write(_line(paper, after=4), block.text, size=_TEXT, face=FACE)


def _heading(paper: Paper, text: str) -> None:
    place = _line(paper, style="Heading 2", before=10, after=3, keep=True)
    write(place, text, size=11.5, face=FACE, bold=True).font.color.rgb = _INK
    properties = place._p.get_or_add_pPr()
    band = append(properties, "w:shd", val="clear", color="auto", fill=_BAND)
    properties.insert_element_before(band, *_AFTER_BORDER)


def _exchange(paper: Paper, told: QuestionAnswer) -> None:
    """A question and its answer: a line of the answer at least stands under the question on its page."""
    asked = _hanging(paper, before=4, keep=True)
    write(asked, f"問{told.number}\t{told.question}", size=_TEXT, face=FACE, bold=True)
    answer = _hanging(paper, before=0)
    write(answer, "答\t", size=_TEXT, face=FACE)
    write(answer, told.answer.text, size=_TEXT, face=FACE, bold=told.open or None)
    if told.answer.edited:
        write(answer, f"〔{told.answer.who}が書いた答え〕", size=_SMALL, face=FACE).font.color.rgb = _GREY
    if told.answer.outdated:
        words = "〔要確認: 書いたあとで、もとの値が変わりました〕"
        write(answer, words, size=_SMALL, face=FACE, bold=True).font.color.rgb = _RED


def _table(paper: Paper, table: Table) -> None:
    """A table whose rows are as high as their words, with its heading row on every page."""
    grid = framed(paper, [column.width for column in table.columns], table.caption)
    rows = [[column.heading for column in table.columns], *([c.printed for c in line.cells] for line in table.lines)]
    for number, told in enumerate(rows):
        row = grid.rows[0] if number == 0 else grid.add_row()  # type: ignore[no-untyped-call]
        keep_whole(row, repeats=number == 0)
        for cell, text, column in zip(row.cells, told, table.columns, strict=True):
            cell.width = Mm(column.width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            place = cell.paragraphs[0]
            shape = place.paragraph_format
            shape.space_before = shape.space_after = Pt(1.5)
            place.alignment = ALIGN.CENTER if number == 0 or column.align == "center" else ALIGN.LEFT
            write(place, text, size=_SMALL, face=FACE, bold=number == 0 or None)
            if number == 0:
                shade(cell, _BAND)


def _hanging(paper: Paper, *, before: float, keep: bool = False) -> Paragraph:
    place = _line(paper, before=before, after=2, keep=keep)
    shape = place.paragraph_format
    shape.left_indent, shape.first_line_indent = Mm(_HANG), Mm(-_HANG)
    shape.tab_stops.add_tab_stop(Mm(_HANG))
    return place


def _line(
    paper: Paper, *, style: str | None = None, before: float = 0, after: float = 0, keep: bool = False
) -> Paragraph:
    place = paper.add_paragraph(style=style)
    shape = place.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.15
    shape.keep_with_next = keep
    return place
