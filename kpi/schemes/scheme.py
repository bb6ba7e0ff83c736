"""What a method of judging is made of, and what it is given: every file of this folder fills one :class:`Method`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpi.path import Bools, Floats, Path, Rules
from kpi.plan import Card, Indicator, Scheme
from kpi.words import text_of

Row = Mapping[str, Any]
Codes = NDArray[np.int8]
#: Where a row of a status table holds, and the status and the reason that it gives.
Case = tuple[Bools, str, str]

#: The classes of 達成率 of ``achievement_ratio`` below 100 percent, which is the target met.
RATIO_CLASSES = (0.9, 0.8)


@dataclass(frozen=True)
class Situation:
    """Everything a method may look at: the cards, their values, where the plan stands at the values' periods."""

    rules: Rules
    value: Floats
    path: Path
    on_track: float
    mostly: float
    ratio_classes: tuple[float, float] = RATIO_CLASSES

    def moved(self, by: float) -> Situation:
        """The same with every threshold moved."""
        most, some = self.ratio_classes
        return replace(self, on_track=self.on_track + by, mostly=self.mostly + by, ratio_classes=(most + by, some + by))


@dataclass(frozen=True)
class Figures:
    """The printed numbers of one judged indicator; None where there is none.

    ``value``, ``line``, ``change`` (since the baseline) and what was stated are in the indicator's unit, ``progress``,
    ``planned`` and ``achievement`` per cent. ``precise`` is the value with the decimals it has, for a formula.
    """

    baseline: Decimal | None = None
    target: Decimal | None = None
    milestone: Decimal | None = None
    value: Decimal | None = None
    precise: Decimal | None = None
    line: Decimal | None = None
    change: Decimal | None = None
    progress: Decimal | None = None
    planned: Decimal | None = None
    pace: Decimal | None = None
    achievement: Decimal | None = None


@dataclass(frozen=True)
class Told:
    """A judged row (of :func:`kpi.progress.assess`) with everything that its sentence speaks of."""

    row: Row
    card: Card
    indicator: Indicator
    scheme: Scheme
    figures: Figures

    def amount(self, shown: Decimal | None) -> str:
        """A printed number with the indicator's unit."""
        return text_of(shown, self.indicator.unit)


@dataclass(frozen=True)
class Outcome:
    """A status, the reason for it, and the clause of the sentence that tells the reason.

    ``word`` is what the method calls it where the status's own word would not do; of what is not assessable it is what
    stands in brackets behind it, or with ``apart`` in its place.
    """

    status: str
    reason: str
    clause: Callable[[Told], str]
    word: str = ""
    apart: bool = False


class Rule(NamedTuple):
    """One line of the table of 算定方法: a condition, the status it gives, the reason where the words depend on it."""

    condition: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Method:
    """One way of judging. ``word`` is what it is called where it is chosen, ``summary`` its one sentence.

    ``judge`` gives the rows of its status table, of which the first that holds decides. ``rules`` tell the same in
    words, ``steps`` how its figures are worked out.
    """

    name: str
    word: str
    summary: str
    judge: Callable[[Situation], Sequence[Case]]
    outcomes: tuple[Outcome, ...]
    rules: tuple[Rule, ...]
    steps: tuple[str, ...]
    shows_achievement: bool = False

    def outcome(self, status: str, reason: str) -> Outcome | None:
        """The outcome of a status and a reason; without a reason the first of the status that has a word of its own."""
        same = [o for o in self.outcomes if o.status == status and reason in ("", o.reason)]
        return next((o for o in same if reason or o.word), None)
