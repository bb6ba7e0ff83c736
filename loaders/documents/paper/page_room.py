"""In which size 概要 and the list are one page each, reckoned: what people print by hand is measured by nobody."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.report.blocks import Block, Heading, Note, Part, Report, Sentence, Table
from loaders.documents.paper.text_room import POINT, lines_of

#: How much smaller 概要 and the list may be made so that each is one page; the last is still 7.5 pt.
ZOOMS = (1, 0.92, 0.85, 0.78, 0.72)
#: A longer list goes over several pages.
LIST_ROWS = 26
#: Millimetres between the margins; the title with the gap below it; what stands between two sections.
_ROOM = {"overview": (273.0, 186.0), "listing": (396.0, 273.0), "roadmap": (396.0, 273.0)}
_TITLE, _BETWEEN = 8.5, 2.0
#: Millimetres of edges and lines around the words of a cell, across and down; of a heading.
_ACROSS, _DOWN, _HEADING = 2.2, 1.2, 6.0
#: Points of the type of a table and of its lines, and millimetres of its lowest row.
_TABLES = {"overview": (9.5, 1.35, 0.0), "listing": (8.0, 1.25, 9.8), "roadmap": (8.0, 1.25, 0.0)}
_SENTENCE, _NOTE = 10.5, 8.0
#: The sections of 概要 that stand side by side share the width.
_HALF = 0.49


def zoom_for(report: Report) -> float:
    """The first size in which 概要, and a list that is not long, have room on one page each; else the last."""
    parts = [*report.parts_of("overview"), *(p for p in report.parts_of("listing") if rows_of(p) <= LIST_ROWS)]
    fitting = (zoom for zoom in ZOOMS if all(_fits(part, zoom) for part in parts))
    return next(fitting, ZOOMS[-1])


def zoom_of(part: Part, zoom: float) -> float:
    """The size of one part where 概要 and the list have ``zoom``: a ロードマップ is one page where that can be."""
    if part.kind in ("overview", "listing"):
        return zoom
    if part.kind != "roadmap":
        return 1
    return next((one for one in ZOOMS if _fits(part, one)), 1)


def overflows(report: Report) -> bool:
    """Whether 概要 may take more than one page in the smallest size, too."""
    return not all(_fits(part, ZOOMS[-1]) for part in report.parts_of("overview"))


def rows_of(part: Part) -> int:
    """The rows of its tables."""
    return sum(len(block.lines) for block in part.blocks if isinstance(block, Table))


def _fits(part: Part, zoom: float) -> bool:
    width, height = _ROOM[part.kind]
    return _height(part, width / zoom) <= height / zoom


def _height(part: Part, width: float) -> float:
    """Millimetres from the title to the notes. Of the sections of 概要 the first two and the fourth and fifth share."""
    sections = _sections(part)
    if part.kind != "overview":
        rows = [sum(_block(b, part, width) for b in section) for section in sections]
    else:
        tall = [[sum(_block(b, part, width * share) for b in s) for s in sections] for share in (_HALF, 1)]
        half, whole = tall
        rows = [max(half[:2]), *whole[2:3], max(half[3:5], default=0), *whole[5:]]
    return _TITLE + sum(rows) + _BETWEEN * len(rows) + _notes(part, width)


def _sections(part: Part) -> list[list[Block]]:
    found: list[list[Block]] = []
    for block in part.blocks:
        if isinstance(block, Heading) or not found:
            found.append([])
        found[-1].append(block)
    return found


def _block(block: Block, part: Part, width: float) -> float:
    match block:
        case Heading():
            return _HEADING
        case Sentence():
            return lines_of(f"○{block.text}", width - _SENTENCE * POINT, _SENTENCE) * _SENTENCE * POINT * 1.35 + 0.8
        case Table():
            return _table(block, width, *_TABLES[part.kind])
        case _:
            return 0.0


def _table(table: Table, width: float, size: float, leading: float, lowest: float) -> float:
    total = sum(column.width for column in table.columns)
    widths = [column.width * width / total - _ACROSS for column in table.columns]
    line = size * POINT * leading

    def lines(text: str, room: float) -> int:
        # Without the sign to spare that a line of a narrow cell seldom needs: it would take every second line for two.
        return lines_of(text, room + size * POINT, size)

    def row(words: Sequence[str]) -> float:
        return max(lines(text, room) for text, room in zip(words, widths, strict=True)) * line + _DOWN

    found = row([column.heading for column in table.columns])
    for one in table.lines:
        found += line + _DOWN if one.band else max(lowest, row([cell.printed for cell in one.cells]))
    return found


def _notes(part: Part, width: float) -> float:
    """The notes: of 概要 in one piece, of the list one below another."""
    texts = [block.text for block in part.blocks if isinstance(block, Note)]
    told = ["　　".join(texts)] if part.kind == "overview" else texts
    return sum(lines_of(text, width, _NOTE) for text in told) * _NOTE * POINT * 1.35
