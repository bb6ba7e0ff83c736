"""A value of a plan as the text of a cell of its workbook, and what a person wrote there as the files would say it.

Several texts stand on a line each; what breaks within one of them goes on behind a full-width space. Codes have the
words of :mod:`loaders.plan.plan_sheets`, periods those of the era; both are read by these, by their codes, and whatever
their width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kpi.period import Period
from kpi.plan import DatedName
from loaders.plan.plan_rows import BETWEEN, Rows, plain
from loaders.plan.plan_sheets import FLAGS, PlanSheet
from loaders.plan.tabular import (
    Coded,
    Column,
    Listed,
    OneOf,
    Row,
    day,
    fiscal_year,
    flag,
    half_year,
    mapping,
    milestones,
    number,
    period,
    semicolons,
    texts,
    whole,
    years,
)
from loaders.text.characters import canonical, fold

#: What is written in half-width letters, whatever somebody has typed.
_NARROW = (number, whole, period, fiscal_year, half_year, day, years, milestones)
#: What is a number in a cell.
NUMBERS = (number, whole)
#: The columns that point to other rows.
POINTING = frozenset({
    "field_id", "item_id", "department_id", "indicator_id", "initiative_id", "parent_id", "refers_to", "indicators",
    "related_indicators", "related_departments", "departments",
})  # fmt: skip
_GOES_ON = "\u3000"
_YES = {canonical(word): said for said, words in ((True, "はい true ○ 1"), (False, "いいえ false × 0"))
        for word in words.split()}  # fmt: skip


def sheet_rows(sheet: PlanSheet, rows: Rows) -> list[Row]:
    """The rows of a sheet: those of its table, a department laid out in one for each of its names."""
    own = rows[sheet.shape.table]
    if sheet.shape.table != "department":
        return own
    return [_named(row, name, first=place == 0) for row in own for place, name in enumerate(row["names"])]


def _named(row: Row, name: DatedName, *, first: bool) -> Row:
    said: Row = {"id": row["id"], "names": name.name, "valid_from": name.valid_from, "valid_to": name.valid_to}
    return said | {key: row[key] if first else type(row[key])() for key in ("aliases", "mail")}


def cell_text(sheet: PlanSheet, column: Column, value: Any) -> str:
    """What stands in a cell for a value; empty for what is not set."""
    words = sheet.words.get(column.key, {})
    match value:
        case bool():
            return FLAGS[value]
        case Mapping():
            return _lines(f"{key}={word}" for key, word in value.items())
        case Period():
            return _when(value)
        case tuple() if column.parse is milestones:
            return BETWEEN.join(f"{_when(when)}:{plain(aim)}" for when, aim in value)
        case tuple() if column.parse is texts or isinstance(column.parse, Listed):
            return _lines(words.get(one, one) for one in value)
        case tuple():
            return plain(tuple(words.get(one, one) for one in value))
        case str():
            return words.get(value, value)
        case _:
            return plain(value)


def written(sheet: PlanSheet, column: Column, text: str) -> object:
    """What a cell says, as a file would: what :func:`loaders.plan.tabular.convert` reads."""
    said = (sheet.former.get(column.key, {}), sheet.words.get(column.key, {}))
    codes = {canonical(word): code for words in said for code, word in words.items()}
    parse = column.parse
    if parse is texts or isinstance(parse, Listed):
        return [codes.get(canonical(one), one) for one in _parts(text)] or None
    if parse is mapping:
        pairs = [one.partition("=") for one in _parts(text)]
        return {key.strip(): word.strip() for key, sign, word in pairs if sign} if all(p[1] for p in pairs) else text
    if parse is flag:
        return _YES.get(canonical(text), text) if text.strip() else None
    if isinstance(parse, Coded):
        return BETWEEN.join(codes.get(canonical(one), one) for one in semicolons(text))
    if codes or isinstance(parse, OneOf):
        return codes.get(canonical(text), text)
    return fold(text) if parse in _NARROW or _is_id(column) else text


def _is_id(column: Column) -> bool:
    """Whether a column holds the id of its own row or of another one, which has half-width letters alone."""
    return column.key == "id" or column.key in POINTING


def _when(period: Period) -> str:
    """令和6年度, as people write it; read back it is the same period."""
    return period.label.partition("(")[0]


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part.replace("\n", f"\n{_GOES_ON}") for part in parts)


def _parts(text: str) -> list[str]:
    found: list[str] = []
    for line in text.split("\n"):
        if line.startswith(_GOES_ON) and found:
            found[-1] += f"\n{line[1:]}"
        elif line.strip():
            found.append(line)
    return found
