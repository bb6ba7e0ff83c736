"""What every screen draws from: the store's newest state, judged, held once for everybody.

Keyed by the store's revision and the day, so a rerun costs no query, and a write by anyone (the command line
included) is seen at the next run.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
import streamlit as st

from kpi.benchmarks import Benchmarks
from kpi.digest import Change, changes
from kpi.issue import Issue
from kpi.plan import Indicator, Plan, Round
from kpi.progress import assess, cards_table
from loaders.service import load_data, open_store
from loaders.store import Snapshot, Store
from pages.parts.clock import today

DATA = Path(os.environ.get("KPI_DATA", Path(__file__).resolve().parents[2] / "data"))


class NoPlan(Exception):
    """No plan could be read; :func:`data_issues` says why."""


@dataclass(frozen=True)
class View:
    """One judged state of one plan. ``assessed`` has a row for each indicator, indexed by its id."""

    snapshot: Snapshot
    day: date
    assessed: pd.DataFrame
    before: pd.DataFrame | None
    changes: tuple[Change, ...]

    @property
    def plan(self) -> Plan:
        """The plan shown."""
        return self.snapshot.plan

    @property
    def revision(self) -> str:
        """What cached drawings are keyed by, beside their own arguments."""
        return f"{self.snapshot.revision}:{self.day}"

    @cached_property
    def benchmarks(self) -> Benchmarks:
        """The published figures, indexed once for this state."""
        return Benchmarks(self.snapshot.series, self.snapshot.values, self.snapshot.breaks)

    def row(self, indicator_id: str) -> pd.Series:
        """The judgement of one indicator."""
        return self.assessed.loc[indicator_id]

    def owner_name(self, indicator: Indicator) -> str:
        """The department that answers for an indicator today."""
        owner = self.plan.owner(indicator.id, self.day)
        return owner.name(self.day) if owner else "担当未設定"

    @property
    def current_round(self) -> Round | None:
        """The newest round that has opened; the first one where none has."""
        opened = [r for r in self.plan.rounds if r.opens and r.opens <= self.day]
        return max(opened, key=lambda r: r.opens or date.min) if opened else next(iter(self.plan.rounds), None)


@st.cache_resource(show_spinner="データを準備しています…")
def store() -> Store:
    """The store, made from ``data/`` on the first start."""
    return open_store(DATA)


@st.cache_resource(max_entries=6, show_spinner="集計しています…")
def _view(revision: str, plan_id: str, day: date) -> View:
    snapshot = store().snapshot(plan_id)
    cards = cards_table(snapshot.cards.values())
    observations = snapshot.observations
    now = assess(cards, observations, as_of=day, scheme=snapshot.plan.scheme).set_index("indicator_id", drop=False)
    earlier = _before_last_round(observations)
    before = None
    if earlier is not None:
        before = assess(cards, earlier, as_of=day, scheme=snapshot.plan.scheme).set_index("indicator_id", drop=False)
    return View(snapshot, day, now, before, changes(before, now, snapshot.plan) if before is not None else ())


def _before_last_round(observations: pd.DataFrame) -> pd.DataFrame | None:
    """What was known before the newest round's first value came in; None where there is no earlier round."""
    if observations.empty:
        return None
    first_known = observations.groupby("round_id")["known_at"].min().sort_values()
    if len(first_known) < 2:
        return None
    return observations[observations["known_at"] < first_known.iloc[-1]]


@st.cache_resource(show_spinner=False)
def data_issues() -> tuple[Issue, ...]:
    """What is wrong with the files of ``data/``: found once at the start, as they are read then."""
    return load_data(DATA).issues


@st.cache_resource(max_entries=2, show_spinner=False)
def _plan_id(revision: str) -> str:
    ids = store().plan_ids()
    if not ids:
        raise NoPlan
    return ids[0]


def view() -> View:
    """The newest state of the plan, as of today."""
    revision = store().revision()
    return _view(revision, _plan_id(revision), today())


def file_name(stored: str) -> str:
    """A file as people call it: without the folders it came in."""
    return stored.replace("\\", "/").rsplit("/", 1)[-1]


def stamp(moment: date | pd.Timestamp | None) -> str:
    """A date as people read it; ― where there is none."""
    return "―" if moment is None or pd.isna(moment) else f"{moment:%Y-%m-%d}"
