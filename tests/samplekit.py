"""Data folders of a toy plan as large as a real one, and a store with its samples that is made once in a run.

``tests/plans/prefecture`` began as a copy of the plan that the program comes with and stays as it is when that one
changes: every kind of indicator, department and round stands in it, and tests may name each. Its samples are made from
``prefecture-samples.csv`` as the program makes its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpi.collection.acts import Act
from loaders.services.operations import DATABASE, open_store
from loaders.services.samples.sample_files import VALUES, build
from loaders.services.samples.sample_rounds import load_samples
from loaders.store import Store
from loaders.store.file.lock import FileLock
from tests import ROOT

PLANS = ROOT / "tests" / "plans"
PLAN = "prefecture"
#: What stands in a data folder; all but the last is at hand.
PARTS = ("plans", "benchmarks", "samples")
MERE = PARTS[:2]
_SOURCES = {"plans": (PLANS / PLAN, PLAN), "benchmarks": (ROOT / "data" / "benchmarks", "")}
AT = datetime(2026, 11, 21, 9)
#: Names the folder that the processes of a run share.
SHARED = "KPI_TESTS_SHARED"


def data_folder() -> Path:
    """A folder of the toy plan's files, to be read only."""
    return _once("data", _files)


def with_files(folder: Path, *parts: str) -> Path:
    """A folder of one's own with those files, or with some of them, and no store. Samples take long to be made."""
    for part in parts or PARTS:
        source, below = _SOURCES.get(part) or (data_folder() / part, "")
        shutil.copytree(source, folder / part / below)
    return folder


def with_store(folder: Path) -> Path:
    """The same with a store of its own, without a return in it."""
    shutil.copy(_once("bare.duckdb", lambda made: _store(made, samples=False)), with_files(folder) / DATABASE)
    return folder


def with_samples(folder: Path) -> Path:
    """The same with the samples in its store."""
    shutil.copy(_once("samples.duckdb", lambda made: _store(made, samples=True)), with_files(folder) / DATABASE)
    return folder


def store_of(data: Path) -> Store:
    """The store that stands in a data folder, which need not be compared with the folder's files again."""
    return Store(data / DATABASE)


def _files(folder: Path) -> None:
    with_files(folder, *MERE)
    (folder / "samples").mkdir()
    shutil.copy(PLANS / f"{PLAN}-samples.csv", folder / "samples" / VALUES)
    build(folder, folder / "samples")


def _store(path: Path, *, samples: bool) -> None:
    with TemporaryDirectory(dir=path.parent) as folder:
        data = with_files(Path(folder), *(PARTS if samples else MERE))
        store = open_store(data, at=AT)
        if samples:
            load_samples(store, data, PLAN, Act("", AT))
        store.path.replace(path)


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """Made by whichever process of a run needs it first, and kept as long as the run lasts: it takes many seconds."""
    shared = Path(os.environ.get(SHARED) or _own().name)
    made, whole = shared / name, shared / f"{name}.whole"
    with FileLock(shared / f"{name}.made", 300.0).exclusive():
        if not whole.exists():
            make(made)
            whole.touch()
    return made


@cache
def _own() -> TemporaryDirectory[str]:
    return TemporaryDirectory()
