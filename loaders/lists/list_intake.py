"""What a list brings into a plan that stands: whose values they are, what of them is new, what is asked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from fractions import Fraction

from kpi.collection.workflow import Brief
from kpi.issue import Choice, Issue, Severity
from kpi.period import Period
from kpi.plan import Card, Indicator
from kpi.printing.number_words import as_it_is
from loaders.form.reading.indicator_names import Names
from loaders.lists.list_conflicts import same as same_value
from loaders.lists.list_conflicts import settled
from loaders.lists.list_indicator import ListedFigure, ListedIndicator
from loaders.lists.list_layout import Told
from loaders.lists.list_reading import ListReading
from loaders.lists.list_words import COLUMN_WORDS
from loaders.lists.values.list_sizes import of_size
from loaders.text.characters import canonical
from loaders.text.surroundings import scale_of, unit_keys

#: A name that is so alike is offered as the one that is meant.
_ALIKE = 0.75
_OFFERED = 3
#: What a person has said of an indicator whose figures the list tells in thousands or the like.
TIMES = "times"


@dataclass(frozen=True)
class TakenFigure:
    """One figure as it is kept: whose it is, what it is, and the cell in which it stands.

    ``period`` is None for a baseline or a target whose time the list does not tell.
    """

    indicator_id: str
    role: str
    value: float
    period: Period | None
    release: str
    cell: str
    written: str
    typed: bool = False

    @property
    def key(self) -> str:
        """The column of its entry: ``actual FY2018``."""
        return f"{self.role} {self.period.code if self.period else ''}".strip()


@dataclass(frozen=True)
class Intake:
    """What would be kept of a list: its figures, by indicator what changes of its card, which indicator each name is.

    ``known`` counts the figures that the store has already as they stand in the list.
    """

    figures: tuple[TakenFigure, ...] = ()
    changes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    whose: Mapping[str, str] = field(default_factory=dict)
    known: int = 0
    issues: tuple[Issue, ...] = ()

    @property
    def open(self) -> tuple[Issue, ...]:
        """What still wants an answer."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


def intake_of(reading: ListReading, brief: Brief, told: Told) -> Intake:
    """What a list says of the indicators of a plan; what is unsure is asked and left out until it is answered."""
    names = Names(brief.plan.indicators)
    whose: dict[str, str] = {}
    figures: list[TakenFigure] = []
    issues: list[Issue] = []
    known = 0
    for one in reading.indicators:
        indicator, asked = _whose(one, names, told, reading.sheet)
        issues += asked
        if indicator is None:
            continue
        whose[one.key] = indicator.id
        if odd := _unit(one, indicator, told, reading.sheet):
            issues.append(odd)
            continue
        taken, same, asked = _new(one, indicator, brief, told, reading.sheet)
        figures += taken
        known += same
        issues += asked
    kept, asked = settled(
        figures, lambda f: (f.indicator_id, f.key), told.cells, lambda f: names.ids[f.indicator_id].name
    )
    issues += [replace(i, sheet=reading.sheet) for i in asked]
    changes = {i: c for i in dict.fromkeys(whose.values()) if (c := _card_changes(i, kept, brief.cards[i]))}
    return Intake(tuple(kept), changes, whose, known, tuple(issues))


def as_taken(indicator_id: str, figure: ListedFigure) -> TakenFigure | None:
    """A figure of a list as it is kept; None without a number, or where its kind or its time is unknown."""
    if figure.value is None or figure.open or (figure.role == "actual" and figure.period is None):
        return None
    return TakenFigure(
        indicator_id, figure.role, figure.value, figure.period, figure.release, figure.cell, figure.written.strip(),
        figure.typed,
    )  # fmt: skip


# --- whose a row is --------------------------------------------------------------------------------------------------


def _whose(one: ListedIndicator, names: Names, told: Told, sheet: str) -> tuple[Indicator | None, list[Issue]]:
    said = told.cells.get(one.key, {}).get("indicator")
    if isinstance(said, str):
        return names.ids.get(said), []
    numbered = names.number(one.number) if one.number else None
    if found := names.name(one.name):
        return found, []
    if numbered is not None and canonical(numbered.name) == canonical(one.name):  # two of one name
        return numbered, []
    near = _near(one.name, tuple(names.ids.values()))
    near = [numbered, *(i for i in near if i != numbered)] if numbered else near
    choices = tuple(Choice(f"{i.number} {i.name}", {"indicator": i.id}) for i in near)
    message = f"「{one.name}」という指標が計画にありません。"
    message += f"一覧の番号「{one.number}」は、計画では「{numbered.name}」です。" if numbered else ""
    advice = "どの指標のことかを選んでください。計画にない指標なら、取り込みません。"
    skip = Choice("取り込まない", {"indicator": ""})
    return None, [
        Issue(
            "list.unknown", Severity.ASK, message, advice, sheet, one.key, one.name, one.key, "indicator",
            (*choices, skip),
        )
    ]  # fmt: skip


def _near(name: str, indicators: Sequence[Indicator]) -> list[Indicator]:
    folded = canonical(name)

    def alike(indicator: Indicator) -> float:
        other = canonical(indicator.name)
        inside = folded in other or other in folded
        return max(SequenceMatcher(None, folded, other).ratio(), _ALIKE if inside and folded else 0.0)

    ranked = sorted(((alike(i), n, i) for n, i in enumerate(indicators)), key=lambda r: (-r[0], r[1]))
    return [i for ratio, _, i in ranked[:_OFFERED] if ratio >= _ALIKE]


