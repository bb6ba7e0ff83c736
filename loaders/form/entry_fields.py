"""The open cells of a form as fields to be filled in elsewhere than in Excel, and what was typed there as the writer
takes it.

A field says what the form says at its cell: heading, unit, note, question, choices, how long a text may be, what stands
ready. The definition and the prefilled rows are the only source, so that a column added there is a field here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kpi.collection.workflow import Answer, Brief
from kpi.plan import Plan, Round, subject_word
from kpi.printing.number_words import decimals_of, number, plain_unit
from loaders.form import definition as d
from loaders.form.prose_lines import Line, lines
from loaders.form.writing import round_notes
from loaders.form.writing.prefill import Row, Typed, form_rows, shown
from loaders.workbook import number_formats

#: What an answer says of each column, as :func:`loaders.form.writing.writer.write_form` takes it.
Answers = Mapping[str, Mapping[str, object]]

#: When a field must be filled in, as the form's colours say it.
_NEED_WORDS: Mapping[d.Need, str] = {
    "always": "【必須】",
    "unless_missing": "【必須】",
    "when_unpublished": "【未公表のとき必須】",
    "when_corrected": "【訂正のとき必須】",
    "when_late": "【遅れのとき必須】",
    "when_revised": "【工程を変えるとき必須】",
    "optional": "",
}
#: What a note says of Excel's keyboard alone.
_OF_EXCEL = "改行はAlt+Enterです。"
#: Where the form has room for a second 課 and a page has not.
_IN_EXCEL = "{subject}ごとに課や担当者が違うときは、Excelの様式の「記述」シートに分けて入力してください。"
_EXAMPLE = re.compile(r"^例: (.+)$", re.MULTILINE)
_TITLE = ("number", "name")
CONTACT_TITLE = d.G_CONTACT


@dataclass(frozen=True)
class EntryField:
    """One open cell. ``ids`` are the indicators it speaks for, ``ready`` is what stands in it when nobody types."""

    key: str
    ids: tuple[str, ...]
    group: str
    heading: str
    unit: str
    need: str
    note: str
    asks: str
    choices: tuple[str, ...]
    limit: int
    lines: int
    ready: str | float | None

    @property
    def name(self) -> str:
        """What what is typed is kept under."""
        return f"{self.key} {','.join(self.ids)}"

    @property
    def is_text(self) -> bool:
        """Whether sentences are written in it."""
        return self.lines > 1

    @property
    def example(self) -> str:
        """How it may be filled in, where the form gives an example."""
        found = _EXAMPLE.search(self.note)
        return f"例: {found[1]}" if found else ""

    @property
    def text(self) -> str:
        """What stands ready, as a person would type it."""
        if isinstance(self.ready, int | float):
            return number_formats.plain(float(self.ready))
        return self.ready or ""


@dataclass(frozen=True)
class EntryBlock:
    """What is filled in about one indicator, or about who answers.

    ``facts`` and ``said`` are what the form shows beside it to be read, with its heading: figures, and sentences.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    said: tuple[tuple[str, str], ...]
    fields: tuple[EntryField, ...]
    note: str = ""


def entry_blocks(
    brief: Brief, round_id: str, department_id: str, *, division_id: str = "", answers: Answers | None = None
) -> tuple[EntryBlock, ...]:
    """What a department's or 課's form asks: a block for each indicator, then one for each 課 that answers."""
    plan, round_ = brief.plan, brief.plan.round(round_id)
    rows = form_rows(brief, round_, department_id, answers or {}, division_id)
    said = lines(plan, round_, plan.department(department_id), rows, division_id)
    return (*(_of_indicator(row, plan, round_) for row in rows), *_contacts(said, rows, plan, round_))


