"""A plan's folder read into :class:`kpi.plan.Plan`, taking what is sound and reporting the rest with its address.

``plan.toml`` holds the text, fields, departments, rounds and words; ``indicators.csv``, ``ownership.csv``,
``initiatives.csv`` and ``assumptions.csv`` one row each of theirs. Only a plan.toml that cannot be read, or that does
not tell the plan's years, leaves no plan at all.
"""

from __future__ import annotations

from pathlib import Path

from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.plan.columns import CSV_SHAPES, TOML_SHAPES, WORDS, Shape
from loaders.plan.columns import PLAN as PLAN_SHAPE
from loaders.plan.plan_tables import plan_of
from loaders.plan.tabular import Record, read_csv, read_toml

PLAN_FILE = PLAN_SHAPE.file


def plan_folders(data: Path) -> tuple[Path, ...]:
    """The folders under ``data/plans`` that hold a plan, by name."""
    plans = data / "plans"
    return tuple(sorted(path.parent for path in plans.glob(f"*/{PLAN_FILE}"))) if plans.is_dir() else ()


def load_plan(folder: Path) -> tuple[Plan | None, tuple[Issue, ...]]:
    """The plan of a folder (its id is the folder's name), and all that is wrong with its files."""
    tables, issues = read_toml(folder / PLAN_FILE)
    if tables is None:
        return None, tuple(issues)

    def records(shape: Shape) -> tuple[list[Record], list[Issue]]:
        if shape in CSV_SHAPES:
            return read_csv(folder / shape.file, shape.columns)
        return tables.get(shape.table, []), []

    plan, found = plan_of(folder.name, records)
    strange = [] if plan is None else _unknown_tables(tables)
    return plan, (*issues, *strange, *found)


def _unknown_tables(tables: dict[str, list[Record]]) -> list[Issue]:
    """Tables of plan.toml that nobody reads: usually misspelt ones."""
    known = {shape.table for shape in (*TOML_SHAPES, WORDS)}
    spell = "見出しの綴りを確かめてください。"
    return [
        records[0].issue("plan.unknown_table", "", f"[{name}] は使われません。", spell, Severity.ASK)
        for name, records in tables.items()
        if name not in known and records
    ]  # fmt: skip
