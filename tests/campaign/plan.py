"""The plan that the campaign's forms are made of: every kind of round, of department and of figure; all invented."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from kpi.collection.workflow import Brief, Past
from kpi.period import Period
from kpi.plan import Card, Department, Division, Indicator, Kind, Ownership, Round
from tests.factory import AGRI, POLICY, TRADE, tiny_plan

DAY = date(2025, 9, 10)
FIRST, LAST = 2019, 2023
SCHOOL, MUSEUM = "school", "museum"
DEPARTMENTS = (POLICY, TRADE, AGRI, SCHOOL)
ROUNDS = ("targets", "fy2024", "fy2025h1", "midterm")
#: Two briefs with a history of five years and one without any.
VARIANTS = ("a", "b", "first")


@dataclass(frozen=True)
class _Line:
    """One indicator in a line: where its values began and how much they change in a year."""

    id: str
    owner: str
    division: str
    name: str
    unit: str
    start: float
    step: float
    decimals: int = 0
    kind: Kind = "annual"
    parts: tuple[str, str] = ("", "")
    cycle: int = 12


_LINES = (
    _Line("apply", POLICY, "reform", "オンライン申請ができる手続の数", "手続", 182, 41, kind="cumulative"),
    _Line("paper", POLICY, "reform", "庁内で使うコピー用紙の枚数", "万枚", 4890.5, -212.4, 1),
    _Line("towns", POLICY, "towns", "窓口支援システムを使う市町村の割合", "％", 34.4, 6.3, 1, "level",
          ("システムを使う市町村の数", "県内の市町村の数")),
    _Line("cards", POLICY, "towns", "電子証明書を使った申請の割合", "％", 21.7, 4.4, 1, "level",
          ("電子証明書による申請件数", "申請の総件数")),
    _Line("users", POLICY, "towns", "地域アプリの登録者数", "人", 20450, 3120, kind="cumulative"),
    _Line("visits", TRADE, "", "専門家が訪ねた企業の件数", "件", 1120, 96),
    _Line("sales", TRADE, "", "従業者一人当たりの売上高", "千円/人", 6410, 88, kind="level"),
    _Line("members", TRADE, "", "研究会に加わる団体の数(累計)", "団体", 14, 4, kind="cumulative"),
    _Line("hours", AGRI, "", "水稲の直播による労働時間の削減率", "％", 4.2, 2.6, 1, "level"),
    _Line("pupils", SCHOOL, "class", "端末を毎日使う児童生徒の割合", "％", 51.8, 5.5, 1, "level",
          ("毎日使う児童生徒数", "調べた児童生徒数")),
    _Line("lessons", SCHOOL, "class", "遠隔授業の実施回数", "回", 364, 58),
    _Line("books", SCHOOL, "", "電子図書の貸出件数", "件", 45200, 3900),
)  # fmt: skip


@cache
def brief(variant: str) -> Brief:
    """The brief of a variant: the same plan, another past."""
    dice = random.Random(f"past {variant}")
    history = {line.id: _past(line, dice) for line in _LINES} if variant != "first" else {}
    plan = tiny_plan()
    owned: dict[str, dict[str, list[str]]] = {}
    for line in _LINES:
        owned.setdefault(line.owner, {}).setdefault(line.division, []).append(line.id)
    names = {**{one.id: one.names for one in plan.departments}, SCHOOL: plan.departments[1].names}
    departments = tuple(
        Department(
            one,
            names[one] if one != SCHOOL else (replace(names[one][0], name="教育庁"),),
            divisions=tuple(Division(v, _DIVISIONS[v], tuple(ids)) for v, ids in owned[one].items() if v),
        )
        for one in DEPARTMENTS
    )
    plan = replace(
        plan,
        id="campaign",
        departments=departments,
        ownerships=tuple(Ownership(line.id, line.owner) for line in _LINES),
        indicators=tuple(_indicator(number, line) for number, line in enumerate(_LINES, start=1)),
        cards=tuple(_card(line, variant) for line in _LINES),
        rounds=(
            Round("targets", "目標値等の設定", "targets", Period("FY", 2023), date(2024, 4, 1), date(2024, 5, 31)),
            Round("fy2024", "令和6年度実績", "annual", Period("FY", 2024), date(2025, 9, 1), date(2025, 10, 3)),
            Round("fy2025h1", "令和7年度上期", "half", Period("H", 2025, 1), date(2025, 11, 4), date(2025, 12, 5)),
            Round("midterm", "中間見直し", "midterm", Period("FY", 2024), date(2025, 9, 1), date(2025, 10, 31)),
        ),
    )
    return Brief(plan, DAY, {card.indicator_id: card for card in plan.cards}, history)


_DIVISIONS = {"reform": "行政改革課", "towns": "市町村課", "class": "学校教育課"}


def _indicator(number: int, line: _Line) -> Indicator:
    field = "admin" if line.owner in (POLICY, SCHOOL) else "work"
    return Indicator(
        line.id, str(number), "field", line.name, line.unit, "担当課調べ", field, numerator=line.parts[0],
        denominator=line.parts[1],
    )  # fmt: skip


def _card(line: _Line, variant: str) -> Card:
    known = line.id not in ("members", "lessons") or variant != "first"
    direction = "increase" if line.step > 0 else "decrease"
    return Card(
        line.id, 1, direction, line.kind, line.decimals, cycle_months=6 if line.id == "visits" else line.cycle,
        baseline=line.start if known else None, baseline_period=Period("FY", FIRST) if known else None,
        target=round(line.start + 9 * line.step, line.decimals) if known else None,
        target_period=Period("FY", 2028) if known else None,
    )  # fmt: skip


def _past(line: _Line, dice: random.Random) -> tuple[Past, ...]:
    value, out = line.start, []
    for year in range(FIRST, LAST + 1):
        out.append(
            Past(
                Period("FY", year), round(value, line.decimals), "final", comment=f"{year}年度は横ばいだった。",
                evidence=f"{year}年度集計表", round_id=f"fy{year}", known_at=datetime(year + 1, 10, 1, 12),
            )
        )  # fmt: skip
        value += line.step * dice.uniform(0.7, 1.3)
    return tuple(out)


def step(indicator_id: str) -> float:
    """By how much an indicator's value changes in a usual year."""
    return next(line.step for line in _LINES if line.id == indicator_id)
