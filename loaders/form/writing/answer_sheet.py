"""Draws the sheet that departments answer on: titles, two levels of headings, rows, what is open, the printed page."""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kpi.plan import Plan, Round
from kpi.printing.number_words import decimals_of
from loaders.form import definition as d
from loaders.form import prose_lines as ln
from loaders.form.prose_lines import Line
from loaders.form.writing import guide, round_notes, style
from loaders.form.writing.form_content import FormContent, Results
from loaders.form.writing.prefill import Row, shown
from loaders.form.writing.prose_drawing import link, state_formula
from loaders.form.writing.validation import add_colours, add_validations

_LINES = 4  # a longer text widens its column rather than making the row taller
_WIDEST = 42.0
_LEAST_HEIGHT = 44.0  # room to write by hand on the printed sheet
_STRETCHING = ("name", "source")
#: Columns that hide while no row of the form has a use for them.
_HIDING = (
    "numerator",
    "denominator",
    "correction",
    "correction_kind",
    *d.INTERIM_KEYS,
    *(c.key for c in d.COLUMNS if c.group == d.G_LAST and c.stands == "figures"),
)
#: What stands above a group of columns, by whether all of its cells are filled in, some of them or none.
GROUP_WORDS = ("記入", "一部記入", "参考")


def write_sheet(sheet: Worksheet, content: FormContent) -> Results:
    """Fill the sheet that departments answer on; the results of the formulas that tell how far it is."""
    plan, round_, rows, questions = content.plan, content.round, content.rows, content.questions
    columns = d.FIGURES.columns(round_.kind)
    table = [[shown(c, row, plan, round_) for c in columns] for row in rows]
    widths = _widths(columns, table)
    due = guide.due_line(plan, round_, of_division=content.of_division, questions=questions)
    _write_titles(sheet, plan, round_, content.whose, due, sample=content.sample)
    _write_headings(sheet, plan, round_, rows, widths)
    for offset, (row, values) in enumerate(zip(rows, table, strict=True)):
        marked = questions.marked(row.indicator.id) if questions else frozenset()
        _write_row(sheet, d.FIRST_DATA_ROW + offset, row, values, round_, widths, marked)
    openings = _openings(rows, round_)
    add_validations(sheet, plan, round_, openings, _meanings(rows))
    add_colours(sheet, plan, round_, openings)
    _hide(sheet, columns, openings, table)
    _write_legend(sheet, round_, asked=questions is not None)
    _page(sheet, plan, round_, content.whose, len(rows), sample=content.sample)
    return _write_ways(sheet, round_, rows, content.lines)


def _write_ways(sheet: Worksheet, round_: Round, rows: tuple[Row, ...], lines: tuple[Line, ...]) -> Results:
    """In each row the way to its block in 記述, and how many of its boxes are filled."""
    results: dict[str, str | float] = {}
    for number, row in enumerate(rows, start=d.FIRST_DATA_ROW):
        block = [line for line in lines if line.rows == (row,) and not line.of_contact]
        if block:
            cell = sheet.cell(number, d.positions(round_.kind)["prose"])
            style.dress(cell, style.Look(color=style.LINK, underlined=True, strong_left=True, horizontal="center"))
            cell.value, results[cell.coordinate] = state_formula(block, round_)
            target = next((line for line in block if line.open(round_)), block[0])
            link(sheet, cell.coordinate, d.PROSE.name, f"{get_column_letter(ln.TEXT)}{target.row}")
    return results


def _widths(columns: tuple[d.Column, ...], table: list[list[str | float | None]]) -> dict[str, float]:
    widths = {c.key: c.width for c in columns}
    for i, column in enumerate(columns):
        if column.key in _STRETCHING:
            texts = [str(values[i]) for values in table if values[i]]
            widths[column.key] = style.fitting_width(texts, column.width, _WIDEST, _LINES)
    return widths


