"""Loading 200 filled returns end to end, against openpyxl merely visiting the cells of the same files.

Ours opens each file in a child process under limits, reads it by the form's definition, checks it, and keeps it in a
new store with its bytes, entries and issues. The reference is one process that has every file in memory already, loads
it with ``openpyxl.load_workbook`` and walks over all cells of all sheets: no limits, no meaning, nothing kept.
Both take turns, and the middle one of their times counts.
"""

from __future__ import annotations

import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl

from kpi.collection.acts import Act
from kpi.collection.workflow import Brief
from kpi.period import Period
from kpi.plan import Card, DatedName, Department, Ownership, Plan
from loaders.form.writing.writer import form_filename, write_form
from loaders.services.intake import Taken, take_files
from loaders.store import Store
from tests.bench.figure import Figure
from tests.factory import COUNT, DAY, ROUND, tiny_plan

#: A prefecture that takes in ten years of returns: so many departments, each with so many indicators.
DEPARTMENTS, OWNED, YEARS = 20, 5, range(2015, 2025)
FILES = DEPARTMENTS * len(YEARS)
ALTERNATIONS = 5
AT = datetime(2025, 9, 10, 10, 0)
#: Workers and how many times the reference they may take.
LIMITS = ((1, 1.6), (2, 0.9))

Files = list[tuple[str, bytes]]


def wide_plan() -> Plan:
    """The tests' small plan made as wide and as long as the files need."""
    plan = tiny_plan()
    ids = [(f"d{n:02d}", f"d{n:02d}-{k}", n * OWNED + k + 1) for n in range(DEPARTMENTS) for k in range(OWNED)]
    indicator, card = plan.indicator(COUNT), replace(plan.card(COUNT), baseline_period=Period("FY", YEARS[0] - 1))
    asked = plan.round(ROUND)
    return replace(
        plan,
        start=Period("FY", YEARS[0]),
        departments=tuple(Department(f"d{n:02d}", (DatedName(f"第{n + 1}部"),)) for n in range(DEPARTMENTS)),
        ownerships=tuple(Ownership(i, d) for d, i, _ in ids),
        indicators=tuple(
            replace(indicator, id=i, number=str(n), name=f"第{n}の取組に参加した事業者の数") for _, i, n in ids
        ),
        cards=tuple(replace(card, indicator_id=i) for _, i, _ in ids),
        rounds=tuple(replace(asked, id=f"fy{y}", name=f"{y}年度実績", period=Period("FY", y)) for y in YEARS),
    )


def answers(plan: Plan, year: int) -> dict[str, Mapping[str, object]]:
    """A sound answer for every indicator, no two rounds and no two indicators with the same words."""
    return {
        indicator.id: {
            "value": 1210.0 + 40 * (year - YEARS[0]) + n,
            "period": f"FY{year}",
            "release": "final",
            "evidence": f"{year}年度実績調べ(担当課集計)",
            "analysis": f"支援機関が増え、相談が前年度より{n}件多かった。",
            "actions": "説明会を続け、対象を全域に広げる。",
            "section": "DX推進課",
            "person": "青森 花子",
            "contact": "dx@pref.example.jp",
        }
        for n, indicator in enumerate(plan.indicators)
    }


def filled(plan: Plan, day: date, years: Sequence[int] = YEARS) -> Files:
    """One filled return of each department for the round of each year."""
    cards: Mapping[str, Card] = {c.indicator_id: c for c in plan.cards}
    brief = Brief(plan, day, cards, {})
    files = []
    for year in years:
        asked = plan.rounds[YEARS.index(year)]
        said = answers(plan, year)
        for d in plan.departments:
            name = form_filename(brief.plan, brief.day, asked.id, d.id)
            files.append((name, write_form(brief, asked.id, d.id, answers=said)))
    return files


def load(store: Store, plan: Plan, files: Files, workers: int) -> list[Taken]:
    """Ours: isolated, read, checked, stored."""
    return list(take_files(store, files, snapshot=store.snapshot(plan.id), workers=workers, act=Act("計測", AT)))


def visit(files: Files) -> int:
    """The reference: every cell of every sheet, once."""
    seen = 0
    for _, data in files:
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    seen += cell.value is not None
    return seen


def check(taken: list[Taken], store: Store, plan: Plan, files: int = FILES) -> None:
    """Nothing is timed that has not really been loaded, without a question, every value of it."""
    asked = [i for t in taken for i in t.open]
    kept = store.snapshot(plan.id).submissions
    whole = all(t.reading and len(t.reading.answers) == OWNED for t in taken)
    if asked or len(kept) != files or set(kept["state"]) != {"draft"} or not whole:
        raise AssertionError(f"not all files were loaded cleanly: {len(kept)} kept, {asked[:3]}")


def seconds(work: Callable[[], object]) -> float:
    """How long one turn takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run() -> list[Figure]:
    """Measure in turns: the reference, then ours with one worker and with two, each into a store of its own."""
    plan = wide_plan()
    files = filled(plan, DAY)
    times: dict[int, list[float]] = {0: []} | {workers: [] for workers, _ in LIMITS}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ALTERNATIONS):
            times[0].append(seconds(lambda: visit(files)))
            for workers, _ in LIMITS:
                store = Store(Path(folder) / f"{turn}-{workers}.duckdb")
                store.init([plan], None, Act("", AT))
                taken: list[Taken] = []
                times[workers].append(seconds(lambda: taken.extend(load(store, plan, files, workers))))  # noqa: B023
                check(taken, store, plan)
    middle = {k: statistics.median(v) for k, v in times.items()}
    name = "loading {} returns end to end, {}"
    words = {1: "one worker", 2: "two workers"}
    return [
        Figure(name.format(FILES, words[w]), middle[w], "openpyxl visiting the same cells once", middle[0], limit)
        for w, limit in LIMITS
    ]
