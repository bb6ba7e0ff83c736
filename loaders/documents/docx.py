"""Draws a letter as a Word document: A4, in the shape of a 事務連絡, in fonts that every office machine has."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from kpi.collection.letters import Item, Letter
from loaders.documents.packing import repacked
from loaders.documents.word_parts import describe, keep_whole, set_face, shade, write, write_field

MINCHO, GOTHIC = "ＭＳ 明朝", "ＭＳ ゴシック"
SIZE = 11.0  # points, and so the width of one full-width sign
TEXT_WIDTH = 160.0  # millimetres between the margins
#: Columns narrower than their share, by heading, in millimetres.
_NARROW = {"番号": 14.0, "指標数": 16.0, "課": 34.0, "部局": 40.0, "欄(セル)": 36.0}


def letter_docx(letter: Letter) -> bytes:
    """The letter's .docx; the same letter gives the same bytes."""
    paper = Document()
    _page(paper, letter)
    for text in (letter.number or "事　務　連　絡", letter.dated):
        _line(paper, text, align=ALIGN.RIGHT, after=0)
    _line(paper, letter.to, left=1, before=6, after=6)
    _line(paper, letter.sender, align=ALIGN.RIGHT, right=1, after=10)
    _line(paper, _broken(letter.subject), align=ALIGN.CENTER, left=2, right=2, after=10, gothic=True, size=12)
    for text in letter.body:
        _line(paper, text, first=1, after=0)
    _line(paper, "記", align=ALIGN.CENTER, before=8, after=4)
    for number, item in enumerate(letter.items, start=1):
        _item(paper, number, item)
    # Neither these nor whom to ask stand alone on a page of their own.
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    _line(paper, "以上", align=ALIGN.RIGHT, before=2, after=4, keep=True)
    _contact(paper, letter)
    out = BytesIO()
    paper.save(out)
    return repacked(out.getvalue(), letter.day)


def _page(paper: Paper, letter: Letter) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - TEXT_WIDTH) / 2)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.footer_distance = Mm(10)
    normal = paper.styles["Normal"]
    normal.font.size = Pt(SIZE)
    set_face(normal, MINCHO)
    foot = section.footer.paragraphs[0]
    foot.alignment = ALIGN.CENTER
    write_field(foot, "PAGE", size=9)
    describe(paper, letter.subject, letter.author, letter.day)


def _line(
    paper: Paper,
    text: str,
    *,
    align: ALIGN | None = None,
    left: float = 0,
    right: float = 0,
    first: float = 0,
    before: float = 0,
    after: float = 2,
    gothic: bool = False,
    size: float = SIZE,
    keep: bool = False,
) -> Paragraph:
    """One paragraph; indents are counted in full-width signs."""
    made = paper.add_paragraph()
    shape = made.paragraph_format
    shape.alignment = align
    shape.left_indent, shape.right_indent, shape.first_line_indent = Pt(left * SIZE), Pt(right * SIZE), Pt(first * SIZE)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.1
    shape.keep_with_next = keep
    write(made, text, size=size, face=GOTHIC if gothic else "")
    return made


def _broken(subject: str) -> str:
    """A subject too long for one line breaks before its last bracket, 「(照会)」, and not within a word."""
    at = subject.rfind("(")
    room = (TEXT_WIDTH / 25.4 * 72 - 4 * SIZE) / 12
    return subject if len(subject) <= room or at < 1 else f"{subject[:at]}\n{subject[at:]}"


def _item(paper: Paper, number: int, item: Item) -> None:
    sign = chr(0xFF10 + number) if number < 10 else str(number)
    _line(paper, f"{sign}　{item.heading}", before=4, after=1, gothic=True, keep=True)
    for place, text in enumerate(item.lines, start=1):
        if len(item.lines) > 1:
            _line(paper, f"({place})　{text}", left=4, first=-2.5, after=0)
        else:
            _line(paper, text, left=1, first=1, after=0, keep=bool(item.table))
    if item.table:
        _table(paper, item.table)


def _table(paper: Paper, rows: tuple[tuple[str, ...], ...]) -> None:
    heading = rows[0]
    table = paper.add_table(rows=0, cols=len(heading))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    widths = _widths(heading)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, row in enumerate(rows):
        made = table.add_row()
        keep_whole(made, repeats=number == 0)
        for cell, text, width, title in zip(made.cells, row, widths, heading, strict=True):
            cell.width = Mm(width)
            _fill(cell, text, head=number == 0, centred=title in ("番号", "指標数"))
    gap = paper.add_paragraph()
    gap.paragraph_format.space_after, gap.paragraph_format.line_spacing = Pt(0), Pt(5)


def _widths(heading: tuple[str, ...]) -> list[float]:
    room = TEXT_WIDTH - 8
    free = [h for h in heading if h not in _NARROW]
    taken = sum(_NARROW.get(h, 0.0) for h in heading)
    return [_NARROW.get(h, (room - taken) / max(1, len(free))) for h in heading]


def _fill(cell: _Cell, text: str, *, head: bool, centred: bool) -> None:
    place = cell.paragraphs[0]
    place.paragraph_format.space_before = place.paragraph_format.space_after = Pt(1)
    place.alignment = ALIGN.CENTER if head or centred else ALIGN.LEFT
    write(place, text, size=9.5, face=GOTHIC if head else "")
    if head:
        shade(cell, "EEF1F5")


def _contact(paper: Paper, letter: Letter) -> None:
    _line(paper, "担当　" + "　".join(letter.contact), align=ALIGN.RIGHT, after=0, size=10)
