"""The paper of a round: looked at, its 総括 written, made as a version that is kept with its bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from kpi.assessment import Assessment
from kpi.changes.change import Change
from kpi.changes.change_digest import digest
from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.people import Audience
from kpi.place import Place
from kpi.report.anticipated_questions import WHOLE, anticipated, basis, own_key
from kpi.report.assembly import report
from kpi.report.blocks import ACHIEVEMENT_KEY, LONGEST_QUESTION, QuestionAnswer, Report, Sentence
from kpi.report.comparison_table import Compared
from kpi.report.paper_differences import differences
from kpi.report.release_gate import Finding, gate
from kpi.report.versions import VERSION_KINDS, Version, next_number
from kpi.report.work.review_part import achievements
from kpi.report.work.work_differences import work_differences
from kpi.snapshot import Snapshot
from loaders.documents.paper.page_room import overflows
from loaders.documents.paper.paper_files import NOT_MADE, Drawn, file_name, formats_of
from loaders.services.authorization import Gate
from loaders.services.change_reasons import with_reasons
from loaders.store import commands
from loaders.store.commands.report_acts import MadeFile, MadeReport
from loaders.text.characters import tidy

#: What people wrote is printed whole, however long.
_NO_ROOM = Finding("紙面", "概要が1枚に収まらないおそれがあります。PDFで確かめ、総括の文を短くしてください。")


@dataclass(frozen=True)
class Edition:
    """Which paper is wanted: of a version (by its place among those made), else the one due now.

    ``anew``: with the figures known now, in place of those of the newest version or of the closing. ``kind`` is the
    version it is to become.
    """

    version: int | None = None
    anew: bool = False
    kind: str = ""


class Reporting(Gate):
    """What goes into the room."""

    def report(
        self,
        plan_id: str,
        round_id: str,
        edition: Edition = Edition(),
        *,
        department_id: str = "",
        only: Collection[str] = (),
    ) -> Report:
        """The paper of a round, of what the person may see; of a department where one is named.

        ``only`` are the indicators that get a page of their own (all where empty).
        It tells as of its newest version, else as of its closing, and of an open round as things stand. A 公表版 shows
        what may be published, whoever makes it.
        """
        return self._told(plan_id, round_id, edition, department_id, only)[0]

    def _told(
        self,
        plan_id: str,
        round_id: str,
        edition: Edition,
        department_id: str = "",
        only: Collection[str] = (),
        since: Sequence[Change] | None = None,
    ) -> tuple[Report, Assessment]:
        """The paper, and the state that it tells; marked is what changed ``since``, else since the last round."""
        self._ask(Action.EXPORT, Place(plan_id))
        now = self._seen(plan_id, None)
        made = now.versions.get(round_id, ())
        version = made[edition.version] if edition.version is not None else None
        moment = version.as_of if version else self._now() if edition.anew else now.told_at(round_id)
        kind = version.kind if version else edition.kind or (made[-1].kind if made else "secretariat")
        public = VERSION_KINDS[kind].public
        then = self._seen(plan_id, moment, Audience.PUBLIC if public else None)
        # What people wrote of a version is what stood when it was made.
        words = self._seen(plan_id, version.made_at) if version else now
        day = (moment or self._now()).date()
        # What is only looked at is the newest version still, were it not for what was written since.
        number = next_number(made, kind) - (0 if edition.kind or edition.anew or not made else 1)
        told = version or Version(kind, number, moment or self._now(), self._now(), "", "", ())
        state = Assessment.of(then, day)
        last = self._last(words, round_id, moment, then.audience)
        asked = now.plan.round(round_id)
        return report(state, asked, words, told, department_id=department_id, only=only, last=last, since=since), state

    def _last(self, known: Snapshot, round_id: str, moment: datetime | None, audience: Audience) -> Assessment | None:
        """What the meeting before knew, as far as the same people may see it; None where there was none."""
        at = known.told_before(round_id, moment)
        return Assessment.of(self._seen(known.plan.id, at, audience), at.date()) if at else None

    def _is_open(self, plan_id: str, round_id: str) -> bool:
        """Whether nothing says yet as of when the paper of a round tells."""
        return self._seen(plan_id, None).told_at(round_id) is None

    def _seen(self, plan_id: str, moment: datetime | None, audience: Audience | None = None) -> Snapshot:
        return self.store.snapshot(plan_id, moment, audience or self.audience(plan_id), self._now())

    @tidy
    def edit_summary(
        self, plan_id: str, round_id: str, key: str, text: str, seen: str | None = None
    ) -> tuple[Issue, ...]:
        """Write a sentence of a round's 総括; an empty text gives it back to the data. What forbids it.

        ``seen`` is what whoever writes saw written there, empty for what the data says: it is refused where something
        else stands by now, and whatever stands is overwritten where it is not given. KeyError for a sentence that the
        paper does not have.
        """
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        overview = self.report(plan_id, round_id).part("overview")
        made = {s.key: s.made for s in overview.blocks if isinstance(s, Sentence)}[key]
        words = " ".join(text.split())
        wanted = "" if words == made else words
        return self.store.do(commands.edit_summary, self._act(), plan_id, round_id, key, wanted, made, seen)

    @tidy
    def edit_achievements(
        self, plan_id: str, round_id: str, indicator_id: str, text: str, seen: str | None = None
    ) -> tuple[Issue, ...]:
        """Write 主な取組と成果 of an indicator's page; an empty text gives it back to the half-year answers.

        What forbids it; ``seen`` as in :meth:`edit_summary`. KeyError for an unknown indicator.
        """
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        state = self._state_at(plan_id, self._seen(plan_id, None).told_at(round_id))
        key = f"{ACHIEVEMENT_KEY}{state.plan.indicator(indicator_id).id}"
        made, words = achievements(state, indicator_id), " ".join(text.split())
        wanted = "" if words == made else words
        return self.store.do(commands.edit_summary, self._act(), plan_id, round_id, key, wanted, made, seen)

    def anticipated_questions(self, plan_id: str, round_id: str) -> Report:
        """想定問答 on the paper that is due now, for who makes it alone: 部内限, and no part of any version."""
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        now = self._seen(plan_id, None)
        asked, made = now.plan.round(round_id), now.versions.get(round_id, ())
        last = now.told_before(round_id, now.told_at(round_id))
        before = self._state_at(plan_id, last) if last else None
        state = self._state_at(plan_id, now.told_at(round_id))
        return anticipated(state, asked, now, made[-1] if made else None, before)

    def _state_at(self, plan_id: str, moment: datetime | None) -> Assessment:
        return Assessment.of(self._seen(plan_id, moment), (moment or self._now()).date())

    @tidy
    def edit_question(
        self, plan_id: str, round_id: str, key: str, text: str, seen: str | None = None
    ) -> tuple[Issue, ...]:
        """Write the answer to an anticipated question by its key; an empty text gives it back to the data.

        A question of one's own goes with its answer. What forbids it; ``seen`` as in :meth:`edit_summary`. KeyError for
        a question that there is not.
        """
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        told = self.anticipated_questions(plan_id, round_id)
        found = {b.answer.key: b.answer for p in told.parts for b in p.blocks if isinstance(b, QuestionAnswer)}
        made, words = found[key].made, " ".join(text.split())
        wanted = "" if words == made else words
        return self.store.do(commands.edit_summary, self._act(), plan_id, round_id, key, wanted, made, seen)

    @tidy
    def add_question(
        self, plan_id: str, round_id: str, indicator_id: str, question: str, answer: str, seen: str | None = None
    ) -> tuple[Issue, ...]:
        """Add a question of one's own about an indicator, or (empty) about the whole, with its answer; what forbids it.

        The same question once more gets the new answer; ``seen`` as in :meth:`edit_summary`. KeyError for an unknown
        indicator.
        """
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        now = self._seen(plan_id, None)
        subject = now.plan.indicator(indicator_id).id if indicator_id else WHOLE
        asked, words = " ".join(question.split()), " ".join(answer.split())
        if not asked or not words:
            return (Issue("report.no_question", Severity.FIX, "問いと答えの両方を書いてください。", ""),)
        if len(asked) > LONGEST_QUESTION:
            message = f"問いが{len(asked)}字あります。{LONGEST_QUESTION}字までにしてください。"
            return (Issue("report.long_sentence", Severity.FIX, message, ""),)
        beneath = basis(self._state_at(plan_id, now.told_at(round_id)), subject)
        key = own_key(subject, asked)
        return self.store.do(commands.edit_summary, self._act(), plan_id, round_id, key, words, beneath, seen)

    @tidy
    def make_report(
        self,
        plan_id: str,
        round_id: str,
        kind: str,
        *,
        anew: bool = False,
        note: str = "",
        tick: Callable[[int, int, str], None] = lambda _done, _total, _name: None,
    ) -> tuple[Issue, ...]:
        """Make a version with all its files and keep it; what forbids it, or (notes) which files could not be made.

        ``anew``: with the figures known now, in place of those of the newest version or of the closing. ``tick`` is
        told how many files are made, of how many, and which is next. KeyError for an unknown kind.
        """
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        told, state = self._told(plan_id, round_id, Edition(anew=anew or self._is_open(plan_id, round_id), kind=kind))
        found = self._looked_over(told, state)
        if any(finding.forbids for finding in found):
            return tuple(Issue("report.gate", Severity.FIX, f.message, "") for f in found if f.forbids)
        drawn = Drawn.of(told)
        files, lacking = [], []
        wanted = formats_of(state.plan)
        for done, (name, form) in enumerate(wanted.items()):
            tick(done, len(wanted), form.word)
            try:
                files.append(MadeFile(name, file_name(told, form), form.make(drawn)))
            except NOT_MADE as error:
                lacking.append(Issue("report.not_printed", Severity.NOTE, f"{form.word}: {error}", ""))
        seen = [finding.message for finding in found]
        made = MadeReport(kind, state.as_of or self._now(), tuple(files), tuple(seen), told.sample)
        self.store.do(commands.make_report, self._act(note), plan_id, round_id, made)
        return tuple(lacking)

    def check_report(self, plan_id: str, round_id: str, kind: str, *, anew: bool = False) -> tuple[Finding, ...]:
        """What somebody has to have seen before a version is made."""
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        told, state = self._told(plan_id, round_id, Edition(anew=anew, kind=kind))
        return self._looked_over(told, state)

    def _looked_over(self, told: Report, state: Assessment) -> tuple[Finding, ...]:
        """The findings; of a 公表版 also on what its maker sees and its readers do not."""
        whole = state.snapshot.audience == self.audience(told.plan_id)
        found = gate(told, state, state if whole else self._state_at(told.plan_id, state.as_of))
        return (*found, _NO_ROOM) if overflows(told) else found

    def compare_reports(self, plan_id: str, round_id: str, one: Edition, other: Edition) -> Compared:
        """Two papers of a round held against each other."""
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        (before, then), (after, now) = (self._told(plan_id, round_id, edition) for edition in (one, other))
        changes = self.with_reasons(plan_id, digest(then, now))
        marked, _ = self._told(plan_id, round_id, other, since=changes)
        made = self._seen(plan_id, None).versions.get(round_id, ())
        at = made[other.version].made_at if other.version is not None else self._now()
        found = (*differences(before, after, changes), *work_differences(then, now, before, after))
        return Compared(before, after, marked, found, changes, at.date())

    def with_reasons(self, plan_id: str, found: Sequence[Change]) -> tuple[Change, ...]:
        """The changes with the reasons people wrote when they sent them."""
        self._ask(Action.MAKE_REPORT, Place(plan_id))
        return with_reasons(self.store, plan_id, found)

    def report_file(self, plan_id: str, round_id: str, sha256: str) -> tuple[str, bytes]:
        """A file of a version, byte for byte: a 公表版 for everybody, any other for who may make one.

        KeyError for a file that no version of the round has.
        """
        self._ask(Action.EXPORT, Place(plan_id))
        for version in self._seen(plan_id, None).versions.get(round_id, ()):
            for kept in version.files:
                if kept.sha256 == sha256:
                    if not version.public:
                        self._ask(Action.MAKE_REPORT, Place(plan_id))
                    return kept.name, self.store.workbook(sha256)[1]
        raise KeyError(sha256)
