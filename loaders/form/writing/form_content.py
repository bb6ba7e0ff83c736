"""What one form says, as every sheet of it is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.plan import Plan, Round
from loaders.form.form_questions import Questions
from loaders.form.prose_lines import Line
from loaders.form.writing.prefill import Row

#: The result of each formula of a sheet, by its cell's address: programs that do not calculate show it.
Results = Mapping[str, str | float]


@dataclass(frozen=True)
class FormContent:
    """One department's or 課's form. ``whose`` is its name, ``round`` has the day by which it is to answer.

    ``lines`` are those of 記述; ``questions`` make it a form that is sent back.
    """

    plan: Plan
    round: Round
    whose: str
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    sample: bool
    of_division: bool
    questions: Questions | None
