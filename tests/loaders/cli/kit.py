"""``python -m loaders`` on a data folder, and forms of the toy plan to bring to it."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

from kpi.snapshot import Snapshot
from loaders.cli import commands as cli
from loaders.form.writing.writer import write_form
from loaders.services import operations
from loaders.store import Store

DAY, NOW = date(2026, 11, 21), datetime(2026, 11, 21, 10, 0)
ROUND = "fy2025"


def run(data: Path, *arguments: object) -> tuple[int, str]:
    out = io.StringIO()
    code = cli.main(["--data", str(data), *map(str, arguments)], out)
    return code, out.getvalue()


def store(data: Path) -> Store:
    return operations.open_store(data, at=NOW)


def snapshot(data: Path) -> Snapshot:
    opened = store(data)
    return opened.snapshot(opened.plan_ids()[0])


def single(found: Snapshot) -> str:
    """A department that answers for one indicator whose card is still empty."""
    for department in found.plan.departments:
        owned = found.plan.owned_by(department.id, DAY)
        if len(owned) == 1 and found.cards[owned[0].id].direction == "increase":
            return department.id
    raise AssertionError


def answers(found: Snapshot, department: str, **more: object) -> dict[str, dict[str, object]]:
    said: dict[str, object] = {
        "value": 40.0, "release": "final", "evidence": "担当課調べ", "section": "担当課", "person": "青森 花子",
        "contact": "ka@pref.example.jp", "baseline": 30.0, "baseline_period": "FY2023", "target": 60.0,
        "target_period": "FY2028",
    }  # fmt: skip
    return {i.id: said | more for i in found.plan.owned_by(department, DAY)}


def form(data: Path, *, sample: bool = False, round_id: str = ROUND, **more: object) -> bytes:
    found = snapshot(data)
    department = single(found)
    return write_form(found.brief(DAY), round_id, department, sample=sample, answers=answers(found, department, **more))
