"""想定問答: its files, what has no answer yet, and the fields in which the secretariat writes answers. 部内限."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.plan import Round
from kpi.report.anticipated_questions import HANDLING, WHOLE, anticipated, own_key
from kpi.report.blocks import (
    ANSWER_KEY,
    INTERNAL,
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    Heading,
    QuestionAnswer,
    Report,
    Sentence,
)
from loaders.documents.paper.paper_files import QUESTION_FORMATS, Drawn, file_name
from loaders.documents.paper.pdf import chromium
from pages.parts.app.current_view import services, view_at
from pages.parts.report.shared_text import is_same, save, text_box
from pages.parts.shared.layout import folded, folded_form, show
from pages.parts.shared.markup import Column, Content, Row, badge, join, table, tag, unmarked
from pages.parts.shared.notices import told


def questions(state: Assessment, then: Assessment, asked: Round, paper: Report) -> None:
    """The section of who may make the paper; nothing for anybody else.

    ``then`` is the state that the ``paper`` of the round tells, ``state`` what is known now.
    """
    if not services().may(Action.MAKE_REPORT, Place(state.plan.id)):
        return
    last = state.snapshot.told_before(asked.id, state.snapshot.told_at(asked.id))
    before = view_at(last) if last else None
    made = state.snapshot.versions.get(asked.id, ())
    version = made[-1] if made else None
    tellable = partial(
        state.once,
        f"questions {asked.id} {then.key} {last}",
        lambda: anticipated(then, asked, state.snapshot, version, before),
    )
    st.header("想定問答(部内限)", anchor=False)
    show(
        tag(
            "p",
            join([badge(INTERNAL, "x v-ask"), f" {HANDLING}版には残らず、事務局のほかには見えません。"]),
        )
    )
    told(_place(state, asked))
    _files(replace(paper, handling=INTERNAL), Drawn(tellable), asked)
    folded("答えのない問い", lambda: _unanswered(tellable()), key=f"unanswered-{asked.id}")
    folded_form("問いと答えを見る・書く", lambda: _written(state, asked, tellable()), key=f"questions-{asked.id}")


_SAVED = "想定問答を保存しました。"


def _place(state: Assessment, asked: Round) -> str:
    return f"questions {state.plan.id} {asked.id}"


def _files(paper: Report, drawn: Drawn, asked: Round) -> None:
    able = bool(chromium())
    with st.container(horizontal=True):
        for name, form in QUESTION_FORMATS.items():
            if able or not form.printed:
                st.download_button(
                    unmarked(form.word),
                    partial(form.make, drawn),
                    file_name(paper, form),
                    form.mime,
                    key=f"questions-{name}-{asked.id}",
                    on_click="ignore",
                )


def _unanswered(paper: Report) -> None:
    heads: list[Row] = []
    for subject, told_of in _by_subject(paper).items():
        heads += [(f"問{one.number}", subject, one.question, one.whom) for one in told_of if one.open]
    if not heads:
        show(tag("p", "答えのない問いはありません。", "meta"))
        return
    show(tag("p", f"会議までに担当に確かめる問いが{len(heads)}件あります。", "meta"))
    columns = [Column(word) for word in ("問", "指標", "問い", "確認先")]
    show(table(columns, heads, caption="答えのない問い", kind="stack"))


def _by_subject(paper: Report) -> dict[str, list[QuestionAnswer]]:
    """The questions about the whole and about each indicator, by what stands over them."""
    found: dict[str, list[QuestionAnswer]] = {}
    for part in paper.parts:
        heading = part.title
        for block in part.blocks:
            if isinstance(block, Heading):
                heading = block.text
            elif isinstance(block, QuestionAnswer):
                found.setdefault(heading, []).append(block)
    return found


def _written(state: Assessment, asked: Round, paper: Report) -> None:
    """One indicator's questions with a field for each answer, and a question of one's own."""
    by_subject = _by_subject(paper)
    named = {WHOLE: "全体について"} | {_subject(mine[0]): heading for heading, mine in by_subject.items()}
    own = f"{state.plan.id}-{asked.id}"
    subject = st.selectbox("問われること", list(named), format_func=named.__getitem__, key=f"subject-{own}")
    note = (
        f"空にして保存すると、値から作った答えに戻ります(足した問いは消えます)。1つの答えは{LONGEST_ANSWER}字までです。"
    )
    show(tag("p", note, "meta"))
    for one in by_subject.get(named[subject], ()):
        _answer(state, asked, one)
    _added(state, asked, "" if subject == WHOLE else subject)


def _subject(one: QuestionAnswer) -> str:
    return one.answer.key.removeprefix(ANSWER_KEY).split(":", 1)[0]


def _answer(state: Assessment, asked: Round, one: QuestionAnswer) -> None:
    marks: list[Content] = [tag("b", f"問{one.number}"), one.question]
    marks += [badge("答えなし", "x v-ask")] if one.open else []
    marks += [badge(f"{one.answer.who}が書いた答え", "x v-note")] if one.answer.edited else []
    marks += [badge("要確認", "x v-ask")] if one.answer.outdated else []
    below = f"この答えを書いたあとで、もとの値が変わりました。今の値から言えること: {one.answer.made or 'ありません。'}"
    show(tag("div", join([join(marks, " "), *([tag("div", below, "meta")] if one.answer.outdated else [])])))
    key = f"{state.plan.id}-{asked.id}-{one.answer.key}"
    text = text_box(f"答え　{one.question}", one.answer, f"answer-{key}", LONGEST_ANSWER, named=False)
    if st.button("この答えを保存する", key=f"save-{key}", disabled=is_same(text, one.answer)):
        act = partial(services().edit_question, state.plan.id, asked.id, one.answer.key, text)
        save(f"answer-{key}", one.answer, _place(state, asked), _SAVED, act)


def _added(state: Assessment, asked: Round, indicator_id: str) -> None:
    """A question of one's own."""
    key = f"{state.plan.id}-{asked.id}-{indicator_id}"
    question = st.text_input("足したい問い", key=f"own-question-{key}", max_chars=LONGEST_QUESTION)
    answer = st.text_area("その答え", key=f"own-answer-{key}", max_chars=LONGEST_ANSWER, height=90)
    if st.button("この問いを足す", key=f"add-{key}", disabled=not (question.strip() and answer.strip())):
        own = own_key(indicator_id or WHOLE, " ".join(question.split()))
        there = state.snapshot.edited.get(asked.id, {}).get(own)
        act = partial(services().add_question, state.plan.id, asked.id, indicator_id, question, answer)
        save(f"{key}-{own}", Sentence(own, "", there.text if there else ""), _place(state, asked), _SAVED, act)
