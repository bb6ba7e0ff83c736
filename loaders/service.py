"""What both the screens and the command line do, so that it stands once: open the store, make forms, take returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import count, islice
from pathlib import Path

from kpi.collection import Brief, Mend, Reading
from kpi.issue import Issue, Severity
from kpi.people import ROLE_WORDS, Role
from kpi.plan import Plan, Round
from kpi.scope import departments_asked, divisions_asked
from loaders import settings
from loaders.benchmark import Benchmarks, load_benchmarks
from loaders.cells import Book, Reader
from loaders.export import write_folder
from loaders.form.writer import form_filename, write_form
from loaders.intake import expand, read_book, read_return, same_file, unpack
from loaders.packing import zipped
from loaders.plan import load_plan, plan_folders
from loaders.rules import check_answers
from loaders.store import NewReturn, Receipt, Saved, Snapshot, Store, with_mends

DATABASE = "kpi.duckdb"
#: Files kept in one transaction: a batch costs one wait for the disk, and what is reported is on it.
_BATCH = 40
SAMPLE_BY = "サンプル"

#: A file that has been opened: its name, its bytes, and its cells or why there are none.
Opened = tuple[str, bytes, Book | Issue]


# --- the store -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Data:
    """What the files of ``data/`` say, and what is wrong with them."""

    plans: tuple[Plan, ...]
    benchmarks: Benchmarks
    issues: tuple[Issue, ...]


def load_data(data: Path) -> Data:
    """Read the plans and the published figures; what is sound is taken, the rest is an issue."""
    plans, issues = [], []
    for folder in plan_folders(data):
        plan, found = load_plan(folder)
        issues += [replace(i, sheet=f"{folder.name}/{i.sheet}" if i.sheet else folder.name) for i in found]
        if plan is not None:
            plans.append(plan)
    benchmarks, found = load_benchmarks(data / "benchmarks")
    return Data(tuple(plans), benchmarks, (*issues, *found))


def open_store(data: Path, db: Path | None = None, *, at: datetime | None = None, wait: float = 10.0) -> Store:
    """The store of a data folder, made on the first start and brought up to what the files say."""
    store = Store(db or data / DATABASE, wait)
    loaded = load_data(data)
    store.init(loaded.plans, loaded.benchmarks, at=at or settings.now())
    return store


# --- forms ---------------------------------------------------------------------------------------------------------


def make_form(
    snapshot: Snapshot, round_id: str, department_id: str, *, day: date, division_id: str = ""
) -> tuple[str, bytes]:
    """The form of one department, or of one of its 課, for one round: its file name and bytes."""
    brief = snapshot.brief(day)
    name = form_filename(brief, round_id, department_id, division_id=division_id)
    return name, write_form(brief, round_id, department_id, division_id=division_id)


def make_forms(snapshot: Snapshot, round_id: str, *, day: date) -> bytes:
    """The forms of all departments that a round asks for something, and of their 課, as one zip."""
    plan, cards = snapshot.plan, snapshot.cards
    asked = plan.round(round_id)
    forms = [
        make_form(snapshot, round_id, department.id, day=day, division_id=division)
        for department in departments_asked(plan, asked, day, cards)
        for division in ("", *(v.id for v in divisions_asked(plan, asked, department.id, day, cards)))
    ]
    return zipped(forms, day)


def forms_name(snapshot: Snapshot, round_id: str, *, day: date) -> str:
    """The file name of the zip of all departments' forms."""
    first = next(d.id for d in snapshot.plan.departments)
    name = form_filename(snapshot.brief(day), round_id, first)
    return name.removesuffix(f"_{snapshot.plan.department(first).name(day)}.xlsx") + ".zip"


# --- returns -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """What became of one file. ``saved`` is None where nothing could be kept; ``issues`` then say why.

    ``aside`` is a sound form of another department or round than the one asked for, not kept until someone says so.
    """

    filename: str
    reading: Reading | None
    saved: Saved | None
    issues: tuple[Issue, ...]
    sent: Receipt | None = None
    aside: bool = False

    @property
    def open(self) -> tuple[Issue, ...]:
        """Questions and faults found in the file."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


