"""The work as pieces of markup: an initiative's link and badge, and the line that other screens have of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.initiatives.coverage import Coverage, coverage
from kpi.initiatives.half_year_review import Review
from kpi.initiatives.initiative import COURSE_WORDS, Initiative
from kpi.initiatives.movement import Move, moves
from kpi.initiatives.review_calendar import reviews
from kpi.initiatives.track import AGAIN, Track
from kpi.initiatives.work_state import COUNTED_WORDS, UNANSWERED, UNTOLD, Work, work_of
from kpi.initiatives.work_words import LIKE, work_sentence
from kpi.period import Period
from kpi.printing.rollup import Segment
from kpi.summary import summary
from pages.parts.rounds.board_table import round_link
from pages.parts.shared.indicator_cells import status_badge
from pages.parts.shared.layout import segments, show
from pages.parts.shared.markup import Content, Markup, badge, join, link, listing, status_bar, tag

#: The screen's address, and what of the work is asked for there.
ROADMAP, INITIATIVE, HALF = "roadmap", "initiative", "half"
#: In the address: what the list is narrowed to, by the attribute of :class:`kpi.initiatives.work_state.Picked`.
FILTERS: Mapping[str, tuple[str, str]] = {
    "field_id": ("分野", "in"),
    "department_id": ("主担当", "department"),
    "progress": ("進捗", "progress"),
    "course": ("今後の方向性", "course"),
    "priority": ("重点", "priority"),
    "law_kind": ("法の区分", "law"),
    "evaluation": ("自己評価", "evaluation"),
}


def kept_filters() -> dict[str, str]:
    """What the list is narrowed to in the address, so that the way back from one initiative leads to the same list."""
    asked = {parameter: st.query_params.get(parameter, "") for _, parameter in FILTERS.values()}
    return {parameter: value for parameter, value in asked.items() if value}


def initiative_link(one: Initiative, **kept: str) -> Markup:
    """The number and name of an initiative, leading to its page."""
    mark = AGAIN if one.refers_to else ""
    return link(f"{one.number}　{one.name}".lstrip("　") + mark, ROADMAP, **{INITIATIVE: one.id}, **kept)


def progress_cell(work: Work, track: Track) -> Markup:
    """The progress in the newest half-year; what was said last, where nothing was said in it."""
    code = work.progress(track)
    latest, now = track.latest, work.now(track)
    notes: list[Content] = [unconfirmed(latest)] if latest and code not in (UNANSWERED, UNTOLD) else []
    if latest and now is None and latest.progress:
        told = (tag("span", word) for word in (latest.about.short, COUNTED_WORDS[latest.progress]))
        notes.append(tag("small", join(told, " "), "halves"))
    return join([badge(COUNTED_WORDS[code], LIKE[code]), *notes], " ")


def unconfirmed(review: Review) -> Markup:
    """未確認 where nobody has confirmed what was said."""
    return Markup("") if review.confirmed else tag("span", "未確認", "unconfirmed")


def course_cell(review: Review | None) -> str:
    """今後の方向性 as a bare word: none of them is good or bad."""
    return COURSE_WORDS.get(review.course, "―") if review else "―"


def indicator_status(state: Assessment, indicator_id: str) -> Markup:
    """An indicator's number, leading to its screen, and its status."""
    indicator = state.plan.indicator(indicator_id)
    number = link(indicator.number, "indicator", indicator=indicator_id)
    return join([number, status_badge(summary(state, indicator))], " ")


def span_words(words: str) -> Markup:
    """A schedule whose line breaks between its two half-years alone; 未設定 stands back."""
    if words == "未設定":
        return tag("span", words, "none")
    sides = re.split("(?<=～)", words)
    return tag("span", join((tag("span", side) for side in sides), Markup("<wbr>")), "halves")


def covered(state: Assessment) -> Coverage:
    """How the plan's work and its indicators hang together, found once."""
    return state.once("coverage", lambda: coverage(state.plan, work_of(state).tracks))


def moved_in(state: Assessment, work: Work, half: Period) -> Sequence[Move]:
    """What moved in a half-year, found once."""
    return state.once(f"moves {half.code}", lambda: moves(work.own, half))


def told_of(state: Assessment, field_id: str = "") -> Sequence[Segment]:
    """The sentence of the plan's work, or of one field's, made once."""
    work = work_of(state)
    return state.once(f"work told {field_id}", lambda: work_sentence(work, work.of_field(field_id)))


def work_line(state: Assessment, field_id: str = "") -> None:
    """The work of the plan, or of one field, in one line that leads to the roadmap; nothing where there is none."""
    told = told_of(state, field_id)
    if not told:
        return
    (first, _), *rest = told
    kept = {FILTERS["field_id"][1]: field_id} if field_id else {}
    show(tag("p", join([link(first.removesuffix(": "), ROADMAP, **kept), ": ", segments(rest), "。"]), "work-line"))


def work_bar(work: Work) -> None:
    """The counts of the newest half-year as one bar; nothing where nothing is known."""
    if work.about is None:
        return
    told = [(LIKE[code], COUNTED_WORDS[code], number) for code, number in work.own_counts]
    spoken = "、".join(f"{word}{number}" for _, word, number in told)
    show(status_bar(told, f"{work.about.label}の進捗: {spoken}"))


def review_lines(state: Assessment) -> tuple[Markup, ...]:
    """The review that is asked for now, and the next: each with its name and how it stands."""
    found = []
    for one in state.once("work reviews", lambda: reviews(state)):
        assumed = tag("span", "想定の日程です", "assumed") if one.asked.assumption else ""
        words = tag("b", one.words) if one.late else one.words
        found.append(join([round_link(one.asked), "　", words, "　", assumed]))
    return tuple(found)


def movers_list(state: Assessment, indicator_id: str) -> Markup:
    """The initiatives that move an indicator, each with its progress; empty where the plan names none."""
    work = work_of(state)
    tracks = {one.initiative.id: one for one in work.own}
    return listing(
        join([initiative_link(one), f"({how})", progress_cell(work, tracks[one.id])], " ")
        for one, how in covered(state).movers.get(indicator_id, ())
    )
