"""The sample answers of the half-yearly reviews: a row of ``reviews.csv`` is one initiative in one half-year.

What the plan leaves open stands here alone: a schedule (工程) in these rows is a sample and never the plan's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from kpi.initiatives.initiative import asked
from kpi.issue import Issue
from kpi.plan import Plan
from loaders.form import definition as d
from loaders.plan.tabular import Column, Record, convert, number, one_of, period, text

REVIEWS = "reviews.csv"
#: Stands in the first column of every row of the samples' numbers, so that a copied row says it too.
NOTE = "サンプル(架空)"
#: What is entered, by round, by whom or what it is about, and by column of the form.
Said = dict[str, dict[str, dict[str, object]]]


def read_reviews(records: Iterable[Record], plan: Plan) -> tuple[Said, list[Issue]]:
    """The rows by round, initiative and column key, each cell read as its column needs it; and what is wrong."""
    columns = review_columns([r.id for r in plan.rounds], [one.id for one in asked(plan.initiatives)])
    said: Said = {}
    issues: list[Issue] = []
    for record in records:
        row, found = convert(record, columns)
        issues += found
        if found:
            continue
        own = said.setdefault(row.pop("round_id"), {})
        if row["initiative_id"] in own:
            message = "同じ取組の行が2つあります。"
            issues.append(record.issue("samples.twice", "initiative_id", message, "1行にしてください。"))
        own[row["initiative_id"]] = {key: row[key] for key in _KEYS if row[key] is not None}
    return said, issues


def review_columns(rounds: Iterable[str] = (), initiatives: Iterable[str] = ()) -> tuple[Column, ...]:
    """The columns of the file; without ids nothing but its headings can be read by them."""
    return (
        Column("note", one_of(NOTE), required=True),
        Column("round_id", one_of(*rounds), required=True),
        Column("initiative_id", one_of(*initiatives), required=True),
        *(Column(key, partial(entered, d.column(key))) for key in _KEYS),
    )


def entered(column: d.Column, written: object) -> object:
    """What is written of a column, as the form's writer takes it."""
    if column.kind == "number":
        read = number(written)
        return int(read) if read == int(read) else read
    if column.kind == "period":
        return period(written)
    return one_of(*(column.choices or {}))(written) if column.kind == "choice" else text(written)


_KEYS = tuple(c.key for c in d.columns_for("initiatives") if c.entry)
