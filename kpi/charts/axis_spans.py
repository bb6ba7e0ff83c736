"""How far the two axes of a chart reach."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.period import Period
from kpi.story import Story


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
