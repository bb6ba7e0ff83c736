"""取組一覧: every initiative that a plan lists, answered about or not; the paper's list where there is no indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kpi.assessment import Assessment
from kpi.initiatives.initiative import COURSE_WORDS, Initiative, count_words
from kpi.initiatives.track import AGAIN, Track
from kpi.initiatives.work_state import COUNTED_WORDS, UNTOLD, Work, work_of
from kpi.plan import Item
from kpi.printing.number_words import MISSING
from kpi.report.blocks import Cell, Column, Line, Note, Part, Table

#: What stands where neither the document nor an answer says anything.
_UNSET = "未設定"
_COLUMNS = (
    Column("番号", 15, "center"), Column("取組", 108), Column("主担当", 30), Column("工程", 36, "center"),
    Column("進捗", 20, "center"), Column("方向性", 16, "center"), Column("文書の箇所", 48),
)  # fmt: skip


def initiative_list(state: Assessment, number: str) -> Part:
    """The whole list: a heading row with its counts over each item, what gathers others above those."""
    work = work_of(state)
    shown = {track.place.id: track for track in work.tracks}
    lines: list[Line] = []
    for field in state.plan.fields:
        for item in field.items:
            own = [one for one in state.plan.initiatives if one.item_id == item.id]
            if own:
                names = dict.fromkeys((field.name, item.name))
                lines.append(Line(band=f"{'　'.join(names)}　{count_words(_places(work, item))}"))
                lines += [_row(state, work, one, depth, shown) for one, depth in _tree(own, "", 0)]
    table = Table("取組一覧", _COLUMNS, tuple(lines))
    return Part("initiatives", "取組一覧", number, "A4横", (table, *_notes(state, work)))


def _places(work: Work, item: Item) -> list[Initiative]:
    return [one.place for one in work.tracks if one.place.item_id == item.id]


def _tree(own: Sequence[Initiative], parent_id: str, depth: int) -> Iterator[tuple[Initiative, int]]:
    """Each with its depth, what stands below it behind it."""
    ids = {one.id for one in own}
    for one in own:
        if one.parent_id == parent_id or (not parent_id and one.parent_id not in ids):
            yield one, depth
            yield from _tree(own, one.id, depth + 1)


def _row(state: Assessment, work: Work, one: Initiative, depth: int, shown: Mapping[str, Track]) -> Line:
    again = AGAIN if one.refers_to and "再掲" not in one.detail else ""
    name = f"{'　' * depth}{one.name}{one.detail}{again}"
    track = shown.get(one.id)
    if track is None:  # what only gathers others is asked about nothing itself
        return Line((Cell(one.number), Cell(name), Cell(), Cell(), Cell(), Cell(), Cell(one.source)))
    last = work.now(track)
    owner = work.owners.get(track.initiative.id)
    return Line((
        Cell(one.number), Cell(name),
        Cell(owner.name(state.day) if owner else _UNSET),
        Cell(track.standing.words),
        Cell(COUNTED_WORDS[work.progress(track)]),
        Cell(COURSE_WORDS.get(last.course, MISSING) if last else MISSING),
        Cell(one.source),
    ))  # fmt: skip


def _notes(state: Assessment, work: Work) -> tuple[Note, ...]:
    unset = sum(not one.standing.is_set for one in work.own)
    unowned = sum(one.initiative.id not in work.owners for one in work.own)
    lacking = [f"{word}{n}" for word, n in (("主担当", unowned), ("工程", unset)) if n]
    found = [f"{_UNSET}は、文書にも回答にもないものです({'、'.join(lacking)})"] if lacking else []
    if any(work.progress(one) == UNTOLD for one in work.own):
        found.append(f"{COUNTED_WORDS[UNTOLD]}は、進み方を尋ねた回答がないものです")
    numbered = [Note(f"注{n} {words}") for n, words in enumerate(found, start=1)]
    return (*numbered, Note(f"出典 {state.plan.source or _UNSET}"))
