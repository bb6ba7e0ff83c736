"""The work as tables to take away: the roadmap, what moved in a half-year, and the answers themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd

from kpi.assessment import Assessment
from kpi.initiatives.coverage import moved_by
from kpi.initiatives.half_year_review import BLANK_REASON, SCHEDULE_KEYS, Review
from kpi.initiatives.initiative import COURSE_WORDS, LAW_KINDS, PROGRESS_WORDS
from kpi.initiatives.movement import MOVE_WORDS, Evaluated, Move
from kpi.initiatives.rhythm import rhythm
from kpi.initiatives.self_evaluation import SelfEvaluation
from kpi.initiatives.track import AGAIN, Track
from kpi.initiatives.work_state import COUNTED_WORDS, Work, work_of


def owner_word(state: Assessment, work: Work, track: Track) -> str:
    """The department that answers for an initiative."""
    owner = work.owners.get(track.initiative.id)
    return owner.name(state.day) if owner else "担当未設定"


def roadmap_table(state: Assessment, some: Sequence[Track]) -> pd.DataFrame:
    """One row for each place in the plan's list, 再掲 with what its 主掲載 has."""
    work = work_of(state)
    table = pd.DataFrame({name: [tell(state, work, one) for one in some] for name, tell in _COLUMNS.items()})
    if scheme := state.plan.self_evaluation:
        told = [scheme.summary(one.latest) for one in some]
        table.insert(list(_COLUMNS).index("最新の見直し"), scheme.name, told)
    return table


def movement_table(state: Assessment, found: Sequence[Move]) -> pd.DataFrame:
    """One row a move: what it is, of which initiative, from what to what, why and who decided."""
    work = work_of(state)
    columns: Mapping[str, Callable[[Move], str]] = {
        rhythm(state.plan).span: lambda one: one.review.about.label,
        "内容": lambda one: MOVE_WORDS[one.kind],
        "取組の番号": lambda one: one.track.initiative.number,
        "取組": lambda one: one.track.initiative.name,
        "主担当": lambda one: owner_word(state, work, one.track),
        "前": lambda one: one.before,
        "後": lambda one: one.after,
        "理由": lambda one: one.reason,
        "決定者": lambda one: one.decided_by,
        "確認": lambda one: confirmed_word(one.review.confirmed),
        "番号": lambda one: one.review.code,
    }
    return pd.DataFrame({name: [tell(one) for one in found] for name, tell in columns.items()})


def evaluation_table(state: Assessment, scheme: SelfEvaluation, told: Sequence[Evaluated]) -> pd.DataFrame:
    """One row for each initiative that was evaluated in a half-year: each grade, aspect or text, then and before."""
    work = work_of(state)
    rows = [
        {
            rhythm(state.plan).span: one.now.about.label,
            "取組の番号": one.track.initiative.number,
            "取組": one.track.initiative.name,
            "主担当": owner_word(state, work, one.track),
            **{scheme.heading(key): one.now.text(key) for key in scheme.keys},
            f"{scheme.name}(前)": scheme.summary(one.before),
            "確認": confirmed_word(one.now.confirmed),
            "番号": one.now.code,
        }
        for one in told
    ]
    return pd.DataFrame(rows)


def review_table(state: Assessment, field_id: str = "", half: str = "") -> pd.DataFrame:
    """One row for each answer of a half-year, in the plan's order and the newest first: all that it says, and its cell.

    ``field_id`` and ``half`` (the code of a period) narrow it; empty they leave nothing out.
    """
    work = work_of(state)
    told = [
        (one, review)
        for one in work.own
        if not field_id or work.field_ids.get(one.place.id) == field_id
        for review in reversed(one.reviews)
        if not half or review.period.code == half
    ]
    names, span = {one.id: one.name for one in state.plan.rounds}, rhythm(state.plan).span
    columns: Mapping[str, Callable[[Track, Review], str]] = {
        span: lambda one, said: said.about.label,
        "照会": lambda one, said: names.get(said.round_id, ""),
        "分野": lambda one, said: _field(state, work, one),
        "取組の番号": lambda one, said: one.initiative.number,
        "取組": lambda one, said: one.initiative.name,
        "回答した部局": lambda one, said: _who(state, said),
        "進捗": lambda one, said: PROGRESS_WORDS.get(said.progress, ""),
        "今後の方向性": lambda one, said: COURSE_WORDS.get(said.course, ""),
        **{label.replace("{span}", span): partial(_told, key) for key, label in _TEXTS.items()},
        **{scheme.heading(key): partial(_told, key) for scheme in _schemes(state) for key in scheme.keys},
        **{f"中間指標{place}": partial(_interim, place) for place in (1, 2)},
        "空欄の理由": partial(_told, BLANK_REASON),
        "確認": lambda one, said: confirmed_word(said.confirmed),
        "シート": lambda one, said: said.sheet,
        "セル": lambda one, said: said.cell,
        "番号": lambda one, said: said.code,
        "サンプル": lambda one, said: "サンプル" if said.sample else "",
    }
    return pd.DataFrame({name: [tell(*each) for each in told] for name, tell in columns.items()})


