"""What the charts of 全国比較 show, in words, and what has to stand beneath them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd


def gaps_in_words(table: pd.DataFrame, area_name: str) -> str:
    """The prefecture's and the nation's values of each pair, for whoever does not see the chart."""
    return "。".join(f"{r.name}は{area_name}{r.area_text}、全国{r.nation_text}" for r in table.itertuples())


def history_in_words(name: str, table: pd.DataFrame) -> str:
    """A series over time, for whoever does not see the chart."""
    words = "、".join(f"{r.area_name}{r.period_label}{r.text}" for r in table.itertuples())
    return f"{name}の推移。{words}"


def history_caption(series: Mapping[str, object], table: pd.DataFrame) -> str:
    """Unit and source, and of the signs of the drawing those that are in it."""
    said = [f"単位 {series['unit']}", f"出典 {series['source_title']}", history_signs(table)]
    return "　".join(words for words in said if words)


def history_signs(table: pd.DataFrame) -> str:
    """What the signs in the drawing of a series over time mean; empty where there are none."""
    said = []
    if table["segment"].nunique() > table["area"].nunique():
        said.append("調査方法や公表の版が変わるところで線を切っています")
    if table["mark"].any():
        said.append("※は二次資料")
    return "　".join(said)


def distinct(notes: Sequence[str]) -> str:
    """The notes without those that another one says in full."""
    return "。".join(note for note in notes if not any(note != other and note in other for other in notes))
