"""One judged state of one plan: built once from a snapshot and a day, asked alike by screens, commands and papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from kpi.collection import turnout
from kpi.collection.board import Known, board
from kpi.collection.lifecycle import Stage, counting, current, over
from kpi.collection.obligations import owed, told_apart
from kpi.compare.published import Benchmarks
from kpi.period import Period
from kpi.plan import Card, Indicator, Plan, Round
from kpi.printing.printed_figures import figures
from kpi.progress import assess, cards_table
from kpi.provenance.list_origin import is_of_list
from kpi.schemes.scheme import Figures
from kpi.selection import best_rows
from kpi.snapshot import Snapshot
from kpi.status import status_word
from kpi.tables.made_once import MadeOnce
from kpi.tables.table_rows import Row, records

T = TypeVar("T")


@dataclass(frozen=True)
class Assessment:
    """``plan`` and ``assessed`` leave out what is 欠番; ``everything`` judges that too.

    ``assessed``, ``before`` and ``everything`` have a row of :func:`kpi.progress.assess` for each indicator, indexed
    by its id. ``before`` is what was known before the newest round's first value, None where there is no earlier round.
    ``key`` is what whoever keeps the state calls it, and all that is made of it: equal keys, equal contents.
    """

    snapshot: Snapshot
    day: date
    assessed: pd.DataFrame
    before: pd.DataFrame | None
    everything: pd.DataFrame
    key: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot, day: date, key: str = "", earlier: Assessment | None = None) -> Assessment:
        """The snapshot judged as on a day; where it says nothing new since an ``earlier`` state, judged as then."""
        if earlier is not None and earlier.day == day and _judged_alike(earlier.snapshot, snapshot):
            again = replace(earlier, snapshot=snapshot, key=key)
            again._of_indicators.update(earlier._kept_for(again))
            again.__dict__["_of_judged"] = earlier._of_judged
            if "history" in earlier.snapshot.__dict__:
                snapshot.__dict__["history"] = earlier.snapshot.history
            return again
        plan, observations = snapshot.plan, snapshot.observations
        cards = cards_table(snapshot.cards.values())
        live = [i.id for i in snapshot.live_indicators(day)]
        as_it_counts = counting(plan, snapshot.life, day)
        owing = owed(as_it_counts, snapshot.life, observations, snapshot.cards, day, snapshot.audience)

        def judged(known: pd.DataFrame) -> pd.DataFrame:
            found = told_apart(assess(cards, known, as_of=day, scheme=plan.scheme), owing)
            return found.set_index("indicator_id", drop=False)

        everything, known = judged(observations), _before_last_round(observations)
        assessed = everything.loc[live]
        before = judged(known).loc[live] if known is not None else None
        return cls(snapshot, day, assessed, before, everything, key)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` makes of this state, made at the first asking; it goes when the state goes."""
        return self._made.get(name, make)

    @cached_property
    def _made(self) -> MadeOnce:
        return MadeOnce()

    def once_judged(self, name: str, make: Callable[[], T]) -> T:
        """The same of what is judged, the plan and the published figures alone: handed on while these stay alike."""
        return self._of_judged.get(name, make)

    @cached_property
    def _of_judged(self) -> MadeOnce:
        return MadeOnce()

    def once_of(self, indicator_id: str, name: str, make: Callable[[], T]) -> T:
        """The same of one indicator: it is handed on to the next state where that says the same of the indicator."""
        return self._of_indicators.setdefault(indicator_id, MadeOnce()).get(name, make)

    @cached_property
    def _of_indicators(self) -> dict[str, MadeOnce]:
        return {}

    def _kept_for(self, later: Assessment) -> dict[str, MadeOnce]:
        """What was made of the indicators of which a later state, judged alike, says what this one says."""
        made = {i: MadeOnce(found) for i, found in list(self._of_indicators.items())}
        return {i: found for i, found in made.items() if self.told.get(i) == later.told.get(i)} if made else {}

    @cached_property
    def earlier(self) -> Assessment | None:
        """The state that ``before`` is the judgement of, under the plan and the rules of this one; None without it."""
        known = _before_last_round(self.snapshot.observations) if self.before is not None else None
        if known is None or self.before is None:
            return None
        held = replace(self.snapshot, observations=known)
        return replace(self, snapshot=held, assessed=self.before, before=None, everything=self.before)

    # --- the plan and its rounds ------------------------------------------------------------------------------------

    @property
    def as_of(self) -> datetime | None:
        """The past moment shown; None for now."""
        return self.snapshot.as_of

    @cached_property
    def is_over(self) -> bool:
        """Whether the plan's term is over: it is read only, and what stands is its final account."""
        return over(self.snapshot.plan, self.snapshot.life, self.day)

    @property
    def is_open(self) -> bool:
        """Whether rounds, returns and judging rules may be changed: it is now, and within the plan's term."""
        return self.as_of is None and not self.is_over

    @cached_property
    def plan(self) -> Plan:
        """The plan shown: the indicators that are in force, and rounds as they count on the day."""
        return self.once_judged("plan", self._plan)

    def _plan(self) -> Plan:
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
    def current_round(self) -> Round | None:
        """The round that people are at; see :func:`kpi.collection.lifecycle.current`."""
        found = current(self.snapshot.plan, self.snapshot.life, self.day)
        return self.plan.round(found.id) if found else None

    def board(
        self, asked: Round, now: datetime, contacts: Mapping[tuple[str, str], str] | None = None
    ) -> tuple[turnout.Row, ...]:
        """The board of a round as it stands ``now``, or at the past moment shown, or at its closing.

        ``contacts`` tells whom to ask, by department and 課.
        """
        held = self.snapshot
        known = self.once(
            f"board {asked.id}",
            lambda: Known.of(asked.id, held.returns, records(held.takes), held.asked, held.observations),
        )
        known = replace(known, contacts=contacts or {})
        closed, started = held.closed_at(asked.id), self.stage(asked) in (Stage.OPEN, Stage.CLOSED)
        return board(held.plan, asked, known, self.as_of or now, closed=closed, cards=held.cards, started=started)

    # --- one indicator ----------------------------------------------------------------------------------------------

    def card(self, indicator_id: str) -> Card:
        """The judging rule of one indicator; of an initiative, which is not judged, a bare one."""
        return self.snapshot.cards.get(indicator_id) or self.plan.of_initiatives.card(indicator_id)

    def row(self, indicator_id: str) -> Row:
        """The judgement of one indicator: a row of ``everything`` by the names of its columns."""
        return self._rows[indicator_id]

    @cached_property
    def _rows(self) -> dict[str, Row]:
        return self.once_judged("rows", lambda: {row["indicator_id"]: row for row in records(self.everything)})

    def word(self, indicator_id: str) -> str:
        """The status of one indicator in the plan's words."""
        row = self.row(indicator_id)
        return status_word(row["status"], row["reason"], self.plan.scheme)

    def with_value(self, indicator_id: str, value: float, period: str, release: str = "final") -> tuple[str, str]:
        """The status that an indicator would have with another value of a period, and its word."""
        known = self.snapshot.observations
        row: dict[str, Any] = {
            "indicator_id": indicator_id,
            "period": period,
            "position": Period.parse(period).position,
            "value": value,
            "release": release,
            "state": "value",
            "known_at": pd.Timestamp(self.day),
            "observation_id": int(known["observation_id"].max()) + 1 if len(known) else 1,
            "correction_kind": "",
        }
        own = known[(known["indicator_id"] == indicator_id) & (known["period"] != period)]
        with_it = pd.concat([own[[c for c in row if c in own]], pd.DataFrame([row])], ignore_index=True)
        scheme, cards = self.plan.scheme, cards_table([self.card(indicator_id)])
        judged = assess(cards, with_it, as_of=self.day, scheme=scheme).iloc[0]
        status = str(judged["status"])
        return status, status_word(status, str(judged["reason"]), scheme)

    def figures(self, indicator_id: str) -> Figures:
        """The printed figures of one judgement: the same wherever they are shown."""
        row, card = self.row(indicator_id), self.card(indicator_id)
        return self.once_of(indicator_id, "figures", lambda: figures(row, card, self.plan.scheme))

    def owner_name(self, indicator: Indicator) -> str:
        """The department that answers for an indicator today."""
        owner = self.plan.owner(indicator.id, self.day)
        return owner.name(self.day) if owner else "担当未設定"

    @cached_property
    def told(self) -> Mapping[str, Sequence[Row]]:
        """The observations of each indicator in the order they came in: looking one up in the table costs far more."""
        found: dict[str, list[Row]] = {}
        for row in self._observed:
            found.setdefault(row["indicator_id"], []).append(row)
        return found

    @cached_property
    def _observed(self) -> Sequence[Row]:
        """The rows of the observations: made of the table once, it costs more than all that is asked of them."""
        return records(self.snapshot.observations)

    @cached_property
    def best(self) -> Mapping[str, Sequence[Row]]:
        """Of each indicator the best known value of each period, oldest first, forecasts included."""
        seen, cards = self.snapshot.observations, self.snapshot.cards
        annual = np.array([card.kind == "annual" for card in cards.values()], dtype=bool)
        found: dict[str, list[Row]] = {}
        for place in best_rows(seen, pd.Index(list(cards), dtype=object), annual):
            row = self._observed[place]
            found.setdefault(row["indicator_id"], []).append(row)
        return found

    @cached_property
    def benchmarks(self) -> Benchmarks:
        """The published figures, indexed once; the plan's own card says which way is better."""
        return self.once_judged("benchmarks", self._benchmarks)

    def _benchmarks(self) -> Benchmarks:
        snapshot, series = self.snapshot, self.snapshot.series
        ways = {i.series_id: self.card(i.id).direction for i in snapshot.plan.indicators if i.series_id}
        said = zip(series["series_id"], series["direction"], strict=True)
        series = series.assign(direction=[ways.get(series_id, way) for series_id, way in said])
        return Benchmarks(series, snapshot.values, snapshot.breaks)


