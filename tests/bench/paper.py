"""All files of a round's paper, against the libraries' own time for as many pictures, prints and cells.

The reference is given what was worked out already: the finished charts, the pages as HTML, the cells as plain values.
It draws the charts in one fresh child, has Chromium print the same pages, and writes a workbook and a Word document of
that size without styles. By the clock, in turns, for most of it is other processes' work.
"""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.shared import Mm
from openpyxl import Workbook

from kpi.assessment import Assessment
from kpi.collection.acts import Act
from kpi.report.assembly import report
from kpi.report.blocks import Chart, Report, Table
from loaders.documents.paper.page import report_html
from loaders.documents.paper.paper_files import FORMATS, Drawn
from loaders.documents.paper.pdf import chromium
from loaders.documents.pictures.report_pictures import indicator_chart
from loaders.services.operations import open_store
from loaders.services.samples.sample_rounds import load_samples
from tests.bench.figure import Figure
from tests.bench.wide_store import Width, wide_store
from tests.samplekit import AT

ROOT = Path(__file__).resolve().parents[2]
TIMES, MEGABYTES, SECONDS = 3.0, 100.0, 1.0
_DRAW = """
import json, sys, vl_convert
for chart in json.load(sys.stdin):
    vl_convert.vegalite_to_png(chart, scale=2.5)
"""


def run() -> list[Figure]:
    """Measure the real plan's paper, one of 200 indicators, and what others notice meanwhile."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        real, few, many = _real(folder / "real"), _wide(folder / "few", 1), _wide(folder / "many", 10)
        figures = [_against_libraries(real, folder), _linear(few, many)]
        return figures + _beside(real)


def _real(folder: Path) -> Report:
    folder.mkdir()
    for part in ("plans", "benchmarks", "samples"):
        shutil.copytree(ROOT / "data" / part, folder / part)
    store = open_store(folder, at=AT)
    plan_id = store.plan_ids()[0]
    load_samples(store, folder, plan_id, Act("", AT))
    state = Assessment.of(store.snapshot(plan_id), AT.date())
    asked = state.current_round or state.plan.rounds[-1]
    return report(state, asked, state.snapshot)


def _wide(folder: Path, owned: int) -> Report:
    folder.mkdir()
    store = wide_store(folder, Width((owned,) * 20, 5, range(2020, 2026)))
    state = Assessment.of(store.snapshot(store.plan_ids()[0]), AT.date())
    asked = state.current_round or state.plan.rounds[-1]
    return report(state, asked, state.snapshot)


def _all(paper: Report) -> int:
    drawn = Drawn.of(paper)
    return sum(len(form.make(drawn)) for form in FORMATS.values() if chromium() or not form.printed)


def _against_libraries(paper: Report, folder: Path) -> Figure:
    charts = [indicator_chart(one.story, source=one.source, day=paper.as_of) for one in _charts(paper)]
    drawn = Drawn.of(paper)
    pages = [
        report_html(paper, ("overview", "listing", "field"), {}),
        report_html(paper, ("indicator",), drawn.pictures),
    ]
    cells = [[c.figure if c.figure is not None else c.text for c in row] for row in _rows(paper)]
    pictures = list(drawn.pictures.values())

    def libraries() -> None:
        told = json.dumps(charts).encode()
        subprocess.run([sys.executable, "-c", _DRAW], input=told, check=True)
        for number, page in enumerate(pages):
            _print(page, folder / f"page{number}")
        _workbook(cells)
        _document(cells, pictures)

    ours, theirs = _in_turns(lambda: _all(paper), libraries, 3)
    name = f"all files of a paper of {len(charts)} indicators"
    return Figure(name, ours, "the libraries alone: pictures, prints, cells without styles", theirs, TIMES)


def _charts(paper: Report) -> list[Chart]:
    return [b for part in paper.parts_of("indicator") for b in part.blocks if isinstance(b, Chart)]


def _rows(paper: Report) -> list[tuple]:
    return [row for part in paper.parts for b in part.blocks if isinstance(b, Table) for row in b.rows]


def _print(page: bytes, folder: Path) -> None:
    if not chromium():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o777)
    (folder / "page.html").write_bytes(page)
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'page.pdf'}"]
    subprocess.run([*command, (folder / "page.html").as_uri()], check=True, capture_output=True)


def _workbook(cells: list[list[object]]) -> None:
    book = Workbook()
    for row in cells:
        book.active.append(row)
    book.save(BytesIO())


def _document(cells: list[list[object]], pictures: list[bytes]) -> None:
    paper = Document()
    for picture in pictures:
        paper.add_picture(BytesIO(picture), width=Mm(174))
    own = cells[-4 * len(pictures) :]
    table = paper.add_table(rows=len(own), cols=max(map(len, own)))
    for row, told in zip(table.rows, own, strict=True):
        for cell, value in zip(row.cells, told, strict=False):
            cell.text = str(value)
    paper.save(BytesIO())


def _in_turns(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, work in enumerate((ours, theirs)):
            gc.collect()
            start = time.perf_counter()
            work()
            best[place] = min(best[place], time.perf_counter() - start)
    return best[0], best[1]


def _linear(few: Report, many: Report) -> Figure:
    ours, base = _in_turns(lambda: _all(many), lambda: _all(few), 2)
    growth = len(many.parts_of("indicator")) / len(few.parts_of("indicator"))
    name = f"all files of a paper of {len(many.parts_of('indicator'))} indicators"
    return Figure(name, ours, f"{growth:.0f} × that of {len(few.parts_of('indicator'))}", base * growth, 1.0)


def _beside(paper: Report) -> list[Figure]:
    """What other people notice: memory that stays with the server, and the longest that nothing else goes on."""
    gc.collect()
    before, gap, done = _resident(), 0.0, threading.Event()

    def work() -> None:
        _all(paper)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    last = time.perf_counter()
    while not done.is_set():
        time.sleep(0.005)
        now = time.perf_counter()
        gap, last = max(gap, now - last), now
    thread.join()
    grown = max(0.0, _resident() - before)
    return [
        Figure("megabytes that stay with the server (as seconds)", grown, "100 MB", MEGABYTES, 1.0),
        Figure("longest that others wait meanwhile", gap, "one second", SECONDS, 1.0),
    ]


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
