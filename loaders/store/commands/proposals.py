"""Changes of judging rules: proposed, decided by somebody else, and only then in force."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, get_args

from kpi.cards.consistency import SENSES, attributes
from kpi.cards.revision import (
    CARD_WORDS,
    INDICATOR_WORDS,
    SCHEME_WORDS,
    Changed,
    apply_to_card,
    apply_to_scheme,
    differences,
    indicator_differences,
    scheme_differences,
    wording,
)
from kpi.collection.acts import Act
from kpi.issue import Issue, Severity
from kpi.people import BY_PROPOSER, may_not_decide
from kpi.plan import Card, Direction, Indicator, Kind, Plan, Scheme
from kpi.schemes import METHODS, THRESHOLDS, method_of
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.commands.plan_versions import store_changes
from loaders.store.file.database import Connection, Row, append, rows, take
from loaders.store.queries.facts import read_facts
from loaders.store.queries.json_document import digest, dump, load_attributes
from loaders.store.queries.plan_states import NOW, read_cards, read_plan
from loaders.store.queries.records import StoredReturn
from loaders.store.queries.standing import ProposalAt, proposals_at

#: What a change may set, by what it is about: one indicator, or the plan's way of judging.
_OF_INDICATOR = {**CARD_WORDS, **INDICATOR_WORDS}


def propose_card(
    connection: Connection, act: Act, plan_id: str, indicator_id: str, changes: Mapping[str, object]
) -> str | tuple[Issue, ...]:
    """Propose a change of a card, of an indicator's description, or (``indicator_id`` empty) of the scheme; its id."""
    plan = read_plan(connection, plan_id, NOW)
    cards = read_cards(connection, plan, NOW)
    if refused := unfit(plan, cards, indicator_id, changes, act.reason):
        return refused
    card = cards[indicator_id] if indicator_id else None
    changed = changes_of(plan, card, changes)
    if not changed and (card or not _scheme_open(connection, plan)):
        return (_issue("card.same", "いまの判定条件と同じです。", "変更するところを入力してください。"),)
    return _propose(connection, act, plan, indicator_id, changes, changed, origin="staff")


def unfit(
    plan: Plan, cards: Mapping[str, Card], indicator_id: str, changes: Mapping[str, object], reason: str
) -> tuple[Issue, ...]:
    """What forbids a change to be proposed."""
    if refused := _unfit(plan, indicator_id, changes, reason):
        return refused
    return _senseless(plan, cards[indicator_id], changes) if indicator_id else ()


def propose_all(
    connection: Connection, act: Act, plan_id: str, wanted: Mapping[str, Mapping[str, object]]
) -> tuple[str, ...]:
    """Propose changes that are fit, by indicator (empty: the scheme), but for those that wait already; their ids."""
    plan = read_plan(connection, plan_id, NOW)
    cards = read_cards(connection, plan, NOW)
    held = read_facts(connection, only=("proposals", "submissions", "decisions"))
    waiting = {(p.row.indicator_id, p.row.document) for p in proposals_at(held, plan_id, NOW) if p.state == "open"}
    return tuple(
        _propose(connection, act, plan, one, changes, changes_of(plan, cards.get(one), changes), origin="staff")
        for one, changes in wanted.items()
        if (one, dump(changes)) not in waiting
    )


def _scheme_open(connection: Connection, plan: Plan) -> bool:
    """Whether the way of judging stands as 想定: then a decision may record it as it is."""
    query = """SELECT count(*) AS n FROM decisions d JOIN proposals p ON p.proposal_id = d.subject
        WHERE d.kind = 'accept_card' AND p.plan_id = ? AND p.indicator_id = ''"""
    return "scheme" in plan.assumptions and not rows(connection, query, [plan.id])[0]["n"]


