"""What the chart of one indicator shows: every point with its words, and the whole of it in words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from kpi.assessment import Assessment
from kpi.cards.revision import band_text
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.gaps import history
from kpi.compare.published import NATION
from kpi.outlook import Outlook, outlook
from kpi.period import Period
from kpi.plan import Card, Indicator
from kpi.printing.number_words import decimals_of, text_of, with_unit
from kpi.printing.printed_figures import brief_texts, exact, judged, stated, stated_text, value_text
from kpi.tables.table_rows import Row, records

#: The word in a point's note that its label repeats.
UNCONFIRMED = "未確認"
#: What stands beside a value that counts only a part of a year.
PART = "年度の途中"


@dataclass(frozen=True)
class Point:
    """One value to draw. ``text`` is the value as people read it, ``note`` what the tooltip adds (速報, 未確認).

    ``brief`` is the text shortened for the label beside the point, where the full one is long.
    """

    period: Period
    value: float
    text: str
    note: str = ""
    release: str = "final"
    segment: int = 0
    brief: str = ""

    @property
    def label(self) -> str:
        """What stands beside the point."""
        return self.brief or self.text


@dataclass(frozen=True)
class Story:
    """All that the chart of one indicator shows. Any part may be empty.

    ``path`` is the planned line from baseline over milestones to target; ``outlook`` the simple extension as
    (period, value, low, high), first the last actual value, and ``extension`` its sentence. ``parts`` count only a
    part of a year: points apart from the line. ``band`` is what is to be held where there is no target.
    """

    unit: str
    actual: tuple[Point, ...] = ()
    parts: tuple[Point, ...] = ()
    baseline: Point | None = None
    target: Point | None = None
    path: tuple[Point, ...] = ()
    nation: tuple[Point, ...] = ()
    outlook: tuple[tuple[Period, float, float, float], ...] = ()
    span: tuple[Period, ...] = field(default=())
    sample: bool = False
    name: str = ""
    band: str = ""
    extension: str = ""

    @property
    def walked(self) -> tuple[Point, ...]:
        """The actual line starts at the baseline, where that lies before the first value."""
        first = self.actual[0].period.position if self.actual else None
        starts = self.baseline is not None and first is not None and self.baseline.period.position < first
        return (self.baseline, *self.actual) if starts and self.baseline else self.actual

    @property
    def lack(self) -> str:
        """What has to be said over a chart in which the prefecture does not appear, or not yet."""
        if self.actual:
            return ""
        if self.parts:
            return "県の実績値は年度途中のものだけです"
        if self.baseline or self.target:
            return "県の実績値はまだありません"
        return "県の値はまだありません(全国のみ)" if self.nation else ""

    @property
    def heading(self) -> str:
        """What stands over the chart, in it, so that a picture taken of it says so too."""
        return "　".join(words for words in ("サンプル" if self.sample else "", self.lack) if words)

    @property
    def drawable(self) -> bool:
        """Whether there is anything at all to draw."""
        return bool(self.actual or self.parts or self.baseline or self.target or self.nation)

    @property
    def words(self) -> str:
        """The chart in words, for whoever does not see it."""
        said = ["サンプル。" if self.sample else "", f"{self.name}の推移。"]
        if self.baseline:
            said.append(f"現状値は{self.baseline.period.short}の{self.baseline.text}。")
        said += [f"{p.period.short}は{p.text}({p.note})。" for p in (*self.actual, *self.parts)]
        if self.target:
            said.append(f"目標は{self.target.period.short}の{self.target.text}。")
        elif self.band:
            said.append(f"保つ範囲は{self.band}。")
        if not self.actual:
            said.append(f"{self.lack or '県の実績値はまだありません'}。")
        if self.nation:
            said.append(f"全国は{self.nation[-1].period.short}で{self.nation[-1].text}。")
        return "".join(said)


def story(state: Assessment, indicator: Indicator, *, with_outlook: bool = False) -> Story:
    """Everything the chart of one indicator draws, put together once for a state."""
    name = f"story {with_outlook}"
    return state.once_of(indicator.id, name, lambda: _story(state, indicator, with_outlook=with_outlook))


def _story(state: Assessment, indicator: Indicator, *, with_outlook: bool) -> Story:
    card, unit = state.card(indicator.id), indicator.unit
    told = tuple(_seen(state, indicator, row) for row in state.best.get(indicator.id, ()))
    actual = tuple(p for p in told if not card.is_part_count(p.period))
    baseline = _stated(card.baseline, card.baseline_period, "現状値", card, unit)
    target = _stated(card.target, card.target_period, "目標", card, unit)
    stops = (_stated(value, period, "目安値", card, unit) for period, value in card.milestones)
    extension = simple_extension(state, indicator) if with_outlook else None
    return briefly(
        Story(
            unit=unit,
            actual=actual,
            parts=tuple(replace(p, note=f"{p.note}・{PART}の値") for p in told if card.is_part_count(p.period)),
            baseline=baseline,
            target=target,
            path=tuple(p for p in (baseline, *stops, target) if p) if target else (),
            nation=_nation(state, indicator, card),
            outlook=_band(extension, actual, card) if extension else (),
            span=(Period("FY", state.plan.start.year - 1), state.plan.end),
            sample=any(row["sample"] for row in state.told.get(indicator.id, ())),
            name=indicator.name,
            band=band_text(card, unit),
            extension=extension.sentence if extension else "",
        )
    )


def _seen(state: Assessment, indicator: Indicator, row: Row) -> Point:
    """A value that was told; the one that is judged in the words that stand beside its status."""
    judged, card, value = state.row(indicator.id), state.card(indicator.id), row["value"]
    same = row["period"] == judged["period"] and value == judged["value"]
    now = state.figures(indicator.id).value
    text = text_of(now, indicator.unit) if same else value_text(value, card, indicator.unit)
    note = RELEASE_WORDS.get(row["release"], row["release"])
    note += f"・{UNCONFIRMED}" if row["review"] == "unconfirmed" else ""
    return Point(Period.parse(row["period"]), value, text, note, row["release"])


def _stated(value: float | None, period: Period | None, note: str, card: Card, unit: str) -> Point | None:
    """A value that the card states, as it was stated; None where it lacks the value or its period."""
    return None if value is None or period is None else Point(period, value, stated_text(value, card, unit), note)


def briefly(told: Story) -> Story:
    """The chart with its long labels shortened to 万 or 億, all of them together."""
    parts = {
        "actual": told.actual[-1:],
        "baseline": (told.baseline,) if told.baseline else (),
        "target": (told.target,) if told.target else (),
        "nation": told.nation[-1:],
    }
    labelled = [(name, point) for name, found in parts.items() for point in found]
    shown = [(point.value, name in ("baseline", "target")) for name, point in labelled]
    texts = brief_texts(shown, told.unit)
    brief = {name: replace(point, brief=text) for (name, point), text in zip(labelled, texts, strict=True)}
    ends = {name: (*getattr(told, name)[:-1], brief[name]) for name in ("actual", "nation") if name in brief}
    marks = {name: brief[name] for name in ("baseline", "target") if name in brief}
    return replace(told, **ends, **marks)  # type: ignore[arg-type]


def simple_extension(state: Assessment, indicator: Indicator) -> Outlook | None:
    """The simple extension to the target's period, or None where there are too few values."""
    rows = [row for row in state.best.get(indicator.id, ()) if row["release"] != "forecast"]
    seen = [(Period.parse(row["period"]), row["value"]) for row in rows]
    return outlook(state.card(indicator.id), seen, indicator.unit)


