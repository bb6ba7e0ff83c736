"""What needs judgement first among the answers of a round (確認): one item for each indicator answered.

Pure: from the sent returns, what was asked back and what is known otherwise. An item stands in the first group that it
belongs to, and tells all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kpi.collection.workflow import LAPSED, Answer, Mend
from kpi.issue import Issue, Severity
from kpi.plan import STANDING_TEXTS


class Group(StrEnum):
    """Why an item needs judgement, the most pressing first."""

    RETURNED = "returned"
    DOUBT = "doubt"
    CORRECTION = "correction"
    CARD = "card"
    CHOSEN = "chosen"
    EXPLANATION = "explanation"
    REST = "rest"


GROUP_WORDS: Mapping[Group, str] = {
    Group.RETURNED: "修正依頼への回答",
    Group.DOUBT: "部局が理由を添えた値",
    Group.CORRECTION: "過去の値の訂正",
    Group.CARD: "現状値・目標値の変更",
    Group.CHOSEN: "部局が画面で選択・入力した値",
    Group.EXPLANATION: "遅れの説明",
    Group.REST: "そのほか",
}

#: What the same is called where initiatives are answered about.
_WORK_WORDS: Mapping[Group, str] = {
    Group.DOUBT: "部局が理由を添えた回答",
    Group.CHOSEN: "部局が画面で選択・入力した回答",
    Group.EXPLANATION: "遅れ・工程の変更",
}
#: Texts about the work that stand on the page anyhow once they are written: that they were wanting is no news.
_TOLD_BELOW = frozenset({"performance", "next_plan", "delay_reason", "revision_reason", "decided_by", "problems"})
#: Questions about these columns are about words, not about a figure that might be wrong.
_TEXTS = frozenset({"evidence", "analysis", "actions", "section", "person", "contact", *STANDING_TEXTS})


def group_word(group: Group, *, of_work: bool) -> str:
    """What a group is called among answers about indicators, or about the work."""
    return _WORK_WORDS.get(group, GROUP_WORDS[group]) if of_work else GROUP_WORDS[group]


@dataclass(frozen=True)
class Question:
    """One 修正依頼: on which cell of which return (``key`` empty: the whole row), and which return answered it."""

    question_id: str
    submission_id: str
    department_id: str
    subject_id: str
    key: str
    text: str
    who: str = ""
    asked_at: datetime | None = None
    answered_by: str = ""


@dataclass(frozen=True)
class Sent:
    """A return that was sent, with all that was asked about it on the way and which of its rows are confirmed.

    ``entered``: the secretariat typed it and settled what was asked, for the department (代理登録).
    """

    submission_id: str
    department_id: str
    answers: Sequence[Answer]
    issues: Sequence[Issue] = ()
    mends: Sequence[Mend] = ()
    confirmed: Collection[str] = frozenset()
    entered: bool = False


@dataclass(frozen=True)
class Doubt:
    """What a check asked about a cell, and what the department said to it.

    ``reason`` is what somebody wrote; ``chosen`` what was only chosen or typed on the page.
    """

    key: str
    message: str
    reason: str
    address: str = ""
    chosen: str = ""

    @property
    def is_chosen(self) -> bool:
        """Whether it was settled without a word of the department's own."""
        return bool(self.chosen) and not self.reason


@dataclass(frozen=True)
class Item:
    """One indicator of a sent return. ``waiting`` are questions without an answer, ``replied`` those it answers.

    ``proposed_in`` is the return that brought the change of baseline or target that waits: an earlier one of the round
    where this one says the same.
    """

    submission_id: str
    department_id: str
    answer: Answer
    groups: tuple[Group, ...]
    doubts: tuple[Doubt, ...] = ()
    waiting: tuple[Question, ...] = ()
    replied: tuple[Question, ...] = field(default=())
    confirmed: bool = False
    proposed_in: str = ""
    entered: bool = False

    @property
    def subject_id(self) -> str:
        """What it is about."""
        return self.answer.subject_id

    @property
    def group(self) -> Group:
        """The most pressing reason."""
        return self.groups[0]

    @property
    def open(self) -> bool:
        """Whether somebody has to judge it now: neither confirmed nor with its department."""
        return not self.confirmed and not self.waiting


def items(
    sent: Iterable[Sent],
    questions: Sequence[Question],
    *,
    order: Mapping[str, int],
    proposed: Mapping[str, str] | None = None,
    behind: Collection[str] = frozenset(),
) -> tuple[Item, ...]:
    """Every answered indicator, by group and within it in the plan's order (``order`` by indicator).

    ``sent`` goes from the oldest to the newest; of several returns the newest that says something of an indicator
    counts, whichever department answered for it by then. ``proposed`` are the indicators whose baseline or target is
    proposed anew in this round and not decided, with the return that did; ``behind`` the indicators whose progress owes
    an explanation.
    """
    found = {
        answer.subject_id: _item(one, answer, questions, proposed or {}, behind)
        for one in sent
        for answer in one.answers
        if any(e.written or e.value is not None for e in answer.entries.values())
    }
    places = list(Group)
    return tuple(sorted(found.values(), key=lambda i: (places.index(i.group), order.get(i.subject_id, len(order)))))


