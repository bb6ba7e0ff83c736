"""What a check needs to see of one answer, and the small words checks share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import isclose

from kpi.collection.schedule import expected_period
from kpi.collection.workflow import Answer, Brief, Past, Reading, known_beside, last_before
from kpi.period import Period
from kpi.plan import Card, Indicator, Round

EPSILON = 1e-9
#: What is advised where only a person can tell whether it is right: of anything, and of a figure.
CONFIRM = "正しければその理由を、違っていれば正しい内容を入力してください。"
CONFIRM_FIGURE = "正しければその理由を、違っていれば正しい値を入力してください。"


@dataclass(frozen=True)
class Case:
    """One answer beside its indicator, card, round and what was known before it."""

    answer: Answer
    indicator: Indicator
    card: Card
    round: Round
    brief: Brief
    troubled: frozenset[str] = frozenset()  # columns about which the reader already asks
    missing: str = ""  # of a row being read: the code of a reason for having no value, written where the value belongs

    @cached_property
    def expected(self) -> Period:
        """The period this round asks the indicator for."""
        return expected_period(self.card, self.indicator, self.round)[0]

    @cached_property
    def due(self) -> bool:
        """Whether the indicator has a value in this round at all."""
        return expected_period(self.card, self.indicator, self.round)[1]

    @cached_property
    def value(self) -> float | None:
        """This time's value."""
        return self.answer.number("value")

    @cached_property
    def period(self) -> Period:
        """The period the value describes; the expected one where the return does not say."""
        return parsed(self.answer.text("period")) or self.expected

    @cached_property
    def known(self) -> tuple[Past, ...]:
        """Everything known that this round did not say itself, oldest first; 見込 is no yardstick."""
        past = self.brief.history.get(self.indicator.id, ())
        told = [p for p in known_beside(past, self.round.id) if p.release != "forecast"]
        return tuple(sorted(told, key=lambda p: p.period.position))

    @cached_property
    def corrected(self) -> Past | None:
        """The value that the form shows as 前回値, which is the one a correction is about."""
        return last_before(self.brief.history.get(self.indicator.id, ()), self.round.id, self.card, self.expected)

    @cached_property
    def baseline(self) -> Past | None:
        """The baseline with its period, as this return gives it or else the card."""
        entered, period = self.answer.number("baseline"), parsed(self.answer.text("baseline_period"))
        value, period = self.card.baseline if entered is None else entered, period or self.card.baseline_period
        return None if value is None or period is None else Past(period, value)

    @cached_property
    def before(self) -> tuple[Past, ...]:
        """What is known of comparable periods before the value's, corrected as told here, the baseline among it."""
        given = self.answer.number("correction")
        told = [replace(p, value=given) if given is not None and p == self.corrected else p for p in self.known]
        start = self.baseline
        if start and all(abs(p.period.position - start.period.position) > EPSILON for p in told):
            told = sorted((start, *told), key=lambda p: p.period.position)
        earlier = (p for p in told if p.period.position < self.period.position - EPSILON)
        return tuple(p for p in earlier if self.card.comparable(p.period, self.period))

    @property
    def what(self) -> str:
        """What the last value is called: the baseline stands in where nothing was answered since."""
        return "現状値" if self.last is not None and self.last is self.baseline else "前回"

    @cached_property
    def last(self) -> Past | None:
        """The newest known value before this one's period."""
        return self.before[-1] if self.before else None

    def show(self, value: float) -> str:
        """A value with its unit, no digit hidden."""
        return f"{plain(value, self.card.decimals)}{self.indicator.unit}"


def cases(reading: Reading, brief: Brief) -> tuple[Case, ...]:
    """The answers of a reading as cases; none while the round is unknown."""
    try:
        round_ = brief.plan.round(reading.round_id)
    except KeyError:
        return ()
    brief = brief.asked_in(round_)
    made = []
    for answer in reading.answers:
        troubled = frozenset(
            i.key for i in reading.issues if i.subject_id == answer.subject_id and i.severity != "note"
        )
        card = brief.cards.get(answer.subject_id) or brief.plan.card(answer.subject_id)
        made.append(Case(answer, brief.plan.indicator(answer.subject_id), card, round_, brief, troubled))
    return tuple(made)


def parsed(code: str) -> Period | None:
    """The period of a code, None where it is none."""
    try:
        return Period.parse(code)
    except ValueError:
        return None


def same(value: float, other: float) -> bool:
    """Whether two figures are one but for the noise of binary arithmetic, which grows with them."""
    return isclose(value, other, rel_tol=1e-12, abs_tol=EPSILON)


def plain(value: float, decimals: int = 0) -> str:
    """A number for a message: grouped, at least the card's decimals, never 77.40000001."""
    for digits in range(decimals, 10):
        if abs(round(value, digits) - value) <= 1e-12 * max(1.0, abs(value)):
            return f"{round(value, digits) + 0.0:,.{digits}f}"  # never -0
    return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.4f}"
