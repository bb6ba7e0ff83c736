"""The Parquet export of a plan: a folder of files by table, plan and year, with the dictionary of their columns."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from kpi.assessment import Assessment
from loaders.documents.parquet.assessment_columns import ASSESSMENTS
from loaders.documents.parquet.card_columns import CARDS
from loaders.documents.parquet.observation_columns import OBSERVATIONS
from loaders.documents.parquet.parquet_column import Table
from loaders.documents.parquet.published_columns import PUBLISHED_VALUES
from loaders.documents.table_files import to_csv
from loaders.store.file.parquet_files import PARTITIONS, TypedTable, plan_folder, write_tables

#: The version of the layout. It rises when a column is renamed, retyped or means something else; a new one is added
#: without that, for ``union_by_name`` fills it.
LAYOUT = "1"
TABLES: tuple[Table[Any], ...] = (OBSERVATIONS, CARDS, ASSESSMENTS, PUBLISHED_VALUES)
DICTIONARY = "data_dictionary.csv"
#: Work in progress stands one folder deeper than an export, so that ``*/observations/**`` never finds half of one.
_WORK = ".kpi-export-"


class NotOurs(Exception):
    """Where the export is to go stands something that is not an earlier export of the same plan."""


def dictionary() -> pd.DataFrame:
    """Every column of every table: type, whether it is a folder's name, unit or codes, meaning and description."""
    headings = ["layout_version", "table", "column", "type", "partition", "unit_or_codes", "意味", "description"]
    rows = [
        (LAYOUT, t.name, c.name, c.type, "yes" if c.name in PARTITIONS else "", c.codes, c.meaning, c.description)
        for t in TABLES
        for c in t.columns
    ]
    return pd.DataFrame(rows, columns=headings)


def write_dataset(state: Assessment, folder: Path) -> Path:
    """Write a plan's tables; an earlier export of the same plan in the folder is replaced once the new one is whole.

    NotOurs where anything else stands there. OSError where it cannot be written: then all is as it was.
    """
    plan = state.snapshot.plan
    folder = folder.resolve()
    _refuse_others(folder, plan.id)
    with _working_beside(folder) as work:
        made = work / "new"
        made.mkdir()
        tables = (_typed(table, state) for table in TABLES)
        write_tables(made, plan.id, tables, {"layout_version": LAYOUT})
        (made / DICTIONARY).write_bytes(to_csv(dictionary()))
        _put_in_place(made, folder, work / "old")
    return folder


def _typed(table: Table[Any], state: Assessment) -> TypedTable:
    types = {name: kind for name, kind in table.types().items() if name != "plan_id"}
    at = [place for place, column in enumerate(table.columns) if column.name != "plan_id"]
    return TypedTable(table.name, types, [tuple(row[place] for place in at) for row in table.rows(state)])


def _refuse_others(folder: Path, plan_id: str) -> None:
    """A folder that is there must be empty, or hold an export of this plan and nothing besides."""
    if not os.path.lexists(folder) or not any(folder.iterdir()):
        return
    ours = [
        "|".join(table.name for table in TABLES), re.escape(plan_folder(plan_id)), r"year=(\d+|__\w+__)",
        r"data_\d+\.parquet",
    ]  # fmt: skip
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        known = len(parts) <= len(ours) and all(re.fullmatch(p, part) for p, part in zip(ours, parts, strict=False))
        if parts != (DICTIONARY,) and not known:
            raise NotOurs(str(path))
    if not (folder / DICTIONARY).is_file():
        raise NotOurs(str(folder))


@contextmanager
def _working_beside(folder: Path) -> Iterator[Path]:
    """A folder of its own on the same disk, which goes whatever happens. What the system refuses names ``folder``."""
    work = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(mkdtemp(prefix=_WORK, dir=folder.parent))
        yield work
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _put_in_place(made: Path, folder: Path, old: Path) -> None:
    """The new export takes the place at once; where it cannot, what stood there comes back."""
    try:
        if folder.exists():
            folder.rename(old)
        made.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