def _item(
    one: Sent,
    answer: Answer,
    questions: Sequence[Question],
    proposed: Mapping[str, str],
    behind: Collection[str],
) -> Item:
    mine = [q for q in questions if q.subject_id == answer.subject_id]
    waiting = tuple(q for q in mine if not q.answered_by)
    replied = tuple(q for q in mine if q.answered_by == one.submission_id)
    doubts = _doubts(one, answer.subject_id)
    reasons = {
        Group.RETURNED: bool(replied),
        Group.DOUBT: any(not d.is_chosen for d in doubts),
        Group.CORRECTION: answer.number("correction") is not None,
        Group.CARD: answer.subject_id in proposed,
        Group.CHOSEN: any(d.is_chosen for d in doubts),
        Group.EXPLANATION: answer.subject_id in behind,
    }
    groups = tuple(group for group, holds in reasons.items() if holds) or (Group.REST,)
    confirmed = answer.subject_id in one.confirmed
    proposing = proposed.get(answer.subject_id, "")
    return Item(
        one.submission_id,
        one.department_id,
        answer,
        groups,
        doubts,
        waiting,
        replied,
        confirmed,
        proposing,
        one.entered,
    )


def _doubts(one: Sent, indicator_id: str) -> tuple[Doubt, ...]:
    """The questions and faults of figures that the department settled, each with all that it said of the cell."""
    found = []
    offered = {c.label for i in one.issues if i.subject_id == indicator_id for c in i.choices}
    mends = [m for m in one.mends if m.subject_id == indicator_id and m.reason != LAPSED]
    for issue in _asked(one, indicator_id, mends):
        keys = {issue.key, *(key for choice in issue.choices for key in choice.changes)}
        said = [m for m in mends if m.key in keys]
        near = [m for m in mends if m.key not in _TEXTS]
        written, chosen = (
            " / ".join(dict.fromkeys(m.reason for m in said or near if m.reason and m.is_written(offered) == own))
            for own in (True, False)
        )
        if written or issue.key not in _TOLD_BELOW:
            found.append(Doubt(issue.key, issue.message, written, issue.address, chosen))
    return tuple(dict.fromkeys(found))


def _asked(one: Sent, indicator_id: str, mends: Sequence[Mend]) -> Iterator[Issue]:
    """What was asked of figures; what another answer has made void was asked of nobody, or stands further on anew."""
    own = [i for i in one.issues if i.subject_id == indicator_id and i.severity is not Severity.NOTE]
    void = {m.key for m in one.mends if m.subject_id == indicator_id and m.reason == LAPSED}
    answered = {m.key for m in mends}
    for place, issue in enumerate(own, start=1):
        later = any(i.key == issue.key for i in own[place:])
        if issue.key not in _TEXTS and (issue.key not in void or (issue.key in answered and not later)):
            yield issue


@dataclass(frozen=True)
class Progress:
    """How far the check of a round has come, in indicators."""

    total: int
    confirmed: int
    waiting: int
    returned: int
    judging: int

    @property
    def left(self) -> int:
        """What is still to be judged."""
        return self.total - self.confirmed - self.waiting


def progress(found: Sequence[Item]) -> Progress:
    """Count the items of a round."""
    now = [item for item in found if item.open]
    return Progress(
        total=len(found),
        confirmed=sum(i.confirmed for i in found),
        waiting=sum(bool(i.waiting) and not i.confirmed for i in found),
        returned=sum(i.group is Group.RETURNED for i in now),
        judging=sum(i.group is not Group.REST for i in now),
    )


def sentence(at: Progress, word: str = "指標") -> str:
    """Where the check stands: 「回答21指標のうち確認済12、修正依頼中2。残り7指標(うち判断が要るもの3)」."""
    if not at.total:
        return "まだ回答がありません。"
    told = [f"{word}{count}" for word, count in (("確認済", at.confirmed), ("修正依頼中", at.waiting)) if count]
    head = f"回答のあった{at.total}{word}" + (f"のうち{'、'.join(told)}。" if told else "。")
    if not at.left:
        return head + ("修正依頼の回答を待っています。" if at.waiting else "すべて確認済です。")
    back = f"、修正依頼への回答{at.returned}" if at.returned else ""
    inner = f"(うち判断が要るもの{at.judging}{back})" if at.judging else "(いずれも確認だけで済みます)"
    return f"{head}残り{at.left}{word}{inner}。"
