"""What the chart of one indicator shows, and the span of its two axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kpi.period import Period


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
    (period, value, low, high), first the last actual value. ``parts`` count only a part of a year: points apart from
    the line.
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
    room = (high - low) / 5 or abs(high) / 8 or 1.0
    return (0.0 if 0 <= low < room else low - room), high + room


def time_span(story: Story) -> tuple[float, float]:
    """The time axis: from the first to the last position, with a little room."""
    positions = [p.position for p in periods_of(story)]
    edge = max(0.15, (max(positions) - min(positions)) * 0.02)
    return min(positions) - edge, max(positions) + edge
