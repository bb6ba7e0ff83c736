"""What a rebuild takes over as it is: versions of the plan from its files, and published figures.

A version that an act of the log has brought comes with that act, so that whatever is repeated finds the plan as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kpi.collection.acts import acts
from loaders.store.file.database import Connection, append, rows

_FIGURES = ("benchmark_batches", "series", "series_values", "series_breaks", "revocations")
_PARTS = {"plans": "'plan'", "departments": "department_id", "rounds": "round_id", "cards": "indicator_id"}
#: The acts that bring versions of a plan's parts.
CHANGING = acts(changing_plans=True)

_Row = dict[str, Any]


class Given:
    """The versions of all parts of all plans that are still to come, in order."""

    def __init__(self, old: Connection) -> None:
        self._old = old
        changed = f"SELECT DISTINCT plan_id, done_at FROM decisions WHERE kind IN {CHANGING}"
        self._acts = {(r["plan_id"], r["done_at"]) for r in rows(old, changed)}
        self._waiting: dict[tuple[str, str, str], list[_Row]] = {}
        for table, part in _PARTS.items():
            query = f"SELECT *, {part} AS part FROM {table} ORDER BY version, rowid"
            for row in rows(old, query):
                self._waiting.setdefault((table, row["plan_id"], row.pop("part")), []).append(row)

    def start(self, new: Connection) -> None:
        """Take over the figures, and every version before the first that an act has brought."""
        for table in _FIGURES:
            append(new, table, rows(self._old, f"SELECT * FROM {table} ORDER BY rowid"))
        self._flow(new)

    def go_on(self, new: Connection, event: Mapping[str, Any]) -> bool:
        """Take over what an act has changed of the plan, and what came from files after it; whether there was any."""
        before = self._left()
        payload = json.loads(event["payload"])
        named = {"plan/plan" if n == "plan" else n for side in ("before", "after") for n in payload.get(side) or {}}
        for (table, plan_id, part), waiting in self._waiting.items():
            if not waiting or plan_id != event["plan_id"] or waiting[0]["recorded_at"] != event["done_at"]:
                continue
            if event["kind"] == "accept_card":
                if self._of_act(table, waiting[0]):
                    waiting.pop(0)  # deciding has made it again
            elif {"plans": "plan/plan"}.get(table, f"{table}/{part}") in named and waiting[0]["origin"] == "program":
                append(new, table, [waiting.pop(0)])
        self._flow(new)
        return self._left() < before

    def finish(self, new: Connection) -> None:
        """Take over whatever no act has claimed after all."""
        for (table, _, _), waiting in self._waiting.items():
            append(new, table, [r for r in waiting if not self._of_act(table, r)])
            waiting.clear()

    def _flow(self, new: Connection) -> None:
        for (table, _, _), waiting in self._waiting.items():
            while waiting and not self._of_act(table, waiting[0]):
                append(new, table, [waiting.pop(0)])

    def _left(self) -> int:
        return sum(map(len, self._waiting.values()))

    def _of_act(self, table: str, row: Mapping[str, Any]) -> bool:
        if table == "cards" and row["origin"] != "plan":
            return True
        return row["origin"] == "program" and (row["plan_id"], row["recorded_at"]) in self._acts
