"""The lists of indicators that were taken in, the layouts kept with them, and those that somebody still works on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loaders.lists.list_layout import Layout, Told
from loaders.store.file.database import Connection, rows
from loaders.store.queries.json_document import load

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

#: What was said of lists, and which of them were taken in since, in order.
_READINGS = """
SELECT d.*, payload->>'sheet' AS sheet, payload->'files'->0->>'sha256' AS sha256,
    payload->'files'->0->>'name' AS filename
FROM decisions d WHERE kind IN ('keep_reading', 'take_list') ORDER BY seq
"""


@dataclass(frozen=True)
class KeptReading:
    """What was said so far of one sheet of a list that is not taken in yet, and by whom last."""

    plan_id: str
    sha256: str
    filename: str
    sheet: str
    at: datetime
    who: str
    told: Told


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


def read_readings(connection: Connection, plan_id: str) -> tuple[KeptReading, ...]:
    """The lists that somebody works on at a plan's screen, sheet by sheet, the newest first."""
    found: dict[tuple[str, str], KeptReading] = {}
    for row in rows(connection, _READINGS):
        place = row["sha256"], row["sheet"]
        mine = row["plan_id"] == plan_id
        if row["kind"] == "take_list" or mine:
            found.pop(place, None)
        if row["kind"] == "keep_reading" and mine:
            found[place] = KeptReading(
                plan_id, row["sha256"], row["filename"], row["sheet"], row["done_at"], row["who"], _told(row)
            )
    return tuple(one for one in reversed(found.values()) if one.told != Told())


def _told(row: Mapping[str, Any]) -> Told:
    told = load(Told, json.dumps(json.loads(row["payload"])["told"]))
    return replace(told, rows={int(number): said for number, said in told.rows.items()})


def read_list_cells(connection: Connection, plan_id: str, indicator_id: str) -> tuple[ListCell, ...]:
    """Where lists tell baseline, target and 目安値 of an indicator."""
    return tuple(
        ListCell(r["key"], r["number"], r["sheet"], r["cell"], r["written"], r["filename"], r["sha256"])
        for r in rows(connection, _CELLS, [plan_id, indicator_id])
    )
