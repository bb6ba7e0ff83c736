"""A return as its department sees it: every cell read and judged, sending, the receipt, and those before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpi.collection import MISSING_WORDS, RELEASE_WORDS, Answer, ReturnState
from kpi.issue import SEVERITY_WORDS, Severity
from kpi.period import Period
from kpi.plan import Department, Indicator
from kpi.words import with_unit
from loaders.store import Receipt, StoredReturn
from pages.parts.clock import now
from pages.parts.frame import XLSX, empty, show
from pages.parts.html import Column, Content, badge, join, table, tag
from pages.parts.snapshot import View, file_name, store

_STATES = {
    ReturnState.DRAFT: "下書き",
    ReturnState.SENT: "回答済",
    ReturnState.REPLACED: "差替え済",
    ReturnState.DISCARDED: "取消し",
}


def newest_return(view: View, round_id: str, department_id: str) -> StoredReturn | None:
    """The department's draft of a round, else what it sent last; None where there is nothing."""
    mine = _of(view, department_id)
    mine = mine[(mine["round_id"] == round_id) & mine["state"].isin([ReturnState.DRAFT, ReturnState.SENT])]
    if mine.empty:
        return None
    drafts = mine[mine["state"] == ReturnState.DRAFT]
    return _stored(view.snapshot.revision, str((drafts if len(drafts) else mine).iloc[-1]["submission_id"]))


@st.cache_resource(max_entries=64, show_spinner=False)
def _stored(revision: str, submission_id: str) -> StoredReturn:
    return store().submission(submission_id)


def _of(view: View, department_id: str) -> pd.DataFrame:
    rows = view.snapshot.submissions
    return rows[rows["department_id"] == department_id]


def result_table(view: View, current: StoredReturn) -> None:
    """Each indicator's row: last time, what stands in the cell, what was understood, where, and the verdict."""
    asked = view.plan.round(current.reading.round_id)
    answers = {a.indicator_id: a for a in current.reading.answers}
    keys = ("baseline", "target") if asked.kind == "targets" else ("value",)
    rows = []
    for indicator in view.plan.owned_by(current.reading.department_id, view.day):
        answer = answers.get(indicator.id, Answer(indicator.id, {}))
        rows += [_row(view, current, indicator, answer, key) for key in keys]
    columns = [
        Column("指標"),
        Column("前回", number=True),
        Column("書かれた文字"),
        Column("読み取った値", number=True),
        Column("場所"),
        Column("結果"),
    ]
    show(table(columns, rows, caption="読み取った結果", kind="stack"))
    notes = [i for i in current.issues if i.severity is Severity.NOTE]
    if notes:
        with st.expander(f"お知らせ {len(notes)}件(そのままで構いません)"):
            show(tag("ul", join(tag("li", join([i.address, "　", i.message])) for i in notes)))
    show(tag("div", f"{file_name(current.filename)}　元のファイルはそのまま保管しています。", "meta"))


def _row(view: View, current: StoredReturn, indicator: Indicator, answer: Answer, key: str) -> tuple[Content, ...]:
    entry = answer.entries.get(key)
    verdict = current.verdict(indicator.id)
    mine = [i for i in verdict.issues if i.key == key or key in ("value", "baseline")]
    word = SEVERITY_WORDS[verdict.severity] if verdict.severity and mine else "取込可"
    frame = badge(word, f"x v-{verdict.severity if verdict.severity and mine else 'ok'}")
    name: Content = indicator.name
    if key in ("baseline", "target"):
        name = join([indicator.name, tag("small", "現状値" if key == "baseline" else "目標値")])
    return (
        name,
        _last(view, current, indicator),
        f"「{entry.written}」" if entry and entry.written else "―",
        _understood(view, indicator, answer, key),
        f"{entry.sheet}!{entry.cell}" if entry and entry.cell else "―",
        join([frame, tag("small", mine[0].message)]) if mine else frame,
    )


