"""What every Word document is made of: clean runs, the East Asian face, fields, shaded cells, its own description."""

from __future__ import annotations

import re
from datetime import date, datetime

from docx.document import Document as Paper
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.styles.style import ParagraphStyle
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from loaders.text.characters import cell_text

_CONTROL = re.compile(r"[\x7f-\x9f]")


def clean(text: str) -> str:
    """A text as a document can hold it, without signs of control."""
    return _CONTROL.sub("", cell_text(text))


def write(place: Paragraph, text: str, *, size: float, face: str = "", bold: bool | None = None) -> Run:
    """A run of a text in points; ``face`` where it is another than the document's."""
    run = place.add_run(clean(text))
    run.font.size, run.font.bold = Pt(size), bold
    if face:
        set_face(run, face)
    return run


def set_face(target: Run | ParagraphStyle, face: str) -> None:
    """The face of a run or a style, its East Asian one too, which the library leaves alone."""
    target.font.name = face
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)
    for script in ("ascii", "hAnsi", "eastAsia"):  # a theme's face would stand in its way
        fonts.attrib.pop(qn(f"w:{script}Theme"), None)


def write_field(place: Paragraph, name: str, *, size: float, face: str = "") -> None:
    """A field that whoever opens the document fills in: ``PAGE``, ``NUMPAGES``."""
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        run = write(place, "", size=size, face=face)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def shade(cell: _Cell, fill: str) -> None:
    """Colour behind a cell, as six hexadecimal digits."""
    append(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=fill)


def keep_whole(row: _Row, *, repeats: bool) -> None:
    """A row is not broken over pages, and a heading stands on each."""
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if repeats else ())):
        append(properties, name)


def append(parent: BaseOxmlElement, name: str, **attributes: str) -> BaseOxmlElement:
    """A new element at the end of another, with attributes of Word's own namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def describe(paper: Paper, title: str, author: str, day: date) -> None:
    """What the document says of itself; its moment is the day, not that of saving."""
    told = paper.core_properties
    told.title, told.author = clean(title)[:250], clean(author)[:250]
    told.comments, told.last_modified_by, told.language = "", "", "ja-JP"
    told.created = told.modified = datetime(day.year, day.month, day.day)
    told.revision = 1
