"""One half-year of the work: what moved since the one before, counted, listed and to be taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import streamlit as st

from kpi.assessment import Assessment
from kpi.initiatives.movement import (
    MOVE_WORDS,
    Evaluated,
    Move,
    answered,
    evaluated,
    half_years,
    moves_sentence,
)
from kpi.initiatives.rhythm import asked_before, reported_period, rhythm
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.initiatives.work_state import Work
from kpi.initiatives.work_tables import evaluation_table, movement_table, owner_word
from kpi.initiatives.work_words import unreviewed
from kpi.period import Period
from pages.parts.roadmap.work_cells import (
    HALF,
    ROADMAP,
    initiative_link,
    kept_filters,
    moved_in,
    span_words,
    unconfirmed,
)
from pages.parts.shared.filters import choose, paged
from pages.parts.shared.layout import downloads, empty, lead, show
from pages.parts.shared.markup import Column, Content, Row, join, link, table, tag, unmarked


def half_view(state: Assessment, work: Work) -> None:
    """Draw the half-year that the address asks for."""
    show(tag("div", link("ロードマップのすべてを見る", ROADMAP, **kept_filters()), "meta"))
    options = {half.code: reported_period(state.plan, half).label for half in half_years(work.own)}
    if not options:
        empty(f"{unreviewed(work)}。" + ("届いた回答から、前回との違いがここに出ます。" if work.is_asked else ""))
        return
    chosen = choose(rhythm(state.plan).span, HALF, options, everybodys=True, of=ROADMAP)
    half = next(one for one in half_years(work.own) if one.code == chosen)
    told = reported_period(state.plan, half)
    found = moved_in(state, work, half)
    lead(moves_sentence(found, answered(work.own, half)))
    show(
        tag(
            "div",
            f"{reported_period(state.plan, asked_before(state.plan, half)).label}までの見直しと比べたものです。",
            "meta",
        )
    )
    for kind, mine in groupby(found, key=lambda move: move.kind):
        _listed(state, work, kind, list(mine))
    if scheme := state.plan.self_evaluation:
        _evaluated(state, work, half, scheme)
    if found:
        name = f"取組の{rhythm(state.plan).review}_{told.short}"
        sample = any(move.review.sample for move in found)
        downloads(
            lambda: movement_table(state, found), name=name, title=f"{told.label}の見直しで動いたこと", sample=sample
        )


def _listed(state: Assessment, work: Work, kind: str, found: Sequence[Move]) -> None:
    st.header(unmarked(f"{MOVE_WORDS[kind]}({len(found)})"), anchor=False)
    reasons = kind in ("late", "schedule") or any(move.reason for move in found)
    columns = [Column("取組", width="40%"), Column("前"), Column(f"この{rhythm(state.plan).span}")]
    columns += [Column("理由")] if reasons else []
    columns += [Column("決定者")] if kind == "schedule" else []
    rows = [_row(state, work, move, reasons) for move in found]
    show(table(columns, rows, caption=MOVE_WORDS[kind], kind="stack"))


def _evaluated(state: Assessment, work: Work, half: Period, scheme: SelfEvaluation) -> None:
    """What who does the work says of it by the plan's own scheme: bare words, counted in the scheme's order."""
    told = evaluated(work.own, half, scheme)
    st.header(unmarked(f"{scheme.name}({len(told)})"), anchor=False)
    if not told:
        empty(f"この{rhythm(state.plan).span}の{scheme.name}はまだありません。")
        return
    counts = "、".join(f"{word} {number}" for word, number in scheme.counted(one.now for one in told))
    meanings = "、".join(one.label for one in scheme.grades if one.meaning)
    notes = (scheme.asks, counts, f"段階の意味: {meanings}" if meanings else "", scheme.source)
    show(tag("div", "　".join(note for note in (*notes, "進捗とは別に、担当が記入したものです。") if note), "meta"))
    columns = [Column("取組", width="30%"), *(Column(scheme.heading(key)) for key in scheme.keys), Column("前")]
    part = paged(told, "取組", f"{ROADMAP} {half.code}", files=True)
    rows = [_evaluation_row(state, work, one, scheme) for one in part]
    show(table(columns, rows, caption=scheme.name, kind="stack"))
    sample = any(one.now.sample for one in told)
    about = reported_period(state.plan, half)
    name, title = f"{scheme.name}_{about.short}", f"{about.label}の{scheme.name}"
    downloads(lambda: evaluation_table(state, scheme, told), name=name, title=title, sample=sample)


def _evaluation_row(state: Assessment, work: Work, one: Evaluated, scheme: SelfEvaluation) -> Row:
    owner = tag("small", owner_word(state, work, one.track))
    said = [one.now.text(key) for key in scheme.keys]
    return [
        join([initiative_link(one.track.initiative, **kept_filters()), owner, unconfirmed(one.now)], " "),
        *(tag("span", text or "―", "", data_verbatim="1") for text in said),
        tag("span", scheme.summary(one.before) or "―", "", data_verbatim="1"),
    ]


def _row(state: Assessment, work: Work, move: Move, reasons: bool) -> Row:
    owner = tag("small", owner_word(state, work, move.track))
    said: Callable[[str], Content] = span_words if move.kind == "schedule" else str
    cells: list[Content] = [
        join([initiative_link(move.track.initiative, **kept_filters()), owner]),
        said(move.before) if move.before else "―",
        join([tag("b", said(move.after)), unconfirmed(move.review)], " "),
    ]
    cells += [move.reason or "―"] if reasons else []
    cells += [move.decided_by or "―"] if move.kind == "schedule" else []
    return cells
