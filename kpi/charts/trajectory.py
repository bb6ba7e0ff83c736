"""One indicator over time: where from, where to, where now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import pandas as pd

from kpi.charts.labels import inner_labels
from kpi.charts.theme import (
    ACTUAL,
    BAND,
    INK,
    NATION,
    VegaLite,
    domain,
    dress,
    number_axis,
    period_axis,
    periods_of,
    time_span,
    values_of,
)
from kpi.period import Period
from kpi.story import Point, Story


@lru_cache(maxsize=2048)
def trajectory(story: Story, *, height: int = 300, compact: bool = False) -> VegaLite:
    """The chart of one indicator. ``compact`` is the small one of a field's page: fewer labels and ticks.

    Drawn once for what it shows, whoever asks: what comes back is not to be changed.
    """
    x, y = _axes(story, compact)
    layers: list[alt.Chart] = []
    layers += _outlook(story, x, y, _value_axis(story, compact, "low:Q"))
    layers += _line(story.nation, x, y, NATION, 1.5)
    layers += _path(story, x, y)
    layers += _line(story.walked, x, y, ACTUAL, 3, dots=True)
    layers += _apart(story.parts, x, y)
    layers += _marks(story, x, y, height)
    layers += inner_labels(story, x, y, height, compact)
    return dress(layers, height=height, top=14, title=story.heading)


def _axes(story: Story, compact: bool) -> tuple[alt.X, alt.Y]:
    periods, (left, right) = periods_of(story), time_span(story)
    every = max(1, -(-(round(right - left) + 1) // (4 if compact else 9)))
    x = alt.X(
        "position:Q",
        scale=alt.Scale(domain=[left, right], nice=False, zero=False),
        axis=period_axis(_ticks(periods), every=every),
    )
    return x, _value_axis(story, compact, "value:Q")


def _value_axis(story: Story, compact: bool, column: str) -> alt.Y:
    low, high = domain(values_of(story))
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    axis = number_axis(story.unit, values_of(story), ticks=3 if compact else 5)
    return alt.Y(column, scale=scale, axis=axis)


def _ticks(periods: Sequence[Period]) -> list[Period]:
    """One tick a year, of the kind most of the periods are; every period where they are few and mixed."""
    kinds = [p.kind for p in periods if p.kind in ("FY", "CY")]
    if not kinds:
        return list(periods)
    kind = max(sorted(set(kinds)), key=kinds.count)
    years, first = [p.year for p in periods if p.kind == kind], min(p.position for p in periods)
    early = min(years)  # periods of another kind before the first of this one get their ticks too
    while Period(kind, early - 1).position >= first:
        early -= 1
    return [Period(kind, year) for year in range(early, max(years) + 1)]


def _frame(points: Sequence[Point]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "position": [p.period.position for p in points],
            "value": [p.value for p in points],
            "segment": [p.segment for p in points],
            "期間": [p.period.label for p in points],
            "値": [p.text for p in points],
            "備考": [p.note or "―" for p in points],
            "hollow": [p.release == "forecast" for p in points],
        }
    )


#: What a point says under the pointer.
TOOLTIP = [alt.Tooltip(name) for name in ("期間:N", "値:N", "備考:N")]


def _line(
    points: Sequence[Point], x: alt.X, y: alt.Y, colour: str, width: float, *, dots: bool = False
) -> list[alt.Chart]:
    if not points:
        return []
    firm = [p for p in points if p.release != "forecast"]
    base = alt.Chart(_frame(firm)) if firm else None
    layers = []
    if base is not None:
        layers.append(base.mark_line(color=colour, strokeWidth=width).encode(x=x, y=y, detail=alt.Detail("segment:N")))
    dot = alt.Chart(_frame(points)).mark_point(
        size=70 if dots else 22, filled=True, opacity=1, stroke=colour, strokeWidth=2
    )
    fill = alt.condition("datum.hollow", alt.value("#ffffff"), alt.value(colour))
    layers.append(dot.encode(x=x, y=y, color=fill, tooltip=TOOLTIP))
    return layers


def _apart(points: Sequence[Point], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Points on no line: small open squares."""
    if not points:
        return []
    mark = alt.Chart(_frame(points)).mark_point(
        size=60, shape="square", filled=True, fill="#ffffff", stroke=ACTUAL, strokeWidth=1.5, opacity=1
    )
    return [mark.encode(x=x, y=y, tooltip=TOOLTIP)]


def _path(story: Story, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    if len(story.path) < 2:
        return []
    line = alt.Chart(_frame(story.path)).mark_line(color=INK, strokeDash=[6, 4], strokeWidth=1.6)
    return [line.encode(x=x, y=y)]


def _outlook(story: Story, x: alt.X, y: alt.Y, y_low: alt.Y) -> list[alt.Chart]:
    if not story.outlook:
        return []
    table = pd.DataFrame(
        {
            "position": [o[0].position for o in story.outlook],
            "value": [o[1] for o in story.outlook],
            "low": [o[2] for o in story.outlook],
            "high": [o[3] for o in story.outlook],
        }
    )
    band = alt.Chart(table).mark_area(color=BAND, opacity=0.6).encode(x=x, y=y_low, y2=alt.Y2("high:Q"))
    line = alt.Chart(table).mark_line(color=ACTUAL, strokeDash=[2, 3], strokeWidth=1.6).encode(x=x, y=y)
    return [band, line]


def _marks(story: Story, x: alt.X, y: alt.Y, height: int) -> list[alt.Chart]:
    layers = []
    if story.baseline:
        dot = alt.Chart(_frame([story.baseline]))
        dot = dot.mark_point(size=120, filled=True, fill="#ffffff", stroke=INK, strokeWidth=2, opacity=1)
        layers.append(dot.encode(x=x, y=y, tooltip=TOOLTIP))
    if story.target:
        pole = alt.Chart(_frame([story.target]))
        layers.append(
            pole.mark_rule(color=INK, strokeWidth=2, yOffset=-12, y2Offset=12).encode(x=x, y=y, y2=alt.Y2("value:Q"))
        )
        flag = pole.mark_point(shape="M0,-1L-1.6,-0.5L0,0Z", size=180, filled=True, color=INK, opacity=1, yOffset=-2)
        layers.append(flag.encode(x=x, y=y, tooltip=TOOLTIP))
    return layers
