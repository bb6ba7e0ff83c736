"""Loading and sending 200 filled returns end to end, against openpyxl merely visiting the cells of the same files.

Ours opens each file in a child process under limits, reads it by the form's definition, checks it, and keeps it in a
new store with its bytes, entries and issues; then all are sent, which starts their rounds and makes observations of
them. The reference is one process that has every file in memory already, loads it with ``openpyxl.load_workbook`` and
walks over all cells of all sheets: no limits, no meaning, nothing kept.
Both take turns, and the middle one of their times counts.
"""

from __future__ import annotations

import gc
import io
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import openpyxl

from kpi.collection.acts import Act
from kpi.collection.workflow import Brief
from kpi.period import Period
from kpi.plan import Card, DatedName, Department, Ownership, Plan
from loaders.form.writing.writer import form_filename, write_form
from loaders.services.intake import Taken, send_returns, take_files
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
WORDS = {1: "one worker", 2: "two workers"}
#: Loaded by two workers and sent.
SENT_TOO = 1.2

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


def send(store: Store, taken: list[Taken]) -> list[Taken]:
    """Ours, the other half: what was kept is sent, in the one transaction of a batch."""
    return send_returns(store, taken, act=Act("計測", AT))


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


def check_sent(sent: list[Taken], store: Store, plan: Plan) -> None:
    """Nor has anything been sent that did not become a figure of its indicator."""
    unsent = [i for t in sent for i in t.unsent]
    if not all(t.sent for t in sent) or len(store.snapshot(plan.id).observations) != FILES * OWNED:
        raise AssertionError(f"not all files were sent: {unsent[:3]}")


class Cost(NamedTuple):
    """Seconds by the clock, and those of the processors, the children's too."""

    seconds: float
    processor: float


def cost(work: Callable[[], object]) -> Cost:
    """What one turn costs."""
    gc.collect()
    before = os.times()
    work()
    after = os.times()
    return Cost(after.elapsed - before.elapsed, sum(after[:4]) - sum(before[:4]))


def middle(costs: Sequence[Cost]) -> Cost:
    """The middle one of each."""
    return Cost(*(statistics.median(c) for c in zip(*costs, strict=True)))


def run() -> list[Figure]:
    """Measure in turns: the reference, then ours with one worker and with two, each into a store of its own.

    What the last has kept is sent as well.
    """
    plan = wide_plan()
    files = filled(plan, DAY)
    costs: dict[str, list[Cost]] = {name: [] for name in ("visit", *WORDS.values(), "send")}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ALTERNATIONS):
            costs["visit"].append(cost(lambda: visit(files)))
            for workers, _ in LIMITS:
                store = Store(Path(folder) / f"{turn}-{workers}.duckdb")
                store.init([plan], None, Act("", AT))
                taken: list[Taken] = []
                costs[WORDS[workers]].append(cost(lambda: taken.extend(load(store, plan, files, workers))))  # noqa: B023
                check(taken, store, plan)
            sent: list[Taken] = []
            costs["send"].append(cost(lambda: sent.extend(send(store, taken))))  # noqa: B023
            check_sent(sent, store, plan)
    return _figures({name: middle(found) for name, found in costs.items()})


def _figures(of: Mapping[str, Cost]) -> list[Figure]:
    visit_once, name = of["visit"], "openpyxl visiting the same cells once"
    shares = {what: found.processor / visit_once.processor for what, found in of.items()}
    figures = [
        Figure(f"loading {FILES} returns end to end, {WORDS[w]}", of[WORDS[w]].seconds, name, visit_once.seconds, limit)
        for w, limit in LIMITS
    ]
    both = of[WORDS[2]].seconds + of["send"].seconds
    note = "processor seconds, the reference 1: " + ", ".join(f"{what} {n:.2f}" for what, n in shares.items())
    return [
        *figures,
        Figure(f"loading and sending {FILES} returns, {WORDS[2]}", both, name, visit_once.seconds, SENT_TOO, (note,)),
    ]
