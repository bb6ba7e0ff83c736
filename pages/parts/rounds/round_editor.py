"""Opening a round, changing it, closing it: the form with what it would ask of whom before anybody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NoReturn

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.round_proposal import KIND_WORDS, free_name, name_of, new_id, periods, problems, proposed, starting
from kpi.collection.scope import asked_of, departments_asked, numbers_words
from kpi.collection.turnout import Row, departments
from kpi.initiatives.rhythm import reported_period, rhythm
from kpi.issue import Severity
from kpi.plan import Plan, Round, RoundKind, subject_word
from pages.parts.app.current_view import services
from pages.parts.rounds.board_table import day_words
from pages.parts.shared import notices as said
from pages.parts.shared.date_input import day_input, ready, unread
from pages.parts.shared.kept_fields import forget, keep, kept
from pages.parts.shared.layout import attempt, folded_form, show
from pages.parts.shared.markup import Column, Content, join, table, tag, unmarked

_PLACE, _DONE = "rounds", "rounds-done"
_ALL, _SOME = "すべて", "選ぶ"


def told() -> None:
    """What has just been done, once."""
    said.told(_PLACE)


def _tell(words: str, form: str) -> NoReturn:
    """Say what was done by a form on the page drawn anew, with every box folded: none may offer at once to do more."""
    forget(form)
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    said.tell(_PLACE, words)


def _folded(key: str) -> str:
    return f"{key}-{st.session_state.get(_DONE, 0)}"


def _form(what: str, state: Assessment, asked: Round) -> str:
    """The name of a form: what is typed for one round of one plan stands nowhere else."""
    return f"{what}-{state.plan.id}-{asked.id}"


def _kind_word(state: Assessment, kind: RoundKind) -> str:
    """What a kind of round is called; that about the work as the plan asks it."""
    return f"取組の{rhythm(state.plan).review}" if kind == "initiatives" else KIND_WORDS[kind]


def open_box(state: Assessment) -> None:
    """新しい照会を始める."""

    def draw() -> None:
        kinds: list[RoundKind] = list(KIND_WORDS)
        kind = st.selectbox(
            "種類",
            kinds,
            index=kinds.index("annual"),
            format_func=lambda kind: _kind_word(state, kind),
            key="open-kind",
        )
        base = proposed(state.snapshot.plan, kind, state.day, state.snapshot.life)
        show(tag("div", "計画の日程と前回の照会から、あらかじめ入れてあります。変更してから始められます。", "meta"))
        form = _form("new", state, base)
        _start(state, _fields(state, base, form, fixed=False), "open-now", form)

    folded_form("新しい照会を始める", draw, key=_folded("open-round"))


def start_box(state: Assessment, asked: Round) -> None:
    """この照会を始める: a proposal of the calendar, with dates that leave time to answer."""
    base = starting(state.snapshot.plan.round(asked.id), state.snapshot.plan, state.day)

    def draw() -> None:
        show(tag("div", "計画の日程から、あらかじめ入れてあります。変更してから始められます。", "meta"))
        form = _form("start", state, asked)
        _start(state, _fields(state, base, form, fixed=_answered(state, asked)), "start-now", form)

    folded_form("この照会を始める", draw, key=_folded("start-round"))


def _answered(state: Assessment, asked: Round) -> bool:
    """Whether any return has come to a round: then what it asks for stays."""
    return any(row["round_id"] == asked.id for row in state.snapshot.returns)


def _start(state: Assessment, made: Round, key: str, form: str) -> None:
    if not _preview(state, made, "始めると", starts=True) or _unread(form):
        return
    if st.button("この内容で照会を始める", type="primary", key=key):
        later = made.opens if made.opens and made.opens > state.day else None
        begun = f"を用意しました。{day_words(later)}に始まります。" if later else "を始めました。"
        _do(state, made, f"「{made.name}」{begun}照会文は下の「文書」から受け取れます。", "", form)


def cancel_box(state: Assessment, asked: Round) -> None:
    """取りやめる: nobody is offered the round any more; it can be started after all."""
    with st.expander("この照会を取りやめる", key=_folded("cancel-round")):
        told = "取りやめると、部局の「回答」に出なくなり、様式も受け付けません。この画面から、あらためて始められます。"
        show(tag("div", told, "meta"))
        form = _form("cancel", state, asked)
        reason = st.text_input("取りやめる理由(任意)", max_chars=200, **kept(form, "reason", ""))
        if st.button("この照会を取りやめる", key="cancel-now"):
            done = attempt(lambda: services().cancel_round(state.plan.id, asked.id, reason=reason.strip()))
            if done is not None:
                _tell(f"「{asked.name}」を取りやめました。", form)


def change_box(state: Assessment, asked: Round) -> None:
    """この照会を変更する; a closed one is opened again by it."""
    again = state.snapshot.closed_at(asked.id) is not None

    def draw() -> None:
        form = _form("change", state, asked)
        made = _fields(state, asked, form, fixed=_answered(state, asked))
        reason = st.text_input("変更の理由", max_chars=200, **kept(form, "reason", ""))
        if made == asked and not again and not _unread(form):
            show(tag("div", "変わるところはまだありません。", "meta"))
            return
        if not _preview(state, made, "変更すると") or _unread(form):
            return
        if st.button("もう一度開く" if again else "この内容に変更する", disabled=not reason.strip(), key="change-now"):
            _do(state, made, f"「{made.name}」を{'もう一度開きました' if again else '変更しました'}。", reason, form)
        if not reason.strip():
            show(tag("div", "理由を入れると変更できます。理由は記録に残ります。", "meta"))

    label = "この照会をもう一度開く" if again else f"この照会を変更する(期限・部局・{subject_word(asked.kind)})"
    folded_form(label, draw, key=_folded("change-round"))


def close_box(state: Assessment, asked: Round, rows: Sequence[Row]) -> None:
    """締め切る, with what is still awaited."""
    if state.snapshot.closed_at(asked.id) is not None:
        return
    with st.expander("この照会を締め切る", key=_folded("close-round")):
        lead = departments(rows)
        awaited = [r.name for r in lead if not r.answered]
        unchecked = [r.name for r in lead if r.answered and r.confirmed < r.asked]
        parts: list[Content] = []
        if awaited:
            parts.append(tag("p", f"まだ回答のない部局は{len(awaited)}部局あります: {'、'.join(awaited)}"))
        if unchecked:
            parts.append(tag("p", f"確認の済んでいない部局は{len(unchecked)}部局あります: {'、'.join(unchecked)}"))
        what = "回答" if asked.kind == "initiatives" else "値"
        parts.append(
            tag(
                "p",
                f"締め切ると、この照会の{what}はその時点のまま残ります。後からの訂正は、理由を添えた新しい{what}になります。",
            )
        )
        show(join(parts))
        form = _form("close", state, asked)
        reason = st.text_input("添え書き(任意)", max_chars=200, **kept(form, "reason", ""))
        sure = st.checkbox("上のことを確かめました", key=f"{form}-sure")
        if st.button("締め切る", disabled=not sure, key="close-now"):
            done = attempt(lambda: services().close_round(state.plan.id, asked.id, reason=reason.strip()))
            if done is not None:
                _tell(f"「{asked.name}」を締め切りました。", form)


def _do(state: Assessment, made: Round, words: str, reason: str, form: str) -> None:
    done = attempt(lambda: services().open_round(state.plan.id, made, reason=reason.strip()))
    if done is not None:
        st.query_params["round"] = made.id
        _tell(words, form)


# --- the form ------------------------------------------------------------------------------------------------------


def _fields(state: Assessment, base: Round, form: str, *, fixed: bool) -> Round:
    """The round as the widgets say. ``fixed``: what was answered already stays what it was asked for."""
    plan = state.plan
    grid = st.grid(min_column_width=240)
    with grid.cell():
        offered = sorted({base.period, *periods(base.kind, plan, state.day)}, key=lambda p: p.position, reverse=True)
        period = st.selectbox(
            "いつの状態を尋ねるか" if base.kind == "initiatives" else "いつの値を尋ねるか",
            offered,
            format_func=lambda p: reported_period(plan, p).label if base.kind == "initiatives" else p.label,
            disabled=fixed,
            **kept(form, "period", base.period, among=offered),
        )
    with grid.cell():
        suggested = base.name if period == base.period else free_name(plan, name_of(plan, base.kind, period))
        name = st.text_input("名前", max_chars=60, **kept(form, f"name-{period.code}", suggested))
    with grid.cell():
        opens = _day("始める日", base.opens, form, "opens")
    with grid.cell():
        first = _day("課から主管課への期限(空けてもよい)", base.division_due, form, "first")
    with grid.cell():
        due = _day("主管課から事務局への期限", base.due, form, "due")
    with grid.cell():
        hours = range(8, 24)
        hour_before = base.due_hour if base.due_hour in hours else 17
        hour = st.selectbox("期限の時刻", hours, format_func=lambda h: f"{h}時", **kept(form, "hour", hour_before))
    made = replace(base, name=name.strip(), period=period, opens=opens, division_due=first, due=due, due_hour=hour)
    if made != base:
        made = replace(made, assumption="")
    return _scope(plan, state.day, _identified(plan, base, made), form)


def _day(label: str, start: date | None, form: str, name: str) -> date | None:
    return day_input(label, start, f"{form}-{name}", on_change=keep, args=(form, f"{form}-{name}", ready(start)))


def _unread(form: str) -> bool:
    """Whether a date of the form names no day, or nobody was chosen; either is told beside its field."""
    return unread(*(f"{form}-{which}" for which in ("opens", "first", "due"))) or _nobody(form)


def _nobody(form: str) -> bool:
    """Whether some shall be asked and none was chosen: that is no way to ask all of them."""
    state = st.session_state
    some = state.get(f"{form}-some") == _SOME
    return some and not state.get(f"{form}-departments") and not state.get(f"{form}-indicators")


def _identified(plan: Plan, base: Round, made: Round) -> Round:
    """A new round's id follows its period; one that is known keeps its own."""
    known = any(r.id == base.id for r in plan.rounds)
    return made if known or made.period == base.period else replace(made, id=new_id(plan, made.kind, made.period))


