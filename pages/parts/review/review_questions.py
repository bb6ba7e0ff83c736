"""修正依頼: what was asked, what came back against it, and the letter and form that carry a question."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.letters import Question as Asked
from kpi.collection.letters import question_letter
from kpi.collection.review.answer_words import before_after, entry_words, main_keys
from kpi.collection.review.review_order import Question
from kpi.place import Place
from loaders.documents.letter_files import question_of
from loaders.form.writing.writer import form_filename
from pages.parts.app.current_view import services
from pages.parts.review.review_data import Review
from pages.parts.review.review_words import body, column_name, subject_number
from pages.parts.rounds.letter_downloads import letter_view
from pages.parts.shared import notices
from pages.parts.shared.layout import XLSX, attempt, empty, show
from pages.parts.shared.markup import Column, Content, badge, join, table, tag

_PLACE = "questions"
_WITHDRAWN = (
    "まだ回答のない依頼を取り下げます。依頼がなかったのと同じになり、依頼の前に確認済だった値は確認済に戻ります。"
    "様式を送ったあとのときは、部局にも知らせてください。"
)


def questions_box(state: Assessment, review: Review, *, acting: bool) -> None:
    """Every question of the round, those that wait first, and what goes out to each department."""
    notices.told(_PLACE)
    if not review.questions:
        empty("修正依頼はまだありません。気になる回答の「修正依頼…」から、欄を選んで尋ねられます。")
        return
    ordered = sorted(review.questions, key=lambda q: (bool(q.answered_by), q.question_id))
    columns = [Column(f"{review.word}・欄"), Column("依頼"), Column("依頼したときの値"), Column("届いた回答")]
    rows = [_row(state, review, question) for question in ordered]
    show(table(columns, rows, caption="修正依頼とその回答", kind="stack"))
    waiting = [q for q in ordered if not q.answered_by]
    if waiting and acting:
        _outgoing(state, review, waiting)
        _withdrawing(state, review, waiting)


def _row(state: Assessment, review: Review, question: Question) -> tuple[Content, ...]:
    indicator = state.snapshot.plan.subject(question.subject_id)
    whose = state.plan.department(question.department_id).name(state.day)
    place = f"{column_name(state, review.round, question.key)}　{whose}"
    asked = f"{question.asked_at:%m月%d日 %H:%M} {question.who}" if question.asked_at else question.who
    return (
        join([f"{subject_number(state, indicator)}　{indicator.name}", tag("small", place)]),
        join([tag("span", question.text, "", data_verbatim="1"), tag("small", asked)]),
        _old(state, review, question),
        _came_back(state, review, question),
    )


def _old(state: Assessment, review: Review, question: Question) -> Content:
    indicator, card = state.snapshot.plan.subject(question.subject_id), state.card(question.subject_id)
    answer = review.earlier(question)
    entry = answer.entries.get(question.key or main_keys(review.round)[0]) if answer else None
    return join([entry_words(indicator, card, entry), tag("small", entry.cell if entry else "")])


def _came_back(state: Assessment, review: Review, question: Question) -> Content:
    """What the department answered: old value → new value, and its words."""
    now = review.answer(question.answered_by, question.subject_id)
    if now is None:
        return badge("回答待ち", "x v-note")
    return body(before_after(state, review.round, now, question, review.earlier(question)))


def _withdrawing(state: Assessment, review: Review, waiting: Sequence[Question]) -> None:
    """The way back from a question that was asked by mistake."""
    with st.expander("修正依頼を取り下げる"):
        show(tag("div", _WITHDRAWN, "meta"))
        asked = {q.question_id: q for q in waiting}
        chosen = st.selectbox("取り下げる依頼", list(asked), format_func=lambda one: _label(state, review, asked[one]))
        if st.button("この依頼を取り下げる", key=f"withdraw-{review.round.id}"):
            one = asked[chosen]
            if attempt(lambda: services().withdraw(one.submission_id, [one.question_id])) is not None:
                notices.tell(
                    _PLACE, f"「{state.snapshot.plan.subject(one.subject_id).name}」の修正依頼を取り下げました。"
                )


def _label(state: Assessment, review: Review, question: Question) -> str:
    indicator = state.snapshot.plan.subject(question.subject_id)
    place = column_name(state, review.round, question.key)
    return f"{subject_number(state, indicator)} {indicator.name}({place}): {question.text}"


# --- what goes out -------------------------------------------------------------------------------------------------


def _outgoing(state: Assessment, review: Review, waiting: Sequence[Question]) -> None:
    """The letter and the form with the questions beside their cells, for one department at a time."""
    names = {d.id: d.name(state.day) for d in state.plan.departments if any(q.department_id == d.id for q in waiting)}
    whom = st.selectbox(
        "修正依頼を送る部局", list(names), format_func=names.__getitem__, key=f"sent-back-{review.round.id}", width=320
    )
    mine = [q for q in waiting if q.department_id == whom]
    asked, ours, plan_id = review.round, services(), state.plan.id
    by = asked.due if asked.due and asked.due >= state.day else None
    letter = question_letter(
        state.plan,
        asked,
        state.plan.department(whom),
        [_told(state, review, q) for q in mine],
        state.day,
        by=by,
        by_hour=asked.due_hour,
    )
    name = form_filename(state.snapshot.plan, state.day, asked.id, whom, sent_back=True)
    st.download_button(
        f"修正依頼の付いた様式を受け取る({len(mine)}件)",
        lambda: ours.take_sent_back(Place(plan_id, asked.id, whom))[1],
        name,
        XLSX,
        key=f"take-sent-back-{whom}",
        on_click="ignore",
    )
    letter_view(
        letter, key=f"question-{whom}", attachments=lambda: [ours.take_sent_back(Place(plan_id, asked.id, whom))]
    )


def _told(state: Assessment, review: Review, question: Question) -> Asked:
    answer = review.earlier(question)
    entry = answer.entries.get(question.key) if answer else None
    cell = entry.cell if entry else ""
    return question_of(state.plan, review.round, question.subject_id, question.key, question.text, cell=cell)
