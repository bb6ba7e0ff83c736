"""Data folders of the real plan, and a store with the samples in it that is made once in a run of the tests."""

from __future__ import annotations

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from loaders.sample_rounds import load_samples
from loaders.service import open_store

DATA = Path(__file__).resolve().parents[1] / "data"
PARTS = ("plans", "benchmarks", "samples")
AT = datetime(2026, 11, 21, 9)


def with_files(folder: Path, *parts: str) -> Path:
    """A folder with copies of the files that the program comes with, or of some of them, and no store."""
    for part in parts or PARTS:
        shutil.copytree(DATA / part, folder / part)
    return folder


def with_store(folder: Path) -> Path:
    """The same with a store of its own, without a return in it."""
    shutil.copy(Path(_made(samples=False).name) / "kpi.duckdb", with_files(folder))
    return folder


def with_samples(folder: Path) -> Path:
    """The same with the samples in its store."""
    shutil.copy(Path(_made(samples=True).name) / "kpi.duckdb", with_files(folder))
    return folder


@cache
def _made(*, samples: bool) -> TemporaryDirectory[str]:
    """Kept as long as the run lasts."""
    folder = TemporaryDirectory()
    data = with_files(Path(folder.name))
    store = open_store(data, at=AT)
    if samples:
        load_samples(store, data, store.plan_ids()[0], at=AT)
    return folder
