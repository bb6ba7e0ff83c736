"""A day that a person types into a field of the page, read by the same rules as a date in a cell."""

from __future__ import annotations

import re
from datetime import date

from kpi.issue import Severity
from kpi.period import Period
from loaders.text.characters import fold
from loaders.text.dates import read_period
from loaders.text.findings import Finding, sentence, severity

WEEKDAYS = "月火水木金土日"
_ADVICE = "「2026/11/28」「R8.11.28」「令和8年11月28日」のように、年月日を入力してください。"
#: Whether a first day means its month is no question where a day is asked for.
_SETTLED = "period.month_or_day"
#: What a field of its own has to say of a reading: where a cell's words would speak of periods, or take it with a note.
_OWN_WORDS = {
    "period.unreadable": "「{detail}」は日付として読み取れません。",
    "period.missing_mark": "「{detail}」は日付として読み取れません。",
    "period.undecided": "「{detail}」は日付として読み取れません。",
    "period.about": "「{detail}」が付いていて、どの日か決まりません。",
}
_WEEKDAY = re.compile(rf"\(([{WEEKDAYS}])(?:曜日?)?\)$")


def read_day(text: str) -> tuple[date | None, str]:
    """The day that a text names and an empty word; or None and why it names none. Empty text is no day, and no fault.

    Only a reading without any doubt is taken: whoever types can as well type it plainly.
    """
    if not text.strip():
        return None, ""
    reading = read_period(text)
    doubts = [f for f in reading.findings if f.code in _OWN_WORDS or severity(f) is not Severity.NOTE]
    if told := [_words(f) for f in doubts if f.code != _SETTLED]:
        return None, told[0] + _ADVICE
    named = reading.period or next(p for c in reading.choices if (p := Period.parse(str(c.changes["period"]))))
    days = [named, *(Period.parse(str(c.changes["period"])) for c in reading.choices)]
    day = next((p.end for p in days if p.kind == "D"), None)
    if day is None:
        return None, f"「{text.strip()[:20]}」は日まで書かれていません。{_ADVICE}"
    said = _WEEKDAY.search(fold(text))
    if said and said[1] != WEEKDAYS[day.weekday()]:
        return None, f"{day_text(day)}は{WEEKDAYS[day.weekday()]}曜日です。日付か曜日を直してください。"
    return day, ""


def _words(finding: Finding) -> str:
    own = _OWN_WORDS.get(finding.code)
    return own.format(detail=finding.detail[:20]) if own else sentence(finding)[0]


def day_text(day: date) -> str:
    """A day as a field shows it, whole: 2026/11/28."""
    return day.isoformat().replace("-", "/")
