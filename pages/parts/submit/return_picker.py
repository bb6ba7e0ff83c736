"""Where one answers, which return this session is at, and those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zlib import crc32

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.scope import asked_of, divisions_asked
from kpi.collection.workflow import ReturnState
from kpi.place import Place
from kpi.plan import Department, Indicator, Round
from kpi.tables.table_rows import Row
from loaders.store import StoredReturn
from pages.parts.app.current_view import file_name, services
from pages.parts.rounds.board_table import stored_return
from pages.parts.shared.layout import XLSX, empty, show
from pages.parts.shared.markup import Column, Content, join, table, tag

_STATES = {
    ReturnState.DRAFT: "下書き",
    ReturnState.PASSED: "主管課へ回答済",
    ReturnState.SENT: "回答済",
    ReturnState.REPLACED: "差替え済",
    ReturnState.DISCARDED: "取消し",
}
_ANSWERED = (ReturnState.SENT, ReturnState.PASSED)
_LIVE = (ReturnState.DRAFT, *_ANSWERED)


@dataclass(frozen=True)
class Respondent:
    """Who answers what: a plan's round, a department, and one of its 課 (empty: the department, or its 主管課)."""

    plan_id: str
    asked: Round
    department: Department
    division_id: str = ""

    @property
    def place(self) -> Place:
        """The same as the services ask for it."""
        return Place(self.plan_id, self.asked.id, self.department.id, self.division_id)

    @property
    def key(self) -> str:
        """What this session's own memory of the place is kept under."""
        return "-".join((self.plan_id, self.asked.id, self.department.id, self.division_id))

    @property
    def division(self) -> str:
        """The name of the 課."""
        return self.department.division(self.division_id).name if self.division_id else ""

    def name(self, day: date) -> str:
        """Department and 課 as people call them."""
        return " ".join(part for part in (self.department.name(day), self.division) if part)

    @property
    def due(self) -> date | None:
        """The day by which an answer is owed from here."""
        return (self.asked.division_due or self.asked.due) if self.division_id else self.asked.due

    @property
    def whom(self) -> str:
        """To whom one answers."""
        return "主管課" if self.division_id else "事務局"

    @property
    def address(self) -> dict[str, str]:
        """What a link to this place carries."""
        found = {"department": self.department.id, "round": self.asked.id}
        return found | ({"division": self.division_id} if self.division_id else {})

    def indicators(self, view: Assessment) -> tuple[Indicator, ...]:
        """What is asked here."""
        cards = view.snapshot.cards
        return asked_of(view.plan, self.asked, self.department.id, view.day, cards, self.division_id)

    def is_lead(self, view: Assessment) -> bool:
        """Whether this is the 主管課 of a department whose 課 answer to it."""
        if self.division_id:
            return False
        return bool(divisions_asked(view.plan, self.asked, self.department.id, view.day, view.snapshot.cards))


def returns_of(view: Assessment, place: Respondent) -> list[Row]:
    """The returns of a department or 課 to whatever round, in the order they came."""
    own = place.department.id, place.division_id
    return [row for row in view.snapshot.returns if (row["department_id"], row["division_id"]) == own]


def rows_of(view: Assessment, place: Respondent) -> list[Row]:
    """The returns of one place, in the order they came."""
    return [row for row in returns_of(view, place) if row["round_id"] == place.asked.id]


def newest_row(view: Assessment, place: Respondent) -> Row | None:
    """The draft of a place, else what was answered last; None where there is nothing."""
    mine = [row for row in rows_of(view, place) if row["state"] in _LIVE]
    drafts = [row for row in mine if row["state"] == ReturnState.DRAFT]
    return next(reversed(drafts or mine), None)


def answered_row(view: Assessment, place: Respondent) -> Row | None:
    """What was last answered from a place: sent to 事務局, or by a 課 passed on to its 主管課."""
    return next((row for row in reversed(rows_of(view, place)) if row["state"] in _ANSWERED), None)


# --- which return a session is looking at --------------------------------------------------------------------------


def bind(place: Respondent, submission_id: str) -> None:
    """From now on this session looks at this return, whatever colleagues put in beside it."""
    st.session_state[f"seen-{place.key}"] = submission_id


def current_return(view: Assessment, place: Respondent) -> StoredReturn | None:
    """What this session works on: its own draft even when a colleague has replaced it, else the newest."""
    seen = st.session_state.get(f"seen-{place.key}", "")
    known = {row["submission_id"]: row["state"] for row in view.snapshot.returns}
    if seen and seen not in known and view.as_of is None:
        show(tag("div", "表示していた回答は、サンプルとして消されたため、もうありません。", "notice"))
    if known.get(seen) != ReturnState.REPLACED or view.as_of is not None:
        newest = newest_row(view, place)
        seen = "" if newest is None else str(newest["submission_id"])
        bind(place, seen)
    return stored_return(view, seen) if seen else None


