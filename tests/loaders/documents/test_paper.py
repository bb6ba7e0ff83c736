"""The files of a paper: their figures are the report's, the packages are whole, printing ends well or says why."""

import io
import os
import re
import shutil
import stat
import subprocess
import time
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest

from kpi.assessment import Assessment
from kpi.report.assembly import report
from kpi.report.blocks import Cell, Column, Heading, Line, Note, Part, Sentence, Table
from loaders.documents.paper import pdf
from loaders.documents.paper.native_charts import DATA_SHEET
from loaders.documents.paper.page import report_html
from loaders.documents.paper.page_room import overflows, zoom_of
from loaders.documents.paper.paper_files import FORMATS, Drawn, file_name, on_one_page_each
from loaders.documents.paper.pdf import NoPrint, chromium, page_widths, print_pdf
from loaders.documents.paper.workbook import number_format, report_xlsx
from tests.samplekit import PLAN, store_of, with_samples, with_store

DAY = date(2026, 11, 21)
SHEETS = {"overview": "概要", "listing": "資料1 一覧", "origins": "出所一覧"}
HARMFUL = '=1+1<script>alert("x")</script>&{{ 7*7 }}\x07'


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    state = Assessment.of(store_of(with_samples(tmp_path_factory.mktemp("data"))).snapshot(PLAN), DAY)
    return report(state, state.current_round, state.snapshot)


@pytest.fixture(scope="module")
def book(paper):
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(paper)))


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    state = Assessment.of(store_of(with_store(tmp_path_factory.mktemp("data"))).snapshot(PLAN), DAY)
    return report(state, state.plan.rounds[0], state.snapshot)


def told(part):
    """Every cell of a part's tables in the order of reading."""
    return [c for b in part.blocks if isinstance(b, Table) for row in b.rows for c in row if c.printed]


def harmful(paper):
    """The same paper with a hostile text in every place that people or files fill."""

    def block(one):
        match one:
            case Sentence():
                return replace(one, edited=HARMFUL)
            case Heading():
                return Heading(HARMFUL)
            case Table():
                lines = [
                    replace(x, cells=tuple(c if c.figure is not None else Cell(HARMFUL) for c in x.cells))
                    for x in one.lines
                ]
                return replace(one, lines=tuple(lines))
        return one

    parts = [replace(p, title=HARMFUL, blocks=tuple(map(block, p.blocks))) for p in paper.parts]
    return replace(paper, parts=tuple(parts), plan_name=HARMFUL, handling=HARMFUL)


# --- the roadmap -----------------------------------------------------------------------------------------------------


def roadmap(paper, rows):
    """A ロードマップ of so many initiatives with names of two lines."""
    columns = (Column("番号", 13), Column("取組", 78), *(Column(str(n), 10) for n in range(10)), Column("実績", 200))
    cells = (
        "取1",
        "デジタル技術を活用した創業及びスタートアップなど起業への支援、革新的なビジネスモデルの展開",
        *"●" * 10,
        "した。",
    )
    table = Table("ロードマップ", columns, tuple(Line(tuple(map(Cell, cells))) for _ in range(rows)))
    part = Part("roadmap", "ロードマップ 暮らし", "資料3-1", "A3横", (Heading("暮らし"), table, Note("□ 当初の工程")))
    return part, replace(paper, parts=(part,))


@pytest.mark.skipif(not chromium(), reason="needs Chromium")
@pytest.mark.parametrize(("rows", "pages"), [(10, 1), (36, 1), (120, 4)])
def test_a_roadmap_is_one_page_where_it_can_be(paper, rows, pages):
    part, alone = roadmap(paper, rows)
    # 概要 has nothing to do with it, and a long one is not pressed.
    assert (zoom_of(part, 0.72) < 1) == (rows == 36)
    assert len(page_widths(print_pdf(report_html(alone, ("roadmap",), {})))) == pages


@pytest.mark.parametrize(
    ("widths", "fits"),
    [("nwnnww", True), ("nwn", True), ("nw", True), ("nnwnw", False), ("nwwnw", False), ("nwwnn", False)],
)
def test_wide_pages_of_the_work_are_none_of_the_list(paper, widths, fits):
    """``n`` is a page of A4, ``w`` one of A3: 概要, the list, the fields, and a ロードマップ that presses neither."""
    printed = b"".join(b"/MediaBox [0 0 %d 842] " % (1191 if one == "w" else 842) for one in widths)
    assert on_one_page_each(replace(paper, parts=(*paper.parts, roadmap(paper, 10)[0])), printed) == fits


