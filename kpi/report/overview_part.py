"""概要: the first page. 総括 by people, fields × statuses, what wants explaining, what changed, what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kpi.assessment import Assessment
from kpi.changes.change import KINDS
from kpi.changes.change_digest import since_last_round
from kpi.plan import Round
from kpi.printing.rollup import Group, attention, counts, step
from kpi.report.blocks import Block, Cell, Column, Heading, Line, Note, Part, Table, paper_day
from kpi.report.indicator_entry import Entry
from kpi.report.overview_sentences import sentences
from kpi.report.progress_list import notes, overdue
from kpi.snapshot import Edited

#: At most so many indicators are explained on the first page.
_EXPLAINED = 5
_SAID = 120


def overview(
    state: Assessment, told: Sequence[Entry], number: str, edited: Mapping[str, Edited], asked: Round | None
) -> Part:
    """The page; ``edited`` are the sentences of 総括 that people wrote, ``asked`` the round it tells of."""
    blocks: list[Block] = [Heading("総括"), *sentences(state, edited)]
    blocks += [Heading("分野別の進捗区分(指標の数、括弧内は前回)"), _statuses(state)]
    blocks += [Heading("説明を要する指標"), _explained(state, told)]
    blocks += [Heading("前回からの変化"), _changed(state)]
    blocks += [Heading("今後の予定"), _coming(state, told, asked), *_foot(state, told)]
    return Part("overview", "概要", number, "A4横", tuple(blocks))


def _foot(state: Assessment, told: Sequence[Entry]) -> tuple[Note, ...]:
    """The notes of the list without its sources: they stand there."""
    kept = [note for note in notes(state, told) if not note.text.startswith("出典")]
    return (*kept, Note("出典と担当は資料1のとおり"))


def _statuses(state: Assessment) -> Table:
    now = counts(state.assessed, state.plan)
    before = {g.field_id: g for g in counts(state.before, state.plan)} if state.before is not None else {}
    words = {word: None for group in (*now, *before.values()) for _, word, _ in group.by_word}
    columns = (Column("分野", 44), *(Column(word, 18, "center") for word in words), Column("計", 12, "center"))
    lines = [
        Line(
            (
                Cell(_name(state, g)),
                *(_count(g, before.get(g.field_id), w) for w in words),
                Cell(figure=Decimal(g.total)),
            )
        )
        for g in now
    ]
    return Table("分野と進捗区分ごとの指標の数", columns, tuple(lines))


def _name(state: Assessment, group: Group) -> str:
    return state.plan.field_by_id(group.field_id).short if group.field_id else group.name


def _count(group: Group, before: Group | None, word: str) -> Cell:
    now, then = _number(group, word), _number(before, word) if before else None
    if then is None or (not now and not then):
        return Cell(figure=Decimal(now)) if now else Cell("－")
    return Cell(f"{now}({then})", changed=now != then)


def _number(group: Group, word: str) -> int:
    return sum(number for _, found, number in group.by_word if found == word)


def _explained(state: Assessment, told: Sequence[Entry]) -> Table:
    by_id = {one.indicator.id: one for one in told}
    off = [by_id[one.indicators[0].id] for one in attention(state) if one.kind == "off"]
    columns = (Column("指標", 62), Column("進捗区分", 26, "center"), Column("要因", 78), Column("今後の対応", 78))
    lines = [
        Line(
            (
                Cell(f"{e.indicator.number} {e.indicator.name}"),
                Cell(e.moved),
                _words(e, "analysis"),
                _words(e, "actions"),
            )
        )
        for e in off[:_EXPLAINED]
    ]
    if len(off) > _EXPLAINED:
        lines.append(Line((Cell(f"ほか{len(off) - _EXPLAINED}指標は資料1のとおり"), Cell(), Cell(), Cell())))
    return Table("説明を要する指標", columns, tuple(lines or [Line((Cell("ありません"), Cell(), Cell(), Cell()))]))


def _words(one: Entry, key: str) -> Cell:
    words = " ".join(one.said(key).split())
    return Cell((words if len(words) <= _SAID else words[: _SAID - 1] + "…") or "(回答なし)")


def _changed(state: Assessment) -> Table:
    columns = (Column("変化", 40), Column("指標の数", 18, "center"), Column("指標", 60))
    if state.before is None:
        return Table("前回からの変化", columns, (Line((Cell("比べられる前回の値がありません"), Cell(), Cell())),))
    steps = [(c.indicator_id, step(c)) for c in since_last_round(state) if c.kind == "status"]
    found = {"進捗区分の改善": [i for i, s in steps if s > 0], "進捗区分の悪化": [i for i, s in steps if s < 0]}
    for kind, (word, _) in KINDS.items():
        if kind != "status":
            found[word] = [c.indicator_id for c in since_last_round(state) if c.kind == kind]
    lines = [
        Line((Cell(word), Cell(figure=Decimal(len(set(ids)))), Cell(_numbers(state, ids))))
        for word, ids in found.items()
        if ids
    ]
    return Table("前回からの変化", columns, tuple(lines or [Line((Cell("ありません"), Cell(), Cell()))]))


def _numbers(state: Assessment, ids: Sequence[str]) -> str:
    return "、".join(state.plan.indicator(i).number for i in dict.fromkeys(ids))


def _coming(state: Assessment, told: Sequence[Entry], asked: Round | None) -> Table:
    """The next rounds, and what should have been published meanwhile."""
    columns = (Column("時期", 40), Column("予定", 80))
    others = (r for r in state.plan.rounds if asked is None or r.id != asked.id)
    later = sorted((r.opens, r.name) for r in others if r.opens and r.opens > state.day)
    lines = [Line((Cell(paper_day(day)), Cell(name))) for day, name in later[:3]]
    late = [words for one in told if (words := overdue(one))]
    lines += [Line((Cell("公表予定を過ぎたもの"), Cell("、".join(late))))] if late else []
    return Table("今後の予定", columns, tuple(lines or [Line((Cell("未定"), Cell()))]))
