"""Reads a returned form: whose it is, which row answers for which indicator, what each cell says.

One way: the sheets are located, the rows identified, the cells understood, and the rules of each row asked; at the end
a sweep tells what nobody has read. Each step takes values and gives values and what it noticed.

What is certain is taken, with a note where something was ignored; what is doubtful is asked; what is wrong is told with
how to mend it. A figure is never taken for another indicator, column or period than the one a person sees beside it.
"""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.scope import asked_of
from kpi.collection.workflow import Answer, Brief, Reading
from kpi.issue import Issue
from kpi.plan import Indicator, Round
from loaders.form import definition as d
from loaders.form.hidden_sheet import Meta
from loaders.form.reading.form_answers import READERS, Form, answer_of
from loaders.form.reading.headings import Table
from loaders.form.reading.identification import Whose, whose
from loaders.form.reading.leftover.read_table import ReadTable, Swept
from loaders.form.reading.leftover.sweep import sweep
from loaders.form.reading.understanding.formulas import Formulas
from loaders.form.writing.writer import form_marks
from loaders.rules.check_registry import finding
from loaders.workbook.cells import Book


def read_form(
    book: Book, brief: Brief, *, round_id: str = "", department_id: str = "", division_id: str = ""
) -> Reading:
    """One workbook read as a return. The page's round, department and 課 count only where the file does not tell."""
    owner, of_owner = whose(book, brief, round_id, department_id, division_id)
    brief = brief.asked_in(owner.round) if owner.round else brief
    issues = [*(finding("book.note", {"note": note}) for note in book.notes), *of_owner]
    answers: tuple[Answer, ...] = ()
    if owner.tables and owner.round and owner.department_id:
        own = owner.own or _drawn_marks(brief, owner, owner.round)
        form = Form(brief, owner.round, owner.department_id, owner.indicators(brief), own, Formulas(book))
        answers, read, noticed = _read(form, owner)
        issues += noticed
        asked = owner.meta.questions if owner.meta else ()
        issues += sweep(Swept(book, read, owner.round, own, asked, tuple(issues), owner.meta_sheet))
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


def _drawn_marks(brief: Brief, owner: Whose, round_: Round) -> frozenset[str]:
    """The marks of the form as it would be made anew, for one that has lost its own."""
    if owner.meta:
        brief = replace(brief, day=owner.meta.made_on)
    if not asked_of(brief.plan, round_, owner.department_id, brief.day, brief.cards, owner.division_id):
        return frozenset()
    division, sample = owner.division_id, owner.sample
    return frozenset(form_marks(brief, round_.id, owner.department_id, division_id=division, sample=sample))


def _read(form: Form, owner: Whose) -> tuple[tuple[Answer, ...], tuple[ReadTable, ...], list[Issue]]:
    """The answers in the order of the indicators, the tables that have been read, and what was noticed."""
    reads = {sheet: read(form, owner.sheets.get(sheet, ())) for sheet, read in READERS.items()}
    issues = [issue for read in reads.values() for issue in read.issues]
    figures, prose = reads[d.FIGURES], reads[d.PROSE]
    answers: list[Answer] = []
    for indicator in form.ours.values():
        if indicator.id not in figures.places[0]:
            issues += _missing_row(figures.tables[0], indicator, form.brief)
            continue
        answer, noticed = answer_of(indicator, form.round, reads.values())
        answers.append(answer)
        issues += noticed
        if prose.tables and indicator.id not in prose.places[0]:
            issues += _missing_block(prose.tables[0], indicator)
        issues += _redefined(figures.tables[0], indicator, form.brief, owner.meta)
    return tuple(answers), tuple(table for read in reads.values() for table in read.read), issues


def _missing_block(table: Table, indicator: Indicator) -> list[Issue]:
    words = {"name": indicator.name}
    return [finding("block.missing", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]


def _missing_row(table: Table, indicator: Indicator, brief: Brief) -> list[Issue]:
    current = {i.id for d_ in brief.plan.departments for i in brief.plan.owned_by(d_.id, brief.day)}
    if indicator.id not in current:
        return []
    words = {"name": indicator.name}
    return [finding("row.missing", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]


def _redefined(table: Table, indicator: Indicator, brief: Brief, meta: Meta | None) -> list[Issue]:
    card = brief.cards.get(indicator.id) or brief.plan.card(indicator.id)
    for token, _, mark in meta.rows if meta else ():
        if token == indicator.id and mark != d.fingerprint(indicator, card):
            words = {"name": indicator.name}
            return [finding("row.redefined", words, sheet=table.sheet.name, indicator_id=indicator.id, key="row")]
    return []
