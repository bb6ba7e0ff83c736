"""The blocks of a paper: heading, sentence, table, chart, note. They say what stands there, not how it is drawn.

A figure stands in a cell as the decimal number that is printed, so that a workbook holds a number and a page its text,
and the two cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from kpi.changes.change import Change
from kpi.period import Period
from kpi.printing.number_words import MINUS, MISSING
from kpi.story import Story

Align = Literal["left", "center", "right"]
Sheet = Literal["A3横", "A4横", "A4縦"]
PartKind = Literal[
    "overview", "listing", "field", "indicator", "origins", "comparison", "errata",
    "anticipated", "initiatives", "roadmap", "review",
]  # fmt: skip

#: So many signs a sentence of 総括 may have: a first page is no essay.
LONGEST_SENTENCE = 300
#: So many an answer of 想定問答 and a question of one's own may have, and how the keys of its sentences begin.
LONGEST_ANSWER, LONGEST_QUESTION = 600, 100
ANSWER_KEY = "question:"
#: So many signs 主な取組と成果 of an indicator's page may have, and how the keys of those texts begin.
LONGEST_ACHIEVEMENT = 200
ACHIEVEMENT_KEY = "achievements:"

#: 取扱区分 of what only who makes the paper may have: it is in nothing that goes out.
INTERNAL = "部内限"

#: What stands before a negative number on paper; screens have a minus sign.
PAPER_MINUS = "△"


def paper_number(figure: Decimal | None) -> str:
    """「1,234.5」「△0.7」; ― where there is none."""
    if figure is None:
        return MISSING
    return f"{PAPER_MINUS if figure < 0 else ''}{abs(figure):,f}"


def paper_text(made: str) -> str:
    """A sentence made for a screen as it stands on paper: with the sign of a negative number that papers have."""
    return re.sub(rf"{MINUS}(?=\d)", PAPER_MINUS, made)


def paper_day(day: date) -> str:
    """「令和7年9月10日」."""
    return Period.of_date(day).label.split("(", 1)[0]


@dataclass(frozen=True)
class Cell:
    """One cell: a text, or a figure as it is printed. ``changed`` is what differs from last time.

    ``code`` is the short number of the value it shows: it stands in 出所一覧, never in the body.
    """

    text: str = ""
    figure: Decimal | None = None
    changed: bool = False
    code: str = ""

    @property
    def printed(self) -> str:
        """What is read on paper."""
        return self.text if self.figure is None else paper_number(self.figure)


@dataclass(frozen=True)
class Column:
    """A heading with its width in millimetres."""

    heading: str
    width: float
    align: Align = "left"


@dataclass(frozen=True)
class Line:
    """A row: a cell for each column, or a heading over the rows below where ``band`` says one."""

    cells: tuple[Cell, ...] = ()
    band: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading within a part."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """A sentence made from the data, and what somebody wrote in its place.

    ``key`` finds it again next time, ``beneath`` is what the data said when it was written.
    """

    key: str
    made: str
    edited: str = ""
    beneath: str = ""
    who: str = ""

    @property
    def text(self) -> str:
        """What is printed."""
        return self.edited or self.made

    @property
    def outdated(self) -> bool:
        """Whether the data says something else since somebody wrote the sentence."""
        return bool(self.edited) and self.beneath != self.made


@dataclass(frozen=True)
class QuestionAnswer:
    """A question that a member may ask, by its number in the paper, and what is answered.

    ``whom`` has to be asked where the data says nothing or not all; empty where it does.
    """

    number: int
    question: str
    answer: Sentence
    whom: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody has still to be asked."""
        return bool(self.whom) and not self.answer.edited


@dataclass(frozen=True)
class Table:
    """A table; ``caption`` is for whoever does not see where it stands."""

    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The cells of every row that is no heading."""
        return (line.cells for line in self.lines if not line.band)


@dataclass(frozen=True)
class Chart:
    """The chart of one indicator; how it is drawn is the format's affair. ``source`` is where its values are from."""

    indicator_id: str
    story: Story
    source: str = ""


@dataclass(frozen=True)
class Passage:
    """A text that a person wrote, under its label; empty where nothing was written.

    ``outdated``: what it was written in place of is another text by now.
    """

    label: str
    text: str
    outdated: bool = False


@dataclass(frozen=True)
class Note:
    """A note at the foot."""

    text: str


Block = Heading | Sentence | QuestionAnswer | Table | Chart | Passage | Note


@dataclass(frozen=True)
class Part:
    """One piece of the paper: what is printed together. ``number`` is its 資料番号.

    ``subject_id`` is the field or indicator it is about, ``group_id`` the field of an indicator (``goal``: none).
    ``exchanged`` is the mark, with its day, of a page that takes the place of another one; empty where it does not.
    """

    kind: PartKind
    title: str
    number: str
    sheet: Sheet
    blocks: tuple[Block, ...]
    subject_id: str = ""
    group_id: str = ""
    exchanged: str = ""

    @property
    def label(self) -> str:
        """What stands in the box at the top right: 「差替 令和8年11月21日　資料2-3」, else the number alone."""
        return f"{self.exchanged}　{self.number}" if self.exchanged else self.number


def texts(part: Part) -> Iterator[str]:
    """Every text of a part, what is read aloud of its charts too."""
    yield from (part.title, part.number)
    for block in part.blocks:
        match block:
            case Table():
                yield from (block.caption, *(column.heading for column in block.columns))
                yield from (line.band for line in block.lines)
                yield from (cell.printed for row in block.rows for cell in row)
            case Chart():
                yield from (block.story.words, block.story.heading, block.source)
            case Passage():
                yield from (block.label, block.text)
            case QuestionAnswer():
                yield from (block.question, block.answer.text, block.whom)
            case Heading() | Note() | Sentence():
                yield block.text


@dataclass(frozen=True)
class Report:
    """The paper of one round as known at one moment.

    ``handling`` is its 取扱区分 and ``version`` its 版; ``working`` while the round is open, ``sample`` where any value
    in it is a sample. ``scope`` is the 部局 whose indicators alone it tells of; empty for the whole plan. ``decisions``
    are those since the last meeting. ``has_indicators`` is False of a plan of initiatives alone.
    """

    plan_id: str
    plan_name: str
    round_id: str
    round_name: str
    year: str
    as_of: date
    handling: str
    version: str
    working: bool
    sample: bool
    parts: tuple[Part, ...]
    scope: str = ""
    decisions: tuple[Change, ...] = ()
    has_indicators: bool = True

    @property
    def list_name(self) -> str:
        """What 資料1 is called."""
        return "KPI進捗状況一覧" if self.has_indicators else "取組一覧"

    @property
    def heading(self) -> str:
        """Whose paper it is: 「青森県DX推進プラン」, of a 部局 with its name."""
        return f"{self.plan_name}　{self.scope}" if self.scope else self.plan_name

    @property
    def state_words(self) -> str:
        """「令和7年9月30日時点」, marked where the round is open or samples are in it."""
        marks = [*(["作業中"] if self.working else []), *(["サンプル"] if self.sample else [])]
        return "　".join([f"{paper_day(self.as_of)}時点", *marks])

    def part(self, kind: PartKind, subject_id: str = "") -> Part:
        """The part of a kind and, where there are several, of a subject; KeyError where there is none."""
        for part in self.parts:
            if part.kind == kind and (not subject_id or part.subject_id == subject_id):
                return part
        raise KeyError(f"{kind} {subject_id}")

    def parts_of(self, kind: PartKind) -> tuple[Part, ...]:
        """All parts of a kind, in their order."""
        return tuple(part for part in self.parts if part.kind == kind)
