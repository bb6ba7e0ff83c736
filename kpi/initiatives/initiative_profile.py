"""All that is known of one initiative, as plain text: what it is, its schedule, its half-years, its 中間指標."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpi.assessment import Assessment
from kpi.initiatives.continuity import Carried
from kpi.initiatives.half_year_review import BLANK_REASON, Review, schedule_changes
from kpi.initiatives.initiative import LAW_KINDS, STATE_WORDS, Initiative
from kpi.initiatives.rhythm import rhythm
from kpi.initiatives.track import Track
from kpi.period import stamp
from kpi.printing.number_words import decimals_of, with_unit
from kpi.story import Point, Story

#: A name and its row of text.
Fact = tuple[str, str]
#: The unit at the end of the name of a 中間指標.
_UNIT = re.compile(r"[((]([^()()]+)[))]$")
#: What is told of a half-year beside its progress, in the order of the form.
_TOLD = (
    ("performance", "実績"),
    ("delay_reason", "遅れの理由"),
    ("next_plan", "次の{span}の予定"),
    ("problems", "課題"),
)


def facts(state: Assessment, initiative: Initiative, carried: Iterable[Carried] = ()) -> tuple[Fact, ...]:
    """What an initiative is; only what the plan says, but for 主担当, whose lack is said.

    ``carried`` is what lives on from plan to plan: an initiative of another plan is told by that plan's name and its
    own; what names nothing that is there is left out.
    """
    links, here = tuple(carried), (state.plan.id, initiative.id)
    before = [one for one in links if (one.after.id, one.later.id) == here]
    after = [one for one in links if (one.before.id, one.earlier.id) == here]
    plan, owner = state.plan, state.plan.owner(initiative.id, state.day)
    related = (plan.department(one).name(state.day) for one in initiative.related_departments)
    told = (
        ("主担当", owner.name(state.day) if owner else "担当未設定"),
        ("関係部局", "、".join(related)),
        ("市町村・民間の役割", initiative.partners),
        ("区分", STATE_WORDS.get(initiative.state, "")),
        ("重点", initiative.priority),
        ("法の区分", "\n".join(LAW_KINDS[kind] for kind in initiative.law_kinds)),
        ("持続可能な開発目標", "、".join(initiative.sdgs)),
        ("予算", _budget(initiative)),
        ("前の計画の取組", "\n".join(_of_other(c.before_name, c.earlier) for c in before)),
        ("引き継いだ取組", "\n".join(_of_other(c.after_name, c.later) for c in after)),
        ("内容", initiative.detail),
        ("出典", initiative.source),
    )
    return tuple((label, text) for label, text in told if text)


def _of_other(plan: str, one: Initiative) -> str:
    return f"「{plan}」{one.heading}"


def schedule_facts(track: Track) -> tuple[Fact, ...]:
    """当初, いまの工程 and 実績, and by how much the schedule has moved."""
    slip = f"({track.slip_words})" if track.slip_words else ""
    actual = track.actual.words if track.actual.is_set else "まだありません"
    return (("当初", track.planned.words), ("いまの工程", track.standing.words + slip), ("実績", actual))


@dataclass(frozen=True)
class HalfYear:
    """What was said of one half-year: the answer, its rows, and where it comes from."""

    review: Review
    facts: tuple[Fact, ...]
    origin: str


def history(state: Assessment, track: Track) -> tuple[HalfYear, ...]:
    """What was said of an initiative half-year by half-year, the newest first."""
    told = track.reviews
    found = [_half_year(state, track.initiative, one, told[:place]) for place, one in enumerate(told)]
    return tuple(reversed(found))


def interim_rows(track: Track) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(half-year, the values of the 中間指標 as text) of each half-year that tells one, the newest first."""
    names = track.initiative.interim
    rows = [
        (one.about.label, tuple(_interim_text(one, place, name) for place, name in enumerate(names, start=1)))
        for one in track.reviews
    ]
    return tuple((label, values) for label, values in reversed(rows) if any(values))


def interim_stories(track: Track) -> tuple[Story, ...]:
    """The 中間指標 that were told of more than one half-year, each as a line without a target: they are not judged."""
    found = []
    for place, name in enumerate(track.initiative.interim, start=1):
        points = tuple(
            Point(one.period, value, _interim_text(one, place, name), "" if one.confirmed else "未確認")
            for one in track.reviews
            for value in [one.said.get(f"interim_{place}")]
            if isinstance(value, float | int)
        )
        if len(points) > 1:
            sample = any(one.sample for one in track.reviews)
            found.append(Story(unit_of(name), actual=points, name=name, sample=sample))
    return tuple(found)


def unit_of(name: str) -> str:
    """「人」 of 「説明会の参加者(人)」; empty where none is written."""
    found = _UNIT.search(name)
    return found.group(1) if found else ""


def _interim_text(review: Review, place: int, name: str) -> str:
    value = review.said.get(f"interim_{place}")
    if not isinstance(value, float | int):
        return ""
    return with_unit(float(value), unit_of(name), decimals_of(float(value), 0))


def _half_year(state: Assessment, initiative: Initiative, one: Review, earlier: Sequence[Review]) -> HalfYear:
    told = [("予定(前回)", earlier[-1].text("next_plan") if earlier else "")]
    told += [(label.replace("{span}", rhythm(state.plan).span), one.text(key)) for key, label in _TOLD]
    recovery = one.half("recovery")
    told.insert(3, ("回復見込み", recovery.label if recovery else ""))
    told[2:2] = scheme.told(one) if (scheme := state.plan.self_evaluation) else ()
    told += [*_revision(initiative, one, earlier), ("空欄の理由", one.text(BLANK_REASON))]
    return HalfYear(one, tuple((label, text) for label, text in told if text), _origin(state, one))


def _revision(initiative: Initiative, one: Review, earlier: Sequence[Review]) -> Sequence[Fact]:
    """工程の変更 with 理由 and 決定者; what stays is not repeated, also where it was said again."""
    changes = schedule_changes(initiative, earlier, one)
    if not changes:
        return ()
    words = {"revised_start": "始まり", "revised_end": "終わり"}
    return (
        ("変更後の工程", "、".join(f"{words[key]} {half.label}" for key, half in changes.items())),
        ("変更の理由", one.text("revision_reason")),
        ("決定者", one.text("decided_by")),
    )


def _origin(state: Assessment, one: Review) -> str:
    """Who said it, when, in which cell, and its short number."""
    names = {d.id: d.name(one.known_at.date() if one.known_at else state.day) for d in state.plan.departments}
    who = " ".join(words for words in (names.get(one.department_id, ""), one.text("section")) if words)
    cell = f"{one.sheet} {one.cell}".strip()
    parts = (who, stamp(one.known_at) if one.known_at else "", cell, f"番号 {one.code}" if one.code else "")
    return "　".join(words for words in parts if words)


def _budget(initiative: Initiative) -> str:
    amounts = (
        ("当初", initiative.budget_initial),
        ("補正", initiative.budget_supplementary),
        ("決算見込", initiative.budget_settled),
    )
    return "　".join(f"{label} {amount:,.0f}千円" for label, amount in amounts if amount is not None)
