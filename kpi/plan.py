"""A plan as data: fields, items, departments, indicators, rounds, and the card that freezes how each is judged.

Nothing here knows a particular prefecture; :mod:`loaders.plan.folder` fills these from the files of
``data/plans/<plan>/``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal, Protocol, TypeVar

from kpi.initiatives.initiative import Initiative, asked
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.period import Period

Direction = Literal["increase", "decrease", "maintain"]
Kind = Literal["level", "annual", "cumulative"]
RoundKind = Literal["targets", "annual", "half", "midterm", "initiatives"]
#: Kinds of rounds that ask for values of indicators.
VALUE_KINDS: tuple[RoundKind, ...] = ("annual", "half", "midterm")
Level = Literal["goal", "field", "initiative"]


@dataclass(frozen=True)
class Item:
    """One item (項目) of a field: its pictures (めざす姿) and its policies (取組方針)."""

    id: str
    field_id: str
    name: str
    visions: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Field:
    """One field (分野). ``foundation`` marks the base that carries the other fields."""

    id: str
    name: str
    short: str
    policy: str = ""
    slogan: str = ""
    pictures: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    foundation: bool = False


@dataclass(frozen=True)
class Priority:
    """A priority (重点的に取り組むDX) with its points."""

    name: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Stance:
    """One basic stance (基本姿勢): its word (変革, 挑戦), its heading and its text."""

    word: str
    title: str
    text: str


@dataclass(frozen=True)
class Section:
    """Another part of the plan's text: paragraphs, points and, where the plan gives one, the source.

    ``unset`` says what of it the document names and does not give.
    """

    id: str
    title: str
    chapter: str = ""
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    source: str = ""
    unset: str = ""


@dataclass(frozen=True)
class DatedName:
    """A name and the days it holds; None is open."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the name is in force on a day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Division:
    """A division (課) of a department: the indicators (and initiatives) it answers for, its mail, the days it holds."""

    id: str
    name: str
    indicators: tuple[str, ...] = ()
    mail: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the division exists on a day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Department:
    """A department (部局): one stable id, names that change with the years, what else people call it, its divisions.

    A department without divisions answers as one: it sees one level. ``mail`` is the address of its 主管課.
    """

    id: str
    names: tuple[DatedName, ...]
    aliases: tuple[str, ...] = ()
    divisions: tuple[Division, ...] = ()
    mail: str = ""

    def divisions_on(self, day: date) -> tuple[Division, ...]:
        """The divisions there are on a day."""
        return tuple(d for d in self.divisions if d.holds(day))

    def division(self, division_id: str) -> Division:
        """The division of an id; KeyError where there is none."""
        return _by_id(self.divisions, division_id)

    def name(self, day: date) -> str:
        """The name in force on a day; the last one where none is."""
        return next((n.name for n in self.names if n.holds(day)), self.names[-1].name)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name it ever had, so that a return under an old name finds its way."""
        return tuple(n.name for n in self.names)


@dataclass(frozen=True)
class Ownership:
    """Who answers for an indicator or an initiative, and from when to when (both included; None is open)."""

    subject_id: str
    department_id: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Indicator:
    """What an indicator is. How it is judged stands on its :class:`Card`.

    ``assumptions`` maps an attribute (of the indicator or its card) that the source does not settle to the reason
    for the value taken; screens show such values as 想定. ``interim`` are the 中間指標 of an initiative that is asked
    about in its place (:attr:`Plan.of_initiatives`).
    """

    id: str
    number: str
    level: Level
    name: str
    unit: str
    source: str
    field_id: str = ""
    item_id: str = ""
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    series_id: str = ""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    interim: tuple[str, ...] = ()
    #: The indicators of earlier plans that it carries on, as ``plan/indicator``.
    continues: tuple[str, ...] = ()

    @property
    def is_rate(self) -> bool:
        """Whether the return asks for 分子 and 分母."""
        return bool(self.numerator and self.denominator)


@dataclass(frozen=True)
class Card:
    """The judging rule of one indicator, frozen before the data; a change is a new version with a reason.

    ``band`` is (low, high) for ``maintain``, either side None for at least / at most. ``cycle_months`` is the
    spacing of the data, ``lag_months`` the time from the end of a period to its publication, ``survey_years``
    the years of a survey that is not yearly (empty: every cycle). ``milestones`` are 目安値 by period. From
    ``dropped_on`` the indicator is 欠番: its number stays free and its history stays readable.
    """

    indicator_id: str
    version: int
    direction: Direction
    kind: Kind
    decimals: int
    cycle_months: int = 12
    lag_months: int = 0
    survey_years: tuple[int, ...] = ()
    baseline: float | None = None
    baseline_period: Period | None = None
    target: float | None = None
    target_period: Period | None = None
    band: tuple[float | None, float | None] = (None, None)
    milestones: tuple[tuple[Period, float], ...] = ()
    reason: str = ""
    dropped_on: date | None = None

    def is_part_count(self, period: Period) -> bool:
        """Whether a value of a period counts only a part of the year of an indicator that counts each year anew.

        It enters no judgement, no extension and no line. A level stands at any moment, and a cumulative is its total.
        """
        return self.kind == "annual" and period.is_part

    def comparable(self, one: Period, other: Period) -> bool:
        """Whether values of two periods may be subtracted: of what counts each year anew only the same part of it."""
        if not (self.is_part_count(one) or self.is_part_count(other)):
            return True
        return (one.kind, one.part, one.day) == (other.kind, other.part, other.day)


@dataclass(frozen=True)
class Round:
    """One round of the survey (照会). ``period`` is the period it asks for; dates may be unset.

    ``division_due`` is the earlier date by which the 課 answer to their 主管課, ``due`` the one by which departments
    answer to the secretariat. Empty ``departments`` or ``indicators`` mean all of them.
    """

    id: str
    name: str
    kind: RoundKind
    period: Period
    opens: date | None = None
    due: date | None = None
    due_hour: int = 17
    assumption: str = ""
    division_due: date | None = None
    departments: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()

    def asks(self, department_id: str) -> bool:
        """Whether the round goes to a department."""
        return not self.departments or department_id in self.departments

    def asks_for(self, indicator_id: str) -> bool:
        """Whether the round asks for an indicator."""
        return not self.indicators or indicator_id in self.indicators


@dataclass(frozen=True)
class Scheme:
    """How statuses are given and named. ``name`` is that of a method in :mod:`kpi.schemes`.

    ``thresholds`` are those that the plan sets for itself, by the keys of the methods; the others have their defaults.
    """

    name: str = "linear_pace"
    thresholds: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 0.05
    words: Mapping[str, str] = field(default_factory=dict)
    show_achievement: bool = False
    show_outlook: bool = True


def subject_word(kind: RoundKind) -> str:
    """What a kind of round asks about."""
    return "取組" if kind == "initiatives" else "指標"


def work_among(subjects: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The initiatives of what is answered about."""
    return tuple(one for one in subjects if one.level == "initiative")


