"""Taking returns in, from a screen or the command line: read, check, keep as a draft, mend, send."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kpi.collection.acts import Act
from kpi.collection.workflow import Brief, Mend, Reading
from kpi.issue import Issue, Severity
from kpi.plan import Plan
from kpi.snapshot import Snapshot
from loaders.rules.mended_answers import lapsed, raised_by, worked_out
from loaders.services.batch_reading import read_book, read_return, same_file, unexpected, unpack
from loaders.services.batch_versions import Copy, sifted
from loaders.store import NewReturn, Receipt, Saved, Store, commands, is_of_the_store
from loaders.store.commands.sending import Sending
from loaders.text.characters import one_line
from loaders.workbook.cells import Reader
from loaders.workbook.isolation.upload_limits import Upload

#: A file that is read: its name, its bytes and what it says.
File = tuple[str, bytes, Reading]
T = TypeVar("T")
R = TypeVar("R")

#: Files kept in one transaction: a batch costs one wait for the disk, and what is reported is on it.
_BATCH = 40
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """What became of one file. ``saved`` is None where nothing could be kept; ``issues`` then say why.

    ``aside`` is a form that is not kept until someone says so: of another department or round than the one asked for,
    or one of several of its department that differ.
    ``unsent`` says why a kept draft that was to be sent was not, as far as ``issues`` do not say it already.
    """

    filename: str
    reading: Reading | None
    saved: Saved | None
    issues: tuple[Issue, ...]
    sent: Receipt | None = None
    aside: bool = False
    unsent: tuple[Issue, ...] = ()

    @property
    def open(self) -> tuple[Issue, ...]:
        """Questions and faults found in the file."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


@dataclass(frozen=True)
class Rights:
    """What who takes files in is allowed: asked of each file's own department and 課, once it has been read.

    ``on_behalf`` marks what the secretariat enters for a department (代理登録), ``late`` opens closed rounds.
    """

    on_behalf: bool = False
    late: bool = True
    refuse: Callable[[str, str], tuple[Issue, ...]] = lambda _department, _division: ()


#: What stands in place of a return that the store could not take, for a reason nobody has foreseen.
_FAILED = Saved("")

#: For what the program itself takes in, such as the samples.
FREE = Rights()


def take_return(
    store: Store,
    data: bytes,
    filename: str,
    *,
    snapshot: Snapshot,
    act: Act,
    round_id: str = "",
    department_id: str = "",
    division_id: str = "",
    only_here: bool = False,
    rights: Rights = FREE,
) -> Taken:
    """Read one file, check it, and keep it as a draft; ``only_here`` puts another department's or round's aside."""
    filename = one_line(filename)
    brief = snapshot.brief(act.at.date())
    reading = read_return(
        data, filename, brief, round_id=round_id, department_id=department_id, division_id=division_id
    )
    here = [round_id, department_id, division_id]
    elsewhere = [reading.round_id, reading.department_id, reading.division_id] != here
    if only_here and elsewhere and _has_place(reading, brief.plan):
        return Taken(filename, reading, None, reading.issues, aside=True)
    return keep(store, [(filename, data, reading)], brief, act=act, rights=rights)[0]


def take_uploads(
    store: Store,
    files: Iterable[tuple[str, bytes]],
    *,
    snapshot: Snapshot,
    act: Act,
    round_id: str,
    department_id: str,
    division_id: str = "",
    tick: Callable[[str], None] = lambda _name: None,
    rights: Rights = FREE,
) -> list[tuple[Taken, bytes]]:
    """Take in what was put on one department's page at once, zips file by file; what became of each, with its bytes.

    ``tick`` is called with each file's name before it is read.
    """
    brief = snapshot.brief(act.at.date())
    told: list[tuple[Taken, bytes] | None] = []
    read: list[File] = []
    upload = Upload()
    for found in (one for name, data in files for one in unpack(data, name, upload)):
        if isinstance(found, Issue):
            told.append((Taken(found.sheet, None, None, (found,)), b""))
            continue
        name, data = found
        tick(name)
        reading = read_return(
            data,
            name,
            brief,
            round_id=round_id,
            department_id=department_id,
            division_id=division_id,
            upload=upload,
        )
        read.append((name, data, reading))
        told.append(None)
    here = [round_id, department_id, division_id]
    elsewhere = [[r.round_id, r.department_id, r.division_id] != here for _, _, r in read]
    taken = zip(_take(store, read, brief, elsewhere=elsewhere, act=act, rights=rights), read, strict=True)
    settled = ((one, data) for one, (_, data, _) in taken)
    return [next(settled) if one is None else one for one in told]


