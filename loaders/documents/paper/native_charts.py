"""Charts of a workbook that can be edited there: each reads the cells of the sheet グラフのデータ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.drawing.text import Font as TypeFace
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Font
from openpyxl.utils.units import cm_to_EMU
from openpyxl.worksheet.worksheet import Worksheet

from kpi.report.blocks import Cell, Part, Report, Table
from loaders.documents.paper.typeface import FACE
from loaders.text.characters import cell_text

DATA_SHEET = "グラフのデータ"
_ACTUAL, _PLANNED = "0B2E8A", "16181D"
#: Millimetres of a chart; three stand side by side on A4.
_WIDTH, _HEIGHT, _ACROSS = 88.0, 52.0, 3
#: Rows of 5 mm that a chart takes, with the gap below it.
_ROWS = 11


def _emu(millimetres: float) -> int:
    return int(cm_to_EMU(millimetres / 10))


@dataclass
class ChartData:
    """The sheet of what the charts draw, and in which row of it each indicator's 計画線 stands (実績 below it), by id.

    Only indicators with something to draw are in it.
    """

    sheet: Worksheet
    years: tuple[str, ...]
    rows: dict[str, int]


def write_data(book: Workbook, report: Report) -> ChartData:
    """A new sheet of 計画線 and 実績 of every indicator that has a page of its own, from its grid of years."""
    sheet: Worksheet = book.create_sheet(DATA_SHEET)
    data, at = ChartData(sheet, (), {}), 2
    for part in report.parts_of("indicator"):
        grid = next(b for b in part.blocks if isinstance(b, Table) and b.caption == "年度ごとの値")
        data.years = tuple(column.heading for column in grid.columns[1:])
        drawn = grid.lines[:2]
        if not any(cell.figure is not None for line in drawn for cell in line.cells):
            continue
        data.rows[part.subject_id] = at
        for line in drawn:
            _write(sheet, at, part.title.partition("　")[::2], line.cells)
            at += 1
    for number, heading in enumerate(("番号", "指標名", "区分", *data.years), start=1):
        sheet.cell(1, number, heading).font = Font(name=FACE, bold=True)
    sheet.column_dimensions["B"].width = 48
    sheet.freeze_panes = "D2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    return data


def _write(sheet: Worksheet, at: int, named: Sequence[str], cells: Sequence[Cell]) -> None:
    for place, text in enumerate((*named, cells[0].text), start=1):
        cell = sheet.cell(at, place, cell_text(text))
        cell.data_type, cell.font = "s", Font(name=FACE)
    for place, told in enumerate(cells[1:], start=4):
        if told.figure is not None:
            sheet.cell(at, place, told.figure).font = Font(name=FACE)


def add_charts(sheet: Worksheet, report: Report, part: Part, data: ChartData, top: int) -> None:
    """A chart for each indicator of a field that has a value or a line, three side by side below the table."""
    mine = [p for p in report.parts_of("indicator") if p.group_id == part.subject_id]
    shown = [p for p in mine if p.subject_id in data.rows]
    for place, indicator in enumerate(shown):
        across, down = place % _ACROSS, place // _ACROSS
        at = AnchorMarker(col=0, colOff=_emu(across * (_WIDTH + 3)), row=top - 1 + down * _ROWS, rowOff=0)
        chart = _chart(indicator, data)
        chart.anchor = OneCellAnchor(_from=at, ext=XDRPositiveSize2D(_emu(_WIDTH), _emu(_HEIGHT)))
        sheet.add_chart(chart)
    for row in range(top, top + _ROWS * -(-len(shown) // _ACROSS)):
        sheet.row_dimensions[row].height = 14.2  # 5 mm


def _chart(part: Part, data: ChartData) -> LineChart:
    """計画線 dashed, 実績 with dots; the axis of values is set by whoever opens it, from its own numbers."""
    first, last = 4, 3 + len(data.years)
    chart, at = LineChart(), data.rows[part.subject_id]
    for row, colour, dash in ((at, _PLANNED, "dash"), (at + 1, _ACTUAL, None)):
        values = Reference(data.sheet, min_col=first, max_col=last, min_row=row)
        series = SeriesFactory(values, title_from_data=False)
        series.tx = SeriesLabel(strRef=StrRef(f"'{DATA_SHEET}'!$C${row}"))
        line = LineProperties(solidFill=colour, w=22000 if dash is None else 12700, prstDash=dash)
        series.graphicalProperties = GraphicalProperties(ln=line)
        series.marker = Marker(symbol="none" if dash else "circle", size=6)
        if not dash:
            series.marker.graphicalProperties = GraphicalProperties(
                solidFill=colour, ln=LineProperties(solidFill=colour)
            )
        series.smooth = False
        chart.series.append(series)
    chart.set_categories(Reference(data.sheet, min_col=first, max_col=last, min_row=1))
    chart.title = Title(tx=Text(rich=_rich(f"{part.title}", 900, bold=True)), overlay=False)
    chart.y_axis.number_format, chart.y_axis.majorGridlines = "#,##0.##########", ChartLines()
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E4E7ED"))
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.txPr = _rich("", 800)
    chart.legend.position, chart.legend.txPr = "b", _rich("", 800)
    chart.display_blanks = "span"
    return chart


def _rich(text: str, size: int, *, bold: bool = False) -> RichText:
    face = CharacterProperties(sz=size, b=bold, latin=TypeFace(typeface=FACE), ea=TypeFace(typeface=FACE))
    runs = [RegularTextRun(rPr=face, t=cell_text(text))] if text else None
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=face), r=runs, endParaRPr=face)])
