"""The page of one indicator in Word: head, judgement, years, chart, the department's words, foot.

The heights of head, tables and chart are exact; the words have what is left, in the largest type in which they have
room. Their rows may grow by a line that a program breaks otherwise: there is room for it, and no word is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from kpi.report.blocks import Chart, Heading, Note, Part, Passage, Table
from loaders.documents.paper.sheet_room import Setting, heights, label, setting_for, with_room
from loaders.documents.paper.sheet_tables import (
    boxed,
    exact_lines,
    framed,
    growing_row,
    height_of_table,
    write_table,
)
from loaders.documents.paper.text_room import fitting_size, lines_of, shortened
from loaders.documents.paper.typeface import FACE
from loaders.documents.word_parts import clean, write

#: Millimetres of A4, its margins, and what is between them.
HEIGHT, SIDE, TOP, BOTTOM = 297.0, 18.0, 17.0, 15.0
WIDTH = 210 - 2 * SIDE
_CHART, _LINE_ABOVE, _TITLE_LINE, _AROUND_TITLE, _NOTE_LINE, _BETWEEN = 60.0, 6.5, 6.4, 1.2, 3.8, 1.8
#: What programs that lay out a page may differ by.
_SPARE = 2.5
_INSIDE = WIDTH - 5
_TITLE_SIZES, _NOTE_SIZE, _MOST_NOTES = (13, 12, 11, 10), 8.0, 4
_INK = RGBColor(0x16, 0x18, 0x1D)


def write_sheet(paper: Paper, part: Part, picture: bytes | None, *, first: bool) -> None:
    """The page of a part, begun anew except for the ``first``; ``picture`` is its chart, 174 mm to 60 mm."""
    tables = [block for block in part.blocks if isinstance(block, Table)]
    chart = next((block for block in part.blocks if isinstance(block, Chart)), None)
    size = fitting_size(part.title, WIDTH, _TITLE_SIZES, lines=2)
    title, notes = shortened(part.title, WIDTH, size, 2), _notes(part)
    _line_above(paper, part, first=first)
    heading = _lines(paper, _TITLE_LINE, style="Heading 1")
    write(heading, title, size=size, face=FACE, bold=True).font.color.rgb = _INK
    for table in tables:
        write_table(paper, table)
        _lines(paper, _BETWEEN)
    heading.paragraph_format.space_before = heading.paragraph_format.space_after = Mm(_AROUND_TITLE)
    taken = _LINE_ABOVE + 2 * _AROUND_TITLE + _TITLE_LINE * lines_of(title, WIDTH, size)
    taken += sum(height_of_table(table) + _BETWEEN for table in tables)
    taken += _NOTE_LINE * _note_lines(notes) + _BETWEEN + _SPARE
    passages = [*_in_words(chart, picture), *(block for block in part.blocks if isinstance(block, Passage))]
    _below(paper, passages, chart, picture, HEIGHT - TOP - BOTTOM - taken)
    _lines(paper, _BETWEEN)
    for note in notes:
        write(_lines(paper, _NOTE_LINE), note, size=_NOTE_SIZE, face=FACE)


def _line_above(paper: Paper, part: Part, *, first: bool) -> None:
    """Where the indicator belongs and who answers for it; at the other end the number of its page, 差替 before it."""
    place = _lines(paper, _LINE_ABOVE)
    place.paragraph_format.page_break_before = not first
    place.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    told = next((block.text for block in part.blocks if isinstance(block, Heading)), "")
    room = WIDTH - (80 if part.exchanged else 30)
    size = fitting_size(told, room, (9.5, 9, 8, 7))
    write(place, f"{shortened(told, room, size, 1)}\t", size=size, face=FACE)
    boxed(write(place, f" {part.label} ", size=10.5, face=FACE, bold=True))


def _in_words(chart: Chart | None, picture: bytes | None) -> list[Passage]:
    """What stands in a chart's place where there is none."""
    if chart is None:
        return [Passage("図", "現状値・目標・実績がまだないため、ありません。")]
    return [] if picture else [Passage("図", f"図を作れなかったため、言葉で示します。{chart.story.words}")]


def _below(paper: Paper, passages: Sequence[Passage], chart: Chart | None, picture: bytes | None, room: float) -> None:
    """The chart and the words in the rest of the page."""
    drawn = _CHART + _BETWEEN if chart and picture else 0.0
    setting = setting_for(passages, _INSIDE, room, drawn)
    if chart and picture:
        _draw(paper, chart, picture, setting)
    room -= drawn * setting.chart
    told = with_room(passages, _INSIDE, room, setting)
    grid = framed(paper, [WIDTH], "指標の意味、要因、今後の対応", rows=len(told))
    for row, passage, height in zip(grid.rows, told, heights(told, _INSIDE, room, setting), strict=True):
        growing_row(row, height)
        place = exact_lines(row.cells[0].paragraphs[0], setting.line)
        write(place, label(passage), size=setting.size, face=FACE, bold=True)
        write(place, passage.text, size=setting.size, face=FACE)


def _draw(paper: Paper, chart: Chart, picture: bytes, setting: Setting) -> None:
    place = paper.add_paragraph()
    shape = place.paragraph_format
    shape.space_before, shape.space_after, place.alignment = Pt(0), Mm(_BETWEEN * setting.chart - 1), ALIGN.CENTER
    shape.line_spacing_rule = WD_LINE_SPACING.SINGLE  # a line of an exact height would cut the picture off
    run = write(place, "", size=1, face=FACE)
    drawn = run.add_picture(BytesIO(picture), height=Mm(_CHART * setting.chart))
    for side in ("distT", "distB", "distL", "distR"):
        drawn._inline.set(side, "0")  # where nothing is said, LibreOffice moves the picture by 3 mm
    told = drawn._inline.docPr
    told.set("name", clean(f"図 {chart.story.name}"))
    told.set("descr", clean(chart.story.words))


def _notes(part: Part) -> list[str]:
    """What stands at the foot, as far as it may grow."""
    found: list[str] = []
    for block in part.blocks:
        left = _MOST_NOTES - _note_lines(found)
        if isinstance(block, Note) and left:
            found.append(shortened(block.text, WIDTH, _NOTE_SIZE, left))
    return found


def _note_lines(notes: Sequence[str]) -> int:
    return sum(lines_of(note, WIDTH, _NOTE_SIZE) for note in notes)


def _lines(paper: Paper, line: float, style: str | None = None) -> Paragraph:
    return exact_lines(paper.add_paragraph(style=style), line)
