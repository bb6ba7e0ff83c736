"""From a judged indicator to what its chart shows, and that chart in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kpi.cards.revision import band_text
from kpi.charts.labels import PART
from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.gaps import history
from kpi.compare.published import NATION
from kpi.outlook import Outlook, outlook
from kpi.period import Period
from kpi.plan import Card, Indicator
from kpi.printing.number_words import decimals_of, text_of, with_unit
from kpi.printing.printed_figures import brief_texts, stated_text, value_text
from kpi.selection import best_rows
from kpi.story import Point, Story
from pages.parts.app.current_view import View


def points(view: View, indicator_id: str) -> pd.DataFrame:
    """The best known value of each period, oldest first, forecasts included."""
    mine = view.snapshot.observations
    mine = mine[mine["indicator_id"] == indicator_id]
    annual = np.array([view.snapshot.cards[indicator_id].kind == "annual"])
    return mine.iloc[best_rows(mine, pd.Index([indicator_id], dtype=object), annual)]


def story(view: View, indicator: Indicator, *, with_outlook: bool = False) -> Story:
    """Everything the chart of one indicator draws."""
    card = view.snapshot.cards[indicator.id]

    def point(period: Period, value: float, note: str) -> Point:
        return Point(period, value, stated_text(value, card, indicator.unit), note)

    judged, now = view.row(indicator.id), view.figures(indicator.id).value

    def seen(period: str, value: float, note: str, release: str) -> Point:
        # The value that is judged is told here as it is told beside its status.
        same = period == judged["period"] and value == judged["value"]
        text = text_of(now, indicator.unit) if same else value_text(value, card, indicator.unit)
        return Point(Period.parse(period), value, text, note, release)

    table = points(view, indicator.id)
    mine = view.snapshot.observations
    told = tuple(
        seen(row["period"], row["value"], _note(row["release"], row["review"]), row["release"])
        for row in table.to_dict("records")
    )
    actual = tuple(p for p in told if not card.is_part_count(p.period))
    parts = tuple(replace(p, note=f"{p.note}・{PART}の値") for p in told if card.is_part_count(p.period))
    baseline = (
        point(card.baseline_period, card.baseline, "現状値")
        if card.baseline is not None and card.baseline_period
        else None
    )
    target = point(card.target_period, card.target, "目標") if card.target is not None and card.target_period else None
    path = (
        tuple(p for p in (baseline, *(point(m, v, "目安値") for m, v in card.milestones), target) if p)
        if target
        else ()
    )
    extension = simple_extension(view, indicator) if with_outlook else None
    whole = Story(
        unit=indicator.unit,
        actual=actual,
        parts=parts,
        baseline=baseline,
        target=target,
        path=path,
        nation=_nation(view, indicator, card),
        outlook=_band(extension, actual, card) if extension else (),
        span=(Period("FY", view.plan.start.year - 1), view.plan.end),
        sample=bool(mine["sample"][mine["indicator_id"] == indicator.id].any()),
    )
    return briefly(whole)


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


def simple_extension(view: View, indicator: Indicator) -> Outlook | None:
    """The simple extension to the target's period, or None where there are too few values."""
    table = points(view, indicator.id)
    firm = table[table["release"] != "forecast"]
    seen = [(Period.parse(row["period"]), row["value"]) for row in firm.to_dict("records")]
    return outlook(view.snapshot.cards[indicator.id], seen, indicator.unit)


def _band(extension: Outlook, actual: tuple[Point, ...], card: Card) -> tuple[tuple[Period, float, float, float], ...]:
    firm = [p for p in actual if p.release != "forecast"]
    if not firm or card.target_period is None:
        return ()
    last = firm[-1]
    return (
        (last.period, last.value, last.value, last.value),
        (card.target_period, extension.value, extension.low, extension.high),
    )


def _nation(view: View, indicator: Indicator, card: Card) -> tuple[Point, ...]:
    """The nation's values of the same definition, where the plan names a series: those that 全国比較 shows too."""
    rows = history(view.benchmarks, indicator.series_id, [NATION])
    cuts = {segment: number for number, segment in enumerate(dict.fromkeys(rows["segment"]))}
    found = (
        Point(
            Period.parse(row["period"]),
            row["value"],
            with_unit(row["value"], indicator.unit, decimals_of(row["value"], card.decimals)),
            "全国",
            segment=cuts[row["segment"]],
        )
        for row in rows.to_dict("records")
    )
    return tuple(p for p in found if not card.is_part_count(p.period))


def _note(release: str, review: str) -> str:
    words = [RELEASE_WORDS.get(release, release)]
    if review == "unconfirmed":
        words.append("未確認")
    return "・".join(words)


def story_summary(view: View, indicator: Indicator) -> str:
    """The chart in words, for whoever does not see it."""
    told = story(view, indicator)
    parts = ["サンプル。" if told.sample else "", f"{indicator.name}の推移。"]
    if told.baseline:
        parts.append(f"現状値は{told.baseline.period.short}の{told.baseline.text}。")
    parts += [f"{p.period.short}は{p.text}({p.note})。" for p in (*told.actual, *told.parts)]
    if told.target:
        parts.append(f"目標は{told.target.period.short}の{told.target.text}。")
    elif band := band_text(view.snapshot.cards[indicator.id], indicator.unit):
        parts.append(f"保つ範囲は{band}。")
    if not told.actual:
        parts.append(f"{told.lack or '県の実績値はまだありません'}。")
    if told.nation:
        end = told.nation[-1]
        parts.append(f"全国は{end.period.short}で{end.text}。")
    return "".join(parts)
