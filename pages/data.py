"""データ: the numbers themselves, to take away."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.initiatives.initiative import count_words
from kpi.initiatives.movement import half_years
from kpi.initiatives.rhythm import reported_period, rhythm
from kpi.initiatives.work_state import work_of
from kpi.initiatives.work_tables import review_table
from kpi.initiatives.work_words import unreviewed
from kpi.period import Period
from kpi.summary import as_of_words
from loaders.documents.export import observations_table
from loaders.documents.takeaway_tables import indicator_table, published_table
from pages.parts.app.current_view import view
from pages.parts.framework import GridContainer
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import Prepared, downloads, empty, grid, header, lead, show, unwritten
from pages.parts.shared.markup import tag

ALL = "all"
#: Keeps what is made of a table.
Kept = Callable[[str, Callable[[], Prepared]], Prepared]


def data_page() -> None:
    """Filter, look, take away: judgements, returned values and reviews with their cells, published figures."""
    state = view()
    header("データ", state, meta=as_of_words(state))
    observations = state.snapshot.observations
    lead(_counted(state))
    kinds = {"judged": "判定(指標ごとに1行)", "observations": "回答(出所つき)", "published": "公表されている値"}
    if state.plan.initiatives:
        work = {"reviews": "取組の見直しの回答(出所つき)"}
        kinds = kinds | work if state.plan.indicators else work | {"published": kinds["published"]}
    controls = st.grid(min_column_width=220)
    with controls.cell():
        kind = choose("種類", "kind", kinds, everybodys=True, of="data")
    if kind == "published":
        _published(state, controls)
        return
    if kind == "reviews":
        _reviewed(state, controls)
        return
    with controls.cell():
        fields = {ALL: "すべて", "": "基本目標"} | {f.id: f.short for f in state.plan.fields if not f.foundation}
        field = choose("分野", "in", {k or "goal": v for k, v in fields.items()}, everybodys=True, of="data")
    wanted = [i for i in state.plan.indicators if field == ALL or (i.field_id or "goal") == field]
    with controls.cell():
        indicators = {ALL: "すべて"} | {i.id: i.name for i in wanted}
        one = choose("指標", "indicator", indicators, default=ALL, everybodys=True, of="data")
    ids = {i.id for i in wanted} if one == ALL else {one}
    if kind == "judged":
        if not state.plan.indicators:
            unwritten("指標", "indicators.csv", state)
            return
        names = {state.plan.indicator(i).number for i in ids}
        whole = state.once("judged table", lambda: indicator_table(state))
        chosen = f"{field} {one}"
        table = state.once(f"judged table {chosen}", lambda: whole[whole["番号"].isin(names)])
        _show(
            table,
            "判定一覧",
            sample=state.snapshot.has_samples,
            kept=lambda key, make: state.once(f"{key} {chosen}", make),
        )
    else:
        _observed(state, observations[observations["indicator_id"].isin(ids)])


def _counted(state: Assessment) -> str:
    """How much there is of each kind; of what the plan does not have nothing."""
    plan, told = state.plan, state.snapshot
    parts, reviews = [], sum(map(len, told.reviews.values()))
    if plan.indicators or not plan.initiatives:
        parts.append(f"{len(plan.indicators)}指標、回答{len(told.observations):,}件")
    if plan.initiatives and (reviews or not plan.indicators):
        parts.append(f"{count_words(plan.initiatives)}、その見直しの回答{reviews:,}件")
    return "、".join([*parts, f"公表値{len(told.values):,}件"]) + "があります。"


def _reviewed(state: Assessment, controls: GridContainer) -> None:
    """What was answered of the initiatives, half-year by half-year."""
    work = work_of(state)
    halves = half_years(work.own)
    if not halves:
        more = "「回答」の画面から回答様式を入れると、ここに並びます。" if work.is_asked else ""
        empty(f"この計画に、{unreviewed(work)}。{more}")
        return
    with controls.cell():
        known = set(work.field_ids.values())
        fields = {ALL: "すべて"} | {f.id: f.short for f in state.plan.fields if f.id in known}
        field = choose("分野", "in", fields, default=ALL, everybodys=True, of="data")
    with controls.cell():
        periods = {ALL: "すべて"} | {one.code: reported_period(state.plan, one).label for one in halves}
        half = choose(rhythm(state.plan).span, "half", periods, default=ALL, everybodys=True, of="data")
    wanted = ["" if one == ALL else one for one in (field, half)]
    table = state.once(f"review table {wanted}", lambda: review_table(state, *wanted))
    if table.empty:
        empty("この条件に当てはまる回答はありません。")
        return
    _show(table, "取組の見直しの回答", sample=bool((table["サンプル"] != "").any()))


def _observed(state: Assessment, rows: pd.DataFrame) -> None:
    rounds = {ALL: "すべて"} | {r.id: r.name for r in state.plan.rounds if (rows["round_id"] == r.id).any()}
    round_id = choose("照会", "round", rounds, default=ALL, everybodys=True, of="data")
    rows = rows if round_id == ALL else rows[rows["round_id"] == round_id]
    if rows.empty:
        empty(
            "この条件に当てはまる値はまだありません。「回答」の画面から回答様式を入れると、ここに出所つきで並びます。"
        )
        return
    _show(
        observations_table(state.snapshot, rows),
        "回答された値",
        sample=bool(rows["sample"].any()),
    )


def _published(state: Assessment, controls: GridContainer) -> None:
    series = dict(zip(state.snapshot.series["series_id"], state.snapshot.series["name"], strict=True))
    if not series:
        empty("公表されている統計がありません。data/benchmarks に置くと、ここに出ます。")
        return
    with controls.cell():
        chosen = choose("統計", "series", series, everybodys=True, of="data")
    _show(published_table(state, chosen), f"公表値_{series[chosen]}", sample=False)


def _show(table: pd.DataFrame, name: str, *, sample: bool, kept: Kept | None = None) -> None:
    words = f"{name}の表({len(table)}行)"
    show(tag("p", f"下の{len(table):,}行を受け取れます。", "meta"))
    grid(table, words, kept)
    notes = (f"{Period.of_date(view().day).label}時点",)
    downloads(table, name=name, title=name, notes=notes, sample=sample)
