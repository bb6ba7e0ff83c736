"""The whole paper of one round, put together from one judged state. All formats are made from what comes out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kpi.assessment import Assessment
from kpi.changes.change import Change
from kpi.changes.decided import decisions
from kpi.period import Period
from kpi.plan import Round
from kpi.report.blocks import Part, Report
from kpi.report.department_scope import of_department
from kpi.report.indicator_entry import entries, yearly
from kpi.report.indicator_sheet import sheets
from kpi.report.origin_list import origins
from kpi.report.overview_part import overview
from kpi.report.progress_list import field_parts, listing
from kpi.report.versions import OWN_WORDS, VERSION_KINDS, Version, VersionKind
from kpi.report.work.initiative_list import initiative_list
from kpi.report.work.review_part import review_part
from kpi.report.work.roadmap_parts import roadmap_parts
from kpi.snapshot import Snapshot


def report(
    state: Assessment,
    asked: Round,
    seen: Snapshot,
    version: Version | None = None,
    *,
    department_id: str = "",
    only: Collection[str] = (),
    first_page: bool = False,
    last: Assessment | None = None,
    since: Sequence[Change] | None = None,
) -> Report:
    """The paper of a round from the state that it tells of.

    ``seen`` is what is known when it is made: people go on writing 総括 after the closing. ``version`` is the one it
    is, or is to become; without one it is 事務局案. Who sees less than its makers gets a paper of another name. Of a
    department (``department_id``) it tells its own indicators, and its sentences are those of the data. ``only`` are
    the indicators that get a page of their own (all where empty); ``first_page``: 概要 alone, for whoever looks at
    nothing else. ``last`` is what the last meeting knew (None: there was none), from which its decisions come;
    ``since`` what is marked as changed, where that is not what changed since the last round.
    """
    kind = VERSION_KINDS[version.kind if version else "secretariat"]
    # What people wrote may tell of values that not everybody sees: others have the sentences of what they see.
    own_words = seen.audience.kind == "all" and not department_id
    edited = seen.edited.get(asked.id, {}) if own_words else {}
    decided = decisions(last, state) if last else ()
    has_indicators = bool(state.plan.indicators)
    if department_id:
        state = of_department(state, department_id)
        own = {"", *(i.id for i in state.snapshot.plan.indicators)}
        decided = tuple(one for one in decided if one.indicator_id in own)
    told = entries(state, since)
    parts: list[Part] = [overview(state, told, "概要", edited, asked, decided)]
    if not first_page:
        if has_indicators:
            years = plan_years(state)
            chosen = [one for one in told if not only or one.indicator.id in only]
            parts += [listing(state, told, "資料1"), *field_parts(state, told, "資料1")]
            parts += sheets(state, chosen, "資料2", years, yearly(state, years), edited)
        parts += [] if department_id else work_parts(state)
        parts += [origins(told, "参考")] if has_indicators and not kind.public else []
    return Report(
        plan_id=state.plan.id,
        plan_name=state.plan.name,
        round_id=asked.id,
        round_name=asked.name,
        year=asked.period.short,
        as_of=state.day,
        handling=kind.handling,
        version=_word(version, kind, seen),
        working=not kind.public and seen.closed_at(asked.id) is None,
        sample=state.snapshot.has_samples,
        parts=tuple(parts),
        scope=state.plan.department(department_id).name(state.day) if department_id else "",
        decisions=decided,
        has_indicators=has_indicators,
    )


def work_parts(state: Assessment) -> tuple[Part, ...]:
    """What tells of the work: behind the indicators' pages, of a plan without indicators in their place."""
    if state.plan.indicators:
        return (*roadmap_parts(state, "資料3"), *review_part(state, "資料4"))
    return (initiative_list(state, "資料1"), *roadmap_parts(state, "資料2"), *review_part(state, "資料3"))


def _word(version: Version | None, kind: VersionKind, seen: Snapshot) -> str:
    """What the paper is called: a version's name is that of what its makers see, or of what is public."""
    if not kind.public and seen.audience.kind in OWN_WORDS:
        return OWN_WORDS[seen.audience.kind]
    return version.word if version else kind.word


def plan_years(state: Assessment) -> tuple[Period, ...]:
    """The year before the plan, and each of its years."""
    start, end = state.plan.start.year - 1, state.plan.end.year
    return tuple(Period("FY", year) for year in range(start, end + 1))
