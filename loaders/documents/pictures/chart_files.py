"""A chart of a screen as a file to take away: what it is called, its picture, and all of a screen in one zip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kpi.charts.theme import VegaLite
from kpi.plan import Indicator
from kpi.story import Story
from loaders.documents.packing import zipped
from loaders.documents.pictures.chart_pictures import pictures
from loaders.documents.pictures.picture_caption import caption_height, captioned, picture_name, sized
from loaders.documents.pictures.report_pictures import indicator_chart

#: Pixels of a picture: half a slide's width, and as high as one.
WIDTH, HEIGHT = 800, 450
#: So many are drawn by one child, which has time and memory for more than twice as many; others get a turn between.
_AT_ONCE = 20
#: What the axis of a chart of rows takes below them, in pixels.
_AXIS = 44


@dataclass(frozen=True)
class ChartFile:
    """A PNG that is not drawn yet: its name, and ``chart``, which gives the chart ``sized`` when somebody asks.

    ``chart`` is asked where nobody knows who is at the screen.
    """

    name: str
    chart: Callable[[], VegaLite]

    def png(self) -> bytes:
        """The picture, drawn now; raises ``NotDrawn``."""
        return pictures([self.chart()])[0]


def chart_zip(files: Sequence[ChartFile], day: date) -> bytes:
    """All the pictures in one zip, drawn now, in their order; raises ``NotDrawn``."""
    drawn: list[tuple[str, bytes]] = []
    for first in range(0, len(files), _AT_ONCE):
        some = files[first : first + _AT_ONCE]
        drawn += zip((file.name for file in some), pictures([file.chart() for file in some]), strict=True)
    return zipped(drawn, day)


def indicator_file(indicator: Indicator, told: Story, day: date) -> ChartFile:
    """The chart of an indicator, named by its newest value."""
    newest = max((*told.actual, *told.parts), key=lambda point: point.period.position, default=None)
    name = picture_name(indicator.number, indicator.name, newest.period.short if newest else "", day)
    source = indicator.source

    def chart() -> VegaLite:
        return indicator_chart(told, source=source, day=day, width=WIDTH, height=HEIGHT)

    return ChartFile(f"{'サンプル_' if told.sample else ''}{name}", chart)


def compared_file(
    chart: VegaLite,
    *,
    title: str,
    unit: str,
    source: str,
    day: date,
    period: str = "",
    said: str = "",
    rows: int = 0,
) -> ChartFile:
    """A chart of 全国比較, named by its title and ``period``, that of its newest value in short.

    ``said`` is what the screen says beside it, ``rows`` how many it has, where its height is that of its rows.
    """

    def ready() -> VegaLite:
        told = captioned({**chart, "title": said}, title=title, unit=unit, source=source, day=day, width=WIDTH)
        height = caption_height(told) + rows * chart["height"]["step"] + _AXIS if rows else HEIGHT
        return sized(told, WIDTH, height)

    return ChartFile(picture_name("", title, period, day), ready)
