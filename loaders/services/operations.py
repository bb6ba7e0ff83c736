"""What screens and command line both do, so that it stands once: open the store, make forms, export, rebuild."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from kpi.collection.acts import Act
from kpi.collection.scope import departments_asked, divisions_asked
from kpi.collection.workflow import Reading
from kpi.initiatives.continuity import lost
from kpi.issue import Issue, Severity
from kpi.place import Place
from kpi.plan import Plan
from kpi.snapshot import Snapshot
from loaders import settings
from loaders.benchmarks.benchmark_files import Benchmarks, load_benchmarks
from loaders.documents.export import write_folder
from loaders.documents.packing import zipped
from loaders.form.writing.writer import form_filename, write_form
from loaders.plan.folder import load_plan, plan_folders
from loaders.services.batch_reading import read_book
from loaders.services.nightly import copies_folder
from loaders.store import Store
from loaders.workbook.cells import Reader

DATABASE = "kpi.duckdb"


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
    return Data(tuple(plans), benchmarks, (*issues, *_lost(plans), *found))


def _lost(plans: Sequence[Plan]) -> Iterator[Issue]:
    """Initiatives and indicators that carry on one which the other plan does not have."""
    work = ((*told, "取組", "initiatives.csv") for told in lost(plans, lambda plan: plan.initiatives))
    measured = ((*told, "指標", "indicators.csv") for told in lost(plans, lambda plan: plan.indicators))
    for plan, one, named, word, file in (*work, *measured):
        message = f"{word}「{one.name}」の continues にある「{named}」がありません。"
        advice = f"計画のID/{word}のid の形で、綴りを確かめてください。"
        yield Issue(
            "plan.unknown_reference", Severity.ASK, message, advice,
            f"{plan.id}/{file}", value=named, subject_id=one.id, key="continues",
        )  # fmt: skip


def store_of(data: Path, db: Path | None = None, wait: float = 10.0) -> Store:
    """The store of a data folder as it is. The nightly copies are of the folder's own store and of no other."""
    own = data / DATABASE
    ours = db is None or db.absolute() == own.absolute()
    return Store(db or own, wait, copies_folder() if ours else None)


def open_store(
    data: Path, db: Path | None = None, *, at: datetime | None = None, wait: float = 10.0, loaded: Data | None = None
) -> Store:
    """The store of a data folder, made on the first start and brought up to what the files say.

    ``loaded`` is what they say, where somebody has read them already. StoreError where the store cannot be read, or is
    gone while there are traces of it.
    """
    store = store_of(data, db, wait)
    loaded = loaded or load_data(data)
    store.init(loaded.plans, loaded.benchmarks, Act("", at or settings.now()))
    return store


# --- forms ---------------------------------------------------------------------------------------------------------


def make_form(
    snapshot: Snapshot, place: Place, *, day: date, answers: Mapping[str, Mapping[str, object]] | None = None
) -> tuple[str, bytes]:
    """The form of one department, or of one of its 課, for one round, filled in with answers: file name and bytes."""
    brief = snapshot.brief(day)
    own = place.round_id, place.department_id
    name = form_filename(brief.plan, day, *own, division_id=place.division_id)
    return name, write_form(brief, *own, division_id=place.division_id, answers=answers)


def make_forms(snapshot: Snapshot, round_id: str, *, day: date) -> bytes:
    """The forms of all departments that a round asks for something, and of their 課, as one zip."""
    plan, cards = snapshot.plan, snapshot.cards
    asked = plan.round(round_id)
    forms = [
        make_form(snapshot, Place(plan.id, round_id, department.id, division), day=day)
        for department in departments_asked(plan, asked, day, cards)
        for division in ("", *(v.id for v in divisions_asked(plan, asked, department.id, day, cards)))
    ]
    return zipped(forms, day)


def forms_name(snapshot: Snapshot, round_id: str, *, day: date) -> str:
    """The file name of the zip of all departments' forms."""
    first = next(d.id for d in snapshot.plan.departments)
    name = form_filename(snapshot.plan, day, round_id, first)
    return name.removesuffix(f"_{snapshot.plan.department(first).name(day)}.xlsx") + ".zip"


# --- export, rebuild ------------------------------------------------------------------------------------------------


def export(store: Store, plan_id: str, folder: Path) -> tuple[Path, ...]:
    """Write the tables of a plan into a folder."""
    return write_folder(store.snapshot(plan_id), folder)


def rebuild(store: Store, dest: Path, tick: Callable[[], None] = lambda: None) -> tuple[Issue, ...]:
    """Make the store anew from its originals and compare."""
    with Reader(workers=1) as reader:

        def opens(files: Iterable[tuple[str, bytes]]) -> Iterator[Callable[..., Reading]]:
            for _, _, book in reader.read_all(files):
                yield partial(read_book, book)

        return store.rebuild(dest, opens, tick)
