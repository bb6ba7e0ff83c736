"""What moved in one half-year of the work since the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.initiatives.half_year_review import Review, schedule
from kpi.initiatives.initiative import BEHIND, COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.initiatives.track import Track
from kpi.period import Period

#: The kinds of moves, in the order in which they are told.
MOVE_WORDS: Mapping[str, str] = {
    "done": "新たに完了した取組",
    "late": "新たにやや遅れ・遅れとなった取組",
    "progress": "進捗が変わったほかの取組",
    "schedule": "工程を変えた取組",
    "course": "今後の方向性が変わった取組",
}


@dataclass(frozen=True)
class Move:
    """One move of an initiative: from what to what, in words, and why and who decided it, where that was told."""

    kind: str
    track: Track
    review: Review
    before: str
    after: str
    reason: str = ""
    decided_by: str = ""


@dataclass(frozen=True)
class Evaluated:
    """An initiative that was evaluated by who does it in a half-year, and what was said of it the time before."""

    track: Track
    now: Review
    before: Review | None


def evaluated(some: Sequence[Track], half: Period, scheme: SelfEvaluation) -> tuple[Evaluated, ...]:
    """All that was evaluated in a half-year, in the plan's order; each initiative once, whatever its 再掲."""
    found = []
    for track in some:
        until = [one for one in track.reviews if one.period.position <= half.position]
        if track.shown_for is None and until and until[-1].period == half and scheme.told(until[-1]):
            found.append(Evaluated(track, until[-1], next((r for r in reversed(until[:-1]) if scheme.told(r)), None)))
    return tuple(found)


def half_years(some: Sequence[Track]) -> tuple[Period, ...]:
    """The half-years of which anything was said, the newest first."""
    found = {review.period for track in some for review in track.reviews}
    return tuple(sorted(found, key=lambda half: half.position, reverse=True))


def moves(some: Sequence[Track], half: Period) -> tuple[Move, ...]:
    """All that moved in a half-year, by kind and in the plan's order; each initiative once, whatever its 再掲."""
    found: list[Move] = []
    for track in some:
        until = tuple(one for one in track.reviews if one.period.position <= half.position)
        if track.shown_for is None and until and until[-1].period == half:
            found += _moves(track, until[:-1], until)
    order = list(MOVE_WORDS)
    return tuple(sorted(found, key=lambda move: order.index(move.kind)))


def moved_ids(found: Sequence[Move]) -> frozenset[str]:
    """The initiatives that moved, each once however much of it did."""
    return frozenset(move.track.initiative.id for move in found)


def answered(some: Sequence[Track], half: Period) -> int:
    """Of how many initiatives something was said in a half-year."""
    return sum(track.shown_for is None and any(one.period == half for one in track.reviews) for track in some)


def moves_sentence(found: Sequence[Move], told: int) -> str:
    """「回答のあった取組40のうち、動いた取組4。新たに完了2、新たに遅れ3、…」; one may be of several kinds."""
    if not told:
        return "この半期の回答はまだありません。"
    words = {
        "done": "新たに完了",
        "late": "新たにやや遅れ・遅れ",
        "progress": "ほかに進捗の変化",
        "schedule": "工程の変更",
        "course": "方向性の変化",
    }
    counted = {kind: sum(move.kind == kind for move in found) for kind in MOVE_WORDS}
    parts = [f"{words[kind]}{number}" for kind, number in counted.items() if number]
    if not parts:
        return f"回答のあった取組{told}のうち、動いたものはありません。"
    number = len(moved_ids(found))
    again = f"(重なりを含む延べ{len(found)})" if len(found) > number else ""
    return f"回答のあった取組{told}のうち、動いた取組{number}{again}。{'、'.join(parts)}。"


def _moves(track: Track, earlier: Sequence[Review], until: Sequence[Review]) -> list[Move]:
    now, last = until[-1], next((one for one in reversed(earlier) if one.tells), None)
    found = []
    if kind := _progress_kind(last, now):
        before = PROGRESS_WORDS.get(last.progress, "") if last else ""
        reason = now.text("delay_reason") if now.is_behind else ""
        found.append(Move(kind, track, now, before, PROGRESS_WORDS[now.progress], reason))
    planned, stands = schedule(track.initiative, until)
    was = schedule(track.initiative, earlier)[1]
    was = was if was.is_set else planned  # an answer may set the 当初 and change it at once
    if was.is_set and stands != was:
        by = now.text("decided_by")
        found.append(Move("schedule", track, now, was.words, stands.words, now.text("revision_reason"), by))
    course = next((one.course for one in reversed(earlier) if one.course), "")
    if now.course and now.course != (course or "continue"):  # what goes on as planned is no news when first told
        found.append(Move("course", track, now, COURSE_WORDS.get(course, ""), COURSE_WORDS[now.course]))
    return found


def _progress_kind(last: Review | None, now: Review) -> str:
    """How the progress moved; empty where it did not, or where nothing was said to hold it against."""
    before = last.progress if last else ""
    if not now.progress or now.progress == before:
        return ""
    if now.progress == "done":
        return "done"
    if now.is_behind and before not in BEHIND:
        return "late"
    return "progress" if before else ""