@dataclass(frozen=True)
class Rights:
    """What who takes files in is allowed: asked of each file's own department and 課, once it has been read.

    ``on_behalf`` marks what the secretariat enters for a department (代理登録), ``late`` opens closed rounds and
    ``person`` is the id of who sends.
    """

    role: str = ""
    on_behalf: bool = False
    late: bool = True
    refuse: Callable[[str, str], tuple[Issue, ...]] = lambda _department, _division: ()
    person: str = ""


#: For what the program itself takes in, such as the samples.
FREE = Rights()


def take_return(
    store: Store,
    data: bytes,
    filename: str,
    *,
    snapshot: Snapshot,
    by: str,
    at: datetime,
    round_id: str = "",
    department_id: str = "",
    division_id: str = "",
    only_here: bool = False,
    rights: Rights = FREE,
) -> Taken:
    """Read one file, check it, and keep it as a draft; ``only_here`` puts another department's or round's aside."""
    brief = snapshot.brief(at.date())
    given = {"round_id": round_id, "department_id": department_id, "division_id": division_id}
    reading = read_return(data, filename, brief, **given)
    elsewhere = [reading.round_id, reading.department_id, reading.division_id] != list(given.values())
    if only_here and elsewhere and _has_place(reading, brief.plan):
        return Taken(filename, reading, None, reading.issues, aside=True)
    return _keep(store, [(filename, data, reading)], brief, by=by, at=at, rights=rights)[0]


def take_upload(
    store: Store,
    data: bytes,
    filename: str,
    *,
    snapshot: Snapshot,
    by: str,
    at: datetime,
    round_id: str,
    department_id: str,
    division_id: str = "",
    rights: Rights = FREE,
) -> Iterator[tuple[Taken, bytes]]:
    """Take in what was put on one department's page, a zip file by file; each with its bytes once it is settled."""
    for found in unpack(data, filename):
        if isinstance(found, Issue):
            yield Taken(found.sheet or filename, None, None, (found,)), b""
            continue
        name, content = found
        taken = take_return(
            store,
            content,
            name,
            snapshot=snapshot,
            by=by,
            at=at,
            round_id=round_id,
            department_id=department_id,
            division_id=division_id,
            only_here=True,
            rights=rights,
        )
        yield taken, content


def take_files(
    store: Store,
    files: Iterable[tuple[str, bytes]],
    *,
    snapshot: Snapshot,
    by: str,
    at: datetime,
    workers: int = 1,
    round_id: str = "",
    department_id: str = "",
    rights: Rights = FREE,
) -> Iterator[Taken]:
    """Read many files with shared children and keep them batch by batch; each is yielded once it is on the disk."""
    brief = snapshot.brief(at.date())
    given = {"round_id": round_id, "department_id": department_id}
    with Reader(workers=workers) as reader:
        books = reader.read_all(files)
        read = ((name, data, read_book(book, brief, **given)) for name, data, book in books)
        while batch := list(islice(read, _BATCH)):
            yield from _keep(store, batch, brief, by=by, at=at, rights=rights)


def _keep(
    store: Store,
    batch: Sequence[tuple[str, bytes, Reading]],
    brief: Brief,
    *,
    by: str,
    at: datetime,
    rights: Rights = FREE,
) -> list[Taken]:
    """Keep whatever of a batch belongs somewhere and may be kept there, in one transaction."""
    refused = [
        rights.refuse(reading.department_id, reading.division_id) if _has_place(reading, brief.plan) else ()
        for _, _, reading in batch
    ]
    fits = [_has_place(r, brief.plan) and not why for (_, _, r), why in zip(batch, refused, strict=True)]
    new = [NewReturn(r, data, name) for (name, data, r), fit in zip(batch, fits, strict=True) if fit]
    how, own = rights, {"by": by, "role": rights.role}
    saved = iter(store.save_returns(new, at=at, on_behalf=how.on_behalf, late=how.late, **own) if new else ())
    return [
        _taken(store, name, reading, next(saved) if fit else None, why)
        for (name, _, reading), fit, why in zip(batch, fits, refused, strict=True)
    ]


