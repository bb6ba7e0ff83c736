"""How far each department and 課 has come with a round, in the office's words, and all of them in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from kpi.collection.lifecycle import Stage
from kpi.plan import Round


class State(StrEnum):
    """How far a department or 課 has come with a round."""

    UNANSWERED = "unanswered"
    TAKEN = "taken"
    DRAFT = "draft"
    PASSED = "passed"
    SENT = "sent"
    ASKED = "asked"
    CONFIRMED = "confirmed"


STATE_WORDS: Mapping[State, str] = {
    State.UNANSWERED: "未回答",
    State.TAKEN: "様式取得",
    State.DRAFT: "下書き",
    State.PASSED: "主管課へ回答済",
    State.SENT: "回答済",
    State.ASKED: "修正依頼",
    State.CONFIRMED: "確認済",
}
#: What stands in place of 未回答 while nobody has started the round.
NOT_YET = "照会前"
#: What stands beside the state of a return that was sent and is being replaced.
REPLACING = "差替えの下書きあり"

#: In this order the first sentence counts them: what is done before what is awaited.
_COUNTED = (State.CONFIRMED, State.SENT, State.ASKED, State.DRAFT, State.TAKEN, State.UNANSWERED)
ANSWERED = frozenset({State.SENT, State.ASKED, State.CONFIRMED, State.PASSED})


class Timing(StrEnum):
    """How a row stands to its date."""

    UNSET = "unset"
    WAITING = "waiting"
    LATE = "late"
    IN_TIME = "in_time"
    AFTER = "after"
    NOTHING_DUE = "nothing_due"
    CLOSED = "closed"
    PLANNED = "planned"


@dataclass(frozen=True)
class Row:
    """One department, or with ``division_id`` one of its 課, in one round.

    ``days`` are those left until the date (negative: past it) or, of an answer, those by which it came late.
    ``submission_id`` is the return that is being worked on, else the newest answer; ``sent_id`` the newest answer.
    """

    department_id: str
    division_id: str
    name: str
    state: State
    timing: Timing
    days: int
    asked: int
    due: date | None = None
    replacing: bool = False
    open_fix: int = 0
    open_ask: int = 0
    questions: int = 0
    confirmed: int = 0
    passed: tuple[int, int] = (0, 0)
    contact: str = ""
    mail: str = ""
    changed: datetime | None = None
    submission_id: str = ""
    sent_id: str = ""
    on_behalf: bool = False

    @property
    def word(self) -> str:
        """The state in the office's word; nobody has left unanswered what nobody has been asked."""
        waits = self.timing is Timing.PLANNED and self.state is State.UNANSWERED
        return NOT_YET if waits else STATE_WORDS[self.state]

    @property
    def answered(self) -> bool:
        """Whether its answer is in the hands of whom it owes it to."""
        return self.state in ANSWERED

    @property
    def late(self) -> bool:
        """Whether an answer is owed and its date is over."""
        return self.timing is Timing.LATE

    @property
    def timing_words(self) -> str:
        """Its date in words: あと9日, 期限を3日過ぎています, 期限内, 期限後(2日)."""
        match self.timing:
            case Timing.UNSET:
                return "期限未設定"
            case Timing.NOTHING_DUE:
                return "求める値がまだありません"
            case Timing.CLOSED:
                return "回答のないまま締切り"
            case Timing.PLANNED:
                return "予定"
            case Timing.IN_TIME:
                return "期限内"
            case Timing.AFTER:
                return f"期限後({self.days}日)" if self.days else "期限後(当日)"
            case _:
                return left_words(self.days, late=self.late)


def left_words(days: int, *, late: bool = False) -> str:
    """The days until a date, or since it: あと9日, 今日まで, 期限を3日過ぎています, 今日の期限を過ぎています."""
    if late:
        return f"期限を{-days}日過ぎています" if days else "今日の期限時刻を過ぎています"
    return f"あと{days}日" if days else "今日まで"


def due_moment(due: date | None, round_: Round) -> datetime | None:
    """The moment until which an answer is in time; None where no day is set."""
    return datetime.combine(due, time(round_.due_hour)) if due else None


def departments(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows of whole departments."""
    return tuple(r for r in rows if not r.division_id)


def waiting_for(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The departments whose answer is awaited: those a reminder goes to.

    Who can have nothing to tell is left alone, and so is everybody while nobody has started the round.
    """
    asked = (r for r in departments(rows) if not r.answered)
    return tuple(r for r in asked if r.timing not in (Timing.NOTHING_DUE, Timing.PLANNED))


def summary(
    rows: Sequence[Row],
    round_: Round,
    now: datetime,
    closed: datetime | None = None,
    *,
    stage: Stage = Stage.OPEN,
) -> str:
    """The first sentence: 「12部局のうち回答済7、下書き2、未回答3。期限まであと9日」, or that nobody has started it."""
    asked = departments(rows)
    if not asked:
        return "この照会で尋ねる部局がありません。"
    if stage is Stage.CANCELLED:
        return "この照会は取りやめています。"
    if stage is Stage.PLANNED:
        return f"予定の照会で、まだ始まっていません。始めると{len(asked)}部局に尋ねます。"
    counts = [(STATE_WORDS[s], sum(r.state is s for r in asked)) for s in _COUNTED]
    told = "、".join(f"{word}{count}" for word, count in counts if count)
    return f"{len(asked)}部局のうち{told}。{_when(round_, now, closed)}"


def _when(round_: Round, now: datetime, closed: datetime | None) -> str:
    if closed:
        return f"{closed.month}月{closed.day}日に締め切りました。"
    if round_.opens and round_.opens > now.date():
        return f"{round_.opens.month}月{round_.opens.day}日に始まります。"
    end = due_moment(round_.due, round_)
    if end is None:
        return "期限は未設定です。"
    days = (end.date() - now.date()).days
    words = left_words(days, late=now > end)
    return f"期限まで{words}。" if days > 0 else f"{words}。"
