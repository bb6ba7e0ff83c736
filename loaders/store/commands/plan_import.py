"""Plans taken in whole, as versions: from their files, what the program changed kept beside; begun; and revised."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kpi.cards.revision import CARD_WORDS, INDICATOR_WORDS, SCHEME_WORDS
from kpi.collection.acts import PROGRAM, Act
from kpi.issue import Issue, Severity
from kpi.plan import Card, Indicator, Plan, Scheme
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.plan_versions import (
    Part,
    Whole,
    split,
    store_changes,
    store_header,
    store_parts,
    tell,
)
from loaders.store.commands.proposals import accept_card, propose_all, unfit
from loaders.store.commands.published_batches import (
    BenchmarkTables,
    benchmark_hash,
    newest_benchmark_hash,
    store_benchmarks,
)
from loaders.store.commands.report_acts import MadeFile, keep_files
from loaders.store.file.database import Connection, rows, value
from loaders.store.queries.json_document import digest
from loaders.store.queries.plan_states import NOW, PARTS, read_cards, read_plan, read_plan_ids


def load_plan(connection: Connection, act: Act, plans: Iterable[Plan], benchmarks: BenchmarkTables | None) -> None:
    """Bring the store up to what the files say. Nothing is lost, and a second call does nothing.

    The log tells of each plan that the files have changed; where nobody has asked for it, the program has read them.
    """
    for plan in plans:
        if not plan_changes(connection, plan):
            continue
        told = store_plan(connection, plan, act.at)
        if told or act.by:
            payload = told or {"after": {"計画": plan.name}}
            append_event(connection, Event("load_plan", plan.id, "", replace(act, by=act.by or PROGRAM), payload))
    if benchmarks is not None:
        store_benchmarks(connection, benchmarks, act.at)


def up_to_date(connection: Connection, plans: Iterable[Plan], benchmarks: BenchmarkTables | None) -> bool:
    """Whether :func:`load_plan` would change nothing."""
    if any(plan_changes(connection, plan) for plan in plans):
        return False
    return benchmarks is None or benchmark_hash(benchmarks) == newest_benchmark_hash(connection)


def plan_changes(connection: Connection, plan: Plan) -> bool:
    """Whether a plan's files say something that the store does not know yet."""
    header, parts = split(plan)
    if _newest_hash(connection, plan.id) != digest(header):
        return True
    known = _newest_parts(connection, plan.id)
    return {(p.table, p.part_id): p.hash for p in parts} != known


def store_plan(connection: Connection, plan: Plan, at: datetime) -> Mapping[str, Mapping[str, object]]:
    """Append versions of whatever the files changed; what they no longer name is retired, not removed.

    ``before`` and ``after`` of each part that is another now, empty for a plan that was not there before.
    What was changed in the program stays where the files say the same as before: a part that both have changed gets
    the files' version, and after it one in which the program's other attributes are kept.
    """
    header, parts = split(plan)
    old = split(read_plan(connection, plan.id, NOW)) if plan.id in read_plan_ids(connection) else None
    known = _newest_parts(connection, plan.id)
    changed = [p for p in parts if known.get((p.table, p.part_id)) != p.hash]
    named = {(p.table, p.part_id) for p in parts}
    kept = [_kept_changes(connection, plan.id, p) for p in changed if p.table != "cards"]
    if _newest_hash(connection, plan.id) != digest(header):
        own = _kept_changes(connection, plan.id, Part("plans", "", "", 0, header))
        store_header(connection, plan.id, header, "plan", at)
        if own is not None:
            store_header(connection, plan.id, own.document, "program", at)
    store_parts(connection, plan.id, changed, [k for k in known if k not in named], "plan", at)
    store_parts(connection, plan.id, [p for p in kept if p is not None], [], "program", at)
    return _difference(old, split(read_plan(connection, plan.id, NOW))) if old else {}


def _difference(old: Whole, new: Whole) -> Mapping[str, Mapping[str, object]]:
    """What differs between a plan and what it became, as an event tells it."""
    told: dict[str, dict[str, object]] = {"before": {}, "after": {}}
    before, after = ({"plan": h, **{f"{p.table}/{p.part_id}": p.document for p in ps}} for h, ps in (old, new))
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            tell(told, name, before.get(name, "{}"), after.get(name, "{}"))
    return told