#: What judging reads of a value that may become another later: all else of it stays what it was when it came.
_MAY_CHANGE = ("observation_id", "state", "value")


def _judged_alike(earlier: Snapshot, later: Snapshot) -> bool:
    """Whether the same values are to be judged under the same rules: a confirmation, say, changes neither."""
    one, other = earlier.observations, later.observations
    return (
        (earlier.audience, earlier.as_of) == (later.audience, later.as_of)
        and len(one) == len(other)
        and all(one[name].equals(other[name]) for name in _MAY_CHANGE)
        and earlier.plan == later.plan
        and earlier.cards == later.cards
        and earlier.life == later.life
        # The published figures stand in an indicator's chart and sentences. They are read once for all states.
        and all(getattr(earlier, name) is getattr(later, name) for name in ("series", "values", "breaks"))
    )


def _before_last_round(observations: pd.DataFrame) -> pd.DataFrame | None:
    """What was known before the newest round's first value came in; None where there is no earlier round."""
    if observations.empty:
        return None
    asked = observations[~observations["round_id"].map(is_of_list)]  # what came in a list is older than it is known
    first_known = asked.groupby("round_id")["known_at"].min().sort_values()
    if len(first_known) < 2:
        return None
    earlier: pd.DataFrame = observations[observations["known_at"] < first_known.iloc[-1]]
    return earlier
