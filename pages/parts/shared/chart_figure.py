"""Every chart of the screens: with words for who does not see it, and a button that saves its picture."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from kpi.charts.theme import VegaLite
from loaders.documents.pictures.chart_files import ChartFile
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
