"""The toy plan's work judged in memory, whatever was said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Life
from kpi.initiatives.half_year_review import Review
from kpi.people import Audience
from kpi.plan import Plan
from kpi.snapshot import Snapshot
from tests.storekit import new_store
from tests.worktools import half, work_plan

DAY = date(2025, 11, 21)


@cache
def _snapshot() -> Snapshot:
    with TemporaryDirectory() as folder:
        return new_store(Path(folder), work_plan()).snapshot("tiny")


def told(initiative: str, of: str, **said: str | float) -> Review:
    """What was said of an initiative for a half-year, such as ``2025H1``; 予定どおり and 継続 unless told."""
    filled = {"progress": "on_schedule", "course": "continue", **said}
    return Review(initiative, half(of), filled, code="AAA-0001", confirmed=True)


def state(
    *reviews: Review,
    plan: Plan | None = None,
    started: Sequence[str] = (),
    closed: Sequence[str] = (),
    audience: Audience = Audience.ALL,
) -> Assessment:
    """The judged state of the toy plan, or of one made from it, with what was said, in the order of the half-years."""
    kept: dict[str, tuple[Review, ...]] = {}
    for one in sorted(reviews, key=lambda review: review.period.position):
        kept[one.initiative_id] = (*kept.get(one.initiative_id, ()), one)
    life = Life(dict.fromkeys(started, datetime(2025, 9, 8)), dict.fromkeys(closed, datetime(2025, 10, 20)))
    known: Mapping[str, tuple[Review, ...]] = kept
    held = replace(_snapshot(), plan=plan or work_plan(), reviews=known, life=life, audience=audience)
    return Assessment.of(held, DAY)