def _taken(store: Store, name: str, reading: Reading, saved: Saved | None, refused: tuple[Issue, ...]) -> Taken:
    """What became of a file; one that was there already says since when."""
    if saved is None or saved.refused:
        # Who may not keep a return need not know what is wrong with it.
        return Taken(name, reading, None, refused or (saved.refused if saved else ()) or reading.issues)
    if not saved.duplicate_of:
        # What the answer before has explained of the same value is not asked again.
        asked = [i for i in reading.issues if i.severity is Severity.NOTE or not _explained(i, saved)]
        return Taken(name, reading, saved, tuple(asked))
    since = store.submission(saved.duplicate_of).saved_at
    return Taken(name, reading, saved, (*reading.issues, same_file(since)))


def _explained(issue: Issue, saved: Saved) -> bool:
    return (issue.indicator_id, issue.key) in saved.explained


def _has_place(reading: Reading, plan: Plan) -> bool:
    """Whether it is known whose return it is, of which round, and it says anything at all."""
    known_round = any(r.id == reading.round_id for r in plan.rounds)
    known_department = any(d.id == reading.department_id for d in plan.departments)
    return bool(reading.plan_id == plan.id and known_round and known_department and reading.answers)


def mend_return(
    store: Store,
    submission_id: str,
    mends: Sequence[Mend],
    *,
    by: str,
    at: datetime,
    role: str = "",
    late: bool = True,
) -> tuple[Issue, ...]:
    """Put in what a person answered and check the new values as those of a file are checked; what forbids it."""
    stored = store.submission(submission_id)
    brief = store.snapshot(stored.reading.plan_id).brief(at.date())
    raised = _raised(stored.reading, stored.issues, mends, brief)
    return store.mend(submission_id, mends, by=by, at=at, raised=raised, role=role, late=late)


def _raised(reading: Reading, known: Sequence[Issue], mends: Sequence[Mend], brief: Brief) -> tuple[Issue, ...]:
    """The questions that changed values bring up; not those that the picked choice itself has answered."""
    current = {(a.indicator_id, k): e.value for a in reading.answers for k, e in a.entries.items()}
    changed = {(m.indicator_id, m.key): m.value for m in mends if current.get((m.indicator_id, m.key)) != m.value}
    touched = {indicator for indicator, _ in changed}
    asked = {(i.code, i.indicator_id, i.key) for i in known}
    answered = {
        (i.code, i.indicator_id, i.key)
        for i in known
        for choice in i.choices
        if all(
            changed.get((i.indicator_id, k), current.get((i.indicator_id, k))) == v for k, v in choice.changes.items()
        )
    }
    after = replace(reading, answers=with_mends(reading.answers, mends), issues=())
    return tuple(
        i
        for i in check_answers(after, brief)
        if i.indicator_id in touched
        and (i.code, i.indicator_id, i.key) not in answered
        and ((i.indicator_id, i.key) in changed or (i.code, i.indicator_id, i.key) not in asked)
    )


def send_returns(
    store: Store,
    taken: Sequence[Taken],
    *,
    by: str,
    at: datetime,
    tick: Callable[[str], None] = lambda _name: None,
    rights: Rights = FREE,
) -> list[Taken]:
    """Send every draft of a batch that has nothing open; ``tick`` is called with each file's name."""
    names = {t.saved.submission_id: t.filename for t in taken if t.saved and not t.saved.duplicate_of}
    ids = list(names)
    own = {"by": by, "role": rights.role, "person": rights.person}
    sends = store.send_all(ids, at=at, tick=lambda one: tick(names[one]), late=rights.late, **own) if ids else ()
    results = dict(zip(ids, sends, strict=True))
    sent = []
    for one in taken:
        result = results.get(one.saved.submission_id) if one.saved else None
        sent.append(replace(one, sent=result) if isinstance(result, Receipt) else one)
    return sent


