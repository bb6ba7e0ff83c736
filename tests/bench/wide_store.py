"""Stores as large as they come, and one whose every list is a full page: invented plans, answered year after year."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from kpi.collection.acts import Act
from kpi.collection.workflow import Answer, Entry, Reading
from kpi.period import Period
from kpi.plan import DatedName, Department, Ownership, Plan
from loaders.services.operations import DATABASE
from loaders.store import Store
from loaders.store.commands import HANDLERS
from loaders.store.commands.drafts import NewReturn
from tests.factory import COUNT, ROUND, tiny_plan

BEGUN = datetime(2007, 5, 1, 9)
#: The bytes that a filled form has; here they are nobody's workbook.
FILE = 20_000


@dataclass(frozen=True)
class Width:
    """How many indicators each department owns, in how many fields, and the years of the rounds."""

    owned: tuple[int, ...]
    fields: int
    years: range


#: 500 indicators of 20 departments, 100 in each of five fields, answered in 20 yearly rounds.
WIDE = Width((25,) * 20, 5, range(2006, 2026))
#: Every list is one full page: 20 departments, one of which owns 20 indicators, 20 in a field, 20 rounds.
FULL_PAGE = Width((20, *(1,) * 19), 2, WIDE.years)


def wide_plan(width: Width) -> Plan:
    """The tests' small plan made as wide as that."""
    plan = tiny_plan()
    indicator, card, asked = plan.indicator(COUNT), plan.card(COUNT), plan.round(ROUND)
    fields = tuple(
        replace(plan.fields[0], id=f"f{n}", name=f"第{n + 1}分野", short=f"第{n + 1}", items=())
        for n in range(width.fields)
    )
    owners = sorted((turn, d) for d, owned in enumerate(width.owned) for turn in range(owned))
    ids = [(f"d{d:02d}", f"i{n:03d}", n) for n, (_, d) in enumerate(owners)]
    return replace(
        plan,
        start=Period("FY", width.years[0]),
        end=Period("FY", 2028),
        fields=fields,
        departments=tuple(Department(f"d{n:02d}", (DatedName(f"第{n + 1}部"),)) for n in range(len(width.owned))),
        ownerships=tuple(Ownership(i, d) for d, i, _ in ids),
        indicators=tuple(
            replace(indicator, id=i, number=str(n + 1), name=f"第{n + 1}の取組に参加した事業者の数", level="field",
                    field_id=f"f{n % width.fields}", item_id="")
            for _, i, n in ids
        ),
        cards=tuple(
            replace(card, indicator_id=i, kind="annual", baseline=_level(n), target=_level(n) + 300,
                    baseline_period=Period("FY", width.years[0] - 1), target_period=Period("FY", 2028))
            for _, i, n in ids
        ),
        rounds=tuple(
            replace(asked, id=f"fy{y}", name=f"{y}年度実績", period=Period("FY", y), opens=None, due=None)
            for y in width.years
        ),
    )  # fmt: skip


def _level(number: int) -> float:
    """Where an indicator starts: of every forty a few keep to their path, so that any 確認 has something to judge."""
    return 100.0 + 12.0 * (number % 40)


def wide_store(data: Path, width: Width = WIDE) -> Store:
    """The store in a data folder, every return sent and every second one confirmed, in turn."""
    plan, bytes_of = wide_plan(width), random.Random(2006)
    store = Store(data / DATABASE)
    store.init([plan], None, Act("", BEGUN))
    for number, year in enumerate(width.years):
        act = Act("部局", BEGUN + timedelta(days=365 * number))
        new = [NewReturn(_reading(plan, year, d.id), bytes_of.randbytes(FILE), f"{d.id}_{year}.xlsx")
               for d in plan.departments]  # fmt: skip
        saved = [one.submission_id for one in store.do(HANDLERS["save"], act, new)]
        store.do(HANDLERS["send"], act, saved)
        # Of the newest round too something waits: on 確認 a page with nothing to do is no measure.
        for submission_id in saved[number % 2 :: 2]:
            store.do(HANDLERS["confirm"], Act("事務局", act.at + timedelta(days=1)), submission_id)
    return store


def _reading(plan: Plan, year: int, department_id: str) -> Reading:
    own = [o.subject_id for o in plan.ownerships if o.department_id == department_id]
    return Reading(
        plan_id=plan.id,
        round_id=f"fy{year}",
        department_id=department_id,
        answers=tuple(_answer(i, year, year - plan.start.year, n) for n, i in enumerate(own)),
        issues=(),
        form_version="1",
        matched_by="meta",
        sample=False,
    )


def _answer(indicator_id: str, year: int, since: int, row: int) -> Answer:
    said = {
        "value": 110.0 + 12.0 * since + row,
        "period": f"FY{year}",
        "release": "final",
        "evidence": f"{year}年度実績調べ(担当課集計)",
        "analysis": "支援機関が増え、相談が前年度より多かった。",
        "actions": "説明会を続け、対象を全域に広げる。",
    }
    return Answer(
        indicator_id,
        {k: Entry(k, "KPI調査票", f"{'HIJKLM'[n]}{row + 6}", str(v), v) for n, (k, v) in enumerate(said.items())},
    )
