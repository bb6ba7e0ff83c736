"""Two papers of one round held against each other: 新旧対照表, 正誤表, and the pages to be exchanged (差替え)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpi.changes.change import Change
from kpi.report.blocks import Cell, Column, Heading, Line, Note, Part, Report, Table, paper_day, paper_text, texts
from kpi.report.paper_differences import OVERVIEW, Difference

#: What a page is marked with that takes the place of another.
EXCHANGED = "差替"


@dataclass(frozen=True)
class Compared:
    """Two papers and where they differ.

    ``changes`` is the digest of the states they tell of. ``marked`` is the second paper, in which what changed since
    the first is marked (``after``: since the last round), and ``day`` the one on which it takes the first one's place.
    """

    before: Report
    after: Report
    marked: Report
    found: tuple[Difference, ...]
    changes: tuple[Change, ...]
    day: date


def comparison(told: Compared) -> Report:
    """The table of two papers as a paper of its own: 旧, 新 and 理由 of each changed place, with both dates."""
    before, after, found = told.before, told.after, told.found
    columns = (
        Column("番号", 14, "center"), Column("指標・取組", 52), Column("箇所", 30), Column(f"旧({before.version})", 56),
        Column(f"新({after.version})", 56), Column("理由", 65),
    )  # fmt: skip
    lines = tuple(
        Line((*map(Cell, (d.number, d.title, d.place, d.before)), Cell(d.after, changed=True), Cell(d.reason)))
        for d in found
    )
    head = f"{before.version}({before.state_words})と{after.version}({after.state_words})の違い{len(found)}件"
    return _alone(after, "comparison", "新旧対照表", head, Table("新旧対照表", columns, lines), "違いはありません。")


def wrong(told: Compared) -> tuple[Difference, ...]:
    """What of the first paper was wrong when it was handed out: the rows of 正誤表.

    That is what reads otherwise because a value was corrected (集計誤り, or without a kind) or taken back, and because
    of nothing else; the status, the rate and the sentences of 総括 that came of it are in it. A new value, a 確報, a
    decision, a value under another definition, a figure that its publisher has restated, the days that passed and what
    a person wrote anew leave right what was printed: they stand in 新旧対照表 alone, and so does a cell in which one of
    them meets a correction.
    """
    return tuple(one for one in told.found if one.was_wrong)


def not_wrong_words(told: Compared) -> str:
    """「新しい値3か所、確報1か所」: the differences that are none of 正誤表, by kind; empty where there are none."""
    others = Counter(_kind_word(one) for one in told.found if not one.was_wrong)
    return "、".join(f"{word}{count}か所" for word, count in others.most_common())


def _kind_word(one: Difference) -> str:
    if one.number == OVERVIEW:
        return "総括の文"
    right = [change for change in one.causes if not change.was_wrong]
    return right[0].word if right else one.said.partition("(")[0] or "理由の分からないもの"


def errata(told: Compared) -> Report:
    """正誤表 as a paper of its own: 頁・箇所, 誤, 正 and 理由 of what was wrong; see :func:`wrong`."""
    columns = (Column("頁・箇所", 78), Column("誤", 60), Column("正", 60), Column("理由", 75))
    found = wrong(told)
    lines = tuple(
        Line((Cell(_where(d)), Cell(d.before), Cell(d.after, changed=True), Cell(_reason(d, told.changes))))
        for d in found
    )
    told_of = f"{told.before.version}({told.before.state_words})の誤り{len(found)}か所。{paper_day(told.day)}訂正"
    return _alone(told.after, "errata", "正誤表", told_of, Table("正誤表", columns, lines), "誤りの訂正はありません。")


def _where(one: Difference) -> str:
    """「資料1、資料1-2、資料2-3　3 デジタル化・DX支援件数　今回」."""
    name = one.title if one.number == OVERVIEW else f"{one.number} {one.title}"
    return "　".join(("、".join(one.pages), name, one.place))


def _reason(one: Difference, found: Sequence[Change]) -> str:
    """Of a sentence that came of corrections: how many there are."""
    if one.number != OVERVIEW:
        return one.reason
    return f"{len({c.indicator_id for c in found if c.was_wrong})}指標の値の訂正による"


def _alone(after: Report, kind: str, title: str, head: str, table: Table, nothing: str) -> Report:
    shown = Table(table.caption, table.columns, tuple(_on_paper(line) for line in table.lines))
    notes = () if table.lines else (Note(nothing),)
    part = Part(kind, title, title, "A4横", (Heading(head), shown, *notes))  # type: ignore[arg-type]
    return replace(after, parts=(part,))


def _on_paper(line: Line) -> Line:
    return Line(tuple(replace(cell, text=paper_text(cell.text)) for cell in line.cells))


#: The kinds of pages that are exchanged where anything in them reads otherwise.
_WHOLE = ("overview", "listing", "field", "initiatives", "roadmap", "review")


def exchange(told: Compared) -> Report:
    """The pages that take the place of others, marked 差替 with the day: 概要, the lists, the pages of fields and of
    the work that read otherwise, and the pages of each changed indicator and its field.

    更新 and 訂正 on them are against the version that is replaced.
    """
    changed = {d.subject_id for d in told.found if d.subject_id}
    paper = told.marked
    sheets = [p for p in paper.parts_of("indicator") if p.subject_id in changed]
    groups = {p.group_id for p in sheets}
    others = [
        p
        for p in paper.parts
        if (p.kind == "field" and p.subject_id in groups) or (p.kind in _WHOLE and _reads_otherwise(told, p))
    ]
    mark = f"{EXCHANGED} {paper_day(told.day)}"
    return replace(paper, parts=tuple(replace(p, exchanged=mark) for p in (*others, *sheets)))


def _reads_otherwise(told: Compared, part: Part) -> bool:
    """Whether a page has other words in the second paper than in the first, or is not in it."""
    old, new = (
        [tuple(texts(p)) for p in paper.parts_of(part.kind) if p.subject_id == part.subject_id]
        for paper in (told.before, told.after)
    )
    return old != new
