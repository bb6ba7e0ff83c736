"""The life of a return (回答): what a department answers, the states it passes through, and who may do what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from kpi.initiatives.half_year_review import Review, schedule
from kpi.issue import LEFT_BLANK, NOT_TAKEN, WITHDRAWN, Issue, Severity
from kpi.path import EPS
from kpi.people import ROLE_WORDS, Person, Role
from kpi.period import Period
from kpi.place import ANYWHERE, Place
from kpi.plan import Card, Plan, Round

Release = Literal["final", "provisional", "forecast"]
RELEASE_WORDS: Mapping[str, str] = {"final": "確定", "provisional": "速報", "forecast": "見込"}

#: Why there is no value. Nothing missing is zero: each is a state with a name.
MISSING_WORDS: Mapping[str, str] = {
    "unpublished": "未公表",
    "not_survey_year": "調査年でない",
    "not_compiled": "未集計",
    "suppressed": "秘匿",
    "not_applicable": "該当なし",
}
CORRECTION_WORDS: Mapping[str, str] = {
    "finalised": "確報",
    "miscounted": "集計誤り",
    "redefined": "定義変更",
}


class ReturnState(StrEnum):
    """Where a return stands."""

    DRAFT = "draft"
    PASSED = "passed"
    SENT = "sent"
    REPLACED = "replaced"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Entry:
    """One cell of a return as it was read.

    ``written`` is what stands in the cell, letter for letter; ``value`` what was understood: a float for numbers, a
    period code, a choice's code, or text; None where nothing was understood or the cell is empty.
    """

    key: str
    sheet: str
    cell: str
    written: str
    value: float | str | None
    mended: str = ""  # the reason given when a person replaced the read value on the page


@dataclass(frozen=True)
class Answer:
    """What a return says of one subject (today an indicator), by column key of the form."""

    subject_id: str
    entries: Mapping[str, Entry]

    def value(self, key: str) -> float | str | None:
        """The understood value of a column, None where the row has no such cell."""
        entry = self.entries.get(key)
        return entry.value if entry else None

    def number(self, key: str) -> float | None:
        """The value of a number column."""
        value = self.value(key)
        return value if isinstance(value, float) else None

    def text(self, key: str) -> str:
        """The value of a text, choice or period column, empty where there is none."""
        value = self.value(key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class Reading:
    """One returned file, read: whose it is, what it says, what is doubtful or wrong about it.

    ``matched_by`` is ``identity`` (the form's hidden sheet) or ``content``. ``round_id``/``department_id`` are empty
    where the file does not tell and nothing could be inferred; then an issue says so. ``division_id`` is the 課 that
    answers to its 主管課, empty for a whole department.
    """

    plan_id: str
    round_id: str
    department_id: str
    answers: tuple[Answer, ...]
    issues: tuple[Issue, ...]
    form_version: str = ""
    matched_by: str = "identity"
    sample: bool = False
    division_id: str = ""

    @property
    def place(self) -> Place:
        """Where the return lives."""
        return Place(self.plan_id, self.round_id, self.department_id, self.division_id)


#: What the page gives as the reason where a person typed a value and said nothing.
TYPED = "画面で入力"
#: What is noted of a question that another answer on the page has made void.
LAPSED = "ほかの欄の修正により不要"
#: What stands behind a reason that was given in an earlier return.
TAKEN_OVER = "(前の回答から引継ぎ)"


def none_this_time(code: str) -> str:
    """What the page gives as the reason where a person chose why there is no value; a key of MISSING_WORDS."""
    return f"今回は実績なし({MISSING_WORDS[code]})"


#: Reasons that are no person's own words, whatever was asked.
_GIVEN = frozenset({TYPED, LAPSED, LEFT_BLANK, WITHDRAWN, NOT_TAKEN, *map(none_this_time, MISSING_WORDS)})


@dataclass(frozen=True)
class Mend:
    """A person's answer on the page to one cell: the value it shall have, and why."""

    subject_id: str
    key: str
    value: float | str | None
    reason: str

    def is_written(self, offered: Collection[str]) -> bool:
        """Whether somebody wrote the reason; ``offered`` are the answers that the page let them choose from."""
        reason = self.reason.removesuffix(TAKEN_OVER)
        return bool(reason.strip()) and reason not in _GIVEN and reason not in offered


def with_mends(answers: Sequence[Answer], mends: Iterable[Mend]) -> tuple[Answer, ...]:
    """The answers with the mends put in, later over earlier. An indicator the file left out may be answered too."""
    entries: dict[str, dict[str, Entry]] = {a.subject_id: dict(a.entries) for a in answers}
    for mend in mends:
        if not mend.subject_id:
            continue  # an answer about the whole file changes no cell
        own = entries.setdefault(mend.subject_id, {})
        cell = own.get(mend.key) or Entry(mend.key, "", "", "", None)
        own[mend.key] = replace(cell, value=mend.value, mended=mend.reason)
    return tuple(Answer(k, v) for k, v in entries.items())


#: Who answers, and a change of schedule that is none: left blank they are no answer that is missing.
_NOT_AWAITED = ("section", "person", "contact", "revised_start", "revised_end")


def blank_reason(answer: Answer, keys: Collection[str] = ()) -> str:
    """Why fields were left blank, in the words of who answered, of some columns or of all; empty where nobody said."""
    found = {
        entry.mended: None
        for key, entry in answer.entries.items()
        if entry.value is None
        and key not in _NOT_AWAITED
        and (not keys or key in keys)
        and Mend(answer.subject_id, key, None, entry.mended).is_written(())
    }
    return "、".join(found)


@dataclass(frozen=True)
class Question:
    """What the secretariat asks about one cell of a sent return; ``key`` is empty for a whole row."""

    subject_id: str
    key: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What stands beside one indicator's row: the worst severity still open, and the open issues, the worst first."""

    severity: Severity | None
    issues: tuple[Issue, ...] = field(default=())


@dataclass(frozen=True)
class Past:
    """One value already known for an indicator, as a form or a check needs it.

    ``otherwise`` is the best that other rounds than ``round_id`` say of the same period; None where none of them does.
    Where that round took the value back (秘匿, 該当なし), the period is ``withdrawn`` and ``value`` is what it was.
    """

    period: Period
    value: float
    release: str = "final"
    comment: str = ""
    evidence: str = ""
    round_id: str = ""
    known_at: datetime | None = None
    otherwise: Past | None = None
    withdrawn: bool = False


def known_beside(history: Iterable[Past], round_id: str) -> tuple[Past, ...]:
    """The values that stand without what a round itself said, in the same order; with no round all that stand.

    A form written or read a second time must find what the first one found: a correction that the round has already
    brought is not the last value before it.
    """
    found = (past if past.round_id != round_id else past.otherwise for past in history)
    return tuple(past for past in found if past is not None and not past.withdrawn)


def last_before(history: Iterable[Past], round_id: str, card: Card, expected: Period) -> Past | None:
    """The 前回値 of a form: the newest value said before a round, up to the period asked for.

    A year of an indicator that counts each year anew follows a year, and a part of one the same part of another; where
    no such part is known, the last whole year stands there to be looked at.
    """
    known = [p for p in known_beside(history, round_id) if p.period.position <= expected.position + EPS]
    alike = [p for p in known if card.comparable(p.period, expected)]
    whole = [p for p in known if not card.is_part_count(p.period)]
    return next((found[-1] for found in (alike, whole) if found), None)


@dataclass(frozen=True)
class Brief:
    """All that a form writer, its reader and the checks need to know beside the file.

    ``cards`` are the versions in force, ``history`` the best known value of each period, oldest first, by indicator
    (to be read through :func:`known_beside`: periods whose value was taken back are in it too); ``day`` decides who
    owns what and what departments are called. ``standing`` is what was said last, by indicator, of
    :data:`kpi.plan.STANDING_TEXTS`; ``reviews`` are what was said of each initiative, the oldest half-year first.
    ``sections`` are, by subject, the department that answered last and the 課 that it named.
    """

    plan: Plan
    day: date
    cards: Mapping[str, Card] = field(default_factory=dict)
    history: Mapping[str, tuple[Past, ...]] = field(default_factory=dict)
    standing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reviews: Mapping[str, tuple[Review, ...]] = field(default_factory=dict)
    sections: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def asked_in(self, round_: Round) -> Brief:
        """The brief for a round: where that asks about initiatives, they stand in place of indicators.

        A card then holds the 当初 schedule of its initiative. Only what was said of earlier half-years is 前回: a form
        written or read a second time must find what the first one found, also when later ones are in. What only says
        why nothing was told is none.
        """
        if round_.kind != "initiatives":
            return self
        plan = self.plan.asked_in(round_.kind)
        until = round_.period.position
        said = {i: tuple(r for r in told if r.tells and r.period.position < until) for i, told in self.reviews.items()}
        cards = {}
        for card in plan.cards:
            planned = schedule(plan.initiative(card.indicator_id), said.get(card.indicator_id, ()))[0]
            cards[card.indicator_id] = replace(card, baseline_period=planned.start, target_period=planned.end)
        return replace(self, plan=plan, cards=cards, history={}, standing={}, reviews=said)


class Action(StrEnum):
    """What a person can do. Its value stands in the log."""

    SEE_APPROVED = "see_approved"
    SEE_RETURNS = "see_returns"
    TAKE_FORM = "take_form"
    SAVE = "save"
    MEND = "mend"
    DISCARD = "discard"
    PASS_ON = "pass_on"
    JOIN = "join"
    SEND = "send"
    ENTER_FOR = "enter_for"
    EXPORT = "export"
    OPEN_ROUND = "open_round"
    CLOSE_ROUND = "close_round"
    CONFIRM = "confirm"
    ASK_BACK = "ask_back"
    PROPOSE_CARD = "propose_card"
    DECIDE_CARD = "decide_card"
    SET_PUBLICATION = "set_publication"
    MAKE_REPORT = "make_report"
    SEE_LOG = "see_log"
    SEE_HANDOVER = "see_handover"
    SET_DIVISIONS = "set_divisions"
    SET_PEOPLE = "set_people"
    SET_DEPARTMENTS = "set_departments"
    SET_PLAN = "set_plan"
    SAMPLES = "samples"
    KEEP = "keep"


ACTION_WORDS: Mapping[Action, str] = {
    Action.SEE_APPROVED: "確認済の値を見る",
    Action.SEE_RETURNS: "回答と下書きを見る",
    Action.TAKE_FORM: "回答様式を受け取る",
    Action.SAVE: "回答様式を取り込む",
    Action.MEND: "画面で直す",
    Action.DISCARD: "下書きを取り消す",
    Action.PASS_ON: "主管課へ回答する",
    Action.JOIN: "課の回答をまとめる",
    Action.SEND: "事務局へ回答する",
    Action.ENTER_FOR: "代理登録する",
    Action.EXPORT: "数値を持ち出す",
    Action.OPEN_ROUND: "照会を始める",
    Action.CLOSE_ROUND: "照会を締め切る",
    Action.CONFIRM: "確認済にする",
    Action.ASK_BACK: "修正を依頼する",
    Action.PROPOSE_CARD: "判定条件の変更を提案する",
    Action.DECIDE_CARD: "判定条件の決定を記録する",
    Action.SET_PUBLICATION: "公表区分を決める",
    Action.MAKE_REPORT: "報告書の総括・想定問答を書き、版を残す",
    Action.SEE_LOG: "記録を見る",
    Action.SEE_HANDOVER: "引継ぎを見る",
    Action.SET_DIVISIONS: "課を決める",
    Action.SET_PEOPLE: "利用者を決める",
    Action.SET_DEPARTMENTS: "部局を決める",
    Action.SET_PLAN: "計画を読み込み直す",
    Action.SAMPLES: "サンプルを入れる・消す",
    Action.KEEP: "控えを取る・戻す",
}

Reach = Literal["none", "own", "all"]

#: The one table of rights: for each action, how far each role reaches. Roles that are not named reach nothing.
RULES: Mapping[Action, Mapping[Role, Reach]] = {
    Action.SEE_APPROVED: dict.fromkeys(Role, "all"),
    Action.EXPORT: dict.fromkeys(Role, "all"),
    **{
        action: {Role.DEPARTMENT: "own", Role.SECRETARIAT: "all", Role.ADMIN: "all"}
        for action in (Action.SEE_RETURNS, Action.TAKE_FORM, Action.SEE_HANDOVER)
    },
    # What comes by mail the secretariat enters: then the return is marked 代理登録.
    **{
        action: {Role.DEPARTMENT: "own", Role.SECRETARIAT: "all", Role.ADMIN: "all"}
        for action in (
            Action.SAVE,
            Action.MEND,
            Action.DISCARD,
            Action.PASS_ON,
            Action.JOIN,
            Action.SEND,
            Action.SET_DIVISIONS,
        )
    },
    **{
        action: {Role.SECRETARIAT: "all", Role.ADMIN: "all"}
        for action in (
            Action.ENTER_FOR,
            Action.OPEN_ROUND,
            Action.CLOSE_ROUND,
            Action.CONFIRM,
            Action.ASK_BACK,
            Action.PROPOSE_CARD,
            Action.DECIDE_CARD,
            Action.SET_PUBLICATION,
            Action.MAKE_REPORT,
            Action.SEE_LOG,
        )
    },
    **{
        action: {Role.ADMIN: "all"}
        for action in (Action.SET_PEOPLE, Action.SET_DEPARTMENTS, Action.SET_PLAN, Action.SAMPLES, Action.KEEP)
    },
}

#: What a 課 may not do for its department: that is its 主管課's.
_OF_THE_LEAD = (Action.JOIN, Action.SEND, Action.SET_DIVISIONS)


#: What ends with a plan's term, see :func:`kpi.collection.lifecycle.over`: rounds, returns and judging rules.
OF_THE_TERM = frozenset(
    {
        Action.TAKE_FORM,
        Action.SAVE,
        Action.MEND,
        Action.DISCARD,
        Action.PASS_ON,
        Action.JOIN,
        Action.SEND,
        Action.OPEN_ROUND,
        Action.CLOSE_ROUND,
        Action.CONFIRM,
        Action.ASK_BACK,
        Action.PROPOSE_CARD,
        Action.DECIDE_CARD,
    }
)
#: What a person reads who would do one of these afterwards.
TERM_OVER = Issue(
    "plan.over",
    Severity.FIX,
    "計画期間は終わりました。",
    "この計画は見るだけで、照会・回答・判定条件の変更はできません。",
)

#: What is done to the store as a whole, and so to every plan in it.
OF_THE_STORE = (Action.SET_PEOPLE, Action.SET_PLAN, Action.SAMPLES, Action.KEEP)


def may(person: Person, action: Action, place: Place = ANYWHERE) -> bool:
    """Whether a person may do something at a place: a plan, and for actions about a department this, or its 課."""
    own = person.within(place.plan_id)
    if action in OF_THE_STORE and own.plan_id:
        return False
    match RULES[action].get(own.role, "none"):
        case "all":
            return True
        case "own":
            lead = "" if action in _OF_THE_LEAD else place.division_id
            return bool(place.department_id) and own.answers_for(place.department_id, lead)
        case _:
            return False


def refusal(person: Person, action: Action) -> Issue:
    """What a person reads who may not do something."""
    return Issue(
        "right.refused",
        Severity.FIX,
        f"「{ACTION_WORDS[action]}」権限がありません(現在の権限: {ROLE_WORDS[person.role]})。",
        "必要な場合は、事務局または管理者に連絡してください。",
    )
