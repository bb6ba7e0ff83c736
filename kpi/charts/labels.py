"""The words beside the lines of one indicator's chart, instead of a legend far away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import altair as alt
import pandas as pd

from kpi.charts.placement import LINE, Box, Spot, place, samples, text_width
from kpi.charts.theme import (
    ACTUAL,
    INK,
    NATION,
    SHORT_UNITS,
    domain,
    spread,
    time_span,
    values_of,
)
from kpi.period import Period
from kpi.story import PART, UNCONFIRMED, Point, Story

Weight = Literal["normal", "bold"]
#: Asked of the drawing itself: whether it is as narrow as on a telephone.
NARROW = "width < 320"
#: What takes of a chart's height, in pixels: padding and the axis of time, a unit over the axis, a line over the chart.
_AROUND, _UNIT, _HEADING = 58, 24, 22


def inner_labels(story: Story, x: alt.X, y: alt.Y, height: int, compact: bool) -> list[alt.Chart]:
    """Words beside the lines instead of a legend, each where it covers nothing, in a narrow and in a wide drawing."""
    told = _told(story, compact)
    placed = [_placed(story, told, Drawing.of(story, wide, height, compact), compact) for wide in (False, True)]
    layers = _end_labels(story, x, y, height, compact)
    for number, said in enumerate(told):
        table = pd.DataFrame(
            {
                "position": [said.point.period.position],
                "value": [said.point.value],
                "label": [said.text],
            }
        )
        (dx, dy), (wide_dx, wide_dy) = placed[0][number], placed[1][number]
        mark = alt.Chart(table).mark_text(
            align="left",
            baseline="middle",
            color=said.colour,
            fontWeight=said.weight,
            fontSize=13,
            clip=False,
            dx=alt.ExprRef(f"{NARROW} ? {dx} : {wide_dx}"),
            dy=alt.ExprRef(f"{NARROW} ? {dy} : {wide_dy}"),
        )
        layers.append(mark.encode(x=x, y=y, text=alt.Text("label:N")))
    return layers


@dataclass(frozen=True)
class _Said:
    """A word beside a point."""

    point: Point
    text: str
    colour: str
    weight: Weight = "normal"


def _told(story: Story, compact: bool) -> list[_Said]:
    """The words inside the drawing, the most important first: it has the first choice of place."""
    told: list[_Said] = []
    if story.actual:
        last = story.actual[-1]
        marked = UNCONFIRMED in last.note and not compact
        text = f"{last.label}({UNCONFIRMED})" if marked else last.label
        told.append(_Said(last, text, ACTUAL, "bold"))
    if story.parts and not compact:
        told.append(_Said(story.parts[-1], f"{story.parts[-1].label}({PART})", ACTUAL))
    if story.nation:
        end = story.nation[-1]
        told.append(_Said(end, "全国" if compact else f"全国 {end.label}", NATION))
    if story.baseline and not compact:
        told.append(_Said(story.baseline, f"現状値 {story.baseline.label}", INK))
    return told


@dataclass(frozen=True)
class Drawing:
    """The inside of a chart in pixels, as far as it can be known before it is drawn."""

    width: float
    height: float
    right: float
    left_end: float
    right_end: float
    low: float
    high: float

    @classmethod
    def of(cls, story: Story, wide: bool, height: int, compact: bool) -> Drawing:
        """The inside of the chart of a story at one of the two widths."""
        (left, right), (low, high) = time_span(story), domain(values_of(story))
        width = 230 if not wide else 340 if compact else 460
        return cls(width, _inside(story, height), _room_for_words(story, compact), left, right, low, high)

    def spot(self, period: Period, value: float) -> Spot:
        """Where a value stands, from the upper left corner."""
        across = (period.position - self.left_end) / (self.right_end - self.left_end)
        return across * self.width, (self.high - value) / (self.high - self.low) * self.height


def _inside(story: Story, height: int) -> float:
    """What is left of a chart's height for the drawing itself."""
    return height - _AROUND - (0 if story.unit in SHORT_UNITS else _UNIT) - (_HEADING if story.heading else 0)


def _placed(story: Story, told: Sequence[_Said], drawing: Drawing, compact: bool) -> list[tuple[int, int]]:
    """How far right and down of its point each word stands."""
    frame = (drawing.width + drawing.right - 4, drawing.height)
    taken = [
        Box(
            drawing.spot(end.point.period, at)[0] + 9, drawing.spot(end.point.period, at)[1], text_width(end.text), high
        )
        for end, at in _ends(story, drawing.height, compact)
        for high in [LINE * (end.text.count("\n") + 1)]
    ]
    drawn, found = _drawn(story, drawing), []
    for said in told:
        spot = drawing.spot(said.point.period, said.point.value)
        box = place(spot, said.text, taken=taken, drawn=drawn, frame=frame)
        taken.append(box)
        found.append((round(box.left - spot[0]), round(box.middle - spot[1])))
    return found


def _drawn(story: Story, drawing: Drawing) -> list[Spot]:
    """Spots on every line and dot that no word should cover."""
    nation = [[p for p in story.nation if p.segment == n] for n in sorted({p.segment for p in story.nation})]
    lines = [[drawing.spot(p.period, p.value) for p in line] for line in (story.walked, story.path, *nation)]
    lines.append([drawing.spot(o[0], o[1]) for o in story.outlook])
    marks = [drawing.spot(p.period, p.value) for p in (story.baseline, story.target, *story.parts) if p]
    dots = [(x + dx, y + dy) for x, y in (*marks, *lines[0]) for dx in (-6, 0, 6) for dy in (-6, 0, 6)]
    return [*dots, *(spot for line in lines for spot in samples(line))]


def _ends(story: Story, height: float, compact: bool) -> list[tuple[_Said, float]]:
    """The words at the right edge with the value at which each stands, so that they keep apart."""
    ends: list[_Said] = []
    if story.target:
        ends.append(_Said(story.target, f"目標\n{story.target.label}", INK, "bold"))
    if story.outlook and not compact:
        last = story.outlook[-1]
        ends.append(_Said(Point(last[0], last[1], ""), "単純延長", ACTUAL))
    low, high = domain(values_of(story))
    lines = sum(end.text.count("\n") + 1 for end in ends)
    placed = spread([end.point.value for end in ends], (high - low) / height * LINE * lines / 2)
    return list(zip(ends, placed, strict=True))


def _end_labels(story: Story, x: alt.X, y: alt.Y, height: int, compact: bool) -> list[alt.Chart]:
    layers = []
    for end, at in _ends(story, _inside(story, height), compact):
        table = pd.DataFrame({"position": [end.point.period.position], "value": [at], "label": [end.text]})
        mark = alt.Chart(table).mark_text(
            align="left",
            baseline="middle",
            color=end.colour,
            fontWeight=end.weight,
            fontSize=13,
            clip=False,
            dx=9,
            dy=-LINE // 2 * end.text.count("\n"),
            lineBreak="\n",
            lineHeight=LINE,
        )
        layers.append(cast("alt.Chart", mark.encode(x=x, y=y, text=alt.Text("label:N"))))
    return layers


def _room_for_words(story: Story, compact: bool) -> float:
    """How far the words beside the line ends reach over the right edge."""
    words = [f"目標\n{story.target.label}"] if story.target else []
    words += ["単純延長"] if story.outlook and not compact else []
    return max((text_width(word) for word in words), default=10) + 10
