"""Writes the survey workbook of one round and one department, from the form's definition and a brief.

The same input gives the same bytes: no clock is read, and the zip is packed anew with the brief's day on every member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpi.collection.scope import find_division
from kpi.collection.workflow import Brief
from kpi.plan import Plan, Round
from loaders.documents.packing import file_part, repacked, with_results
from loaders.form import definition as d
from loaders.form import previous_layout
from loaders.form import prose_lines as ln
from loaders.form.form_questions import Asked, Questions, questions_about, reopened
from loaders.form.hidden_sheet import Meta, meta_rows
from loaders.form.own_text import marks_of
from loaders.form.prose_lines import lines, places
from loaders.form.writing import style
from loaders.form.writing.answer_sheet import write_sheet
from loaders.form.writing.form_content import FormContent, Results
from loaders.form.writing.guide import write_guide
from loaders.form.writing.prefill import Row, form_rows
from loaders.form.writing.prose_drawing import write_prose
from loaders.text.characters import one_line, tidied


def form_filename(
    plan: Plan,
    day: date,
    round_id: str,
    department_id: str,
    *,
    sample: bool = False,
    division_id: str = "",
    sent_back: bool = False,
) -> str:
    """``回答様式_令和6年度実績_農林水産部.xlsx``, without signs that a file system refuses."""
    parts = [d.word(plan, "form"), plan.round(round_id).name, plan.department(department_id).name(day)]
    if division := find_division(plan, department_id, division_id):
        parts.append(division.name)
    parts += (["修正依頼"] if sent_back else []) + (["サンプル"] if sample else [])
    return "_".join(file_part(p) for p in parts) + ".xlsx"


def write_form(
    brief: Brief,
    round_id: str,
    department_id: str,
    *,
    sample: bool = False,
    answers: Mapping[str, Mapping[str, object]] | None = None,
    division_id: str = "",
    questions: Iterable[Asked] = (),
) -> bytes:
    """The workbook's bytes; with ``division_id`` the form of that 課 alone.

    ``answers`` fill entry cells by indicator id and column key: numbers, text, codes of choices and periods (written in
    words), or None to clear what is prefilled; text that is no code is written as it stands. Indicators of other
    departments are passed over, so that one set of answers serves all forms of a round.

    With ``questions`` (indicator id, column key, text) it is the form sent back: the department's own ``answers`` (see
    :func:`loaders.form.form_questions.given_again`), each question as a note on its cell, and nothing else open.
    """
    book, results = _drawn(brief, round_id, department_id, sample, answers or {}, division_id, tuple(questions))
    return with_results(saved(book, brief.day), results, brief.day)


def form_marks(
    brief: Brief, round_id: str, department_id: str, *, division_id: str = "", sample: bool = False
) -> tuple[str, ...]:
    """The marks (:mod:`loaders.form.own_text`) of the form as it would be made today, for one that has lost its own.

    What only the layout before said is among them: nobody can tell which of the two a form without its marks is.
    """
    book, _ = _drawn(brief, round_id, department_id, sample, {}, division_id, ())
    kind = brief.plan.round(round_id).kind
    return (*marks_of(book, kind), *previous_layout.marks(brief.plan, kind))


def _drawn(
    brief: Brief,
    round_id: str,
    department_id: str,
    sample: bool,
    answers: Mapping[str, Mapping[str, object]],
    division_id: str,
    questions: tuple[Asked, ...],
) -> tuple[Workbook, dict[str, Results]]:
    # What stands in the store already, or in a plan's files, is written whatever it holds.
    brief, answers = tidied(brief), tidied(answers)
    round_ = brief.plan.round(round_id)
    rows = form_rows(brief, round_, department_id, answers, division_id)
    asked = questions_about(questions, (r.indicator for r in rows))
    if asked:
        rows = tuple(replace(r, reopened=reopened(asked, r.indicator.id, round_)) for r in rows)
    said = lines(brief.plan, round_, brief.plan.department(department_id), rows, division_id)
    where = places(d.positions(round_.kind), rows, said)
    back = Questions(asked, where, {r.indicator.id: r.indicator.name for r in rows}, round_) if asked else None
    name, of_division = _whose(brief, department_id, division_id), bool(division_id)
    # What a 課 reads as its date is the one by which it answers to its 主管課.
    dated = replace(round_, due=round_.division_due or round_.due) if of_division else round_
    book, results = _sheets(FormContent(brief.plan, dated, name, rows, said, sample, of_division, back))
    _properties(book, brief, round_, name, sample=sample)
    meta = _meta(brief, round_, department_id, rows, sample=sample)
    own = marks_of(book, round_.kind, _answered(rows, where))
    _write_meta(book[d.META.name], replace(meta, division_id=division_id, questions=asked, own=own))
    return book, results


def _sheets(content: FormContent) -> tuple[Workbook, dict[str, Results]]:
    """A workbook with every sheet of the form, those that a person reads drawn; the results of their formulas."""
    book = Workbook()
    book.remove(book.active)
    sheets = {one: book.create_sheet(one.name) for one in d.SHEETS}
    results = {one.name: draw(sheets[one], content) for one, draw in DRAWN.items()}
    if content.questions:
        content.questions.attach(book)
    book.active = book.index(sheets[d.FIGURES])
    for one, sheet in sheets.items():
        sheet.sheet_view.tabSelected = one is d.FIGURES
        sheet.sheet_state = "hidden" if one.hidden else "visible"
    return book, results


#: How each sheet of the form that a person reads is drawn.
DRAWN: Mapping[d.FormSheet, Callable[[Worksheet, FormContent], Results]] = {
    d.GUIDE: write_guide,
    d.FIGURES: write_sheet,
    d.PROSE: write_prose,
}


def _whose(brief: Brief, department_id: str, division_id: str) -> str:
    department = brief.plan.department(department_id).name(brief.day)
    division = find_division(brief.plan, department_id, division_id)
    return one_line(f"{department} {division.name}" if division else department)


def _answered(rows: tuple[Row, ...], where: Mapping[tuple[str, str], ln.Place]) -> frozenset[ln.Place]:
    """Where answers stand that the form brings along."""
    given = ((row.indicator.id, key) for row in rows for key, value in row.given.items() if value is not None)
    return frozenset(where[spot] for spot in given if spot in where)


def _meta(brief: Brief, round_: Round, department_id: str, rows: tuple[Row, ...], *, sample: bool) -> Meta:
    return Meta(
        form_version=d.FORM_VERSION,
        plan_id=brief.plan.id,
        round_id=round_.id,
        department_id=department_id,
        made_on=brief.day,
        sample=sample,
        columns=tuple(d.positions(round_.kind).items()),
        rows=tuple(
            (r.indicator.id, d.FIRST_DATA_ROW + i, d.fingerprint(r.indicator, r.card)) for i, r in enumerate(rows)
        ),
    )


def _write_meta(sheet: Worksheet, meta: Meta) -> None:
    for number, said in enumerate(meta_rows(meta), start=1):
        for place, text in enumerate(said, start=1):
            style.put(sheet.cell(number, place), text)
    sheet.protection.sheet = True


def _properties(book: Workbook, brief: Brief, round_: Round, department: str, *, sample: bool) -> None:
    moment = datetime(brief.day.year, brief.day.month, brief.day.day)
    mark = d.SAMPLE_MARK if sample else ""
    book.properties.title = f"{mark}{d.word(brief.plan, 'form')} {round_.name} {department}"
    book.properties.subject = brief.plan.name
    book.properties.keywords = "サンプル" if sample else ""
    book.properties.description = d.SAMPLE_NOTE if sample else ""
    book.properties.creator = brief.plan.area_name
    book.properties.created = book.properties.modified = moment


def saved(book: Workbook, day: date) -> bytes:
    """The workbook's bytes, dated by the day: openpyxl stamps the moment of saving in two places."""
    out = BytesIO()
    book.save(out)
    return repacked(out.getvalue(), day)
