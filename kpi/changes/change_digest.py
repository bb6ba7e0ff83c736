"""What differs between two states of knowledge: every difference of one kind, with before, after, who, when and why.

It is what 更新 and 訂正 mean on screens and papers: :func:`since_last_round` between two rounds, :func:`digest` between
any two states. :mod:`kpi.changes.judged_changes` tells what the judgements alone show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kpi.assessment import Assessment
from kpi.cards.revision import CARD_WORDS, card_text, indicator_differences, scheme_differences
from kpi.changes.change import SENT, Change, Kind
from kpi.changes.change_sources import Sources
from kpi.changes.judged_changes import changes
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.published import NATION
from kpi.path import EPS
from kpi.period import Period, short_of
from kpi.plan import STANDING_TEXTS, Card, Indicator
from kpi.printing.number_words import decimals_of, with_unit
from kpi.provenance.judged_value import said, told_observation
from kpi.tables.table_rows import Row

#: Attributes of a card that have a kind of their own.
_APART = ("baseline", "baseline_period", "target", "target_period", "band", "dropped_on")


def since_last_round(state: Assessment) -> tuple[Change, ...]:
    """What came since before the newest round's first value, made once for a state; empty where nothing was before.

    Both sides are judged by today's rules, so that a status that changed did so because of a value. A question that
    was answered stays so: nothing that it tells changes while the judgements stay alike.
    """
    return state.once_judged("changes", lambda: digest(state.earlier, state) if state.earlier is not None else ())


def mark_of(found: Iterable[Change]) -> str:
    """更新, 訂正 or 更新・訂正: what changes of one indicator mean together; empty where there are none.

    The mark stands beside a figure: words that a department wrote anew are told, and mark none.
    """
    marks = {change.mark for change in found if change.kind != "said"}
    return "・".join(mark for mark in ("更新", "訂正") if mark in marks)


def value_moved(found: Iterable[Change], judged: Row) -> bool:
    """Whether the value of a judgement itself is another one, and not only a value of an earlier period."""
    for change in found:
        if change.kind in SENT and change.period == judged["period"]:
            return True
        if change.kind == "withdrawn" and Period.parse(change.period).position > judged["position"] + EPS:
            return True
    return False


def of_indicator(found: Sequence[Change], indicator_id: str) -> tuple[Change, ...]:
    """The changes of one indicator, in their order."""
    return tuple(change for change in found if change.indicator_id == indicator_id)


def digest(before: Assessment, after: Assessment) -> tuple[Change, ...]:
    """Every difference of the second state from the first, in the order of the plan; last how the plan judges."""
    old, new = ({i.id: i for i in state.plan.indicators} for state in (before, after))
    sources = Sources(before, after)
    judged: dict[str, list[Change]] = {}
    for one in changes(before.assessed, after.assessed, after.plan):
        judged.setdefault(one.indicator_id, []).append(one)
    scheme = tuple(sources.told(one, "") for one in _schemes(before, after))
    found: list[Change] = []
    for indicator_id in dict.fromkeys((*new, *old)):
        if indicator_id not in old:
            found.append(_named("added", new[indicator_id], "―", "掲載"))
        elif indicator_id not in new:
            found.append(sources.told(_named("dropped", old[indicator_id], "掲載", "欠番"), "dropped_on"))
        else:
            own = judged.get(indicator_id, [])
            mine = [sources.told(c, *_KEYS.get(c.kind, ())) for c in own]
            mine += [sources.told(c, "") for c in _other_periods(before, after, new[indicator_id], own)]
            mine += [sources.told(c, key) for c, key in _described(before, after, indicator_id)]
            mine += _restated(before, after, new[indicator_id])
            mine += _words(before, after, indicator_id, sources)
            found += [sources.caused(c, mine, scheme) for c in mine]
    return (*found, *scheme)


#: The attributes of a card that a kind is about.
_KEYS: dict[Kind, tuple[str, ...]] = {
    "target": ("target", "target_period", "band"),
    "baseline": ("baseline", "baseline_period"),
}


def _named(kind: Kind, indicator: Indicator, before: str, after: str) -> Change:
    return Change(kind, indicator.id, before, after, f"{indicator.number} {indicator.name}")


def _schemes(before: Assessment, after: Assessment) -> Iterator[Change]:
    """How the plan judges, which is about no indicator alone."""
    for one in scheme_differences(before.plan.scheme, after.plan.scheme):
        yield Change("rule", "", one.before, one.after, f"{one.word} {one.before} → {one.after}")


def _other_periods(
    before: Assessment, after: Assessment, indicator: Indicator, told: Iterable[Change]
) -> Iterator[Change]:
    """Values of periods of which the judgements show nothing: come in, corrected, final, taken back."""
    old, new = ({r["period"]: r for r in state.best.get(indicator.id, ())} for state in (before, after))
    if not new or old == new:
        return
    card, shown = after.card(indicator.id), {change.period for change in told}
    for period in dict.fromkeys((*old, *new)):
        then, now = old.get(period), new.get(period)
        if period in shown or (now is None and then is None):
            continue
        was, stands = (_amount(row, card, indicator) if row else "―" for row in (then, now))
        if kind := _kind(then, now):
            yield Change(kind, indicator.id, was, stands, f"{was} → {stands}", period=period)


def _kind(then: Row | None, now: Row | None) -> Kind | None:
    """Of which kind the difference of two values of one period is; None where there is none to be told."""
    if now is None:
        return "withdrawn"
    if then is None or then["release"] == "forecast":
        moved = then is None or abs(now["value"] - then["value"]) > EPS or now["release"] != then["release"]
        return "new_value" if moved and (then is not None or now["release"] != "forecast") else None
    if abs(now["value"] - then["value"]) <= EPS and now["release"] == then["release"]:
        return None
    final = (then["release"], now["release"]) == ("provisional", "final")
    correction = now["correction_kind"]
    return "finalised" if correction == "finalised" or (not correction and final) else "corrected"


def _amount(row: Row, card: Card, indicator: Indicator) -> str:
    shown = with_unit(row["value"], indicator.unit, decimals_of(row["value"], card.decimals))
    return f"{shown}({short_of(row['period'])} {RELEASE_WORDS.get(row['release'], '')})"


def _described(before: Assessment, after: Assessment, indicator_id: str) -> Iterator[tuple[Change, str]]:
    """What the indicator is, and how it is judged; each with the attribute that differs."""
    old, new = (state.plan.indicator(indicator_id) for state in (before, after))
    if old is not new:
        for one in indicator_differences(old, new):
            text = f"{one.word} {one.before} → {one.after}"
            yield Change("definition", indicator_id, one.before, one.after, text), one.key
    cards = before.card(indicator_id), after.card(indicator_id)
    for key, word in CARD_WORDS.items() if cards[0] is not cards[1] else ():
        if key not in _APART and getattr(cards[0], key) != getattr(cards[1], key):
            was, stands = (card_text(card, key, new.unit) for card in cards)
            yield Change("rule", indicator_id, was, stands, f"{word} {was} → {stands}"), key


def _restated(before: Assessment, after: Assessment, indicator: Indicator) -> Iterator[Change]:
    """A value of the nation, of a period that was told before, that is another now."""
    if not indicator.series_id or before.snapshot.values is after.snapshot.values:
        return
    card = after.card(indicator.id)
    told = [_national(state, indicator.series_id) for state in (before, after)]
    for period in sorted(told[0].keys() & told[1].keys(), key=lambda p: Period.parse(p).position):
        old, new = told[0][period], told[1][period]
        if old != new:
            was, stands = (with_unit(v, indicator.unit, decimals_of(v, card.decimals)) for v in (old, new))
            text = f"全国 {Period.parse(period).short} {was} → {stands}"
            yield Change("restated", indicator.id, was, stands, text, why="公表統計の改定")


#: The texts of a department that a paper prints beside a value, by the column of an answer.
_TEXTS = {"analysis": "要因", "actions": "今後の対応", "evidence": "根拠資料", **STANDING_TEXTS}


def _words(before: Assessment, after: Assessment, indicator_id: str, sources: Sources) -> Iterator[Change]:
    """What the department says otherwise beside what it told before; a value of a new period brings words anyhow."""
    row = sources.came(indicator_id)
    if row is None or before.row(indicator_id)["period"] != after.row(indicator_id)["period"]:
        return
    beside = [told_observation(state, indicator_id) for state in (before, after)]
    for key, word in _TEXTS.items():
        then, now = (said(*pair, key) for pair in zip((before, after), beside, strict=True))
        if then != now:
            yield sources.of_row(Change("said", indicator_id, then or "―", now or "―", word), row)


def _national(state: Assessment, series_id: str) -> dict[str, float]:
    rows = state.benchmarks.rows(series_id)
    return {row["period"]: float(row["value"]) for row in rows if row["area_code"] == NATION and row["period"]}
