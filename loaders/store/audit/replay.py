"""Every act of the log done again in another store, kind by kind, with the numbers it had.

What shapes figures goes through the same functions as the first time. What a person only said (a proposal, a rule of
membership) and what needs no repeating (a form taken, a copy made) is taken over as it stands.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from kpi.collection.acts import ACTS, Act, acts
from kpi.collection.workflow import Brief, Mend, Question, Reading
from kpi.issue import Issue
from kpi.place import Place, parts_of
from loaders.store import commands
from loaders.store.audit.audit_log import Event, append_event
from loaders.store.audit.replay_sources import CHANGING, Given
from loaders.store.commands.corrections import put_in
from loaders.store.commands.drafts import NewReturn, keep
from loaders.store.commands.sending import Sending
from loaders.store.file.database import Connection, append, rows, skip, value
from loaders.store.queries.briefs import Briefs
from loaders.store.queries.stored_returns import issues_of, read_return, untyped

#: Acts that change neither a plan nor the life of a round, but for a return that is sent and says so itself.
_OF_RETURNS = acts(about="return")
#: The first number that a sent return gave out.
_FIRST_NUMBER = """SELECT min(n) FROM (
    SELECT observation_id AS n FROM observations WHERE seq = ? UNION ALL SELECT review_id FROM reviews WHERE seq = ?)"""
#: A return as it was saved, with the bytes of its file.
_ORIGINAL = """SELECT s.*, w.data FROM submissions s JOIN (SELECT sha256, data FROM workbooks) w USING (sha256)
    WHERE submission_id = ?"""


class ReadFile(Protocol):
    """Reads one file that is open already as :func:`loaders.services.batch_reading.read_book` does."""

    def __call__(self, brief: Brief, *, round_id: str, department_id: str) -> Reading:
        """The reading of a file."""
        ...


#: Opens files, names and bytes, the next ones while the caller still reads one; in their order what reads each.
OpenFiles = Callable[[Iterable[tuple[str, bytes]]], Iterator[ReadFile]]


class Repeat:
    """Repeats the acts of one store in a new one."""

    def __init__(self, old: Connection, new: Connection, opens: OpenFiles) -> None:
        self._old = old
        self._new = new
        self._files = self._opened(opens)
        self._briefs = Briefs(new)
        self._given = Given(old)

    def start(self) -> None:
        """Take over what was there before the first act."""
        self._given.start(self._new)

    def finish(self) -> None:
        """Take over what no act has brought."""
        self._given.finish(self._new)

    def act(self, event: Mapping[str, Any]) -> Sequence[Issue]:
        """Do one act again; what forbids it now. KeyError where what it was done to is not there."""
        skip(self._new, "event_seq", event["seq"] - self._taken_before(event))
        kind = ACTS[event["kind"]]
        if kind.replay == "repeat":
            found = REPEATS[kind.name](self, event)
        else:
            found = self._as_it_stands(event, kind.tables if kind.replay == "rows" else ())
        brought = event["kind"] in (*CHANGING, "send") and self._given.go_on(self._new, event)
        if brought or event["kind"] not in _OF_RETURNS:
            self._briefs.forget()
        return [i for i in found if isinstance(i, Issue)] if isinstance(found, tuple) else ()

    def _taken_before(self, event: Mapping[str, Any]) -> int:
        """How many numbers an act took before its own: each mend of a batch has one, and the last is the act's."""
        if event["kind"] != "mend":
            return 0
        return int(value(self._old, "SELECT count(*) FROM mends WHERE batch = ?", [event["seq"]])) - 1

    def _opened(self, opens: OpenFiles) -> Iterator[tuple[Mapping[str, Any] | None, ReadFile]]:
        """The returns that were saved, in their order, each with its bytes and what reads it; None for a lost one."""
        ahead: deque[Mapping[str, Any] | None] = deque()

        def files() -> Iterator[tuple[str, bytes]]:
            for saved in rows(self._old, "SELECT subject FROM decisions WHERE kind = 'save' ORDER BY seq"):
                found = rows(self._old, _ORIGINAL, [saved["subject"]])
                ahead.append(found[0] if found else None)
                yield (found[0]["filename"], found[0]["data"]) if found else ("", b"")

        for read in opens(files()):
            yield ahead.popleft(), read

    def _save(self, event: Mapping[str, Any]) -> object:
        row, read = next(self._files)
        if row is None:
            raise KeyError(event["subject"])
        brief = self._briefs.of(row["plan_id"], event["done_at"].date())
        department_id, division_id = parts_of(row["respondent_id"])
        place = {"round_id": row["round_id"], "department_id": department_id}
        reading = replace(read(brief, **place), division_id=division_id)
        skip(self._new, "submission_seq", int(row["submission_id"][1:]))
        # What was explained in the answer before is an act of its own in the log.
        keep(self._new, _act(event), [NewReturn(reading, row["data"], row["filename"])], on_behalf=row["on_behalf"])
        return ()

    def _mend(self, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM mends WHERE batch = ? ORDER BY seq", [event["seq"]])
        mends = [Mend(r["subject_id"], r["key"], untyped(r), r["reason"]) for r in found]
        issues = "SELECT * FROM issues WHERE after_seq = ? AND submission_id = ? ORDER BY position"
        raised = issues_of(rows(self._old, issues, [event["seq"], event["subject"]]))
        stored, told = read_return(self._new, event["subject"]), json.loads(event["payload"])
        put_in(self._new, _act(event), stored, mends, raised, carried_from=told.get("carried_from", ""))
        return ()

    def _join(self, event: Mapping[str, Any]) -> object:
        choices, row = json.loads(event["payload"])["choices"], self._submission(event)
        skip(self._new, "submission_seq", int(event["subject"][1:]))
        place = Place(row["plan_id"], row["round_id"], *parts_of(row["respondent_id"]))
        return commands.join(self._new, _act(event), place, choices, on_behalf=row["on_behalf"]).issues

    def _revise(self, event: Mapping[str, Any]) -> object:
        first, row = json.loads(event["payload"])["joined_from"][0], self._submission(event)
        skip(self._new, "submission_seq", int(event["subject"][1:]))
        return commands.revise(self._new, _act(event), first, on_behalf=row["on_behalf"])

    def _submission(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        return rows(self._old, "SELECT * FROM submissions WHERE submission_id = ?", [event["subject"]])[0]

    def _pass_on(self, event: Mapping[str, Any]) -> object:
        return commands.pass_on(self._new, _act(event), event["subject"])

    def _send(self, event: Mapping[str, Any]) -> object:
        payload, seq = json.loads(event["payload"]), event["seq"]
        if first := value(self._old, _FIRST_NUMBER, [seq, seq]):
            skip(self._new, "observation_seq", first)
        proposed = "SELECT min(proposal_id) FROM proposals WHERE origin = 'return' AND submission_id = ?"
        if first := value(self._old, proposed, [event["subject"]]):
            skip(self._new, "proposal_seq", int(first[1:]))
        settled = payload.get("settled_on")
        how = Sending(
            date.fromisoformat(settled) if settled else None,
            carry=bool(payload.keys() & {"carried", "inherited"}),
            begins=False,
        )
        return commands.send(self._new, _act(event), [event["subject"]], how, briefs=self._briefs)[0]

    def _discard(self, event: Mapping[str, Any]) -> object:
        return commands.discard(self._new, _act(event), event["subject"])

    def _confirm(self, event: Mapping[str, Any]) -> object:
        return commands.confirm(self._new, _act(event), event["subject"], json.loads(event["payload"])["indicators"])

    def _ask_back(self, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM questions WHERE seq = ? ORDER BY question_id", [event["seq"]])
        skip(self._new, "question_seq", int(found[0]["question_id"][1:]))
        asked = [Question(r["subject_id"], r["key"], r["text"]) for r in found]
        return commands.ask_back(self._new, _act(event), event["subject"], asked)

    def _propose_card(self, event: Mapping[str, Any]) -> object:
        found = rows(self._old, "SELECT * FROM proposals WHERE seq = ?", [event["seq"]])
        if found[0]["origin"] == "return":
            return ()  # sending the return has proposed it again
        skip(self._new, "proposal_seq", int(event["subject"][1:]) + 1)
        return self._as_it_stands(event, ("proposals",))

    def _accept_card(self, event: Mapping[str, Any]) -> object:
        return commands.accept_card(self._new, _act(event), event["subject"], *_decided(event))

    def _reject_card(self, event: Mapping[str, Any]) -> object:
        return commands.reject_card(self._new, _act(event), event["subject"], *_decided(event))

    def _with_files(self, event: Mapping[str, Any], tables: Sequence[str] = ()) -> object:
        """Take over an act with the bytes of its files, where it has any: another program would make others."""
        hashes = [one["sha256"] for one in json.loads(event["payload"]).get("files", ())]
        there = {r["sha256"] for r in rows(self._new, "SELECT sha256 FROM workbooks")}
        wanted = [h for h in hashes if h not in there]
        query = "SELECT * FROM workbooks WHERE sha256 IN (SELECT unnest(?))"
        append(self._new, "workbooks", rows(self._old, query, [wanted]))
        return self._as_it_stands(event, tables)

    def _take_list(self, event: Mapping[str, Any]) -> object:
        """Take over a list with its file, its cells and its values: a person has said how it is read."""
        own = [event["subject"]]
        skip(self._new, "submission_seq", int(event["subject"][1:]) + 1)
        if last := value(self._old, "SELECT max(observation_id) FROM observations WHERE seq = ?", [event["seq"]]):
            skip(self._new, "observation_seq", last + 1)
        cells = rows(self._old, "SELECT * FROM entries WHERE submission_id = ? ORDER BY position", own)
        append(self._new, "entries", cells)
        self._with_files(event, ACTS["take_list"].tables)
        return ()

    def _set_publication(self, event: Mapping[str, Any]) -> object:
        own = "SELECT * FROM publications WHERE seq = ? AND code = ?"
        row = rows(self._old, own, [event["seq"], event["subject"]])[0]
        return commands.set_publication(self._new, _act(event), [row["code"]], row["publication"], row["released_at"])

    def _as_it_stands(self, event: Mapping[str, Any], tables: Sequence[str]) -> object:
        """Take over an act's entry of the log, and the rows of ``tables`` that bear its number."""
        for table in tables:
            append(self._new, table, rows(self._old, f"SELECT * FROM {table} WHERE seq = ?", [event["seq"]]))
        payload = json.loads(event["payload"])
        own = event["kind"], event["plan_id"], event["subject"], _act(event)
        append_event(self._new, Event(*own, payload, event["sample"]))
        return ()


def _act(event: Mapping[str, Any]) -> Act:
    told = json.loads(event["payload"])
    return Act(event["who"], event["done_at"], event["role"], event["reason"], told.get("person", ""))


def _decided(event: Mapping[str, Any]) -> tuple[date, str]:
    told = json.loads(event["payload"])
    return date.fromisoformat(told["decided_on"]), told["decision"]


#: How each act is done again that the register says is repeated.
REPEATS: Mapping[str, Callable[[Repeat, Mapping[str, Any]], object]] = {
    "save": Repeat._save,
    "mend": Repeat._mend,
    "join": Repeat._join,
    "revise": Repeat._revise,
    "pass_on": Repeat._pass_on,
    "send": Repeat._send,
    "discard": Repeat._discard,
    "confirm": Repeat._confirm,
    "ask_back": Repeat._ask_back,
    "propose_card": Repeat._propose_card,
    "accept_card": Repeat._accept_card,
    "reject_card": Repeat._reject_card,
    "make_report": Repeat._with_files,
    "begin_plan": Repeat._with_files,
    "revise_plan": Repeat._with_files,
    "take_list": Repeat._take_list,
    "keep_reading": Repeat._with_files,
    "set_publication": Repeat._set_publication,
}
