"""Rows of a plan's files as records with an address: decoding, TOML and CSV, and columns read by a table of shapes.

A row of a CSV and a table of a TOML file are the same thing here, so every check is written once. What cannot be
read becomes an :class:`Issue` that names file, line and column; the row goes without it, or is left out.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kpi.issue import Issue, Severity
from kpi.period import Period
from loaders.text.dates import read_period

Row = dict[str, Any]


class Unreadable(ValueError):
    """What a cell's parser raises: a code, what is wrong, and what to do. Caught in :func:`convert`."""

    def __init__(self, code: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.code, self.message, self.advice = code, message, advice


@dataclass(frozen=True)
class Record:
    """One row as it stands in its file. ``lines`` gives the line of a key where it is not the row's own."""

    file: str
    line: int
    values: Mapping[str, object]
    lines: Mapping[str, int] = field(default_factory=dict)

    def issue(self, code: str, column: str, message: str, advice: str, severity: Severity = Severity.FIX) -> Issue:
        """An issue at one column of this row."""
        line = self.lines.get(column, self.line)
        written = self.values.get(column, "")
        name = self.values.get("id", self.values.get("indicator_id", ""))
        return Issue(
            code, severity, message, advice, self.file, f"{line}行 {column}".strip(),
            "" if written is None else str(written), str(name), column,
        )  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: how its cell is read, and what stands for an empty one."""

    key: str
    parse: Callable[[object], Any]
    required: bool = False
    default: Any = None


def file_issue(code: str, file: str, message: str, advice: str, severity: Severity = Severity.FIX) -> Issue:
    """An issue about a whole file."""
    return Issue(code, severity, message, advice, file)


# ---- cells


def text(value: object) -> str:
    """A text. A number is taken as it is written, since ids and numbers may look like numbers."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value).strip()
    raise Unreadable("plan.not_text", "文字で書く欄に別の形の値があります。", '"…" で囲んだ文字にしてください。')


def texts(value: object) -> tuple[str, ...]:
    """A list of texts (TOML); an empty one says nothing and is none."""
    if isinstance(value, list):
        return tuple(one for v in value if (one := text(v)))
    raise Unreadable("plan.not_list", "文字の一覧を書く欄です。", '["…", "…"] の形で書いてください。')


def flag(value: object) -> bool:
    """A TOML boolean."""
    if isinstance(value, bool):
        return value
    raise Unreadable("plan.not_flag", "はい・いいえの欄です。", "true か false を書いてください。")


def number(value: object) -> float:
    """A plain finite number; digit grouping by commas is allowed."""
    written = str(value).strip()
    plain = written.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", written) else written
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", plain)):
        read = float(plain)
        if math.isfinite(read):
            return read
    advice = "半角の数だけを書いてください。単位は unit の列に書きます。"
    raise Unreadable("plan.not_number", f"数として読めません(「{written}」)。", advice)


def whole(value: object) -> int:
    """A whole number, zero or more."""
    read = number(value)
    if read != int(read) or read < 0:
        raise Unreadable(
            "plan.not_number", f"0以上の整数ではありません(「{value}」)。", "0以上の整数を書いてください。"
        )
    return int(read)


def semicolons(value: object) -> tuple[str, ...]:
    """Texts separated by ``;``."""
    return tuple(part for part in (text(p) for p in re.split(r"[;；\n]", str(value))) if part)


@dataclass(frozen=True)
class Coded:
    """Words that the program knows, separated by ``;``."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> tuple[str, ...]:
        """The words of a cell."""
        known = OneOf(self.words)
        return tuple(known(word) for word in semicolons(value))


def coded(*words: str) -> Coded:
    """Words that the program knows, separated by ``;``."""
    return Coded(words)


def years(value: object) -> tuple[int, ...]:
    """Years separated by ``;``."""
    return tuple(sorted(whole(part) for part in re.split(r"[;、\s]+", str(value).strip()) if part))


def period(value: object) -> Period:
    """A period whose days a calendar has: its code, or as people write it where that can be only one."""
    try:
        read = Period.parse(str(value).strip())
        _ = read.position  # a year that no calendar has is found here
        return read
    except ValueError:
        written = read_period(str(value))
        if written.period is not None and not written.findings:
            return written.period
        advice = (
            "年度は令和6年度か FY2024、暦年は令和6年か CY2024、半期は令和6年度上期か FY2024H1、月は 2024-09 のように"
            "書いてください。"
        )
        raise Unreadable("plan.not_period", f"時期として読めません(「{value}」)。", advice) from None


def day(value: object) -> date:
    """A date: TOML's own, or ``2024-04-01`` or ``2024/4/1`` as Excel leaves it."""
    match = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", str(value).strip())
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    advice = "実在する日付を 2024-04-01 のように書いてください。"
    raise Unreadable("plan.not_date", f"日付として読めません(「{value}」)。", advice)


def milestones(value: object) -> tuple[tuple[Period, float], ...]:
    """``FY2025:10;FY2026:20``."""
    pairs = [part.split(":") for part in str(value).split(";") if part.strip()]
    if any(len(pair) != 2 for pair in pairs):
        advice = "FY2025:10;FY2026:20 のように書いてください。"
        raise Unreadable("plan.not_milestones", "目安値として読めません。", advice)
    return tuple(sorted(((period(p), number(v)) for p, v in pairs), key=lambda pair: pair[0].position))


def fiscal_year(value: object) -> Period:
    """A fiscal year, ``FY2024`` or ``令和6年度``: what a plan's term is counted in."""
    read = period(value)
    if read.kind != "FY":
        advice = "令和6年度か FY2024 のように書いてください。"
        raise Unreadable("plan.not_period", f"年度ではありません(「{value}」)。", advice)
    return read


def half_year(value: object) -> Period:
    """A half-year, ``FY2024H1`` or ``R6上期``."""
    read = period(value)
    if read.kind != "H":
        raise Unreadable("plan.not_half", "半期ではありません。", "令和6年度上期か FY2024H1 のように書いてください。")
    return read


@dataclass(frozen=True)
class OneOf:
    """One of the words that the program knows."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> str:
        """The word of a cell."""
        if str(value).strip() in self.words:
            return str(value).strip()
        advice = f"{'、'.join(self.words)} のどれかを書いてください。"
        raise Unreadable("plan.unknown_word", f"使える語ではありません(「{value}」)。", advice)


def one_of(*words: str) -> OneOf:
    """One of the words that the program knows."""
    return OneOf(words)


@dataclass(frozen=True)
class Listed:
    """A list (TOML) of words that the program knows."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> tuple[str, ...]:
        """The words of a list."""
        known = OneOf(self.words)
        return tuple(known(word) for word in texts(value))


def listed(*words: str) -> Listed:
    """A list (TOML) of words that the program knows."""
    return Listed(words)


def mapping(value: object) -> dict[str, str]:
    """A TOML table of words."""
    if isinstance(value, dict) and all(isinstance(word, str) for word in value.values()):
        return dict(value)
    raise Unreadable("plan.not_words", "用語の表として読めません。", '鍵 = "語" の形で1行に1つずつ書いてください。')


# ---- rows


def convert(record: Record, columns: Iterable[Column]) -> tuple[Row, list[Issue]]:
    """The record's cells, read; the default stands for a cell that is empty or cannot be read."""
    row: Row = {}
    issues: list[Issue] = []
    for column in columns:
        row[column.key] = column.default
        written = record.values.get(column.key)
        if written is None or (isinstance(written, str) and not written.strip()):
            if column.required:
                advice = "この欄に値を書いてください。"
                issues.append(record.issue("plan.empty", column.key, f"{column.key} が空欄です。", advice))
            continue
        try:
            row[column.key] = column.parse(written)
        except Unreadable as error:
            issues.append(record.issue(error.code, column.key, error.message, error.advice))
    return row, issues


# ---- files


def decode(data: bytes, file: str) -> tuple[str | None, list[Issue]]:
    """The text of a file: UTF-8 with or without BOM, else CP932 as Excel saves it (with a note)."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        content = data.decode("cp932")
    except UnicodeDecodeError:
        message = "文字コードがUTF-8でもShift_JISでもないため読めません。"
        return None, [file_issue("plan.encoding", file, message, "文字コードをUTF-8にして保存し直してください。")]
    message = "文字コードをShift_JIS(CP932)として読みました。"
    advice = "画面の文字が化けている場合は、UTF-8で保存し直してください。"
    return content, [file_issue("plan.cp932", file, message, advice, Severity.NOTE)]


def read_text(path: Path) -> tuple[str | None, list[Issue]]:
    """The decoded text of a file that must be there."""
    try:
        data = path.read_bytes()
    except OSError:
        advice = "計画のフォルダにこの名前のファイルを置いてください。"
        return None, [file_issue("plan.missing_file", path.name, f"{path.name} がないか、開けません。", advice)]
    return decode(data, path.name)


def read_csv(path: Path, columns: Sequence[Column]) -> tuple[list[Record], list[Issue]]:
    """The rows of a CSV file, blank ones left out. A missing column that must be there means no rows."""
    content, issues = read_text(path)
    if content is None:
        return [], issues
    reader = csv.reader(io.StringIO(content, newline=""))
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        message, advice = "CSVとして読めません。", '引用符(")の対応と改行を確かめてください。'
        return [], [*issues, Issue("plan.csv_syntax", Severity.FIX, message, advice, path.name, f"{reader.line_num}行")]
    head = [cell.strip() for cell in rows[0][1]] if rows else []
    faults = _head_issues(path.name, head, columns)
    if any(issue.severity is Severity.FIX for issue in faults):
        return [], issues + faults
    records, wide = _records(path.name, head, rows[1:])
    return records, issues + faults + wide


def _head_issues(file: str, head: list[str], columns: Sequence[Column]) -> list[Issue]:
    """What is wrong with a heading row: a column absent, twice, or unknown (a misspelt one, usually)."""
    known = {column.key: column for column in columns}
    absent = [key for key, column in known.items() if column.required and key not in head]
    twice = sorted({key for key in head if key and head.count(key) > 1})
    strange = [key for key in head if key and key not in known]
    add = "1行目の見出しにこの列を加え、各行に値を書いてください。"
    spell = "見出しの綴りを確かめてください。不要な列なら消してください。"
    found = [
        *(("plan.missing_column", Severity.FIX, key, "がありません。", add) for key in absent),
        *(("plan.duplicate_column", Severity.FIX, key, "が2つ以上あります。", "1つにしてください。") for key in twice),
        *(("plan.unknown_column", Severity.ASK, key, "は使われません。", spell) for key in strange),
    ]
    return [
        Issue(code, severity, f"列 {key} {says}", advice, file, f"1行 {key}", key=key)
        for code, severity, key, says, advice in found
    ]


def _records(file: str, head: list[str], rows: list[tuple[int, list[str]]]) -> tuple[list[Record], list[Issue]]:
    records: list[Record] = []
    issues: list[Issue] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        record = Record(file, line, dict(zip(head, cells, strict=False)))
        if any(cell.strip() for cell in cells[len(head) :]):
            message = f"見出しは{len(head)}列ですが、この行は{len(cells)}列あります。"
            advice = '値の中のコンマを "…" で囲み、列のずれを直してください。'
            issues.append(record.issue("plan.row_width", "", message, advice))
        else:
            records.append(record)
    return records, issues


def read_toml(path: Path) -> tuple[dict[str, list[Record]] | None, list[Issue]]:
    """The tables of a TOML file by name, each a list of records with the line it stands on. None: unreadable."""
    content, issues = read_text(path)
    if content is None:
        return None, issues
    try:
        parsed = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        at = f"{place[1]}行 {place[2]}文字目" if place else f"{content.count(chr(10)) + 1}行"
        message = "TOMLとして読めません。この計画は開けません。"
        advice = f"{at}の近くの引用符、かっこ、= の対応と、同じ名前の繰り返しがないかを確かめてください。"
        return None, [*issues, Issue("plan.toml_syntax", Severity.FIX, message, advice, path.name, at)]
    lines = content.splitlines()
    return {name: list(_toml_records(path.name, name, value, lines)) for name, value in parsed.items()}, issues


def _toml_records(file: str, name: str, value: object, lines: list[str]) -> Iterable[Record]:
    heads = [n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[\[?\s*{re.escape(name)}\s*\]", line)]
    tables = value if isinstance(value, list) else [value]
    for index, table in enumerate(tables):
        start = heads[index] if index < len(heads) else 1
        if not isinstance(table, dict):
            yield Record(file, start, {name: table})
            continue
        places: dict[str, int] = {}
        for n, line in enumerate(lines[start:], start + 1):
            if line.lstrip().startswith("[") and "=" not in line:
                break
            if found := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
                places.setdefault(found[1], n)
        yield Record(file, start, table, places)