# --- the workbook ----------------------------------------------------------------------------------------------------


def sheet_of(book, part):
    if part.kind in SHEETS:
        return book[SHEETS[part.kind]]
    return next(s for s in book.worksheets if s.title.endswith(part.title[:20]))


def test_every_figure_of_the_workbook_is_a_number_and_the_reports(paper, book):
    for part in paper.parts:
        if part.kind == "indicator":
            continue
        values = [c for row in sheet_of(book, part).iter_rows() for c in row if c.value is not None]
        written = iter(values)
        for cell in told(part):  # each follows the one before it, as the eye reads
            wanted = cell.figure if cell.figure is not None else cell.text
            found = next((c for c in written if _same(c.value, wanted)), None)
            assert found is not None, (part.title, wanted)
            if cell.figure is not None:
                assert (found.data_type, found.number_format) == ("n", number_format(cell))
            else:
                assert found.data_type == "s"


def _same(value, wanted):
    if isinstance(wanted, Decimal):
        return isinstance(value, int | float) and not isinstance(value, bool) and Decimal(str(value)) == wanted
    return value == wanted


@pytest.mark.parametrize(
    ("figure", "shown"), [("1234.5", '#,##0.0;"△"#,##0.0'), ("7", '#,##0;"△"#,##0'), ("-0.25", '#,##0.00;"△"#,##0.00')]
)
def test_a_number_keeps_the_decimals_that_are_printed(figure, shown):
    assert number_format(Cell(figure=Decimal(figure))) == shown


def test_the_charts_read_the_cells_of_their_indicators(paper, book):
    data = book[DATA_SHEET]
    charts = [chart for sheet in book.worksheets for chart in sheet._charts]
    grids = [
        next(b for b in p.blocks if isinstance(b, Table) and b.caption == "年度ごとの値")
        for p in paper.parts_of("indicator")
    ]
    drawn = [g for g in grids if any(c.figure is not None for line in g.lines[:2] for c in line.cells)]
    assert len(charts) == len(drawn) > 15
    names = {p.title for p in paper.parts_of("indicator")}
    for chart in charts:
        title = "".join(run.t for run in chart.title.tx.rich.p[0].r)
        assert title in names
        for series, kind in zip(chart.series, ("計画線", "実績"), strict=True):
            sheet, first, row = re.fullmatch(r"'(.+)'!\$D\$(\d+):\$I\$(\d+)", series.val.numRef.f).groups()
            assert (sheet, first) == (DATA_SHEET, row)
            assert f"{data.cell(int(row), 1).value}　{data.cell(int(row), 2).value}" == title
            assert (
                data.cell(int(row), 3).value
                == kind
                == data[series.tx.strRef.f.rpartition("!")[2].replace("$", "")].value
            )
            grid = next(
                b
                for p in paper.parts_of("indicator")
                if p.title == title
                for b in p.blocks
                if isinstance(b, Table) and b.caption == "年度ごとの値"
            )
            line = grid.lines[0 if kind == "計画線" else 1].cells[1:]
            assert [data.cell(int(row), 4 + n).value for n in range(len(line))] == [
                None if c.figure is None else pytest.approx(float(c.figure)) for c in line
            ]


def test_the_sheets_are_set_up_for_the_paper_they_are_printed_on(book):
    listed = book["資料1 一覧"]
    assert (listed.page_setup.paperSize, listed.page_setup.orientation) == (8, "landscape")
    assert listed.print_title_rows == "$2:$2"
    assert (listed.page_setup.fitToWidth, listed.page_setup.fitToHeight) == (1, 1)
    assert book["概要"].page_setup.paperSize == 9
    assert book.sheetnames[0] == "概要"
    assert book.sheetnames[-2:] == ["出所一覧", DATA_SHEET] or book.sheetnames[-1] == "出所一覧"
    for sheet in book.worksheets:
        if sheet.title != DATA_SHEET:
            assert "未定稿" in sheet.oddHeader.left.text
            assert "サンプル" in sheet.oddFooter.left.text


