"""What both the screens and the command line do, so that it stands once: open the store, make forms, take returns.

The clock is read here and nowhere below.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import count, islice
from pathlib import Path

from kpi.collection import Brief, Mend, Reading
from kpi.issue import Issue, Severity
from kpi.plan import Plan, Round
from loaders.benchmark import Benchmarks, load_benchmarks
from loaders.cells import Book, Reader
from loaders.export import write_folder
from loaders.form.writer import form_filename, write_form
from loaders.intake import expand, read_book, read_return, same_file
from loaders.plan import load_plan, plan_folders
from loaders.rules import check_answers
from loaders.store import NewReturn, Receipt, Saved, Snapshot, Store, with_mends

JST = timezone(timedelta(hours=9), "JST")
DATABASE = "kpi.duckdb"
#: Files kept in one transaction: a batch costs one wait for the disk, and what is reported is on it.
_BATCH = 40
_SAMPLE_BY = "サンプル"

#: A file that has been opened: its name, its bytes, and its cells or why there are none.
Opened = tuple[str, bytes, Book | Issue]


def now() -> datetime:
    """This moment in Japan, without a zone."""
    return datetime.now(JST).replace(tzinfo=None)


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
    store.init(loaded.plans, loaded.benchmarks, at=at or now())
    return store


# --- forms ---------------------------------------------------------------------------------------------------------


def make_form(snapshot: Snapshot, round_id: str, department_id: str, *, day: date) -> tuple[str, bytes]:
    """One department's form for one round: its file name and bytes."""
    brief = snapshot.brief(day)
    return form_filename(brief, round_id, department_id), write_form(brief, round_id, department_id)


def make_forms(snapshot: Snapshot, round_id: str, *, day: date) -> bytes:
    """The forms of all departments that answer for something, as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for department in snapshot.plan.departments:
            if snapshot.plan.owned_by(department.id, day):
                archive.writestr(*make_form(snapshot, round_id, department.id, day=day))
    return out.getvalue()


def forms_name(snapshot: Snapshot, round_id: str, *, day: date) -> str:
    """The file name of the zip of all departments' forms."""
    first = next(d.id for d in snapshot.plan.departments)
    name = form_filename(snapshot.brief(day), round_id, first)
    return name.removesuffix(f"_{snapshot.plan.department(first).name(day)}.xlsx") + ".zip"


# --- returns -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """What became of one file. ``saved`` is None where nothing could be kept; ``issues`` then say why."""

    filename: str
    reading: Reading | None
    saved: Saved | None
    issues: tuple[Issue, ...]
    sent: Receipt | None = None

    @property
    def open(self) -> tuple[Issue, ...]:
        """Questions and faults found in the file."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


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
) -> Taken:
    """Read one file, check it, and keep it as a draft."""
    brief = snapshot.brief(at.date())
    reading = read_return(data, filename, brief, round_id=round_id, department_id=department_id)
    return _keep(store, [(filename, data, reading)], brief, by=by, at=at)[0]


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
) -> Iterator[Taken]:
    """Read many files with shared children and keep them batch by batch; each is yielded once it is on the disk."""
    brief = snapshot.brief(at.date())
    given = {"round_id": round_id, "department_id": department_id}
    with Reader(workers=workers) as reader:
        books = reader.read_all(files)
        read = ((name, data, read_book(book, brief, **given)) for name, data, book in books)
        while batch := list(islice(read, _BATCH)):
            yield from _keep(store, batch, brief, by=by, at=at)


def _keep(
    store: Store, batch: Sequence[tuple[str, bytes, Reading]], brief: Brief, *, by: str, at: datetime
) -> list[Taken]:
    """Keep whatever of a batch belongs somewhere, in one transaction."""
    keepable = [(name, data, reading) for name, data, reading in batch if _has_place(reading, brief.plan)]
    new = [NewReturn(reading, data, name) for name, data, reading in keepable]
    saved = iter(store.save_returns(new, by=by, at=at) if new else ())
    return [
        _taken(store, name, reading, next(saved) if _has_place(reading, brief.plan) else None)
        for name, _, reading in batch
    ]


def _taken(store: Store, name: str, reading: Reading, saved: Saved | None) -> Taken:
    """What became of a file; one that was there already says since when."""
    if saved is None or not saved.duplicate_of:
        return Taken(name, reading, saved, reading.issues)
    since = store.submission(saved.duplicate_of).saved_at
    return Taken(name, reading, saved, (*reading.issues, same_file(since)))


def _has_place(reading: Reading, plan: Plan) -> bool:
    """Whether it is known whose return it is, of which round, and it says anything at all."""
    known_round = any(r.id == reading.round_id for r in plan.rounds)
    known_department = any(d.id == reading.department_id for d in plan.departments)
    return bool(reading.plan_id == plan.id and known_round and known_department and reading.answers)


def mend_return(store: Store, submission_id: str, mends: Sequence[Mend], *, by: str, at: datetime) -> tuple[Issue, ...]:
    """Put in what a person answered and check the new values as those of a file are checked; what forbids it."""
    stored = store.submission(submission_id)
    brief = store.snapshot(stored.reading.plan_id).brief(at.date())
    return store.mend(submission_id, mends, by=by, at=at, raised=_raised(stored.reading, stored.issues, mends, brief))


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
    store: Store, taken: Sequence[Taken], *, by: str, at: datetime, tick: Callable[[str], None] = lambda _name: None
) -> list[Taken]:
    """Send every draft of a batch that has nothing open; ``tick`` is called with each file's name."""
    names = {t.saved.submission_id: t.filename for t in taken if t.saved and not t.saved.duplicate_of}
    ids = list(names)
    sends = store.send_all(ids, by=by, at=at, tick=lambda one: tick(names[one])) if ids else ()
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
    store: Store, data: Path, plan_id: str, *, at: datetime, tick: Tick = lambda _done, _total, _name: None
) -> list[Taken]:
    """Take in the sample returns of ``data/samples``, round after round, each dated to its round's end."""
    files = [item for item in expand([data / "samples"]) if not isinstance(item, Issue)]
    snapshot = store.snapshot(plan_id)
    with Reader(workers=1) as reader:
        by_round = _sample_rounds(reader.read_all(files), snapshot.brief(at.date()))
    total = sum(len(mine) for mine in by_round.values())
    taken: list[Taken] = []
    done = count(1)
    for asked in (r for r in snapshot.plan.rounds if r.id in by_round):
        moment = min(_sample_moment(asked), at)
        brief = store.snapshot(plan_id).brief(moment.date())  # what the round before has said is known to this one
        read = [(name, content, read_book(book, brief)) for name, content, book in by_round[asked.id]]
        kept = _keep(store, read, brief, by=_SAMPLE_BY, at=moment)
        taken += send_returns(store, kept, by=_SAMPLE_BY, at=moment, tick=lambda name: tick(next(done), total, name))
    return taken


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
