"""The files of two papers held against each other: 新旧対照表, 正誤表, the pages of 差替え."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from kpi.report.blocks import PartKind, Report
from kpi.report.comparison_table import Compared, comparison, errata, exchange
from loaders.documents.paper.page import report_html
from loaders.documents.paper.page_room import ZOOMS, zoom_for
from loaders.documents.paper.paper_files import DOCX, XLSX, Drawn, Format, file_name, on_one_page_each
from loaders.documents.paper.pdf import print_pdf
from loaders.documents.paper.word import sheets_docx
from loaders.documents.paper.workbook import report_xlsx


@dataclass(frozen=True)
class Document:
    """One of the three: what a person calls it, what makes it of two papers, and its files by format.

    ``holds`` are the kinds of parts that a format prints, where it does not print all.
    """

    word: str
    make: Callable[[Compared], Report]
    formats: Mapping[str, Format]
    holds: Mapping[str, frozenset[PartKind]]


def _html(drawn: Drawn, zoom: float = 0) -> bytes:
    """All parts; without a zoom that was measured in one that is reckoned."""
    report = drawn.report
    kinds = tuple({part.kind for part in report.parts})
    return report_html(report, kinds, drawn.pictures, zoom=zoom or zoom_for(report))


def _pdf(drawn: Drawn) -> bytes:
    """All parts; 概要 and a list that is not long on one page each, in smaller letters as long as they are not."""
    zoom, report = 1.0, drawn.report
    first = replace(report, parts=report.parts_of("overview") + report.parts_of("listing"))
    for zoom in ZOOMS if first.parts else ():
        if on_one_page_each(first, print_pdf(report_html(first, ("overview", "listing"), {}, zoom=zoom))):
            break
    return print_pdf(_html(drawn, zoom))


def _formats(word: str, *names: str) -> Mapping[str, Format]:
    made = {
        "html": Format(f"{word}(印刷用)", word, "html", "text/html", _html),
        "pdf": Format(f"{word}(PDF)", word, "pdf", "application/pdf", _pdf, printed=True),
        "xlsx": Format(f"{word}(Excel)", word, "xlsx", XLSX, lambda d: report_xlsx(d.report)),
        "docx": Format(f"{word}(指標個票のWord)", word, "docx", DOCX, lambda d: sheets_docx(d.report, d.pictures)),
    }
    return {name: made[name] for name in names}


_TABLES = ("html", "pdf", "xlsx")
_SHEETS: frozenset[PartKind] = frozenset({"indicator"})
_LISTS: frozenset[PartKind] = frozenset({"overview", "listing", "field", "initiatives", "roadmap", "review"})
#: By the names that stand in the address of a button.
DOCUMENTS: Mapping[str, Document] = {
    "comparison": Document("新旧対照表", comparison, _formats("新旧対照表", *_TABLES), {}),
    "errata": Document("正誤表", errata, _formats("正誤表", *_TABLES), {}),
    "exchange": Document(
        "差替えのページ", exchange, _formats("差替え", *_TABLES, "docx"), {"docx": _SHEETS, "xlsx": _LISTS}
    ),
}


def files(told: Compared, document: Document) -> Iterator[tuple[str, Format, str, Callable[[], bytes]]]:
    """The files that there is something for: the format's name and itself, the file's name, and what makes its bytes.

    A maker raises one of :data:`loaders.documents.paper.paper_files.NOT_MADE`.
    """
    report = document.make(told)
    drawn, kinds = Drawn.of(report), {part.kind for part in report.parts}
    for name, form in document.formats.items():
        if kinds & document.holds.get(name, frozenset(kinds)):
            yield name, form, file_name(report, form), lambda form=form: form.make(drawn)  # type: ignore[misc]
