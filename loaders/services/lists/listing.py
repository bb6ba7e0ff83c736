"""Lists of indicators: past values taken into a plan, or a plan begun from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.place import Place
from loaders.lists.columns.list_tables import learned
from loaders.lists.list_intake import Intake, intake_of
from loaders.lists.list_layout import Layout, Told
from loaders.lists.list_plan import Beginning, Begun, plan_from
from loaders.lists.list_reading import ListReading
from loaders.plan.new_plan import is_plan_id
from loaders.services.authorization import Gate
from loaders.store import commands
from loaders.store.commands.lists.list_acts import GivenList
from loaders.store.commands.report_acts import MadeFile
from loaders.store.queries.kept_lists import KeptList, KeptReading, ListCell
from loaders.text.characters import one_line, tidied, tidy
from loaders.workbook.cells import Book, open_book

Issues = tuple[Issue, ...]


@dataclass(frozen=True)
class PutIn:
    """A list as it was put in: the file's name and bytes, its reading, and what a person said of it.

    ``layout_name`` is what its way of reading is kept under for the next list of the kind; empty keeps none.
    """

    filename: str
    data: bytes
    reading: ListReading
    told: Told
    layout_name: str = ""


class Listing(Gate):
    """What the secretariat does with lists of indicators."""

    def open_list(self, data: bytes, filename: str) -> Book | Issue:
        """The workbook of a list, opened in a process of its own, or why it is not read."""
        self._ask(Action.PROPOSE_CARD)
        return open_book(data, one_line(filename))

    def list_layouts(self) -> Mapping[str, Layout]:
        """The ways of reading that were kept, by name; the newest of each."""
        self._ask(Action.PROPOSE_CARD)
        return {one.layout.name: one.layout for one in reversed(self.store.lists()) if one.layout.name}

    def lists(self, plan_id: str) -> tuple[KeptList, ...]:
        """The lists that were taken into a plan, the newest first."""
        self._ask(Action.PROPOSE_CARD)
        return tuple(one for one in self.store.lists() if one.plan_id == plan_id)

    def list_file(self, plan_id: str, submission_id: str) -> tuple[str, bytes]:
        """The file of a list that was taken in: name and bytes; KeyError for an unknown one."""
        held = {one.submission_id: one for one in self.lists(plan_id)}
        return self.store.workbook(held[submission_id].sha256)

    def list_cells(self, plan_id: str, indicator_id: str) -> tuple[ListCell, ...]:
        """The cells of lists in which baseline, target and 目安値 of an indicator stand."""
        self._ask(Action.SEE_APPROVED, Place(plan_id))
        return self.store.list_cells(plan_id, indicator_id)

    def readings(self, plan_id: str) -> tuple[KeptReading, ...]:
        """The lists that somebody works on and has not taken in, with what was said of each sheet; the newest first."""
        self._ask(Action.PROPOSE_CARD)
        return self.store.readings(plan_id)

    def reading_file(self, plan_id: str, sha256: str) -> tuple[str, bytes]:
        """The file of a list that somebody works on: name and bytes; KeyError for an unknown one."""
        return self.store.workbook({one.sha256: one for one in self.readings(plan_id)}[sha256].sha256)

    @tidy
    def keep_reading(self, plan_id: str, filename: str, data: bytes, sheet: str, told: Told) -> Issues:
        """Keep what was said so far of a sheet, so that it is there when somebody comes back."""
        self._ask(Action.PROPOSE_CARD)
        file = MadeFile("xlsx", one_line(filename), data)
        return self.store.do(commands.keep_reading, self._act(), plan_id, file, sheet, told)

    def drop_reading(self, plan_id: str, sha256: str) -> Issues:
        """Throw away what was said of a list; its file stays in the log's keeping. KeyError for an unknown one."""
        name, data = self.reading_file(plan_id, sha256)
        for one in self.readings(plan_id):
            if one.sha256 == sha256:
                self.keep_reading(plan_id, name, data, one.sheet, Told())
        return ()

    def compare_list(self, plan_id: str, reading: ListReading, told: Told) -> Intake:
        """What a list would bring into a plan; nothing is written."""
        self._ask(Action.PROPOSE_CARD)
        return intake_of(reading, self.store.snapshot(plan_id).brief(self._now().date()), told)

    @tidy
    def take_list(self, plan_id: str, given: PutIn, agreed: Intake, reason: str = "") -> str | Issues:
        """Take a list into a plan, where that still brings what was agreed to; its number, or what forbids it.

        What is still asked about is left out.
        """
        self._ask(Action.PROPOSE_CARD, Place(plan_id))  # a plan whose term is over changes no more
        found = self.compare_list(plan_id, given.reading, given.told)
        if found.figures != agreed.figures or found.changes != agreed.changes:
            return (_ANOTHER,)
        return self.store.do(commands.take_list, self._act(reason), plan_id, found, _given(given))

    def plan_of_list(self, reading: ListReading, how: Beginning, source: str) -> Begun | Issues:
        """The plan that a list would begin, not kept yet; or what forbids it."""
        self._ask(Action.SET_PLAN)
        if not is_plan_id(how.plan_id):
            return (_issue("plan.identity", "計画の記号が、記号として読めません。", _ID_ADVICE),)
        if how.plan_id in self.store.plan_ids() or (self.data / "plans" / how.plan_id).exists():
            message = f"計画の記号「{how.plan_id}」は、ほかの計画が使っています。"
            return (_issue("plan.there", message, "別の記号にしてください。"),)
        if not how.name.strip():
            return (_issue("plan.no_name", "計画の名称が空です。", "名称を入力してください。"),)
        if {how.start.kind, how.end.kind} != {"FY"} or how.end < how.start:
            return (_issue("plan.years", "計画の終わりの年度が、始まりより前です。", "年度を確かめてください。"),)
        begun = plan_from(reading, tidied(how), source)
        return replace(begun, plan=tidied(begun.plan))

    @tidy
    def begin_from_list(self, given: PutIn, how: Beginning, reason: str = "") -> str | Issues:
        """Begin the plan that a list makes, with its values; the list's number, or what forbids it."""
        self._ask(Action.SET_PLAN)
        begun = self.plan_of_list(given.reading, how, given.filename)
        if isinstance(begun, tuple):
            return begun
        if begun.issues:
            return begun.issues
        act = self._act(reason)
        return self.store.do(commands.take_list, act, begun.plan.id, begun.intake, _given(given), begun.plan)

    @tidy
    def drop_list(self, plan_id: str, submission_id: str, reason: str = "") -> Issues:
        """Take a list out of a plan again; what forbids it. KeyError for one that is not of the plan."""
        self._ask(Action.PROPOSE_CARD, Place(plan_id))
        if submission_id not in {one.submission_id for one in self.lists(plan_id)}:
            raise KeyError(submission_id)
        if not reason.strip():
            return (_issue("list.no_reason", "取り消す理由が入力されていません。", "理由を入力してください。"),)
        return self.store.do(commands.drop_list, self._act(reason), submission_id)


_ID_ADVICE = "英小文字・数字・ハイフンで書いてください(例: miyagi-ict-2017)。"
_ANOTHER = Issue(
    "list.another", Severity.FIX, "確かめたときから、いまの内容が変わっています。まだ何も取り込んでいません。",
    "もう一度確かめてください。",
)  # fmt: skip


def _issue(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)


def _given(given: PutIn) -> GivenList:
    reading, name = given.reading, one_line(given.layout_name).strip()
    layout = learned(reading.tables, given.told, name, turned=reading.turned)
    if any(i.code == "list.lines" for i in reading.open):  # what the lines are has been proposed, not said
        layout = replace(layout, lines=())
    return GivenList(MadeFile("xlsx", one_line(given.filename), given.data), reading.sheet, layout)
