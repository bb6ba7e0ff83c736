"""The paper of a round: the sentences of its 総括 that people wrote themselves, and its versions with their bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from kpi.report.blocks import (
    ACHIEVEMENT_KEY,
    ANSWER_KEY,
    LONGEST_ACHIEVEMENT,
    LONGEST_ANSWER,
    LONGEST_SENTENCE,
)
from kpi.report.versions import VERSION_KINDS
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.file.database import Connection, append, rows
from loaders.store.queries.plan_states import NOW, read_plan


@dataclass(frozen=True)
class MadeFile:
    """One file of a version with its bytes."""

    format: str
    name: str
    data: bytes


@dataclass(frozen=True)
class MadeReport:
    """A version that was made: its kind, as of when its figures are, its files, and what whoever made it has seen."""

    kind: str
    as_of: datetime
    files: tuple[MadeFile, ...]
    seen: tuple[str, ...] = ()
    sample: bool = False


def edit_summary(
    connection: Connection,
    act: Act,
    plan_id: str,
    round_id: str,
    key: str,
    text: str,
    made: str,
    seen: str | None = None,
) -> tuple[Issue, ...]:
    """Write a sentence in place of the one made from the data, which says ``made``; what forbids it.

    It is one of a round's 総括, or (by its key) an answer of 想定問答 or an indicator's 主な取組と成果.
    An empty text gives the sentence back to the data. Where ``seen`` is told, it must be what stands there (empty for
    what the data says). KeyError for an unknown plan or round.
    """
    read_plan(connection, plan_id, NOW).round(round_id)
    before, who = _standing(connection, plan_id, round_id, key)
    if seen is not None and before not in (seen, text):
        return (_moved(before, who),)
    if key.startswith(ANSWER_KEY):
        what, longest = "想定問答の答えが{}字あります。読み上げられる長さの{}字までにしてください。", LONGEST_ANSWER
    elif key.startswith(ACHIEVEMENT_KEY):
        what, longest = (
            "主な取組と成果が{}字あります。個票に収まらないため、{}字までにしてください。",
            LONGEST_ACHIEVEMENT,
        )
    else:
        what, longest = "総括の文が{}字あります。1枚に収まらないため、{}字までにしてください。", LONGEST_SENTENCE
    if len(text) > longest:
        message = what.format(len(text), longest)
        return (Issue("report.long_sentence", Severity.FIX, message, "詳しいことは指標の要因分析に書いてください。"),)
    told = {"key": key, "before": before, "after": text, "made": made}
    if before != text:
        append_event(connection, Event("edit_summary", plan_id, round_id, act, told))
    return ()


def _moved(standing: str, who: str) -> Issue:
    now = f"いまは「{standing}」です。" if standing else "いまは、値から作った文です。"
    message = f"開いてから保存するまでのあいだに、{who}がこの文を変えました。{now}まだ保存していません。"
    return Issue("report.moved", Severity.FIX, message, "書いた文で置き換えるなら、もう一度保存してください。")


def _standing(connection: Connection, plan_id: str, round_id: str, key: str) -> tuple[str, str]:
    """What somebody wrote last, empty where the sentence is made from the data, and who."""
    found = rows(
        connection,
        "SELECT who, payload FROM decisions WHERE kind = 'edit_summary' AND plan_id = ? AND subject = ? ORDER BY seq",
        [plan_id, round_id],
    )
    told = [(str(one["after"]), str(row["who"])) for row in found if (one := json.loads(row["payload"]))["key"] == key]
    return told[-1] if told else ("", "")


def make_report(connection: Connection, act: Act, plan_id: str, round_id: str, made: MadeReport) -> None:
    """Keep a version of a round's paper with its files, byte for byte. KeyError for an unknown plan or round.

    A version of samples is one itself, and goes when they go.
    """
    read_plan(connection, plan_id, NOW).round(round_id)
    told = keep_files(connection, made.files, act.at, sample=made.sample)
    files = [{"format": one.format, **kept} for one, kept in zip(made.files, told, strict=True)]
    payload = {"kind": made.kind, "as_of": made.as_of.isoformat(), "files": files, "seen": list(made.seen)}
    payload["after"] = VERSION_KINDS[made.kind].word
    append_event(connection, Event("make_report", plan_id, round_id, act, payload, made.sample))


def keep_files(
    connection: Connection, files: Sequence[MadeFile], at: datetime, *, sample: bool = False
) -> list[dict[str, str]]:
    """Keep the bytes of files that are not there yet; the name and the hash of each, as an event tells them."""
    hashes = [sha256(one.data).hexdigest() for one in files]
    known = {r["sha256"] for r in rows(connection, "SELECT sha256 FROM workbooks")}
    new = {h: one for h, one in zip(hashes, files, strict=True) if h not in known}
    kept = {"sample": sample, "stored_at": at}
    append(
        connection,
        "workbooks",
        [{"sha256": h, "filename": f.name, "size": len(f.data), "data": f.data, **kept} for h, f in new.items()],
    )
    return [{"name": f.name, "sha256": h} for h, f in zip(hashes, files, strict=True)]
