"""Temporary real stores and readings for the tests of the store, made without any workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from kpi.collection.acts import Act
from kpi.collection.workflow import Answer, Brief, Entry, Reading
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.benchmarks.benchmark_files import Benchmarks
from loaders.store import NewReturn, Receipt, Saved, Store
from loaders.store.commands import HANDLERS
from loaders.store.commands.sending import Sending
from tests.factory import POLICY, RATE, ROUND, tiny_plan

AT = datetime(2025, 9, 10, 10, 0)


def later(hours: float) -> datetime:
    return AT + pd.Timedelta(hours=hours).to_pytimedelta()


def figures(count: int = 3) -> Benchmarks:
    series = pd.DataFrame(
        [
            {
                "series_id": "s1", "name": "系列", "topic": "work", "definition": "定義", "unit": "％", "decimals": 1,
                "direction": "increase", "source_title": "出典", "small_sample": "", "note": "", "pair": True,
            }
        ]
    )  # fmt: skip
    values = pd.DataFrame(
        {
            "series_id": "s1", "area_code": [f"{i:05d}" for i in range(count)], "area": "青森市", "period": "FY2024",
            "position": 2025.25, "value": [float(i) for i in range(count)], "release": "final", "vintage": "2026-03",
            "source_title": "出典", "source": "第1表", "confidence": "", "note": "",
        }
    )  # fmt: skip
    return Benchmarks(series, values, pd.DataFrame({"series_id": ["s1"], "period": ["FY2023"], "reason": ["断層"]}))


def first_start(folder: Path, plan: Plan | None = None, *, wait: float = 10.0) -> Store:
    """A store of a plan (the tiny one unless told) made, or brought up to date, as the program does it."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder / "kpi.duckdb", wait)
    store.init([plan or tiny_plan()], figures(), Act("", AT))
    return store


def new_store(folder: Path, plan: Plan | None = None, *, wait: float = 10.0) -> Store:
    """The same as a copy of one that is made once in a run of the tests for each plan."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = plan or tiny_plan()
    key = repr(plan)
    if key not in _made:
        with TemporaryDirectory() as made:
            _made[key] = first_start(Path(made), plan).path.read_bytes()
    (folder / "kpi.duckdb").write_bytes(_made[key])
    return Store(folder / "kpi.duckdb", wait)


def do(
    store: Store, name: str, *args: Any, by: str = "", at: datetime = AT, role: str = "", reason: str = "",
    person: str = "", **given: Any,
) -> Any:  # fmt: skip
    """An act of the register by its name."""
    return store.do(HANDLERS[name], Act(by, at, role, reason, person), *args, **given)


def save_return(store: Store, reading: Reading, data: bytes, filename: str, **given: Any) -> Saved:
    """One file kept as a draft."""
    (saved,) = do(store, "save", [NewReturn(reading, data, filename)], **given)
    return saved


def send(
    store: Store, submission_id: str, *, settled_on: date | None = None, late: bool = True, **given: Any
) -> Receipt | tuple[Issue, ...]:
    """One draft sent, or why not."""
    (sent,) = do(store, "send", [submission_id], Sending(settled_on, late), **given)
    return sent


def decide_card(
    store: Store, proposal_id: str, accept: bool, decided_on: date, decision: str = "本部決定", **given: Any
) -> tuple[Issue, ...]:
    """A proposal accepted, or not taken up."""
    return do(store, "accept_card" if accept else "reject_card", proposal_id, decided_on, decision, **given)


#: The files of stores by what their plans say.
_made: dict[str, bytes] = {}


def entry(key: str, value: float | str | None, cell: str = "H6") -> Entry:
    written = "" if value is None else str(value)
    return Entry(key, "KPI調査票", cell, written, value)


def answer(indicator_id: str, **said: float | str | None) -> Answer:
    cells = {key: entry(key, value, f"{chr(65 + i)}6") for i, (key, value) in enumerate(said.items())}
    return Answer(indicator_id, cells)


def reading(
    *answers: Answer,
    issues: tuple[Issue, ...] = (),
    department: str = POLICY,
    round_id: str = ROUND,
    sample: bool = False,
) -> Reading:
    return Reading("tiny", round_id, department, answers, issues, form_version="1", sample=sample)


def issue(severity: Severity, indicator_id: str, key: str = "value") -> Issue:
    return Issue(
        f"test.{severity}",
        severity,
        "確かめてください。",
        "直してください。",
        "KPI調査票",
        "A6",
        "約5",
        indicator_id,
        key,
    )


def filled_store(folder: Path) -> Store:
    """A new store with one sent value."""
    store = new_store(folder)
    save_and_send(store, reading(answer(RATE, value=65.0, period="FY2024")), b"1", later(1))
    return store


def save_and_send(store: Store, one: Reading, data: bytes, at: datetime, by: str = "青森 花子") -> str:
    saved = save_return(store, one, data, "回答.xlsx", by=by, at=at)
    receipt = send(store, saved.submission_id, by=by, at=at)
    assert not isinstance(receipt, tuple), receipt
    return saved.submission_id


def read_back(files: Iterable[tuple[str, bytes]]) -> Iterator[Callable[..., Reading]]:
    """Opens files that hold ``indicator=value`` lines, for what does not need a workbook."""
    for _, data in files:
        pairs = [line.split("=") for line in data.decode().splitlines() if "=" in line]
        yield partial(_read_back, tuple(answer(k, value=float(v), period="FY2024", release="final") for k, v in pairs))


def _read_back(said: Sequence[Answer], _brief: Brief, *, round_id: str, department_id: str) -> Reading:
    return reading(*said, department=department_id, round_id=round_id)