# --- samples, export, rebuild --------------------------------------------------------------------------------------


#: Told after each file: how many are done, of how many, and which one it was.
Tick = Callable[[int, int, str], None]


def load_samples(
    store: Store,
    data: Path,
    plan_id: str,
    *,
    at: datetime,
    tick: Tick = lambda _done, _total, _name: None,
    by: str = SAMPLE_BY,
    role: str = "",
) -> list[Taken]:
    """Take in the sample returns of ``data/samples``, round after round, each dated to its round's end.

    Each round is also confirmed and decided as a secretariat would, but the newest only in part: there is something
    left to be looked at.
    """
    files = [item for item in expand([data / "samples"]) if not isinstance(item, Issue)]
    snapshot = store.snapshot(plan_id)
    with Reader(workers=1) as reader:
        by_round = _sample_rounds(reader.read_all(files), snapshot.brief(at.date()))
    total = sum(len(mine) for mine in by_round.values())
    taken: list[Taken] = []
    done = count(1)
    rounds = [r for r in snapshot.plan.rounds if r.id in by_round]
    for asked in rounds:
        moment = min(_sample_moment(asked), at)
        brief = store.snapshot(plan_id).brief(moment.date())  # what the round before has said is known to this one
        read = [(name, content, read_book(book, brief)) for name, content, book in by_round[asked.id]]
        kept = _keep(store, read, brief, by=SAMPLE_BY, at=moment)
        sent = send_returns(store, kept, by=SAMPLE_BY, at=moment, tick=lambda name: tick(next(done), total, name))
        settle_samples(store, plan_id, sent, moment, partly=asked is rounds[-1] and len(rounds) > 1)
        taken += sent
    store.decide("load_samples", plan_id=plan_id, by=by, at=at, role=role)
    return taken


#: Who checks and decides the samples: as in life, somebody else than who sent them.
_SAMPLE_STAFF = "サンプル事務局"
#: Of the newest round every so many returns waits to be looked at.
_LEFT = 3


def settle_samples(store: Store, plan_id: str, sent: Sequence[Taken], moment: datetime, *, partly: bool) -> None:
    """Confirm the samples of a round and decide what they propose; ``partly`` leaves every third return waiting."""
    own = {"by": _SAMPLE_STAFF, "role": ROLE_WORDS[Role.SECRETARIAT]}
    received = [one.sent for one in sent if one.sent]
    for number, receipt in enumerate(received):
        if not partly or number % _LEFT:
            store.confirm(receipt.submission_id, at=moment, **own)
    proposals = store.snapshot(plan_id).proposals
    waiting = proposals[(proposals["state"] == "open") & proposals["sample"]]
    for proposal_id in waiting["proposal_id"]:
        store.decide_card(proposal_id, True, moment.date(), at=moment, **own)


def _sample_rounds(books: Iterable[Opened], brief: Brief) -> dict[str, list[Opened]]:
    """The open sample returns by the round they answer; what is no sample is left alone."""
    found: dict[str, list[Opened]] = {}
    for opened in books:
        reading = read_book(opened[2], brief)
        if reading.sample:
            found.setdefault(reading.round_id, []).append(opened)
    return found


def _sample_moment(asked: Round) -> datetime:
    return datetime.combine(asked.due or asked.period.end, time(12))


def export(store: Store, plan_id: str, folder: Path) -> tuple[Path, ...]:
    """Write the tables of a plan into a folder."""
    return write_folder(store.snapshot(plan_id), folder)


def rebuild(store: Store, dest: Path, tick: Callable[[], None] = lambda: None) -> tuple[Issue, ...]:
    """Make the store anew from its originals and compare."""
    with Reader(workers=1) as reader:

        def read(data: bytes, filename: str, brief: Brief, *, round_id: str, department_id: str) -> Reading:
            _, _, book = next(iter(reader.read_all([(filename, data)])))
            return read_book(book, brief, round_id=round_id, department_id=department_id)

        return store.rebuild(dest, read, tick)
