"""What a sent return says: the observations to append and the facts of cards to propose. No connection in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.collection.schedule import expected_period
from kpi.collection.workflow import MISSING_WORDS, Answer, Brief, Entry, Past, blank_reason, known_beside, last_before
from kpi.initiatives.half_year_review import BLANK_REASON, TOLD_KEYS
from kpi.period import Period
from kpi.plan import Card, Round

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs, none that is mistaken for another
_PLACES = 10_000
_ALL = len(_LETTERS) ** 3 * _PLACES
_STRIDE = 61_803_399  # coprime to _ALL, so that numbers and codes belong to each other one to one


def short_code(observation_id: int) -> str:
    """The short number a report prints: ``K7Q-0219``. Neighbouring observations look nothing alike."""
    head, tail = divmod(observation_id * _STRIDE % _ALL, _PLACES)
    signs = ""
    for _ in range(3):
        head, rest = divmod(head, len(_LETTERS))
        signs = _LETTERS[rest] + signs
    return f"{signs}-{tail:04d}"


@dataclass(frozen=True)
class Found:
    """One observation that a return yields, before it has an id."""

    indicator_id: str
    period: Period
    value: float | None
    state: str
    release: str
    entry: Entry
    correction_kind: str = ""


def observations_of(answer: Answer, card: Card, brief: Brief, asked: Round) -> tuple[Found, ...]:
    """What one answer says: a value or the reason there is none, and a correction of the last value."""
    found = [_current(answer, card, brief, asked), _correction(answer, card, brief, asked)]
    return tuple(f for f in found if f is not None)


def _current(answer: Answer, card: Card, brief: Brief, asked: Round) -> Found | None:
    reason = answer.entries.get("missing_reason")
    value = answer.number("value")
    missing = answer.text("missing_reason")
    indicator = answer.subject_id
    if missing in MISSING_WORDS and reason is not None and (value is None or reason.mended):
        return Found(indicator, _period(answer, card, brief, asked), None, missing, "", reason)
    if value is None:
        return None
    release = answer.text("release") or "final"
    return Found(indicator, _period(answer, card, brief, asked), value, "value", release, answer.entries["value"])


def _period(answer: Answer, card: Card, brief: Brief, asked: Round) -> Period:
    """The period the answer names, else the one the round expects of this indicator."""
    named = parsed(answer.text("period"))
    return named or expected_period(card, brief.plan.indicator(answer.subject_id), asked)[0]


def parsed(code: str) -> Period | None:
    """The period of a code, None for an empty or impossible one."""
    try:
        return Period.parse(code)
    except ValueError:
        return None


def _correction(answer: Answer, card: Card, brief: Brief, asked: Round) -> Found | None:
    value = answer.number("correction")
    if value is None:
        return None
    history = brief.history.get(answer.subject_id, ())
    named = parsed(answer.text("last_period"))
    if named:
        # Whoever corrects what was taken back tells it anew, as final as it was.
        corrected = _past_of([*(p for p in history if p.withdrawn), *known_beside(history, asked.id)], named)
    else:
        # The form shows the last value before this round's; what this very round said already is not "last".
        expected = expected_period(card, brief.plan.indicator(answer.subject_id), asked)[0]
        corrected = last_before(history, asked.id, card, expected)
    period = named or (corrected.period if corrected else None)
    if period is None:
        return None
    kind = answer.text("correction_kind")
    release = "final" if kind == "finalised" or corrected is None else corrected.release
    return Found(answer.subject_id, period, value, "value", release, answer.entries["correction"], kind)


def _past_of(past: Sequence[Past], period: Period) -> Past | None:
    return next((p for p in reversed(past) if p.period == period), None)


def reviewed(answer: Answer) -> Mapping[str, float | str]:
    """What an answer says of an initiative, and why it left fields blank.

    Empty where it tells neither its progress, nor what was done, nor why not.
    """
    said = {key: e.value for key, e in answer.entries.items() if e.value is not None and key not in _OF_PERSON}
    if why := blank_reason(answer):
        said[BLANK_REASON] = why
    return said if said.keys() & {*TOLD_KEYS, BLANK_REASON} else {}


#: Who answers stands with the return; of it an answer about the work keeps the 課 alone.
_OF_PERSON = ("person", "contact")


def card_facts(answer: Answer, card: Card) -> Mapping[str, object]:
    """Baseline and target as an answer gives them, where they differ from the card in force."""
    facts: dict[str, object] = {}
    for key in ("baseline", "target"):
        value = answer.number(key)
        if value is not None and value != getattr(card, key):
            facts[key] = value
        period = parsed(answer.text(f"{key}_period"))
        if period is not None and period != getattr(card, f"{key}_period"):
            facts[f"{key}_period"] = period
    return facts
