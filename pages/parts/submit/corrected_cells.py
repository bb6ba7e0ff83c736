"""What was put right on the page already, cell by cell, with a way to put it right once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.review.answer_words import entry_words
from kpi.collection.workflow import TYPED, Answer, Entry, Mend
from kpi.issue import Issue
from kpi.period import Period
from kpi.plan import Indicator
from kpi.printing.number_words import as_it_is
from loaders.form import definition
from loaders.form.definition import Column
from loaders.services.typed_values import read_typed
from loaders.store import StoredReturn
from pages.parts.shared.layout import show
from pages.parts.shared.markup import Markup, join, tag, unmarked
from pages.parts.shared.notices import refuse
from pages.parts.submit.correction_form import LONG, put_in
from pages.parts.submit.return_picker import Respondent

#: Which cell's form stands open.
_OPEN = "mended-open"


@dataclass(frozen=True)
class _Cell:
    """One cell whose value a person gave on the page, or gave their word for."""

    indicator: Indicator
    answer: Answer
    column: Column
    entry: Entry
    name: str  # of the indicator and the column

    @property
    def key(self) -> str:
        return f"{self.indicator.id}-{self.column.key}"


def mended_box(view: Assessment, place: Respondent, draft: StoredReturn) -> None:
    """Every cell of a draft that was answered on the page: its present value, the reason, and 直す."""
    cells = list(_cells(view, place, draft))
    if not cells:
        return
    st.header(f"画面で確認・修正した欄({len(cells)})", anchor=False)
    for cell in cells:
        key = f"{draft.submission_id}-{cell.key}"
        with st.container(border=True, key=f"mended-{key}"):
            show(_told(view, cell))
            if st.button(f"{unmarked(cell.name)}を直す", key=f"again-{key}"):
                st.session_state[_OPEN] = "" if st.session_state.get(_OPEN) == key else key
            if st.session_state.get(_OPEN) == key:
                _form(view, place, draft, cell, key)


def _cells(view: Assessment, place: Respondent, draft: StoredReturn) -> Iterator[_Cell]:
    indicators = {i.id: i for i in place.indicators(view)}
    columns = [c for c in definition.asked_columns(place.asked.kind, view.plan) if c.entry]
    for answer in draft.reading.answers:
        indicator = indicators.get(answer.subject_id)
        for column in columns if indicator else ():
            entry = answer.entries.get(column.key)
            if indicator and entry and entry.mended:
                heading = definition.heading(column, view.plan, place.asked.kind)
                yield _Cell(indicator, answer, column, entry, f"{indicator.name}の「{heading}」")


def _told(view: Assessment, cell: _Cell) -> Markup:
    card = view.card(cell.indicator.id)
    now = "空欄" if cell.entry.value is None else entry_words(cell.indicator, card, cell.entry)
    written = f"様式では「{cell.entry.written}」" if cell.entry.written else ""
    meta = "　".join(w for w in (written, f"理由: {cell.entry.mended}") if w)
    return join([tag("div", join([tag("b", cell.name), "　", now])), tag("div", meta, "meta")])


def _present(cell: _Cell) -> str:
    """The present value as a person would type it."""
    value = cell.entry.value
    if value is None:
        return ""
    if isinstance(value, float):
        return as_it_is(value)
    return definition.period_text(Period.parse(value)) if cell.column.kind == "period" else value


def _form(view: Assessment, place: Respondent, draft: StoredReturn, cell: _Cell, key: str) -> None:
    before = _present(cell)
    with st.form(f"again-form-{key}", border=False):
        text = _field(cell, before, key)
        label = f"{cell.name}を直す理由"
        reason = st.text_input(unmarked(label), key=f"again-why-{key}", max_chars=200, placeholder="例: 選び間違えた")
        if not st.form_submit_button("この値に直す"):
            return
    if text == before and not reason.strip():
        refuse("値も理由も変わっていません。新しい値か理由を入力してください。")
        return
    value, problems = (cell.entry.value, ()) if text == before else _read(view, place, cell, text)
    if problems:
        refuse(*(f"{problem.message}{problem.advice}" for problem in problems))
    else:
        st.session_state.pop(_OPEN, None)
        put_in(draft, _mends(cell, value, reason.strip() or TYPED), f"{cell.name}の修正")


_EMPTIES = "空にすると、この欄は空欄になります。"


def _field(cell: _Cell, before: str, key: str) -> str:
    """Where the new value is entered; empty leaves the cell empty."""
    unit = cell.indicator.unit if cell.column.key in ("value", "target", "baseline", "correction") else ""
    label = f"{cell.name}の新しい値{f'({unit})' if unit else ''}"
    name = f"again-value-{key}"
    choices = {"": "(空欄)", **(cell.column.choices or {})}
    if cell.column.kind == "choice":
        start = list(choices).index(before) if before in choices else 0
        return st.selectbox(unmarked(label), list(choices), index=start, format_func=choices.__getitem__, key=name)
    if cell.column.key in LONG:
        return st.text_area(unmarked(label), before, key=name, max_chars=400, help=_EMPTIES).strip()
    return st.text_input(unmarked(label), before, key=name, max_chars=400, help=_EMPTIES).strip()


def _read(view: Assessment, place: Respondent, cell: _Cell, text: str) -> tuple[float | str | None, tuple[Issue, ...]]:
    if not text:
        return None, ()
    # The day of a publication to come is near today; any other period is the one that is asked about.
    near = Period.of_date(view.day) if cell.column.key == "next_release" else place.asked.period
    expected = near if cell.column.kind == "period" else None
    return read_typed(cell.column.key, text, cell.indicator.id, view.snapshot.brief(view.day), expected=expected)


def _mends(cell: _Cell, value: float | str | None, reason: str) -> tuple[Mend, ...]:
    """The new value; where a figure comes after all, the reason for having none goes with what hangs on it."""
    made = Mend(cell.indicator.id, cell.column.key, value, reason)
    if cell.column.key != "value" or value is None:
        return (made,)
    gone = [key for key in ("missing_reason", "next_release") if cell.answer.value(key) is not None]
    return (made, *(Mend(cell.indicator.id, key, None, reason) for key in gone))
