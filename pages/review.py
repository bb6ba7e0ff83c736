"""確認: what needs judgement first; 確認済 or 修正依頼."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import labels
from kpi.collection.review.review_order import Group, Item, group_word, progress, sentence
from kpi.collection.workflow import Action
from kpi.plan import Round
from pages.parts.app.current_view import view
from pages.parts.app.identity import require
from pages.parts.review.review_data import Review, review_of
from pages.parts.review.review_item import JUDGING, begin, judge, to_judge
from pages.parts.review.review_list import departments_box, quick_table, rest_box, single_box
from pages.parts.review.review_questions import questions_box
from pages.parts.rounds.board_table import round_dates
from pages.parts.shared.chart_figure import all_indicator_charts
from pages.parts.shared.filters import choose
from pages.parts.shared.layout import empty, folded, header, lead, show
from pages.parts.shared.markup import join, link, tag, unmarked

#: So many boxes with their charts stand on the page at once; what is done makes room for the next.
_AT_ONCE = 8


def review_page() -> None:
    """Draw the answers of a round in the order in which they need judgement."""
    require(Action.CONFIRM)
    state = view()
    header("確認", state)
    if not state.rounds:
        start = ["まだ照会がありません。", link("照会", "rounds"), "から始められます。"]
        empty(join(start) if state.is_open and state.plan.departments else "この計画に照会はありません。")
        return
    asked, department_id = _chosen(state)
    show(round_dates(state, asked))
    review = review_of(state, asked)
    at = progress(review.items)
    lead(sentence(at, review.word))
    if not review.items:
        where = link("照会", "rounds", round=asked.id)
        empty(join(["回答が届くと、判断の要るものから順に並びます。状況は", where, "で見られます。"]))
        return
    begin(asked.id, department_id)
    st.progress(at.confirmed / at.total, unmarked(f"確認済 {at.confirmed}/{at.total}{review.word}"))
    acting = state.is_open
    shown = [i for i in review.items if department_id in ("", i.department_id)]
    _judging(state, review, to_judge(shown), acting=acting)
    _rest(state, review, [i for i in shown if i.open and i.group is Group.REST], acting=acting)
    st.header("修正依頼", anchor=False)
    questions_box(state, review, acting=acting)
    st.header("部局ごと", anchor=False)
    departments_box(state, review, acting=acting)
    _done(state, review, [i for i in shown if not i.open], acting=acting)


def _chosen(state: Assessment) -> tuple[Round, str]:
    newest = state.current_round
    rounds = labels(state.rounds, state.snapshot.life)
    grid = st.grid(min_column_width=260)
    with grid.cell():
        asked = state.plan.round(choose("照会", "round", rounds, default=newest.id if newest else ""))
    with grid.cell():
        names = {d.id: d.name(state.day) for d in state.plan.departments if state.plan.answers_on(d.id, state.day)}
        # A parameter of its own: the department somebody answers for elsewhere is no filter here.
        return asked, choose("部局", "of", {"": "すべての部局", **names})


def _judging(state: Assessment, review: Review, found: Sequence[Item], *, acting: bool) -> None:
    """What is odd, group after group, the most pressing first."""
    if not found:
        return
    if acting:
        said = "いちばん上の1件は、キーボードのKで確認済、Sで修正依頼にできます。"
        show(tag("div", said, "meta"))
    heading = ""
    waiting = [i for i in found if i.open]
    later = {id(i) for i in waiting[_AT_ONCE:]}
    for item in found:
        if id(item) in later:
            continue
        word = group_word(item.group, of_work=review.round.kind == "initiatives")
        if word != heading:
            heading = word
            count = sum(i.group is item.group for i in waiting)
            st.header(f"{heading}({count})", anchor=False)
        judge(state, review, item, first=waiting[:1] == [item], acting=acting, at=JUDGING)
    if later:
        show(tag("div", f"ほか{len(later)}件は、上が済むと順に並びます。", "meta"))
    drawn = [state.plan.indicator(item.subject_id) for item in found if item.subject_id in state.snapshot.cards]
    all_indicator_charts(f"確認_{review.round.name}", state, drawn)


def _rest(state: Assessment, review: Review, found: Sequence[Item], *, acting: bool) -> None:
    """What is confirmed at once; its heading stays when that is done, with what was done."""
    if any(i.group is Group.REST for i in review.items):
        st.header(f"気になる点のない回答({len(found)})", anchor=False)
        rest_box(state, review, found, acting=acting)


def _done(state: Assessment, review: Review, found: Sequence[Item], *, acting: bool) -> None:
    """What is settled for now, with the way back: a question takes 確認済 back, and 確認済 can be said again."""
    if found:

        def settled() -> None:
            quick_table(state, review, found, "確認済と修正依頼中の回答")
            if acting:
                single_box(state, review, found, f"single-done-{review.round.id}")

        # Its name stays while the number changes by what is done inside: with another name the box would close.
        show(tag("div", f"確認済・修正依頼中は{len(found)}{review.word}です。", "meta"))
        folded(f"確認済・修正依頼中の{review.word}", settled, key=f"settled-{review.round.id}")
