"""新旧対照: two papers of one round held against each other, cell by cell, and the pages that must be exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kpi.changes.change import Change
from kpi.report.blocks import (
    Cell,
    Column,
    Heading,
    Line,
    Note,
    Part,
    Passage,
    Report,
    Sentence,
    Table,
)

#: What a page is marked with that takes the place of another.
EXCHANGED = "差替"


@dataclass(frozen=True)
class Difference:
    """One place that reads otherwise. ``reason`` is empty where nobody has given one."""

    number: str
    title: str
    place: str
    before: str
    after: str
    reason: str = ""


def differences(before: Report, after: Report, reasons: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every place in which the second paper says something else: 総括, the list, the indicators' own pages.

    ``reasons`` tells why an indicator changed, by its id. An indicator that stands in one of the papers alone is one
    difference. What follows from another difference (a count, a page of a field) is not told again.
    """
    return (*_sentences(before, after), *_indicators(before, after, reasons))


def _sentences(before: Report, after: Report) -> Iterator[Difference]:
    old, new = (_said(paper) for paper in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield Difference("概要", "総括", "文", old.get(key, ""), new.get(key, ""))


def _said(paper: Report) -> dict[str, str]:
    return {s.key: s.text for s in paper.part("overview").blocks if isinstance(s, Sentence)}


def _indicators(before: Report, after: Report, reasons: Mapping[str, str]) -> Iterator[Difference]:
    old, new = ({p.subject_id: p for p in paper.parts_of("indicator")} for paper in (before, after))
    listed = [_listed(paper) for paper in (before, after)]
    for subject in dict.fromkeys((*old, *new)):
        part, why = new.get(subject) or old[subject], reasons.get(subject, "")
        number, _, name = part.title.partition("　")
        if subject not in old or subject not in new:
            words = ("―", "掲載") if subject in new else ("掲載", "―")
            yield Difference(number, name, "指標", *words, why)
            continue
        rows = [{k: v for k, v in found.get(number, {}).items() if k not in _DERIVED} for found in listed]
        told = [row | _own(paper[subject]) for row, paper in zip(rows, (old, new), strict=True)]
        for place in dict.fromkeys((*told[0], *told[1])):
            one, other = (found.get(place, "") for found in told)
            if one != other and not _told_in_list(place, (one, other), rows):
                yield Difference(number, name, place, one, other, why)


def _listed(paper: Report) -> dict[str, dict[str, str]]:
    """The row of each indicator's number in the list, by heading; 時点 is told with the heading before it."""
    table = next(b for b in paper.part("listing").blocks if isinstance(b, Table))
    headings = [c.heading for c in table.columns]
    names = [f"{headings[n - 1]}の時点" if h == "時点" else h for n, h in enumerate(headings)]
    return {row[0].printed: dict(zip(names, (c.printed for c in row), strict=True)) for row in table.rows}


def _told_in_list(place: str, pair: tuple[str, str], rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether a figure of the grid of years is the one that the list has told as another already."""
    name, _, year = place.partition(" ")
    column = {"実績": "今回", "進捗率(%)": "進捗率(%)", "計画線": "計画線"}.get(name) if year else None
    return column is not None and pair == tuple(row.get(column, "") for row in rows)


#: Columns that only say how a row differs from last time, or shorten what the indicator's page says whole.
_DERIVED = ("更新・訂正", "要因・今後の対応")


def _own(part: Part) -> dict[str, str]:
    """What an indicator's own page says beyond the list: the figures of its years, and its texts."""
    found: dict[str, str] = {}
    for block in part.blocks:
        if isinstance(block, Passage):
            found[block.label] = block.text
        elif isinstance(block, Table) and block.caption == "年度ごとの値":
            for row in block.rows:
                for column, cell in zip(block.columns[1:], row[1:], strict=True):
                    found[f"{row[0].text} {column.heading}"] = cell.printed
    return found


def reasons_of(found: Sequence[Change]) -> dict[str, str]:
    """Why each indicator changed, from the digest of its changes: of which kind, and why, by whom and when if known."""
    told: dict[str, list[str]] = {}
    for one in found:
        told.setdefault(one.indicator_id, []).append(_why(one))
    return {subject: "。".join(dict.fromkeys(words)) for subject, words in told.items()}


def _why(change: Change) -> str:
    source = " ".join(word for word in (change.who, f"{change.at:%Y-%m-%d}" if change.at else "", change.why) if word)
    return f"{change.word}({source})" if source else change.word


def comparison(before: Report, after: Report, found: Sequence[Difference]) -> Report:
    """The table of two papers as a paper of its own: 旧, 新 and 理由 of each changed place, with both dates."""
    columns = (
        Column("番号", 14, "center"), Column("指標", 56), Column("箇所", 34), Column(f"旧({before.version})", 62),
        Column(f"新({after.version})", 62), Column("理由", 45),
    )  # fmt: skip
    lines = tuple(
        Line(
            (Cell(d.number), Cell(d.title), Cell(d.place), Cell(d.before), Cell(d.after, changed=True), Cell(d.reason))
        )
        for d in found
    )
    head = Heading(f"{before.version}({before.state_words})と{after.version}({after.state_words})の違い{len(found)}件")
    nothing = (Note("違いはありません。"),) if not found else ()
    part = Part("comparison", "新旧対照表", "新旧対照表", "A4横", (head, Table("新旧対照表", columns, lines), *nothing))
    return replace(after, parts=(part,))


def exchange(before: Report, after: Report, found: Sequence[Difference]) -> Report:
    """The pages that take the place of others, marked 差替: those of each change's field and indicator."""
    changed = {d.number for d in found}
    first = [p for p in after.parts if p.kind == "overview" and any(d.number == "概要" for d in found)]
    sheets = [p for p in after.parts_of("indicator") if p.title.partition("　")[0] in changed]
    groups = {p.group_id for p in sheets}
    fields = [p for p in after.parts_of("field") if p.subject_id in groups]
    marked = tuple(replace(p, number=f"{EXCHANGED} {p.number}") for p in (*first, *fields, *sheets))
    return replace(after, parts=marked)
