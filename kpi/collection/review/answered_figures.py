"""One answered figure beside what was known of it: the last time, the difference, what stands confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.cards.revision import band_text
from kpi.collection.review.answer_words import NOTHING, Pieces, Told, plain
from kpi.collection.schedule import expected_period
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS, Answer, Past, last_before
from kpi.period import Period
from kpi.plan import Indicator, Round
from kpi.printing.printed_figures import difference_text, exact_text

_SAME = 1e-9


@dataclass(frozen=True)
class Known:
    """One value known of an indicator, as it stands beside the new one. ``what`` it is, if no answer."""

    value: float
    period: Period
    release: str
    what: str = ""


@dataclass(frozen=True)
class AnsweredFigure:
    """The words about one figure of an answer; ``changes`` are those in red that say what it would change."""

    word: str
    written: str
    address: str
    now: Told
    changes: tuple[str, ...]
    before: Told
    difference: str
    approved: Told


def answered_figure(state: Assessment, asked: Round, indicator: Indicator, answer: Answer, key: str) -> AnsweredFigure:
    """The figure of a column ``key`` (value, baseline, target) of an answer to a round."""
    entry = answer.entries.get(key)
    before = before_it(state, asked, indicator) if key == "value" else _registered(state, asked, indicator, key)
    alike = key != "value" or comparable(state, indicator, answer, before)
    return AnsweredFigure(
        word={"baseline": state.plan.words.get("baseline", "現状値"), "target": "目標値"}.get(key, ""),
        written=f"「{entry.written}」" if entry and entry.written else "―",
        address=f"{entry.sheet}!{entry.cell}" if entry and entry.cell else "",
        now=_now(state, indicator, answer, key),
        changes=tuple(_changes(state, asked, indicator, answer, key)),
        before=_shown(state, indicator, before) if key != "target" or before else Told(plain(_band(state, indicator))),
        difference=_difference(state, indicator, answer.number(key), before if alike else None),
        approved=_shown(state, indicator, approved(state, asked, indicator)),
    )


def _text(state: Assessment, indicator: Indicator, value: float) -> str:
    return exact_text(value, state.card(indicator.id), indicator.unit)


def _now(state: Assessment, indicator: Indicator, answer: Answer, key: str) -> Told:
    """What was understood, of which period and how sure; or why there is none."""
    value = answer.number(key)
    if value is None:
        if key != "value":
            return Told(NOTHING)
        coming = answer.text("next_release")
        said = MISSING_WORDS.get(answer.text("missing_reason"), "―")
        return Told(plain(said), plain(f"次回公表 {_short(coming)}") if coming else ())
    about = [_short(answer.text("period" if key == "value" else f"{key}_period"))]
    about.append(RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else "")
    about.append("画面で修正" if answer.entries[key].mended else "")
    bold: Pieces = ((_text(state, indicator, value), "value"),)
    return Told(bold, plain(" ".join(w for w in about if w)))


def _changes(state: Assessment, asked: Round, indicator: Indicator, answer: Answer, key: str) -> Iterable[str]:
    """朱書き: what changes a value that was told before, old → new, with its word."""
    if key != "value":
        known, value = _registered(state, asked, indicator, key), answer.number(key)
        if known is not None and value is not None and abs(known.value - value) > _SAME:
            yield "変更(提案)"
        return
    last, corrected = last_told(state, asked, indicator), answer.number("correction")
    if corrected is not None:
        kind = CORRECTION_WORDS.get(answer.text("correction_kind"), "")
        old = f"{last.period.short} {_text(state, indicator, last.value)}" if last else "前回値"
        yield f"{old}→{_text(state, indicator, corrected)}(訂正{f'・{kind}' if kind else ''})"
    for name, word in (("baseline", "現状値"), ("target", "目標値")):
        value, known = answer.number(name), _registered(state, asked, indicator, name)
        if value is not None and (known is None or abs(known.value - value) > _SAME):
            band = _band(state, indicator).replace("―", "") if name == "target" else ""
            old = _text(state, indicator, known.value) if known else band or "未設定"
            yield f"{word} {old}→{_text(state, indicator, value)}(提案)"


def _registered(state: Assessment, asked: Round, indicator: Indicator, key: str) -> Known | None:
    card = state.card(indicator.id)
    value, period = getattr(card, key), getattr(card, f"{key}_period")
    return None if value is None else Known(value, period or asked.period, "final")


def _band(state: Assessment, indicator: Indicator) -> str:
    return band_text(state.card(indicator.id), indicator.unit) or "―"


def _shown(state: Assessment, indicator: Indicator, known: Known | None) -> Told:
    if known is None:
        return Told(NOTHING)
    release = "" if known.release == "final" else RELEASE_WORDS.get(known.release, "")
    about = "・".join(word for word in (known.period.short, known.what, release) if word)
    return Told(plain(_text(state, indicator, known.value)), plain(about))


def _difference(state: Assessment, indicator: Indicator, value: float | None, before: Known | None) -> str:
    if value is None or before is None:
        return "―"
    return difference_text(value, before.value, state.card(indicator.id), indicator.unit)


def before_it(state: Assessment, asked: Round, indicator: Indicator) -> Known | None:
    """The value told last time; before any was told, the baseline, as in the checks."""
    card, told = state.card(indicator.id), last_told(state, asked, indicator)
    if told or card.baseline is None or card.baseline_period is None:
        return told
    earlier = card.baseline_period.position < asked.period.position
    word = state.plan.words.get("baseline", "現状値")
    return Known(card.baseline, card.baseline_period, "final", word) if earlier else None


def last_told(state: Assessment, asked: Round, indicator: Indicator) -> Known | None:
    """The value that the form shows as 前回値: what this round itself has said is none."""
    return _newest(state, asked, indicator, state.snapshot.history.get(indicator.id, ()))


def approved(state: Assessment, asked: Round, indicator: Indicator) -> Known | None:
    """The newest value that stands 確認済, also where this round has told it."""
    return _newest(state, asked, indicator, state.snapshot.confirmed.get(indicator.id, ()), own=True)


def _newest(
    state: Assessment, asked: Round, indicator: Indicator, history: Iterable[Past], *, own: bool = False
) -> Known | None:
    """The newest of some values, without the periods that only later rounds ask for."""
    card = state.card(indicator.id)
    expected = expected_period(card, indicator, asked)[0]
    past = last_before(history, "" if own else asked.id, card, expected)
    return Known(past.value, past.period, past.release) if past else None


def comparable(state: Assessment, indicator: Indicator, answer: Answer, before: Known | None) -> bool:
    """Whether the difference to the last value says anything: half a year's count is not less than a year's."""
    said = answer.text("period")
    return not before or not said or state.card(indicator.id).comparable(Period.parse(said), before.period)


def _short(code: str) -> str:
    return Period.parse(code).short if code else ""
