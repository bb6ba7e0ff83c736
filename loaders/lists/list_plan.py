"""A plan begun from a list of indicators: what the list says is taken, what it leaves open is 想定 with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpi.cards.consistency import SENSES, attributes
from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.plan import Card, DatedName, Department, Direction, Field, Indicator, Kind, Ownership, Plan
from kpi.printing.number_words import places_of
from loaders.lists.list_indicator import ListedFigure, ListedIndicator
from loaders.lists.list_intake import Intake, as_taken
from loaders.lists.list_reading import ListReading
from loaders.text.characters import canonical

_LESS = re.compile(r"減少|減らす|削減|低減|短縮|縮小|以下|ゼロ|0にする")
_ADDS_UP = re.compile(r"累計|累積|延べ")
_EVERY = re.compile(r"(\d+)年(?:ごと|毎|に1回|に1度)")
_UNSET_UNIT = "(単位未設定)"
_WHY = {
    "direction": "一覧の{}から、仮に置いた。",
    "kind": "一覧に値の種類がないため、{}と仮に置いた。",
    "cycle_months": "出典に「{}」とあるが、調査年が一覧にないため、毎年と仮に置いた。",
    "target_period": "目標値の時点が一覧にないため、計画の終わりの年度を仮に置いた。",
    "target": "一覧の目標は文で書かれている(「{}」)。数値の目標は未設定。",
    "unit": "一覧に単位がない。",
    "scheme": "一覧に判定の方法がないため、既定の方法を仮に置いた。",
    "department": "一覧に担当がないため、仮に置いた。",
}


@dataclass(frozen=True)
class Beginning:
    """What the plan is to be that a list begins: what a person says of it. ``department`` answers where no row says."""

    plan_id: str
    name: str
    start: Period
    end: Period
    area_code: str = ""
    area_name: str = ""
    department: str = ""


@dataclass(frozen=True)
class Begun:
    """The plan that a list makes, and the figures with their cells; ``issues`` are what makes no sense in it."""

    plan: Plan
    intake: Intake
    issues: tuple[Issue, ...] = ()


def plan_from(reading: ListReading, how: Beginning, source: str) -> Begun:
    """The plan of a list. A baseline whose time is unknown is 未設定, as is a target that is no number."""
    groups = list(dict.fromkeys(one.field or "指標" for one in reading.indicators))
    fields = {group: f"f{n}" for n, group in enumerate(groups, start=1)}
    owners = list(dict.fromkeys(w for one in reading.indicators if (w := one.owner or how.department)))
    departments = {name: f"d{n:02d}" for n, name in enumerate(owners, start=1)}
    made = [
        _indicator(one, f"i{n:03d}", str(n), fields[one.field or "指標"], how)
        for n, one in enumerate(reading.indicators, start=1)
    ]
    assumed = (
        {f"departments.{departments[how.department]}": _WHY["department"]} if how.department in departments else {}
    )
    plan = Plan(
        id=how.plan_id,
        name=how.name,
        area_code=how.area_code,
        area_name=how.area_name,
        start=how.start,
        end=how.end,
        source=source,
        fields=tuple(Field(id=key, name=_unnumbered(group), short=_unnumbered(group)) for group, key in fields.items()),
        departments=tuple(Department(key, (DatedName(name),)) for name, key in departments.items()),
        ownerships=tuple(
            Ownership(indicator.id, departments[owner])
            for (indicator, _), one in zip(made, reading.indicators, strict=True)
            if (owner := one.owner or how.department)
        ),
        indicators=tuple(indicator for indicator, _ in made),
        cards=tuple(card for _, card in made),
        assumptions={"scheme": _WHY["scheme"], **assumed},
    )
    whose = {one.key: indicator.id for one, (indicator, _) in zip(reading.indicators, made, strict=True)}
    figures = tuple(
        taken
        for one, (indicator, _) in zip(reading.indicators, made, strict=True)
        for figure in one.figures
        if (taken := as_taken(indicator.id, figure))
    )
    return Begun(plan, Intake(figures, {}, whose), tuple(_senseless(plan, reading)))


def _indicator(
    one: ListedIndicator, indicator_id: str, number: str, field_id: str, how: Beginning
) -> tuple[Indicator, Card]:
    baseline, target = one.figure("baseline"), one.figure("target")
    base = baseline if baseline and baseline.value is not None and baseline.period is not None else None
    goal = target.value if target else None
    assumed: dict[str, str] = {}
    direction, kind = _direction(one, base, target, assumed), _kind(one, assumed)
    target_period = target.period if target else None
    if goal is not None and target_period is None:
        target_period = how.end
        assumed["target_period"] = _WHY["target_period"]
    if target and target.words:
        assumed["target"] = _WHY["target"].format(target.words)
    if every := _EVERY.search(f"{one.source} {one.definition}"):
        assumed["cycle_months"] = _WHY["cycle_months"].format(every[0])
    if not one.unit:
        assumed["unit"] = _WHY["unit"]
    steps = {
        f.period: f.value
        for f in one.figures
        if f.role == "milestone" and f.period and f.value is not None and not f.open
    }
    card = Card(
        indicator_id, 1, direction, kind, _decimals(one.figures),
        baseline=base.value if base else None, baseline_period=base.period if base else None,
        target=goal, target_period=target_period if goal is not None else None,
        milestones=tuple(sorted(steps.items())),
    )  # fmt: skip
    indicator = Indicator(
        indicator_id, one.number or number, "field", one.name, one.unit or _UNSET_UNIT, one.source, field_id,
        definition=one.definition, assumptions=assumed,
    )  # fmt: skip
    return indicator, card


def _direction(
    one: ListedIndicator, base: ListedFigure | None, target: ListedFigure | None, assumed: dict[str, str]
) -> Direction:
    words = f"{target.words} {target.written}" if target else ""
    if base and target and base.value is not None and target.value is not None and base.value != target.value:
        assumed["direction"] = _WHY["direction"].format("現状値と目標値")
        return "increase" if target.value > base.value else "decrease"
    less = bool(_LESS.search(words) or _LESS.search(one.name))
    assumed["direction"] = _WHY["direction"].format("目標の文" if target and target.words else "指標名")
    return "decrease" if less else "increase"


def _kind(one: ListedIndicator, assumed: dict[str, str]) -> Kind:
    told = " ".join((one.name, one.definition, *(f.written for f in one.figures)))
    adds_up = bool(_ADDS_UP.search(told))
    assumed["kind"] = _WHY["kind"].format("累計" if adds_up else "その時点の水準")
    return "cumulative" if adds_up else "level"


def _decimals(figures: Sequence[ListedFigure]) -> int:
    """As many decimals as the list writes."""
    return max((places_of(f.value) for f in figures), default=0)


def _unnumbered(text: str) -> str:
    """A field's name without the number before it."""
    return re.sub(r"^(?:第?[\d一二三四五六七八九十]+(?:章|節|項)?|[(（]\d+[)）]|[ⅠⅡⅢⅣⅤ])[\s.．、　]+", "", text) or text


def _senseless(plan: Plan, reading: ListReading) -> list[Issue]:
    """What makes no sense, asked about where the indicator stands in the list; its plan would be judged by it."""
    found: list[Issue] = []
    cards = {c.indicator_id: c for c in plan.cards}
    for one, indicator in zip(reading.indicators, plan.indicators, strict=True):
        said = attributes(cards[indicator.id], indicator)
        for sense in SENSES:
            if sense.wrong(said):
                asked = Issue("list.sense", Severity.FIX, f"{indicator.name}: {sense.message}", sense.advice)
                found.append(replace(asked, sheet=reading.sheet, cell=one.key, subject_id=one.key, key=sense.key))
    names: dict[str, str] = {}
    for one in reading.indicators:
        if names.setdefault(canonical(one.name), one.key) != one.key:
            message = f"「{one.name}」という指標が2つあります({names[canonical(one.name)]}と{one.key})。"
            advice = "一方の行を「読まない」にするか、指標名の列を確かめてください。"
            found.append(Issue("list.twice", Severity.FIX, message, advice, reading.sheet, one.key, one.name, one.key))
    return found
