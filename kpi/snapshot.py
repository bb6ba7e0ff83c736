"""What is known of one plan at a moment, as far as an audience may see it: frozen tables, no connection behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from kpi.collection.lifecycle import Life, counting
from kpi.collection.scope import is_dropped
from kpi.collection.workflow import Brief, Past
from kpi.initiatives.half_year_review import Review
from kpi.people import Audience
from kpi.period import Period
from kpi.plan import STANDING_TEXTS, Card, Indicator, Plan
from kpi.report.versions import Version, moment_of
from kpi.selection import FORECAST, RELEASE_RANK, WITHDRAWING, best_and_withdrawn, withdrawn
from kpi.tables.table_rows import Row, records


@dataclass(frozen=True)
class Edited:
    """A sentence that somebody wrote in place of one made from the data, which then said ``made``."""

    text: str
    made: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Snapshot:
    """All that screens need of one plan at one revision of the store, in memory. Do not change its tables."""

    plan: Plan
    revision: str
    cards: Mapping[str, Card]
    observations: pd.DataFrame
    submissions: pd.DataFrame
    has_samples: bool
    series: pd.DataFrame
    values: pd.DataFrame
    breaks: pd.DataFrame
    as_of: datetime | None = field(default=None)
    #: Kinds of decisions taken about the plan as a whole, such as ``start_empty``.
    decisions: frozenset[str] = frozenset()
    #: The attributes that a recorded decision settled, by indicator; of the scheme with an empty one.
    decided: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: What the secretariat asked, what is proposed about cards, which department took a form: one row each.
    questions: pd.DataFrame = field(default_factory=pd.DataFrame)
    proposals: pd.DataFrame = field(default_factory=pd.DataFrame)
    takes: pd.DataFrame = field(default_factory=pd.DataFrame)
    #: What people wrote in place of sentences of a paper's 総括 and answers of its 想定問答, by round and key; it is
    #: there for who sees everything alone.
    edited: Mapping[str, Mapping[str, Edited]] = field(default_factory=dict)
    #: The versions of each round's paper, the oldest first.
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    #: What was said of each initiative, the oldest half-year first.
    reviews: Mapping[str, tuple[Review, ...]] = field(default_factory=dict)
    #: All that was sent of initiatives, in the order it came: also what was said anew since.
    every_review: tuple[Review, ...] = ()
    #: Which rounds were started, closed and given up.
    life: Life = field(default_factory=Life)
    audience: Audience = Audience.ALL

    def assumed(self, indicator_id: str) -> Mapping[str, str]:
        """What of an indicator the source leaves open and nobody has decided since, with the reason for what stands."""
        settled = self.decided.get(indicator_id, frozenset())
        return {k: v for k, v in self.plan.indicator(indicator_id).assumptions.items() if k not in settled}

    @property
    def plan_assumed(self) -> Mapping[str, str]:
        """The same of the plan as a whole: its way of judging stands as 想定 until a decision records it."""
        return {k: v for k, v in self.plan.assumptions.items() if k != "scheme" or "" not in self.decided}

    def is_dropped(self, indicator_id: str, day: date) -> bool:
        """Whether an indicator is 欠番 on a day."""
        card = self.cards.get(indicator_id)
        return card is not None and is_dropped(card, day)

    def live_indicators(self, day: date) -> tuple[Indicator, ...]:
        """The indicators that are judged on a day: those that are 欠番 keep only their history."""
        return tuple(i for i in self.plan.indicators if not self.is_dropped(i.id, day))

    @property
    def closed(self) -> Mapping[str, datetime]:
        """When each closed round was closed."""
        return self.life.closed

    def closed_at(self, round_id: str) -> datetime | None:
        """The moment a closed round is shown at; None while it is open."""
        return self.closed.get(round_id)

    def told_at(self, round_id: str) -> datetime | None:
        """As of when the paper of a round tells; None: as of now."""
        return moment_of(self.closed_at(round_id), self.versions.get(round_id, ()))

    def told_before(self, round_id: str, moment: datetime | None) -> datetime | None:
        """As of when the last paper of another round told that was made before a moment (None: now); None without one.

        It is what the last meeting knew; a review of the work that was only closed was none.
        """
        met = (r for r in self.plan.rounds if r.kind != "initiatives" or self.versions.get(r.id))
        others = (self.told_at(r.id) for r in met if r.id != round_id)
        return max((at for at in others if at and (moment is None or at < moment)), default=None)

    @cached_property
    def returns(self) -> Sequence[Row]:
        """The rows of ``submissions``, in the order they came: to look one up in a table costs far more."""
        return records(self.submissions)

    @cached_property
    def asked(self) -> Sequence[Row]:
        """The rows of ``questions``."""
        return records(self.questions)

    @cached_property
    def history(self) -> Mapping[str, tuple[Past, ...]]:
        """The best known value of each period, oldest first, by indicator; see :func:`best_known`."""
        return best_known(self.observations, self.cards)

    @cached_property
    def confirmed(self) -> Mapping[str, tuple[Past, ...]]:
        """The same of confirmed values alone; see :func:`best_confirmed`."""
        return best_confirmed(self.observations, self.cards, self.history)

    @cached_property
    def standing(self) -> Mapping[str, Mapping[str, str]]:
        """What was said last of how values are verified and what they cannot say; see :func:`standing_texts`."""
        return standing_texts(self.observations)

    @cached_property
    def sections(self) -> Mapping[str, tuple[str, str]]:
        """By subject, the department that answered last and the 課 that it named; what a sample names is no office."""
        table = self.observations
        told = table[((table["section"] != "") & ~table["sample"].astype(bool)).to_numpy()].sort_values(
            "observation_id"
        )
        last = told.drop_duplicates("indicator_id", keep="last")[["indicator_id", "department_id", "section"]]
        found = {row["indicator_id"]: (row["department_id"], row["section"]) for row in records(last)}
        every = (one for reviews in self.reviews.values() for one in reviews if not one.sample and one.text("section"))
        return found | {one.initiative_id: (one.department_id, one.text("section")) for one in every}

    @cached_property
    def taken_back(self) -> frozenset[str]:
        """The short numbers of the values that a later 秘匿 or 該当なし took back: nothing shows or gives them on."""
        gone = withdrawn(self.observations, annual_ids(self.cards))
        return frozenset(self.observations["code"][gone])

    @cached_property
    def seen(self) -> int:
        """A hash of the values that are seen: an embargo that ends changes them without a write."""
        return hash(tuple(self.observations["code"]))

    def brief(self, day: date) -> Brief:
        """What a form writer, its reader and the checks need on a day."""
        plan = counting(self.plan, self.life, day)
        return Brief(plan, day, self.cards, self.history, self.standing, self.reviews, self.sections)


def annual_ids(cards: Mapping[str, Card]) -> frozenset[str]:
    """The indicators that count each year anew."""
    return frozenset(c.indicator_id for c in cards.values() if c.kind == "annual")


def best_known(observations: pd.DataFrame, cards: Mapping[str, Card]) -> Mapping[str, tuple[Past, ...]]:
    """The best known value of each period, oldest first, by indicator, as :mod:`kpi.selection` chooses it.

    Beside it stands what it would be without the round that decides it. A period whose value a later round took back
    is there too, as ``withdrawn``: that round itself must find, when its form comes again, what it found before.
    """
    annual = annual_ids(cards)
    decided = _decided(observations, annual)
    if not decided:
        return {}
    whose = {_of_period(row): row["round_id"] for row in decided}
    said = zip(*(observations[c].to_list() for c in (*_OF_PERIOD, "round_id")), strict=True)
    own = np.array([whose.get((indicator, period)) == told for indicator, period, told in said], dtype=bool)
    others = {_of_period(row): row for row in _decided(observations[~own], annual)}
    history: dict[str, list[Past]] = {}
    for row in sorted(decided, key=lambda row: float(row["position"])):
        other = others.get(_of_period(row))
        past = replace(_past(row), otherwise=_past(other) if other else None)
        history.setdefault(str(row["indicator_id"]), []).append(past)
    return {k: tuple(v) for k, v in history.items()}


def best_confirmed(
    observations: pd.DataFrame, cards: Mapping[str, Card], known: Mapping[str, tuple[Past, ...]] | None = None
) -> Mapping[str, tuple[Past, ...]]:
    """The same of confirmed values alone: a newer one that is not must not hide them.

    A later word that takes a value back counts, confirmed or not. ``known`` is what :func:`best_known` tells of the
    same observations: where everything is confirmed, nothing else is to be found.
    """
    waiting = ((observations["review"] != "confirmed") & (observations["state"] == "value")).to_numpy()
    told = observations[~waiting]
    if known is None:
        return best_known(told.reset_index(drop=True), cards)
    apart = frozenset(observations["indicator_id"][waiting])
    rest = best_known(told[told["indicator_id"].isin(apart)].reset_index(drop=True), cards)
    return {**{k: v for k, v in known.items() if k not in apart}, **rest}


_OF_PERIOD = ["indicator_id", "period"]


def _of_period(row: Mapping[Any, Any]) -> tuple[str, str]:
    return row["indicator_id"], row["period"]


def _decided(observations: pd.DataFrame, annual: Collection[str]) -> list[dict[Any, Any]]:
    """One row for each period of which a value is known: the best that stands, else the last that was taken back.

    ``withdrawn`` tells which, and ``round_id`` is the round that decides it.
    """
    best, gone = best_and_withdrawn(observations, annual)
    said = _said(observations[(observations["state"] == "value").to_numpy() & ~gone])
    rows = records(observations.iloc[best])
    found = [{**row, **said[row["observation_id"]], "withdrawn": False} for row in rows]
    if not gone.any():
        return found
    standing = {_of_period(row) for row in rows}
    lost = records(observations[gone].drop_duplicates(_OF_PERIOD, keep="last"))
    return found + [
        {**row, "withdrawn": True, "round_id": _taken_back_in(observations, row)}
        for row in lost
        if _of_period(row) not in standing
    ]


def _said(values: pd.DataFrame) -> dict[int, dict[str, str]]:
    """What stands as said beside each value, by its ``observation_id``.

    A correction brings a value, not a new comment: what was said of the period before still holds.
    """
    # The words told last are the best known value's own.
    rank = values["release"].map(RELEASE_RANK).fillna(FORECAST)
    order = np.lexsort((values["observation_id"], values["known_at"], rank))
    columns = [values[c].to_list() for c in (*_OF_PERIOD, "observation_id", *_SAID)]
    of_period: dict[tuple[str, str], dict[str, str]] = {}
    found = {}
    for at in order:
        indicator, period, observation_id, *texts = (column[at] for column in columns)
        kept = of_period.get((indicator, period), dict.fromkeys(_SAID, ""))
        told = {name: text for name, text in zip(_SAID, texts, strict=True) if isinstance(text, str) and text}
        found[observation_id] = of_period[indicator, period] = kept | told
    return found


_SAID = ("analysis", "evidence")


def standing_texts(observations: pd.DataFrame) -> Mapping[str, Mapping[str, str]]:
    """What was said last of :data:`kpi.plan.STANDING_TEXTS`, by indicator.

    A correction brings a value and no words; whoever empties a text in an answer takes it back.
    """
    told = observations[(observations["key"] != "correction").to_numpy()]
    last = told.sort_values("observation_id").drop_duplicates("indicator_id", keep="last")
    return {
        row["indicator_id"]: {key: str(row[key]) for key in STANDING_TEXTS if row[key]}
        for row in records(last[["indicator_id", *STANDING_TEXTS]])
    }


def _taken_back_in(observations: pd.DataFrame, value: Mapping[Any, Any]) -> str:
    """The round whose later word took a value back: the last that says it cannot stand, else its own."""
    same = (observations["indicator_id"] == value["indicator_id"]) & (observations["position"] == value["position"])
    later = observations["known_at"] >= value["known_at"]
    said = observations[same & later & observations["state"].isin(WITHDRAWING)]
    return str(said.iloc[-1]["round_id"]) if len(said) else str(value["round_id"])


def _past(row: Mapping[Any, Any]) -> Past:
    known = pd.Timestamp(row["known_at"])
    return Past(
        period=Period.parse(str(row["period"])),
        value=float(str(row["value"])),
        release=str(row["release"]),
        comment=str(row["analysis"]),
        evidence=str(row["evidence"]),
        round_id=str(row["round_id"]),
        known_at=known.to_pydatetime(),
        withdrawn=bool(row["withdrawn"]),
    )
