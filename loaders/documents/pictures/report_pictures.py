"""The pictures of a paper: the chart of every indicator that has a page of its own."""

from __future__ import annotations

from datetime import date

from kpi.charts.theme import VegaLite
from kpi.charts.trajectory import trajectory
from kpi.report.blocks import Chart, Report
from kpi.story import Story
from loaders.documents.pictures.chart_pictures import SCALE, PictureLimits, pictures
from loaders.documents.pictures.picture_caption import caption_height, captioned, sized

#: Pixels of a picture across a page of A4, 174 mm by 60 mm at 96 to the inch.
WIDTH, HEIGHT = 658, 227
#: Charts that one child draws: it grows with each, and may take no longer than a person waits.
_AT_ONCE = 40


def indicator_chart(story: Story, *, source: str, day: date, width: int = WIDTH, height: int = HEIGHT) -> VegaLite:
    """The chart of one indicator ready to be drawn as a picture of so many pixels, captioned in the drawing."""

    def told(chart: VegaLite) -> VegaLite:
        return captioned(chart, title=story.name, unit=story.unit, source=source, day=day, width=width)

    # Words find their places by the height of the drawing, and so below the caption.
    room = caption_height(told(trajectory(story, height=height)))
    return sized(told(trajectory(story, height=height - room)), width, height)


def report_pictures(report: Report, *, scale: float = SCALE, limits: PictureLimits | None = None) -> dict[str, bytes]:
    """A PNG of each chart of the paper by indicator, some at a time by a child of its own; raises ``NotDrawn``."""
    charts = [block for part in report.parts_of("indicator") for block in part.blocks if isinstance(block, Chart)]
    ready = [indicator_chart(one.story, source=one.source, day=report.as_of) for one in charts]
    parts = (ready[at : at + _AT_ONCE] for at in range(0, len(ready), _AT_ONCE))
    made = [picture for part in parts for picture in pictures(part, scale=scale, limits=limits)]
    return {one.indicator_id: picture for one, picture in zip(charts, made, strict=True)}
