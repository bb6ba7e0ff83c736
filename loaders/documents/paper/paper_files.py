"""The files of a paper: what each is called, and what makes it of the one report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from kpi.plan import Plan
from kpi.report.blocks import PartKind, Report, Table
from loaders.documents.packing import file_part
from loaders.documents.paper.page import report_html
from loaders.documents.paper.page_room import LIST_ROWS, ZOOMS, rows_of, zoom_for
from loaders.documents.paper.pdf import NoPrint, page_widths, print_pdf
from loaders.documents.paper.question_paper import questions_docx
from loaders.documents.paper.word import sheets_docx
from loaders.documents.paper.workbook import report_xlsx
from loaders.documents.pictures.chart_pictures import NotDrawn
from loaders.documents.pictures.report_pictures import report_pictures
from loaders.documents.table_files import to_csv

_LIST: tuple[PartKind, ...] = ("overview", "listing", "field", "initiatives", "roadmap", "review")
#: Width of A3 across, in points.
_A3 = 420 / 25.4 * 72
_SHEETS: tuple[PartKind, ...] = ("indicator",)


#: Why a file could not be made; the text says so and what to do.
NOT_MADE = (NoPrint, NotDrawn)


@dataclass(frozen=True)
class Drawn:
    """A report with the pictures of its charts: both are made once for all files, when the first asks for them."""

    made: Callable[[], Report]

    @classmethod
    def of(cls, report: Report) -> Drawn:
        """Of a report that is there."""
        return cls(lambda: report)

    @cached_property
    def report(self) -> Report:
        """The report."""
        return self.made()

    @cached_property
    def pictures(self) -> Mapping[str, bytes]:
        """A PNG of each indicator's chart, by its id."""
        return report_pictures(self.report)


@dataclass(frozen=True)
class Format:
    """One file: what a person calls it, the beginning of its name, its ending and type, and its maker.

    ``{list}`` in a stem is what 資料1 is called. ``of_indicators`` is one that no plan of initiatives alone has,
    ``printed`` one that needs a Chromium on the server, ``internal`` one whose name says 部内限 in place of the
    version. A maker raises one of :data:`NOT_MADE`.
    """

    word: str
    stem: str
    suffix: str
    mime: str
    make: Callable[[Drawn], bytes]
    printed: bool = False
    internal: bool = False
    of_indicators: bool = False


def _csv(drawn: Drawn) -> bytes:
    """The list with the field of each row in a column; figures are numbers, not cut texts."""
    part = drawn.report.part("listing" if drawn.report.has_indicators else "initiatives")
    (table,) = (b for b in part.blocks if isinstance(b, Table))
    headings = _apart([column.heading for column in table.columns])
    rows, field = [], ""
    for line in table.lines:
        if line.band:
            field = line.band.partition("　")[0]
        else:
            rows.append([field, *(c.figure if c.figure is not None else c.text for c in line.cells)])
    return to_csv(pd.DataFrame(rows, columns=["分野", *headings], dtype=object))


def _apart(headings: list[str]) -> list[str]:
    """Headings that stand for themselves: 時点 behind a value becomes 今回の時点."""
    return [f"{headings[n - 1]}の{h}" if h == "時点" else h for n, h in enumerate(headings)]


def _html(drawn: Drawn) -> bytes:
    return report_html(drawn.report, _LIST + _SHEETS, drawn.pictures, zoom=zoom_for(drawn.report))


def _list_pdf(drawn: Drawn) -> bytes:
    """概要 on one page, and a list that is not long too: written in smaller letters as long as they are not."""
    report = drawn.report
    for zoom in ZOOMS if report.parts_of("listing") else (zoom_for(report),):
        printed = print_pdf(report_html(report, _LIST, {}, zoom=zoom))
        if on_one_page_each(report, printed):
            break
    return printed


def on_one_page_each(report: Report, printed: bytes) -> bool:
    """Whether 概要 is the first page of a print, where there is one, and the list the next; a long list may be more."""
    first, lists = len(report.parts_of("overview")), report.parts_of("listing")
    wide = [width > _A3 - 1 for width in page_widths(printed)]
    if not lists:
        return len(wide) == first
    long = any(rows_of(part) > LIST_ROWS for part in lists)
    # Behind the list stand the pages of the fields, which are narrow; those of a ロードマップ are wide again.
    return wide.index(True) == first and (long or not any(wide[first + 1 : first + 2]))


def _sheets_pdf(drawn: Drawn) -> bytes:
    return print_pdf(report_html(drawn.report, _SHEETS, drawn.pictures))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: By the names that the command line takes.
FORMATS: Mapping[str, Format] = {
    "xlsx": Format("概要・資料1(Excel)", "資料1_{list}", "xlsx", XLSX, lambda d: report_xlsx(d.report)),
    "pdf": Format("概要・資料1(PDF)", "資料1_{list}", "pdf", "application/pdf", _list_pdf, printed=True),
    "sheets-pdf": Format(
        "指標個票(PDF)", "資料2_指標個票", "pdf", "application/pdf", _sheets_pdf, True, of_indicators=True
    ),
    "docx": Format(
        "指標個票(Word)",
        "資料2_指標個票",
        "docx",
        DOCX,
        lambda d: sheets_docx(d.report, d.pictures),
        of_indicators=True,
    ),
    "html": Format("印刷用ページ", "資料_印刷用", "html", "text/html", _html),
    "csv": Format("一覧(CSV)", "資料1_{list}", "csv", "text/csv", _csv),
}


def formats_of(plan: Plan) -> Mapping[str, Format]:
    """Those of :data:`FORMATS` that a plan's paper has."""
    return {name: form for name, form in FORMATS.items() if plan.indicators or not form.of_indicators}


_ANTICIPATED: tuple[PartKind, ...] = ("anticipated",)


def _questions_html(drawn: Drawn) -> bytes:
    return report_html(drawn.report, _ANTICIPATED, {})


#: 想定問答, of a report of its own: no version keeps it, and only who may make versions gets it.
QUESTION_FORMATS: Mapping[str, Format] = {
    "docx": Format("想定問答(Word)", "想定問答", "docx", DOCX, lambda d: questions_docx(d.report), internal=True),
    "pdf": Format(
        "想定問答(PDF)", "想定問答", "pdf", "application/pdf",
        lambda d: print_pdf(_questions_html(d)), printed=True, internal=True,
    ),
    "html": Format("想定問答(印刷用ページ)", "想定問答", "html", "text/html", _questions_html, internal=True),
}  # fmt: skip


def file_name(report: Report, form: Format) -> str:
    """「資料1_KPI進捗状況一覧_R7_本部会議案.xlsx」, with 作業中 for an open round and サンプル_ before samples."""
    version = report.handling if form.internal else report.version
    marks = [report.year, *filter(None, [report.scope]), version, *(["作業中"] if report.working else [])]
    stem = "_".join([form.stem.replace("{list}", report.list_name), *(file_part(mark) for mark in marks)])
    return f"{'サンプル_' if report.sample else ''}{stem}.{form.suffix}"