def _write_titles(sheet: Worksheet, plan: Plan, round_: Round, department: str, due: str, *, sample: bool) -> None:
    mark = d.SAMPLE_MARK if sample else ""
    title = sheet.cell(d.TITLE_ROW, d.FIRST_COLUMN)
    style.dress(title, style.Look(16, bold=True, color=style.NAVY, bordered=False, wraps=False))
    style.put(title, f"{mark}{d.word(plan, 'form')}　{round_.name}　{department}")
    subtitle = sheet.cell(d.SUBTITLE_ROW, d.FIRST_COLUMN)
    style.dress(subtitle, style.Look(10.5, bordered=False, wraps=False))
    style.put(subtitle, f"{plan.name}　／　{due}" + (f"　／　{d.SAMPLE_NOTE}" if sample else ""))
    for row, height in ((d.TITLE_ROW, 27), (d.SUBTITLE_ROW, 18), (d.LEGEND_ROW, 17)):
        style.set_height(sheet, row, height)


def _write_legend(sheet: Worksheet, round_: Round, *, asked: bool) -> None:
    """A swatch and a few words for each colour, side by side over the columns that are shown."""
    free = [
        p for p in sorted(d.positions(round_.kind).values()) if not sheet.column_dimensions[get_column_letter(p)].hidden
    ]
    for color, name, meaning in guide.legend(asked=asked):
        text = f"{name}: {meaning}"
        swatch, label = sheet.cell(d.LEGEND_ROW, free.pop(0)), sheet.cell(d.LEGEND_ROW, free[0])
        style.dress(swatch, style.Look(fill=color, struck=color == style.FIXED, framed=color == style.ASKED))
        style.dress(label, style.Look(color=style.QUIET, bordered=False, wraps=False))
        style.put(label, text)
        room = 0.0
        while len(free) > 2 and room < style.text_width(text) + 2:
            room += sheet.column_dimensions[get_column_letter(free.pop(0))].width


def _write_headings(
    sheet: Worksheet, plan: Plan, round_: Round, rows: tuple[Row, ...], widths: Mapping[str, float]
) -> None:
    token = sheet.cell(d.HEADING_ROW, d.TOKEN_COLUMN)
    style.put(token, d.TOKEN_HEADING)
    columns, group = d.FIGURES.columns(round_.kind), ""
    entered = {c.group for c in columns if c.entry and (any(r.open(c, round_) for r in rows) or not rows)}
    whole = {c.group for c in columns} - {c.group for c in columns if not all(r.open(c, round_) for r in rows)}
    for column in columns:
        place = d.positions(round_.kind)[column.key]
        top, below = sheet.cell(d.GROUP_ROW, place), sheet.cell(d.HEADING_ROW, place)
        color = style.NAVY if column.group in entered else style.SLATE
        style.dress(top, style.Look(10, bold=True, color="FFFFFF", fill=color, bordered=False, wraps=False))
        opens = column.group != group
        if opens:
            group = column.group
            words = GROUP_WORDS[0 if group in whole else 1 if group in entered else 2]
            title = round_notes.group_title(group, plan, round_.kind)
            style.put(top, title if group == d.G_PROSE else f"{words}｜{title}")
        open_here = column.entry and (any(r.open(column, round_) for r in rows) or not rows)
        pale = "D9E1EC" if open_here else "E4E6EA"
        style.dress(below, style.Look(bold=True, fill=pale, strong_left=opens, horizontal="center"))
        style.put(below, d.heading_lines(column, plan, round_.kind))
        sheet.column_dimensions[get_column_letter(place)].width = widths[column.key]
    style.set_height(sheet, d.GROUP_ROW, 19)
    texts = [(d.heading_lines(c, plan, round_.kind), widths[c.key]) for c in columns]
    style.set_height(sheet, d.HEADING_ROW, style.row_height(texts, 34))


def _opens_group(column: d.Column, columns: tuple[d.Column, ...]) -> bool:
    return next(c for c in columns if c.group == column.group) is column


