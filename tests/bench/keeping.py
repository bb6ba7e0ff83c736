"""Checking, exporting and rebuilding a large store, against the plain work that each of them cannot do without.

``verify`` reads every row, so it is held against fetching every row of every table. ``export`` is what the command
does, from a store just opened to four files on disk; its reference has the cells of both workbooks in memory and only
writes them, without styles, by openpyxl's write-only mode. ``rebuild`` repeats every act of the log; its reference
reads the same workbooks by the form's reader in a child that is running already, all handed over at once, and checks
and keeps nothing. Ours and the reference take turns, and the middle one of their times counts.

That both grow no faster than what is kept is measured with the same store at a quarter of its rounds.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl

from kpi.collection.acts import Act
from kpi.collection.workflow import Brief
from loaders.form.reading.reader import read_form
from loaders.services.intake import take_files
from loaders.services.operations import export, rebuild
from loaders.store import Store
from loaders.store.commands import HANDLERS
from loaders.store.file.database import Database
from loaders.workbook.cells import Book, Reader
from tests.bench import loading
from tests.bench.figure import Figure
from tests.bench.wide_store import WIDE, wide_store
from tests.factory import DAY

TURNS = 3
VERIFY, EXPORT, REBUILD, LINEAR = 10.0, 1.5, 2.0, 1.3
#: The rounds of the store at a quarter of its size.
QUARTER = replace(WIDE, years=WIDE.years[: len(WIDE.years) // 4])
#: How many rounds of real workbooks are rebuilt: each has one of every department.
REBUILT = 3

Work = Callable[[], object]


def in_turns(works: Mapping[str, Work], turns: int = TURNS) -> dict[str, float]:
    """The middle of the times of each, measured in turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(turns):
        for name, work in works.items():
            gc.collect()
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(own) for name, own in times.items()}


def fetch(path: Path) -> int:
    """Every row of every table, once."""
    seen = 0
    with Database(path, 10).read() as connection:
        tables = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        for (table,) in connection.execute(tables).fetchall():
            seen += len(connection.execute(f"SELECT * FROM {table}").fetchall())
    return seen


def checked(path: Path) -> None:
    """Ours; nothing is timed that finds a fault in a sound store."""
    found = Store(path).verify()
    if found:
        raise AssertionError(f"a sound store has faults: {found[:3]}")


Sheets = Sequence[tuple[str, Sequence[Sequence[object]]]]


def cells(folder: Path) -> Sheets:
    """What stands in the workbooks of an export, row by row."""
    books = [openpyxl.load_workbook(path) for path in sorted(folder.glob("*.xlsx"))]
    return [(b.active.title, [[c.value for c in row] for row in b.active.iter_rows()]) for b in books]


def write(sheets: Sheets, folder: Path) -> None:
    """The same cells in as many workbooks, and nothing besides."""
    folder.mkdir(exist_ok=True)
    for title, rows in sheets:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        book.save(folder / f"{title}.xlsx")


def _kept(folder: Path) -> Sequence[Figure]:
    """What is measured with the wide store, whole and at a quarter."""
    for name in ("whole", "quarter"):
        (folder / name).mkdir()
    whole, quarter = wide_store(folder / "whole"), wide_store(folder / "quarter", QUARTER)
    (plan_id,) = whole.plan_ids()
    count = len(whole.snapshot(plan_id).observations)
    if count != len(WIDE.years) // len(QUARTER.years) * len(quarter.snapshot(plan_id).observations):
        raise AssertionError("the quarter is no quarter")
    export(whole, plan_id, folder / "first")
    sheets = cells(folder / "first")

    def exported(store: Store) -> None:
        export(Store(store.path), plan_id, folder / "export")

    verify = in_turns({
        "whole": lambda: checked(whole.path), "fetch": lambda: fetch(whole.path),
        "quarter": lambda: checked(quarter.path),
    })  # fmt: skip
    exports = in_turns({
        "whole": lambda: exported(whole), "write": lambda: write(sheets, folder / "reference"),
        "quarter": lambda: exported(quarter),
    })  # fmt: skip
    rows, four = f"{count:,} values", "four times the time for a quarter of it"
    return [
        Figure(f"verify, {rows}", verify["whole"], "every row of every table fetched", verify["fetch"], VERIFY),
        Figure(f"export, {rows}", exports["whole"], "openpyxl, write-only, the same cells", exports["write"], EXPORT),
        Figure(f"verify as the store grows, {rows}", verify["whole"], four, 4 * verify["quarter"], LINEAR),
        Figure(f"export as the store grows, {rows}", exports["whole"], four, 4 * exports["quarter"], LINEAR),
    ]


def returned(folder: Path) -> tuple[Store, loading.Files, Brief]:
    """A store of real workbooks, all sent and every second one confirmed; the workbooks; and what they are read by."""
    plan = loading.wide_plan()
    files = loading.filled(plan, DAY, loading.YEARS[:REBUILT])
    store = Store(folder / "returns.duckdb")
    act = Act("", loading.AT)
    store.init([plan], None, act)
    taken = list(take_files(store, files, snapshot=store.snapshot(plan.id), workers=1, act=act))
    loading.check(taken, store, plan, len(files))
    saved = list(store.snapshot(plan.id).submissions["submission_id"])
    store.do(HANDLERS["send"], Act("部局", loading.AT), saved)
    for submission_id in saved[::2]:
        store.do(HANDLERS["confirm"], Act("事務局", datetime(2025, 9, 11, 9)), submission_id)
    return store, files, store.snapshot(plan.id).brief(DAY)


def read(reader: Reader, files: loading.Files, brief: Brief) -> None:
    """The reference: every workbook opened and read."""
    for _, _, book in reader.read_all(files):
        if not isinstance(book, Book) or not read_form(book, brief).answers:
            raise AssertionError("a form was not read")


def _rebuilt(folder: Path) -> Figure:
    store, files, brief = returned(folder)

    def anew() -> None:
        dest = folder / "anew.duckdb"
        if found := rebuild(store, dest):
            raise AssertionError(f"the store does not come out the same: {found[:3]}")
        for path in folder.glob("anew.duckdb*"):
            path.unlink()

    with Reader(workers=1) as reader:
        times = in_turns({"read": lambda: read(reader, files, brief), "rebuild": anew})
    name = f"rebuild, per return of {len(files)}"
    per = len(files)
    return Figure(name, times["rebuild"] / per, "the form's reader on its workbook", times["read"] / per, REBUILD)


def run() -> list[Figure]:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_kept(Path(folder)), _rebuilt(Path(folder))]