def test_every_sheet_says_its_handling_version_and_date_where_it_is_printed(paper, book):
    assert DATA_SHEET in book.sheetnames
    for sheet in book:
        assert sheet.oddHeader.left.text == paper.handling, sheet.title
        assert sheet.oddHeader.right.text.endswith(paper.version), sheet.title
        assert paper.state_words in sheet.oddFooter.left.text, sheet.title


def test_two_of_the_same_report_are_the_same_bytes(paper):
    first = report_xlsx(paper)
    time.sleep(1.1)
    assert report_xlsx(paper) == first


@pytest.mark.parametrize("which", ["paper", "bare"])
def test_the_package_is_whole(request, which):
    data = report_xlsx(request.getfixturevalue(which))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        assert len(names) == len(set(names))
        assert not [n for n in names if "vba" in n.lower()]
        types = ElementTree.fromstring(package.read("[Content_Types].xml"))
        known = {e.get("PartName") for e in types} | {e.get("Extension") for e in types}
        for name in names:
            assert f"/{name}" in known or name.rpartition(".")[2] in known, name
            if name.endswith(".rels"):
                folder = name.rpartition("_rels/")[0]
                for one in ElementTree.fromstring(package.read(name)):
                    target = one.get("Target")
                    path = target.lstrip("/") if target.startswith("/") else os.path.normpath(folder + target)
                    assert path in names, (name, target)
        assert not [n for n in names if n.startswith("xl/worksheets/sheet") and b"<f>" in package.read(n)]


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice")
def test_libreoffice_opens_it_and_the_list_is_one_a3_page(paper, tmp_path):
    (tmp_path / "paper.xlsx").write_bytes(report_xlsx(paper))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "paper.xlsx",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    pages = re.findall(rb"/Type/Page/.*?/MediaBox\[0 0 ([\d.]+) ", (tmp_path / "paper.pdf").read_bytes(), re.DOTALL)
    assert [float(width) > 1100 for width in pages].count(True) == 1


def test_hostile_texts_stay_texts(paper):
    found = openpyxl.load_workbook(io.BytesIO(report_xlsx(harmful(paper))))
    assert not [c for s in found.worksheets for row in s.iter_rows() for c in row if c.data_type == "f"]
    page = report_html(harmful(paper), ("overview", "listing", "indicator"), {}).decode()
    assert "<script" not in page
    assert "49" not in page.partition("<body>")[2].partition("</h1>")[0]
    assert "</style" not in page.partition("<style>")[2].partition("</style>")[0]


# --- the other files --------------------------------------------------------------------------------------------------


def test_the_csv_has_the_figures_of_the_list(paper, tmp_path):
    (tmp_path / "list.csv").write_bytes(FORMATS["csv"].make(Drawn.of(paper)))
    rows = duckdb.sql(f"FROM read_csv('{tmp_path}/list.csv', all_varchar = true)").fetchall()
    (listed,) = (b for b in paper.part("listing").blocks if isinstance(b, Table))
    for found, row in zip(rows, listed.rows, strict=True):
        for text, cell in zip(found[1:], row, strict=True):
            if cell.figure is not None:
                assert Decimal(text) == cell.figure
            else:
                assert (text or "") == cell.text


def test_the_page_names_nothing_outside_itself(paper):
    page = report_html(paper, ("overview", "listing", "field", "indicator"), {"x": b"<svg/>"}).decode()
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page)
    assert "http" not in page.replace("http-equiv", "")
    for part in paper.parts:
        if part.kind != "origins":
            for cell in told(part):
                assert cell.printed.split("'")[0][:12].split("&")[0] in page


def test_files_say_what_they_are(paper):
    names = [file_name(paper, form) for form in FORMATS.values()]
    assert len(set(names)) == len(names)
    assert names[0] == "サンプル_資料1_KPI進捗状況一覧_R7_事務局案_作業中.xlsx"
    assert file_name(replace(paper, working=False, sample=False, version="本部会議案"), FORMATS["pdf"]) == (
        "資料1_KPI進捗状況一覧_R7_本部会議案.pdf"
    )


# --- printing ---------------------------------------------------------------------------------------------------------


def page_sizes(data):
    """Width and height of each page in points."""
    found = re.findall(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+) ?\]", data)
    return [(float(w), float(h)) for w, h in found]


needs_chromium = pytest.mark.skipif(not chromium(), reason="no Chromium")
needs_pdftotext = pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext")


