"""Data folders of the real plan, and a store with the samples in it that is made once in a run of the tests."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpi.collection.acts import Act
from loaders.services.operations import DATABASE, open_store
from loaders.services.sample_rounds import load_samples
from loaders.store import Store
from loaders.store.file.lock import FileLock
from tests import ROOT

DATA = ROOT / "data"
PARTS = ("plans", "benchmarks", "samples")
AT = datetime(2026, 11, 21, 9)
#: Names the folder that the processes of a run share.
SHARED = "KPI_TESTS_SHARED"


def with_files(folder: Path, *parts: str) -> Path:
    """A folder with copies of the files that the program comes with, or of some of them, and no store."""
    for part in parts or PARTS:
        shutil.copytree(DATA / part, folder / part)
    return folder


def with_store(folder: Path) -> Path:
    """The same with a store of its own, without a return in it."""
    shutil.copy(_made(samples=False), with_files(folder) / DATABASE)
    return folder


def with_samples(folder: Path) -> Path:
    """The same with the samples in its store."""
    shutil.copy(_made(samples=True), with_files(folder) / DATABASE)
    return folder


def store_of(data: Path) -> Store:
    """The store that stands in a data folder, which need not be compared with the folder's files again."""
    return Store(data / DATABASE)


@cache
def _made(*, samples: bool) -> Path:
    """Made by whichever process of a run needs it first, and kept as long as the run lasts: it takes many seconds."""
    shared = os.environ.get(SHARED) or _own().name
    made = Path(shared) / ("samples.duckdb" if samples else "bare.duckdb")
    with FileLock(made, 300.0).exclusive():
        if not made.exists():
            with TemporaryDirectory(dir=shared) as folder:
                data = with_files(Path(folder))
                store = open_store(data, at=AT)
                if samples:
                    load_samples(store, data, store.plan_ids()[0], Act("", AT))
                store.path.replace(made)
    return made


@cache
def _own() -> TemporaryDirectory[str]:
    return TemporaryDirectory()
