"""Who is there, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kpi.collection.acts import Act
from kpi.collection.lifecycle import over
from kpi.collection.workflow import OF_THE_TERM, TERM_OVER, Action, may, refusal
from kpi.issue import Issue
from kpi.people import ROLE_WORDS, Audience, Person, audience_of, own_places
from kpi.place import ANYWHERE, Place
from loaders import settings
from loaders.store import Store, StoredReturn
from loaders.text.characters import one_line, tidied


class NotAllowed(Exception):
    """The person may not do this; ``issue`` says so in the office's words."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message + issue.advice)
        self.issue = issue


class Gate:
    """A person before a store. Actions about a department name it, and its 課 where they are narrower."""

    def __init__(self, store: Store, person: Person, data: Path, now: Callable[[], datetime] | None = None) -> None:
        self.store = store
        self.person = replace(tidied(person), name=one_line(person.name))  # a name is what a directory says
        self.data = data
        self._now = now or settings.now

    def audience(self, plan_id: str) -> Audience:
        """What the person may see of a plan."""
        return audience_of(self.person.within(plan_id))

    def may(self, action: Action, place: Place = ANYWHERE) -> bool:
        """Whether the person may do something, to know which buttons to draw; each method asks again."""
        return self._forbids(action, place) is None

    def _ask(self, action: Action, place: Place = ANYWHERE) -> None:
        if (why := self._forbids(action, place)) is not None:
            raise NotAllowed(why)

    def _forbids(self, action: Action, place: Place) -> Issue | None:
        """Why the person may not do something at a place: no right to it, or the plan's term is over."""
        if not may(self.person, action, place):
            return refusal(self.person.within(place.plan_id), action)
        return TERM_OVER if action in OF_THE_TERM and self._is_over(place.plan_id) else None

    def _is_over(self, plan_id: str) -> bool:
        """Whether the term of a plan is over; an unknown plan, or none, is left to whoever looks for it."""
        if plan_id not in self.store.plan_ids():
            return False
        return over(self.store.plan(plan_id), self.store.life(plan_id), self._now().date())

    def _return(self, action: Action, submission_id: str) -> StoredReturn:
        """A return the person may do something with."""
        if not any(self._reaches(action)):
            raise NotAllowed(refusal(self.person, action))  # not even whether there is such a return is told
        stored = self.store.submission(submission_id)
        self._ask(action, stored.reading.place)
        return stored

    def _reaches(self, action: Action) -> list[bool]:
        """Whether the person may do something for any department or 課 at all."""
        return [may(self.person, action, place) for place in own_places(self.person)]

    def _act(self, reason: str = "") -> Act:
        """By this person, now."""
        return Act(self.person.name, self._now(), ROLE_WORDS[self.person.role], reason, self.person.id)

    def _is_staff(self, plan_id: str) -> bool:
        """Whether the person is of a plan's secretariat: who alone corrects a closed round, and enters for others."""
        return self.person.within(plan_id).is_staff