def _kept_changes(connection: Connection, plan_id: str, part: Part) -> Part | None:
    """A changed part of the files with what the program has changed of it laid over; None where it changed nothing."""
    own = f"AND {part.id_column} = ?" if part.id_column else ""
    query = f"SELECT document, origin FROM {part.table} WHERE plan_id = ? {own} ORDER BY version"
    versions = rows(connection, query, [plan_id, part.part_id] if part.id_column else [plan_id])
    if not versions or versions[-1]["origin"] == "plan":
        return None
    # A part that the program has made is no change of a file's: the files' word about it is new.
    filed = next((v["document"] for v in reversed(versions) if v["origin"] == "plan"), None)
    if filed is None:
        return None
    old, now, new = (json.loads(str(d)) for d in (filed, versions[-1]["document"], part.document))
    laid = {k: _laid(old.get(k), v, new.get(k)) for k, v in now.items()}
    laid = {k: v for k, v in laid.items() if v != new.get(k)}
    if not laid:
        return None
    document = json.dumps(new | laid, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(part, document=document)


def _laid(old: Any, now: Any, new: Any) -> Any:
    """What the program has made of an attribute over what the files make of it: of rows each by itself."""
    if now == old or new == old:
        return new if now == old else now
    if not all(isinstance(side, list) and all(isinstance(one, dict) for one in side) for side in (old, now, new)):
        return new
    was, own, filed = ({_row_key(one): one for one in side} for side in (old, now, new))
    kept = {key: one if key not in own or own[key] == was.get(key) else _newer(was.get(key), own[key], one)
            for key, one in filed.items() if key in own or key not in was}  # fmt: skip
    return [*kept.values(), *(one for key, one in own.items() if key not in filed and key not in was)]


def _row_key(row: Mapping[str, Any]) -> str:
    """Which row it is, whatever it says: by its id, or (who answers) by the subject and the day from which it holds."""
    if "id" in row:
        return str(row["id"])
    return f"{row['subject_id']} {row.get('valid_from')}" if "subject_id" in row else str(row)


def _newer(old: Any, now: Any, new: Any) -> Any:
    """A row that both may have changed: the files' word, where they have said anything new."""
    return now if new == old else new


def _newest_hash(connection: Connection, plan_id: str) -> str | None:
    query = "SELECT hash FROM plans WHERE plan_id = ? AND origin = 'plan' ORDER BY version DESC LIMIT 1"
    found = value(connection, query, [plan_id])
    return str(found) if found else None


def _newest_parts(connection: Connection, plan_id: str) -> dict[tuple[str, str], str]:
    """The hash of what the files said last, by table and id; what is retired is not there."""
    newest = f"""SELECT "table", id, arg_max(hash, version) AS hash, arg_max(retired, version) AS retired
        FROM ({PARTS}) WHERE origin = 'plan' GROUP BY ALL"""
    return {(r["table"], r["id"]): r["hash"] for r in rows(connection, newest, [plan_id]) if not r["retired"]}


# --- a plan begun and revised in the program ------------------------------------------------------------------------


def begin_plan(
    connection: Connection, act: Act, plan: Plan, source: str, book: MadeFile | None = None
) -> tuple[Issue, ...]:
    """Take in a plan that was made from another one, called ``source``, or from a workbook; what forbids it.

    Its versions are as those of files: a rebuild takes them over, and a folder that is written later finds them.
    """
    if plan.id in read_plan_ids(connection):
        message = f"計画の記号「{plan.id}」は、ほかの計画が使っています。"
        return (_issue("plan.there", message, "別の記号にしてください。"),)
    store_plan(connection, plan, act.at)
    told: dict[str, object] = {"after": {"計画": plan.name, "もとにした計画": source}}
    if book is not None:
        told = {
            "after": {"計画": plan.name, "もとにした定義書": source},
            "files": keep_files(connection, (book,), act.at),
        }
    append_event(connection, Event("begin_plan", plan.id, "", act, told))
    return ()


@dataclass(frozen=True)
class Revising:
    """As what and when a revision was decided, the workbook of the plan as it stands, and the one that was put in."""

    decided_on: date
    decision: str
    taken: MadeFile
    given: MadeFile


def revise_plan(connection: Connection, act: Act, plan: Plan, how: Revising) -> tuple[Issue, ...]:
    """Put a plan as a workbook gives it in force; what forbids it. KeyError for an unknown one.

    A judging rule, and what an indicator is called and defined, changes by proposal and decision as everywhere: the
    proposals are made here, and decided at once where one person may do both. The card of a new indicator comes whole.
    Every indicator in force must be in ``plan``: none disappears.
    """
    now = read_plan(connection, plan.id, NOW)
    cards = read_cards(connection, now, NOW)
    proposed = dict(_proposed(now, cards, plan))
    if refused := _unready(act, how) or tuple(
        issue for one, changes in proposed.items() for issue in unfit(now, cards, one, changes, act.reason)
    ):
        return refused
    told = {side: dict(parts) for side, parts in store_changes(connection, _undecided(now, plan), act.at).items()}
    new = [p for p in split(plan)[1] if p.table == "cards" and p.part_id not in cards]
    store_parts(connection, plan.id, new, [], "program", act.at)
    for part in new:
        tell(told, f"cards/{part.part_id}", "{}", part.document)
    ids = propose_all(connection, act, plan.id, proposed)
    if not ids and not any(told.values()):
        return (_issue("plan.same", "いまの内容と同じです。", "変更するところを記入してください。"),)
    files = keep_files(connection, (how.taken, how.given), act.at)
    decided = {"decided_on": how.decided_on.isoformat(), "decision": how.decision.strip(), "files": files}
    append_event(connection, Event("revise_plan", plan.id, "", act, {**told, **decided}))
    for one in ids:
        accept_card(connection, act, one, how.decided_on, how.decision)
    return ()


def _unready(act: Act, how: Revising) -> tuple[Issue, ...]:
    if not act.reason.strip():
        return (_issue("plan.no_reason", "改定の理由が入力されていません。", "理由を入力してください。"),)
    if not how.decision.strip():
        return (_issue("plan.no_decision", "何による決定かが空です。", "「本部決定」などと入力してください。"),)
    if how.decided_on > act.at.date():
        return (_issue("plan.not_yet", "決定の日付が、きょうより後です。", "決定した日付を入力してください。"),)
    return ()


def _proposed(now: Plan, cards: Mapping[str, Card], plan: Plan) -> Iterable[tuple[str, Mapping[str, object]]]:
    """What of a revision is decided by itself: by indicator, of the scheme with an empty one."""
    after = {card.indicator_id: card for card in plan.cards}
    for indicator in now.indicators:
        pairs = (cards[indicator.id], after[indicator.id], CARD_WORDS), (
            indicator, plan.indicator(indicator.id), INDICATOR_WORDS,
        )  # fmt: skip
        if changes := {k: v for old, new, words in pairs for k, v in _changed(old, new, words).items()}:
            yield indicator.id, changes
    if changes := _changed(now.scheme, plan.scheme, SCHEME_WORDS):
        if "thresholds" in changes:  # one that is not named would stay
            changes["thresholds"] = {**dict.fromkeys(now.scheme.thresholds), **plan.scheme.thresholds}
        yield "", changes


def _changed(old: object, new: object, words: Mapping[str, str]) -> dict[str, object]:
    return {key: getattr(new, key) for key in words if getattr(old, key) != getattr(new, key)}


def _undecided(now: Plan, plan: Plan) -> Plan:
    """The plan with what is decided by itself left as it is."""
    standing = {one.id: one for one in now.indicators}

    def kept(old: Indicator | Scheme, new: Any, words: Mapping[str, str]) -> Any:
        return replace(new, **{key: getattr(old, key) for key in words})

    indicators = (kept(standing[i.id], i, INDICATOR_WORDS) if i.id in standing else i for i in plan.indicators)
    return replace(plan, indicators=tuple(indicators), scheme=kept(now.scheme, plan.scheme, SCHEME_WORDS))


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)
