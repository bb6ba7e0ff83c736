"""The same paper for one 部局: its own indicators alone, for its head and its 幹事."""

from __future__ import annotations

from dataclasses import replace

from kpi.assessment import Assessment


def of_department(state: Assessment, department_id: str) -> Assessment:
    """The state with the indicators alone that a department answers for on the day; KeyError for an unknown one."""
    plan = state.snapshot.plan
    plan.department(department_id)
    own = {i.id for i in plan.owned_by(department_id, state.day)}
    narrowed = replace(plan, indicators=tuple(i for i in plan.indicators if i.id in own))
    before = state.before
    return replace(
        state,
        snapshot=replace(state.snapshot, plan=narrowed),
        assessed=state.assessed[state.assessed["indicator_id"].isin(own)],
        before=before[before["indicator_id"].isin(own)] if before is not None else None,
        key=f"{state.key}:{department_id}",
    )
