"""What was said of initiatives, half-year by half-year, as things stood at a moment and as an audience may see it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from kpi.initiatives.half_year_review import Review
from kpi.people import Audience
from kpi.period import Period
from loaders.store.file.database import Connection
from loaders.store.queries.facts import Facts, ReviewRow, read_where
from loaders.store.queries.plan_states import NOW
from loaders.store.queries.standing import published

#: By initiative, the oldest half-year first.
Reviews = Mapping[str, tuple[Review, ...]]


def reviews_at(
    facts: Facts,
    plan_id: str,
    confirmed: Collection[tuple[str, str]],
    default: str,
    moment: datetime,
    yearly_part: int = 0,
) -> tuple[Review, ...]:
    """All that was sent of a plan's initiatives by a moment, superseded answers too, in the order it came.

    ``default`` is the 公表区分 where nothing else was decided; that is today's whatever the moment. ``yearly_part`` is
    the half at whose end the plan asks about a whole year; 0 of one that asks half-yearly.
    """
    told = [row for row in facts.reviews if row.plan_id == plan_id and row.known_at <= moment]
    said = published(facts) if told else {}
    return tuple(
        _review(
            row, (row.submission_id, row.initiative_id) in confirmed, _publication(said, row.code, default), yearly_part
        )
        for row in told
    )


def reviews_now(connection: Connection, plan_id: str) -> Reviews:
    """The newest that is known of a plan's initiatives in each round, for who reads a return or sends it."""
    known = read_where(connection, {"reviews": ("plan_id = ?", [plan_id])})
    return newest_reviews(reviews_at(known, plan_id, (), "", NOW))


def _publication(said: Mapping[str, object], code: str, default: str) -> str:
    found = said.get(code)
    return str(getattr(found, "publication", default)) if found else default


def _review(row: ReviewRow, confirmed: bool, publication: str, yearly_part: int) -> Review:
    half = Period.parse(row.period)
    return Review(
        row.initiative_id, half, json.loads(row.said), row.code, row.round_id, row.department_id,
        row.submission_id, row.sha256, row.sheet, row.cell, row.known_at, confirmed, publication, row.sample,
        half.part == yearly_part,
    )  # fmt: skip


def reviews_for(every: Sequence[Review], audience: Audience) -> tuple[Review, ...]:
    """What of all that was sent an audience may see: others see what is confirmed and public."""
    return tuple(
        one
        for one in every
        if audience.kind == "all" or (one.confirmed and one.publication == "public") or audience.sees(one.department_id)
    )


def newest_reviews(every: Sequence[Review]) -> Reviews:
    """The newest of each initiative and round, of answers in the order in which they came."""
    newest = {(one.initiative_id, one.round_id): one for one in every}
    found: dict[str, tuple[Review, ...]] = {}
    for one in sorted(newest.values(), key=lambda review: review.period.position):
        found[one.initiative_id] = (*found.get(one.initiative_id, ()), one)
    return found
