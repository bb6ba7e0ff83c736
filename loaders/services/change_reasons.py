"""What people wrote when they sent what changed: beside a cell that they answered on the page, and after a closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kpi.changes.change import Change
from kpi.collection.workflow import Mend
from kpi.plan import STANDING_TEXTS
from loaders.store import Store, StoredReturn

#: Columns of the form that hold no figure; of a change of these texts the reason is told beside them.
_TEXTS = frozenset({"analysis", "actions", "evidence", "section", "person", "contact", *STANDING_TEXTS})


def with_reasons(store: Store, plan_id: str, found: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, those that a return brought with the reasons that were typed for it behind what is known of why.

    A reason that the page offered, or gives by itself, is nobody's own words and is left out.
    """
    wanted = sorted({one.submission_id for one in found if one.submission_id})
    if not wanted:
        return tuple(found)
    returns = store.submissions(wanted)
    joined = sorted({part for one in returns.values() for part in one.joined_from} - returns.keys())
    parts = store.submissions(joined) if joined else {}
    since = min(one.at for one in found if one.submission_id and one.at)
    log = store.log(plan_id, kind="send", since=since)
    sent = {str(subject): str(reason).strip() for subject, reason in zip(log["subject"], log["reason"], strict=True)}
    return tuple(_with(one, returns, parts, sent.get(one.submission_id, "")) for one in found)


def _with(one: Change, returns: Mapping[str, StoredReturn], parts: Mapping[str, StoredReturn], sent: str) -> Change:
    stored = returns.get(one.submission_id)
    if stored is None:
        return one
    beside = [stored, *(parts[part] for part in stored.joined_from if part in parts)]
    said = dict.fromkeys((*_typed(one, stored, beside), *([sent] if sent else [])))
    return replace(one, why="、".join((*([one.why] if one.why else []), *(f"「{words}」" for words in said))))


def _typed(one: Change, stored: StoredReturn, beside: Sequence[StoredReturn]) -> list[str]:
    """The reasons beside the cells of a change's indicator, those of a 課's return that it was joined from included."""
    offered = {c.label for held in beside for i in held.issues if i.subject_id == one.indicator_id for c in i.choices}
    texts = one.kind == "said"
    return [
        " ".join(entry.mended.split())
        for answer in stored.reading.answers
        if answer.subject_id == one.indicator_id
        for key, entry in answer.entries.items()
        if (key in _TEXTS) == texts and Mend(one.indicator_id, key, entry.value, entry.mended).is_written(offered)
    ]
