"""``data/benchmarks``: three CSV files to :class:`kpi.compare.published.Benchmarks`.

What is wrong is an issue with file, row, column and what to do; every sound row is kept.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from kpi.collection.workflow import RELEASE_WORDS
from kpi.compare.published import BREAK_COLUMNS, CONFIDENCE_WORDS, SERIES_COLUMNS, VALUE_COLUMNS, Benchmarks
from kpi.issue import Issue, Severity
from kpi.period import Period

__all__ = ["AREAS", "Benchmarks", "load_benchmarks"]

_AREA_NAMES = """
全国 北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県
千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県
三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県
徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
"""
#: JIS X 0401: the code is the place in the list; 00 is the nation.
AREAS: Mapping[str, str] = {f"{code:02d}": name for code, name in enumerate(_AREA_NAMES.split())}
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DIRECTIONS = ("increase", "decrease", "maintain")
_BOOLEANS = {"true": True, "false": False, "": False}


@dataclass(frozen=True)
class _Row:
    """One row of a file with its line number, and the list that findings go to."""

    file: str
    line: int
    cells: Mapping[str, str]
    issues: list[Issue] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def wrong(self, column: str, code: str, message: str, advice: str) -> None:
        """Report a fault in one cell; the row is left out."""
        where = f"{self.line}行 {column}".rstrip()
        value = self[column]
        self.issues.append(Issue(f"benchmark.{code}", Severity.FIX, message, advice, self.file, where, value))


def load_benchmarks(folder: Path) -> tuple[Benchmarks, tuple[Issue, ...]]:
    """The published figures of a folder and what is wrong with them. Nothing is raised."""
    issues: list[Issue] = []
    known: set[str] = set()
    series = _kept(_rows(folder / "series.csv", SERIES_COLUMNS, issues), lambda row: _series(row, known))
    keys: dict[tuple[str, ...], int] = {}
    values = _kept(_rows(folder / "values.csv", VALUE_COLUMNS, issues), lambda row: _value(row, known, keys))
    marks: dict[tuple[str, ...], int] = {}
    breaks = _kept(_rows(folder / "breaks.csv", BREAK_COLUMNS, issues), lambda row: _break(row, known, marks))
    with_values = {str(value["series_id"]) for value in values}
    for one in series:
        if one["series_id"] not in with_values:
            message = f"系列「{one['name']}」({one['series_id']})に値が1件もありません。"
            advice = "values.csv に値を加えるか、series.csv からこの行を除いてください。"
            issues.append(Issue("benchmark.no_values", Severity.ASK, message, advice, "series.csv", "", ""))
    tables = (
        _table(series, SERIES_COLUMNS, {"decimals": "int64", "pair": "bool"}),
        _table(values, VALUE_COLUMNS, {"position": "float64", "value": "float64"}),
        _table(breaks, BREAK_COLUMNS, {}),
    )
    return Benchmarks(*tables), tuple(issues)


def _kept(rows: Iterable[_Row], read: Callable[[_Row], dict[str, object] | None]) -> list[dict[str, object]]:
    return [record for row in rows if (record := read(row)) is not None]


def write_empty(folder: Path) -> tuple[Path, ...]:
    """The three files without a row, where there is no folder of published figures yet; their paths."""
    if folder.exists():
        return ()
    folder.mkdir(parents=True)
    made = {"series.csv": SERIES_COLUMNS, "values.csv": VALUE_COLUMNS, "breaks.csv": BREAK_COLUMNS}
    for name, columns in made.items():
        (folder / name).write_bytes((",".join(columns) + "\r\n").encode("utf-8-sig"))
    return tuple(folder / name for name in made)


def _table(records: list[dict[str, object]], columns: tuple[str, ...], kinds: Mapping[str, str]) -> pd.DataFrame:
    data = {name: pd.Series([r[name] for r in records], dtype=kinds.get(name, "object")) for name in columns}
    return pd.DataFrame(data)


def _rows(path: Path, columns: tuple[str, ...], issues: list[Issue]) -> list[_Row]:
    """The rows of a file as text by column; a file that cannot be read is one issue and no row."""

    def whole(code: str, message: str, advice: str, value: str = "") -> list[_Row]:
        issues.append(
            Issue(f"benchmark.{code}", Severity.FIX, message, advice, path.name, "1行" if value else "", value)
        )
        return []

    try:
        text = _decoded(path.read_bytes())
    except OSError:
        return whole("no_file", f"{path.name} を読めません。", f"{path.name} をこのフォルダーに置いてください。")
    if text is None:
        return whole("encoding", f"{path.name} の文字コードが分かりません。", "UTF-8 で保存し直してください。")
    try:
        lines = list(_numbered(text))
    except csv.Error:
        return whole(
            "csv", f"{path.name} は CSV として読めません。", "表計算ソフトで開き、CSV で保存し直してください。"
        )
    header = [name.strip() for name in lines[0][1]] if lines else []
    missing = [name for name in columns if name not in header and name != "position"]
    if missing:
        names = "、".join(missing)
        return whole(
            "columns", f"{path.name} に列 {names} がありません。", "見出しの行を元に戻してください。", ",".join(header)
        )
    rows: list[_Row] = []
    for line, cells in lines[1:]:
        row = _Row(path.name, line, {k: v.strip() for k, v in zip(header, cells, strict=False)}, issues)
        if len(cells) == len(header):
            rows.append(row)
        elif any(cell.strip() for cell in cells):
            message = f"列の数が見出しと違います(見出し{len(header)}列、この行{len(cells)}列)。"
            row.wrong("", "width", message, "カンマや引用符の過不足を直してください。")
    return rows


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _numbered(text: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1
    for cells in reader:
        if cells:
            yield first, cells
        first = reader.line_num + 1


def _series(row: _Row, known: set[str]) -> dict[str, object] | None:
    before = len(row.issues)
    if not _ID.fullmatch(row["series_id"]):
        row.wrong(
            "series_id",
            "id",
            "系列の記号がないか、形が違います。",
            "半角の英小文字、数字、-(ハイフン)で付けてください。",
        )
    elif row["series_id"] in known:
        row.wrong(
            "series_id", "duplicate", "同じ記号の系列がすでにあります。", "別の記号にするか、この行を除いてください。"
        )
    for column, what in (("name", "名称"), ("definition", "定義"), ("unit", "単位"), ("source_title", "出典")):
        if not row[column]:
            row.wrong(column, "empty", f"{what}がありません。", f"{what}を書いてください。")
    if not (row["decimals"].isascii() and row["decimals"].isdigit() and int(row["decimals"]) <= 6):
        row.wrong(
            "decimals", "decimals", "小数の桁数が0〜6の整数ではありません。", "表示する小数の桁数を書いてください。"
        )
    if row["direction"] not in _DIRECTIONS:
        advice = "increase(増えるほどよい)、decrease(減るほどよい)、maintain(維持)のどれかにしてください。"
        row.wrong("direction", "direction", "向きが読めません。", advice)
    if row["pair"].lower() not in _BOOLEANS:
        row.wrong("pair", "pair", "計画の対かどうかが読めません。", "true か false にしてください。")
    if len(row.issues) > before:
        return None
    known.add(row["series_id"])
    texts: dict[str, object] = {name: row[name] for name in SERIES_COLUMNS}
    return texts | {"decimals": int(row["decimals"]), "pair": _BOOLEANS[row["pair"].lower()]}


def _value(row: _Row, known: set[str], keys: dict[tuple[str, ...], int]) -> dict[str, object] | None:
    before = len(row.issues)
    _check_series(row, known)
    _check_area(row)
    period = _period(row)
    number = float(row["value"]) if _NUMBER.fullmatch(row["value"]) and row["value"].isascii() else math.nan
    if not math.isfinite(number):
        row.wrong(
            "value", "number", "値が数値ではありません。", "半角の数字だけにしてください(単位、カンマ、記号は除く)。"
        )
    if row["release"] and row["release"] not in RELEASE_WORDS:
        row.wrong(
            "release",
            "release",
            "区分が読めません。",
            "final(確定)、provisional(速報)、forecast(見込)か空にしてください。",
        )
    if row["confidence"] not in CONFIDENCE_WORDS:
        row.wrong("confidence", "confidence", "確度が読めません。", "exact、plan、secondary のどれかにしてください。")
    if not row["source_title"]:
        row.wrong("source_title", "empty", "出典がありません。", "どの資料の値かを書いてください。")
    if len(row.issues) > before or not _new(row, _VALUE_KEY, keys):
        return None
    texts: dict[str, object] = {name: row[name] for name in VALUE_COLUMNS}
    return texts | {"position": period.position if period else math.nan, "value": number}


_VALUE_KEY = ("series_id", "area_code", "period", "release", "vintage", "confidence")


def _new(row: _Row, key: tuple[str, ...], seen: dict[tuple[str, ...], int]) -> bool:
    """Whether no earlier row has the same key; the later one is reported and left out."""
    first = seen.setdefault(tuple(row[name] for name in key), row.line)
    if first != row.line:
        message = f"{first}行と同じもの({'・'.join(key)})がもう一度あります。"
        row.wrong("", "duplicate", message, "どちらかを除くか、vintage(公表の版)を書き分けてください。")
    return first == row.line


def _break(row: _Row, known: set[str], seen: dict[tuple[str, ...], int]) -> dict[str, object] | None:
    before = len(row.issues)
    _check_series(row, known)
    if not row["period"]:
        row.wrong("period", "period", "断絶の時点がありません。", "断絶の後の最初の時点を書いてください。")
    _period(row)
    if not row["reason"]:
        row.wrong("reason", "empty", "断絶の理由がありません。", "なぜつながらないかを書いてください。")
    if len(row.issues) > before or not _new(row, ("series_id", "period"), seen):
        return None
    return {name: row[name] for name in BREAK_COLUMNS}


def _check_series(row: _Row, known: set[str]) -> None:
    if row["series_id"] not in known:
        message = f"系列「{row['series_id']}」が series.csv にありません(または series.csv の行に誤りがあります)。"
        row.wrong("series_id", "unknown_series", message, "series.csv に系列を加えるか、記号を直してください。")


def _check_area(row: _Row) -> None:
    code, name = row["area_code"], row["area"]
    town = len(code) == 5 and code.isascii() and code.isdigit() and code[:2] in AREAS and code[:2] != "00"
    if code not in AREAS and not town:
        advice = "都道府県は2桁(全国は00)、市町村は5桁の番号にしてください。先頭の0が落ちていないか見てください。"
        row.wrong("area_code", "area", "地域の記号が分かりません。", advice)
    elif code in AREAS and name != AREAS[code]:
        row.wrong(
            "area", "area_name", f"地域の名前が記号{code}({AREAS[code]})と合いません。", "記号か名前を直してください。"
        )
    elif town and not name:
        row.wrong("area", "area_name", "市町村の名前がありません。", "市町村の名前を書いてください。")


def _period(row: _Row) -> Period | None:
    if not row["period"]:
        return None
    try:
        return Period.parse(row["period"])
    except ValueError:
        advice = "FY2022(年度)、CY2022(暦年)、2022-03(月)、2022-03-01(日)の形か、記載がなければ空にしてください。"
        row.wrong("period", "period", "時点が読めません。", advice)
        return None
