"""The workbook of a plan treated as people treat one."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.initiatives.initiative import Initiative
from kpi.initiatives.self_evaluation import Grade, SelfEvaluation
from kpi.period import Period
from kpi.plan import DatedName, Division, Item, Ownership, Plan, Priority, Round, Scheme, Section, Stance
from loaders.plan.plan_workbook import FIRST_ROW, HEADINGS_ROW, write_workbook
from loaders.plan.plan_workbook_reading import ReadPlan, read_workbook
from tests.factory import COUNT, FY, POLICY, RATE, TRADE, tiny_plan
from tests.once import by_value, remembered

DAY = date(2026, 11, 21)
Hurt = Callable[[Workbook], object]


def rich_plan() -> Plan:
    """A plan in which every column of every sheet says something."""
    plan = tiny_plan()
    half = Period("H", 2025, 1)
    first = replace(plan.fields[0], pictures=("一つめ\n続き", "二つめ"), policy="方針", slogan="標語", foundation=True)
    first = replace(first, items=(Item("i1", first.id, "項目", ("姿",), ("取組の名",), "注"), *first.items))
    departments = tuple(
        replace(
            d, names=(DatedName("旧い部", None, date(2025, 3, 31)), DatedName("新しい部", date(2025, 4, 1), None)),
            aliases=("別名", "もう一つ"), mail="a@x.jp",
            divisions=(Division("ka1", "一課", (RATE, "work1"), "k@x.jp", date(2025, 4, 1), date(2026, 3, 31)),),
        ) if d.id == POLICY else d
        for d in plan.departments
    )  # fmt: skip
    indicators = tuple(
        replace(i, definition="定義\n2行目", series_id="s1", assumptions={"unit": "仮", "band_low": "想定"})
        if i.id == RATE else i for i in plan.indicators
    )  # fmt: skip
    cards = tuple(
        replace(
            c, direction="maintain", band=(90.0, 110.5), milestones=((FY[2025], 50.25), (FY[2026], 60.0)),
            dropped_on=date(2026, 4, 1),
        ) if c.indicator_id == COUNT else c
        for c in plan.cards
    )  # fmt: skip
    work = Initiative(
        "work1", "i1", "取組の名", "1-1", "", "", "new", "重点", ("online", "divide"), (RATE,), (COUNT,), ("回数(回)",),
        half, Period("H", 2026, 2), (TRADE,), "市町村", ("9", "11"), 1000.0, 250.5, 0.0, ("old/w1",), "説明", "12頁",
    )  # fmt: skip
    return replace(
        plan,
        slogan="標語", source="出典", ideals=("理念", "二つめ"), publication="internal", offered=False,
        sole_secretary=True, required_texts=("verification", "limits"),
        fields=(first, *plan.fields[1:]), departments=departments, indicators=indicators, cards=cards,
        stances=(Stance("変革", "見出し", "本文"),), priorities=(Priority("重点", ("a", "b\nc")),),
        sections=(Section("s", "題", "章", ("段落",), ("要点",), "出典", "示していない"),),
        initiatives=(work, Initiative("work2", "i1", "下の取組", parent_id="work1")),
        ownerships=(*plan.ownerships, Ownership("work2", TRADE, date(2025, 4, 1), date(2026, 3, 31))),
        rounds=(*plan.rounds, Round(
            "r9", "回", "half", half, date(2025, 10, 1), date(2025, 10, 31), 12, "想定", date(2025, 10, 20),
            (POLICY,), (RATE, "work2"),
        )),
        scheme=Scheme("grade_abc", {"grade_a": 1.0, "grade_b": 0.5}, 0.1, {"achieved": "達成\nした"}, True, False),
        self_evaluation=SelfEvaluation(
            "担当の評価", "達成度による", "出典 3頁", ("必要性", "有効性"), (Grade("A", "進んでいる"), Grade("順調")),
        ),
        words={"answer": "回答", "form": "様 式"}, assumptions={"scheme": "仮", "departments.policy": "仮"},
    )  # fmt: skip


def settled(plan: Plan) -> Plan:
    """The plan as its files would tell it: what an item's initiatives say of it is not said twice."""
    names = {item.id: tuple(i.name for i in plan.initiatives if i.item_id == item.id and not i.parent_id)
             for one in plan.fields for item in one.items}  # fmt: skip
    fields = tuple(
        replace(f, items=tuple(replace(item, policies=names[item.id]) for item in f.items)) for f in plan.fields
    )
    return replace(plan, fields=fields)


def _book(plan: Plan) -> bytes:
    return write_workbook(plan, DAY)


#: The workbook of a plan.
book = remembered(_book, by_value)


def treated(data: bytes, *how: Hurt) -> bytes:
    """The workbook after somebody worked on it."""
    found = load_workbook(io.BytesIO(data))
    for one in how:
        one(found)
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


def read(data: bytes) -> ReadPlan:
    return read_workbook(data, "定義書.xlsx")


def column(sheet: Worksheet, heading: str) -> int:
    """The column of a heading."""
    return next(c.column for c in sheet[HEADINGS_ROW] if c.value == heading)


def row(sheet: Worksheet, **where: Any) -> int:
    """The first row whose cells under headings are those values."""
    return next(
        r for r in range(FIRST_ROW, sheet.max_row + 1)
        if all(sheet.cell(r, column(sheet, h)).value == v for h, v in where.items())
    )  # fmt: skip


def put(sheet: str, heading: str, value: Any, **where: Any) -> Hurt:
    """Write into a cell of the row that the values name."""

    def do(found: Workbook) -> None:
        page = found[sheet]
        page.cell(row(page, **where), column(page, heading)).value = value

    return do


def say(sheet: str, heading: str, value: Any) -> Hurt:
    """Write beside a heading of an upright sheet."""

    def do(found: Workbook) -> None:
        page = found[sheet]
        (at,) = (c for cells in page.iter_rows() for c in cells if c.value == heading)
        page.cell(at.row, at.column + 1).value = value

    return do


def drop(sheet: str, **where: Any) -> Hurt:
    """Delete the row that the values name."""
    return lambda found: found[sheet].delete_rows(row(found[sheet], **where))


def add(sheet: str, **values: Any) -> Hurt:
    """Write a new row beneath the last."""

    def do(found: Workbook) -> None:
        page = found[sheet]
        at = next(r for r in range(FIRST_ROW, page.max_row + 2) if all(c.value is None for c in page[r]))
        for heading, value in values.items():
            page.cell(at, column(page, heading)).value = value

    return do


NEW = {
    "記号": "new-one", "番号": "8", "区分": "分野の指標", "分野の記号": "work", "名称": "新しい指標", "単位": "件",
    "望ましい方向": "増加", "値の種類": "年度ごとの値", "小数の桁数": 0, "目標値": 10, "目標値の時点": "FY2028",
}  # fmt: skip
