"""A plan taken apart into the rows of its tables, and each value as the files write it: the way back of the reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.period import Period
from kpi.plan import Card, Indicator, Ownership, Plan
from kpi.schemes import THRESHOLDS
from loaders.plan.columns import CSV_SHAPES, TOML_SHAPES, WORDS
from loaders.plan.tabular import Row

#: Between the parts of a cell that holds several codes.
BETWEEN = ";"
Rows = Mapping[str, list[Row]]


def rows_of(plan: Plan) -> Rows:
    """The rows of every table, by the keys of its columns. KeyError for an indicator without a card."""
    indicators = {one.id for one in plan.indicators}
    found: dict[str, list[Row]] = {
        "plan": [dict(vars(plan))],
        "stance": [dict(vars(one)) for one in plan.stances],
        "priority": [dict(vars(one)) for one in plan.priorities],
        "field": [dict(vars(one)) for one in plan.fields],
        "item": [dict(vars(item)) for one in plan.fields for item in one.items],
        "department": [dict(vars(one)) for one in plan.departments],
        "division": [{"department_id": d.id, **vars(one)} for d in plan.departments for one in d.divisions],
        "round": [dict(vars(one)) for one in plan.rounds],
        "section": [dict(vars(one)) for one in plan.sections],
        "scheme": [{**vars(plan.scheme), **{key: plan.scheme.thresholds.get(key) for key in THRESHOLDS}}],
        "self_evaluation": [dict(vars(plan.self_evaluation or SelfEvaluation("")))],
        "self_evaluation_grade": [dict(vars(one)) for one in plan.self_evaluation.grades]
        if plan.self_evaluation
        else [],
        "words": [{"key": key, "word": word} for key, word in plan.words.items()],
        "indicator": [_indicator(one, plan.card(one.id)) for one in plan.indicators],
        "initiative": [dict(vars(one)) for one in plan.initiatives],
        "ownership": [_ownership(one, one.subject_id in indicators) for one in plan.ownerships],
        "assumption": list(_assumptions(plan)),
    }
    own = {shape.table: {column.key for column in shape.columns} for shape in (*TOML_SHAPES, *CSV_SHAPES)}
    return {
        table: rows if table == WORDS.table else [{k: v for k, v in row.items() if k in own[table]} for row in rows]
        for table, rows in found.items()
    }


def _indicator(indicator: Indicator, card: Card) -> Row:
    low, high = card.band
    return {**vars(indicator), **vars(card), "band_low": low, "band_high": high}


def _ownership(held: Ownership, of_indicator: bool) -> Row:
    whose = ("indicator_id", "initiative_id") if of_indicator else ("initiative_id", "indicator_id")
    return {**vars(held), whose[0]: held.subject_id, whose[1]: ""}


def _assumptions(plan: Plan) -> Iterable[Row]:
    for whose, told in (*((i.id, i.assumptions) for i in plan.indicators), ("", plan.assumptions)):
        yield from ({"indicator_id": whose, "column": key, "reason": reason} for key, reason in told.items())


def plain(value: object) -> str:
    """A value as a cell of a CSV file writes it; empty for what is not set."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Period():
            return value.code
        case date():
            return value.isoformat()
        case float() | int():
            return decimal(value)
        case tuple():
            return BETWEEN.join(_part(one) for one in value)
        case _:
            return str(value)


def _part(value: object) -> str:
    """One of several values; a 目安値 with its period."""
    return ":".join(plain(one) for one in value) if isinstance(value, tuple) else plain(value)


def decimal(value: float) -> str:
    """A number without exponent and without a needless ``.0``."""
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")
