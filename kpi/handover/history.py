"""Everything said before about some indicators and initiatives, gathered in one line a saying.

It is for who takes them over. An initiative stands among them as :meth:`kpi.plan.Plan.subject` gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from kpi.assessment import Assessment
from kpi.cards.revision import CARD_WORDS, INDICATOR_WORDS, apply_to_card, band_text, card_text, day_text
from kpi.collection.review.answer_words import in_one_line
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS, Mend, Reading
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.initiative_profile import history, schedule_facts
from kpi.initiatives.track import Track
from kpi.period import Period
from kpi.plan import STANDING_TEXTS, Indicator, Round, subject_words, work_among
from kpi.printing.printed_figures import exact_text
from kpi.provenance.list_origin import LIST_WORD
from kpi.tables.table_rows import Row, records

VALUE, CORRECTED, NONE = "値", "値の訂正", "実績なし"
EXPLAINED, PLANNED, GROUNDS = "要因分析", "今後の対応", "根拠資料"
_STANDING = tuple(STANDING_TEXTS.items())
ASKED, REPLIED = "修正依頼", "修正依頼への回答"
PROPOSED, DECIDED, REJECTED = "判定条件の提案", "判定条件の決定", "判定条件の見送り"
REVIEWED = "取組の見直し"
#: What stands in a value's own row of the history, so that the talk beside it need not repeat it.
HISTORY = frozenset({REVIEWED, VALUE, NONE, EXPLAINED, PLANNED, GROUNDS, *STANDING_TEXTS.values()})


class Returned(Protocol):
    """A return as it was sent, with what was said of it on the page."""

    @property
    def sent_by(self) -> str:
        """Who sent it."""

    @property
    def reading(self) -> Reading:
        """What it says."""

    @property
    def mends(self) -> tuple[Mend, ...]:
        """What was said of it on the page."""


@dataclass(frozen=True)
class Sources:
    """What is kept beside the judged state: a return by its id, a column's heading, what a kept proposal would set."""

    returned: Callable[[str], Returned]
    heading: Callable[[Round, str], str]
    proposed: Callable[[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Said:
    """One thing said of an indicator or initiative: when, what kind, of which period or round, by whom, the words."""

    indicator_id: str
    at: datetime
    kind: str
    about: str
    who: str
    text: str


def everything_said(view: Assessment, indicators: Sequence[Indicator], sources: Sources) -> tuple[Said, ...]:
    """All that was said of some indicators, in the plan's order and then from the newest."""
    found = [
        *_values(view, indicators),
        *_reviews(view, indicators),
        *_questions(view, indicators, sources),
        *_proposals(view, indicators, sources),
    ]
    order = {i.id: number for number, i in enumerate(indicators)}
    return tuple(sorted(found, key=lambda s: (order[s.indicator_id], -s.at.timestamp())))


def _of(
    rows: Iterable[Row], indicators: Sequence[Indicator], column: str = "indicator_id"
) -> Iterator[tuple[Indicator, Row]]:
    names = {i.id: i for i in indicators}
    for row in rows:
        if row[column] in names:
            yield names[row[column]], row


def _values(view: Assessment, indicators: Sequence[Indicator]) -> Iterator[Said]:
    for indicator, row in ((i, row) for i in indicators for row in view.told.get(i.id, ())):
        at, who = row["known_at"].to_pydatetime(), _who(view, row)
        about = Period.parse(str(row["period"])).short
        kind = NONE if row["state"] != "value" else CORRECTED if row["correction_kind"] else VALUE
        yield Said(indicator.id, at, kind, about, who, value_words(view, indicator, row))
        for key, name in (("analysis", EXPLAINED), ("actions", PLANNED), ("evidence", GROUNDS), *_STANDING):
            if row[key]:
                yield Said(indicator.id, at, name, about, who, str(row[key]))


def track_of(view: Assessment, initiative_id: str) -> Track:
    """An initiative with all that was said of it."""
    return Track(view.plan.initiative(initiative_id), tuple(view.snapshot.reviews.get(initiative_id, ())))


def _reviews(view: Assessment, subjects: Sequence[Indicator]) -> Iterator[Said]:
    for one in work_among(subjects):
        for half in history(view, track_of(view, one.id)):
            review = half.review
            chosen = (("進捗", PROGRESS_WORDS.get(review.progress)), ("今後の方向性", COURSE_WORDS.get(review.course)))
            told = "　".join(f"{label} {text}" for label, text in (*chosen, *half.facts) if text)
            if review.known_at is not None:
                who = " ".join(
                    w for w in (_department(view, review.department_id, review.known_at), review.text("section")) if w
                )
                yield Said(one.id, review.known_at, REVIEWED, review.about.short, who, told)


def value_words(view: Assessment, indicator: Indicator, row: Row) -> str:
    """「12.5%(確定・確認済)」, or why there is none."""
    review = "確認済" if row["review"] == "confirmed" else "未確認"
    if row["state"] != "value":
        coming = f"・次回公表 {Period.parse(str(row['next_release'])).short}" if row["next_release"] else ""
        return f"{MISSING_WORDS.get(str(row['state']), '値なし')}({review}{coming})"
    card = view.snapshot.cards[indicator.id]
    text = exact_text(row["value"], card, indicator.unit)
    kind = CORRECTION_WORDS.get(str(row["correction_kind"]), "")
    notes = [RELEASE_WORDS.get(str(row["release"]), ""), f"訂正: {kind}" if kind else "", review]
    if row["code"] in view.snapshot.taken_back:
        text = "取下げ"
    return f"{text}({'・'.join(n for n in notes if n)})"


def _who(view: Assessment, row: Row) -> str:
    name = _department(view, str(row["department_id"]), row["known_at"]) or LIST_WORD
    return " ".join(w for w in (name, str(row["section"] or ""), "代理登録" if row["on_behalf"] else "") if w)


def _department(view: Assessment, department_id: str, at: datetime) -> str:
    """The name that a department had at a time; empty of none."""
    found = next((d for d in view.snapshot.plan.departments if d.id == department_id), None)
    return found.name(at.date()) if found else ""


def _questions(view: Assessment, indicators: Sequence[Indicator], sources: Sources) -> Iterator[Said]:
    plan = view.snapshot.plan
    for indicator, row in _of(view.snapshot.asked, indicators, "subject_id"):
        asked = plan.round(str(row["round_id"]))
        about = f"{asked.name} {sources.heading(asked, str(row['key']))}"
        yield Said(indicator.id, row["asked_at"].to_pydatetime(), ASKED, about, str(row["who"]), str(row["text"]))
        if row["answered_by"]:
            who, text = _reply(view, indicator, sources.returned(str(row["answered_by"])))
            yield Said(indicator.id, row["answered_at"].to_pydatetime(), REPLIED, about, who, text)


def _reply(view: Assessment, indicator: Indicator, stored: Returned) -> tuple[str, str]:
    """Who answered and what, with the reasons given on the page."""
    answer = next(a for a in stored.reading.answers if a.subject_id == indicator.id)
    reasons = [m.reason for m in stored.mends if m.subject_id == indicator.id and m.reason]
    said = in_one_line(view, indicator.id, answer)
    told = f"{said}　理由: {'、'.join(dict.fromkeys(reasons))}" if reasons else said
    return stored.sent_by, told


def _proposals(view: Assessment, indicators: Sequence[Indicator], sources: Sources) -> Iterator[Said]:
    for indicator, row in _of(records(view.snapshot.proposals), indicators):
        words = _proposed(view, indicator, sources.proposed(str(row["document"]), indicator.id))
        state, reason = str(row["state"]), str(row["reason"])
        text = f"{words}　理由: {reason}" if reason else words
        if state != "replaced":
            waiting = "(決定待ち)" if state == "open" else ""
            at = row["proposed_at"].to_pydatetime()
            yield Said(indicator.id, at, PROPOSED, waiting, str(row["who"]), text)
        if state in ("accepted", "rejected") and row["decided_on"]:
            day = datetime.fromisoformat(str(row["decided_on"]))
            about = f"{day_text(day.date())}{row['decision']}"
            kind = DECIDED if state == "accepted" else REJECTED
            answer = f"　{row['answer']}" if row["answer"] else ""
            yield Said(indicator.id, day, kind, about, str(row["entered_by"]), words + answer)


def _proposed(view: Assessment, indicator: Indicator, changes: Mapping[str, Any]) -> str:
    card = apply_to_card(view.snapshot.cards[indicator.id], changes)
    told = [f"{CARD_WORDS[k]} {card_text(card, k, indicator.unit)}" for k in changes if k in CARD_WORDS]
    told += [f"{INDICATOR_WORDS[k]} {v}" for k, v in changes.items() if k in INDICATOR_WORDS]
    return "、".join(told)


def waiting(
    view: Assessment, indicators: Sequence[Indicator], sources: Sources
) -> tuple[tuple[str, Indicator, str], ...]:
    """What is open: questions without an answer and proposals without a decision, as (kind, indicator, words)."""
    asked = _of((q for q in view.snapshot.asked if not q["answered_by"]), indicators, "subject_id")
    proposals = view.snapshot.proposals
    open_now = _of(records(proposals[proposals["state"] == "open"]), indicators)
    return (
        *((ASKED, i, str(row["text"])) for i, row in asked),
        *((PROPOSED, i, _proposed(view, i, sources.proposed(str(row["document"]), i.id))) for i, row in open_now),
    )


def as_table(view: Assessment, indicators: Sequence[Indicator], said: Iterable[Said]) -> pd.DataFrame:
    """Everything as one table to take away: of each its card or its schedule first, then all that was said."""
    told: dict[str, list[Said]] = {}
    for one in said:
        told.setdefault(one.indicator_id, []).append(one)
    rows: list[tuple[object, ...]] = []
    for i in indicators:
        rows.append(_schedule_row(view, i) if i.level == "initiative" else _card_row(view, i))
        rows += [(i.number, i.name, s.kind, s.about, s.at.date(), s.who, s.text) for s in told.get(i.id, ())]
    return pd.DataFrame(rows, columns=["番号", subject_words(indicators), "種類", "時点・照会", "日付", "だれ", "内容"])


def _schedule_row(view: Assessment, initiative: Indicator) -> tuple[object, ...]:
    words = "、".join(f"{word} {text}" for word, text in schedule_facts(track_of(view, initiative.id)))
    return (initiative.number, initiative.name, "工程", "", None, initiative.source, words)


def _card_row(view: Assessment, indicator: Indicator) -> tuple[object, ...]:
    card = view.snapshot.cards[indicator.id]
    words = "、".join(f"{w} {t}" for w, t in card_facts(view, indicator))
    version = f"第{card.version}版"
    return (indicator.number, indicator.name, "判定条件", version, None, indicator.source, words)


def card_facts(view: Assessment, indicator: Indicator) -> tuple[tuple[str, str], ...]:
    """How an indicator is judged now, as pairs of words."""
    card = view.snapshot.cards[indicator.id]

    def text(key: str) -> str:
        return card_text(card, key, indicator.unit)

    def dated(key: str) -> str:
        return f"{text(key)}({text(f'{key}_period')})" if getattr(card, f"{key}_period") else text(key)

    target = band_text(card, indicator.unit) if card.direction == "maintain" else ""
    target = target or dated("target")
    told = [("現状値", dated("baseline")), ("目標値", target), ("目指す方向", text("direction")), ("値", text("kind"))]
    told += [("目安値", text("milestones"))] if card.milestones else []
    told += [("決定", card.reason)] if card.reason else []
    return tuple(told)
