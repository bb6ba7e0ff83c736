"""Answers about initiatives under review: one in a box beside the half-year before, many in one table."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import entry_words
from kpi.collection.review.review_order import Item
from kpi.collection.workflow import Entry
from kpi.initiatives.half_year_review import Review as Said
from kpi.initiatives.self_evaluation import EVALUATION_KEYS
from kpi.plan import Round
from pages.parts.review.review_words import column_name, subject_link, subject_number
from pages.parts.shared.markup import Column, Content, Markup, changed, join, table, tag

_TEXTS = ("performance", *EVALUATION_KEYS, "next_plan", "problems")
_IN_BOX = ("progress", "course", *_TEXTS, "interim_1", "interim_2", "planned_start", "planned_end")


def before(state: Assessment, asked: Round, subject_id: str) -> Said | None:
    """What was said the half-year before a round's."""
    told = state.snapshot.reviews.get(subject_id, ())
    return next((r for r in reversed(told) if r.period.position < asked.period.position), None)


def _words(state: Assessment, subject_id: str, entry: Entry | None) -> str:
    if entry is None or entry.value is None:
        return f"「{entry.written}」(読めない)" if entry and entry.written else "―"
    if entry.key in _TEXTS:
        return str(entry.value)
    return entry_words(state.plan.subject(subject_id), state.card(subject_id), entry)


def _then(state: Assessment, subject_id: str, last: Said | None, key: str) -> str:
    if last is None or key not in last.said:
        return "―"
    return _words(state, subject_id, Entry(key, "", "", "", last.said[key]))


def said_in_box(state: Assessment, asked: Round, item: Item) -> Markup:
    """A line for each thing that was said: now, the half-year before, and in which cell."""
    last = before(state, asked, item.subject_id)
    rows: list[tuple[Content, ...]] = []
    for key in _IN_BOX:
        entry = item.answer.entries.get(key)
        if entry is None or (entry.value is None and not entry.written and key not in ("progress", "performance")):
            continue
        now = _words(state, item.subject_id, entry)
        old = _then(state, item.subject_id, last, key)
        moved = key in ("progress", "course") and old not in ("―", now)
        shown: Content = changed(now) if moved else tag("span", now, "", data_verbatim="1")
        rows.append((column_name(state, asked, key), shown, old, f"{entry.sheet}!{entry.cell}" if entry.cell else "―"))
    if last is not None and last.text("next_plan"):
        rows.insert(2, ("予定(前回)", "", last.text("next_plan"), "―"))
    columns = [Column("項目", width="7rem"), Column("今回"), Column("前回"), Column("場所", narrow=True)]
    return table(columns, rows, caption="取組の回答", kind="stack facts")


def lines_of(state: Assessment, asked: Round, found: Sequence[Item], caption: str, stands: Sequence[Content]) -> Markup:
    """A line for each answer; ``stands`` is how far each is checked."""
    scheme = state.plan.self_evaluation
    columns = [
        Column("取組", width="16rem"),
        Column("進捗(前回)"),
        Column("方向性"),
        Column("実績"),
        Column(column_name(state, asked, "next_plan")),
        *([Column(scheme.name)] if scheme else []),
        Column("状態"),
    ]
    rows = [_line(state, asked, item, standing) for item, standing in zip(found, stands, strict=True)]
    return table(columns, rows, caption=caption, kind="stack")


def _line(state: Assessment, asked: Round, item: Item, standing: Content) -> tuple[Content, ...]:
    one, last = state.plan.subject(item.subject_id), before(state, asked, item.subject_id)

    def said(key: str) -> str:
        return _words(state, one.id, item.answer.entries.get(key))

    old = _then(state, one.id, last, "progress")
    scheme = state.plan.self_evaluation
    whose = state.plan.department(item.department_id).name(state.day)
    return (
        join([f"{subject_number(state, one)}　", subject_link(one), tag("small", whose)]),
        join([said("progress"), tag("small", f"前回 {old}") if old != "―" else ""]),
        said("course"),
        tag("span", said("performance"), "", data_verbatim="1"),
        tag("span", said("next_plan"), "", data_verbatim="1"),
        *([tag("span", scheme.summary(item.answer) or "―", "", data_verbatim="1")] if scheme else []),
        standing,
    )