def _scope(plan: Plan, day: date, base: Round, form: str) -> Round:
    """Which departments and indicators; all of them is kept as all, so that a later one is asked too."""
    # One that is asked already stays offered, though it answers for nothing today: April brings or has taken it.
    asked = {d.id for d in plan.departments if d.id in base.departments or plan.answers_on(d.id, day)}
    names = {d.id: d.name(day) for d in plan.departments if d.id in asked}
    indicators = {i.id: f"{plan.full_number(i)} {i.name}" for i in plan.asked_in(base.kind).indicators}
    before = _SOME if base.departments or base.indicators else _ALL
    some = st.radio("どこまで尋ねるか", [_ALL, _SOME], horizontal=True, **kept(form, "some", before))
    if some != _SOME:
        return replace(base, departments=(), indicators=())
    whom = st.multiselect(
        "部局(空けるとすべて)",
        list(names),
        format_func=names.__getitem__,
        **kept(form, "departments", [d for d in base.departments if d in names], among=names),
    )
    what = st.multiselect(
        f"{unmarked(subject_word(base.kind))}(空けるとすべて)",
        list(indicators),
        format_func=indicators.__getitem__,
        **kept(form, "indicators", [i for i in base.indicators if i in indicators], among=indicators),
    )
    if not whom and not what:
        st.warning(unmarked(f"部局か{subject_word(base.kind)}を選んでください。すべてに尋ねるときは「すべて」です。"))
    return replace(base, departments=tuple(whom), indicators=tuple(what))


