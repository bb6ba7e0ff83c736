"""Forms that go out: each is noted as taken (様式取得)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from kpi.collection.workflow import Action
from kpi.place import Place
from kpi.snapshot import Snapshot
from loaders.form.form_questions import given_again
from loaders.form.writing.writer import form_filename, write_form
from loaders.services import operations
from loaders.services.authorization import Gate
from loaders.store import commands

#: What the name of a form says that was filled in without Excel.
ON_SCREEN = "画面で記入"


class Forms(Gate):
    """A form says the same whoever takes it: what stands ready in it is the department's own."""

    def take_form(self, place: Place) -> tuple[str, bytes]:
        """The form of a department or of one of its 課: file name and bytes."""
        self._ask(Action.TAKE_FORM, place)
        made = self.look_form(place)
        self._note(place)
        return made

    def look_form(self, place: Place) -> tuple[str, bytes]:
        """The same without noting it, for what only shows the form or attaches it to a letter."""
        self._ask(Action.TAKE_FORM, place)
        return operations.make_form(self.store.snapshot(place.plan_id), place, day=self._now().date())

    def fill_form(self, place: Place, answers: Mapping[str, Mapping[str, object]]) -> tuple[str, bytes]:
        """The form with what was typed on the screen in its cells, to be put in like one filled in with Excel."""
        self._ask(Action.SAVE, place)
        day = self._now().date()
        name, data = operations.make_form(self.store.snapshot(place.plan_id), place, day=day, answers=answers)
        return f"{name.removesuffix('.xlsx')}_{ON_SCREEN}.xlsx", data

    def take_forms(self, place: Place) -> tuple[str, bytes]:
        """The forms of all departments that are asked for something, and of their 課, as one zip."""
        self._ask(Action.TAKE_FORM, place)
        snapshot, day, asked = self.store.snapshot(place.plan_id), self._now().date(), place.round_id
        made = operations.forms_name(snapshot, asked, day=day), operations.make_forms(snapshot, asked, day=day)
        self._note(place)
        return made

    def take_sent_back(self, place: Place) -> tuple[str, bytes]:
        """The form sent back (修正依頼): the last answers, with the open questions beside their cells."""
        self._ask(Action.TAKE_FORM, place)
        now = self._now()
        round_id, department_id, division_id = place.round_id, place.department_id, place.division_id
        snapshot = self.store.snapshot(place.plan_id, at=now)
        brief, asked = snapshot.brief(now.date()), _open_questions(snapshot, round_id, department_id)
        questions = [(str(q["subject_id"]), str(q["key"]), str(q["text"])) for q in asked]
        last = _last_sent(snapshot, round_id, department_id)
        answers = given_again(self.store.submission(last).reading.answers) if last else {}
        # An indicator taken over since, or left out of the last return, was answered in another one.
        for indicator_id, one in {str(q["subject_id"]): str(q["submission_id"]) for q in asked}.items():
            said = given_again(self.store.submission(one).reading.answers)
            answers |= {indicator_id: said[indicator_id]} if indicator_id in said else {}
        data = write_form(
            brief, round_id, department_id, answers=answers, division_id=division_id, questions=questions
        )  # fmt: skip
        name = form_filename(
            brief.plan, brief.day, round_id, department_id, division_id=division_id, sent_back=bool(questions)
        )
        self._note(place)
        return name, data

    def _note(self, place: Place) -> None:
        self.store.do(commands.take_form, self._act(), place, staff=self._is_staff(place.plan_id))


def _open_questions(snapshot: Snapshot, round_id: str, department_id: str) -> list[dict[Hashable, Any]]:
    found = snapshot.questions
    own = (found["round_id"] == round_id) & (found["department_id"] == department_id) & (found["answered_by"] == "")
    return found[own].to_dict("records")


def _last_sent(snapshot: Snapshot, round_id: str, department_id: str) -> str:
    """The return that was sent last, empty where there is none."""
    table = snapshot.submissions
    own = table[
        (table["round_id"] == round_id) & (table["department_id"] == department_id) & (table["state"] == "sent")
    ]
    return str(own.sort_values(["sent_at", "submission_id"])["submission_id"].iloc[-1]) if len(own) else ""