def values_among(subjects: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """The indicators of what is answered about."""
    return tuple(one for one in subjects if one.level != "initiative")


def subject_words(subjects: Iterable[Indicator]) -> str:
    """What some subjects are: 指標, 取組 or 指標・取組; 指標 of none."""
    every = tuple(subjects)
    there = (("指標", values_among(every)), ("取組", work_among(every)))
    return "・".join(word for word, some in there if some) or "指標"


#: What departments say of an indicator from year to year, and what it is called.
STANDING_TEXTS: Mapping[str, str] = {
    "verification": "確認の方法",
    "limits": "限界と補い方",
    "after_target": "目標到達後の扱い",
}


@dataclass(frozen=True)
class Plan:
    """A whole plan. ``cards`` are the first versions, as the plan's own files give them.

    ``publication`` is the 公表区分 of figures about which nothing else was decided: public, embargoed or internal.
    ``assumptions`` maps what no indicator has for itself and the source does not settle to the reason for what was
    taken: ``scheme``, ``number`` (the indicators' numbers), ``start``, ``end``, ``departments.<id>``, ``series.<id>``,
    ``initiatives.<id>``.
    ``offered`` tells whether the screens let one choose the plan, ``sole_secretary`` whether a secretariat of one
    person may record the decision about its own proposal, which then says so. ``required_texts`` are those of
    :data:`STANDING_TEXTS` that no return with a value may leave out. ``self_evaluation`` is how the half-yearly review
    has initiatives evaluated by who does the work; None where the plan says nothing of it.
    """

    id: str
    name: str
    area_code: str
    area_name: str
    start: Period
    end: Period
    slogan: str = ""
    source: str = ""
    ideals: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()
    fields: tuple[Field, ...] = ()
    departments: tuple[Department, ...] = ()
    ownerships: tuple[Ownership, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    cards: tuple[Card, ...] = ()
    rounds: tuple[Round, ...] = ()
    scheme: Scheme = field(default_factory=Scheme)
    words: Mapping[str, str] = field(default_factory=dict)
    stances: tuple[Stance, ...] = ()
    sections: tuple[Section, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    publication: str = "public"
    assumptions: Mapping[str, str] = field(default_factory=dict)
    offered: bool = True
    sole_secretary: bool = False
    required_texts: tuple[str, ...] = ()
    self_evaluation: SelfEvaluation | None = None

    @property
    def years(self) -> str:
        """「R6～R10」: its first and its last fiscal year; one where they are the same."""
        return self.start.short if self.start == self.end else f"{self.start.short}～{self.end.short}"

    def holds(self, day: date) -> bool:
        """Whether a day lies in the plan's years."""
        return self.start.position <= Period.fiscal_year_of(day).position <= self.end.position

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of an id; KeyError where there is none."""
        return self.indicators[self._places[indicator_id]]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Where each indicator stands: a plan may have hundreds, and screens ask for each of them."""
        return {indicator.id: place for place, indicator in reversed(list(enumerate(self.indicators)))}

    @cached_property
    def _held(self) -> tuple[Mapping[str, Sequence[Ownership]], Mapping[str, Sequence[Ownership]]]:
        """The ownerships by department and by indicator, each in their order."""
        of_department: dict[str, list[Ownership]] = {}
        of_indicator: dict[str, list[Ownership]] = {}
        for held in self.ownerships:
            of_department.setdefault(held.department_id, []).append(held)
            of_indicator.setdefault(held.subject_id, []).append(held)
        return of_department, of_indicator

    def field_by_id(self, field_id: str) -> Field:
        """The field of an id; KeyError where there is none."""
        return _by_id(self.fields, field_id)

    def department(self, department_id: str) -> Department:
        """The department of an id; KeyError where there is none."""
        return _by_id(self.departments, department_id)

    def round(self, round_id: str) -> Round:
        """The round of an id; KeyError where there is none."""
        return _by_id(self.rounds, round_id)

    def card(self, indicator_id: str) -> Card:
        """The first version of an indicator's card; KeyError where there is none."""
        return self._first_cards[indicator_id]

    @cached_property
    def _first_cards(self) -> Mapping[str, Card]:
        return {card.indicator_id: card for card in reversed(self.cards)}

    def owner(self, indicator_id: str, day: date) -> Department | None:
        """The department that answers for an indicator on a day."""
        for held in self._held[1].get(indicator_id, ()):
            if held.holds(day):
                return self.department(held.department_id)
        return None

    @cached_property
    def of_initiatives(self) -> Plan:
        """The plan as a half-year of its work asks about it: its initiatives stand in place of its indicators.

        Forms, their reader and the checks so ask, read and tell of initiatives as they do of indicators.
        """
        fields = {item.id: field.id for field in self.fields for item in field.items}
        every = asked(self.initiatives)
        numbers = {one.id: one.number or f"取{place}" for place, one in enumerate(every, start=1)}
        return replace(
            self,
            indicators=tuple(
                Indicator(
                    one.id, numbers[one.id], "initiative", one.name, "", one.source, fields.get(one.item_id, ""),
                    one.item_id, one.detail, interim=one.interim,
                )
                for one in every
            ),
            cards=tuple(Card(one.id, 1, "increase", "level", 0) for one in every),
        )  # fmt: skip

    def asked_in(self, kind: RoundKind) -> Plan:
        """The plan as a kind of round asks about it."""
        return self.of_initiatives if kind == "initiatives" else self

    @cached_property
    def subjects(self) -> tuple[Indicator, ...]:
        """Everything that is answered about: the indicators, then the initiatives."""
        return (*self.indicators, *self.of_initiatives.indicators)

    def answers_on(self, department_id: str, day: date) -> bool:
        """Whether a department answers for anything on a day."""
        return bool(self.subjects_of(department_id, day))

    def subjects_of(self, department_id: str, day: date) -> tuple[Indicator, ...]:
        """All that a department answers for on a day: its indicators, then its initiatives, in the plan's order."""
        return (*self.owned_by(department_id, day), *self.of_initiatives.owned_by(department_id, day))

    def subject(self, subject_id: str) -> Indicator:
        """What is answered about: an indicator, or an initiative as one; KeyError where there is none."""
        return (self if subject_id in self._places else self.of_initiatives).indicator(subject_id)

    def numbering_field(self, subject: Indicator) -> str:
        """The short name of a subject's field where its numbers are another field's too: the plan counts anew in each.

        Empty where the number says by itself what is meant.
        """
        shared = subject.field_id and (subject.level, subject.field_id) in self._fields_counted_anew
        return self.field_by_id(subject.field_id).short if shared else ""

    def full_number(self, subject: Indicator) -> str:
        """A subject's number, behind the field that tells it apart where it needs one."""
        return f"{self.numbering_field(subject)} {subject.number}".lstrip()

    @cached_property
    def _fields_counted_anew(self) -> frozenset[tuple[str, str]]:
        """By kind of subject, the fields that have a number which another subject of the kind has."""
        every = {one.id: one for one in self.subjects}.values()
        counted = Counter((one.level, one.number) for one in every)
        return frozenset((one.level, one.field_id) for one in every if counted[one.level, one.number] > 1)

    def initiative(self, initiative_id: str) -> Initiative:
        """The initiative of an id; KeyError where there is none."""
        return _by_id(self.initiatives, initiative_id)

    def owned_by(self, department_id: str, day: date) -> tuple[Indicator, ...]:
        """The indicators a department answers for on a day, in the plan's order."""
        held = {o.subject_id for o in self._held[0].get(department_id, ()) if o.holds(day)}
        return tuple(self.indicators[place] for place in sorted(self._places[i] for i in held if i in self._places))


def in_order(plans: Iterable[Plan], day: date) -> tuple[Plan, ...]:
    """The plans as they are offered: those whose years hold a day first, then the later one before the earlier.

    Of those of the same years the one that came first stays so: a copy puts nobody's plan aside.
    """
    return tuple(sorted(plans, key=lambda p: (not p.holds(day), -p.start.position)))


def distinctions(plans: Iterable[Plan]) -> dict[str, str]:
    """What tells each plan from the others of its name, by its id: its years, its id where those are the same too.

    Empty for a plan whose name no other has.
    """
    every = tuple(plans)
    names = Counter(p.name for p in every)
    spans = Counter((p.name, p.years) for p in every)
    return {p.id: "" if names[p.name] == 1 else p.years if spans[p.name, p.years] == 1 else p.id for p in every}


def distinct_names(plans: Iterable[Plan]) -> dict[str, str]:
    """The name of each plan by its id, behind what tells it from the others of its name: a menu cuts what is long."""
    every = tuple(plans)
    marks = distinctions(every)
    return {p.id: f"{marks[p.id]}　{p.name}".lstrip("　") for p in every}


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_HasId)


def _by_id(rows: tuple[T, ...], wanted: str) -> T:
    for row in rows:
        if row.id == wanted:
            return row
    raise KeyError(wanted)


#: What may follow a department's name without making it another one: its 課, or 「調べ」 of a source.
_AFTER_NAME = re.compile(r".*(?:課|室|班|グループ|担当|調べ)")


def find_department(plan: Plan, text: str, day: date | None = None) -> Department | None:
    """The department that a written name means, old names and aliases included; None where none or several fit.

    Width, spaces and a leading 県 or prefecture name are ignored, and a 課 may follow. A name that two departments
    had at different times is decided by ``day``.
    """
    written = _spellings(plan, text)
    names = [(d, s) for d in plan.departments for n in (*d.all_names, *d.aliases) for s in _spellings(plan, n)]
    found = {d.id: d for d, spelling in names if spelling in written}
    if not found:
        longest = max((len(s) for _, s in names if _starts(written, s)), default=0)
        found = {d.id: d for d, s in names if len(s) == longest and _starts(written, s)}
    if len(found) > 1 and day is not None:
        found = {d.id: d for d in found.values() if _fold(d.name(day)) in written}
    return next(iter(found.values())) if len(found) == 1 else None


def _fold(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _spellings(plan: Plan, text: str) -> set[str]:
    """The folded text as it stands, and without the prefecture's name or a bare 県 before it."""
    folded = _fold(text)
    prefixes = (_fold(plan.area_name), "県")
    return {folded, *(folded.removeprefix(p) for p in prefixes if p and folded != p)} - {""}


def _starts(written: set[str], name: str) -> bool:
    return any(w.startswith(name) and _AFTER_NAME.fullmatch(w[len(name) :]) for w in written)
