"""Who brought a change, when and why: the return with a value, the decision about a card, the day that passed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from kpi.assessment import Assessment
from kpi.cards.revision import day_text
from kpi.changes.change import DECIDED, SENT, Change
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS
from kpi.tables.table_rows import Row, records

#: A status hangs on these.
_FOLLOWING = frozenset({"status", "late", "stale"})


@dataclass(frozen=True)
class Sources:
    """Two states, the second of which is the later."""

    before: Assessment
    after: Assessment

    def told(self, one: Change, *keys: str) -> Change:
        """A change with who brought it; ``keys`` are the attributes that a decision about it would name."""
        if one.kind in SENT:
            row = self.came(one.indicator_id, one.period) if one.kind == "withdrawn" else self._best(one)
            return self.of_row(one, row) if row else one
        return self._decided(one, keys) if one.kind in DECIDED else one

    def caused(self, one: Change, mine: Sequence[Change], scheme: Sequence[Change]) -> Change:
        """A status with what brought it: a value, an answer without one, a decision, or the days that have passed."""
        if one.kind not in _FOLLOWING:
            return one
        for kinds in (SENT, DECIDED):
            cause = next((c for c in mine if c.kind in kinds), None)
            if cause is None and kinds is SENT and (row := self.came(one.indicator_id)):
                return self.of_row(one, row)
            if cause:
                return one.because_of(cause)
        if scheme:
            return one.because_of(scheme[0])
        days = self.before.day, self.after.day
        return replace(one, why=f"{day_text(days[0])}から{day_text(days[1])}への経過") if days[0] != days[1] else one

    # --- returns ----------------------------------------------------------------------------------------------------

    def _best(self, one: Change) -> Row | None:
        """The value that counts for the period of a change."""
        return next((r for r in self.after.best.get(one.indicator_id, ()) if r["period"] == one.period), None)

    def came(self, indicator_id: str, period: str = "") -> Row | None:
        """The newest answer that came in between, of the period where one is named and any was about it."""
        new = [r for r in self.after.told.get(indicator_id, ()) if r["observation_id"] not in self._known]
        return next(reversed([r for r in new if r["period"] == period] or new), None)

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(self.before.snapshot.observations["observation_id"].to_list())

    def of_row(self, one: Change, row: Row) -> Change:
        """A change with who sent an answer, when, and what is known of why."""
        correction = str(row["correction_kind"] or "")
        words = [CORRECTION_WORDS.get(correction, ""), MISSING_WORDS.get(row["state"], "")]
        return replace(
            one,
            who=self._sender(row),
            at=row["known_at"],
            why="、".join(word for word in (*words, *self._asked(row)) if word),
            correction=correction,
            submission_id=row["submission_id"],
        )

    def _sender(self, row: Row) -> str:
        """The department that sent an answer, by the name it had then."""
        found = (d for d in self.after.snapshot.plan.departments if d.id == row["department_id"])
        return next((d.name(row["known_at"].date()) for d in found), "")

    def _asked(self, row: Row) -> list[str]:
        """What the secretariat had asked about the indicator (修正依頼) and the return answers."""
        mine = self._questions.get((row["submission_id"], row["indicator_id"]), [])
        return [f"修正依頼「{' '.join(text.split())}」による" for text in mine]

    @cached_property
    def _questions(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.after.snapshot.asked:
            if row["answered_by"]:
                found.setdefault((row["answered_by"], row["subject_id"]), []).append(row["text"])
        return found

    # --- decisions --------------------------------------------------------------------------------------------------

    def _decided(self, one: Change, keys: Sequence[str]) -> Change:
        """By which decision, of which day, for which reason; where none is seen, what the card says of its change."""
        wanted = {key for key in keys if key}
        for document, row in reversed(self._decisions.get(one.indicator_id, [])):
            if not wanted or wanted & document:
                day = datetime.fromisoformat(row["decided_on"]) if row["decided_on"] else None
                return replace(one, who=row["decision"], at=day, why=row["reason"])
        card, then = (state.snapshot.cards.get(one.indicator_id) for state in (self.after, self.before))
        return replace(one, why=card.reason) if card and (then is None or card != then) else one

    @cached_property
    def _decisions(self) -> dict[str, list[tuple[frozenset[str], Row]]]:
        """Of each indicator (empty: of the plan) the proposals that were accepted in between, by day of decision."""
        held = [_accepted(state) for state in (self.before, self.after)]
        new = [row for row in held[1] if row["proposal_id"] not in {r["proposal_id"] for r in held[0]}]
        found: dict[str, list[tuple[frozenset[str], Row]]] = {}
        for row in sorted(new, key=lambda r: (r["decided_on"], r["proposal_id"])):
            found.setdefault(row["indicator_id"], []).append((frozenset(json.loads(row["document"])), row))
        return found


def _accepted(state: Assessment) -> list[Row]:
    return [row for row in records(state.snapshot.proposals) if row["state"] == "accepted"]
