"""③ Answering or withdrawing a draft, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.turnout import due_moment
from kpi.collection.workflow import ReturnState
from kpi.plan import Round, subject_word
from loaders.services import NotAllowed
from loaders.store import Receipt, StoreBusy, StoredReturn
from pages.parts.app.clock import now
from pages.parts.app.current_view import services
from pages.parts.shared import confirm_button
from pages.parts.shared import notices as said
from pages.parts.shared.date_input import day_input, typed
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Content, join, tag
from pages.parts.submit.return_picker import Respondent
from pages.parts.submit.uploads import told_key

_PLACE = "receipt"
_GONE = "この下書きはもうありません。"


def receipt() -> bool:
    """What has just become of a draft, once; whether there is anything to tell."""
    return said.told(_PLACE)


def send_box(view: Assessment, place: Respondent, current: StoredReturn | None, unanswered: int = 0) -> None:
    """③ 回答する, when nothing is open any more. The step stands there from the start, so that its end is in sight.

    The buttons act on the very return they stand under: when it has been replaced meanwhile, that is told.
    ``unanswered`` are questions of the secretariat that the draft does not answer yet.
    """
    label = f"③ {place.whom}へ回答する"
    if current is None or current.state is not ReturnState.DRAFT:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(label, type="primary", key="send", disabled=True)
            show(tag("span", "②に様式を入れ、確かめ終わると押せます。", "meta"))
        return
    closed = view.snapshot.closed_at(place.asked.id) is not None
    _beside(place, current, closed=closed)
    with st.container(horizontal=True, vertical_alignment="center"):
        waits = not current.can_send or unanswered > 0
        st.button(label, type="primary", key="send", on_click=_send, args=(view, place, current), disabled=waits)
        if not current.can_send:
            show(tag("span", f"あと{len(current.open)}件、直すか理由を入れると送れます。", "meta"))
        elif unanswered:
            show(tag("span", f"修正依頼があと{unanswered}件あります。答えると送れます。", "meta"))
        if st.button("この下書きを取り消す", key="discard"):
            confirm_button.ask("discard", current.submission_id)
    if confirm_button.agreed("discard", current.submission_id, _discarding(view, current), "取り消す"):
        _discard(place, current)
        st.rerun()


def _discarding(view: Assessment, current: StoredReturn) -> Content:
    """What is lost with a draft: it cannot be brought back."""
    count, mended = len(current.reading.answers), len({(m.subject_id, m.key) for m in current.mends})
    word = subject_word(view.plan.round(current.reading.round_id).kind)
    typed = f"、画面で確認・修正した{mended}欄の内容も" if mended else "、内容は"
    kept = "前に回答した内容は、そのまま残ります。" if current.joined_from or _answered_before(view, current) else ""
    return join(
        [
            tag("b", f"下書き({count}{word})を取り消します。"),
            f"この画面からは消え{typed}失われます。元に戻すには、様式を入れ直します。{kept}",
        ]
    )


def _answered_before(view: Assessment, current: StoredReturn) -> bool:
    own = current.reading.round_id, current.reading.department_id, current.reading.division_id
    return any(
        (row["round_id"], row["department_id"], row["division_id"]) == own
        for row in view.snapshot.returns
        if row["state"] in (ReturnState.SENT, ReturnState.PASSED)
    )


def _beside(place: Respondent, current: StoredReturn, *, closed: bool) -> None:
    """What goes along with an answer of a department: the day of its own decision, and why a closed round changes."""
    if place.division_id:
        return
    day_input("部局内決裁済の日付(任意)", None, f"settled-{current.submission_id}", width=260)
    if closed:
        st.text_input("締め切った照会の値を直す理由(必ず)", key=f"late-{current.submission_id}", max_chars=200)


def _send(view: Assessment, place: Respondent, current: StoredReturn) -> None:
    def act() -> tuple[bool, str]:
        one = current.submission_id
        if place.division_id:
            refused = services().pass_on(one)
            words = f"主管課へ回答しました({now():%m月%d日 %H:%M})。{until_words(place.asked, now(), place.due)}"
            return (
                (False, "回答できませんでした。" + refused[0].message + refused[0].advice) if refused else (True, words)
            )
        (settled, fault), reason = typed(f"settled-{one}"), st.session_state.get(f"late-{one}", "")
        if fault:
            return False, f"送れませんでした。{fault}"
        done = services().send(one, settled_on=settled, reason=reason.strip())
        if isinstance(done, Receipt):
            return True, receipt_words(done, place.asked)
        return False, "送れませんでした。" + done[0].message + done[0].advice

    _tell(act, "送れませんでした。")


def _discard(place: Respondent, current: StoredReturn) -> None:
    def act() -> tuple[bool, str] | None:
        refused = services().discard(current.submission_id, reason="画面で取消し")
        st.session_state.pop(told_key(place), None)
        return (False, "取り消せませんでした。" + refused[0].message) if refused else None

    _tell(act, "取り消せませんでした。")


def _tell(act: Callable[[], tuple[bool, str] | None], failed: str) -> None:
    """Do something and keep for the next drawing what became of it."""
    try:
        told = act()
    except (NotAllowed, StoreBusy) as why:
        told = (False, failed + str(why))
    except KeyError:
        told = (False, failed + _GONE)
    if told is not None:
        taken, words = told
        said.keep(_PLACE, words, taken=taken)


def receipt_words(done: Receipt, asked: Round) -> str:
    """What was taken, and until when it can be replaced."""
    if asked.kind == "targets":
        count = len(done.proposed)
        what = f"{count}指標の現状値・目標値。決定されると反映します" if count else "現状値・目標値は登録のままです"
    else:
        what = f"回答{sum(len(codes) for codes in done.codes.values())}件"
    return f"受け付けました({done.sent_at:%m月%d日 %H:%M}、{what})。{until_words(asked, done.sent_at)}"


def until_words(asked: Round, moment: datetime, due: date | None = None) -> str:
    """Whether what was answered can still be replaced, as it stands at a moment; ``due`` is the date of a 課."""
    again = "直した様式を入れ直して送ると差し替えられます。"
    due = due or asked.due
    end = due_moment(due, asked)
    if due is None or end is None:
        return again
    day = f"{due.month}月{due.day}日"
    if moment > end:
        return f"期限({day})は過ぎています。直すときは、様式を入れ直して送り、事務局へも連絡してください。"
    return f"期限({day})までは、{again}"
