"""One indicator over time: where from, where to, where now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

import altair as alt
import pandas as pd

from kpi.charts.house import ACTUAL, BAND, INK, NATION, dress, number_axis, period_axis, spread
from kpi.period import Period

Weight = Literal["normal", "bold"]
#: The word in a point's note that its label repeats.
UNCONFIRMED = "未確認"


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
    (period, value, low, high), first the last actual value.
    """

    unit: str
    actual: tuple[Point, ...] = ()
    baseline: Point | None = None
    target: Point | None = None
    path: tuple[Point, ...] = ()
    nation: tuple[Point, ...] = ()
    outlook: tuple[tuple[Period, float, float, float], ...] = ()
    span: tuple[Period, ...] = field(default=())

    @property
    def walked(self) -> tuple[Point, ...]:
        """The actual line starts at the baseline, where that lies before the first value."""
        first = self.actual[0].period.position if self.actual else None
        starts = self.baseline is not None and first is not None and self.baseline.period.position < first
        return (self.baseline, *self.actual) if starts and self.baseline else self.actual

    @property
    def drawable(self) -> bool:
        """Whether there is anything at all to draw."""
        return bool(self.actual or self.baseline or self.target or self.nation)


def trajectory(story: Story, *, height: int = 300, compact: bool = False) -> alt.LayerChart:
    """The chart of one indicator. ``compact`` is the small one of a field's page: fewer labels and ticks."""
    x, y = _axes(story, compact)
    layers: list[alt.Chart] = []
    layers += _outlook(story, x, y, _value_axis(story, compact, "low:Q"))
    layers += _line(story.nation, x, y, NATION, 1.5)
    layers += _path(story, x, y)
    layers += _line(story.walked, x, y, ACTUAL, 3, dots=True)
    layers += _marks(story, x, y, height)
    layers += _labels(story, x, y, height, compact)
    return dress(layers, height=height, padding=_padding(story, compact))


def _padding(story: Story, compact: bool) -> dict[str, int]:
    """Room on the right for the words that stand beside the line ends, and no more."""
    words = [f"目標 {story.target.label}"] if story.target else []
    words += ["単純延長"] if story.outlook and not compact else []
    wide = max((sum(8 if char.isascii() else 13 for char in word) for word in words), default=30)
    return {"left": 4, "right": min(wide + 14, 150), "top": 14, "bottom": 4}


def _periods(story: Story) -> list[Period]:
    own = [p.period for p in (*story.actual, *story.path, *story.nation)]
    own += [p.period for p in (story.baseline, story.target) if p]
    return own + [o[0] for o in story.outlook] + list(story.span)


def _values(story: Story) -> list[float]:
    own = [p.value for p in (*story.actual, *story.path, *story.nation)]
    own += [p.value for p in (story.baseline, story.target) if p]
    return own + [v for o in story.outlook for v in o[1:]]


def domain(values: Sequence[float]) -> tuple[float, float]:
    """The value axis: the data with an eighth of room on either side; a flat line gets room too."""
    low, high = min(values), max(values)
    room = (high - low) / 8 or abs(high) / 8 or 1.0
    return (0.0 if 0 <= low < room else low - room), high + room


