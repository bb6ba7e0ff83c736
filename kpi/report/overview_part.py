"""概要: the first page. 総括 by people, fields × statuses, what wants explaining, what changed, what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from kpi.assessment import Assessment
from kpi.cards.revision import day_text
from kpi.changes.change import KINDS, Change
from kpi.changes.change_digest import since_last_round
from kpi.collection.lifecycle import Stage, turns
from kpi.plan import Round
from kpi.printing.rollup import Group, attention, counts, goals, step
from kpi.report.blocks import Block, Cell, Column, Heading, Line, Note, Part, Table, paper_day, paper_text
from kpi.report.indicator_entry import Entry
from kpi.report.overview_sentences import sentences
from kpi.report.progress_list import notes, overdue
from kpi.report.work.review_part import corner
from kpi.report.work.work_overview import explained, statuses
from kpi.report.work.work_overview import notes as notes_of_work
from kpi.snapshot import Edited

#: At most so many indicators are explained on the first page.
_EXPLAINED = 5
#: So many signs of a text are told where there is room, and of all texts of the indicators explained together.
_SAID, _SAID_TOGETHER = 120, 720
#: When a round opens that waits without a day.
_UNDATED = "日程未定"
#: So many decisions have a row on the first page.
_DECISIONS = 4
#: So many indicators of one decision stand with both sides in its row.
_BESIDE = 3


def overview(
    state: Assessment,
    told: Sequence[Entry],
    number: str,
    edited: Mapping[str, Edited],
    asked: Round | None,
    decided: Sequence[Change] = (),
) -> Part:
    """The page; ``edited`` are the sentences of 総括 that people wrote, ``asked`` the round it tells of.

    ``decided`` is what was decided since the last meeting; without any there is no table of it.
    """
    blocks: list[Block] = [Heading("総括"), *sentences(state, edited)]
    blocks += _of_indicators(state, told) if state.plan.indicators else _of_work(state)
    work = corner(state) if state.plan.indicators else None
    blocks += [Heading(f"{work.caption}(括弧内は前回)"), work] if work else []
    blocks += [Heading("今後の予定"), _coming(state, told, asked)]
    blocks += [Heading("前回の会議のあとの決定"), _decided(state, decided)] if decided else []
    blocks += _foot(state, told) if state.plan.indicators else notes_of_work(state)
    return Part("overview", "概要", number, "A4横", tuple(blocks))


def _of_indicators(state: Assessment, told: Sequence[Entry]) -> list[Block]:
    return [
        Heading("分野別の進捗区分(指標の数、括弧内は前回)"), _statuses(state),
        Heading("説明を要する指標"), _explained(state, told),
        Heading("前回からの変化"), _changed(state),
    ]  # fmt: skip


def _of_work(state: Assessment) -> list[Block]:
    return [
        Heading("分野別の進捗(取組の数、括弧内は前回)"), statuses(state),
        Heading("説明を要する取組"), explained(state, _cut, _SAID),
    ]  # fmt: skip


def _foot(state: Assessment, told: Sequence[Entry]) -> tuple[Note, ...]:
    """The notes of the list without its sources: they stand there."""
    kept = [note for note in notes(state, told) if not note.text.startswith("出典")]
    return (*kept, Note("出典と担当は資料1のとおり"))


def _statuses(state: Assessment) -> Table:
    now = _groups(state, state.assessed)
    before = {g.name: g for g in _groups(state, state.before)} if state.before is not None else {}
    words = {word: None for group in (*now, *before.values()) for _, word, _ in group.by_word}
    columns = (Column("分野", 44), *(Column(word, 18, "center") for word in words), Column("計", 12, "center"))
    lines = [
        Line(
            (
                Cell(_name(state, g)),
                *(_count(g, before.get(g.name), w) for w in words),
                Cell(figure=Decimal(g.total)),
            )
        )
        for g in now
    ]
    return Table("分野と進捗区分ごとの指標の数", columns, tuple(lines))


def _groups(state: Assessment, assessed: pd.DataFrame) -> tuple[Group, ...]:
    """The whole, the basic goals and each field: rows that add up to the first."""
    whole, *fields = counts(assessed, state.plan)
    own = goals(assessed, state.plan)
    return (whole, *([own] if own else []), *fields)


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
    shown = off[:_EXPLAINED]
    longest = min(_SAID, _SAID_TOGETHER // (2 * len(shown) or 1))
    lines = [
        Line(
            (
                Cell(f"{e.indicator.number} {e.indicator.name}"),
                Cell(e.moved),
                _words(e, "analysis", longest),
                _words(e, "actions", longest),
            )
        )
        for e in shown
    ]
    if len(off) > _EXPLAINED:
        lines.append(Line((Cell(f"ほか{len(off) - _EXPLAINED}指標は資料1のとおり"), Cell(), Cell(), Cell())))
    return Table("説明を要する指標", columns, tuple(lines or [Line((Cell("ありません"), Cell(), Cell(), Cell()))]))


def _words(one: Entry, key: str, longest: int) -> Cell:
    return Cell(_cut(one.said(key), longest) or "(回答なし)")


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


def _decided(state: Assessment, decided: Sequence[Change]) -> Table:
    """One row for each decision, and for what was decided of several indicators at once one row for all of them."""
    columns = (Column("決定", 38), Column("内容", 32), Column("指標", 70), Column("前→後", 64), Column("理由", 69))
    groups: dict[tuple[object, ...], list[Change]] = {}
    for one in decided:
        groups.setdefault((one.kind, one.at, one.who, one.why), []).append(one)
    lines = [_decision(state, group) for group in groups.values()]
    if len(lines) > _DECISIONS:
        rest = f"ほか{sum(len(g) for g in list(groups.values())[_DECISIONS - 1 :])}件"
        lines = [*lines[: _DECISIONS - 1], Line((Cell(rest), Cell(), Cell(), Cell(), Cell()))]
    return Table("前回の会議のあとの決定", columns, tuple(lines))


def _decision(state: Assessment, group: Sequence[Change]) -> Line:
    first, ids = group[0], [one.indicator_id for one in group if one.indicator_id]
    day = day_text(first.at.date()) if first.at else ""
    sides = [paper_text(_cut(_sides(one), _SAID // 2)) for one in group]
    change = "、".join(sides) if len(group) <= _BESIDE else f"{len(set(ids))}指標(資料1のとおり)"
    named = [state.snapshot.plan.indicator(i) for i in dict.fromkeys(ids)]
    which = f"{named[0].number} {named[0].name}" if len(named) == 1 else "、".join(i.number for i in named)
    told = (" ".join(w for w in (day, first.who) if w) or "―", first.word, which or "計画の全体")
    return Line((*(Cell(_cut(w, _SAID // 2)) for w in told), Cell(change), Cell(_cut(first.why or "―", _SAID // 2))))


def _sides(one: Change) -> str:
    """Both sides of a decision; with the attribute's name where the kind does not tell it."""
    return one.text if one.kind in ("rule", "definition") else f"{one.before} → {one.after}"


