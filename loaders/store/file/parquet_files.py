"""Tables as Parquet files, one folder for each plan and year (``plan_id=…/year=…``), written by DuckDB itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb

from loaders.store.file.engine import Connection

#: The columns that stand in the names of the folders and, as Hive has it, not in the files.
PARTITIONS = ("plan_id", "year")
#: What Hive calls the folder of rows without a value of the partition.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

#: What the system may refuse: DuckDB passes it on as its words alone.
_REFUSALS = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT,
)  # fmt: skip


@dataclass(frozen=True)
class TypedTable:
    """A table of one plan: the type of each column by DuckDB's name, ``year`` among them, and rows in their order."""

    name: str
    types: Mapping[str, str]
    rows: Sequence[Sequence[object]]


def plan_folder(plan_id: str) -> str:
    """The name of a plan's folder; letters that a path would read as its own are escaped as DuckDB escapes them."""
    return f"plan_id={quote(plan_id, safe='')}"


def write_tables(folder: Path, plan_id: str, tables: Iterable[TypedTable], notes: Mapping[str, str]) -> None:
    """Write tables into an empty folder; ``notes`` (plain words) stand in the metadata of every file.

    A table without rows has one file that tells its columns. One thread writes, so that the same rows give the same
    files. OSError where the system refuses.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false", "threads": 1}
    with _refusals_told(folder), duckdb.connect(config=config) as connection:
        connection.execute("SET enable_progress_bar = false")
        for table in tables:
            place = folder / table.name / plan_folder(plan_id)
            place.mkdir(parents=True)
            _write(connection, place, table, notes)


def _write(connection: Connection, place: Path, table: TypedTable, notes: Mapping[str, str]) -> None:
    """Column by column and cast to its type, so that one in which nothing stands has it too."""
    kept = ", ".join(f"{key}: '{word}'" for key, word in notes.items())
    options = f"FORMAT parquet, KV_METADATA {{{kept}}}"
    told = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.types)
    given = dict(zip(table.types, told, strict=True))
    if table.rows:
        options = f"{options}, PARTITION_BY (year)"
    else:
        del given["year"]
        place = place / f"year={NO_VALUE}" / "data_0.parquet"
        place.parent.mkdir()
    columns = ", ".join(f'unnest(CAST(${name} AS {table.types[name]}[])) AS "{name}"' for name in given)
    quoted = str(place.absolute()).replace("'", "''")
    values = {name: [_carried(value) for value in column] for name, column in given.items()}
    connection.execute(f"COPY (SELECT {columns}) TO '{quoted}' ({options})", values)


def _carried(value: object) -> object:
    """Decimals travel as text: DuckDB would make one type of those that stand in a list."""
    return f"{value:f}" if isinstance(value, Decimal) else value


@contextmanager
def _refusals_told(folder: Path) -> Iterator[None]:
    """What the system refuses DuckDB, as Python tells it."""
    try:
        yield
    except duckdb.IOException as error:
        number = next((n for n in _REFUSALS if os.strerror(n) in str(error)), errno.EIO)
        raise OSError(number, os.strerror(number), str(folder)) from error
