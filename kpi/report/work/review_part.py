"""取組の見直し: what moved in the last half-year told of, with reason and who decided; and its corner of 概要."""

from __future__ import annotations

from dataclasses import replace

from kpi.assessment import Assessment
from kpi.collection.lifecycle import Stage
from kpi.initiatives.half_year_review import schedule_changes, told_before
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS, count_words
from kpi.initiatives.movement import moved_ids, moves
from kpi.initiatives.rhythm import reported_period, rhythm
from kpi.initiatives.self_evaluation import GRADE_KEY
from kpi.initiatives.track import Track
from kpi.initiatives.work_state import COUNTED_WORDS, EXPLAINED, UNANSWERED, UNTOLD, Work, asked_in, work_of
from kpi.period import Period
from kpi.report.blocks import Cell, Column, Heading, Line, Note, Part, Table
from kpi.report.work.roadmap_parts import is_told, plan_tracks

#: The width of what is counted on 概要.
_COUNTS = 126


def newest_half(state: Assessment) -> Period | None:
    """The half-year that the work was told of last; None where nothing was told."""
    told = [track.latest.period for track in plan_tracks(state) if track.latest and not track.shown_for]
    return max(told, key=lambda period: period.position) if told else None


def corner(state: Assessment) -> Table | None:
    """取組の半期 on 概要: how many stand how, now and the half-year before; None where nothing is told of the work."""
    half = newest_half(state)
    if half is None:
        return None
    work, name = work_of(state), f"取組の{rhythm(state.plan).span}"
    now, earlier = dict(work.counts(work.own)), _before(state, work, half)
    then = dict(earlier.counts(earlier.own)) if earlier else None
    shown = {UNANSWERED, *now, *(then or ())}
    left = [code for code in (EXPLAINED, UNANSWERED, UNTOLD) if code in shown]
    words = [*PROGRESS_WORDS.values(), *(COUNTED_WORDS[code] for code in left)]
    columns = (
        Column(f"{name}({reported_period(state.plan, half).short})", 40),
        *(Column(word, _COUNTS / len(words), "center") for word in words),
    )
    cells = [_count(now.get(key, 0), then.get(key, 0) if then else None) for key in (*PROGRESS_WORDS, *left)]
    return Table(name, columns, (Line((Cell(count_words(state.plan.initiatives)), *cells)),))


def _before(state: Assessment, work: Work, half: Period) -> Work | None:
    """The work as it stood in the half-year told of before one; None where nothing was told then."""
    tracks = tuple(replace(one, reviews=told_before(one.reviews, half)) for one in work.tracks)
    told = [one.latest.period for one in tracks if one.latest]
    if not told:
        return None
    last = max(told, key=lambda one: one.position)
    held = (r for r in state.plan.rounds if r.kind == "initiatives" and r.period == last)
    asked = {i for r in held if state.stage(r) in (Stage.OPEN, Stage.CLOSED) for i in asked_in(state, r)}
    said = {one.initiative.id for one in tracks if one.latest and one.latest.period == last}
    return replace(work, tracks=tracks, half=last, owing=frozenset(asked - said))


def _count(now: int, then: int | None) -> Cell:
    if then is None or now == then:
        return Cell(str(now) if now else "－")
    return Cell(f"{now}({then})", changed=True)


def review_part(state: Assessment, number: str) -> tuple[Part, ...]:
    """The table of what was reviewed: what moved, as the screen counts it, and what is behind still."""
    half = newest_half(state)
    if half is None or not is_told(state):
        return ()
    scheme = state.plan.self_evaluation
    own = (Column(scheme.name, 20 if scheme.keys == (GRADE_KEY,) else 50),) if scheme else ()
    less = sum(column.width for column in own) / 2
    columns = (
        Column("番号", 14, "center"), Column("取組", 74 - less), Column("進捗(前回→今回)", 36, "center"),
        Column("方向性", 18, "center"), *own, Column("工程(当初→いま)", 44), Column("理由・決定者", 87 - less),
    )  # fmt: skip
    numbers = {i.id: i.number for i in state.plan.of_initiatives.indicators}
    moved = moved_ids(moves(plan_tracks(state), half))
    lines = []
    for track in plan_tracks(state):
        last = track.latest
        if track.shown_for or last is None or last.period != half:
            continue
        if track.initiative.id not in moved and not last.is_behind:
            continue
        schedule = f"{track.planned.words} → {track.standing.words}" if track.is_revised else track.standing.words
        changes = schedule_changes(track.initiative, track.reviews[:-1], last)
        reasons = [last.text(key) for key in ("delay_reason", *(["revision_reason"] if changes else []))]
        by = f"(決定者 {last.text('decided_by')})" if changes and last.text("decided_by") else ""
        lines.append(Line((
            Cell(numbers[track.initiative.id]), Cell(track.initiative.name), _progress(track),
            Cell(COURSE_WORDS.get(last.course, "―")), *((Cell(scheme.summary(last) or "―"),) if scheme else ()),
            Cell(schedule, changed=bool(changes)),
            Cell("".join(r for r in reasons if r) + by or "―"),
        )))  # fmt: skip
    rest = f"　遅れの続く取組{len(lines) - len(moved)}件" if len(lines) > len(moved) else ""
    head = Heading(f"{reported_period(state.plan, half).label}の見直し　動いた取組{len(moved)}件{rest}")
    nothing = () if lines else (Note("進捗、工程、方向性の動いた取組はありません。"),)
    table = Table("見直した取組", columns, tuple(lines))
    blocks = (head, table, *nothing, *_evaluations(state, half))
    return (Part("review", f"取組の{rhythm(state.plan).review}", number, "A4横", blocks),)


def _evaluations(state: Assessment, half: Period) -> tuple[Note, ...]:
    """How many initiatives have which grade of the plan's self-evaluation, moved or not, and what the grades mean."""
    scheme = state.plan.self_evaluation
    if scheme is None or not scheme.grades:
        return ()
    told = [r for t in plan_tracks(state) if not t.shown_for and (r := t.latest) and r.period == half]
    counts = "　".join(f"{word} {number}" for word, number in scheme.counted(told))
    meanings = "、".join(one.label for one in scheme.grades if one.meaning)
    return (Note(f"{scheme.name}(担当の記入)　{counts}" + (f"　({meanings})" if meanings else "")),)


def _progress(track: Track) -> Cell:
    last, before = track.latest, track.before
    now = PROGRESS_WORDS.get(last.progress, "―") if last else "―"
    if before is None or last is None or before.progress == last.progress:
        return Cell(now)
    return Cell(f"{PROGRESS_WORDS.get(before.progress, '―')}→{now}", changed=True)


def achievements(state: Assessment, indicator_id: str, longest: int = 200) -> str:
    """主な取組と成果 of an indicator: what its initiatives were last said to have done, as far as there is room."""
    told = [
        text
        for track in plan_tracks(state)
        if not track.shown_for and indicator_id in track.initiative.indicators
        if track.latest and (text := " ".join(track.latest.text("performance").split()))
    ]
    said = ""
    for text in dict.fromkeys(told):
        if len(said) + len(text) > longest:
            break
        said += text
    return said
