"""概要 of a plan of initiatives alone: its sentences, its counts, and what wants explaining."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from kpi.assessment import Assessment
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.movement import MOVE_WORDS, moves
from kpi.initiatives.track import Track
from kpi.initiatives.work_state import COUNTED_WORDS, Work, work_of
from kpi.initiatives.work_words import counted, work_sentence
from kpi.printing.number_words import MISSING
from kpi.printing.rollup import text
from kpi.report.blocks import Cell, Column, Line, Note, Table

#: The width that the counts share.
_COUNTS = 84
#: At most so many initiatives are explained on the first page, so many are named in a sentence.
_EXPLAINED, _NAMED = 8, 3


def statuses(state: Assessment) -> Table:
    """How many initiatives stand how in each field, now and before; a 再掲 counts in its field, once in the whole."""
    work = work_of(state)
    mains = {one.initiative.id: one for one in work.own}
    earlier = {i: one.before.progress for i, one in mains.items() if work.now(one) and one.before}
    occurring = {*dict(work.own_counts), *earlier.values()}
    words = {code: word for code, word in COUNTED_WORDS.items() if code in occurring}
    columns = (
        Column("分野", 72), Column("取組", 18, "center"),
        *(Column(word, _COUNTS / len(words), "center") for word in words.values()),
    )  # fmt: skip
    groups = (("全体", work.tracks), *((f.short, work.of_field(f.id)) for f in state.plan.fields))
    lines = []
    for name, some in groups:
        now, own = Counter(dict(work.counts(some))), {one.initiative.id for one in some} & set(mains)
        then = Counter(earlier[i] for i in own if i in earlier)
        if some:
            numbers = (_count(now[code], then[code] if earlier else None) for code in words)
            lines.append(Line((Cell(name), Cell(str(len(own))), *numbers)))
    return Table("分野と進捗ごとの取組の数", columns, tuple(lines))


def _count(now: int, then: int | None) -> Cell:
    if then is None or (not now and not then):
        return Cell(str(now) if now else "－")
    return Cell(f"{now}({then})", changed=now != then)


def notes(state: Assessment) -> tuple[Note, ...]:
    """What stands at the foot."""
    again = any(one.shown_for for one in work_of(state).tracks)
    counting = (Note("再掲は載った分野でも数え、全体では1回数えます"),) if again else ()
    return (Note("この計画に指標はありません。取組は資料1のとおり"), *counting)


def explained(state: Assessment, cut: Callable[[str, int], str], longest: int) -> Table:
    """What is やや遅れ or 遅れ, with its reason and when it is to be made good."""
    columns = (
        Column("取組", 84), Column("進捗", 22, "center"), Column("遅れの理由", 92),
        Column("回復見込み", 26, "center"), Column("方向性", 20, "center"),
    )  # fmt: skip
    work = work_of(state)
    late = _behind(work)
    lines = []
    for track in late[:_EXPLAINED]:
        last = track.latest
        if last is not None:
            recovery = last.half("recovery")
            lines.append(Line((
                Cell(cut(track.initiative.heading, longest)),
                Cell(PROGRESS_WORDS[last.progress]),
                Cell(cut(last.text("delay_reason"), longest) or "(回答なし)"),
                Cell(recovery.short if recovery else MISSING),
                Cell(COURSE_WORDS.get(last.course, MISSING)),
            )))  # fmt: skip
    if len(late) > _EXPLAINED:
        lines.append(_only(f"ほか{len(late) - _EXPLAINED}件は取組一覧のとおり", len(columns)))
    none = "ありません" if work.half else "進み方の回答がまだありません"
    return Table("説明を要する取組", columns, tuple(lines or [_only(none, len(columns))]))


def _only(words: str, columns: int) -> Line:
    return Line((Cell(words), *[Cell()] * (columns - 1)))


def _behind(work: Work) -> list[Track]:
    return [track for track in work.own if (told := work.now(track)) and told.is_behind]


def _overall(state: Assessment) -> str:
    work = work_of(state)
    if work.half is None:
        return f"{counted(work.tracks)}。進み方の回答はまだありません。"
    return f"{text(work_sentence(work, work.tracks))}。"


def _late(state: Assessment) -> str:
    late = _behind(work_of(state))
    if not late:
        return ""
    named = "、".join(f"「{one.initiative.name}」" for one in late[:_NAMED])
    return f"やや遅れ・遅れの取組は{named}{f'など{len(late)}件' if len(late) > _NAMED else f'の{len(late)}件'}。"


def _moved(state: Assessment) -> str:
    work = work_of(state)
    if work.half is None or not any(one.before for one in work.own):
        return ""
    counts = Counter(move.kind for move in moves(work.own, work.half))
    told = [f"{word}が{counts[kind]}件" for kind, word in MOVE_WORDS.items() if counts[kind]]
    return f"前回と比べ、{'、'.join(told)}。" if told else "前回から動いた取組はありません。"


#: The sentences of 総括, by the key that finds each again.
MAKERS: Mapping[str, Callable[[Assessment], str]] = {"work": _overall, "work_moved": _moved, "work_late": _late}
