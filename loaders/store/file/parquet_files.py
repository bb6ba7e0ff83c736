"""Tables as Parquet files, one folder for each plan and year (``plan_id=…/year=…``), written by DuckDB itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import duckdb
import numpy as np

from loaders.store.file.engine import Connection

#: The columns that the folders are named after. They stand in the files too, for who reads one file, or reads them
#: with an engine that does not know Hive's names.
PARTITIONS = ("plan_id", "year")
#: What Hive calls the folder of rows without a value of the partition.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

#: What the system may refuse: DuckDB passes it on as its words alone.
_REFUSALS = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT,
)  # fmt: skip
#: One thread writes, so that the same rows give the same files.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": 1,
}


@dataclass(frozen=True)
class TypedTable:
    """A table of one plan: the type of each column by DuckDB's name, :data:`PARTITIONS` among them, and its values.

    ``columns`` has the values of each column in the order of the rows, None where there is none.
    """

    name: str
    types: Mapping[str, str]
    columns: Mapping[str, Sequence[object]]


def plan_folder(plan_id: str) -> str:
    """The name of a plan's folder; letters that a path would read as its own are escaped as DuckDB escapes them."""
    return f"plan_id={quote(plan_id, safe='')}"


def write_tables(folder: Path, plan_id: str, tables: Iterable[TypedTable], notes: Mapping[str, str]) -> None:
    """Write tables into an empty folder; ``notes`` (plain words) stand in the metadata of every file.

    A table without rows has one file that tells its columns. OSError where the system refuses.
    """
    with _refusals_told(folder), _database().cursor() as connection:
        for table in tables:
            place = folder / table.name
            place.mkdir(parents=True)
            _write(connection, place, plan_id, table, notes)


@cache
def _database() -> Connection:
    """A DuckDB of its own, started once: that takes as long as writing an export. It holds nothing."""
    database = duckdb.connect(config=_CONFIG)
    database.execute("SET enable_progress_bar = false")
    # It would guess a column's type from some of its rows; all come as text, and say themselves what they are.
    database.execute("SET pandas_analyze_sample = 0")
    return database


def _write(connection: Connection, place: Path, plan_id: str, table: TypedTable, notes: Mapping[str, str]) -> None:
    """Every value travels as text and is cast to its type: exact, and also where nothing stands in a column."""
    kept = ", ".join(f"{key}: '{word}'" for key, word in notes.items())
    options = f"FORMAT parquet, KV_METADATA {{{kept}}}"
    if any(table.columns.values()):
        options = f"{options}, PARTITION_BY ({', '.join(PARTITIONS)}), WRITE_PARTITION_COLUMNS true"
    else:
        place = place / plan_folder(plan_id) / f"year={NO_VALUE}" / "data_0.parquet"
        place.parent.mkdir(parents=True)
    connection.register("texts", {name: _texts(table.columns[name]) for name in table.types})
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in table.types.items())
    quoted = str(place.absolute()).replace("'", "''")
    connection.execute(f"COPY (SELECT {columns} FROM texts) TO '{quoted}' ({options})")


def _texts(values: Sequence[object]) -> np.ndarray:
    return np.array([None if value is None else str(value) for value in values], dtype=object)


@contextmanager
def _refusals_told(folder: Path) -> Iterator[None]:
    """What the system refuses DuckDB, as Python tells it."""
    try:
        yield
    except duckdb.IOException as error:
        number = next((n for n in _REFUSALS if os.strerror(n) in str(error)), errno.EIO)
        raise OSError(number, os.strerror(number), str(folder)) from error
