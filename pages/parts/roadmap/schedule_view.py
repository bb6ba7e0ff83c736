"""The roadmap itself: what is looked at, the schedules by field, the list, and what stands alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from kpi.assessment import Assessment
from kpi.charts.gantt import gantt
from kpi.initiatives.coverage import moved_by
from kpi.initiatives.lanes import calendar_of, lane, signs
from kpi.initiatives.movement import moved_ids
from kpi.initiatives.rhythm import reported_period
from kpi.initiatives.track import Track
from kpi.initiatives.work_state import Picked, Work, choices, picked
from kpi.initiatives.work_tables import owner_word, roadmap_table
from kpi.initiatives.work_words import chart_words, counted, unscheduled
from loaders.documents.pictures.chart_files import ChartFile, compared_file
from pages.parts.roadmap.law_view import law_view
from pages.parts.roadmap.work_cells import (
    FILTERS,
    HALF,
    ROADMAP,
    course_cell,
    covered,
    indicator_status,
    initiative_link,
    kept_filters,
    moved_in,
    progress_cell,
    review_lines,
    span_words,
    told_of,
    work_bar,
)
from pages.parts.shared.chart_figure import all_charts, chart
from pages.parts.shared.filters import choose, paged
from pages.parts.shared.layout import ON_PAPER, ON_SCREEN, empty, folded, lead, segments, show, table_downloads
from pages.parts.shared.markup import (
    Column,
    Content,
    Group,
    Markup,
    Row,
    address,
    join,
    link,
    listing,
    table,
    tag,
)

T = TypeVar("T")
_ALL = "all"
#: A plan with more initiatives shows one field at a time, and a field with more draws those of one page of its list.
_AT_ONCE = 80
#: So many rows stand in one chart: its years stay in sight, and it fits on a sheet of paper.
_ROWS = 16


def schedule_view(state: Assessment, work: Work) -> None:
    """Draw the roadmap of what the address asks for."""
    lead(join([segments(told_of(state)), "。"]))
    work_bar(work)
    for line in review_lines(state):
        show(tag("div", line, "meta"))
    _to_half_years(state, work)
    shown = _picked(state, work)
    if not shown:
        empty("この条件に当てはまる取組はありません。条件を「すべて」に戻すと出ます。")
        return
    at_once = len(shown) <= _AT_ONCE
    drawn = shown if at_once else paged(shown, "取組", ROADMAP, files=True)
    if any(one.has_course for one in work.own):  # else the first sentence has said so
        st.header("工程", anchor=False)
        _charts(state, work, shown, drawn)
    st.header("取組の一覧", anchor=False)
    _list(state, work, drawn, paged(drawn, "取組", ROADMAP, whole_on_paper=True))
    if work.half or work.is_scheduled:
        show(
            tag("div", "当初・いまの工程は、始まりと終わりの半期です。進捗と今後の方向性は、主担当の回答です。", "meta")
        )
    table_downloads("取組の一覧", state, lambda s: roadmap_table(s, shown))
    if state.plan.indicators:
        st.header("指標と取組のつながり", anchor=False)
        _alone(state)
    law_view()


def _to_half_years(state: Assessment, work: Work) -> None:
    """The way to what moved in the newest half-year."""
    if work.half is None:
        return
    moved = len(moved_ids(moved_in(state, work, work.half)))
    words = f"{reported_period(state.plan, work.half).short}の見直しで動いた取組({moved})"
    show(tag("p", link(words, ROADMAP, **{HALF: work.half.code}, **kept_filters())))


def _picked(state: Assessment, work: Work) -> tuple[Track, ...]:
    """The filters, each where there is something to choose between, and what they leave."""
    wanted: dict[str, str] = {}
    scheme = state.plan.self_evaluation
    controls = st.grid(min_column_width=200)
    for name, options in state.once("work choices", lambda: choices(state, work)).items():
        label, parameter = FILTERS[name]
        label = scheme.name if name == "evaluation" and scheme else label
        whole = name == "field_id" and len(work.tracks) > _AT_ONCE
        asked = parameter in st.query_params
        if not options or (len(options) == 1 and not asked):
            continue
        given = dict(options) if whole else {_ALL: "すべて", **options}
        with controls.cell():
            chosen = choose(label, parameter, given, everybodys=True, of=ROADMAP)
        wanted[name] = "" if chosen == _ALL else chosen
    key = " ".join(f"{name}={value}" for name, value in wanted.items())
    return state.once(f"picked {key}", lambda: picked(work, Picked(**wanted)))


def _charts(state: Assessment, work: Work, shown: Sequence[Track], part: Sequence[Track]) -> None:
    """Of each field the schedules of the part; what has neither a schedule nor a half-year is counted in words."""
    if not any(one.has_course for one in shown):
        empty(f"{counted(shown)}の{unscheduled(work)}。")
        return
    files: list[ChartFile] = []
    for field_id, name in _fields(state):
        whole = [one for one in shown if work.field_ids.get(one.place.id, "") == field_id]
        mine = [one for one in part if work.field_ids.get(one.place.id, "") == field_id]
        drawn = [one for one in mine if one.has_course]
        if mine:
            show(tag("h3", join([name, tag("small", f"　{counted(whole)}")]), "item"))
            files += list(_of_field(state, field_id, name, drawn))
            _undrawn(len(mine) - len(drawn), bool(drawn))
    if len(files) > 1:
        all_charts("取組の工程", state.day, lambda: files, sample=_sampled(part))


def _undrawn(number: int, others: bool) -> None:
    """How many of a field are not drawn, and why."""
    if number:
        words = f"{'ほか' if others else ''}{number}件は工程が未設定で、見直しの回答もまだないため、図にありません。"
        show(tag("p", words + "下の一覧にあります。", "meta"))


def _sampled(some: Sequence[Track]) -> bool:
    return any(track.is_sample for track in some)


def _fields(state: Assessment) -> list[tuple[str, str]]:
    return [*((field.id, field.name) for field in state.plan.fields), ("", "分野なし")]


def _of_field(state: Assessment, field_id: str, name: str, drawn: Sequence[Track]) -> Iterator[ChartFile]:
    """The charts of a field, of nearly as many rows each, with the same years."""
    lanes = tuple(lane(one) for one in drawn)
    calendar = calendar_of(lanes, state.plan.start, state.plan.end, state.day, "時点" if state.as_of else "今日")
    parts = -(-len(lanes) // _ROWS)
    each = -(-len(lanes) // parts) if parts else 0
    for place in range(parts):
        some, tracks = lanes[place * each : (place + 1) * each], drawn[place * each : (place + 1) * each]
        spec = gantt(some, calendar)
        title = f"{name}の取組の工程" + (f"({place + 1}/{parts})" if parts > 1 else "")
        source = state.plan.source
        said = signs(tracks)
        file = compared_file(spec, title=title, unit="", source=source, day=state.day, said=said, rows=len(some))
        if _sampled(tracks):
            file = replace(file, name=f"サンプル_{file.name}")
        caption = f"{said}　出典 {source}" if source else said
        chart(spec, key=f"gantt-{field_id}-{place}", alt_text=chart_words(title, tracks), caption=caption, file=file)
        yield file


def _list(state: Assessment, work: Work, drawn: Sequence[Track], part: Sequence[Track]) -> None:
    """The rows of one page; on paper, which has no pages to turn to, those of all whose schedules are drawn."""
    if len(part) == len(drawn):
        show(_rows(state, work, part))
        return
    show(tag("div", _rows(state, work, part), ON_SCREEN))
    show(tag("div", _rows(state, work, drawn), ON_PAPER, aria_hidden="true"))


def _rows(state: Assessment, work: Work, part: Sequence[Track]) -> Markup:
    """The table of some initiatives, made once."""
    columns = [
        Column("取組"),
        Column("主担当"),
        Column("当初", width="5.6rem"),
        Column("いまの工程", width="6.4rem"),
        Column("進捗"),
        Column("今後の方向性"),
        *([Column("指標")] if state.plan.indicators else []),
    ]
    kept = kept_filters()

    def told(one: Track) -> Row:
        return _row(state, work, one, kept)[: len(columns)]

    def made() -> Markup:
        rows = [row for name, mine in _by_field(state, work, part) for row in (*name, *(told(one) for one in mine))]
        return table(columns, rows, caption="取組の一覧", kind="stack list")

    name = f"work list {part[0].place.id} {len(part)} {address(ROADMAP, **kept)}"
    return state.once(name, made)


def _by_field(state: Assessment, work: Work, part: Sequence[Track]) -> list[tuple[list[Row], list[Track]]]:
    """The part by field, with a heading row where it is of several: a plan may count anew in each."""
    found: dict[str, list[Track]] = {}
    for one in part:
        found.setdefault(work.field_ids.get(one.place.id, ""), []).append(one)
    names = dict(_fields(state))
    return [([Group(names[field_id])] if len(found) > 1 else [], mine) for field_id, mine in found.items()]


def _row(state: Assessment, work: Work, track: Track, kept: dict[str, str]) -> tuple[Content, ...]:
    by_id = state.once("initiatives", lambda: {one.id: one for one in state.plan.initiatives})
    known = {one.id for one in state.plan.indicators}
    named = [one for one in moved_by(track.initiative, by_id) if one in known]
    above = by_id.get(track.initiative.parent_id)
    slip = tag("small", track.slip_words) if track.slip_words else ""
    return (
        join([initiative_link(track.place, **kept), tag("small", above.name) if above else ""]),
        owner_word(state, work, track),
        span_words(track.planned.words),
        join([span_words(track.standing.words), slip]),
        progress_cell(work, track),
        course_cell(track.latest),
        join([tag("div", indicator_status(state, one)) for one in named]) or "―",
    )


def _alone(state: Assessment) -> None:
    """Two short lists: initiatives without an indicator, and indicators without an initiative."""
    found, kept = covered(state), kept_filters()
    _folded_list("指標のない取組", found.alone, lambda one: initiative_link(one, **kept))
    _folded_list(
        "取組のない指標", found.unmoved, lambda one: link(f"{one.number}　{one.name}", "indicator", indicator=one.id)
    )


def _folded_list(label: str, items: Sequence[T], told: Callable[[T], Markup]) -> None:
    if items:
        folded(f"{label}({len(items)})", lambda: show(listing(map(told, items))), key=f"work-{label}")
    else:
        show(tag("p", f"{label}はありません。"))
