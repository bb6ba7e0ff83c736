"""A list of indicators as it is read: indicators with their figures, what is asked, what each cell was taken for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kpi.issue import Choice, Issue, Severity
from loaders.lists.columns.list_tables import tables
from loaders.lists.columns.list_turned import as_it_lies
from loaders.lists.list_footnotes import as_noted, footnotes
from loaders.lists.list_grid import Grid, Place
from loaders.lists.list_headings import section_above
from loaders.lists.list_indicator import ListedIndicator, parts_of
from loaders.lists.list_layout import Layout, ListColumn, Table, Told
from loaders.lists.list_rows import TableReader
from loaders.lists.list_words import COLUMN_WORDS, LINE_WORDS
from loaders.lists.values.list_periods import years_meant
from loaders.workbook.cells import Sheet


@dataclass(frozen=True)
class ListReading:
    """A sheet as it is read. ``marks`` tells of each cell what it was taken for, for whoever looks at the sheet.

    ``turned``: it was read with rows and columns exchanged, so that its columns are rows of the sheet.
    """

    sheet: str
    tables: tuple[Table, ...] = ()
    indicators: tuple[ListedIndicator, ...] = ()
    issues: tuple[Issue, ...] = ()
    marks: Mapping[Place, str] = field(default_factory=dict)
    turned: bool = False

    @property
    def open(self) -> tuple[Issue, ...]:
        """What still wants an answer."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


def read_list(sheet: Sheet, told: Told | None = None, layout: Layout | None = None) -> ListReading:
    """One sheet as a list of indicators, with what a person has said of it and a kept layout; nothing is raised."""
    told, layout = told or Told(), layout or Layout()
    grid = as_it_lies(sheet, told, layout)
    found = tables(grid, told, layout)
    if not found:
        return ListReading(sheet.name, issues=(_NO_TABLE,), turned=grid.turned)
    indicators: list[ListedIndicator] = []
    issues = list(_whole(grid, told))
    marks: dict[Place, str] = {}
    for number, table in enumerate(found):
        above = found[number - 1].rows[0] if number and found[number - 1].rows else 1
        reader = TableReader(grid, table, told, layout, section_above(grid, table, above, told))
        reader.read()
        indicators += reader.indicators
        issues += [*_of_columns(grid, table, reader.indicators), *_of_lines(grid, table, told, layout), *reader.issues]
        issues += _left_out(grid, table, reader.indicators)
        marks |= _head_marks(grid, table) | reader.marks
    if not indicators:
        issues.append(_NO_ROWS)
    indicators = [part for one in indicators for part in parts_of(one)]
    noted = footnotes(grid, [f for one in indicators for f in one.figures], told)
    issues += [n.issue for n in noted if not n.said]
    indicators = [replace(one, figures=tuple(as_noted(f, noted) for f in one.figures)) for one in indicators]
    marks |= {f.place: f.role for one in indicators for f in one.figures}
    return ListReading(
        sheet.name,
        found,
        tuple(indicators),
        tuple(replace(i, sheet=sheet.name) for i in issues),
        {grid.in_sheet(place): kind for place, kind in marks.items()},
        grid.turned,
    )


_NO_TABLE = Issue(
    "list.no_table", Severity.FIX, "指標の一覧の見出しが見つかりません。",
    "見出しの行(「指標」「現状値」「目標値」などの行)のセルを選び、「この行は」で「見出し」にしてください。",
)  # fmt: skip
_TURNED = Issue(
    "list.turned", Severity.NOTE, "年度が縦に、指標が横に並んだ表として読みました。",
    "違うときは、「行と列を入れ替えずに読む」を押してください。",
)  # fmt: skip
_NO_ROWS = Issue(
    "list.no_rows", Severity.FIX, "見出しの下に、指標の行が見つかりません。",
    "指標の名前のセルを選び、その列(年度が縦に並ぶ表では行)を「指標名」にしてください。",
)  # fmt: skip


def _whole(grid: Grid, told: Told) -> Iterator[Issue]:
    if grid.turned and told.turned is None:
        yield _TURNED
    if grid.cut:
        yield Issue("list.cut", Severity.NOTE, "大きなシートのため、2,000行・60列までを読みました。")
    hidden = grid.in_sheet((len(grid.sheet.hidden_rows), len(grid.sheet.hidden_columns)))
    if any(hidden):
        message = f"非表示の行({hidden[0]})と列({hidden[1]})は読んでいません。"
        yield Issue("list.hidden", Severity.NOTE, message, "必要なら、Excelで再表示してから入れ直してください。")


# --- questions about columns and lines -------------------------------------------------------------------------------


