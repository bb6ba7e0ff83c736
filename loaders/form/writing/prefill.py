"""The rows of a form as data: what stands in each cell when it goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpi.cards.revision import band_text
from kpi.collection.schedule import expected_period
from kpi.collection.scope import asked_of
from kpi.collection.workflow import Brief, Past, last_before
from kpi.initiatives.half_year_review import Review, is_finished, schedule
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS, Initiative
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.period import Period
from kpi.plan import Card, Indicator, Plan, Round, RoundKind
from loaders.form import definition as d


class Typed(str):
    """An answer as a person typed it: it stands in its cell letter for letter, whatever code it may look like."""


@dataclass(frozen=True)
class Row:
    """One indicator's row: its facts, what was said before, what is expected now, what is already answered.

    ``reopened`` are the columns that a form sent back leaves open, None in any other form; ``standing`` is what was
    said last in the columns of :data:`loaders.form.definition.STANDING_KEYS`, ``reviews`` what was said of an
    initiative, the oldest half-year first, ``evaluation`` the plan's self-evaluation of initiatives. ``section`` is the
    課 that answered last, where the same department did.
    """

    indicator: Indicator
    card: Card
    past: Past | None
    expected: Period
    due: bool
    given: Mapping[str, object]
    reopened: frozenset[str] | None = None
    standing: Mapping[str, str] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()
    evaluation: SelfEvaluation | None = None
    section: str = ""

    def enterable(self, column: d.Column, round_: Round) -> bool:
        """Whether the department fills in this column of this row, in this form or in the one before."""
        return d.enterable(
            column, self.indicator, self.card, round_.kind,
            has_past=self.past is not None, evaluation=self.evaluation,
        )  # fmt: skip

    def open(self, column: d.Column, round_: Round) -> bool:
        """Whether the department fills in this column of this row."""
        return self.enterable(column, round_) and (self.reopened is None or column.key in self.reopened)

    def need(self, column: d.Column, kind: RoundKind, plan: Plan) -> d.Need:
        """When the department must fill in this column of this row."""
        told = column.key in d.OF_WORK_GOING_ON and is_finished(self.reviews)
        return "optional" if told else d.need_of(column, kind, plan)


def form_rows(
    brief: Brief,
    round_: Round,
    department_id: str,
    answers: Mapping[str, Mapping[str, object]],
    division_id: str = "",
) -> tuple[Row, ...]:
    """The rows of a department's form, or of its 課's: what the round asks, in the plan's order."""
    rows = []
    brief = brief.asked_in(round_)
    for indicator in asked_of(brief.plan, round_, department_id, brief.day, brief.cards, division_id):
        card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
        expected, due = expected_period(card, indicator, round_)
        past = last_before(brief.history.get(indicator.id, ()), round_.id, card, expected)
        given, standing = answers.get(indicator.id, {}), brief.standing.get(indicator.id, {})
        told = brief.reviews.get(indicator.id, ())
        evaluation = brief.plan.self_evaluation
        whose, section = brief.sections.get(indicator.id, ("", ""))
        section = section if whose == department_id else ""
        rows.append(Row(indicator, card, past, expected, due, given, None, standing, told, evaluation, section))
    return tuple(rows)


def shown(column: d.Column, row: Row, plan: Plan, round_: Round) -> str | float | None:
    """What stands in a cell when the form goes out: the answer given, else what is prefilled."""
    if column.entry and column.key in row.given:
        return _in_words(d.of_plan(column, plan), row.given[column.key])
    if column.key in d.CARD_KEYS:
        fact = d.card_value(row.card, column.key)
        if column.key == "target" and d.banded(row.card) and not row.enterable(column, round_):
            return band_text(row.card, row.indicator.unit)
        return d.period_text(fact) if isinstance(fact, Period) else fact
    if column.entry and row.enterable(column, round_):
        return _suggested(column, row)
    return _fixed(column.key, row, plan)


def _suggested(column: d.Column, row: Row) -> str | None:
    answered = row.given.get("value") is not None or row.given.get("missing_reason") is not None
    match column.key:
        case "period" if row.due or answered:
            return d.period_text(row.expected)
        case "missing_reason" if not row.due and not answered:
            return (column.choices or {})["not_survey_year"]
        case key if key in d.STANDING_KEYS:
            return row.standing.get(key) or None
        case "course" if row.reviews:
            return COURSE_WORDS.get(row.reviews[-1].course)
        case "progress" if is_finished(row.reviews):
            return PROGRESS_WORDS["done"]
        case _:
            return None


def _fixed(key: str, row: Row, plan: Plan) -> str | float | None:
    indicator, past = row.indicator, row.past
    match key:
        case "number" | "name" | "unit" | "source" | "definition":
            return str(getattr(indicator, key))
        case "field":
            return field_name(plan, indicator)
        case "direction":
            return d.direction_text(row.card, row.indicator.unit)
        case "planned_start" | "planned_end":
            return d.period_text(row.card.baseline_period if key == "planned_start" else row.card.target_period) or None
        case "last_progress":
            return PROGRESS_WORDS.get(row.reviews[-1].progress) if row.reviews else None
        case "last_schedule":
            return last_schedule(plan.initiative(indicator.id), row.reviews)
        case "last_plan":
            return row.reviews[-1].text("next_plan") or None if row.reviews else None
        case "last_value":
            return past.value if past else None
        case "last_period":
            return d.period_text(past.period) if past else None
        case "last_comment":
            return past.comment if past else None
        case "last_evidence":
            return past.evidence if past else None
        case _:
            return None  # the way to 記述 is a formula, drawn with the sheet


def last_schedule(initiative: Initiative, reviews: Sequence[Review]) -> str | None:
    """The schedule that stands, where it is not the 当初 one beside it."""
    planned, standing = schedule(initiative, reviews)
    return standing.words if standing != planned else None


def field_name(plan: Plan, indicator: Indicator) -> str:
    """What the form says of an indicator's field; basic goals have none."""
    return plan.field_by_id(indicator.field_id).name if indicator.field_id else "基本目標"


def _in_words(column: d.Column, answer: object) -> str | float | None:
    if answer is None or isinstance(answer, int | float):
        return answer
    if isinstance(answer, Period):
        return d.period_text(answer)
    text = str(answer)
    if isinstance(answer, Typed):
        return text
    if column.kind == "choice":
        return (column.choices or {}).get(text, text)
    if column.kind == "period":
        try:
            return d.period_text(Period.parse(text))
        except ValueError:
            return text
    return text