def _cut(words: str, longest: int) -> str:
    words = " ".join(words.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _numbers(state: Assessment, ids: Sequence[str]) -> str:
    return "、".join(state.plan.indicator(i).number for i in dict.fromkeys(ids))


def _coming(state: Assessment, told: Sequence[Entry], asked: Round | None) -> Table:
    """The next rounds, and what should have been published meanwhile."""
    columns = (Column("時期", 40), Column("予定", 80))
    left_out = {asked.id} if asked else set()
    others = [r for r in state.plan.rounds if r.id not in left_out and state.stage(r) is not Stage.CANCELLED]
    # What waits for its turn without a day, or past its day, comes next whenever it is started: as the screens say.
    turn = {one.id for one in turns(state.snapshot.plan, state.snapshot.life, state.day)}
    waiting = [r.name for r in others if r.id in turn and not (r.opens and r.opens > state.day)]
    later = sorted((r.opens, r.name) for r in others if r.opens and r.opens > state.day)
    coming = [*((_UNDATED, name) for name in waiting), *((paper_day(day), name) for day, name in later)]
    lines = [Line((Cell(when), Cell(name))) for when, name in coming[: 3 + len(waiting)]]
    late = [words for one in told if (words := overdue(one))]
    lines += [Line((Cell("公表予定を過ぎたもの"), Cell("、".join(late))))] if late else []
    return Table("今後の予定", columns, tuple(lines or [Line((Cell("未定"), Cell()))]))
