"""The observation that a judgement rests on, and what its department wrote beside it."""

from __future__ import annotations

from kpi.assessment import Assessment
from kpi.tables.table_rows import Row


def judged_observation(state: Assessment, indicator_id: str) -> Row | None:
    """The observation that the judgement rests on; None where there is none."""
    judged = state.row(indicator_id)
    same = [
        r
        for r in state.told.get(indicator_id, ())
        if r["state"] == "value" and r["period"] == judged["period"] and r["value"] == judged["value"]
    ]
    as_released = [r for r in same if r["release"] == judged["release"]]
    return next(reversed(as_released or same), None)


def told_observation(state: Assessment, indicator_id: str) -> Row | None:
    """The same, or the newest answer where no value is judged: its words are the department's."""
    return judged_observation(state, indicator_id) or next(reversed(state.told.get(indicator_id, ())), None)


def said(state: Assessment, observation: Row | None, key: str) -> str:
    """What the department wrote beside an observation: ``analysis``, ``actions`` or ``evidence``.

    A correction brings a value, not new words: what was said of the period before still holds.
    """
    if observation is None:
        return ""
    rows = (r for r in state.told.get(observation["indicator_id"], ()) if r["period"] == observation["period"])
    texts = [r[key].strip() for r in (*rows, observation) if isinstance(r[key], str)]
    return next((words for words in reversed(texts) if words), "")
