"""The paper of a round: the sentences of its 総括 that people wrote themselves."""

from __future__ import annotations

import json

from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from kpi.report.blocks import LONGEST_SENTENCE
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.file.database import Connection, rows
from loaders.store.queries.plan_states import NOW, read_plan


def edit_summary(
    connection: Connection, act: Act, plan_id: str, round_id: str, key: str, text: str, made: str
) -> tuple[Issue, ...]:
    """Write a sentence of a round's 総括 in place of the one made from the data, which says ``made``; what forbids it.

    An empty text gives the sentence back to the data. KeyError for an unknown plan or round.
    """
    read_plan(connection, plan_id, NOW).round(round_id)
    if len(text) > LONGEST_SENTENCE:
        message = f"総括の文が{len(text)}字あります。1枚に収まらないため、{LONGEST_SENTENCE}字までにしてください。"
        return (Issue("report.long_sentence", Severity.FIX, message, "詳しいことは指標の要因分析に書いてください。"),)
    told = {"key": key, "before": _standing(connection, plan_id, round_id, key), "after": text, "made": made}
    if told["before"] != text:
        append_event(connection, Event("edit_summary", plan_id, round_id, act, told))
    return ()


def _standing(connection: Connection, plan_id: str, round_id: str, key: str) -> str:
    """What somebody wrote last; empty where the sentence is made from the data."""
    found = rows(
        connection,
        "SELECT payload FROM decisions WHERE kind = 'edit_summary' AND plan_id = ? AND subject = ? ORDER BY seq",
        [plan_id, round_id],
    )
    told = [one for one in (json.loads(row["payload"]) for row in found) if one["key"] == key]
    return str(told[-1]["after"]) if told else ""
