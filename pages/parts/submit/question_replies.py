"""修正依頼 from the department's chair: what is asked beside what was answered, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import entry_words
from kpi.collection.workflow import Action, Answer, ReturnState
from kpi.issue import Issue, Severity
from kpi.tables.table_rows import Row
from loaders.form import definition
from loaders.form.writing.writer import form_filename
from loaders.store import StoredReturn
from pages.parts.app.current_view import services
from pages.parts.review.review_words import column_name
from pages.parts.rounds.board_table import stored_return
from pages.parts.shared.layout import XLSX, attempt, show
from pages.parts.shared.markup import Content, Markup, badge, changed, join, tag
from pages.parts.submit.correction_form import settle, ways_to_answer
from pages.parts.submit.return_picker import Respondent, answered_row, bind


@dataclass(frozen=True)
class Asked:
    """One open 修正依頼: what is asked of which cell, and the answer it is about."""

    question_id: str
    indicator_id: str
    key: str
    text: str
    who: str
    asked_at: datetime
    before: Answer


def open_questions(view: Assessment, place: Respondent) -> tuple[Asked, ...]:
    """What the secretariat waits for an answer to, of what is asked at this place."""
    here = place.asked.id, place.department.id
    mine = {i.id for i in place.indicators(view)}
    waiting = (row for row in view.snapshot.asked if not row["answered_by"] and row["subject_id"] in mine)
    return tuple(_asked(view, place, row) for row in waiting if (row["round_id"], row["department_id"]) == here)


def _asked(view: Assessment, place: Respondent, row: Row) -> Asked:
    indicator_id = str(row["subject_id"])
    before = _before(view, place, str(row["submission_id"]), indicator_id)
    asked_at = row["asked_at"].to_pydatetime()
    return Asked(
        str(row["question_id"]), indicator_id, str(row["key"]), str(row["text"]), str(row["who"]), asked_at, before
    )


def _before(view: Assessment, place: Respondent, submission_id: str, indicator_id: str) -> Answer:
    """The answer a question is about. A 課 may not see its department's return: it gave the answer in its own."""
    if all(submission_id != row["submission_id"] for row in view.snapshot.returns):
        own = answered_row(view, place)
        submission_id = "" if own is None else str(own["submission_id"])
    return _answer(stored_return(view, submission_id), indicator_id) if submission_id else Answer(indicator_id, {})


def is_answered(asked: Asked, draft: StoredReturn) -> bool:
    """Whether a draft says anything new of what was asked: another value, or a person's word that it is right."""
    now = _answer(draft, asked.indicator_id)
    if any(m.subject_id == asked.indicator_id for m in draft.mends):
        return True
    keys = {c.key for c in definition.COLUMNS if c.entry}
    return any(now.value(key) != asked.before.value(key) for key in keys)


def unanswered(questions: Sequence[Asked], current: StoredReturn | None) -> int:
    """How many questions a draft leaves as they are."""
    if current is None or current.state is not ReturnState.DRAFT:
        return 0
    return sum(not is_answered(q, current) for q in questions)


def questions_box(
    view: Assessment, place: Respondent, questions: Sequence[Asked], current: StoredReturn | None, *, acting: bool
) -> None:
    """修正依頼, each with what was answered and, in a draft, what is answered now."""
    if not questions:
        return
    st.header(f"修正依頼 {len(questions)}件", anchor=False)
    draft = current if current is not None and current.state is ReturnState.DRAFT else None
    for one in questions:
        with st.container(border=True, key=f"question-{one.question_id}"):
            show(_told(view, place, one, draft))
            if acting and draft is not None and not is_answered(one, draft):
                _settle(view, place, one, draft)
    if acting and draft is None and current is not None:
        _ways(view, place, current)


def _told(view: Assessment, place: Respondent, one: Asked, draft: StoredReturn | None) -> Markup:
    indicator, card = view.plan.subject(one.indicator_id), view.card(one.indicator_id)
    key = _key(place, one)
    entry = one.before.entries.get(key)
    where = f"{entry.sheet}!{entry.cell}" if entry and entry.cell else ""
    asked = f"{one.asked_at.month}月{one.asked_at.day}日　{one.who}"
    lines: list[Content] = [
        join([badge("修正依頼", "x v-ask"), " ", tag("b", indicator.name)]),
        tag("div", "　".join(w for w in (column_name(view, place.asked, one.key), where, asked) if w), "meta"),
        tag("div", one.text, "", data_verbatim="1"),
    ]
    old = entry_words(indicator, card, entry)
    if draft is None or not is_answered(one, draft):
        lines.append(tag("div", f"回答した内容: {old}", "reason"))
    else:
        now = _answer(draft, one.indicator_id)
        new = entry_words(indicator, card, now.entries.get(key))
        reason = next((m.reason for m in reversed(draft.mends) if m.subject_id == one.indicator_id), "")
        red: Content = changed(f"{new}(訂正)") if new != old else f"{new}(変わりなし)"
        why = f"　理由: {reason}" if reason else ""
        lines.append(tag("div", join([f"{old} → ", red, why]), "reason"))
    return tag("div", join(tag("div", line) for line in lines), "said")


def _settle(view: Assessment, place: Respondent, one: Asked, draft: StoredReturn) -> None:
    key = _key(place, one)
    issue = Issue("question", Severity.ASK, one.text, subject_id=one.indicator_id, key=key)
    settle(view, draft, issue, ways_to_answer(place.asked.kind, key), f"{draft.submission_id}-{one.question_id}")


def _ways(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """On the page, or by the form that carries the questions beside their cells."""
    ours, there = services(), place.place
    name = form_filename(
        view.snapshot.plan,
        view.day,
        there.round_id,
        there.department_id,
        division_id=there.division_id,
        sent_back=True,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if ours.may(Action.SAVE, there) and st.button("この画面で答える", type="primary", key="revise"):
            revise(place, current)
        st.download_button(
            "修正依頼の付いた様式を受け取る",
            lambda: ours.take_sent_back(there)[1],
            name,
            XLSX,
            key="take-sent-back",
            on_click="ignore",
        )
    said = "様式では、尋ねられた欄だけが開いています。直した様式は、下の②に入れてください。"
    show(tag("div", said, "meta"))


def revise(place: Respondent, current: StoredReturn) -> None:
    """Make a draft of what was answered, to be put right on the page."""
    made = attempt(lambda: services().revise(current.submission_id))
    if isinstance(made, str):
        bind(place, made)
        st.rerun()


def _key(place: Respondent, one: Asked) -> str:
    """The column that is asked about; the round's own figure where the whole row is."""
    column = next((c for c in definition.columns_for(place.asked.kind) if c.key == one.key and c.entry), None)
    if column is not None:
        return column.key
    return {"targets": "target", "initiatives": "progress"}.get(place.asked.kind, "value")


def _answer(stored: StoredReturn, indicator_id: str) -> Answer:
    found = (a for a in stored.reading.answers if a.subject_id == indicator_id)
    return next(found, Answer(indicator_id, {}))
