"""What a child process has found in a workbook, and how it is told: JSON with every text sent once.

Each text, formula and format stands in one table and cells hold its number. So a text of 30,000 characters that
200,000 cells share costs 30,000 characters, here and in the parent.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from loaders.workbook.areas import covering
from loaders.workbook.isolation.preflight import Limits, Refused
from loaders.workbook.rich_text import Runs

#: Stands for a formula whose text cannot be had: an .xls tells where formulas are and what they gave.
UNTOLD = "=…"
#: A cell's kind travels as its place in this tuple.
KINDS: tuple[Literal["text", "number", "bool", "date", "error", "uncached"], ...] = (
    "text",
    "number",
    "bool",
    "date",
    "error",
    "uncached",
)

_PLACES: dict[str, int] = {kind: place for place, kind in enumerate(KINDS)}


def column_letters(column: int) -> str:
    """``1`` → ``A``, ``27`` → ``AA``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


#: Kind, value, format and formula.
GridCell = tuple[str, str | float | None, str, str]


@dataclass
class GridSheet:
    """One sheet being read; rows and columns count from 1."""

    name: str
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    cells: dict[tuple[int, int], GridCell] = field(default_factory=dict)
    covered: dict[tuple[int, int], GridCell] = field(default_factory=dict)
    # runs of texts in which something is struck through or raised; ``(("", "struck"),)`` of a number struck through
    runs: dict[tuple[int, int], Runs] = field(default_factory=dict)
    # what is drawn on the sheet or attached to it: kind, address, words
    attached: list[tuple[str, str, str]] = field(default_factory=list)
    unread: bool = False  # not all that is drawn could be read
    stale: bool = False  # what formulas have resulted in may be out of date

    def set_covered_apart(self) -> None:
        """Move what lies under a merged area, and is seen by nobody, from ``cells`` to ``covered``."""
        corners = Counter((top, left) for top, left, _, _ in self.merged)
        for place, areas in covering(self.merged, self.cells).items():
            if areas > corners[place]:
                self.covered[place] = self.cells.pop(place)


@dataclass
class Grid:
    """One workbook being read. ``notes`` are pairs of a code and a detail."""

    format: str
    sheets: list[GridSheet] = field(default_factory=list)
    charts: list[GridSheet] = field(default_factory=list)  # sheets that are no tables, with what is drawn on them
    notes: list[tuple[str, str]] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)  # of the document, as far as a person writes in them
    names: list[tuple[str, str]] = field(default_factory=list)  # defined names, a sheet's own too, and what they mean
    as_shown: bool = False  # whether formulas calculate with what the formats show

    def tell(self, limits: Limits) -> bytes:
        """The workbook as JSON bytes for the parent."""
        table: dict[str, int] = {}

        def number(text: str) -> int:
            return table.setdefault(text, len(table))

        runs: dict[Runs, int] = {}
        charts = [_sheet(sheet, number, runs) for sheet in self.charts]
        sheets = [_sheet(sheet, number, runs) for sheet in self.sheets]
        told = [[(number(text), how) for text, how in one] for one in runs]
        if sum(map(len, table)) > limits.texts:
            raise Refused("too_many_cells")
        notes = self.notes + [("drawings", sheet.name) for sheet in self.sheets + self.charts if sheet.unread]
        body = {
            "format": self.format,
            "notes": notes,
            "properties": self.properties,
            "names": self.names,
            "as_shown": self.as_shown,
            "sheets": sheets,
            "charts": charts,
            "runs": told,
            "texts": list(table),
        }
        return json.dumps(
            body, ensure_ascii=True, separators=(",", ":"), allow_nan=False, check_circular=False
        ).encode()


def _sheet(sheet: GridSheet, number: Any, runs: dict[Runs, int]) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "stale": sheet.stale,
        "rows": sorted(sheet.hidden_rows),
        "columns": sorted(sheet.hidden_columns),
        "merged": sheet.merged,
        "comments": [(row, column, number(text)) for (row, column), text in sheet.comments.items()],
        "cells": _flat(sheet.cells, number),
        "covered": _flat(sheet.covered, number),
        "runs": [(row, column, runs.setdefault(own, len(runs))) for (row, column), own in sheet.runs.items()],
        "attached": [(kind, ref, number(text)) for kind, ref, text in sheet.attached],
    }


def _flat(cells: dict[tuple[int, int], GridCell], number: Any) -> list[int | float | None]:
    flat: list[int | float | None] = []
    for (row, column), (kind, value, code, formula) in cells.items():
        told = number(value) if isinstance(value, str) else value
        flat += (row, column, _PLACES[kind], told, number(code), number(formula))
    return flat
