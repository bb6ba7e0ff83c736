"""The lists of indicators that were taken in, and the layouts that were kept with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loaders.lists.list_layout import Layout
from loaders.store.file.database import Connection, rows

_LISTS = """
SELECT d.*, s.filename, s.sha256, s.submission_id IN (SELECT subject FROM decisions WHERE kind = 'drop_list') AS dropped
FROM decisions d JOIN submissions s ON s.submission_id = d.subject WHERE d.kind = 'take_list' ORDER BY d.seq DESC
"""
#: Where baselines and targets of an indicator stand in lists, those last that came last.
_CELLS = """
SELECT e.*, s.filename, s.sha256 FROM entries e JOIN submissions s USING (submission_id)
WHERE s.plan_id = ? AND e.subject_id = ? AND s.form_version = 'list' AND NOT starts_with(e.key, 'actual')
    AND s.submission_id NOT IN (SELECT subject FROM decisions WHERE kind = 'drop_list')
ORDER BY s.seq, e.position
"""


@dataclass(frozen=True)
class KeptList:
    """A list that was taken in: ``counts`` is how many figures of each indicator, ``dropped`` if it counts no more."""

    submission_id: str
    plan_id: str
    filename: str
    sha256: str
    sheet: str
    at: datetime
    who: str
    counts: Mapping[str, str]
    layout: Layout
    dropped: bool


@dataclass(frozen=True)
class ListCell:
    """A cell of a list in which a baseline, a target or a 目安値 stands; ``key`` is its role and period."""

    key: str
    value: float
    sheet: str
    cell: str
    written: str
    filename: str
    sha256: str


def read_lists(connection: Connection) -> tuple[KeptList, ...]:
    """The lists of all plans, the newest first."""
    return tuple(_list(row) for row in rows(connection, _LISTS))


def _list(row: Mapping[str, Any]) -> KeptList:
    told = json.loads(row["payload"])
    layout = {**told["layout"], "lines": tuple(told["layout"]["lines"])}
    return KeptList(
        row["subject"], row["plan_id"], row["filename"], row["sha256"], told["sheet"], row["done_at"], row["who"],
        told["after"], Layout(**layout), bool(row["dropped"]),
    )  # fmt: skip


def read_list_cells(connection: Connection, plan_id: str, indicator_id: str) -> tuple[ListCell, ...]:
    """Where lists tell baseline, target and 目安値 of an indicator."""
    return tuple(
        ListCell(r["key"], r["number"], r["sheet"], r["cell"], r["written"], r["filename"], r["sha256"])
        for r in rows(connection, _CELLS, [plan_id, indicator_id])
    )
