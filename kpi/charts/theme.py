"""The one chart grammar: colours, type, locale, axes of periods, labels that do not collide.

Baseline dot, target flag, planned line dashed, actual line solid, national line thin grey, outlook band pale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import altair as alt

from kpi.period import Period
from kpi.printing.number_words import is_magnitude
from kpi.story import Story

INK = "#16181d"
QUIET = "#4f5663"
ACTUAL = "#0b2e8a"
NATION = "#6b7280"
BAND = "#c9d6f5"
RAIL = "#d5d9e2"

FONT = (
    "'Noto Sans JP', 'Noto Sans CJK JP', 'BIZ UDPGothic', 'Yu Gothic UI', 'Hiragino Sans', Meiryo, "
    "IPAexGothic, IPAPGothic, IPAGothic, sans-serif"
)

LOCALE: Mapping[str, Any] = {
    "number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", "円"], "minus": "−"},
    "time": {
        "dateTime": "%Y年%m月%d日 %H:%M:%S",
        "date": "%Y年%m月%d日",
        "time": "%H:%M:%S",
        "periods": ["午前", "午後"],
        "days": ["日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"],
        "shortDays": ["日", "月", "火", "水", "木", "金", "土"],
        "months": [f"{m}月" for m in range(1, 13)],
        "shortMonths": [f"{m}月" for m in range(1, 13)],
    },
}


#: Units that stand in every label of an axis; any other is written once, over it.
SHORT_UNITS = frozenset({"%", "％"})


#: A finished chart: a specification of Vega-Lite with its data in it, as JSON has it.
VegaLite = dict[str, Any]


def dress(layers: Sequence[alt.Chart], *, height: int | alt.Step, top: int = 4, title: str = "") -> VegaLite:
    """The finished chart of some layers: house fonts and colours, Japanese numbers, no frame.

    ``title`` is only for what a chart must not be read without. Label colour is set because the default grey is
    3.7:1 on white. Words that reach over the drawing's edge need no padding: it shrinks until they fit.
    """
    chart = cast("alt.LayerChart", alt.layer(*layers))
    chart = chart.properties(height=height, width="container", padding={"left": 4, "right": 4, "top": top, "bottom": 4})
    if title:
        chart = chart.properties(title=alt.Title(title, anchor="start", frame="bounds", offset=10))
    dressed = chart.configure(
        font=FONT,
        locale=LOCALE,
        background="transparent",
        view={"stroke": None},
        mark={"tooltip": None},  # what says nothing of its own would show the names of its columns under the pointer
        axis={
            "labelColor": INK,
            "titleColor": QUIET,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": "#e4e7ed",
            "domainColor": "#9aa1ad",
            "tickColor": "#9aa1ad",
        },
        text={"fontSize": 12, "color": INK},
        title={"color": INK, "fontSize": 13, "fontWeight": "bold"},
        legend={"disable": True},
    )
    finished: VegaLite = dressed.to_dict(validate=False)  # held against the grammar by the tests, not at each screen
    finished["config"]["view"] = {"stroke": None}  # without the sizes of the drawing library's own clothes
    return _with_rows(finished)


def _with_rows(chart: VegaLite) -> VegaLite:
    """The chart with the rows of each layer in it: sets of their own, the screens would make into tables each time."""
    sets, shared = chart.pop("datasets"), chart.pop("data", None)
    layers = [{**one, "data": {"values": sets[(one.get("data") or shared)["name"]]}} for one in chart["layer"]]
    return {**chart, "layer": layers}


def period_axis(periods: Iterable[Period], *, every: int = 1) -> alt.Axis:
    """An axis of positions labelled with both calendars: ``R6`` over ``2024``. ``every`` thins the labels."""
    unique = sorted({p.position: p for p in periods}.items())[::-1][:: max(1, every)][::-1]
    labels = ",".join(f"'{position:.3f}':['{p.short}','{p.year}']" for position, p in unique)
    return alt.Axis(
        values=[position for position, _ in unique],
        labelExpr=f"({{{labels}}})[format(datum.value, '.3f')] || ''",
        title=None,
        grid=False,
        labelPadding=6,
        labelOverlap="parity",
        labelSeparation=8,
    )


def number_axis(unit: str, values: Iterable[float], *, ticks: int = 5) -> alt.Axis:
    """A value axis whose labels carry the unit; where the values are large, all are in 万 or in 億.

    Not so where the unit itself is thousands or millions: 430万 of 百万円 reads as yen. Whole numbers have whole ticks.
    """
    values = list(values)
    suffix = unit if unit in SHORT_UNITS else ""
    largest = max((abs(v) for v in values), default=0.0) if not is_magnitude(unit) else 0.0
    by, myriad = (1e8, "億") if largest >= 1e8 else (1e4, "万") if largest >= 1e5 else (1, "")
    whole = all(float(v).is_integer() for v in values)
    expression = f"datum.value ? format(datum.value / {by:g}, ',.12~g') + '{myriad}{suffix}' : '0{suffix}'"
    return alt.Axis(
        labelExpr=expression,
        title=None if suffix else f"単位 {unit}",
        tickCount=ticks,
        tickMinStep=1 if whole else alt.Undefined,
        domain=False,
        ticks=False,
        titleAngle=0,
        titleAlign="left",
        titleAnchor="end",
        titleY=-12,
        titleX=0,
    )


def periods_of(story: Story) -> list[Period]:
    """Every period that the time axis has to hold."""
    own = [p.period for p in (*story.actual, *story.parts, *story.path, *story.nation)]
    own += [p.period for p in (story.baseline, story.target) if p]
    return own + [o[0] for o in story.outlook] + list(story.span)


def values_of(story: Story) -> list[float]:
    """Every value that the value axis has to hold."""
    own = [p.value for p in (*story.actual, *story.parts, *story.path, *story.nation)]
    own += [p.value for p in (story.baseline, story.target) if p]
    return own + [v for o in story.outlook for v in o[1:]]


def domain(values: Sequence[float]) -> tuple[float, float]:
    """The value axis: the data with a fifth of room on either side, for the words; a flat line gets room too."""
    low, high = min(values), max(values)
    flat = high - low <= 1e-9 * max(abs(low), abs(high))  # also what differs by rounding alone
    room = (abs(high) / 8 or 1.0) if flat else (high - low) / 5
    return (0.0 if 0 <= low < room else low - room), high + room


def time_span(story: Story) -> tuple[float, float]:
    """The time axis: from the first to the last position, with a little room."""
    positions = [p.position for p in periods_of(story)]
    edge = max(0.15, (max(positions) - min(positions)) * 0.02)
    return min(positions) - edge, max(positions) + edge


def spread(values: Sequence[float], gap: float) -> list[float]:
    """The values moved apart so that neighbours lie at least ``gap`` from each other, order kept.

    For labels at the end of lines: each is moved as little as a single upward pass and a recentring need.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    placed = [float(v) for v in values]
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    if order:
        shift = (placed[order[-1]] - values[order[-1]]) / 2
        placed = [p - shift for p in placed]
    return placed
