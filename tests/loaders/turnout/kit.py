"""What departments and 課 answer, and how it stands in the store."""

from __future__ import annotations

from dataclasses import replace

from kpi.people import Audience
from kpi.plan import Division
from loaders.store import Store
from tests.factory import PAPER, POLICY, RATE, ROUND, SURVEY, UNSET, tiny_plan
from tests.storekit import (
    answer,
    do,
    later,
    reading,
    save_return,
)

DX, GENERAL = "dx", "general"


def with_divisions():
    plan = tiny_plan()
    divisions = (Division(DX, "DX推進課", (RATE, UNSET)), Division(GENERAL, "総務課", (PAPER, SURVEY)))
    departments = tuple(replace(d, divisions=divisions) if d.id == POLICY else d for d in plan.departments)
    # What nobody answers is asked about in a joined return; a test that is about it asks for more.
    rounds = tuple(replace(r, indicators=(RATE, PAPER)) if r.id == ROUND else r for r in plan.rounds)
    return replace(plan, departments=departments, rounds=rounds)


def rate(value: float, **more: float | str | None):
    return answer(RATE, value=value, period="FY2024", release="final", **more)


def paper(value: float | None, **more: float | str | None):
    return answer(PAPER, value=value, period="FY2024", release="final", **more)


def of_division(division: str, *answers, **more):
    return replace(reading(*answers, **more), division_id=division)


def passed(store: Store, division: str, *answers, data: bytes, hours: float) -> str:
    one = of_division(division, *answers)
    saved = save_return(store, one, data, f"{division}.xlsx", by=division, at=later(hours))
    assert do(store, "pass_on", saved.submission_id, by=division, at=later(hours)) == ()
    return saved.submission_id


def column(store: Store, name: str, indicator: str = RATE, **how):
    found = store.snapshot("tiny", **how).observations
    return list(found[found["indicator_id"] == indicator][name])


# --- who sees what ---


def seen(store: Store, audience: Audience, hours: float | None = 100, **how):
    at = None if hours is None else later(hours)
    return sorted(store.snapshot("tiny", audience=audience, at=at, **how).observations["value"])