def _last(view: View, current: StoredReturn, indicator: Indicator) -> Content:
    """The newest value that was known from other rounds."""
    past = [p for p in view.snapshot.history.get(indicator.id, ()) if p.round_id != current.reading.round_id]
    if not past:
        return "―"
    card = view.snapshot.cards[indicator.id]
    return join([with_unit(past[-1].value, indicator.unit, card.decimals), tag("small", past[-1].period.short)])


def _understood(view: View, indicator: Indicator, answer: Answer, key: str) -> Content:
    card = view.snapshot.cards[indicator.id]
    value = answer.number(key)
    missing = answer.text("missing_reason")
    if value is None:
        return MISSING_WORDS.get(missing, "―") if key == "value" else "―"
    period = answer.text("period" if key == "value" else f"{key}_period")
    entry = answer.entries[key]
    about = [_short(period), RELEASE_WORDS.get(answer.text("release"), "") if key == "value" else ""]
    if entry.mended:
        about.append("画面で修正")
    return join(
        [tag("b", with_unit(value, indicator.unit, card.decimals)), tag("small", " ".join(w for w in about if w))]
    )


def _short(code: str) -> str:
    return Period.parse(code).short if code else ""


def send_box(view: View, current: StoredReturn) -> None:
    """③ 送る, when nothing is open any more; afterwards the receipt."""
    told = st.session_state.pop("receipt", None)
    if told:
        st.success(told)
    if current.state is not ReturnState.DRAFT:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("③ 事務局へ送る", type="primary", disabled=not current.can_send, key="send")
        if not current.can_send:
            show(tag("span", f"あと{len(current.open)}件、直すか理由を入れると送れます。", "meta"))
        withdrawn = st.button("この下書きを取り消す", key="discard")
    if pressed:
        done = store().send(current.submission_id, by=_by(view, current), at=now())
        if isinstance(done, Receipt):
            numbers = sum(len(codes) for codes in done.codes.values())
            st.session_state["receipt"] = (
                f"受け付けました({done.sent_at:%m月%d日 %H:%M}、値{numbers}件)。期限までは差替えできます。"
            )
        else:
            st.session_state["receipt"] = "送れませんでした。" + done[0].message
        st.rerun()
    if withdrawn:
        store().discard(current.submission_id, by=_by(view, current), at=now(), reason="画面で取消し")
        st.session_state.pop("upload-told", None)
        st.rerun()


def _by(view: View, current: StoredReturn) -> str:
    return view.plan.department(current.reading.department_id).name(view.day)


def earlier_returns(view: View, department: Department) -> None:
    """Every return of the department, newest first, each with its original to take out again."""
    mine = _of(view, department.id).iloc[::-1]
    if mine.empty:
        empty("まだ回答はありません。")
        return
    rounds = {r.id: r.name for r in view.plan.rounds}
    rows = [
        (
            rounds.get(row.round_id, row.round_id),
            f"{row.saved_at:%Y-%m-%d %H:%M}",
            _STATES[ReturnState(row.state)],
            join([file_name(row.filename), tag("small", "サンプル" if row.sample else "")]),
        )
        for row in mine.itertuples()
    ]
    show(
        table(
            [Column("照会"), Column("取込"), Column("状態"), Column("ファイル")],
            rows,
            caption="これまでの回答",
            kind="stack",
        )
    )
    labels = {
        row.sha256: f"{rounds.get(row.round_id, '')}　{row.saved_at:%m-%d %H:%M}　{file_name(row.filename)}"
        for row in mine.itertuples()
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("原本", list(labels), format_func=labels.__getitem__, key=f"original-{department.id}")
        st.download_button(
            "原本を受け取る",
            lambda: store().workbook(chosen)[1],
            file_name(mine[mine["sha256"] == chosen].iloc[0]["filename"]),
            XLSX,
            key="take-original",
            on_click="ignore",
        )
