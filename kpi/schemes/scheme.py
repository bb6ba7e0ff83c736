"""What a method of judging is made of, and what it is given: every file of this folder fills one :class:`Method`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kpi.path import Bools, Floats, Path, Rules, progress
from kpi.plan import Card, Indicator, Scheme
from kpi.printing.number_words import percent, text_of

Row = Mapping[str, Any]
#: A line of the calculation: what it is, the formula with its numbers, the result.
Step = tuple[str, str, str]
Codes = NDArray[np.int8]
#: Where a row of a status table holds, and the status and the reason that it gives.
Case = tuple[Bools, str, str]
#: The thresholds that hold, by key.
Limits = Mapping[str, float]
#: The figures of :func:`kpi.progress.assess` that thresholds may divide into classes: ペース, the share of the way to a
#: 目安値, 達成率.
Measure = Literal["pace", "milestone", "achievement"]


@dataclass(frozen=True)
class Situation:
    """Everything a method may look at: the cards, their values, where the plan stands at the values' periods."""

    rules: Rules
    value: Floats
    path: Path
    limits: Limits
    alone: float | None = None  # from which change a card without target is judged; None: such a card is not judged

    @cached_property
    def done(self) -> Floats:
        """進捗率."""
        return progress(self.rules, self.value)

    def moved(self, by: float) -> Situation:
        """The same with every threshold between classes moved."""
        return replace(self, limits={key: limit + by for key, limit in self.limits.items()})


@dataclass(frozen=True)
class Threshold:
    """Where a class begins: ``key`` is its name in ``plan.toml``, ``word`` the class, ``most`` the highest it may be.

    Without ``default`` it holds only where a plan sets it. One key of several methods is one threshold: it keeps its
    value where a plan goes from one to the other.
    """

    key: str
    word: str
    default: float = math.nan
    most: float = 2.0
    percent: bool = False

    def text(self, value: float) -> str:
        """「0.8」, or 「80%」 of what is told per cent."""
        return percent(value) if self.percent else f"{value:g}"


class Fault(NamedTuple):
    """A threshold that cannot be: its key, what kind of fault, what is wrong, what to do."""

    key: str
    kind: str
    message: str
    advice: str


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
    limits: Limits
    figures: Figures

    def amount(self, shown: Decimal | None) -> str:
        """A printed number with the indicator's unit."""
        return text_of(shown, self.indicator.unit)


@dataclass(frozen=True)
class Status:
    """A status that a method has for itself: its code, its word, and the common status that it is ``like``.

    Order, rank and colours are those of the common one, and so is whether an explanation is owed.
    """

    code: str
    word: str
    like: str


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

    ``judge`` gives its rows of the status table, asked after those of :mod:`kpi.schemes.common`; the first that holds
    decides. Without ``verdict`` it gives no status, and before it stand only the rows of what is unset. ``rules`` tell
    the same in words (``{key}`` is a threshold), ``steps`` how its figures are worked out. ``thresholds``, the highest
    first, divide the figure ``measure``, which people call ``figure``. ``statuses`` are those beside the common ones.

    A figure that no other method has is the method's own affair: ``marks`` are the values at which it comes to a
    threshold, each with whether that is reached, so that no printed value seems to stand in another class, and
    ``calculation`` its lines of the calculation. ``alone`` is a threshold by which, where a plan sets it, a card
    without target is judged; ``alone_rules`` say how.
    """

    name: str
    word: str
    summary: str
    judge: Callable[[Situation], Sequence[Case]]
    outcomes: tuple[Outcome, ...]
    rules: tuple[Rule, ...]
    steps: tuple[str, ...]
    thresholds: tuple[Threshold, ...] = ()
    measure: Measure | None = None
    figure: str = ""
    verdict: bool = True
    statuses: tuple[Status, ...] = ()
    marks: Callable[[Row, Card, Scheme], Iterable[tuple[float, bool]]] = lambda row, card, scheme: ()
    calculation: Callable[[Told], Sequence[Step]] = lambda told: ()
    alone: Threshold | None = None
    alone_rules: tuple[Rule, ...] = ()

    @property
    def own_figure(self) -> bool:
        """Whether it judges by a figure that no other method has; then the pace says nothing of the status."""
        return bool(self.thresholds) and self.measure is None

    @property
    def settable(self) -> tuple[Threshold, ...]:
        """Every threshold that a plan may set."""
        return (*self.thresholds, *([self.alone] if self.alone else []))

    def held(self, scheme: Scheme) -> Limits:
        """Every threshold that holds in a plan."""
        found = {t.key: scheme.thresholds.get(t.key, t.default) for t in self.settable}
        return {key: value for key, value in found.items() if math.isfinite(value)}

    def judges_alone(self, scheme: Scheme) -> float | None:
        """The threshold of a card without target; None where the plan judges none."""
        return self.held(scheme).get(self.alone.key) if self.alone else None

    def limits(self, scheme: Scheme) -> Limits:
        """The thresholds between its classes as a plan has set them."""
        held = self.held(scheme)
        return {t.key: held[t.key] for t in self.thresholds}

    def edges(self, scheme: Scheme, measure: Measure) -> tuple[float, ...]:
        """The thresholds that divide a figure, the lowest first; none where the method judges by another."""
        return tuple(sorted(self.limits(scheme).values())) if measure == self.measure else ()

    def faults(self, scheme: Scheme) -> list[Fault]:
        """What is wrong with a plan's thresholds: one beyond its range, one above that of a better class."""
        limits, found = self.held(scheme), []
        for t in self.settable:
            if t.key in limits and not 0 <= limits[t.key] <= t.most:
                message = f"「{t.word}」の境目は{t.text(0)}から{t.text(t.most)}までです。"
                found.append(Fault(t.key, "out_of_range", message, f"{t.key} の値を確かめてください。"))
        for better, worse in pairwise(self.thresholds):
            if limits[worse.key] > limits[better.key]:
                message = f"「{worse.word}」の境目が「{better.word}」の境目より上にあります。"
                advice = f"{worse.key} は {better.key} 以下にしてください。"
                found.append(Fault(worse.key, "scheme_order", message, advice))
        return found