def replaced_notice(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    """Who has replaced the draft shown, when and by what, and the way to the newest."""
    newest = newest_row(view, place)
    if current.state is not ReturnState.REPLACED or newest is None:
        return
    sent = "、回答として送られ" if newest["state"] == ReturnState.SENT else ""
    said: list[Content] = [
        tag("b", "この下書きは差し替えられました。"),
        f"{moment_words(newest['saved_at'])}に、{newest['saved_by']}の画面で「{called(view, newest)}」が"
        f"取り込まれ{sent}ています。",
        "下は差し替えられる前の内容です。直すことも送ることもできません。",
    ]
    show(tag("div", join(said), "notice", role="alert"))
    if st.button("新しく入った回答を表示する", key="see-newest"):
        bind(place, str(newest["submission_id"]))
        st.rerun()


def called(view: Assessment, row: Row) -> str:
    """A return as people call it: its file, or how it was made without one."""
    if row["filename"]:
        return file_name(str(row["filename"]))
    joined = (one for one in view.snapshot.returns if one["submission_id"] in row["joined_from"])
    of_divisions = any(one["division_id"] for one in joined)
    return "課の回答をまとめたもの" if of_divisions and not row["division_id"] else "画面で直したもの"


def moment_words(moment: datetime | pd.Timestamp) -> str:
    """A moment as it is told in a sentence: 11月21日14:05."""
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"


# --- those before --------------------------------------------------------------------------------------------------


def earlier_returns(view: Assessment, place: Respondent) -> None:
    """Every return of the department or 課, newest first, each with its original to take out again."""
    mine = returns_of(view, place)[::-1]
    if not mine:
        empty("まだ回答はありません。")
        return
    rounds = {r.id: r.name for r in view.snapshot.plan.rounds}
    answered: dict[str, str] = {}  # of each round the newest answer: what was answered before it was replaced
    for row in mine:
        if row["state"] in _ANSWERED:
            answered.setdefault(row["round_id"], row["submission_id"])
    drawn: list[tuple[Content, ...]] = [
        (
            str(rounds.get(row["round_id"], row["round_id"])),
            f"{row['saved_at']:%Y-%m-%d %H:%M}",
            _state(row, replaced=row["state"] in _ANSWERED and answered[row["round_id"]] != row["submission_id"]),
            join([called(view, row), tag("small", "サンプル" if row["sample"] else "")]),
        )
        for row in mine
    ]
    columns = [Column("照会"), Column("取込"), Column("状態"), Column("ファイル")]
    show(table(columns, drawn, caption="これまでの回答", kind="stack"))
    files = [row for row in mine if row["sha256"]]
    if files:
        _originals(files, rounds)


def _state(row: Row, *, replaced: bool) -> Content:
    notes = ["代理登録" if row["on_behalf"] else "", "後の回答に差替え" if replaced else ""]
    if pd.notna(row["settled_on"]):
        notes.append(f"部局内決裁済 {row['settled_on']:%Y-%m-%d}")
    if row["state"] == ReturnState.SENT:
        done = row["confirmed"] >= row["indicators"] > 0
        notes.append("確認済" if done else f"確認済 {row['confirmed']}/{row['indicators']}" if row["confirmed"] else "")
        notes.append(f"修正依頼 {row['asked']}件" if row["asked"] else "")
    said = "・".join(n for n in notes if n)
    return join([_STATES[ReturnState(row["state"])], tag("small", said) if said else ""])


def _originals(rows: Sequence[Row], rounds: dict[str, str]) -> None:
    """The files as they came in, to take out again: the newest unless another is chosen."""
    names = {row["submission_id"]: file_name(row["filename"]) for row in rows}
    labels = {
        row["submission_id"]: f"{rounds.get(row['round_id'], '')}　{row['saved_at']:%m-%d %H:%M}取込　"
        f"{_STATES[ReturnState(row['state'])]}　{names[row['submission_id']]}"
        for row in rows
    }
    newest = next(iter(labels))
    labels[newest] = f"最新　{labels[newest]}"
    ours = services()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # The key names all that is in the list: when one has come in, gone or been answered, the choice starts again
        # from the top, and no label of before stays.
        listed = crc32("\n".join(labels.values()).encode())
        chosen = st.selectbox(
            "受け取る原本(新しい順)", list(labels), format_func=labels.__getitem__, key=f"original-{listed}"
        )
        sha256 = next(str(row["sha256"]) for row in rows if row["submission_id"] == chosen)
        st.download_button(
            "原本を受け取る",
            lambda: ours.workbook(sha256)[1],
            names[chosen],
            XLSX,
            key="take-original",
            on_click="ignore",
        )