#: What an answer says in words or half-years, in the order of the form.
_TEXTS: Mapping[str, str] = {
    "performance": "実績",
    "delay_reason": "遅れの理由",
    "recovery": "回復見込み",
    "next_plan": "次の{span}の予定",
    "problems": "課題",
    "planned_start": "当初の始まり",
    "planned_end": "当初の終わり",
    "revised_start": "変更後の始まり",
    "revised_end": "変更後の終わり",
    "revision_reason": "変更の理由",
    "decided_by": "決定者",
    "section": "担当課",
}
_HALVES = (*SCHEDULE_KEYS, "recovery")


def _told(key: str, one: Track, said: Review) -> str:
    half = said.half(key) if key in _HALVES else None
    return half.label if half else said.text(key)


def _interim(place: int, one: Track, said: Review) -> str:
    """「説明会の参加者(人) 120」: each initiative has 中間指標 of its own."""
    value = said.said.get(f"interim_{place}")
    if not isinstance(value, float | int) or len(one.initiative.interim) < place:
        return ""
    return f"{one.initiative.interim[place - 1]} {value:,g}"


def _who(state: Assessment, said: Review) -> str:
    """The department that answered, by the name it had."""
    found = next((d for d in state.plan.departments if d.id == said.department_id), None)
    return found.name(said.known_at.date() if said.known_at else state.day) if found else ""


def _schemes(state: Assessment) -> Sequence[SelfEvaluation]:
    return (state.plan.self_evaluation,) if state.plan.self_evaluation else ()


def confirmed_word(confirmed: bool) -> str:
    """確認済, or 未確認 where nobody has confirmed it."""
    return "確認済" if confirmed else "未確認"


def _field(state: Assessment, work: Work, track: Track) -> str:
    found = work.field_ids.get(track.place.id, "")
    return state.plan.field_by_id(found).name if found else ""


def _item(state: Assessment, work: Work, track: Track) -> str:
    items = (item for field in state.plan.fields for item in field.items)
    return next((item.name for item in items if item.id == track.place.item_id), "")


def _indicators(state: Assessment, work: Work, track: Track) -> str:
    numbers = {one.id: one.number for one in state.plan.indicators}
    named = moved_by(track.initiative, {one.id: one for one in state.plan.initiatives})
    return "、".join(numbers[one] for one in named if one in numbers)


def _actual(track: Track) -> str:
    return track.actual.words if track.actual.is_set else ""


_COLUMNS: Mapping[str, Callable[[Assessment, Work, Track], str]] = {
    "取組の番号": lambda s, w, one: one.place.number,
    "分野": _field,
    "項目": _item,
    "取組": lambda s, w, one: one.place.name,
    "再掲": lambda s, w, one: AGAIN if one.shown_for else "",
    "主担当": owner_word,
    "当初": lambda s, w, one: one.planned.words,
    "いまの工程": lambda s, w, one: one.standing.words,
    "工程の変化": lambda s, w, one: one.slip_words,
    "実績の期間": lambda s, w, one: _actual(one),
    "進捗": lambda s, w, one: COUNTED_WORDS[w.progress(one)],
    "今後の方向性": lambda s, w, one: COURSE_WORDS.get(one.latest.course, "") if one.latest else "",
    "最新の見直し": lambda s, w, one: one.latest.about.label if one.latest else "",
    "確認": lambda s, w, one: confirmed_word(one.latest.confirmed) if one.latest else "",
    "指標": _indicators,
    "重点": lambda s, w, one: one.initiative.priority,
    "法の区分": lambda s, w, one: "、".join(LAW_KINDS[kind] for kind in one.initiative.law_kinds),
    "番号": lambda s, w, one: one.latest.code if one.latest else "",
}
