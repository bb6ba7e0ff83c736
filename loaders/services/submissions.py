"""The life of a return: taken in, put right, passed on, joined, sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from kpi.collection.workflow import Action, Mend, may, refusal
from kpi.issue import Issue, Severity
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
        self,
        plan_id: str,
        files: Iterable[tuple[str, bytes]],
        *,
        round_id: str,
        department_id: str,
        division_id: str = "",
        tick: Callable[[str], None] = lambda _name: None,
    ) -> list[tuple[Taken, bytes]]:
        """Take in what was put on one department's page at once, zips file by file; each with its bytes."""
        self._ask(Action.SAVE, department_id, division_id)
        return intake.take_uploads(
            self.store, files, snapshot=self.store.snapshot(plan_id), act=self._act(),
            round_id=round_id, department_id=department_id, division_id=division_id, tick=tick,
            rights=self._rights(),
        )  # fmt: skip

    def take_return(
        self,
        plan_id: str,
        data: bytes,
        filename: str,
        *,
        round_id: str = "",
        department_id: str = "",
        division_id: str = "",
        only_here: bool = False,
    ) -> Taken:
        """Read one file and keep it where it belongs; refused in its issues where that is not the person's own."""
        self._ask_any(department_id, division_id)
        return intake.take_return(
            self.store, data, filename, snapshot=self.store.snapshot(plan_id), act=self._act(),
            round_id=round_id, department_id=department_id, division_id=division_id, only_here=only_here,
            rights=self._rights(),
        )  # fmt: skip

    def take_files(
        self,
        plan_id: str,
        files: Iterable[tuple[str, bytes]],
        *,
        workers: int = 1,
        round_id: str = "",
        department_id: str = "",
        tick: Callable[[str], None] = lambda _name: None,
    ) -> Iterator[Taken]:
        """Read many files and keep them batch by batch, each where it belongs."""
        self._ask_any(department_id, "")
        return intake.take_files(
            self.store, files, snapshot=self.store.snapshot(plan_id), act=self._act(),
            workers=workers, round_id=round_id, department_id=department_id, tick=tick, rights=self._rights(),
        )  # fmt: skip

    def _ask_any(self, department_id: str, division_id: str) -> None:
        """Before a file is read at all: may the person keep any return, or one of the department named?"""
        if department_id or not any(self._reaches(Action.SAVE)):
            self._ask(Action.SAVE, department_id, division_id)

    def _rights(self) -> Rights:
        def refuse(department_id: str, division_id: str) -> Issues:
            allowed = may(self.person, Action.SAVE, department_id, division_id)
            return () if allowed else (refusal(self.person, Action.SAVE),)

        staff = self.person.is_staff and self.may(Action.ENTER_FOR)
        return Rights(on_behalf=staff, late=self._late, refuse=refuse)

    @tidy
    def mend(self, submission_id: str, mends: Sequence[Mend]) -> Issues:
        """Put in what was answered on the page; what forbids it."""
        self._return(Action.MEND, submission_id)
        return intake.mend_return(self.store, submission_id, mends, self._act(), late=self._late)

    @tidy
    def revise(self, submission_id: str, reason: str = "") -> str | Issues:
        """A new draft of what a sent return said, to be put right on the page; its id, or what forbids it."""
        self._return(Action.SAVE, submission_id)
        return self.store.do(
            commands.revise, self._act(reason), submission_id, late=self._late, on_behalf=self.person.is_staff
        )

    @tidy
    def discard(self, submission_id: str, reason: str = "") -> Issues:
        """Withdraw a draft; what forbids it."""
        self._return(Action.DISCARD, submission_id)
        return self.store.do(commands.discard, self._act(reason), submission_id, late=self._late)

    def pass_on(self, submission_id: str) -> Issues:
        """A 課 answers to its 主管課; what forbids it."""
        self._return(Action.PASS_ON, submission_id)
        return self.store.do(commands.pass_on, self._act(), submission_id, late=self._late)

    def join(self, plan_id: str, round_id: str, department_id: str, choices: Mapping[str, str] | None = None) -> Joined:
        """Make the department's draft from the returns of its 課; ``choices`` settle what two say differently."""
        self._ask(Action.JOIN, department_id)
        return self.store.do(
            commands.join, self._act(), plan_id, round_id, department_id, choices or {},
            late=self._late, on_behalf=self.person.is_staff,
        )  # fmt: skip

    @tidy
    def send(self, submission_id: str, settled_on: date | None = None, reason: str = "") -> Receipt | Issues:
        """Answer to the secretariat, with the day of 部局内決裁; a closed round is corrected with a reason."""
        self._return(Action.SEND, submission_id)
        if settled_on and not _EARLIEST <= settled_on <= self._now().date():
            return (_NOT_SETTLED_THEN,)
        how = Sending(settled_on, self._late)
        return self.store.do(commands.send, self._act(reason), [submission_id], how)[0]

    def send_returns(self, taken: Sequence[Taken], tick: Callable[[str], None] = lambda _name: None) -> list[Taken]:
        """Send every draft of a batch that has nothing open. All or none may be sent by the person."""
        if not taken and not any(self._reaches(Action.SEND)):
            self._ask(Action.SEND)
        for one in taken:
            if one.saved and one.saved.submission_id:
                self._return(Action.SEND, one.saved.submission_id)
        return intake.send_returns(
            self.store, taken, act=self._act(), tick=tick, rights=self._rights()
        )  # fmt: skip
