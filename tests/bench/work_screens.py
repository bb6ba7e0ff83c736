"""The screens of a plan with 500 initiatives and 60 indicators, against the same screens of the plan as it is.

Both are the plan that the program comes with, under its own fields, items and departments; the large one has its
initiatives and its indicators over and over. Both have the samples of their indicators, and of every initiative what
its department says in two half-years: its schedule, how far it is, and of some a changed schedule or a delay.
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
from kpi.collection.scope import asked_of
from loaders.services.operations import open_store
from loaders.services.samples.sample_files import VALUES, build
from loaders.services.samples.sample_rounds import load_samples
from loaders.store import Store
from loaders.store.commands import HANDLERS
from tests import ROOT
from tests.bench.figure import Figure
from tests.bench.screens import TODAY, TURNS, WARMUP, Times, Visitor, arrive
from tests.roadmapkit import AUTUMN, ROUNDS, SENT, SPRING, answer
from tests.worktools import half

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
    for path in (plan / "ownership.csv", plan / "assumptions.csv", samples / VALUES):
        _write(path, [made for row in _read(path) for made in _for_each(row, copies)])
    build(data, samples)


def _for_each(row: dict[str, str], copies: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    key = next((key for key in ("indicator_id", "initiative_id") if row.get(key) in copies), "")
    yield from ([row | {key: one} for one in copies[row[key]]] if key else [row])


def _said(place: int) -> tuple[dict[str, object], dict[str, object]]:
    """What is said of an initiative in two half-years, by its place in the plan."""
    first = 2024 + place % 3
    spring: dict[str, object] = {
        "planned_start": half(f"{first}H{1 + place % 2}"), "planned_end": half(f"{first + 1 + place % 2}H2"),
    }  # fmt: skip
    if place % 7 == 3:
        return spring | {"progress": "considering"}, {"course": "expand"}
    if place % 7 == 5:
        late = {"progress": "late", "delay_reason": "人手が足りない。", "recovery": half("2027H1"), "course": "revise"}
        moved = {"revised_end": half("2028H2"), "revision_reason": "工事を待つ。", "decided_by": "部長決裁(R8.10.3)"}
        return spring, {**late, **moved}
    if place % 7 == 6:
        return spring, {"progress": "done", "course": "end", "next_plan": None}
    return spring, {}


def worked_plan(data: Path, *, large: bool) -> Store:
    """A new data folder with the plan, its samples and both half-years, every second return of them confirmed."""
    data.mkdir()
    (data / "benchmarks").symlink_to(ROOT / "data" / "benchmarks")
    copytree(ROOT / "data" / "plans" / PLAN, data / "plans" / PLAN)
    copytree(ROOT / "data" / "samples", data / "samples")
    with (data / "plans" / PLAN / "plan.toml").open("a", encoding="utf-8") as file:
        file.write(ROUNDS)
    if large:
        enlarge(data)
    store = open_store(data)
    load_samples(store, data, PLAN, Act("", datetime.fromisoformat(f"{TODAY}T11:00")))
    plan = store.snapshot(PLAN).plan
    wanted = (INITIATIVES, INDICATORS) if large else (54, 19)
    assert (len(plan.initiatives), len(plan.indicators)) == wanted
    said = {one.id: _said(place) for place, one in enumerate(plan.initiatives)}
    for turn, round_id in enumerate((SPRING, AUTUMN)):
        for number, department in enumerate(plan.departments):
            asked = asked_of(plan, plan.round(round_id), department.id, SENT[round_id].date())
            if asked:
                kept = answer(store, round_id, department.id, {one.id: said[one.id][turn] for one in asked}, PLAN)
                if number % 2:
                    store.do(HANDLERS["confirm"], Act("事務局", SENT[round_id]), kept)
    return store


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
    for name in ("real", "large"):
        worked_plan(folder / name, large=name == "large")
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