def _band(extension: Outlook, actual: tuple[Point, ...], card: Card) -> tuple[tuple[Period, float, float, float], ...]:
    firm = [p for p in actual if p.release != "forecast"]
    if not firm or card.target_period is None:
        return ()
    last = firm[-1]
    return (
        (last.period, last.value, last.value, last.value),
        (card.target_period, extension.value, extension.low, extension.high),
    )


def _nation(state: Assessment, indicator: Indicator, card: Card) -> tuple[Point, ...]:
    """The nation's values of the same definition, where the plan names a series: those that 全国比較 shows too."""
    if not indicator.series_id:
        return ()
    rows = records(history(state.benchmarks, indicator.series_id, [NATION]))
    cuts = {segment: number for number, segment in enumerate(dict.fromkeys(row["segment"] for row in rows))}

    def point(row: Row) -> Point:
        text = with_unit(row["value"], indicator.unit, decimals_of(row["value"], card.decimals))
        return Point(Period.parse(row["period"]), row["value"], text, "全国", segment=cuts[row["segment"]])

    return tuple(p for p in map(point, rows) if not card.is_part_count(p.period))


def table_of(told: Story, card: Card) -> pd.DataFrame:
    """What the chart draws as numbers; the exact value beside what is judged, and only there."""

    def row(kind: str, point: Point, note: str = "") -> tuple[object, ...]:
        answered = kind == "実績"
        shown = judged(point.value, card) if answered else stated(point.value, card)
        return kind, point.period.label, shown, exact(point.value) if answered else None, told.unit, note

    rows = [row("現状値", told.baseline)] if told.baseline else []
    rows += [row("実績", p, p.note) for p in (*told.actual, *told.parts)]
    rows += [row("目標", told.target)] if told.target else []
    rows += [row("全国", p) for p in told.nation]
    return pd.DataFrame(rows, columns=["区分", "時点", "値", "正確な値", "単位", "備考"])
