"""One cell of a list: its values with the periods, the labels and the notes that stand in the same cell.

Published lists write 「60.2%(平成28年度)」, a value and its year on two lines, 「97.0%(小) 98.2%(中)」, words,
「1,230人(32年度)」 with the era dropped. What is certain is taken, what could be two things is offered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kpi.issue import Choice
from kpi.period import ERAS, Period
from loaders.text.characters import fold
from loaders.text.dates import names_period, read_period

#: A list's years are fiscal ones unless they say otherwise: 「H28」 is 平成28年度.
_FISCAL = Period("FY", 2020)
_NOTE = re.compile(r"\(?(?:※|注\d*[):]?|\*\d*\s).*")
_GROUP = re.compile(r"\(([^()]*)\)")
_ERALESS = re.compile(r"(元|\d{1,2})年度?")
#: 「R6年度(9月末)」: the brackets have the part of the year that is meant.
_PART_BEHIND = re.compile(
    r"((?:令和|平成|昭和|[RHSrhs])\s?(?:元|\d{1,2})|(?:19|20)\d\d)(?:年度?)?\s?"
    r"\((\d{1,2}月(?:末|\d{1,2}日)?|[上下]半?期)(?:まで)?(?:時点|現在)?\)"
)
_TAIL = re.compile(r"(?:調査|時点|実績|現在|実施|分|値)$")
_DOTTED = re.compile(r"^((?:19|20)\d\d)\.(\d{1,2})\.(\d{1,2})$")
#: A year that stands before its value: 「R5: 45.2%」.
_LEADING = re.compile(
    r"((?:令和|平成|昭和|[RHSrhs])\s?(?:元|\d{1,2})(?:年度?\d{1,2}月末?|年度末?|年|\.\d{1,2}末?)?|(?:19|20)\d\d(?:年度?|(?=\s?:)))\s?:?\s?(?=\S*\d)"
)
_BETWEEN = re.compile(
    r"\n|、|／|;|(?<=\))\s*(?=[^\s(])|(?<=\S)\s+(?=(?:令和|平成|[RHrh])\s?(?:元|\d{1,2})(?:年度?)?\s?:?\s?\d)"
)
#: Two values in a line, each with what it is counted in: 「52.1% / 48.3%」, 「12校・8校」; 1人/台 is one.
_SIDE_BY_SIDE = re.compile(r"(\d[\d,.]*\s?[^\d\s/・,.()]{1,6}(?:\([^()]*\))?)\s*[/・]\s*(?=[^\d/・]{0,8}\d)")
#: Marks that say something was reached, or that there is nothing.
MARKS = re.compile(r"[○◯●◎×△▲☆★✓済達成完了ー―‐\-–—…‥/／]+|達成済み?|完了|実施済み?|該当なし|なし")
#: What people write where there is no value.
NOTHING = re.compile(r"[ー―‐\-–—…‥/／]+")
#: Marks beside a value that take nothing from it.
_REACHED = re.compile(r"[○◯◎☆★✓]|達成済?み?")
_DIGIT = re.compile(r"\d")
_UNIT = re.compile(r"^[^\d(]*?[△▲-]?\d[\d,.]*(?:\s?~\s?\d[\d,.]*)?\s?([^\d\s()※、・:,.]{1,12})")
#: What may stand behind a number and is no unit: an arrow, a slash, a wave, a power of ten with more digits behind it.
_NO_LETTERS = re.compile(r"^/|[→⇒~〜～\-+]|年ごと")
_SCALES = ("万", "億", "兆", "千", "百万")
_NO_UNIT = re.compile(r"以上|以下|程度|未満|以内|超|増|減|倍増|を|に|の|へ")


@dataclass(frozen=True)
class When:
    """A period that stands in a cell: certain, or one of several."""

    written: str
    period: Period | None
    choices: tuple[Choice, ...] = ()

    @property
    def release(self) -> str:
        """What the words of the period say of how final its value is (「R6見込」); empty for nothing."""
        return release_in(self.written)


@dataclass(frozen=True)
class Piece:
    """One value of a cell: the words with the number, the label that tells it from the others, its period."""

    text: str
    label: str = ""
    when: When | None = None

    @property
    def bare(self) -> str:
        """The text without its label."""
        return self.text.replace(f"({self.label})", "").strip() if self.label else self.text


@dataclass(frozen=True)
class Parts:
    """What stands in one cell. ``words`` is the whole without notes where no number stands in it."""

    pieces: tuple[Piece, ...] = ()
    words: str = ""
    notes: tuple[str, ...] = ()
    when: When | None = None

    @property
    def release(self) -> str:
        """What the notes say of how final a value is; empty where they say nothing."""
        return release_in(" ".join(self.notes))


_RELEASES = (("速報", "provisional"), ("暫定", "provisional"), ("見込", "forecast"))


def release_in(text: str) -> str:
    """What words beside values say of how final these are; empty where they say nothing."""
    return next((code for word, code in _RELEASES if word in text), "")


def one_period(text: str) -> str:
    """A text, folded, in which a year and the part of it that stands in brackets behind are one period."""
    return _PART_BEHIND.sub(r"\1年度\2", text)


def read_when(text: str) -> When | None:
    """The period that a text is; None where it is none. A number of years without its era is asked."""
    shown = _DOTTED.sub(r"\1-\2-\3", _TAIL.sub("", one_period(fold(text)).strip(" :")))
    if _ERALESS.fullmatch(shown):
        return When(text, None, _eras(shown))
    if not (names_period(shown) or re.fullmatch(r"(?:19|20)\d\d", shown)):
        return None
    shown = re.sub(r"(?<=\d) (?=\d{1,2}月)", ".", shown)
    found = read_period(shown)
    if found.period is None:  # 「H28」 and 「2028」 alone may be two things, and are fiscal years in such lists
        found = read_period(shown, expected=_FISCAL)
    if found.period is not None:
        return When(text, found.period)
    periods = [Period.parse(str(c.changes["period"])) for c in found.choices if c.changes.get("period")]
    return When(text, periods[0]) if periods else None


def _eras(shown: str) -> tuple[Choice, ...]:
    """「32年度」 in the two eras that plans of today know."""
    years = f"{shown.removesuffix('年度').removesuffix('年')}年度"
    readings = (read_period(f"{name}{years}").period for name, _, _ in ERAS[:2])
    found = sorted((p for p in readings if p is not None), key=lambda p: p.year)
    return tuple(Choice(f"{p.label}として取り込む", {"period": p.code}) for p in found)


def split(text: str) -> Parts:
    """The parts of a cell."""
    notes, lines = [], []
    for line in text.splitlines():
        shown = _SIDE_BY_SIDE.sub(r"\1\n", one_period(fold(line)))
        if note := _NOTE.search(shown):
            notes.append(note[0].strip())
            shown = shown[: note.start()]
        if shown.strip():
            lines.append(shown.strip())
    whole = "\n".join(lines)
    found = [_segment(part) for part in _with_words([part for part in _BETWEEN.split(whole) if part.strip()])]
    pieces: list[Piece] = []
    loose: When | None = None
    for piece in found:
        if _DIGIT.search(piece.text):
            pieces.append(replace(piece, when=piece.when or loose))
            loose = None if piece.when is None else loose
        elif piece.when is not None and pieces and pieces[-1].when is None:
            pieces[-1] = replace(pieces[-1], when=piece.when)
        else:
            loose = piece.when or loose
    if pieces:
        return Parts(tuple(pieces), "", tuple(notes))
    return Parts((), " ".join(p.text for p in found if p.text), tuple(notes), loose)


def _with_words(parts: Sequence[str]) -> list[str]:
    """The stretches of a cell, each with the words beside it that are no period: 「△」 over 「3」 is no 3."""
    if not any(_DIGIT.search(part) for part in parts):
        return list(parts)
    found: list[str] = []
    before = ""
    for part in parts:
        if _DIGIT.search(part) or read_when(part.strip(" ()")) is not None:
            found.append(before + part)
            before = ""
        elif found:
            found[-1] += "" if _REACHED.fullmatch(part.strip()) else part
        else:
            before += part
    return found


def _segment(part: str) -> Piece:
    """One stretch of a cell without what separates it from the next."""
    if not _value_and_period(part) and (whole := read_when(part)) is not None:
        return Piece("", "", whole)
    when: When | None = None
    labels: list[str] = []
    rest, at = "", 0
    for group in _GROUP.finditer(part):
        rest += part[at : group.start()]
        at = group.end()
        if when is None and (inner := read_when(group[1])) is not None:
            when = inner
        else:
            labels.append(group[1])
            rest += group[0]
    rest += part[at:]
    if when is None and (lead := _LEADING.match(rest)) and (inner := read_when(lead[1])) is not None:
        when, rest = inner, rest[lead.end() :]
    label = labels[0] if len(labels) == 1 else ""
    return Piece(rest.strip(), label, when)


def _value_and_period(part: str) -> bool:
    """Whether a number stands before a period in brackets: 「30.5(R5年度)」, but not 「R5(2023年度)」, is a value."""
    before = _GROUP.sub("", part)
    inner = next(filter(None, map(read_when, _GROUP.findall(part))), None)
    if inner is None or not _DIGIT.search(before):
        return False
    said, told = (read_when(before) or When("", None)).period, inner.period
    return said is None or (told is not None and said.year != told.year)


def unit_in(text: str) -> str:
    """The unit behind the number of a cell, as it is written; empty where there is none."""
    found = _UNIT.match(fold(text))
    unit = "" if found is None else _NO_UNIT.split(found[1])[0].rstrip("/")
    return "" if _NO_LETTERS.search(unit) or unit in _SCALES else unit
