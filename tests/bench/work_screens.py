"""The screens of a plan with 500 initiatives and 60 indicators, against the same screens of the plan as it is.

Both are the plan that the program comes with, under its own fields, items and departments; the large one has its
initiatives and its indicators over and over, and with each what the samples say of it: values of indicators, and two
half-years of initiatives.
"""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from shutil import copytree

from kpi.collection.acts import Act
from loaders.services.operations import open_store
from loaders.services.samples.sample_files import VALUES, build
from loaders.services.samples.sample_reviews import REVIEWS
from loaders.services.samples.sample_rounds import load_samples
from tests import ROOT
from tests.bench.figure import Figure
from tests.bench.screens import TODAY, TURNS, WARMUP, Times, Visitor, arrive, real_plan

PLAN = "aomori-dx-2024"
INITIATIVES, INDICATORS = 500, 60
#: The screens by title, address with the plan as it is and with the large one, and words that stand in them only where
#: there is work. With so many initiatives the roadmap shows a field at a time, the first unless another is asked for:
#: also measured is the field with most of them, and of that what one department has, which is all drawn at once.
SCREENS = (
    ("取組・ロードマップ", "roadmap", "roadmap", "の取組の工程"),
    ("取組・ロードマップ, the largest field", "roadmap", "roadmap?in=life", "の取組の工程"),
    ("取組・ロードマップ, 74 drawn at once", "roadmap", "roadmap?in=life&department=health", "の取組の工程"),
    ("概況", "", "", "予定どおり"),
)
LIMIT = 1.5

Rows = list[dict[str, str]]


def _read(path: Path) -> Rows:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def _write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _again(rows: Rows, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    """So many rows with an id each, the same over and over; with every one the id of the row it was made of."""
    for place, row in enumerate(islice(cycle(rows), number)):
        turn = place // len(rows)
        more = {"id": f"{row['id']}-{turn}", "number": f"{row['number']}-{turn}"} if turn else {}
        yield row["id"], row | more


def enlarge(data: Path) -> None:
    """The plan of a data folder made as large as that, with what its other files say of each row once more."""
    plan, samples = data / "plans" / PLAN, data / "samples"
    copies: dict[str, list[str]] = {}
    for name, number in (("initiatives", INITIATIVES), ("indicators", INDICATORS)):
        made = list(_again(_read(plan / f"{name}.csv"), number))
        _write(plan / f"{name}.csv", [row for _, row in made])
        for own, row in made:
            copies.setdefault(own, []).append(row["id"])
    for path in (plan / "ownership.csv", plan / "assumptions.csv", samples / VALUES, samples / REVIEWS):
        _write(path, [made for row in _read(path) for made in _for_each(row, copies)])
    build(data, samples)


def _for_each(row: dict[str, str], copies: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    key = next((key for key in ("indicator_id", "initiative_id") if row.get(key) in copies), "")
    yield from ([row | {key: one} for one in copies[row[key]]] if key else [row])


def large_plan(data: Path) -> None:
    """A new data folder with the plan made large, its samples in its store."""
    data.mkdir()
    (data / "benchmarks").symlink_to(ROOT / "data" / "benchmarks")
    copytree(ROOT / "data" / "plans" / PLAN, data / "plans" / PLAN)
    copytree(ROOT / "data" / "samples", data / "samples")
    enlarge(data)
    store = open_store(data)
    load_samples(store, data, PLAN, Act("", datetime.fromisoformat(f"{TODAY}T11:00")))
    plan = store.snapshot(PLAN).plan
    assert (len(plan.initiatives), len(plan.indicators)) == (INITIATIVES, INDICATORS)


async def _turns(visitors: Mapping[str, Visitor]) -> Times:
    times = Times()
    for turn in range(WARMUP + TURNS):
        counts = times if turn >= WARMUP else Times()
        for title, *addresses, words in SCREENS:
            for address, (name, visitor) in zip(addresses, visitors.items(), strict=True):
                seconds, drawn = await visitor.visit(address)
                if words.encode() not in drawn:
                    raise RuntimeError(f"{title} does not show {words}")
                counts.add(f"{name} {title}", seconds)
    return times


async def _measured(folder: Path) -> Times:
    real_plan(folder / "real")
    large_plan(folder / "large")
    with ExitStack() as stack:
        return await _turns({name: await arrive(stack, "app.py", folder / name) for name in ("real", "large")})


def run() -> Sequence[Figure]:
    """Both screens in turn, the middle of each."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(_measured(Path(folder)))
    reference = "the same screen of the plan as it is: 54 initiatives, 19 indicators"
    return [
        Figure(f"{title}, {INITIATIVES} initiatives, {INDICATORS} indicators", times.middle(f"large {title}"),
               reference, times.middle(f"real {title}"), LIMIT)
        for title, *_ in SCREENS
    ]  # fmt: skip
