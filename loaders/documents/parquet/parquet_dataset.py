"""The Parquet export of a plan: a folder of files by table, plan and year, with the dictionary of their columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.assessment import Assessment
from loaders.documents.parquet.assessment_columns import ASSESSMENTS
from loaders.documents.parquet.card_columns import CARDS
from loaders.documents.parquet.export_folder import DICTIONARY, replaced
from loaders.documents.parquet.observation_columns import OBSERVATIONS
from loaders.documents.parquet.parquet_column import Table
from loaders.documents.parquet.published_columns import PUBLISHED_VALUES
from loaders.documents.table_files import to_csv
from loaders.store.file.parquet_files import PARTITIONS, TypedTable, write_tables

#: The version of the layout. It rises when a column is renamed, retyped or means something else; a new one is added
#: without that, for ``union_by_name`` fills it.
LAYOUT = "1"
TABLES: tuple[Table[Any], ...] = (OBSERVATIONS, CARDS, ASSESSMENTS, PUBLISHED_VALUES)


@cache
def _dictionary_file() -> bytes:
    return to_csv(dictionary())


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
    plan_id, folder = state.snapshot.plan.id, folder.resolve()

    def write(made: Path) -> None:
        write_tables(made, plan_id, (_typed(table, state) for table in TABLES), {"layout_version": LAYOUT})
        (made / DICTIONARY).write_bytes(_dictionary_file())

    replaced(folder, plan_id, [table.name for table in TABLES], _dictionary_file().partition(b",")[0], write)
    return folder


def _typed(table: Table[Any], state: Assessment) -> TypedTable:
    return TypedTable(table.name, table.types(), table.told(state))
