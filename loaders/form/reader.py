"""Reads a returned form: whose it is, which row answers for which indicator, what each cell says.

What is certain is taken, with a note where something was ignored; what is doubtful is asked; what is wrong is told with
how to mend it. A figure is never taken for another indicator, column or period than the one a person sees beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi.collection import Answer, Brief, Entry, Reading
from kpi.issue import Choice, Issue
from kpi.plan import Indicator, Round
from kpi.schedule import expected_period
from loaders.cells import Book
from loaders.form import definition as d
from loaders.form import whose
from loaders.form.answering import RowReader, shortened
from loaders.form.match import Table
from loaders.form.prefill import last_value
from loaders.form.rates import settle_missing, work_out
from loaders.form.rows import Identified, Rows, identify
from loaders.rules.register import finding


def read_form(
    book: Book, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """One workbook read as a return. The page's round, department and 課 count only where the file does not tell."""
    owner = whose.whose(book, brief, round_id, department_id, division_id)
    notes = tuple(finding("book.note", {"note": note}) for note in book.notes)
    issues = [*notes, *owner.issues]
    answers: tuple[Answer, ...] = ()
    if owner.table and owner.round and owner.department_id:
        answers, found = _answers(owner.table, brief, owner.round, owner)
        issues += found
    return Reading(
        plan_id=owner.plan_id,
        round_id=owner.round.id if owner.round else "",
        department_id=owner.department_id,
        answers=answers,
        issues=tuple(issues),
        form_version=owner.meta.form_version if owner.meta else "",
        matched_by="identity" if owner.meta else "content",
        sample=owner.sample,
        division_id=owner.division_id,
    )


def _answers(table: Table, brief: Brief, round_: Round, owner: whose.Whose) -> tuple[tuple[Answer, ...], list[Issue]]:
    ours = owner.indicators(brief)
    rows = identify(table, brief, ours, owner.department_id)
    issues = [*table.issues, *rows.issues]
    siblings = {r.row: r.indicator.id for r in rows.found}
    read: dict[str, list[tuple[int, dict[str, Entry], list[Issue]]]] = {}
    for place in rows.found:
        reader = _row_reader(table, place, brief, round_, siblings)
        reader.questions = owner.meta.questions if owner.meta else ()
        entries = work_out(reader, settle_missing(reader, reader.read()))
        read.setdefault(place.indicator.id, []).append((place.row, entries, reader.issues))
    answers = []
    for indicator_id, indicator in ours.items():
        if indicator_id not in read:
            issues += _missing_row(table, rows, indicator, brief)
            continue
        entries, found = _one(table, indicator, read[indicator_id])
        issues += found
        issues += _redefined(table, indicator, brief, owner.meta)
        answers.append(Answer(indicator_id, entries))
    return tuple(answers), issues


def _row_reader(table: Table, place: Identified, brief: Brief, round_: Round, siblings: Mapping[int, str]) -> RowReader:
    indicator = place.indicator
    card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
    expected, _ = expected_period(card, indicator, round_)
    past = last_value(brief.history.get(indicator.id, ()), round_, expected)
    return RowReader(table, place, brief, round_, past, siblings)


def _missing_row(table: Table, rows: Rows, indicator: Indicator, brief: Brief) -> list[Issue]:
    current = {i.id for d_ in brief.plan.departments for i in brief.plan.owned_by(d_.id, brief.day)}
    if indicator.id not in current:
        return []
    words = {"name": indicator.name}
    return [finding("row.missing", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]


def _redefined(table: Table, indicator: Indicator, brief: Brief, meta: d.Meta | None) -> list[Issue]:
    card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
    for token, _, mark in meta.rows if meta else ():
        if token == indicator.id and mark != d.fingerprint(indicator, card):
            words = {"name": indicator.name}
            return [finding("row.redefined", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]
    return []


def _one(
    table: Table, indicator: Indicator, rows: list[tuple[int, dict[str, Entry], list[Issue]]]
) -> tuple[dict[str, Entry], list[Issue]]:
    """The entries of an indicator, from one row or from several that must not contradict each other."""
    if len(rows) == 1:
        return rows[0][1], rows[0][2]
    numbers = "・".join(str(row) for row, _, _ in rows)
    words = {"name": indicator.name, "rows": numbers}

    def told(code: str, entry: Entry | None = None, choices: tuple[Choice, ...] = (), column: str = "") -> Issue:
        cell, written, key = (entry.cell, entry.written, entry.key) if entry else (f"{rows[0][0]}行", "", "")
        return finding(
            code, words | {"column": column}, sheet=table.sheet.name, cell=cell, value=written,
            indicator_id=indicator.id, key=key, choices=choices,
        )  # fmt: skip

    filled = [r for r in rows if any(e.written for k, e in r[1].items() if k not in _SUGGESTED)]
    if len(filled) <= 1:
        _, entries, issues = (filled or rows)[0]
        return entries, [*issues, told("row.one_blank")]
    merged, issues = dict(filled[0][1]), list(filled[0][2])
    for _, _, found in filled[1:]:
        issues += [i for i in found if i.severity != "note"]
    differing = 0
    for key, first in filled[0][1].items():
        variants = [e for _, entries, _ in filled if (e := entries.get(key))]
        if all(e.value == first.value and (e.value is not None or not e.written) for e in variants):
            continue
        differing += 1
        merged[key] = replace(first, value=None)
        choices = tuple(Choice(f"{e.cell}の「{shortened(e.written) or '空欄'}」", {key: e.value}) for e in variants)
        issues.append(told("row.twice", first, choices, table.headings[key]))
    if not differing:
        issues.append(told("row.same_twice"))
    return merged, issues


#: Columns that stand filled in when the form goes out.
_SUGGESTED = ("period",)