@needs_chromium
@needs_pdftotext
def test_every_figure_is_in_the_text_of_the_printed_pages(paper, tmp_path):
    (tmp_path / "list.pdf").write_bytes(FORMATS["pdf"].make(Drawn.of(paper)))
    text = subprocess.run(["pdftotext", "-layout", "list.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    words = set(text.stdout.decode().split())
    for kind in ("listing", "field"):
        for part in paper.parts_of(kind):
            for cell in told(part):
                if cell.figure is not None:
                    assert cell.printed in words, (part.title, cell.printed)


@needs_chromium
@pytest.mark.parametrize("which", ["paper", "bare"])
def test_the_list_is_one_a3_page_and_each_indicator_one_a4_page(request, which):
    paper = request.getfixturevalue(which)
    listed = page_sizes(FORMATS["pdf"].make(Drawn.of(paper)))
    assert sum(w > 1100 for w, _ in listed) == 1
    assert len(listed) == 2 + len(paper.parts_of("field"))
    sheets = page_sizes(FORMATS["sheets-pdf"].make(Drawn.of(paper)))
    assert len(sheets) == len(paper.parts_of("indicator"))
    assert all(h > w for w, h in sheets)


def overview_with(paper, *, sentence="", decided=0):
    """The paper with every sentence of 総括 as long as that, and a table of so many decisions before the notes."""
    long = "国の計画の改定に合わせ、対象を県内全域に広げて商工団体と共同で支援するため。" * 2
    words = ("R8.10.10 本部決定", "目標の変更", f"産1 {long[:40]}", long[:60], long[:60])
    columns = tuple(Column("見出し", width) for width in (38, 32, 70, 64, 69))
    table = Table("決定", columns, (Line(tuple(map(Cell, words))),) * decided)
    part = paper.part("overview")
    blocks = [replace(b, edited=sentence) if isinstance(b, Sentence) else b for b in part.blocks]
    if decided:
        at = next(n for n, b in enumerate(blocks) if isinstance(b, Note))
        blocks[at:at] = [Heading("前回の会議のあとの決定"), table]
    return replace(paper, parts=(replace(part, blocks=tuple(blocks)), paper.part("listing")))


@needs_chromium
@pytest.mark.parametrize("decided", [0, 4])
def test_a_page_that_people_print_by_hand_has_the_first_page_on_one_sheet(paper, decided):
    told = overview_with(paper, decided=decided)
    assert len(page_sizes(print_pdf(report_html(told, ("overview", "listing"), {})))) > 2, "as large as it is meant"
    assert len(page_sizes(print_pdf(FORMATS["html"].make(Drawn.of(told))))) == 2


def test_where_people_write_more_than_a_page_holds_it_is_told(paper):
    assert not overflows(overview_with(paper, decided=4))
    assert overflows(overview_with(paper, sentence="県内全域で支援の対象を広げた。" * 20))


def program(folder, text):
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC | stat.S_IXOTH)
    folder.chmod(0o755)
    return str(path)


@pytest.fixture
def stand_in(monkeypatch):
    """A program in place of Chromium, where whoever prints may start it: the folders of the tests are not for all."""
    with TemporaryDirectory() as folder:
        yield lambda text: monkeypatch.setenv("KPI_CHROMIUM", program(Path(folder), text))


def test_without_a_chromium_it_says_how_to_print(monkeypatch):
    monkeypatch.setenv("KPI_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(NoPrint, match="印刷用ページ"):
        print_pdf(b"<p>x")


def test_one_that_fails_or_writes_nothing_is_told(stand_in):
    for text in ("exit 3", "exit 0"):
        stand_in(text)
        with pytest.raises(NoPrint, match="PDFを作れませんでした"):
            print_pdf(b"<p>x")


def test_one_that_hangs_is_ended_with_all_its_own(stand_in, monkeypatch):
    monkeypatch.setattr(pdf, "SECONDS", 0.4)
    stand_in("sleep 4711 & sleep 4711")
    with pytest.raises(NoPrint, match="時間がかかりすぎた"):
        print_pdf(b"<p>x")
    assert "4711" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="no /proc")
def test_one_that_takes_too_much_memory_is_ended(stand_in, monkeypatch):
    monkeypatch.setattr(pdf, "MEGABYTES", 60)
    stand_in("python3 -c 'x = bytearray(200_000_000); import time; time.sleep(60)'")
    with pytest.raises(NoPrint, match="メモリ"):
        print_pdf(b"<p>x")