def _unfit(plan: Plan, indicator_id: str, changes: Mapping[str, object], reason: str) -> tuple[Issue, ...]:
    known = _OF_INDICATOR if indicator_id else SCHEME_WORDS
    if indicator_id and indicator_id not in {i.id for i in plan.indicators}:
        return (_issue("card.unknown", "指標が計画にありません。", "指標を選び直してください。"),)
    named = not indicator_id and changes.get("name", plan.scheme.name) not in {*METHODS, plan.scheme.name}
    if not changes or not changes.keys() <= known.keys() or named or not _readable(indicator_id, changes):
        return (_issue("card.attribute", "判定条件として扱えない内容です。", "入力を確かめてください。"),)
    if not reason.strip():
        return (_issue("card.no_reason", "変更の理由が入力されていません。", "理由を入力してください。"),)
    scheme = plan.scheme if indicator_id else apply_to_scheme(plan.scheme, changes)
    faults = () if indicator_id else method_of(scheme).faults(scheme)
    return tuple(_issue(f"card.{fault.kind}", fault.message, fault.advice) for fault in faults)


def _readable(indicator_id: str, changes: Mapping[str, object]) -> bool:
    """Whether what is proposed can be kept and comes back as it was given."""
    try:
        document = dump(changes)
        back: dict[str, Any] = {}
        for wanted in (Card, Indicator) if indicator_id else (Scheme,):
            back |= load_attributes(wanted, document)
        return all(back[key] == given and _allowed(key, given) for key, given in changes.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _allowed(key: str, given: object) -> bool:
    """Whether a value is one the judging knows; a number that is none is not."""
    if isinstance(given, Mapping):  # the thresholds of a scheme, the only mapping that can be changed
        return given.keys() <= THRESHOLDS.keys() and all(
            value is None or (isinstance(value, float) and math.isfinite(value)) for value in given.values()
        )
    words = {"direction": get_args(Direction), "kind": get_args(Kind)}
    return given in words.get(key, (given,)) and not (isinstance(given, float) and not math.isfinite(given))


def _senseless(plan: Plan, card: Card, changes: Mapping[str, object]) -> tuple[Issue, ...]:
    """What of the card and the description after a change makes no sense, as far as the change is about it."""
    said = attributes(apply_to_card(card, changes), _described(plan.indicator(card.indicator_id), changes))
    return tuple(
        replace(_issue(f"card.{s.code}", s.message, s.advice), subject_id=card.indicator_id, key=s.key)
        for s in SENSES
        if changes.keys() & set(s.keys) and s.wrong(said)
    )


def _described(indicator: Indicator, changes: Mapping[str, object]) -> Indicator:
    return replace(indicator, **{k: v for k, v in changes.items() if k in INDICATOR_WORDS})  # type: ignore[arg-type]


def changes_of(plan: Plan, card: Card | None, changes: Mapping[str, object]) -> tuple[Changed, ...]:
    """What a change would alter as things stand, in words; ``card`` is None for a change of the scheme."""
    if card is None:
        return scheme_differences(plan.scheme, apply_to_scheme(plan.scheme, changes))
    indicator = plan.indicator(card.indicator_id)
    return (
        *differences(card, apply_to_card(card, changes), indicator),
        *indicator_differences(indicator, _described(indicator, changes)),
    )


def _propose(
    connection: Connection,
    act: Act,
    plan: Plan,
    indicator_id: str,
    changes: Mapping[str, object],
    changed: Sequence[Changed],
    *,
    origin: str,
    submission_id: str = "",
    sample: bool = False,
) -> str:
    proposal_id, document = f"P{take(connection, 'proposal_seq', 1)[0]:05d}", dump(changes)
    row: Row = {
        "proposal_id": proposal_id,
        "plan_id": plan.id,
        "indicator_id": indicator_id,
        "document": document,
        "reason": act.reason,
        "origin": origin,
        "submission_id": submission_id,
        "who": act.by,
        "proposed_at": act.at,
        "sample": sample,
    }
    payload = {
        "indicator_id": indicator_id,
        "document": document,
        **_told(changed),
    }
    event = Event("propose_card", plan.id, proposal_id, act, payload | _whose(act), sample)
    append(connection, "proposals", [{**row, "seq": append_event(connection, event)}])
    return proposal_id


def _whose(act: Act) -> dict[str, object]:
    """What the log keeps of who acts beside the name, so that one person is known under another name too."""
    return {"person": act.person} if act.person else {}


def _told(changed: Sequence[Changed]) -> dict[str, dict[str, str]]:
    return {"before": {c.word: c.before for c in changed}, "after": {c.word: c.after for c in changed}}


def propose_from_return(
    connection: Connection, sent: Act, stored: StoredReturn, facts: Mapping[str, Mapping[str, object]]
) -> tuple[str, ...]:
    """Propose what a sent return says of baselines and targets; the indicators about which anything is new."""
    if not facts:
        return ()
    own = stored.reading
    plan = read_plan(connection, own.plan_id, NOW)
    cards, waiting = read_cards(connection, plan, NOW), _waiting_from(connection, stored)
    done = []
    for indicator_id, said in facts.items():
        if waiting.get(indicator_id) == dump(said):
            continue  # the same is waiting already
        act = replace(sent, reason=f"「{plan.round(own.round_id).name}」の回答による")
        changed = changes_of(plan, cards[indicator_id], said)
        _propose(
            connection, act, plan, indicator_id, said, changed,
            origin="return", submission_id=stored.submission_id, sample=own.sample,
        )  # fmt: skip
        done.append(indicator_id)
    return tuple(done)


def _waiting_from(connection: Connection, stored: StoredReturn) -> dict[str, str]:
    """The newest proposal that the same round and department brought and nobody has decided, by indicator."""
    query = """SELECT p.indicator_id, arg_max(p.document, p.seq) AS document,
        arg_max(d.subject IS NULL, p.seq) AS waits
        FROM proposals p JOIN submissions s USING (submission_id)
        LEFT JOIN decisions d ON d.subject = p.proposal_id AND d.kind IN ('accept_card', 'reject_card')
        WHERE s.plan_id = ? AND s.round_id = ? AND department_of(s.respondent_id) = ? AND p.sample = ?
        GROUP BY p.indicator_id"""
    own = stored.reading
    found = rows(connection, query, [own.plan_id, own.round_id, own.department_id, own.sample])
    return {r["indicator_id"]: r["document"] for r in found if r["waits"]}


def accept_card(
    connection: Connection, act: Act, proposal_id: str, decided_on: date, decision: str = "本部決定"
) -> tuple[Issue, ...]:
    """Record that a proposal was decided: it is in force from now on; what forbids it. KeyError for an unknown one."""
    plan, row = _proposal(connection, proposal_id)
    if refused := _undecidable(plan, row, True, decided_on, decision, act):
        return refused
    told = _decided(row, decided_on, decision, act)
    _put_in_force(connection, act, plan, row, decided_on, told)
    return ()


def reject_card(
    connection: Connection, act: Act, proposal_id: str, decided_on: date, decision: str = "本部決定"
) -> tuple[Issue, ...]:
    """Record that a proposal was not taken up, with the reason; what forbids it. KeyError for an unknown one."""
    plan, row = _proposal(connection, proposal_id)
    if refused := _undecidable(plan, row, False, decided_on, decision, act):
        return refused
    told = _decided(row, decided_on, decision, act)
    append_event(connection, Event("reject_card", plan.id, proposal_id, act, told, row.row.sample))
    return ()


def _proposal(connection: Connection, proposal_id: str) -> tuple[Plan, ProposalAt]:
    """A proposal as it stands now, and its plan."""
    plan_id = rows(connection, "SELECT plan_id FROM proposals WHERE proposal_id = ?", [proposal_id])
    if not plan_id:
        raise KeyError(proposal_id)
    plan = read_plan(connection, plan_id[0]["plan_id"], NOW)
    held = read_facts(connection, only=("proposals", "submissions", "decisions"))
    return plan, next(p for p in proposals_at(held, plan.id, NOW) if p.row.proposal_id == proposal_id)


def _decided(row: ProposalAt, decided_on: date, decision: str, act: Act) -> dict[str, object]:
    """What the log tells of a decision; one whose proposal is the same person's says so wherever it is cited."""
    by = BY_PROPOSER if _is_own(row, act) else ""
    return {
        "decided_on": decided_on.isoformat(),
        "decision": f"{decision.strip().removesuffix(BY_PROPOSER)}{by}",
        **_whose(act),
    }


def _is_own(row: ProposalAt, act: Act) -> bool:
    return may_not_decide(row.row.origin, row.role, (row.person, row.row.who), (act.person, act.by))


def _undecidable(
    plan: Plan, row: ProposalAt, accept: bool, decided_on: date, decision: str, act: Act
) -> tuple[Issue, ...]:
    if row.state != "open":
        return (
            _issue(
                "card.decided",
                "この変更は、すでに決定されているか、差し替えられています。",
                "一覧を開き直してください。",
            ),
        )
    if _is_own(row, act) and not plan.sole_secretary:
        return (
            _issue("card.same_person", "提案した人は、その決定を記録できません。", "別の担当者が記録してください。"),
        )
    if decided_on > act.at.date():
        return (_issue("card.not_yet", "決定の日付が、きょうより後です。", "決定した日付を入力してください。"),)
    if accept and not decision.strip():
        return (_issue("card.no_decision", "何による決定かが空です。", "「本部決定」などと入力してください。"),)
    if not accept and not act.reason.strip():
        return (_issue("card.no_reason", "見送る理由が入力されていません。", "理由を入力してください。"),)
    return ()


def _put_in_force(
    connection: Connection, act: Act, plan: Plan, row: ProposalAt, decided_on: date, told: Mapping[str, object]
) -> None:
    """Append the new version of the card, and of the plan where its description or its scheme changes."""
    indicator_id, document = row.row.indicator_id, row.row.document
    card = read_cards(connection, plan, NOW)[indicator_id] if indicator_id else None
    wanted = load_attributes(Card, document) if indicator_id else load_attributes(Scheme, document)
    described = load_attributes(Indicator, document) if indicator_id else {}
    changed = changes_of(plan, card, wanted | described)
    words = wording(changed, decided_on, str(told["decision"]))
    of_card = {k: v for k, v in wanted.items() if k in CARD_WORDS} if card else {}
    made = [_card_row(connection, plan.id, card, of_card, words, row, act.at)] if card and of_card else []
    append(connection, "cards", made)
    if card is None:
        store_changes(connection, replace(plan, scheme=apply_to_scheme(plan.scheme, wanted)), act.at)
    elif new := {k: v for k, v in described.items() if k in INDICATOR_WORDS}:
        store_changes(connection, _redescribed(plan, indicator_id, new), act.at)
    versions = [one["version"] for one in made]
    payload = {**told, **_told(changed), "words": words, "versions": versions}
    append_event(connection, Event("accept_card", plan.id, row.row.proposal_id, act, payload, row.row.sample))


def _redescribed(plan: Plan, indicator_id: str, new: Mapping[str, Any]) -> Plan:
    return replace(plan, indicators=tuple(replace(i, **new) if i.id == indicator_id else i for i in plan.indicators))


def _card_row(
    connection: Connection,
    plan_id: str,
    card: Card,
    changes: Mapping[str, object],
    words: str,
    proposal: ProposalAt,
    at: datetime,
) -> Row:
    query = "SELECT version, position FROM cards WHERE plan_id = ? AND indicator_id = ? ORDER BY version DESC LIMIT 1"
    last, document = rows(connection, query, [plan_id, card.indicator_id])[0], dump(changes)
    return {
        "plan_id": plan_id,
        "indicator_id": card.indicator_id,
        "version": last["version"] + 1,
        "position": last["position"],
        "origin": "decision",
        "hash": digest(document),
        "document": document,
        "reason": words,
        "submission_id": proposal.row.submission_id,
        "retired": False,
        "sample": proposal.row.sample,
        "recorded_at": at,
    }


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)
