"""What a reading made of a draft, cell by cell: right, asked, wrong or lost."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import copysign, isclose
from typing import Literal

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from kpi.collection.workflow import Entry, Reading
from kpi.issue import Issue, Severity
from tests.campaign.draft import Draft, Mark, Said, Spot, Truth

Word = Literal["right", "asked", "wrong", "lost", "lost elsewhere", "exception", "needless"]
#: Columns that are one matter: a question about one of them stops the others too.
_TOGETHER = (
    frozenset({"value", "numerator", "denominator", "missing_reason"}),
    frozenset({"correction", "correction_kind"}),
    frozenset({"missing_reason", "next_release"}),
)


@dataclass(frozen=True)
class Fault:
    """Something that went wrong: where, what stands there, what was made of it."""

    word: Word
    where: str
    written: str
    taken: str
    meant: str


@dataclass
class Judged:
    """The verdicts on one form."""

    cells: int = 0
    asked: int = 0
    faults: list[Fault] = field(default_factory=list)


def is_open(issue: Issue) -> bool:
    """Whether an issue wants something of a person."""
    return issue.severity is not Severity.NOTE


def judge(draft: Draft, reading: Reading) -> Judged:
    """Every cell of the truth, and every word beside it."""
    out = Judged()
    refused = not reading.answers and any(map(is_open, reading.issues))
    entries = {(a.subject_id, key): e for a in reading.answers for key, e in a.entries.items()}
    if draft.refused:
        out.cells += 1
        if refused:
            out.asked += 1
        else:
            out.faults.append(Fault("wrong", "file", "", "read", "a file that is no form"))
        return out
    for spot, truth in draft.truth.items():
        out.cells += 1
        word = _cell(draft, spot, truth, entries.get(spot), reading, refused)
        if word == "asked":
            out.asked += 1
        elif word != "right":
            entry = entries.get(spot)
            mark = draft.spots[spot]
            cell = mark.page.cells.get((mark.row, mark.column))
            shown = (
                f"{cell.written!r} [{cell.number_format}]" + (f" ={cell.formula}" if cell.formula else "")
                if cell
                else ""
            )
            taken = repr(entry.value) if entry else "no entry"
            meant = f"{truth.value!r}" + (" or asked" if truth.ask else "")
            out.faults.append(Fault(word, f"{spot[0]}.{spot[1]} {mark.ref}", shown, taken, meant))
    for spot, others in draft.shared.items():
        mark, own = draft.spots[spot], entries.get(spot)
        for other in others:
            out.cells += 1
            one = entries.get(other)
            if one is not None and own is not None and one.value != own.value:
                out.faults.append(
                    Fault("wrong", f"{other[0]}.{other[1]} {mark.ref}", one.written, repr(one.value), repr(own.value))
                )
    for said in draft.said:
        out.cells += 1
        if not refused and not _told(said, reading, entries):
            word = "lost elsewhere" if said.elsewhere else "lost"
            out.faults.append(Fault(word, f"{said.mark.page.name}!{said.mark.ref}", said.words, "nothing", "told"))
    out.faults += _unwritable(entries)
    return out


def _cell(draft: Draft, spot: Spot, truth: Truth, entry: Entry | None, reading: Reading, refused: bool) -> Word:
    value, mark = entry.value if entry else None, draft.spots[spot]
    fits = any(same(value, known) for known in (truth.value, *truth.also))
    if fits and not truth.ask and not (truth.noted and not _named(mark, reading.issues)):
        return "right"
    asked = [issue for issue in reading.issues if is_open(issue)]
    if refused or any(concerns(issue, spot, mark) for issue in asked):
        return "asked"
    if truth.row and any(issue.subject_id == spot[0] or _names_row(issue, mark) for issue in asked):
        return "asked"
    if spot[1] in ("period", "release") and any(i.subject_id in ("", spot[0]) and i.key == "value" for i in asked):
        # Nothing of the row is taken before its value (or the column of values) is answered for, and then it is
        # checked anew.
        return "asked"
    if value is not None or fits:
        # A cell nobody can read, empty all the same: its words may still be told.
        if value is None and truth.ask:
            return "right" if _named(mark, reading.issues) else "lost"
        return "wrong"
    return "right" if _named(mark, reading.issues) else "lost"


def same(found: float | str | None, known: float | str | None) -> bool:
    """Whether what was taken is what was meant."""
    if isinstance(found, float) and isinstance(known, float):
        if known == 0.0:
            return found == 0.0 and copysign(1.0, found) > 0
        return isclose(found, known, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(found, str) and isinstance(known, str):
        return _squeezed(found) == _squeezed(known)
    return found is None and known is None


def concerns(issue: Issue, spot: Spot, mark: Mark) -> bool:
    """Whether an issue is about a cell: the cell itself, its row, its column, or the whole file."""
    indicator_id, key = spot
    keys = {key}.union(*(group for group in _TOGETHER if key in group))
    offered = {k for choice in issue.choices for k in choice.changes}
    if issue.subject_id:
        return issue.subject_id == indicator_id and (issue.key in ("", "row") or bool({issue.key, *offered} & keys))
    if issue.cell and issue.sheet == mark.page.name:
        if issue.cell == mark.ref:
            return True
        if issue.code.startswith("row.") and _names_row(issue, mark):
            return True
    if issue.key:
        return issue.key in keys
    return not issue.cell


def _named(mark: Mark, issues: tuple[Issue, ...]) -> bool:
    """Whether any issue names a place."""
    return any(_names(issue, mark) for issue in issues)


def _names(issue: Issue, mark: Mark) -> bool:
    if issue.sheet and issue.sheet != mark.page.name:
        return False
    letter = re.sub(r"\d", "", mark.ref)
    if issue.code.startswith("heading.") and re.fullmatch(rf"{letter}\d+", issue.cell):
        return True
    if issue.code.startswith("row.") and _names_row(issue, mark):
        return True
    if re.search(rf"(?<!\d){mark.row}行", issue.message + issue.cell):
        return True
    pattern = re.compile(rf"(?<![A-Z$])(?:{mark.ref}(?!\d)|{letter}列)")
    return any(pattern.search(text) for text in (issue.cell, issue.message, issue.advice))


def _names_row(issue: Issue, mark: Mark) -> bool:
    """Whether a question stands at a cell of a place's row."""
    row = re.search(r"\d+", issue.cell)
    return issue.sheet == mark.page.name and row is not None and int(row[0]) == mark.row


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _told(said: Said, reading: Reading, entries: dict[Spot, Entry]) -> bool:
    """Whether a person's words stand in an answer, or are told by their place or by themselves."""
    words = _squeezed(said.words)[:8]
    if words:
        for entry in entries.values():
            if words in _squeezed(entry.written) or words in _squeezed(str(entry.value or "")):
                return True
        if any(words in _squeezed(i.message + i.advice + i.value) for i in reading.issues):
            return True
    if said.elsewhere and any(said.mark.page.name in i.message for i in reading.issues):
        return True
    if not words and any(i.code.startswith("drawn.") and i.sheet == said.mark.page.name for i in reading.issues):
        return True  # a picture floats: rows that are sorted leave it where it is
    return _named(said.mark, reading.issues)


def _unwritable(entries: dict[Spot, Entry]) -> list[Fault]:
    """Text taken that no file, letter or database could be given again."""
    out = []
    for spot, entry in entries.items():
        for text in (entry.value, entry.written):
            if isinstance(text, str):
                try:
                    text.encode()
                except UnicodeEncodeError:
                    out.append(Fault("exception", f"{spot[0]}.{spot[1]}", repr(text)[:60], "half a sign", "writable"))
                    break
                if ILLEGAL_CHARACTERS_RE.search(text):
                    out.append(
                        Fault("exception", f"{spot[0]}.{spot[1]}", repr(text)[:60], "a control sign", "writable")
                    )
                    break
    return out


def needless(sound: Reading, hurt: Reading) -> tuple[Issue, ...]:
    """The questions and faults that the form got for being hurt harmlessly."""
    known = {(i.code, i.subject_id, i.key) for i in sound.issues}
    return tuple(i for i in hurt.issues if is_open(i) and (i.code, i.subject_id, i.key) not in known)
