"""The workbook of a plan as it comes back: its sheets as the same tables as the files, read by the same rules.

A sheet is known by the keys in its hidden row or column, else by its name; a column by its key, else by its heading.
What is wrong is told with sheet, cell, what stands there, why and what to do, in the words of the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kpi.issue import Issue, Severity
from kpi.plan import Plan
from loaders.plan.columns import PLAN, Shape
from loaders.plan.new_plan import is_plan_id
from loaders.plan.plan_cells import written
from loaders.plan.plan_sheets import GUIDE_SHEET, LISTS_SHEET, SHEETS, TAKEN_FROM, PlanSheet
from loaders.plan.plan_tables import plan_of
from loaders.plan.sheet_words import in_words
from loaders.plan.tabular import Record
from loaders.text.characters import canonical, shortened
from loaders.workbook.cells import Book, Cell, Sheet, column_letters, open_book
from loaders.workbook.table_cells import seen_text, silent, under_merged

#: More than any plan has; what is longer is no such table.
_MOST_ROWS, _MOST_AREAS = 5_000, 2_000
_OWN = {canonical(name) for name in (GUIDE_SHEET, LISTS_SHEET)}
#: Addresses named in one note before the rest is counted.
_NAMED = 5
#: How notes beneath a table begin.
_NOTE = re.compile(r"[※＊*]|[(（]?注")
#: How far right of a key and of a heading a value stands on an upright sheet.
_FROM_KEY, _FROM_HEADING = 2, 1


@dataclass(frozen=True)
class Located(Record):
    """A row of a sheet: the address of each cell, and what stands in it."""

    places: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def issue(self, code: str, column: str, message: str, advice: str, severity: Severity = Severity.FIX) -> Issue:
        """An issue at one cell of this row."""
        place, text = self.places.get(column, f"{self.line}行"), self.texts.get(column, "")
        return replace(super().issue(code, column, message, advice, severity), cell=place, value=text)


@dataclass(frozen=True)
class ReadPlan:
    """What a workbook says, None where it cannot be taken for a plan; and all that is wrong with it.

    ``taken_from`` is the mark of the state of the plan from which it was taken; empty where it tells none.
    """

    plan: Plan | None
    issues: tuple[Issue, ...]
    taken_from: str = ""

    @property
    def sound(self) -> bool:
        """Whether all of it was read: with a row left out a plan would seem to drop it."""
        return self.plan is not None and not any(issue.severity is Severity.FIX for issue in self.issues)


def read_workbook(data: bytes, filename: str) -> ReadPlan:
    """The plan of a workbook, opened in a process of its own; nothing is raised."""
    book = open_book(data, filename)
    if isinstance(book, Issue):
        return ReadPlan(None, (book,))
    pages, issues = _pages(book)
    if any(issue.severity is Severity.FIX for issue in issues):
        return ReadPlan(None, tuple(issues))
    tables: dict[str, list[Record]] = {}
    for sheet, page in pages.items():
        tables[sheet.shape.table], found = (_upright if sheet.upright else _table)(page, sheet)
        issues += found
    plan_id, found = _identity(tables[PLAN.table])
    issues += found

    def records(shape: Shape) -> tuple[list[Record], list[Issue]]:
        return tables[shape.table], []

    plan, found = plan_of(plan_id, records)
    return ReadPlan(plan, tuple(in_words(issue) for issue in (*issues, *found)), _taken_from(book))


def _taken_from(book: Book) -> str:
    texts = (seen_text(c) for p in book.sheets if canonical(p.name) == canonical(LISTS_SHEET) for c in p.cells.values())
    return next((text.removeprefix(TAKEN_FROM) for text in texts if text.startswith(TAKEN_FROM)), "")


def _identity(records: Sequence[Record]) -> tuple[str, list[Issue]]:
    record = records[0]
    plan_id = str(record.values.get("id", "")).strip()
    if is_plan_id(plan_id):
        return plan_id, []
    message = "計画の記号が、記号として読めません。"
    advice = "英小文字・数字・ハイフンで書いてください。受け取った定義書の記号は変えません。"
    return plan_id, [record.issue("plan.identity", "id", message, advice)]


# --- which sheet is which --------------------------------------------------------------------------------------------


def _pages(book: Book) -> tuple[dict[PlanSheet, Sheet], list[Issue]]:
    """The sheet of each table, and what of the workbook is none or there twice."""
    seen = [page for page in book.sheets if page.state == "visible"]
    found: dict[PlanSheet, Sheet] = {}
    issues: list[Issue] = []
    taken: set[str] = set()
    for sheet in SHEETS:
        named = [page for page in seen if _has_keys(page, sheet)]
        named = named or [page for page in seen if canonical(page.name) == canonical(sheet.name)]
        taken |= {page.name for page in named}
        if len(named) == 1:
            found[sheet] = named[0]
        elif named:
            names = "、".join(page.name for page in named)
            message = f"「{sheet.name}」の表が{len(named)}枚のシートにあります({names})。"
            issues.append(_of_book("plan.two_sheets", message, "使うシートだけを残してください。"))
        else:
            advice = "受け取った定義書のシートを、消したり隠したりせずに、そのまま入れてください。"
            issues.append(_of_book("plan.missing_sheet", f"シート「{sheet.name}」がありません。", advice))
    if not found:
        advice = "管理の「プラン定義書を受け取る」で受け取った表に記入して、入れてください。"
        return {}, [_of_book("plan.no_book", "プラン定義書ではありません。", advice)]
    for page in seen:
        if page.name not in taken and canonical(page.name) not in _OWN and page.cells:
            message = f"シート「{page.name}」は使いません。"
            issues.append(Issue("plan.unused_sheet", Severity.NOTE, message, "覚え書きなら、そのままで構いません。"))
    return found, issues


def _of_book(code: str, message: str, advice: str) -> Issue:
    return Issue(code, Severity.FIX, message, advice)


def _has_keys(page: Sheet, sheet: PlanSheet) -> bool:
    return any(_key_at(cell, sheet) for cell in page.cells.values())


def _key_at(cell: Cell, sheet: PlanSheet) -> str:
    """The column that a cell of the hidden row or column names; empty for none."""
    table, _, key = seen_text(cell).partition(".")
    return key if table == sheet.shape.table and key in sheet.headings else ""


def _column_at(cell: Cell, sheet: PlanSheet) -> str:
    """The column that a cell names by its key or its heading; empty for none."""
    text = canonical(seen_text(cell))
    by_heading = next((key for key, heading in sheet.headings.items() if canonical(heading) == text), "")
    return _key_at(cell, sheet) or by_heading


# --- a table ---------------------------------------------------------------------------------------------------------


def _table(page: Sheet, sheet: PlanSheet) -> tuple[list[Record], list[Issue]]:
    """The rows beneath the headings, and what is wrong with cells that say nothing."""
    head, columns = _headings(page, sheet)
    issues = _lacking(page, sheet, columns.values())
    rows = [row for row, _ in page.rows() if row > head]
    areas = [a for a in page.merged if a[2] > head and any(a[1] <= c <= a[3] for c in columns)]
    if len(rows) > _MOST_ROWS or len(areas) > _MOST_AREAS:
        message = f"行({len(rows):,})か結合されたセル({len(areas):,})が多すぎて、表として読めません。"
        return [], [Issue("plan.too_long", Severity.FIX, message, "表の部分だけを残してください。", page.name)]
    covered = under_merged(areas, rows, columns)
    records = []
    for row in rows:
        places = {key: (row, column) for column, key in columns.items()}
        record, faults = _record(page, sheet, row, places, covered)
        if _is_note(record):
            issues.append(_unused(page, list(filter(None, (page.at(*place) for place in places.values())))))
            continue
        issues += faults
        if any(record.texts.values()):
            records.append(record)
    heads = [cell for _, cells in page.rows() for cell in cells if cell.row == head]
    issues += _twice(page, sheet, columns, heads) + _beside(page, head, columns)
    return (_departments(records) if sheet.shape.table == "department" else _plain(sheet, records)), issues


def _headings(page: Sheet, sheet: PlanSheet) -> tuple[int, dict[int, str]]:
    """The last row of headings, and the columns; a key counts before a heading that says another.

    The headings are the first row that has most of them; beneath the keys there is one such row more, and no third: the
    words of a heading may stand in a row of the table too.
    """
    enough, last, keyed = max(2, (len(sheet.columns) + 1) // 2), 0, False
    columns: dict[int, str] = {}
    for row, cells in page.rows():
        named = {cell.column: key for cell in cells if (key := _column_at(cell, sheet))}
        is_one = len(set(named.values())) >= enough
        if last and not (keyed and row == last + 1 and is_one):
            break
        if is_one:
            columns |= {c: k for c, k in named.items() if k not in columns.values()}
            last, keyed = row, any(_key_at(cell, sheet) for cell in cells)
    return last, columns


def _lacking(page: Sheet, sheet: PlanSheet, there: Iterable[str]) -> list[Issue]:
    """The columns that a sheet does not have: what may be empty is taken for empty, and told."""
    keys = set(there)
    issues = []
    for column in sheet.columns:
        if column.key in keys:
            continue
        heading = sheet.headings[column.key]
        if column.required:
            message, severity = f"列「{heading}」がありません。", Severity.FIX
        else:
            message, severity = f"列「{heading}」がありません。どの行も未設定か既定の値と読みました。", Severity.ASK
        advice = "受け取った定義書の列を、そのまま残してください。"
        issues.append(Issue("plan.missing_column", severity, message, advice, page.name, key=column.key))
    return issues


def _record(
    page: Sheet,
    sheet: PlanSheet,
    row: int,
    at: Mapping[str, tuple[int, int]],
    covered: Mapping[tuple[int, int], tuple[int, int]],
) -> tuple[Located, list[Issue]]:
    texts: dict[str, str] = {}
    places = {key: f"{column_letters(column)}{line}" for key, (line, column) in at.items()}
    issues = []
    for key, place in at.items():
        seen = covered.get(place, place)
        cell = page.at(*seen)
        texts[key] = _text(cell)
        if fault := silent(cell, across=seen[1] != place[1]):
            code, message, advice = fault
            issues.append(
                Issue(f"plan.{code}", Severity.FIX, message, advice, page.name, places[key], texts[key], key=key)
            )
    values = {c.key: written(sheet, c, texts[c.key]) for c in sheet.columns if c.key in texts}
    return Located(page.name, row, values, {}, places, texts), issues


def _text(cell: Cell | None) -> str:
    """What stands in a cell; a date that Excel has made of one, as the files write it."""
    if cell is not None and cell.kind == "date" and isinstance(cell.value, str) and "T" not in cell.value:
        return cell.value
    return seen_text(cell)


def _beside(page: Sheet, head: int, columns: Mapping[int, str]) -> list[Issue]:
    """What stands beside a table, in columns that it does not have."""
    cells = [
        cell for cell in page.cells.values() if cell.row >= head and cell.column not in columns and seen_text(cell)
    ]
    return [_unused(page, cells)] if cells else []


def _unused(page: Sheet, cells: Sequence[Cell]) -> Issue:
    """What is not used, for it is none of the table."""
    names = "、".join(cell.ref for cell in cells[:_NAMED])
    more = f" ほか{len(cells) - _NAMED}か所" if len(cells) > _NAMED else ""
    message = f"表の列でないセルの文字({names}{more})は使いません(「{shortened(seen_text(cells[0]), 30)}」)。"
    advice = "覚え書きなら、そのままで構いません。"
    return Issue("plan.unused", Severity.NOTE, message, advice, page.name, cells[0].ref)


def _is_note(record: Located) -> bool:
    """Whether a row is a note that somebody has put beneath a table."""
    told = [text for text in record.texts.values() if text]
    return len(told) == 1 and bool(_NOTE.match(told[0]))


def _twice(page: Sheet, sheet: PlanSheet, columns: Mapping[int, str], cells: Iterable[Cell]) -> list[Issue]:
    """A heading that stands a second time over another column: which of the two counts is not sure."""
    there = columns.values()
    return [_of_heading(page, c) for c in cells if c.column not in columns and _column_at(c, sheet) in there]


def _of_heading(page: Sheet, cell: Cell) -> Issue:
    message, text = f"「{seen_text(cell)}」の欄が2つあります。", seen_text(cell)
    return Issue("plan.two_columns", Severity.FIX, message, "使うほうだけを残してください。", page.name, cell.ref, text)


def _plain(sheet: PlanSheet, records: Sequence[Located]) -> list[Record]:
    """The rows of a table; of words each as the file has it, its key for its name."""
    if sheet.shape.table != "words":
        return list(records)
    return [_word(record) for record in records]


def _word(record: Located) -> Record:
    key, word = (record.texts.get(name, "") for name in ("key", "word"))
    places, texts = ({key: held.get("word", "")} for held in (record.places, record.texts))
    # A word without a key has nowhere to go; the check of words refuses what is no text.
    return Located(record.file, record.line, {key: word if key and word else None}, {}, places, texts)


def _departments(records: Sequence[Located]) -> list[Record]:
    """One row for each department from those of its names."""
    found: dict[str, Located] = {}
    for record in records:
        name = {k: record.values[k] for k in ("valid_from", "valid_to") if record.texts.get(k)}
        name |= {"name": record.values.get("names", "")}
        key = str(record.values.get("id") or "").strip()
        first = found.get(key)
        if first is None or not key:
            # A row without its id stays by itself, and is told.
            found[key or f"{record.line}行"] = replace(
                record, values={**_own(record), "names": [name] if name["name"] else None}
            )
        else:
            names = [*(first.values["names"] or []), name]  # type: ignore[misc]
            more = {k: v for k, v in _own(record).items() if v and not first.values.get(k)}
            found[key] = replace(first, values={**first.values, **more, "names": names})
    return list(found.values())


def _own(record: Record) -> dict[str, object]:
    """What of a row is the department's own, not its name's."""
    return {key: value for key, value in record.values.items() if key not in ("valid_from", "valid_to")}


# --- an upright sheet ------------------------------------------------------------------------------------------------


def _upright(page: Sheet, sheet: PlanSheet) -> tuple[list[Record], list[Issue]]:
    """The one row of a table that stands upright."""
    at: dict[str, tuple[int, int]] = {}
    cells: Sequence[Cell] = [cell for _, row in page.rows() for cell in row]
    for find, right in ((_key_at, _FROM_KEY), (_column_at, _FROM_HEADING)):
        for cell in cells:
            if (key := find(cell, sheet)) and key not in at:
                at[key] = (cell.row, cell.column + right)
    record, issues = _record(page, sheet, 1, at, {})
    used = {row: key for key, (row, _) in at.items()}
    again = [
        c for c in cells if c.row not in used and _column_at(c, sheet) and page.at(c.row, c.column + _FROM_HEADING)
    ]
    issues += [_of_heading(page, cell) for cell in again]
    return [record], _lacking(page, sheet, at) + issues
