"""What a person types on the page instead of a cell is read by the same rules as the cell would be."""

from __future__ import annotations

from dataclasses import replace

from kpi.collection.workflow import Brief, known_beside
from kpi.issue import Issue, Severity
from kpi.period import Period
from loaders.form import definition
from loaders.text.dates import read_period
from loaders.text.findings import as_issues
from loaders.text.half_reading import WHEN_HALF, read_half
from loaders.text.numbers import read_number


def read_typed(
    key: str, text: str, indicator_id: str, brief: Brief, *, expected: Period | None = None
) -> tuple[float | str | None, tuple[Issue, ...]]:
    """The value that a typed text means for a column, and what stands against taking it.

    Anything but a plain reading is refused: on a page a person can simply type the figure.
    """
    column = definition.of_plan(definition.column(key), brief.plan)
    indicator = brief.plan.subject(indicator_id)
    if column.kind == "number":
        # 分子 and 分母 are counted in units of their own.
        own = key not in ("numerator", "denominator")
        history = [past.value for past in known_beside(brief.history.get(indicator_id, ()), "")] if own else []
        number = read_number(
            text, unit=indicator.unit if own else "", history=history, name=indicator.name if own else "", key=key
        )
        if number.value is not None and number.outcome == "value":
            return number.value, ()
        found = as_issues(number.findings, value=text, indicator_id=indicator_id, key=key)
        return None, tuple(i for i in found if i.severity is not Severity.NOTE) or (_unread(indicator_id, key, text),)
    if column.kind == "period":
        half = key in definition.HALF_KEYS
        period = read_half(text, key=key) if half else read_period(text, expected=expected)
        if period.period is not None and period.outcome == "value":
            return period.period.code, ()
        found = as_issues(period.findings, value=text, indicator_id=indicator_id, key=key)
        told = tuple(i for i in found if i.severity is not Severity.NOTE) or (_unread(indicator_id, key, text),)
        # There is nothing to choose from here: whatever it was, a half-year is to be typed.
        return None, tuple(replace(one, advice=WHEN_HALF) for one in told) if half else told
    if column.kind == "choice":
        return (text, ()) if text in (column.choices or {}) else (None, (_unread(indicator_id, key, text),))
    return text, ()


def _unread(indicator_id: str, key: str, text: str) -> Issue:
    return Issue(
        "mend.unread",
        Severity.FIX,
        "入力された文字を値として読み取れません。",
        "数字(時点の欄は「令和6年度」など)だけを入力してください。",
        value=text,
        subject_id=indicator_id,
        key=key,
    )
