"""One indicator as the paper tells it: all that its row and its own page draw on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kpi.assessment import Assessment
from kpi.cards.revision import band_text
from kpi.changes.change import SENT, Change, Kind, by_indicator
from kpi.changes.change_digest import mark_of, since_last_round, value_moved
from kpi.collection.workflow import RELEASE_WORDS
from kpi.path import EPS
from kpi.period import Period, short_of
from kpi.plan import Card, Indicator
from kpi.printing.number_words import printed
from kpi.printing.printed_figures import figures, judged
from kpi.progress import assess, cards_table
from kpi.provenance.judged_value import said, told_observation
from kpi.report.blocks import Cell
from kpi.schemes.scheme import Figures
from kpi.status import status_word
from kpi.summary import is_sample, unconfirmed
from kpi.tables.table_rows import Row, records

UNSET = "未設定"
#: What stands beside a value that the secretariat has not checked.
UNCHECKED = "未確認"


@dataclass(frozen=True)
class Entry:
    """``row`` and ``figures`` are the judgement, ``earlier`` the word it had last time (empty: none).

    ``observation`` is the value judged, or the newest answer where there is none; its words are the department's.
    ``since`` is what of it changed since last time, or since the version that its page takes the place of.
    """

    state: Assessment
    indicator: Indicator
    card: Card
    row: Row
    figures: Figures
    word: str
    earlier: str
    observation: Row | None
    since: tuple[Change, ...] = ()

    def said(self, key: str) -> str:
        """What the department wrote beside the value: ``analysis``, ``actions``, ``evidence``, or a standing text."""
        return said(self.state, self.observation, key)

    @property
    def code(self) -> str:
        """The short number of the value judged; empty where there is none."""
        return str(self.observation["code"]) if self.observation is not None and self.row["period"] else ""

    @property
    def mark(self) -> str:
        """更新, 訂正 or both where the indicator changed since last time."""
        return mark_of(self.since)

    def _is_new(self, *kinds: Kind, period: str = "") -> bool:
        """Whether a cell reads otherwise since last time: by a change of these kinds, and of that period's value."""
        return any(c.kind in kinds and c.period == period for c in self.since)

    @property
    def release(self) -> str:
        """速報 or 確定, and 未確認 where nobody has confirmed the value."""
        words = [RELEASE_WORDS.get(self.row["release"], "") if self.row["period"] else ""]
        words += [UNCHECKED] if unconfirmed(self.state, self.indicator.id) else []
        return "・".join(word for word in words if word)

    @property
    def moved(self) -> str:
        """「進捗に遅れ→順調」 where the status is another than last time, else the status."""
        return f"{self.earlier}→{self.word}" if self.earlier and self.earlier != self.word else self.word

    @property
    def is_moved(self) -> bool:
        """Whether its status is another one, for whoever has read the last one or the version that is replaced."""
        return self._is_new("status", "late")

    @property
    def sample(self) -> bool:
        """Whether any of its values is a sample."""
        return is_sample(self.state, self.indicator)

    # --- cells ------------------------------------------------------------------------------------------------------

    @property
    def baseline(self) -> Cell:
        """現状値 as it was stated."""
        new = self._is_new("baseline")
        return Cell(UNSET, changed=new) if (held := self.figures.baseline) is None else Cell(figure=held, changed=new)

    @property
    def target(self) -> Cell:
        """The target as it was stated, or the band that is to be held."""
        if self.card.direction == "maintain" and (band := band_text(self.card, self.indicator.unit)):
            return Cell(band, changed=self._is_new("target"))
        new = self._is_new("target")
        return Cell(UNSET, changed=new) if (held := self.figures.target) is None else Cell(figure=held, changed=new)

    @property
    def value(self) -> Cell:
        """The value judged; where there is none, why."""
        if self.figures.value is None:
            return Cell(self.word)
        return Cell(figure=self.figures.value, changed=value_moved(self.since, self.row), code=self.code)

    @property
    def previous(self) -> Cell:
        """The best value of the period before."""
        if not self.row["previous_period"]:
            return Cell()
        new = self._is_new(*SENT - {"new_value"}, period=self.row["previous_period"])
        return Cell(figure=judged(self.row["previous_value"], self.card), changed=new)

    def period(self, which: str) -> str:
        """The period of ``baseline``, ``target``, ``previous`` or of the value (empty)."""
        if which in ("baseline", "target"):
            found = self.card.baseline_period if which == "baseline" else self.card.target_period
            return found.short if found else ""
        return short_of(self.row[f"{which}_period" if which else "period"])


def entries(state: Assessment, since: Sequence[Change] | None = None) -> tuple[Entry, ...]:
    """All indicators in force: the basic goals first, then field by field.

    Marked is what changed ``since``: without one since the last round.
    """
    order = ("", *(f.id for f in state.plan.fields))
    changed = dict(by_indicator(since_last_round(state) if since is None else since))
    found = (i for field in order for i in state.plan.indicators if i.field_id == field)
    return tuple(entry(state, i, changed.get(i.id, ())) for i in found)


def entry(state: Assessment, indicator: Indicator, since: tuple[Change, ...] = ()) -> Entry:
    """One indicator."""
    earlier = ""
    if indicator.id in _earlier(state):
        then = _earlier(state)[indicator.id]
        earlier = status_word(then["status"], then["reason"], state.plan.scheme) if then["period"] else ""
    return Entry(
        state,
        indicator,
        state.card(indicator.id),
        state.row(indicator.id),
        state.figures(indicator.id),
        state.word(indicator.id),
        earlier,
        told_observation(state, indicator.id),
        since,
    )


def _earlier(state: Assessment) -> Mapping[str, Row]:
    """What was judged last time, by indicator."""
    before = state.before
    made = (lambda: {row["indicator_id"]: row for row in records(before)}) if before is not None else dict[str, Row]
    return state.once_judged("judged before", made)


def yearly(state: Assessment, years: Sequence[Period]) -> dict[str, dict[str, Figures]]:
    """The printed figures of each indicator as judged by each year's own value, by indicator and year.

    A year without a value of its own is not in it. All years are judged by the rule that holds now.
    """
    snapshot = state.snapshot
    found: dict[str, dict[str, Figures]] = {}
    cards = cards_table(snapshot.cards.values())
    known = snapshot.observations
    for year in years:
        until = known[known["position"] <= year.position + EPS]
        told = assess(cards, until, as_of=state.day, scheme=state.plan.scheme)
        for row in records(told):
            if row["period"] and year.position - 1 + EPS < row["position"] <= year.position + EPS:
                card = state.card(row["indicator_id"])
                found.setdefault(row["indicator_id"], {})[year.code] = figures(row, card, state.plan.scheme)
    return found


def planned(card: Card, story_path: Sequence[tuple[Period, float]], at: Period) -> Cell:
    """The planned line at a year, between its stops; empty outside of them."""
    stops = [(p.position, v) for p, v in story_path]
    if len(stops) < 2 or not stops[0][0] - EPS <= at.position <= stops[-1][0] + EPS:
        return Cell()
    value = float(np.interp(at.position, [p for p, _ in stops], [v for _, v in stops]))
    return Cell(figure=printed(value, card.decimals))