def _write_row(
    sheet: Worksheet,
    number: int,
    row: Row,
    values: list[str | float | None],
    round_: Round,
    widths: Mapping[str, float],
    marked: frozenset[str],
) -> None:
    columns = d.FIGURES.columns(round_.kind)
    style.put(sheet.cell(number, d.TOKEN_COLUMN), row.indicator.id)
    for column, value in zip(columns, values, strict=True):
        cell = sheet.cell(number, d.positions(round_.kind)[column.key])
        opened = row.open(column, round_)
        style.dress(
            cell,
            style.Look(
                bold=column.key in ("name", "value"),
                fill=style.ASKED if column.key in marked else "" if opened else style.FIXED,
                strong_left=_opens_group(column, columns),
                struck=not opened and value is None,
                framed=column.key in marked,
                horizontal=_horizontal(column),
                wraps=column.kind != "number",
                unlocked=opened,
                number_format=_number_format(column, row, value, opened=row.enterable(column, round_)),
            ),
        )
        style.put(cell, value)
    texts = [(str(v), widths[c.key]) for c, v in zip(columns, values, strict=True) if isinstance(v, str)]
    style.set_height(sheet, number, style.row_height(texts, _LEAST_HEIGHT), grows=True)


def _horizontal(column: d.Column) -> str:
    if column.kind == "number":
        return "right"
    centred = column.kind in ("period", "choice") or column.key in ("number", "unit", "direction")
    return "center" if centred else "left"


def _number_format(column: d.Column, row: Row, value: object, *, opened: bool) -> str:
    """Fixed numbers as they were stated, at the card's decimals at least; periods as text, so that Excel makes no date
    of ``2024/9``.

    Number cells stay General: only then does Excel keep the percent sign of a typed ``77.4%``.
    """
    if column.kind == "number" and not opened:
        decimals = decimals_of(value if isinstance(value, float) else None, row.card.decimals)
        return "#,##0" + ("." + "0" * decimals if decimals else "")
    if column.kind in ("period", "choice") or column.key == "number":
        return "@"
    return "General"


def _openings(rows: tuple[Row, ...], round_: Round) -> dict[str, tuple[int, ...]]:
    """The sheet rows in which each entry column is filled in."""
    return {
        c.key: tuple(d.FIRST_DATA_ROW + i for i, row in enumerate(rows) if row.open(c, round_))
        for c in d.FIGURES.columns(round_.kind)
        if c.entry
    }


def _meanings(rows: tuple[Row, ...]) -> dict[tuple[str, int], str]:
    """What the 分子 and 分母 of each rate are."""
    said = {}
    for number, row in enumerate(rows, start=d.FIRST_DATA_ROW):
        if row.indicator.is_rate:
            said["numerator", number] = row.indicator.numerator
            said["denominator", number] = row.indicator.denominator
    return said


def _hide(
    sheet: Worksheet,
    columns: tuple[d.Column, ...],
    openings: Mapping[str, tuple[int, ...]],
    table: list[list[str | float | None]],
) -> None:
    sheet.column_dimensions[get_column_letter(d.TOKEN_COLUMN)].hidden = True
    for i, column in enumerate(columns):
        used = bool(openings.get(column.key)) or any(values[i] not in (None, "") for values in table)
        if column.key in _HIDING and not used and table:
            sheet.column_dimensions[get_column_letter(d.FIRST_COLUMN + i)].hidden = True


def _page(sheet: Worksheet, plan: Plan, round_: Round, department: str, count: int, *, sample: bool) -> None:
    last_column = get_column_letter(max(d.positions(round_.kind).values()))
    last_row = max(d.HEADING_ROW, d.FIRST_DATA_ROW + count - 1)
    sheet.sheet_view.zoomScale = 100
    sheet.freeze_panes = f"{get_column_letter(d.positions(round_.kind)['name'] + 1)}{d.FIRST_DATA_ROW}"
    area = f"{get_column_letter(d.FIRST_COLUMN)}1:{last_column}{last_row}"
    style.set_page(sheet, sheet.PAPERSIZE_A3, "landscape", f"{d.GROUP_ROW}:{d.HEADING_ROW}", area, side=0.3)
    guide.header_footer(sheet, plan, round_, department, sample=sample)
    sheet.protection.sort = sheet.protection.autoFilter = False
