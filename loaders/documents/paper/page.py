"""The paper as one page of HTML that prints itself: every part on its own sheet, nothing fetched from anywhere."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kpi.report.blocks import Block, Cell, Chart, Column, Heading, Line, Note, Part, PartKind, Report, Table
from loaders.documents.paper.page_room import zoom_of

#: Width and height in millimetres.
_SHEETS = {"A3横": (420, 297), "A4横": (297, 210), "A4縦": (210, 297)}


@dataclass(frozen=True)
class _Block:
    kind: str
    told: Block
    picture: str = ""


@dataclass(frozen=True)
class _Section:
    heading: str
    blocks: tuple[_Block, ...]


@dataclass(frozen=True)
class _Part:
    kind: PartKind
    title: str
    label: str
    exchanged: bool
    zoom: float
    sections: tuple[_Section, ...]


def report_html(
    report: Report, kinds: Collection[PartKind], pictures: Mapping[str, bytes], *, zoom: float = 1
) -> bytes:
    """The parts of some kinds as HTML in UTF-8; ``pictures`` are the charts as PNG, by indicator.

    ``zoom`` makes 概要 and the list smaller, where they shall be one page each and are not.
    """
    parts = [part for part in report.parts if part.kind in kinds]
    told = _template.render(
        title=f"{report.plan_name} {report.round_name}",
        report=report,
        parts=[_drawn(part, zoom, pictures) for part in parts],
        style=_style,
        pages=Markup("\n".join(_page(n, part, report) for n, part in enumerate(parts, start=1))),
    )
    return told.encode()


def _drawn(part: Part, zoom: float, pictures: Mapping[str, bytes]) -> _Part:
    sections = tuple(_sections(part, pictures))
    return _Part(part.kind, part.title, part.label, bool(part.exchanged), zoom_of(part, zoom), sections)


def _sections(part: Part, pictures: Mapping[str, bytes]) -> Iterator[_Section]:
    """The blocks under their headings; notes stand apart at the end."""
    heading, blocks = "", list[_Block]()
    for block in part.blocks:
        if isinstance(block, Heading):
            if blocks or heading:
                yield _Section(heading, tuple(blocks))
            heading, blocks = block.text, []
        elif not isinstance(block, Note):
            blocks.append(_Block(type(block).__name__, block, _picture(block, pictures)))
    yield _Section(heading, tuple(blocks))
    yield _Section("", tuple(_Block("Note", block) for block in part.blocks if isinstance(block, Note)))


def _picture(block: Block, pictures: Mapping[str, bytes]) -> str:
    drawn = pictures.get(block.indicator_id) if isinstance(block, Chart) else None
    return f"data:image/png;base64,{b64encode(drawn).decode()}" if drawn else ""


def _page(number: int, part: Part, report: Report) -> str:
    """Size, head and foot of the sheets of one part."""
    width, height = _SHEETS[part.sheet]
    corners = {
        "top-left": _css(report.handling),
        "top-right": _css(f"{part.label}　{report.version}"),
        "bottom-left": _css(f"{report.heading}　{report.state_words}"),
        "bottom-right": 'counter(page) "/" counter(pages)',
    }
    boxes = "".join(f"@{place}{{content:{text};font-size:9pt}}" for place, text in corners.items())
    return f"@page p{number}{{size:{width}mm {height}mm;margin:13mm 12mm 11mm;{boxes}}}"


def _css(text: str) -> str:
    """A string of a style sheet: whatever is no letter or digit is written by its number."""
    return '"' + re.sub(r"[^\w]", lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'


def _pairs(line: Line, table: Table) -> Iterator[tuple[Cell, Column]]:
    return zip(line.cells, table.columns, strict=True)


def _total(table: Table) -> float:
    return sum(column.width for column in table.columns)


_loaded = Environment(
    loader=PackageLoader("loaders.documents.paper"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_loaded.globals |= {"pairs": _pairs, "total": _total}
_style = Markup(_loaded.get_template("paper.css").render())
_template = _loaded.get_template("paper.html")
