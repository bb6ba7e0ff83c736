"""What the check of a round rests on: its sent returns, what was asked back, and what was known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import Before, Facts, changed_schedule, facts
from kpi.collection.review.review_order import Item, Question, Sent, items
from kpi.collection.workflow import Answer, Past, ReturnState
from kpi.initiatives.initiative import BEHIND
from kpi.issue import Issue
from kpi.plan import Card, Round, subject_word
from kpi.snapshot import Snapshot, annual_ids, best_confirmed, best_known
from kpi.status import concern
from kpi.tables.table_rows import Row
from loaders.rules import UNREAD
from loaders.store import StoredReturn
from pages.parts.app.current_view import store
from pages.parts.rounds.board_table import stored_returns


@dataclass(frozen=True)
class Review:
    """One round under review."""

    round: Round
    items: tuple[Item, ...]
    questions: tuple[Question, ...]
    before: Before
    answers: Mapping[tuple[str, str], Answer]
    unread: Mapping[str, tuple[Issue, ...]]  # by department: words in its forms that no answer holds

    @property
    def word(self) -> str:
        """What the round asks about."""
        return subject_word(self.round.kind)

    def earlier(self, question: Question) -> Answer | None:
        """The answer that a question was about."""
        return self.answer(question.submission_id, question.subject_id)

    def proposing(self, item: Item) -> Answer | None:
        """The answer that brought the change of an item's baseline or target."""
        return self.answer(item.proposed_in, item.subject_id)

    def answer(self, submission_id: str, indicator_id: str) -> Answer | None:
        """What a return says of an indicator."""
        return self.answers.get((submission_id, indicator_id))


def review_of(state: Assessment, asked: Round) -> Review:
    """The review of a round; kept while nothing is written."""
    return _review(state.key, asked.id, state)


@st.cache_resource(max_entries=4, show_spinner="回答を読んでいます…")
def _review(revision: str, round_id: str, _state: Assessment) -> Review:
    asked, snapshot = _state.plan.round(round_id), _state.snapshot
    sent = list(stored_returns(_state, _all_sent(snapshot.returns, round_id)).values())
    questions = tuple(_question(r) for r in snapshot.asked if r["round_id"] == round_id)
    found = items(
        [_sent(_state, one) for one in sent],
        questions,
        order={i.id: n for n, i in enumerate(_state.plan.subjects)},
        proposed=_proposed(_state, round_id),
        behind=_behind(_state, asked, sent),
    )
    answers = {(one.submission_id, a.subject_id): a for one in sent for a in one.reading.answers}
    return Review(asked, found, questions, _before(_state, round_id), answers, _unread(_state, sent))


def _behind(state: Assessment, asked: Round, sent: Sequence[StoredReturn]) -> frozenset[str]:
    """What owes an explanation: indicators behind their line; initiatives that are behind or whose schedule changes."""
    if asked.kind == "initiatives":
        answers = [a for one in sent for a in one.reading.answers]
        return frozenset(
            a.subject_id for a in answers if a.text("progress") in BEHIND or changed_schedule(state, asked, a)
        )
    if asked.kind in ("annual", "midterm"):
        return frozenset(state.assessed.index[state.assessed["status"].map(concern).notna()])
    return frozenset()


def facts_of(state: Assessment, review: Review, item: Item, key: str) -> Facts:
    """One figure of an item against what was known, made once for a state."""
    name = f"facts {review.round.id} {item.submission_id} {item.subject_id} {key}"
    return state.once(name, lambda: facts(state, review.before, review.round, item, key))


def _proposed(state: Assessment, round_id: str) -> dict[str, str]:
    """By indicator the return of this round whose change of baseline or target waits for a decision.

    What is answered again in the same words is no new proposal: it waits under the return that said it first.
    """
    proposals = state.snapshot.proposals
    own = [r["submission_id"] for r in state.snapshot.returns if r["round_id"] == round_id]
    waiting = proposals[(proposals["state"] == "open") & proposals["submission_id"].isin(own)]
    return dict(zip(waiting["indicator_id"], waiting["submission_id"], strict=True))


def _unread(state: Assessment, sent: Sequence[StoredReturn]) -> dict[str, tuple[Issue, ...]]:
    """Of each department's newest return and what it was joined from: the notes with a person's own words."""
    found = {}
    for one in sent:
        whole = (*stored_returns(state, one.joined_from).values(), one)
        found[one.reading.department_id] = tuple(i for each in whole for i in each.issues if i.code in UNREAD)
    return found


def _all_sent(returns: Sequence[Row], round_id: str) -> list[str]:
    """The departments' answers, oldest first."""
    sent = [r for r in returns if r["round_id"] == round_id and r["state"] == ReturnState.SENT and not r["division_id"]]
    return [str(r["submission_id"]) for r in sorted(sent, key=lambda r: r["sent_at"])]


def _question(row: Row) -> Question:
    return Question(
        str(row["question_id"]),
        str(row["submission_id"]),
        str(row["department_id"]),
        str(row["subject_id"]),
        str(row["key"]),
        str(row["text"]),
        str(row["who"]),
        row["asked_at"].to_pydatetime(),
        str(row["answered_by"] or ""),
    )


def _sent(state: Assessment, stored: StoredReturn) -> Sent:
    """A return with what was asked and said about it, also while it was the return of a 課."""
    sources = stored_returns(state, stored.joined_from).values()
    return Sent(
        stored.submission_id,
        stored.reading.department_id,
        stored.reading.answers,
        [issue for one in (*sources, stored) for issue in one.issues],
        [mend for one in (*sources, stored) for mend in one.mends],
        frozenset(stored.confirmed),
        stored.on_behalf,
    )


def _before(state: Assessment, round_id: str) -> Before:
    """What was known the moment before the round's first answer; everything, where there is none yet."""
    rows = state.snapshot.returns
    sent = [r["sent_at"] for r in rows if r["round_id"] == round_id and not pd.isna(r["sent_at"])]
    if not sent:
        return Before(state.snapshot.history, state.snapshot.confirmed)
    then = _known_at(state.plan.id, min(sent).to_pydatetime() - timedelta(microseconds=1), len(rows))
    both = pd.concat([then.observations, state.snapshot.observations])
    both = both.drop_duplicates("observation_id", keep="last").sort_values("observation_id")
    cards = state.snapshot.cards
    table = hash(
        tuple(zip(*(both[c].astype(str) for c in ("observation_id", "known_at", "value", "state")), strict=True))
    )
    return Before(then.history, best_confirmed(both, cards, _best(table, annual_ids(cards), both, cards)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _best(
    table: int, annual: frozenset[str], _both: pd.DataFrame, _cards: Mapping[str, Card]
) -> Mapping[str, tuple[Past, ...]]:
    """The best of these values, confirmed or not, by a hash of them: a confirmation, after which it is asked again,
    changes nothing of it."""
    return best_known(_both, _cards)


@st.cache_resource(max_entries=8, show_spinner=False)
def _known_at(plan_id: str, moment: datetime, returns: int) -> Snapshot:
    """What was known at a moment. It changes only when samples come or go, and so does the number of returns."""
    return store().snapshot(plan_id, as_of=moment)
