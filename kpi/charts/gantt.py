"""Schedules of initiatives over the half-years of a plan: what was planned, what stands now, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from kpi.charts.theme import ACTUAL, INK, QUIET, RAIL, VegaLite, dress
from kpi.initiatives.half_year_review import Span, half_before
from kpi.initiatives.initiative import PROGRESS_WORDS
from kpi.initiatives.lanes import Calendar, Lane
from kpi.period import Period

#: Pixels of a row, how high a bar is, and how far below a row's middle its parts lie.
ROW, _BAR = 58, 8
_NAME, _PLANNED, _REVISED, _DONE = -20, -5, 5, 16
#: How high the ground of a name's line is, which no line over all rows crosses.
_GROUND = 18
#: The room in pixels that the words of a slip take at the right end of a name's line.
_SLIP = 100
#: What a half-year's dot looks like, by its progress; the progress is a word under the pointer and in the table.
_DOTS: Sequence[tuple[Sequence[str], dict[str, Any]]] = (
    (("on_schedule",), {"shape": "circle", "fill": ACTUAL}),
    (("slightly_late", "late"), {"shape": "circle", "fill": "#ffffff"}),
    (("done",), {"shape": "diamond", "fill": ACTUAL}),
    (("not_started", "considering"), {"shape": "circle", "fill": QUIET, "stroke": QUIET, "size": 14}),
)


@lru_cache(maxsize=256)
def gantt(lanes: tuple[Lane, ...], calendar: Calendar) -> VegaLite:
    """The chart of some initiatives, one row each in their order. What comes back is not to be changed."""
    order = [lane.id for lane in lanes]
    y = alt.Y("id:N", sort=order, axis=None, scale=alt.Scale(domain=order, paddingInner=0, paddingOuter=0))
    scale = alt.Scale(domain=[calendar.left, calendar.right], nice=False, zero=False)
    x = alt.X("start:Q", scale=scale, axis=_years(calendar))
    line, word = _today(calendar, x)
    layers = [*_frame(calendar, x), *line, *_ground(order, y)]
    layers += _bars(lanes, "planned", x, y)
    layers += _bars(lanes, "revised", x, y)
    layers += _done(lanes, x, y)
    layers += _names(lanes, y)
    layers += word
    return dress(layers, height=alt.Step(ROW), top=22)


def _years(calendar: Calendar) -> alt.Axis:
    """A label in the middle of each fiscal year, in both calendars."""
    years = [Period("FY", year) for year in range(calendar.first.year, calendar.last.year + 1)]
    labels = ",".join(f"'{year.position - 0.5:.3f}':['{year.short}','{year.year}']" for year in years)
    return alt.Axis(
        values=[year.position - 0.5 for year in years],
        labelExpr=f"({{{labels}}})[format(datum.value, '.3f')] || ''",
        title=None,
        grid=False,
        ticks=False,
        labelPadding=6,
        labelOverlap="parity",
        labelSeparation=8,
    )


def _frame(calendar: Calendar, x: alt.X) -> list[alt.Chart]:
    """A line at each end of a fiscal year."""
    ends = [Period("FY", year).position for year in range(calendar.first.year - 1, calendar.last.year + 1)]
    return [alt.Chart(pd.DataFrame({"start": ends})).mark_rule(color=RAIL, strokeWidth=1).encode(x=x)]


def _ground(order: Sequence[str], y: alt.Y) -> list[alt.Chart]:
    """White behind each name, over the lines of the years and of the day, which would run through its letters."""
    ground = alt.Chart(pd.DataFrame({"id": order})).mark_rect(fill="#ffffff", opacity=1, height=_GROUND, yOffset=_NAME)
    return [ground.encode(x=alt.value(0), x2=alt.value("width"), y=y)]


def _bars(lanes: Sequence[Lane], which: str, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    rows = [(lane, span) for lane in lanes for span in [getattr(lane, which)] if span.is_set]
    if not rows:
        return []
    hollow = which == "planned"
    style: dict[str, Any] = {"fill": "#ffffff" if hollow else "#7d96cf", "stroke": INK if hollow else ACTUAL}
    bar = alt.Chart(pd.DataFrame([_row(lane, span) for lane, span in rows])).mark_bar(
        height=_BAR, strokeWidth=1.2, yOffset=_PLANNED if hollow else _REVISED, opacity=1, **style
    )
    return [bar.encode(x=x, x2=alt.X2("end:Q"), y=y, tooltip=_TOOLTIP)]


_TOOLTIP = [alt.Tooltip("取組:N"), alt.Tooltip("工程:N")]


def _row(lane: Lane, span: Span) -> dict[str, object]:
    """A span as positions: from where its first half-year begins to where its last one ends."""
    start, end = span.start, span.end
    assert start is not None
    assert end is not None
    ends = {"start": half_before(start).position, "end": end.position}
    return {"id": lane.id, **ends, "取組": lane.name, "工程": lane.words}


def _done(lanes: Sequence[Lane], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A line over the half-years in which work went on, and a dot in the middle of each that was told of."""
    worked = [
        {"id": lane.id, "start": _middle(lane.actual.start), "end": _middle(lane.actual.end)}
        for lane in lanes
        if lane.actual.start and lane.actual.end
    ]
    layers = []
    if worked:
        line = alt.Chart(pd.DataFrame(worked)).mark_rule(color=ACTUAL, strokeWidth=3, yOffset=_DONE, y2Offset=_DONE)
        layers.append(line.encode(x=x, x2=alt.X2("end:Q"), y=y))
    for codes, style in _DOTS:
        rows = [
            {"id": lane.id, "start": _middle(half), "取組": lane.name, "見直し": about, "進捗": PROGRESS_WORDS[code]}
            for lane in lanes
            for half, code, about in lane.told
            if code in codes
        ]
        if rows:
            tip = [alt.Tooltip(f"{name}:N") for name in ("取組", "見直し", "進捗")]
            given = {"size": 60, "stroke": ACTUAL, **style}
            dot = alt.Chart(pd.DataFrame(rows)).mark_point(
                filled=True, opacity=1, strokeWidth=2, yOffset=_DONE, **given
            )
            layers.append(dot.encode(x=x, y=y, tooltip=tip))
    return layers


