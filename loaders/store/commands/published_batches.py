"""Published figures in the store: a changed set of files is a new batch, and the newest one known is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import pandas as pd

from loaders.store.file.database import Connection, append, rows, value
from loaders.store.queries.facts import Batch, Facts
from loaders.store.queries.json_document import digest


class BenchmarkTables(Protocol):
    """The published figures, as :mod:`loaders.benchmarks.benchmark_files` gives them."""

    @property
    def series(self) -> pd.DataFrame:
        """One row for each series."""
        ...

    @property
    def values(self) -> pd.DataFrame:
        """One row for each value."""
        ...

    @property
    def breaks(self) -> pd.DataFrame:
        """One row for each break of a series."""
        ...


_BENCHMARK_TABLES = ("series", "series_values", "series_breaks")


def benchmark_hash(found: BenchmarkTables) -> str:
    """A hash of all published figures."""
    return digest("\n".join(t.to_csv(index=False) for t in (found.series, found.values, found.breaks)))


def newest_benchmark_hash(connection: Connection) -> str:
    """The hash of the batch stored last, empty where there is none."""
    found = value(connection, "SELECT hash FROM benchmark_batches ORDER BY batch DESC LIMIT 1")
    return str(found or "")


def store_benchmarks(connection: Connection, found: BenchmarkTables, at: datetime) -> None:
    """Append the published figures as a new batch, if they differ from the last one."""
    wanted = benchmark_hash(found)
    if wanted == newest_benchmark_hash(connection):
        return
    batch = 1 + int(value(connection, "SELECT count(*) FROM benchmark_batches"))
    append(connection, "benchmark_batches", [{"batch": batch, "hash": wanted, "recorded_at": at}])
    for table, frame in zip(_BENCHMARK_TABLES, (found.series, found.values, found.breaks), strict=True):
        known = _columns(connection, table)
        kept = frame[[c for c in frame.columns if c in known]]
        append(connection, table, kept.assign(batch=batch))


def batch_at(facts: Facts, moment: datetime) -> Batch | None:
    """The newest batch of published figures known at a moment."""
    known = [b for b in facts.benchmark_batches if b.batch == 1 or b.recorded_at <= moment]
    return max(known, key=lambda b: b.batch, default=None)


def read_benchmarks(connection: Connection, batch: Batch | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Series, values and breaks of a batch; without one there are none."""
    number = [batch.batch if batch else 0]
    tables = [
        connection.execute(f"SELECT * EXCLUDE (batch) FROM {t} WHERE batch = ? ORDER BY rowid", number).df()
        for t in _BENCHMARK_TABLES
    ]
    series, values, breaks = (_texts_filled(t) for t in tables)
    return series, values, breaks


def _columns(connection: Connection, table: str) -> set[str]:
    return {r["column_name"] for r in rows(connection, f"SELECT column_name FROM (DESCRIBE {table})")}


def _texts_filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts that are missing are empty texts, so that nobody prints nan."""
    texts = [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]
    return frame.assign(**{c: frame[c].fillna("") for c in texts if not pd.api.types.is_bool_dtype(frame[c])})
