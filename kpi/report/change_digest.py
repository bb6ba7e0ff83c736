"""What differs between two states of knowledge: every difference of one kind, with before, after, who, when and why.

It is what 更新 and 訂正 mean on screens and papers. :mod:`kpi.changes` tells what the judgements alone show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kpi.assessment import Assessment
from kpi.cards.revision import CARD_WORDS, card_text, indicator_differences
from kpi.changes import SENT, Change, changes
from kpi.collection.workflow import CORRECTION_WORDS, RELEASE_WORDS
from kpi.compare.published import NATION
from kpi.path import EPS
from kpi.period import Period, short_of
from kpi.plan import Card, Indicator
from kpi.printing.number_words import decimals_of, with_unit
from kpi.summary import judged_observation
from kpi.tables.table_rows import Row

#: Attributes of a card that have a kind of their own.
_APART = ("baseline", "baseline_period", "target", "target_period", "band", "dropped_on")


def digest(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """Every difference of the second state from the first, in the order of the plan."""
    old, new = ({i.id: i for i in state.plan.indicators} for state in (before, after))
    by_indicator: dict[str, list[Change]] = {}
    for one in changes(before.assessed, after.assessed, after.plan):
        by_indicator.setdefault(one.indicator_id, []).append(_sourced(after, one))
    found: list[Change] = []
    for indicator_id in dict.fromkeys((*new, *old)):
        if indicator_id not in old:
            found.append(_named("added", new[indicator_id], "―", "掲載"))
        elif indicator_id not in new:
            found.append(_dropped(after, old[indicator_id]))
        else:
            found += by_indicator.get(indicator_id, [])
            found += _earlier_periods(before, after, new[indicator_id])
            found += _described(before, after, indicator_id)
            found += _restated(before, after, new[indicator_id])
    return tuple(found)


def _named(kind: str, indicator: Indicator, before: str, after: str) -> Change:
    words = f"{indicator.number} {indicator.name}"
    return Change(kind, indicator.id, before, after, words)  # type: ignore[arg-type]


def _dropped(after: Assessment, indicator: Indicator) -> Change:
    card = after.snapshot.cards.get(indicator.id)
    return replace(_named("dropped", indicator, "掲載", "欠番"), why=card.reason if card else "")


def _sender(state: Assessment, row: Row) -> str:
    """The department that sent a value, by the name it had then."""
    found = (d for d in state.snapshot.plan.departments if d.id == row["department_id"])
    return next((d.name(row["known_at"].date()) for d in found), "")


def _sourced(after: Assessment, one: Change) -> Change:
    """A change with who brought it: the department that sent the value, or the decision about the card."""
    if one.kind in SENT:
        seen = judged_observation(after, one.indicator_id)
        if seen is None:
            return one
        return replace(
            one, who=_sender(after, seen), at=seen["known_at"], why=CORRECTION_WORDS.get(seen["correction_kind"], "")
        )
    if one.kind in ("target", "baseline"):
        return replace(one, why=after.card(one.indicator_id).reason)
    return one


def _earlier_periods(before: Assessment, after: Assessment, indicator: Indicator) -> Iterator[Change]:
    """Values of other periods than the one judged, which judgements do not show: corrected, final, taken back."""
    judged = {state.row(indicator.id)["period"] for state in (before, after)}
    old, new = ({r["period"]: r for r in state.best.get(indicator.id, ())} for state in (before, after))
    for period, then in old.items():
        if period in judged or not new:
            continue
        now = new.get(period)
        if now is None:
            told = _amount(then, after.card(indicator.id), indicator)
            yield Change("withdrawn", indicator.id, told, "―", f"{told} → ―")
        elif abs(now["value"] - then["value"]) > EPS or now["release"] != then["release"]:
            yield _corrected(after, indicator, then, now)


def _corrected(after: Assessment, indicator: Indicator, then: Row, now: Row) -> Change:
    card, kind = after.card(indicator.id), now["correction_kind"]
    final = kind == "finalised" or (not kind and (then["release"], now["release"]) == ("provisional", "final"))
    texts = [_amount(row, card, indicator) for row in (then, now)]
    who = _sender(after, now)
    return Change(
        "finalised" if final else "corrected", indicator.id, texts[0], texts[1], " → ".join(texts),
        who=who, at=now["known_at"], why=CORRECTION_WORDS.get(kind, ""),
    )  # fmt: skip


def _amount(row: Row, card: Card, indicator: Indicator) -> str:
    shown = with_unit(row["value"], indicator.unit, decimals_of(row["value"], card.decimals))
    return f"{shown}({short_of(row['period'])} {RELEASE_WORDS.get(row['release'], '')})"


def _described(before: Assessment, after: Assessment, indicator_id: str) -> Iterator[Change]:
    """What the indicator is, and how it is judged."""
    old, new = (state.plan.indicator(indicator_id) for state in (before, after))
    for one in indicator_differences(old, new):
        yield Change("definition", indicator_id, one.before, one.after, f"{one.word} {one.before} → {one.after}")
    cards = before.card(indicator_id), after.card(indicator_id)
    for key, word in CARD_WORDS.items():
        if key not in _APART and getattr(cards[0], key) != getattr(cards[1], key):
            texts = [card_text(card, key, new.unit) for card in cards]
            text = f"{word} {' → '.join(texts)}"
            yield Change("rule", indicator_id, texts[0], texts[1], text, why=cards[1].reason)


def _restated(before: Assessment, after: Assessment, indicator: Indicator) -> Iterator[Change]:
    """A value of the nation, of a period that was told before, that is another now."""
    if not indicator.series_id:
        return
    card = after.card(indicator.id)
    told = [_national(state, indicator.series_id) for state in (before, after)]
    for period in sorted(told[0].keys() & told[1].keys(), key=lambda p: Period.parse(p).position):
        old, new = told[0][period], told[1][period]
        if old != new:
            texts = [with_unit(v, indicator.unit, decimals_of(v, card.decimals)) for v in (old, new)]
            text = f"全国 {Period.parse(period).short} {' → '.join(texts)}"
            yield Change("restated", indicator.id, texts[0], texts[1], text)


def _national(state: Assessment, series_id: str) -> dict[str, float]:
    rows = state.benchmarks.rows(series_id)
    return {row["period"]: float(row["value"]) for row in rows if row["area_code"] == NATION and row["period"]}