def _middle(half: Period) -> float:
    return half.position - 0.25


def _names(lanes: Sequence[Lane], y: alt.Y) -> list[alt.Chart]:
    """The name over each row, cut where the drawing ends; what its schedule has become at the right; what is unset."""
    layers = []
    for slipped in (False, True):
        rows = [{"id": lane.id, "name": lane.name, "取組": lane.name, "工程": lane.words}
                for lane in lanes if bool(lane.slip) is slipped]  # fmt: skip
        if rows:
            mark = alt.Chart(pd.DataFrame(rows)).mark_text(
                align="left", dy=_NAME, fontSize=13, limit=alt.ExprRef(f"width - {_SLIP if slipped else 0}")
            )
            layers.append(mark.encode(x=alt.value(0), y=y, text=alt.Text("name:N"), tooltip=_TOOLTIP))
    slips = [{"id": lane.id, "slip": lane.slip} for lane in lanes if lane.slip]
    if slips:
        mark = alt.Chart(pd.DataFrame(slips)).mark_text(align="right", dy=_NAME, fontSize=12, fontWeight="bold")
        layers.append(mark.encode(x=alt.value("width"), y=y, text=alt.Text("slip:N")))
    unset = [{"id": lane.id, "unset": lane.unset} for lane in lanes if lane.unset]
    if unset:
        mark = alt.Chart(pd.DataFrame(unset)).mark_text(align="left", dy=_PLANNED + 3, fontSize=12, color=QUIET)
        layers.append(mark.encode(x=alt.value(0), y=y, text=alt.Text("unset:N")))
    return layers


def _today(calendar: Calendar, x: alt.X) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """A dotted line behind all rows at the day, broken at their names, its word above; nothing of a day outside."""
    at = Period.of_date(calendar.day).position
    if not calendar.left <= at <= calendar.right:
        return [], []
    late = at > (calendar.left + calendar.right) / 2
    base = alt.Chart(pd.DataFrame({"start": [at], "word": [f"{calendar.word} {Period.of_date(calendar.day).short}"]}))
    line = base.mark_rule(color=INK, strokeDash=[2, 3], strokeWidth=1.6).encode(x=x)
    word = base.mark_text(align="right" if late else "left", baseline="bottom", dy=-4, fontSize=12, fontWeight="bold")
    return [line], [word.encode(x=x, y=alt.value(0), text=alt.Text("word:N"))]
