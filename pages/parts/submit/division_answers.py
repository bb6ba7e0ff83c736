"""主管課: how far its 課 are, and their answers made one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import in_one_line
from kpi.collection.turnout import REPLACING, Row, State
from kpi.collection.workflow import Action, ReturnState
from loaders.store import Conflict, Option, StoredReturn
from pages.parts.app.current_view import services
from pages.parts.rounds.board_table import round_rows
from pages.parts.shared.layout import attempt, show
from pages.parts.shared.markup import Column, Content, badge, join, link, table, tag, unmarked
from pages.parts.submit.return_picker import Respondent, bind

_FRAMES: Mapping[State, str] = {
    State.PASSED: "v-ok",
    State.SENT: "v-ok",
    State.ASKED: "v-ask",
    State.CONFIRMED: "v-done",
}


def divisions_box(view: Assessment, place: Respondent, current: StoredReturn | None, *, acting: bool) -> None:
    """The 課 of a department with their states, and 課の回答をまとめる."""
    rows = [r for r in round_rows(view, place.asked) if r.department_id == place.department.id and r.division_id]
    answered = sum(r.answered for r in rows)  # by themselves, or in what their department has sent
    st.header("課の回答", anchor=False)
    show(tag("div", f"{len(rows)}課のうち{answered}課から回答があります。", "meta"))
    headings = ("課", "指標", "状態", "期限", "担当・連絡先")
    drawn = [(_name(place, r), f"{r.asked}件", _state(r), _due(r), _whom(r)) for r in rows]
    show(table([Column(h) for h in headings], drawn, caption="課の回答の状況", kind="stack"))
    if acting and services().may(Action.JOIN, place.place):
        _join(view, place, current, rows)


def _name(place: Respondent, row: Row) -> Content:
    return link(row.name, "submit", department=row.department_id, round=place.asked.id, division=row.division_id)


def _state(row: Row) -> Content:
    notes = [REPLACING if row.replacing else "", "代理登録" if row.on_behalf else ""]
    left = [f"{word}{count}件" for word, count in (("要修正", row.open_fix), ("要確認", row.open_ask)) if count]
    said = "・".join([n for n in notes if n] + left)
    return join([badge(row.word, f"x {_FRAMES.get(row.state, 'v-note')}"), tag("small", said) if said else ""])


def _due(row: Row) -> Content:
    words: Content = tag("b", row.timing_words) if row.late else row.timing_words
    return join([words, tag("small", f"{row.due.month}月{row.due.day}日") if row.due else ""])


def _whom(row: Row) -> Content:
    return join([row.contact or "―", tag("small", row.mail)]) if row.mail else row.contact or "―"


def _join(view: Assessment, place: Respondent, current: StoredReturn | None, rows: Sequence[Row]) -> None:
    """The button, and what has to be chosen first where two 課 say different things."""
    ready = [r for r in rows if r.state is State.PASSED]
    waiting = [r.name for r in rows if r.state is not State.PASSED]
    notes = (
        [f"まだの課: {'、'.join(waiting)}。届いた分だけでまとめ、後からまとめ直せます。"] if ready and waiting else []
    )
    if current is not None and current.state is ReturnState.DRAFT:
        notes.append("まとめると、いまの下書きと置き換わります。")
    # The next step once every 課 has answered; pressed again it would put aside what stands below.
    kind: Literal["primary", "secondary"] = "primary" if ready and not waiting and current is None else "secondary"
    pressed = st.button("課の回答をまとめる", key="join", disabled=not ready, type=kind)
    if not ready:
        notes.append("主管課へ回答した課があると、まとめられます。")
    if notes:
        show(tag("div", "".join(notes), "meta"))
    key = f"conflicts-{place.key}"
    if pressed:
        _make(view, place, {}, key)
    conflicts: tuple[Conflict, ...] = st.session_state.get(key, ())
    if conflicts:
        _settle(view, place, conflicts, key)


def _make(view: Assessment, place: Respondent, choices: Mapping[str, str], key: str) -> None:
    done = attempt(lambda: services().join(place.place, choices))
    if done is None:
        return
    for issue in done.issues:
        st.warning(unmarked(issue.message + issue.advice))
    st.session_state[key] = done.conflicts
    if done.submission_id:
        bind(place, done.submission_id)
        st.rerun()


def _settle(view: Assessment, place: Respondent, conflicts: Sequence[Conflict], key: str) -> None:
    """What two 課 answer differently, with who answered what; one of each has to be chosen."""
    said = f"{len(conflicts)}つの指標に、違う回答があります。どちらを使うか選んでください。"
    show(tag("div", said, "notice", role="status"))
    chosen: dict[str, str] = {}
    for conflict in conflicts:
        options = {o.submission_id: _option(view, place, conflict.subject_id, o) for o in conflict.options}
        with st.container(border=True, key=f"conflict-{conflict.subject_id}"):
            show(tag("b", view.plan.subject(conflict.subject_id).name))
            one = st.radio(
                "使う回答",
                list(options),
                index=None,
                format_func={one: unmarked(said) for one, said in options.items()}.__getitem__,
                key=f"take-{key}-{conflict.subject_id}-{'-'.join(options)}",
            )
        if one:
            chosen[conflict.subject_id] = one
    if st.button("選んだ内容でまとめる", key="join-chosen", disabled=len(chosen) < len(conflicts)):
        _make(view, place, chosen, key)


def _option(view: Assessment, place: Respondent, indicator_id: str, option: Option) -> str:
    """Who answered what: 「DX推進課: 77.4%(R7・確定) 担当 青森花子」."""
    # Without a 課 it is what the 主管課 has answered by itself meanwhile.
    name = place.department.division(option.division_id).name if option.division_id else "主管課(回答済の内容)"
    said = (option.answer.text("section"), option.answer.text("person"))
    who = " ".join(w for w in said if w and w != name)
    return f"{name}: {in_one_line(view, indicator_id, option.answer)}" + (f" 担当 {who}" if who else "")