def filled(blocks: Iterable[EntryBlock], typed: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """Every open cell of a form, with what was typed by field (:attr:`EntryField.name`), else with what stood ready.

    All are named: what the writer would suggest beside an answer is not what the person saw.
    """
    out: dict[str, dict[str, object]] = {}
    for field in (field for block in blocks for field in block.fields):
        text = typed.get(field.name)
        value = field.ready if text is None else Typed(text) if text else None
        for indicator_id in field.ids:
            out.setdefault(indicator_id, {})[field.key] = value
    return out


def written_again(answers: Iterable[Answer]) -> dict[str, dict[str, object]]:
    """What stood in the cells of a return, letter for letter, with what a person has put in place of it since."""
    return {answer.subject_id: _written(answer) for answer in answers}


def _written(answer: Answer) -> dict[str, object]:
    out: dict[str, object] = {}
    told: set[tuple[str, str]] = set()
    for column in d.COLUMNS:
        entry = answer.entries.get(column.key)
        if entry is None:
            continue
        # Worked out from other cells, or taken from one that stands in its own field: nobody wrote it here.
        derived = "/" in entry.cell or (entry.sheet, entry.cell) in told
        if entry.mended:
            out[column.key] = entry.value
        else:
            out[column.key] = Typed(entry.written) if entry.written and not derived else None
        if entry.cell:
            told.add((entry.sheet, entry.cell))
    return out


# --- the blocks ------------------------------------------------------------------------------------------------------


def _of_indicator(row: Row, plan: Plan, round_: Round) -> EntryBlock:
    indicator = row.indicator
    figures, prose = d.columns_on(round_.kind, "figures"), d.columns_on(round_.kind, "prose")
    columns = (*figures, *prose)
    fields = (_field(c, (row,), shown(c, row, plan, round_), plan, round_) for c in columns if row.open(c, round_))
    title = f"{indicator.number}　{indicator.name}" if indicator.number else indicator.name
    return EntryBlock(title, _facts(figures, row, plan, round_), _facts(prose, row, plan, round_), tuple(fields))


def _facts(columns: Iterable[d.Column], row: Row, plan: Plan, round_: Round) -> tuple[tuple[str, str], ...]:
    told = ((d.heading(c, plan, round_.kind), _fact(c, row, plan, round_)) for c in columns if c.key not in _TITLE)
    return tuple(one for one in told if one[1])


def _fact(column: d.Column, row: Row, plan: Plan, round_: Round) -> str:
    """What the form shows in a cell that is not open."""
    if row.open(column, round_):
        return ""
    value = shown(column, row, plan, round_)
    if isinstance(value, float):
        return number(value, decimals_of(value, row.card.decimals))
    return value if isinstance(value, str) else ""


def _contacts(said: tuple[Line, ...], rows: tuple[Row, ...], plan: Plan, round_: Round) -> list[EntryBlock]:
    groups: dict[tuple[str, ...], list[EntryField]] = {}
    for line in said:
        if line.of_contact and not line.opens and not line.spare:
            field = _field(d.column(line.key), line.rows, line.value, plan, round_)
            groups.setdefault(field.ids, []).append(field)
    names = {row.indicator.id: row.indicator.name for row in rows}
    further = any(line.spare for line in said)
    return [
        EntryBlock(
            CONTACT_TITLE if len(groups) == 1 else f"{CONTACT_TITLE}({'、'.join(names[i] for i in ids)})",
            (),
            (),
            tuple(fields),
            _IN_EXCEL.format(subject=subject_word(round_.kind)) if len(ids) > 1 and further else "",
        )
        for ids, fields in groups.items()
    ]


def _field(found: d.Column, rows: tuple[Row, ...], ready: str | float | None, plan: Plan, round_: Round) -> EntryField:
    column = d.of_plan(found, plan)
    first, kind = rows[0].indicator, round_.kind
    meanings = {"numerator": first.numerator, "denominator": first.denominator}
    counted = column.kind == "number" and column.key not in meanings  # 分子 and 分母 are counted in units of their own
    return EntryField(
        column.key,
        tuple(row.indicator.id for row in rows),
        round_notes.group_title(column.group, plan, kind),
        d.heading(column, plan, kind),
        plain_unit(first.unit) if counted else "",
        _NEED_WORDS[rows[0].need(column, kind, plan)],
        round_notes.note(column, plan, kind).replace(_OF_EXCEL, ""),
        meanings.get(column.key) or round_notes.question(column, plan, kind),
        tuple((column.choices or {}).values()),
        column.limit,
        column.lines,
        ready,
    )
