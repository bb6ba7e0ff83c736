"""One question for one cell, in the order of the form, advising only what this form has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kpi.collection.workflow import Brief, Reading
from kpi.issue import Issue, Severity
from kpi.plan import RoundKind
from loaders.form import definition as d

#: What stands for a heading in a kind of round whose form has it under another name, or not at all.
_ELSEWHERE: Mapping[RoundKind, Mapping[str, str]] = {
    "targets": {"要因分析などの欄": "設定根拠の欄", "要因分析の欄": "設定根拠の欄", "「根拠資料」": "「設定根拠」"}
}
#: Headings as sentences name them beside their exact words.
_SPOKEN: Mapping[str, str] = {
    "理由の欄": "missing_reason",
    "値がない理由": "missing_reason",
    "分子と分母の欄": "numerator",
    "確定・速報・見込の欄": "release",
    "要因分析": "analysis",
    "今後の対応": "actions",
}


def gather(issues: Iterable[Issue], reading: Reading, brief: Brief) -> tuple[Issue, ...]:
    """The issues of a reading with the questions of each cell made one, in the form's order, the file's own first."""
    round_ = next((r for r in brief.plan.rounds if r.id == reading.round_id), None)
    kind: RoundKind = round_.kind if round_ else "annual"
    rows = {a.subject_id: place for place, a in enumerate(reading.answers)}
    columns = {c.key: place for place, c in enumerate(d.columns_for(kind))}

    def order(issue: Issue) -> tuple[int, int]:
        row = rows.get(issue.subject_id, len(rows)) if issue.subject_id else -1
        return row, columns.get(issue.key, -1)

    fitting = [_advised(i, kind, _closed(i, reading)) for i in issues]
    return tuple(one_each(sorted(fitting, key=order)))


def one_each(issues: Sequence[Issue]) -> list[Issue]:
    """What is open about one cell as one issue, where the first of it stands. Notes stay as they are."""
    out: list[Issue] = []
    places: dict[tuple[str, str], int] = {}
    for issue in issues:
        # What is asked of the whole file is answered under its code.
        place = (issue.subject_id, issue.key if issue.subject_id else issue.code)
        if issue.severity is Severity.NOTE or (not issue.subject_id and issue.severity is Severity.FIX):
            out.append(issue)
        elif place in places:
            out[places[place]] = _joined(out[places[place]], issue)
        else:
            places[place] = len(out)
            out.append(issue)
    return out


def _joined(first: Issue, other: Issue) -> Issue:
    """Two questions about a cell as one: what must be mended leads; words and choices are those of both."""
    if other.severity is Severity.FIX and first.severity is Severity.ASK:
        first, other = other, first
    known = [c.changes for c in first.choices]
    return replace(
        first,
        message=_both(first.message, other.message),
        # How a doubt is confirmed is no advice for what must be mended.
        advice=_both(first.advice, other.advice) if first.severity is other.severity else first.advice,
        choices=first.choices + tuple(c for c in other.choices if c.changes not in known),
    )


def _both(one: str, other: str) -> str:
    return one if other in one else f"{one}{other}"


def _closed(issue: Issue, reading: Reading) -> frozenset[str]:
    """The columns that this row of the form does not have open."""
    answer = next((a for a in reading.answers if a.subject_id == issue.subject_id), None)
    if answer is None:
        return frozenset()
    return frozenset(c.key for c in d.COLUMNS if c.entry and c.key not in answer.entries)


def _advised(issue: Issue, kind: RoundKind, closed: frozenset[str]) -> Issue:
    """The issue with advice that names no column which this form has not."""
    advice = issue.advice
    for words, instead in _ELSEWHERE.get(kind, {}).items():
        advice = advice.replace(words, instead)
    gone = {c.key for c in d.COLUMNS} - {c.key for c in d.columns_for(kind)} | closed
    named = [(f"「{d.heading_words(c)}」", c.key) for c in d.COLUMNS] + list(_SPOKEN.items())
    missing = [words for words, key in named if key in gone and not (kind == "targets" and key == "evidence")]
    if not any(words in advice for words in missing):
        return issue if advice == issue.advice else replace(issue, advice=advice)
    kept = [s for s in re.findall(r"[^。]+。?", advice) if not any(words in s for words in missing)]
    return replace(issue, advice="".join(kept))
