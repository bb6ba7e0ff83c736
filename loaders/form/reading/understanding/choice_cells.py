"""Cells with a drop-down: one of its words, a usual synonym, or something to be asked about."""

from __future__ import annotations

import re

from kpi.initiatives.self_evaluation import GRADE_KEY
from kpi.issue import LEFT_BLANK, Choice
from loaders.form import definition as d
from loaders.form.reading.headings import label
from loaders.form.reading.understanding.figure_cells import is_number
from loaders.form.reading.understanding.form_row import FormCell, Understood
from loaders.text.choice_words import OFFICIAL, Said, code_of, said
from loaders.text.grade_words import grade_of, grades_said

_DASHES = {"-", "--", "ー", "…", "・・・", "...", "*", "***", "x"}


def choice(one: FormCell) -> Understood:
    """The code of the word in a cell."""
    key, text = one.key, label(one.cell.written)
    words = d.of_plan(one.column, one.row.brief.plan).choices or {}
    if not text:
        return Understood()
    code, found = _read(one, text)
    if code:
        return Understood(code)
    offered = tuple(Choice(w, {key: c}) for c, w in words.items())
    if text in _DASHES:
        issue = one.issue("choice.dash", choices=(*offered, Choice(LEFT_BLANK, {key: None})))
    elif found.code:
        return Understood(found.code, (one.issue("choice.folded", {"taken": words[found.code]}),))
    elif len(found.codes) > 1:
        issue = one.issue("choice.several", choices=offered)
    elif found.codes:
        issue = one.issue("choice.doubtful", {"taken": words[found.codes[0]]}, offered)
    elif hint := _astray(one, text):
        issue = one.issue("entry.wrong_column", {"hint": hint})
    else:
        issue = one.issue("choice.unknown", {"choices": "・".join(words.values())}, offered)
    return Understood(issues=(issue,))


def _read(one: FormCell, text: str) -> tuple[str, Said]:
    """The code that a text is, and what it says where it is none; grades are read by the plan's own words."""
    scheme = one.row.brief.plan.self_evaluation
    if one.key == GRADE_KEY and scheme:
        return grade_of(scheme.grades, text), grades_said(scheme.grades, text)
    return code_of(one.key, text), said(one.key, text)


def _astray(one: FormCell, text: str) -> str:
    """Where what stands in a drop-down belongs: a figure, or another drop-down's word."""
    headings = one.row.table.headings
    if one.cell.kind == "number" or (re.search(r"\d", text) and is_number(one.cell.written)):
        return f"数値は「{headings.get('value', '今回の値')}」などの欄に書いてください。"
    other = next((k for k in OFFICIAL if k != one.key and code_of(k, text)), "")
    return f"「{headings.get(other, other)}」の欄の内容のようです。" if other else ""
