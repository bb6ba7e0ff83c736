"""A data folder of the toy plan whose work has schedules, 再掲 and two half-years of the review, for screens."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from kpi.collection.scope import asked_of
from loaders.services.operations import open_store
from loaders.store import Store
from tests.samplekit import MERE, PLAN, with_files, with_samples
from tests.storekit import do, save_return, send
from tests.worktools import form, half, read, said

SPRING, AUTUMN = "work-2025-2", "work-2026-1"
#: When each round's answers come in.
SENT = {SPRING: datetime(2026, 4, 10, 10), AUTUMN: datetime(2026, 10, 6, 10)}
ROUNDS = """
[[round]]
id = "work-2025-2"
name = "令和7年度下期 取組の見直し"
kind = "initiatives"
period = "FY2025H2"
opens = 2026-04-01
due = 2026-04-21

[[round]]
id = "work-2026-1"
name = "令和8年度上期 取組の見直し"
kind = "initiatives"
period = "FY2026H1"
opens = 2026-09-08
due = 2026-10-15
"""
#: Which department answers for the initiatives of an item.
OWNERS = {
    "commerce": "commerce", "primary-industry": "agriculture", "tourism": "tourism", "work-style": "planning",
    "health-welfare": "health", "childcare": "health", "school": "education", "transport": "planning",
    "safety": "police", "disaster": "crisis", "infrastructure": "land", "convenience": "planning",
    "management": "planning", "security": "general-affairs",
}  # fmt: skip
#: What the plan says of some initiatives beside their names.
DETAILS: Mapping[str, Mapping[str, str]] = {
    "commerce-1": {"planned_start": "FY2024H1", "planned_end": "FY2026H2", "indicators": "dx-support",
                   "related_indicators": "labor-productivity", "priority": "産業のDX", "law_kinds": "online;divide",
                   "interim": "説明会の参加者(人);導入した企業(社)", "state": "new",
                   "sdgs": "8 働きがいも経済成長も;9 産業と技術革新の基盤をつくろう", "budget_initial": "12500",
                   "partners": "市町村は会場を貸す。", "related_departments": "planning"},
    "commerce-2": {"planned_start": "FY2024H1", "planned_end": "FY2025H2", "indicators": "sme-dx"},
    "commerce-3": {"planned_start": "FY2025H1", "planned_end": "FY2028H2"},
    "commerce-4": {"planned_start": "FY2024H1", "planned_end": "FY2025H2"},
    "primary-industry-1": {"planned_start": "FY2024H1", "planned_end": "FY2028H2", "indicators": "rice-labor"},
    "school-1": {"planned_start": "FY2024H2", "planned_end": "FY2027H1", "priority": "教育のDX",
                 "law_kinds": "divide"},
}  # fmt: skip
#: A 再掲 in another field, and what gathers others.
MORE = (
    {"id": "again", "item_id": "school", "refers_to": "commerce-3", "number": "再1",
     "name": "県内IT産業の振興のための人財の育成・確保"},
    {"id": "policy", "item_id": "commerce", "number": "方針1", "name": "県内企業のデジタル化を進める"},
)  # fmt: skip


def with_work(folder: Path, scheme: str = "") -> Path:
    """A folder of one's own with samples of the values, and two half-years of the work answered in part.

    ``scheme`` is what the plan's file says of a self-evaluation (:data:`tests.evaluationkit.SCHEMES`).
    """
    data = with_samples(folder)
    _write_plan(data / "plans" / PLAN, scheme)
    store = open_store(data, at=datetime(2026, 4, 1, 9))
    answer(store, SPRING, "commerce", {
        "commerce-1": {"interim_1": 80.0, "interim_2": 3.0}, "commerce-2": {"course": "expand"},
        "commerce-3": {"progress": "considering"},
    })  # fmt: skip
    answer(store, SPRING, "education", {})
    late = {
        "progress": "late", "course": "revise", "performance": "12会場で開いた。", "next_plan": "動画にする。",
        "delay_reason": "会場が足りなかった。", "recovery": half("2027H1"), "revised_end": half("2027H1"),
        "revision_reason": "会場の工事が終わるのを待つ。", "decided_by": "部長決裁(R8.10.3)",
        "problems": "動画の字幕。", "interim_1": 120.0, "interim_2": 5.0,
    }  # fmt: skip
    slow = {"progress": "slightly_late", "delay_reason": "人手が足りない。", "recovery": half("2026H2")}
    done = {"progress": "done", "course": "end", "next_plan": None}
    first = answer(store, AUTUMN, "commerce", {"commerce-1": late, "commerce-2": done, "commerce-4": slow})
    do(store, "confirm", first, ["commerce-1", "commerce-2", "commerce-3"], by="事務局", at=SENT[AUTUMN])
    return data


def only_work(folder: Path) -> Path:
    """The same plan without an indicator, in a store with commerce's answers of the first half-year alone."""
    plan = with_files(folder, *MERE) / "plans" / PLAN
    toml = (plan / "plan.toml").read_text("utf-8")
    (plan / "plan.toml").write_text(toml[: toml.index("[[round]]")], "utf-8")
    for file in ("indicators.csv", "assumptions.csv", "ownership.csv"):
        heading = (plan / file).read_text("utf-8-sig").splitlines()[0]
        (plan / file).write_text(f"{heading}\n", "utf-8")
    _write_plan(plan, "", moves=False)
    store = open_store(folder, at=datetime(2026, 4, 1, 9))
    answer(store, SPRING, "commerce", {"commerce-3": {"progress": "considering"}})
    return folder


def answer(store: Store, round_id: str, department: str, answers: Mapping[str, dict[str, object]]) -> str:
    """A department's answers of a half-year, sent; what is not given is on its way. The number of the return."""
    at = SENT[round_id]
    brief = store.snapshot(PLAN).brief(at.date())
    asked = asked_of(brief.plan, brief.plan.round(round_id), department, at.date())
    words = {
        "performance": f"{at.year}年{at.month}月までに進めた。",
        "next_plan": f"{at.year}年{at.month}月から広げる。",
    }
    if scheme := brief.plan.self_evaluation:
        words["evaluation"] = scheme.grades[0].word
    data = form(brief, round_id, {one.id: said(**(words | answers.get(one.id, {}))) for one in asked}, department)
    kept = save_return(store, read(data, brief), data, f"{department}.xlsx", by="担当", at=at)
    receipt = send(store, kept.submission_id, by="担当", at=at)
    assert not isinstance(receipt, tuple), receipt
    return kept.submission_id


def _write_plan(folder: Path, scheme: str, *, moves: bool = True) -> None:
    """``moves``: whether the initiatives name the indicators that they move."""
    path = folder / "initiatives.csv"
    rows: list[dict[str, str]] = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    for place, row in enumerate(rows, start=1):
        row["number"] = f"{place}"
        row["parent_id"] = "policy" if row["id"] in ("commerce-1", "commerce-2") else ""
        row |= {k: v for k, v in DETAILS.get(row["id"], {}).items() if moves or not k.endswith("indicators")}
    rows += MORE
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    own = folder / "ownership.csv"
    owned = [one for one in own.read_text("utf-8-sig").splitlines() if one]
    lines = [f"{owned[0]},initiative_id", *(f"{one}," for one in owned[1:])]
    lines += [f",{OWNERS[row['item_id']]},,,{row['id']}" for row in rows if not row.get("refers_to")]
    own.write_text("\n".join(lines) + "\n", "utf-8")
    plan = folder / "plan.toml"
    plan.write_text(plan.read_text("utf-8") + ROUNDS + scheme, "utf-8")
