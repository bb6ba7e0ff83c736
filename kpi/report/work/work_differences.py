"""Where two papers of one round read otherwise about the work: an initiative's schedule, what was said of it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from kpi.assessment import Assessment
from kpi.cards.revision import day_text
from kpi.initiatives.half_year_review import schedule_changes
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.track import Track
from kpi.plan import Indicator
from kpi.printing.number_words import MISSING
from kpi.report.blocks import Part, Report, Table
from kpi.report.paper_differences import Difference
from kpi.report.work.roadmap_parts import plan_tracks

#: Places that a plan fills and no review.
_OF_PLAN, _OWNER = frozenset({"取組", "取組名"}), "主担当"


def work_differences(then: Assessment, now: Assessment, before: Report, after: Report) -> tuple[Difference, ...]:
    """Every place in which the second paper says something else of an initiative, in the order of the plan.

    ``then`` and ``now`` are the states that the papers tell of. Of reviews both print the last that was told. What is
    on no page of either is none of theirs, and nothing here is an erratum: who does the work says anew how it stands.
    """
    old, new = ({t.initiative.id: t for t in plan_tracks(one) if not t.shown_for} for one in (then, now))
    return tuple(chain.from_iterable(
        _of_one(then, now, before, after, old.get(one), new.get(one)) for one in dict.fromkeys((*new, *old))
    ))  # fmt: skip


def _of_one(
    then: Assessment, now: Assessment, before: Report, after: Report, old: Track | None, new: Track | None
) -> Iterator[Difference]:
    state, track = (now, new) if new else (then, old)
    assert track is not None
    number = state.plan.of_initiatives.indicator(track.initiative.id).number
    pages = _pages(before, then, old) or _pages(after, now, new)
    told = _told(then, old), _told(now, new)
    for place in dict.fromkeys(chain(*told)) if pages else ():
        pair = told[0].get(place, MISSING), told[1].get(place, MISSING)
        if pair[0] != pair[1]:
            reason = _reason(now, old, new, place)
            yield Difference(number, track.initiative.name, place, *pair, pages=pages, said=reason)


def _told(state: Assessment, track: Track | None) -> Mapping[str, str]:
    """What a paper prints of an initiative, by the place; only 取組 of one that the plan does not have."""
    if track is None:
        return {"取組": MISSING}
    one, last = track.initiative, track.latest
    owner = state.plan.owner(one.id, state.day)
    told = {
        "取組": "掲載",
        "取組名": one.name,
        _OWNER: owner.name(state.day) if owner else "未設定",
        "当初の工程": track.planned.words,
        "いまの工程": track.standing.words,
    }
    if last is None:
        return told
    scheme = state.plan.self_evaluation
    changed = bool(schedule_changes(one, track.reviews[:-1], last))
    said = {
        "見直しの時点": last.about.short,
        "進捗": PROGRESS_WORDS.get(last.progress, ""),
        "今後の方向性": COURSE_WORDS.get(last.course, ""),
        **({scheme.name: scheme.summary(last)} if scheme else {}),
        "実績": last.text("performance"),
        "遅れの理由": last.text("delay_reason"),
        "変更の理由": last.text("revision_reason") if changed else "",
        "決定者": last.text("decided_by") if changed else "",
    }
    return told | {place: text for place, text in said.items() if text}


def _reason(now: Assessment, old: Track | None, new: Track | None, place: str) -> str:
    """「取組の見直し(商工労働部 R8.10.6)」; that the plan was revised, where no review said anything anew."""
    if place == _OWNER:
        return ""
    was, last = (track.latest if track else None for track in (old, new))
    if place in _OF_PLAN or was == last:
        return "計画の改定"
    if last is None or last.known_at is None:
        return "取組の見直し" if last else ""
    day = last.known_at.date()
    who = next((f"{d.name(day)} " for d in now.plan.departments if d.id == last.department_id), "")
    return f"取組の見直し({who}{day_text(day)})"


def _pages(paper: Report, state: Assessment, track: Track | None) -> tuple[str, ...]:
    """The 資料番号 on which an initiative stands in a paper: the list, the sheet of its field, what moved."""
    if track is None:
        return ()
    one = state.plan.of_initiatives.indicator(track.initiative.id)
    return tuple(
        part.number
        for part in paper.parts
        if part.kind == "initiatives"
        or (part.kind == "roadmap" and part.subject_id == one.field_id)
        or (part.kind == "review" and _has_row(part, one))
    )


def _has_row(part: Part, one: Indicator) -> bool:
    told = (one.number, one.name)  # a number alone may be that of another field too
    return any((row[0].text, row[1].text) == told for b in part.blocks if isinstance(b, Table) for row in b.rows)
