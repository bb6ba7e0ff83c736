"""The table as it comes back: rows with the address of each cell, from a workbook or from a table on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kpi.issue import Issue, Severity
from loaders.directory.directory_columns import BY_KEY, key_of
from loaders.text.characters import is_blank, shortened, writable
from loaders.workbook.cells import Book, Cell, Sheet, column_letters, open_book
from loaders.workbook.table_cells import seen_text, silent, under_merged

#: So many headings make a row the row of headings, and one of these must be among them.
_ENOUGH, _NEEDED = 2, frozenset({"department", "department_id", "rule_id", "pattern"})
#: More than any prefecture has; what is longer is no such table.
_MOST_ROWS, _MOST_AREAS = 5_000, 2_000


@dataclass(frozen=True)
class Line:
    """One row; ``sheet`` is empty for a table on a screen.

    ``cells`` has each column that the table has, blank ones too; ``faults`` are cells that say nothing.
    """

    sheet: str
    row: int
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Issue, ...] = ()

    def told(self, key: str) -> str | None:
        """What stands in a column; None where the table does not have it."""
        return self.cells.get(key)

    def text(self, key: str) -> str:
        """What stands in a column, empty where the table does not have it."""
        return self.cells.get(key, "")

    def issue(self, code: str, key: str, message: str, advice: str, severity: Severity = Severity.FIX) -> Issue:
        """A finding at one cell of this row."""
        heading = BY_KEY[key].heading
        cell = self.places.get(key, f"{self.row}行 {heading}")
        return Issue(f"directory.{code}", severity, message, advice, self.sheet, cell, self.text(key), key=key)


Read = tuple[tuple[Line, ...], tuple[Issue, ...]]


def lines_of(rows: Iterable[Mapping[str, object]]) -> tuple[Line, ...]:
    """The rows of a table on a screen, by the columns' keys; blank ones are left out."""
    found = [
        Line("", number, {key: _typed(value) for key, value in row.items()}) for number, row in enumerate(rows, start=1)
    ]
    return tuple(line for line in found if any(text for key, text in line.cells.items() if key != "plan"))


def _typed(value: object) -> str:
    return writable(value).strip() if isinstance(value, str) and not is_blank(value) else ""


def read_table(data: bytes, filename: str) -> Read:
    """The rows of a workbook that came back, opened in a process of its own; nothing is raised."""
    book = open_book(data, filename)
    if isinstance(book, Issue):
        return (), (book,)
    found = [(sheet, row) for sheet in book.sheets if sheet.state == "visible" and (row := _headings_at(sheet))]
    if len(found) != 1:
        return (), (_no_table(book, [sheet.name for sheet, _ in found]),)
    sheet, row = found[0]
    headings, issues = _headings(sheet, row)
    if any(issue.severity is Severity.FIX for issue in issues):
        return (), issues
    lines, more = _lines(sheet, row, headings)
    return lines, (*issues, *more)


def _headings_at(sheet: Sheet) -> int:
    """The row of headings: the first of those with the most; 0 where there is none."""
    best, at = 0, 0
    for row, cells in sheet.rows():
        keys = {key for cell in cells if (key := key_of(cell.written))}
        if len(keys) > best and keys & _NEEDED:
            best, at = len(keys), row
    return at if best >= _ENOUGH else 0


def _no_table(book: Book, names: Sequence[str]) -> Issue:
    if names:
        message = f"同じ見出しの表が{len(names)}枚のシートにあります({'、'.join(names)})。"
        return Issue("directory.two_tables", Severity.FIX, message, "使うシートだけを残して、もう一度入れてください。")
    sheets = "、".join(sheet.name for sheet in book.sheets)
    return Issue(
        "directory.no_table",
        Severity.FIX,
        f"課・連絡先・利用者の表が見つかりません(シート: {shortened(sheets)})。",
        "「Excelで受け取る」で受け取った表に記入して、見出しの行を残したまま入れてください。",
    )


def _headings(sheet: Sheet, row: int) -> tuple[dict[int, str], tuple[Issue, ...]]:
    """The columns by their headings, and what of them is not used or stands there twice."""
    columns: dict[int, str] = {}
    issues: list[Issue] = []
    for cell in (c for c in sheet.cells.values() if c.row == row):
        key, written = key_of(cell.written), shortened(cell.written)
        if key and key in columns.values():
            message = f"「{BY_KEY[key].heading}」の列が2つあります。"
            issues.append(_at(sheet, cell, "twice", message, "どちらかの列を消してください。", Severity.FIX))
        elif key:
            columns[cell.column] = key
        elif not is_blank(written):
            message = f"列「{written}」は使いません。"
            issues.append(_at(sheet, cell, "unused", message, "覚え書きなら、そのままで構いません。", Severity.NOTE))
    return columns, tuple(issues)


def _at(sheet: Sheet, cell: Cell, code: str, message: str, advice: str, severity: Severity) -> Issue:
    return Issue(f"directory.{code}", severity, message, advice, sheet.name, cell.ref, cell.written)


def _lines(sheet: Sheet, head: int, headings: Mapping[int, str]) -> Read:
    rows = [row for row, _ in sheet.rows() if row > head]
    areas = [a for a in sheet.merged if a[2] > head and any(a[1] <= c <= a[3] for c in headings)]
    if len(rows) > _MOST_ROWS or len(areas) > _MOST_AREAS:
        message = f"行({len(rows):,})か結合されたセル({len(areas):,})が多すぎて、表として読めません。"
        return (), (Issue("directory.too_long", Severity.FIX, message, "表の部分だけを残してください。", sheet.name),)
    covered = under_merged(areas, rows, headings)
    lines = [line for row in rows if (line := _line(sheet, row, headings, covered))]
    return tuple(lines), ()


def _line(
    sheet: Sheet, row: int, headings: Mapping[int, str], covered: Mapping[tuple[int, int], tuple[int, int]]
) -> Line | None:
    """One row; None where it is blank or tells the headings once more."""
    cells: dict[str, str] = {}
    faults: list[Issue] = []
    for column, key in headings.items():
        seen = covered.get((row, column), (row, column))
        cell = sheet.at(*seen)
        cells[key] = seen_text(cell)
        # Merged downwards, one value is meant for every row; merged across, nobody knows which column is meant.
        if fault := silent(cell, across=seen[1] != column):
            code, message, advice = fault
            place = f"{column_letters(column)}{row}"
            faults.append(
                Issue(f"directory.{code}", Severity.FIX, message, advice, sheet.name, place, cells[key], key=key)
            )
    told = {key: text for key, text in cells.items() if text}
    if not told or all(key_of(text) == key for key, text in told.items()):
        return None
    places = {key: f"{column_letters(column)}{row}" for column, key in headings.items()}
    return Line(sheet.name, row, cells, places, tuple(faults))
