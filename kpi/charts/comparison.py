"""The prefecture beside the nation: gaps of many series, ranks among areas, one series over time."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps

import altair as alt
import pandas as pd

from kpi.charts.theme import (
    ACTUAL,
    INK,
    NATION,
    QUIET,
    RAIL,
    VegaLite,
    domain,
    dress,
    number_axis,
    period_axis,
    spread,
)
from kpi.period import Period


def _drawn_once(draw: Callable[..., VegaLite]) -> Callable[..., VegaLite]:
    """A chart drawn once for its table, whoever asks: what comes back is not to be changed."""

    @lru_cache(maxsize=256)
    def drawn(table: bytes, **given: Hashable) -> VegaLite:
        return draw(pickle.loads(table), **given)

    @wraps(draw)
    def asked(table: pd.DataFrame, **given: Hashable) -> VegaLite:
        return drawn(pickle.dumps(table), **given)

    return asked


@_drawn_once
def gaps(table: pd.DataFrame, *, area_name: str) -> VegaLite:
    """Prefecture and nation as two dots on one line for each series.

    ``table``: name, area_value, nation_value (per cent), area_text, nation_text, gap_text, one row a series, in order.
    """
    rows = alt.Y("name:N", sort=list(table["name"]), axis=None)
    values = [*table["area_value"], *table["nation_value"]]
    low, high = min([*values, 0.0]), max([*values, 100.0])
    scale = alt.Scale(domain=[low, high], nice=False)
    tip = [
        alt.Tooltip("name:N", title="指標"),
        alt.Tooltip("area_text:N", title=area_name),
        alt.Tooltip("nation_text:N", title="全国"),
        alt.Tooltip("gap_text:N", title="差"),
    ]
    base = alt.Chart(table)
    ours, theirs = (alt.X(f"{key}_value:Q", scale=scale, axis=number_axis("%", values)) for key in ("area", "nation"))
    rule = base.mark_rule(color=RAIL, strokeWidth=5).encode(y=rows, x=ours, x2=alt.X2("nation_value:Q"))
    nation = base.mark_point(
        size=130, shape="diamond", filled=True, fill="#fff", stroke=NATION, strokeWidth=2, opacity=1
    )
    area = base.mark_point(size=130, filled=True, color=ACTUAL, opacity=1)
    # The name stands over its line, not beside it: so the line keeps its width on a narrow screen.
    names = base.mark_text(align="left", dy=-20, fontSize=13).encode(y=rows, x=alt.value(0), text=alt.Text("name:N"))
    layers = [names, rule, nation.encode(y=rows, x=theirs, tooltip=tip), area.encode(y=rows, x=ours, tooltip=tip)]
    ahead = table["area_value"] >= table["nation_value"]
    for part, key, ink in ((ahead, "area", ACTUAL), (ahead, "nation", QUIET)):
        for mask, side in ((part, 1), (~part, -1)):
            # The one further right has its number on the right, so the two never lie on each other.
            direction = side if key == "area" else -side
            words = alt.Chart(table[mask]).mark_text(
                dx=11 * direction,
                align="left" if direction > 0 else "right",
                color=ink,
                fontWeight="bold" if key == "area" else "normal",
            )
            layers.append(words.encode(y=rows, x=ours if key == "area" else theirs, text=alt.Text(f"{key}_text:N")))
    return dress(layers, height=alt.Step(56))


@_drawn_once
def ranking(table: pd.DataFrame, *, unit: str, area: str, nation: str) -> VegaLite:
    """Areas as bars from zero, best first, ours and the nation marked by colour, weight and words.

    ``table``: area (code), label (with the rank in words), value, text; in the order to draw.
    """
    order = list(table["label"])
    rows = alt.Y(
        "label:N", sort=order, axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=200, labelFontSize=11)
    )
    axis = number_axis(unit, table["value"])
    axis.title = None  # the words at each bar carry the unit
    values = alt.X("value:Q", scale=alt.Scale(zero=True, nice=True), axis=axis)
    marked = alt.FieldOneOfPredicate(field="area", oneOf=[area, nation])
    ours = alt.FieldEqualPredicate(field="area", equal=area)
    colour = alt.when(ours).then(alt.value(ACTUAL)).when(marked).then(alt.value(NATION)).otherwise(alt.value("#b4bfd6"))
    bars = (
        alt.Chart(table)
        .mark_bar(height={"band": 0.72})
        .encode(
            y=rows,
            x=values,
            color=colour,
            tooltip=[alt.Tooltip("label:N", title="地域"), alt.Tooltip("text:N", title="値")],
        )
    )
    words = (
        alt.Chart(table)
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(
            y=rows, x=values, text=alt.Text("text:N"), color=alt.condition(marked, alt.value(INK), alt.value(QUIET))
        )
    )
    return dress([bars, words], height=alt.Step(17))


@_drawn_once
def history(table: pd.DataFrame, *, unit: str, area_code: str, area_name: str, height: int = 260) -> VegaLite:
    """Prefecture and nation over time. A line is not drawn across a break: each ``segment`` is a line of its own.

    ``table``: area, period (code), position, value, text, segment, note.
    """
    periods = [Period.parse(code) for code in table["period"]]
    table = table.assign(label=[p.label for p in periods])
    years = round(max(p.position for p in periods) - min(p.position for p in periods)) + 1
    x = alt.X(
        "position:Q",
        scale=alt.Scale(zero=False, nice=False, padding=16),
        axis=period_axis(periods, every=max(1, -(-min(years, len(set(periods))) // 8))),
    )
    low, high = domain(list(table["value"]))
    axis = number_axis(unit, table["value"])
    y = alt.Y("value:Q", scale=alt.Scale(domain=[low, high], nice=False, zero=False), axis=axis)
    tip = [alt.Tooltip("label:N", title="時点"), alt.Tooltip("text:N", title="値"), alt.Tooltip("note:N", title="備考")]
    layers: list[alt.Chart] = []
    ends: list[pd.DataFrame] = []
    for own, colour, width, name in ((False, NATION, 1.5, "全国"), (True, ACTUAL, 3.0, area_name)):
        part = table[(table["area"] == area_code) == own]
        if part.empty:
            continue
        chart = alt.Chart(part)
        layers.append(chart.mark_line(color=colour, strokeWidth=width).encode(x=x, y=y, detail=alt.Detail("segment:N")))
        layers.append(
            chart.mark_point(size=64 if own else 28, filled=True, color=colour, opacity=1).encode(x=x, y=y, tooltip=tip)
        )
        end = part.sort_values("position").tail(1)
        ends.append(end.assign(word=[f"{name} {text}" for text in end["text"]], own=own))
    if len({code for end in ends for code in end["period"]}) > 1:  # side by side they would look like one date's
        dated = [Period.parse(end["period"].iloc[0]).short for end in ends]
        ends = [end.assign(word=end["word"] + f"({day})") for end, day in zip(ends, dated, strict=True)]
    # Both lines often end close together: their words are moved apart, the lines are not.
    placed = spread([float(end["value"].iloc[0]) for end in ends], (high - low) / height * 17)
    for end, at in zip(ends, placed, strict=True):
        own = bool(end["own"].iloc[0])
        words = alt.Chart(end.assign(value=at)).mark_text(
            align="left", dx=8, color=ACTUAL if own else NATION, fontWeight="bold" if own else "normal"
        )
        layers.append(words.encode(x=x, y=y, text=alt.Text("word:N")))
    return dress(layers, height=height, top=14)
