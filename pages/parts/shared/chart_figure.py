"""Every chart of the screens: with words for who does not see it, and a button that saves its picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.theme import VegaLite
from kpi.plan import Indicator
from kpi.story import story
from loaders.documents.pictures.chart_files import ChartFile, chart_zip, indicator_file
from loaders.documents.pictures.picture_caption import picture_name
from pages.parts.shared.layout import downloads, folded, grid, show
from pages.parts.shared.markup import Content, tag


def chart(drawn: VegaLite, *, key: str, alt_text: str, caption: Content, file: ChartFile) -> None:
    """A chart, what it rests on, and a button for its picture, which is drawn when somebody presses it."""
    st.vega_lite_chart(spec=drawn, width="stretch", theme=None, key=key, alt=alt_text)
    if caption:
        show(tag("div", caption, "meta"))
    st.download_button("図を保存", file.png, file.name, "image/png", key=f"picture-{key}", on_click="ignore")


def figure(
    drawn: VegaLite,
    *,
    key: str,
    alt_text: str,
    caption: Content,
    file: ChartFile,
    table: Callable[[], pd.DataFrame],
    sample: bool = False,
) -> None:
    """A chart with its picture, and its table one click away with CSV and Excel."""
    chart(drawn, key=key, alt_text=alt_text, caption=caption, file=file)

    def in_numbers() -> None:
        told = table()
        grid(told, alt_text)
        downloads(told, name=key, title=alt_text, sample=sample)

    folded("表で見る", in_numbers, key=key)


def all_charts(name: str, day: date, files: Callable[[], Sequence[ChartFile]], *, sample: bool = False) -> None:
    """A button for the pictures of all the charts of a screen; which they are is asked when somebody presses it."""
    file = f"{'サンプル_' if sample else ''}{picture_name('', name, '', day, 'zip')}"
    st.download_button(
        "この画面の図をまとめて保存(zip)",
        lambda: chart_zip(files(), day),
        file,
        "application/zip",
        key=f"pictures-{name}",
        on_click="ignore",
    )


def all_indicator_charts(name: str, state: Assessment, indicators: Sequence[Indicator]) -> None:
    """The same of some indicators, where several of them have a chart."""

    def drawable() -> Iterator[Indicator]:
        return (one for one in indicators if story(state, one).drawable)

    def files() -> list[ChartFile]:
        return [indicator_file(one, story(state, one), state.day) for one in drawable()]

    if len(list(islice(drawable(), 2))) > 1:
        all_charts(name, state.day, files, sample=state.snapshot.has_samples)