def _unit(one: ListedIndicator, indicator: Indicator, told: Told, sheet: str) -> Issue | None:
    """A list that counts in another unit than the plan does is asked about once for each indicator."""
    said = told.cells.get(one.key, {})
    if not one.unit or canonical(one.unit) in unit_keys(indicator.unit) or said.keys() & {"same_unit", TIMES}:
        return None
    if not any(f.value is not None for f in one.figures):
        return None
    message = f"単位が違います。一覧は「{one.unit}」、計画は「{indicator.unit}」です。"
    choices = (
        *_scaled(one.unit, indicator.unit),
        Choice(f"一覧の数値を「{indicator.unit}」の値として取り込む", {"same_unit": "1"}),
        Choice("この指標は取り込まない", {"indicator": ""}),
    )
    told_as = sheet, one.key, one.unit, one.key, "unit", choices
    return Issue("list.unit", Severity.ASK, message, "どうするかを選んでください。", *told_as)


def _scaled(listed: str, own: str) -> tuple[Choice, ...]:
    """千枚 beside 枚: the list's figures a thousand times."""
    (factor, base), (other, own_base) = scale_of(listed), scale_of(own)
    if base != own_base or factor == other:
        return ()
    many = factor > other
    times = Fraction(factor, other)
    number = as_it_is(float(times if many else 1 / times))
    how = f"{number}倍" if many else f"{number}分の1に"
    return (Choice(f"一覧の数値を{how}して「{own}」の値として取り込む", {TIMES: float(times)}),)


# --- what is new -----------------------------------------------------------------------------------------------------


def _new(
    one: ListedIndicator, indicator: Indicator, brief: Brief, told: Told, sheet: str
) -> tuple[list[TakenFigure], int, list[Issue]]:
    """The figures that the store does not have; one that it has otherwise stays as it is until a person says so."""
    history = {p.period: p for p in brief.history.get(indicator.id, ()) if not p.withdrawn}
    taken: list[TakenFigure] = []
    issues: list[Issue] = []
    same = 0
    times = told.cells.get(one.key, {}).get(TIMES)
    before = [p.value for p in history.values()]
    for figure in one.figures:
        new = as_taken(indicator.id, _times(figure, times))
        if new is None:
            continue
        if not times and (odd := _size(figure, new, before, indicator, told)):
            issues.append(replace(odd, sheet=sheet))
            continue
        past = history.get(new.period) if new.role == "actual" and new.period else None
        if past is None or told.cells.get(figure.cell, {}).get("known") == "take":
            taken.append(new)
        elif same_value(past.value, new.value):
            same += 1
        elif told.cells.get(figure.cell, {}).get("known") != "keep":
            issues.append(_differs(figure, new, past.value, indicator, sheet))
    return taken, same, issues


def _size(
    figure: ListedFigure, new: TakenFigure, before: Sequence[float], indicator: Indicator, told: Told
) -> Issue | None:
    """A figure of another size than the values that the plan has already."""
    said = told.cells.get(figure.cell, {})
    if new.typed or "size" in said:
        return None
    scaled = replace(figure, value=new.value)
    return of_size(scaled, before, indicator.unit, figure.cell, "これまでの値")


def _times(figure: ListedFigure, times: float | str | None) -> ListedFigure:
    """A figure in the plan's unit where a person has said how many of it one of the list's is."""
    if not isinstance(times, int | float) or figure.value is None:
        return figure
    return replace(figure, value=float(f"{figure.value * times:.12g}"))


def _differs(figure: ListedFigure, new: TakenFigure, known: float, indicator: Indicator, sheet: str) -> Issue:
    when = new.period.label if new.period else ""
    now, listed = (f"{as_it_is(v)}{indicator.unit}" for v in (known, new.value))
    message = f"{indicator.name}の{when}の値は、すでに{now}と回答されています。一覧では{listed}です。"
    choices = (
        Choice(f"回答の値({now})のままにする", {"known": "keep"}),
        Choice(f"一覧の値({listed})にする", {"known": "take"}),
    )
    told_as = sheet, figure.cell, figure.written, figure.cell, "known", choices
    return Issue("list.differs", Severity.ASK, message, "どちらにするかを選んでください。", *told_as)


def _card_changes(indicator_id: str, figures: Sequence[TakenFigure], card: Card) -> dict[str, object]:
    """What of baseline, target and 目安値 a list says otherwise than the card."""
    own = [f for f in figures if f.indicator_id == indicator_id]
    found: dict[str, object] = {}
    for role in ("baseline", "target"):
        told = max((f for f in own if f.role == role), key=lambda f: f.period.position if f.period else 0, default=None)
        if told is None or (role == "baseline" and told.period is None and card.baseline_period is None):
            continue
        if getattr(card, role) != told.value:
            found[role] = told.value
        if told.period is not None and getattr(card, f"{role}_period") != told.period:
            found[f"{role}_period"] = told.period
    steps = {f.period: f.value for f in own if f.role == "milestone" and f.period}
    wanted = tuple(sorted({**dict(card.milestones), **steps}.items()))
    return found | ({"milestones": wanted} if steps and wanted != tuple(sorted(card.milestones)) else {})


def role_word(figure: TakenFigure | ListedFigure) -> str:
    """What a person calls a figure's role."""
    return COLUMN_WORDS[figure.role]


def figure_words(figure: ListedFigure) -> str:
    """A figure in a line: what it is, its value, its time, its cell, and whether something of it is asked."""
    value = figure.words or (as_it_is(figure.value) if figure.value is not None else "読めていません")
    when = figure.period.label if figure.period else "時点なし"
    asked = "、確かめ中" if figure.open or (figure.value is None and not figure.words) else ""
    return f"{role_word(figure)}: {value}({when}、{figure.cell}{asked})"


def lacking_periods(reading: ListReading) -> Iterator[ListedFigure]:
    """The values that are not taken because nobody knows their time."""
    for one in reading.indicators:
        yield from (f for f in one.figures if f.value is not None and f.period is None and f.role != "target")