def _axes(story: Story, compact: bool) -> tuple[alt.X, alt.Y]:
    periods = _periods(story)
    positions = [p.position for p in periods]
    years = round(max(positions) - min(positions)) + 1
    every = max(1, -(-years // (4 if compact else 9)))
    edge = max(0.15, (max(positions) - min(positions)) * 0.02)
    x = alt.X(
        "position:Q",
        scale=alt.Scale(domain=[min(positions) - edge, max(positions) + edge], nice=False, zero=False),
        axis=period_axis(_ticks(periods), every=every),
    )
    return x, _value_axis(story, compact, "value:Q")


def _value_axis(story: Story, compact: bool, column: str) -> alt.Y:
    low, high = domain(_values(story))
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    return alt.Y(column, scale=scale, axis=number_axis(story.unit, ticks=3 if compact else 5))


def _ticks(periods: Sequence[Period]) -> list[Period]:
    """One tick a year, of the kind most of the periods are; every period where they are few and mixed."""
    kinds = [p.kind for p in periods if p.kind in ("FY", "CY")]
    if not kinds:
        return list(periods)
    kind = max(sorted(set(kinds)), key=kinds.count)
    years = [p.year for p in periods if p.kind == kind]
    return [Period(kind, year) for year in range(min(years), max(years) + 1)]


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


def _line(
    points: Sequence[Point], x: alt.X, y: alt.Y, colour: str, width: float, *, dots: bool = False
) -> list[alt.Chart]:
    if not points:
        return []
    firm = [p for p in points if p.release != "forecast"]
    base = alt.Chart(_frame(firm)) if firm else None
    layers = []
    if base is not None:
        layers.append(base.mark_line(color=colour, strokeWidth=width).encode(x=x, y=y, detail="segment:N"))
    dot = alt.Chart(_frame(points)).mark_point(
        size=70 if dots else 22, filled=True, opacity=1, stroke=colour, strokeWidth=2
    )
    fill = alt.condition("datum.hollow", alt.value("#ffffff"), alt.value(colour))
    layers.append(dot.encode(x=x, y=y, color=fill, tooltip=["期間:N", "値:N", "備考:N"]))
    return layers


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
    band = alt.Chart(table).mark_area(color=BAND, opacity=0.6).encode(x=x, y=y_low, y2="high:Q")
    line = alt.Chart(table).mark_line(color=ACTUAL, strokeDash=[2, 3], strokeWidth=1.6).encode(x=x, y=y)
    return [band, line]


def _marks(story: Story, x: alt.X, y: alt.Y, height: int) -> list[alt.Chart]:
    layers = []
    if story.baseline:
        dot = alt.Chart(_frame([story.baseline]))
        dot = dot.mark_point(size=120, filled=True, fill="#ffffff", stroke=INK, strokeWidth=2, opacity=1)
        layers.append(dot.encode(x=x, y=y, tooltip=["期間:N", "値:N", "備考:N"]))
    if story.target:
        pole = alt.Chart(_frame([story.target]))
        layers.append(pole.mark_rule(color=INK, strokeWidth=2, yOffset=-12, y2Offset=12).encode(x=x, y=y, y2="value:Q"))
        flag = pole.mark_point(shape="M0,-1L-1.6,-0.5L0,0Z", size=180, filled=True, color=INK, opacity=1, yOffset=-2)
        layers.append(flag.encode(x=x, y=y, tooltip=["期間:N", "値:N", "備考:N"]))
    return layers


def _labels(story: Story, x: alt.X, y: alt.Y, height: int, compact: bool) -> list[alt.Chart]:
    """Words beside the lines instead of a legend."""
    layers = _end_labels(story, x, y, height, compact)
    rising = story.target is None or story.baseline is None or story.target.value >= story.baseline.value
    if story.actual:
        last = story.actual[-1]
        below = bool(story.path) and last.value < _on_path(story, last)
        said = last.label + ("(未確認)" if UNCONFIRMED in last.note and not compact else "")
        # Off the planned line, which lies to the right of a point above a rising one and below a falling one.
        leftward = rising != below and not compact
        dx, dy = -7 if leftward else -4, 18 if below else -16
        layers.append(_word(x, y, last, said, ACTUAL, "bold", dx=dx, dy=dy, align="right" if leftward else "left"))
    if story.nation:
        end = story.nation[-1]
        said = "全国" if compact else f"全国 {end.label}"
        layers.append(_word(x, y, end, said, NATION, "normal", dx=6, dy=-9))
    if story.baseline and not compact:
        said = f"現状値 {story.baseline.label}"
        layers.append(
            _word(x, y, story.baseline, said, INK, "normal", dx=-6 if rising else 10, dy=-18 if rising else -10)
        )
    return layers


def _end_labels(story: Story, x: alt.X, y: alt.Y, height: int, compact: bool) -> list[alt.Chart]:
    """The words at the right edge, kept apart."""
    ends: list[tuple[Point, str, str, Weight]] = []
    if story.target:
        ends.append((story.target, f"目標 {story.target.label}", INK, "bold"))
    if story.outlook and not compact:
        last = story.outlook[-1]
        ends.append((Point(last[0], last[1], ""), "単純延長", ACTUAL, "normal"))
    low, high = domain(_values(story))
    placed = spread([point.value for point, *_ in ends], (high - low) / height * 17)
    return [
        _word(x, y, replace(point, value=at), said, colour, weight, dx=9)
        for (point, said, colour, weight), at in zip(ends, placed, strict=True)
    ]


def _on_path(story: Story, point: Point) -> float:
    """The planned line's height where a point stands; the ends are carried on flat."""
    at = point.period.position
    before = [p for p in story.path if p.period.position <= at] or [story.path[0]]
    after = [p for p in story.path if p.period.position >= at] or [story.path[-1]]
    left, right = before[-1], after[0]
    width = right.period.position - left.period.position
    share = (at - left.period.position) / width if width else 0.0
    return left.value + share * (right.value - left.value)


def _word(
    x: alt.X,
    y: alt.Y,
    at: Point,
    said: str,
    colour: str,
    weight: Weight,
    *,
    dx: int = 0,
    dy: int = 0,
    align: Literal["left", "right"] = "left",
) -> alt.Chart:
    table = pd.DataFrame({"position": [at.period.position], "value": [at.value], "label": [said]})
    mark = alt.Chart(table).mark_text(
        align=align, color=colour, fontWeight=weight, dx=dx, dy=dy, fontSize=13, clip=False
    )
    return cast("alt.Chart", mark.encode(x=x, y=y, text="label:N"))
