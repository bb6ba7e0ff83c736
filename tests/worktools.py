"""The tiny plan with work to tell of: initiatives, who answers for them, and two half-years of the review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from kpi.collection.workflow import Brief, Reading
from kpi.initiatives.initiative import Initiative
from kpi.period import Period
from kpi.plan import Ownership, Plan, Round
from loaders.form.writing.writer import write_form
from loaders.services.batch_reading import read_book
from loaders.workbook.cells import open_book
from tests.campaign.forms import Here
from tests.factory import COUNT, POLICY, RATE, tiny_plan

MEETING, DESK, AGAIN, CAR = "meeting", "desk", "meeting-again", "car"
FIRST, SECOND = "h2024-2", "h2025-1"
CONTACT = {"section": "DX推進課", "person": "青森 花子", "contact": "dx@pref.example.jp"}


def half(code: str) -> Period:
    """``2024H1`` as a half-year."""
    return Period.parse(f"FY{code}")


@cache
def work_plan() -> Plan:
    """One initiative with everything, one without a schedule, one 再掲, and one of another department."""
    plan = tiny_plan()
    item, other = (field.items[0].id for field in plan.fields)
    initiatives = (
        Initiative(
            MEETING, item, "説明会を全域で開く", "1-1", planned_start=half("2024H1"), planned_end=half("2025H2"),
            indicators=(RATE,), interim=("参加者(人)",), law_kinds=("divide",),
        ),
        Initiative(DESK, item, "窓口を一つにする", "1-2"),
        Initiative(AGAIN, other, "説明会を全域で開く", "2-1", refers_to=MEETING),
        Initiative(CAR, other, "自動運転の実証", "2-2", planned_start=half("2024H1"), planned_end=half("2028H2"),
                   indicators=(COUNT,)),
    )  # fmt: skip
    owned = (Ownership(MEETING, POLICY), Ownership(DESK, POLICY), Ownership(CAR, "agri"))
    rounds = (
        Round(FIRST, "令和6年度下期 取組の見直し", "initiatives", half("2024H2"), date(2025, 4, 1), date(2025, 4, 21)),
        Round(
            SECOND, "令和7年度上期 取組の見直し", "initiatives", half("2025H1"), date(2025, 9, 8), date(2025, 10, 15)
        ),
    )
    return replace(plan, initiatives=initiatives, ownerships=(*plan.ownerships, *owned), rounds=(*plan.rounds, *rounds))


def said(**changes: object) -> dict[str, object]:
    """A sound answer about one initiative."""
    sound: dict[str, object] = {
        "progress": "on_schedule", "course": "continue", "performance": "8会場で開いた。",
        "next_plan": "12会場で開く。",
    }  # fmt: skip
    return {**sound, **CONTACT, **changes}


def form(brief: Brief, round_id: str, answers: Mapping[str, Mapping[str, object]], department: str = POLICY) -> bytes:
    """A form of a half-year, filled in."""
    return write_form(brief, round_id, department, answers=answers)


def read(data: bytes, brief: Brief) -> Reading:
    """A returned form of a half-year, read and checked."""
    return read_book(open_book(data, "回答.xlsx", pool=Here()), brief, round_id="", department_id="")  # type: ignore[arg-type]