def _of_columns(grid: Grid, table: Table, indicators: Sequence[ListedIndicator]) -> Iterator[Issue]:
    """A column whose meaning or whose period the sheet does not settle."""
    for column in table.columns:
        place = grid.ref((table.head[-1], column.column))
        if column.doubt:
            yield _of_column(column, place)
        years = years_meant(column.heading)
        lacking = [
            f for one in indicators for f in one.figures
            if f.place[1] == column.column and f.period is None and (years or (f.value is not None and not f.open))
        ]  # fmt: skip
        if lacking and (years or any(f.role != "target" for f in lacking)):
            yield _of_period(column, place, len(lacking), years)


def _of_period(column: ListColumn, place: str, number: int, years: tuple[Choice, ...]) -> Issue:
    message = f"{column.titled}の値の時点が、{number}か所で分かりません。"
    advice = "正しい年度を選ぶか、" if years else ""
    advice += f"この{column.line}のセルを選び、「この{column.line}の時点」を入力してください。"
    told_as = "", place, column.heading, column.letters, "at", years
    return Issue("list.no_period", Severity.ASK, message, advice, *told_as)


def _left_out(grid: Grid, table: Table, indicators: Sequence[ListedIndicator]) -> Iterator[Issue]:
    """The columns of a table in which something stands, and which are not read."""
    rows = {f.place[0] for one in indicators for f in one.figures} | {one.place[0] for one in indicators}
    silent = [
        c for c in table.columns if not c.kind and not c.doubt and any(grid.own(r, c.column) for r in rows)
    ]  # fmt: skip
    if silent:
        words = "、".join(c.called + (f"「{c.heading}」" if c.heading else "") for c in silent)
        line = silent[0].line
        advice = f"要る{line}は、そのセルを選び、「この{line}は」で何の{line}かを選んでください。"
        place = grid.ref((table.head[-1], silent[0].column))
        yield Issue(
            "list.left_out", Severity.NOTE, f"{words}は、何の{line}か分からないため読んでいません。", advice, "", place
        )


#: Why a column is asked about, and what it may be.
_DOUBTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "year": (
        "は年だけの見出しのため、目標値か実績値か分かりません。目標値と読みました。",
        ("target", "actual", "skip"),
    ),
    "name": ("を指標名の{line}と読みました。", ("name", "field", "skip")),
    "yearly": (
        "の目標が、計画の最終の目標か、その年度の目標か分かりません。最終の目標と読みました。",
        ("target", "milestone", "skip"),
    ),
    "years": (
        "は年だけの見出しのため、実績値か途中の目標か分かりません。実績値と読みました。",
        ("actual", "milestone", "skip"),
    ),
    "values": (
        "には、年でなく値が書かれているようです。値と読みました。",
        ("target", "actual", "baseline", "period", "skip"),
    ),
    "unknown": (
        "に数値がありますが、見出しから何の値か分かりません。読んでいません。",
        ("actual", "baseline", "target", "milestone", "skip"),
    ),
}


def _of_column(column: ListColumn, place: str) -> Issue:
    message, kinds = _DOUBTS[column.doubt]
    message = column.titled + message.format(line=column.line)
    choices = tuple(Choice(COLUMN_WORDS[kind], {"column": kind}) for kind in kinds)
    code = "list.years" if column.doubt == "years" else "list.column"
    return Issue(
        code, Severity.ASK, message, "正しいものを選んでください。", "", place, column.heading, column.letters,
        "column", choices,
    )  # fmt: skip


def _of_lines(grid: Grid, table: Table, told: Told, layout: Layout) -> Iterator[Issue]:
    """Rows without labels can be told apart by a person alone."""
    if not table.lines or told.lines or layout.lines:
        return
    line = "列" if grid.turned else "行"
    message = f"1つの指標に{len(table.lines)}{line}ずつあり、{line}の見出しがありません。"
    message += f"{_in_words(table.lines, line)}と読みました。"
    pairs = (table.lines, tuple(reversed(table.lines)))
    choices = tuple(Choice(_in_words(pair, line), {"lines": ",".join(pair)}) for pair in pairs)
    place = grid.ref((table.head[0], table.of("name")[0].column))
    yield Issue(
        "list.lines", Severity.ASK, message, "正しいものを選んでください。", "", place, "", "", "lines", choices
    )


def _in_words(lines: Sequence[str], line: str) -> str:
    return "、".join(f"{n}{line}目が{LINE_WORDS[kind]}" for n, kind in enumerate(lines, start=1))


def _head_marks(grid: Grid, table: Table) -> dict[Place, str]:
    return {grid.place(row, c): "heading" for row in table.head for c in grid.columns if grid.text(row, c)}
