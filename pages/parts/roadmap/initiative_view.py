"""One initiative: what it is, its schedule, what was said of it half-year by half-year, the indicators it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.gantt import gantt
from kpi.charts.trajectory import trajectory
from kpi.initiatives.continuity import carried_on
from kpi.initiatives.coverage import moved_by
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS, Initiative
from kpi.initiatives.initiative_profile import (
    Fact,
    HalfYear,
    facts,
    history,
    interim_rows,
    interim_stories,
    schedule_facts,
)
from kpi.initiatives.lanes import calendar_of, lane, signs
from kpi.initiatives.rhythm import rhythm
from kpi.initiatives.track import Track
from kpi.initiatives.work_state import Work
from kpi.initiatives.work_words import LIKE, chart_words, unreviewed, unscheduled
from kpi.summary import summary
from loaders.documents.pictures.chart_files import compared_file
from pages.parts.app.plan_choice import shown_plans
from pages.parts.roadmap.work_cells import ROADMAP, initiative_link, kept_filters, progress_cell, unconfirmed
from pages.parts.shared.chart_figure import chart
from pages.parts.shared.indicator_cells import doubt, name_link, status_badge
from pages.parts.shared.layout import empty, lead, show
from pages.parts.shared.markup import Column, Content, Markup, badge, join, link, listing, table, tag, unmarked


def initiative_view(state: Assessment, work: Work, one: Initiative) -> None:
    """Draw one initiative; of a 再掲 what its 主掲載 has."""
    main = state.plan.initiative(one.refers_to) if one.refers_to else one
    track = next((t for t in work.own if t.initiative.id == main.id), None)
    show(tag("div", _crumb(state, one), "crumb"))
    st.header(unmarked(one.heading), anchor=False)
    if one.refers_to:
        show(tag("p", join(["【再掲】主掲載は ", initiative_link(main, **kept_filters()), " です。"])))
    if track is None:
        _gathers(state, work, main)
        return
    lead(join([progress_cell(work, track), _course(work, track), track.slip_words], "　"))
    left, right = st.columns([5, 3], gap="large")
    with left:
        st.header("工程", anchor=False)
        _schedule(state, work, track)
        st.header(unmarked(f"{rhythm(state.plan).span}ごとの見直し"), anchor=False)
        _history(work, history(state, track))
        _interim(state, track)
    with right:
        st.header("この取組について", anchor=False)
        show(_fact_table(facts(state, main, carried_on(shown_plans())), "この取組について"))
        st.header("指標", anchor=False)
        _indicators(state, main)
        _places(work, track)
    _neighbours(work, track)


def _crumb(state: Assessment, one: Initiative) -> Content:
    """The way here: the roadmap as it was filtered, field, item, and what the initiative is a part of."""
    parts: list[Content] = [link("取組・ロードマップ", ROADMAP, **kept_filters())]
    for field in state.plan.fields:
        for item in field.items:
            if item.id == one.item_id:
                parts += [link(field.short, "field", field=field.id), item.name]
    by_id = {other.id: other for other in state.plan.initiatives}
    if parent := by_id.get(one.parent_id):
        parts.append(initiative_link(parent, **kept_filters()))
    return join(parts, " ＞ ")


def _course(work: Work, track: Track) -> str:
    latest = track.latest
    if latest is None:
        return f"{unreviewed(work)}。"
    return f"今後の方向性 {COURSE_WORDS[latest.course]}" if latest.course else ""


def _gathers(state: Assessment, work: Work, one: Initiative) -> None:
    """What only gathers others: what it is, and those."""
    below = [track for track in work.tracks if track.place.parent_id == one.id]
    show(_fact_table(facts(state, one, carried_on(shown_plans())), "この取組方針について"))
    st.header("この下の取組", anchor=False)
    show(listing(join([initiative_link(t.place, **kept_filters()), progress_cell(work, t)], " ") for t in below))


def _schedule(state: Assessment, work: Work, track: Track) -> None:
    show(_fact_table(schedule_facts(track), "工程"))
    if not track.has_course:
        empty(f"{unscheduled(work)}。")
        return
    one = lane(track)
    calendar = calendar_of([one], state.plan.start, state.plan.end, state.day, "時点" if state.as_of else "今日")
    drawn = gantt((one,), calendar)
    said, source = signs([track]), state.plan.source
    file = compared_file(drawn, title=f"{track.name}の工程", unit="", source=source, day=state.day, said=said, rows=1)
    if track.is_sample:
        file = replace(file, name=f"サンプル_{file.name}")
    alt_text = chart_words(f"{track.initiative.name}の工程", [track])
    chart(drawn, key=f"gantt-of-{track.initiative.id}", alt_text=alt_text, caption=said, file=file)


def _history(work: Work, told: Sequence[HalfYear]) -> None:
    if not told:
        empty(f"{unreviewed(work)}。")
        return
    for half in told:
        review = half.review
        said: list[Content] = (
            [review.about.label, badge(PROGRESS_WORDS[review.progress], LIKE[review.progress])]
            if (review.progress)
            else [review.about.label]
        )
        said += [f"今後の方向性 {COURSE_WORDS[review.course]}"] if review.course else []
        said.append(unconfirmed(review) if not review.confirmed else tag("span", "確認済", "meta"))
        show(tag("h3", join(said, "　"), "item"))
        way = join(["　", link("出所", "origin", figure=review.code)]) if review.code else ""
        mark = tag("b", "サンプル　") if review.sample else ""
        show(join([_fact_table(half.facts, review.about.label), tag("div", join([mark, half.origin, way]), "meta")]))


def _interim(state: Assessment, track: Track) -> None:
    """The 中間指標: told, and drawn where there is more than one half-year; nothing of them is judged."""
    names = track.initiative.interim
    if not names:
        return
    st.header("中間指標", anchor=False)
    rows = interim_rows(track)
    if not rows:
        empty(f"{'、'.join(names)}の値はまだありません。")
        return
    for told in interim_stories(track):
        file = compared_file(
            trajectory(told),
            title=f"{track.initiative.name}の{told.name}",
            unit=told.unit,
            source=state.plan.source,
            day=state.day,
        )
        key = f"interim-{track.initiative.id}-{told.name}"
        chart(trajectory(told, height=190, compact=True), key=key, alt_text=told.words, caption=told.name, file=file)
    columns = [Column(rhythm(state.plan).span), *(Column(name, number=True) for name in names)]
    cells = [(label, *(value or "―" for value in values)) for label, values in rows]
    show(table(columns, cells, caption="中間指標"))
    show(tag("div", "中間指標は経過を見るためのもので、判定しません。計画の指標の数にも入りません。", "meta"))


def _indicators(state: Assessment, one: Initiative) -> None:
    known = {indicator.id: indicator for indicator in state.plan.indicators}
    named = moved_by(one, {other.id: other for other in state.plan.initiatives})
    rows: list[tuple[Content, ...]] = []
    for indicator_id, how in named.items():
        if indicator_id in known:
            item = summary(state, known[indicator_id])
            rows.append((name_link(item), how, join([status_badge(item), doubt(item)], " ")))
    if not rows:
        empty("この取組の指標は、計画に書かれていません。")
        return
    show(table([Column("指標"), Column("関わり"), Column("判定")], rows, caption="この取組が動かす指標"))


def _places(work: Work, track: Track) -> None:
    again = [t.place for t in work.tracks if t.shown_for is not None and t.initiative.id == track.initiative.id]
    if again:
        st.header("再掲", anchor=False)
        show(listing(initiative_link(one, **kept_filters()) for one in again))


def _neighbours(work: Work, track: Track) -> None:
    """To the one before and the one after, in the plan's order."""
    place, kept = work.own.index(track), kept_filters()
    parts: list[Content] = []
    if place:
        parts += [join(["前の取組 ", initiative_link(work.own[place - 1].initiative, **kept)])]
    if place + 1 < len(work.own):
        parts += [join(["次の取組 ", initiative_link(work.own[place + 1].initiative, **kept)])]
    show(join([tag("p", part) for part in parts]))


def _fact_table(rows: Sequence[Fact], caption: str) -> Markup:
    return table([Column("項目", width="7.5rem"), Column("内容")], rows, caption=caption) if rows else Markup("")