def take_files(
    store: Store,
    files: Iterable[tuple[str, bytes]],
    *,
    snapshot: Snapshot,
    act: Act,
    workers: int = 1,
    round_id: str = "",
    department_id: str = "",
    tick: Callable[[str], None] = lambda _name: None,
    rights: Rights = FREE,
) -> Iterator[Taken]:
    """Read many files with shared children, then keep them batch by batch; each is yielded once it is on the disk.

    All are read before the first is kept: the last may be another version of the first. ``tick`` is called with each
    file's name once it is read.
    """
    brief = snapshot.brief(act.at.date())
    given = {"round_id": round_id, "department_id": department_id}
    read: list[File] = []
    with Reader(workers=workers) as reader:
        for name, data, book in reader.read_all((one_line(name), data) for name, data in files):
            read.append((name, data, read_book(book, brief, **given)))
            tick(name)
    yield from _take(store, read, brief, act=act, rights=rights)


def _take(
    store: Store,
    read: Sequence[File],
    brief: Brief,
    *,
    elsewhere: Sequence[bool] = (),
    act: Act,
    rights: Rights,
) -> Iterator[Taken]:
    """Keep what was read at once, each file yielded in its order; ``elsewhere`` are those put aside for another place.

    Of files that say the same of one place the first is kept. Of those that differ none is: a person has to choose.
    """
    away = elsewhere or [False] * len(read)
    apart = [there and _has_place(r, brief.plan) for there, (_, _, r) in zip(away, read, strict=True)]
    # What is put aside is told of whoever may take it in; what is refused here says nothing of itself.
    fits = [
        there or (_has_place(r, brief.plan) and not rights.refuse(r.department_id, r.division_id))
        for there, (_, _, r) in zip(apart, read, strict=True)
    ]
    found = sifted([(name, r) if fit else None for fit, (name, _, r) in zip(fits, read, strict=True)], brief.plan)
    done: list[Taken] = []
    for start in range(0, len(read), _BATCH):
        part = range(start, min(start + _BATCH, len(read)))
        own = [n for n in part if found[n] is None and not apart[n]]
        kept = iter(keep(store, [read[n] for n in own], brief, act=act, rights=rights))
        for n in part:
            (name, _, reading), why = read[n], found[n]
            if isinstance(why, Copy):
                done.append(_again(name, reading, done[why.of], why.note))
            elif why is not None or apart[n]:
                asked = (*reading.issues, why) if why is not None else reading.issues
                done.append(Taken(name, reading, None, asked, aside=True))
            else:
                done.append(next(kept))
            yield done[-1]


def _again(name: str, reading: Reading, first: Taken, note: Issue) -> Taken:
    """A file that says what an earlier one of its batch says; what was noticed in it alone stays told."""
    if first.saved is None and not first.aside:
        return replace(first, filename=name, reading=reading)
    own = tuple(i for i in reading.issues if i not in first.issues)
    saved = Saved(first.saved.submission_id, duplicate_of=first.saved.submission_id) if first.saved else None
    return Taken(name, reading, saved, (*own, note))


