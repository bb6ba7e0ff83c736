"""The board of a round: a row for each department and 課, with its state in words and whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage
from kpi.collection.turnout import REPLACING, Row, State
from kpi.collection.workflow import Answer, ReturnState
from kpi.initiatives.rhythm import reported_period
from kpi.plan import Round, subject_word
from kpi.tables.table_rows import Row as Record
from loaders.store import StoredReturn
from pages.parts.app.clock import now
from pages.parts.app.current_view import store
from pages.parts.app.identity import person
from pages.parts.shared.layout import empty, show
from pages.parts.shared.markup import Column, Content, Markup, badge, join, link, table, tag

_FRAMES: Mapping[State, str] = {
    State.UNANSWERED: "v-note",
    State.TAKEN: "v-note",
    State.DRAFT: "v-note",
    State.PASSED: "v-ok",
    State.SENT: "v-ok",
    State.ASKED: "v-ask",
    State.CONFIRMED: "v-done",
}


#: The returns that count: neither replaced nor discarded.
_LIVE = (ReturnState.DRAFT, ReturnState.PASSED, ReturnState.SENT)


def round_rows(state: Assessment, asked: Round) -> tuple[Row, ...]:
    """The board of a round as it stands now, or at its closing."""
    return state.board(asked, now(), _contacts(state, asked))


def _contacts(state: Assessment, asked: Round) -> dict[tuple[str, str], str]:
    """Whom to ask, by department and 課: who signed the newest return of the round, else of any round before."""
    return state.once(f"contacts {asked.id}", lambda: _signed_by(state, asked))


def _signed_by(state: Assessment, asked: Round) -> dict[tuple[str, str], str]:
    live = [r for r in state.snapshot.returns if r["state"] in _LIVE]
    in_turn = sorted(live, key=lambda r: r["round_id"] == asked.id)
    newest = {(r["department_id"], r["division_id"]): r["submission_id"] for r in in_turn}
    stored = stored_returns(state, list(newest.values()))
    return {place: _contact(stored[one].reading.answers) for place, one in newest.items()}


def _contact(answers: Sequence[Answer]) -> str:
    """課, name and address as the return gives them; where several 課 signed, each once."""
    said = [" ".join(w for w in (a.text("section"), a.text("person"), a.text("contact")) if w) for a in answers]
    return "\n".join(dict.fromkeys(s for s in said if s))


def stored_return(state: Assessment, submission_id: str) -> StoredReturn:
    """One return as it stood at the moment shown. Pages ask for the right to see it before they call this."""
    return stored_returns(state, [submission_id])[submission_id]


def stored_returns(state: Assessment, submission_ids: Sequence[str]) -> Mapping[str, StoredReturn]:
    """Several returns by id, as they stood at the moment shown: those not known yet are read at once."""
    rows, kept = state.once("returns by id", lambda: {r["submission_id"]: r for r in state.snapshot.returns}), _kept()
    keys = {one: _key(state, one, rows.get(one)) for one in submission_ids}
    known = {one: kept.pop(key, None) for one, key in keys.items()}
    lacking = [one for one, stored in known.items() if stored is None]
    read = store().submissions(lacking, state.as_of) if lacking else {}
    found = {one: stored or read[one] for one, stored in known.items()}
    # Those asked for stand at the end now: what nobody asked for the longest time goes first.
    kept.update((keys[one], stored) for one, stored in found.items())
    for key in list(kept)[:-_KEPT]:
        kept.pop(key, None)
    return {one: _as_shown(stored, rows.get(one)) for one, stored in found.items()}


def _key(state: Assessment, submission_id: str, row: Record | None) -> tuple[str, str]:
    """What was sent changes no more but for which of its rows are confirmed: it need not be read after every write."""
    sent = row is not None and row["state"] == ReturnState.SENT
    return submission_id, str(row["sent_at"]) if row is not None and sent else state.key


def _as_shown(stored: StoredReturn, row: Record | None) -> StoredReturn:
    """What was sent, with the rows that were confirmed at the moment shown: it may have been read at another."""
    if row is None or row["state"] != ReturnState.SENT:
        return stored
    return replace(stored, confirmed=tuple(one for one in row["confirmed_of"].split(",") if one))


#: Returns kept at once.
_KEPT = 128


@st.cache_resource(show_spinner=False)
def _kept() -> dict[tuple[str, str], StoredReturn]:
    return {}


def board_table(asked: Round, rows: Sequence[Row]) -> None:
    """The rows as a table; a 課 stands below its department."""
    if not rows:
        empty("この照会で尋ねる部局はありません。")
        return
    columns = [
        Column("部局・課", width="9.5rem"),
        Column("状態"),
        Column("期限", width="8.5rem"),
        Column("残り"),
        Column("担当・連絡先"),
        Column("最終更新", width="7rem"),
    ]
    drawn = [(_name(asked, r), _state(r), _due(asked, r), _open(r), _whom(r), _changed(r)) for r in rows]
    show(table(columns, drawn, caption="部局と課の回答の状況", kind="stack"))


def _name(asked: Round, row: Row) -> Content:
    count = tag("small", f"{row.asked}{subject_word(asked.kind)}")
    if row.division_id:
        return tag("div", join([row.name, count]), "under")
    return join([link(row.name, "submit", department=row.department_id, round=asked.id), count])


def _state(row: Row) -> Content:
    notes = [
        REPLACING if row.replacing else "",
        "代理登録" if row.on_behalf else "",
        f"確認済 {row.confirmed}/{row.asked}" if 0 < row.confirmed < row.asked else "",
        f"課から {row.passed[0]}/{row.passed[1]}" if row.passed[1] and not row.sent_id else "",
    ]
    said = "・".join(n for n in notes if n)
    return join([badge(row.word, f"x {_FRAMES[row.state]}"), tag("small", said) if said else ""])


def _due(asked: Round, row: Row) -> Content:
    words: Content = tag("b", row.timing_words) if row.late else row.timing_words
    return join([words, tag("small", day_words(row.due, asked.due_hour) if row.due else "")])


def _open(row: Row) -> Content:
    counts = [("要修正", row.open_fix), ("要確認", row.open_ask), ("修正依頼", row.questions)]
    told = [f"{word}{count}件" for word, count in counts if count]
    return "、".join(told) or "―"


def _whom(row: Row) -> Content:
    if not row.contact and not row.mail:
        return "―"
    return join([row.contact, tag("small", row.mail) if row.mail else ""])


def _changed(row: Row) -> Content:
    return f"{row.changed:%m月%d日 %H:%M}" if row.changed else "―"


def day_words(day: date, hour: int | None = None) -> str:
    """11月30日(月)17時."""
    at = f"{hour}時" if hour is not None else ""
    return f"{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]}){at}"


def round_link(asked: Round) -> Content:
    """The round's name, leading to where one has to do with it; nowhere for who only reads."""
    who = person()
    if who.is_staff:
        return link(asked.name, "rounds", round=asked.id)
    return link(asked.name, "submit", round=asked.id) if who.departments else asked.name


def round_dates(state: Assessment, asked: Round) -> Markup:
    """Kind of dates a round has, on one line, and the mark of what was assumed."""
    planned = state.stage(asked) is Stage.PLANNED
    of_work = asked.kind == "initiatives"
    period, what = (reported_period(state.plan, asked.period), "取組") if of_work else (asked.period, "値")
    parts = [f"{period.label}の{what}", *(["予定"] if planned else [])]
    if asked.opens and not (planned and asked.opens <= state.day):
        parts.append(f"開始 {day_words(asked.opens)}")
    if asked.division_due:
        parts.append(f"課から主管課へ {day_words(asked.division_due, asked.due_hour)}")
    if asked.due:
        parts.append(f"主管課から事務局へ {day_words(asked.due, asked.due_hour)}")
    closed = state.snapshot.closed_at(asked.id)
    if closed:
        parts.append(f"締切済 {day_words(closed.date())}")
    mark = tag("span", "想定の日程です", "assumed") if asked.assumption else ""
    return tag("div", join(["　".join(parts), "　", mark]), "meta")
