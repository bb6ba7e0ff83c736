"""What every screen draws from: the store's newest state as the person may see it, judged, held once for all like them.

Keyed by the store's revision, the moment asked for and the audience: a rerun costs no query, a write by anyone (the
command line included) is seen at the next run, and nothing that one may see is served to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

from kpi.changes import Change, changes
from kpi.collection.lifecycle import Stage, counting, current
from kpi.collection.obligations import owed, told_apart
from kpi.compare.published import Benchmarks, records
from kpi.people import Audience
from kpi.plan import Indicator, Plan, Round
from kpi.printing.printed_figures import figures
from kpi.progress import assess, cards_table
from kpi.schemes.scheme import Figures
from loaders.services import Desk
from loaders.store import Snapshot
from pages.parts.app import identity
from pages.parts.app.clock import now
from pages.parts.app.plan_choice import plan_id
from pages.parts.app.storage import DATA, data_issues, store
from pages.parts.shared import as_of

__all__ = ["DATA", "NoPlan", "View", "data_issues", "desk", "file_name", "stamp", "store", "view"]


class NoPlan(Exception):
    """No plan could be read; :func:`data_issues` says why."""


@dataclass(frozen=True)
class View:
    """One judged state of one plan: ``plan`` and ``assessed`` leave out what is 欠番; ``everything`` judges that too.

    ``assessed`` and ``everything`` have a row for each indicator, indexed by its id.
    """

    snapshot: Snapshot
    day: date
    assessed: pd.DataFrame
    before: pd.DataFrame | None
    changes: tuple[Change, ...]
    everything: pd.DataFrame
    key: str

    @property
    def as_of(self) -> datetime | None:
        """The past moment shown; None for now."""
        return self.snapshot.as_of

    @cached_property
    def plan(self) -> Plan:
        """The plan shown: the indicators that are in force, and rounds as they count on the day."""
        plan = counting(self.snapshot.plan, self.snapshot.life, self.day)
        return replace(plan, indicators=self.snapshot.live_indicators(self.day))

    def stage(self, asked: Round) -> Stage:
        """How far a round has come."""
        return self.snapshot.life.stage(asked.id)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds people have to do with, newest first: without those that were given up."""
        return tuple(r for r in reversed(self.plan.rounds) if self.stage(r) is not Stage.CANCELLED)

    @property
    def revision(self) -> str:
        """What cached drawings are keyed by, beside their own arguments: nobody is shown what another may see."""
        return self.key

    @cached_property
    def benchmarks(self) -> Benchmarks:
        """The published figures, indexed once for this state; the plan's own card says which way is better."""
        snapshot, series = self.snapshot, self.snapshot.series
        ways = {i.series_id: snapshot.cards[i.id].direction for i in snapshot.plan.indicators if i.series_id}
        said = zip(series["series_id"], series["direction"], strict=True)
        series = series.assign(direction=[ways.get(series_id, way) for series_id, way in said])
        return Benchmarks(series, snapshot.values, snapshot.breaks)

    @cached_property
    def told(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The observations of each indicator in the order they came in: looking one up in the table costs far more."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in records(self.snapshot.observations):
            found.setdefault(row["indicator_id"], []).append(row)
        return found

    def row(self, indicator_id: str) -> Mapping[str, Any]:
        """The judgement of one indicator."""
        return self._rows[indicator_id]

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["indicator_id"]: row for row in records(self.everything)}

    def figures(self, indicator_id: str) -> Figures:
        """The printed figures of one judgement: the same on every screen."""
        if indicator_id not in self._figures:
            row, card = self.row(indicator_id), self.snapshot.cards[indicator_id]
            self._figures[indicator_id] = figures(row, card, self.plan.scheme)
        return self._figures[indicator_id]

    @cached_property
    def _figures(self) -> dict[str, Figures]:
        return {}

    def owner_name(self, indicator: Indicator) -> str:
        """The department that answers for an indicator today."""
        owner = self.plan.owner(indicator.id, self.day)
        return owner.name(self.day) if owner else "担当未設定"

    @property
    def current_round(self) -> Round | None:
        """The round that people are at; see :func:`kpi.collection.lifecycle.current`."""
        found = current(self.snapshot.plan, self.snapshot.life, self.day)
        return self.plan.round(found.id) if found else None


@st.cache_resource(max_entries=24, show_spinner="集計しています…")
def _view(key: str, day: date, _snapshot: Snapshot) -> View:
    plan, observations = _snapshot.plan, _snapshot.observations
    cards = cards_table(_snapshot.cards.values())
    live = [i.id for i in _snapshot.live_indicators(day)]

    owing = owed(
        counting(plan, _snapshot.life, day), _snapshot.life, observations, _snapshot.cards, day, _snapshot.audience
    )

    def judged(known: pd.DataFrame) -> pd.DataFrame:
        found = told_apart(assess(cards, known, as_of=day, scheme=plan.scheme), owing)
        return found.set_index("indicator_id", drop=False)

    everything, earlier = judged(observations), _before_last_round(observations)
    assessed = everything.loc[live]
    before = judged(earlier).loc[live] if earlier is not None else None
    changed = changes(before, assessed, plan) if before is not None else ()
    return View(_snapshot, day, assessed, before, changed, everything, key)


def _before_last_round(observations: pd.DataFrame) -> pd.DataFrame | None:
    """What was known before the newest round's first value came in; None where there is no earlier round."""
    if observations.empty:
        return None
    first_known = observations.groupby("round_id")["known_at"].min().sort_values()
    if len(first_known) < 2:
        return None
    earlier: pd.DataFrame = observations[observations["known_at"] < first_known.iloc[-1]]
    return earlier


def desk() -> Desk:
    """The gate for everything the person at the screen does; while the past is shown, nothing is written."""
    kind = as_of.PastDesk if as_of.as_of() else Desk
    return kind(store(), identity.person(), DATA, now)


def view() -> View:
    """What the person may see of the plan: as it is now, or as it was known at the moment the address asks for."""
    own, moment = desk(), as_of.as_of()
    if not plan_id():
        raise NoPlan
    snapshot = own.snapshot(plan_id(), moment)
    day = (moment or now()).date()
    # The snapshot itself is kept while it holds; an embargo that ends makes a new one without a write, in which a value
    # may have taken another's place.
    seen = hash(tuple(snapshot.observations["code"]))
    key = f"{snapshot.revision}:{day}:{moment}:{_audience_key(own.audience(plan_id()))}:{seen}"
    return _view(key, day, snapshot)


def _audience_key(audience: Audience) -> str:
    return "/".join((audience.kind, ",".join(sorted(audience.departments)), ",".join(sorted(audience.divisions))))


def file_name(stored: str) -> str:
    """A file as people call it: without the folders it came in."""
    return stored.replace("\\", "/").rsplit("/", 1)[-1]


def stamp(moment: date | pd.Timestamp | None) -> str:
    """A date as people read it; ― where there is none."""
    return "―" if moment is None or pd.isna(moment) else f"{moment:%Y-%m-%d}"
