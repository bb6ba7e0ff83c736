"""The files of a paper: what each is called, and what makes it of the one report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from kpi.report.blocks import PartKind, Report, Table
from loaders.documents.packing import file_part
from loaders.documents.paper.page import report_html
from loaders.documents.paper.pdf import page_widths, print_pdf
from loaders.documents.paper.workbook import report_xlsx
from loaders.documents.table_files import to_csv

_LIST: tuple[PartKind, ...] = ("overview", "listing", "field")
#: Width of A3 across, in points.
_A3 = 420 / 25.4 * 72
_SHEETS: tuple[PartKind, ...] = ("indicator",)


@dataclass(frozen=True)
class Format:
    """One file: what a person calls it, the beginning of its name, its ending and type, and its maker.

    ``printed`` is one that needs a Chromium on the server.
    """

    word: str
    stem: str
    suffix: str
    mime: str
    make: Callable[[Report], bytes]
    printed: bool = False


def _csv(report: Report) -> bytes:
    """The list with the field of each row in a column; figures are numbers, not cut texts."""
    (table,) = (b for b in report.part("listing").blocks if isinstance(b, Table))
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


def _html(report: Report) -> bytes:
    return report_html(report, _LIST + _SHEETS, {})


#: How much smaller 概要 and the list may be made so that each is one page; the last is still 7.5 pt.
_ZOOMS = (1, 0.92, 0.85, 0.78, 0.72)
#: A longer list goes over several pages.
_LIST_ROWS = 26


def _list_pdf(report: Report) -> bytes:
    """概要 on one page, and a list that is not long too: written in smaller letters as long as they are not."""
    (listed,) = (b for b in report.part("listing").blocks if isinstance(b, Table))
    for zoom in _ZOOMS:
        printed = print_pdf(report_html(report, _LIST, {}, zoom=zoom))
        wide = [width > _A3 - 1 for width in page_widths(printed)]
        if wide.index(True) == 1 and (wide.count(True) == 1 or len(listed.lines) > _LIST_ROWS):
            break
    return printed


def _sheets_pdf(report: Report) -> bytes:
    return print_pdf(report_html(report, _SHEETS, {}))


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: By the names that the command line takes.
FORMATS: Mapping[str, Format] = {
    "xlsx": Format("概要・資料1(Excel)", "資料1_KPI進捗状況一覧", "xlsx", _XLSX, report_xlsx),
    "pdf": Format("概要・資料1(PDF)", "資料1_KPI進捗状況一覧", "pdf", "application/pdf", _list_pdf, printed=True),
    "sheets-pdf": Format("指標個票(PDF)", "資料2_指標個票", "pdf", "application/pdf", _sheets_pdf, printed=True),
    "html": Format("印刷用ページ(HTML)", "資料1・2_印刷用", "html", "text/html", _html),
    "csv": Format("一覧(CSV)", "資料1_KPI進捗状況一覧", "csv", "text/csv", _csv),
}


def file_name(report: Report, form: Format) -> str:
    """「資料1_KPI進捗状況一覧_R7_本部会議案.xlsx」, with 作業中 for an open round and サンプル_ before samples."""
    marks = [report.year, report.version, *(["作業中"] if report.working else [])]
    stem = "_".join([form.stem, *(file_part(mark) for mark in marks)])
    return f"{'サンプル_' if report.sample else ''}{stem}.{form.suffix}"
