"""ロードマップ: a sheet of A3 for each field, an initiative a row, a column each half-year of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from kpi.assessment import Assessment
from kpi.initiatives.half_year_review import halves
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS, count_words
from kpi.initiatives.rhythm import rhythm
from kpi.initiatives.track import Track, tracks
from kpi.period import Period
from kpi.plan import Field
from kpi.report.blocks import Cell, Column, Heading, Line, Note, Part, Table

#: What stands in a half-year, for a copier that knows no colour: 当初 alone, what stands now, 実績.
PLANNED, STANDING, DONE = "□", "■", "●"
_SAID = 60


def plan_tracks(state: Assessment) -> tuple[Track, ...]:
    """The tracks of the plan's work, as far as the reader sees what was said of it."""
    return state.once("tracks of the paper", lambda: tracks(state.plan.initiatives, state.snapshot.reviews))


def is_told(state: Assessment) -> bool:
    """Whether the plan has any schedule, or anything was said of its work: else a roadmap would be blank."""
    return any(track.planned.start or track.planned.end or track.reviews for track in plan_tracks(state))


def roadmap_parts(state: Assessment, number: str) -> tuple[Part, ...]:
    """A sheet for each field with work in it; none where nothing is told of the work."""
    if not is_told(state):
        return ()
    of_item = {item.id: field for field in state.plan.fields for item in field.items}
    found: dict[str, list[Track]] = {}
    for track in plan_tracks(state):
        field = of_item.get((track.shown_for or track.initiative).item_id)
        if field is not None:
            found.setdefault(field.id, []).append(track)
    fields = [field for field in state.plan.fields if field.id in found]
    return tuple(_of_field(state, f, found[f.id], f"{number}-{n}") for n, f in enumerate(fields, start=1))


def _of_field(state: Assessment, field: Field, told: Sequence[Track], number: str) -> Part:
    years = halves(state.plan.start, state.plan.end)
    columns = (
        Column("番号", 13, "center"), Column("取組", 78), Column("主担当", 28),
        *(Column(f"{half.short[:-2]}{half.short[-2]}", 10.5, "center") for half in years),
        Column(f"{rhythm(state.plan).span}の実績", 78),
        Column("進捗", 20, "center"), Column("方向性", 16, "center"), Column("指標", 26),
    )  # fmt: skip
    newest, lines = _newest(told), list[Line]()
    for item in field.items:
        mine = [t for t in told if (t.shown_for or t.initiative).item_id == item.id]
        if mine:
            lines.append(Line(band=f"{item.name}　取組{len(mine)}"))
            lines += [_row(state, track, years, newest) for track in mine]
    initiatives = [i for i in state.plan.initiatives if i.item_id in {item.id for item in field.items}]
    head = Heading(f"{field.name}　{count_words(initiatives)}　時点 {newest.label if newest else '見直しの前'}")
    signs = f"{PLANNED} 当初の工程　{STANDING} いまの工程　{DONE} 実績のあった半期　空欄 工程の外または未設定"
    legend = Note(f"{signs}　赤字 前回から変わったところ")
    return Part(
        "roadmap", f"ロードマップ {field.short}", number, "A3横",
        (head, Table(f"{field.name}のロードマップ", columns, tuple(lines)), legend), field.id,
    )  # fmt: skip


def _newest(told: Sequence[Track]) -> Period | None:
    known = [track.latest.period for track in told if track.latest]
    return max(known, key=lambda p: p.position, default=None)


def _row(state: Assessment, track: Track, years: Sequence[Period], newest: Period | None) -> Line:
    one, last, shown = track.initiative, track.latest, track.shown_for
    owner = state.plan.owner(one.id, state.day)
    subject = state.plan.of_initiatives
    number = next((i.number for i in subject.indicators if i.id == one.id), one.number)
    now = last if last and last.period == newest else None  # what was said earlier is no change of this half-year
    moved = now is not None and track.before is not None and track.before.progress != now.progress
    name = f"{shown.name if shown else one.name}{'【再掲】' if shown else ''}"
    slip = f"({track.slip:+d}半期)" if track.slip else ""
    older = f"({last.about.short})" if last and last.period != newest else ""
    known = {i.id: i.number for i in state.plan.indicators}
    return Line((
        Cell((shown.number if shown else "") or number),
        Cell(name),
        Cell(owner.name(state.day) if owner else "未設定"),
        *(Cell(mark(track, half)) for half in years),
        Cell(_cut(f"{older} {last.text('performance')}") if last else "(回答なし)"),
        Cell(f"{PROGRESS_WORDS.get(last.progress, '―')}{slip}{older}" if last else "―", changed=moved),
        Cell(COURSE_WORDS.get(last.course, "―") if last else "―"),
        Cell("、".join(known[i] for i in (*one.indicators, *one.related_indicators) if i in known) or "―"),
    ))  # fmt: skip


def mark(track: Track, half: Period) -> str:
    """What stands of an initiative in a half-year: 実績 before the schedule that stands, that before 当初."""
    worked = track.actual
    if worked.start and worked.end and worked.start.position <= half.position <= worked.end.position:
        return DONE
    for span, sign in ((track.standing, STANDING), (track.planned, PLANNED)):
        start, end = span.start, span.end
        if start and end and start.position <= half.position <= end.position:
            return sign
    return ""


def _cut(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SAID else words[: _SAID - 1] + "…"
