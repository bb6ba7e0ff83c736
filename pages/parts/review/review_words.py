"""What is said of one answer under review, as markup; the words are those of the domain."""

from __future__ import annotations

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import Pieces, Statement, Told
from kpi.plan import Indicator, Round
from loaders.form import definition
from pages.parts.shared.markup import Content, Markup, badge, changed, join, link, render, tag


def column_name(state: Assessment, asked: Round, key: str) -> str:
    """What the form calls a column; 行全体 for a question about the whole row."""
    try:
        return definition.heading(definition.column(key), state.plan, asked.kind)
    except KeyError:
        return "行全体"


def subject_number(state: Assessment, subject: Indicator) -> str:
    """The number of what is answered about, behind its field where the plan counts anew in each."""
    return state.snapshot.plan.full_number(subject)


def subject_link(subject: Indicator) -> Markup:
    """The name of what is answered about, as a way to its own page."""
    if subject.level == "initiative":
        return link(subject.name, "roadmap", initiative=subject.id)
    return link(subject.name, "indicator", indicator=subject.id)


def figure(told: Told) -> Markup:
    """A figure with what is said of it in small letters."""
    return join([pieces(told.said), tag("small", pieces(told.about)) if told.about else ""])


def pieces(parts: Pieces) -> Markup:
    """Text in pieces, each as its kind asks for."""
    return join(_piece(text, kind) for text, kind in parts)


def _piece(text: str, kind: str) -> Content:
    if kind == "changed":
        return changed(text)
    if kind == "none":
        return tag("span", text, "none")
    if kind.startswith("status:"):
        return badge(text, kind.removeprefix("status:"))
    return tag("b", text) if kind else text


def body(said: Statement) -> Markup:
    """What is said to a statement's heading."""
    return join([pieces(said.body), *(tag("div", line) for line in said.lines)])


def statement(said: Statement) -> Markup:
    """A heading and what is said to it."""
    return render("statement.html", head=pieces(said.head), body=body(said))
