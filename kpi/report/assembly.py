"""The whole paper of one round, put together from one judged state. All formats are made from what comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kpi.assessment import Assessment
from kpi.period import Period
from kpi.plan import Round
from kpi.report.blocks import Part, Report
from kpi.report.indicator_entry import entries, yearly
from kpi.report.indicator_sheet import sheets
from kpi.report.origin_list import origins
from kpi.report.overview_part import overview
from kpi.report.progress_list import field_parts, listing
from kpi.snapshot import Edited

#: What is printed before anybody has decided, and until what is decided is published.
UNDECIDED, CONFIDENTIAL = "未定稿", "取扱注意(公表前)"


def report(
    state: Assessment,
    asked: Round,
    *,
    edited: Mapping[str, Edited] | None = None,
    version: str = "事務局案",
    handling: str = UNDECIDED,
    working: bool = False,
    only: Collection[str] = (),
) -> Report:
    """The paper of a round from the state as it stood at its closing, or as it stands while it is open.

    ``edited`` are the sentences of 総括 that people wrote, by their keys, ``working`` marks the paper of an open round;
    ``only`` are the indicators that get a page of their own (all where empty).
    """
    told = entries(state)
    years = plan_years(state)
    chosen = [one for one in told if not only or one.indicator.id in only]
    parts: list[Part] = [
        overview(state, told, "概要", edited or {}, asked),
        listing(state, told, "資料1"),
        *field_parts(state, told, "資料1"),
        *sheets(state, chosen, "資料2", years, yearly(state, years)),
        origins(told, "参考"),
    ]
    return Report(
        plan_id=state.plan.id,
        plan_name=state.plan.name,
        round_id=asked.id,
        round_name=asked.name,
        year=asked.period.short,
        as_of=state.day,
        handling=handling,
        version=version,
        working=working,
        sample=state.snapshot.has_samples,
        parts=tuple(parts),
    )


def plan_years(state: Assessment) -> tuple[Period, ...]:
    """The year before the plan and each of its years, or those of the targets where they lie further out."""
    start, end = state.plan.start.year - 1, state.plan.end.year
    return tuple(Period("FY", year) for year in range(start, end + 1))