def _preview(state: Assessment, made: Round, when: str, *, starts: bool = False) -> bool:
    """What each department would be asked, and what forbids it; whether nothing does."""
    found = problems(state.plan, made, state.day, state.snapshot.cards, starts=starts)
    day = made.opens or state.day
    rows = [
        (d.name(day), str(len(mine)), numbers_words(state.plan, mine), _divisions(state, made, d.id, day))
        for d in departments_asked(state.plan, made, day, state.snapshot.cards)
        for mine in [asked_of(state.plan, made, d.id, day, state.snapshot.cards)]
    ]
    word = subject_word(made.kind)
    if rows:
        columns = [Column("部局"), Column(f"{word}数", number=True), Column(f"{word}の番号"), Column("課")]
        show(tag("div", tag("b", f"{when}、{len(rows)}部局に次のように尋ねます。"), "meta"))
        show(table(columns, rows, caption=f"各部局に尋ねる{word}", kind="stack"))
    for issue in found:
        (st.warning if issue.severity is Severity.FIX else st.info)(unmarked(issue.message + issue.advice))
    return not any(i.severity is Severity.FIX for i in found)


def _divisions(state: Assessment, made: Round, department_id: str, day: date) -> str:
    found = state.plan.department(department_id).divisions_on(day)
    counts = [(v.name, len(asked_of(state.plan, made, department_id, day, state.snapshot.cards, v.id))) for v in found]
    return "、".join(f"{name}{count}" for name, count in counts if count) or "―"
