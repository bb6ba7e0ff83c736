"""The life of a return: taken in, put right, passed on, joined, sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from kpi.collection.workflow import Action, Mend, may
from kpi.issue import Issue, Severity
from kpi.people import own_places
from kpi.place import Place
from loaders.services import intake
from loaders.services.authorization import Gate
from loaders.services.intake import Rights, Taken
from loaders.store import Joined, Receipt, commands
from loaders.store.commands.sending import Sending
from loaders.text.characters import tidy

Issues = tuple[Issue, ...]


#: No plan of ours is older: what lies before is a slip of the keyboard.
_EARLIEST = date(2000, 1, 1)
_NOT_SETTLED_THEN = Issue(
    "return.settled_on",
    Severity.FIX,
    "部局内決裁済の日付が、きょうより後か、2000年より前になっています。",
    "決裁のあった日を入力するか、空欄にしてください。",
)


class Returning(Gate):
    """What a department does with its returns, and the secretariat for it (代理登録)."""

    def take_uploads(
        self, place: Place, files: Iterable[tuple[str, bytes]], tick: Callable[[str], None] = lambda _name: None
    ) -> list[tuple[Taken, bytes]]:
        """Take in what was put on one department's page at once, zips file by file; each with its bytes."""
        self._ask(Action.SAVE, place)
        return intake.take_uploads(
            self.store, files, snapshot=self.store.snapshot(place.plan_id), act=self._act(),
            round_id=place.round_id, department_id=place.department_id, division_id=place.division_id, tick=tick,
            rights=self._rights(place.plan_id),
        )  # fmt: skip

    def take_return(self, place: Place, data: bytes, filename: str, *, only_here: bool = False) -> Taken:
        """Read one file and keep it where it belongs; refused in its issues where that is not the person's own."""
        self._ask_any(place)
        return intake.take_return(
            self.store, data, filename, snapshot=self.store.snapshot(place.plan_id), act=self._act(),
            round_id=place.round_id, department_id=place.department_id, division_id=place.division_id,
            only_here=only_here, rights=self._rights(place.plan_id),
        )  # fmt: skip

    def take_files(
        self,
        place: Place,
        files: Iterable[tuple[str, bytes]],
        *,
        workers: int = 1,
        tick: Callable[[str], None] = lambda _name: None,
    ) -> Iterator[Taken]:
        """Read many files and keep them batch by batch, each where it belongs."""
        self._ask_any(place)
        return intake.take_files(
            self.store, files, snapshot=self.store.snapshot(place.plan_id), act=self._act(), workers=workers,
            round_id=place.round_id, department_id=place.department_id, tick=tick,
            rights=self._rights(place.plan_id),
        )  # fmt: skip

    def _ask_any(self, place: Place) -> None:
        """Before a file is read at all: may the person keep any return, or one of the department named?"""
        own = self.person.within(place.plan_id)
        if place.department_id or not any(may(own, Action.SAVE, one) for one in own_places(own)):
            self._ask(Action.SAVE, place)

    def _rights(self, plan_id: str) -> Rights:
        def refuse(department_id: str, division_id: str) -> Issues:
            place = Place(plan_id, department_id=department_id, division_id=division_id)
            why = self._forbids(Action.SAVE, place)
            return () if why is None else (why,)

        staff = self._is_staff(plan_id)
        return Rights(on_behalf=staff, late=staff, refuse=refuse)

    @tidy
    def mend(self, submission_id: str, mends: Sequence[Mend]) -> Issues:
        """Put in what was answered on the page; what forbids it."""
        late = self._is_staff(self._return(Action.MEND, submission_id).reading.plan_id)
        return intake.mend_return(self.store, submission_id, mends, self._act(), late=late)

    @tidy
    def revise(self, submission_id: str, reason: str = "") -> str | Issues:
        """A new draft of what a sent return said, to be put right on the page; its id, or what forbids it."""
        staff = self._is_staff(self._return(Action.SAVE, submission_id).reading.plan_id)
        return self.store.do(commands.revise, self._act(reason), submission_id, late=staff, on_behalf=staff)

    @tidy
    def discard(self, submission_id: str, reason: str = "") -> Issues:
        """Withdraw a draft; what forbids it."""
        late = self._is_staff(self._return(Action.DISCARD, submission_id).reading.plan_id)
        return self.store.do(commands.discard, self._act(reason), submission_id, late=late)

    def pass_on(self, submission_id: str) -> Issues:
        """A 課 answers to its 主管課; what forbids it."""
        late = self._is_staff(self._return(Action.PASS_ON, submission_id).reading.plan_id)
        return self.store.do(commands.pass_on, self._act(), submission_id, late=late)

    def join(self, place: Place, choices: Mapping[str, str] | None = None) -> Joined:
        """Make the department's draft from the returns of its 課; ``choices`` settle what two say differently."""
        self._ask(Action.JOIN, place)
        staff = self._is_staff(place.plan_id)
        return self.store.do(commands.join, self._act(), place, choices or {}, late=staff, on_behalf=staff)

    @tidy
    def send(self, submission_id: str, settled_on: date | None = None, reason: str = "") -> Receipt | Issues:
        """Answer to the secretariat, with the day of 部局内決裁; a closed round is corrected with a reason."""
        late = self._is_staff(self._return(Action.SEND, submission_id).reading.plan_id)
        if settled_on and not _EARLIEST <= settled_on <= self._now().date():
            return (_NOT_SETTLED_THEN,)
        how = Sending(settled_on, late)
        return self.store.do(commands.send, self._act(reason), [submission_id], how)[0]

    def send_returns(self, taken: Sequence[Taken], tick: Callable[[str], None] = lambda _name: None) -> list[Taken]:
        """Send every draft of a batch that has nothing open. All or none may be sent by the person."""
        if not taken and not any(self._reaches(Action.SEND)):
            self._ask(Action.SEND)
        for one in taken:
            if one.saved and one.saved.submission_id:
                self._return(Action.SEND, one.saved.submission_id)
        plan_id = next((one.reading.plan_id for one in taken if one.reading), "")
        return intake.send_returns(self.store, taken, act=self._act(), tick=tick, rights=self._rights(plan_id))
