"""A list of indicators as it is read: indicators with their figures, what is asked, what each cell was taken for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kpi.issue import Choice, Issue, Severity
from loaders.lists.columns.list_tables import tables
from loaders.lists.list_footnotes import as_noted, footnotes
from loaders.lists.list_grid import Grid, Place, ref
from loaders.lists.list_headings import section_above
from loaders.lists.list_indicator import ListedIndicator, parts_of
from loaders.lists.list_layout import Layout, ListColumn, Table, Told
from loaders.lists.list_rows import TableReader
from loaders.lists.list_words import COLUMN_WORDS, LINE_WORDS
from loaders.lists.values.list_periods import is_turned, years_meant
from loaders.workbook.cells import Sheet


@dataclass(frozen=True)
class ListReading:
    """A sheet as it is read. ``marks`` tells of each cell what it was taken for, for whoever looks at the sheet."""

    sheet: str
    tables: tuple[Table, ...] = ()
    indicators: tuple[ListedIndicator, ...] = ()
    issues: tuple[Issue, ...] = ()
    marks: Mapping[Place, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Issue, ...]:
        """What still wants an answer."""
        return tuple(i for i in self.issues if i.severity is not Severity.NOTE)


def read_list(sheet: Sheet, told: Told | None = None, layout: Layout | None = None) -> ListReading:
    """One sheet as a list of indicators, with what a person has said of it and a kept layout; nothing is raised."""
    told, layout, grid = told or Told(), layout or Layout(), Grid(sheet)
    found = tables(grid, told, layout)
    if not found:
        return ListReading(sheet.name, issues=(_TURNED if is_turned(grid) else _NO_TABLE,))
    indicators: list[ListedIndicator] = []
    issues = list(_whole(grid))
    marks: dict[Place, str] = {}
    for number, table in enumerate(found):
        above = found[number - 1].rows[0] if number and found[number - 1].rows else 1
        reader = TableReader(grid, table, told, layout, section_above(grid, table, above, told))
        reader.read()
        indicators += reader.indicators
        issues += [*_of_columns(table, reader.indicators), *_of_lines(table, told, layout), *reader.issues]
        issues += _left_out(grid, table, reader.indicators)
        marks |= _head_marks(grid, table) | reader.marks
    if not indicators:
        issues.append(_NO_ROWS)
    indicators = [part for one in indicators for part in parts_of(one)]
    noted = footnotes(grid, [f for one in indicators for f in one.figures], told)
    issues += [n.issue for n in noted if not n.said]
    indicators = [replace(one, figures=tuple(as_noted(f, noted) for f in one.figures)) for one in indicators]
    return ListReading(
        sheet.name,
        found,
        tuple(indicators),
        tuple(replace(i, sheet=sheet.name) for i in issues),
        marks | {f.place: f.role for one in indicators for f in one.figures},
    )


_NO_TABLE = Issue(
    "list.no_table", Severity.FIX, "指標の一覧の見出しが見つかりません。",
    "見出しの行(「指標」「現状値」「目標値」などの行)のセルを選び、「この行は」で「見出し」にしてください。",
)  # fmt: skip
_TURNED = Issue(
    "list.turned", Severity.FIX, "年度が縦に、指標が横に並んだ表のようです。この形のままでは読めません。",
    "Excelで表をコピーし、「形式を選択して貼り付け」の「行/列の入れ替え」で貼り付けたシートを入れてください。左上の見出しは「指標」にしてください。",
)  # fmt: skip
_NO_ROWS = Issue(
    "list.no_rows", Severity.FIX, "見出しの下に、指標の行が見つかりません。",
    "指標の名前の列を選び、「この列は」で「指標名」にしてください。",
)  # fmt: skip


def _whole(grid: Grid) -> Iterator[Issue]:
    if grid.cut:
        yield Issue("list.cut", Severity.NOTE, "大きなシートのため、2,000行・60列までを読みました。")
    hidden = len(grid.sheet.hidden_rows), len(grid.sheet.hidden_columns)
    if any(hidden):
        message = f"非表示の行({hidden[0]})と列({hidden[1]})は読んでいません。"
        yield Issue("list.hidden", Severity.NOTE, message, "必要なら、Excelで再表示してから入れ直してください。")


# --- questions about columns and lines -------------------------------------------------------------------------------


def _of_columns(table: Table, indicators: Sequence[ListedIndicator]) -> Iterator[Issue]:
    """A column whose meaning or whose period the sheet does not settle."""
    for column in table.columns:
        place = ref((table.head[-1], column.column))
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
    message = f"列「{column.heading or column.letters}」の値の時点が、{number}か所で分かりません。"
    advice = "正しい年度を選ぶか、" if years else ""
    advice += "この列のセルを選び、「この列の時点」を選んでください。"
    told_as = "", place, column.heading, column.letters, "at", years
    return Issue("list.no_period", Severity.ASK, message, advice, *told_as)


def _left_out(grid: Grid, table: Table, indicators: Sequence[ListedIndicator]) -> Iterator[Issue]:
    """The columns of a table in which something stands, and which are not read."""
    rows = {f.place[0] for one in indicators for f in one.figures} | {one.place[0] for one in indicators}
    silent = [
        c for c in table.columns if not c.kind and not c.doubt and any(grid.own(r, c.column) for r in rows)
    ]  # fmt: skip
    if silent:
        words = "、".join(f"列{c.letters}" + (f"「{c.heading}」" if c.heading else "") for c in silent)
        advice = "要る列は、そのセルを選び、「この列は」で何の列かを選んでください。"
        place = ref((table.head[-1], silent[0].column))
        yield Issue(
            "list.left_out", Severity.NOTE, f"{words}は、何の列か分からないため読んでいません。", advice, "", place
        )


#: Why a column is asked about, and what it may be.
_DOUBTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "year": (
        "は年だけの見出しのため、目標値か実績値か分かりません。目標値と読みました。",
        ("target", "actual", "skip"),
    ),
    "name": ("を指標名の列と読みました。", ("name", "field", "skip")),
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
    message = f"列「{column.heading or column.letters}」{message}"
    choices = tuple(Choice(COLUMN_WORDS[kind], {"column": kind}) for kind in kinds)
    code = "list.years" if column.doubt == "years" else "list.column"
    return Issue(
        code, Severity.ASK, message, "正しいものを選んでください。", "", place, column.heading, column.letters,
        "column", choices,
    )  # fmt: skip


def _of_lines(table: Table, told: Told, layout: Layout) -> Iterator[Issue]:
    """Rows without labels can be told apart by a person alone."""
    if not table.lines or told.lines or layout.lines:
        return
    words = "、".join(f"{n}行目が{LINE_WORDS[line]}" for n, line in enumerate(table.lines, start=1))
    message = f"1つの指標に{len(table.lines)}行ずつあり、行の見出しがありません。{words}と読みました。"
    pairs = (table.lines, tuple(reversed(table.lines)))
    choices = tuple(
        Choice(
            "、".join(f"{n}行目が{LINE_WORDS[one]}" for n, one in enumerate(pair, start=1)), {"lines": ",".join(pair)}
        )
        for pair in pairs
    )
    place = ref((table.head[0], table.of("name")[0].column))
    yield Issue(
        "list.lines", Severity.ASK, message, "正しいものを選んでください。", "", place, "", "", "lines", choices
    )


def _in_words(lines: Sequence[str]) -> str:
    return "、".join(f"{n}行目が{LINE_WORDS[line]}" for n, line in enumerate(lines, start=1))


def _head_marks(grid: Grid, table: Table) -> dict[Place, str]:
    return {grid.place(row, c): "heading" for row in table.head for c in grid.columns if grid.text(row, c)}
