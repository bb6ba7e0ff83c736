"""A plan written as the files of its folder, which read back as the same plan."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from kpi.period import Period
from kpi.plan import DatedName, Plan
from loaders.plan.columns import CSV_SHAPES, PLAN, TOML_SHAPES, WORDS, Shape
from loaders.plan.plan_rows import decimal, plain, rows_of
from loaders.plan.tabular import Coded, Column, Row, semicolons
from loaders.text.characters import writable


def write_folder(folder: Path, plan: Plan) -> tuple[Path, ...]:
    """Write the files of a plan into a new folder; their paths. FileExistsError where there is a plan already."""
    rows = rows_of(plan)
    files = {PLAN.file: _toml(rows).encode()}
    files |= {shape.file: _csv(shape, rows[shape.table]) for shape in CSV_SHAPES}
    if any((folder / name).exists() for name in files):
        raise FileExistsError(17, "File exists", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return tuple(folder / name for name in files)


def _csv(shape: Shape, rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.key for column in shape.columns])
    writer.writerows([writable(plain(row[column.key])) for column in shape.columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # with its mark Excel opens it as what it is


def _toml(rows: Mapping[str, list[Row]]) -> str:
    lines: list[str] = []
    for shape in TOML_SHAPES:
        for row in rows[shape.table]:
            lines += [f"[[{shape.table}]]" if shape.key else f"[{shape.table}]", *_lines(shape, row), ""]
    lines += [f"[{WORDS.table}]", *(f"{_text(row['key'])} = {_text(row['word'])}" for row in rows[WORDS.table])]
    return "\n".join(lines) + "\n"


def _lines(shape: Shape, row: Row) -> Iterator[str]:
    """What differs from what stands for an empty column."""
    for column in shape.columns:
        value = row[column.key]
        if column.required or (value != column.default and value is not None):
            yield f"{column.key} = {_value(column, value)}"


def _value(column: Column, value: object) -> str:
    if column.parse is semicolons or isinstance(column.parse, Coded):
        return _text(plain(value))
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return decimal(value)
        case Period():
            return _text(value.code)
        case date():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{_text(str(k))} = {_text(str(v))}" for k, v in value.items()) + " }"
        case tuple():
            return "[" + ", ".join(_name(one) if isinstance(one, DatedName) else _text(str(one)) for one in value) + "]"
        case _:
            return _text(str(value))


def _name(one: DatedName) -> str:
    told = [f"name = {_text(one.name)}"]
    told += [f"{key} = {day.isoformat()}" for key in ("valid_from", "valid_to") if (day := getattr(one, key))]
    return "{ " + ", ".join(told) + " }"


def _text(text: str) -> str:
    """A basic string of TOML, which is one of JSON but for a sign that JSON does not escape."""
    return json.dumps(writable(text), ensure_ascii=False).replace("\x7f", "\\u007f")
