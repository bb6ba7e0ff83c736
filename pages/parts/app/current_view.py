"""What every screen draws from: the store's newest state as the person may see it, judged, held once for all like them.

Keyed by the plan, the store's revision, the moment asked for and the audience: a rerun costs no query, a write by
anyone (the command line included) is seen at the next run, and nothing that one may see is served to another.
"""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from kpi.assessment import Assessment
from kpi.people import Audience
from kpi.snapshot import Snapshot
from loaders.services import Services
from pages.parts.app import identity
from pages.parts.app.clock import now
from pages.parts.app.plan_choice import plan_id
from pages.parts.app.storage import DATA, data_issues, store
from pages.parts.shared import as_of

__all__ = ["DATA", "NoPlan", "data_issues", "file_name", "services", "store", "view"]


class NoPlan(Exception):
    """No plan could be read; :func:`data_issues` says why."""


@st.cache_resource(max_entries=24, show_spinner="集計しています…")
def _judged(key: str, day: date, _snapshot: Snapshot, _whose: str) -> Assessment:
    last = _last_judged()
    found = Assessment.of(_snapshot, day, key, last.get(_whose))
    last.pop(_whose, None)
    last[_whose] = found
    for old in list(last)[:-_AUDIENCES]:
        last.pop(old, None)
    return found


#: So many audiences have their last state kept, for the next to be made from.
_AUDIENCES = 24


@st.cache_resource(show_spinner=False)
def _last_judged() -> dict[str, Assessment]:
    """The state judged last for each plan and audience."""
    return {}


def services() -> Services:
    """The gate for everything the person at the screen does; while the past is shown, nothing is written."""
    kind = as_of.PastServices if as_of.as_of() else Services
    return kind(store(), identity.person(), DATA, now)


def view() -> Assessment:
    """What the person may see of the plan: as it is now, or as it was known at the moment the address asks for."""
    return view_at(as_of.as_of())


def view_at(moment: datetime | None, *, public: bool = False) -> Assessment:
    """What the person (``public``: everybody) may see of the plan as it was known at a moment; None is now."""
    own = services()
    if not plan_id():
        raise NoPlan
    snapshot = own.snapshot(plan_id(), moment, public=public)
    day = (moment or now()).date()
    # The snapshot itself is kept while it holds; an embargo that ends makes a new one without a write, in which a value
    # may have taken another's place.
    whose = f"{plan_id()}:{moment}:{_audience_key(snapshot.audience)}"
    return _judged(f"{whose}:{snapshot.revision}:{day}:{snapshot.seen}", day, snapshot, whose)


def _audience_key(audience: Audience) -> str:
    return "/".join((audience.kind, ",".join(sorted(audience.departments)), ",".join(sorted(audience.divisions))))


def file_name(stored: str) -> str:
    """A file as people call it: without the folders it came in."""
    return stored.replace("\\", "/").rsplit("/", 1)[-1]
