"""Every act of the log done again in another store, kind by kind, with the numbers it had.

What shapes figures goes through the same functions as the first time. What a person only said (a proposal, a rule of
membership) and what needs no repeating (a form taken, a copy made) is taken over as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from kpi.collection.workflow import Brief, Mend, Question, Reading
from kpi.issue import Issue
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.audit.replay_sources import CHANGING, Given
from loaders.store.commands import consolidation, round_review
from loaders.store.commands.access_rules import Act, set_publication
from loaders.store.commands.corrections import mend
from loaders.store.commands.decisions import Sending, discard, send
from loaders.store.commands.drafts import NewReturn, pass_on, save
from loaders.store.commands.proposals import decide_card
from loaders.store.file.database import Connection, append, rows, skip, value
from loaders.store.queries.snapshots import read_brief
from loaders.store.queries.stored_returns import read_return, stored_issues, untyped


class ReadFile(Protocol):
    """Reads one file as :func:`loaders.services.batch_reading.read_return` does."""

    def __call__(self, data: bytes, filename: str, brief: Brief, *, round_id: str, department_id: str) -> Reading:
        """The reading of a file."""
        ...


class Repeat:
    """Repeats the acts of one store in a new one."""

    def __init__(self, old: Connection, read: ReadFile) -> None:
        self._old = old
        self._read = read
        self.given = Given(old)

    def act(self, new: Connection, event: Mapping[str, Any]) -> Sequence[Issue]:
        """Do one act again; what forbids it now. KeyError where what it was done to is not there."""
        skip(new, "event_seq", event["seq"] - self._taken_before(event))
        repeat = _KINDS.get(event["kind"], Repeat._as_it_stands)
        found = repeat(self, new, event)
        if event["kind"] in (*CHANGING, "send"):
            self.given.go_on(new, event)
        return [i for i in found if isinstance(i, Issue)] if isinstance(found, tuple) else ()

    def _taken_before(self, event: Mapping[str, Any]) -> int:
        """How many numbers an act took before its own: each mend of a batch has one, and the last is the act's."""
        if event["kind"] != "mend":
            return 0
        return int(value(self._old, "SELECT count(*) FROM mends WHERE batch = ?", [event["seq"]])) - 1

    def _save(self, new: Connection, event: Mapping[str, Any]) -> object:
        query = """SELECT s.*, w.data FROM submissions s JOIN (SELECT sha256, data FROM workbooks) w USING (sha256)
            WHERE submission_id = ?"""
        row = rows(self._old, query, [event["subject"]])[0]
        brief = read_brief(new, row["plan_id"], event["done_at"].date())
        place = {"round_id": row["round_id"], "department_id": row["department_id"]}
        reading = replace(self._read(row["data"], row["filename"], brief, **place), division_id=row["division_id"])
        skip(new, "submission_seq", int(row["submission_id"][1:]))
        one = NewReturn(reading, row["data"], row["filename"])
        save(new, [one], event["who"], event["done_at"], event["role"], on_behalf=row["on_behalf"])
        return ()

    def _mend(self, new: Connection, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM mends WHERE batch = ? ORDER BY seq", [event["seq"]])
        mends = [Mend(r["indicator_id"], r["key"], untyped(r), r["reason"]) for r in found]
        issues = "SELECT * FROM issues WHERE after_seq = ? AND submission_id = ? ORDER BY position"
        raised = stored_issues(self._old, issues, [event["seq"], event["subject"]])
        stored, told = read_return(new, event["subject"]), json.loads(event["payload"])
        carried = {"reason": event["reason"], "carried_from": told.get("carried_from", "")}
        mend(new, stored, mends, event["who"], event["done_at"], raised, event["role"], **carried)
        return ()

    def _join(self, new: Connection, event: Mapping[str, Any]) -> object:
        payload, sources = json.loads(event["payload"]), "SELECT * FROM submissions WHERE submission_id = ?"
        row = rows(self._old, sources, [event["subject"]])[0]
        first = read_return(new, payload["joined_from"][0])
        skip(new, "submission_seq", int(event["subject"][1:]))
        if first.reading.division_id == row["division_id"]:  # one return said anew, not those of 課 made one
            return consolidation.revise(new, first, _act(event), on_behalf=row["on_behalf"], kind=event["kind"])
        place = row["plan_id"], row["round_id"], row["department_id"]
        return consolidation.join(new, *place, payload["choices"], _act(event), on_behalf=row["on_behalf"]).issues

    def _pass_on(self, new: Connection, event: Mapping[str, Any]) -> object:
        return pass_on(new, read_return(new, event["subject"]), event["who"], event["done_at"], event["role"])

    def _send(self, new: Connection, event: Mapping[str, Any]) -> object:
        payload, seq = json.loads(event["payload"]), event["seq"]
        self.given.return_cards(new, event["subject"])
        if first := value(self._old, "SELECT min(observation_id) FROM observations WHERE seq = ?", [seq]):
            skip(new, "observation_seq", first)
        proposed = "SELECT min(proposal_id) FROM proposals WHERE origin = 'return' AND submission_id = ?"
        if first := value(self._old, proposed, [event["subject"]]):
            skip(new, "proposal_seq", int(first[1:]))
        settled = payload.get("settled_on")
        how = Sending(
            date.fromisoformat(settled) if settled else None,
            event["reason"],
            propose="cards" not in payload,
            carry=bool(payload.keys() & {"carried", "inherited"}),
            begins=False,
            person=payload.get("person", ""),
        )
        stored = read_return(new, event["subject"])
        return send(new, stored, event["who"], event["done_at"], role=event["role"], how=how)

    def _discard(self, new: Connection, event: Mapping[str, Any]) -> object:
        stored = read_return(new, event["subject"])
        return discard(new, stored, event["who"], event["done_at"], event["reason"], event["role"])

    def _confirm(self, new: Connection, event: Mapping[str, Any]) -> object:
        indicators = json.loads(event["payload"])["indicators"]
        return round_review.confirm(new, read_return(new, event["subject"]), indicators, _act(event))

    def _ask_back(self, new: Connection, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM questions WHERE seq = ? ORDER BY question_id", [event["seq"]])
        skip(new, "question_seq", int(found[0]["question_id"][1:]))
        asked = [Question(r["indicator_id"], r["key"], r["text"]) for r in found]
        return round_review.ask_back(new, read_return(new, event["subject"]), asked, _act(event))

    def _propose(self, new: Connection, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM proposals WHERE seq = ?", [event["seq"]])
        if found[0]["origin"] == "return":
            return ()  # sending the return has proposed it again
        skip(new, "proposal_seq", int(event["subject"][1:]) + 1)
        append(new, "proposals", found)
        return self._as_it_stands(new, event)

    def _decide_card(self, new: Connection, event: Mapping[str, Any]) -> object:
        told, accept = json.loads(event["payload"]), event["kind"] == "card_decide"
        decided_on = date.fromisoformat(told["decided_on"])
        return decide_card(new, event["subject"], accept, decided_on, told["decision"], _act(event))

    def _publication(self, new: Connection, event: Mapping[str, Any]) -> object:
        own = "SELECT * FROM publications WHERE seq = ? AND code = ?"
        row = rows(self._old, own, [event["seq"], event["subject"]])[0]
        return set_publication(new, [row["code"]], row["publication"], row["released_at"], _act(event))

    def _membership(self, new: Connection, event: Mapping[str, Any]) -> object:
        append(new, "memberships", rows(self._old, "SELECT * FROM memberships WHERE seq = ?", [event["seq"]]))
        return self._as_it_stands(new, event)

    def _as_it_stands(self, new: Connection, event: Mapping[str, Any]) -> object:
        kind, plan_id, subject = event["kind"], event["plan_id"], event["subject"]
        own = Event(kind, plan_id, subject, event["who"], event["done_at"], event["reason"])
        payload = json.loads(event["payload"])
        append_event(new, replace(own, payload=payload, sample=event["sample"], role=event["role"]))
        return ()


def _act(event: Mapping[str, Any]) -> Act:
    told = json.loads(event["payload"])
    return Act(event["who"], event["done_at"], event["role"], event["reason"], told.get("person", ""))


_KINDS: Mapping[str, Callable[[Repeat, Connection, Mapping[str, Any]], object]] = {
    "save": Repeat._save,
    "mend": Repeat._mend,
    "join": Repeat._join,
    "revise": Repeat._join,
    "pass_on": Repeat._pass_on,
    "send": Repeat._send,
    "discard": Repeat._discard,
    "confirm": Repeat._confirm,
    "ask_back": Repeat._ask_back,
    "propose_card": Repeat._propose,
    "card_decide": Repeat._decide_card,
    "card_reject": Repeat._decide_card,
    "publication": Repeat._publication,
    "membership": Repeat._membership,
}