def keep(
    store: Store,
    batch: Sequence[File],
    brief: Brief,
    *,
    act: Act,
    rights: Rights = FREE,
) -> list[Taken]:
    """Keep whatever of a batch belongs somewhere and may be kept there, in one transaction."""
    refused = [
        rights.refuse(reading.department_id, reading.division_id) if _has_place(reading, brief.plan) else ()
        for _, _, reading in batch
    ]
    fits = [_has_place(r, brief.plan) and not why for (_, _, r), why in zip(batch, refused, strict=True)]
    new = [NewReturn(r, data, name) for (name, data, r), fit in zip(batch, fits, strict=True) if fit]

    def save(some: Sequence[NewReturn]) -> Sequence[Saved]:
        return store.do(commands.save, act, some, on_behalf=rights.on_behalf, late=rights.late)

    saved = (_FAILED if one is None else one for one in (_each_for_itself(save, new) if new else ()))
    return [
        _taken(store, name, reading, next(saved) if fit else None, why)
        for (name, _, reading), fit, why in zip(batch, fits, refused, strict=True)
    ]


def _each_for_itself(do: Callable[[Sequence[T]], Sequence[R]], batch: Sequence[T]) -> list[R | None]:
    """What is done with a batch in one transaction; where that fails, one by one, with None for those that fail.

    What is wrong with the store itself is raised: it would be wrong with each.
    """
    try:
        return list(do(batch))
    except Exception as error:
        if is_of_the_store(error):
            raise
        _log.exception("a batch of %d could not be written at once", len(batch))
    results: list[R | None] = []
    for one in batch:
        try:
            results += do([one])
        except Exception as error:
            if is_of_the_store(error):
                raise
            _log.exception("one of a batch could not be written")
            results.append(None)
    return results


def _taken(store: Store, name: str, reading: Reading, saved: Saved | None, refused: tuple[Issue, ...]) -> Taken:
    """What became of a file; one that was there already says since when."""
    if saved is _FAILED:
        return Taken(name, reading, None, (unexpected(),))
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
    return (issue.subject_id, issue.key) in saved.explained


def _has_place(reading: Reading, plan: Plan) -> bool:
    """Whether it is known whose return it is, of which round, and it says anything at all."""
    known_round = any(r.id == reading.round_id for r in plan.rounds)
    known_department = any(d.id == reading.department_id for d in plan.departments)
    return bool(reading.plan_id == plan.id and known_round and known_department and reading.answers)


def mend_return(
    store: Store,
    submission_id: str,
    mends: Sequence[Mend],
    act: Act,
    *,
    late: bool = True,
) -> tuple[Issue, ...]:
    """Put in what a person answered and check the new values as those of a file are checked; what forbids it."""
    stored = store.submission(submission_id)
    brief = store.snapshot(stored.reading.plan_id).brief(act.at.date())
    mends = (*mends, *worked_out(stored.reading, mends, brief))
    mends = (*mends, *lapsed(stored.reading, stored.open, mends, brief))
    raised = raised_by(stored.reading, stored.issues, mends, brief)
    return store.do(commands.mend, act, submission_id, mends, raised=raised, late=late)


def send_returns(
    store: Store,
    taken: Sequence[Taken],
    *,
    act: Act,
    tick: Callable[[str], None] = lambda _name: None,
    rights: Rights = FREE,
) -> list[Taken]:
    """Send every draft of a batch that may be sent; ``tick`` is called with each file's name, the rest say why not."""
    names = {t.saved.submission_id: t.filename for t in taken if t.saved and not t.saved.duplicate_of}
    ids = list(names)
    waiting = dict(names)

    def told(one: str) -> None:
        if name := waiting.pop(one, ""):  # a second try counts no file twice
            tick(name)

    def send(some: Sequence[str]) -> Sequence[Receipt | tuple[Issue, ...]]:
        return store.do(commands.send, act, some, Sending(late=rights.late), tick=told)

    sends = _each_for_itself(send, ids) if ids else ()
    results = {one: (unexpected(),) if result is None else result for one, result in zip(ids, sends, strict=True)}
    return [_sent(one, results.get(one.saved.submission_id) if one.saved else None) for one in taken]


def _sent(one: Taken, result: Receipt | tuple[Issue, ...] | None) -> Taken:
    """What became of a file once it was to be sent; None where it was not tried."""
    if isinstance(result, Receipt):
        return replace(one, sent=result)
    return replace(one, unsent=tuple(i for i in result or () if i not in one.issues))
